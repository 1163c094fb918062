// A webhook endpoint on Hono; Next's route handlers, Bun.serve and Deno.serve take the same function.
import { type AnyPayoutProvider, webhookHandler, type WebhookHandlerOptions } from '@disburse/core';
import { Hono } from 'hono';

/** One route for each provider, under its configured name. */
export function honoApp(providers: readonly AnyPayoutProvider[], onEvent: WebhookHandlerOptions['onEvent']): Hono {
  const app = new Hono();
  for (const provider of providers) {
    const handle = webhookHandler({ provider, onEvent });
    app.post(`/webhooks/${provider.name}`, (context) => handle(context.req.raw));
  }
  return app;
}
