import { createStripe } from '@disburse/stripe-adapter';
import { rangeOf, STRIPE_KEY, WEBHOOK_SECRET } from '../canned.ts';
import { type Connect, expected } from '../client.ts';

export const connect: Connect = async (port) => {
  const stripe = createStripe({ apiKey: STRIPE_KEY, baseUrl: `http://127.0.0.1:${port}`, webhookSecrets: [WEBHOOK_SECRET] });
  return {
    create: async (nth) => {
      const outcome = await stripe.createPayout({
        reference: `rent-${nth}`,
        money: { amount: '10.50', currency: 'USD' },
        metadata: { invoice: String(nth) },
      });
      expected(outcome.outcome === 'accepted' && outcome.payout.money?.amount === '10.50', `a create that is ${outcome.outcome}`);
    },
    page: async () => (await stripe.list({ limit: 100 })).payouts.length,
    all: async ({ count, parallel }) => {
      let read = 0;
      const query = parallel === null ? { limit: 100 } : { limit: 100, parallel, ...rangeOf(count) };
      for await (const payout of stripe.listAll(query)) {
        expected(payout.id === `po_${read}`, `payout ${read} is ${payout.id}`);
        read += 1;
      }
      return read;
    },
    webhook: async ({ body, signature }) => {
      const [event] = await stripe.parseWebhook({ headers: { 'stripe-signature': signature }, body });
      expected(event?.payoutId === 'po_1', 'an event');
    },
  };
};
