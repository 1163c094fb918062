import { describe, expect, it } from 'vitest';
import { createVirtualClock, simulateMollie, simulateStripe, simulateStripeTreasury } from './index.ts';

const bad = (value: object): never => value as never;

describe('an option that nobody would read is refused', () => {
  it.each<[string, (options: never) => unknown]>([
    ['createVirtualClock', createVirtualClock],
    ['simulateStripe', simulateStripe],
    ['simulateStripeTreasury', simulateStripeTreasury],
    ['simulateMollie', simulateMollie],
  ])('by %s', (name, make) => {
    expect(() => make(bad({ sead: 1 }))).toThrow(new RegExp(`^${name} does not know sead; known are .*seed`));
  });

  it.each<[string, (options: never) => unknown]>([
    ['simulateStripe', simulateStripe],
    ['simulateStripeTreasury', simulateStripeTreasury],
    ['simulateMollie', simulateMollie],
  ])('by the variants of %s', (_, make) => {
    expect(() => make(bad({ variants: { keyLease: 1 } }))).toThrow(/has no variants keyLease; known are .*keyLeaseMs/);
  });
});

it.each([['2026-11-23T09:00:00'], ['11/12/2026'], ['10'], ['soon']])(
  '%s is no time of a clock: on another machine it would be another',
  (start) => {
    expect(() => createVirtualClock({ start })).toThrow(RangeError);
  },
);
