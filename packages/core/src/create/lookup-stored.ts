import { duplicatesOf, type Duplicates, arePreparedSeparately } from '../context/duplicates.ts';
import type { ProviderContext } from '../context/context.ts';
import { withOutcome } from '../context/outcome-errors.ts';
import { type Deadline, startDeadline } from '../http/deadline.ts';
import { answerFromLater, rejectedBefore } from './later-attempts.ts';
import { lookup, unknownForNow } from './lookup.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import { callWithin, ownRoute, storeWithin } from './arrival.ts';
import type { CallOptions } from '../adapter/provider.ts';
import { addStandingNotices, paidAs, payoutIdOf, readAgain, answerTaken, unlessPaidHere } from './read-again.ts';
import { recordOutcome, type RefusedBy } from './record-outcome.ts';
import { isSameRequest, relate, type Relation } from './relate.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import { isRejected, type Submission } from '../stores/submission.ts';

/** Finds out what became of a submission by reading only, the store first. Records what is then certain. */
export function lookupStored(context: ProviderContext, submission: Submission, call: CallOptions = {}): Promise<PayoutOutcome> {
  return withDeadline(context, call, async (deadline) => {
    const bounded = storeWithin(context, deadline);
    const outcome = await unlessPaidLater(bounded, submission, deadline, await lookUpWithStore(bounded, submission, deadline));
    return unlessPaidHere(() => bounded, submission, callWithin(bounded, deadline), outcome);
  });
}

async function lookUpWithStore(context: ProviderContext, submission: Submission, deadline: Deadline): Promise<PayoutOutcome> {
  const look = (duplicates: Duplicates): Promise<PayoutOutcome> => lookup(context, duplicates, deadline);
  const kept = await storedFor(context, submission);
  if (kept === 'unread') return addStandingNotices(context, unknownWhereUnread(context, await look(duplicatesOf(context, submission)))); // Nothing is recorded about a row that nobody has seen.
  if (kept === null)
    return addStandingNotices(context, await recordUnlessTaken(context, await look(duplicatesOf(context, submission)), 'lookup'));
  const call = callWithin(context, deadline);
  const duplicates = duplicatesOf(context, kept.submission, submission);
  if (isRejected(kept.resolution) && arePreparedSeparately(duplicates)) return lookUpAfterRejection(context, submission, deadline);
  const relation = relate(context, kept.submission, submission);
  const paid = paidAs(kept);
  if (paid !== null && (relation.type === 'same' || relation.type === 'variant')) {
    return addStandingNotices(context, await readAgain(context, duplicates, paid, call));
  }
  if (relation.type === 'same') {
    if (isRejected(kept.resolution)) return rejectedBefore(kept.submission, kept.resolution);
    return addStandingNotices(context, await recordOutcome(context, await look(duplicates), { by: 'lookup' }));
  }
  if (relation.type === 'variant' && kept.resolution === null && arePreparedSeparately(duplicates)) {
    return lookUpWithoutSending(context, { given: submission, kept: kept.submission }, deadline);
  }
  const taken = relation.type === 'taken' ? relation : OTHER_BYTES;
  return answerTaken(context, kept.submission, taken, { home: context, payoutId: payoutIdOf(kept), call });
}

const OTHER_BYTES: Extract<Relation, { type: 'taken' }> = {
  type: 'taken',
  differences: [{ path: 'request', message: 'was written in another version, or for another source' }],
};

/**
 * The answer of a later attempt, when the outcome is a rejection and a later attempt has been paid. A rejection alone would then
 * say nothing about the reference.
 */
export async function unlessPaidLater(
  context: ProviderContext,
  asked: Submission,
  deadline: Deadline,
  outcome: PayoutOutcome,
): Promise<PayoutOutcome> {
  if (outcome.outcome !== 'rejected' || outcome.submission === null) return outcome;
  const row: CheckedSubmission = { submission: outcome.submission, resolution: null, shared: true, alone: false, refused: null };
  const arrival = { given: true, anyAttempt: false };
  const later = await answerFromLater({ context, asked, arrival, route: ownRoute(context), deadline }, row);
  return later === null || 'openAttempt' in later ? outcome : later;
}

/**
 * Records the outcome of a submission that the store did not have.
 *
 * Before it records a refusal, it stores the submission. Somebody may have stored a younger submission meanwhile and be sending it:
 * refusing this one would free the reference under them.
 */
export async function recordUnlessTaken(context: ProviderContext, outcome: PayoutOutcome, by: RefusedBy): Promise<PayoutOutcome> {
  if (outcome.outcome !== 'rejected' || outcome.submission === null) return recordOutcome(context, outcome, { by });
  const { submission, error } = outcome;
  try {
    const row = await context.store.putIfAbsent(submission);
    const isThis = isSameRequest(row.submission, submission) && row.submission.preparedAt === submission.preparedAt;
    if (isThis && (row.resolution === null || isRejected(row.resolution))) return await recordOutcome(context, outcome, { by });
  } catch {
    // The store does not tell who has the submission now.
  }
  const doubt = withOutcome(error, 'unknown', 'But somebody kept another submission of this reference meanwhile, and may be sending it.');
  return unknownForNow(context, submission, doubt);
}

/** An unread row may hold another submission with this key that is younger and still to be sent. So no refusal is certain. */
function unknownWhereUnread(context: ProviderContext, outcome: PayoutOutcome): PayoutOutcome {
  if (outcome.outcome !== 'rejected' || outcome.submission === null) return outcome;
  const doubt = 'But the submissions store could not be read, and it may keep another submission of this reference.';
  return unknownForNow(context, outcome.submission, withOutcome(outcome.error, 'unknown', doubt));
}

/** The row of a submission's reference; `unread` when the store cannot say. */
export async function storedFor(context: ProviderContext, submission: Submission): Promise<CheckedSubmission | 'unread' | null> {
  try {
    return await context.store.find(submission);
  } catch {
    return 'unread';
  }
}

export async function withDeadline<T>(context: ProviderContext, call: CallOptions, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  const deadline = startDeadline(context.runtime, call.timeoutMs ?? context.limits.timeoutMs, call.signal);
  try {
    return await work(deadline);
  } finally {
    deadline.end();
  }
}

/**
 * Looks up a given submission whose stored one was refused. The given one was prepared in another process and may have been paid
 * there, so it is never sent.
 */
export async function lookUpAfterRejection(home: ProviderContext, given: Submission, deadline: Deadline): Promise<PayoutOutcome> {
  return addStandingNotices(home, await recordOutcome(home, await lookup(home, duplicatesOf(home, given), deadline), { by: 'lookup' }));
}

/**
 * Looks up a given submission while another one of its reference is stored and open, with another source or version. Neither is
 * sent.
 *
 * The given one's absence is no refusal of the reference: the stored one may still be sent.
 */
export async function lookUpWithoutSending(
  home: ProviderContext,
  { given, kept }: { readonly given: Submission; readonly kept: Submission },
  deadline: Deadline,
): Promise<PayoutOutcome> {
  const outcome = await lookup(home, duplicatesOf(home, given), deadline);
  const isForPerson = outcome.outcome === 'unknown' && outcome.next.action === 'review';
  if (outcome.outcome === 'accepted' || (outcome.outcome === 'unknown' && !isForPerson))
    return addStandingNotices(home, await recordOutcome(home, outcome));
  const step = isForPerson ? ' Resolve outcome.submission.' : ' Submit outcome.submission to resolve it.';
  const doubt = withOutcome(outcome.error, 'unknown', `But another submission of this reference is kept, and may exist.${step}`);
  // Only the stored submission can be resolved. If the given one were returned, nobody could ever resolve the reference.
  return isForPerson ? { ...outcome, submission: kept, error: doubt } : unknownForNow(home, kept, doubt);
}
