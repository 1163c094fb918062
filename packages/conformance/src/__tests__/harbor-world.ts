import type { PayoutStatus } from '@disburse/core';
import type { ConformanceWorld, OpenWorld } from '../world.ts';
import { HARBOR_TOKEN, harborBank, type HarborPayout } from './harbor-bank.ts';
import { type HarborFactory, harborFactory, type HarborSettings } from './harbor.ts';

const refusal = (status: number, code: string) => ({ status, body: { code, message: 'Harbor says no, and why.' } });
const WORDS: Partial<Record<PayoutStatus, HarborPayout['status']>> = {
  in_transit: 'sent',
  paid: 'done',
  failed: 'bounced',
  canceled: 'stopped',
};

/** What an author hands to the suite, for Harbor. */
export function harborWorld(factory: HarborFactory = harborFactory(), more: Partial<HarborSettings> = {}): ConformanceWorld {
  return {
    factory,
    open: () => open(more),
    answers: {
      refusal: refusal(402, 'too_little_money'),
      unauthorized: refusal(401, 'who_are_you'),
      rateLimited: refusal(429, 'slow_down'),
      inFlight: refusal(409, 'in_flight'),
      keyReused: refusal(409, 'key_reused'),
      serverError: refusal(500, 'oops'),
      replayMark: { 'harbor-replayed': 'yes' },
    },
    edits: {
      status: (payout, status) => ({ ...payout, status }),
      money: (payout, { amount, currency }) => ({ ...payout, amount: Number(amount), currency }),
      bare: ({ id, amount, currency, status, created, live }) => ({ id, amount, currency, status, created, live }),
      failure: (payout, failure_code) => ({ ...payout, status: 'bounced', failure_code }),
      token: (payout, token) => ({ ...payout, metadata: { disburse_key: token } }),
      otherMode: (payout) => ({ ...payout, live: payout['live'] !== true }),
    },
    statuses: [
      { word: 'open', status: 'pending' },
      { word: 'sent', status: 'in_transit' },
      { word: 'done', status: 'paid' },
      { word: 'bounced', status: 'failed' },
      { word: 'stopped', status: 'canceled' },
    ],
    reaches: ['in_transit', 'paid', 'failed', 'canceled'],
    comesBackAs: 'failed',
    failures: [
      { code: 'closed', reason: 'account_closed' },
      { code: 'nobody', reason: 'account_not_found' },
    ],
    amounts: [
      { money: { amount: '10.50', currency: 'EUR' }, wire: { amount: '1050', currency: 'eur' } },
      { money: { amount: '0.01', currency: 'USD' }, wire: { amount: '1', currency: 'usd' } },
      { money: { amount: '500', currency: 'JPY' }, wire: { amount: '500', currency: 'jpy' } },
      { money: { amount: '5.120', currency: 'KWD' }, wire: { amount: '5120', currency: 'kwd' } },
      { money: { amount: '1.15', currency: 'EUR' }, wire: { amount: '115', currency: 'eur' } },
    ],
    refusedAmounts: [
      { amount: '5.123', currency: 'KWD' },
      { amount: '10.00', currency: 'CHF' },
    ],
    sentMoney: (body) => {
      const { amount, currency } = JSON.parse(body) as { readonly amount: number; readonly currency: string };
      return { amount: String(amount), currency };
    },
  };
}

function open(more: Partial<HarborSettings>): OpenWorld {
  const bank = harborBank();
  const settings = { token: HARBOR_TOKEN, ...more };
  return {
    clock: bank.clock,
    fetch: bank.fetch,
    settings,
    rotated: () => {
      bank.accept('harbor_canary_rotated');
      return { ...settings, token: 'harbor_canary_rotated' };
    },
    request: { money: { amount: '1.00', currency: 'EUR' }, destination: 'DE89370400440532013000' },
    features: {
      destination: { destination: 'DE02120300000000202051' },
      statementDescriptor: { statementDescriptor: 'RENT' },
      metadata: { metadata: { order: '42', constructor: 'yes' } },
    },
    payouts: () => bank.payouts.map((payout) => ({ id: payout.id, body: payout })),
    move: (id, to) => bank.move(id, WORDS[to] ?? 'open', to === 'failed' ? 'closed' : undefined),
    foreign: () => bank.add(100, 'eur').id,
    available: () => [
      { amount: '1234.56', currency: 'EUR' },
      { amount: '5000', currency: 'JPY' },
    ],
    personal: ['DE89370400440532013000'],
  };
}
