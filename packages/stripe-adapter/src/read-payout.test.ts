// Contract sections 2, 5, 6 and 8: what is read, and that nothing new or absent ever fails a read.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import balance from './__fixtures__/balance.json' with { type: 'json' };
import canceled from './__fixtures__/payout.cancel.json' with { type: 'json' };
import created from './__fixtures__/payout.create.json' with { type: 'json' };
import listed from './__fixtures__/payout.list.json' with { type: 'json' };
import retrieved from './__fixtures__/payout.retrieve.json' with { type: 'json' };
import updated from './__fixtures__/payout.update.json' with { type: 'json' };
import { scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createStripe, stripePayoutOf } from './index.ts';
import { metadataOf, toPayout } from './read-payout.ts';
import { FAILURE_REASONS, STATUS } from './status.ts';

const read = (fields: object = {}) => toPayout('us', { ...created, ...fields });

describe("the five answers of Stripe's documentation", () => {
  it('create', () => {
    expect(toPayout('us', created)).toEqual({
      id: 'po_1OaFDbEcg9tTZuTgNYmX0PKB',
      provider: 'stripe',
      name: 'us',
      reference: null,
      money: { amount: '11.00', currency: 'USD' },
      fee: null,
      status: 'pending',
      providerStatus: 'pending',
      failure: null,
      cancelable: true,
      automatic: false,
      destination: 'ba_1MtIhL2eZvKYlo2CAElKwKu2',
      description: null,
      statementDescriptor: null,
      metadata: {},
      createdAt: '2023-04-04T22:51:31.000Z',
      expectedArrival: '2023-04-05',
      trackingReference: null,
      reverses: null,
      reversedBy: null,
      live: false,
      raw: created,
    });
  });

  it('update keeps the metadata', () => {
    expect(toPayout('us', updated).metadata).toEqual({ order_id: '6735' });
  });

  it('retrieve', () => {
    expect(toPayout('us', retrieved)).toEqual({ ...toPayout('us', created), raw: retrieved });
  });

  it('list', async () => {
    const { fetch } = scriptedFetch(() => ({ status: 200, body: listed }));
    const page = await createStripe({ apiKey: 'sk_test_1', fetch, name: 'us' }).list();
    expect(page).toEqual({ payouts: [{ ...toPayout('us', created), raw: listed.data[0] }], nextCursor: null });
  });

  it('cancel: a row that gives the money back is no failure', () => {
    expect(toPayout('us', canceled)).toMatchObject({ status: 'canceled', failure: null, cancelable: false });
  });
});

describe('derived fields', () => {
  it.each<[string, object, object]>([
    ['a pending payout of the schedule is not cancelable', { automatic: true }, { cancelable: false, automatic: true }],
    ['a payout on its way is not cancelable', { status: 'in_transit' }, { cancelable: false, status: 'in_transit' }],
    ['the reference is in the metadata', { metadata: { disburse_reference: 'r', disburse_key: 'k' } }, { reference: 'r' }],
    ['no reference of ours', { metadata: { reference: 'r' } }, { reference: null }],
    ['the fee of the platform', { application_fee_amount: 25 }, { fee: { amount: '0.25', currency: 'USD' } }],
    ['a fee of nothing', { application_fee_amount: 0 }, { fee: { amount: '0.00', currency: 'USD' } }],
    [
      'the fee of an expanded ledger row',
      { balance_transaction: { id: 'txn_1', fee: 50, currency: 'jpy' } },
      { fee: { amount: '50', currency: 'JPY' } },
    ],
    ['a trace', { trace_id: { status: 'supported', value: '123' } }, { trackingReference: '123' }],
    ['a trace that may still come', { trace_id: { status: 'pending', value: null } }, { trackingReference: null }],
    ['a trace that no bank knows', { trace_id: { status: 'unsupported', value: 'x' } }, { trackingReference: null }],
    ['what it reverses', { original_payout: 'po_0' }, { reverses: 'po_0' }],
    ['what reverses it, expanded', { reversed_by: { ...created, id: 'po_2' } }, { reversedBy: 'po_2' }],
    ['a destination, expanded', { destination: { id: 'ba_1', object: 'bank_account', last4: '6789' } }, { destination: 'ba_1' }],
    ['a destination that was deleted', { destination: { id: 'card_1', object: 'card', deleted: true } }, { destination: 'card_1' }],
    ['a destination of a shape to come', { destination: { id: 'x_1', object: 'wallet' } }, { destination: 'x_1' }],
    ['a debit of the schedule', { amount: -500, automatic: true }, { money: { amount: '-5.00', currency: 'USD' } }],
    ['live', { livemode: true }, { live: true }],
    ["Stripe's own exponents", { amount: 500, currency: 'ugx' }, { money: { amount: '5', currency: 'UGX' } }],
  ])('%s', (_, fields, expected) => {
    expect(read(fields)).toMatchObject(expected);
  });
});

describe('statuses', () => {
  it.each([
    ['pending', 'pending'],
    ['in_transit', 'in_transit'],
    ['paid', 'paid'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
    ['held_for_review', 'unrecognized'],
    ['constructor', 'unrecognized'],
    ['Paid', 'unrecognized'],
    ['', 'unrecognized'],
  ])('%s reads %s', (word, status) => {
    expect(read({ status: word })).toMatchObject({ status, providerStatus: word });
  });

  it('has exactly the five of the documentation', () => {
    expect(Object.keys(STATUS.rows)).toEqual(['pending', 'in_transit', 'paid', 'failed', 'canceled']);
  });
});

const REASONS: readonly (readonly [string | null, string])[] = [
  ['account_closed', 'account_closed'],
  ['account_frozen', 'account_restricted'],
  ['bank_account_restricted', 'account_restricted'],
  ['bank_ownership_changed', 'invalid_account_details'],
  ['could_not_process', 'processing_error'],
  ['debit_not_authorized', 'debit_not_authorized'],
  ['declined', 'declined_by_bank'],
  ['insufficient_funds', 'insufficient_funds'],
  ['invalid_account_number', 'invalid_account_details'],
  ['incorrect_account_holder_name', 'account_holder_mismatch'],
  ['incorrect_account_holder_address', 'account_holder_mismatch'],
  ['incorrect_account_holder_tax_id', 'account_holder_mismatch'],
  ['invalid_currency', 'currency_not_supported'],
  ['no_account', 'account_not_found'],
  ['unsupported_card', 'destination_unsupported'],
  ['toString', 'other'],
  ['quantum_flux', 'other'],
  [null, 'other'],
];

describe('failure reasons', () => {
  it.each(REASONS)('%s means %s', (code, reason) => {
    const { failure } = read({ status: 'failed', failure_code: code, failure_message: 'as the bank said' });
    expect(failure).toEqual({ reason, code, message: 'as the bank said' });
  });

  it('has a row here for every row of the table', () => {
    const codes = REASONS.flatMap(([code, reason]) => (reason === 'other' ? [] : [code]));
    expect(new Set(Object.keys(FAILURE_REASONS))).toEqual(new Set(codes));
    expect(Object.keys(FAILURE_REASONS)).toHaveLength(15);
  });
});

/** Without these nothing true could be said about a payout. */
const NEEDED = ['id', 'object', 'amount', 'currency', 'created', 'status', 'livemode'];

describe('what may change without asking us', () => {
  const optional = Object.keys(created).filter((field) => !NEEDED.includes(field));

  it.each(optional)('%s may be absent', (field) => {
    const fields = Object.fromEntries(Object.entries(created).filter(([name]) => name !== field));
    expect(toPayout('us', fields)).toMatchObject({ id: created.id, status: 'pending' });
  });

  it.each(optional)('%s may be null or of another type', (field) => {
    for (const value of [null, 17, 'a word of tomorrow', { id: 'x', nested: [] }, []]) expect(read({ [field]: value }).id).toBe(created.id);
  });

  it.each(NEEDED)('%s may not: without it nothing true can be said', (field) => {
    for (const value of [undefined, null, {}]) expect(() => read({ [field]: value })).toThrow(/not a payout/);
  });

  it('reads whatever else is sent, and keeps it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((name) => !Object.hasOwn(created, name)),
          fc.jsonValue(),
        ),
        (more) => {
          const raw: object = { ...created, ...more };
          const payout = toPayout('us', raw);
          expect(payout).toEqual({ ...toPayout('us', created), raw });
        },
      ),
      { seed: 20_261_120 },
    );
  });

  it('finds only metadata of its own, not what every object inherits', () => {
    expect([metadataOf({}, 'constructor'), metadataOf({ constructor: 'x' }, 'constructor')]).toEqual([null, 'x']);
  });

  it('keeps metadata keys that a schema library would drop', () => {
    const metadata = JSON.parse('{"constructor":"a","prototype":"b","toString":"c"}') as Record<string, string>;
    expect(read({ metadata }).metadata).toEqual(metadata);
  });

  it.each([
    ['an amount with a fraction', { amount: 10.5 }],
    ['an amount that JSON has rounded', { amount: 2 ** 53 }],
    ['an amount as text', { amount: '1100' }],
    ['a currency that is no code', { currency: 'us dollar' }],
    ['another object', { object: 'transfer' }],
    ['a time beyond every calendar', { created: 1e15 }],
  ])('refuses %s instead of guessing', (_, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ code: 'unexpected_response' }));
  });
});

describe('stripePayoutOf', () => {
  it('gives the typed original, also after a trip through JSON', () => {
    const payout = JSON.parse(JSON.stringify(read({ source_type: 'fpx' }))) as ReturnType<typeof read>;
    expect(stripePayoutOf(payout)?.source_type).toBe('fpx');
  });

  it("gives nothing for another provider's payout, or one without its original", () => {
    expect([stripePayoutOf({ ...read(), provider: 'balance' }), stripePayoutOf({ ...read(), raw: null })]).toEqual([null, null]);
  });
});

describe('balances', () => {
  const asked = (body: unknown) =>
    createStripe({ apiKey: 'sk_test_1', fetch: scriptedFetch(() => ({ status: 200, body })).fetch }).balances();
  const usd = (amount: string) => ({ amount, currency: 'USD' });

  it('is one for each currency and source type; what Stripe does not say is null', async () => {
    expect(await asked(balance)).toEqual([
      { source: 'usd:card', available: usd('2000.00'), pending: usd('9.99'), reserved: null, instant: usd('1500.00') },
      { source: 'usd:bank_account', available: usd('500.75'), pending: null, reserved: null, instant: null },
      { source: 'cad:card', available: { amount: '-1774.65', currency: 'CAD' }, pending: null, reserved: null, instant: null },
      { source: 'jpy', available: { amount: '1200', currency: 'JPY' }, pending: null, reserved: null, instant: null },
      {
        source: 'eur:fpx',
        available: { amount: '0.00', currency: 'EUR' },
        pending: { amount: '0.05', currency: 'EUR' },
        reserved: null,
        instant: null,
      },
    ]);
  });

  const card = (units: number) => ({ amount: units, currency: 'usd', source_types: { card: units } });
  const whole = (units: number) => ({ amount: units, currency: 'usd' });
  const none = { reserved: null, instant: null };

  it.each([
    ['available is not', { available: [whole(12_500)], pending: [card(5_000)] }, [usd('125.00'), usd('50.00'), null]],
    ['pending is not', { available: [card(12_500)], pending: [whole(5_000)] }, [usd('125.00'), usd('50.00'), null]],
    [
      'instant_available is not',
      { available: [card(12_500)], pending: [card(5_000)], instant_available: [whole(700)] },
      [usd('125.00'), usd('50.00'), usd('7.00')],
    ],
    [
      'available is by something unreadable',
      { available: [{ ...card(12_500), source_types: 'card' }], pending: [card(5_000)] },
      [usd('125.00'), usd('50.00'), null],
    ],
  ])('a currency is told by source type only where all lists do: %s', async (_, lists, [available, pending, instant]) => {
    expect(await asked({ object: 'balance', livemode: false, ...lists })).toEqual([
      { ...none, source: 'usd', available, pending, instant },
    ]);
  });

  it('a source type that only one list has is zero in the other; another currency is not concerned', async () => {
    const lists = {
      available: [card(100), { amount: 3, currency: 'eur' }],
      pending: [{ amount: 7, currency: 'usd', source_types: { fpx: 7 } }],
    };
    expect(await asked({ object: 'balance', livemode: false, ...lists })).toEqual([
      { ...none, source: 'usd:card', available: usd('1.00'), pending: null },
      { ...none, source: 'eur', available: { amount: '0.03', currency: 'EUR' }, pending: null },
      { ...none, source: 'usd:fpx', available: usd('0.00'), pending: usd('0.07') },
    ]);
  });

  it('needs none of the optional blocks', async () => {
    expect(await asked({ object: 'balance', livemode: false, available: [], pending: [] })).toEqual([]);
  });

  it('does not read past what it cannot read', async () => {
    await expect(asked({ object: 'balance', available: 'all of it', pending: [] })).rejects.toMatchObject({ code: 'unexpected_response' });
  });
});
