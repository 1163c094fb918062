// The official SDK drives every operation: what it understands, Stripe's own clients understand.
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulateStripeTreasury, type ListeningServer, type SimulatedStripeTreasury } from '../index.ts';

let world: SimulatedStripeTreasury;
let server: ListeningServer;
let stripe: Stripe;

const client = (maxNetworkRetries = 0, apiKey = world.apiKey): Stripe =>
  new Stripe(apiKey, { telemetry: false, host: '127.0.0.1', port: server.port, protocol: 'http', maxNetworkRetries, timeout: 5000 });

beforeEach(async () => {
  world = simulateStripeTreasury();
  server = await world.listen();
  stripe = client();
});

afterEach(async () => {
  await server.close();
});

/** The error that a call ends with. */
async function errorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('The call succeeded.');
}

type Create = Stripe.Treasury.OutboundPaymentCreateParams;

/** To the first customer's test bank account, from the first financial account. */
function payment(more: Partial<Create> = {}, account = world.account()): Create {
  return {
    amount: 1100,
    currency: 'usd',
    financial_account: account.financialAccount().id,
    customer: account.customers[0] ?? '',
    destination_payment_method: 'pm_usBankAccount',
    ...more,
  };
}

const outboundPayments = (): Stripe['treasury']['outboundPayments'] => stripe.treasury.outboundPayments;
const financialAccounts = (): Stripe['treasury']['financialAccounts'] => stripe.treasury.financialAccounts;
const testHelpers = (): Stripe['testHelpers']['treasury']['outboundPayments'] => stripe.testHelpers.treasury.outboundPayments;

describe('the official SDK', () => {
  it('creates with every parameter, inline', async () => {
    const made = await outboundPayments().create({
      amount: 10_000,
      currency: 'usd',
      financial_account: world.account().financialAccount().id,
      customer: world.account().customers[0] ?? '',
      description: "OutboundPayment to a 3rd party / café *'()!~+%",
      statement_descriptor: 'Rent #42 Nov',
      metadata: { order_id: '6735', 'a b&c': 'd=e' },
      destination_payment_method_data: {
        type: 'us_bank_account',
        billing_details: {
          name: 'Jane Doe',
          email: 'jane@example.com',
          phone: '',
          address: { line1: '123 Main St', city: 'San Francisco', state: 'CA', postal_code: '94111', country: 'US' },
        },
        metadata: { of: 'the payment method' },
        us_bank_account: {
          account_holder_type: 'company',
          account_type: 'savings',
          account_number: '000123456789',
          routing_number: '110000000',
        },
      },
      destination_payment_method_options: { us_bank_account: { network: 'us_domestic_wire' } },
      end_user_details: { present: true, ip_address: '203.0.113.7' },
      expand: ['transaction'],
    });
    expect(made).toMatchObject({
      object: 'treasury.outbound_payment',
      amount: 10_000,
      cancelable: true,
      currency: 'usd',
      customer: world.account().customers[0],
      description: "OutboundPayment to a 3rd party / café *'()!~+%",
      destination_payment_method: null,
      destination_payment_method_details: {
        type: 'us_bank_account',
        billing_details: { name: 'Jane Doe', email: 'jane@example.com', address: { line1: '123 Main St', line2: null, country: 'US' } },
        us_bank_account: {
          account_holder_type: 'company',
          account_type: 'savings',
          last4: '6789',
          network: 'us_domestic_wire',
          routing_number: '110000000',
        },
      },
      end_user_details: { present: true, ip_address: '203.0.113.7' },
      livemode: false,
      metadata: { order_id: '6735', 'a b&c': 'd=e' },
      returned_details: null,
      statement_descriptor: 'Rent #42 Nov',
      status: 'processing',
      tracking_details: null,
      transaction: { object: 'treasury.transaction', amount: -10_000, status: 'open', flow_type: 'outbound_payment', flow: made.id },
    });
    expect(JSON.stringify(made)).not.toContain('000123456789');
    expect(made.lastResponse.requestId).toMatch(/^req_/);
    expect(made.lastResponse.apiVersion).toBe('2026-10-28.endive');
    expect(made.lastResponse.headers['date']).toBe('Mon, 23 Nov 2026 09:00:00 GMT');
  });

  it('creates to another financial account, and reads both', async () => {
    const target = world.recipient.financialAccount();
    const made = await outboundPayments().create({
      amount: 500,
      currency: 'usd',
      financial_account: world.account().financialAccount().id,
      destination_payment_method_data: { type: 'financial_account', financial_account: target.id },
    });
    expect(made.destination_payment_method_details).toMatchObject({
      type: 'financial_account',
      financial_account: { id: target.id, network: 'stripe' },
    });
    expect((await financialAccounts().retrieve(made.financial_account)).balance).toEqual({
      cash: { usd: 999_500 },
      inbound_pending: { usd: 0 },
      outbound_pending: { usd: 500 },
    });
    await world.clock.advance(60_000);
    const arrived = await financialAccounts().retrieve(target.id, {}, { stripeAccount: world.recipient.id });
    expect(arrived).toMatchObject({
      object: 'treasury.financial_account',
      balance: { cash: { usd: 1_000_500 } },
      status: 'open',
      supported_currencies: ['usd'],
    });
    expect(arrived.active_features).toContain('intra_stripe_flows');
  });

  it('retrieves, and cancels once', async () => {
    const { id, transaction } = await outboundPayments().create(payment());
    expect((await outboundPayments().retrieve(id)).transaction).toBe(transaction);
    expect(await outboundPayments().retrieve(id, { expand: ['transaction'] })).toMatchObject({ transaction: { id: transaction } });
    expect(await outboundPayments().cancel(id, { expand: ['transaction'] })).toMatchObject({
      status: 'canceled',
      cancelable: false,
      transaction: { status: 'void' },
    });
    expect(await errorOf(outboundPayments().cancel(id))).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400 });
    expect(await errorOf(outboundPayments().retrieve('obp_nope'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'id',
    });
    expect(world.account().financialAccount().balance.cash.usd).toBe(1_000_000);
  });

  it('posts, fails, returns and tracks in test mode', async () => {
    const make = async (): Promise<string> => (await outboundPayments().create(payment())).id;
    const [posted, failed, returned, declined] = [await make(), await make(), await make(), await make()];
    expect(await testHelpers().post(posted)).toMatchObject({ status: 'posted', cancelable: false });
    expect(await testHelpers().fail(failed)).toMatchObject({ status: 'failed' });
    const back = await testHelpers().returnOutboundPayment(returned, {
      returned_details: { code: 'account_closed' },
      expand: ['returned_details.transaction'],
    });
    expect(back).toMatchObject({
      status: 'returned',
      returned_details: { code: 'account_closed', transaction: { amount: 1100, status: 'posted', flow: returned } },
    });
    expect((await testHelpers().returnOutboundPayment(declined)).returned_details).toMatchObject({ code: 'declined' });
    const tracking = { type: 'ach' as const, ach: { trace_id: '123456789012345' } };
    expect((await testHelpers().update(posted, { tracking_details: tracking })).tracking_details).toEqual(tracking);
    expect(await errorOf(testHelpers().update(failed, { tracking_details: tracking }))).toMatchObject({ statusCode: 400 });
    expect(await errorOf(testHelpers().post(failed))).toMatchObject({ statusCode: 400 });
    const wire = { type: 'us_domestic_wire' as const, us_domestic_wire: { imad: 'I1', omad: 'O1', chips: 'C1' } };
    expect((await testHelpers().update(returned, { tracking_details: wire })).tracking_details).toEqual(wire);
    expect(world.account().financialAccount().balance).toMatchObject({ cash: { usd: 998_900 }, outbound_pending: { usd: 0 } });
  });

  it('pages through 260 payments while new ones arrive', async () => {
    const made: string[] = [];
    for (let count = 0; count < 260; count += 1) {
      made.push((await outboundPayments().create(payment({ amount: 100 + count }))).id);
      await world.clock.advance(1000);
    }
    const from = { financial_account: world.account().financialAccount().id };
    const seen: string[] = [];
    for await (const { id } of outboundPayments().list({ ...from, limit: 100 })) {
      if (seen.length === 50) await outboundPayments().create(payment());
      seen.push(id);
    }
    expect(seen).toEqual(made.toReversed());
    expect(world.payouts).toHaveLength(261);
    const { created } = await outboundPayments().retrieve(made[100] ?? '');
    const first = await outboundPayments().list({ ...from, limit: 3, created: { lt: created }, status: 'processing' });
    expect(first.data.map(({ id }) => id)).toEqual([made[99], made[98], made[97]]);
    expect(first.has_more).toBe(true);
    expect((await outboundPayments().list({ ...from, customer: 'cus_nobody' })).data).toEqual([]);
  });

  it('replays a create by its key, and refuses the key for another', async () => {
    const options = { idempotencyKey: 'one' };
    const first = await outboundPayments().create(payment(), options);
    const second = await outboundPayments().create(payment(), options);
    expect(second.id).toBe(first.id);
    expect(first.lastResponse.headers).not.toHaveProperty('idempotent-replayed');
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(await errorOf(outboundPayments().create(payment({ amount: 1200 }), options))).toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
    expect(world.payouts).toHaveLength(1);
  });

  it('retries by itself with one key, and pays once', async () => {
    world.faults.next({ reset: 'after' });
    const made = await client(2).treasury.outboundPayments.create(payment());
    expect(world.requests).toHaveLength(2);
    expect(new Set(world.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(world.payouts.map(({ id }) => id)).toEqual([made.id]);
  });

  it('keeps connected accounts apart, for every operation', async () => {
    const account = world.account('acct_1');
    const onBehalf = { stripeAccount: 'acct_1' };
    const make = async (): Promise<string> => (await outboundPayments().create(payment({}, account), onBehalf)).id;
    const id = await make();
    expect(world.payouts).toMatchObject([{ id, account: 'acct_1' }]);
    const list = { financial_account: account.financialAccount().id };
    const refused = [
      outboundPayments().create(payment({}, account)),
      outboundPayments().retrieve(id),
      outboundPayments().cancel(id),
      outboundPayments().list(list),
      financialAccounts().retrieve(list.financial_account),
      testHelpers().post(id),
    ].map(errorOf);
    for (const error of await Promise.all(refused)) expect(error).toMatchObject({ code: 'resource_missing' });
    expect((await outboundPayments().retrieve(id, {}, onBehalf)).lastResponse.stripeAccount).toBe('acct_1');
    expect((await outboundPayments().list(list, onBehalf)).data.map((item) => item.id)).toEqual([id]);
    expect((await financialAccounts().retrieve(list.financial_account, {}, onBehalf)).id).toBe(list.financial_account);
    expect((await outboundPayments().cancel(id, {}, onBehalf)).status).toBe('canceled');
    expect((await testHelpers().post(await make(), {}, onBehalf)).status).toBe('posted');
    expect((await testHelpers().fail(await make(), {}, onBehalf)).status).toBe('failed');
    const returned = (await testHelpers().returnOutboundPayment(await make(), {}, onBehalf)).id;
    const tracking_details = { type: 'ach' as const, ach: { trace_id: '1' } };
    expect((await testHelpers().update(returned, { tracking_details }, onBehalf)).status).toBe('returned');
    expect(await errorOf(outboundPayments().retrieve(id, {}, { stripeAccount: 'acct_nobody' }))).toMatchObject({
      type: 'StripePermissionError',
      code: 'account_invalid',
    });
  });

  it('sends misplaced request options as data, and is told so', async () => {
    const { id } = await outboundPayments().create(payment());
    const misplaced = { stripeAccount: 'acct_1' } as Stripe.Treasury.OutboundPaymentCancelParams;
    expect(await errorOf(outboundPayments().cancel(id, misplaced))).toMatchObject({ code: 'parameter_unknown', param: 'stripeAccount' });
    expect(world.payouts[0]?.status).toBe('processing');
  });
});
