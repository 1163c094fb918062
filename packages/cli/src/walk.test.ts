import { beforeAll, expect, it } from 'vitest';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { folder } from './__tests__/bench.ts';
import { type Binary, bundle } from './__tests__/process.ts';
import { learnNames, normalized, openShell, stepsOf, withNames, withoutTimes } from './__tests__/walk.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const PAGE = join(REPOSITORY, 'docs', 'cli.md');

let binary: Binary;
beforeAll(async () => {
  binary = await bundle();
});

/** Commands that are too long, or too interactive, to be walked through. */
const NOT_WALKED = ['resolve', 'reverse'];

it.each(['docs/cli.md', 'README.md'])('%s shows what the command does, line by line', { timeout: 60_000 }, async (path) => {
  const page = await readFile(join(REPOSITORY, path), 'utf8');
  const steps = stepsOf(page);
  expect(steps.length).toBeGreaterThan(3);
  const comparable = (text: string): string => normalized(page.includes('disburse simulate --start') ? text : withoutTimes(text));
  const cwd = await realpath(await folder());
  const shell = await openShell(binary, cwd, await folder());
  const background: { readonly at: number; readonly shown: string; readonly output: () => string }[] = [];
  const names = new Map<string, string>();
  try {
    for (const { line, shown, background: stays, at } of steps) {
      const typed = withNames(names, line);
      const left = stays ? await shell.leave(typed) : null;
      const printed = (left === null ? await shell.run(typed) : left.output()).replaceAll(cwd, '/home/you/payouts');
      learnNames(names, shown, printed);
      if (left === null) expect.soft(comparable(printed), `line ${at}: ${line}`).toBe(comparable(shown));
      else background.push({ at, shown, output: left.output });
    }
  } finally {
    await shell.close();
  }
  for (const { at, shown, output } of background) expect.soft(comparable(output()), `line ${at}`).toBe(comparable(shown));
});

it.each(['README.md', 'docs/start.md'])('%s, which a program follows, starts no simulator at another time', async (path) => {
  expect(await readFile(join(REPOSITORY, path), 'utf8')).not.toMatch(/disburse simulate --start|disburse simulate advance/);
});

it('docs/cli.md walks through every command', async () => {
  const page = await readFile(PAGE, 'utf8');
  const walked = new Set(stepsOf(page).flatMap(({ line }) => /\bdisburse (\w+)/.exec(line)?.[1] ?? []));
  const all = [...(await readFile(join(import.meta.dirname, 'records.ts'), 'utf8')).matchAll(/^ {2}readonly (\w+):/gm)].map(
    ([, name]) => name ?? '',
  );
  const commands = all.slice(all.indexOf('init'), all.indexOf('simulate') + 1);
  expect(commands).toHaveLength(19);
  expect(commands.filter((name) => !walked.has(name))).toEqual(NOT_WALKED);
  for (const name of NOT_WALKED) expect(page).toContain(`disburse ${name}`);
});
