// https://docs.stripe.com/api/treasury/financial_accounts/object (contract section 8)
import { seconds } from '../stripe/calendar.ts';
import { refused } from '../stripe/errors.ts';
import { readParameters } from '../stripe/parameters.ts';
import { checkExpand } from './expand.ts';
import type { TreasuryFeature } from './objects.ts';
import type { FinancialAccountState, TreasuryAccountState, TreasuryOperation, TreasuryState } from './state.ts';

const FEATURES: readonly TreasuryFeature[] = ['outbound_payments.ach', 'outbound_payments.us_domestic_wire', 'intra_stripe_flows'];

/** GET /v1/treasury/financial_accounts/:financial_account */
export const retrieveFinancialAccount: TreasuryOperation = ({ account, values, form }) => {
  const given = readParameters(form, { expand: { kind: 'expand' } });
  checkExpand('financial_account', given.expand);
  const id = values['financial_account'] ?? '';
  const found = account.financialAccounts.get(id);
  if (found !== undefined) return found.wire;
  throw refused({ code: 'resource_missing', message: `No such financial account: '${id}'`, param: 'financial_account' }, 404);
};

/** Opens a financial account without money, with every feature active. */
export function openFinancialAccount(state: TreasuryState, account: TreasuryAccountState): FinancialAccountState {
  const opened: FinancialAccountState = {
    owner: account.id,
    transactions: [],
    wire: {
      id: state.ids('fa_'),
      object: 'treasury.financial_account',
      active_features: FEATURES,
      balance: { cash: { usd: 0 }, inbound_pending: { usd: 0 }, outbound_pending: { usd: 0 } },
      country: 'US',
      created: seconds(state.queue.now()),
      financial_addresses: [],
      livemode: state.livemode,
      metadata: {},
      pending_features: [],
      platform_restrictions: null,
      restricted_features: [],
      status: 'open',
      status_details: { closed: null },
      supported_currencies: ['usd'],
    },
  };
  account.financialAccounts.set(opened.wire.id, opened);
  return opened;
}

/** Closed for good: nothing can be paid out of it or into it. */
export function closeFinancialAccount(account: FinancialAccountState): void {
  account.wire = { ...account.wire, status: 'closed', status_details: { closed: { reasons: ['closed_by_platform'] } } };
}

/** Moves a feature to one of the three lists, or (`absent`) off all of them. */
export function setFeature(
  account: FinancialAccountState,
  feature: TreasuryFeature,
  status: 'active' | 'pending' | 'restricted' | 'absent',
): void {
  const { wire } = account;
  const listed = (list: readonly TreasuryFeature[], here: boolean): readonly TreasuryFeature[] => [
    ...list.filter((other) => other !== feature),
    ...(here ? [feature] : []),
  ];
  account.wire = {
    ...wire,
    active_features: listed(wire.active_features, status === 'active'),
    pending_features: listed(wire.pending_features, status === 'pending'),
    restricted_features: listed(wire.restricted_features, status === 'restricted'),
  };
}
