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
import { earlierKeys, foundAsEarlier, paidAs, paidByOther, answerPaidHere, payoutIdOf } from './read-again.ts';
import { type Gap, remaining, search } from '../context/search.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import { isRejected, type Submission } from '../stores/submission.ts';
import { DAY_MS } from '../platform/times.ts';

/**
 * Before an attempt is sent: whether another attempt of its reference may exist after all (NEVER-TWICE R5), or it is held itself.
 *
 * Attempts above 1 should follow certain rejections only. A cast can say otherwise, so it is checked against what the store
 * keeps, what this process remembers and, where payouts carry our token, what the provider shows.
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
  // What exists says more than what may.
  const open = others.filter((row) => !isRejected(row.resolution));
  const kept = open.find((row) => payoutIdOf(row) !== null) ?? open[0];
  if (kept !== undefined) return inTheWay(context, submission, kept, deadline);
  const known = payoutKnownOf(context, submission);
  // Of this very attempt: the provider replays it, or the key's time is over and it is looked up.
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
  return atProvider(context, submission, deadline, { keys, word: wordOn(context, submission, others) });
}

/** Whether this process may be sending an earlier attempt. What only asks the store about a refused one sends nothing. */
function isDoubtful(
  { memory: process, store }: ProviderContext,
  { provider }: Submission,
  keys: readonly string[],
  others: readonly CheckedSubmission[],
): boolean {
  const refused = new Set(others.map(({ submission }) => submission.key)); // What is not refused stood in the way before.
  return keys.some((key) => {
    const place = memoryKeyOf({ provider, key });
    const underWay = process.inFlight.get(place);
    return process.uncertain.has(place) || (underWay !== undefined && (underWay.store !== store.itself || !refused.has(key)));
  });
}

/**
 * Whether the store has the refusal of every earlier attempt with its proof: then none can exist, and the list need not be read.
 *
 * A person's word is no proof, and neither is a refusal that a store without `refuse` recorded after a look. A store in memory
 * knows this process alone: another one may have sent the same attempt since.
 */
function areProven(context: ProviderContext, submission: Submission, others: readonly CheckedSubmission[]): boolean {
  return keepsProofs(context) && refusalsBefore(submission, others).filter((row) => !isOnWord(row)).length === submission.attempt - 1;
}

const keepsProofs = ({ store }: ProviderContext): boolean => store.refuse !== null && !store.isPassing;

const refusalsBefore = ({ attempt }: Submission, others: readonly CheckedSubmission[]): readonly CheckedSubmission[] =>
  others.filter((row) => row.submission.attempt < attempt && isRejected(row.resolution));

/** Whether it was refused on a person's word. What is not known to be proven is. */
const isOnWord = ({ resolution }: CheckedSubmission): boolean => isRejected(resolution) && (resolution.reason?.by ?? 'person') === 'person';

/** Whose word the end of all earlier attempts is; `null` where the store does not have the end of each. */
function wordOn(context: ProviderContext, submission: Submission, others: readonly CheckedSubmission[]): Earlier['word'] {
  const refusals = refusalsBefore(submission, others);
  if (refusals.length !== submission.attempt - 1) return null;
  const spoken = Math.max(0, ...refusals.filter(isOnWord).map((row) => row.submission.attempt));
  return spoken === submission.attempt - 1 || (spoken > 0 && keepsProofs(context)) ? 'person' : 'refusal';
}

/** Earlier attempts, as the list is asked for them. */
interface Earlier {
  readonly keys: readonly string[];
  readonly word: 'person' | 'refusal' | null;
}

/**
 * What no later look can mend. Where every earlier attempt was decided, that is the last word: else nobody could ever pay.
 *
 * Of a provider that never proves an absence, a refusal is. But a row that nobody could read, or what a list left out, may be a
 * payout that another process made since the refusal: past those goes only a person's word.
 */
const LASTING: Readonly<Record<NonNullable<Earlier['word']>, readonly Gap['type'][]>> = {
  refusal: ['no_list', 'no_proof'],
  person: ['no_list', 'no_proof', 'endless_list', 'floor', 'unreadable_row'],
};

/** Another attempt that is kept, and not refused. */
async function inTheWay(
  context: ProviderContext,
  submission: Submission,
  row: CheckedSubmission,
  deadline: Deadline,
): Promise<PayoutOutcome> {
  const paid = paidAs(row);
  if (paid === null || row.submission.name !== context.identity.name) return mayExist(context, row.submission);
  const call = { signal: deadline.signal, timeoutMs: remaining(context, deadline) };
  return paidByOther(context, submission, paid, call);
}

/** A number that was raised wrongly, such as a job's own count of retries, may be this far above the attempt that is made now. */
export const FURTHEST_RAISED = 10;

/** An attempt that is kept, and may exist, stands in the way of any other. */
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
 * How far back an earlier attempt is looked for that no store knows.
 *
 * A refusal is seen to within days. What was raised wrongly after a month is a mistake of another kind, and a list of years would end no call.
 */
const EARLIER_ATTEMPTS_MS = 35 * DAY_MS;

async function atProvider(
  context: ProviderContext,
  submission: Submission,
  deadline: Deadline,
  { keys, word }: Earlier,
): Promise<PayoutOutcome | null> {
  const since = Date.parse(submission.preparedAt) - EARLIER_ATTEMPTS_MS;
  const found = await search({ context, submission, deadline, tokens: keys, since });
  if (found.matched !== null) return foundAsEarlier(context, submission, found.matched);
  // Whatever the reason, what was not seen may be there: an endless list, a clock that disagrees, a list that begins too late.
  if (found.gap === null || (word !== null && LASTING[word].includes(found.gap.type) && found.candidates.length === 0)) return null;
  const because = found.error ?? new PayoutError('unresolved', `${found.gap.message}.`, { provider: context.identity.name });
  const error = withOutcome(because, 'unknown', 'Nothing was sent: whether an earlier attempt exists could not be read.');
  // Only a read that failed may go better next time.
  const next: NextStep = found.gap.type === 'failed_read' ? submitNow(context) : { action: 'review', candidates: found.candidates };
  return unknownOutcome(submission, error, next);
}
