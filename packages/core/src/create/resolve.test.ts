// NEVER-TWICE R18: a person's word is recorded, unless it is certainly wrong.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, answered, answerLost, changed, RENT, requestLost, TEN } from '../__tests__/acme-world.ts';
import type { AcmeSettings } from '../__tests__/acme.ts';
import { HOUR_MS, MINUTE_MS, NINE } from '../__tests__/manual-time.ts';
import { table } from '../__tests__/table.ts';
import { memorySubmissions, type Submission, type SubmissionStore } from '../stores/submission.ts';

const OVER = NINE + 24 * HOUR_MS + 11 * MINUTE_MS;

async function lost(settings: Partial<AcmeSettings> = {}): Promise<AcmeWorld & { readonly submission: Submission }> {
  const world = acmeWorld({ maxResends: 0, ...settings });
  world.onCreate(requestLost);
  const { submission } = await world.acme.createPayout(RENT);
  return { ...world, submission: submission as Submission };
}

describe('absent', () => {
  it.each([0, OVER - NINE])('is refused while a copy could still be sent or arrive: %i ms after it was prepared', async (ms) => {
    const { acme, submission, time, left } = await lost();
    time.jump(NINE + ms);
    const sent = left.length;
    await expect(acme.resolve(submission, { absent: true })).rejects.toMatchObject({ code: 'invalid_state' });
    expect(left).toHaveLength(sent);
  });

  it('one millisecond later it is rejected, and the store keeps that', async () => {
    const { acme, submission, time, left } = await lost();
    time.jump(OVER + 1);
    expect(await acme.resolve(submission, { absent: true })).toMatchObject({
      outcome: 'rejected',
      retry: 'next_attempt',
      error: { code: 'not_found' },
    });
    const sent = left.length;
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
    expect(left).toHaveLength(sent);
  });

  it('is refused where the store knows the payout', async () => {
    const { acme, time, left } = acmeWorld();
    const { submission } = await acme.createPayout(RENT);
    time.jump(OVER + 1);
    await expect(acme.resolve(submission as Submission, { absent: true })).rejects.toMatchObject({
      code: 'invalid_state',
      payoutId: 'ac_1',
    });
    expect(left).toHaveLength(1);
  });

  it('is refused where the list shows our token', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(answerLost);
    const { submission } = await world.acme.createPayout(RENT);
    world.time.jump(OVER + 1);
    await expect(world.acme.resolve(submission as Submission, { absent: true })).rejects.toMatchObject({
      code: 'invalid_state',
      payoutId: 'ac_1',
    });
  });

  it.each([
    ['cannot be read', requestLost],
    ['is complete and empty', answered(200, { payouts: [], next: null })],
  ])('is the person’s to say where the list %s', async (_, meets) => {
    const { acme, submission, time, onRead } = await lost();
    time.jump(OVER + 1);
    onRead(meets);
    expect(await acme.resolve(submission, { absent: true })).toMatchObject({ outcome: 'rejected' });
  });
});

describe('a payout id', () => {
  /** Somebody made a payout by hand, without our token. */
  async function byHand(world: AcmeWorld, change: object = {}): Promise<void> {
    await world.restarted({ correlation: 'none', namespace: 'by hand' }).createPayout({ ...RENT, ...change });
  }

  it('is accepted, and the store keeps it', async () => {
    const world = await lost({ correlation: 'none' });
    await byHand(world);
    const outcome = await world.acme.resolve(world.submission, { payoutId: 'ac_1' });
    expect(outcome).toMatchObject({ outcome: 'accepted', replayed: true, payout: { id: 'ac_1' }, notices: [] });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('at any time: nobody waits for a lease to be told the truth', async () => {
    const world = await lost({ correlation: 'none' });
    await byHand(world);
    world.time.jump(OVER + 365 * 24 * HOUR_MS);
    expect(await world.acme.resolve(world.submission, { payoutId: 'ac_1' })).toMatchObject({ outcome: 'accepted' });
  });

  it('without our token and with another amount is not the payout', async () => {
    const world = await lost({ correlation: 'none' });
    await byHand(world, { money: { ...TEN, amount: '12.00' } });
    await expect(world.acme.resolve(world.submission, { payoutId: 'ac_1' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('with the token of another submission is not the payout', async () => {
    const world = await lost();
    await world.acme.createPayout({ ...RENT, reference: 'another' });
    await expect(world.acme.resolve(world.submission, { payoutId: 'ac_1' })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_2' } });
  });

  it('that this process accepted for another reference is not the payout, though it looks like it', async () => {
    const world = acmeWorld({ correlation: 'none', maxResends: 0 });
    await world.acme.createPayout({ ...RENT, reference: 'another' });
    world.onCreate(requestLost);
    const { submission } = await world.acme.createPayout(RENT);
    await expect(world.acme.resolve(submission as Submission, { payoutId: 'ac_1' })).rejects.toThrow('it is the one of another submission');
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_2' } });
  });

  it('that carries our token is ours however old it is: another process prepared the same key before', async () => {
    const world = acmeWorld({ maxResends: 0 });
    await world.restarted({ submissions: memorySubmissions() }).createPayout(RENT);
    world.time.jump(NINE + 30 * HOUR_MS);
    const submission = await world.acme.prepare(RENT);
    expect(await world.acme.resolve(submission, { payoutId: 'ac_1' })).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
  });

  it('that is older than the submission is refused', async () => {
    const world = acmeWorld({ correlation: 'none' });
    await byHand(world);
    world.time.jump(NINE + 24 * HOUR_MS + 1);
    const submission = await world.acme.prepare(RENT);
    await expect(world.acme.resolve(submission, { payoutId: 'ac_1' })).rejects.toThrow('it is older than the submission');
    world.time.jump(NINE + 24 * HOUR_MS);
    const inTime = await world.acme.prepare({ ...RENT, reference: 'in-time' });
    expect(await world.acme.resolve(inTime, { payoutId: 'ac_1' })).toMatchObject({ outcome: 'accepted' });
  });

  it.each(['metadata', 'none'] as const)('whose amount cannot be read is the person’s to say, with a notice (%s)', async (correlation) => {
    const world = acmeWorld({ maxResends: 0, correlation });
    world.onCreate(changed((payout) => ({ ...payout, currency: 'euro' })));
    const { outcome, submission } = await world.acme.createPayout(RENT);
    expect(outcome).toBe('unknown');
    world.onRead(changed((payout) => ({ ...payout, currency: 'euro' })));
    expect(await world.acme.resolve(submission as Submission, { payoutId: 'ac_1' })).toMatchObject({
      outcome: 'accepted',
      notices: [{ code: 'resolved_with_difference', message: expect.stringContaining('cannot be read') }],
    });
  });

  it('with our token and another amount is the person’s to say, with a notice', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(answerLost);
    const { submission } = await world.acme.createPayout(RENT);
    Object.assign(world.bank.payouts[0] ?? {}, { amount: '10.01' });
    expect(await world.acme.resolve(submission as Submission, { payoutId: 'ac_1' })).toMatchObject({
      outcome: 'accepted',
      notices: [{ code: 'resolved_with_difference' }],
    });
  });

  it.each<readonly [string, () => SubmissionStore]>([
    ['memory', memorySubmissions],
    ['a store of an application’s own', table],
  ])('that differs, with our token, is the answer from then on, in %s', async (_, makeStore) => {
    const submissions = makeStore();
    const world = acmeWorld({ maxResends: 0, submissions });
    world.onCreate(answerLost);
    const { submission } = await world.acme.createPayout(RENT);
    Object.assign(world.bank.payouts[0] ?? {}, { amount: '10.01' });
    world.time.jump(OVER + 1);
    expect(await world.acme.submit(submission as Submission)).toMatchObject({ outcome: 'unknown', next: { action: 'review' } });
    await world.acme.resolve(submission as Submission, { payoutId: 'ac_1' });
    expect((await submissions.find(submission as Submission))?.resolution).toEqual({ payoutId: 'ac_1', by: 'person' });
    const decided = { outcome: 'accepted', payout: { id: 'ac_1' }, notices: [{ code: 'resolved_with_difference' }] };
    for (const acme of [world.acme, world.restarted()]) {
      expect(await acme.createPayout(RENT)).toMatchObject(decided);
      expect(await acme.submit(submission as Submission)).toMatchObject(decided);
      expect(await acme.lookup(submission as Submission)).toMatchObject(decided);
    }
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('is refused where the store knows another', async () => {
    const world = acmeWorld({ correlation: 'none' });
    const { submission } = await world.acme.createPayout(RENT);
    await byHand(world);
    await expect(world.acme.resolve(submission as Submission, { payoutId: 'ac_2' })).rejects.toMatchObject({
      code: 'invalid_state',
      payoutId: 'ac_1',
    });
    expect(await world.acme.resolve(submission as Submission, { payoutId: 'ac_1' })).toMatchObject({ outcome: 'accepted' });
  });

  it('is a word and no proof: the payout stays a candidate of the reference that it may really belong to', async () => {
    const world = acmeWorld({ correlation: 'none', maxResends: 0 });
    world.onCreate(answerLost, requestLost);
    const other = await world.acme.createPayout({ ...RENT, reference: 'other' });
    const mine = await world.acme.createPayout(RENT);
    await world.acme.resolve(mine.submission as Submission, { payoutId: 'ac_1' }); // Wrong: it is the other's.
    world.time.jump(OVER + 1);
    expect(await world.acme.lookup(other.submission as Submission)).toMatchObject({
      outcome: 'unknown',
      next: { action: 'review', candidates: [{ id: 'ac_1' }] },
    });
  });

  it('that was made after the submission could be sent is the person’s to say, with a notice', async () => {
    const world = await lost({ correlation: 'none' });
    world.time.jump(OVER + 1);
    await byHand(world);
    expect(await world.acme.resolve(world.submission, { payoutId: 'ac_1' })).toMatchObject({
      outcome: 'accepted',
      notices: [{ code: 'resolved_with_difference', message: expect.stringContaining('it was made after') }],
    });
  });

  it('that does not exist is not found, and nothing is recorded', async () => {
    const world = await lost();
    await expect(world.acme.resolve(world.submission, { payoutId: 'ac_404' })).rejects.toMatchObject({ code: 'not_found' });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
  });
});

describe('a decision that is none', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['both', { absent: true, payoutId: 'ac_1' }],
    ['absent: false', { absent: false }],
    ['an empty id', { payoutId: '' }],
    ['a number', { payoutId: 7 }],
    ['a text', 'absent'],
  ])('%s', async (_, decision) => {
    const world = await lost();
    const sent = world.left.length;
    await expect(world.acme.resolve(world.submission, decision as never)).rejects.toMatchObject({
      code: 'invalid_request',
      issues: [{ path: 'decision' }],
    });
    expect(world.left).toHaveLength(sent);
  });
});
