// Contract sections 4.2 and 8: pages, cursors, filters, the balance.
import { describe, expect, it } from 'vitest';
import { asking, errorOf, type Ask } from '../__fixtures__/asking.ts';
import { simulateStripe, type SimulatedStripe } from '../index.ts';

const HOUR_MS = 3_600_000;

/** Five payouts, an hour apart; `ids[0]` is the oldest. */
async function five(): Promise<{ world: SimulatedStripe; ask: Ask; ids: readonly string[] }> {
  const world = simulateStripe();
  const ask = asking(world);
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.push((await ask('POST /v1/payouts', { body: `amount=${100 + count}&currency=usd` })).json.id);
    await world.clock.advance(HOUR_MS);
  }
  return { world, ask, ids };
}

/** The page as indices into the ids, so that a row reads at a glance. */
async function page(ask: Ask, ids: readonly string[], query: string): Promise<readonly [readonly number[], unknown]> {
  const { json } = await ask(`GET /v1/payouts${query.replace(/#(\d)/g, (_, index: string) => ids[Number(index)] ?? '')}`);
  return [json.data.map(({ id }) => ids.indexOf(id)), json['has_more']];
}

describe('list', () => {
  it('has its envelope', async () => {
    const { ask } = await five();
    const { json } = await ask('GET /v1/payouts');
    expect(Object.keys(json).toSorted()).toEqual(['data', 'has_more', 'object', 'url']);
    expect(json).toMatchObject({ object: 'list', url: '/v1/payouts', has_more: false });
    expect((await asking(simulateStripe())('GET /v1/payouts')).json).toEqual({
      object: 'list',
      url: '/v1/payouts',
      has_more: false,
      data: [],
    });
  });

  it.each<[string, string, readonly number[], boolean]>([
    ['newest first', '', [4, 3, 2, 1, 0], false],
    ['a limit', '?limit=2', [4, 3], true],
    ['limit 0 is 1', '?limit=0', [4], true],
    ['a limit below 0 is 1', '?limit=-3', [4], true],
    ['limit 101 is 100', '?limit=101', [4, 3, 2, 1, 0], false],
    ['after a cursor, without it', '?limit=2&starting_after=#3', [2, 1], true],
    ['after the last', '?starting_after=#0', [], false],
    ['before a cursor: the page next to it, newest first', '?limit=2&ending_before=#0', [2, 1], true],
    ['before a cursor, all', '?limit=4&ending_before=#0', [4, 3, 2, 1], false],
    ['before the first', '?ending_before=#4', [], false],
    ['exactly the limit has no more', '?limit=5', [4, 3, 2, 1, 0], false],
    ['a status', '?status=pending', [4, 3, 2, 1, 0], false],
    ['an unknown status', '?status=dreaming', [], false],
    ['an unknown destination', '?destination=ba_nope', [], false],
    ['created at', `?created=${Date.parse('2026-11-23T10:00:00Z') / 1000}`, [1], false],
    [
      'created between',
      `?created[gt]=${Date.parse('2026-11-23T09:00:00Z') / 1000}&created[lte]=${Date.parse('2026-11-23T11:00:00Z') / 1000}`,
      [2, 1],
      false,
    ],
    ['arriving before', `?arrival_date[lt]=${Date.parse('2026-11-25T00:00:00Z') / 1000}`, [], false],
    [
      'a filter and a cursor that the filter leaves out',
      `?created[lt]=${Date.parse('2026-11-23T11:00:00Z') / 1000}&starting_after=#4`,
      [1, 0],
      false,
    ],
  ])('%s', async (_, query, expected, more) => {
    const { ask, ids } = await five();
    expect(await page(ask, ids, query)).toEqual([expected, more]);
  });

  it.each<[string, string, object]>([
    ['limit in words', '?limit=abc', { code: 'parameter_invalid_integer', message: 'Invalid integer: abc', param: 'limit' }],
    [
      'both cursors',
      '?starting_after=po_a&ending_before=po_b',
      { code: undefined, message: 'Received both starting_after and ending_before parameters. Please pass in only one.', param: undefined },
    ],
    [
      'an unknown cursor',
      '?starting_after=po_nope',
      { code: 'resource_missing', message: "No such payout: 'po_nope'", param: 'starting_after' },
    ],
    [
      'the other unknown cursor',
      '?ending_before=po_nope',
      { code: 'resource_missing', message: "No such payout: 'po_nope'", param: 'ending_before' },
    ],
    ['a filter on metadata', '?metadata[a]=1', { code: 'parameter_unknown', param: 'metadata' }],
    ['an unknown bound', '?created[since]=1', { code: 'parameter_unknown', param: 'created[since]' }],
    ['a time in words', '?created[gte]=monday', { code: 'parameter_invalid_integer', param: 'created[gte]' }],
    ['expand without data', '?expand[]=destination', { code: undefined, param: 'expand' }],
  ])('refuses %s', async (_, query, error) => {
    const { ask } = await five();
    expect(errorOf(await ask(`GET /v1/payouts${query}`))).toMatchObject({ status: 400, type: 'invalid_request_error', ...error });
  });

  it('shifts while it is read: what arrives is not seen by a cursor, and nothing is seen twice', async () => {
    const { world, ask, ids } = await five();
    expect(await page(ask, ids, '?limit=2')).toEqual([[4, 3], true]);
    world.account().addAutomaticPayout({ amount: 5, currency: 'usd' });
    expect(await page(ask, ids, '?limit=2&starting_after=#3')).toEqual([[2, 1], true]);
    expect((await ask('GET /v1/payouts?limit=1')).json.data).toMatchObject([{ automatic: true, amount: 5, metadata: {} }]);
  });

  it('gives a hundred at most, whatever the limit', async () => {
    const world = simulateStripe();
    for (let count = 0; count < 105; count += 1) world.account().addAutomaticPayout({ amount: 1, currency: 'usd' });
    const { json } = await asking(world)('GET /v1/payouts?limit=101');
    expect([json.data.length, json['has_more']]).toEqual([100, true]);
  });

  it('filters by the status of today, in_transit as well', async () => {
    const { world, ask, ids } = await five();
    world.account().move(ids[1] ?? '', 'in_transit');
    world.account().move(ids[2] ?? '', 'failed');
    expect(await page(ask, ids, '?status=in_transit')).toEqual([[1], false]);
    expect(await page(ask, ids, '?status=failed')).toEqual([[2], false]);
  });

  it('expands, and otherwise gives ids', async () => {
    const { ask } = await five();
    const plain = (await ask('GET /v1/payouts?limit=1')).json.data[0];
    expect(plain?.['balance_transaction']).toMatch(/^txn_/);
    const expanded = (await ask('GET /v1/payouts?limit=1&expand[0]=data.balance_transaction.source&expand[1]=data.destination')).json
      .data[0];
    expect(expanded).toMatchObject({
      balance_transaction: { id: plain?.['balance_transaction'], source: { id: plain?.id, object: 'payout' } },
      destination: { id: plain?.['destination'], object: 'bank_account', currency: 'usd' },
    });
  });

  it('lags when told to; retrieving does not', async () => {
    const world = simulateStripe({ listLagMs: 5000 });
    const ask = asking(world);
    const { id } = (await ask('POST /v1/payouts', { body: 'amount=1&currency=usd' })).json;
    const listed = async (): Promise<number> => (await ask('GET /v1/payouts')).json.data.length;
    expect(await listed()).toBe(0);
    expect((await ask(`GET /v1/payouts/${id}`)).status).toBe(200);
    await world.clock.advance(4999);
    expect(await listed()).toBe(0);
    await world.clock.advance(1);
    expect(await listed()).toBe(1);
    world.lagLists(60_000);
    expect(await listed()).toBe(0);
  });
});

describe('balance', () => {
  it('leaves out empty blocks, and names a currency even without money', async () => {
    const empty = { amount: 0, currency: 'usd', source_types: { card: 0 } };
    expect((await asking(simulateStripe({ empty: true }))('GET /v1/balance')).json).toEqual({
      object: 'balance',
      available: [empty],
      livemode: false,
      pending: [empty],
    });
  });

  it('can be negative, and tells what may leave at once', async () => {
    const world = simulateStripe({ empty: true });
    const account = world.account();
    account.fund({ amount: -177_465, currency: 'cad' });
    account.fund({ amount: 700, currency: 'usd' });
    account.fund({ amount: 300, currency: 'usd', instant: false });
    const { id } = account.addCard({ currency: 'usd' });
    const { json } = await asking(world)('GET /v1/balance?expand[]=instant_available.net_available');
    expect(json).toMatchObject({
      available: [
        { amount: -177_465, currency: 'cad', source_types: { card: -177_465 } },
        { amount: 1000, currency: 'usd', source_types: { card: 1000 } },
      ],
      instant_available: [{ amount: 700, currency: 'usd', source_types: { card: 700 }, net_available: [{ amount: 700, destination: id }] }],
    });
    expect((await asking(world)('GET /v1/balance')).text).not.toContain('net_available');
    expect(errorOf(await asking(world)('GET /v1/balance?expand[]=available'))).toMatchObject({ status: 400, param: 'expand' });
    expect(errorOf(await asking(world)('GET /v1/balance?stripeAccount=acct_1'))).toMatchObject({ code: 'parameter_unknown' });
  });

  it('is the sum of the ledger, row by row', async () => {
    const { world, ask, ids } = await five();
    await ask(`POST /v1/payouts/${ids[0]}/cancel`);
    world.account().move(ids[1] ?? '', 'failed');
    const rows = (await ask('GET /v1/balance_transactions?limit=100&currency=usd')).json.data;
    const sum = rows.reduce((total, row) => total + Number(row['net']), 0);
    expect((await ask('GET /v1/balance')).json).toMatchObject({ available: [{ currency: 'usd', amount: sum }, { currency: 'eur' }] });
    expect((await ask('GET /v1/balance_transactions?type=payout_failure')).json.data).toMatchObject([{ amount: 101, source: ids[1] }]);
    expect((await ask('GET /v1/balance_transactions?limit=1')).json).toMatchObject({ url: '/v1/balance_transactions', has_more: true });
  });
});
