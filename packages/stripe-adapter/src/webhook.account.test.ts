// Contract section 11: `account` is the connected account an event happened in; the payout is read there and nowhere else.
import { type PayoutEvent, webhookHandler } from '@disburse/core';
import { expect, it } from 'vitest';
import { delivery, hooked, snapshot, thin } from './__fixtures__/delivery.ts';
import created from './__fixtures__/payout.create.json' with { type: 'json' };
import { scriptedFetch } from './__fixtures__/scripted-fetch.ts';

function refetching(settings: { readonly stripeAccount?: string } = {}) {
  const events: PayoutEvent[] = [];
  const { fetch, requests } = scriptedFetch(({ path }) => ({
    status: 200,
    body: { ...created, id: path.split('/').at(-1), status: 'paid' },
  }));
  const { stripe } = hooked({ fetch, ...settings });
  const handle = webhookHandler({ provider: stripe, refetch: true, onEvent: (event) => events.push(event) });
  const send = async (event: Readonly<Record<string, unknown>>): Promise<number> => {
    const { headers, body } = delivery(event);
    return (await handle(new Request('http://127.0.0.1/', { method: 'POST', headers: headers as Record<string, string>, body }))).status;
  };
  return { events, requests, send };
}

it.each<[string, Readonly<Record<string, unknown>>, string | undefined, string | null]>([
  ["the platform's own", snapshot('payout.updated'), undefined, null],
  ['a connected account', snapshot('payout.updated', {}, { account: 'acct_1' }), undefined, 'acct_1'],
  ['a connected account, by a thin event', thin('v1.payout.updated', { context: 'acct_1' }), undefined, 'acct_1'],
  ['the account the provider is bound to', snapshot('payout.updated'), 'acct_2', 'acct_2'],
  ['another than the provider is bound to', snapshot('payout.updated', {}, { account: 'acct_1' }), 'acct_2', 'acct_1'],
])('refetch reads in %s', async (_, event, stripeAccount, expected) => {
  const { events, requests, send } = refetching(stripeAccount === undefined ? {} : { stripeAccount });
  expect(await send(event)).toBe(200);
  expect(requests.map(({ method, headers }) => [method, headers.get('stripe-account')])).toEqual([['GET', expected]]);
  expect(events).toMatchObject([{ payout: { status: 'paid' } }]); // The snapshot was pending, the hint had none.
});

it('the payout of an event is the one that is read', async () => {
  const { requests, send } = refetching();
  await send(thin('v1.payout.updated'));
  await send(snapshot('payout.updated'));
  expect(requests.map(({ path }) => path)).toEqual(['/v1/payouts/po_1', `/v1/payouts/${created.id}`]);
});
