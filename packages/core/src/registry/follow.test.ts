// Polling through the same lattice as events, on the injected clock: no test waits.
import { describe, expect, it } from 'vitest';
import { ACME_TOKEN, type AcmeBank, type AcmePayout, acmeBank } from '../__tests__/acme-bank.ts';
import { type AcmeProvider, createAcme } from '../__tests__/acme.ts';
import {
  acceptedOrThrow,
  follow,
  type FollowOptions,
  memorySubmissions,
  type AppliedSnapshot,
  type Payout,
  type TelemetryEvent,
} from '../index.ts';

const DEADLINE_MS = 60_000;

interface World {
  readonly bank: AcmeBank;
  readonly acme: AcmeProvider;
  readonly payout: Payout;
  /** The pauses of `follow`, in milliseconds. */
  readonly pauses: number[];
  readonly told: TelemetryEvent[];
  readonly reads: () => number;
  /** What happens at Acme during the pauses, one after the other. */
  readonly during: ((payout: AcmePayout) => void)[];
}

/** A payout that was just created, on a clock that moves by the pauses of `follow`. */
async function world(random = 0): Promise<World> {
  let now = Date.parse('2026-11-23T09:00:00Z');
  const bank = acmeBank({ now: () => now });
  const pauses: number[] = [];
  const during: World['during'] = [];
  const told: TelemetryEvent[] = [];
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms === DEADLINE_MS) return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    pauses.push(ms);
    now += ms;
    const [made] = bank.payouts;
    if (made !== undefined) during.shift()?.(made);
    return signal?.aborted === true ? Promise.reject(signal.reason) : Promise.resolve();
  };
  const acme = createAcme({
    token: ACME_TOKEN,
    fetch: bank.fetch,
    submissions: memorySubmissions(),
    maxResends: 0,
    timeoutMs: DEADLINE_MS,
    runtime: { now: () => now, sleep, random: () => random },
    onTelemetry: (event) => void told.push(event),
  });
  const payout = acceptedOrThrow(await acme.createPayout({ reference: 'r', money: { amount: '10.50', currency: 'EUR' } }));
  const before = bank.requests.length;
  return { bank, acme, payout, pauses, told, reads: () => bank.requests.length - before, during };
}

const turnsInto =
  (status: string) =>
  (payout: AcmePayout): void =>
    void Object.assign(payout, { status });
const nothing = (): void => undefined;

async function all({ acme, payout }: World, options?: FollowOptions): Promise<readonly AppliedSnapshot[]> {
  const seen: AppliedSnapshot[] = [];
  for await (const observation of follow(acme, payout, options)) seen.push(observation);
  return seen;
}
const words = (seen: readonly AppliedSnapshot[]): string[] => seen.map(({ result, payout }) => `${result} ${payout.status}`);

describe('what is yielded', () => {
  it('every change, and nothing else, until it is final', async () => {
    const w = await world();
    w.during.push(nothing, turnsInto('in_transit'), nothing, turnsInto('paid'), nothing, turnsInto('failed'));
    expect(words(await all(w))).toEqual(['advanced in_transit', 'advanced paid', 'reversed failed']);
    expect(w.reads()).toBe(7);
  });

  it('is read at once: what is known may be old', async () => {
    const w = await world();
    turnsInto('canceled')(w.bank.payouts[0] ?? ({} as AcmePayout));
    expect(words(await all(w))).toEqual(['advanced canceled']);
    expect([w.reads(), w.pauses]).toEqual([1, []]);
  });

  it('details of the same status', async () => {
    const w = await world();
    w.during.push((payout) => void Object.assign(payout, { text: 'new' }), turnsInto('canceled'));
    expect((await all(w)).map(({ changed }) => changed[0])).toEqual(['description', 'status']);
  });

  it('nothing for a late read of an older state', async () => {
    const w = await world();
    w.during.push(turnsInto('paid'), turnsInto('pending'), turnsInto('in_transit'), turnsInto('failed'));
    expect(words(await all(w))).toEqual(['advanced paid', 'reversed failed']);
  });

  it('an anomaly once, and again only after something else', async () => {
    const w = await world();
    w.during.push(
      turnsInto('paid'),
      turnsInto('odd'),
      nothing,
      turnsInto('odder'),
      turnsInto('paid'),
      turnsInto('odd'),
      turnsInto('failed'),
    );
    const seen = await all(w);
    expect(words(seen)).toEqual(['advanced paid', 'anomaly paid', 'anomaly paid', 'anomaly paid', 'reversed failed']);
  });

  it('nothing at all, and no request, for a payout that is over', async () => {
    const w = await world();
    expect(await all({ ...w, payout: { ...w.payout, status: 'returned' } })).toEqual([]);
    expect(w.reads()).toBe(0);
  });

  it('until the caller has enough', async () => {
    const w = await world();
    w.during.push(turnsInto('in_transit'), turnsInto('paid'));
    expect(words(await all(w, { until: ({ status }) => status === 'paid' }))).toEqual(['advanced in_transit', 'advanced paid']);
    expect(await all(w, { until: () => true })).toEqual([]);
  });

  it('ends with the loop that reads it', async () => {
    const w = await world();
    w.during.push(turnsInto('in_transit'), turnsInto('paid'));
    for await (const { payout } of follow(w.acme, w.payout)) if (payout.status === 'in_transit') break;
    expect(w.reads()).toBe(2);
  });
});

describe('pauses', () => {
  it('double while nothing changes, up to the longest, and begin anew after a change', async () => {
    const w = await world(1);
    w.during.push(nothing, nothing, nothing, nothing, turnsInto('in_transit'), nothing, turnsInto('failed'));
    await all(w, { firstPauseMs: 1000, longestPauseMs: 8000 });
    expect(w.pauses).toEqual([2000, 4000, 8000, 8000, 8000, 1000, 2000]);
  });

  it.each([
    [0, 0.5],
    [0.5, 0.75],
  ])('half of each is jitter: %s', async (random, share) => {
    const w = await world(random);
    w.during.push(nothing, nothing, turnsInto('failed'));
    await all(w, { firstPauseMs: 1000 });
    expect(w.pauses).toEqual([2000 * share, 4000 * share, 8000 * share]);
  });

  it('stay bounded for ever', async () => {
    const w = await world(1);
    w.during.push(...Array.from({ length: 2000 }, () => nothing), turnsInto('failed'));
    await all(w);
    expect(Math.max(...w.pauses)).toBe(900_000);
  });
});

describe('reads that fail', () => {
  it('are told and survived', async () => {
    const w = await world();
    w.bank.next({ lose: 'answer' }, { status: 500 }, { status: 404 });
    w.during.push(nothing, nothing, nothing, turnsInto('failed'));
    expect(words(await all(w))).toEqual(['advanced failed']);
    const failures = w.told.flatMap((event) => (event.type === 'diagnostic' ? [`${event.code} ${event.message}`] : []));
    expect(failures).toEqual([
      'follow_read_failed ac_1 could not be read (provider_unavailable), 1 times in a row.',
      'follow_read_failed ac_1 could not be read (provider_unavailable), 2 times in a row.',
      'follow_read_failed ac_1 could not be read (not_found), 3 times in a row.',
    ]);
  });

  it('are counted in a row only', async () => {
    const w = await world();
    w.during.push(
      () => w.bank.next({ status: 500 }),
      nothing,
      () => w.bank.next({ status: 500 }),
      nothing,
      turnsInto('failed'),
    );
    expect(words(await all(w, { failedReads: 1 }))).toEqual(['advanced failed']);
  });

  it.each([
    [0, 1],
    [5, 6],
  ])('are thrown beyond %s in a row', async (failedReads, reads) => {
    const w = await world();
    w.bank.next(...Array.from({ length: 20 }, () => ({ status: 401 })));
    await expect(all(w, { failedReads })).rejects.toMatchObject({ code: 'authentication' });
    expect(w.reads()).toBe(reads);
  });

  it('wait as long as the provider asks', async () => {
    const w = await world();
    w.bank.next({ status: 429, headers: { 'retry-after': '120' } });
    w.during.push(turnsInto('failed'));
    await all(w);
    expect(w.pauses).toEqual([120_000]);
  });
});

describe('an abort ends it quietly', () => {
  it('before it begins', async () => {
    const w = await world();
    expect(await all(w, { signal: AbortSignal.abort() })).toEqual([]);
    expect(w.reads()).toBe(0);
  });

  it('in a pause', async () => {
    const w = await world();
    const controller = new AbortController();
    w.during.push(nothing, () => controller.abort());
    expect(await all(w, { signal: controller.signal })).toEqual([]);
    expect([w.reads(), w.pauses.length]).toEqual([2, 2]);
  });

  it('in a pause that is not over yet', async () => {
    const w = await world();
    const controller = new AbortController();
    const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        if (ms !== DEADLINE_MS) controller.abort();
      });
    const acme = createAcme({ token: ACME_TOKEN, fetch: w.bank.fetch, timeoutMs: DEADLINE_MS, runtime: { sleep } });
    expect(await all({ ...w, acme }, { signal: controller.signal })).toEqual([]);
    expect(w.reads()).toBe(1);
  });

  it('while it reads', async () => {
    const w = await world();
    const controller = new AbortController();
    const acme = { ...w.acme, retrieve: (...args: Parameters<AcmeProvider['retrieve']>) => (controller.abort(), w.acme.retrieve(...args)) };
    expect(await all({ ...w, acme }, { signal: controller.signal })).toEqual([]);
    expect([w.reads(), w.pauses]).toEqual([0, []]);
  });
});

describe('refused at once, before any request', () => {
  it.each<[string, Partial<Payout>, FollowOptions, string]>([
    ["another provider's payout", { provider: 'other' }, {}, 'payout'],
    ["another name's payout", { name: 'eu' }, {}, 'payout'],
    ['a pause of nothing', {}, { firstPauseMs: 0 }, 'firstPauseMs'],
    ['a longest pause below the first', {}, { firstPauseMs: 10, longestPauseMs: 5 }, 'longestPauseMs'],
    ['failures that cannot be counted', {}, { failedReads: -1 }, 'failedReads'],
  ])('%s', async (_, fields, options, path) => {
    const w = await world();
    expect(() => follow(w.acme, { ...w.payout, ...fields }, options)).toThrow(
      expect.objectContaining({ code: 'invalid_request', issues: [{ path, message: expect.any(String) }] }),
    );
    expect(w.reads()).toBe(0);
  });
});
