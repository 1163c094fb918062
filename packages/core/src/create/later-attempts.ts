import type { ProviderContext } from '../context/context.ts';
import type { InFlightResult } from '../context/process-memory.ts';
import { PayoutError } from '../errors.ts';
import { FURTHEST_RAISED, mayExist } from './other-attempts.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import { callWithin, homeOf, type Passage, storeFailed } from './arrival.ts';
import { type PaidAs, paidAs, readPaidByOther, payoutIdOf } from './read-again.ts';
import { recordOutcome } from './record-outcome.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import { isRejected, type Resolution, type Submission } from '../stores/submission.ts';

type SettledRefusal = Extract<Resolution, { rejected: true }>;

/** The answer for a refused attempt. A later attempt may have been paid since, so the highest attempt answers for the reference. */
export async function answerRejected(passage: Passage, row: CheckedSubmission, resolution: SettledRefusal): Promise<InFlightResult> {
  const later = await answerFromLater(passage, row);
  return later ?? rejectedBefore(row.submission, resolution);
}

/**
 * What a later attempt says about the reference of a refused one. `null` when every other attempt was refused and none of them
 * answers.
 */
export async function answerFromLater(passage: Passage, row: CheckedSubmission): Promise<InFlightResult | null> {
  const { context, asked, arrival } = passage;
  let later: LaterAttempts;
  try {
    later = await laterThan(context, row);
  } catch (error) {
    return storeFailed(context, row.submission, error);
  }
  const { open, highest } = later;
  if (open !== null) return answerOpen(passage, open);
  const before = await answerFromEarlier(passage, row);
  if (before !== null) return before;
  const counts = arrival.anyAttempt && highest.submission.attempt > asked.attempt;
  return counts && isRejected(highest.resolution) ? rejectedBefore(highest.submission, highest.resolution) : null;
}

/** A lower attempt that is paid, or may be. The caller raised its attempt wrongly, and a second payment must not follow. */
async function answerFromEarlier(passage: Passage, { submission }: CheckedSubmission): Promise<PayoutOutcome | null> {
  const { context } = passage;
  if (submission.attempt === 1) return null;
  let earlier: readonly CheckedSubmission[];
  try {
    earlier = await context.store.findBetween(submission, 1, submission.attempt - 1);
  } catch (error) {
    return storeFailed(context, submission, error);
  }
  const open = earlier.filter((each) => !isRejected(each.resolution));
  const kept = open.find((each) => payoutIdOf(each) !== null) ?? open[0];
  if (kept === undefined) return null;
  const paid = paidAs(kept);
  return paid === null ? mayExist(context, kept.submission) : answerPaidLater(passage, paid, homeOf(passage, kept.submission));
}

/** The answer of a later attempt that was not refused. */
async function answerOpen(passage: Passage, open: CheckedSubmission): Promise<InFlightResult> {
  const paid = paidAs(open);
  if (paid !== null) return answerPaidLater(passage, paid, homeOf(passage, open.submission));
  return passage.arrival.anyAttempt ? { openAttempt: open.submission.attempt } : mayExist(passage.context, open.submission);
}

async function answerPaidLater(passage: Passage, paid: PaidAs, home: ProviderContext | null): Promise<PayoutOutcome> {
  const { submission } = paid;
  const { context, asked, arrival, deadline } = passage;
  const call = callWithin(context, deadline);
  if (home === null) return mayExist(context, submission); // Only the other provider can read its payout. A registry's `submit` goes there.
  const outcome = await readPaidByOther(home, asked, paid, call);
  const isExpected = arrival.anyAttempt && outcome.outcome === 'accepted';
  return isExpected ? { ...outcome, notices: outcome.notices.filter(({ code }) => code !== 'later_attempt') } : outcome;
}

/** The stored attempts above a refused one. */
export interface LaterAttempts {
  /** The first attempt that is not refused. An attempt with a payout comes before one that may have a payout. */
  readonly open: CheckedSubmission | null;
  /** The highest refused attempt. It may be the given attempt itself. */
  readonly highest: CheckedSubmission;
}

/**
 * Reads the attempts above a refused one, upwards. Each attempt is read only after the one below it was read as refused: downwards,
 * a payout could appear between two reads.
 *
 * After the last stored attempt it reads ten more. Only a number that was raised wrongly is among those.
 */
export async function laterThan({ store }: ProviderContext, row: CheckedSubmission): Promise<LaterAttempts> {
  const { submission: place } = row;
  let highest = row;
  for (;;) {
    const attempt = highest.submission.attempt + 1;
    const next = await store.find({ namespace: place.namespace, reference: place.reference, attempt });
    if (next === null) break;
    if (!isRejected(next.resolution)) return { open: next, highest };
    highest = next;
  }
  const { attempt } = highest.submission;
  const above = await store.findBetween(place, attempt + 1, attempt + FURTHEST_RAISED);
  const open = above.filter((each) => !isRejected(each.resolution));
  return { open: open.find((each) => payoutIdOf(each) !== null) ?? open[0] ?? null, highest: above.at(-1) ?? highest };
}

/** The outcome of an earlier refusal, with the reason of that refusal. Nothing is sent. */
export function rejectedBefore(submission: Submission, { retry = 'next_attempt', reason }: SettledRefusal): PayoutOutcome {
  const advice = retry === 'never' ? '' : ' Use nextAttempt(outcome) once the cause is gone.';
  const when = reason === undefined ? 'before' : `at ${reason.at}`;
  const told = `Attempt ${submission.attempt} of reference ${submission.reference} was refused ${when}; nothing was sent now.${advice}`;
  const message = reason === undefined ? told : `${sentence(reason.message)} ${told}`;
  // The error names the provider that refused the attempt, whichever provider was asked now.
  const details = {
    provider: submission.name,
    outcome: 'rejected',
    providerCode: reason?.providerCode,
    requestId: reason?.requestId,
  } as const;
  const error = new PayoutError(reason?.code ?? 'invalid_state', message, details);
  return { outcome: 'rejected', error, retry, submission, replayed: true, notices: [] };
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Records a certain refusal that the store could not record before, and answers it. */
export async function recordAgain(home: ProviderContext, submission: Submission, resolution: SettledRefusal): Promise<PayoutOutcome> {
  const before = rejectedBefore(submission, resolution);
  const { by = 'provider' } = resolution.reason ?? {};
  const { notices } = await recordOutcome(home, before, { by });
  return { ...before, notices };
}
