// A provider that holds a create until a person there decides: it may make the payout days later, by itself.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, answered, answerLost, type Meets, RENT, stored, told } from '../__tests__/acme-world.ts';
import { HOUR_MS, NINE } from '../__tests__/manual-time.ts';
import { table } from '../__tests__/table.ts';
import { type Attempt, nextAttempt, type PayoutOutcome } from '../payout/outcome.ts';
import { memorySubmissions, type Submission, type SubmissionStore } from '../stores/submission.ts';

const DAY_MS = 24 * HOUR_MS;
const held: Meets = answered(423);
const ASK = { outcome: 'unknown', error: { code: 'payouts_blocked', outcome: 'unknown' }, next: { action: 'review', candidates: [] } };

/** A world in which rent is held, over a store that others may have, too. */
async function heldWorld(submissions: SubmissionStore = table()): Promise<AcmeWorld & { readonly submission: Submission }> {
  const world = acmeWorld({ submissions });
  world.onCreate(held);
  const outcome = await world.acme.createPayout(RENT);
  expect(outcome).toMatchObject(ASK);
  if (outcome.submission === null) throw new Error('no submission');
  return { ...world, submission: outcome.submission };
}

/** A reviewer approves: Acme does what it was asked, with the token that it was given. */
async function approve({ bank, creates }: AcmeWorld): Promise<void> {
  const [asked] = creates();
  if (asked === undefined) throw new Error('nothing was asked');
  const headers = { ...asked.headers, 'idempotency-key': 'approval-1' };
  await bank.fetch(new Request(`https://acme.test${asked.path}`, { method: 'POST', headers, body: asked.body }));
}

const WAYS: readonly (readonly [string, (world: AcmeWorld, submission: Submission) => Promise<PayoutOutcome>])[] = [
  ['create of the same reference', ({ acme }) => acme.createPayout(RENT)],
  ['submit', ({ acme }, submission) => acme.submit(submission)],
  ['submit of a stored copy', ({ acme }, submission) => acme.submit(stored(submission))],
  ['lookup', ({ acme }, submission) => acme.lookup(submission)],
  ['create by another process', ({ restarted }) => restarted().createPayout(RENT)],
  ['submit by another process', ({ restarted }, submission) => restarted().submit(stored(submission))],
  ['lookup by another process', ({ restarted }, submission) => restarted().lookup(stored(submission))],
];

describe.each(WAYS)('%s', (_, again) => {
  it.each([
    ['at once', 0],
    ['when the key may be forgotten', DAY_MS],
    ['days later', 8 * DAY_MS],
  ])('%s: nothing is sent again, and absence proves nothing', async (__, ms) => {
    const world = await heldWorld();
    world.time.jump(NINE + ms);
    expect(await again(world, world.submission)).toMatchObject(ASK);
    expect(world.creates()).toHaveLength(1);
  });

  it.each([
    ['inside the lease', HOUR_MS],
    ['after it', 5 * DAY_MS],
  ])('finds the payout that was approved %s', async (__, ms) => {
    const world = await heldWorld();
    world.time.jump(NINE + ms);
    await approve(world);
    expect(told(await again(world, world.submission))).toBe('ac_1');
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    expect([world.creates().length, world.bank.payouts.length]).toEqual([1, 1]);
  });
});

describe('a person', () => {
  it('says that it was denied: the next attempt may follow', async () => {
    const world = await heldWorld();
    world.time.jump(NINE + 3 * DAY_MS);
    const resolution = await world.acme.resolve(world.submission, { absent: true });
    expect(await world.restarted().createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
    if (resolution.outcome !== 'rejected' || resolution.retry !== 'next_attempt') throw new Error(told(resolution));
    expect(told(await world.acme.createPayout({ ...RENT, attempt: nextAttempt(resolution) }))).toBe('ac_1');
  });

  it('who says so of one that was approved is refuted', async () => {
    const world = await heldWorld();
    world.time.jump(NINE + 3 * DAY_MS);
    await approve(world);
    await expect(world.acme.resolve(world.submission, { absent: true })).rejects.toMatchObject({ code: 'invalid_state' });
  });

  it('names the payout', async () => {
    const world = await heldWorld();
    await approve(world);
    expect(told(await world.acme.resolve(world.submission, { payoutId: 'ac_1' }))).toBe('ac_1');
  });
});

it('an attempt raised by a cast does not pass one that is held', async () => {
  const world = await heldWorld();
  expect(await world.acme.createPayout({ ...RENT, attempt: 2 as Attempt })).toMatchObject({
    outcome: 'unknown',
    submission: { attempt: 1 },
  });
  expect(world.creates()).toHaveLength(1);
});

it('another reference is not held', async () => {
  const world = await heldWorld();
  expect(told(await world.acme.createPayout({ ...RENT, reference: 'rent-2026-12' }))).toBe('ac_1');
});

it('one that was sent before and is held now may exist all the same', async () => {
  const world = acmeWorld({ maxResends: 0 });
  world.onCreate(answerLost, held);
  await world.acme.createPayout(RENT);
  expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
});

it('what is kept beside it holds no body, is nothing to send, and takes no reference', async () => {
  const kept: Submission[] = [];
  const submissions = memorySubmissions();
  await heldWorld({ ...submissions, putIfAbsent: (submission) => (kept.push(submission), submissions.putIfAbsent(submission)) });
  const [own, note] = kept;
  expect([kept.length, own?.reference, note?.reference, note?.request.body]).toEqual([
    2,
    RENT.reference,
    'rent-2026-11 (held by the provider)',
    '',
  ]);
  if (note === undefined) throw new Error('no note');
  expect(await submissions.find(note)).toMatchObject({ resolution: { rejected: true } });
});

describe('a store that', () => {
  it('cannot note it changes nothing in this process, and is told', async () => {
    const submissions = table();
    const keep: SubmissionStore['putIfAbsent'] = (given) =>
      given.reference === RENT.reference ? submissions.putIfAbsent(given) : Promise.reject(new Error('full'));
    const world = await heldWorld({ ...submissions, putIfAbsent: keep });
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'diagnostic', code: 'not_recorded' }));
    world.time.jump(NINE + 2 * DAY_MS);
    expect(await world.acme.lookup(world.submission)).toMatchObject(ASK);
    expect(await world.acme.createPayout(RENT)).toMatchObject(ASK);
    expect(world.creates()).toHaveLength(1);
  });

  it('cannot say whether it is held: nothing is sent, and nothing rejected', async () => {
    const submissions = table();
    let down = false;
    const find: SubmissionStore['find'] = (place) =>
      down && place.reference !== RENT.reference ? Promise.reject(new Error('down')) : submissions.find(place);
    const world = await heldWorld({ ...submissions, find });
    down = true;
    const other = world.restarted();
    expect(await other.createPayout(RENT)).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' } });
    world.time.jump(NINE + 2 * DAY_MS);
    expect(await other.lookup(world.submission)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'not_found' },
      next: { action: 'submit' },
    });
    expect(world.creates()).toHaveLength(1);
  });
});
