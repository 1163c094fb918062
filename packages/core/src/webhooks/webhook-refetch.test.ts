// A provider waits for its answer some seconds only: reading the payout again must not take the whole of a call's time.
import { expect, it } from 'vitest';
import { delivery, hookedAcme, request } from '../__fixtures__/acme-delivery.ts';
import { type CallOptions, webhookHandler } from '../index.ts';

it('the payout is read again within ten seconds, whatever the settings say', async () => {
  const { acme } = hookedAcme();
  const calls: (CallOptions | undefined)[] = [];
  const retrieve: typeof acme.retrieve = (_, call) => {
    calls.push(call);
    return Promise.reject(new Error('not of interest'));
  };
  const handle = webhookHandler({ provider: Object.assign(acme, { retrieve }), onEvent: () => undefined, refetch: true });
  expect((await handle(request(delivery()))).status).toBe(500);
  expect(calls).toEqual([{ timeoutMs: 10_000 }]);
});
