import { type Engine, placeOf, type SharedExchange } from './engine.ts';
import { PayoutError } from './errors.ts';
import { CallerAborted, type Deadline, startDeadline } from './http.ts';
import { isoOf, unknownOutcome } from './lookup.ts';
import type { PayoutOutcome } from './outcome.ts';
import type { CallOptions } from './provider.ts';
import type { Submission } from './submission.ts';

/** Runs `exchange` for a submission, or joins the one that is under way for its key (NEVER-TWICE R7). */
export async function shareExchange(
  engine: Engine,
  submission: Submission,
  call: CallOptions,
  exchange: (deadline: Deadline) => Promise<PayoutOutcome>,
): Promise<PayoutOutcome> {
  const { underWay } = engine.process;
  const joined = underWay.get(placeOf(submission));
  if (joined !== undefined && !sameBytes(joined.submission, submission)) return conflict(engine, joined.submission);
  const shared = joined ?? start(engine, submission, call, exchange);
  underWay.set(placeOf(submission), shared);
  return waitFor(engine, shared, call.signal);
}

function start(
  engine: Engine,
  submission: Submission,
  call: CallOptions,
  exchange: (deadline: Deadline) => Promise<PayoutOutcome>,
): SharedExchange {
  const controller = new AbortController();
  const deadline = startDeadline(engine.runtime, call.timeoutMs ?? engine.timeoutMs, controller.signal);
  const outcome = exchange(deadline).finally(() => {
    deadline.end();
    engine.process.underWay.delete(placeOf(submission));
  });
  return { submission, controller, waiting: 0, outcome };
}

async function waitFor(engine: Engine, shared: SharedExchange, signal: AbortSignal | undefined): Promise<PayoutOutcome> {
  shared.waiting += 1;
  if (signal === undefined) return shared.outcome;
  let leave: (outcome: PayoutOutcome) => void = () => undefined;
  const left = new Promise<PayoutOutcome>((resolve) => {
    leave = resolve;
  });
  const onAbort = (): void => {
    shared.waiting -= 1;
    // The last one out stops the exchange, which then ends in its own outcome; anybody else just leaves.
    if (shared.waiting === 0) shared.controller.abort(new CallerAborted('the caller aborted'));
    else leave(leftEarly(engine, shared.submission));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([shared.outcome, left]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function leftEarly(engine: Engine, submission: Submission): PayoutOutcome {
  const message = 'the caller aborted while another caller is still sending the same submission.';
  const error = new PayoutError('aborted', message, { provider: engine.name, outcome: 'unknown' });
  return unknownOutcome(submission, error, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
}

function sameBytes(a: Submission, b: Submission): boolean {
  return a.name === b.name && a.request.path === b.request.path && a.request.body === b.request.body && a.fingerprint === b.fingerprint;
}

function conflict(engine: Engine, underWay: Submission): PayoutOutcome {
  const message = `another request with reference ${underWay.reference} is being sent right now, and it is different. This one was not sent.`;
  const error = new PayoutError('idempotency_conflict', message, { provider: engine.name, outcome: 'unknown' });
  return unknownOutcome(underWay, error, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
}
