// The official SDK drives every operation: what it understands, Stripe's own clients understand.
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulateStripe, type ListeningServer, type SimulatedStripe } from '../index.ts';

let world: SimulatedStripe;
let server: ListeningServer;
let stripe: Stripe;

const client = (maxNetworkRetries = 0, apiKey = world.apiKey): Stripe =>
  new Stripe(apiKey, { telemetry: false, host: '127.0.0.1', port: server.port, protocol: 'http', maxNetworkRetries, timeout: 5000 });

beforeEach(async () => {
  world = simulateStripe();
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

describe('the official SDK', () => {
  it('creates a payout with every parameter', async () => {
    const destination = world.account().addBankAccount({ currency: 'eur' });
    const payout = await stripe.payouts.create({
      amount: 2500,
      currency: 'eur',
      description: "Rent & fees / café *'()!~+%",
      destination: destination.id,
      metadata: { order_id: '6735', 'a b&c': 'd=e' },
      method: 'standard',
      source_type: 'card',
      statement_descriptor: 'ACME 42',
      expand: ['destination', 'balance_transaction'],
    });
    expect(payout).toMatchObject({
      object: 'payout',
      amount: 2500,
      currency: 'eur',
      description: "Rent & fees / café *'()!~+%",
      metadata: { order_id: '6735', 'a b&c': 'd=e' },
      method: 'standard',
      source_type: 'card',
      statement_descriptor: 'ACME 42',
      status: 'pending',
      automatic: false,
      livemode: false,
      destination: { id: destination.id, object: 'bank_account', last4: '3000', status: 'new' },
      balance_transaction: { object: 'balance_transaction', amount: -2500, net: -2500, type: 'payout' },
    });
    expect(payout.lastResponse.requestId).toMatch(/^req_/);
    expect(payout.lastResponse.apiVersion).toBe('2026-10-28.endive');
    expect(world.account().available('eur')).toBe(1_000_000 - 2500);
  });

  it('retrieves, updates, unsets one key and all keys', async () => {
    const { id } = await stripe.payouts.create({ amount: 1100, currency: 'usd', metadata: { a: '1' } });
    expect((await stripe.payouts.update(id, { metadata: { b: '2' } })).metadata).toEqual({ a: '1', b: '2' });
    expect((await stripe.payouts.update(id, { metadata: { a: '' } })).metadata).toEqual({ b: '2' });
    expect((await stripe.payouts.update(id, { metadata: '' })).metadata).toEqual({});
    expect((await stripe.payouts.retrieve(id)).id).toBe(id);
    expect((await stripe.payouts.retrieve(id, { expand: ['destination'] })).destination).toMatchObject({ object: 'bank_account' });
  });

  it('cancels once', async () => {
    const { id } = await stripe.payouts.create({ amount: 1100, currency: 'usd' });
    const canceled = await stripe.payouts.cancel(id);
    expect(canceled).toMatchObject({ status: 'canceled', failure_code: null });
    expect(canceled.failure_balance_transaction).toMatch(/^txn_/);
    expect(await errorOf(stripe.payouts.cancel(id))).toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 400,
      message: 'Payouts can only be canceled while they are pending.',
    });
    expect(world.account().available('usd')).toBe(1_000_000);
  });

  it('reverses a payout of a connected account', async () => {
    world.account('acct_1');
    const onBehalf = { stripeAccount: 'acct_1' };
    const { id } = await stripe.payouts.create({ amount: 1100, currency: 'usd' }, onBehalf);
    await world.clock.advanceTo('2026-11-26T00:00:00Z');
    const reversal = await stripe.payouts.reverse(id, { metadata: { why: 'duplicate' } }, onBehalf);
    expect(reversal).toMatchObject({ original_payout: id, status: 'pending', metadata: { why: 'duplicate' }, amount: -1100 });
    const original = await stripe.payouts.retrieve(id, { expand: ['reversed_by'] }, onBehalf);
    expect(original).toMatchObject({ status: 'paid', reversed_by: { id: reversal.id } });
  });

  it('keeps connected accounts apart', async () => {
    world.account('acct_1').fund({ amount: 5, currency: 'usd' });
    const { id, lastResponse } = await stripe.payouts.create({ amount: 1100, currency: 'usd' }, { stripeAccount: 'acct_1' });
    expect(lastResponse.stripeAccount).toBe('acct_1');
    expect(await errorOf(stripe.payouts.retrieve(id))).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'payout' });
    expect((await stripe.payouts.list()).data).toEqual([]);
    expect((await stripe.payouts.list({}, { stripeAccount: 'acct_1' })).data.map((payout) => payout.id)).toEqual([id]);
    const [platform, connected] = [await stripe.balance.retrieve(), await stripe.balance.retrieve({}, { stripeAccount: 'acct_1' })];
    expect(platform.available[0]?.source_types?.card).toBe(1_000_000);
    expect(connected.available[0]?.source_types?.card).toBe(1_000_000 + 5 - 1100);
    expect(await errorOf(stripe.balance.retrieve({}, { stripeAccount: 'acct_unknown' }))).toMatchObject({
      type: 'StripePermissionError',
      code: 'account_invalid',
    });
  });

  it('reads the balance and the ledger', async () => {
    const payout = await stripe.payouts.create({ amount: 1100, currency: 'usd', source_type: 'bank_account' });
    const balance = await stripe.balance.retrieve();
    expect(balance.available).toEqual([
      { amount: 1_048_900, currency: 'usd', source_types: { card: 1_000_000, bank_account: 48_900 } },
      { amount: 1_000_000, currency: 'eur', source_types: { card: 1_000_000 } },
    ]);
    expect(balance).not.toHaveProperty('connect_reserved');
    const rows = await stripe.balanceTransactions.list({ payout: payout.id, limit: 100, expand: ['data.source'] });
    expect(rows.data).toMatchObject([{ id: payout.balance_transaction, type: 'payout', amount: -1100, source: { id: payout.id } }]);
    const row = await stripe.balanceTransactions.retrieve(rows.data[0]?.id ?? '');
    expect(row).toMatchObject({ type: 'payout', source: payout.id });
    expect(await errorOf(stripe.balanceTransactions.retrieve('txn_nope'))).toMatchObject({
      statusCode: 404,
      message: "No such balance transaction: 'txn_nope'",
      param: 'id',
    });
    expect(await errorOf(stripe.balanceTransactions.list({ payout: 'po_nope' }))).toMatchObject({ statusCode: 400, param: 'payout' });
  });

  it('pages through 260 payouts while new ones arrive', async () => {
    world.account().fund({ amount: 1_000_000, currency: 'usd' });
    const made: string[] = [];
    for (let count = 0; count < 260; count += 1) {
      made.push((await stripe.payouts.create({ amount: 100 + count, currency: 'usd' })).id);
      await world.clock.advance(1000);
    }
    const seen: string[] = [];
    for await (const payout of stripe.payouts.list({ limit: 100 })) {
      if (seen.length === 50) await stripe.payouts.create({ amount: 99, currency: 'usd' });
      seen.push(payout.id);
    }
    expect(seen).toEqual(made.toReversed());
    expect(world.payouts).toHaveLength(261);
    const first = await stripe.payouts.list({ limit: 3, created: { lt: (await stripe.payouts.retrieve(made[100] ?? '')).created } });
    expect(first.data.map(({ id }) => id)).toEqual([made[99], made[98], made[97]]);
    expect(first.has_more).toBe(true);
  });

  it('replays a create by its key', async () => {
    const options = { idempotencyKey: 'one' };
    const first = await stripe.payouts.create({ amount: 1100, currency: 'usd' }, options);
    const second = await stripe.payouts.create({ amount: 1100, currency: 'usd' }, options);
    expect(second.id).toBe(first.id);
    expect(first.lastResponse.headers).not.toHaveProperty('idempotent-replayed');
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(second.lastResponse.idempotencyKey).toBe('one');
    expect(await errorOf(stripe.payouts.create({ amount: 1200, currency: 'usd' }, options))).toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
    expect(world.payouts).toHaveLength(1);
  });

  it('retries by itself with one key, and pays once', async () => {
    world.faults.next({ reset: 'after' });
    const payout = await client(2).payouts.create({ amount: 1100, currency: 'usd' });
    expect(world.requests).toHaveLength(2);
    expect(new Set(world.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(world.payouts.map(({ id }) => id)).toEqual([payout.id]);
  });

  it('raises the error class of each refusal', async () => {
    const usd = { amount: 1100, currency: 'usd' };
    const answers = {
      429: 'StripeRateLimitError',
      500: 'StripeAPIError',
      409: 'StripeAPIError',
      402: 'StripeCardError',
      403: 'StripePermissionError',
    };
    for (const [status, type] of Object.entries(answers)) {
      world.faults.next({
        answer: { status: Number(status), body: { error: { type: 'invalid_request_error', message: 'x' } } },
        at: 'before',
      });
      expect((await errorOf(stripe.payouts.create(usd))).type).toBe(type);
    }
    expect((await errorOf(client(0, 'sk_test_wrong_key_0001').balance.retrieve())).type).toBe('StripeAuthenticationError');
    world.faults.next({ truncate: 10 });
    expect((await errorOf(stripe.balance.retrieve())).type).toMatch(/^Stripe(API|Connection)Error$/);
    expect(await errorOf(stripe.payouts.create({ ...usd, amount: 99_999_999 }))).toMatchObject({
      type: 'StripeInvalidRequestError',
      code: 'balance_insufficient',
      statusCode: 400,
    });
    world.faults.on({}, { reset: 'before' });
    expect((await errorOf(stripe.balance.retrieve())).type).toBe('StripeConnectionError');
    expect(world.payouts).toHaveLength(0);
  });

  it('sends misplaced request options as data, and is told so', async () => {
    const { id } = await stripe.payouts.create({ amount: 1100, currency: 'usd' });
    const misplaced = { stripeAccount: 'acct_1' } as Stripe.PayoutCancelParams;
    expect(await errorOf(stripe.payouts.cancel(id, misplaced))).toMatchObject({ code: 'parameter_unknown', param: 'stripeAccount' });
    expect(world.payouts[0]?.status).toBe('pending');
  });
});
