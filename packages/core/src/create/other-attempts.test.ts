// NEVER-TWICE R5: an attempt above 1 follows a certain rejection, and a cast cannot make it otherwise.
import { describe, expect, it } from 'vitest';
import {
  type AcmeWorld,
  acmeWorld,
  after,
  answered,
  answerLost,
  changed,
  type Meets,
  RENT,
  requestLost,
  stored,
  TEN,
  told,
} from '../__tests__/acme-world.ts';
import { table } from '../__tests__/table.ts';
import type { Attempt, PayoutOutcome } from '../payout/outcome.ts';
import { nextAttempt } from '../payout/outcome.ts';
import { type StoredSubmission, memorySubmissions, type Submission } from '../stores/submission.ts';

/** What only a cast can ask for. */
const RAISED = { ...RENT, attempt: 2 as Attempt } as const;

function following(outcome: PayoutOutcome): Attempt {
  if (outcome.outcome === 'rejected' && outcome.retry === 'next_attempt') return nextAttempt(outcome);
  throw new Error(`no next attempt after ${told(outcome)}`);
}

/** An empty page, under another clock than ours, or none. */
const clocked = (date: string | null): Meets =>
  answered(200, { payouts: [], next: null }, date === null ? {} : { date: new Date(date).toUTCString() });

function expectPayouts({ bank }: AcmeWorld, count: number): void {
  expect(bank.payouts).toHaveLength(count);
}

describe('after a rejection that spent its key', () => {
  it('the next attempt is sent, under another key', async () => {
    const world = acmeWorld({}, { balance: 5 });
    const first = await world.acme.createPayout(RENT);
    world.bank.balance = 100;
    expect(await world.acme.createPayout({ ...RENT, attempt: following(first) })).toMatchObject({ outcome: 'accepted', replayed: false });
    expect(new Set(world.creates().map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
    expectPayouts(world, 1);
  });

  it('and a corrected request may go with it', async () => {
    const world = acmeWorld();
    world.onCreate(answered(400));
    const first = await world.acme.createPayout(RENT);
    const outcome = await world.acme.createPayout({ ...RENT, money: { ...TEN, amount: '9.00' }, attempt: following(first) });
    expect(outcome).toMatchObject({ outcome: 'accepted', payout: { money: { amount: '9.00' } } });
  });

  it('by another process, too: the store knows the rejection', async () => {
    const submissions = table();
    const world = acmeWorld({ submissions }, { balance: 5 });
    const first = await world.acme.createPayout(RENT);
    world.bank.balance = 100;
    expect(told(await world.restarted().createPayout({ ...RENT, attempt: following(first) }))).toBe('ac_1');
  });
});

describe('raised by a cast, it is not sent', () => {
  it.each([
    ['while the first is unknown', requestLost],
    ['while the answer of the first was lost', answerLost],
    ['while the first may be tried again', answered(401)],
  ])('%s', async (_, meets) => {
    const world = acmeWorld({ maxResends: 0, correlation: 'none' });
    world.onCreate(meets);
    const first = await world.acme.createPayout(RENT);
    const outcome = await world.acme.createPayout(RAISED);
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      error: { code: 'idempotency_conflict', outcome: 'unknown' },
      submission: { attempt: 1, key: first.submission?.key },
      next: { action: 'submit' },
    });
    expect(world.creates()).toHaveLength(1);
  });

  it('after the first was accepted', async () => {
    const world = acmeWorld();
    await world.acme.createPayout(RENT);
    expect(await world.acme.createPayout(RAISED)).toMatchObject({
      outcome: 'accepted',
      payout: { id: 'ac_1' },
      submission: { attempt: 1 },
      notices: [{ code: 'earlier_attempt' }],
    });
    expectPayouts(world, 1);
  });

  it('while the first is on its way', async () => {
    const world = acmeWorld();
    const second: PayoutOutcome[] = [];
    world.onCreate(after(async () => second.push(await world.acme.createPayout(RAISED))));
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    expect(second.map(told)).toEqual(['unknown idempotency_conflict']);
    expectPayouts(world, 1);
  });

  it('with the store of another process, which knows nothing: by what this process remembers', async () => {
    const world = acmeWorld({ maxResends: 0, correlation: 'none' });
    world.onCreate(requestLost);
    const submission = await world.acme.prepare(RENT);
    // Sent past the store, as a caller with its own table would.
    const rows = world.context.memory;
    await world.acme.submit(submission);
    expect(rows.uncertain.size).toBe(1);
    const forgetful = world.restarted({ runtime: world.time, submissions: memorySubmissions() });
    expect(await forgetful.createPayout(RAISED)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'idempotency_conflict' },
      next: { action: 'review', candidates: [] },
    });
    expect(world.creates()).toHaveLength(1);
  });

  it('three at once: none of them passes the other', async () => {
    const world = acmeWorld({ maxResends: 0, correlation: 'none' });
    world.onCreate(requestLost);
    await world.acme.createPayout(RENT);
    const outcomes = await Promise.all([2, 3, 4].map((attempt) => world.acme.createPayout({ ...RENT, attempt: attempt as Attempt })));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(world.creates()).toHaveLength(1);
  });

  it('nor is the first, once somebody raised it: the raised one may exist', async () => {
    const world = acmeWorld({ maxResends: 0, correlation: 'none' });
    world.onCreate(requestLost);
    await world.acme.createPayout(RAISED);
    expect(await world.acme.createPayout(RENT)).toMatchObject({
      outcome: 'unknown',
      submission: { attempt: 2 },
      next: { action: 'submit' },
    });
    expect(world.creates()).toHaveLength(1);
  });
});

describe('an attempt whose number was raised further', () => {
  /** What a job asks for that takes its own count of retries for the attempt. */
  const attemptOf = (attempt: number) => ({ ...RENT, attempt: attempt as Attempt });

  it.each([
    [3, 'accepted', () => undefined],
    [3, 'unknown', (world: AcmeWorld) => world.onCreate(answerLost)],
    [11, 'accepted', () => undefined],
  ])('%i, made first and %s: the first attempt is not sent after it', async (raised, outcome, prepare) => {
    const world = acmeWorld({ maxResends: 0, correlation: 'none' });
    prepare(world);
    expect((await world.acme.createPayout(attemptOf(raised))).outcome).toBe(outcome);
    const paid = { outcome: 'accepted', payout: { id: 'ac_1' }, notices: [{ code: 'later_attempt' }] };
    const inDoubt = { outcome: 'unknown', next: { action: 'submit' } };
    expect(await world.acme.createPayout(RENT)).toMatchObject({
      ...(outcome === 'accepted' ? paid : inDoubt),
      submission: { attempt: raised },
    });
    expectPayouts(world, 1);
  });

  it('and was refused does not hide the one after it', async () => {
    const world = acmeWorld({ correlation: 'none' }, { balance: 5 });
    const second = await world.acme.createPayout(RAISED);
    world.bank.balance = 100;
    await world.acme.createPayout({ ...RENT, attempt: following(second) });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', submission: { attempt: 3 } });
    expectPayouts(world, 1);
  });
});

describe('where the provider can look up, earlier keys are looked for first', () => {
  it('one that is found is accepted, and says so', async () => {
    const world = acmeWorld();
    world.onCreate(answerLost);
    const other = world.restarted({ submissions: memorySubmissions(), maxResends: 0 });
    expect((await other.createPayout(RENT)).outcome).toBe('unknown');
    const outcome = await world.acme.createPayout(RAISED);
    expect(outcome).toMatchObject({
      outcome: 'accepted',
      payout: { id: 'ac_1' },
      replayed: true,
      submission: { attempt: 2 },
      notices: [{ code: 'earlier_attempt' }],
    });
    expectPayouts(world, 1);
  });

  it('one that was found is the answer of the raised attempt from then on', async () => {
    const world = acmeWorld();
    await world.restarted({ submissions: memorySubmissions() }).createPayout(RENT);
    await world.acme.createPayout(RAISED);
    const again = await world.acme.createPayout(RAISED);
    expect(again).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' }, notices: [{ code: 'earlier_attempt' }] });
    if (again.submission === null) throw new Error('no submission');
    expect(await world.acme.lookup(again.submission)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
    expectPayouts(world, 1);
  });

  it('one that is found with another amount is shown to a person', async () => {
    const world = acmeWorld();
    const other = world.restarted({ submissions: memorySubmissions() });
    await other.createPayout({ ...RENT, money: { ...TEN, amount: '8.00' } });
    const outcome = await world.acme.createPayout(RAISED);
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [{ id: 'ac_1' }] } });
    // Its own token, not that of the attempt that was found: else "absent" could never be said of it.
    expect(outcome.submission?.correlation.token).toBe(outcome.submission?.key);
    expectPayouts(world, 1);
  });

  it('none is found: it is sent', async () => {
    const world = acmeWorld();
    expect(await world.acme.createPayout(RAISED)).toMatchObject({ outcome: 'accepted', replayed: false, submission: { attempt: 2 } });
    expect(world.left.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('the list cannot be read: nothing is sent', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onRead(requestLost);
    expect(await world.acme.createPayout(RAISED)).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
    expect(world.creates()).toEqual([]);
  });

  it.each<readonly [string, Meets]>([
    ['repeats a cursor', changed(() => ({ payouts: [], next: '7' }))],
    ['is read under a clock that disagrees', clocked('2026-11-20T09:02:00Z')],
    ['shows no clock', clocked(null)],
  ])('a list that %s shows no absence: nothing is sent, and a person is asked', async (_, page) => {
    const world = acmeWorld({ maxResends: 0 });
    // Another process paid the first attempt; its payout is on a page that is not read.
    await world.restarted({ submissions: memorySubmissions() }).createPayout(RENT);
    world.onRead(...Array.from({ length: 3 }, () => page));
    expect(await world.acme.createPayout(RAISED)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'unresolved', outcome: 'unknown' },
      submission: { attempt: 2 },
      next: { action: 'review', candidates: [] },
    });
    expectPayouts(world, 1);
  });

  it('as far back as an earlier attempt can have been sent', async () => {
    const world = acmeWorld();
    await world.acme.createPayout(RAISED);
    const from = new URL(world.left[0]?.path ?? '', 'http://acme.test').searchParams.get('created_from');
    expect(from).toBe('2026-10-16T09:00:00.000Z'); // 35 days.
  });

  it('the first attempt asks nobody', async () => {
    const world = acmeWorld();
    await world.acme.createPayout(RENT);
    expect(world.left.map(({ method }) => method)).toEqual(['POST']);
  });

  it('an answer without its token is not taken for an earlier one', async () => {
    const world = acmeWorld();
    await world.restarted({ submissions: memorySubmissions() }).createPayout(RENT);
    world.onRead(changed((page) => ({ ...page, payouts: (page['payouts'] as object[]).map((payout) => ({ ...payout, token: null })) })));
    expect(await world.acme.createPayout(RAISED)).toMatchObject({ outcome: 'accepted', replayed: false });
  });
});

describe('a store that', () => {
  it.each([
    ['fails', async (): Promise<never> => Promise.reject(new Error('down'))],
    ['answers something else', async (): Promise<never> => ({ submission: 'x' }) as never],
  ])('%s when other attempts are looked for: nothing is sent', async (_, find) => {
    const world = acmeWorld({ submissions: table({ find }) });
    expect(await world.acme.createPayout(RAISED)).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' } });
    expect(world.left).toEqual([]);
  });

  it('knows a later attempt of a submission that is only sent now', async () => {
    const rows: StoredSubmission[] = [];
    const world = acmeWorld({
      submissions: table({ find: async ({ attempt }) => rows.find(({ submission }) => submission.attempt === attempt) ?? null }),
    });
    const submission: Submission = await world.acme.prepare(RENT);
    rows.push({ submission: stored(await world.acme.prepare(RAISED)), resolution: null });
    expect(await world.acme.submit(submission)).toMatchObject({ outcome: 'unknown', submission: { attempt: 2 } });
    expect(world.left).toEqual([]);
  });

  it('knows that the later attempt was refused for good: the first may be sent', async () => {
    const world = acmeWorld({ correlation: 'none' });
    world.onCreate(answered(400));
    await world.acme.createPayout(RAISED);
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
  });
});
