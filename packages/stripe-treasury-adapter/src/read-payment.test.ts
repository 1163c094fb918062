// Contract sections 2, 5, 6 and 8: what is read, and that nothing new or absent ever fails a read.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import account from './__fixtures__/financial-account.json' with { type: 'json' };
import payment from './__fixtures__/outbound-payment.json' with { type: 'json' };
import listed from './__fixtures__/outbound-payment.list.json' with { type: 'json' };
import returned from './__fixtures__/outbound-payment.returned.json' with { type: 'json' };
import { scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createStripeTreasury, treasuryPaymentOf } from './index.ts';
import { toPayout } from './read-payment.ts';
import { RETURN_REASONS, STATUS } from './status.ts';

const read = (fields: object = {}) => toPayout('us', { ...payment, ...fields });
const asking = (body: unknown) =>
  createStripeTreasury({
    apiKey: 'sk_test_1',
    financialAccount: 'fa_1',
    name: 'us',
    fetch: scriptedFetch(() => ({ status: 200, body })).fetch,
  });

describe("the documentation's example", () => {
  it('is read although its destination details are not those of the reference', () => {
    expect(payment.destination_payment_method_details).toEqual({ type: 'us_bank_account', destination: 'ba_1MtaD62eZvKYlo2C8vwjm7bc' });
    expect(toPayout('us', payment)).toEqual({
      id: 'obp_1MtaD72eZvKYlo2Cu5d5S1kX',
      provider: 'stripe-treasury',
      name: 'us',
      reference: null,
      money: { amount: '100.00', currency: 'USD' },
      fee: null,
      status: 'in_transit',
      providerStatus: 'processing',
      failure: null,
      cancelable: false,
      automatic: false,
      destination: 'pm_1MtaD82eZvKYlo2CtGr4OxTt',
      description: 'OutboundPayment to a 3rd party',
      statementDescriptor: 'payment',
      metadata: {},
      createdAt: '2023-04-05T17:33:29.000Z',
      expectedArrival: '2023-04-05T17:33:29.000Z',
      trackingReference: null,
      reverses: null,
      reversedBy: null,
      live: false,
      raw: payment,
    });
  });

  it('is read by retrieve and in a list', async () => {
    expect(await asking(payment).retrieve(payment.id)).toEqual(toPayout('us', payment));
    expect(await asking(listed).list()).toEqual({ payouts: [toPayout('us', payment)], nextCursor: null });
  });
});

describe('statuses', () => {
  it.each([
    ['processing', true, 'pending'],
    ['processing', false, 'in_transit'],
    ['processing', undefined, 'pending'], // Not said: no proof that it was submitted.
    ['posted', false, 'paid'],
    ['failed', false, 'failed'],
    ['canceled', false, 'canceled'],
    ['returned', false, 'returned'],
    ['posted', true, 'paid'],
    ['held', true, 'unrecognized'],
    ['held', false, 'unrecognized'],
    ['constructor', true, 'unrecognized'],
    ['Posted', false, 'unrecognized'],
    ['', false, 'unrecognized'],
  ])('%s, cancelable %s, reads %s', (word, cancelable, status) => {
    const may = cancelable ?? word === 'processing'; // Not said is no proof: whoever cancels is told.
    expect(read({ status: word, cancelable })).toMatchObject({ status, providerStatus: word, cancelable: may });
  });

  it('has exactly the five of the documentation', () => {
    expect(Object.keys(STATUS.rows)).toEqual(['processing', 'posted', 'failed', 'canceled', 'returned']);
  });
});

const REASONS: readonly (readonly [string | null, string])[] = [
  ['account_closed', 'account_closed'],
  ['account_frozen', 'account_restricted'],
  ['bank_account_restricted', 'account_restricted'],
  ['bank_ownership_changed', 'invalid_account_details'],
  ['declined', 'declined_by_bank'],
  ['incorrect_account_holder_name', 'account_holder_mismatch'],
  ['invalid_account_number', 'invalid_account_details'],
  ['invalid_currency', 'currency_not_supported'],
  ['no_account', 'account_not_found'],
  ['other', 'other'],
  ['could_not_process', 'processing_error'],
  ['toString', 'other'],
  ['quantum_flux', 'other'],
  [null, 'other'],
];

describe('return codes', () => {
  it.each(REASONS)('%s means %s', (code, reason) => {
    const { failure } = read({ status: 'returned', returned_details: { code, transaction: 'trxn_1' } });
    expect(failure).toEqual({ reason, code, message: null });
  });

  it('has a row here for every row of the table', () => {
    const tried = REASONS.map(([code]) => code);
    expect(Object.keys(RETURN_REASONS).filter((code) => !tried.includes(code))).toEqual([]);
    expect(Object.keys(RETURN_REASONS)).toHaveLength(11); // The ten of the reference and one of the guide.
  });

  it.each([
    ['a return without details', { status: 'returned', returned_details: null }, { reason: 'other', code: null, message: null }],
    ['a failure, which never has a reason', { status: 'failed' }, { reason: 'other', code: null, message: null }],
    [
      'a failure with details of a return',
      { status: 'failed', returned_details: { code: 'declined' } },
      { reason: 'other', code: null, message: null },
    ],
    ['details before the return, as in sample data', { status: 'processing', returned_details: { code: 'declined' } }, null],
    ['a payment that is posted', { status: 'posted' }, null],
    ['a payment that was canceled', { status: 'canceled' }, null],
  ])('%s', (_, fields, failure) => {
    expect(read(fields).failure).toEqual(failure);
  });
});

const wire = (numbers: object) => ({ tracking_details: { type: 'us_domestic_wire', us_domestic_wire: numbers } });

describe('derived fields', () => {
  it.each<[string, object, object]>([
    ['the reference is in the metadata', { metadata: { disburse_reference: 'r', disburse_key: 'k' } }, { reference: 'r' }],
    ['a key that every object inherits is no reference', { metadata: {} }, { reference: null }],
    ['an ACH trace', { tracking_details: { type: 'ach', ach: { trace_id: '123' } } }, { trackingReference: '123' }],
    ['of a wire first the IMAD', wire({ imad: 'I', omad: 'O', chips: 'C' }), { trackingReference: 'I' }],
    ['then the OMAD', wire({ imad: null, omad: 'O', chips: 'C' }), { trackingReference: 'O' }],
    ['then CHIPS', wire({ imad: null, omad: null, chips: 'C' }), { trackingReference: 'C' }],
    ['an older wire without CHIPS', wire({ imad: null, omad: null }), { trackingReference: null }],
    ['inline data leaves no saved destination', { destination_payment_method: null }, { destination: null }],
    [
      'a FinancialAccount is named',
      {
        destination_payment_method: null,
        destination_payment_method_details: { type: 'financial_account', financial_account: { id: 'fa_2' } },
      },
      { destination: 'fa_2' },
    ],
    ['live', { livemode: true }, { live: true }],
    ['another currency, should it ever come', { currency: 'jpy', amount: 100 }, { money: { amount: '100', currency: 'JPY' } }],
  ])('%s', (_, fields, expected) => {
    expect(read(fields)).toMatchObject(expected);
  });
});

/** Without these nothing true could be said about a payment. */
const NEEDED = ['id', 'object', 'amount', 'currency', 'created', 'status', 'livemode'];

describe('what may change without asking us', () => {
  const optional = Object.keys(payment).filter((field) => !NEEDED.includes(field));

  it.each(optional)('%s may be absent', (field) => {
    const fields = Object.fromEntries(Object.entries(payment).filter(([name]) => name !== field));
    expect(toPayout('us', fields)).toMatchObject({ id: payment.id, providerStatus: 'processing' });
  });

  it.each([...optional, 'tracking_details'])('%s may be null or of another type', (field) => {
    for (const value of [null, 17, 'a word of tomorrow', { type: 5, nested: [] }, [], true])
      expect(read({ [field]: value }).id).toBe(payment.id);
  });

  it.each(NEEDED)('%s may not: without it nothing true can be said', (field) => {
    for (const value of [undefined, null, {}]) expect(() => read({ [field]: value })).toThrow(/not an OutboundPayment/);
  });

  it('reads whatever else is sent, and keeps it', () => {
    const known = new Set([...Object.keys(payment), 'tracking_details']);
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((name) => !known.has(name)),
          fc.jsonValue(),
        ),
        (more) => {
          const raw: object = { ...payment, ...more };
          expect(toPayout('us', raw)).toEqual({ ...toPayout('us', payment), raw });
        },
      ),
      { seed: 20_261_120 },
    );
  });

  it.each([
    ['an amount with a fraction', { amount: 10.5 }],
    ['an amount that JSON has rounded', { amount: 2 ** 53 }],
    ['an amount as text', { amount: '1100' }],
    ['a currency that is no code', { currency: 'us dollar' }],
    ["the guide's name of the object", { object: 'outbound_payment' }],
    ['an OutboundTransfer', { object: 'treasury.outbound_transfer' }],
    ['the v2 object', { object: 'v2.money_management.outbound_payment' }],
    ['a time beyond every calendar', { created: 1e15 }],
  ])('refuses %s instead of guessing', (_, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ code: 'unexpected_response' }));
  });
});

describe('treasuryPaymentOf', () => {
  it('tells what a Payout has no place for, also after a trip through JSON', () => {
    const payout = JSON.parse(JSON.stringify(toPayout('us', returned))) as ReturnType<typeof read>;
    expect(payout).toMatchObject({ status: 'returned', failure: { reason: 'account_closed' }, trackingReference: '123456789012345' });
    const raw = treasuryPaymentOf(payout);
    expect(raw?.returned_details).toEqual({ code: 'account_closed', transaction: 'trxn_return' });
    expect(raw?.status_transitions?.posted_at).toBe(1_680_716_100);
    expect(raw?.status_transitions?.returned_at).toBe(1_680_802_500);
    expect(raw?.tracking_details?.ach?.trace_id).toBe('123456789012345');
    expect(raw?.hosted_regulatory_receipt_url).toMatch(/^https:\/\/payments\.stripe\.com\/regulatory-receipt\//);
    expect(raw?.destination_payment_method_details?.us_bank_account?.last4).toBe('6789');
  });

  it("gives nothing for another provider's payout, or one without its original", () => {
    expect([treasuryPaymentOf({ ...read(), provider: 'stripe' }), treasuryPaymentOf({ ...read(), raw: null })]).toEqual([null, null]);
  });
});

describe('balances', () => {
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  const withBalance = (balance: unknown) => ({ ...account, balance });

  it('is what the FinancialAccount has, expects and holds back', async () => {
    expect(await asking(account).balances()).toEqual([
      { source: 'fa_1', available: usd('99.00'), pending: usd('2.50'), reserved: usd('1.00'), instant: null },
    ]);
  });

  it.each([
    [
      'a currency that only one pot names',
      { cash: {}, inbound_pending: { usd: 5 }, outbound_pending: {} },
      [{ available: usd('0.00'), pending: usd('0.05'), reserved: usd('0.00') }],
    ],
    ['an overdrawn account', { cash: { usd: -100 } }, [{ available: usd('-1.00'), pending: null, reserved: null }]],
    ['an account that never held anything', { cash: {}, inbound_pending: {}, outbound_pending: {} }, []],
  ])('%s', async (_, balance, expected) => {
    expect(await asking(withBalance(balance)).balances()).toEqual(expected.map((row) => ({ source: 'fa_1', instant: null, ...row })));
  });

  it.each([
    ['the balance of Stripe payments', { object: 'balance', available: [], pending: [] }],
    ['cash that is no amount', withBalance({ cash: { usd: '9900' } })],
    ['no cash', withBalance({ inbound_pending: {}, outbound_pending: {} })],
    ['a currency that is no code', withBalance({ cash: { 'us dollar': 1 } })],
  ])('does not read past %s', async (_, body) => {
    await expect(asking(body).balances()).rejects.toMatchObject({ code: 'unexpected_response' });
  });
});
