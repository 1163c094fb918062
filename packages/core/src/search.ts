import type { AdapterListQuery, AdapterPage } from './adapter.ts';
import { asPayoutError, type Engine, isAnothers } from './engine.ts';
import type { PayoutError } from './errors.ts';
import type { Deadline } from './http.ts';
import { MOST_EMPTY_PAGES } from './list.ts';
import { sameMoney } from './money.ts';
import type { Payout } from './payout.ts';
import type { Submission } from './submission.ts';
import { DAY_MS } from './times.ts';
import type { AnswerHeaders } from './transport.ts';
import type { UnreadableRow } from './unreadable.ts';

/** A list that is longer than this is an unread page: it proves nothing. */
const MOST_PAGES = 500;
/** A provider's clock further from ours than this makes every judgement about age unsafe. */
const MOST_SKEW_MS = 60_000;

/** Why a search proves nothing: only a failed read may go better next time. */
export interface Gap {
  readonly is: 'failed_read' | 'endless_list' | 'unreadable_row' | 'clock' | 'floor' | 'no_list' | 'no_proof';
  readonly message: string;
}

/** What a provider's list shows about a submission (NEVER-TWICE R17). */
export interface SearchResult {
  /** The payout that carries our token. */
  readonly ours: Payout | null;
  /** Payouts that could be ours: no machine can tell. */
  readonly candidates: readonly Payout[];
  /** Why an empty result proves nothing; `null` when it does: everything was read, under a clock that agrees. */
  readonly gap: Gap | null;
  /** The failure of a read. */
  readonly error: PayoutError | null;
}

/**
 * Reads the list of the submission's own account and source, from a day before it was prepared.
 *
 * @param tokens The token to look for first; further ones are those of earlier attempts.
 */
export async function search(
  engine: Engine,
  submission: Submission,
  deadline: Deadline,
  tokens: readonly string[],
  since: number = Date.parse(submission.preparedAt) - DAY_MS,
): Promise<SearchResult> {
  const dates: number[] = [];
  const hear = (headers: AnswerHeaders): void => void dates.push(Math.abs(Date.parse(headers.get('date') ?? '') - engine.runtime.now()));
  const adapter = engine.operationsFor(ownHeaders(engine, submission), { source: submission.source }, (answer) => hear(answer.headers));
  if (adapter.page === undefined) return { ours: null, candidates: [], gap: NO_LIST, error: null };
  const candidates: Payout[] = [];
  const unreadable: UnreadableRow[] = [];
  const cursors = new Set<string>();
  let cursor: string | null = null;
  let empty = 0;
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const query: AdapterListQuery = { createdFrom: new Date(since).toISOString(), limit: engine.listLimit, cursor: cursor ?? undefined };
    let page: AdapterPage;
    try {
      page = await adapter.page(query, undefined, { signal: deadline.signal, timeoutMs: remaining(engine, deadline) });
    } catch (thrown) {
      const error = asPayoutError(engine, thrown);
      return { ours: null, candidates, gap: { is: 'failed_read', message: `the list could not be read (${error.code})` }, error };
    }
    const ours = page.payouts.find((payout) => tokens.includes(engine.tokenOf(payout) ?? ''));
    if (ours !== undefined) return { ours, candidates: [], gap: null, error: null };
    candidates.push(...page.payouts.filter((payout) => isCandidate(engine, submission, payout, since)));
    unreadable.push(...(page.unreadable ?? []));
    empty = page.payouts.length + (page.unreadable?.length ?? 0) > 0 ? 0 : empty + 1;
    cursor = page.nextCursor;
    if (cursor === null || isBefore(page.payouts.at(-1), since))
      return { ours: null, candidates, gap: gapOf(engine, { since, dates, unreadable }), error: null };
    if (cursors.has(cursor)) return { ours: null, candidates, gap: endless('the list repeats a cursor'), error: null };
    if (empty >= MOST_EMPTY_PAGES) return { ours: null, candidates, gap: endless('the list goes on and shows nothing'), error: null };
    cursors.add(cursor);
  }
  return { ours: null, candidates, gap: endless('the list is longer than could be read'), error: null };
}

/**
 * A stored submission knows its version and account; the content type of its body is no part of a read.
 *
 * Without its body nothing shows that its headers are its own: then they are today's.
 */
function ownHeaders(engine: Engine, submission: Submission): Readonly<Record<string, string>> {
  if (submission.request.body === '') return engine.headers;
  const kept = Object.entries(submission.request.headers).filter(
    ([name]) => Object.hasOwn(engine.headers, name) || !name.startsWith('content-'),
  );
  return Object.fromEntries(kept);
}

export function remaining(engine: Engine, deadline: Deadline): number {
  return Math.max(1, deadline.endsAt - engine.runtime.now());
}

/** Anything that is not certainly another payout, and has an amount that ours could have. */
function isCandidate(engine: Engine, submission: Submission, payout: Payout, since: number): boolean {
  if (engine.tokenOf(payout) !== null || payout.automatic || isBefore(payout, since)) return false;
  if (isAnothers(engine.process, submission, payout.id)) return false;
  if (submission.money === 'full_balance' || payout.money === null || engine.amountInAnswer === 'may_differ') return true;
  return sameMoney(payout.money, submission.money);
}

/** A payout without a readable time is never old enough to be left out. */
function isBefore(payout: Payout | undefined, since: number): boolean {
  return payout !== undefined && Date.parse(payout.createdAt) < since;
}

const endless = (message: string): Gap => ({ is: 'endless_list', message });

const NO_LIST: Gap = { is: 'no_list', message: 'this provider has no list of payouts' };

/** What a whole list was read with. */
interface Reading {
  readonly since: number;
  /** How far the provider's clock was from ours, answer by answer. */
  readonly dates: readonly number[];
  readonly unreadable: readonly UnreadableRow[];
}

function gapOf(engine: Engine, { since, dates, unreadable }: Reading): Gap | null {
  if (engine.absence === 'never') return { is: 'no_proof', message: 'the list of this provider may leave payouts out' };
  if (unreadable.length > 0) {
    const ids = unreadable.flatMap(({ id }) => id ?? []).filter((id) => engine.redact(id) === id);
    const count = unreadable.length === 1 ? 'a row' : `${unreadable.length} rows`;
    const named = ids.length === 0 ? '' : ` (${ids.slice(0, 5).join(', ')})`;
    return { is: 'unreadable_row', message: `the list has ${count} that cannot be read${named}, and may be ours` };
  }
  if (engine.listFloor !== null && Date.parse(engine.listFloor) > since) {
    return { is: 'floor', message: `payouts before ${engine.listFloor} are never listed` };
  }
  if (dates.some((difference) => !(difference <= MOST_SKEW_MS))) {
    return { is: 'clock', message: "the provider's clock (Date) and ours are more than a minute apart, or it shows none" };
  }
  return null;
}
