// Contract section 8: the ledger rows of one payout.
import { describe, expect, it } from 'vitest';
import payout from './__fixtures__/payout.create.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { type Scripted, scriptedFetch, type SeenRequest } from './__fixtures__/scripted-fetch.ts';
import { createStripe, type StripeProvider, stripePayoutLedger } from './index.ts';

const row = (id: string, fields: object = {}): object => ({
  id,
  object: 'balance_transaction',
  amount: -1000,
  available_on: 1_680_652_800,
  balance_type: 'payments',
  created: 1_680_648_691,
  currency: 'usd',
  description: 'STRIPE PAYOUT',
  fee: 50,
  fee_details: [],
  net: -1050,
  reporting_category: 'payout',
  source: 'po_1',
  status: 'available',
  type: 'payout',
  ...fields,
});
const listOf = (data: readonly object[], has_more = false): Scripted => ({
  status: 200,
  body: { object: 'list', url: '/v1/balance_transactions', has_more, data },
});
const ledgerOver = (script: (request: SeenRequest, index: number) => Scripted) => {
  const { fetch, requests } = scriptedFetch(script);
  return { rows: stripePayoutLedger(createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() }), 'po_1'), requests };
};

it.each([
  ['what the platform took', { application_fee_amount: 25 }, '0.25'],
  ['what the platform took, also where the row is filled in', { application_fee_amount: 25, balance_transaction: row('txn_1') }, '0.25'],
  ['nothing that it took, also where the row is filled in', { application_fee_amount: 0, balance_transaction: row('txn_1') }, '0.00'],
  ['that of the row', { application_fee_amount: null, balance_transaction: row('txn_1') }, '0.50'],
])('the fee of a payout is %s', async (_, fields, amount) => {
  const { fetch } = scriptedFetch(() => ({ status: 200, body: { ...payout, ...fields } }));
  const { fee } = await createStripe({ apiKey: 'sk_test_1', fetch }).retrieve(payout.id);
  expect(fee).toEqual({ amount, currency: 'USD' });
});

describe('the ledger of a payout', () => {
  it('reads every row with its amount, fee and net', async () => {
    const { rows } = ledgerOver(() => listOf([row('txn_1')]));
    expect(await rows).toEqual([
      {
        id: 'txn_1',
        type: 'payout',
        amount: { amount: '-10.00', currency: 'USD' },
        fee: { amount: '0.50', currency: 'USD' },
        net: { amount: '-10.50', currency: 'USD' },
        createdAt: '2023-04-04T22:51:31.000Z',
        source: 'po_1',
        description: 'STRIPE PAYOUT',
        raw: row('txn_1'),
      },
    ]);
  });

  it('reads all pages', async () => {
    const { rows, requests } = ledgerOver((_, index) =>
      index === 0 ? listOf([row('txn_2'), row('txn_1')], true) : listOf([row('txn_0')]),
    );
    expect((await rows).map(({ id }) => id)).toEqual(['txn_2', 'txn_1', 'txn_0']);
    expect(requests.map(({ path }) => path)).toEqual([
      '/v1/balance_transactions?payout=po_1&limit=100',
      '/v1/balance_transactions?payout=po_1&limit=100&starting_after=txn_1',
    ]);
  });

  it('takes what is new, absent or expanded', async () => {
    const { rows } = ledgerOver(() =>
      listOf([row('txn_1', { type: 'from_the_future', source: { id: 'po_1' }, description: null, more: 1 })]),
    );
    expect(await rows).toMatchObject([{ type: 'from_the_future', source: 'po_1', description: null }]);
  });

  it.each<readonly [string, (request: SeenRequest, index: number) => Scripted]>([
    ['a list that never ends', () => listOf([row('txn_1')], true)],
    ['a page with nothing, of which there is more', () => listOf([], true)],
    ['a row without its net', () => listOf([row('txn_1', { net: null })])],
    ['a row in no currency', () => listOf([row('txn_1', { currency: '?' })])],
    ['no list', () => ({ status: 200, body: '<html>' })],
  ])('refuses %s instead of guessing', async (_, script) => {
    await expect(ledgerOver(script).rows).rejects.toMatchObject({ code: 'unexpected_response' });
  });

  it('takes only a provider of this package', async () => {
    await expect(stripePayoutLedger({} as StripeProvider, 'po_1')).rejects.toMatchObject({ code: 'unsupported' });
  });
});
