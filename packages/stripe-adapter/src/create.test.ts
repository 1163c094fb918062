// What a create says is read back from its own bytes: all that is encoded, and nothing that never is (NEVER-TWICE R4).
import { sameMoney } from '@disburse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCreate, encodeCreate } from './create.ts';
import { decodeForm } from './form.ts';
import { STRIPE_MONEY } from './money.ts';

const HEADERS = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', 'stripe-version': '2026-10-28.endive' };
const request = (body: string, more: object = {}) => ({ method: 'POST' as const, path: '/v1/payouts', headers: HEADERS, body, ...more });

const text = fc.string({ unit: fc.constantFrom(...Array.from('aZ09 &=+%?#/;,~!*()\'"<>\\é€😀\n\t')), minLength: 1, maxLength: 12 });
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
/** Every currency that Stripe writes in a way of its own, in amounts that it takes. */
const money = fc
  .tuple(fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'ISK', 'UGX', 'HUF', 'TWD', 'MGA', 'IQD'), fc.integer({ min: 1, max: 9999 }))
  .map(([currency, steps]) => {
    const whole = { USD: '.07', EUR: '.10', KWD: '.010', HUF: '.00', TWD: '.00', IQD: '.000', MGA: '.00' };
    return { amount: `${steps}${Object.hasOwn(whole, currency) ? whole[currency as 'USD'] : ''}`, currency };
  });

it('reads back whatever it encodes', () => {
  fc.assert(
    fc.property(
      fc.record({
        money: money.filter((one) => STRIPE_MONEY.toWire(one).ok),
        description: maybe(text),
        destination: maybe(text),
        statementDescriptor: maybe(text),
        metadata: maybe(fc.dictionary(text, text, { maxKeys: 3 })),
        method: maybe(fc.constantFrom('standard' as const, 'instant' as const)),
        sourceType: maybe(fc.constantFrom('card' as const, 'fpx' as const)),
        payoutMethod: maybe(text),
        expand: maybe(fc.array(fc.constantFrom('destination', 'balance_transaction'), { maxLength: 2 })),
        by: fc.constantFrom('metadata' as const, 'none' as const),
        account: maybe(fc.constant('acct_1')),
        saved: maybe(text),
      }),
      ({ method, sourceType, payoutMethod, expand, by, account, saved, ...asked }) => {
        const options = { method, sourceType, payoutMethod, expand };
        const correlation = { by, token: 'key-1', reference: 'rent 1' };
        const { path, body, source } = encodeCreate({ reference: 'rent 1', ...asked }, options, correlation, { destination: saved });
        const headers = account === undefined ? HEADERS : { ...HEADERS, 'stripe-account': account };
        const read = decodeCreate({ method: 'POST', path, headers, body });
        expect(read).toMatchObject({
          source,
          destination: asked.destination ?? payoutMethod ?? saved ?? null,
          account: account ?? null,
          live: null,
          token: by === 'none' ? null : 'key-1',
        });
        expect(read !== null && read.money !== 'full_balance' && sameMoney(read.money, asked.money)).toBe(true);
      },
    ),
    { seed: 20_261_130, numRuns: 500 },
  );
});

describe('what is never sent is not read', () => {
  it.each([
    ['two amounts', request('amount=100&currency=usd&amount=99900')],
    ['an amount in another spelling of its name', request('amount=100&currency=usd&%61mount=99900')],
    ['a list of amounts', request('amount[]=100&currency=usd')],
    ['no amount', request('currency=usd')],
    ['an amount that is no number', request('amount=1e5&currency=usd')],
    ['no currency', request('amount=100')],
    ['a currency in capitals', request('amount=100&currency=USD')],
    ['a field of no payout', request('amount=100&currency=usd&on_behalf_of=acct_2')],
    ['a field in a field', request('amount=100&currency=usd&metadata[a][b]=c')],
    ['a plus for a space', request('amount=100&currency=usd&description=a+b')],
    ['an escape that was not needed', request('amount=100&currency=usd&description=%61')],
    ['an escape that is broken', request('amount=100&currency=usd&description=%zz')],
    ['a field without a value', request('amount=100&currency=usd&description')],
    ['an empty field', request('amount=100&&currency=usd')],
    ['nothing', request('')],
    ['JSON', request('{"amount":100,"currency":"usd"}')],
    ['another path', request('amount=100&currency=usd', { path: '/v1/transfers' })],
    ['a query', request('amount=100&currency=usd', { path: '/v1/payouts?amount=99900' })],
    ['a header of its own', request('amount=100&currency=usd', { headers: { ...HEADERS, 'x-forwarded-for': '10.0.0.1' } })],
    [
      'an account and a context',
      request('amount=100&currency=usd', { headers: { ...HEADERS, 'stripe-account': 'acct_1', 'stripe-context': 'acct_2' } }),
    ],
    ['an account in capitals', request('amount=100&currency=usd', { headers: { ...HEADERS, 'Stripe-Account': 'acct_2' } })],
  ])('%s', (_, given) => {
    expect(decodeCreate(request('amount=100&currency=usd'))).toMatchObject({ money: { amount: '1.00', currency: 'USD' } });
    expect(decodeCreate(given)).toBeNull();
  });

  it('a context names the account, and so cannot be added to a submission of another', () => {
    const headers = { ...HEADERS, 'stripe-context': 'acct_1/acct_2' };
    expect(decodeCreate(request('amount=100&currency=usd', { headers }))).toMatchObject({ account: 'acct_2' });
  });

  it('a form is read by its names, brackets and escapes as they are sent', () => {
    expect([...(decodeForm('amount=1&metadata[a%20b%26c]=x%20y&expand[0]=z') ?? [])]).toEqual([
      ['amount', '1'],
      ['metadata[a%20b%26c]', 'x y'],
      ['expand[0]', 'z'],
    ]);
  });
});
