import type { ProviderContext } from '../context/context.ts';
import type { InFlightResult } from '../context/process-memory.ts';
import { PayoutError } from '../errors.ts';
import { FURTHEST_RAISED, mayExist } from './other-attempts.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import { callWithin, homeOf, type Passage, storeFailed } from './arrival.ts';
import { type PaidAs, paidAs, paidByOther, payoutIdOf } from './read-again.ts';
import { recordOutcome } from './record-outcome.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import { isRejected, type Resolution, type Submission } from '../stores/submission.ts';

type SettledRefusal = Extract<Resolution, { rejected: true }>;

/** A refused attempt: the reference is what its highest attempt says, for it may have been paid since. */
export async function ofRejected(passage: Passage, row: CheckedSubmission, resolution: SettledRefusal): Promise<InFlightResult> {
  const later = await laterAnswer(passage, row);
  return later ?? rejectedBefore(row.submission, resolution);
}

/** What a later attempt says about the reference of a refused one; `null` where all there are were refused and none counts. */
export async function laterAnswer(passage: Passage, row: CheckedSubmission): Promise<InFlightResult | null> {
  const { context, asked, arrival } = passage;
  let later: LaterAttempts;
  try {
    later = await laterThan(context, row);
  } catch (error) {
    return storeFailed(context, row.submission, error);
  }
  const { open, highest } = later;
  if (open !== null) return openAnswer(passage, open);
  const before = await earlierAnswer(passage, row);
  if (before !== null) return before;
  const counts = arrival.anyAttempt && highest.submission.attempt > asked.attempt;
  return counts && isRejected(highest.resolution) ? rejectedBefore(highest.submission, highest.resolution) : null;
}

/** Of an attempt that was raised wrongly: one below it that is paid, or may be. */
async function earlierAnswer(passage: Passage, { submission }: CheckedSubmission): Promise<PayoutOutcome | null> {
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
  return paid === null ? mayExist(context, kept.submission) : paidLater(passage, paid, homeOf(passage, kept.submission));
}

/** A later attempt that was not refused. */
async function openAnswer(passage: Passage, open: CheckedSubmission): Promise<InFlightResult> {
  const paid = paidAs(open);
  if (paid !== null) return paidLater(passage, paid, homeOf(passage, open.submission));
  return passage.arrival.anyAttempt ? { openAttempt: open.submission.attempt } : mayExist(passage.context, open.submission);
}

async function paidLater(passage: Passage, paid: PaidAs, home: ProviderContext | null): Promise<PayoutOutcome> {
  const { submission } = paid;
  const { context, asked, arrival, deadline } = passage;
  const call = callWithin(context, deadline);
  if (home === null) return mayExist(context, submission); // Only its own provider can read it: a registry's submit goes there.
  const outcome = await paidByOther(home, asked, paid, call);
  const isExpected = arrival.anyAttempt && outcome.outcome === 'accepted';
  return isExpected ? { ...outcome, notices: outcome.notices.filter(({ code }) => code !== 'later_attempt') } : outcome;
}

/** What is kept above a refused attempt. */
export interface LaterAttempts {
  /** The first one that is not refused; a payout before what may be one. */
  readonly open: CheckedSubmission | null;
  /** The highest one that was refused, maybe the attempt itself. */
  readonly highest: CheckedSubmission;
}

/**
 * Reads upwards: an attempt is read only after the one below it was read as refused. Downwards, a payout could slip between two
 * reads. Then ten further ones, which only a number that was raised wrongly can have.
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

/** A refusal of before, with its own reason. Nothing is sent. */
export function rejectedBefore(submission: Submission, { retry = 'next_attempt', reason }: SettledRefusal): PayoutOutcome {
  const advice = retry === 'never' ? '' : ' Use nextAttempt(outcome) once the cause is gone.';
  const when = reason === undefined ? 'before' : `at ${reason.at}`;
  const told = `Attempt ${submission.attempt} of reference ${submission.reference} was refused ${when}; nothing was sent now.${advice}`;
  const message = reason === undefined ? told : `${sentence(reason.message)} ${told}`;
  // In the name of the provider that refused it, whichever one was asked.
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

/** A certain refusal that the store could not record: it is recorded now, and told. */
export async function recordAgain(home: ProviderContext, submission: Submission, resolution: SettledRefusal): Promise<PayoutOutcome> {
  const before = rejectedBefore(submission, resolution);
  const { by = 'provider' } = resolution.reason ?? {};
  const { notices } = await recordOutcome(home, before, { by });
  return { ...before, notices };
}
