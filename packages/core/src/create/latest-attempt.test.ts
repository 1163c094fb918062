// A reference is what its highest attempt says, whoever asks: paid is paid, and a refusal keeps its own reason.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, answered, answerLost, MARKED, RENT, requestLost, stored, TEN, told } from '../__tests__/acme-world.ts';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';
import { createAcme } from '../__tests__/acme.ts';
import { HOUR_MS, NINE } from '../__tests__/manual-time.ts';
import { table } from '../__tests__/table.ts';
import { type Attempt, nextAttempt, type PayoutOutcome, type RejectedPayout } from '../payout/outcome.ts';
import { createPayoutRegistry } from '../registry/registry.ts';
import { memorySubmissions } from '../stores/submission.ts';

function nextAfter(outcome: PayoutOutcome): Attempt {
  if (outcome.outcome === 'rejected' && outcome.retry === 'next_attempt') return nextAttempt(outcome);
  throw new Error(`no next attempt after ${told(outcome)}`);
}

/** The first attempt was refused for too little money. */
async function refusedOnce(settings: Parameters<typeof acmeWorld>[0] = {}): Promise<AcmeWorld & { readonly first: RejectedPayout }> {
  const world = acmeWorld({ maxResends: 0, ...settings }, { balance: 5 });
  const first = await world.acme.createPayout(RENT);
  if (first.outcome !== 'rejected') throw new Error(told(first));
  world.bank.balance = 1000;
  return { ...world, first };
}

async function paidByTheSecond(settings: Parameters<typeof acmeWorld>[0] = {}) {
  const world = await refusedOnce(settings);
  const second = await world.acme.createPayout({ ...RENT, attempt: nextAfter(world.first) });
  expect(told(second)).toBe('ac_1');
  return world;
}

const STORES = [
  ['the store in memory', undefined],
  ['a store without refuse', table],
] as const;

describe.each(STORES)('over %s', (_, store) => {
  const settings = (): Parameters<typeof acmeWorld>[0] => (store === undefined ? {} : { submissions: store() });

  it('a reference that the second attempt paid is accepted, without a notice, and nothing is sent', async () => {
    const world = await paidByTheSecond(settings());
    const sent = world.creates().length;
    expect(await world.acme.createPayout(RENT)).toMatchObject({
      outcome: 'accepted',
      replayed: true,
      payout: { id: 'ac_1' },
      submission: { attempt: 2 },
      notices: [],
    });
    expect(world.creates()).toHaveLength(sent);
  });

  it('the first attempt by its number is accepted, too, and a notice says that a later one made it', async () => {
    const world = await paidByTheSecond(settings());
    const later = { outcome: 'accepted', payout: { id: 'ac_1' }, notices: [{ code: 'later_attempt' }] };
    expect(await world.acme.createPayout({ ...RENT, attempt: 1 })).toMatchObject(later);
    expect(await world.acme.submit(stored(world.first.submission))).toMatchObject(later);
    expect(await world.acme.lookup(stored(world.first.submission))).toMatchObject(later);
  });

  it('another amount under a reference that the second attempt paid is taken, and shows the payout', async () => {
    const world = await paidByTheSecond(settings());
    expect(await world.acme.createPayout({ ...RENT, money: { ...TEN, amount: '11.00' } })).toMatchObject({
      outcome: 'unknown',
      error: { code: 'reference_taken', issues: [{ path: 'money', message: 'is kept as 10.00 EUR' }] },
      next: { action: 'review', candidates: [{ id: 'ac_1' }] },
    });
  });

  it.each([
    ['was lost before it arrived', requestLost],
    ['was lost behind the payout', answerLost],
  ])('a second attempt whose answer %s is submitted again by a create without a number', async (__, meets) => {
    const world = await refusedOnce(settings());
    world.onCreate(meets);
    expect(told(await world.acme.createPayout({ ...RENT, attempt: nextAfter(world.first) }))).toBe('unknown provider_unavailable');
    expect(await world.acme.createPayout({ ...RENT, attempt: 1 })).toMatchObject({
      outcome: 'unknown',
      error: { code: 'idempotency_conflict' },
      submission: { attempt: 2 },
    });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', submission: { attempt: 2 } });
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('of three refused attempts the highest says why, with its own reason', async () => {
    const world = await refusedOnce(settings());
    world.onCreate(answered(400, undefined, MARKED));
    const second = await world.acme.createPayout({ ...RENT, attempt: nextAfter(world.first) });
    world.bank.balance = 5;
    const third = await world.acme.createPayout({ ...RENT, attempt: nextAfter(second) });
    world.bank.balance = 1000;
    const again = await world.acme.createPayout(RENT);
    expect(again).toMatchObject({ outcome: 'rejected', replayed: true, submission: { attempt: 3 }, error: { code: 'insufficient_funds' } });
    expect(nextAfter(again)).toBe(4);
    expect(await world.acme.createPayout({ ...RENT, attempt: nextAfter(world.first) })).toMatchObject({
      outcome: 'rejected',
      submission: { attempt: 2 },
      error: { code: second.outcome === 'rejected' ? second.error.code : '' },
    });
    expect(third).toMatchObject({ outcome: 'rejected', replayed: false });
  });
});

it('fifty creates without a number ask the open second attempt once', async () => {
  const world = await refusedOnce();
  world.onCreate(answerLost);
  await world.acme.createPayout({ ...RENT, attempt: nextAfter(world.first) });
  const sent = world.creates().length;
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => world.acme.createPayout(RENT)));
  expect(new Set(outcomes.map(told))).toEqual(new Set(['ac_1']));
  expect(world.creates()).toHaveLength(sent + 1);
  expect([world.context.memory.inFlight.size, world.time.waiting]).toEqual([0, 0]);
});

it('creates with and without the number of the first attempt do not share an answer that is for one of them only', async () => {
  const world = await refusedOnce();
  world.onCreate(answerLost);
  await world.acme.createPayout({ ...RENT, attempt: nextAfter(world.first) });
  const [any, first] = await Promise.all([world.acme.createPayout(RENT), world.acme.createPayout({ ...RENT, attempt: 1 })]);
  expect(told(any)).toBe('ac_1');
  expect(['accepted', 'unknown']).toContain(first.outcome);
  expect(world.bank.payouts).toHaveLength(1);
});

it('attempts are read upwards: one that is paid between two reads is not missed', async () => {
  const rows = table();
  let race: (() => Promise<unknown>) | null = null;
  const world = await refusedOnce({
    submissions: {
      ...rows,
      find: async (place) => {
        const row = await rows.find(place);
        // After the second attempt was read as absent, and before the ten above are.
        if (race !== null && place.attempt === 2 && row === null) await race();
        return row;
      },
    },
  });
  race = async () => {
    race = null;
    await world.restarted({ submissions: rows }).createPayout({ ...RENT, attempt: nextAfter(world.first) });
  };
  expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
});

it('while the later attempts cannot be read, nothing is said to be rejected', async () => {
  const rows = table();
  let down = false;
  const find: typeof rows.find = (place) => (down && place.attempt > 1 ? Promise.reject(new Error('down')) : rows.find(place));
  const world = await refusedOnce({ submissions: { ...rows, find } });
  down = true;
  expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' } });
});

describe('an attempt after a refusal that the store has with its proof', () => {
  it('is sent without a look at the list', async () => {
    const world = await refusedOnce({ submissions: { ...memorySubmissions() } }); // A table of somebody's, as far as core can see.
    const reads = world.left.filter(({ method }) => method === 'GET').length;
    await world.acme.createPayout({ ...RENT, attempt: nextAfter(world.first) });
    expect(world.left.filter(({ method }) => method === 'GET')).toHaveLength(reads);
  });

  it('is looked for where the store is gone with the process: another may have sent the first attempt since', async () => {
    const world = await refusedOnce();
    world.onCreate(answerLost);
    await world.restarted({ submissions: memorySubmissions() }).createPayout(RENT);
    expect(await world.acme.createPayout({ ...RENT, attempt: nextAfter(world.first) })).toMatchObject({ outcome: 'accepted' });
    expect(world.left.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });

  it('is looked for where a person said so: their word is no proof', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(requestLost);
    const { submission } = await world.acme.createPayout(RENT);
    if (submission === null) throw new Error('no submission');
    world.time.jump(NINE + 30 * HOUR_MS);
    const resolution = await world.acme.resolve(submission, { absent: true });
    const reads = world.left.filter(({ method }) => method === 'GET').length;
    expect(told(await world.acme.createPayout({ ...RENT, attempt: nextAfter(resolution) }))).toBe('ac_1');
    expect(world.left.filter(({ method }) => method === 'GET')).toHaveLength(reads + 1);
  });
});

it('a later attempt that another provider of the registry paid is handed back to be submitted there', async () => {
  const submissions = memorySubmissions();
  const world = await refusedOnce({ submissions });
  const settings = { fetch: world.bank.fetch, runtime: world.time, submissions, token: ACME_TOKEN };
  const eu = createAcme({ ...settings, name: 'eu' });
  expect(told(await eu.createPayout({ ...RENT, attempt: nextAfter(world.first) }))).toBe('ac_1');
  const seen = await world.acme.lookup(stored(world.first.submission));
  expect(seen).toMatchObject({ outcome: 'unknown', submission: { name: 'eu', attempt: 2 }, next: { action: 'submit' } });
  const registry = createPayoutRegistry({ acme: world.acme, eu });
  expect(told(await registry.submit(seen.submission as never))).toBe('ac_1');
  expect(world.bank.payouts).toHaveLength(1);
});
