import { duplicatesOf } from '../context/duplicates.ts';
import type { ProviderContext } from '../context/context.ts';
import { memoryKeyOf } from '../context/process-memory.ts';
import { payoutKnownOf } from '../context/known-payouts.ts';
import { withOutcome } from '../context/outcome-errors.ts';
import { PayoutError } from '../errors.ts';
import type { Deadline } from '../http/deadline.ts';
import { type PendingApproval, isPendingApproval } from '../context/pending-approval.ts';
import { lookup, submitNow, unknownForNow, unknownOutcome } from './lookup.ts';
import type { NextStep, PayoutOutcome } from '../payout/outcome.ts';
import { earlierKeys, foundAsEarlier, paidAs, readPaidByOther, answerPaidHere, payoutIdOf } from './read-again.ts';
import { type Gap, remaining, search } from '../context/search.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import { isRejected, type Submission } from '../stores/submission.ts';
import { DAY_MS } from '../platform/times.ts';

/**
 * Looks before a send whether another attempt of the reference may exist (NEVER-TWICE R5), or the submission is pending approval.
 *
 * Attempts above 1 should follow certain rejections only, but a cast can raise them. So the number is checked against the store,
 * this process's memory and, where payouts carry our token, the provider's list.
 *
 * @returns The outcome that stands in the way; `null` when nothing does.
 */
export function otherAttempt(context: ProviderContext, submission: Submission, deadline: Deadline): Promise<PayoutOutcome | null> | null {
  const held = isPendingApproval(context, submission);
  const isAlone = submission.attempt === 1 && context.store.isAlone(submission) && payoutKnownOf(context, submission) === undefined;
  if (held === false && isAlone) return null;
  return lookForOthers(context, submission, deadline, held);
}

async function lookForOthers(
  context: ProviderContext,
  submission: Submission,
  deadline: Deadline,
  held: PendingApproval | Promise<PendingApproval>,
): Promise<PayoutOutcome | null> {
  let others: readonly CheckedSubmission[];
  try {
    others = await context.store.findOthers(submission, submission.attempt + FURTHEST_RAISED);
  } catch {
    return storeUnread(context, submission);
  }
  // An attempt with a payout says more than an attempt that may have one.
  const open = others.filter((row) => !isRejected(row.resolution));
  const kept = open.find((row) => payoutIdOf(row) !== null) ?? open[0];
  if (kept !== undefined) return answerObstacle(context, submission, kept, deadline);
  const known = payoutKnownOf(context, submission);
  // A payout of this very attempt is no obstacle: the provider replays it, or after the key's time it is looked up.
  if (known !== undefined && known.attempt !== submission.attempt) {
    return answerPaidHere(context, submission, known, { signal: deadline.signal, timeoutMs: remaining(context, deadline) });
  }
  const mine = await held;
  if (mine === 'unread') return storeUnread(context, submission);
  if (mine) return lookup(context, duplicatesOf(context, submission), deadline);
  if (submission.attempt === 1) return null;
  const keys = await earlierKeys(submission);
  if (isDoubtful(context, submission, keys, others)) return unknownAttempt(context, submission, { action: 'review', candidates: [] });
  if (submission.correlation.by === 'none' || areProven(context, submission, others)) return null;
  return searchEarlierAttempts(context, submission, deadline, { keys, word: wordOn(context, submission, others) });
}

/**
 * Whether this process may be sending an earlier attempt. An in-flight call that only asks the store about a refused attempt sends
 * nothing.
 */
function isDoubtful(
  { memory: process, store }: ProviderContext,
  { provider }: Submission,
  keys: readonly string[],
  others: readonly CheckedSubmission[],
): boolean {
  // Any attempt that was not refused has stopped this send already.
  const refused = new Set(others.map(({ submission }) => submission.key));
  return keys.some((key) => {
    const place = memoryKeyOf({ provider, key });
    const underWay = process.inFlight.get(place);
    return process.uncertain.has(place) || (underWay !== undefined && (underWay.store !== store.itself || !refused.has(key)));
  });
}

/**
 * Whether the store has a proven refusal of every earlier attempt. Then no earlier payout can exist, and the list need not be read.
 *
 * A person's decision is no proof, and neither is a refusal that a store without `refuse` recorded after a lookup. A store in
 * memory knows only this process: another process may have sent the same attempt since.
 */
function areProven(context: ProviderContext, submission: Submission, others: readonly CheckedSubmission[]): boolean {
  return keepsProofs(context) && refusalsBefore(submission, others).filter((row) => !isOnWord(row)).length === submission.attempt - 1;
}

const keepsProofs = ({ store }: ProviderContext): boolean => store.refuse !== null && !store.isPassing;

const refusalsBefore = ({ attempt }: Submission, others: readonly CheckedSubmission[]): readonly CheckedSubmission[] =>
  others.filter((row) => row.submission.attempt < attempt && isRejected(row.resolution));

/** Whether an attempt was refused by a person's decision. A refusal without a known author counts as one. */
const isOnWord = ({ resolution }: CheckedSubmission): boolean => isRejected(resolution) && (resolution.reason?.by ?? 'person') === 'person';

/** Who decided how all earlier attempts ended. `null` where the store does not have the end of each. */
function wordOn(context: ProviderContext, submission: Submission, others: readonly CheckedSubmission[]): Earlier['word'] {
  const refusals = refusalsBefore(submission, others);
  if (refusals.length !== submission.attempt - 1) return null;
  const spoken = Math.max(0, ...refusals.filter(isOnWord).map((row) => row.submission.attempt));
  return spoken === submission.attempt - 1 || (spoken > 0 && keepsProofs(context)) ? 'person' : 'refusal';
}

/** Earlier attempts, as the list is searched for them. */
interface Earlier {
  readonly keys: readonly string[];
  readonly word: 'person' | 'refusal' | null;
}

/**
 * The gaps that no later read can close. Where all earlier attempts are decided, the decision stands despite them: else nobody
 * could ever pay.
 *
 * A refusal stands where the provider can never prove an absence. But an unreadable row, or one that the list left out, may be a
 * payout that another process made since. Only a person's decision stands against those.
 */
const LASTING: Readonly<Record<NonNullable<Earlier['word']>, readonly Gap['type'][]>> = {
  refusal: ['no_list', 'no_proof'],
  person: ['no_list', 'no_proof', 'endless_list', 'floor', 'unreadable_row'],
};

/** The outcome when another attempt is stored and was not refused. */
async function answerObstacle(
  context: ProviderContext,
  submission: Submission,
  row: CheckedSubmission,
  deadline: Deadline,
): Promise<PayoutOutcome> {
  const paid = paidAs(row);
  if (paid === null || row.submission.name !== context.identity.name) return mayExist(context, row.submission);
  const call = { signal: deadline.signal, timeoutMs: remaining(context, deadline) };
  return readPaidByOther(context, submission, paid, call);
}

/** How far above the current attempt a wrongly raised number may be, for example a job's own count of retries. */
export const FURTHEST_RAISED = 10;

/** The outcome when a stored attempt may exist. It stands in the way of every other attempt. */
export function mayExist(context: ProviderContext, other: Submission): PayoutOutcome {
  return unknownAttempt(context, other, submitNow(context));
}

function unknownAttempt(context: ProviderContext, submission: Submission, next: NextStep): PayoutOutcome {
  const { reference } = submission;
  const message =
    next.action === 'submit'
      ? `attempt ${submission.attempt} of reference ${reference} may exist, so no other was sent. Submit outcome.submission to resolve it.`
      : `an earlier attempt of reference ${reference} may exist, so this one was not sent. Submit that attempt's submission to resolve it.`;
  return unknownOutcome(
    submission,
    new PayoutError('idempotency_conflict', message, { provider: context.identity.name, outcome: 'unknown' }),
    next,
  );
}

function storeUnread(context: ProviderContext, submission: Submission): PayoutOutcome {
  const message = 'nothing was sent: the submissions store could not say whether another attempt of this reference exists.';
  const error = new PayoutError('provider_unavailable', message, { provider: context.identity.name, outcome: 'unknown' });
  return unknownForNow(context, submission, error);
}

/**
 * How far back the list is searched for an earlier attempt that no store knows.
 *
 * A refusal is dealt with within days. An attempt that was raised wrongly after a month is another mistake, and a list of years
 * would not end within a call.
 */
const EARLIER_ATTEMPTS_MS = 35 * DAY_MS;

async function searchEarlierAttempts(
  context: ProviderContext,
  submission: Submission,
  deadline: Deadline,
  { keys, word }: Earlier,
): Promise<PayoutOutcome | null> {
  const since = Date.parse(submission.preparedAt) - EARLIER_ATTEMPTS_MS;
  const found = await search({ context, submission, deadline, tokens: keys, since });
  if (found.matched !== null) return foundAsEarlier(context, submission, found.matched);
  // Any gap may hide the earlier payout: an endless list, a clock that disagrees, a list that begins too late.
  if (found.gap === null || (word !== null && LASTING[word].includes(found.gap.type) && found.candidates.length === 0)) return null;
  const because = found.error ?? new PayoutError('unresolved', `${found.gap.message}.`, { provider: context.identity.name });
  const error = withOutcome(because, 'unknown', 'Nothing was sent: whether an earlier attempt exists could not be read.');
  // Only a failed read may go better next time.
  const next: NextStep = found.gap.type === 'failed_read' ? submitNow(context) : { action: 'review', candidates: found.candidates };
  return unknownOutcome(submission, error, next);
}
