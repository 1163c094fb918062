import { isRetryableRefusal } from '../context/retryable-refusal.ts';
import type { Refusal } from '../adapter/spec.ts';
import type { ProviderContext } from '../context/context.ts';
import { errorOf, withOutcome } from '../context/outcome-errors.ts';
import { PayoutError } from '../errors.ts';
import { needsApproval } from '../context/pending-approval.ts';
import type { HttpResponse, Sent } from '../http/exchange.ts';
import type { RetryAdvice } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import { mayBePrinted } from '../printable.ts';

/** What is known about a submission while it is being sent. */
export interface ExchangeState {
  /**
   * Whether a payout may exist already. An earlier send of this exchange may have made it, or somebody else before this exchange
   * (R7).
   */
  readonly mayExist: boolean;
  /** The refusal that is being confirmed (R11); `null` when none is. */
  readonly confirming: PayoutError | null;
}

/** How an exchange ended. */
export type Verdict =
  | { readonly type: 'accepted'; readonly payout: Payout; readonly replayed: boolean }
  | {
      readonly type: 'rejected';
      readonly error: PayoutError;
      readonly retry: RetryAdvice;
      readonly refusal: Refusal | null;
      /**
       * Why nothing exists. `replayed_refusal`: the provider replayed its stored refusal. `unsent_elsewhere`: only this call could
       * have sent the submission, so recheck the store.
       */
      readonly proof: 'replayed_refusal' | 'unsent_elsewhere';
    }
  | {
      readonly type: 'unknown';
      readonly error: PayoutError;
      /**
       * `conflict`: the key was used for another request. `server`: a 5xx, so a lookup may find the payout. `late`: nothing more is
       * sent, because the window closed or a person decides.
       */
      readonly why: 'lost' | 'server' | 'conflict' | 'late';
    };

/** What to do after one send: send the same bytes again, or stop. `ifOver` is the verdict when no resend is left. */
export type Step =
  | { readonly type: 'end'; readonly verdict: Verdict }
  | {
      readonly type: 'resend';
      /**
       * How often the same bytes are sent again. `in_flight`: until the deadline. `confirm`: once, without a pause. `trouble`: a
       * bounded number of times.
       */
      readonly because: 'trouble' | 'in_flight' | 'confirm';
      readonly state: ExchangeState;
      readonly ifOver: Verdict;
    };

/** Decides what one exchange means, given what was known before it (NEVER-TWICE R9 to R12, R15, R20). The decision is pure. */
export function decideNext(context: ProviderContext, sent: Sent, state: ExchangeState, read: (answer: HttpResponse) => Payout): Step {
  if (sent.type === 'not_sent') return judgeNotSent(sent, state);
  if (sent.type === 'lost') return trouble(sent.error, 'lost');
  const { answer } = sent;
  if (answer.status >= 200 && answer.status < 300) return judgeSuccess(context, answer, read);
  const refusal = refusalOf(context, answer);
  if (refusal === null) return trouble(unreadable(context, answer, 'an answer that cannot be understood'), whyOf(answer));
  if (refusal.outcome === 'unknown') return judgeUnknown(context, answer, refusal, refusal.resend);
  // A conflict, a request in flight and a server's own failure refuse nothing, whatever the adapter says (R15).
  if (refusal.code === 'idempotency_conflict' || answer.status === 409 || answer.status >= 500) {
    return judgeUnknown(context, answer, refusal, true);
  }
  return judgeRefusal(context, answer, refusal, state);
}

/**
 * The adapter's reading of a refusal, or `null` when the adapter throws. An exception must not lose the outcome of a request that
 * was sent.
 */
function refusalOf(context: ProviderContext, answer: HttpResponse): Refusal | null {
  try {
    return context.rules.refusal(answer, 'create');
  } catch {
    return null;
  }
}

function unreadable(context: ProviderContext, answer: HttpResponse, what: string): PayoutError {
  return new PayoutError('unexpected_response', `answered ${answer.status} with ${what}.`, {
    provider: context.identity.name,
    httpStatus: answer.status,
    payoutId: idIn(context, answer.json),
    unreadAnswer: context.redact(answer.text),
  });
}

const whyOf = (answer: HttpResponse): 'lost' | 'server' => (answer.status >= 500 ? 'server' : 'lost');

const MAY_EXIST: ExchangeState = { mayExist: true, confirming: null };

function trouble(error: PayoutError, why: 'lost' | 'server'): Step {
  return { type: 'resend', because: 'trouble', state: MAY_EXIST, ifOver: unknown(error, why) };
}

function unknown(error: PayoutError, why: Extract<Verdict, { type: 'unknown' }>['why']): Verdict {
  return { type: 'unknown', error: withOutcome(error, 'unknown'), why };
}

function judgeNotSent(sent: Extract<Sent, { type: 'not_sent' }>, state: ExchangeState): Step {
  if (sent.tooLate) return { type: 'end', verdict: unknown(sent.error, 'late') };
  const verdict = state.mayExist ? unknown(sent.error, 'lost') : rejected(state.confirming ?? sent.error, 'same_attempt', null);
  return { type: 'resend', because: 'trouble', state, ifOver: verdict };
}

function judgeSuccess(context: ProviderContext, answer: HttpResponse, read: (answer: HttpResponse) => Payout): Step {
  try {
    return { type: 'end', verdict: { type: 'accepted', payout: read(answer), replayed: context.rules.isReplay(answer) } };
  } catch {
    // A parsing error must never hide money: the payout exists, only its description cannot be read.
    return trouble(unreadable(context, answer, 'something that is not a readable payout'), 'lost');
  }
}

/** The id in a response that could not be read, or `null` when the text there may not be printed. */
function idIn(context: ProviderContext, json: unknown): string | null {
  const id = typeof json === 'object' && json !== null && 'id' in json && typeof json.id === 'string' ? json.id : null;
  return mayBePrinted(id, context.redact) ? id : null;
}

function judgeUnknown(context: ProviderContext, answer: HttpResponse, refusal: Refusal, resend: boolean): Step {
  const error = errorOf(context, refusal, answer, 'unknown');
  if (!resend) {
    const why = refusal.code === 'idempotency_conflict' ? 'conflict' : needsApproval(error) ? 'late' : whyOf(answer);
    return { type: 'end', verdict: unknown(error, why) };
  }
  if (refusal.code === 'idempotency_conflict') {
    return { type: 'resend', because: 'in_flight', state: MAY_EXIST, ifOver: unknown(error, 'lost') };
  }
  return trouble(error, whyOf(answer));
}

type RejectedRefusal = Extract<Refusal, { outcome: 'rejected' }>;

function judgeRefusal(context: ProviderContext, answer: HttpResponse, refusal: RejectedRefusal, state: ExchangeState): Step {
  const error = errorOf(context, refusal, answer, 'rejected');
  if (isResolving(context, answer)) {
    return {
      type: 'end',
      verdict: rejected(error, refusal.keyState === 'needs_person' ? 'never' : 'next_attempt', refusal, 'replayed_refusal'),
    };
  }
  const verdict = state.mayExist
    ? unknown(error, 'lost')
    : rejected(refusal.keyState === 'unused' ? (state.confirming ?? error) : error, ADVICE[refusal.keyState], refusal);
  if (
    refusal.code !== 'rate_limited' &&
    refusal.keyState === 'maybe_stored' &&
    context.limits.storesRefusals &&
    state.confirming === null
  ) {
    return { type: 'resend', because: 'confirm', state: { mayExist: state.mayExist, confirming: error }, ifOver: verdict };
  }
  return isRetryableRefusal(context, answer, refusal)
    ? { type: 'resend', because: 'trouble', state, ifOver: verdict }
    : { type: 'end', verdict };
}

const ADVICE: Readonly<Record<RejectedRefusal['keyState'], RetryAdvice>> = {
  unused: 'same_attempt',
  maybe_stored: 'same_attempt', // The provider was asked again and has not stored the refusal.
  never_valid: 'next_attempt',
  needs_person: 'never',
};

/** Whether the provider replayed a stored refusal. Nothing can exist under that key (R10). */
function isResolving(context: ProviderContext, answer: HttpResponse): boolean {
  return answer.status >= 400 && context.rules.isReplay(answer);
}

function rejected(
  error: PayoutError,
  retry: RetryAdvice,
  refusal: Refusal | null,
  proof: 'replayed_refusal' | 'unsent_elsewhere' = 'unsent_elsewhere',
): Verdict {
  return { type: 'rejected', error: withOutcome(error, 'rejected'), retry, refusal, proof };
}
