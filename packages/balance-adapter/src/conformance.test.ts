// The suite that every adapter must pass, against the simulated Mollie. Tables as in Mollie's documentation.
import { type ConformanceWorld, type OpenWorld, payoutProviderConformance } from '@disburse/conformance';
import type { PayoutStatus } from '@disburse/core';
import { type SimulatedMollie, simulateMollie } from '@disburse/simulator';
import { describe, expect, it } from 'vitest';
import { createBalance } from './index.ts';

type SettingsFor = (mollie: SimulatedMollie) => Readonly<Record<string, unknown>>;

const TEST_KEY: SettingsFor = (mollie) => ({ token: mollie.testKey });
const ACCESS_TOKEN: SettingsFor = (mollie) => ({
  token: mollie.accessToken,
  testmode: true,
  readBalances: true,
  correlation: 'description',
});

const error = (status: number, title: string, detail: string) => ({ status, body: { status, title, detail } });

function mollieWorld(settingsFor: SettingsFor): ConformanceWorld {
  return {
    factory: createBalance,
    open: () => open(simulateMollie(), settingsFor),
    answers: {
      refusal: error(422, 'Unprocessable Entity', 'This payout cannot be created.'),
      unauthorized: error(401, 'Unauthorized Request', 'Missing authentication, or failed to authenticate'),
      rateLimited: error(429, 'Too Many Requests', 'Too many requests.'),
      inFlight: error(409, 'Conflict', 'Another request with this idempotency key is being processed.'),
      keyReused: error(400, 'Bad Request', 'The idempotency key was used with other parameters.'),
      serverError: error(500, 'Internal Server Error', 'Something went wrong.'),
      replayMark: { 'idempotent-replayed': 'true' },
    },
    edits: {
      status: (payout, status) => ({ ...payout, status }),
      money: (payout, { amount, currency }) => ({ ...payout, amount: { value: amount, currency } }),
      bare: ({ resource, id, balanceId, amount, status, statusReason, createdAt, mode }) =>
        Object.assign({ resource, id, balanceId, amount }, { status, statusReason, createdAt, mode }),
      failure: (payout, code) => ({ ...payout, status: 'failed', statusReason: { code, message: 'It failed.' } }),
      token: (payout, token) => ({ ...payout, description: `[another ${token}]` }),
      otherMode: (payout) => ({ ...payout, mode: payout['mode'] === 'live' ? 'test' : 'live' }),
    },
    // https://docs.mollie.com/reference/get-payout
    statuses: [
      { word: 'requested', status: 'pending' },
      { word: 'initiated', status: 'in_transit' },
      { word: 'processing-at-bank', status: 'in_transit' },
      { word: 'completed', status: 'paid' },
      { word: 'failed', status: 'failed' },
      { word: 'failed', status: 'returned', edit: (payout) => ({ ...payout, statusReason: { code: 'returned', message: 'Returned.' } }) },
      { word: 'canceled', status: 'canceled' },
    ],
    reaches: ['in_transit', 'paid', 'failed', 'returned', 'canceled'],
    comesBackAs: 'returned',
    failures: [
      { code: 'insufficient_funds', reason: 'insufficient_funds' },
      { code: 'payouts_blocked', reason: 'payouts_blocked' },
      { code: 'expired', reason: 'expired' },
      { code: 'organization_inactive', reason: 'payouts_blocked' },
      { code: 'bank_processing_failed', reason: 'processing_error' },
      { code: 'returned', reason: 'other' },
      { code: 'balance_not_found', reason: 'other' },
      { code: 'invalid_request', reason: 'other' },
      { code: 'failed', reason: 'other' },
    ],
    // https://docs.mollie.com/docs/multicurrency
    amounts: [
      { money: { amount: '10.50', currency: 'EUR' }, wire: { amount: '10.50', currency: 'EUR' } },
      { money: { amount: '0.01', currency: 'GBP' }, wire: { amount: '0.01', currency: 'GBP' } },
      { money: { amount: '500', currency: 'JPY' }, wire: { amount: '500', currency: 'JPY' } },
      { money: { amount: '123456.70', currency: 'USD' }, wire: { amount: '123456.70', currency: 'USD' } },
    ],
    refusedAmounts: [{ amount: '5.120', currency: 'KWD' }],
    sentMoney: (body) => {
      const { amount } = JSON.parse(body) as { readonly amount?: { readonly value: string; readonly currency: string } };
      return { amount: amount?.value ?? '', currency: amount?.currency ?? '' };
    },
  };
}

/** Status and code by which Mollie says each of our words. */
const WORDS: Partial<Record<PayoutStatus, readonly [status: string, code?: string]>> = {
  in_transit: ['initiated'],
  paid: ['completed'],
  failed: ['failed', 'bank_processing_failed'],
  returned: ['failed', 'returned'],
  canceled: ['canceled'],
};

function open(mollie: SimulatedMollie, settingsFor: SettingsFor): OpenWorld {
  const balance = mollie.test.balance();
  const settings = { balanceId: balance.id, acceptScheduleSideEffect: true, ...settingsFor(mollie) };
  const token = String(Reflect.get(settings, 'token')).replace(/_.*/, '_rotated0000000000000000000000');
  return {
    clock: mollie.clock,
    fetch: mollie.fetch,
    settings,
    rotated: () => {
      mollie.acceptCredential({ token });
      return { ...settings, token };
    },
    request: { money: { amount: '1.00', currency: 'EUR' } },
    features: { fullBalance: { money: 'full_balance' } },
    payouts: () => mollie.test.payouts.map((payout) => ({ id: payout.id, body: payout })),
    move: (id, to) => {
      const [status = to, code] = WORDS[to] ?? [];
      mollie.test.move(id, status, code === undefined ? undefined : { code });
    },
    foreign: () => balance.addPayout({ by: 'dashboard', amount: '1.00' }).id,
    available: () => [{ amount: '10000.00', currency: 'EUR' }],
  };
}

describe('with an API key', () => {
  payoutProviderConformance({ describe, it, expect }, mollieWorld(TEST_KEY));
});
describe('with an access token', () => {
  payoutProviderConformance({ describe, it, expect }, mollieWorld(ACCESS_TOKEN));
});
