import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOCK_SKEW_MS,
  deriveKey,
  deriveReversalKey,
  safetyMarginOf,
  keyWindow,
  LATE_ARRIVAL_MS,
  randomKey,
  sha256,
} from './idempotency.ts';

/** Public contract: docs/keys.md shows the same rows. Made with `printf '%s' '[1,...]' | sha256sum`, not with the code under test. */
const VECTORS = [
  [{ namespace: '', account: null, reference: 'seller-42-2026-11', attempt: 1 }, '61f148a5-292c-87f5-8be7-e5c5bde428d7'],
  [{ namespace: '', account: null, reference: 'seller-42-2026-11', attempt: 2 }, '4b6b9a59-b96d-87cd-bd41-b20714079e68'],
  [{ namespace: 'payroll', account: 'acct_1', reference: 'r"1\\', attempt: 1 }, '329863c3-4331-8968-80c3-9430f60fd09a'],
] as const;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the key of a create', () => {
  it.each(VECTORS)('of %j is the published one', async (of, key) => expect(await deriveKey(of)).toBe(key));

  it('differs when any of its parts does, also where they could be confused', async () => {
    const base = { namespace: 'a', account: 'b', reference: 'c', attempt: 1 };
    const variants = [
      base,
      { ...base, namespace: '' },
      { ...base, account: null },
      { ...base, account: 'null' },
      { ...base, reference: 'd' },
      { ...base, attempt: 2 },
      { namespace: 'b', account: 'a', reference: 'c', attempt: 1 },
      { namespace: 'a","b', account: null, reference: 'c', attempt: 1 },
    ];
    expect(new Set(await Promise.all(variants.map(deriveKey))).size).toBe(variants.length);
  });

  it('is always a well-formed UUID', () =>
    fc.assert(
      fc.asyncProperty(fc.string(), fc.option(fc.string()), fc.string(), fc.nat(), async (namespace, account, reference, attempt) => {
        expect(await deriveKey({ namespace, account, reference, attempt })).toMatch(UUID);
      }),
      { seed: 4, numRuns: 200 },
    ));

  it('of a reversal is the published one', async () => {
    // Made like the vectors above, of ["reverse",1,null,"po_1",1] and ["reverse",1,"acct_1","po_1",2].
    expect(await deriveReversalKey({ account: null, payoutId: 'po_1', attempt: 1 })).toBe('7e89f625-9408-8a33-9e39-a1bbb57c7ad7');
    expect(await deriveReversalKey({ account: 'acct_1', payoutId: 'po_1', attempt: 2 })).toBe('aa87c90c-d17b-8e6a-9e50-4ec62a33fb62');
  });

  it('is not the key of a reversal of the same name', async () =>
    expect(await deriveReversalKey({ account: null, payoutId: 'po_1', attempt: 1 })).not.toBe(
      await deriveKey({ namespace: 'reverse', account: null, reference: 'po_1', attempt: 1 }),
    ));
});

describe('random keys', () => {
  it('come from the runtime, and are well-formed', () => {
    const numbers = [0.1, 0.2, 0.3, 0.4, 0.999_999_999, 0, 0.5, 0.6];
    const runtime = { now: () => 0, sleep: async () => undefined, random: () => numbers.shift() ?? 0 };
    const [first, second] = [randomKey(runtime), randomKey(runtime)];
    expect(first).toMatch(UUID);
    expect(second).toMatch(UUID);
    expect(first).not.toBe(second);
  });
});

it('hashes UTF-8, in lower-case hex', async () =>
  expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'));

describe('the key window', () => {
  const MINUTE = 60_000;
  const preparedAt = '2026-11-20T09:00:00.000Z';
  const at = Date.parse(preparedAt);

  it.each([
    [1, 10 * MINUTE + 1],
    [60_000, 11 * MINUTE],
    [600_000, 20 * MINUTE],
  ])('keeps a guard for timeout %i ms, lateness and skew: %i ms', (timeoutMs, guard) => expect(safetyMarginOf(timeoutMs)).toBe(guard));

  it('never has a guard under ten minutes', () => expect(safetyMarginOf(-1_000_000)).toBe(10 * MINUTE));

  it('opens a little before it was prepared, closes a guard before the lease ends, and is over a guard after', () => {
    expect(keyWindow(preparedAt, 60 * MINUTE, 60_000)).toEqual({
      opensAt: at - 5 * MINUTE,
      closesAt: at + 49 * MINUTE,
      lastArrivalAt: at + 71 * MINUTE,
    });
  });

  it('leaves room for a skewed clock and a late arrival together', () =>
    expect(safetyMarginOf(1)).toBeGreaterThan(CLOCK_SKEW_MS + LATE_ARRIVAL_MS));
});
