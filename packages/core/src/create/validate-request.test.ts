// What a create may ask for: every problem at once, before a key is made and before anything is sent.
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { acmeWorld, RENT, TEN } from '../__tests__/acme-world.ts';
import type { PayoutProviderSpec } from '../adapter/spec.ts';
import { checkCreate, fingerprintOf } from './validate-request.ts';
import { knowAdapter, optionProblems, optionsOf } from '../adapter/provider-options.ts';
import { PayoutError } from '../errors.ts';
import { defineMoneyProfile } from '../money/money-profile.ts';
import type { AnyPayoutProvider } from '../adapter/provider.ts';

const MONEY = defineMoneyProfile({
  provider: 'Acme',
  form: 'decimal_string',
  exponents: { EUR: 2, JPY: 0 },
  exponentElse: null,
  steps: { JPY: 100 },
});

/** A provider that takes everything; a test takes away what it is about. */
const everything = {
  id: 'acme',
  label: 'Acme',
  money: MONEY,
  options: {
    create: v.strictObject({ speed: v.optional(v.picklist(['slow', 'fast'])), nested: v.optional(v.strictObject({ on: v.boolean() })) }),
  },
  request: { fullBalance: true, account: false, destination: true, statementDescriptor: true, metadata: true },
  problems: () => [],
} as unknown as PayoutProviderSpec<AnyPayoutProvider>;

const spec = (of: object): PayoutProviderSpec<AnyPayoutProvider> => ({ ...everything, ...of });
const nothing = spec({ request: { fullBalance: false, account: false, destination: false, statementDescriptor: false, metadata: false } });

function problemsOf(
  input: unknown,
  its = everything,
): { readonly code: string; readonly paths: readonly string[]; readonly error: PayoutError } {
  try {
    checkCreate(its, 'eu', input);
  } catch (error) {
    if (error instanceof PayoutError) return { code: error.code, paths: error.issues.map(({ path }) => path), error };
    throw error;
  }
  throw new Error('it is fine');
}

describe('what is fine', () => {
  it.each<readonly [string, unknown]>([
    ['the least', RENT],
    [
      'everything',
      {
        ...RENT,
        attempt: 2,
        description: 'd',
        destination: 'ba_1',
        statementDescriptor: 's',
        metadata: { a: 'b' },
        providerOptions: { acme: { speed: 'fast' } },
      },
    ],
    [
      'undefined members',
      { ...RENT, attempt: undefined, description: undefined, destination: undefined, metadata: undefined, providerOptions: undefined },
    ],
    ['the whole balance, where it is said', { ...RENT, money: 'full_balance' }],
    ['an object without a prototype', Object.assign(Object.create(null), RENT)],
    ['a reference of one character', { ...RENT, reference: '!' }],
    ['a reference of 120', { ...RENT, reference: 'r'.repeat(120) }],
    ['empty metadata', { ...RENT, metadata: {} }],
    ['metadata with empty values, which a provider may refuse', { ...RENT, metadata: { a: '' } }],
    ['a bag of another known provider, which is ignored', { ...RENT, providerOptions: { 'acme-two': { anything: 1 } } }],
    ['an undefined bag', { ...RENT, providerOptions: { acme: undefined } }],
  ])('%s', (_, input) => {
    knowAdapter('acme-two');
    expect(checkCreate(everything, 'eu', input).request.reference).not.toBe('');
  });

  it('is a copy: what is changed later is not what is paid', () => {
    const input = { reference: 'r', money: { ...TEN }, metadata: { a: 'b' } };
    const { request, copied } = checkCreate(everything, 'eu', input);
    Object.assign(input.money, { amount: '99.00' });
    input.metadata.a = 'c';
    expect(request).toMatchObject({ money: TEN, metadata: { a: 'b' } });
    expect(copied).toEqual({ reference: 'r', money: TEN, metadata: { a: 'b' } });
  });
});

describe('what is wrong', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    // The request
    ['nothing', undefined, ['request']],
    ['null', null, ['request']],
    ['an array', [RENT], ['request']],
    ['a text', JSON.stringify(RENT), ['request']],
    ['a class instance', Object.assign(new (class Request {})(), RENT), ['request']],
    ['a function in it', { ...RENT, description: () => 'd' }, ['request']],
    ['an unknown field', { ...RENT, amount: '10.00' }, ['amount']],
    ['a field in another case', { ...RENT, Description: 'd' }, ['Description']],
    ['__proto__', JSON.parse('{"reference":"r","money":{"amount":"1.00","currency":"EUR"},"__proto__":{"attempt":2}}'), ['__proto__']],
    // The reference
    ['no reference', { money: TEN }, ['reference']],
    ['an empty reference', { ...RENT, reference: '' }, ['reference']],
    ['a number', { ...RENT, reference: 42 }, ['reference']],
    ['121 characters', { ...RENT, reference: 'r'.repeat(121) }, ['reference']],
    ['a space', { ...RENT, reference: 'rent 11' }, ['reference']],
    ['a new line', { ...RENT, reference: 'rent\n' }, ['reference']],
    ['a letter beyond ASCII', { ...RENT, reference: 'zürich' }, ['reference']],
    ['an emoji', { ...RENT, reference: '🏦' }, ['reference']],
    ['a NUL', { ...RENT, reference: 'a\u0000' }, ['reference']],
    // The attempt
    ['attempt 0', { ...RENT, attempt: 0 }, ['attempt']],
    ['attempt 1.5', { ...RENT, attempt: 1.5 }, ['attempt']],
    ['attempt "2"', { ...RENT, attempt: '2' }, ['attempt']],
    ['attempt NaN', { ...RENT, attempt: Number.NaN }, ['attempt']],
    ['attempt null', { ...RENT, attempt: null }, ['attempt']],
    ['attempt 1001', { ...RENT, attempt: 1001 }, ['attempt']],
    // Money (R6)
    ['no money', { reference: 'r' }, ['money']],
    ['money: undefined', { reference: 'r', money: undefined }, ['money']],
    ['money: null', { reference: 'r', money: null }, ['money']],
    ['money as a number', { ...RENT, money: 10 }, ['money']],
    ['money as a text', { ...RENT, money: '10.00' }, ['money']],
    ['another word', { ...RENT, money: 'full balance' }, ['money']],
    ['an empty object', { ...RENT, money: {} }, ['money.amount', 'money.currency']],
    ['an amount as a number', { ...RENT, money: { ...TEN, amount: 10 } }, ['money.amount']],
    ['an amount with a comma', { ...RENT, money: { ...TEN, amount: '10,00' } }, ['money.amount']],
    ['an exponent', { ...RENT, money: { ...TEN, amount: '1e3' } }, ['money.amount']],
    ['nothing to pay', { ...RENT, money: { ...TEN, amount: '0.00' } }, ['money.amount']],
    ['less than nothing', { ...RENT, money: { ...TEN, amount: '-1.00' } }, ['money.amount']],
    ['too few digits', { ...RENT, money: { ...TEN, amount: '10' } }, ['money.amount']],
    ['too many digits', { ...RENT, money: { ...TEN, amount: '10.001' } }, ['money.amount']],
    ['a currency in lower case', { ...RENT, money: { ...TEN, currency: 'eur' } }, ['money.currency']],
    ['no such currency', { ...RENT, money: { ...TEN, currency: 'XXQ' } }, ['money.currency']],
    ['a currency that the provider lacks', { ...RENT, money: { ...TEN, currency: 'USD' } }, ['']],
    ['an amount between the provider’s steps', { ...RENT, money: { amount: '150', currency: 'JPY' } }, ['']],
    // Texts
    ['an empty description', { ...RENT, description: '' }, ['description']],
    ['a description that is a number', { ...RENT, description: 7 }, ['description']],
    ['a description that is null', { ...RENT, description: null }, ['description']],
    ['half a character', { ...RENT, description: 'a\ud800' }, ['description']],
    ['an empty destination', { ...RENT, destination: '' }, ['destination']],
    ['an empty descriptor', { ...RENT, statementDescriptor: '' }, ['statementDescriptor']],
    // Metadata
    ['metadata that is a text', { ...RENT, metadata: 'a=b' }, ['metadata']],
    ['metadata that is null', { ...RENT, metadata: null }, ['metadata']],
    ['metadata that is an array', { ...RENT, metadata: ['a'] }, ['metadata']],
    ['metadata that is a Map', { ...RENT, metadata: new Map([['a', 'b']]) }, ['metadata']],
    ['a number in metadata', { ...RENT, metadata: { a: 1 } }, ['metadata.a']],
    ['undefined in metadata', { ...RENT, metadata: { a: undefined } }, ['metadata.a']],
    ['half a character in metadata', { ...RENT, metadata: { a: '\ud800' } }, ['metadata.a']],
    ['half a character in a key', { ...RENT, metadata: { '\ud800': 'a' } }, ['metadata.\ud800']],
    [
      'R13: our keys',
      { ...RENT, metadata: { disburse_key: 'a', Disburse_Reference: 'b', disburse_: 'c' } },
      ['metadata.disburse_key', 'metadata.Disburse_Reference', 'metadata.disburse_'],
    ],
    [
      'R13: our keys, once they are trimmed or folded',
      { ...RENT, metadata: { ' disburse_key': 'a', '\u200bDisburse_Key': 'b', ｄisburse_key: 'c' } },
      ['metadata. disburse_key', 'metadata.\u200bDisburse_Key', 'metadata.ｄisburse_key'],
    ],
    // Option bags
    ['bags that are none', { ...RENT, providerOptions: 'fast' }, ['providerOptions']],
    ['the bag of nobody', { ...RENT, providerOptions: { adyen: {} } }, ['providerOptions.adyen']],
    ['an inherited bag', { ...RENT, providerOptions: { constructor: {} } }, ['providerOptions.constructor']],
    ['a bag that is none', { ...RENT, providerOptions: { acme: 'fast' } }, ['providerOptions.acme']],
    ['a bag that is null', { ...RENT, providerOptions: { acme: null } }, ['providerOptions.acme']],
    ['a bag that is an array', { ...RENT, providerOptions: { acme: [] } }, ['providerOptions.acme']],
    ['a typo in a bag', { ...RENT, providerOptions: { acme: { sped: 'fast' } } }, ['providerOptions.acme.sped']],
    ['an inherited name in a bag', { ...RENT, providerOptions: { acme: { constructor: 'fast' } } }, ['providerOptions.acme.constructor']],
    ['no such value', { ...RENT, providerOptions: { acme: { speed: 'faster' } } }, ['providerOptions.acme.speed']],
    ['a wrong kind in depth', { ...RENT, providerOptions: { acme: { nested: { on: 'yes' } } } }, ['providerOptions.acme.nested.on']],
    // Everything at once
    [
      'everything at once',
      {
        reference: '',
        attempt: -1,
        money: null,
        description: 1,
        metadata: { a: 1 },
        providerOptions: { adyen: {}, acme: { a: 1, b: 2 } },
        more: 1,
      },
      [
        'more',
        'reference',
        'attempt',
        'money',
        'description',
        'metadata.a',
        'providerOptions.adyen',
        'providerOptions.acme.a',
        'providerOptions.acme.b',
      ],
    ],
  ])('%s', (_, input, paths) => {
    const { code, paths: found, error } = problemsOf(input);
    expect([code, [...found].toSorted()]).toEqual(['invalid_request', [...paths].toSorted()]);
    expect(error).toMatchObject({ outcome: 'rejected', provider: 'eu' });
  });

  it.each([undefined, 42, '', 'a b', 'r'.repeat(121)])('a refused reference shows a good one: %j', (reference) => {
    const { error } = problemsOf({ ...RENT, reference });
    expect(error).toMatchObject({ message: expect.stringContaining('such as seller-42-2026-11') as string });
  });

  it('never repeats a value: it may be an account number', () => {
    const canary = '000123456789';
    const { error } = problemsOf({
      ...RENT,
      description: [canary],
      providerOptions: { acme: { speed: canary, nested: canary } },
      metadata: { a: [canary] },
    });
    expect(JSON.stringify(error) + error.message).not.toContain(canary);
  });
});

describe('what a provider lacks', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    ['a destination', { ...RENT, destination: 'ba_1' }, ['destination']],
    ['a descriptor', { ...RENT, statementDescriptor: 's' }, ['statementDescriptor']],
    ['metadata', { ...RENT, metadata: {} }, ['metadata']],
    ['the whole balance', { ...RENT, money: 'full_balance' }, ['money']],
    ['several of them', { ...RENT, destination: 'ba_1', metadata: {} }, ['destination', 'metadata']],
  ])('%s is unsupported', (_, input, paths) => expect(problemsOf(input, nothing)).toMatchObject({ code: 'unsupported', paths }));

  it('together with a mistake it is a mistake', () =>
    expect(problemsOf({ ...RENT, destination: 'ba_1', reference: '' }, nothing)).toMatchObject({
      code: 'invalid_request',
      paths: ['reference', 'destination'],
    }));

  it('the provider’s own limits are asked last, and all told', () => {
    const limits = spec({
      problems: () => [
        { path: 'description', message: 'has 9 characters; Acme allows 5' },
        { path: 'metadata', message: 'too many' },
      ],
    });
    expect(problemsOf(RENT, limits)).toMatchObject({ code: 'invalid_request', paths: ['description', 'metadata'] });
    expect(problemsOf({ ...RENT, reference: '' }, limits)).toMatchObject({ paths: ['reference'] });
  });

  it('a limit that says unsupported is unsupported', () => {
    const limits = spec({ problems: () => [{ path: 'money', message: 'is not supported with this destination' }] });
    expect(problemsOf(RENT, limits).code).toBe('unsupported');
  });
});

describe('a create with bad input', () => {
  it('is rejected for good with submission: null, and nothing is sent', async () => {
    const { acme, left } = acmeWorld();
    expect(await acme.createPayout({ ...RENT, money: undefined as never })).toMatchObject({
      outcome: 'rejected',
      retry: 'never',
      submission: null,
      error: { code: 'invalid_request', outcome: 'rejected' },
    });
    expect(left).toEqual([]);
  });

  it('is thrown by prepare', async () =>
    expect(acmeWorld().acme.prepare({ ...RENT, reference: '' })).rejects.toMatchObject({ code: 'invalid_request', outcome: 'rejected' }));

  it.each([
    ['timeoutMs 0', { timeoutMs: 0 }, ['timeoutMs']],
    ['timeoutMs NaN', { timeoutMs: Number.NaN }, ['timeoutMs']],
    ['timeoutMs Infinity', { timeoutMs: Number.POSITIVE_INFINITY }, ['timeoutMs']],
    ['timeoutMs above ten minutes', { timeoutMs: 600_001 }, ['timeoutMs']],
    ['timeoutMs in words', { timeoutMs: '1000' }, ['timeoutMs']],
    ['a signal that is none', { signal: true }, ['signal']],
    ['a signal that is null', { signal: null }, ['signal']],
  ])('call options: %s', async (_, call, paths) => {
    const { acme, left } = acmeWorld();
    const refused = expect.objectContaining({ code: 'invalid_request', issues: paths.map((path) => expect.objectContaining({ path })) });
    const submission = await acme.prepare(RENT);
    for (const work of [
      () => acme.createPayout(RENT, call as never),
      () => acme.submit(submission, call as never),
      () => acme.lookup(submission, call as never),
      () => acme.retrieve('ac_1', call as never),
      () => acme.list({}, call as never),
      async () => acme.listAll({}, call as never),
      () => acme.cancel('ac_1', call as never),
    ]) {
      await expect(work()).rejects.toEqual(refused);
    }
    expect(left).toEqual([]);
  });

  it.each(['', '.', '..', 'a b', 'ä', 'a\n', 'x'.repeat(501), 7, null, undefined, {}])('an id that is none: %j', async (id) => {
    const { acme, left } = acmeWorld();
    await expect(acme.retrieve(id as never)).rejects.toMatchObject({ code: 'invalid_request', issues: [{ path: 'id' }] });
    await expect(acme.cancel(id as never)).rejects.toMatchObject({ code: 'invalid_request', issues: [{ path: 'id' }] });
    expect(left).toEqual([]);
  });

  it.each(['../payouts', 'a/b', 'a?b', 'a#b', 'a%2fb'])('an id that looks like a path stays one segment: %j', async (id) => {
    const { acme, left } = acmeWorld();
    await expect(acme.retrieve(id)).rejects.toMatchObject({ code: 'not_found' });
    expect(left.map(({ path }) => path)).toEqual([`/payouts/${encodeURIComponent(id)}`]);
  });
});

describe('an option bag', () => {
  const schemas = { create: v.strictObject({ speed: v.optional(v.string(), 'slow') }) };

  it('is read by its schema', () => {
    expect(optionsOf('acme', schemas, 'create', { acme: {} })).toEqual({ speed: 'slow' });
    expect(optionsOf('acme', schemas, 'create', { acme: { speed: 'fast' }, other: {} })).toEqual({ speed: 'fast' });
    expect([optionsOf('acme', schemas, 'create', undefined), optionsOf('acme', schemas, 'list', { acme: {} })]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('of an operation without options may only be empty', () => {
    expect(optionProblems('acme', schemas, 'list', { acme: {} })).toEqual([]);
    expect(optionProblems('acme', schemas, 'list', { acme: { speed: 'fast' } })).toMatchObject([{ path: 'providerOptions.acme.speed' }]);
    expect(optionProblems('acme', schemas, 'list', { acme: 7 })).toMatchObject([{ path: 'providerOptions.acme' }]);
  });
});

describe('the fingerprint', () => {
  const same = async (a: unknown, b: unknown): Promise<boolean> => (await fingerprintOf(a)) === (await fingerprintOf(b));

  it.each<readonly [string, unknown, unknown, boolean]>([
    ['order of members', { a: '1', b: { c: '2', d: '3' } }, { b: { d: '3', c: '2' }, a: '1' }, true],
    ['undefined members', { a: '1', b: undefined }, { a: '1' }, true],
    ['the attempt', { a: '1', attempt: 2 }, { a: '1' }, true],
    ['a value', { a: '1' }, { a: '2' }, false],
    ['a kind', { a: '1' }, { a: 1 }, false],
    ['null or nothing', { a: null }, {}, false],
    ['order of a list', { a: ['1', '2'] }, { a: ['2', '1'] }, false],
    ['where a member is', { a: { b: '1' } }, { a: {}, b: '1' }, false],
    ['what quoting could confuse', { a: '1","b":"2' }, { a: '1', b: '2' }, false],
  ])('%s', async (_, a, b, equal) => expect(await same(a, b)).toBe(equal));
});
