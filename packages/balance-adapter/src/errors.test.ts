// https://docs.mollie.com/overview/handling-errors and https://docs.mollie.com/overview/api-idempotency
import type { PayoutErrorCode } from '@disburse/core';
import type { RequestPurpose } from '@disburse/core/adapter';
import { describe, expect, it } from 'vitest';
import { answer, fixture, hang, inTurn, P, played, type Play, REPLAYED, routes, TEN } from './__fixtures__/double.ts';
import { CANCEL_ERRORS, CREATE_ERRORS, ERRORS, isReplay, mayResend, refusalOf, rowFor } from './errors.ts';

const HANDLING = 'https://docs.mollie.com/overview/handling-errors';
const IDEMPOTENCY = 'https://docs.mollie.com/overview/api-idempotency';
const AUTHENTICATION = 'https://docs.mollie.com/reference/authentication';
const LIMITS = 'https://docs.mollie.com/reference/rate-limiting';
const CREATE = 'https://docs.mollie.com/reference/create-payout';

type Row = readonly [operation: RequestPurpose, status: number, field: boolean, code: PayoutErrorCode, what: string, source: string];

const rows: readonly Row[] = [
  ['create', 302, false, 'unexpected_response', 'unknown, resend', HANDLING],
  ['create', 400, false, 'idempotency_conflict', 'unknown, stop', IDEMPOTENCY],
  ['create', 400, true, 'invalid_request', 'rejected, maybe_stored', HANDLING],
  ['create', 401, false, 'authentication', 'rejected, unused', AUTHENTICATION],
  ['create', 403, false, 'permission', 'rejected, unused', AUTHENTICATION],
  ['create', 404, false, 'not_found', 'rejected, maybe_stored', 'https://docs.mollie.com/reference/get-payout'],
  ['create', 405, false, 'invalid_request', 'rejected, maybe_stored', HANDLING],
  ['create', 408, false, 'provider_unavailable', 'unknown, resend', HANDLING],
  ['create', 409, false, 'idempotency_conflict', 'unknown, resend', IDEMPOTENCY],
  ['create', 410, false, 'not_found', 'rejected, maybe_stored', HANDLING],
  ['create', 413, false, 'invalid_request', 'rejected, maybe_stored', HANDLING],
  ['create', 415, false, 'invalid_request', 'rejected, maybe_stored', HANDLING],
  ['create', 418, false, 'invalid_request', 'rejected, maybe_stored', HANDLING],
  ['create', 422, false, 'invalid_request', 'rejected, maybe_stored', CREATE],
  ['create', 422, true, 'invalid_request', 'rejected, maybe_stored', CREATE],
  ['create', 429, false, 'rate_limited', 'rejected, unused', LIMITS],
  ['create', 500, false, 'provider_unavailable', 'unknown, resend', HANDLING],
  ['create', 502, false, 'provider_unavailable', 'unknown, resend', HANDLING],
  ['create', 503, false, 'provider_unavailable', 'unknown, resend', HANDLING],
  ['create', 504, false, 'provider_unavailable', 'unknown, resend', HANDLING],
  ['create', 799, false, 'unexpected_response', 'unknown, stop', HANDLING],
  ['cancel', 409, false, 'invalid_state', 'rejected, unused', 'https://docs.mollie.com/reference/cancel-payout'],
  ['cancel', 404, false, 'not_found', 'rejected, maybe_stored', 'https://docs.mollie.com/reference/get-payout'],
  ['cancel', 400, false, 'invalid_request', 'rejected, maybe_stored', HANDLING],
  ['cancel', 503, false, 'provider_unavailable', 'unknown, resend', HANDLING],
  ['cancel', 302, false, 'unexpected_response', 'unknown, stop', HANDLING],
  ...(['retrieve', 'list', 'balances'] as const).flatMap((operation): Row[] => [
    [operation, 400, false, 'invalid_request', 'rejected, maybe_stored', HANDLING],
    [operation, 400, true, 'invalid_request', 'rejected, maybe_stored', HANDLING],
    [operation, 401, false, 'authentication', 'rejected, unused', AUTHENTICATION],
    [operation, 403, false, 'permission', 'rejected, unused', AUTHENTICATION],
    [operation, 404, false, 'not_found', 'rejected, maybe_stored', 'https://docs.mollie.com/reference/get-payout'],
    [operation, 409, false, 'invalid_request', 'rejected, maybe_stored', HANDLING],
    [operation, 410, false, 'not_found', 'rejected, maybe_stored', HANDLING],
    [operation, 422, false, 'invalid_request', 'rejected, maybe_stored', HANDLING],
    [operation, 429, false, 'rate_limited', 'rejected, unused', LIMITS],
    [operation, 500, false, 'provider_unavailable', 'unknown, resend', HANDLING],
  ]),
];

const seen = async (response: Response) => {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
};

it.each(rows)('%s %i (field: %s) is %s: %s (%s)', (operation, status, field, code, what, source) => {
  const row = rowFor(status, operation, field);
  expect(row.source).toBe(source);
  expect(row.as).toBe(code);
  expect(`${row.outcome}, ${row.outcome === 'rejected' ? row.keyState : row.resend ? 'resend' : 'stop'}`).toBe(what);
});

it('every row of the tables is met by a row above', () => {
  const met = new Set(rows.map(([operation, status, field]) => rowFor(status, operation, field)));
  const all = [ERRORS, CREATE_ERRORS, CANCEL_ERRORS].flatMap((table) => Object.values(table));
  expect(all.filter((row) => !met.has(row))).toEqual([]);
});

it('every row names its source', () => {
  for (const table of [ERRORS, CREATE_ERRORS, CANCEL_ERRORS]) {
    for (const row of Object.values(table)) expect(row.source).toMatch(/^https:\/\/docs\.mollie\.com\//);
  }
});

it("keeps Mollie's own words, and removes the token from them", async () => {
  const echo = { ...fixture('errors', '403'), title: 'a test_dsbCanary0001', detail: 'b test_dsbCanary0001', field: 'test_dsbCanary0001' };
  const refusal = refusalOf(await seen(answer(403, echo)), 'create', 'test_dsbCanary0001');
  expect(refusal).toMatchObject({ providerCode: 'a [token]', providerMessage: 'b [token]', status: 403 });
  expect(JSON.stringify(refusal)).not.toContain('dsbCanary');
});

const NOT_MOLLIES = [
  ['an array', []],
  ['an empty object', {}],
  ['members of other kinds', { title: 1, detail: {}, field: [] }],
  ["a gateway's own object", { message: 'no Route matched' }],
  ["a framework's own object", { timestamp: 1, status: 422, error: 'Unprocessable', path: '/v2/payouts' }],
  ['null', null],
  ['a text', 'RBAC: access denied'],
] as const;

it.each(NOT_MOLLIES)('%s as an error body hides nothing of the status of a read', async (_, body) => {
  const refusal = refusalOf(await seen(answer(422, JSON.stringify(body))), 'retrieve', 'test_x');
  expect(refusal).toMatchObject({ code: 'invalid_request', outcome: 'rejected', providerCode: null, providerMessage: null });
});

it.each(NOT_MOLLIES.flatMap(([what, body]) => (['create', 'cancel'] as const).map((operation) => [what, operation, body] as const)))(
  "%s refuses no %s: it is not Mollie's",
  async (_, operation, body) => {
    for (const status of [400, 401, 403, 404, 405, 409, 410, 422, 429, 451]) {
      const refusal = refusalOf(await seen(answer(status, JSON.stringify(body))), operation, 'test_x');
      expect([status, refusal.code, refusal.outcome]).toEqual([status, 'unexpected_response', 'unknown']);
    }
    for (const [status, code] of [
      [408, 'provider_unavailable'],
      [503, 'provider_unavailable'],
    ] as const) {
      expect([status, refusalOf(await seen(answer(status, JSON.stringify(body))), operation, 'test_x').code]).toEqual([status, code]);
    }
  },
);

const OWN = { status: 422, title: 'Unprocessable Entity', detail: 'own text' };
const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM = { ...OWN, type: 'about:blank', instance: '/v2/payouts' };

it.each<readonly [what: string, body: object, type: string, own: boolean]>([
  ['without field and _links', OWN, 'application/hal+json', true],
  ['with members that nobody knows', { ...OWN, extra: 1 }, 'application/hal+json; charset=utf-8', true],
  ['told as JSON', OWN, JSON_TYPE, true],
  ['without a detail', { status: 422, title: 'Unprocessable Entity' }, 'application/hal+json', false],
  ['without a title', { status: 422, detail: 'own text' }, 'application/hal+json', false],
  ['without its status', { title: 'Unprocessable Entity', detail: 'own text' }, 'application/hal+json', false],
  ['of another status', { ...OWN, status: 400 }, 'application/hal+json', false],
  ['with its status as a text', { ...OWN, status: '422' }, 'application/hal+json', false],
  ['with empty words', { ...OWN, title: ' ', detail: '' }, 'application/hal+json', false],
  ['as a problem of RFC 9457', OWN, 'application/problem+json', false],
  ['as a problem that is told as JSON', PROBLEM, JSON_TYPE, false],
  ['with an instance', { ...OWN, instance: '/v2/payouts' }, JSON_TYPE, false],
  ['as HTML', OWN, 'text/html', false],
  ['as plain text', OWN, 'text/plain;charset=UTF-8', false],
  ['under a type that only begins alike', OWN, 'application/jsonp', false],
])('an error %s is Mollie’s own: %#', async (_, body, type, own) => {
  for (const operation of ['create', 'cancel'] as const) {
    const refusal = refusalOf(await seen(answer(422, JSON.stringify(body), { 'content-type': type })), operation, 'test_x');
    expect([refusal.code, refusal.outcome]).toEqual(own ? ['invalid_request', 'rejected'] : ['unexpected_response', 'unknown']);
  }
});

it.each([
  [401, 'authentication'],
  [403, 'permission'],
  [429, 'rate_limited'],
] as const)('a %i refuses a create in Mollie’s form, and in no other', async (status, code) => {
  const own = { status, title: 'No', detail: 'own text' };
  const refused = async (type: string) =>
    refusalOf(await seen(answer(status, JSON.stringify(own), { 'content-type': type })), 'create', 'test_x');
  expect(await refused('application/hal+json')).toMatchObject({ code, outcome: 'rejected', keyState: 'unused' });
  expect(await refused('application/problem+json')).toMatchObject({ code: 'unexpected_response', outcome: 'unknown', resend: true });
});

it('a field is named only when it looks like the name of one', async () => {
  const named = refusalOf(await seen(answer(422, fixture('errors', '422 with field'))), 'create', 'test_x');
  expect(named.message).toContain('field amount.value');
  const odd = refusalOf(await seen(answer(422, fixture('errors', '422 with field', { field: 'Jane Doe, account 1' }))), 'create', 'test_x');
  expect(odd.message).not.toContain('Jane');
});

it.each([
  [{ 'idempotent-replayed': 'true' }, true],
  [{ 'Idempotent-Replayed': 'TRUE' }, true],
  [{ 'idempotent-replayed': 'false' }, false],
  [{}, false],
] as const)('replay mark %j: %s', async (headers, marked) => {
  expect(isReplay(await seen(answer(201, {}, headers)))).toBe(marked);
});

it.each([
  [429, {}, 1, true],
  [429, {}, 2, false],
  [429, REPLAYED, 1, false],
  [503, {}, 1, undefined],
  [409, {}, 9, undefined],
] as const)('%i with %j before resend %i: %s', async (status, headers, resend, may) => {
  expect(mayResend(await seen(answer(status, fixture('errors', '429'), headers)), resend)).toBe(may);
});

// ---- Through a create ------------------------------------------------------------------------------------------------

const created = () => answer(201, fixture('payouts', 'requested'));
const replayed = () => answer(201, fixture('payouts', 'requested'), REPLAYED);
const emptyList = (): Response => answer(200, fixture('lists', 'empty'));
const error = (name: string, headers: Record<string, string> = {}): Response =>
  answer(Number(name.slice(0, 3)), fixture('errors', name), headers);
const always =
  (make: () => Response | Promise<Response>): Play =>
  () =>
    make();

type CreateRow = readonly [name: string, play: Play, outcome: string, code: string | null, retry: string | null, posts: number];

const CREATES: readonly CreateRow[] = [
  ['201', always(created), 'accepted', null, null, 1],
  [
    '400 with field, stored',
    inTurn(error('400 with field'), error('400 with field', REPLAYED)),
    'rejected',
    'invalid_request',
    'next_attempt',
    2,
  ],
  ['400 with field, not stored', always(() => error('400 with field')), 'rejected', 'invalid_request', 'same_attempt', 2],
  ['400 without field', always(() => error('400 idempotency')), 'unknown', 'idempotency_conflict', null, 1],
  ['401', always(() => error('401')), 'rejected', 'authentication', 'same_attempt', 1],
  ['403', always(() => error('403')), 'rejected', 'permission', 'same_attempt', 1],
  ['404 not stored', always(() => error('404')), 'rejected', 'not_found', 'same_attempt', 2],
  ['405 not stored', always(() => error('405')), 'rejected', 'invalid_request', 'same_attempt', 2],
  ['408', always(() => error('408')), 'unknown', 'provider_unavailable', null, 3],
  ['409, then 201', inTurn(error('409 idempotency'), replayed()), 'accepted', null, null, 2],
  ['410 stored', inTurn(error('410'), error('410', REPLAYED)), 'rejected', 'not_found', 'next_attempt', 2],
  ['415 not stored', always(() => error('415')), 'rejected', 'invalid_request', 'same_attempt', 2],
  ['422 stored', inTurn(error('422 with field'), error('422 with field', REPLAYED)), 'rejected', 'invalid_request', 'next_attempt', 2],
  ['422 not stored', always(() => error('422 without field')), 'rejected', 'invalid_request', 'same_attempt', 2],
  ['429 twice', always(() => error('429', { 'retry-after': '2' })), 'rejected', 'rate_limited', 'same_attempt', 2],
  ['429 marked', always(() => error('429', REPLAYED)), 'rejected', 'rate_limited', 'next_attempt', 1],
  ['500', always(() => error('500')), 'unknown', 'provider_unavailable', null, 3],
  ['503 marked', always(() => error('503', REPLAYED)), 'unknown', 'provider_unavailable', null, 3],
  [
    'HTML 502',
    always(() => answer(502, '<html>bad gateway</html>', { 'content-type': 'text/html' })),
    'unknown',
    'provider_unavailable',
    null,
    3,
  ],
  ...([400, 403, 404, 409, 422] as const).map((status): CreateRow => [
    `${status} of a proxy: a payout may exist`,
    always(() => answer(status, '<html>blocked</html>', { 'content-type': 'text/html' })),
    'unknown',
    'unexpected_response',
    null,
    3,
  ]),
  [
    '401 of a mesh',
    always(() => answer(401, 'Jwt is expired', { 'content-type': 'text/plain' })),
    'unknown',
    'unexpected_response',
    null,
    3,
  ],
  [
    '429 of a mesh',
    always(() => answer(429, 'local_rate_limited', { 'content-type': 'text/plain' })),
    'unknown',
    'unexpected_response',
    null,
    2,
  ],
  ['422 of a gateway that answers JSON', always(() => answer(422, { message: 'blocked' })), 'unknown', 'unexpected_response', null, 3],
  ['a marked 422 without Mollie’s body', always(() => answer(422, null, REPLAYED)), 'unknown', 'unexpected_response', null, 3],
  ['302', always(() => answer(302, null, { location: 'https://elsewhere.example/' })), 'unknown', 'unexpected_response', null, 3],
  ['201 cut off', always(() => answer(201, '{"resource":"payout","id":"payout_dsbEx')), 'unknown', 'unexpected_response', null, 3],
  ['201 empty', always(() => answer(201, null)), 'unknown', 'unexpected_response', null, 3],
  [
    '201 that is no payout',
    always(() => answer(201, { resource: 'balance', id: 'bal_1', status: 'active' })),
    'unknown',
    'unexpected_response',
    null,
    3,
  ],
  ['201 in the wrong mode', always(() => answer(201, fixture('payouts', 'wrong mode'))), 'unknown', 'unexpected_response', null, 1],
  [
    '201 in a mode nobody knows',
    always(() => answer(201, fixture('payouts', 'requested', { mode: 'rehearsal' }))),
    'unknown',
    'unexpected_response',
    null,
    1,
  ],
  [
    '201 in another currency',
    always(() => answer(201, fixture('payouts', 'requested', { amount: { currency: 'USD', value: '10.00' } }))),
    'unknown',
    'unexpected_response',
    null,
    1,
  ],
  ...(
    [
      ['in a currency that there is not', { currency: 'QQQ', value: '10.00' }],
      ['in a currency that is no code', { currency: 'euro', value: '10.00' }],
      ['over an amount in another form', { currency: 'EUR', value: '10,00' }],
      ['over an amount that is a number', { currency: 'EUR', value: 10 }],
      ['over a text', '10.00 EUR'],
    ] as const
  ).map(([what, amount]): CreateRow => [
    `201 ${what}`,
    always(() => answer(201, { ...fixture('payouts', 'requested'), amount })),
    'unknown',
    'unexpected_response',
    null,
    1,
  ]),
  ['201 without an amount', always(() => answer(201, fixture('payouts', 'requested', { amount: null }))), 'accepted', null, null, 1],
  ['no answer', always(hang), 'unknown', 'provider_unavailable', null, 1],
  [
    'lost, then 422: the first one may have made it',
    inTurn(() => Promise.reject(new Error('reset')), error('422 without field'), error('422 without field')),
    'unknown',
    'invalid_request',
    null,
    3,
  ],
  [
    'lost, then a marked 422: the key is spent on it',
    inTurn(() => Promise.reject(new Error('reset')), error('422 without field', REPLAYED)),
    'rejected',
    'invalid_request',
    'next_attempt',
    2,
  ],
];

describe('create', () => {
  it.each(CREATES)('%s', async (_, post, outcome, code, retry, posts) => {
    const world = played(
      routes({
        'POST /v2/payouts': post,
        'GET /v2/payouts': emptyList,
        [`GET /v2/payouts/${P}`]: () => answer(200, fixture('payouts', 'requested')),
      }),
    );
    const result = await world.provider.createPayout({ reference: 'r-1', money: TEN });
    expect(result.outcome).toBe(outcome);
    expect(result.outcome === 'accepted' ? null : result.error.code).toBe(code);
    expect(result.outcome === 'rejected' ? result.retry : null).toBe(retry);
    expect(world.posts()).toHaveLength(posts);
    const first = world.posts()[0];
    expect(
      world.posts().every((post) => post.body === first?.body && post.headers['idempotency-key'] === first?.headers['idempotency-key']),
    ).toBe(true);
  });

  it('a wrong mode names the payout and is for a person', async () => {
    const world = played(() => answer(201, fixture('payouts', 'wrong mode')));
    const result = await world.provider.createPayout({ reference: 'r-1', money: TEN });
    expect(result).toMatchObject({
      outcome: 'unknown',
      error: { payoutId: 'payout_dsbExample0000000000041' },
      next: { action: 'review', candidates: [{ live: true }] },
    });
  });

  it('another amount is a notice: fees change it', async () => {
    const world = played(() => answer(201, fixture('payouts', 'requested', { amount: { currency: 'EUR', value: '9.75' } })));
    const result = await world.provider.createPayout({ reference: 'r-1', money: TEN });
    expect(result).toMatchObject({ outcome: 'accepted', payout: { money: { amount: '9.75' } } });
    expect(result.outcome === 'accepted' && result.notices.map(({ code }) => code)).toEqual([
      'settlement_schedule_paused',
      'amount_differs',
    ]);
  });

  it.each([null, undefined])('no amount (%s) is a notice: Mollie may leave it out', async (amount) => {
    const world = played(() => answer(201, fixture('payouts', 'requested', { amount })));
    const result = await world.provider.createPayout({ reference: 'r-1', money: TEN });
    expect(result).toMatchObject({ outcome: 'accepted', payout: { money: null } });
    expect(result.outcome === 'accepted' && result.notices.map(({ code }) => code)).toEqual([
      'settlement_schedule_paused',
      'amount_missing',
    ]);
  });

  it('a replayed 201 is read again: it tells the past', async () => {
    const later = fixture('payouts', 'failed: insufficient_funds', { id: P });
    const world = played(inTurn(replayed(), answer(200, later)));
    const result = await world.provider.createPayout({ reference: 'r-1', money: TEN });
    expect(result).toMatchObject({ outcome: 'accepted', replayed: true, payout: { status: 'failed' } });
  });

  it('after the window nothing is sent, only looked up', async () => {
    const world = played(routes({ 'GET /v2/payouts': emptyList }));
    const submission = await world.provider.prepare({ reference: 'r-1', money: TEN });
    world.runtime.set(Date.parse(submission.preparedAt) + 3_600_000 - 600_000 + 1);
    await world.provider.submit(submission);
    expect(world.seen.map(({ method }) => method)).toEqual(['GET']);
  });
});
