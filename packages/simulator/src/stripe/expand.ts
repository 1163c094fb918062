import { invalid } from './errors.ts';
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

/** @throws {Refusal} for a path that does not lead to an expandable field. `prefix` is `data` for lists. */
export function checkExpand(kind: Kind, paths: readonly string[] | undefined, prefix?: 'data'): readonly string[] {
  return (paths ?? []).map((path) => {
    const own = prefix === undefined ? path : path.startsWith(`${prefix}.`) ? path.slice(prefix.length + 1) : '';
    let at: Kind | null = kind;
    for (const field of own.split('.')) {
      if (at === null || !Object.hasOwn(EXPANDABLE[at], field)) throw notExpandable(path);
      at = EXPANDABLE[at][field] ?? null;
    }
    return own;
  });
}

/** The refusal of a path that cannot be expanded. */
export function notExpandable(path: string): Error {
  return invalid({ message: `This property cannot be expanded (${path}).`, param: 'expand' });
}

/** The object with the fields of these (checked) paths replaced by what they point at. */
export function expanded(account: AccountState, kind: Kind, object: object, paths: readonly string[]): object {
  const fields = new Map<string, string[]>();
  for (const path of paths) {
    const [field = '', ...rest] = path.split('.');
    fields.set(field, [...(fields.get(field) ?? []), ...(rest.length === 0 ? [] : [rest.join('.')])]);
  }
  const result: Record<string, unknown> = { ...object };
  for (const [field, rest] of fields) {
    const target = EXPANDABLE[kind][field] ?? null;
    const id = result[field];
    if (target !== null && typeof id === 'string') result[field] = resolve(account, target, id, rest) ?? id;
  }
  return result;
}

function resolve(account: AccountState, kind: Kind, id: string, rest: readonly string[]): object | null {
  if (kind === 'external_account') return externalAccount(account.externals.get(id));
  const found =
    kind === 'payout' ? account.payouts.find(({ wire }) => wire.id === id)?.wire : account.ledger.rows.find((row) => row.id === id);
  return found === undefined ? null : expanded(account, kind, found, rest);
}

/** A deleted account keeps only its id (contract section 2). */
function externalAccount(external: ExternalAccountState | undefined): object | null {
  if (external === undefined) return null;
  const { wire } = external;
  return external.deleted ? { id: wire.id, object: wire.object, currency: wire.currency, deleted: true } : wire;
}
