// The suite, over CONTRACT.md's tables.
import { createHmac } from 'node:crypto';
import { type ConformanceWorld, type OpenWorld, payoutProviderConformance } from '@disburse/conformance';
import { describe, expect, it } from 'vitest';
import { fjordBank } from './fjord-bank.ts';
import { createFjord } from './index.ts';

const refused = (status: number, type: string) => ({ status, body: { error: { type, message: 'Fjord says no.' } } });

const fjordWorld: ConformanceWorld = {
  factory: createFjord,
  open,
  answers: {
    refusal: refused(422, 'insufficient_funds'),
    unauthorized: refused(401, 'bad_key'),
    rateLimited: refused(429, 'too_many_requests'),
    inFlight: refused(425, 'once_key_busy'),
    keyReused: refused(422, 'once_key_mismatch'),
    serverError: refused(500, 'oops'),
    replayMark: { 'x-once': 'repeat' },
  },
  edits: {
    status: (transfer, status) => ({ ...transfer, status }),
    money: (transfer, { amount, currency }) => ({ ...transfer, amountMinor: Number(amount), currency }),
    bare: ({ transferId, mode, amountMinor, currency, beneficiary, status, createdAt }) =>
      Object.assign({ transferId, mode, amountMinor, currency }, { beneficiary, status, createdAt }),
    failure: (transfer, reasonCode) => ({ ...transfer, status: 'REJECTED', reasonCode }),
    token: (transfer, token) => ({ ...transfer, labels: { disburse_key: token } }),
    otherMode: (transfer) => ({ ...transfer, mode: transfer['mode'] === 'live' ? 'test' : 'live' }),
  },
  statuses: [
    { word: 'NEW', status: 'pending' },
    { word: 'BOOKED', status: 'in_transit' },
    { word: 'SETTLED', status: 'paid' },
    { word: 'REJECTED', status: 'failed' },
    { word: 'RECALLED', status: 'returned' },
    { word: 'VOIDED', status: 'canceled' },
  ],
  reaches: ['in_transit', 'paid', 'failed', 'returned', 'canceled'],
  comesBackAs: 'returned',
  failures: [
    { code: 'AC01', reason: 'account_not_found' },
    { code: 'AC04', reason: 'account_closed' },
    { code: 'AG01', reason: 'destination_unsupported' },
    { code: 'MD07', reason: 'account_restricted' },
    { code: 'TM01', reason: 'processing_error' },
  ],
  amounts: [
    { money: { amount: '10.50', currency: 'EUR' }, wire: { amount: '1050', currency: 'eur' } },
    { money: { amount: '12.00', currency: 'SEK' }, wire: { amount: '1200', currency: 'sek' } },
    { money: { amount: '500', currency: 'JPY' }, wire: { amount: '500', currency: 'jpy' } },
    { money: { amount: '5.123', currency: 'KWD' }, wire: { amount: '5123', currency: 'kwd' } },
    { money: { amount: '50000000.00', currency: 'EUR' }, wire: { amount: '5000000000', currency: 'eur' } },
  ],
  refusedAmounts: [
    { amount: '12.50', currency: 'SEK' },
    { amount: '50000000.01', currency: 'EUR' },
    { amount: '10.00', currency: 'USD' },
  ],
  sentMoney: (body) => {
    const { amountMinor, currency } = JSON.parse(body) as { readonly amountMinor: number; readonly currency: string };
    return { amount: String(amountMinor), currency };
  },
};

/** The word by which Fjord says each of our statuses. */
const WORDS: Readonly<Record<string, string>> = {
  in_transit: 'BOOKED',
  paid: 'SETTLED',
  failed: 'REJECTED',
  returned: 'RECALLED',
  canceled: 'VOIDED',
};

function open(): OpenWorld {
  const bank = fjordBank();
  return {
    clock: bank.clock,
    fetch: bank.fetch,
    settings: { apiKey: 'fj_test_1' },
    rotated: () => {
      bank.apiKeys.add('fj_test_2');
      return { apiKey: 'fj_test_2' };
    },
    request: { money: { amount: '1.00', currency: 'EUR' }, destination: 'ben_1' },
    features: { destination: { destination: 'ben_2' }, metadata: { metadata: { order: '42', constructor: 'yes' } } },
    payouts: () => bank.transfers.map((transfer) => ({ id: transfer.transferId, body: transfer })),
    move: (id, to) =>
      void bank.change(id, { status: WORDS[to] ?? 'NEW', reasonCode: to === 'failed' || to === 'returned' ? 'AC04' : null }),
    foreign: () => bank.add({}).transferId,
    available: () => [{ amount: '1234.56', currency: 'EUR' }],
  };
}

payoutProviderConformance({ describe, it, expect }, fjordWorld);

it('an answer in a currency that Fjord does not describe is never taken for the euro that was asked for', async () => {
  const bank = fjordBank();
  const garbled: typeof fetch = async (input, init) => {
    const answer = await bank.fetch(input, init);
    const transfer = (await answer.json()) as object;
    return Response.json(
      { ...transfer, currency: 'usd', amountMinor: 99_900 },
      { status: answer.status, headers: { date: answer.headers.get('date') ?? '' } },
    );
  };
  const fjord = createFjord({ apiKey: 'fj_test_1', fetch: garbled, runtime: { now: () => bank.clock.now() } });
  const outcome = await fjord.createPayout({ reference: 'r', money: { amount: '1.00', currency: 'EUR' }, destination: 'ben_1' });
  expect(outcome).toMatchObject({
    outcome: 'unknown',
    error: { code: 'unexpected_response', payoutId: 'tr_000001' },
    next: { action: 'review', candidates: [{ id: 'tr_000001', money: null }] },
  });
});

describe('webhooks', () => {
  const now = 1795424460;
  const fjord = createFjord({ apiKey: 'fj_test_1', webhookSecrets: ['new', 'old'], runtime: { now: () => now * 1000 } });
  const body = JSON.stringify({ eventId: 'ev_1', topic: 'transfer.resolved', at: 1795424400, mode: 'test', transferId: 'tr_000001' });
  const signed = (at: number, secret: string) => {
    const hex = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
    return { headers: { 'x-fjord-signature': `t=${at};v1=${'0'.repeat(64)};v1=${hex}` }, body };
  };

  it('are believed with one of the secrets', async () => {
    const events = await fjord.parseWebhook(signed(now, 'old'));
    expect(events.map(({ id, payoutId, payout, live }) => [id, payoutId, payout, live])).toEqual([['ev_1', 'tr_000001', null, false]]);
  });
  it('are refused when they are an hour old', async () => {
    await expect(fjord.parseWebhook(signed(now - 3600, 'old'))).rejects.toThrow(/signed 3600 s ago/);
  });
});
