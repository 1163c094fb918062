// A webhook endpoint as a Worker: secrets are in `env`, memory is short, so seen events are in a key-value store.
import { type SeenEvents, webhookHandler, type WebhookHandlerOptions } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';

/** What the Worker is bound to. */
export interface Env {
  readonly STRIPE_SECRET_KEY: string;
  readonly STRIPE_WEBHOOK_SECRET: string;
  readonly SEEN: KeyValues;
}

/** The part of a KV namespace that is needed here. */
interface KeyValues {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
}

const DAYS_30 = 30 * 24 * 60 * 60;

const seenIn = (values: KeyValues): SeenEvents => ({
  has: async (key) => (await values.get(key)) !== null,
  add: (key) => values.put(key, '1', { expirationTtl: DAYS_30 }),
});

/** The Worker; its module says `export default payoutWorker(onEvent)`. */
export function payoutWorker(onEvent: WebhookHandlerOptions['onEvent']) {
  return {
    async fetch(request: Request, env: Env): Promise<Response> {
      const provider = createStripe({ apiKey: env.STRIPE_SECRET_KEY, webhookSecrets: [env.STRIPE_WEBHOOK_SECRET] });
      return webhookHandler({ provider, onEvent, seen: seenIn(env.SEEN) })(request);
    },
  };
}
