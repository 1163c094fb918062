// A program paid with a store of its own, and the key is long forgotten: the command must not pay it again.
import { memorySubmissions, nextAttempt, type PayoutOutcome, type Submission, type SubmissionStore } from '@disburse/core';
import { createStripe, type StripeProvider } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { simulateMollie } from '@disburse/simulator';
import { createBalance } from '@disburse/balance-adapter';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, folder, hostOn, type World, world } from './__tests__/bench.ts';
import type { Provider } from './factories.ts';
import { paidElsewhere } from './paid-elsewhere.ts';
import type { OutcomeRecord } from './records.ts';
import type { Session } from './session.ts';

const DAY = 24 * 60 * 60_000;
const ASKED = { reference: 'r1', money: { amount: '25.00', currency: 'USD' } };
const CREATE = ['create', '25.00', 'USD', '--reference', 'r1'];

function program(place: World, namespace = ''): StripeProvider {
  const { DISBURSE_SIMULATED_STRIPE_URL: baseUrl, DISBURSE_SIMULATED_STRIPE_KEY: apiKey } = place.simulated.env;
  const runtime = { now: () => place.simulated.clock.now() };
  return createStripe({ apiKey, name: 'us', baseUrl, namespace, runtime, submissions: memorySubmissions() });
}

const posts = (place: World): number => place.stripe.requests().filter(({ method }) => method === 'POST').length;

describe('a reference that no store of the command knows', () => {
  it.each([1, 2, 20])('and a program paid %i days ago: nothing is sent, it is told and recorded', async (days) => {
    const place = await world();
    const paid = await program(place).createPayout(ASKED);
    await place.simulated.clock.advance(days * DAY);
    const sent = posts(place);
    const end = await disburse([...CREATE, '--json'], place);
    expect(end.code).toBe(0);
    const said = end.records[0]?.result as OutcomeRecord;
    expect(said).toMatchObject({ outcome: 'accepted', replayed: true, notices: [{ code: 'paid_elsewhere' }] });
    expect(said.payout?.id).toBe(paid.outcome === 'accepted' ? paid.payout.id : 'not paid');
    expect(await place.kept()).toHaveLength(1);
    // From now on the store knows.
    const again = await disburse(CREATE, place);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('an earlier request made it') as string });
    expect(again.stdout).not.toContain('another store');
    expect(posts(place)).toBe(sent);
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('and a program paid at its second attempt', async () => {
    const place = await world();
    const stripe = program(place);
    const refused = await stripe.createPayout({ ...ASKED, money: { amount: '999999.00', currency: 'USD' } });
    if (refused.outcome !== 'rejected' || refused.retry !== 'next_attempt') throw new Error('It is refused.');
    await stripe.createPayout({ ...ASKED, attempt: nextAttempt(refused) });
    await place.simulated.clock.advance(2 * DAY);
    const end = await disburse([...CREATE, '--json'], place);
    expect(end.records).toMatchObject([
      { result: { outcome: 'accepted', submission: { attempt: 2 }, notices: [{ code: 'paid_elsewhere' }] } },
    ]);
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('and whose second attempt a program paid, after both were refused the first', async () => {
    const place = await world();
    const much = { ...ASKED, money: { amount: '999999.00', currency: 'USD' } };
    const stripe = program(place);
    const refused = await stripe.createPayout(much);
    if (refused.outcome !== 'rejected' || refused.retry !== 'next_attempt') throw new Error('It is refused.');
    expect(await disburse(['create', '999999.00', 'USD', '--reference', 'r1'], place)).toMatchObject({ code: 3 });
    await stripe.createPayout({ ...ASKED, attempt: nextAttempt(refused) });
    await place.simulated.clock.advance(2 * DAY);
    const end = await disburse([...CREATE, '--next-attempt', '--json'], place);
    expect(end.records).toMatchObject([
      { result: { outcome: 'accepted', submission: { attempt: 2 }, notices: [{ code: 'paid_elsewhere' }] } },
    ]);
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('and a program paid another amount for: 4, and what to look at', async () => {
    const place = await world();
    await program(place).createPayout({ ...ASKED, money: { amount: '80.00', currency: 'USD' } });
    await place.simulated.clock.advance(2 * DAY);
    const end = await disburse(CREATE, place);
    expect(end.code).toBe(4);
    expect(end.stderr).toMatch(/r1 was paid before, with another store of submissions: po_\w+ over 80\.00 USD\. 25\.00 USD was not sent\./);
    expect(await place.kept()).toEqual([]);
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it.each<readonly [string, (place: World) => Promise<unknown>]>([
    ['nobody paid', () => Promise.resolve()],
    ['a program of another namespace paid', (place) => program(place, 'other').createPayout(ASKED)],
    ['somebody paid the same amount for, under another reference', (place) => program(place).createPayout({ ...ASKED, reference: 'r0' })],
  ])('and %s is paid', async (_, before) => {
    const place = await world();
    await before(place);
    const made = place.stripe.payouts().length;
    expect(await disburse(CREATE, place)).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(made + 1);
  });

  it('and that another process paid with this store since it was read: core tells it, not as another store', async () => {
    const place = await world();
    const provider = program(place);
    const paid = await provider.createPayout(ASKED);
    if (paid.submission === null) throw new Error('It is prepared.');
    const now = (): number => place.simulated.clock.now();
    const call = { host: hostOn({ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr }), options: { json: true } };
    const looking = (store: SubmissionStore): Promise<PayoutOutcome | null> =>
      paidElsewhere({
        call: { ...call, signal: new AbortController().signal },
        session: { store, now } as unknown as Session,
        provider: provider as unknown as Provider,
        submission: paid.submission as Submission,
        prepare: () => Promise.reject(new Error('It is the first attempt.')),
      });
    const kept = memorySubmissions();
    await kept.putIfAbsent(paid.submission);
    const unreadable = { ...kept, find: () => Promise.reject(new Error('gone')) };
    expect([await looking(kept), await looking(unreadable)]).toEqual([null, null]);
    expect(await looking(memorySubmissions())).toMatchObject({ outcome: 'accepted', notices: [{ code: 'paid_elsewhere' }] });
  });

  it('whose list cannot be read is not sent: 5', async () => {
    const place = await world();
    place.stripe.faults.on({ method: 'GET' }, { answer: { status: 500, headers: {}, body: {} }, at: 'before' }, 99);
    const end = await disburse(CREATE, place);
    expect(end).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('whether r1 was paid before could not be read, so nothing was sent.') as string,
    });
    expect([posts(place), (await place.kept()).length]).toEqual([0, 0]);
    place.stripe.faults.clear();
    expect(await disburse(CREATE, place)).toMatchObject({ code: 0 });
  });

  it('is looked for once: a reference that is kept needs no list', async () => {
    const place = await world();
    const lists = (): number =>
      place.stripe.requests().filter(({ method, path }) => method === 'GET' && /\/payouts(\?|$)/.test(path)).length;
    await disburse(CREATE, place);
    expect(lists()).toBe(1);
    await disburse(CREATE, place);
    await disburse([...CREATE, '--dry-run'], place);
    expect(lists()).toBe(1);
  });
});

it('of Stripe Treasury, too', async () => {
  const place = await world();
  const env = place.simulated.env;
  const treasury = createStripeTreasury({
    apiKey: env.DISBURSE_SIMULATED_TREASURY_KEY,
    financialAccount: env.DISBURSE_SIMULATED_TREASURY_ACCOUNT,
    customer: env.DISBURSE_SIMULATED_TREASURY_CUSTOMER,
    destination: 'pm_usBankAccount',
    baseUrl: env.DISBURSE_SIMULATED_TREASURY_URL,
    name: 'parties',
    runtime: { now: () => place.simulated.clock.now() },
    submissions: memorySubmissions(),
  });
  await treasury.createPayout(ASKED);
  await place.simulated.clock.advance(2 * DAY);
  expect(await disburse([...CREATE, '--provider', 'parties'], place)).toMatchObject({ code: 0 });
  expect(place.treasury.payouts()).toHaveLength(1);
});

it('of Mollie, where payouts carry the mark', async () => {
  const mollie = simulateMollie();
  const server = await mollie.listen();
  onTestFinished(() => server.close());
  const common = {
    balanceId: mollie.test.balance().id,
    acceptScheduleSideEffect: true,
    baseUrl: server.url,
    correlation: 'description',
  } as const;
  const asked = { reference: 'r1', money: { amount: '25.00', currency: 'EUR' } };
  const runtime = { now: () => mollie.clock.now() };
  await createBalance({ ...common, token: mollie.testKey, name: 'eu', runtime, submissions: memorySubmissions() }).createPayout(asked);
  await mollie.clock.advance(2 * DAY);
  const cwd = await folder();
  const eu = { ...common, adapter: 'balance', token: { env: 'MOLLIE' } };
  await writeFile(join(cwd, 'disburse.config.json'), JSON.stringify({ providers: { eu } }));
  const end = await disburse(['create', '25.00', 'EUR', '--reference', 'r1', '--json'], { cwd, env: { MOLLIE: mollie.testKey } });
  expect(end.records).toMatchObject([{ result: { outcome: 'accepted', replayed: true, notices: [{ code: 'paid_elsewhere' }] } }]);
  expect(mollie.payouts).toHaveLength(1);
});
