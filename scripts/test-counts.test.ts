import { expect, it } from 'vitest';
import { countsOf } from './test-counts.js';

const file = (status: string, ...statuses: string[]) => ({ status, assertionResults: statuses.map((each) => ({ status: each })) });

it.each([
  ['all pass', [file('passed', 'passed', 'passed')], '2 passed, 0 failed'],
  ['one fails', [file('failed', 'passed', 'failed')], '1 passed, 1 failed'],
  ['some do not run', [file('passed', 'passed', 'skipped', 'todo', 'pending')], '1 passed, 0 failed, 3 skipped'],
  ['a file does not load', [file('failed'), file('passed', 'passed')], '1 passed, 1 failed'],
  ['a type error beside the tests', [file('failed', 'passed')], '1 passed, 1 failed'],
  ['a file without a test that ran', [file('skipped', 'skipped')], '0 passed, 0 failed, 1 skipped'],
  ['nothing at all', [], '0 passed, 0 failed'],
])('%s', (_, testResults, line) => {
  expect(countsOf({ testResults })).toBe(line);
});
