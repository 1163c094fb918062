// The seven types (contract section 10); signature and envelope are those of all of Stripe's APIs.
import Stripe from 'stripe';
import { expect, it } from 'vitest';
import { simulateStripeTreasury, type WebhookRequest } from '../index.ts';
import { paying, TO_ACCOUNT, TO_TOKEN } from './__fixtures__/paying.ts';

const stripe = new Stripe('sk_test_simulated', { telemetry: false });
const toToken = (token: string): string => TO_TOKEN.replace('pm_usBankAccount', token);

it('delivers all seven types, with the payment as it was then', async () => {
  const { world, pay } = paying();
  const got: Stripe.Event[] = [];
  await world.webhooks.add({
    deliver: ({ headers, body }) => {
      const signature = headers['stripe-signature'] ?? '';
      got.push(stripe.webhooks.constructEvent(body, signature, world.webhookSecret, undefined, undefined, world.clock.now()));
      return { status: 200 };
    },
  });
  for (const token of ['accountClosed', 'expectedArrivalDateUpdated', 'canceledByUser', 'internalFailure']) {
    await pay(toToken(`pm_usBankAccount_${token}`));
  }
  await world.clock.advanceTo('2026-12-04T00:00:00Z');
  expect(new Set(got.map(({ type }) => String(type)))).toEqual(
    new Set(
      ['created', 'posted', 'failed', 'canceled', 'returned', 'expected_arrival_date_updated', 'tracking_details_updated'].map(
        (name) => `treasury.outbound_payment.${name}`,
      ),
    ),
  );
  expect(got.map(({ id }) => id)).toEqual(world.events.map(({ id }) => id));
  expect(got.map(({ data }) => data.object)).toEqual(world.events.map(({ payout }) => payout));
  expect(got.map(({ data }) => data.previous_attributes ?? null)).toEqual(world.events.map(({ previous }) => previous));
  expect(got.map(({ created }) => created)).toEqual(world.events.map(({ created }) => created));
});

it('names the connected account, and takes only the types that the endpoint asked for', async () => {
  const world = simulateStripeTreasury();
  const got: WebhookRequest[] = [];
  await world.webhooks.add({
    events: ['treasury.outbound_payment.posted'],
    deliver: (request) => {
      got.push(request);
      return { status: 204 };
    },
  });
  const account = world.account('acct_1');
  const named = TO_ACCOUNT.replace('fa_1', account.financialAccount().id).replace('fa_2', world.recipient.financialAccount().id);
  const reply = await world.fetch('https://api.stripe.com/v1/treasury/outbound_payments', {
    method: 'POST',
    headers: { authorization: `Bearer ${world.apiKey}`, 'stripe-account': 'acct_1', 'content-type': 'application/x-www-form-urlencoded' },
    body: named,
  });
  expect(reply.status).toBe(200);
  await world.clock.advance(3_600_000);
  expect(got.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
    { account: 'acct_1', type: 'treasury.outbound_payment.posted', livemode: false },
  ]);
  expect(world.webhooks.deliveries.map(({ status }) => status)).toEqual([204]);
});
