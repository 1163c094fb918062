import { compare, mismatchError } from './about-ours.ts';
import { allOverAt, type Copies } from './copies.ts';
import { type Engine, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import { ASK_THERE, heldBefore, isHeld, isHold, noteHeld, rememberHeld } from './held.ts';
import type { Deadline } from './http.ts';
import { keyWindow } from './idempotency.ts';
import type { NextStep, Notice, PayoutOutcome, UnknownPayout } from './outcome.ts';
import type { Payout } from './payout.ts';
import { search, type SearchResult } from './search.ts';
import type { Submission } from './submission.ts';
import { isoOf } from './times.ts';

/** When a list that could not be read may be tried again. */
const READ_AGAIN_MS = 60_000;

/** Finds out by reading only (NEVER-TWICE R16 to R18). */
export async function lookup(engine: Engine, copies: Copies, deadline: Deadline, because?: PayoutError): Promise<PayoutOutcome> {
  const submission = copies.oldest;
  if (because !== undefined && isHold(because)) rememberHeld(engine, submission);
  const notices = await noteHeld(engine, submission); // Also what an earlier call could not note, or noted in another store.
  // Before the list is read: what the list shows must be later than the moment when nobody could send any more.
  const askedAt = engine.runtime.now();
  const found = await search(engine, submission, deadline, [submission.correlation.token]);
  if (found.ours !== null) return foundOutcome(engine, submission, found.ours, []);
  const held = await isHeld(engine, submission);
  if (held === true) {
    const error = withOutcome(because ?? heldBefore(engine, submission), 'unknown', ASK_THERE);
    return unknownOutcome(submission, error, { do: 'ask', candidates: found.candidates }, notices);
  }
  const outcome = notFound(engine, copies, askedAt, found, because);
  if (held === false || outcome.outcome !== 'rejected') return outcome;
  const doubt = withOutcome(outcome.error, 'unknown', 'But the submissions store could not be read, and may know better.');
  return unknownOutcome(submission, doubt, { do: 'submit', notBefore: isoOf(askedAt + READ_AGAIN_MS) });
}

/** The outcome of a payout that was found, not made, by this call. */
export function foundOutcome(engine: Engine, submission: Submission, payout: Payout, notices: readonly Notice[]): PayoutOutcome {
  const comparison = compare(engine, submission, payout);
  if (comparison.mismatch !== null) {
    return unknownOutcome(submission, mismatchError(engine, payout, comparison.mismatch), { do: 'ask', candidates: [payout] });
  }
  return { outcome: 'accepted', payout, replayed: true, submission, notices: [...notices, ...comparison.notices] };
}

function notFound(engine: Engine, copies: Copies, askedAt: number, found: SearchResult, because: PayoutError | undefined): PayoutOutcome {
  const submission = copies.oldest;
  const window = { ...keyWindow(submission.preparedAt, engine.keptForMs, engine.timeoutMs), overAt: allOverAt(engine, copies) };
  const over = askedAt > window.overAt;
  if (over && found.gap === null && found.candidates.length === 0) {
    const message = 'no payout exists for this submission, and nobody can send it any more.';
    return {
      outcome: 'rejected',
      error: new PayoutError('not_found', message, { provider: engine.name, outcome: 'rejected' }),
      retry: 'next_attempt',
      submission,
      replayed: false,
      notices: [],
    };
  }
  const error = because ?? found.error ?? new PayoutError('unresolved', sayWhy(found, over, window.overAt), { provider: engine.name });
  return unknownOutcome(submission, withOutcome(error, 'unknown'), nextStep(askedAt, window, found));
}

function sayWhy(found: SearchResult, over: boolean, overAt: number): string {
  if (found.candidates.length > 0) {
    const ids = found.candidates.map((payout) => payout.id).join(', ');
    return `this submission may be one of ${ids}; only a person can tell. Record the answer with settle().`;
  }
  if (found.gap !== null) return `nothing was found, which proves nothing: ${found.gap.message}.`;
  return over ? 'nothing can be proven.' : `not found yet, and a request may still be on its way until ${isoOf(overAt)}.`;
}

/** While a machine can still settle it: submit again. When only a person can tell: ask. */
function nextStep(now: number, window: ReturnType<typeof keyWindow>, found: SearchResult): NextStep {
  if (now <= window.closesAt) return { do: 'submit', notBefore: isoOf(Math.max(now, window.opensAt)) };
  if (now <= window.overAt) return { do: 'submit', notBefore: isoOf(window.overAt + 1) };
  if (found.gap?.is === 'failed_read') return { do: 'submit', notBefore: isoOf(now + READ_AGAIN_MS) };
  return { do: 'ask', candidates: found.candidates };
}

export function unknownOutcome(submission: Submission, error: PayoutError, next: NextStep, notices: readonly Notice[] = []): UnknownPayout {
  return { outcome: 'unknown', error, submission, next, notices };
}

export const submitNow = (engine: Engine): NextStep => ({ do: 'submit', notBefore: isoOf(engine.runtime.now()) });

/** Nothing is known now, and submitting again finds out: at once. */
export function unknownForNow(engine: Engine, submission: Submission, error: PayoutError): UnknownPayout {
  return unknownOutcome(submission, error, submitNow(engine));
}
