import { PayoutError } from '../errors.ts';
import type { Payout } from './payout.ts';
import type { Submission } from '../stores/submission.ts';

/** Something true that the caller should know and that is no error. */
export interface Notice {
  /** For machines, for example `settlement_schedule_paused`, `status_as_of_creation`, `earlier_attempt`. */
  readonly code: string;
  /** For people. */
  readonly message: string;
}

/** The notice and the diagnostic of what a store could not record. */
export const NOT_RECORDED = 'not_recorded';

/** The payout exists. */
export interface AcceptedPayout {
  readonly outcome: 'accepted';
  readonly payout: Payout;
  /** An earlier request made it; this one only found it. */
  readonly replayed: boolean;
  readonly submission: Submission;
  readonly notices: readonly Notice[];
}

/**
 * What may be tried after a rejection.
 *
 * `same_attempt`: the same request again, unchanged. `next_attempt`: once the cause is gone or the request corrected, with
 * `attempt: nextAttempt(outcome)`. `never`: no machine may retry.
 */
export type RetryAdvice = 'same_attempt' | 'next_attempt' | 'never';

interface Rejected<Retry extends RetryAdvice, Sent extends Submission | null> {
  readonly outcome: 'rejected';
  readonly error: PayoutError;
  readonly retry: Retry;
  readonly submission: Sent;
  /** An earlier call was refused, and this one only repeats the reason: nothing was sent now. */
  readonly replayed: boolean;
  /** What the caller should know besides, for example `not_recorded`. */
  readonly notices: readonly Notice[];
}
/** Certainly nothing exists; the same request may be made again, unchanged. */
export type RejectedTryAgain = Rejected<'same_attempt', Submission>;
/** Certainly nothing exists, and its key is spent: correct the cause, then ask with `attempt: nextAttempt(outcome)`. */
export type RejectedKeySpent = Rejected<'next_attempt', Submission>;
/** Certainly nothing exists; a person has to act. `submission` is `null` where the input was refused and nothing was prepared. */
export type RejectedForGood = Rejected<'never', Submission | null>;
/** Certainly nothing exists. */
export type RejectedPayout = RejectedTryAgain | RejectedKeySpent | RejectedForGood;

/** How an unknown outcome is resolved: by submitting the same submission again, or by a person who looks at the candidates. */
export type NextStep =
  | { readonly action: 'submit'; readonly notBefore: string }
  | { readonly action: 'review'; readonly candidates: readonly Payout[] };

/** A payout may exist. Keep `submission`; do what `next` says, today or after a restart. Never create again under a new reference. */
export interface UnknownPayout {
  readonly outcome: 'unknown';
  readonly error: PayoutError;
  readonly submission: Submission;
  readonly next: NextStep;
  /** What holds if it exists, for example a paused settlement schedule. */
  readonly notices: readonly Notice[];
}

/** How a create ended: three outcomes, not two. */
export type PayoutOutcome = AcceptedPayout | RejectedPayout | UnknownPayout;

declare const attempt: unique symbol;
/** An attempt above 1. Only {@link nextAttempt} makes one. */
export type Attempt = number & { readonly [attempt]: true };

/**
 * The attempt that may follow a rejection.
 *
 * Takes only a rejection that says `retry: 'next_attempt'`, also one that was stored as JSON. It is never a retry counter:
 * after an `unknown`, submit the same submission again.
 *
 * @throws {PayoutError} `invalid_request` for anything else, which only untyped code can hand over.
 */
export function nextAttempt(outcome: Pick<RejectedKeySpent, 'outcome' | 'retry' | 'submission'>): Attempt {
  const given: { readonly outcome?: unknown; readonly retry?: unknown; readonly submission?: { readonly attempt?: unknown } | null } =
    outcome;
  const last = given.submission?.attempt;
  if (given.outcome !== 'rejected' || given.retry !== 'next_attempt' || !Number.isSafeInteger(last)) {
    throw new PayoutError(
      'invalid_request',
      "nextAttempt takes only a rejected outcome with retry: 'next_attempt'. After an unknown outcome submit outcome.submission again: that cannot pay twice.",
    );
  }
  return (outcome.submission.attempt + 1) as Attempt;
}

/** What {@link acceptedOrThrow} throws: it carries the whole outcome as `result`. */
export class PayoutNotAcceptedError extends PayoutError {
  override readonly name: string = 'PayoutNotAcceptedError';
  /** Not enumerable: a submission holds the request body, and errors get logged. */
  declare readonly result: RejectedPayout | UnknownPayout;

  constructor(result: RejectedPayout | UnknownPayout) {
    super(result.error.code, messageFor(result), { ...result.error.details(), outcome: result.outcome });
    Object.defineProperty(this, 'result', { value: result, enumerable: false });
  }
}

function messageFor(result: RejectedPayout | UnknownPayout): string {
  if (result.outcome === 'rejected') return result.error.message;
  return `${result.error.message}\nDo not create again: keep error.result.submission and submit it; that cannot pay twice.`;
}

/**
 * The short form for scripts: the payout, or an error that carries the whole outcome.
 *
 * @throws {PayoutNotAcceptedError} For `rejected` and `unknown`; read `error.result`.
 */
export function acceptedOrThrow(outcome: PayoutOutcome): Payout {
  if (outcome.outcome === 'accepted') return outcome.payout;
  throw new PayoutNotAcceptedError(outcome);
}
