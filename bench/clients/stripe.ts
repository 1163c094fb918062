import Stripe from 'stripe';
import { STRIPE_KEY, WEBHOOK_SECRET } from '../canned.ts';
import { type Connect, expected } from '../client.ts';

export const connect: Connect = async (port) => {
  const stripe = new Stripe(STRIPE_KEY, { host: '127.0.0.1', port, protocol: 'http' });
  return {
    create: async (nth) => {
      const payout = await stripe.payouts.create(
        { amount: 1050, currency: 'usd', metadata: { invoice: String(nth) } },
        { idempotencyKey: `rent-${nth}` },
      );
      expected(payout.amount === 1050, 'a payout');
    },
    page: async () => (await stripe.payouts.list({ limit: 100 })).data.length,
    all: async () => {
      let read = 0;
      for await (const payout of stripe.payouts.list({ limit: 100 })) {
        expected(payout.id === `po_${read}`, `payout ${read} is ${payout.id}`);
        read += 1;
      }
      return read;
    },
    webhook: async ({ body, signature }) => {
      const event = await stripe.webhooks.constructEventAsync(body, signature, WEBHOOK_SECRET);
      expected(event.id === 'evt_1', 'an event');
    },
  };
};
