import { type Engine, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import { type Deadline, startDeadline } from './http.ts';
import { keyWindow } from './idempotency.ts';
import { foundOutcome, isoOf, lookup, unknownOutcome } from './lookup.ts';
import type { PayoutOutcome } from './outcome.ts';
import { assertBound } from './prepare.ts';
import type { CallOptions, Decision } from './provider.ts';
import { remaining } from './search.ts';
import { shareExchange } from './share-exchange.ts';
import type { KeptSubmission, Settled, Submission } from './submission.ts';
import { rejectedAs, submitOnce } from './submit.ts';

/** Finds the provider that a kept submission was made under; only a registry knows any but the provider itself. */
export type Route = (submission: Submission) => Engine | null;

const ownRoute =
  (engine: Engine): Route =>
  (submission) =>
    submission.name === engine.name ? engine : null;

/** Keeps a submission, then submits the one that is kept: the first one wins (NEVER-TWICE R1, R2). */
export async function submitKept(
  engine: Engine,
  submission: Submission,
  call: CallOptions = {},
  route: Route = ownRoute(engine),
): Promise<PayoutOutcome> {
  let kept: KeptSubmission;
  try {
    kept = await engine.store.keep(submission);
  } catch (error) {
    return storeFailed(engine, submission, error);
  }
  if (kept.settled !== null && 'rejected' in kept.settled) return rejectedBefore(engine, kept.submission, kept.settled);
  const home = route(kept.submission);
  const conflict = home === null ? `was made under the name ${kept.submission.name}` : conflictOf(home, kept.submission, submission);
  if (home === null || conflict !== null) return conflicting(home ?? engine, kept, conflict ?? '', call);
  assertBound(home, kept.submission);
  if (kept.settled !== null) return readAgain(home, kept.submission, kept.settled.payoutId, call);
  const mine = kept.submission;
  return recorded(home, await shareExchange(home, mine, call, (deadline) => submitOnce(home, mine, deadline)));
}

/** Why a kept submission is not what was asked for now; `null` when it is. */
function conflictOf(home: Engine, kept: Submission, asked: Submission): string | null {
  if (kept.provider !== home.id) return `was made through ${kept.provider}`;
  if (kept.account !== home.account) return 'was made on another connected account';
  if (kept.live !== home.live) return `was made in ${kept.live === true ? 'live' : 'test'} mode`;
  if (kept.fingerprint !== asked.fingerprint) return 'asked for something else (amount, destination, ...)';
  return null;
}

async function conflicting(engine: Engine, kept: KeptSubmission, why: string, call: CallOptions): Promise<PayoutOutcome> {
  const { submission, settled } = kept;
  const message = `reference ${submission.reference} is taken: the submission that is kept for it ${why}. Nothing was sent.`;
  const error = new PayoutError('idempotency_conflict', message, { provider: engine.name, outcome: 'unknown' });
  const known =
    settled !== null && 'payoutId' in settled && submission.name === engine.name
      ? await readQuietly(engine, submission, settled.payoutId, call)
      : null;
  if (settled !== null) return unknownOutcome(submission, error, { do: 'ask', candidates: known === null ? [] : [known] });
  return unknownOutcome(submission, error, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
}

async function readQuietly(engine: Engine, submission: Submission, id: string, call: CallOptions) {
  try {
    return await operationsOf(engine, submission).retrieve(id, undefined, call);
  } catch {
    return null;
  }
}

const operationsOf = (engine: Engine, submission: Submission) => engine.operationsFor(engine.headers, { source: submission.source });

/** A settled reference needs no sending: the payout is read again by its id. */
async function readAgain(engine: Engine, submission: Submission, payoutId: string, call: CallOptions): Promise<PayoutOutcome> {
  try {
    const payout = await operationsOf(engine, submission).retrieve(payoutId, undefined, call);
    return foundOutcome(engine, submission, payout, []);
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error;
    const told = withOutcome(
      error,
      'unknown',
      `Reference ${submission.reference} was accepted before as ${payoutId}; nothing was sent now.`,
    );
    return unknownOutcome(submission, told, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
  }
}

function rejectedBefore(engine: Engine, submission: Submission, settled: Extract<Settled, { rejected: true }>): PayoutOutcome {
  const message = `attempt ${submission.attempt} of reference ${submission.reference} was refused before, and nothing was sent now. Use nextAttempt(outcome) once the cause is gone.`;
  const error = new PayoutError('invalid_state', message, { provider: engine.name, outcome: 'rejected' });
  return rejectedAs(settled.retry ?? 'next_attempt', error, submission);
}

function storeFailed(engine: Engine, submission: Submission, thrown: unknown): PayoutOutcome {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const message = `the submissions store failed (${name}) before anything was sent; an earlier call may have sent it. Create again with the same reference.`;
  const error = new PayoutError('provider_unavailable', message, { provider: engine.name, outcome: 'unknown' });
  return unknownOutcome(submission, error, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
}

// ---- Recording -------------------------------------------------------------------------------------------------------

/** How an outcome settles its submission; `null` while it does not. */
function settlementOf(outcome: PayoutOutcome): Settled | null {
  if (outcome.outcome === 'accepted') return { payoutId: outcome.payout.id };
  if (outcome.outcome === 'unknown' || outcome.retry === 'same_attempt') return null;
  return { rejected: true, retry: outcome.retry };
}

/** Tells the store how it ended. A store that fails now cannot make the outcome less true. */
async function recorded(engine: Engine, outcome: PayoutOutcome): Promise<PayoutOutcome> {
  const settled = settlementOf(outcome);
  if (settled === null || outcome.submission === null) return outcome;
  try {
    await engine.store.settle(outcome.submission, settled);
    return outcome;
  } catch {
    const message = 'The submissions store could not record this outcome; the next create with this reference will ask the provider again.';
    engine.telemetry({ type: 'diagnostic', provider: engine.name, code: 'not_recorded', message });
    return outcome.outcome === 'accepted' ? { ...outcome, notices: [...outcome.notices, { code: 'not_recorded', message }] } : outcome;
  }
}

// ---- Reading and deciding --------------------------------------------------------------------------------------------

/** Finds out by reading only, and records what is then certain. */
export async function lookupKept(engine: Engine, submission: Submission, call: CallOptions = {}): Promise<PayoutOutcome> {
  assertBound(engine, submission);
  return recorded(engine, await within(engine, call, (deadline) => lookup(engine, submission, deadline)));
}

async function within<T>(engine: Engine, call: CallOptions, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  const deadline = startDeadline(engine.runtime, call.timeoutMs ?? engine.timeoutMs, call.signal);
  try {
    return await work(deadline);
  } finally {
    deadline.end();
  }
}

/**
 * Records what a person found out (NEVER-TWICE R18).
 *
 * @throws {PayoutError} `invalid_state` for `absent` while it could still be sent; `invalid_request` for another payout's id.
 */
export async function settleKept(engine: Engine, submission: Submission, decision: Decision): Promise<PayoutOutcome> {
  assertBound(engine, submission);
  if ('absent' in decision) return recorded(engine, absentByDecision(engine, submission));
  const payout = await within(engine, {}, (deadline) =>
    operationsOf(engine, submission).retrieve(decision.payoutId, undefined, {
      signal: deadline.signal,
      timeoutMs: remaining(engine, deadline),
    }),
  );
  const outcome = foundOutcome(engine, submission, payout, []);
  if (outcome.outcome === 'unknown') {
    throw new PayoutError('invalid_request', `${decision.payoutId} is not the payout of this submission: ${outcome.error.message}`, {
      provider: engine.name,
    });
  }
  return recorded(engine, outcome);
}

function absentByDecision(engine: Engine, submission: Submission): PayoutOutcome {
  const { overAt } = keyWindow(submission.preparedAt, engine.keptForMs, engine.timeoutMs);
  if (engine.runtime.now() <= overAt) {
    const message = `a copy of this submission could still be sent or arrive; decide that it is absent after ${isoOf(overAt)}, or submit it again.`;
    throw new PayoutError('invalid_state', message, { provider: engine.name });
  }
  const error = new PayoutError('not_found', 'a person decided that no payout exists for this submission.', {
    provider: engine.name,
    outcome: 'rejected',
  });
  return rejectedAs('next_attempt', error, submission);
}
