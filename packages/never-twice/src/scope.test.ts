import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { OUT_OF_SCOPE } from './scope.ts';

it.each(Object.entries(OUT_OF_SCOPE))('what is out of scope is said to the user: %s', async (_, { says, in: file }) => {
  const text = await readFile(new URL(`../../../${file}`, import.meta.url), 'utf8');
  expect(text.replace(/\s+/g, ' ')).toContain(says);
});
