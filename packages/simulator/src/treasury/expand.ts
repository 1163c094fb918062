import { expansion, type Expansion } from '../stripe/expansion.ts';
import type { TreasuryState } from './state.ts';

type Kind = 'outbound_payment' | 'returned_details' | 'transaction' | 'financial_account';

/** Which fields of which object hold an id that can be expanded, and into what. */
const EXPANDABLE: Readonly<Record<Kind, Readonly<Record<string, Kind | null>>>> = {
  outbound_payment: { transaction: 'transaction', returned_details: 'returned_details' },
  returned_details: { transaction: 'transaction' },
  transaction: {},
  financial_account: {},
};

const EXPANSION = expansion<TreasuryState, Kind>(EXPANDABLE, ({ accounts }, _, id) => {
  for (const { financialAccounts } of accounts.values()) {
    for (const { transactions } of financialAccounts.values()) {
      const found = transactions.find((transaction) => transaction.id === id);
      if (found !== undefined) return found;
    }
  }
  return null;
});

/** @throws {Refusal} for a path that does not lead to an expandable field. `prefix` is `data` for lists. */
export const checkExpand: Expansion<TreasuryState, Kind>['checkExpand'] = EXPANSION.checkExpand;

/** The object with the fields of these (checked) paths replaced by what they point at. */
export const expanded: Expansion<TreasuryState, Kind>['expanded'] = EXPANSION.expanded;
