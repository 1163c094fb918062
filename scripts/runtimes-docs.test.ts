// docs/runtimes.md says of each runtime what `pnpm consumers` does on it, and nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RUNNERS, WRITERS } from './consumers/consumers.ts';
import { COMPILERS } from './consumers/projects.ts';
import { RUNTIMES } from './consumers/runtimes.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/runtimes.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.slice(2, -2).split(' | '));

const consumers = [...WRITERS, ...RUNNERS].map(({ name }) => name);
const has = (beginning: string): boolean => consumers.some((name) => name.startsWith(beginning));

it('has a row for each runtime, with its version, its transport and what is done there', () =>
  expect(rows).toEqual(
    Object.entries(RUNTIMES).map(([name, { version, transport }]) => [
      name,
      version,
      ...['nodenext', 'commonjs', 'bundle-'].map((program) => (has(`pays: ${name}, ${program}`) ? 'pays' : '-')),
      ...['keeps files', 'loads', 'command'].map((what) => (has(`${what}: ${name}`) ? 'yes' : '-')),
      `\`${transport}\``,
    ]),
  ));

it('names how many consumers there are, and every compiler', () => {
  expect(page).toContain(`All ${consumers.length} consumers`);
  expect(Object.values(COMPILERS).filter((version) => !page.includes(version))).toEqual([]);
});
