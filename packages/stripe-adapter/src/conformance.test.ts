// The suite that every adapter must pass, against the simulated Stripe. Tables as in Stripe's documentation, not as in this adapter.
import { type ConformanceWorld, type OpenWorld, payoutProviderConformance } from '@disburse/conformance';
import { type SimulatedStripe, simulateStripe, type StripePayoutStatus } from '@disburse/simulator';
import { describe, expect, it } from 'vitest';
import { createStripe } from './index.ts';

const error = (status: number, body: Readonly<Record<string, unknown>>) => ({ status, body: { error: body } });

/** A connected account: only its payouts can be reversed. */
const ACCOUNT = 'acct_conformance';

function stripeWorld(settings: Readonly<Record<string, unknown>> = {}): ConformanceWorld {
  return {
    factory: createStripe,
    open: () => open(simulateStripe({ apiKey: 'sk_test_conformance_canary' }), settings),
    answers: {
      refusal: error(400, {
        type: 'invalid_request_error',
        code: 'balance_insufficient',
        message: 'You have insufficient funds in your Stripe account for this transfer.',
      }),
      unauthorized: error(401, { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_test_***' }),
      rateLimited: error(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' }),
      inFlight: error(409, { type: 'invalid_request_error', message: 'There is currently another in-progress request using this key.' }),
      keyReused: error(400, {
        type: 'idempotency_error',
        message: 'Keys for idempotent requests can only be used with the same parameters.',
      }),
      serverError: error(500, { type: 'api_error', message: 'An unknown error occurred' }),
      replayMark: { 'idempotent-replayed': 'true' },
    },
    edits: {
      status: (payout, status) => ({ ...payout, status }),
      money: (payout, { amount, currency }) => ({ ...payout, amount: Number(amount), currency }),
      bare: ({ id, object, amount, currency, created, status, livemode }) => ({ id, object, amount, currency, created, status, livemode }),
      failure: (payout, code) => ({ ...payout, status: 'failed', failure_code: code, failure_message: 'It failed.' }),
      token: (payout, token) => ({ ...payout, metadata: { disburse_key: token } }),
      otherMode: (payout) => ({ ...payout, livemode: payout['livemode'] !== true }),
    },
    // https://docs.stripe.com/api/payouts/object#payout_object-status
    statuses: [
      { word: 'pending', status: 'pending' },
      { word: 'in_transit', status: 'in_transit' },
      { word: 'paid', status: 'paid' },
      { word: 'failed', status: 'failed' },
      { word: 'canceled', status: 'canceled' },
    ],
    reaches: ['in_transit', 'paid', 'failed', 'canceled'],
    comesBackAs: 'failed',
    // https://docs.stripe.com/api/payouts/failures
    failures: [
      { code: 'account_closed', reason: 'account_closed' },
      { code: 'account_frozen', reason: 'account_restricted' },
      { code: 'bank_account_restricted', reason: 'account_restricted' },
      { code: 'bank_ownership_changed', reason: 'invalid_account_details' },
      { code: 'could_not_process', reason: 'processing_error' },
      { code: 'debit_not_authorized', reason: 'debit_not_authorized' },
      { code: 'declined', reason: 'declined_by_bank' },
      { code: 'incorrect_account_holder_address', reason: 'account_holder_mismatch' },
      { code: 'incorrect_account_holder_name', reason: 'account_holder_mismatch' },
      { code: 'incorrect_account_holder_tax_id', reason: 'account_holder_mismatch' },
      { code: 'insufficient_funds', reason: 'insufficient_funds' },
      { code: 'invalid_account_number', reason: 'invalid_account_details' },
      { code: 'invalid_currency', reason: 'currency_not_supported' },
      { code: 'no_account', reason: 'account_not_found' },
      { code: 'unsupported_card', reason: 'destination_unsupported' },
    ],
    // https://docs.stripe.com/currencies
    amounts: [
      { money: { amount: '10.50', currency: 'USD' }, wire: { amount: '1050', currency: 'usd' } },
      { money: { amount: '0.01', currency: 'EUR' }, wire: { amount: '1', currency: 'eur' } },
      { money: { amount: '999999.99', currency: 'GBP' }, wire: { amount: '99999999', currency: 'gbp' } },
      { money: { amount: '500', currency: 'JPY' }, wire: { amount: '500', currency: 'jpy' } },
      { money: { amount: '5.120', currency: 'KWD' }, wire: { amount: '5120', currency: 'kwd' } },
      { money: { amount: '5', currency: 'UGX' }, wire: { amount: '500', currency: 'ugx' } },
      { money: { amount: '5', currency: 'ISK' }, wire: { amount: '500', currency: 'isk' } },
      { money: { amount: '10.00', currency: 'HUF' }, wire: { amount: '1000', currency: 'huf' } },
      { money: { amount: '800.00', currency: 'TWD' }, wire: { amount: '80000', currency: 'twd' } },
    ],
    refusedAmounts: [
      { amount: '10.45', currency: 'HUF' },
      { amount: '800.45', currency: 'TWD' },
      { amount: '5.123', currency: 'KWD' },
      { amount: '90071992547409.92', currency: 'USD' },
    ],
    sentMoney: (body) => {
      const form = new URLSearchParams(body);
      return { amount: form.get('amount') ?? '', currency: form.get('currency') ?? '' };
    },
  };
}

function open(stripe: SimulatedStripe, more: Readonly<Record<string, unknown>>): OpenWorld {
  const account = stripe.account(ACCOUNT);
  const bank = account.addBankAccount({ currency: 'usd', default: true });
  const other = account.addBankAccount({ currency: 'usd' });
  const settings = { apiKey: stripe.apiKey, stripeAccount: ACCOUNT, ...more };
  return {
    clock: stripe.clock,
    fetch: stripe.fetch,
    settings,
    rotated: () => {
      stripe.acceptApiKey('sk_test_rotated_canary');
      return { ...settings, apiKey: 'sk_test_rotated_canary' };
    },
    request: { money: { amount: '1.00', currency: 'USD' } },
    features: {
      destination: { destination: other.id },
      statementDescriptor: { statementDescriptor: 'RENT' },
      metadata: { metadata: { order: '42', constructor: 'yes' } },
    },
    payouts: () => account.payouts.map((payout) => ({ id: payout.id, body: payout })),
    move: (id, to) => {
      account.move(id, to as StripePayoutStatus, to === 'failed' ? { failureCode: 'account_closed' } : {});
      // After a failure the bank account takes no payouts until its details are new.
      for (const known of [bank, other]) account.updateBankAccount(known.id, { accountNumber: '000123456789' });
    },
    foreign: async () => {
      const answer = await stripe.fetch('https://api.stripe.com/v1/payouts', {
        method: 'POST',
        headers: { authorization: `Bearer ${stripe.apiKey}`, 'stripe-account': ACCOUNT },
        body: new URLSearchParams({ amount: '100', currency: 'usd' }),
      });
      const made = (await answer.json()) as { readonly id: string };
      return made.id;
    },
    // What every account of the simulator opens with.
    available: () => [
      { amount: '10000.00', currency: 'USD' },
      { amount: '500.00', currency: 'USD' },
      { amount: '10000.00', currency: 'EUR' },
    ],
  };
}

describe('by metadata', () => {
  payoutProviderConformance({ describe, it, expect }, stripeWorld());
});
describe('without correlation', () => {
  payoutProviderConformance({ describe, it, expect }, stripeWorld({ correlation: 'none' }));
});
