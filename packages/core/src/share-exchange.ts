import { saysTheSame } from './agreement.ts';
import { type Engine, placeOf, sameConnection, type SharedExchange, type SharedResult } from './engine.ts';
import { PayoutError } from './errors.ts';
import { CallerAborted, type Deadline, startDeadline } from './http.ts';
import { unknownForNow } from './lookup.ts';
import type { PayoutOutcome } from './outcome.ts';
import type { CallOptions } from './provider.ts';
import type { Submission } from './submission.ts';

/** One call about one key. */
export interface KeyCall {
  readonly engine: Engine;
  /** What the caller asks for, before the store has said what is kept. */
  readonly asked: Submission;
  readonly call: CallOptions;
  /** Whether the caller came with a copy that another process may hold: a refusal of others says nothing about it. */
  readonly elsewhere: boolean;
  /** Whether the caller named no attempt: then the answer may be that of a later one. */
  readonly anyAttempt: boolean;
}

/** @param isKept Is told which submission the store keeps, once it has said so: whoever leaves early is handed that one. */
type Exchange = (deadline: Deadline, isKept: (submission: Submission) => void) => Promise<SharedResult>;

/**
 * Runs `exchange` for a key, or joins the one that is under way (NEVER-TWICE R7).
 *
 * One key is under way once in a process. Whoever asks the same store for the same bytes with the same credential joins.
 * Whoever has another store waits for the end: what one store knows says nothing about what another was handed.
 */
export async function shareExchange(of: KeyCall, exchange: Exchange): Promise<SharedResult> {
  const { engine, asked } = of;
  const { underWay } = engine.process;
  const place = placeOf(asked);
  const current = underWay.get(place);
  if (current !== undefined) return afterOthers(of, exchange);
  const shared = start(of, exchange);
  underWay.set(place, shared);
  return waitFor(engine, shared, of.call, true);
}

/** Joins, waits or refuses, as long as others are under way; then starts, with the time that is left. */
async function afterOthers(of: KeyCall, exchange: Exchange): Promise<SharedResult> {
  const { engine, asked, call } = of;
  const { underWay } = engine.process;
  const place = placeOf(asked);
  const own = startDeadline(engine.runtime, call.timeoutMs ?? engine.timeoutMs, call.signal);
  const left: CallOptions = { signal: own.signal };
  try {
    for (let current = underWay.get(place); current !== undefined; current = underWay.get(place)) {
      const how = isLeft(current) ? 'wait' : relationTo(current, of);
      if (how === 'refuse') return beingSent(engine, asked, current);
      if (how === 'join') {
        const result = await waitFor(engine, current, left, false);
        if (!isRefusalOfOthers(of, result)) return result;
      } else if (!(await hasEnded(current, own.signal))) return stillWaiting(engine, asked, current);
    }
    const timeoutMs = Math.max(1, own.endsAt - engine.runtime.now());
    return await shareExchange({ ...of, call: { ...call, timeoutMs } }, exchange);
  } finally {
    own.end();
  }
}

/** What a call may do beside the exchange that is under way. */
function relationTo(current: SharedExchange, { engine, asked, anyAttempt }: KeyCall): 'join' | 'wait' | 'refuse' {
  if (!sameConnection(current.connection, engine.connection)) return 'refuse';
  const sameStore = current.store === engine.store.itself;
  if (sameBytes(current.asked, asked)) return sameStore && current.anyAttempt === anyAttempt ? 'join' : 'wait';
  return sameStore ? 'wait' : 'refuse'; // The same store will tell what is kept.
}

/** A refusal is true of the copies that the exchange knew, and of no other. */
function isRefusalOfOthers({ elsewhere }: KeyCall, result: SharedResult): boolean {
  return elsewhere && 'outcome' in result && result.outcome === 'rejected';
}

/** Whether everybody who waited for it gave up. */
function isLeft({ deadline }: SharedExchange): boolean {
  return deadline.signal.reason instanceof CallerAborted;
}

function start({ engine, asked, call, anyAttempt }: KeyCall, exchange: Exchange): SharedExchange {
  const deadline = startDeadline(engine.runtime, call.timeoutMs ?? engine.timeoutMs, undefined);
  let kept = asked;
  const ended = untilDone(engine, asked, deadline, (own) =>
    exchange(own, (submission) => {
      kept = submission;
    }),
  );
  const { connection, store } = engine;
  return {
    asked,
    anyAttempt,
    store: store.itself,
    connection,
    deadline,
    waiting: 0,
    ended,
    get submission() {
      return kept;
    },
  };
}

async function untilDone(
  engine: Engine,
  asked: Submission,
  deadline: Deadline,
  exchange: (deadline: Deadline) => Promise<SharedResult>,
): Promise<SharedResult> {
  try {
    return await exchange(deadline);
  } finally {
    deadline.end();
    engine.process.underWay.delete(placeOf(asked));
  }
}

/** Whether an exchange came to its end before a deadline did. */
async function hasEnded({ ended }: SharedExchange, signal: AbortSignal): Promise<boolean> {
  const done = ended.then(
    () => true,
    () => true,
  );
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<boolean>((resolve) => {
    onAbort = () => resolve(false);
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const result = await Promise.race([done, aborted]);
  signal.removeEventListener('abort', onAbort);
  return result;
}

/** Waits as one of several. The exchange's own deadline is the starter's; whoever joined has one beside it. */
function waitFor(engine: Engine, shared: SharedExchange, call: CallOptions, starter: boolean): Promise<SharedResult> {
  shared.waiting += 1;
  return starter && call.signal === undefined ? shared.ended : waitUntil(engine, shared, call.signal);
}

async function waitUntil(engine: Engine, shared: SharedExchange, signal: AbortSignal | undefined): Promise<SharedResult> {
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
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([shared.ended, left]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
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

/** The time was over before the other exchange was. What was never kept is not handed out beside what is being sent: only one can be settled. */
function stillWaiting(engine: Engine, asked: Submission, current: SharedExchange): PayoutOutcome {
  const isOurs = sameBytes(current.asked, asked) && sameConnection(current.connection, engine.connection);
  return isOurs ? leftEarly(engine, current.submission) : beingSent(engine, asked, current);
}

/** Nothing is sent beside a request that is under way with the same key, and is another one. */
function beingSent(engine: Engine, asked: Submission, { submission: current, connection }: SharedExchange): PayoutOutcome {
  return sameConnection(connection, engine.connection) ? conflict(engine, current) : underAnother(engine, asked);
}

/** Another account of the provider, or the same one under a rotated secret: nothing of the other's is told, and nothing is sent beside it. */
function underAnother(engine: Engine, submission: Submission): PayoutOutcome {
  const message = `a submission with the key of reference ${submission.reference} is being sent right now under another credential. This one was not sent. Programs that number their own references need a namespace each.`;
  const error = new PayoutError('idempotency_conflict', message, { provider: engine.name, outcome: 'unknown' });
  return unknownForNow(engine, submission, error);
}

function conflict(engine: Engine, underWay: Submission): PayoutOutcome {
  const message = `another request with reference ${underWay.reference} is being sent right now, and it is different. This one was not sent.`;
  const error = new PayoutError('reference_taken', message, { provider: engine.name, outcome: 'unknown' });
  return unknownForNow(engine, underWay, error);
}
