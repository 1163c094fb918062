// Prints the counts of a vitest JSON report as one line: `120 passed, 0 failed, 2 skipped`. Plain JavaScript: CI runs it on any Node.
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {{ readonly status: string }} Test
 * @typedef {{ readonly testResults: readonly { readonly status: string, readonly assertionResults: readonly Test[] }[] }} Report
 */

/**
 * The line for a report. A file that fails without a failed test (it did not load, or has a type error outside of its tests) is one failure.
 *
 * @param {Report} report What vitest's JSON reporter writes; type tests are in it like all others.
 * @returns {string}
 */
export function countsOf({ testResults }) {
  const tests = testResults.flatMap((file) => file.assertionResults);
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'));
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(({ status }) => status === 'failed').length + broken.length;
  const skipped = tests.length + broken.length - passed - failed;
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

const [, script, report] = argv;
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  if (report === undefined) throw new Error('Usage: node scripts/test-counts.js <report.json>');
  process.stdout.write(`${countsOf(JSON.parse(readFileSync(report, 'utf8')))}\n`);
}
