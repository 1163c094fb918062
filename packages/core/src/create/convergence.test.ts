// DESIGN promise 4: events in any order, duplicated or lost, converge to the same state, and a reversal is told once.
// dev-only: the words are the providers' own, through their adapters
import { createHmac } from 'node:crypto';
import { createBalance } from '@disburse/balance-adapter';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AnyPayoutProvider, finalityOf, applySnapshot, type Payout, type PayoutStatus, webhookHandler } from '../index.ts';

const NOW_SECONDS = 1_795_165_200;
const SECRET = 'whsec_convergence';
const SEED = 20_261_120;
const common = { webhookSecrets: [SECRET], runtime: { now: () => NOW_SECONDS * 1000 } };
const hmac = (text: string): string => createHmac('sha256', SECRET).update(text).digest('hex');

interface Rail {
  readonly provider: AnyPayoutProvider;
  /** A delivery of one state of the payout. */
  readonly deliver: (id: string, state: object) => { readonly headers: Record<string, string>; readonly body: string };
  /** What a payout goes through, oldest first. */
  readonly histories: Readonly<Record<string, readonly object[]>>;
}

// ---- Stripe's two ----------------------------------------------------------------------------------------------------

const stripeDelivery = (type: string, object: object) => (id: string, state: object) => {
  const event = { id, object: 'event', type, created: 1, livemode: false, data: { object: { ...object, ...state } } };
  const body = JSON.stringify(event);
  return { body, headers: { 'stripe-signature': `t=${NOW_SECONDS},v1=${hmac(`${NOW_SECONDS}.${body}`)}` } };
};

const payout = {
  id: 'po_1',
  object: 'payout',
  amount: 1050,
  currency: 'usd',
  created: 1_795_000_000,
  arrival_date: 1_795_132_800,
  livemode: false,
  automatic: false,
};
const trace = { trace_id: { status: 'supported', value: 'trace-1' } };

const STRIPE: Rail = {
  provider: createStripe({ apiKey: 'sk_test_1', ...common }),
  deliver: stripeDelivery('payout.updated', payout),
  histories: {
    'paid, then bounced': [
      { status: 'pending' },
      { status: 'in_transit' },
      { status: 'paid' },
      { status: 'paid', ...trace },
      { status: 'failed', failure_code: 'account_closed', ...trace },
    ],
    'paid, then reversed by another': [
      { status: 'pending' },
      { status: 'in_transit' },
      { status: 'paid' },
      { status: 'paid', reversed_by: 'po_2', ...trace },
    ],
    canceled: [{ status: 'pending' }, { status: 'canceled' }],
    'failed on its way, with a word we do not know': [
      { status: 'pending' },
      { status: 'under_review' },
      { status: 'in_transit' },
      { status: 'failed', failure_code: 'no_account' },
    ],
  },
};

const payment = {
  id: 'obp_1',
  object: 'treasury.outbound_payment',
  amount: 1050,
  currency: 'usd',
  created: 1_795_000_000,
  livemode: false,
};
const tracking = { tracking_details: { type: 'ach', ach: { trace_id: 'ach-1' } } };

const TREASURY: Rail = {
  provider: createStripeTreasury({ apiKey: 'sk_test_1', financialAccount: 'fa_1', ...common }),
  deliver: stripeDelivery('treasury.outbound_payment.tracking_details_updated', payment),
  histories: {
    'posted, then returned': [
      { status: 'processing', cancelable: true, expected_arrival_date: 1_795_132_800 },
      { status: 'processing', cancelable: false, expected_arrival_date: 1_795_132_800 },
      { status: 'posted', cancelable: false, expected_arrival_date: 1_795_132_800, ...tracking },
      { status: 'posted', cancelable: false, expected_arrival_date: 1_795_219_200, ...tracking },
      {
        status: 'returned',
        cancelable: false,
        expected_arrival_date: 1_795_219_200,
        returned_details: { code: 'no_account' },
        ...tracking,
      },
    ],
    failed: [{ status: 'processing', cancelable: true }, { status: 'failed' }],
    canceled: [{ status: 'processing', cancelable: true }, { status: 'canceled' }],
  },
};

// ---- Mollie ----------------------------------------------------------------------------------------------------------

const MOLLIE: Rail = {
  provider: createBalance({ token: 'test_1', balanceId: 'bal_1', acceptScheduleSideEffect: true, ...common }),
  deliver: (id, state) => {
    const entity = { resource: 'payout', id: 'payout_1', amount: { currency: 'EUR', value: '10.50' }, mode: 'test', ...state };
    const event = { resource: 'event', id, type: 'payout.failed', entityId: 'payout_1', createdAt: '2026-11-23T07:00:00.0Z' };
    const body = JSON.stringify({ ...event, _embedded: { entity } });
    return { body, headers: { 'x-mollie-signature': `sha256=${hmac(body)}` } };
  },
  histories: {
    'completed, then returned': [
      { status: 'initiated', statusReason: { code: 'initiated' } },
      { status: 'processing-at-bank', statusReason: { code: 'processing_at_bank' } },
      { status: 'completed', statusReason: { code: 'completed' } },
      { status: 'failed', statusReason: { code: 'returned' } },
    ],
    'completed, then failed': [
      { status: 'initiated', statusReason: { code: 'initiated' } },
      { status: 'completed', statusReason: { code: 'completed' } },
      { status: 'failed', statusReason: { code: 'bank_processing_failed' } },
    ],
    canceled: [
      { status: 'requested', statusReason: { code: 'requested' } },
      { status: 'canceled', statusReason: { code: 'canceled' } },
    ],
  },
};

const HISTORIES = Object.entries({ stripe: STRIPE, 'stripe-treasury': TREASURY, balance: MOLLIE }).flatMap(([name, rail]) =>
  Object.entries(rail.histories).map(([story, states]) => [name, story, rail, states] as const),
);

/** What an application is told and keeps. */
function lived(observations: readonly Payout[]): { known: Payout | null; told: PayoutStatus[]; reversals: number; anomalies: number } {
  const life = { known: null as Payout | null, told: [] as PayoutStatus[], reversals: 0, anomalies: 0 };
  for (const observation of observations) {
    const before = life.known;
    const { result, payout: next } = applySnapshot(before, observation);
    if (before !== null && finalityOf(before.status) === 'final') expect(next.status).toBe(before.status);
    if (result === 'advanced' || result === 'reversed') life.told.push(next.status);
    if (result === 'reversed') life.reversals += 1;
    // A new word behind a known end is an anomaly by design; nothing documented is.
    if (result === 'anomaly' && observation.status !== 'unrecognized') life.anomalies += 1;
    life.known = next;
  }
  return life;
}

function* permutationsOf<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length === 0) yield items;
  for (const [index, item] of items.entries()) {
    for (const rest of permutationsOf(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}

describe.each(HISTORIES)('%s: %s', (_name, _story, rail, states) => {
  let payouts: readonly Payout[];
  let inOrder: Payout | null;
  let end: Payout;

  beforeAll(async () => {
    const events = await Promise.all(states.map((state, index) => rail.provider.parseWebhook(rail.deliver(`evt_${index}`, state))));
    payouts = events
      .flat()
      .map((event) => event.payout)
      .filter((read) => read !== null);
    const last = payouts.at(-1);
    if (payouts.length !== states.length || last === undefined) throw new Error('a state was not read');
    end = last;
    inOrder = lived(payouts).known;
  });

  function expectTheSameEnd(observations: readonly Payout[]): void {
    const { known, told, reversals, anomalies } = lived(observations);
    expect(known).toEqual(inOrder);
    expect(anomalies).toBe(0);
    const moneyCameBack = finalityOf(end.status) === 'final';
    expect(reversals).toBe(told.includes('paid') && moneyCameBack ? 1 : 0);
    const lasting = told.filter((status) => finalityOf(status) !== 'open'); // Open ones may be told again around a new word.
    expect(new Set(lasting).size).toBe(lasting.length);
  }

  it('in order, everything is told', () => {
    expectTheSameEnd(payouts);
    expect(lived(payouts).reversals).toBe(payouts.some(({ status }) => status === 'paid') && end.status !== 'paid' ? 1 : 0);
  });

  it('in every order, with a final poll', () => {
    const orders = [...permutationsOf(payouts)];
    expect(orders).toHaveLength(payouts.reduce((product, _, index) => product * (index + 1), 1));
    for (const order of orders) expectTheSameEnd([...order, end]);
  });

  it('in any order, duplicated and lost, with a final poll', () => {
    expect.hasAssertions();
    const anyOf = fc.array(fc.nat(states.length - 1), { maxLength: 3 * states.length });
    const property = fc.property(anyOf, (indexes) => {
      const delivered = indexes.map((index) => payouts[index]).filter((read) => read !== undefined);
      expectTheSameEnd([...delivered, end]);
    });
    fc.assert(property, { seed: SEED, numRuns: 1000 });
  });

  it('through the endpoint, every event three times and in any order', async () => {
    const property = fc.asyncProperty(fc.shuffledSubarray([...states.keys(), ...states.keys(), ...states.keys()]), async (indexes) => {
      const observations: Payout[] = [];
      const handle = webhookHandler({ provider: rail.provider, onEvent: ({ payout: read }) => void (read && observations.push(read)) });
      for (const index of indexes) {
        const response = await handle(
          new Request('http://127.0.0.1/', { method: 'POST', ...rail.deliver(`evt_${index}`, states[index] ?? {}) }),
        );
        expect(response.status).toBe(200);
      }
      expect(observations).toHaveLength(new Set(indexes).size);
      expectTheSameEnd([...observations, end]);
    });
    await fc.assert(property, { seed: SEED, numRuns: 50 });
  });
});
