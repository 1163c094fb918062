// penny.test.ts: what an author hands to the suite. The tables are copied from the documentation, not from the adapter.
import { createHmac } from 'node:crypto';
import { type ConformanceWorld, type OpenWorld, payoutProviderConformance } from '@disburse/conformance';
import { describe, expect, it } from 'vitest';
import { pennyBank } from './penny-bank.ts';
import { createPenny } from './penny.ts';

const refused = (status: number, code: string) => ({ status, body: { code, detail: 'Penny says no.' } });

const pennyWorld: ConformanceWorld = {
  factory: createPenny,
  open,
  answers: {
    refusal: refused(402, 'too_little_money'),
    unauthorized: refused(401, 'who_are_you'),
    rateLimited: refused(429, 'slow_down'),
    inFlight: refused(409, 'key_running'),
    keyReused: refused(409, 'key_reused'),
    serverError: refused(500, 'oops'),
    replayMark: { 'penny-replayed': 'true' },
  },
  edits: {
    status: (payout, state) => ({ ...payout, state }),
    money: (payout, { amount, currency }) => ({ ...payout, amount, currency }),
    bare: ({ id, amount, currency, state, created, test }) => ({ id, amount, currency, state, created, test }),
    failure: (payout, bounce) => ({ ...payout, state: 'bounced', bounce }),
    token: (payout, token) => ({ ...payout, metadata: { disburse_key: token } }),
    otherMode: (payout) => ({ ...payout, test: payout['test'] !== true }),
  },
  statuses: [
    { word: 'queued', status: 'pending' },
    { word: 'sent', status: 'in_transit' },
    { word: 'done', status: 'paid' },
    { word: 'bounced', status: 'returned' },
    { word: 'stopped', status: 'canceled' },
  ],
  reaches: ['in_transit', 'paid', 'returned', 'canceled'],
  comesBackAs: 'returned',
  failures: [
    { code: 'closed', reason: 'account_closed' },
    { code: 'no_account', reason: 'account_not_found' },
  ],
  amounts: [
    { money: { amount: '10.50', currency: 'EUR' }, wire: { amount: '10.50', currency: 'EUR' } },
    { money: { amount: '0.01', currency: 'USD' }, wire: { amount: '0.01', currency: 'USD' } },
  ],
  refusedAmounts: [{ amount: '500', currency: 'JPY' }],
  sentMoney: (body) => {
    const { amount, currency } = JSON.parse(body) as { readonly amount: string; readonly currency: string };
    return { amount, currency };
  },
};

/** The word by which Penny says each of our statuses. */
const WORDS: Readonly<Record<string, string>> = { in_transit: 'sent', paid: 'done', returned: 'bounced', canceled: 'stopped' };

function open(): OpenWorld {
  const bank = pennyBank();
  return {
    clock: bank.clock,
    fetch: bank.fetch,
    settings: { apiKey: 'test_penny_1' },
    rotated: () => {
      bank.apiKeys.add('test_penny_2');
      return { apiKey: 'test_penny_2' };
    },
    request: { money: { amount: '1.00', currency: 'EUR' } },
    features: { metadata: { metadata: { order: '42', constructor: 'yes' } } },
    payouts: () => bank.payouts.map((payout) => ({ id: payout.id, body: payout })),
    move: (id, to) => void bank.change(id, { state: WORDS[to] ?? 'queued', bounce: to === 'returned' ? 'closed' : null }),
    foreign: () => bank.add({}).id,
  };
}

payoutProviderConformance({ describe, it, expect }, pennyWorld);

it('believes a delivery that Penny signed', async () => {
  const penny = createPenny({ apiKey: 'test_penny_1', webhookSecrets: ['hook_1'] });
  const payout = pennyBank().add({});
  const body = JSON.stringify({ id: 'evt_1', kind: 'payout.done', at: payout.created, payout: { ...payout, state: 'done' } });
  const headers = { 'penny-signature': createHmac('sha256', 'hook_1').update(body).digest('hex') };
  const [event] = await penny.parseWebhook({ headers, body });
  expect([event?.id, event?.payoutId, event?.payout?.status]).toEqual(['evt_1', payout.id, 'paid']);
});
