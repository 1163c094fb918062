import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dialectIn, dialectUnder } from './names.ts';

it('no exported name of the packages is of the old dialect', { timeout: 60_000 }, () => {
  expect(dialectUnder(join(import.meta.dirname, '..'))).toEqual([]);
});

it.each([
  ['a function', 'export function keptRow() {}'],
  ['an asynchronous function', 'export async function settle() {}'],
  ['a constant', 'export const HELD_BACK = 1;'],
  ['one of two constants', 'export const a = 1, isApart = true;'],
  ['an interface', 'export interface Bag {}'],
  ['a type', 'export type SettledRow = string;'],
  ['a class', 'export class Copies {}'],
  ['a re-export', `export { toldOf } from './a.ts';`],
  ['a re-export under another name', `export { a as lease } from './a.ts';`],
])('%s of the old dialect is found', (_, text) => {
  expect(dialectIn('a.ts', text)).toHaveLength(1);
});

it.each([
  ['a name that is not exported', 'const kept = 1;\nexport const stored = kept;'],
  ['a word inside a word', 'export const keptless = 1;\nexport const toldest = 2;'],
  ['a comment', '// export const kept = 1;\nexport const a = 1;'],
])('%s is not', (_, text) => {
  expect(dialectIn('a.ts', text)).toEqual([]);
});
