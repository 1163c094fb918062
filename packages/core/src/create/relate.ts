import { saysTheSame } from '../context/disagreements.ts';
import type { ProviderContext } from '../context/context.ts';
import type { PayoutIssue } from '../errors.ts';
import { sameMoney } from '../money/money.ts';
import type { Submission } from '../stores/submission.ts';

/** How the request that is asked for relates to the one stored for its reference. */
export type Relation =
  | { readonly type: 'same' }
  /** The caller asks for the same, but the bytes differ: they name another source, or were written in another version. */
  | { readonly type: 'variant' }
  /** The payee and the amount are the same. A description, a descriptor or metadata differs. */
  | { readonly type: 'same_payment' }
  /** The requests differ: every member that differs, and what is stored. */
  | { readonly type: 'taken'; readonly differences: readonly PayoutIssue[] };

const SAME: Relation = { type: 'same' };
const VARIANT: Relation = { type: 'variant' };

/** The stored submission was made under a name that this program does not have. */
export const NOT_HERE: Extract<Relation, { type: 'taken' }> = { type: 'taken', differences: [] };

/**
 * Compares a stored submission with one that is prepared now, for the same attempt or another.
 *
 * @param home The provider that the stored one was made with; `null` where this program has none under its name.
 */
export function relate(home: Pick<ProviderContext, 'identity'> | null, kept: Submission, asked: Submission): Relation {
  const places = placeDifferences(home, kept, asked);
  if (places.length === 0 && kept.fingerprint === asked.fingerprint) return isSameRequest(kept, asked) ? SAME : VARIANT;
  if (places.length === 0 && kept.payment !== undefined && kept.payment === asked.payment) return { type: 'same_payment' };
  return { type: 'taken', differences: [...places, ...requestDifferences(kept, asked)] };
}

/** The differences in provider, account or mode. */
function placeDifferences(home: Pick<ProviderContext, 'identity'> | null, kept: Submission, asked: Submission): readonly PayoutIssue[] {
  if (home === null) return [{ path: 'name', message: `was made under the name ${kept.name}` }];
  const issues: PayoutIssue[] = [];
  if (kept.provider !== home.identity.id) issues.push({ path: 'provider', message: `was made through ${kept.provider}` });
  if (kept.live !== home.identity.live) issues.push({ path: 'live', message: `was made in ${kept.live === true ? 'live' : 'test'} mode` });
  // The stored account counts as the same when it was asked for under another name of the same account.
  const account = kept.name === asked.name ? asked.account : (asked.account ?? home.identity.account);
  if (kept.account !== home.identity.account || kept.account !== account) {
    issues.push({ path: 'account', message: `was made ${kept.account === null ? 'on no connected account' : `on ${kept.account}`}` });
  }
  return issues;
}

function requestDifferences(kept: Submission, asked: Submission): readonly PayoutIssue[] {
  if (kept.fingerprint === asked.fingerprint) return [];
  const issues: PayoutIssue[] = [];
  if (!isSameMoney(kept, asked)) issues.push({ path: 'money', message: `is kept as ${moneyOf(kept)}` });
  if (kept.destination !== undefined && kept.destination !== asked.destination) {
    issues.push({ path: 'destination', message: `is kept as ${kept.destination ?? 'the default, or one that was written out'}` });
  }
  if (issues.length > 0 || kept.payment === asked.payment) return issues;
  return [{ path: 'providerOptions', message: 'or another member differs' }];
}

function isSameMoney({ money: kept }: Submission, { money: asked }: Submission): boolean {
  if (kept === 'full_balance' || asked === 'full_balance') return kept === asked;
  return kept.currency === asked.currency && sameMoney(kept, asked);
}

/** What is stored, in words for people. */
export function moneyOf({ money }: Submission): string {
  return money === 'full_balance' ? 'the full balance' : `${money.amount} ${money.currency}`;
}

/** Whether two submissions are the same request; only the time at which they were prepared may differ. */
export function isSameRequest(kept: Submission, other: Submission): boolean {
  const same = (member: 'name' | 'provider' | 'account' | 'live' | 'source' | 'key' | 'fingerprint'): boolean =>
    kept[member] === other[member];
  const { method, path, body } = kept.request;
  return (
    (['name', 'provider', 'account', 'live', 'source', 'key', 'fingerprint'] as const).every(same) &&
    saysTheSame(kept, other) &&
    method === other.request.method &&
    path === other.request.path &&
    // A body may be blanked once it is resolved (docs/stores.md); the fingerprint still tells what was asked.
    (body === other.request.body || body === '')
  );
}
