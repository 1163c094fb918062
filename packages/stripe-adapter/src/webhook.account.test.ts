// Contract section 11: `account` is the connected account an event happened in; the payout is read there and nowhere else.
import { type PayoutEvent, webhookHandler } from '@disburse/core';
import { expect, it } from 'vitest';
import { delivery, hooked, snapshot, thin } from './__fixtures__/delivery.ts';
import created from './__fixtures__/payout.create.json' with { type: 'json' };
import { scriptedFetch } from './__fixtures__/scripted-fetch.ts';

function refetching(settings: { readonly stripeAccount?: string; readonly stripeContext?: string; readonly apiKey?: string } = {}) {
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

const ORG = { apiKey: 'sk_org_test_1' };

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

it.each<[string, Readonly<Record<string, unknown>>, object, header: string | null, context: string | null, account: string | null]>([
  ['a member of an organization', snapshot('payout.updated', {}, { context: 'acct_1' }), {}, 'acct_1', null, 'acct_1'],
  ['a member, with the key of the organization', snapshot('payout.updated', {}, { context: 'acct_1' }), ORG, null, 'acct_1', 'acct_1'],
  ['an account of a member', snapshot('payout.updated', {}, { context: 'acct_0/acct_1' }), ORG, null, 'acct_0/acct_1', 'acct_0/acct_1'],
  ['the same, by a thin event', thin('v1.payout.updated', { context: 'acct_0/acct_1' }), ORG, null, 'acct_0/acct_1', 'acct_0/acct_1'],
  [
    'an account that is named twice',
    snapshot('payout.updated', {}, { account: 'acct_1', context: 'acct_0/acct_1' }),
    ORG,
    null,
    'acct_0/acct_1',
    'acct_0/acct_1',
  ],
  ['a context that names no account', snapshot('payout.updated', {}, { account: 'acct_1', context: 'x' }), {}, 'acct_1', null, 'acct_1'],
  [
    'another than the context of the settings',
    thin('v1.payout.updated', { context: 'acct_2' }),
    { stripeContext: 'acct_1' },
    null,
    'acct_2',
    'acct_2',
  ],
  ['the context of the settings', thin('v1.payout.updated'), { stripeContext: 'acct_0/acct_1' }, null, 'acct_0/acct_1', null],
])('event.account is %s, and refetch reads there', async (_, event, settings, header, context, account) => {
  const { events, requests, send } = refetching(settings);
  expect(await send(event)).toBe(200);
  expect(requests.map(({ headers }) => [headers.get('stripe-account'), headers.get('stripe-context')])).toEqual([[header, context]]);
  expect(events.map((told) => told.account)).toEqual([account]);
});

it('the payout of an event is the one that is read', async () => {
  const { requests, send } = refetching();
  await send(thin('v1.payout.updated'));
  await send(snapshot('payout.updated'));
  expect(requests.map(({ path }) => path)).toEqual(['/v1/payouts/po_1', `/v1/payouts/${created.id}`]);
});
