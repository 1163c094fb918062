// Defects of SDKs and reports of users, by the numbers of the contract's section 16. 5 and 12 are about webhooks.
import { expect, it } from 'vitest';
import { ACCESS, answer, B, fixture, hang, inTurn, P, played, REPLAYED, routes, SETTINGS, TEN } from './__fixtures__/double.ts';

const REQUEST = { reference: 'r-1', money: TEN } as const;
const POST = 'POST /v2/payouts';
const LIST = 'GET /v2/payouts';
const empty = (): Response => answer(200, fixture('lists', 'empty'));

it('1: a create in test mode says so in its body, or it would be live', async () => {
  const { provider, seen } = played(inTurn(answer(201, fixture('payouts', 'requested'))), ACCESS);
  await provider.createPayout(REQUEST);
  expect(seen.map(({ path }) => path)).toEqual(['/v2/payouts']);
  expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ testmode: true });
});

it('2: a next link to another origin is refused, and nothing is sent there', async () => {
  const { provider, seen } = played(() => answer(200, fixture('lists', 'cross-origin next')));
  await expect(async () => {
    for await (const payout of provider.listAll()) expect(payout).toBeDefined();
  }).rejects.toMatchObject({ code: 'unexpected_response' });
  expect(seen.map(({ origin }) => origin)).toEqual(['https://api.mollie.com']);
});

it('3: a 201 without statusReason is accepted, with a diagnostic', async () => {
  const { provider, diagnostics } = played(inTurn(answer(201, fixture('payouts', 'statusReason absent'))));
  expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'accepted', payout: { status: 'pending' } });
  expect(diagnostics()).toEqual(['field_missing']);
});

it('4: a 429 is resent once under the same key', async () => {
  const { provider, posts, runtime } = played(routes({ [POST]: () => answer(429, fixture('errors', '429'), { 'retry-after': '7' }) }), {
    ...SETTINGS,
    maxResends: 9,
  });
  expect(await provider.createPayout(REQUEST)).toMatchObject({
    outcome: 'rejected',
    retry: 'same_attempt',
    error: { code: 'rate_limited', retryAfterSeconds: 7 },
  });
  expect(posts()).toHaveLength(2);
  expect(new Set(posts().map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(runtime.pauses).toEqual([7_000]);
});

it('4: a 429 that is replayed is not resent at all: its key is spent', async () => {
  const { provider, posts } = played(routes({ [POST]: (_, index) => answer(429, fixture('errors', '429'), index === 0 ? {} : REPLAYED) }), {
    ...SETTINGS,
    maxResends: 9,
  });
  expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  expect(posts()).toHaveLength(2);
});

it.each([
  ['422 without _links', '422 without _links', 'invalid_request'],
  ['401', '401', 'authentication'],
  ['403', '403', 'permission'],
] as const)('6: %s has a code', async (_, name, code) => {
  const { provider } = played(routes({ [POST]: () => answer(Number(name.slice(0, 3)), fixture('errors', name)), [LIST]: empty }));
  const outcome = await provider.createPayout(REQUEST);
  const { title, detail } = fixture('errors', name);
  expect(outcome).toMatchObject({ outcome: 'rejected', error: { code, providerCode: title, providerMessage: detail } });
});

it('6: a 409 on create, which nobody declares, is a conflict of keys and unknown', async () => {
  const { provider } = played(routes({ [POST]: () => answer(409, fixture('errors', '409 idempotency')) }));
  expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'unknown', error: { code: 'idempotency_conflict' } });
});

it('7: an HTML 502 is unknown, and resent a bounded number of times', async () => {
  const { provider, posts } = played(() => answer(502, '<html>Bad Gateway</html>', { 'content-type': 'text/html' }));
  expect(await provider.createPayout(REQUEST)).toMatchObject({
    outcome: 'unknown',
    error: { code: 'provider_unavailable', httpStatus: 502 },
  });
  expect(posts()).toHaveLength(3);
});

it('8: a 422 without field is read', async () => {
  const { provider } = played(routes({ [POST]: () => answer(422, fixture('errors', '422 without field')), [LIST]: empty }));
  expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'rejected', error: { code: 'invalid_request', httpStatus: 422 } });
});

it('9: more than 250 payouts are all listed, with every filter on every page', async () => {
  const ids = Array.from({ length: 613 }, (_, index) => `payout_${String(index).padStart(4, '0')}`);
  const all = ids.map((id) => fixture('payouts', 'requested', { id }));
  const { provider, seen } = played(
    routes({
      [LIST]: ({ path }) => {
        const query = new URL(path, 'https://api.mollie.com').searchParams;
        const limit = Number(query.get('limit'));
        const start = Math.max(0, ids.indexOf(query.get('from') ?? ''));
        const next = ids[start + limit];
        const links = { next: next === undefined ? null : { href: `/v2/payouts?from=${next}` } }; // Loses every filter.
        return answer(200, fixture('lists', 'empty', { _embedded: { payouts: all.slice(start, start + limit) }, _links: links }));
      },
    }),
    ACCESS,
  );
  const read: string[] = [];
  for await (const payout of provider.listAll({ limit: 250 })) read.push(payout.id);
  expect(read).toEqual(ids);
  expect(seen).toHaveLength(3);
  for (const { path } of seen)
    expect(path).toMatch(new RegExp(`^/v2/payouts\\?balanceId=${B}&(from=payout_\\d+&)?limit=250&sort=desc&testmode=true$`));
});

const LIVE = { ...SETTINGS, token: 'live_dsbCanary0001' };
it.each([
  ['test_', SETTINGS, undefined, ''],
  ['live_', LIVE, undefined, ''],
  ['access_ test', ACCESS, true, '?testmode=true'],
  ['access_ live', { ...ACCESS, testmode: false }, false, ''],
] as const)('10: testmode of %s is where it belongs, and nowhere else', async (_, settings, inBody, inQuery) => {
  const mode = inQuery !== '' || settings === SETTINGS ? 'test' : 'live';
  const payout = () => answer(200, fixture('payouts', 'canceled', { id: P, mode }));
  const { provider, seen } = played(
    routes({ [POST]: payout, [LIST]: empty, [`GET /v2/payouts/${P}`]: payout, [`DELETE /v2/payouts/${P}`]: payout }),
    settings,
  );
  await provider.createPayout(REQUEST);
  await provider.retrieve(P);
  await provider.cancel(P);
  await provider.list();
  const list = `?balanceId=${B}&limit=50&sort=desc${inQuery.replace('?', '&')}`;
  expect(seen.map(({ path }) => path)).toEqual([
    '/v2/payouts',
    `/v2/payouts/${P}${inQuery}`,
    `/v2/payouts/${P}${inQuery}`,
    `/v2/payouts${list}`,
  ]);
  const body: { testmode?: boolean } = JSON.parse(seen[0]?.body ?? '');
  expect(body.testmode).toBe(inBody);
});

it.each(['unknown status', 'unknown code'])('11: %s breaks nothing', async (name) => {
  const { provider } = played(inTurn(answer(201, fixture('payouts', name))));
  const raw = fixture('payouts', name);
  expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'accepted', payout: { providerStatus: raw['status'], raw } });
});

it('13: a create reads no balance unless it may', async () => {
  const { provider, seen } = played(routes({ [POST]: () => answer(201, fixture('payouts', 'requested')) }));
  expect(await provider.createPayout({ reference: 'r-1', money: 'full_balance' })).toMatchObject({ outcome: 'accepted' });
  expect(seen.map(({ path }) => path)).toEqual(['/v2/payouts']);
});

// ---- A forgotten key -------------------------------------------------------------------------------------------------

it('once the key is forgotten nothing is sent, however often it is submitted: a second payout would be made', async () => {
  let made = 0;
  const { provider, posts, runtime } = played(
    routes({
      [POST]: () => {
        made += 1;
        return hang();
      },
      [LIST]: () => answer(200, fixture('lists', 'last page'), { date: new Date(runtime.now()).toUTCString() }),
    }),
  );
  const outcome = await provider.createPayout(REQUEST);
  if (outcome.outcome !== 'unknown') return expect.unreachable('no answer is unknown');
  for (const minutes of [50.1, 59, 61, 71, 24 * 60]) {
    runtime.set(Date.parse(outcome.submission.preparedAt) + minutes * 60_000);
    expect(await provider.submit(outcome.submission)).toMatchObject({ outcome: 'unknown' });
  }
  expect([made, posts().length]).toEqual([1, 1]);
});
