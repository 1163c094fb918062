import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

it.each([1, 2, 3, 5, 8, 13, 21, 34])('seed %i is the same run every time', async (seed) => {
  const [first, second] = [await simulate(seed, { trace: true }), await simulate(seed, { trace: true })];
  expect(second.trace).toEqual(first.trace);
  expect(first.trace.length).toBeGreaterThan(5);
});
