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

const names = Object.keys(RUNTIMES);

it('has a row for each runtime, with its version, its transport and what is done there', () =>
  expect(rows.map(([tried = '', ...cells]) => [tried.toLowerCase(), ...cells])).toEqual(
    Object.entries(RUNTIMES).map(([name, { version, transport }]) => [
      `${name.replace(/ .*/, '')} ${version}`,
      ...['nodenext', 'commonjs', 'bundle-'].map((program) => (has(`pays: ${name}, ${program}`) ? 'pays' : '-')),
      has(`keeps files: ${name}`) ? 'yes' : '-',
      `\`${transport}\``,
    ]),
  ));

it('says where every path loads, and where the command starts', () => {
  expect(names.filter((name) => !has(`loads: ${name}`))).toEqual(['workerd']);
  expect(names.filter((name) => has(`command: ${name}`))).toEqual(names.filter((name) => name.startsWith('node')));
});

it('names how many consumers there are, and every compiler', () => {
  expect(page).toContain(`All ${consumers.length} consumers`);
  expect(Object.values(COMPILERS).filter((version) => !page.includes(version))).toEqual([]);
});
