// Contract sections 6 and 7: pages of payouts, and the balances.
import { describe, expect, it } from 'vitest';
import { createVirtualClock, simulateMollie, type SimulatedMollie, type SimulateMollieOptions } from '../index.ts';
import { asking, refusalOf, type Ask, type Json } from './__fixtures__/asking.ts';

const HOUR_MS = 3_600_000;

/** Five payouts, an hour apart; `ids[0]` is the oldest. The second and the fourth belong to another balance. */
async function five(options: SimulateMollieOptions = {}): Promise<{ world: SimulatedMollie; ask: Ask; ids: readonly string[] }> {
  const world = simulateMollie(options);
  const balances = [world.test.balance(), world.test.addBalance({ available: '1000.00' })];
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.push(balances[count % 2]?.addPayout({ amount: `${count + 1}.00` }).id ?? '');
    await world.clock.advance(HOUR_MS);
  }
  return { world, ask: asking(world), ids };
}

const idsOf = (json: Json): readonly string[] => json._embedded.payouts.map(({ id }) => id);

/** Follows `next` to the end. */
async function pages(ask: Ask, first: string, between?: () => void): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let path: string | undefined = first; path !== undefined;) {
    const { status, json }: Awaited<ReturnType<Ask>> = await ask(`GET ${path}`);
    expect(status).toBe(200);
    expect(json.count).toBe(json._embedded.payouts.length);
    seen.push(...idsOf(json));
    if (seen.length > 1000) throw new Error('The pages go round in circles.');
    path = json._links.next?.href;
    between?.();
  }
  return seen;
}

describe('list', () => {
  it('has its envelope', async () => {
    const { ask, ids } = await five();
    const { json, headers } = await ask('GET /v2/payouts?limit=2');
    expect(headers.get('content-type')).toBe('application/hal+json');
    expect(Object.keys(json).toSorted()).toEqual(['_embedded', '_links', 'count']);
    expect(json.count).toBe(2);
    expect(json._links).toEqual({
      self: { href: 'https://api.mollie.com/v2/payouts?limit=2', type: 'application/hal+json' },
      previous: null,
      next: { href: `https://api.mollie.com/v2/payouts?limit=2&from=${ids[2]}`, type: 'application/hal+json' },
      documentation: { href: 'https://docs.mollie.com/reference/list-payouts', type: 'text/html' },
    });
    expect(json._embedded.payouts[0]).toMatchObject({
      id: ids[4],
      _links: { self: { href: expect.stringContaining(`/v2/payouts/${ids[4]}`) as string } },
    });
    expect((await asking(simulateMollie())('GET /v2/payouts')).json).toMatchObject({
      count: 0,
      _embedded: { payouts: [] },
      _links: { previous: null, next: null },
    });
  });

  // name, query (#n is the id of payout n), payouts, where previous points, where next points
  it.each<[string, string, readonly number[], number | null, number | null]>([
    ['newest first', '', [4, 3, 2, 1, 0], null, null],
    ['a slash at the end is no id', '/', [4, 3, 2, 1, 0], null, null],
    ['oldest first', '?sort=asc', [0, 1, 2, 3, 4], null, null],
    ['sort desc', '?sort=desc&limit=1', [4], null, 3],
    ['a limit', '?limit=2', [4, 3], null, 2],
    ['exactly the limit', '?limit=5', [4, 3, 2, 1, 0], null, null],
    ['the largest limit', '?limit=250', [4, 3, 2, 1, 0], null, null],
    ['from is inclusive', '?from=#2&limit=2', [2, 1], 4, 0],
    ['from the last', '?from=#0', [0], 4, null],
    ['previous is not before the first', '?from=#3&limit=3', [3, 2, 1], 4, 0],
    ['previous is a whole page', '?from=#0&limit=2', [0], 2, null],
    ['from, oldest first', '?from=#2&limit=2&sort=asc', [2, 3], 0, 4],
    ['one balance', '?balanceId=B0', [4, 2, 0], null, null],
    ['one balance, by pages', '?balanceId=B0&limit=1&from=#2', [2], 4, 0],
    ['a cursor that the filter leaves out', '?balanceId=B0&from=#3', [2, 0], 4, null],
    ['a balance without payouts', '?balanceId=bal_nope', [], null, null],
  ])('%s', async (_, query, expected, previous, next) => {
    const { world, ask, ids } = await five();
    const filled = query.replace(/#(\d)/, (__, index: string) => ids[Number(index)] ?? '').replace('B0', world.test.balance().id);
    const { status, json } = await ask(`GET /v2/payouts${filled}`);
    expect(status).toBe(200);
    expect(idsOf(json).map((id) => ids.indexOf(id))).toEqual(expected);
    const cursor = (link: Json['_links']['next']): number | null =>
      link === null ? null : ids.indexOf(new URL(link.href).searchParams.get('from') ?? '');
    expect([cursor(json._links.previous), cursor(json._links.next)]).toEqual([previous, next]);
  });

  it.each([
    ['limit=0', 400, 'limit'],
    ['limit=251', 400, 'limit'],
    ['limit=-1', 400, 'limit'],
    ['limit=many', 400, 'limit'],
    ['limit=', 400, 'limit'],
    ['from=payout_nope', 400, 'from'],
    ['from=', 400, 'from'],
    ['sort=newest', 400, 'sort'],
    ['balanceId=primary', 400, 'balanceId'],
    ['status=requested', 422, 'status'],
    ['createdFrom=2026-11-01', 422, 'createdFrom'],
    ['profileId=pfl_1', 422, 'profileId'],
  ])('refuses ?%s', async (query, status, field) => {
    expect(refusalOf(await (await five()).ask(`GET /v2/payouts?${query}`))).toEqual([status, field]);
  });

  it('starts 50 at a time, and shows everything once in pages of any size', async () => {
    const world = simulateMollie();
    const ids = Array.from({ length: 260 }, () => world.test.balance().addPayout({ amount: '0.01' }).id);
    const ask = asking(world);
    const first = await ask('GET /v2/payouts');
    expect([first.json.count, idsOf(first.json)[0]]).toEqual([50, ids[259]]);
    for (const limit of [1, 7, 50, 130, 250]) expect(await pages(ask, `/v2/payouts?limit=${limit}`)).toEqual(ids.toReversed());
    expect(await pages(ask, '/v2/payouts?limit=100&sort=asc')).toEqual(ids);
  });

  it('keeps its place while new payouts arrive', async () => {
    const { world, ask, ids } = await five();
    const arrive = (): void => void world.test.balance().addPayout({ amount: '1.00' });
    expect(await pages(ask, '/v2/payouts?limit=2', arrive)).toEqual(ids.toReversed());
    expect(world.payouts).toHaveLength(8);
  });

  it('shows what others made among what we made', async () => {
    const world = simulateMollie();
    const ask = asking(world);
    const balance = world.test.balance();
    const scheduled = balance.addPayout({ amount: '3.00', createdAt: '2026-11-20T08:00:00Z' });
    const ours = await ask('POST /v2/payouts', { body: { balanceId: balance.id } });
    await world.clock.advance(1000);
    const clicked = balance.addPayout({ by: 'dashboard', amount: '4.00' });
    const { json } = await ask(`GET /v2/payouts?balanceId=${balance.id}`);
    expect(idsOf(json)).toEqual([clicked.id, ours.json.id, scheduled.id]);
    for (const payout of json._embedded.payouts) expect(payout).not.toHaveProperty('by');
  });

  it('begins on 2026-04-01; older payouts can still be read', async () => {
    const world = simulateMollie({ clock: createVirtualClock({ start: '2026-04-20T09:00:00Z' }) });
    const ask = asking(world);
    const old = world.test.balance().addPayout({ amount: '1.00', createdAt: '2026-03-31T23:59:59Z' });
    const first = world.test.balance().addPayout({ amount: '1.00', createdAt: '2026-04-01T00:00:00Z' });
    expect(idsOf((await ask('GET /v2/payouts')).json)).toEqual([first.id]);
    expect((await ask('GET /v2/payouts?sort=asc')).json.count).toBe(1);
    expect((await ask(`GET /v2/payouts/${old.id}`)).status).toBe(200);
  });

  it('lags, by option and by control, while the payout itself can be read', async () => {
    const world = simulateMollie({ listLagMs: 5000 });
    const ask = asking(world);
    const { id } = world.test.balance().addPayout({ amount: '1.00' });
    expect((await ask('GET /v2/payouts')).json.count).toBe(0);
    expect((await ask(`GET /v2/payouts/${id}`)).status).toBe(200);
    await world.clock.advance(4999);
    expect((await ask('GET /v2/payouts')).json.count).toBe(0);
    await world.clock.advance(1);
    expect((await ask('GET /v2/payouts')).json.count).toBe(1);
    world.lagLists(3_600_000);
    expect((await ask('GET /v2/payouts')).json.count).toBe(0);
  });
});

describe('next links', () => {
  it.each([
    ['absolute', 'https://api.mollie.com/v2/payouts?balanceId=B&limit=1&sort=desc&testmode=true&from=F'],
    ['relative', '/v2/payouts?balanceId=B&limit=1&sort=desc&testmode=true&from=F'],
    ['other_origin', 'https://elsewhere.example/v2/payouts?balanceId=B&limit=1&sort=desc&testmode=true&from=F'],
    ['without_filters', 'https://api.mollie.com/v2/payouts?from=F'],
  ] as const)('%s', async (nextLink, href) => {
    const { world, ask, ids } = await five({ variants: { nextLink } });
    const balance = world.test.balance().id;
    const { json } = await ask(`GET /v2/payouts?balanceId=${balance}&limit=1&sort=desc&testmode=true`, { token: world.accessToken });
    expect(json._links.next?.href).toBe(href.replace('=B', `=${balance}`).replace('=F', `=${ids[2]}`));
  });

  it('point at the port that was asked', async () => {
    const { world } = await five();
    const server = await world.listen();
    try {
      const { json } = await asking(world, globalThis.fetch, server.url)('GET /v2/payouts?limit=1');
      expect(new URL(json._links.next?.href ?? '').origin).toBe(server.url);
      expect(new URL(json._links.self.href).origin).toBe(server.url);
    } finally {
      await server.close();
    }
  });
});

describe('balances', () => {
  const read = async (world: SimulatedMollie, path: string): Promise<Awaited<ReturnType<Ask>>> =>
    asking(world)(`GET /v2/balances${path}`, { token: world.accessToken });

  it('answers every field', async () => {
    const world = simulateMollie();
    const balance = world.test.balance();
    balance.fundPending('12.34');
    const { status, json } = await read(world, `/${balance.id}?testmode=true`);
    expect([status, json]).toEqual([
      200,
      {
        resource: 'balance',
        id: balance.id,
        mode: 'test',
        createdAt: '2026-11-23T09:00:00+00:00',
        currency: 'EUR',
        description: 'Simulated balance',
        status: 'active',
        availableAmount: { currency: 'EUR', value: '10000.00' },
        pendingAmount: { currency: 'EUR', value: '12.34' },
        transferFrequency: 'daily',
        transferThreshold: { currency: 'EUR', value: '5.00' },
        transferReference: null,
        transferDestination: { type: 'bank-account', bankAccount: '***', beneficiaryName: 'Simulated B.V.' },
        _links: {
          self: { href: `https://api.mollie.com/v2/balances/${balance.id}`, type: 'application/hal+json' },
          documentation: { href: 'https://docs.mollie.com/reference/get-balance', type: 'text/html' },
        },
      },
    ]);
  });

  it('shows what controls change, below zero too, but never the reserve', async () => {
    const world = simulateMollie();
    const balance = world.test.balance();
    balance.setReserve('77.77');
    balance.fund('-10000.05');
    balance.setStatus('inactive');
    balance.setDestination(null);
    const { json, text } = await read(world, `/${balance.id}?testmode=true`);
    expect(json).toMatchObject({ status: 'inactive', transferDestination: null, availableAmount: { value: '-0.05' } });
    expect(text).not.toContain('77.77');
  });

  it.each<[string, string, readonly string[]]>([
    ['newest first', '?testmode=true', ['USD', 'EUR']],
    ['a currency', '?testmode=true&currency=USD', ['USD']],
    ['a currency that nobody has', '?testmode=true&currency=SEK', []],
    ['a page', '?testmode=true&limit=1', ['USD']],
    ['live', '', ['EUR']],
    ['live, said so', '?testmode=false', ['EUR']],
  ])('list: %s', async (_, query, currencies) => {
    const world = simulateMollie();
    world.test.addBalance({ currency: 'USD' });
    const { json } = await read(world, query);
    expect(json._embedded.balances.map(({ currency }) => currency)).toEqual(currencies);
    expect(json.count).toBe(currencies.length);
  });

  it.each<[string, number, string | undefined]>([
    ['?sort=asc', 422, 'sort'],
    ['?from=bal_nope', 400, 'from'],
    ['/primary?testmode=true', 422, 'testmode'],
    ['/bal_nope', 404, undefined],
  ])('refuses %s', async (path, status, field) => {
    expect(refusalOf(await read(simulateMollie(), path))).toEqual([status, field]);
  });

  it('has a primary one: the first of the live world', async () => {
    const world = simulateMollie();
    world.live.addBalance({ currency: 'USD' });
    expect((await read(world, '/primary')).json).toMatchObject({ id: world.live.balance().id, mode: 'live', currency: 'EUR' });
    expect((await read(simulateMollie({ empty: true }), '/primary')).status).toBe(404);
  });

  it('may be missing altogether', async () => {
    const world = simulateMollie({ empty: true });
    expect((await read(world, '')).json).toMatchObject({ count: 0, _embedded: { balances: [] } });
    expect(world.test.balances).toEqual([]);
    expect(() => world.test.balance()).toThrow('The test world has no balance yet.');
  });
});
