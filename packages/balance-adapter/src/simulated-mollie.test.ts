// Against the simulated Mollie, which was written from the contract and never from this adapter. The world is counted.
import { finalityOf, nextAttempt, type Runtime } from '@disburse/core';
import { type SimulatedMollie, simulateMollie } from '@disburse/simulator';
import { describe, expect, it } from 'vitest';
import { type BalanceSettings, createBalance } from './index.ts';

const EUR = (amount: string) => ({ amount, currency: 'EUR' });
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the library waits for with a deadline rather than as a pause: never over, unless the work is. */
const isDeadline = (ms: number): boolean => ms > 30_000 || ms === 3_000;

/** Time moves by the pauses of the library and by the test's own word. */
function patientTime({ clock }: SimulatedMollie): Runtime {
  return {
    now: () => clock.now(),
    random: () => clock.random(),
    sleep: (ms, signal) =>
      isDeadline(ms) ? new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))) : clock.advance(ms),
  };
}

function over(mollie: SimulatedMollie, more: Partial<BalanceSettings> = {}) {
  const settings = { token: mollie.testKey, balanceId: mollie.test.balance().id, acceptScheduleSideEffect: true, ...more } as const;
  return createBalance({ ...settings, fetch: mollie.fetch, runtime: patientTime(mollie) });
}

/** With correlation the list tells whose a payout is. */
const marked = (mollie: SimulatedMollie) => over(mollie, { correlation: 'description' });

const MODES: readonly (readonly [string, (mollie: SimulatedMollie) => Partial<BalanceSettings>, 'test' | 'live'])[] = [
  ['test_', () => ({}), 'test'],
  ['live_', (mollie) => ({ token: mollie.liveKey, balanceId: mollie.live.balance().id }), 'live'],
  ['access_ test', (mollie) => ({ token: mollie.accessToken, testmode: true }), 'test'],
  ['access_ live', (mollie) => ({ token: mollie.accessToken, testmode: false, balanceId: mollie.live.balance().id }), 'live'],
];

it.each(MODES)('%s: every operation reaches its own world', async (_, settings, mode) => {
  const mollie = simulateMollie();
  const provider = over(mollie, settings(mollie));
  const outcome = await provider.createPayout({ reference: 'r-1', money: EUR('25.50'), description: 'Weekly' });
  expect(outcome).toMatchObject({ outcome: 'accepted', payout: { status: 'pending', live: mode === 'live', money: EUR('25.50') } });
  const { id } = mollie[mode].payouts[0] ?? { id: '' };
  expect(mollie.payouts).toHaveLength(1);
  expect(await provider.retrieve(id)).toMatchObject({ id, description: 'Weekly' });
  expect((await provider.list()).payouts.map((payout) => payout.id)).toEqual([id]);
  expect(await provider.cancel(id)).toMatchObject({ id, status: 'canceled' });
  expect(await provider.cancel(id)).toMatchObject({ id, status: 'canceled' }); // The second answer is a 409.
});

it('a full balance has no amount on the wire', async () => {
  const mollie = simulateMollie();
  expect(await over(mollie).createPayout({ reference: 'r-1', money: 'full_balance' })).toMatchObject({ outcome: 'accepted' });
  expect(mollie.payouts).toHaveLength(1);
});

describe('one payout, whatever happens to the answer', () => {
  it.each([
    ['reset after the commit', { reset: 'after' }],
    ['HTML 502 after the commit', { answer: { status: 502, body: '<html>' }, at: 'after' }],
    ['HTML 502 before the commit', { answer: { status: 502, body: '<html>' }, at: 'before' }],
    ['cut off', { truncate: 40 }],
    ['an empty 201', { answer: { status: 201, body: '' }, at: 'after' }],
  ] as const)('%s', async (_, fault) => {
    const mollie = simulateMollie();
    mollie.faults.next(fault);
    expect(await over(mollie).createPayout({ reference: 'r-1', money: EUR('25.50') })).toMatchObject({ outcome: 'accepted' });
    expect(mollie.payouts).toHaveLength(1);
    const keys = mollie.requests
      .filter(({ method }) => method === 'POST')
      .map(({ headers }) => new Headers(headers).get('idempotency-key'));
    expect(new Set(keys).size).toBe(1);
  });

  it.each([
    ['without correlation', over, { outcome: 'unknown', next: { action: 'review' } }],
    ['with correlation', marked, { outcome: 'accepted', replayed: true }],
  ] as const)('lost to the end, and submitted again when the key is forgotten, %s', async (_, provide, resolved) => {
    const mollie = simulateMollie();
    mollie.faults.on({ method: 'POST' }, { reset: 'after' });
    const provider = provide(mollie);
    const outcome = await provider.createPayout({ reference: 'r-1', money: EUR('25.50') });
    expect(outcome.outcome).toBe('unknown');
    mollie.faults.clear();
    await mollie.clock.advance(2 * HOUR_MS);
    if (outcome.submission === null) return expect.unreachable('it was prepared');
    expect(await provider.submit(outcome.submission)).toMatchObject(resolved);
    expect(mollie.payouts).toHaveLength(1);
  });

  it('a program that lost everything, an hour later: refused because of its own payout, and never told "rejected"', async () => {
    const mollie = simulateMollie();
    await over(mollie).createPayout({ reference: 'r-1', money: EUR('25.50') });
    await mollie.clock.advance(2 * HOUR_MS);
    const outcome = await over(mollie).createPayout({ reference: 'r-1', money: EUR('25.50') });
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      error: { code: 'invalid_state' },
      next: { action: 'review', candidates: [{ id: mollie.payouts[0]?.id }] },
    });
    expect(mollie.payouts).toHaveLength(1);
  });
});

it('a second payout for the same business day is refused for what it is, where keys tell them apart', async () => {
  const mollie = simulateMollie();
  const provider = marked(mollie);
  await provider.createPayout({ reference: 'r-1', money: EUR('25.50') });
  const refused = await provider.createPayout({ reference: 'r-2', money: EUR('3.00') });
  expect(refused).toMatchObject({ outcome: 'rejected', retry: 'next_attempt', error: { code: 'invalid_state' } });
  await mollie.clock.advance(3 * DAY_MS);
  if (refused.outcome !== 'rejected' || refused.retry !== 'next_attempt') return expect.unreachable('checked above');
  const again = await provider.createPayout({ reference: 'r-2', attempt: nextAttempt(refused), money: EUR('3.00') });
  expect(again).toMatchObject({ outcome: 'accepted', payout: { reference: 'r-2' } });
  expect(mollie.payouts).toHaveLength(2);
});

it.each([
  ['too little', (mollie: SimulatedMollie) => mollie, '10000.01', 'insufficient_funds'],
  ['inactive', (mollie: SimulatedMollie) => mollie.test.balance().setStatus('inactive'), '1.00', 'invalid_state'],
  ['no bank account', (mollie: SimulatedMollie) => mollie.test.balance().setDestination(null), '1.00', 'invalid_destination'],
  ['blocked: nothing proves it', (mollie: SimulatedMollie) => mollie.blockOrganization(), '1.00', 'invalid_request'],
  ['queued refunds: nothing proves it', (mollie: SimulatedMollie) => mollie.test.balance().queueRefunds(), '1.00', 'invalid_request'],
] as const)('refused: %s', async (_, arrange, amount, code) => {
  const mollie = simulateMollie();
  arrange(mollie);
  const provider = over(mollie, { token: mollie.accessToken, testmode: true, readBalances: true });
  expect(await provider.createPayout({ reference: 'r-1', money: EUR(amount) })).toMatchObject({ outcome: 'rejected', error: { code } });
  expect(mollie.payouts).toHaveLength(0);
});

it('a payout is paid, and comes back', async () => {
  const mollie = simulateMollie();
  const provider = over(mollie);
  await provider.createPayout({ reference: 'r-1', money: EUR('25.50') });
  const { id } = mollie.payouts[0] ?? { id: '' };
  mollie.test.move(id, 'initiated');
  await expect(provider.cancel(id)).rejects.toMatchObject({ code: 'invalid_state', outcome: 'rejected' });
  mollie.test.move(id, 'completed');
  expect(finalityOf((await provider.retrieve(id)).status)).toBe('provisional');
  mollie.test.move(id, 'failed', { code: 'returned' });
  expect(await provider.retrieve(id)).toMatchObject({ status: 'returned', failure: { reason: 'other', code: 'returned' } });
});

it('tells the schedule that it paused, which stays paused after a cancel', async () => {
  const mollie = simulateMollie();
  const provider = createBalance({
    token: mollie.accessToken,
    testmode: true,
    readBalances: true,
    balanceId: mollie.test.balance().id,
    acceptScheduleSideEffect: true,
    fetch: mollie.fetch,
    runtime: patientTime(mollie),
  });
  const before = mollie.test.balance().balance.transferFrequency;
  const outcome = await provider.createPayout({ reference: 'r-1', money: EUR('25.50') });
  expect(outcome).toMatchObject({
    outcome: 'accepted',
    notices: [{ code: 'settlement_schedule_paused', message: expect.stringContaining(`It was "${before}" before`) }],
  });
  await provider.cancel(mollie.payouts[0]?.id ?? '');
  expect(mollie.test.balance().balance.transferFrequency).toBe('never');
  expect(await provider.balances()).toMatchObject([{ source: mollie.test.balance().id, available: EUR('10000.00') }]);
});

it('lists more than one page, with payouts that are not ours among them', async () => {
  const mollie = simulateMollie();
  for (let made = 0; made < 260; made += 1)
    mollie.test.balance().addPayout({ by: made % 2 === 0 ? 'schedule' : 'dashboard', amount: '1.00' });
  const ids: string[] = [];
  for await (const payout of over(mollie).listAll({ limit: 250 })) ids.push(payout.id);
  expect(new Set(ids).size).toBe(260);
  expect(ids).toHaveLength(260);
});
