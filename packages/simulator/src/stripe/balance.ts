// https://docs.stripe.com/api/balance (contract section 8)
import { notExpandable } from './expansion.ts';
import { instantAvailable, type Pot } from './ledger.ts';
import { readParameters } from './parameters.ts';
import type { AccountState, StripeOperation } from './state.ts';

const NET_AVAILABLE = 'instant_available.net_available';

/** GET /v1/balance. Optional blocks that are empty are absent. */
export const retrieveBalance: StripeOperation = ({ state, account, form }) => {
  const { expand = [] } = readParameters(form, { expand: { kind: 'expand' } });
  for (const path of expand) if (path !== NET_AVAILABLE) throw notExpandable(path);
  const { pots } = account.ledger;
  const instant = entries(
    pots.filter((pot) => instantAvailable(pot) > 0),
    instantAvailable,
  );
  return {
    object: 'balance',
    available: orZero(entries(pots, (pot) => pot.available)),
    ...(instant.length === 0 ? {} : { instant_available: expand.length === 0 ? instant : instant.map((entry) => withNet(account, entry)) }),
    livemode: state.livemode,
    pending: orZero(entries(pots, () => 0)),
  };
};

interface Entry {
  readonly amount: number;
  readonly currency: string;
  readonly source_types: Readonly<Record<string, number>>;
}

function entries(pots: readonly Pot[], amountOf: (pot: Pot) => number): readonly Entry[] {
  const currencies = [...new Set(pots.map(({ currency }) => currency))];
  return currencies.map((currency) => {
    const own = pots.filter((pot) => pot.currency === currency);
    return {
      amount: own.reduce((sum, pot) => sum + amountOf(pot), 0),
      currency,
      source_types: Object.fromEntries(own.map((pot) => [pot.sourceType, amountOf(pot)])),
    };
  });
}

/** Both required lists name at least one currency, also on an account that never had money. */
function orZero(list: readonly Entry[]): readonly Entry[] {
  return list.length > 0 ? list : [{ amount: 0, currency: 'usd', source_types: { card: 0 } }];
}

function withNet(account: AccountState, entry: Entry): object {
  const destinations = [...account.externals.values()].filter(
    ({ wire, deleted }) => !deleted && wire.currency === entry.currency && wire.available_payout_methods.includes('instant'),
  );
  return {
    ...entry,
    net_available: destinations.map(({ wire }) => ({ amount: entry.amount, destination: wire.id, source_types: entry.source_types })),
  };
}
