// The FinancialAccount of a submission is where it is looked for, whatever the settings are today; lists page within one.
import { memorySubmissions, parseSubmission, registryFromConfig } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import example from './__fixtures__/outbound-payment.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { NOTHING_LISTED, type Scripted, scriptedFetch, type SeenRequest } from './__fixtures__/scripted-fetch.ts';
import { createStripeTreasury, type StripeTreasurySettings } from './index.ts';

const payment = { ...example, financial_account: 'fa_1' };

const DAY_MS = 86_400_000;
const money = { amount: '100.00', currency: 'USD' };

function treasuryOver(script: (request: SeenRequest, index: number) => Scripted, settings: Partial<StripeTreasurySettings> = {}) {
  const { fetch, requests } = scriptedFetch(script);
  const treasury = createStripeTreasury({
    apiKey: 'sk_test_1',
    financialAccount: 'fa_1',
    destination: 'pm_1',
    customer: 'cus_1',
    fetch,
    runtime: patientRuntime(),
    submissions: memorySubmissions(),
    ...settings,
  });
  return { treasury, requests };
}

/** The FinancialAccounts that were listed. */
const listed = (requests: readonly SeenRequest[]) =>
  requests.flatMap(({ method, path }) => (method === 'GET' ? [new URL(path, 'https://x').searchParams.get('financial_account')] : []));

describe('the source of a submission', () => {
  it.each([
    ['the setting', undefined, 'fa_1'],
    ['the call', 'fa_2', 'fa_2'],
  ])('is the FinancialAccount of %s', async (_, financialAccount, source) => {
    const { treasury } = treasuryOver(() => ({ status: 500 }));
    const submission = await treasury.prepare({ reference: 'r', money, providerOptions: { 'stripe-treasury': { financialAccount } } });
    expect(submission.source).toBe(source);
    expect(new URLSearchParams(submission.request.body).get('financial_account')).toBe(source);
  });

  it('is what a lookup lists, from a parsed copy and under other settings', async () => {
    const first = treasuryOver(() => ({ status: 500 }));
    const submission = await first.treasury.prepare({
      reference: 'r',
      money,
      providerOptions: { 'stripe-treasury': { financialAccount: 'fa_2' } },
    });
    const ours = {
      ...payment,
      id: 'obp_ours',
      financial_account: 'fa_2',
      metadata: { disburse_key: submission.key, disburse_reference: 'r' },
    };
    const later = treasuryOver(() => ({ status: 200, body: { ...NOTHING_LISTED, data: [ours] } }), { financialAccount: 'fa_3' });
    const outcome = await later.treasury.lookup(parseSubmission(JSON.stringify(submission)));
    expect(outcome).toMatchObject({ outcome: 'accepted', payout: { id: 'obp_ours', reference: 'r' } });
    expect(listed(later.requests)).toEqual(['fa_2']);
  });

  it('is what is read after a server error', async () => {
    const { treasury, requests } = treasuryOver(({ method }) =>
      method === 'POST' ? { status: 500 } : { status: 200, body: NOTHING_LISTED },
    );
    const outcome = await treasury.createPayout({
      reference: 'r',
      money,
      providerOptions: { 'stripe-treasury': { financialAccount: 'fa_2' } },
    });
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
    expect(listed(requests)).toEqual(['fa_2']);
  });

  it('cannot prove absence while its list holds a payment that could be ours', async () => {
    const prepared = Date.parse('2026-11-23T09:00:00Z');
    const { treasury } = treasuryOver(() => ({ status: 500 }));
    const submission = await treasury.prepare({ reference: 'r', money });
    const at = prepared + 3 * DAY_MS;
    const others = (data: readonly object[]) =>
      treasuryOver(() => ({ status: 200, body: { ...NOTHING_LISTED, data }, headers: { date: new Date(at).toUTCString() } }), {
        runtime: { ...patientRuntime(), now: () => at },
      }).treasury.lookup(submission);
    const stranger = { ...payment, created: prepared / 1000 };
    expect(await others([stranger])).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [{ id: payment.id }] } });
    expect(await others([{ ...stranger, amount: 9999 }])).toMatchObject({ outcome: 'rejected', error: { code: 'not_found' } });
    expect(await others([{ ...stranger, metadata: { disburse_key: 'another' } }])).toMatchObject({ outcome: 'rejected' });
  });
});

describe('an answer that is about another payment', () => {
  it.each([
    ['a live one', { livemode: true }],
    ['another amount', { amount: 9999 }],
    ['from another FinancialAccount', { financial_account: 'fa_9' }],
    ['another currency', { currency: 'eur' }],
    ['the token of another submission', { metadata: { disburse_key: 'another' } }],
  ])('%s is unknown, and names it', async (_, fields) => {
    const { treasury } = treasuryOver(() => ({ status: 200, body: { ...payment, ...fields } }));
    const outcome = await treasury.createPayout({ reference: 'r', money });
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { payoutId: payment.id }, next: { action: 'review' } });
  });

  it.each([
    ['sk_test_1', false],
    ['rk_live_1', true],
    ['sk_1', null],
  ])('the mode of %s is %s', async (apiKey, live) => {
    const { treasury } = treasuryOver(() => ({ status: 500 }), { apiKey });
    expect(await treasury.prepare({ reference: 'r', money })).toMatchObject({ live, account: null });
  });
});

it('is made from a configuration, and a kept submission finds its connected account', async () => {
  const { fetch, requests } = scriptedFetch(() => ({ status: 200, body: NOTHING_LISTED }));
  const registry = registryFromConfig(
    {
      default: 'us',
      providers: {
        us: { adapter: 'stripe-treasury', apiKey: { env: 'KEY' }, financialAccount: 'fa_1', destination: 'pm_1', customer: 'cus_1' },
      },
    },
    { 'stripe-treasury': createStripeTreasury },
    { env: { KEY: 'sk_test_1' }, settings: { fetch, runtime: patientRuntime() } },
  );
  const submission = await registry.select().forAccount('acct_1').prepare({ reference: 'r', money });
  expect(submission).toMatchObject({ name: 'us', account: 'acct_1', source: 'fa_1' });
  expect(await registry.lookup(submission)).toMatchObject({ outcome: 'unknown' });
  expect(requests.map(({ headers }) => headers.get('stripe-account'))).toEqual(['acct_1']);
});

describe('lists', () => {
  const rows = (...ids: string[]) => ids.map((id, index) => ({ ...payment, id, cancelable: index % 2 === 0 }));

  it.each([
    ['pending', 'processing'],
    ['in_transit', 'processing'],
    ['paid', 'posted'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
    ['returned', 'returned'],
    ['unrecognized', null],
  ] as const)('%s asks Stripe for %s', async (status, word) => {
    const { treasury, requests } = treasuryOver(() => ({ status: 200, body: NOTHING_LISTED }));
    await treasury.list({ status });
    expect(requests.map(({ path }) => new URL(path, 'https://x').searchParams.get('status'))).toEqual([word]);
  });

  it.each([
    ['pending', ['obp_1', 'obp_3']],
    ['in_transit', ['obp_2']],
  ] as const)('%s is told apart in what processing answers', async (status, ids) => {
    const { treasury } = treasuryOver(() => ({ status: 200, body: { ...NOTHING_LISTED, data: rows('obp_1', 'obp_2', 'obp_3') } }));
    expect((await treasury.list({ status })).payouts.map(({ id }) => id)).toEqual(ids);
  });

  it('go on where the page before ended, in the same FinancialAccount', async () => {
    const { treasury, requests } = treasuryOver((_, index) => ({
      status: 200,
      body: { ...NOTHING_LISTED, has_more: index === 0, data: rows(`obp_${index}`) },
    }));
    const found: string[] = [];
    for await (const { id } of treasury.listAll({ limit: 1, providerOptions: { 'stripe-treasury': { financialAccount: 'fa_2' } } }))
      found.push(id);
    expect(found).toEqual(['obp_0', 'obp_1']);
    expect(requests.map(({ path }) => path)).toEqual([
      '/v1/treasury/outbound_payments?financial_account=fa_2&limit=1',
      '/v1/treasury/outbound_payments?financial_account=fa_2&limit=1&starting_after=obp_0',
    ]);
  });

  it('a page with nothing, of which there is more, is no end', async () => {
    const { treasury } = treasuryOver(() => ({ status: 200, body: { ...NOTHING_LISTED, has_more: true } }));
    await expect(treasury.list()).rejects.toMatchObject({ code: 'unexpected_response' });
  });

  it('can be left to one destination', async () => {
    const { treasury } = treasuryOver(() => ({
      status: 200,
      body: { ...NOTHING_LISTED, data: [...rows('obp_1'), { ...payment, id: 'obp_2', destination_payment_method: 'pm_2' }] },
    }));
    expect((await treasury.list({ destination: 'pm_2' })).payouts.map(({ id }) => id)).toEqual(['obp_2']);
  });
});
