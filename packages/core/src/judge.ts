import type { Refusal } from './adapter.ts';
import { type Engine, errorOf, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import { isHold } from './held.ts';
import type { Answer, Sent } from './http.ts';
import type { RetryAdvice } from './outcome.ts';
import type { Payout } from './payout.ts';
import { mayBePrinted } from './printable.ts';

/** What is known about a submission while it is being sent. */
export interface ExchangeState {
  /** Whether a payout may exist already, by an earlier send of this exchange or by anybody before it (R7). */
  readonly mayExist: boolean;
  /** The refusal that is being confirmed (R11); `null` when none is. */
  readonly confirming: PayoutError | null;
}

/** How an exchange ended. */
export type Verdict =
  | { readonly is: 'accepted'; readonly payout: Payout; readonly replayed: boolean }
  | {
      readonly is: 'rejected';
      readonly error: PayoutError;
      readonly retry: RetryAdvice;
      readonly refusal: Refusal | null;
      /** `marked`: the key itself is spent on the refusal. `fresh`: true only as long as nobody else can have sent it. */
      readonly proof: 'marked' | 'fresh';
    }
  | {
      readonly is: 'unknown';
      readonly error: PayoutError;
      /** `conflict`: the key was used for something else; `server`: a 5xx, so a lookup may tell; `late`: nothing more is sent, for the window closed or a person decides. */
      readonly why: 'lost' | 'server' | 'conflict' | 'late';
    };

/** What to do after one send: send the same bytes again, or stop. `ifOver` is the verdict when no resend is left. */
export type Step =
  | { readonly do: 'end'; readonly verdict: Verdict }
  | {
      readonly do: 'resend';
      /** `in_flight` until the deadline; `confirm` once, at once; `trouble` a bounded number of times. */
      readonly because: 'trouble' | 'in_flight' | 'confirm';
      readonly state: ExchangeState;
      readonly ifOver: Verdict;
    };

/** NEVER-TWICE R9 to R12, R15 and R20 as one pure decision: what one exchange means, given what was known before it. */
export function judge(engine: Engine, sent: Sent, state: ExchangeState, read: (answer: Answer) => Payout): Step {
  if (sent.is === 'not_sent') return judgeNotSent(sent, state);
  if (sent.is === 'lost') return trouble(sent.error, 'lost');
  const { answer } = sent;
  if (answer.status >= 200 && answer.status < 300) return judgeSuccess(engine, answer, read);
  const refusal = refusalOf(engine, answer);
  if (refusal === null) return trouble(unreadable(engine, answer, 'an answer that cannot be understood'), whyOf(answer));
  if (refusal.outcome === 'unknown') return judgeUnknown(engine, answer, refusal, refusal.resend);
  // Whatever an adapter says: a conflict, a request in flight and a server's own failure refuse nothing (R15).
  if (refusal.code === 'idempotency_conflict' || answer.status === 409 || answer.status >= 500) {
    return judgeUnknown(engine, answer, refusal, true);
  }
  return judgeRefusal(engine, answer, refusal, state);
}

/** An adapter that stumbles over an answer must not lose the outcome of a request that was sent. */
function refusalOf(engine: Engine, answer: Answer): Refusal | null {
  try {
    return engine.refusal(answer, 'create');
  } catch {
    return null;
  }
}

function unreadable(engine: Engine, answer: Answer, what: string): PayoutError {
  return new PayoutError('unexpected_response', `answered ${answer.status} with ${what}.`, {
    provider: engine.name,
    httpStatus: answer.status,
    payoutId: idIn(engine, answer.json),
    unreadAnswer: engine.redact(answer.text),
  });
}

const whyOf = (answer: Answer): 'lost' | 'server' => (answer.status >= 500 ? 'server' : 'lost');

const MAY_EXIST: ExchangeState = { mayExist: true, confirming: null };

function trouble(error: PayoutError, why: 'lost' | 'server'): Step {
  return { do: 'resend', because: 'trouble', state: MAY_EXIST, ifOver: unknown(error, why) };
}

function unknown(error: PayoutError, why: Extract<Verdict, { is: 'unknown' }>['why']): Verdict {
  return { is: 'unknown', error: withOutcome(error, 'unknown'), why };
}

function judgeNotSent(sent: Extract<Sent, { is: 'not_sent' }>, state: ExchangeState): Step {
  if (sent.tooLate) return { do: 'end', verdict: unknown(sent.error, 'late') };
  const verdict = state.mayExist ? unknown(sent.error, 'lost') : rejected(state.confirming ?? sent.error, 'same_attempt', null);
  return { do: 'resend', because: 'trouble', state, ifOver: verdict };
}

function judgeSuccess(engine: Engine, answer: Answer, read: (answer: Answer) => Payout): Step {
  try {
    return { do: 'end', verdict: { is: 'accepted', payout: read(answer), replayed: engine.isReplay(answer) } };
  } catch {
    // Parsing must never hide money: the payout exists, only its description cannot be read.
    return trouble(unreadable(engine, answer, 'something that is not a readable payout'), 'lost');
  }
}

/** What could not be read may hold anything where an id should be. */
function idIn(engine: Engine, json: unknown): string | null {
  const id = typeof json === 'object' && json !== null && 'id' in json && typeof json.id === 'string' ? json.id : null;
  return mayBePrinted(id, engine.redact) ? id : null;
}

function judgeUnknown(engine: Engine, answer: Answer, refusal: Refusal, resend: boolean): Step {
  const error = errorOf(engine, refusal, answer, 'unknown');
  if (!resend) {
    const why = refusal.code === 'idempotency_conflict' ? 'conflict' : isHold(error) ? 'late' : whyOf(answer);
    return { do: 'end', verdict: unknown(error, why) };
  }
  if (refusal.code === 'idempotency_conflict') {
    return { do: 'resend', because: 'in_flight', state: MAY_EXIST, ifOver: unknown(error, 'lost') };
  }
  return trouble(error, whyOf(answer));
}

type RejectedRefusal = Extract<Refusal, { outcome: 'rejected' }>;

function judgeRefusal(engine: Engine, answer: Answer, refusal: RejectedRefusal, state: ExchangeState): Step {
  const error = errorOf(engine, refusal, answer, 'rejected');
  if (isSettling(engine, answer)) {
    return { do: 'end', verdict: rejected(error, refusal.key === 'human' ? 'never' : 'next_attempt', refusal, 'marked') };
  }
  const verdict = state.mayExist
    ? unknown(error, 'lost')
    : rejected(refusal.key === 'alive' ? (state.confirming ?? error) : error, ADVICE[refusal.key], refusal);
  if (refusal.code !== 'rate_limited' && refusal.key === 'ask' && engine.storesRefusals && state.confirming === null) {
    return { do: 'resend', because: 'confirm', state: { mayExist: state.mayExist, confirming: error }, ifOver: verdict };
  }
  return isAskedAgain(engine, answer, refusal) ? { do: 'resend', because: 'trouble', state, ifOver: verdict } : { do: 'end', verdict };
}

/** Too much at once, or the provider's own word that the same may succeed now; what only a person can lift is not asked again. */
export function isAskedAgain(engine: Engine, answer: Answer, { code, key }: RejectedRefusal): boolean {
  return code === 'rate_limited' || (key !== 'human' && engine.mayResend(answer, 1) === true);
}

const ADVICE: Readonly<Record<RejectedRefusal['key'], RetryAdvice>> = {
  alive: 'same_attempt',
  ask: 'same_attempt', // It was asked, and is not stored.
  useless: 'next_attempt',
  human: 'never',
};

/** A marked refusal: the key is spent on it, so nothing can exist under it (R10). */
function isSettling(engine: Engine, answer: Answer): boolean {
  return answer.status >= 400 && engine.isReplay(answer);
}

function rejected(error: PayoutError, retry: RetryAdvice, refusal: Refusal | null, proof: 'marked' | 'fresh' = 'fresh'): Verdict {
  return { is: 'rejected', error: withOutcome(error, 'rejected'), retry, refusal, proof };
}
