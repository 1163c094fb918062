// Contract section 10: `Stripe-Account`. Reached over HTTP only, as by a program that knows the port and the key.
import { expect, it, onTestFinished } from 'vitest';
import { asking, type Ask } from './__fixtures__/asking.ts';
import { simulateStripe, simulateStripeTreasury, type SimulatedStripe, type SimulatedStripeTreasury } from './index.ts';

const OPTIONS = { connectedAccounts: ['acct_1', 'acct_2'] };

interface Case {
  readonly world: SimulatedStripe | SimulatedStripeTreasury;
  readonly path: string;
  bodyOf(account: string): string;
  /** The query of its list. */
  listOf(account: string): string;
  cashOf(ask: Ask, account: string): Promise<unknown>;
}

function stripe(): Case {
  return {
    world: simulateStripe(OPTIONS),
    path: '/v1/payouts',
    bodyOf: () => 'amount=1100&currency=usd',
    listOf: () => '',
    cashOf: async (ask, account) => {
      const { json } = await ask('GET /v1/balance', { account });
      return (json['available'] as readonly { readonly amount: number; readonly currency: string }[]).find(
        ({ currency }) => currency === 'usd',
      )?.amount;
    },
  };
}

function treasury(): Case {
  const world = simulateStripeTreasury(OPTIONS);
  const fa = (id: string): string => world.account(id).financialAccount().id;
  return {
    world,
    path: '/v1/treasury/outbound_payments',
    bodyOf: (id) =>
      `amount=1100&currency=usd&financial_account=${fa(id)}&customer=${world.account(id).customers[0]}&destination_payment_method=pm_usBankAccount`,
    listOf: (id) => `?financial_account=${fa(id)}`,
    cashOf: async (ask, account) => {
      const { json } = await ask(`GET /v1/treasury/financial_accounts/${fa(account)}`, { account });
      return (json['balance'] as { readonly cash: { readonly usd: number } }).cash.usd;
    },
  };
}

it.each([
  ['Stripe', stripe],
  ['Stripe Treasury', treasury],
] as const)('%s: keys, payouts, lists, balances and webhooks are those of the account of the header', async (_, make) => {
  const { world, path, bodyOf, listOf, cashOf } = make();
  const server = await world.listen();
  onTestFinished(() => server.close());
  const told: unknown[] = [];
  await world.webhooks.add({
    deliver: async ({ body }) => {
      told.push((JSON.parse(body) as { readonly account?: string }).account);
      return { status: 200 };
    },
  });
  const ask = asking(world, globalThis.fetch, server.url);
  const create = (account: string) => ask(`POST ${path}`, { key: 'k', account, body: bodyOf(account) });

  const before = await Promise.all([cashOf(ask, 'acct_1'), cashOf(ask, 'acct_2')]);
  const first = await create('acct_1');
  expect([first.status, first.headers.get('stripe-account')]).toEqual([200, 'acct_1']);
  expect((await create('acct_1')).headers.get('idempotent-replayed')).toBe('true');
  const [cash1, cash2] = await Promise.all([cashOf(ask, 'acct_1'), cashOf(ask, 'acct_2')]);
  expect([Number(before[0]) - Number(cash1), cash2]).toEqual([1100, before[1]]);
  const second = await create('acct_2'); // The same key, another account: another payout.
  expect([second.status, second.headers.get('idempotent-replayed'), second.json.id === first.json.id]).toEqual([200, null, false]);

  const { data } = (await ask(`GET ${path}${listOf('acct_1')}`, { account: 'acct_1' })).json;
  expect(data.map(({ id }) => id)).toEqual([first.json.id]);
  expect((await ask(`GET ${path}/${first.json.id}`, { account: 'acct_1' })).status).toBe(200);
  expect((await ask(`GET ${path}/${first.json.id}`, { account: 'acct_2' })).status).toBe(404);
  expect((await ask(`GET ${path}/${first.json.id}`)).status).toBe(404);
  expect((await ask(`GET ${path}/${first.json.id}`, { account: 'acct_nobody' })).status).toBe(403);
  await world.webhooks.settle();
  expect(told).toEqual(['acct_1', 'acct_2']);
});

it('the controls show every account, the platform first, with what it has', () => {
  const stripe = simulateStripe(OPTIONS);
  expect(stripe.accounts.map(({ id }) => id)).toEqual(['acct_simulated', 'acct_1', 'acct_2']);
  const [, one] = stripe.accounts;
  one?.fund({ amount: 500, currency: 'jpy', sourceType: 'fpx' });
  expect(one?.balances).toEqual([
    { currency: 'usd', sourceType: 'card', available: 1_000_000 },
    { currency: 'usd', sourceType: 'bank_account', available: 50_000 },
    { currency: 'eur', sourceType: 'card', available: 1_000_000 },
    { currency: 'jpy', sourceType: 'fpx', available: 500 },
  ]);
  expect(one?.externalAccounts.map(({ currency, account }) => [currency, account])).toEqual([
    ['usd', 'acct_1'],
    ['eur', 'acct_1'],
  ]);
  one?.removeExternalAccount(one.externalAccounts[0]?.id ?? '');
  expect(one?.externalAccounts).toHaveLength(1);
  expect(stripe.account().balances).toHaveLength(3);

  const treasury = simulateStripeTreasury(OPTIONS);
  expect(treasury.accounts.map(({ id }) => id)).toEqual(['acct_simulated', 'acct_recipient', 'acct_1', 'acct_2']);
  const second = treasury.account('acct_1').addFinancialAccount();
  expect(treasury.accounts[2]?.financialAccounts).toEqual([treasury.account('acct_1').financialAccount(), second]);
});
