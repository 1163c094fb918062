// A program may freeze what everything inherits before it loads this library: against pollution of prototypes, or as SES does.
import { expect, it } from 'vitest';
import { startChild } from '../__tests__/child.ts';

it('loads and pays where the prototypes of the language are frozen', async () => {
  expect(await startChild('frozen-child.ts').end()).toEqual({ lines: ['accepted rejected 10.50'], signal: null });
});
