// Names that mean something to JavaScript are names like any other in metadata: sent as they are, and nothing is polluted.
import { expect, it } from 'vitest';
import { createStripe } from './index.ts';

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString'] as const;

it('metadata named like a prototype is sent as it is, changes no prototype, and hides no answer', async () => {
  const bodies: string[] = [];
  const metadata = JSON.parse(`{${NAMES.map((name) => `"${name}":"polluted"`).join(',')}}`) as Record<string, string>;
  const stripe = createStripe({
    apiKey: 'sk_test_1',
    maxResends: 0,
    fetch: async (_input, init) => {
      const body = typeof init?.body === 'string' ? init.body : '';
      bodies.push(body);
      const sent = new URLSearchParams(body);
      const told = Object.fromEntries(
        [...sent].filter(([name]) => name.startsWith('metadata[')).map(([name, value]) => [name.slice(9, -1), value]),
      );
      const json = JSON.stringify({ ...PAYOUT, metadata: {} }).replace('"metadata":{}', `"metadata":${JSON.stringify(told)}`);
      return new Response(json, { status: 200, headers: { 'content-type': 'application/json' } });
    },
  });
  const outcome = await stripe.createPayout({ reference: 'odd-names', money: { amount: '10.00', currency: 'EUR' }, metadata });
  expect(outcome).toMatchObject({ outcome: 'accepted', payout: { id: 'po_1', reference: 'odd-names' } });
  const sent = new URLSearchParams(bodies[0]);
  expect(NAMES.map((name) => sent.get(`metadata[${name}]`))).toEqual(NAMES.map(() => 'polluted'));
  expect(['polluted' in {}, Object.prototype.toString.call({}), ({} as Record<string, unknown>)['constructor']]).toEqual([
    false,
    '[object Object]',
    Object,
  ]);
  const read = outcome.outcome === 'accepted' ? outcome.payout.metadata : null;
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
});

const PAYOUT = {
  id: 'po_1',
  object: 'payout',
  amount: 1000,
  currency: 'eur',
  status: 'pending',
  arrival_date: 1_795_000_000,
  automatic: false,
  created: 1_795_000_000,
  livemode: false,
  method: 'standard',
  type: 'bank_account',
} as const;
