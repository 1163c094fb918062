// CONTRIBUTING.md shows the project's own lines: each block is in the file that it names, each link leads to a file, each command exists.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pageOf } from './docs-pages.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const page = pageOf('CONTRIBUTING.md', text);
const quotes = [...text.matchAll(/^<!-- from (\S+) -->\n```ts\n(.*?)^```$/gms)].map(([, file = '', lines = '']) => [file, lines] as const);

it('quotes nothing without saying where it is from', () => expect(quotes).toHaveLength(page.blocks.length));

it.each(quotes)('quotes %s as it is', (file, lines) => expect(readFileSync(join(root, file), 'utf8')).toContain(lines));

it('links to files that exist', () => {
  const files = page.links.map(({ target }) => target).filter((target) => !/^https?:/.test(target));
  expect(files.length).toBeGreaterThan(6);
  expect(files.filter((target) => !existsSync(join(root, target.replace(/#.*/, ''))))).toEqual([]);
});

it('names files and folders that exist', () => {
  const named = [...page.prose.matchAll(/`((?:packages|scripts|docs|site)\/[\w./*-]+)`/g)].map(([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !path.includes('.built') && !existsSync(join(root, path)))).toEqual([]);
});

it('names commands that exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const named = [...page.prose.matchAll(/`npx -y pnpm@12 ([\w:-]+)/g)].map(([, script]) => script ?? '');
  expect(named.filter((script) => script !== 'exec' && !Object.hasOwn(scripts, script))).toEqual([]);
});
