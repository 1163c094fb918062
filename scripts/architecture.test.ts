// docs/architecture.md draws the modules of core: they are the folders that are there, in the order that scripts/directions.ts holds.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIRECTIONS } from './directions.ts';

const root = join(import.meta.dirname, '..');
const source = join(root, 'packages/core/src');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

const section = (title: string): string => page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const rows = section('The modules of core')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (module|---)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));
/** Rows without code are files beside the folders. */
const drawn = rows.flatMap(([, name = '']) => /^`(\w+)`$/.exec(name)?.[1] ?? []);

describe('docs/architecture.md', () => {
  it('draws the folders of core', () => {
    const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('__'));
    expect(drawn.toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
  });

  it('draws them in the order that check holds, the highest first', () => {
    const order = (DIRECTIONS['core']?.modules ?? []).filter((name) => !name.includes('.ts'));
    expect(drawn).toEqual(order.toReversed());
    expect(rows).toHaveLength(DIRECTIONS['core']?.modules?.length ?? 0);
  });

  it('names files that are there', () => {
    const named = [...page.matchAll(/`([a-z-]+\/[\w.-]+\.ts|define-provider\.ts|index\.ts|errors\.ts)`/g)].map(([, file = '']) => file);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((file) => !file.startsWith('scripts/') && !existsSync(join(source, file)))).toEqual([]);
  });
});
