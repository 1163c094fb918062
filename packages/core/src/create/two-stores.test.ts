// One process, two stores: exchanges are joined, and things are noted, per store. What one store knows says nothing about another.
import { describe, expect, it } from 'vitest';
import {
  type AcmeWorld,
  acmeWorld,
  answered,
  answerLost,
  type Meets,
  RENT,
  requestLost,
  stored,
  TEN,
  told,
} from '../__tests__/acme-world.ts';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';
import { type AcmeProvider, createAcme } from '../__tests__/acme.ts';
import { HOUR_MS, NINE } from '../__tests__/manual-time.ts';
import { table } from '../__tests__/table.ts';
import type { Attempt } from '../payout/outcome.ts';
import { memorySubmissions, type SubmissionStore } from '../stores/submission.ts';

const DAY_MS = 24 * HOUR_MS;

/** A request that waits on its way until the test lets it go. */
function heldBack(then: Meets = (arrive) => arrive()): { readonly meets: Meets; readonly reached: Promise<void>; go(): void } {
  const reached = Promise.withResolvers<void>();
  const may = Promise.withResolvers<void>();
  const meets: Meets = async (arrive, request) => {
    reached.resolve();
    await may.promise;
    return then(arrive, request);
  };
  return { meets, reached: reached.promise, go: () => may.resolve() };
}

/** The provider of the world, and one with another store in the same process. */
function twoStores(
  second: SubmissionStore = memorySubmissions(),
): AcmeWorld & { readonly b: AcmeProvider; readonly second: SubmissionStore } {
  const world = acmeWorld({ maxResends: 0, submissions: memorySubmissions() });
  return { ...world, second, b: world.restarted({ runtime: world.time, submissions: second }) };
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
};

describe('the same request at the same time', () => {
  it('is not told the refusal of another store: its own row was shared, and is paid', async () => {
    const world = twoStores();
    // Another process, with the store of b, paid and lost the answer.
    world.onCreate(answerLost);
    expect(told(await world.restarted({ submissions: world.second }).createPayout(RENT))).toBe('unknown provider_unavailable');
    const { meets, reached, go } = heldBack(answered(401));
    world.onCreate(meets, answered(401));
    const a = world.acme.createPayout(RENT);
    await reached;
    const b = world.b.createPayout(RENT);
    await turns(5);
    go();
    expect(told(await b)).toBe('unknown authentication');
    await a;
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('waits, and is answered the payout, which its own store then knows', async () => {
    const world = twoStores();
    const { meets, reached, go } = heldBack();
    world.onCreate(meets);
    const a = world.acme.createPayout(RENT);
    await reached;
    const b = world.b.createPayout(RENT);
    await turns(5);
    go();
    expect([told(await a), told(await b)]).toEqual(['ac_1', 'ac_1']);
    expect(world.creates()).toHaveLength(1);
    expect(await world.second.find({ namespace: '', reference: RENT.reference, attempt: 1 })).toMatchObject({
      resolution: { payoutId: 'ac_1' },
    });
    expect([world.context.memory.inFlight.size, world.time.waiting]).toEqual([0, 0]);
  });

  it('waits no longer than its own deadline', async () => {
    const world = twoStores();
    const { meets, reached, go } = heldBack();
    world.onCreate(meets);
    const a = world.acme.createPayout(RENT);
    await reached;
    const b = world.b.createPayout(RENT, { timeoutMs: 1000 });
    await turns(5);
    world.time.pass(1000);
    expect(await b).toMatchObject({ outcome: 'unknown', error: { code: 'aborted' }, next: { action: 'submit' } });
    go();
    expect(told(await a)).toBe('ac_1');
  });

  it('another amount is sent by neither', async () => {
    const world = twoStores();
    const { meets, reached, go } = heldBack();
    world.onCreate(meets);
    const a = world.acme.createPayout(RENT);
    await reached;
    expect(told(await world.b.createPayout({ ...RENT, money: { ...TEN, amount: '99.00' } }))).toBe('unknown reference_taken');
    go();
    await a;
    expect(world.creates()).toHaveLength(1);
  });
});

describe('a payout that the process knows', () => {
  it('is the answer through another store days later, when the provider has forgotten the key', async () => {
    const world = twoStores();
    await world.acme.createPayout(RENT);
    world.time.jump(NINE + 3 * DAY_MS);
    expect(await world.b.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' }, replayed: true });
    expect([world.creates().length, world.bank.payouts.length]).toEqual([1, 1]);
  });

  it('is not the answer for another credential: that may be another account', async () => {
    const world = twoStores();
    await world.acme.createPayout(RENT);
    const other = world.restarted({ runtime: world.time, token: 'another', submissions: memorySubmissions() });
    expect(told(await other.createPayout(RENT))).toBe('unknown authentication');
    expect(world.creates()).toHaveLength(2);
  });

  it('is recorded at the next chance where the store failed, and told as not recorded until then', async () => {
    const rows = table();
    let down = true;
    const resolve: SubmissionStore['setResolution'] = (...how) => (down ? Promise.reject(new Error('full')) : rows.setResolution(...how));
    const world = acmeWorld({ maxResends: 0, submissions: { ...rows, setResolution: resolve } });
    const failed = { outcome: 'accepted', notices: [{ code: 'not_recorded' }] };
    expect(await world.acme.createPayout(RENT)).toMatchObject(failed);
    expect(await world.acme.createPayout(RENT)).toMatchObject(failed);
    down = false;
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', notices: [] });
    expect(rows.resolution).toEqual([{ payoutId: 'ac_1' }]);
    expect(world.creates()).toHaveLength(1);
  });
});

it('a certain refusal that the store could not record is recorded at the next chance, and nothing is sent', async () => {
  const rows = table();
  let down = true;
  const resolve: SubmissionStore['setResolution'] = (...how) => (down ? Promise.reject(new Error('full')) : rows.setResolution(...how));
  const world = acmeWorld({ maxResends: 0, submissions: { ...rows, setResolution: resolve } }, { balance: 5 });
  const failed = { outcome: 'rejected', retry: 'next_attempt', error: { code: 'insufficient_funds' }, notices: [{ code: 'not_recorded' }] };
  expect(await world.acme.createPayout(RENT)).toMatchObject(failed);
  const sent = world.left.length;
  expect(await world.acme.createPayout(RENT)).toMatchObject({ ...failed, replayed: true });
  down = false;
  expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', replayed: true, notices: [] });
  expect(rows.resolution).toMatchObject([
    { rejected: true, retry: 'next_attempt', reason: { code: 'insufficient_funds', by: 'provider' } },
  ]);
  expect(world.left).toHaveLength(sent);
});

describe('a create that the provider holds', () => {
  const held = answered(423);

  it('is noted in the store of everybody who asked, so that other processes send nothing', async () => {
    const second = table();
    const world = twoStores(second);
    const { meets, reached, go } = heldBack(held);
    world.onCreate(meets);
    const a = world.acme.createPayout(RENT);
    await reached;
    const b = world.b.createPayout(RENT);
    await turns(5);
    go();
    expect([told(await a), told(await b)]).toEqual(['unknown payouts_blocked', 'unknown payouts_blocked']);
    world.time.jump(NINE + 2 * DAY_MS);
    expect(await world.restarted({ submissions: second }).createPayout(RENT)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'payouts_blocked' },
      next: { action: 'review' },
    });
    expect(world.creates()).toHaveLength(1);
  });

  it('is noted at the next chance where the store failed, and told as not recorded until then', async () => {
    const rows = table();
    let down = true;
    const keep: SubmissionStore['putIfAbsent'] = (given) =>
      down && given.reference !== RENT.reference ? Promise.reject(new Error('full')) : rows.putIfAbsent(given);
    const world = acmeWorld({ maxResends: 0, submissions: { ...rows, putIfAbsent: keep } });
    world.onCreate(held);
    const first = await world.acme.createPayout(RENT);
    const blocked = { outcome: 'unknown', error: { code: 'payouts_blocked' } };
    expect(first).toMatchObject({ ...blocked, notices: [{ code: 'not_recorded' }] });
    expect(await world.acme.lookup(stored(first.submission))).toMatchObject({ ...blocked, notices: [{ code: 'not_recorded' }] });
    down = false;
    expect(await world.acme.createPayout(RENT)).toMatchObject({ ...blocked, notices: [] });
    world.time.jump(NINE + 2 * DAY_MS);
    expect(await world.restarted().createPayout(RENT)).toMatchObject(blocked);
    expect(world.creates()).toHaveLength(1);
  });
});

it('an exchange that everybody left is waited for, whichever store it was for', async () => {
  const world = twoStores();
  const controller = new AbortController();
  const { meets, reached, go } = heldBack(requestLost);
  world.onCreate(meets);
  const a = world.acme.createPayout(RENT, { signal: controller.signal });
  await reached;
  controller.abort();
  const b = world.b.createPayout(RENT);
  await turns(5);
  go();
  expect(told(await a)).toBe('unknown aborted');
  expect(told(await b)).toBe('ac_1');
  expect(world.bank.payouts).toHaveLength(1);
});

describe('input that is refused now, of a reference that another store of this process knows', () => {
  const BAD = { ...RENT, money: { amount: '10', currency: 'EUR' } };

  it('is unknown while it is being sent', async () => {
    const world = twoStores();
    const { meets, reached, go } = heldBack();
    world.onCreate(meets);
    const a = world.acme.createPayout(RENT);
    await reached;
    expect(await world.b.createPayout(BAD)).toMatchObject({ outcome: 'unknown', submission: RENT, next: { action: 'submit' } });
    go();
    await a;
  });

  it.each([
    ['may have been sent', answerLost],
    ['was paid', (arrive: () => Promise<Response>) => arrive()],
  ])('says nothing of the outcome once it %s', async (_, meets) => {
    const world = twoStores();
    world.onCreate(meets);
    await world.acme.createPayout(RENT);
    await expect(world.b.createPayout(BAD)).rejects.toMatchObject({ code: 'invalid_request', outcome: null });
  });

  it('is rejected where nobody here sent it', async () => {
    expect(await twoStores().b.createPayout(BAD)).toMatchObject({ outcome: 'rejected', retry: 'never', submission: null });
  });
});

describe('a reference that this process paid through another store, with a fetch of its own', () => {
  /** The second provider has its own `fetch` in front of the same bank, whose lists lag behind where the test says so. */
  function ownFetch({ emptyLists = false } = {}) {
    const world = twoStores();
    const fetch: typeof globalThis.fetch = async (...given) => {
      const request = new Request(...given);
      const response = await world.bank.fetch(request);
      const list = request.method === 'GET' && new URL(request.url).pathname === '/payouts';
      return emptyLists && list ? Response.json({ payouts: [], next: null }, { headers: response.headers }) : response;
    };
    const own = { runtime: world.time, fetch, submissions: world.second, token: ACME_TOKEN, maxResends: 0 };
    return { ...world, own: createAcme(own) };
  }

  it('is not told rejected by a look that the payout is missing from, days later', async () => {
    const world = ownFetch({ emptyLists: true });
    // Kept by another process that died before it sent.
    await world.second.putIfAbsent(stored(await world.restarted().prepare(RENT)));
    world.time.jump(NINE + 3 * DAY_MS);
    await world.acme.createPayout(RENT);
    expect(await world.own.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' }, replayed: true });
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('is not paid again by the next attempt, after the store was told that the first is absent', async () => {
    const world = ownFetch({ emptyLists: true });
    const kept = stored(await world.restarted().prepare(RENT));
    world.time.jump(NINE + 3 * DAY_MS);
    expect((await world.own.lookup(kept)).outcome).toBe('rejected');
    await world.acme.createPayout(RENT);
    const again = await world.own.createPayout({ ...RENT, attempt: 2 as Attempt });
    expect(again).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' }, notices: [{ code: 'earlier_attempt' }] });
    expect(await world.own.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('is recorded in the store that had its refusal, so that the next process knows it', async () => {
    const world = ownFetch();
    const kept = stored(await world.restarted().prepare(RENT));
    world.time.jump(NINE + 3 * DAY_MS);
    expect((await world.own.lookup(kept)).outcome).toBe('rejected');
    await world.acme.createPayout(RENT);
    expect(await world.own.createPayout(RENT)).toMatchObject({ outcome: 'accepted', notices: [] });
    expect((await world.second.find(kept))?.resolution).toMatchObject({ payoutId: 'ac_1' });
  });

  it('over another amount is taken, also where the store was told that it is absent', async () => {
    const world = ownFetch();
    world.time.jump(NINE + 3 * DAY_MS);
    await world.acme.createPayout(RENT);
    const other = { ...RENT, money: { ...TEN, amount: '11.00' }, attempt: 2 as Attempt };
    expect(told(await world.own.createPayout(other))).toBe('unknown reference_taken');
    expect(world.bank.payouts).toHaveLength(1);
  });
});

it('whoever leaves early is handed the kept submission, and not the one that was prepared for the call', async () => {
  const submissions = table();
  const world = acmeWorld({ maxResends: 0, submissions });
  world.onCreate(requestLost);
  const { submission: kept } = await world.acme.createPayout(RENT);
  world.time.pass(60_000);
  const { meets, reached, go } = heldBack();
  world.onCreate(meets);
  const controller = new AbortController();
  const staying = world.acme.createPayout(RENT);
  await reached;
  const leaving = world.acme.createPayout(RENT, { signal: controller.signal });
  await turns(2);
  controller.abort();
  const left = await leaving;
  expect(left).toMatchObject({ outcome: 'unknown', error: { code: 'aborted' } });
  expect(left.submission).toEqual(kept);
  go();
  expect(told(await staying)).toBe('ac_1');
});
