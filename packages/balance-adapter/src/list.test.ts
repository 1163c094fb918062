// https://docs.mollie.com/reference/list-payouts
import { describe, expect, it } from 'vitest';
import { ACCESS, answer, B, fixture, inTurn, NOW, type Play, played, routes, SETTINGS, TEN } from './__fixtures__/double.ts';

const id = (n: number): string => `payout_dsbExample${String(n).padStart(13, '0')}`;
const idsOf = (page: { readonly payouts: readonly { readonly id: string }[] }): string[] => page.payouts.map((payout) => payout.id);
const listed = (name: string) => answer(200, fixture('lists', name));

it.each([
  ['last page', [101, 102]],
  ['items without _links', [101, 102]],
  ['automatic payouts mixed in', [105, 101, 106]],
  ['another balance mixed in', [101]],
  ['empty', []],
] as const)('%s', async (name, ids) => {
  const { provider } = played(inTurn(listed(name)));
  const page = await provider.list();
  expect(idsOf(page)).toEqual(ids.map(id));
  expect(page.nextCursor).toBeNull();
});

it.each([
  ['relative next', SETTINGS, ''],
  ['next without filters', SETTINGS, ''],
  ['next without filters', ACCESS, '&testmode=true'],
] as const)('%s (%j): every filter is on every page', async (name, settings, mode) => {
  const { provider, seen } = played(inTurn(listed(name), listed('second page')), settings);
  const ids: string[] = [];
  for await (const payout of provider.listAll({ limit: 2 })) ids.push(payout.id);
  expect(ids).toEqual([101, 102, 103, 104].map(id));
  expect(seen.map(({ path }) => path)).toEqual([
    `/v2/payouts?balanceId=${B}&limit=2&sort=desc${mode}`,
    `/v2/payouts?balanceId=${B}&from=${id(103)}&limit=2&sort=desc${mode}`,
  ]);
});

it('a page that repeats the last payout of the page before shows it once', async () => {
  const { provider } = played(inTurn(listed('relative next'), listed('second page that repeats the last payout')));
  const ids: string[] = [];
  for await (const payout of provider.listAll()) ids.push(payout.id);
  expect(ids).toEqual([101, 102, 103].map(id));
});

it.each([
  ['next without from', /has no id to begin from/],
  ['an item that is no payout', /not a payout/],
] as const)('%s is an error, never the end', async (name, told) => {
  const { provider } = played(inTurn(listed(name)));
  await expect(provider.list()).rejects.toMatchObject({ code: 'unexpected_response', message: expect.stringMatching(told) });
});

describe('a page that does not say whether it is the last is an error, never the end', () => {
  const { _links: _, ...silent } = fixture('lists', 'empty');
  const MUTE = [
    ['without _links', fixture('lists', 'without _links')],
    ['empty, and without _links', silent],
    ['_links without next', fixture('lists', 'empty', { _links: {} })],
    ['_links: null', fixture('lists', 'empty', { _links: null })],
    ['a next that is no link', fixture('lists', 'empty', { _links: { next: {} } })],
  ] as const;

  it.each(MUTE)('%s: list()', async (_name, body) => {
    for (const limit of [undefined, 1]) {
      const { provider } = played(inTurn(answer(200, body)));
      await expect(provider.list({ limit })).rejects.toMatchObject({ code: 'unexpected_response' });
    }
  });

  it.each(MUTE)('%s: proves nothing absent after the time of the key', async (_name, body) => {
    const world = played(
      routes({
        'POST /v2/payouts': () => answer(502, 'gone'),
        'GET /v2/payouts': () => answer(200, body, { date: new Date(world.runtime.now()).toUTCString() }),
      }),
    );
    const lost = await world.provider.createPayout({ reference: 'r-1', money: TEN });
    expect(lost.outcome).toBe('unknown');
    if (lost.outcome !== 'unknown') return;
    world.runtime.set(NOW + 3 * 3_600_000);
    expect(await world.provider.lookup(lost.submission)).toMatchObject({ outcome: 'unknown' });
  });
});

it.each([
  ['the same page', ['relative next', 'next that repeats itself']],
  ['a page before', ['relative next', 'relative next']],
] as const)('a next link to %s stops', async (_, names) => {
  const world = played(inTurn(...names.map(listed)));
  const all = world.provider.listAll();
  await expect(
    (async () => {
      for await (const payout of all) expect(payout.id).toBeDefined();
    })(),
  ).rejects.toMatchObject({ code: 'unexpected_response' });
  expect(world.seen).toHaveLength(2);
});

it.each([
  ['HTML', answer(200, '<html>', { 'content-type': 'text/html' })],
  ['no _embedded', answer(200, { count: 0 })],
] as const)('%s instead of a list is an error', async (_, wrong) => {
  const { provider } = played(inTurn(wrong));
  await expect(provider.list()).rejects.toMatchObject({ code: 'unexpected_response' });
});

it('a bad cursor of the provider is said with its field', async () => {
  const { provider } = played(inTurn(answer(400, fixture('errors', '400 bad cursor'))));
  await expect(provider.list()).rejects.toMatchObject({
    code: 'invalid_request',
    httpStatus: 400,
    message: expect.stringContaining('field from'),
  });
});

describe('a cursor', () => {
  const first = async () => (await played(inTurn(listed('relative next'))).provider.list()).nextCursor ?? '';
  const nowhere: Play = () => expect.unreachable('nothing may be sent');

  it.each([
    ['another balance', { ...SETTINGS, balanceId: 'bal_dsbExample0000000000002' }, /another balance/],
    ['the other mode', { ...SETTINGS, token: 'live_dsbCanary0001' }, /test mode/],
  ] as const)('is refused for %s', async (_, settings, told) => {
    const world = played(nowhere, settings);
    await expect(world.provider.list({ cursor: await first() })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(told),
    });
    expect(world.seen).toEqual([]);
  });

  it.each(['bm90IGpzb24=', '!!!', btoa('[2,"bal_1",false,"a",null]'), btoa('{}')])('%j is refused', async (cursor) => {
    const world = played(nowhere);
    await expect(world.provider.list({ cursor })).rejects.toMatchObject({ code: 'invalid_request', issues: [{ path: 'cursor' }] });
    expect(world.seen).toEqual([]);
  });

  it('fits an access token of the same mode: it is bound to balance and mode', async () => {
    const world = played(inTurn(listed('second page')), ACCESS);
    expect(idsOf(await world.provider.list({ cursor: await first() }))).toEqual([103, 104].map(id));
  });
});

// ---- Filters, which core applies -------------------------------------------------------------------------------------

it('filters by status and time while paging, and never sends either', async () => {
  const items = [
    fixture('payouts', 'completed', { id: id(201), createdAt: '2026-11-19T09:00:00+00:00' }),
    fixture('payouts', 'requested', { id: id(202), createdAt: '2026-11-18T09:00:00+00:00' }),
    fixture('payouts', 'completed', { id: id(203), createdAt: '2026-11-17T09:00:00+00:00' }),
  ];
  const { provider, seen } = played(inTurn(answer(200, fixture('lists', 'empty', { _embedded: { payouts: items } }))));
  expect(idsOf(await provider.list({ status: 'paid', createdFrom: '2026-11-18T00:00:00Z' }))).toEqual([id(201)]);
  expect(seen[0]?.path).toBe(`/v2/payouts?balanceId=${B}&limit=50&sort=desc`);
});
