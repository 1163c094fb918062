// Several windows of time at once: the same payouts in the same order as one page after the other, whatever shares a second.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acmeWorld } from '../__tests__/acme-world.ts';
import type { AdapterListQuery } from '../adapter/spec.ts';
import { PayoutError } from '../errors.ts';
import { listEvery, type Listing } from './list.ts';
import { listWindows } from './list-windows.ts';
import type { PayoutIterator } from './paginate.ts';
import type { Payout, PayoutPage } from '../payout/payout.ts';

const { context } = acmeWorld();
type Paged = Pick<Listing, 'page'>;
const listing = ({ page }: Paged, query: AdapterListQuery): Listing => ({ context, page, query, options: undefined, call: {} });
const FROM = Date.parse('2026-10-01T00:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();
const payoutAt = (ms: number, nth: number): Payout =>
  ({ id: `p${nth}`, status: 'pending', destination: null, createdAt: iso(ms) }) as Payout;

/** Newest first, as a provider lists them. */
function payoutsAt(times: readonly number[]): Payout[] {
  return times.toSorted((a, b) => b - a).map((ms, nth) => payoutAt(ms, nth));
}

/** A provider that filters by time and answers `size` payouts a page; `turns` shuffles in which order answers come. */
function provider(payouts: readonly Payout[], size: number, turns: readonly number[] = [1]) {
  const seen = { asked: [] as AdapterListQuery[], now: 0, most: 0 };
  const page = async (query: AdapterListQuery): Promise<PayoutPage> => {
    seen.asked.push(query);
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    for (let turn = turns[seen.asked.length % turns.length] ?? 0; turn > 0; turn -= 1) await Promise.resolve();
    seen.now -= 1;
    const from = Date.parse(query.createdFrom ?? iso(0));
    const to = query.createdTo === undefined ? Number.POSITIVE_INFINITY : Date.parse(query.createdTo);
    const inRange = payouts.filter(({ createdAt }) => Date.parse(createdAt) >= from && Date.parse(createdAt) < to);
    const start = query.cursor === undefined ? 0 : inRange.findIndex(({ id }) => id === query.cursor) + 1;
    const held = inRange.slice(start, start + size);
    return { payouts: held, nextCursor: start + size < inRange.length ? (held.at(-1)?.id ?? null) : null };
  };
  return { adapter: { page } as Paged, seen };
}

const range: AdapterListQuery = { createdFrom: iso(FROM) };

async function idsOf(payouts: AsyncIterable<Payout>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of payouts) ids.push(id);
  return ids;
}

const walk = (adapter: Paged, parallel: number, query: AdapterListQuery = range): PayoutIterator<Payout> =>
  listWindows(listing(adapter, query), parallel);

describe('any times, any pages, any order of answers', () => {
  // Offsets in half seconds, in clumps: many share a second, some a second's two halves, and cuts fall between and upon them.
  const clump = fc.tuple(fc.nat({ max: 4000 }), fc.nat({ max: 3 }), fc.integer({ min: 1, max: 30 }));
  const times = fc
    .array(clump, { maxLength: 40 })
    .map((clumps) =>
      clumps.flatMap(([at, spread, many]) => Array.from({ length: many }, (_, nth) => FROM + (at * 4 + (nth % (spread + 1))) * 500)),
    );
  const bound = fc.option(fc.nat({ max: 8500 }), { nil: undefined });

  it('give each payout once, newest first', async () => {
    await fc.assert(
      fc.asyncProperty(
        times,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 2, max: 9 }),
        fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 20 }),
        bound,
        bound,
        async (made, size, parallel, turns, from, to) => {
          const payouts = payoutsAt(made);
          const query: AdapterListQuery = {
            createdFrom: iso(FROM + (from ?? 0) * 1000),
            createdTo: to === undefined ? undefined : iso(FROM + to * 1000),
          };
          const expected = await idsOf(listEvery(listing(provider(payouts, size).adapter, query)));
          const { adapter, seen } = provider(payouts, size, turns);
          expect(await idsOf(walk(adapter, parallel, query))).toEqual(expected);
          expect(seen.most).toBeLessThanOrEqual(parallel + 1); // One more: the rest of a window that was too full is read in its turn, with its next page.
        },
      ),
      { seed: 20_261_121, numRuns: 300 },
    );
  });
});

describe('reading ahead', () => {
  const evenly = payoutsAt(Array.from({ length: 4000 }, (_, nth) => FROM + nth * 60_000));

  it('several windows at once, and few requests more than pages', async () => {
    const { adapter, seen } = provider(evenly, 10, [3, 1, 7, 5]);
    expect(await idsOf(walk(adapter, 8))).toHaveLength(4000);
    expect(seen.most).toBe(8);
    expect(seen.asked.length).toBeLessThan(400 * 1.35);
    const cuts = new Set(seen.asked.flatMap(({ createdTo }) => createdTo ?? []));
    expect(cuts.size).toBeGreaterThan(50);
    expect(
      [...cuts].filter((cut) => !cut.endsWith('.000Z')),
      'a provider may count in seconds',
    ).toEqual([]);
  });

  it('no further than a bound while the caller does nothing', async () => {
    const { adapter, seen } = provider(evenly, 10);
    const reading = walk(adapter, 4);
    await reading.next();
    for (let turn = 0; turn < 5000; turn += 1) await Promise.resolve();
    expect(seen.now).toBe(0);
    expect(seen.asked.length).toBeGreaterThan(4);
    expect(seen.asked.length).toBeLessThanOrEqual(1 + 2 * 4 * 8 + 8);
    await reading.return();
  });

  it('stops when the caller does', async () => {
    const { adapter, seen } = provider(evenly, 10, [50]);
    const reading = walk(adapter, 4);
    await reading.next();
    await reading.return();
    const asked = seen.asked.length;
    for (let turn = 0; turn < 5000; turn += 1) await Promise.resolve();
    expect(seen.asked).toHaveLength(asked);
  });

  it('a second with more payouts than a window holds is read page by page', async () => {
    const burst = payoutsAt([...Array.from({ length: 1000 }, () => FROM + 5000), FROM, FROM + 9_000_000]);
    const { adapter } = provider(burst, 3);
    expect(await idsOf(walk(adapter, 4))).toEqual(burst.map(({ id }) => id));
  });

  it('a list of one page is one request', async () => {
    const { adapter, seen } = provider(evenly.slice(0, 10), 10);
    expect(await idsOf(walk(adapter, 8))).toHaveLength(10);
    expect(seen.asked).toHaveLength(1);
  });
});

describe('trouble', () => {
  const evenly = payoutsAt(Array.from({ length: 500 }, (_, nth) => FROM + nth * 60_000));

  it('in an older window is told after what is newer', async () => {
    const { adapter } = provider(evenly, 10);
    const failing = {
      page: async (query: AdapterListQuery, ...rest: readonly unknown[]) => {
        if (query.createdTo !== undefined && Date.parse(query.createdTo) < FROM + 250 * 60_000)
          throw new PayoutError('provider_unavailable', 'down.');
        return adapter.page(query, ...(rest as [never, never]));
      },
    } as Paged;
    const ids: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { id } of walk(failing, 4)) ids.push(id);
    };
    await expect(read()).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(ids.length).toBeGreaterThan(200);
    expect(ids).toEqual(evenly.slice(0, ids.length).map(({ id }) => id));
  });

  it('a cursor that repeats inside a window ends in an error', async () => {
    const { adapter } = provider(evenly, 10);
    const looping = {
      page: async (query: AdapterListQuery, ...rest: readonly unknown[]) => ({
        ...(await adapter.page(query, ...(rest as [never, never]))),
        nextCursor: 'again',
      }),
    } as Paged;
    await expect(idsOf(walk(looping, 4))).rejects.toMatchObject({ code: 'unexpected_response' });
  });
});

describe('a window that never ends', () => {
  it.each<readonly [string, AdapterListQuery, (nth: number) => readonly Payout[]]>([
    ['without a row', range, () => []],
    ['with rows that are left out', { ...range, status: 'paid' }, (nth) => [payoutAt(FROM + 5000, nth)]],
  ])('%s ends in an error', async (_, query, rows) => {
    let asked = 0;
    const page: Listing['page'] = async () => {
      asked += 1;
      return { payouts: rows(asked), nextCursor: String(asked) };
    };
    await expect(idsOf(walk({ page }, 4, query))).rejects.toMatchObject({ code: 'unexpected_response' });
    expect(asked).toBeLessThanOrEqual(5_000);
  });
});

describe('what cannot be meant', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    ['no beginning', { parallel: 8 }, ['createdFrom']],
    ['a place in another walk', { parallel: 8, createdFrom: iso(FROM), cursor: 'x' }, ['cursor']],
    ['none', { parallel: 0, createdFrom: iso(FROM) }, ['parallel']],
    ['too many', { parallel: 33, createdFrom: iso(FROM) }, ['parallel']],
    ['half of one', { parallel: 1.5, createdFrom: iso(FROM) }, ['parallel']],
    ['in words', { parallel: '8', createdFrom: iso(FROM) }, ['parallel']],
    ['together with other problems', { parallel: 8, limit: 0 }, ['limit', 'createdFrom']],
  ])('%s', (_, query, paths) => {
    const { acme, left } = acmeWorld();
    const problem = { code: 'invalid_request', issues: paths.map((path) => expect.objectContaining({ path })) };
    expect(() => acme.listAll(query as never)).toThrow(expect.objectContaining(problem));
    expect(left).toEqual([]);
  });

  it('one page has no windows', async () => {
    const { acme } = acmeWorld();
    await expect(acme.list({ parallel: 8 } as never)).rejects.toMatchObject({ code: 'invalid_request', issues: [{ path: 'parallel' }] });
  });
});
