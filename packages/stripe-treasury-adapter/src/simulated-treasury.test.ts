// A payment's whole life against the simulated Stripe Treasury, behind `fetch` and over HTTP.
import { acceptedOrThrow, reasonAgainst, memorySubmissions, nextAttempt, parseSubmission, type Payout } from '@disburse/core';
import {
  ACH_ONLY_ROUTING_NUMBER,
  type ListeningServer,
  simulateStripeTreasury,
  type SimulatedStripeTreasury,
  type SimulateStripeTreasuryOptions,
} from '@disburse/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import {
  createStripeTreasury,
  createTreasuryTestHelpers,
  type StripeTreasuryProvider,
  type StripeTreasurySettings,
  type TreasuryCreateOptions,
  treasuryPaymentOf,
  type TreasuryTestHelpers,
} from './index.ts';

const DAY_MS = 86_400_000;
const MONTH_MS = 30 * DAY_MS;
const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

interface World {
  readonly world: SimulatedStripeTreasury;
  readonly treasury: StripeTreasuryProvider;
  readonly helpers: TreasuryTestHelpers;
  readonly source: string;
  readonly customer: string;
}

async function setUp(
  over: 'fetch' | 'http' = 'fetch',
  options: SimulateStripeTreasuryOptions = {},
  settings: Partial<StripeTreasurySettings> = {},
): Promise<World> {
  const world = simulateStripeTreasury(options);
  const server = over === 'http' ? await world.listen() : null;
  if (server !== null) servers.push(server);
  const runtime = patientRuntime(world.clock);
  const connection = server === null ? { fetch: world.fetch } : { baseUrl: server.url };
  const source = world.account().financialAccount().id;
  const customer = world.account().customers[0] ?? '';
  const treasury = createStripeTreasury({
    apiKey: world.apiKey,
    financialAccount: source,
    destination: 'pm_usBankAccount',
    customer,
    runtime,
    submissions: memorySubmissions(),
    ...connection,
    ...settings,
  });
  const helpers = createTreasuryTestHelpers({ apiKey: world.apiKey, runtime, ...connection });
  return { world, treasury, helpers, source, customer };
}

const usd = (amount: string) => ({ amount, currency: 'USD' });
const create = async (treasury: StripeTreasuryProvider, reference: string, more: object = {}): Promise<Payout> =>
  acceptedOrThrow(await treasury.createPayout({ reference, money: usd('100.00'), ...more }));
const by = (options: TreasuryCreateOptions) => ({ providerOptions: { 'stripe-treasury': options } });
const creates = (world: SimulatedStripeTreasury) =>
  world.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/treasury/outbound_payments');
const held = async (treasury: StripeTreasuryProvider) =>
  (await treasury.balances()).map(({ available, reserved }) => [available.amount, reserved?.amount]);

const ADDRESS = { line1: '123 Main St', city: 'San Francisco', state: 'CA', postalCode: '94111', country: 'US' };
const toBank = (
  accountNumber: string,
  routingNumber = '110000000',
): NonNullable<TreasuryCreateOptions['destinationPaymentMethodData']> => ({
  type: 'us_bank_account',
  billingDetails: { name: 'Jane Doe', address: ADDRESS },
  usBankAccount: { accountHolderType: 'individual', accountNumber, routingNumber },
});

/** Contract section 12: account number, token, how it ends, why, and what is then available and reserved. */
const TEST_DESTINATIONS: readonly (readonly [string, string, string, object | null, readonly [string, string]])[] = [
  ['000000000009', 'pm_usBankAccount_processing', 'in_transit', null, ['9900.00', '100.00']],
  ['000123456789', 'pm_usBankAccount', 'paid', null, ['9900.00', '0.00']],
  ['000123457890', 'pm_usBankAccount_expectedArrivalDateUpdated', 'paid', null, ['9900.00', '0.00']],
  ['000000000123', 'pm_usBankAccount_canceledByUser', 'canceled', null, ['10000.00', '0.00']],
  ['000000000234', 'pm_usBankAccount_internalFailure', 'failed', { reason: 'other', code: null }, ['10000.00', '0.00']],
  [
    '000111111113',
    'pm_usBankAccount_accountClosed',
    'returned',
    { reason: 'account_closed', code: 'account_closed' },
    ['10000.00', '0.00'],
  ],
  ['000111111116', 'pm_usBankAccount_noAccount', 'returned', { reason: 'account_not_found', code: 'no_account' }, ['10000.00', '0.00']],
  [
    '000111111119',
    'pm_usBankAccount_invalidAccountNumber',
    'returned',
    { reason: 'invalid_account_details', code: 'invalid_account_number' },
    ['10000.00', '0.00'],
  ],
];

describe('the test destinations', () => {
  it.each(TEST_DESTINATIONS)('%s and %s end %s', async (number, token, status, failure, money) => {
    for (const more of [{ destination: token }, by({ destinationPaymentMethodData: toBank(number) })]) {
      const { world, treasury } = await setUp();
      const created = await create(treasury, 'r', more);
      expect(created).toMatchObject({ status: 'pending', providerStatus: 'processing', cancelable: true, failure: null, reference: 'r' });
      expect(await held(treasury)).toEqual([['9900.00', '100.00']]);
      await world.clock.advance(MONTH_MS);
      const ended = await treasury.retrieve(created.id);
      expect(ended).toMatchObject({ id: created.id, status, cancelable: false, money: usd('100.00') });
      expect(ended.failure).toEqual(failure === null ? null : { message: null, ...failure });
      expect(await held(treasury)).toEqual([money]);
      expect(world.payouts).toHaveLength(1);
    }
  });

  it('a payment goes from pending to in_transit to paid, and what the network calls it is told', async () => {
    const { world, treasury } = await setUp();
    const { id, expectedArrival } = await create(treasury, 'r', { destination: 'pm_usBankAccount_expectedArrivalDateUpdated' });
    world.account().submit(id);
    expect(await treasury.retrieve(id)).toMatchObject({ status: 'in_transit', cancelable: false, trackingReference: null });
    await world.clock.advance(MONTH_MS);
    const paid = await treasury.retrieve(id);
    expect(paid).toMatchObject({ status: 'paid', trackingReference: expect.stringMatching(/^TRACE/) as string });
    expect(Date.parse(paid.expectedArrival ?? '') - Date.parse(expectedArrival ?? '')).toBe(DAY_MS);
    const raw = treasuryPaymentOf(paid);
    expect(raw?.status_transitions?.posted_at).toEqual(expect.any(Number));
    expect(raw?.hosted_regulatory_receipt_url).toContain(id);
  });
});

describe.each(['fetch', 'http'] as const)('over %s', (over) => {
  it('an inline wire is sent with everything it says', async () => {
    const { world, treasury, source } = await setUp(over);
    const payout = await create(treasury, 'wire', {
      description: 'Rent & fees / café',
      statementDescriptor: 'Invoice 2026-11 for the lease',
      metadata: { order: 'ö & ü' },
      ...by({
        destinationPaymentMethodData: toBank('000123456789'),
        destinationPaymentMethodOptions: { usBankAccount: { network: 'us_domestic_wire' } },
        endUserDetails: { present: true, ipAddress: '203.0.113.7' },
        expand: ['transaction'],
      }),
    });
    expect(payout).toMatchObject({ description: 'Rent & fees / café', destination: null, metadata: { order: 'ö & ü' } });
    expect(treasuryPaymentOf(payout)).toMatchObject({
      financial_account: source,
      customer: null,
      end_user_details: { present: true, ip_address: '203.0.113.7' },
      transaction: { amount: -10_000 },
      destination_payment_method_details: {
        us_bank_account: { network: 'us_domestic_wire', last4: '6789' },
        billing_details: { name: 'Jane Doe', address: { line1: '123 Main St', postal_code: '94111' } },
      },
    });
    await world.clock.advance(MONTH_MS);
    expect(await treasury.retrieve(payout.id)).toMatchObject({
      status: 'paid',
      trackingReference: expect.stringMatching(/^IMAD/) as string,
    });
  });

  it('a payment to another FinancialAccount arrives there', async () => {
    const { world, treasury } = await setUp(over);
    const { id: target } = world.recipient.financialAccount();
    const data = { type: 'financial_account', financialAccount: target } as const;
    const payout = await create(treasury, 'r', { statementDescriptor: 'x'.repeat(500), ...by({ destinationPaymentMethodData: data }) });
    expect(payout).toMatchObject({ destination: target, status: 'pending' });
    await world.clock.advance(DAY_MS);
    expect(await treasury.retrieve(payout.id)).toMatchObject({ status: 'paid' });
    const { recipient } = world;
    const there = await treasury.forAccount(recipient.id).balances(by({ financialAccount: target }));
    expect(there).toMatchObject([{ source: target, available: usd('10100.00') }]);
  });

  it('a cancel gives the money back, once; too late it says so', async () => {
    const { world, treasury } = await setUp(over);
    const early = await create(treasury, 'early');
    expect(reasonAgainst(treasury, 'cancel', early)).toBeNull();
    expect(await treasury.cancel(early.id)).toMatchObject({ status: 'canceled', cancelable: false });
    expect(await treasury.cancel(early.id)).toMatchObject({ status: 'canceled' }); // Canceled already, and so it is.
    expect(await held(treasury)).toEqual([['10000.00', '0.00']]);
    const late = await create(treasury, 'late');
    const submitted = world.account().submit(late.id);
    expect(submitted.cancelable).toBe(false);
    await expect(treasury.cancel(late.id)).rejects.toMatchObject({ code: 'invalid_state', outcome: 'rejected', payoutId: late.id });
    expect(reasonAgainst(treasury, 'cancel', await treasury.retrieve(late.id))).not.toBeNull();
    await expect(treasury.cancel('obp_nope')).rejects.toMatchObject({ code: 'not_found', outcome: 'rejected' });
  });

  it('a lost answer to a cancel is resolved by reading', async () => {
    const { world, treasury } = await setUp(over, {}, { maxResends: 0 });
    const { id } = await create(treasury, 'r');
    world.faults.on({ path: `/v1/treasury/outbound_payments/${id}/cancel` }, { reset: 'after' }, 1);
    expect(await treasury.cancel(id)).toMatchObject({ status: 'canceled' });
  });

  it.each([
    ['the connection is reset', { reset: 'after' }],
    ['half an answer arrives', { truncate: 40 }],
    ['a page of a proxy arrives', { answer: { status: 502, body: '<html>' }, at: 'after', stored: false }],
  ] as const)('after the commit %s: the same bytes are sent again, and exactly one payment exists', async (_, fault) => {
    const { world, treasury } = await setUp(over);
    world.faults.next(fault);
    const outcome = await treasury.createPayout({ reference: 'lost', money: usd('100.00') });
    expect(outcome).toMatchObject({ outcome: 'accepted', replayed: true, payout: { reference: 'lost' } });
    expect(world.payouts).toHaveLength(1);
    const sent = creates(world).map(({ headers, body }) => `${headers['idempotency-key']} ${body}`);
    expect([sent.length, new Set(sent).size]).toEqual([2, 1]);
    expect(await held(treasury)).toEqual([['9900.00', '100.00']]);
  });

  it('a lost answer without resends is unknown, and submitting the stored submission resolves it', async () => {
    const { world, treasury } = await setUp(over, {}, { maxResends: 0 });
    world.faults.next({ reset: 'after' });
    const request = { reference: 'lost', money: usd('100.00'), ...by({ destinationPaymentMethodData: toBank('000123456789') }) };
    const lost = await treasury.createPayout(request);
    if (lost.outcome !== 'unknown') throw new Error(`it was ${lost.outcome}`);
    expect(lost.next).toMatchObject({ action: 'submit' });
    const resolved = await treasury.submit(parseSubmission(JSON.stringify(lost.submission)));
    expect(resolved).toMatchObject({ outcome: 'accepted', replayed: true });
    expect(world.payouts).toHaveLength(1);
  });

  it('after the key is forgotten, the payment is found in its own FinancialAccount and not made again', async () => {
    const { world, treasury } = await setUp(over, {}, { maxResends: 0 });
    const { id: second } = world.account().addFinancialAccount();
    world.account().fund(50_000, second);
    world.faults.next({ reset: 'after' });
    const lost = await treasury.createPayout({ reference: 'lost', money: usd('100.00'), ...by({ financialAccount: second }) });
    if (lost.outcome !== 'unknown') throw new Error(`it was ${lost.outcome}`);
    await world.clock.advance(2 * DAY_MS);
    expect(await treasury.submit(lost.submission)).toMatchObject({ outcome: 'accepted', payout: { id: world.payouts[0]?.id } });
    expect([creates(world).length, world.payouts.length]).toEqual([1, 1]);
  });

  it('lists one FinancialAccount, by status, and tells the two halves of processing apart', async () => {
    const { world, treasury, customer } = await setUp(over);
    const ids: string[] = [];
    for (const reference of ['a', 'b', 'c', 'd']) ids.push((await create(treasury, reference)).id);
    const [a = '', b = ''] = ids;
    world.account().move(a, 'posted');
    world.account().submit(b);
    const { id: other } = world.account().addFinancialAccount();
    const listed = async (query: Parameters<StripeTreasuryProvider['listAll']>[0]) => {
      const found: string[] = [];
      for await (const { reference } of treasury.listAll(query)) found.push(reference ?? '');
      return found;
    };
    expect(await listed({ limit: 1 })).toEqual(['d', 'c', 'b', 'a']);
    expect(await listed({ status: 'pending' })).toEqual(['d', 'c']);
    expect(await listed({ status: 'in_transit' })).toEqual(['b']);
    expect(await listed({ status: 'paid' })).toEqual(['a']);
    expect(await listed({ providerOptions: { 'stripe-treasury': { customer } } })).toHaveLength(4);
    expect(await listed({ providerOptions: { 'stripe-treasury': { financialAccount: other } } })).toEqual([]);
  });

  it('a connected account has its own payments, keys and balance', async () => {
    const { world, treasury } = await setUp(over);
    const own = world.account('acct_1');
    const connected = treasury.forAccount('acct_1');
    const options = { financialAccount: own.financialAccount().id, customer: own.customers[0] ?? '' };
    const { id } = await create(connected, 'same-reference', by(options));
    expect(world.payouts.map(({ account }) => account)).toEqual(['acct_1']);
    await expect(treasury.retrieve(id)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('stripeAccount') as string,
    });
    expect((await connected.retrieve(id)).id).toBe(id);
    expect(await connected.balances(by({ financialAccount: options.financialAccount }))).toMatchObject([{ available: usd('9900.00') }]);
    const strange = await treasury.createPayout({ reference: 'strange', money: usd('1.00'), ...by(options) });
    expect(strange).toMatchObject({
      outcome: 'rejected',
      error: { code: 'invalid_request', message: expect.stringContaining('stripeAccount') as string },
    });
  });
});

describe('refusals', () => {
  it.each([
    ['balance_insufficient', 400, 'insufficient_funds'],
    ['insufficient_funds', 402, 'insufficient_funds'],
    ['a_code_of_tomorrow', 400, 'invalid_request'],
  ] as const)('too little cash, as %s and %d, is %s, and the next attempt works once it is funded', async (providerCode, status, code) => {
    const variants = { insufficientCashCode: providerCode, insufficientCashStatus: status };
    const { world, treasury } = await setUp('fetch', { variants });
    const refused = await treasury.createPayout({ reference: 'big', money: usd('20000.00') });
    expect(refused).toMatchObject({ outcome: 'rejected', retry: 'next_attempt', error: { code, httpStatus: status, providerCode } });
    expect(world.payouts).toEqual([]);
    world.account().fund(2_000_000);
    if (refused.outcome !== 'rejected' || refused.retry !== 'next_attempt') throw new Error('unreachable');
    const again = await treasury.createPayout({ reference: 'big', money: usd('20000.00'), attempt: nextAttempt(refused) });
    expect(again).toMatchObject({ outcome: 'accepted', replayed: false });
    expect(world.payouts).toHaveLength(1);
  });

  const wire = { destinationPaymentMethodOptions: { usBankAccount: { network: 'us_domestic_wire' } } } as const;
  it.each<readonly [string, object, string]>([
    ['an unknown payment method', { destination: 'pm_nope' }, 'invalid_destination'],
    ['an unknown customer', by({ customer: 'cus_nope' }), 'invalid_destination'],
    [
      'an unknown FinancialAccount to pay to',
      by({ destinationPaymentMethodData: { type: 'financial_account', financialAccount: 'fa_nope' } }),
      'invalid_destination',
    ],
    ['a routing number of letters', by({ destinationPaymentMethodData: toBank('000123456789', 'routing!!') }), 'invalid_destination'],
    [
      'a routing number without wires',
      by({ destinationPaymentMethodData: toBank('000123456789', ACH_ONLY_ROUTING_NUMBER), ...wire }),
      'invalid_destination',
    ],
    ['a saved destination that is not complete for a wire', by(wire), 'invalid_request'],
    ['an unknown FinancialAccount to pay from', by({ financialAccount: 'fa_nope' }), 'invalid_request'],
  ])('%s', async (_, more, code) => {
    for (const missingReferenceStatus of [400, 404] as const) {
      const { world, treasury } = await setUp('fetch', { variants: { missingReferenceStatus } });
      const outcome = await treasury.createPayout({ reference: 'r', money: usd('100.00'), ...more });
      expect(outcome).toMatchObject({ outcome: 'rejected', error: { code } });
      expect(world.payouts).toEqual([]);
    }
  });

  it.each([
    ['absent', 'unsupported'],
    ['pending', 'unsupported'],
    ['restricted', 'payouts_blocked'],
  ] as const)('a feature that is %s is %s', async (status, code) => {
    const { world, treasury } = await setUp();
    world.account().setFeature('outbound_payments.ach', status);
    expect(await treasury.createPayout({ reference: 'r', money: usd('100.00') })).toMatchObject({ outcome: 'rejected', error: { code } });
  });
});

describe('test helpers', () => {
  it('post, fail and return move a payment that is processing', async () => {
    const { treasury, helpers } = await setUp();
    const [posted, failed, declined, closed] = [
      await create(treasury, 'a'),
      await create(treasury, 'b'),
      await create(treasury, 'c'),
      await create(treasury, 'd'),
    ];
    expect(await held(treasury)).toEqual([['9600.00', '400.00']]);
    expect(await helpers.post(posted.id)).toMatchObject({ id: posted.id, status: 'paid', reference: 'a' });
    expect(await held(treasury)).toEqual([['9600.00', '300.00']]);
    expect(await helpers.fail(failed.id)).toMatchObject({ status: 'failed', failure: { reason: 'other', code: null } });
    expect(await held(treasury)).toEqual([['9700.00', '200.00']]);
    expect(await helpers.return(declined.id)).toMatchObject({
      status: 'returned',
      failure: { reason: 'declined_by_bank', code: 'declined' },
    });
    expect(await helpers.return(closed.id, 'account_closed')).toMatchObject({ status: 'returned', failure: { reason: 'account_closed' } });
    expect(await held(treasury)).toEqual([['9900.00', '0.00']]);
    expect(await treasury.retrieve(posted.id)).toMatchObject({ status: 'paid' });
  });

  it('track a payment of either network', async () => {
    const { world, treasury, helpers } = await setUp();
    const [ach, wire] = [await create(treasury, 'a'), await create(treasury, 'b')];
    for (const { id } of [ach, wire]) world.account().submit(id);
    const traced = await helpers.track(ach.id, { type: 'ach', ach: { traceId: '123456789012345' } });
    expect(traced).toMatchObject({ status: 'in_transit', trackingReference: '123456789012345' });
    const wired = await helpers.track(wire.id, { type: 'us_domestic_wire', usDomesticWire: { imad: 'I1', omad: 'O1', chips: 'C1' } });
    expect(wired.trackingReference).toBe('I1');
    expect(treasuryPaymentOf(wired)?.tracking_details?.us_domestic_wire).toEqual({ imad: 'I1', omad: 'O1', chips: 'C1' });
    expect((await treasury.retrieve(wire.id)).trackingReference).toBe('I1');
  });

  it.each(['none', 'status_transition_invalid'] as const)(
    'say what is wrong with the state, whatever Stripe says (%s)',
    async (wrongStateCode) => {
      const { treasury, helpers } = await setUp('fetch', { variants: { wrongStateCode } });
      const { id } = await create(treasury, 'r');
      await expect(helpers.track(id, { type: 'ach', ach: { traceId: '1' } })).rejects.toMatchObject({ code: 'invalid_state' });
      await helpers.post(id);
      for (const call of [helpers.post(id), helpers.fail(id), helpers.return(id)]) {
        await expect(call).rejects.toMatchObject({ code: 'invalid_state', outcome: 'rejected' });
      }
      await expect(treasury.cancel(id)).rejects.toMatchObject({ code: 'invalid_state' });
      await expect(helpers.post('obp_nope')).rejects.toMatchObject({ code: 'not_found' });
      expect(await treasury.retrieve(id)).toMatchObject({ status: 'paid' });
    },
  );
});
