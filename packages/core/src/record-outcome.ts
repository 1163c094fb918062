import { type Engine, placeOf, rememberAccepted } from './engine.ts';
import { PayoutError } from './errors.ts';
import { type Notice, NOT_RECORDED, type PayoutOutcome, type RejectedPayout } from './outcome.ts';
import type { RecordedRefusal, RefusalReason, Settled, Submission } from './submission.ts';
import { isoOf } from './times.ts';

/** Who says that a submission was refused. See {@link RefusalReason}. */
export type RefusedBy = RefusalReason['by'];

/** A rejection of this call. */
export function rejectedAs(retry: RejectedPayout['retry'], error: PayoutError, submission: Submission): RejectedPayout {
  return { outcome: 'rejected', error, retry, submission, replayed: false, notices: [] };
}

/** What is kept of a refusal: its reason in our own words, never the provider's, which may name people. */
export function refusalOf(engine: Engine, { error, retry }: Pick<RejectedPayout, 'error' | 'retry'>, by: RefusedBy): RecordedRefusal {
  const { code, providerCode, requestId } = error;
  const message = error.message.replace(/^\[[^\]]*\] /, ''); // The name is that of whoever tells it.
  return { rejected: true, retry, reason: { code, message, providerCode, requestId, at: isoOf(engine.runtime.now()), by } };
}

/** How an outcome settles its submission; `null` while it does not. */
function settlementOf(engine: Engine, outcome: PayoutOutcome, by: RefusedBy, despite: boolean): Settled | null {
  if (outcome.outcome === 'accepted') return despite ? { payoutId: outcome.payout.id, by: 'person' } : { payoutId: outcome.payout.id };
  if (outcome.outcome === 'unknown' || outcome.retry === 'same_attempt') return null;
  return { ...refusalOf(engine, outcome, by), retry: outcome.retry };
}

/** How certain an outcome is, for {@link recorded}. */
interface Certainty {
  /** Who refused, where it was refused. @default 'provider' */
  readonly by?: RefusedBy;
  /** Whether an accepted payout is certainly the one of its submission; on a person's word it may be another's. @default true */
  readonly proven?: boolean;
  /** Whether a refusal holds whatever others do with the submission. @default true */
  readonly isLasting?: boolean;
  /** Whether a person accepted a payout that differs from what was asked for. @default false */
  readonly despite?: boolean;
}

/** Tells the store how it ended, and this process when nothing is uncertain any more. A store that fails changes no truth. */
export async function recorded(engine: Engine, outcome: PayoutOutcome, certainty: Certainty = {}): Promise<PayoutOutcome> {
  const { by = 'provider', proven = true, isLasting = true, despite = false } = certainty;
  const settled = settlementOf(engine, outcome, by, despite);
  const { submission } = outcome;
  if (submission === null || outcome.outcome === 'unknown') return outcome;
  const { uncertain, unrecorded } = engine.process;
  const place = placeOf(submission);
  if (outcome.outcome === 'accepted' && proven) rememberAccepted(engine, submission, outcome.payout.id);
  // Certainly refused: its key may be sent as if for the first time, or never again.
  if (outcome.outcome === 'rejected') uncertain.delete(place);
  if (settled === null) return outcome;
  try {
    await engine.store.settle(submission, settled);
    uncertain.delete(place); // The store knows it from here on.
    unrecorded.get(engine.store.itself)?.delete(place);
    return outcome;
  } catch {
    if ('rejected' in settled && isLasting) {
      const ofStore = unrecorded.get(engine.store.itself) ?? new Map();
      unrecorded.set(engine.store.itself, ofStore.set(place, settled));
    }
    return { ...outcome, notices: [...outcome.notices, notRecorded(engine)] };
  }
}

/** What is said where the store could not be told. */
export function notRecorded(engine: Engine): Notice {
  const message = 'The submissions store could not record this outcome; the next create with this reference will ask the provider again.';
  engine.telemetry({ type: 'diagnostic', code: NOT_RECORDED, message });
  return { code: NOT_RECORDED, message };
}

/**
 * Records a refusal whose proof is that nobody else can have sent the submission, as its only holder.
 *
 * It is the last step before `rejected` is said. A look and a write after it would be two, and between them somebody keeps the
 * submission and pays it.
 *
 * @returns `refused`; `shared` where somebody else may be sending it; `unanswered` where the store did not say.
 */
export async function refuseAsHolder(
  engine: Engine,
  submission: Submission,
  hold: string | null,
  refusal: RecordedRefusal,
): Promise<'refused' | 'shared' | 'unanswered'> {
  const { refuse } = engine.store;
  if (refuse === null || hold === null) return 'shared';
  try {
    if (!(await refuse(submission, hold, refusal))) return 'shared';
    engine.process.uncertain.delete(placeOf(submission));
    return 'refused';
  } catch {
    return 'unanswered';
  }
}

/** Nothing was sent under this hold. Whoever comes next takes the submission over; a store that fails only makes them careful. */
export async function giveBack(engine: Engine, submission: Submission, hold: string | null, other: PayoutOutcome | null): Promise<void> {
  // Left open, a raised attempt would stand in the way of the lower one, and that one in its way.
  const isRaised = other !== null && other.submission !== null && other.submission.attempt < submission.attempt;
  const retry = isRaised ? 'next_attempt' : 'same_attempt';
  const error = new PayoutError('invalid_state', 'nothing was sent: something else stood in the way.', { provider: engine.name });
  await refuseAsHolder(engine, submission, hold, refusalOf(engine, { error, retry }, 'provider'));
}
