// NEVER-TWICE R1, R2 and R4: the first submission of a reference is the one that is sent, whatever the store or the caller does.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, after, answered, answerLost, RENT, requestLost, TEN, stored } from '../__tests__/acme-world.ts';
import { table } from '../__tests__/table.ts';
import { NINE } from '../__tests__/manual-time.ts';
import { createAcme } from '../__tests__/acme.ts';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import { type StoredSubmission, memorySubmissions, type Submission, type SubmissionStore } from '../stores/submission.ts';

function expectPayouts({ bank }: AcmeWorld, count: number): void {
  expect(bank.payouts).toHaveLength(count);
  expect([...bank.payoutsByKey.values()].every((made) => made === 1)).toBe(true);
}

describe('R1: one reference is one payout', () => {
  it('created again, it is read again by its id and nothing is sent', async () => {
    const world = acmeWorld();
    const first = await world.acme.createPayout(RENT);
    const second = await world.acme.createPayout(RENT);
    expect(second).toMatchObject({ outcome: 'accepted', replayed: true, payout: { id: 'ac_1' }, submission: first.submission });
    expect(world.left.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /payouts/ac_1']);
    expectPayouts(world, 1);
  });

  it('created again after an unknown, the same submission is sent again', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(answerLost);
    const first = await world.acme.createPayout(RENT);
    world.time.pass(1000);
    const second = await world.acme.createPayout({ ...RENT });
    expect(second.submission).toEqual(first.submission);
    expect(second).toMatchObject({ outcome: 'accepted', replayed: true });
    expectPayouts(world, 1);
  });

  it.each([
    ['amount', { money: { ...TEN, amount: '10.01' } }],
    ['currency', { money: { ...TEN, currency: 'USD' } }],
    ['provider options', { providerOptions: { acme: {} } }],
  ])('with another %s the reference is taken: nothing is sent', async (what, change) => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(requestLost);
    await world.acme.createPayout(RENT);
    const outcome = await world.acme.createPayout({ ...RENT, ...change });
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      error: { code: 'reference_taken', issues: [{ path: what === 'provider options' ? 'providerOptions' : 'money' }] },
      submission: { money: TEN },
      next: { action: 'submit' },
    });
    expect(world.creates()).toHaveLength(1);
  });

  it('with other words the kept payout is answered, and a notice says whose words count', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(requestLost);
    await world.acme.createPayout({ ...RENT, description: 'one' });
    const outcome = await world.acme.createPayout({ ...RENT, description: 'another' });
    expect(outcome).toMatchObject({ outcome: 'accepted', payout: { description: 'one' }, notices: [{ code: 'words_differ' }] });
    const again = await world.acme.createPayout({ ...RENT, description: 'a third' });
    expect(again).toMatchObject({ outcome: 'accepted', replayed: true, notices: [{ code: 'words_differ' }] });
    expectPayouts(world, 1);
  });

  it('in a conflict with one that was accepted, the payout is shown', async () => {
    const world = acmeWorld();
    await world.acme.createPayout(RENT);
    const outcome = await world.acme.createPayout({ ...RENT, money: { ...TEN, amount: '11.00' } });
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [{ id: 'ac_1' }] } });
    world.onRead(requestLost, requestLost, requestLost);
    const unread = await world.acme.createPayout({ ...RENT, money: { ...TEN, amount: '11.00' } });
    expect(unread).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [] } });
    expectPayouts(world, 1);
  });

  it('an equal request in another order, with undefined members, is the same request', async () => {
    const world = acmeWorld();
    await world.acme.createPayout(RENT);
    const again = await world.acme.createPayout({
      money: { currency: 'EUR', amount: '10.00' },
      description: undefined,
      reference: RENT.reference,
    });
    expect(again).toMatchObject({ outcome: 'accepted', replayed: true });
    expectPayouts(world, 1);
  });

  it.each(['namespace', 'reference'])('another %s is another payout', async (what) => {
    expect.hasAssertions();
    const world = acmeWorld();
    await world.acme.createPayout(RENT);
    if (what === 'reference') await world.acme.createPayout({ ...RENT, reference: 'another' });
    else await world.restarted({ namespace: 'another' }).createPayout(RENT);
    expectPayouts(world, 2);
  });

  it('a reference that was refused for good is refused again, without asking, and says what may follow', async () => {
    const world = acmeWorld({}, { balance: 5 });
    await world.acme.createPayout(RENT);
    const sent = world.left.length;
    expect(await world.acme.createPayout(RENT)).toMatchObject({
      outcome: 'rejected',
      retry: 'next_attempt',
      replayed: true,
      error: { code: 'insufficient_funds', providerCode: 'balance_too_low' },
    });
    expect(await world.acme.createPayout({ ...RENT, money: { ...TEN, amount: '1.00' } })).toMatchObject({ outcome: 'rejected' });
    expect(world.left).toHaveLength(sent);
  });

  it('one that may be tried again is not resolved', async () => {
    const submissions = table();
    const world = acmeWorld({ submissions });
    world.onCreate(answered(401));
    await world.acme.createPayout(RENT);
    expect(submissions.resolution).toEqual([]);
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted' });
    expect(submissions.resolution).toEqual([{ payoutId: 'ac_1' }]);
  });
});

describe('R1: a store that everybody may share', () => {
  it('answers copies, so a refusal proves nothing: another holder may have sent it', async () => {
    const world = acmeWorld({ submissions: table() });
    world.onCreate(answered(403));
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown', error: { code: 'permission' } });
  });

  it('says that nobody else was ever handed it, so a refusal is certain', async () => {
    const rows = new Map<string, StoredSubmission>();
    const submissions = table({
      putIfAbsent: async (submission) => {
        rows.set(submission.reference, { submission, resolution: null, shared: false });
        return { submission, resolution: null, shared: false };
      },
      find: async ({ reference, attempt }) => (attempt === 1 ? (rows.get(reference) ?? null) : null),
    });
    const world = acmeWorld({ submissions });
    world.onCreate(answered(403));
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'same_attempt' });
  });

  it.each<readonly [string, Partial<StoredSubmission> | null]>([
    ['was handed to somebody else while it was being sent', { shared: true }],
    ['does not tell', { shared: undefined }],
    ['does not find it any more', null],
  ])('%s: a refusal proves nothing', async (_, row) => {
    let kept: Submission | null = null;
    const submissions = table({
      putIfAbsent: async (submission) => {
        kept = submission;
        return { submission, resolution: null, shared: false };
      },
      find: async ({ attempt }) => (attempt !== 1 || row === null || kept === null ? null : { submission: kept, resolution: null, ...row }),
    });
    const world = acmeWorld({ submissions });
    world.onCreate(answered(403));
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
  });

  it('knows the payout that another holder made while ours was refused', async () => {
    const memory = memorySubmissions();
    const submissions: SubmissionStore = {
      ...memory,
      find: async (place) => {
        const row = await memory.find(place);
        return row === null ? null : { ...row, shared: true };
      },
    };
    const world = acmeWorld({ submissions, maxResends: 0 });
    const submission = await world.acme.prepare(RENT);
    const elsewhere = async (): Promise<unknown> => world.restarted({ submissions }).submit(stored(submission));
    world.onCreate(after(elsewhere, answered(403)));
    expect(await world.acme.submit(submission)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
    expectPayouts(world, 1);
  });

  it('and when that payout cannot be read, it is unknown, naming the id', async () => {
    let kept: Submission | null = null;
    const submissions = table({
      putIfAbsent: async (submission) => {
        kept = submission;
        return { submission, resolution: null };
      },
      find: async ({ reference, attempt }) =>
        reference === RENT.reference && attempt === 1 && kept !== null ? { submission: kept, resolution: { payoutId: 'ac_9' } } : null,
    });
    const world = acmeWorld({ submissions, maxResends: 0 });
    world.onCreate(answered(403));
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown', error: { code: 'unresolved', payoutId: 'ac_9' } });
  });
});

describe('R1: a resolved reference', () => {
  it('whose payout cannot be read now is unknown, and says that it was accepted', async () => {
    const world = acmeWorld({ maxResends: 0 });
    await world.acme.createPayout(RENT);
    world.onRead(answered(500));
    const outcome = await world.acme.createPayout(RENT);
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
    expect(outcome.outcome === 'unknown' && outcome.error.message).toContain('ac_1');
    expectPayouts(world, 1);
  });

  it('is looked up in the store first, long after the lease', async () => {
    const world = acmeWorld();
    const { submission } = await world.acme.createPayout(RENT);
    world.time.jump(NINE + 400 * 24 * 3_600_000);
    const before = world.left.length;
    expect(await world.acme.lookup(submission as Submission)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
    expect(world.left.slice(before).map(({ path }) => path)).toEqual(['/payouts/ac_1']);
  });

  it('is looked up at the provider where the store cannot say', async () => {
    const world = acmeWorld({ submissions: table({ find: async () => ({}) as never }) });
    expect(await world.acme.lookup(await world.acme.prepare(RENT))).toMatchObject({ outcome: 'unknown' });
    expect(world.left).toMatchObject([{ method: 'GET' }]);
  });
});

describe('R2: a kept submission of another name', () => {
  it('is not sent by a provider that cannot route', async () => {
    const submissions = memorySubmissions();
    const world = acmeWorld({ submissions, maxResends: 0 });
    world.onCreate(requestLost);
    await world.acme.createPayout(RENT);
    const other = createAcme({ token: ACME_TOKEN, name: 'eu', submissions, fetch: world.bank.fetch, runtime: world.time });
    const outcome: PayoutOutcome = await other.createPayout(RENT);
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'reference_taken' }, next: { action: 'review', candidates: [] } });
    expect(outcome.outcome === 'unknown' && outcome.error.message).toContain('under the name acme');
    expectPayouts(world, 0);
  });
});
