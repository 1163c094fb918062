// A page that says more follows and shows nothing is no end: read as one, it would prove an absence (NEVER-TWICE R17).
import { expect, it } from 'vitest';
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { NOTHING_LISTED, scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createStripe } from './index.ts';

const DAY_MS = 24 * 60 * 60_000;
const ENDLESS = { ...NOTHING_LISTED, has_more: true };

it.each([
  ['forwards', {}],
  ['backwards', { providerOptions: { stripe: { endingBefore: 'po_1' } } }],
])('a list refuses it: %s', async (_, query) => {
  const { fetch, requests } = scriptedFetch(() => ({ status: 200, body: ENDLESS }));
  const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
  await expect(stripe.list(query)).rejects.toMatchObject({ code: 'unexpected_response' });
  await expect(stripe.listAll(query)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'unexpected_response' });
  expect(requests).toHaveLength(2);
});

it.each([
  ['it, nothing is rejected: the payout may exist', ENDLESS, 'unknown'],
  ['an end, the absence is proven', NOTHING_LISTED, 'rejected'],
])('where a lookup after the lease meets %s', async (_, page, outcome) => {
  let now = Date.parse('2026-11-23T09:00:00Z');
  const clock = { now: () => now, advance: async (ms: number) => void (now += ms) };
  const { fetch } = scriptedFetch(({ method }) =>
    method === 'POST' ? new TypeError('fetch failed') : { status: 200, body: page, headers: { date: new Date(now).toUTCString() } },
  );
  const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime(clock), maxResends: 0 });
  const lost = await stripe.createPayout({ reference: 'r', money: { amount: '10.00', currency: 'USD' } });
  if (lost.outcome !== 'unknown') throw new Error(`the outcome is ${lost.outcome}`);
  now += 2 * DAY_MS;
  expect(await stripe.lookup(lost.submission)).toMatchObject({ outcome });
});
