import { saysTheSame } from '../context/disagreements.ts';
import type { ProviderContext } from '../context/context.ts';
import { memoryKeyOf, sameEndpoint, type InFlightSubmission, type InFlightResult } from '../context/process-memory.ts';
import { PayoutError } from '../errors.ts';
import { CallerAborted, type Deadline, startDeadline } from '../http/deadline.ts';
import { unknownForNow } from './lookup.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { CallOptions } from '../adapter/provider.ts';
import type { Submission } from '../stores/submission.ts';

/** One call for one key. */
export interface SubmissionCall {
  readonly context: ProviderContext;
  /** The submission that the caller asks for, before the store has said which one it has. */
  readonly asked: Submission;
  readonly call: CallOptions;
  /** Whether another process may hold the caller's submission. Then a refusal of another call says nothing about it. */
  readonly elsewhere: boolean;
  /** Whether the caller named no attempt. Then a later attempt may answer. */
  readonly anyAttempt: boolean;
}

/**
 * @param isKept Called with the stored submission as soon as the store has answered. A caller that leaves early gets that
 * submission.
 */
type Exchange = (deadline: Deadline, isKept: (submission: Submission) => void) => Promise<InFlightResult>;

/**
 * Runs `exchange` for a key, or joins the one in flight (NEVER-TWICE R7).
 *
 * One process sends a key once at a time. A call with the same store, bytes and credential joins. A call with another store waits
 * for the end: each store knows only what it gave out itself.
 */
export async function joinOrStart(of: SubmissionCall, exchange: Exchange): Promise<InFlightResult> {
  const { context, asked } = of;
  const { inFlight: underWay } = context.memory;
  const place = memoryKeyOf(asked);
  const current = underWay.get(place);
  if (current !== undefined) return afterOthers(of, exchange);
  const shared = start(of, exchange);
  underWay.set(place, shared);
  return waitFor(context, shared, of.call, true);
}

/** Joins, waits or refuses while other calls are in flight. Then starts with the time that is left. */
async function afterOthers(of: SubmissionCall, exchange: Exchange): Promise<InFlightResult> {
  const { context, asked, call } = of;
  const { inFlight: underWay } = context.memory;
  const place = memoryKeyOf(asked);
  const own = startDeadline(context.runtime, call.timeoutMs ?? context.limits.timeoutMs, call.signal);
  const left: CallOptions = { signal: own.signal };
  try {
    for (let current = underWay.get(place); current !== undefined; current = underWay.get(place)) {
      const how = isAbandoned(current) ? 'wait' : relationTo(current, of);
      if (how === 'refuse') return beingSent(context, asked, current);
      if (how === 'join') {
        const result = await waitFor(context, current, left, false);
        if (!isRefusalOfOthers(of, result)) return result;
      } else if (!(await hasEnded(current, own.signal))) return stillWaiting(context, asked, current);
    }
    const timeoutMs = Math.max(1, own.endsAt - context.runtime.now());
    return await joinOrStart({ ...of, call: { ...call, timeoutMs } }, exchange);
  } finally {
    own.end();
  }
}

/** What a call may do while another exchange is in flight. */
function relationTo(current: InFlightSubmission, { context, asked, anyAttempt }: SubmissionCall): 'join' | 'wait' | 'refuse' {
  if (!sameEndpoint(current.endpoint, context.http.endpoint)) return 'refuse';
  const sameStore = current.store === context.store.itself;
  if (sameBytes(current.asked, asked)) return sameStore && current.anyAttempt === anyAttempt ? 'join' : 'wait';
  return sameStore ? 'wait' : 'refuse'; // The same store says afterwards which submission it has.
}

/**
 * Whether a result is a refusal that says nothing about this call. A refusal holds only for the duplicates that the exchange knew.
 */
function isRefusalOfOthers({ elsewhere }: SubmissionCall, result: InFlightResult): boolean {
  return elsewhere && 'outcome' in result && result.outcome === 'rejected';
}

/** Whether every waiter has given up. */
function isAbandoned({ deadline }: InFlightSubmission): boolean {
  return deadline.signal.reason instanceof CallerAborted;
}

function start({ context, asked, call, anyAttempt }: SubmissionCall, exchange: Exchange): InFlightSubmission {
  const deadline = startDeadline(context.runtime, call.timeoutMs ?? context.limits.timeoutMs, undefined);
  let kept = asked;
  const ended = untilDone(context, asked, deadline, (own) =>
    exchange(own, (submission) => {
      kept = submission;
    }),
  );
  const {
    http: { endpoint: connection },
    store,
  } = context;
  return {
    asked,
    anyAttempt,
    store: store.itself,
    endpoint: connection,
    deadline,
    waiters: 0,
    ended,
    get submission() {
      return kept;
    },
  };
}

async function untilDone(
  context: ProviderContext,
  asked: Submission,
  deadline: Deadline,
  exchange: (deadline: Deadline) => Promise<InFlightResult>,
): Promise<InFlightResult> {
  try {
    return await exchange(deadline);
  } finally {
    deadline.end();
    context.memory.inFlight.delete(memoryKeyOf(asked));
  }
}

/** Whether an exchange ended before a deadline did. */
async function hasEnded({ ended }: InFlightSubmission, signal: AbortSignal): Promise<boolean> {
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

/** Waits as one of several. The exchange has the deadline of its starter, and each waiter that joined has its own. */
function waitFor(context: ProviderContext, shared: InFlightSubmission, call: CallOptions, starter: boolean): Promise<InFlightResult> {
  shared.waiters += 1;
  return starter && call.signal === undefined ? shared.ended : waitUntil(context, shared, call.signal);
}

async function waitUntil(context: ProviderContext, shared: InFlightSubmission, signal: AbortSignal | undefined): Promise<InFlightResult> {
  let leave: (outcome: PayoutOutcome) => void = () => undefined;
  const left = new Promise<PayoutOutcome>((resolve) => {
    leave = resolve;
  });
  const onAbort = (): void => {
    shared.waiters -= 1;
    // The last waiter that gives up stops the exchange, which then ends in its own outcome. Any other waiter just leaves.
    if (shared.waiters === 0) shared.deadline.abort(new CallerAborted('the caller aborted'));
    else leave(leftEarly(context, shared.submission));
  };
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([shared.ended, left]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function leftEarly(context: ProviderContext, submission: Submission): PayoutOutcome {
  const message = 'the caller stopped waiting while another caller is still sending the same submission.';
  const error = new PayoutError('aborted', message, { provider: context.identity.name, outcome: 'unknown' });
  return unknownForNow(context, submission, error);
}

function sameBytes(a: Submission, b: Submission): boolean {
  const same = a.name === b.name && a.request.path === b.request.path && a.request.body === b.request.body;
  return same && a.fingerprint === b.fingerprint && saysTheSame(a, b);
}

/**
 * The outcome when the caller's time ended before the other exchange did. Only one submission can be resolved, so one that was
 * never stored is not handed out.
 */
function stillWaiting(context: ProviderContext, asked: Submission, current: InFlightSubmission): PayoutOutcome {
  const isOurs = sameBytes(current.asked, asked) && sameEndpoint(current.endpoint, context.http.endpoint);
  return isOurs ? leftEarly(context, current.submission) : beingSent(context, asked, current);
}

/** The outcome when another request is in flight with the same key. Nothing is sent. */
function beingSent(
  context: ProviderContext,
  asked: Submission,
  { submission: current, endpoint: connection }: InFlightSubmission,
): PayoutOutcome {
  return sameEndpoint(connection, context.http.endpoint) ? conflict(context, current) : underAnother(context, asked);
}

/**
 * The outcome when another account, or the same one with a rotated secret, is sending the key. Nothing is sent, and nothing about
 * the other is shown.
 */
function underAnother(context: ProviderContext, submission: Submission): PayoutOutcome {
  const message = `a submission with the key of reference ${submission.reference} is being sent right now under another credential. This one was not sent. Programs that number their own references need a namespace each.`;
  const error = new PayoutError('idempotency_conflict', message, { provider: context.identity.name, outcome: 'unknown' });
  return unknownForNow(context, submission, error);
}

function conflict(context: ProviderContext, underWay: Submission): PayoutOutcome {
  const message = `another request with reference ${underWay.reference} is being sent right now, and it is different. This one was not sent.`;
  const error = new PayoutError('reference_taken', message, { provider: context.identity.name, outcome: 'unknown' });
  return unknownForNow(context, underWay, error);
}
