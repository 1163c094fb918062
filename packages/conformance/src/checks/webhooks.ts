import type { Check } from '../check.ts';
import { must, same } from '../must.ts';
import { errorOf } from '../harness.ts';

// What a signed event says is checked by each adapter's own webhook tests. To check it here, a world would also have to sign:
// `OpenWorld.delivery(payoutId)` with headers and body, and the same forged, old and of another account.

/** Webhooks: so far, what everybody on the internet can send. */
export const webhookChecks: readonly Check[] = [
  {
    id: 'webhook/unsigned',
    promise: 'Promise 4',
    forgot: 'A delivery without a signature is refused before its body is read, and asks the provider nothing.',
    run: async (harness) => {
      const { id } = await harness.accepted('signed');
      const sent = harness.proxy.requests.length;
      for (const body of [JSON.stringify(harness.world.payouts()[0]?.body), '', 'null', '<html>', `{"id":"${id}"}`]) {
        const error = await errorOf(() => harness.provider.parseWebhook({ headers: {}, body }), 'parseWebhook of an unsigned delivery');
        must(['webhook_refused', 'invalid_settings'].includes(error.code), `an unsigned delivery is ${error.code}`);
      }
      same(harness.proxy.requests.length, sent, 'requests that unsigned deliveries caused');
    },
  },
];
