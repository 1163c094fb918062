// A reference is one payout, whichever of its attempts is asked for: those below are looked at, and so are those above.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, answered, answerLost, changed, RENT, requestLost, stored, told } from '../__tests__/acme-world.ts';
import { HOUR_MS, NINE } from '../__tests__/manual-time.ts';
import { type Attempt, nextAttempt, type PayoutOutcome } from '../payout/outcome.ts';
import { memorySubmissions, type Submission, type SubmissionStore } from '../stores/submission.ts';

/** What only a cast can ask for. */
const RAISED = { ...RENT, attempt: 2 as Attempt } as const;
const BAD = { ...RENT, money: { amount: '10', currency: 'EUR' } } as const;
const EARLIER = { outcome: 'accepted', payout: { id: 'ac_1' }, notices: [{ code: 'earlier_attempt' }] };
const OVER = NINE + 49 * HOUR_MS;

/** A store that outlives the process: it is not known as one in memory. */
const lasting = (changes: Partial<SubmissionStore> = {}): SubmissionStore => ({ ...memorySubmissions(), ...changes });

const paidOnce = ({ bank }: AcmeWorld): void => expect(bank.payouts).toHaveLength(1);

function following(outcome: PayoutOutcome): Attempt {
  if (outcome.outcome === 'rejected' && outcome.retry === 'next_attempt') return nextAttempt(outcome);
  throw new Error(`no next attempt after ${told(outcome)}`);
}

describe('a second attempt that was refused, where the first is paid since', () => {
  const WAYS: readonly (readonly [string, (world: AcmeWorld, second: Submission) => Promise<PayoutOutcome>])[] = [
    ['create', ({ acme }) => acme.createPayout(RAISED)],
    ['submit', ({ acme }, second) => acme.submit(second)],
    ['submit of a stored copy by another process', ({ restarted }, second) => restarted().submit(stored(second))],
    ['lookup', ({ acme }, second) => acme.lookup(second)],
  ];

  it.each(WAYS)('%s answers the payout of the first', async (_, again) => {
    const world = acmeWorld({ submissions: lasting() }, { balance: 5 });
    const refused = await world.acme.createPayout(RAISED);
    expect(refused).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
    world.bank.balance = 1000;
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    expect(await again(world, refused.submission as Submission)).toMatchObject(EARLIER);
    paidOnce(world);
  });
});

describe('a second attempt that nobody kept, long after the first was paid', () => {
  it.each<readonly [string, (world: AcmeWorld, second: Submission) => Promise<PayoutOutcome>]>([
    ['lookup', ({ acme }, second) => acme.lookup(second)],
    ['resolve as absent', ({ acme }, second) => acme.resolve(second, { absent: true })],
    ['submit', ({ acme }, second) => acme.submit(second)],
  ])('%s answers the payout of the first', async (_, ask) => {
    const world = acmeWorld();
    await world.acme.createPayout(RENT);
    const second = await world.acme.prepare(RAISED);
    world.time.jump(OVER);
    expect(await ask(world, second)).toMatchObject(EARLIER);
    paidOnce(world);
  });
});

it('a second attempt is not said to be rejected while the first may exist, by any process, also days later', async () => {
  const submissions = lasting();
  const world = acmeWorld({ submissions, maxResends: 0 });
  const other = world.restarted();
  world.onCreate(answerLost);
  await world.acme.createPayout(RENT);
  const first = { outcome: 'unknown', error: { code: 'idempotency_conflict' }, submission: { attempt: 1 }, next: { action: 'submit' } };
  expect(await world.acme.createPayout(RAISED)).toMatchObject(first);
  expect(await other.createPayout(RAISED)).toMatchObject(first);
  expect(await other.submit(stored(await other.prepare(RAISED)))).toMatchObject(first);
  world.time.jump(OVER);
  expect(await world.acme.createPayout(RAISED)).toMatchObject(first);
  expect(await other.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
  paidOnce(world);
});

it('while the lower attempts cannot be read, a refused one is not said to be rejected', async () => {
  const memory = lasting();
  let down = false;
  const find: SubmissionStore['find'] = async (place) =>
    down && place.attempt === 1 ? Promise.reject(new Error('down')) : memory.find(place);
  const world = acmeWorld({ submissions: { ...memory, find } }, { balance: 5 });
  expect((await world.acme.createPayout(RAISED)).outcome).toBe('rejected');
  down = true;
  expect(told(await world.acme.createPayout(RAISED))).toBe('unknown provider_unavailable');
});

describe('a copy that was prepared apart from a refused first attempt, which a second one paid', () => {
  it.each<readonly [string, (world: AcmeWorld, copy: Submission) => Promise<PayoutOutcome>]>([
    ['submit', ({ acme }, copy) => acme.submit(copy)],
    ['lookup', ({ acme }, copy) => acme.lookup(copy)],
  ])('%s answers the payout of the second', async (_, ask) => {
    const world = acmeWorld({ submissions: lasting() }, { balance: 5 });
    const copy = stored(await world.restarted({ submissions: memorySubmissions() }).prepare(RENT));
    world.time.jump(NINE + 60_000);
    const first = await world.acme.createPayout(RENT);
    world.bank.balance = 1000;
    expect(told(await world.acme.createPayout({ ...RENT, attempt: following(first) }))).toBe('ac_1');
    world.time.jump(OVER);
    expect(await ask(world, copy)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' }, notices: [{ code: 'later_attempt' }] });
    paidOnce(world);
  });
});

describe.each(['by_list', 'never'] as const)('a raised attempt that was never sent, where absence is shown %s', (absence) => {
  it('ends, so that the first can be paid by following next', async () => {
    const world = acmeWorld({ submissions: lasting(), absence });
    world.onCreate(answered(401));
    expect(told(await world.acme.createPayout(RENT))).toBe('rejected authentication');
    const blocked = await world.acme.createPayout(RAISED);
    expect(blocked).toMatchObject({ outcome: 'unknown', submission: { attempt: 1 }, next: { action: 'submit' } });
    expect(told(await world.acme.submit(blocked.submission as Submission))).toBe('ac_1');
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    paidOnce(world);
  });
});

describe('input that is refused now', () => {
  it('is unknown where a row of refusals, longer than any look beside, ends in a payout', async () => {
    const world = acmeWorld({ submissions: lasting() }, { balance: 5 });
    let outcome = await world.acme.createPayout(RENT);
    for (let attempt = 2; attempt <= 11; attempt += 1) outcome = await world.acme.createPayout({ ...RENT, attempt: following(outcome) });
    world.bank.balance = 1000;
    expect(told(await world.acme.createPayout({ ...RENT, attempt: following(outcome) }))).toBe('ac_1');
    expect(await world.acme.createPayout(BAD)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'invalid_request', message: expect.stringContaining('ac_1') },
      submission: { attempt: 12 },
    });
    paidOnce(world);
  });

  it('is unknown where an attempt was refused and the one above it paid while the rows were read', async () => {
    const memory = lasting();
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    let slow = false;
    const find: SubmissionStore['find'] = async (place) => {
      if (slow && place.attempt === 2) {
        reached.resolve();
        await gate.promise;
      }
      return memory.find(place);
    };
    const world = acmeWorld({ submissions: { ...memory, find } }, { balance: 5 });
    const first = await world.acme.createPayout(RENT);
    world.onCreate(answered(401));
    const two = { ...RENT, attempt: following(first) };
    expect(told(await world.acme.createPayout(two))).toBe('rejected authentication');
    slow = true;
    const bad = world.acme.createPayout(BAD);
    await reached.promise;
    slow = false;
    const third = following(await world.acme.createPayout(two));
    world.bank.balance = 1000;
    expect(told(await world.acme.createPayout({ ...RENT, attempt: third }))).toBe('ac_1');
    gate.resolve();
    expect(await bad).toMatchObject({ outcome: 'unknown', submission: { attempt: 3 } });
    paidOnce(world);
  });
});

describe('a person who says that the first attempt is absent frees the reference', () => {
  it.each<readonly [string, Parameters<typeof acmeWorld>[0], boolean]>([
    ['where no list proves an absence', { absence: 'never' }, false],
    ['where the list has a row that cannot be read', {}, true],
  ])('%s', async (_, settings, isUnreadable) => {
    const world = acmeWorld({ submissions: lasting(), maxResends: 0, ...settings });
    world.onCreate(requestLost);
    const { submission } = await world.acme.createPayout(RENT);
    world.time.jump(OVER);
    if (isUnreadable) Object.assign(world.bank.payouts, { 0: { id: 'odd', created_at: new Date(OVER - HOUR_MS).toISOString() } });
    const before = world.bank.payouts.length;
    expect(await world.acme.submit(submission as Submission)).toMatchObject({ outcome: 'unknown', next: { action: 'review' } });
    const absent = await world.acme.resolve(submission as Submission, { absent: true });
    expect((await world.acme.createPayout({ ...RENT, attempt: following(absent) })).outcome).toBe('accepted');
    expect(world.bank.payouts).toHaveLength(before + 1);
  });

  it('but not where nobody did: a raised attempt is not sent past a list that proves nothing', async () => {
    const world = acmeWorld({ absence: 'never' });
    expect(await world.acme.createPayout(RAISED)).toMatchObject({ outcome: 'unknown', next: { action: 'review' } });
    expect(world.creates()).toHaveLength(0);
  });

  it('also of a refusal that only a store in memory has', async () => {
    const world = acmeWorld({ absence: 'never', submissions: memorySubmissions() }, { balance: 5 });
    const first = await world.acme.createPayout(RENT);
    world.bank.balance = 1000;
    expect(told(await world.acme.createPayout({ ...RENT, attempt: following(first) }))).toBe('ac_1');
    paidOnce(world);
  });

  it('but past a row that cannot be read no such refusal goes: another process may have paid since, and the row may be it', async () => {
    const world = acmeWorld({ submissions: memorySubmissions(), maxResends: 0 }, { balance: 5 });
    const first = await world.acme.createPayout(RENT);
    world.bank.balance = 1000;
    world.time.jump(OVER);
    expect(told(await world.restarted({ submissions: memorySubmissions() }).createPayout(RENT))).toBe('ac_1');
    const odd = changed(({ next }) => ({ payouts: [{ id: 'ac_1' }], next }));
    world.onRead(odd, odd, odd);
    const second = await world.acme.createPayout({ ...RENT, attempt: following(first) });
    expect(second).toMatchObject({ outcome: 'unknown', next: { action: 'review' } });
    paidOnce(world);
    // A person may say that it is not ours, and is believed.
    world.time.pass(30 * HOUR_MS);
    const absent = await world.acme.resolve(second.submission as Submission, { absent: true });
    expect((await world.acme.createPayout({ ...RENT, attempt: following(absent) })).outcome).toBe('accepted');
  });
});
