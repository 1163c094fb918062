import { expansion, type Expansion } from './expansion.ts';
import type { AccountState, ExternalAccountState } from './state.ts';

type Kind = 'payout' | 'balance_transaction' | 'external_account';

/** Which fields of which object hold an id that can be expanded, and into what. */
const EXPANDABLE: Readonly<Record<Kind, Readonly<Record<string, Kind | null>>>> = {
  payout: {
    application_fee: null,
    balance_transaction: 'balance_transaction',
    destination: 'external_account',
    failure_balance_transaction: 'balance_transaction',
    original_payout: 'payout',
    reversed_by: 'payout',
  },
  balance_transaction: { source: 'payout' },
  external_account: {},
};

const EXPANSION = expansion<AccountState, Kind>(EXPANDABLE, (account, kind, id) => {
  if (kind === 'external_account') return externalAccount(account.externals.get(id));
  if (kind === 'payout') return account.payouts.find(({ wire }) => wire.id === id)?.wire ?? null;
  return account.ledger.rows.find((row) => row.id === id) ?? null;
});

/** @throws {Refusal} for a path that does not lead to an expandable field. `prefix` is `data` for lists. */
export const checkExpand: Expansion<AccountState, Kind>['checkExpand'] = EXPANSION.checkExpand;

/** The object with the fields of these (checked) paths replaced by what they point at. */
export const expanded: Expansion<AccountState, Kind>['expanded'] = EXPANSION.expanded;

/** A deleted account keeps only its id (contract section 2). */
function externalAccount(external: ExternalAccountState | undefined): object | null {
  if (external === undefined) return null;
  const { wire } = external;
  return external.deleted ? { id: wire.id, object: wire.object, currency: wire.currency, deleted: true } : wire;
}
