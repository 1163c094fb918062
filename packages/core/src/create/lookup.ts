import { matchSubmission, mismatchError } from '../context/match-payout.ts';
import { lastArrivalAt, type Duplicates } from '../context/duplicates.ts';
import type { ProviderContext } from '../context/context.ts';
import { withOutcome } from '../context/outcome-errors.ts';
import { PayoutError } from '../errors.ts';
import {
  PENDING_APPROVAL_ADVICE,
  pendingBefore,
  isPendingApproval,
  needsApproval,
  markPendingApproval,
  rememberPendingApproval,
} from '../context/pending-approval.ts';
import type { Deadline } from '../http/deadline.ts';
import { keyWindow } from '../stores/idempotency.ts';
import type { NextStep, Notice, PayoutOutcome, UnknownPayout } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import { search, type SearchResult } from '../context/search.ts';
import type { Submission } from '../stores/submission.ts';
import { isoOf } from '../platform/times.ts';

/** When a list that could not be read may be tried again. */
const READ_AGAIN_MS = 60_000;

/** Finds out by reading only (NEVER-TWICE R16 to R18). */
export async function lookup(
  context: ProviderContext,
  duplicates: Duplicates,
  deadline: Deadline,
  because?: PayoutError,
): Promise<PayoutOutcome> {
  const submission = duplicates.oldest;
  if (because !== undefined && needsApproval(because)) rememberPendingApproval(context, submission);
  // Records also what an earlier call could not record, or recorded in another store.
  const notices = await markPendingApproval(context, submission);
  // The time is taken before the list is read: the list must be later than the moment after which nobody could send.
  const askedAt = context.runtime.now();
  const found = await search({ context, submission, deadline, tokens: [submission.correlation.token] });
  if (found.matched !== null) return foundOutcome(context, submission, found.matched, []);
  const held = await isPendingApproval(context, submission);
  if (held === true) {
    const error = withOutcome(because ?? pendingBefore(context, submission), 'unknown', PENDING_APPROVAL_ADVICE);
    return unknownOutcome(submission, error, { action: 'review', candidates: found.candidates }, notices);
  }
  const outcome = notFound({ context, duplicates, askedAt, found, because });
  if (held === false || outcome.outcome !== 'rejected') return outcome;
  const doubt = withOutcome(outcome.error, 'unknown', 'But the submissions store could not be read, and may know better.');
  return unknownOutcome(submission, doubt, { action: 'submit', notBefore: isoOf(askedAt + READ_AGAIN_MS) });
}

/** The outcome of a payout that was found, not made, by this call. */
export function foundOutcome(context: ProviderContext, submission: Submission, payout: Payout, notices: readonly Notice[]): PayoutOutcome {
  const comparison = matchSubmission(context, submission, payout);
  if (comparison.mismatch !== null) {
    return unknownOutcome(submission, mismatchError(context, payout, comparison.mismatch), { action: 'review', candidates: [payout] });
  }
  return { outcome: 'accepted', payout, replayed: true, submission, notices: [...notices, ...comparison.notices] };
}

/** A search that found no payout of ours. */
interface Unfound {
  readonly context: ProviderContext;
  readonly duplicates: Duplicates;
  readonly askedAt: number;
  readonly found: SearchResult;
  readonly because?: PayoutError | undefined;
}

function notFound({ context, duplicates, askedAt, found, because }: Unfound): PayoutOutcome {
  const submission = duplicates.oldest;
  const window = {
    ...keyWindow(submission.preparedAt, context.limits.retentionMs, context.limits.timeoutMs),
    lastArrivalAt: lastArrivalAt(context, duplicates),
  };
  const over = askedAt > window.lastArrivalAt;
  if (over && found.gap === null && found.candidates.length === 0) {
    const message = 'no payout exists for this submission, and nobody can send it any more.';
    return {
      outcome: 'rejected',
      error: new PayoutError('not_found', message, { provider: context.identity.name, outcome: 'rejected' }),
      retry: 'next_attempt',
      submission,
      replayed: false,
      notices: [],
    };
  }
  const error =
    because ?? found.error ?? new PayoutError('unresolved', sayWhy(found, over, window.lastArrivalAt), { provider: context.identity.name });
  return unknownOutcome(submission, withOutcome(error, 'unknown'), nextStep(askedAt, window, found));
}

function sayWhy(found: SearchResult, over: boolean, overAt: number): string {
  if (found.candidates.length > 0) {
    const ids = found.candidates.map((payout) => payout.id).join(', ');
    return `this submission may be one of ${ids}; only a person can tell. Record the answer with resolve().`;
  }
  if (found.gap !== null) return `nothing was found, which proves nothing: ${found.gap.message}.`;
  return over ? 'nothing can be proven.' : `not found yet, and a request may still be on its way until ${isoOf(overAt)}.`;
}

/** `submit` while a machine can still resolve the submission, `review` when only a person can. */
function nextStep(now: number, window: ReturnType<typeof keyWindow>, found: SearchResult): NextStep {
  if (now <= window.closesAt) return { action: 'submit', notBefore: isoOf(Math.max(now, window.opensAt)) };
  if (now <= window.lastArrivalAt) return { action: 'submit', notBefore: isoOf(window.lastArrivalAt + 1) };
  if (found.gap?.type === 'failed_read') return { action: 'submit', notBefore: isoOf(now + READ_AGAIN_MS) };
  return { action: 'review', candidates: found.candidates };
}

export function unknownOutcome(submission: Submission, error: PayoutError, next: NextStep, notices: readonly Notice[] = []): UnknownPayout {
  return { outcome: 'unknown', error, submission, next, notices };
}

export const submitNow = (context: ProviderContext): NextStep => ({ action: 'submit', notBefore: isoOf(context.runtime.now()) });

/** An unknown outcome that submitting again can resolve at once. */
export function unknownForNow(context: ProviderContext, submission: Submission, error: PayoutError): UnknownPayout {
  return unknownOutcome(submission, error, submitNow(context));
}
