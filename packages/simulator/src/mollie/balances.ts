// https://docs.mollie.com/reference/list-balances, /get-balance, /get-primary-balance (contract section 7)
import { timestamp } from './calendar.ts';
import { page } from './lists.ts';
import type { Call, Operation } from './operation.ts';
import { missing } from './payouts.ts';
import { balanceObject, type BalanceState } from './state.ts';

const READ = { scope: 'balances.read', apiKeys: false, status: 200, body: [] } as const;

function rendered({ world, origin }: Call, balance: BalanceState, documentation?: string): object {
  return {
    ...balanceObject(balance, world.mode, timestamp(balance.createdMs)),
    _links: {
      self: { href: `${origin}/v2/balances/${balance.id}`, type: 'application/hal+json' },
      ...(documentation === undefined
        ? {}
        : { documentation: { href: `https://docs.mollie.com/reference/${documentation}`, type: 'text/html' } }),
    },
  };
}

/** GET /v2/balances. There is no `sort`. */
export const listBalances: Operation = {
  ...READ,
  testmode: 'query',
  query: ['currency', 'from', 'limit'],
  run: (call) =>
    page(call, {
      name: 'balances',
      all: call.world.balances.toReversed(),
      idOf: ({ id }) => id,
      visible: ({ currency }) => call.query['currency'] === undefined || call.query['currency'] === currency,
      render: (balance) => rendered(call, balance),
      documentation: 'list-balances',
    }),
};

/** GET /v2/balances/primary: in live mode; there is no `testmode`. */
export const getPrimaryBalance: Operation = {
  ...READ,
  testmode: 'nowhere',
  query: [],
  run: (call) => {
    const [primary] = call.world.balances;
    if (primary === undefined) throw missing(call, 'primary', 'balances');
    return rendered(call, primary, 'get-primary-balance');
  },
};

/** GET /v2/balances/:balance */
export const getBalance: Operation = {
  ...READ,
  testmode: 'query',
  query: [],
  run: (call) => {
    const id = call.values['balance'] ?? '';
    const balance = call.world.balances.find((candidate) => candidate.id === id);
    if (balance === undefined) throw missing(call, id, 'balances');
    return rendered(call, balance, 'get-balance');
  },
};
