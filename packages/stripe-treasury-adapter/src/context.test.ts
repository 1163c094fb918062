// https://docs.stripe.com/context: the account and its header are those of every Stripe adapter; the rest is stripe-adapter's test.
import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import payment from './__fixtures__/outbound-payment.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { NOTHING_LISTED, scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createStripeTreasury, createTreasuryTestHelpers, type StripeTreasurySettings } from './index.ts';

const SETTINGS = { apiKey: 'sk_test_1', financialAccount: 'fa_1', destination: 'pm_1', customer: 'cus_1', correlation: 'none' } as const;
const RENT = { reference: 'r', money: { amount: '1.00', currency: 'USD' } } as const;

it.each<readonly [string, Partial<StripeTreasurySettings>, string | null, header: string | null, context: string | null]>([
  ['stripeAccount', { stripeAccount: 'acct_1' }, null, 'acct_1', null],
  ['stripeContext', { stripeContext: 'acct_0/acct_1' }, null, null, 'acct_0/acct_1'],
  ['forAccount', {}, 'acct_1', 'acct_1', null],
  ['forAccount with a path', { stripeAccount: 'acct_2' }, 'acct_0/acct_1', null, 'acct_0/acct_1'],
  ['forAccount with the key of an organization', { apiKey: 'sk_org_test_1' }, 'acct_1', null, 'acct_1'],
])('%s names the account in one header, and every submission is bound to it', async (_, settings, forAccount, header, context) => {
  const { fetch, requests } = scriptedFetch(() => ({ status: 200, body: NOTHING_LISTED }));
  const treasury = createStripeTreasury({ ...SETTINGS, fetch, runtime: patientRuntime(), ...settings });
  const bound = forAccount === null ? treasury : treasury.forAccount(forAccount);
  await bound.list();
  expect(requests.map(({ headers }) => [headers.get('stripe-account'), headers.get('stripe-context')])).toEqual([[header, context]]);
  expect((await bound.prepare(RENT)).account).toBe('acct_1');
});

it('both headers together are refused, also by the test helpers and forAccount', () => {
  const both = { stripeAccount: 'acct_1', stripeContext: 'acct_1' };
  expect(() => createStripeTreasury({ ...SETTINGS, ...both })).toThrow(/stripeContext: cannot be given together with stripeAccount/);
  expect(() => createTreasuryTestHelpers({ apiKey: 'sk_test_1', ...both })).toThrow(/stripeContext: cannot be given together/);
  expect(() => createStripeTreasury(SETTINGS).forAccount('acct_0//acct_1')).toThrow(/stripeContext: must be the id of an account/);
});

it('a submission of another context is refused before anything is sent', async () => {
  const { fetch, requests } = scriptedFetch(() => ({ status: 200, body: payment }));
  const make = (stripeContext: string) => createStripeTreasury({ ...SETTINGS, fetch, runtime: patientRuntime(), stripeContext });
  const submission = JSON.parse(JSON.stringify(await make('acct_0/acct_1').prepare(RENT)));
  await expect(make('acct_0/acct_2').submit(submission)).rejects.toMatchObject({ code: 'invalid_request', outcome: null });
  expect(requests).toEqual([]);
});

it.each([
  [{ context: 'acct_1' }, 'acct_1'],
  [{ context: 'acct_0/acct_1' }, 'acct_0/acct_1'],
  [{ account: 'acct_1', context: null }, 'acct_1'],
  [{}, null],
])('the account of an event with %j is %s', async (told, account) => {
  const treasury = createStripeTreasury({ ...SETTINGS, webhookSecrets: ['s'], runtime: { now: () => 1_795_165_200_000 } });
  const event = { id: 'evt_1', object: 'event', type: 'treasury.outbound_payment.posted', created: 1_795_165_200, livemode: false };
  const body = JSON.stringify({ ...event, data: { object: payment }, ...told });
  const hex = createHmac('sha256', 's').update(`1795165200.${body}`).digest('hex');
  expect(await treasury.parseWebhook({ headers: { 'stripe-signature': `t=1795165200,v1=${hex}` }, body })).toMatchObject([{ account }]);
});
