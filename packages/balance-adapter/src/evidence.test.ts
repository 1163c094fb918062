// After a 422: what the payouts list and the balance can prove, and payouts that could be ours (NEVER-TWICE R15, R17).
import { deriveKey } from '@disburse/core/adapter';
import { describe, expect, it } from 'vitest';
import { answer, B, fixture, hang, NOW, played, playedReading, type Play, REPLAYED, routes, SETTINGS, TEN } from './__fixtures__/double.ts';

const POST = 'POST /v2/payouts';
const LIST = 'GET /v2/payouts';
const REQUEST = { reference: 'r-1', money: TEN } as const;
const refused: Play = (_, index) => answer(422, fixture('errors', '422 without field'), index === 0 ? {} : REPLAYED);
const listOf =
  (...payouts: Record<string, unknown>[]) =>
  (): Response =>
    answer(200, fixture('lists', 'empty', { _embedded: { payouts } }));
const ago = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();
const keyOf = (reference: string) => deriveKey({ namespace: '', account: null, reference, attempt: 1 });
const marked = async (reference: string) => ({ description: `own [${reference} ${await keyOf(reference)}]` });

describe('a payout that could be ours makes it unknown', () => {
  it.each([
    ['planned an hour ago', fixture('payouts', 'requested', { createdAt: ago(1) }), 'invalid_state'],
    [
      'planned an hour ago, with another amount',
      fixture('payouts', 'requested', { createdAt: ago(1), amount: { currency: 'EUR', value: '3.00' } }),
      'invalid_state',
    ],
    [
      'planned an hour ago, with a larger amount: R17 says any',
      fixture('payouts', 'requested', { createdAt: ago(1), amount: { currency: 'EUR', value: '30.00' } }),
      'invalid_state',
    ],
    ['planned an hour ago, without an amount', fixture('payouts', 'amount null', { createdAt: ago(1) }), 'invalid_state'],
    [
      'planned three days ago: nothing was executed over the weekend',
      fixture('payouts', 'requested', { createdAt: ago(72) }),
      'invalid_state',
    ],
    ['completed 23 hours ago', fixture('payouts', 'completed', { createdAt: ago(23) }), 'invalid_request'],
    ['without a time', fixture('payouts', 'createdAt absent'), 'invalid_state'],
  ])('%s', async (_, payout, code) => {
    const { provider, posts } = played(routes({ [POST]: refused, [LIST]: listOf(payout) }));
    const outcome = await provider.createPayout(REQUEST);
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      error: { code, outcome: 'unknown' },
      next: { action: 'review', candidates: [{ id: payout['id'] }] },
    });
    expect(posts()).toHaveLength(2);
  });

  it('our own key in a description', async () => {
    const payouts = [
      fixture('payouts', 'requested', { createdAt: ago(1) }),
      fixture('payouts', 'initiated', { createdAt: ago(2), ...(await marked('r-1')) }),
    ];
    const { provider } = played(routes({ [POST]: refused, [LIST]: listOf(...payouts) }), { ...SETTINGS, correlation: 'description' });
    expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'unknown', next: { candidates: [{ id: payouts[1]?.['id'] }] } });
  });
});

describe('a payout that cannot be ours leaves it refused', () => {
  it.each([
    ['completed two days ago', fixture('payouts', 'completed', { createdAt: ago(48) }), 'invalid_request'],
    [
      'of another balance',
      fixture('payouts', 'requested', { createdAt: ago(1), balanceId: 'bal_dsbExample0000000000002' }),
      'invalid_request',
    ],
  ])('%s', async (_, payout, code) => {
    const { provider } = played(routes({ [POST]: refused, [LIST]: listOf(payout) }));
    expect(await provider.createPayout(REQUEST)).toMatchObject({
      outcome: 'rejected',
      retry: 'next_attempt',
      error: { code, httpStatus: 422 },
    });
  });

  it.each([
    ['completed an hour ago', 'completed', 'invalid_request'],
    ['planned an hour ago: a proof, and no candidate', 'requested', 'invalid_state'],
  ])('in another currency, %s', async (_, name, code) => {
    const payout = fixture('payouts', name, { createdAt: ago(1), amount: { currency: 'USD', value: '10.00' } });
    const { provider } = played(routes({ [POST]: refused, [LIST]: listOf(payout) }));
    expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt', error: { code } });
  });

  it('planned, with the key of another reference: a proof, and no candidate', async () => {
    const planned = fixture('payouts', 'requested', { createdAt: ago(1), ...(await marked('r-2')) });
    const { provider } = played(routes({ [POST]: refused, [LIST]: listOf(planned) }), { ...SETTINGS, correlation: 'description' });
    const outcome = await provider.createPayout(REQUEST);
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      retry: 'next_attempt',
      error: { code: 'invalid_state', providerMessage: 'own text: not now' },
    });
    expect(outcome.outcome === 'rejected' && outcome.error.message).toContain(String(planned['id']));
  });
});

describe('a 422 that names amount.currency', () => {
  const DOLLARS = { amount: '10.00', currency: 'USD' };
  const body = fixture('errors', '422 without field', { field: 'amount.currency', detail: 'own text: this balance holds EUR' });
  const byCurrency: Play = (_, index) => answer(422, body, index === 0 ? {} : REPLAYED);
  const recent = fixture('payouts', 'amount null', { createdAt: ago(1) });

  it('is about the currency, whatever else was paid: nothing is read, and the currency that was asked for is named', async () => {
    const { provider, seen } = played(routes({ [POST]: byCurrency, [LIST]: listOf(recent) }));
    const outcome = await provider.createPayout({ reference: 'r-1', money: DOLLARS });
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      retry: 'next_attempt',
      error: { code: 'invalid_request', httpStatus: 422, providerMessage: 'own text: this balance holds EUR' },
    });
    expect(outcome.outcome === 'rejected' && outcome.error.message).toContain(
      'create was refused (HTTP 422, field amount.currency): USD was asked for, and the currency is the cause',
    );
    expect(seen.every(({ method }) => method === 'POST')).toBe(true);
  });

  it('and was first sent by somebody else, or lost, stays unknown', async () => {
    const lost: Play = (_, index) => (index === 0 ? Promise.reject(new Error('reset')) : answer(422, body));
    const { provider } = played(routes({ [POST]: lost, [LIST]: listOf() }));
    expect(await provider.createPayout({ reference: 'r-1', money: DOLLARS })).toMatchObject({ outcome: 'unknown' });
  });

  it('where no currency was asked for is looked into like any other', async () => {
    const { provider } = played(routes({ [POST]: byCurrency, [LIST]: listOf(recent) }));
    const outcome = await provider.createPayout({ reference: 'r-1', money: 'full_balance' });
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { candidates: [{ id: recent['id'] }] } });
  });

  it.each(['amount', 'amount.value', 'balanceId', 'amount.currency.x'])('%s instead may have any reason', async (field) => {
    const other: Play = (_, index) => answer(422, { ...body, field }, index === 0 ? {} : REPLAYED);
    const { provider } = played(routes({ [POST]: other, [LIST]: listOf(recent) }));
    expect(await provider.createPayout({ reference: 'r-1', money: DOLLARS })).toMatchObject({ outcome: 'unknown' });
  });
});

it('a payout that this process made for another reference is no candidate, also without a key in its description', async () => {
  const other = fixture('payouts', 'requested', { createdAt: ago(0) });
  const create: Play = (request, index) => (index === 0 ? answer(201, other) : refused(request, index - 1));
  const { provider } = played(routes({ [POST]: create, [LIST]: listOf(other) }));
  expect(await provider.createPayout({ reference: 'r-0', money: TEN })).toMatchObject({ outcome: 'accepted' });
  expect(await provider.createPayout(REQUEST)).toMatchObject({
    outcome: 'rejected',
    retry: 'next_attempt',
    error: { code: 'invalid_state' },
  });
});

it('reads on until a page ends before the day, and no further', async () => {
  const pages = [ago(1), ago(2), ago(30), ago(60)].map((createdAt, index) => {
    const payout = fixture('payouts', 'completed', { id: `payout_${index}`, createdAt });
    return {
      ...fixture('lists', 'empty'),
      _embedded: { payouts: [payout] },
      _links: { next: { href: `/v2/payouts?from=payout_${index + 1}` } },
    };
  });
  const { provider, seen } = played(routes({ [POST]: refused, [LIST]: (_, index) => answer(200, pages[index] ?? null) }));
  expect(await provider.createPayout(REQUEST)).toMatchObject({
    outcome: 'unknown',
    next: { candidates: [{ id: 'payout_0' }, { id: 'payout_1' }] },
  });
  const lists = seen.filter(({ method }) => method === 'GET').map(({ path }) => path);
  expect(lists).toEqual(['', 'from=payout_1&', 'from=payout_2&'].map((from) => `/v2/payouts?balanceId=${B}&${from}limit=250&sort=desc`));
});

it('reads four pages of one day at most: they are evidence, not a search', async () => {
  const endless: Play = (_, index) =>
    answer(200, {
      ...fixture('lists', 'empty'),
      _embedded: { payouts: [fixture('payouts', 'completed', { id: `payout_${index}`, createdAt: ago(1) })] },
      _links: { next: { href: `/v2/payouts?from=payout_${index + 1}` } },
    });
  const { provider, seen } = played(routes({ [POST]: refused, [LIST]: endless }));
  const outcome = await provider.createPayout(REQUEST);
  expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'review' } });
  expect(seen.filter(({ method }) => method === 'GET')).toHaveLength(4);
});

it.each([
  ['HTTP 500', (): Response => answer(500, fixture('errors', '500'))],
  ['no answer', hang],
  ['another origin', (): Response => answer(200, fixture('lists', 'cross-origin next'))],
  ['a row', listOf({ id: 'payout_1' })],
] as const)('evidence that cannot be read (%s) proves nothing: the refusal may be about a payout of ours', async (_, list) => {
  const { provider } = played(routes({ [POST]: refused, [LIST]: list }));
  expect(await provider.createPayout(REQUEST)).toMatchObject({
    outcome: 'unknown',
    error: { code: 'invalid_request' },
    next: { action: 'submit' },
  });
});

it.each(['400 with field', '401', '403', '404', '415', '429'])('%s is not looked into', async (name) => {
  const { provider, seen } = played(routes({ [POST]: () => answer(Number(name.slice(0, 3)), fixture('errors', name)) }));
  expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'rejected' });
  expect(seen.every(({ method }) => method === 'POST')).toBe(true);
});

describe('what the balance proves', () => {
  const BALANCE = `GET /v2/balances/${B}`;
  const create = async (
    balance: Play,
    money: typeof TEN | 'full_balance' | { amount: string; currency: string } = TEN,
    list: Play = listOf(),
  ) => {
    const { provider } = playedReading(routes({ [BALANCE]: balance, [POST]: refused, [LIST]: list }));
    return provider.createPayout({ reference: 'r-1', money });
  };
  const balance = (name: string) => (): Response => answer(200, fixture('balances', name));

  it.each([
    ['low', TEN, 'insufficient_funds'],
    ['nothing', 'full_balance', 'insufficient_funds'],
    ['low', 'full_balance', 'invalid_request'],
    ['low', { amount: '10.00', currency: 'USD' }, 'invalid_request'],
    ['inactive', TEN, 'invalid_state'],
    ['destination null', TEN, 'invalid_destination'],
    ['destination absent', TEN, 'invalid_request'],
    ['masked account', TEN, 'invalid_request'],
    ['active', TEN, 'invalid_request'],
    ['no amount', TEN, 'invalid_request'],
  ] as const)('%s, asked for %j: %s', async (name, money, code) => {
    expect(await create(balance(name), money)).toMatchObject({
      outcome: 'rejected',
      retry: 'next_attempt',
      error: { code, httpStatus: 422 },
    });
  });

  it('a planned payout is the reason before any other', async () => {
    const planned = fixture('payouts', 'requested', { createdAt: ago(1), ...(await marked('r-2')) });
    expect(await create(balance('low'), TEN, listOf(planned))).toMatchObject({ outcome: 'rejected', error: { code: 'invalid_state' } });
  });

  it('an amount in another currency than the balance hides no candidate', async () => {
    const recent = fixture('payouts', 'completed', { createdAt: ago(1), amount: { currency: 'USD', value: '10.00' } });
    const outcome = await create(balance('low'), { amount: '10.00', currency: 'USD' }, listOf(recent));
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { candidates: [{ id: recent['id'] }] } });
  });

  it('a balance that cannot be read leaves what the list proves', async () => {
    const planned = fixture('payouts', 'requested', { createdAt: ago(1) });
    const forbidden = (): Response => answer(403, fixture('errors', '403'));
    expect(await create(forbidden, TEN, listOf(planned))).toMatchObject({ outcome: 'unknown', error: { code: 'invalid_state' } });
  });
});
