// A webhook endpoint on Express. The signature is over the raw bytes: express.raw() on this route, and no express.json() before it.
import { type AnyPayoutProvider, isPayoutError, memorySeenEvents, type PayoutEvent, type SeenEvents } from '@disburse/core';
import express, { type Express } from 'express';

/** The lines that `webhookHandler` would do for you, written out for a framework that has no Fetch `Request`. */
export function expressApp(
  provider: AnyPayoutProvider,
  onEvent: (event: PayoutEvent) => Promise<void>,
  seen: SeenEvents = memorySeenEvents(),
): Express {
  const app = express();

  app.post('/webhooks/payouts', express.raw({ type: '*/*', limit: '1mb' }), async (request, response) => {
    try {
      for (const event of await provider.parseWebhook(request)) {
        const key = `${event.name} ${event.id}`;
        if (await seen.has(key)) continue;
        await onEvent(event);
        await seen.add(key); // Only now: what failed must come again.
      }
      response.status(200).end();
    } catch (error) {
      response.status(isPayoutError(error) && error.code === 'webhook_refused' ? 400 : 500).end();
    }
  });

  app.use(express.json()); // For all other routes.
  return app;
}
