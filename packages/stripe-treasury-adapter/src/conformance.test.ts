// The suite that every adapter must pass, against the simulated Stripe Treasury. Tables as in Stripe's documentation.
import { type ConformanceWorld, type OpenWorld, payoutProviderConformance } from '@disburse/conformance';
import { type OutboundPaymentStatus, type SimulatedStripeTreasury, simulateStripeTreasury } from '@disburse/simulator';
import { describe, expect, it } from 'vitest';
import { createStripeTreasury } from './index.ts';

const ACCOUNT_NUMBER = '000123456789';
const error = (status: number, body: Readonly<Record<string, unknown>>) => ({ status, body: { error: body } });

/** `saved`: to a saved payment method; `inline`: to a bank account that every create names, account number and all. */
function treasuryWorld(to: 'saved' | 'inline', more: Readonly<Record<string, unknown>> = {}): ConformanceWorld {
  return {
    factory: createStripeTreasury,
    open: () => open(simulateStripeTreasury({ apiKey: 'sk_test_conformance_canary' }), to, more),
    answers: {
      refusal: error(400, { type: 'invalid_request_error', code: 'balance_insufficient', message: 'The balance does not cover it.' }),
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
      status: (payment, status) => ({ ...payment, status }),
      money: (payment, { amount, currency }) => ({ ...payment, amount: Number(amount), currency }),
      bare: ({ id, object, amount, cancelable, currency, created, status, livemode }) =>
        Object.assign({ id, object, amount, cancelable }, { currency, created, status, livemode }),
      failure: (payment, code) => ({ ...payment, status: 'returned', returned_details: { code, transaction: 'trxn_1' } }),
      token: (payment, token) => ({ ...payment, metadata: { disburse_key: token } }),
      otherMode: (payment) => ({ ...payment, livemode: payment['livemode'] !== true }),
    },
    // https://docs.stripe.com/api/treasury/outbound_payments/object#outbound_payment_object-status
    statuses: [
      { word: 'processing', status: 'pending' },
      { word: 'processing', status: 'in_transit', edit: (payment) => ({ ...payment, cancelable: false }) },
      { word: 'posted', status: 'paid' },
      { word: 'failed', status: 'failed' },
      { word: 'canceled', status: 'canceled' },
      { word: 'returned', status: 'returned' },
    ],
    reaches: ['in_transit', 'paid', 'failed', 'returned', 'canceled'],
    comesBackAs: 'returned',
    // https://docs.stripe.com/api/treasury/outbound_payments/object#outbound_payment_object-returned_details-code
    failures: [
      { code: 'account_closed', reason: 'account_closed' },
      { code: 'account_frozen', reason: 'account_restricted' },
      { code: 'bank_account_restricted', reason: 'account_restricted' },
      { code: 'bank_ownership_changed', reason: 'invalid_account_details' },
      { code: 'declined', reason: 'declined_by_bank' },
      { code: 'incorrect_account_holder_name', reason: 'account_holder_mismatch' },
      { code: 'invalid_account_number', reason: 'invalid_account_details' },
      { code: 'invalid_currency', reason: 'currency_not_supported' },
      { code: 'no_account', reason: 'account_not_found' },
      { code: 'other', reason: 'other' },
    ],
    amounts: [
      { money: { amount: '10.50', currency: 'USD' }, wire: { amount: '1050', currency: 'usd' } },
      { money: { amount: '0.01', currency: 'USD' }, wire: { amount: '1', currency: 'usd' } },
      { money: { amount: '12345678.90', currency: 'USD' }, wire: { amount: '1234567890', currency: 'usd' } },
    ],
    refusedAmounts: [
      { amount: '10.00', currency: 'EUR' },
      { amount: '500', currency: 'JPY' },
      { amount: '90071992547409.92', currency: 'USD' },
    ],
    sentMoney: (body) => {
      const form = new URLSearchParams(body);
      return { amount: form.get('amount') ?? '', currency: form.get('currency') ?? '' };
    },
  };
}

function open(treasury: SimulatedStripeTreasury, to: 'saved' | 'inline', more: Readonly<Record<string, unknown>>): OpenWorld {
  const account = treasury.account();
  const [customer = ''] = account.customers;
  const financialAccount = account.financialAccount().id;
  const other = account.addPaymentMethod();
  const settings = {
    apiKey: treasury.apiKey,
    financialAccount,
    ...(to === 'saved' ? { destination: 'pm_usBankAccount', customer } : {}),
    ...more,
  };
  const inline = {
    type: 'us_bank_account',
    billingDetails: { name: 'Jane Doe' },
    usBankAccount: { accountHolderType: 'individual', accountNumber: ACCOUNT_NUMBER, routingNumber: '110000000' },
  };
  return {
    clock: treasury.clock,
    fetch: treasury.fetch,
    settings,
    rotated: () => {
      treasury.acceptApiKey('sk_test_rotated_canary');
      return { ...settings, apiKey: 'sk_test_rotated_canary' };
    },
    request: {
      money: { amount: '1.00', currency: 'USD' },
      ...(to === 'saved' ? {} : { providerOptions: { 'stripe-treasury': { destinationPaymentMethodData: inline } } }),
    },
    features: {
      destination: { destination: other.id, providerOptions: { 'stripe-treasury': { customer } } },
      statementDescriptor: { statementDescriptor: 'RENT' },
      metadata: { metadata: { order: '42', constructor: 'yes' } },
    },
    payouts: () => account.payouts.map((payment) => ({ id: payment.id, body: payment })),
    move: (id, status) => {
      const word: OutboundPaymentStatus | 'submitted' =
        status === 'in_transit' ? 'submitted' : status === 'paid' ? 'posted' : (status as OutboundPaymentStatus);
      if (word === 'submitted') account.submit(id);
      else account.move(id, word);
    },
    foreign: async () => {
      const answer = await treasury.fetch('https://api.stripe.com/v1/treasury/outbound_payments', {
        method: 'POST',
        headers: { authorization: `Bearer ${treasury.apiKey}` },
        body: new URLSearchParams({
          amount: '100',
          currency: 'usd',
          financial_account: financialAccount,
          customer,
          destination_payment_method: 'pm_usBankAccount',
        }),
      });
      const made = (await answer.json()) as { readonly id: string };
      return made.id;
    },
    available: () => [{ amount: '10000.00', currency: 'USD' }],
    personal: to === 'inline' ? [ACCOUNT_NUMBER] : [],
  };
}

describe('to a saved payment method', () => {
  payoutProviderConformance({ describe, it, expect }, treasuryWorld('saved'));
});
describe('to a bank account that the create names', () => {
  payoutProviderConformance({ describe, it, expect }, treasuryWorld('inline', { correlation: 'none' }));
});
