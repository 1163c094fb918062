// What is refused before anything is sent: each problem names its field and the rule, and no request is made.
import { describe, expect, it } from 'vitest';
import payout from './__fixtures__/payout.create.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createStripe, type StripeProvider, type StripeSettings } from './index.ts';

function silent(settings: Partial<StripeSettings> = {}) {
  const { fetch, requests } = scriptedFetch(() => ({ status: 500 }));
  const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime(), ...settings });
  return { stripe, requests };
}

const keys = (count: number): Record<string, string> => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
const usd = (amount: unknown): object => ({ money: { amount, currency: 'USD' } });
const paidIn = (amount: string, currency: unknown): object => ({ money: { amount, currency } });
const options = (bag: object): object => ({ providerOptions: { stripe: bag } });

const BAD_CREATES: readonly [string, object, RegExp, Partial<StripeSettings>?][] = [
  ['no money', { money: undefined }, /money.*missing/],
  ['no amount', { money: { currency: 'USD' } }, /money\.amount: the amount is missing/],
  ['too many digits', usd('1.005'), /money\.amount: USD amounts have exactly 2 decimals/],
  ['too few digits', usd('10.5'), /money\.amount: USD amounts have exactly 2 decimals/],
  ['decimals of a currency without', paidIn('500.00', 'JPY'), /money\.amount: JPY amounts have no decimals/],
  ['zero', usd('0.00'), /money\.amount: the amount must be greater than zero/],
  ['negative', usd('-1.00'), /money\.amount: the amount must be greater than zero/],
  ['an exponent', usd('1e3'), /money\.amount: the amount is in exponent notation/],
  ['NaN', usd('NaN'), /money\.amount: the amount is not a number/],
  ['grouping', usd('1,000.00'), /money\.amount: the amount contains a comma/],
  ['a number', usd(10.5), /money\.amount: the amount is a number/],
  ['the full balance', { money: 'full_balance' }, /money: is not supported.*'full_balance'/],
  ['an unknown currency', paidIn('1.00', 'XXD'), /money\.currency: XXD is not a currency/],
  ['a lower-case currency', paidIn('1.00', 'usd'), /money\.currency: currency codes are upper-case: write USD/],
  ['forints that cannot be paid out', paidIn('10.45', 'HUF'), /money\.amount: Stripe pays out HUF only in multiples of 1\.00/],
  ['Taiwan dollars that cannot be paid out', paidIn('800.45', 'TWD'), /money\.amount: Stripe pays out TWD only in multiples of 1\.00/],
  ['dinars that cannot be paid out', paidIn('1.005', 'KWD'), /money\.amount: Stripe pays out KWD only in multiples of 0\.010/],
  ['a descriptor of 23 characters', { statementDescriptor: 'x'.repeat(23) }, /statementDescriptor.*has 23 characters; Stripe allows 22/],
  ['a description of 5001 characters', { description: 'x'.repeat(5001) }, /description.*has 5001 characters; Stripe allows 5000/],
  ['an empty description', { description: '' }, /description.*must not be empty/],
  ['an empty destination', { destination: '' }, /destination.*must not be empty/],
  ['a destination of 5001 characters', { destination: 'x'.repeat(5001) }, /destination.*has 5001 characters; Stripe allows 5000/],
  ['51 metadata keys', { metadata: keys(51) }, /metadata: has 51 keys; Stripe allows 50/, { correlation: 'none' }],
  ['49 metadata keys and two of ours', { metadata: keys(49) }, /metadata: has 49 keys; Stripe allows 50, 2 of them for/],
  ['a metadata key with brackets', { metadata: { 'a[b]': 'v' } }, /metadata\.a\[b\]: has a key with square brackets/],
  ['a metadata key of 41 characters', { metadata: { ['k'.repeat(41)]: 'v' } }, /has a key of 41 characters; Stripe allows 40/],
  ['an empty metadata key', { metadata: { '': 'v' } }, /metadata\.: has an empty key/],
  ['an empty metadata value', { metadata: { a: '' } }, /metadata\.a: is empty, and Stripe cannot keep an empty value/],
  ['a metadata value of 501 characters', { metadata: { a: 'v'.repeat(501) } }, /metadata\.a: has 501 characters; Stripe allows 500/],
  ['a metadata value that is no text', { metadata: { a: 5 } }, /metadata\.a: must be a string, not a number/],
  ['a metadata key of ours', { metadata: { disburse_key: 'x' } }, /metadata\.disburse_key: keys that begin with disburse_/],
  ['an empty reference', { reference: '' }, /reference: must not be empty/],
  ['a reference of 121 characters', { reference: 'r'.repeat(121) }, /reference: has 121 characters; at most 120/],
  ['a reference with a control character', { reference: 'a\u0007b' }, /reference: must be visible ASCII/],
  ['an option that does not exist', options({ metod: 'instant' }), /providerOptions\.stripe\.metod: is not known here; known are method/],
  ['a method that does not exist', options({ method: 'fast' }), /providerOptions\.stripe\.method: must be .*"standard" \| "instant"/],
  ['a source type that does not exist', options({ sourceType: 'cash' }), /providerOptions\.stripe\.sourceType: must be/],
  ['an empty payout method', options({ payoutMethod: '' }), /providerOptions\.stripe\.payoutMethod: must be an id of Stripe/],
  ['an option of a list', options({ arrivalDate: 1 }), /providerOptions\.stripe\.arrivalDate: is not known here/],
  ['expand that is no list', options({ expand: 'destination' }), /providerOptions\.stripe\.expand: must be a list/],
  ['an empty path to expand', options({ expand: [''] }), /providerOptions\.stripe\.expand\.0: must be the path of a field/],
  ['a path to expand of 5001 characters', options({ expand: ['x'.repeat(5001)] }), /providerOptions\.stripe\.expand\.0: must be the path/],
  [
    'a payout method of 5001 characters',
    options({ payoutMethod: 'x'.repeat(5001) }),
    /providerOptions\.stripe\.payoutMethod: must be an id/,
  ],
  [
    'two places to pay to',
    { destination: 'ba_1', ...options({ payoutMethod: 'fa_1' }) },
    /destination: cannot be given together with payoutMethod/,
  ],
  ['options of no provider', { providerOptions: { adyen: {} } }, /providerOptions\.adyen: no such provider/],
  ['a field that does not exist', { recipient: 'x' }, /recipient: is not known here/],
];

describe('a create that cannot be right', () => {
  it.each(BAD_CREATES.map(([name, ...row]) => ({ name, row })))('$name', async ({ row: [change, rule, settings = {}] }) => {
    const { stripe, requests } = silent(settings);
    const request: object = { reference: 'r-1', money: { amount: '11.00', currency: 'USD' }, ...change };
    const outcome = await stripe.createPayout(request as never);
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      retry: 'never',
      submission: null,
      error: { message: expect.stringMatching(rule) },
    });
    expect(outcome.outcome === 'rejected' && outcome.error.message.startsWith('[stripe] ')).toBe(true);
    await expect(stripe.prepare(request as never)).rejects.toThrow(rule);
    expect(requests).toEqual([]);
  });

  it('lists every limit that is broken, at once', async () => {
    const { stripe, requests } = silent();
    const outcome = await stripe.createPayout({
      reference: 'r-1',
      money: { amount: '11.00', currency: 'USD' },
      description: 'x'.repeat(5001),
      statementDescriptor: 'x'.repeat(23),
      metadata: { 'a[': '', b: 'v'.repeat(501) },
    });
    const paths = outcome.outcome === 'rejected' ? outcome.error.issues.map(({ path }) => path) : [];
    expect(paths).toEqual(['description', 'statementDescriptor', 'metadata.a[', 'metadata.a[', 'metadata.b']);
    expect(requests).toEqual([]);
  });

  it('takes what is just allowed', async () => {
    const { stripe } = silent();
    const request = {
      reference: 'r'.repeat(120),
      money: { amount: '0.01', currency: 'USD' },
      description: 'x'.repeat(5000),
      destination: 'x'.repeat(5000),
      statementDescriptor: 'x'.repeat(22),
      metadata: { ...keys(47), ['k'.repeat(40)]: 'v'.repeat(500) },
      providerOptions: { stripe: { expand: ['x'.repeat(5000)] } },
    };
    await expect(stripe.prepare(request)).resolves.toMatchObject({ reference: request.reference });
  });

  it('counts characters, not UTF-16 units', async () => {
    const { stripe } = silent({ correlation: 'none' });
    const request = {
      reference: 'r-1',
      money: { amount: '11.00', currency: 'USD' },
      statementDescriptor: '😀'.repeat(22),
      metadata: { ...keys(49), ['😀'.repeat(40)]: '😀'.repeat(500) },
    };
    await expect(stripe.prepare(request)).resolves.toMatchObject({ reference: 'r-1' });
  });
});

type Call = (stripe: StripeProvider) => Promise<unknown>;
const list =
  (query: object): Call =>
  (stripe) =>
    stripe.list(query as never);

const BAD_CALLS: readonly (readonly [string, Call, RegExp])[] = [
  ['retrieve an empty id', (stripe) => stripe.retrieve(''), /id: must be the provider's id of a payout, not empty/],
  ['retrieve the parent', (stripe) => stripe.retrieve('..'), /id: must be the provider's id/],
  ['cancel an empty id', (stripe) => stripe.cancel(''), /id: must be/],
  ['reverse an empty id', (stripe) => stripe.reverse(''), /id: must be/],
  ['update an empty id', (stripe) => stripe.update('', { metadata: { a: 'b' } }), /id: must be/],
  [
    'the ledger of an empty id',
    async (stripe) => (await import('./index.ts')).stripePayoutLedger(stripe, ''),
    /payoutId: must be Stripe's id/,
  ],
  [
    'update to an empty value',
    (stripe) => stripe.update('po_1', { metadata: { a: '' } }),
    /metadata\.a: is empty, and .* \(null removes one\)/,
  ],
  [
    'update a key with brackets',
    (stripe) => stripe.update('po_1', { metadata: { 'a]': 'b' } }),
    /metadata\.a\]: has a key with square brackets/,
  ],
  ['update 51 keys', (stripe) => stripe.update('po_1', { metadata: keys(51) }), /metadata: has 51 keys/],
  ['update nothing', (stripe) => stripe.update('po_1', { metadata: {} }), /metadata: has no keys/],
  ['update a key of ours', (stripe) => stripe.update('po_1', { metadata: { disburse_key: null } }), /metadata\.disburse_key/],
  ['list with limit 0', list({ limit: 0 }), /limit: must be a whole number from 1 to 100/],
  ['list with limit 101', list({ limit: 101 }), /limit: must be a whole number from 1 to 100/],
  ['list with a limit in text', list({ limit: '10' }), /limit: must be/],
  ['list with an unknown status', list({ status: 'done' }), /status: must be one of/],
  ['list from no time', list({ createdFrom: 'yesterday' }), /createdFrom: must be an ISO 8601 time/],
  [
    'list in both directions',
    list(options({ startingAfter: 'po_1', endingBefore: 'po_2' })),
    /endingBefore: cannot be given together with startingAfter/,
  ],
  [
    'list from two places',
    list({ cursor: 'po_1', ...options({ startingAfter: 'po_2' }) }),
    /cursor: cannot be given together with startingAfter/,
  ],
  [
    'list with two created filters',
    list({ createdFrom: '2026-01-01', ...options({ created: { lt: 5 } }) }),
    /created: cannot be given together with createdFrom or createdTo/,
  ],
  ['list by milliseconds', list(options({ created: 1_680_652_800_000 })), /providerOptions\.stripe\.created: must be an ISO 8601 time/],
  [
    'list by an unknown bound',
    list(options({ arrivalDate: { after: 1 } })),
    /providerOptions\.stripe\.arrivalDate\.after: is not known here/,
  ],
  ['list by an empty range', list(options({ arrivalDate: {} })), /providerOptions\.stripe\.arrivalDate: must have at least one of/],
  ['list from an empty cursor', list({ cursor: '' }), /cursor: must be a string that is not empty/],
];

describe('a call that cannot be right', () => {
  it.each(BAD_CALLS)('%s', async (_, call, rule) => {
    const { stripe, requests } = silent();
    await expect(call(stripe)).rejects.toMatchObject({
      name: 'PayoutError',
      code: 'invalid_request',
      message: expect.stringMatching(rule),
    });
    expect(requests).toEqual([]);
  });

  // Core reads the payout first, to see whether it is reversed already: that changes nothing.
  it.each([
    [{ a: '' }, /metadata\.a: is empty/],
    [{ 'a[b]': 'v' }, /metadata\.a\[b\]: has a key with square brackets/],
    [keys(51), /metadata: has 51 keys; Stripe allows 50/],
  ])('a reverse with the metadata %j changes nothing', async (metadata, rule) => {
    const { fetch, requests } = scriptedFetch(() => ({ status: 200, body: { ...payout, id: 'po_1', status: 'paid' } }));
    const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
    await expect(stripe.reverse('po_1', { metadata })).rejects.toMatchObject({
      code: 'invalid_request',
      outcome: 'rejected',
      message: expect.stringMatching(rule),
    });
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('listing what was returned is refused where its query is wrong', async () => {
    const { stripe, requests } = silent();
    const query = { status: 'returned', providerOptions: { stripe: { startingAfter: 'po_1', endingBefore: 'po_2' } } } as const;
    await expect(stripe.list(query)).rejects.toThrow('endingBefore: cannot be given together with startingAfter');
    expect(requests).toEqual([]);
  });

  it('listing what was returned asks nobody: Stripe has no such payout', async () => {
    const { stripe, requests } = silent();
    expect(await stripe.list({ status: 'returned' })).toEqual({ payouts: [], nextCursor: null });
    expect(requests).toEqual([]);
  });
});

describe('what is true and no error', () => {
  const noticesOf = async (statementDescriptor: string, currency = 'USD'): Promise<readonly string[]> => {
    const { stripe } = silent({ maxResends: 0 });
    const outcome = await stripe.createPayout({ reference: 'r-1', money: { amount: '11.00', currency }, statementDescriptor });
    return outcome.outcome === 'unknown' ? outcome.notices.map(({ code }) => code) : [];
  };

  it.each([
    ['ten characters', 'ACME 42 OK', 'USD', []],
    ['eleven characters to a US bank', 'ACME 42 OKAY'.slice(0, 11), 'USD', ['statement_descriptor_cut']],
    ['eleven characters elsewhere', 'ACME 42 OKAY'.slice(0, 11), 'EUR', []],
    ['a doubtful character', 'A*B', 'EUR', ['statement_descriptor_characters']],
    ['both', 'ACME "special" offer', 'USD', ['statement_descriptor_cut', 'statement_descriptor_characters']],
  ])('%s', async (_, descriptor, currency, codes) => {
    expect(await noticesOf(descriptor, currency)).toEqual(codes);
  });

  it.each(['<', '>', '\\', "'", '"', '*'])('%s is doubtful', async (character) => {
    expect(await noticesOf(`A${character}B`)).toEqual(['statement_descriptor_characters']);
  });
});
