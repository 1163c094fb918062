// Contract sections 3 and 8: pages, cursors, filters, the financial account.
import { describe, expect, it } from 'vitest';
import { errorOf } from '../__fixtures__/asking.ts';
import { paying, PAYMENTS, TO_TOKEN, type Paying } from './__fixtures__/paying.ts';

const HOUR_MS = 3_600_000;
const unix = (time: string): number => Date.parse(time) / 1000;

/** Five payments, an hour apart; `ids[0]` is the oldest; the second one to another customer. */
async function five(): Promise<{ given: Paying; ids: readonly string[]; other: string }> {
  const given = paying();
  const other = given.world.account().addCustomer().id;
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    const body = TO_TOKEN.replace('1100', String(100 + count)).replace('cus_1', count === 1 ? other : 'cus_1');
    ids.push((await given.pay(body)).json.id);
    await given.world.clock.advance(HOUR_MS);
  }
  return { given, ids, other };
}

/** The page as indices into the ids, so that a row reads at a glance. */
async function page({ ask }: Paying, ids: readonly string[], query: string): Promise<readonly [readonly number[], unknown]> {
  const { json } = await ask(
    `GET ${PAYMENTS}?financial_account=fa_1${query.replace(/#(\d)/g, (_, index: string) => ids[Number(index)] ?? '')}`,
  );
  return [json.data.map(({ id }) => ids.indexOf(id)), json['has_more']];
}

describe('list', () => {
  it('has its envelope', async () => {
    const { ask } = paying();
    expect((await ask(`GET ${PAYMENTS}?financial_account=fa_1`)).json).toEqual({
      object: 'list',
      url: PAYMENTS,
      has_more: false,
      data: [],
    });
  });

  it.each<[string, string, readonly number[], boolean]>([
    ['newest first', '', [4, 3, 2, 1, 0], false],
    ['a limit', '&limit=2', [4, 3], true],
    ['limit 0 gives one', '&limit=0', [4], true],
    ['after a cursor', '&limit=2&starting_after=#3', [2, 1], true],
    ['before a cursor', '&limit=2&ending_before=#0', [2, 1], true],
    ['after the last', '&starting_after=#0', [], false],
    ['processing', '&status=processing', [4, 3, 1], false],
    ['posted', '&status=posted', [0], false],
    ['returned', '&status=returned', [2], false],
    ['failed', '&status=failed', [], false],
    ['canceled', '&status=canceled', [], false],
    ['an unknown status', '&status=dreaming', [], false],
    ['a customer', '&customer=#9', [1], false],
    ['an unknown customer', '&customer=cus_nobody', [], false],
    ['created at', `&created=${unix('2026-11-23T10:00:00Z')}`, [1], false],
    ['created between', `&created[gt]=${unix('2026-11-23T09:00:00Z')}&created[lte]=${unix('2026-11-23T11:00:00Z')}`, [2, 1], false],
    ['a filter and a cursor that the filter leaves out', '&status=posted&starting_after=#4', [0], false],
  ])('%s', async (_, query, expected, more) => {
    const { given, ids, other } = await five();
    given.world.account().move(ids[0] ?? '', 'posted');
    given.world.account().move(ids[2] ?? '', 'returned');
    expect(await page(given, ids, query.replace('#9', other))).toEqual([expected, more]);
  });

  it.each<[string, string, object]>([
    ['no financial account', '', { code: 'parameter_missing', param: 'financial_account' }],
    ['an unknown financial account', '?financial_account=fa_x', { code: 'resource_missing', param: 'financial_account' }],
    ['somebody else’s', '?financial_account=fa_2', { code: 'resource_missing', param: 'financial_account' }],
    ['limit in words', '?financial_account=fa_1&limit=abc', { code: 'parameter_invalid_integer', param: 'limit' }],
    ['both cursors', '?financial_account=fa_1&starting_after=a&ending_before=b', { code: undefined, param: undefined }],
    ['an unknown cursor', '?financial_account=fa_1&starting_after=obp_x', { code: 'resource_missing', param: 'starting_after' }],
    ['a filter on metadata', '?financial_account=fa_1&metadata[a]=1', { code: 'parameter_unknown', param: 'metadata' }],
    ['a filter on the arrival', '?financial_account=fa_1&expected_arrival_date=1', { code: 'parameter_unknown' }],
    ['expand without data', '?financial_account=fa_1&expand[]=transaction', { code: undefined, param: 'expand' }],
  ])('refuses %s', async (_, query, error) => {
    const { given } = await five();
    expect(errorOf(await given.ask(`GET ${PAYMENTS}${query}`))).toMatchObject({ status: 400, type: 'invalid_request_error', ...error });
  });

  it('shows one financial account only', async () => {
    const { given, ids } = await five();
    const account = given.world.account();
    const second = account.addFinancialAccount().id;
    account.fund(5000, second);
    const { id } = (await given.pay(TO_TOKEN.replace('fa_1', second))).json;
    expect((await given.ask(`GET ${PAYMENTS}?financial_account=${second}`)).json.data.map((item) => item.id)).toEqual([id]);
    expect(await page(given, ids, '')).toEqual([[4, 3, 2, 1, 0], false]);
    expect((await given.ask(`GET ${PAYMENTS}?financial_account=${second}&starting_after=${ids[0]}`)).status).toBe(400);
  });

  it('expands, and otherwise gives ids', async () => {
    const { given } = await five();
    const one = `GET ${PAYMENTS}?financial_account=fa_1&limit=1`;
    const plain = (await given.ask(one)).json.data[0];
    expect(plain?.['transaction']).toMatch(/^trxn_/);
    expect((await given.ask(`${one}&expand[]=data.transaction`)).json.data[0]).toMatchObject({
      transaction: { id: plain?.['transaction'], flow: plain?.id },
    });
  });

  it('lags when told to; retrieving does not', async () => {
    const given = paying({ listLagMs: 5000 });
    const { id } = (await given.pay()).json;
    const listed = async (): Promise<number> => (await given.ask(`GET ${PAYMENTS}?financial_account=fa_1`)).json.data.length;
    expect(await listed()).toBe(0);
    expect((await given.ask(`GET ${PAYMENTS}/${id}`)).status).toBe(200);
    await given.world.clock.advance(4999);
    expect(await listed()).toBe(0);
    await given.world.clock.advance(1);
    expect(await listed()).toBe(1);
    given.world.lagLists(60_000);
    expect(await listed()).toBe(0);
  });
});

describe('retrieve', () => {
  it('expands the return, and not what is no object of its own', async () => {
    const given = paying();
    const { id } = (await given.pay()).json;
    given.world.account().move(id, 'returned');
    const { json } = await given.ask(`GET ${PAYMENTS}/${id}?expand[]=transaction&expand[]=returned_details.transaction`);
    expect(json).toMatchObject({ transaction: { amount: -1100 }, returned_details: { code: 'declined', transaction: { amount: 1100 } } });
    const nonsense = await given.ask(`GET ${PAYMENTS}/${id}?expand[]=returned_details.code`);
    expect(errorOf(nonsense)).toMatchObject({ status: 400, param: 'expand' });
    expect((await given.ask(`GET ${PAYMENTS}/${id}?expand[]=returned_details`)).json['returned_details']).toEqual(
      given.now(id)?.returned_details,
    );
  });
});

describe('financial account', () => {
  it('answers every field', async () => {
    const { ask, world, pay } = paying();
    await pay();
    const { json } = await ask('GET /v1/treasury/financial_accounts/fa_1');
    expect(json).toEqual({
      id: world.account().financialAccount().id,
      object: 'treasury.financial_account',
      active_features: ['outbound_payments.ach', 'outbound_payments.us_domestic_wire', 'intra_stripe_flows'],
      balance: { cash: { usd: 998_900 }, inbound_pending: { usd: 0 }, outbound_pending: { usd: 1100 } },
      country: 'US',
      created: unix('2026-11-23T09:00:00Z'),
      financial_addresses: [],
      livemode: false,
      metadata: {},
      pending_features: [],
      platform_restrictions: null,
      restricted_features: [],
      status: 'open',
      status_details: { closed: null },
      supported_currencies: ['usd'],
    });
  });

  it('shows what was done to it', async () => {
    const { ask, world } = paying();
    const account = world.account();
    account.setFeature('outbound_payments.ach', 'pending');
    account.setFeature('intra_stripe_flows', 'restricted');
    account.fund(-500);
    account.closeFinancialAccount();
    expect((await ask('GET /v1/treasury/financial_accounts/fa_1')).json).toMatchObject({
      active_features: ['outbound_payments.us_domestic_wire'],
      pending_features: ['outbound_payments.ach'],
      restricted_features: ['intra_stripe_flows'],
      balance: { cash: { usd: 999_500 } },
      status: 'closed',
      status_details: { closed: { reasons: ['closed_by_platform'] } },
    });
  });

  it.each(['fa_x', 'fa_2'])('does not know %s', async (id) => {
    const reply = await paying().ask(`GET /v1/treasury/financial_accounts/${id}`);
    expect(errorOf(reply)).toMatchObject({ status: 404, code: 'resource_missing', param: 'financial_account' });
  });
});
