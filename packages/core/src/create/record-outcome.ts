import type { ProviderContext } from '../context/context.ts';
import { memoryKeyOf } from '../context/process-memory.ts';
import { rememberAccepted } from '../context/known-payouts.ts';
import { PayoutError } from '../errors.ts';
import { type Notice, NOT_RECORDED, type PayoutOutcome, type RejectedPayout } from '../payout/outcome.ts';
import type { RecordedRefusal, RefusalReason, Resolution, Submission } from '../stores/submission.ts';
import { isoOf } from '../platform/times.ts';

/** Who says that a submission was refused. See {@link RefusalReason}. */
export type RefusedBy = RefusalReason['by'];

/** A rejection of this call. */
export function rejectedAs(retry: RejectedPayout['retry'], error: PayoutError, submission: Submission): RejectedPayout {
  return { outcome: 'rejected', error, retry, submission, replayed: false, notices: [] };
}

/** What is stored of a refusal. The reason is in our own words, never the provider's, which may name people. */
export function refusalOf(
  context: ProviderContext,
  { error, retry }: Pick<RejectedPayout, 'error' | 'retry'>,
  by: RefusedBy,
): RecordedRefusal {
  const { code, providerCode, requestId } = error;
  const message = error.message.replace(/^\[[^\]]*\] /, ''); // The name in front is that of the provider that throws the error.
  return { rejected: true, retry, reason: { code, message, providerCode, requestId, at: isoOf(context.runtime.now()), by } };
}

/** The resolution that an outcome gives its submission; `null` while it gives none. */
function settlementOf(context: ProviderContext, outcome: PayoutOutcome, by: RefusedBy, despite: boolean): Resolution | null {
  if (outcome.outcome === 'accepted') return despite ? { payoutId: outcome.payout.id, by: 'person' } : { payoutId: outcome.payout.id };
  if (outcome.outcome === 'unknown' || outcome.retry === 'same_attempt') return null;
  return { ...refusalOf(context, outcome, by), retry: outcome.retry };
}

/** How certain an outcome is, for {@link recordOutcome}. */
interface Certainty {
  /** Who refused a rejected submission. @default 'provider' */
  readonly by?: RefusedBy;
  /**
   * Whether the accepted payout certainly belongs to the submission. After a person's decision it may belong to another one.
   * @default true
   */
  readonly proven?: boolean;
  /** Whether a refusal holds whatever others do with the submission. @default true */
  readonly isLasting?: boolean;
  /** Whether a person accepted a payout that differs from what was asked for. @default false */
  readonly despite?: boolean;
}

/** Records how a submission ended, in the store and in this process's memory. A store that fails does not change the outcome. */
export async function recordOutcome(context: ProviderContext, outcome: PayoutOutcome, certainty: Certainty = {}): Promise<PayoutOutcome> {
  const { by = 'provider', proven = true, isLasting = true, despite = false } = certainty;
  const resolution = settlementOf(context, outcome, by, despite);
  const { submission } = outcome;
  if (submission === null || outcome.outcome === 'unknown') return outcome;
  const { uncertain, unrecorded } = context.memory;
  const place = memoryKeyOf(submission);
  if (outcome.outcome === 'accepted' && proven) rememberAccepted(context, submission, outcome.payout.id);
  // The submission was certainly refused: its key may be sent as if for the first time, or never again.
  if (outcome.outcome === 'rejected') uncertain.delete(place);
  if (resolution === null) return outcome;
  try {
    await context.store.setResolution(submission, resolution);
    uncertain.delete(place); // The store knows the outcome from here on.
    unrecorded.get(context.store.itself)?.delete(place);
    return outcome;
  } catch {
    if ('rejected' in resolution && isLasting) {
      const ofStore = unrecorded.get(context.store.itself) ?? new Map();
      unrecorded.set(context.store.itself, ofStore.set(place, resolution));
    }
    return { ...outcome, notices: [...outcome.notices, notRecorded(context)] };
  }
}

/** The notice for an outcome that the store could not record. */
export function notRecorded(context: ProviderContext): Notice {
  const message = 'The submissions store could not record this outcome; the next create with this reference will ask the provider again.';
  context.telemetry.emit({ type: 'diagnostic', code: NOT_RECORDED, message });
  return { code: NOT_RECORDED, message };
}

/**
 * Records a refusal as the only holder, when the proof is that nobody else can have sent the submission.
 *
 * This is the last step before `rejected` is answered. A read and then a write would be two steps, and between them another process
 * could take the submission and pay it.
 *
 * @returns `refused`; `shared` where somebody else may be sending it; `unanswered` where the store did not answer.
 */
export async function refuseAsHolder(
  context: ProviderContext,
  submission: Submission,
  hold: string | null,
  refusal: RecordedRefusal,
): Promise<'refused' | 'shared' | 'unanswered'> {
  const { refuse } = context.store;
  if (refuse === null || hold === null) return 'shared';
  try {
    if (!(await refuse(submission, hold, refusal))) return 'shared';
    context.memory.uncertain.delete(memoryKeyOf(submission));
    return 'refused';
  } catch {
    return 'unanswered';
  }
}

/**
 * Releases a hold under which nothing was sent. The next caller takes the submission over. If the store fails, that caller is only
 * more careful.
 */
export async function giveBack(
  context: ProviderContext,
  submission: Submission,
  hold: string | null,
  other: PayoutOutcome | null,
): Promise<void> {
  // An open raised attempt would stand in the way of the lower one, and the lower one in the way of the raised one.
  const isRaised = other !== null && other.submission !== null && other.submission.attempt < submission.attempt;
  const retry = isRaised ? 'next_attempt' : 'same_attempt';
  const error = new PayoutError('invalid_state', 'nothing was sent: something else stood in the way.', { provider: context.identity.name });
  await refuseAsHolder(context, submission, hold, refusalOf(context, { error, retry }, 'provider'));
}
