// An older submission of a reference names one balance, and the kept one left another: a look at the first says nothing of the second.
import { type PayoutOutcome, type SubmissionStore, memorySubmissions } from '@disburse/core';
import { type SimulatedMollie, simulateMollie } from '@disburse/simulator';
import { describe, expect, it } from 'vitest';
import { type BalanceProvider, type BalanceSettings, createBalance } from './index.ts';

const RENT = { reference: 'rent', money: { amount: '10.00', currency: 'EUR' } } as const;
const HOUR_MS = 3_600_000;

/** One process: its providers have the same runtime and the same store, and each a balance of its own. */
function process(mollie: SimulatedMollie, submissions: SubmissionStore) {
  const { clock } = mollie;
  const runtime = { now: () => clock.now(), random: () => clock.random(), sleep: clock.sleep };
  const common = { token: mollie.testKey, acceptScheduleSideEffect: true, correlation: 'description', maxResends: 0 } as const;
  return (balanceId: string, more: Partial<BalanceSettings> = {}) =>
    createBalance({ ...common, balanceId, fetch: mollie.fetch, runtime, submissions, ...more });
}

const loseTheNext = (mollie: SimulatedMollie): void => void mollie.faults.on({ method: 'POST' }, { reset: 'after' }, 1);

/** It is unknown, and what it says to submit is the kept one, which ends in the payout. */
async function endsInThePayout(outcome: PayoutOutcome, provider: Pick<BalanceProvider, 'submit'>): Promise<void> {
  expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
  if (outcome.submission === null) throw new Error('no submission');
  expect((await provider.submit(outcome.submission)).outcome).toBe('accepted');
}

describe.each<readonly [string, () => SubmissionStore]>([
  ['a store in memory', memorySubmissions],
  ['a store that outlives the process', () => ({ ...memorySubmissions() })],
])('over %s', (_, makeStore) => {
  it.each([
    ['here', true],
    ['by another process', false],
  ])('submit of one that was prepared here, for the old balance, is not rejected: the kept one was sent %s', async (__, isHere) => {
    const mollie = simulateMollie();
    const store = makeStore();
    const at = process(mollie, store);
    const older = at(mollie.test.balance().id);
    const submission = await older.prepare(RENT);
    await mollie.clock.advance(1000);
    loseTheNext(mollie);
    const other = mollie.test.addBalance({ available: '1000.00' }).id;
    const younger = at(other);
    expect((await (isHere ? younger : process(mollie, store)(other)).createPayout(RENT)).outcome).toBe('unknown');
    await mollie.clock.advance(3 * HOUR_MS);
    await endsInThePayout(await younger.submit(submission), younger);
    expect((await younger.createPayout(RENT)).outcome).toBe('accepted');
    expect(mollie.payouts).toHaveLength(1);
  });

  it('nor where only next is followed, after a store that was down', async () => {
    const mollie = simulateMollie();
    const store = makeStore();
    let down = true;
    const keep: SubmissionStore['putIfAbsent'] = (...given) => (down ? Promise.reject(new Error('down')) : store.putIfAbsent(...given));
    const at = process(mollie, { ...store, putIfAbsent: keep });
    const first = await at(mollie.test.balance().id).createPayout(RENT);
    expect(first).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
    down = false;
    await mollie.clock.advance(1000);
    loseTheNext(mollie);
    const younger = at(mollie.test.addBalance({ available: '1000.00' }).id);
    await younger.createPayout(RENT);
    await mollie.clock.advance(3 * HOUR_MS);
    if (first.submission === null) throw new Error('no submission');
    await endsInThePayout(await younger.submit(first.submission), younger);
    expect(mollie.payouts).toHaveLength(1);
  });

  it.each(['submit', 'lookup'] as const)(
    '%s of the older one, after the stored one was paid, is answered with that payout',
    async (looks) => {
      const mollie = simulateMollie();
      const at = process(mollie, makeStore());
      const given = await at(mollie.test.balance().id).prepare(RENT);
      await mollie.clock.advance(1000);
      const younger = at(mollie.test.addBalance({ available: '1000.00' }).id);
      await younger.createPayout(RENT);
      expect(await younger[looks](given)).toMatchObject({ outcome: 'accepted', payout: { id: mollie.payouts[0]?.id } });
      expect(mollie.payouts).toHaveLength(1);
    },
  );

  it.each(['submit', 'lookup'] as const)(
    '%s of the older one, beside a payout that may be its own, ends with a decision about the kept one',
    async (looks) => {
      const mollie = simulateMollie();
      const at = process(mollie, makeStore());
      const old = mollie.test.balance().id;
      const older = at(old, { correlation: 'none' });
      const given = await older.prepare(RENT);
      // Somebody else pays from the old balance, without our token.
      await mollie.fetch(`https://api.mollie.com${given.request.path}`, {
        method: 'POST',
        headers: { ...given.request.headers, authorization: `Bearer ${mollie.testKey}`, 'idempotency-key': 'of-somebody-else' },
        body: given.request.body,
      });
      await mollie.clock.advance(1000);
      loseTheNext(mollie);
      const younger = at(mollie.test.addBalance({ available: '1000.00' }).id, { correlation: 'none' });
      const { submission: kept } = await younger.createPayout(RENT);
      await mollie.clock.advance(3 * HOUR_MS);
      const outcome = await younger[looks](given);
      expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [{}] }, submission: kept });
      if (outcome.submission === null) throw new Error('no submission');
      const payoutId = String(mollie.payouts.at(-1)?.id);
      expect(await younger.resolve(outcome.submission, { payoutId })).toMatchObject({ outcome: 'accepted', payout: { id: payoutId } });
    },
  );
});
