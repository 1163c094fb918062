// What is refused before anything is sent: each problem names its field and the rule, and no request is made.
import { isPayoutError } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import example from './__fixtures__/outbound-payment.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createStripeTreasury, createTreasuryTestHelpers, type StripeTreasurySettings } from './index.ts';

const payment = { ...example, financial_account: 'fa_1' };

const SETTINGS: StripeTreasurySettings = { apiKey: 'sk_test_1', financialAccount: 'fa_1' };
const SAVED = { destination: 'pm_default', customer: 'cus_default' };

function silent(settings: object = SAVED) {
  const { fetch, requests } = scriptedFetch(() => ({ status: 500 }));
  return { treasury: createStripeTreasury({ ...SETTINGS, fetch, runtime: patientRuntime(), ...settings }), requests };
}

const keys = (count: number): Record<string, string> => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
const options = (bag: object): object => ({ providerOptions: { 'stripe-treasury': bag } });
const ADDRESS = { line1: '123 Main St', city: 'San Francisco', state: 'CA', postalCode: '94111', country: 'US' };
const ACCOUNT = { routingNumber: '110000000', accountNumber: '000123456789' };
const toBank = (more: object = {}) => ({ type: 'us_bank_account', billingDetails: { name: 'Jane Doe' }, usBankAccount: ACCOUNT, ...more });
const toAccount = (id = 'fa_2') => ({ type: 'financial_account', financialAccount: id });
const by = (network: string): object => ({ destinationPaymentMethodOptions: { usBankAccount: { network } } });
const inline = (data: object, more: object = {}): object => options({ destinationPaymentMethodData: data, ...more });
const wire = (billingDetails: object): object => inline(toBank({ billingDetails }), by('us_domestic_wire'));
const AT = 'providerOptions.stripe-treasury';
const DATA = `${AT}.destinationPaymentMethodData`;

/** What the message must say, by its beginning: path and rule. */
const BAD_CREATES: readonly (readonly [string, object, readonly string[], object?])[] = [
  ['neither destination form', {}, ['destination: is missing: give a saved payment method'], {}],
  [
    'both destination forms',
    { destination: 'pm_1', ...inline(toBank()) },
    ['destination: cannot be given together with destinationPaymentMethodData'],
  ],
  [
    'both destination forms, without settings',
    { destination: 'pm_1', ...inline(toAccount()) },
    ['destination: cannot be given together'],
    {},
  ],
  [
    'a saved destination without its customer',
    { destination: 'pm_1' },
    [`${AT}.customer: is missing: a saved destination needs the customer`],
    {},
  ],
  ['a destination of the settings without its customer', {}, [`${AT}.customer: is missing`], { destination: 'pm_default' }],
  ['a customer alone', options({ customer: 'cus_1' }), ['destination: is missing'], {}],
  ['euro', { money: { amount: '1.00', currency: 'EUR' } }, ['money.currency: Stripe Treasury pays out only USD.']],
  ['yen', { money: { amount: '100', currency: 'JPY' } }, ['money.currency: Stripe Treasury pays out only USD.']],
  ['lower-case dollars', { money: { amount: '1.00', currency: 'usd' } }, ['money.currency: currency codes are upper-case']],
  ['nothing', { money: { amount: '0.00', currency: 'USD' } }, ['money.amount: the amount must be greater than zero']],
  ['half a cent', { money: { amount: '1.005', currency: 'USD' } }, ['money.amount: USD amounts have exactly 2 decimals']],
  ['the full balance', { money: 'full_balance' }, ["money: is not supported: Stripe Treasury cannot pay out 'full_balance'"]],
  [
    'a bank account without the name of its holder',
    inline(toBank({ billingDetails: {} })),
    [`${DATA}.billingDetails.name: is missing: a US bank account needs the name`],
  ],
  [
    'a bank account without billing details',
    inline({ type: 'us_bank_account', usBankAccount: ACCOUNT }),
    [`${DATA}.billingDetails.name: is missing`],
  ],
  ['an empty name', inline(toBank({ billingDetails: { name: '' } })), [`${DATA}.billingDetails.name: is missing`]],
  ['a blank name', inline(toBank({ billingDetails: { name: ' ' } })), [`${DATA}.billingDetails.name: must not be empty`]],
  [
    'a wire without an address',
    wire({ name: 'J' }),
    Object.keys(ADDRESS).map((field) => `${DATA}.billingDetails.address.${field}: is missing: a wire needs the complete address`),
  ],
  ...Object.keys(ADDRESS).map(
    (field) =>
      [
        `a wire without ${field}`,
        wire({ name: 'J', address: { ...ADDRESS, [field]: undefined } }),
        [`${DATA}.billingDetails.address.${field}: is missing: a wire needs the complete address of the account holder (not of the bank)`],
      ] as const,
  ),
  [
    'a wire without anything',
    inline({ type: 'us_bank_account' }, by('us_domestic_wire')),
    ['name', 'address.line1', 'address.city', 'address.state', 'address.postalCode', 'address.country']
      .map((field) => `${DATA}.billingDetails.${field}: is missing`)
      .concat(['routingNumber', 'accountNumber'].map((field) => `${DATA}.usBankAccount.${field}: is missing`)),
  ],
  [
    'no account number',
    inline(toBank({ usBankAccount: { routingNumber: '110000000' } })),
    [`${DATA}.usBankAccount.accountNumber: is missing: give routingNumber and accountNumber, or`],
  ],
  ['no routing number', inline(toBank({ usBankAccount: { accountNumber: '1' } })), [`${DATA}.usBankAccount.routingNumber: is missing`]],
  [
    'a network for a FinancialAccount',
    inline(toAccount(), by('ach')),
    [`${AT}.destinationPaymentMethodOptions.usBankAccount.network: is for US bank accounts`],
  ],
  ['a FinancialAccount to itself', inline(toAccount('fa_1')), [`${DATA}.financialAccount: is the FinancialAccount that pays`]],
  [
    'a FinancialAccount to itself, by option',
    inline(toAccount('fa_9'), { financialAccount: 'fa_9' }),
    [`${DATA}.financialAccount: is the FinancialAccount that pays`],
  ],
  [
    'a descriptor of 11 for ACH',
    { statementDescriptor: 'x'.repeat(11), ...options(by('ach')) },
    ['statementDescriptor: has 11 characters; Stripe allows 10 by ach'],
  ],
  [
    'a descriptor of 141 for a wire',
    { statementDescriptor: 'x'.repeat(141), ...options(by('us_domestic_wire')) },
    ['statementDescriptor: has 141 characters; Stripe allows 140 by us_domestic_wire'],
  ],
  [
    'a descriptor of 501 within Stripe',
    { statementDescriptor: 'x'.repeat(501), ...inline(toAccount()) },
    ['statementDescriptor: has 501 characters; Stripe allows 500 by stripe'],
  ],
  [
    'a descriptor of 11 by a network that only Stripe knows',
    { statementDescriptor: 'x'.repeat(11) },
    ['statementDescriptor: has 11 characters; Stripe allows 10 by ACH, which this may become (a wire takes 140'],
  ],
  [
    'an end user without an address',
    options({ endUserDetails: { present: true } }),
    [`${AT}.endUserDetails.ipAddress: must be the IP address of the end user`],
  ],
  [
    'an end user with a host name',
    options({ endUserDetails: { present: true, ipAddress: 'home.example' } }),
    [`${AT}.endUserDetails.ipAddress: must be the IP address`],
  ],
  [
    'an address of nobody',
    options({ endUserDetails: { present: false, ipAddress: '203.0.113.7' } }),
    [`${AT}.endUserDetails.ipAddress: belongs to an end user`],
  ],
  ['end user details without present', options({ endUserDetails: { ipAddress: '203.0.113.7' } }), [`${AT}.endUserDetails.present: `]],
  ['a destination of 5001 characters', { destination: 'x'.repeat(5001) }, ['destination: has 5001 characters; Stripe allows 5000']],
  [
    'a name of 5001 characters',
    inline(toBank({ billingDetails: { name: 'x'.repeat(5001) } })),
    [`${DATA}.billingDetails.name: must have at most 5000 characters`],
  ],
  [
    'an account number of 5001 characters',
    inline(toBank({ usBankAccount: { ...ACCOUNT, accountNumber: '1'.repeat(5001) } })),
    [`${DATA}.usBankAccount.accountNumber: must have at most 5000 characters`],
  ],
  ['a description of 5001 characters', { description: 'x'.repeat(5001) }, ['description: has 5001 characters; Stripe allows 5000']],
  ['51 metadata keys', { metadata: keys(51) }, ['metadata: has 51 keys; Stripe allows 50'], { ...SAVED, correlation: 'none' }],
  ['49 metadata keys and two of ours', { metadata: keys(49) }, ['metadata: has 49 keys; Stripe allows 50, 2 of them for']],
  ['a metadata key with brackets', { metadata: { 'a[b]': 'v' } }, ['metadata.a[b]: has a key with square brackets']],
  ['a metadata value of 501 characters', { metadata: { a: 'v'.repeat(501) } }, ['metadata.a: has 501 characters; Stripe allows 500']],
  ['an empty metadata value', { metadata: { a: '' } }, ['metadata.a: is empty']],
  ['a metadata key of ours', { metadata: { disburse_key: 'x' } }, ['metadata.disburse_key: keys that begin with disburse_']],
  [
    'metadata of the destination that is too long',
    inline(toBank({ metadata: { a: 'v'.repeat(501) } })),
    [`${DATA}.metadata.a: has 501 characters`],
  ],
  ['metadata of the destination that is a list', inline(toBank({ metadata: ['a'] })), [`${DATA}.metadata: must be an object of strings`]],
  ['an option that does not exist', options({ custmer: 'cus_1' }), [`${AT}.custmer: is not known here; known are customer`]],
  ['an option of a list', options({ startingAfter: 'obp_1' }), [`${AT}.startingAfter: is not known here`]],
  ['a destination field that does not exist', inline(toBank({ account: {} })), [`${DATA}.account: is not known here`]],
  [
    'a bank account field that does not exist',
    inline(toBank({ usBankAccount: { ...ACCOUNT, iban: 'x' } })),
    [`${DATA}.usBankAccount.iban: is not known here`],
  ],
  [
    'a bank account in a payment to a FinancialAccount',
    inline({ ...toAccount(), usBankAccount: ACCOUNT }),
    [`${DATA}.usBankAccount: is not known here`],
  ],
  [
    'an address field as Stripe spells it',
    inline(toBank({ billingDetails: { name: 'J', address: { postal_code: '94111' } } })),
    [`${DATA}.billingDetails.address.postal_code: is not known here`],
  ],
  [
    'a type that does not exist',
    inline({ type: 'card' }),
    [`${DATA}.type: must be ("us_bank_account" | "financial_account"), not a string`],
  ],
  ['no type', inline({}), [`${DATA}.type: is missing`]],
  [
    'a network that does not exist',
    options(by('rtp')),
    [`${AT}.destinationPaymentMethodOptions.usBankAccount.network: must be ("ach" | "us_domestic_wire"), not a string`],
  ],
  [
    'same-day ACH, which is a preview',
    options({ destinationPaymentMethodOptions: { usBankAccount: { network: 'ach', ach: {} } } }),
    [`${AT}.destinationPaymentMethodOptions.usBankAccount.ach: is not known here`],
  ],
  [
    'a holder type that does not exist',
    inline(toBank({ usBankAccount: { ...ACCOUNT, accountHolderType: 'trust' } })),
    [`${DATA}.usBankAccount.accountHolderType: must be ("individual" | "company")`],
  ],
  [
    'a list for destination options',
    options({ destinationPaymentMethodOptions: [] }),
    [`${AT}.destinationPaymentMethodOptions: must be an object, not an array`],
  ],
  [
    'a list for an address',
    inline(toBank({ billingDetails: { name: 'J', address: [] } })),
    [`${DATA}.billingDetails.address: must be an object, not an array`],
  ],
  ['an empty FinancialAccount', options({ financialAccount: '' }), [`${AT}.financialAccount: must be an id of Stripe`]],
  ['an empty customer', options({ customer: '' }), [`${AT}.customer: must be an id of Stripe`]],
  ['options of another provider', { providerOptions: { adyen: {} } }, ['providerOptions.adyen: no such provider']],
  [
    'a bank account as Stripe spells it: every strange key, and everything that is missing',
    inline({
      type: 'us_bank_account',
      billing_details: { name: 'J' },
      us_bank_account: {},
      usBankAccount: { routing_number: '1', account_number: '2', account_type: 'savings' },
    }),
    [
      `${DATA}.usBankAccount.routing_number: is not known here`,
      `${DATA}.usBankAccount.account_number: is not known here`,
      `${DATA}.usBankAccount.account_type: is not known here`,
      `${DATA}.billing_details: is not known here`,
      `${DATA}.us_bank_account: is not known here`,
      `${DATA}.billingDetails.name: is missing`,
      `${DATA}.usBankAccount.routingNumber: is missing`,
      `${DATA}.usBankAccount.accountNumber: is missing`,
    ],
  ],
  [
    'a wire with one wrong word: what is missing is told with it',
    inline(
      { type: 'us_bank_account', billingDetails: { name: ' ', address: { zip: '94111', street: 'Main', city: 'SF' } } },
      by('us_domestic_wire'),
    ),
    [
      `${DATA}.billingDetails.name: must not be empty`,
      `${DATA}.billingDetails.address.zip: is not known here`,
      `${DATA}.billingDetails.address.street: is not known here`,
      `${DATA}.billingDetails.address.line1: is missing`,
      `${DATA}.billingDetails.address.state: is missing`,
      `${DATA}.billingDetails.address.postalCode: is missing`,
      `${DATA}.billingDetails.address.country: is missing`,
      `${DATA}.usBankAccount.routingNumber: is missing`,
      `${DATA}.usBankAccount.accountNumber: is missing`,
    ],
  ],
  [
    'a bank account without its type',
    inline({ usBankAccount: { routingNumber: '110000000' } }),
    [`${DATA}.type: is missing`, `${DATA}.billingDetails.name: is missing`, `${DATA}.usBankAccount.accountNumber: is missing`],
  ],
  [
    'a bank account and an end user, both wrong',
    inline({ type: 'us_bank_account', usBankAccount: 'x' }, { endUserDetails: { present: true, ip: '203.0.113.7', host: 'h' } }),
    [
      `${DATA}.usBankAccount: must be an object`,
      `${AT}.endUserDetails.ipAddress: must be the IP address`,
      `${AT}.endUserDetails.ip: is not known here`,
      `${AT}.endUserDetails.host: is not known here`,
      `${DATA}.billingDetails.name: is missing`,
    ],
  ],
  [
    'a FinancialAccount with nothing right',
    inline({ type: 'financial_account', usBankAccount: {}, account: 'fa_2', billingDetails: { nam: 'J', mail: 'x' } }),
    [
      `${DATA}.financialAccount: is missing`,
      `${DATA}.billingDetails.nam: is not known here`,
      `${DATA}.billingDetails.mail: is not known here`,
      `${DATA}.usBankAccount: is not known here`,
      `${DATA}.account: is not known here`,
    ],
  ],
  [
    'several problems',
    { destination: 'pm_1', statementDescriptor: 'x'.repeat(11), metadata: { a: '' }, ...inline(toBank({ billingDetails: {} })) },
    ['destination: cannot', `${DATA}.billingDetails.name: is missing`, 'statementDescriptor: has 11', 'metadata.a: is empty'],
  ],
];

describe('a create that cannot be', () => {
  const rows = BAD_CREATES.map(([name, input, expected, settings]) => ({ name, input, expected, settings }));
  it.each(rows)('$name', async ({ input, expected, settings }) => {
    const { treasury, requests } = silent(settings);
    const request: object = { reference: 'r', money: { amount: '1.00', currency: 'USD' }, ...input };
    const outcome = await treasury.createPayout(request as never);
    expect(outcome).toMatchObject({ outcome: 'rejected', submission: null, retry: 'never' });
    const issues = outcome.outcome === 'rejected' ? outcome.error.issues : [];
    const lines = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    expect(lines.map((line, index) => line.slice(0, expected[index]?.length))).toEqual(expected);
    expect(requests).toEqual([]);
  });
});

describe('a create at the limit', () => {
  const fine: readonly (readonly [string, object, object?])[] = [
    ['a descriptor of 10 by a network that only Stripe knows', { statementDescriptor: 'x'.repeat(10) }],
    ['a descriptor of 140 for a wire', { statementDescriptor: 'x'.repeat(140), ...options(by('us_domestic_wire')) }],
    ['a descriptor of 500 within Stripe', { statementDescriptor: 'x'.repeat(500), ...inline(toAccount()) }],
    ['ten characters beyond ASCII', { statementDescriptor: '😀'.repeat(10) }],
    ['a destination and a description of 5000 characters', { destination: 'x'.repeat(5000), description: 'x'.repeat(5000) }],
    ['a name of 5000 characters', inline(toBank({ billingDetails: { name: 'x'.repeat(5000) } }))],
    ['48 metadata keys and two of ours', { metadata: keys(48) }],
    ['50 metadata keys', { metadata: keys(50) }, { ...SAVED, correlation: 'none' }],
    ['a wire to a saved destination, whose address only Stripe knows', options(by('us_domestic_wire'))],
    ['a Financial Connections account', inline(toBank({ usBankAccount: { financialConnectionsAccount: 'fca_1' } }))],
    ['ACH without an address', inline(toBank(), by('ach')), {}],
    ['one cent', { money: { amount: '0.01', currency: 'USD' } }],
  ];

  it.each(fine.map(([name, input, settings]) => ({ name, input, settings })))('$name is prepared', async ({ input, settings }) => {
    const { treasury, requests } = silent(settings);
    const request: object = { reference: 'r', money: { amount: '1.00', currency: 'USD' }, ...input };
    const submission = await treasury.prepare(request as never);
    expect(submission.request.path).toBe('/v1/treasury/outbound_payments');
    expect(requests).toEqual([]);
  });

  it.each([
    ['payment_1', ['statement_descriptor_characters']],
    ['Ümlaut', ['statement_descriptor_characters']],
    ['A-#.$&* 1', []],
    [undefined, []],
  ])('the characters of %s are a notice, no refusal', async (statementDescriptor, expected) => {
    const { fetch } = scriptedFetch(() => ({ status: 200, body: payment }));
    const treasury = createStripeTreasury({ ...SETTINGS, ...SAVED, fetch, runtime: patientRuntime(), correlation: 'none' });
    const outcome = await treasury.createPayout({ reference: 'r', money: { amount: '100.00', currency: 'USD' }, statementDescriptor });
    expect(outcome.outcome === 'accepted' ? outcome.notices.map(({ code }) => code) : outcome).toEqual(expected);
  });
});

describe('other calls that cannot be', () => {
  const bag = (more: object): object => options(more);
  it.each<readonly [string, (treasury: ReturnType<typeof silent>['treasury']) => Promise<unknown>, RegExp]>([
    ['retrieve without an id', (treasury) => treasury.retrieve(''), /id: must be the provider's id/],
    [
      'retrieve with an option of a list',
      (treasury) => treasury.retrieve('obp_1', bag({ customer: 'c' }) as never),
      /customer: is not known here/,
    ],
    ['cancel with a typo', (treasury) => treasury.cancel('obp_1', bag({ expnd: [] }) as never), /expnd: is not known here/],
    ['balances with a typo', (treasury) => treasury.balances(bag({ account: 'fa_1' }) as never), /account: is not known here/],
    [
      'a list of no FinancialAccount',
      (treasury) => treasury.list(bag({ financialAccount: '' }) as never),
      /financialAccount: must be an id/,
    ],
    [
      'a list in two directions',
      (treasury) => treasury.list(bag({ startingAfter: 'a', endingBefore: 'b' }) as never),
      /stripe-treasury\.endingBefore: cannot be given/,
    ],
    [
      'two beginnings',
      (treasury) => treasury.list({ cursor: 'obp_1', ...bag({ startingAfter: 'a' }) }),
      /cursor: cannot be given together/,
    ],
    [
      'two filters of time',
      (treasury) => treasury.list({ createdFrom: '2026-01-01', ...bag({ created: 1 }) }),
      /stripe-treasury\.created: cannot be given/,
    ],
    [
      'a range of time with two strange bounds',
      (treasury) => treasury.list(bag({ created: { gte: 1, from: 1, to: 2 } }) as never),
      /created\.from: is not known here[^]*created\.to: is not known here/,
    ],
    ['a limit of 101', (treasury) => treasury.list({ limit: 101 }), /limit: must be a whole number from 1 to 100/],
    [
      'a time in milliseconds',
      (treasury) => treasury.list(bag({ created: { gt: 1e12 } }) as never),
      /created\.gt: must be an ISO 8601 time/,
    ],
  ])('%s', async (_, call, message) => {
    const { treasury, requests } = silent();
    await expect(call(treasury)).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringMatching(message) as string });
    expect(requests).toEqual([]);
  });

  it.each(['update', 'reverse'] as const)('%s, which Stripe Treasury does not have', async (operation) => {
    const { treasury, requests } = silent();
    const refuse: unknown = Reflect.get(treasury, operation);
    if (typeof refuse !== 'function') throw new TypeError('core adds a stub');
    await expect(refuse('obp_1', { metadata: { a: 'b' } })).rejects.toMatchObject({ code: 'unsupported' });
    expect(treasury.capabilities.operations).not.toContain(operation);
    expect(requests).toEqual([]);
  });
});

describe('settings', () => {
  it.each<readonly [string, object, readonly string[]]>([
    ['nothing', {}, ['apiKey', 'financialAccount']],
    ['no FinancialAccount', { apiKey: 'sk_test_1' }, ['financialAccount']],
    ['an empty FinancialAccount', { ...SETTINGS, financialAccount: '' }, ['financialAccount']],
    ['a publishable key', { ...SETTINGS, apiKey: 'pk_test_canary' }, ['apiKey']],
    ['a key with a line break', { ...SETTINGS, apiKey: 'sk_test_canary\nx' }, ['apiKey']],
    ['a typo', { ...SETTINGS, finacialAccount: 'fa_1' }, ['finacialAccount']],
    ['an empty destination and customer', { ...SETTINGS, destination: '', customer: '' }, ['destination', 'customer']],
    ['correlation by description', { ...SETTINGS, correlation: 'description' }, ['correlation']],
    ['no webhook secret', { ...SETTINGS, webhookSecrets: [] }, ['webhookSecrets']],
    ['a plain address', { ...SETTINGS, baseUrl: 'http://api.stripe.com' }, ['baseUrl']],
  ])('%s', (_, given, paths) => {
    const error = thrownBy(() => createStripeTreasury(given as never));
    expect(error).toMatchObject({ code: 'invalid_settings' });
    expect(isPayoutError(error) ? error.issues.map(({ path }) => path).sort() : error).toEqual([...paths].sort());
    expect(String(error)).not.toContain('canary');
  });

  it('of a connected account are checked too', () => {
    expect(() => createStripeTreasury(SETTINGS).forAccount('')).toThrow(/stripeAccount: must not be empty/);
  });
});

describe('test helpers', () => {
  it.each<readonly [string, object, readonly string[]]>([
    ['a live key', { apiKey: 'sk_live_canary' }, ['apiKey']],
    ['a live restricted key', { apiKey: 'rk_live_canary' }, ['apiKey']],
    ['a key that does not tell its mode', { apiKey: 'canary' }, ['apiKey']],
    ['no key', {}, ['apiKey']],
    ['a setting of the provider only', { apiKey: 'sk_test_1', financialAccount: 'fa_1' }, ['financialAccount']],
  ])('refuse %s', (_, given, paths) => {
    const error = thrownBy(() => createTreasuryTestHelpers({ fetch: () => Promise.reject(new Error('sent')), ...given } as never));
    expect(error).toMatchObject({ code: 'invalid_settings' });
    expect(isPayoutError(error) ? error.issues.map(({ path }) => path) : error).toEqual(paths);
    expect(String(error)).not.toContain('canary');
  });

  it.each<readonly [string, (helpers: ReturnType<typeof createTreasuryTestHelpers>) => Promise<unknown>, RegExp]>([
    ['an empty id', (helpers) => helpers.post(''), /id: must be Stripe's id/],
    ['an id that leads elsewhere', (helpers) => helpers.fail('..'), /id: must be Stripe's id/],
    ['an empty code', (helpers) => helpers.return('obp_1', ''), /code: must be a string that is not empty/],
    ['tracking of no network', (helpers) => helpers.track('obp_1', {} as never), /tracking\.type: must be/],
    ['tracking of an unknown network', (helpers) => helpers.track('obp_1', { type: 'rtp' } as never), /tracking\.type: must be/],
    ['ACH tracking without a trace', (helpers) => helpers.track('obp_1', { type: 'ach', ach: {} } as never), /tracking\.ach\.traceId: /],
    ['ACH tracking with an empty trace', (helpers) => helpers.track('obp_1', { type: 'ach', ach: { traceId: '' } }), /must not be empty/],
    [
      'tracking with two strange keys and no trace',
      (helpers) => helpers.track('obp_1', { type: 'ach', ach: { trace_id: 'T', trace: 'T' } } as never),
      /tracking\.ach\.traceId: must be[^]*ach\.trace_id: is not known here[^]*ach\.trace: is not known here/,
    ],
    [
      'an id and a tracking, both wrong',
      (helpers) => helpers.track('', { type: 'rtp' } as never),
      /id: must be Stripe's id[^]*tracking\.type: must be/,
    ],
    ['an id and a code, both wrong', (helpers) => helpers.return('', ''), /id: must be Stripe's id[^]*code: must be a string/],
    ['tracking that is no object', (helpers) => helpers.track('obp_1', 'I1' as never), /tracking: must be/],
  ])('refuse %s', async (_, call, message) => {
    const { fetch, requests } = scriptedFetch(() => ({ status: 500 }));
    const helpers = createTreasuryTestHelpers({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
    await expect(call(helpers)).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringMatching(message) as string });
    expect(requests).toEqual([]);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
