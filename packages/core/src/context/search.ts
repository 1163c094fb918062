import type { AdapterListQuery, AdapterPage } from '../adapter/spec.ts';
import type { ProviderContext } from './context.ts';
import { belongsToAnotherSubmission } from './process-memory.ts';
import { asPayoutError } from './outcome-errors.ts';
import type { PayoutError } from '../errors.ts';
import type { Deadline } from '../http/deadline.ts';
import { sameMoney } from '../money/money.ts';
import type { Payout } from '../payout/payout.ts';
import type { Submission } from '../stores/submission.ts';
import { DAY_MS } from '../platform/times.ts';
import type { ResponseHeaders } from '../http/transport.ts';
import type { UnreadableRow } from '../adapter/unreadable.ts';

/** How many empty pages in a row a list may have before it counts as endless. */
export const MOST_EMPTY_PAGES = 20;
/** How many pages are read. A longer list proves nothing. */
const MOST_PAGES = 500;
/** How far a provider's clock may be from ours. Beyond that, no age can be judged. */
const MOST_SKEW_MS = 60_000;

/** Why a search proves nothing. Only a failed read may go better next time. */
export interface Gap {
  readonly type: 'failed_read' | 'endless_list' | 'unreadable_row' | 'clock' | 'floor' | 'no_list' | 'no_proof';
  readonly message: string;
}

/** What a provider's list shows about a submission (NEVER-TWICE R17). */
export interface SearchResult {
  /** The payout that carries our token. */
  readonly matched: Payout | null;
  /** Payouts that could be ours. No machine can tell. */
  readonly candidates: readonly Payout[];
  /** Why an empty result proves nothing. `null` when it proves absence: everything was read, and the clocks agree. */
  readonly gap: Gap | null;
  /** The error of a read that failed. */
  readonly error: PayoutError | null;
}

/** What is searched for, and since when. */
export interface Search {
  readonly context: ProviderContext;
  readonly submission: Submission;
  readonly deadline: Deadline;
  readonly tokens: readonly string[];
  readonly since?: number | undefined;
}

/**
 * Reads the list of the submission's own account and source, from a day before it was prepared.
 *
 * @param tokens The token to look for comes first. Tokens of earlier attempts may follow.
 */
export async function search({
  context,
  submission,
  deadline,
  tokens,
  since = Date.parse(submission.preparedAt) - DAY_MS,
}: Search): Promise<SearchResult> {
  const dates: number[] = [];
  const hear = (headers: ResponseHeaders): void => void dates.push(Math.abs(Date.parse(headers.get('date') ?? '') - context.runtime.now()));
  const adapter = context.operationsFor(ownHeaders(context, submission), { source: submission.source }, (answer) => hear(answer.headers));
  if (adapter.page === undefined) return { matched: null, candidates: [], gap: NO_LIST, error: null };
  const candidates: Payout[] = [];
  const unreadable: UnreadableRow[] = [];
  const cursors = new Set<string>();
  let cursor: string | null = null;
  let empty = 0;
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const query: AdapterListQuery = {
      createdFrom: new Date(since).toISOString(),
      limit: context.limits.listLimit,
      cursor: cursor ?? undefined,
    };
    let page: AdapterPage;
    try {
      page = await adapter.page(query, undefined, { signal: deadline.signal, timeoutMs: remaining(context, deadline) });
    } catch (thrown) {
      const error = asPayoutError(context, thrown);
      return { matched: null, candidates, gap: { type: 'failed_read', message: `the list could not be read (${error.code})` }, error };
    }
    const ours = page.payouts.find((payout) => tokens.includes(context.rules.correlationTokenOf(payout) ?? ''));
    if (ours !== undefined) return { matched: ours, candidates: [], gap: null, error: null };
    candidates.push(...page.payouts.filter((payout) => isCandidate(context, submission, payout, since)));
    unreadable.push(...(page.unreadable ?? []));
    empty = page.payouts.length + (page.unreadable?.length ?? 0) > 0 ? 0 : empty + 1;
    cursor = page.nextCursor;
    if (cursor === null || isBefore(page.payouts.at(-1), since))
      return { matched: null, candidates, gap: gapOf(context, { since, dates, unreadable }), error: null };
    if (cursors.has(cursor)) return { matched: null, candidates, gap: endless('the list repeats a cursor'), error: null };
    if (empty >= MOST_EMPTY_PAGES) return { matched: null, candidates, gap: endless('the list goes on and shows nothing'), error: null };
    cursors.add(cursor);
  }
  return { matched: null, candidates, gap: endless('the list is longer than could be read'), error: null };
}

/**
 * The headers for reading the list: the submission's own version and account, without the content type of its body.
 *
 * A blanked submission cannot prove that its headers are its own. So the provider's current headers are used.
 */
function ownHeaders(context: ProviderContext, submission: Submission): Readonly<Record<string, string>> {
  if (submission.request.body === '') return context.http.headers;
  const kept = Object.entries(submission.request.headers).filter(
    ([name]) => Object.hasOwn(context.http.headers, name) || !name.startsWith('content-'),
  );
  return Object.fromEntries(kept);
}

export function remaining(context: ProviderContext, deadline: Deadline): number {
  return Math.max(1, deadline.endsAt - context.runtime.now());
}

/** Whether a payout could be ours: it is not certainly another submission's, and its amount could be the one asked for. */
function isCandidate(context: ProviderContext, submission: Submission, payout: Payout, since: number): boolean {
  if (context.rules.correlationTokenOf(payout) !== null || payout.automatic || isBefore(payout, since)) return false;
  if (belongsToAnotherSubmission(context.memory, submission, payout.id)) return false;
  if (submission.money === 'full_balance' || payout.money === null || context.rules.amountInAnswer === 'may_differ') return true;
  return sameMoney(payout.money, submission.money);
}

/** Whether a payout is older than the search. A payout without a readable time never is. */
function isBefore(payout: Payout | undefined, since: number): boolean {
  return payout !== undefined && Date.parse(payout.createdAt) < since;
}

const endless = (message: string): Gap => ({ type: 'endless_list', message });

const NO_LIST: Gap = { type: 'no_list', message: 'this provider has no list of payouts' };

/** What a whole list was read with. */
interface Reading {
  readonly since: number;
  /** How far the provider's clock was from ours in each response. */
  readonly dates: readonly number[];
  readonly unreadable: readonly UnreadableRow[];
}

function gapOf(context: ProviderContext, { since, dates, unreadable }: Reading): Gap | null {
  if (context.limits.absence === 'never') return { type: 'no_proof', message: 'the list of this provider may leave payouts out' };
  if (unreadable.length > 0) {
    const ids = unreadable.flatMap(({ id }) => id ?? []).filter((id) => context.redact(id) === id);
    const count = unreadable.length === 1 ? 'a row' : `${unreadable.length} rows`;
    const named = ids.length === 0 ? '' : ` (${ids.slice(0, 5).join(', ')})`;
    return { type: 'unreadable_row', message: `the list has ${count} that cannot be read${named}, and may be ours` };
  }
  if (context.limits.listFloor !== null && Date.parse(context.limits.listFloor) > since) {
    return { type: 'floor', message: `payouts before ${context.limits.listFloor} are never listed` };
  }
  if (dates.some((difference) => !(difference <= MOST_SKEW_MS))) {
    return { type: 'clock', message: "the provider's clock (Date) and ours are more than a minute apart, or it shows none" };
  }
  return null;
}
