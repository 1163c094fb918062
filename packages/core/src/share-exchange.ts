import { saysTheSame } from './agreement.ts';
import type { Copies } from './copies.ts';
import { type Engine, placeOf, type SharedExchange } from './engine.ts';
import { PayoutError } from './errors.ts';
import { CallerAborted, type Connection, type Deadline, startDeadline } from './http.ts';
import { unknownForNow } from './lookup.ts';
import type { PayoutOutcome } from './outcome.ts';
import type { CallOptions } from './provider.ts';
import type { Submission } from './submission.ts';

/** What comes of an exchange; `refused_other` when one was joined that began with other copies: its refusal is true of those only. */
type Shared = PayoutOutcome | 'refused_other';

/** Runs `exchange` for the oldest copy of a submission, or joins the one that is under way for its key (NEVER-TWICE R7). */
export function shareExchange(
  engine: Engine,
  copies: Copies,
  call: CallOptions,
  exchange: (deadline: Deadline) => Promise<PayoutOutcome>,
): Promise<Shared> {
  const { underWay } = engine.process;
  const place = placeOf(copies.oldest);
  if (underWay.has(place)) return joinExchange(engine, copies, call, exchange);
  const shared = start(engine, copies, call, exchange);
  underWay.set(place, shared);
  return waitFor(engine, shared, call, true);
}

async function joinExchange(
  engine: Engine,
  copies: Copies,
  call: CallOptions,
  exchange: (deadline: Deadline) => Promise<PayoutOutcome>,
): Promise<Shared> {
  const submission = copies.oldest;
  const { underWay } = engine.process;
  const place = placeOf(submission);
  let joined = underWay.get(place);
  // One that everybody left ends in its own time; whoever comes now did not ask for that.
  while (joined !== undefined && isLeft(joined)) {
    await joined.outcome.catch(() => undefined);
    joined = underWay.get(place);
  }
  if (joined !== undefined && !sameConnection(joined.connection, engine.connection)) return elsewhere(engine, submission);
  if (joined !== undefined && !sameBytes(joined.submission, submission)) return conflict(engine, joined.submission);
  if (joined === undefined) return shareExchange(engine, copies, call, exchange);
  const outcome = await waitFor(engine, joined, call, false);
  return outcome.outcome === 'rejected' && copies.elsewhere && !sameCopies(copies, joined.copies) ? 'refused_other' : outcome;
}

const sameCopies = (a: Copies, b: Copies): boolean =>
  a.elsewhere === b.elsewhere && a.oldest.preparedAt === b.oldest.preparedAt && a.youngest.preparedAt === b.youngest.preparedAt;

/** Whether everybody who waited for it gave up. */
function isLeft({ deadline }: SharedExchange): boolean {
  return deadline.signal.reason instanceof CallerAborted;
}

function start(
  engine: Engine,
  copies: Copies,
  call: CallOptions,
  exchange: (deadline: Deadline) => Promise<PayoutOutcome>,
): SharedExchange {
  const submission = copies.oldest;
  const deadline = startDeadline(engine.runtime, call.timeoutMs ?? engine.timeoutMs, undefined);
  const outcome = untilDone(engine, submission, deadline, exchange);
  return { submission, copies, connection: engine.connection, deadline, waiting: 0, outcome };
}

async function untilDone(
  engine: Engine,
  submission: Submission,
  deadline: Deadline,
  exchange: (deadline: Deadline) => Promise<PayoutOutcome>,
): Promise<PayoutOutcome> {
  try {
    return await exchange(deadline);
  } finally {
    deadline.end();
    engine.process.underWay.delete(placeOf(submission));
  }
}

/** Waits as one of several. The exchange's own deadline is the starter's; whoever joined has one beside it. */
function waitFor(engine: Engine, shared: SharedExchange, call: CallOptions, starter: boolean): Promise<PayoutOutcome> {
  shared.waiting += 1;
  if (starter) return call.signal === undefined ? shared.outcome : waitUntil(engine, shared, call.signal, null);
  const own = startDeadline(engine.runtime, call.timeoutMs ?? engine.timeoutMs, call.signal);
  return waitUntil(engine, shared, own.signal, own);
}

async function waitUntil(engine: Engine, shared: SharedExchange, signal: AbortSignal, own: Deadline | null): Promise<PayoutOutcome> {
  let leave: (outcome: PayoutOutcome) => void = () => undefined;
  const left = new Promise<PayoutOutcome>((resolve) => {
    leave = resolve;
  });
  const onAbort = (): void => {
    shared.waiting -= 1;
    // The last one out stops the exchange, which then ends in its own outcome; anybody else just leaves.
    if (shared.waiting === 0) shared.deadline.abort(new CallerAborted('the caller aborted'));
    else leave(leftEarly(engine, shared.submission));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([shared.outcome, left]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    own?.end();
  }
}

function leftEarly(engine: Engine, submission: Submission): PayoutOutcome {
  const message = 'the caller stopped waiting while another caller is still sending the same submission.';
  const error = new PayoutError('aborted', message, { provider: engine.name, outcome: 'unknown' });
  return unknownForNow(engine, submission, error);
}

function sameBytes(a: Submission, b: Submission): boolean {
  const same = a.name === b.name && a.request.path === b.request.path && a.request.body === b.request.body;
  return same && a.fingerprint === b.fingerprint && saysTheSame(a, b);
}

function sameConnection(a: Connection, b: Connection): boolean {
  return a === b || JSON.stringify([a.baseUrl, a.headers, a.credentials]) === JSON.stringify([b.baseUrl, b.headers, b.credentials]);
}

/** Another account of the provider, or the same one under a rotated secret: nothing of the other's is told, and nothing is sent beside it. */
function elsewhere(engine: Engine, submission: Submission): PayoutOutcome {
  const message = `a submission with the key of reference ${submission.reference} is being sent right now under another credential. This one was not sent. Programs that number their own references need a namespace each.`;
  const error = new PayoutError('idempotency_conflict', message, { provider: engine.name, outcome: 'unknown' });
  return unknownForNow(engine, submission, error);
}

function conflict(engine: Engine, underWay: Submission): PayoutOutcome {
  const message = `another request with reference ${underWay.reference} is being sent right now, and it is different. This one was not sent.`;
  const error = new PayoutError('idempotency_conflict', message, { provider: engine.name, outcome: 'unknown' });
  return unknownForNow(engine, underWay, error);
}
