// What is refused before anything is sent.
import { isPayoutError, type PayoutIssue } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import { played, SETTINGS, TEN } from './__fixtures__/double.ts';
import { MONEY } from './money.ts';

const nothing = () => played(() => expect.unreachable('nothing may be sent'));
const lines = (issues: readonly PayoutIssue[]): string => issues.map(({ path, message }) => `${path}: ${message}`).join('\n');

const money = (amount: unknown, currency: unknown = 'EUR') => ({ money: { amount, currency } });

it.each([
  ['a destination', { destination: 'ba_1' }, 'unsupported', /^destination: is not supported: Mollie/],
  ['metadata', { metadata: { order: '1' } }, 'unsupported', /^metadata: is not supported/],
  ['a statement descriptor', { statementDescriptor: 'SHOP' }, 'unsupported', /^statementDescriptor: is not supported/],
  [
    'all three',
    { destination: 'ba_1', metadata: {}, statementDescriptor: 'SHOP' },
    'unsupported',
    /^destination.*\nstatementDescriptor.*\nmetadata/,
  ],
  [
    'an option',
    { providerOptions: { balance: { method: 'instant' } } },
    'invalid_request',
    /^providerOptions\.balance\.method: is not known/,
  ],
  ['an unknown field', { method: 'instant' }, 'invalid_request', /^method: is not known/],
  ['no reference', { reference: undefined }, 'invalid_request', /^reference: must be a string/],
  ['no money', { money: undefined }, 'invalid_request', /the amount is missing.*full_balance/],
  ['money as a number', money(10), 'invalid_request', /^money\.amount: .*binary numbers lose cents/],
  ['no decimals', money('10'), 'invalid_request', /EUR amounts have exactly 2 decimals/],
  ['three decimals', money('10.001'), 'invalid_request', /EUR amounts have exactly 2 decimals/],
  ['zero', money('0.00'), 'invalid_request', /greater than zero/],
  ['less than zero', money('-1.00'), 'invalid_request', /greater than zero/],
  ['exponent notation', money('1e2'), 'invalid_request', /exponent notation/],
  ['a thousands separator', money('1,000.00'), 'invalid_request', /comma/],
  ['NaN', money('NaN'), 'invalid_request', /not a number/],
  ['a lower-case currency', money('10.00', 'eur'), 'invalid_request', /write EUR/],
  ['a currency that Mollie does not know', money('10.000', 'KWD'), 'invalid_request', /Mollie does not pay out KWD/],
  ['a currency that left ISO 4217', money('10.00', 'BGN'), 'invalid_request', /left ISO 4217/],
  [
    'a description of 256 characters',
    { description: 'x'.repeat(256) },
    'invalid_request',
    /^description: has 256 characters; Mollie allows 255/,
  ],
  ['an empty description', { description: '' }, 'invalid_request', /^description: must not be empty/],
] as const)('create with %s', async (_, wrong, code, told) => {
  const world = nothing();
  const outcome = await world.provider.createPayout({ reference: 'r-1', money: TEN, ...wrong } as never);
  expect(outcome).toMatchObject({ outcome: 'rejected', retry: 'never', submission: null, error: { code } });
  expect(outcome.outcome === 'rejected' && lines(outcome.error.issues)).toMatch(told);
  expect(world.seen).toEqual([]);
});

it('a description of 255 characters, emoji counted as one each, is fine', async () => {
  const { provider } = nothing();
  await expect(provider.prepare({ reference: 'r-1', money: TEN, description: 'x'.repeat(254) + '💶' })).resolves.toBeDefined();
});

describe.each(['retrieve', 'cancel'] as const)('%s', (operation) => {
  it.each(['', '.', '..', 'payout 1', 'payout\n1', 7, undefined])('of the id %j', async (id) => {
    const world = nothing();
    await expect(world.provider[operation](id as never)).rejects.toMatchObject({ code: 'invalid_request', issues: [{ path: 'id' }] });
    expect(world.seen).toEqual([]);
  });
});

it.each([
  [{ limit: 0 }, 'limit'],
  [{ limit: 251 }, 'limit'],
  [{ limit: 2.5 }, 'limit'],
  [{ cursor: '' }, 'cursor'],
  [{ cursor: 'payout_dsbExample0000000000001' }, 'cursor'],
  [{ status: 'requested' }, 'status'],
  [{ createdFrom: 'yesterday' }, 'createdFrom'],
  [{ sort: 'asc' }, 'sort'],
  [{ providerOptions: { balance: { sort: 'asc' } } }, 'providerOptions.balance.sort'],
])('list with %j', async (query, path) => {
  const world = nothing();
  await expect(world.provider.list(query as never)).rejects.toMatchObject({ code: 'invalid_request', issues: [{ path }] });
  expect(world.seen).toEqual([]);
});

it.each(['update', 'reverse', 'balances'])('%s does not exist here', async (operation) => {
  const world = nothing();
  const call: unknown = Reflect.get(world.provider, operation);
  const error: unknown = await (call as () => Promise<unknown>)().catch((thrown: unknown) => thrown);
  expect(isPayoutError(error) && error.code).toBe('unsupported');
  expect(world.seen).toEqual([]);
});

it('a test submission is refused by a live key: its bytes would be real money', async () => {
  const submission = await nothing().provider.prepare({ reference: 'r-1', money: TEN });
  const live = played(() => expect.unreachable('nothing may be sent'), { ...SETTINGS, token: 'live_dsbCanary0001' });
  await expect(live.provider.submit(submission)).rejects.toMatchObject({ code: 'invalid_request', outcome: null });
  expect(live.seen).toEqual([]);
});

// ---- Money -----------------------------------------------------------------------------------------------------------

it.each([
  ['10.00', 'EUR', '10.00'],
  ['1200.00', 'HUF', '1200.00'],
  ['1200.50', 'TWD', '1200.50'],
  ['0.01', 'GBP', '0.01'],
  ['500', 'JPY', '500'],
] as const)('%s %s is written %s', (amount, currency, wire) => {
  expect(MONEY.toWire({ amount, currency })).toEqual({ ok: true, amount: wire });
});

it.each([
  ['10.00', 'EUR', '10.00'],
  ['-0.0609', 'EUR', '-0.0609'],
  ['0.00', 'EUR', '0.00'],
  ['12.3', 'EUR', '12.30'],
  ['10.00', 'XCG', '10.00'],
] as const)('%s %s is read as %s', (value, currency, amount) => {
  expect(MONEY.fromWire(value, currency)).toEqual({ amount, currency });
});

it.each([
  'AED',
  'AUD',
  'BRL',
  'CAD',
  'CHF',
  'CZK',
  'DKK',
  'EUR',
  'GBP',
  'HKD',
  'HUF',
  'ILS',
  'MXN',
  'MYR',
  'NOK',
  'NZD',
  'PHP',
  'PLN',
  'RON',
  'RUB',
  'SEK',
  'SGD',
  'THB',
  'TWD',
  'USD',
  'ZAR',
])('%s has two decimals', (currency) => {
  expect(MONEY.exponentOf(currency)).toBe(2);
  expect(MONEY.accepts(currency)).toBe(true);
});

it.each(['ISK', 'JPY'])('%s has none', (currency) => expect(MONEY.exponentOf(currency)).toBe(0));
