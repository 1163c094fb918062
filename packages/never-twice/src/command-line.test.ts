// What is typed after `pnpm never-twice` and `pnpm kills`: help, or one line and exit code 2, and never a stack trace.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const NEVER_TWICE = join(import.meta.dirname, 'cli.ts');
const KILLS = join(import.meta.dirname, '__tests__/kills/cli.ts');

function run(program: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@disburse/source', program, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

it.each([
  ['never-twice', NEVER_TWICE, '--seed <n>'],
  ['kills', KILLS, '--adapter <name>'],
])('%s --help says what there is', (name, program, option) => {
  const { status, stdout, stderr } = run(program, '--help');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`pnpm ${name} [options]\n`);
  expect(stdout).toContain(option);
});

it.each<readonly [string, string, readonly string[], string]>([
  ['no such option', NEVER_TWICE, ['--sed', '7'], "Unknown option '--sed'"],
  ['a value that is missing', NEVER_TWICE, ['--seed'], "Option '--seed <value>' argument missing"],
  ['something beside the options', NEVER_TWICE, ['7'], "Unexpected argument '7'"],
  ['a seed that is no number', NEVER_TWICE, ['--seed', 'x'], '--seed takes a whole number from 0'],
  ['half a seed', NEVER_TWICE, ['--from', '1.5'], '--from takes a whole number from 0'],
  ['no seeds at all, which would find nothing', NEVER_TWICE, ['--count', '0'], '--count takes a whole number from 1'],
  ['kills of nobody, which would find nothing', KILLS, ['--adapter', 'strip'], '--adapter is one of stripe, stripe-treasury, balance'],
  ['kills that are no number', KILLS, ['--kills', ''], '--kills takes a whole number from 1'],
])('%s is one line and 2', (_, program, args, problem) => {
  expect(run(program, ...args)).toEqual({ status: 2, stdout: '', stderr: `${problem}. --help says what there is.\n` });
});

it('a seed is played', () => {
  const { status, stdout } = run(NEVER_TWICE, '--seed', '7');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^1 runs, /);
});
