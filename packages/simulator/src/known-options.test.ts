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

describe('a key that nobody would read is refused in what a world is told', () => {
  const world = simulateStripe();
  const mollie = simulateMollie();

  it.each<[string, () => unknown, string]>([
    ['the matcher', () => world.faults.on(bad({ methd: 'POST' }), { reset: 'before' }), 'the matcher of a fault does not know methd'],
    ['a fault', () => world.faults.on({}, bad({ reset: 'before', zzz: 1 })), 'the fault reset does not know zzz; known are reset.'],
    ['one of several faults', () => world.faults.on({}, [{ expireKeys: true }, bad({ hang: 'after', at: 'after' })]), 'the fault hang'],
    [
      'two faults in one',
      () => world.faults.next(bad({ delayMs: 1, at: 'after', change: () => 1 })),
      'the fault change does not know delayMs',
    ],
    ['no fault at all', () => world.faults.next(bad({ rest: 'before' })), 'the fault is one of expireKeys, '],
    ['the matcher of deliveries', () => world.webhooks.faults.on(bad({ kind: 'x' }), { unsigned: true }), 'does not know kind'],
    ['a fault of deliveries', () => world.webhooks.faults.next(bad({ lose: 'event', zzz: 1 })), 'the fault lose does not know zzz'],
    [
      'a credential',
      () => mollie.acceptCredential(bad({ token: 'test_abc', zzz: 1 })),
      'a credential does not know zzz; known are token, scopes.',
    ],
    ['a credential of the options', () => simulateMollie({ credentials: [bad({ token: 'test_abc', scope: 1 })] }), 'does not know scope'],
    [
      'a second argument',
      () => world.acceptApiKey(...(['sk_test_a', { zzz: 1 }] as unknown as [string])),
      'acceptApiKey takes one argument',
    ],
    ['a limit', () => mollie.limitRate(bad({ request: 1 })), 'limitRate does not know request'],
  ])('%s', (_, tell, words) => {
    expect(tell).toThrow(TypeError);
    expect(tell).toThrow(words);
  });

  it('where it listens', () => expect(world.listen(bad({ prt: 1 }))).rejects.toThrow('listen does not know prt; known are port.'));
});

it.each([['2026-11-23T09:00:00'], ['11/12/2026'], ['10'], ['soon']])(
  '%s is no time of a clock: on another machine it would be another',
  (start) => {
    expect(() => createVirtualClock({ start })).toThrow(RangeError);
  },
);
