import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const GATES = 'format, lint, types, directions, names, sentences, unused, build, consumer, package, size, licences, sbom, audit.\n';

it.each([
  ['--help names the gates', ['--help'], 0, `pnpm check runs all gates, or those that are named: ${GATES}`, ''],
  ['so does one that is not there', ['types', 'lnt'], 2, '', `No such gate: lnt. There are: ${GATES}`],
])('%s, and nothing is run or left behind', (_, args, status, stdout, stderr) => {
  const temporary = mkdtempSync(join(tmpdir(), 'disburse-called-'));
  onTestFinished(() => rmSync(temporary, { recursive: true }));
  const env = { ...process.env, TMPDIR: temporary };
  const run = spawnSync(process.execPath, [join(import.meta.dirname, 'check.ts'), ...args], { encoding: 'utf8', env });
  expect(run).toMatchObject({ status, stdout, stderr });
  expect(readdirSync(temporary)).toEqual([]);
});
