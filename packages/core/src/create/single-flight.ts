import { saysTheSame } from '../context/disagreements.ts';
import type { ProviderContext } from '../context/context.ts';
import { memoryKeyOf, sameEndpoint, type InFlightSubmission, type InFlightResult } from '../context/process-memory.ts';
import { PayoutError } from '../errors.ts';
import { CallerAborted, type Deadline, startDeadline } from '../http/deadline.ts';
import { unknownForNow } from './lookup.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { CallOptions } from '../adapter/provider.ts';
import type { Submission } from '../stores/submission.ts';

/** One call about one key. */
export interface SubmissionCall {
  readonly context: ProviderContext;
  /** What the caller asks for, before the store has said what is kept. */
  readonly asked: Submission;
  readonly call: CallOptions;
  /** Whether the caller came with a copy that another process may hold: a refusal of others says nothing about it. */
  readonly elsewhere: boolean;
  /** Whether the caller named no attempt: then the answer may be that of a later one. */
  readonly anyAttempt: boolean;
}

/** @param isKept Is told which submission the store keeps, once it has said so: whoever leaves early is handed that one. */
type Exchange = (deadline: Deadline, isKept: (submission: Submission) => void) => Promise<InFlightResult>;

/**
 * Runs `exchange` for a key, or joins the one that is under way (NEVER-TWICE R7).
 *
 * One key is under way once in a process. Whoever asks the same store for the same bytes with the same credential joins.
 * Whoever has another store waits for the end: what one store knows says nothing about what another was handed.
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

/** Joins, waits or refuses, as long as others are under way; then starts, with the time that is left. */
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

/** What a call may do beside the exchange that is under way. */
function relationTo(current: InFlightSubmission, { context, asked, anyAttempt }: SubmissionCall): 'join' | 'wait' | 'refuse' {
  if (!sameEndpoint(current.endpoint, context.http.endpoint)) return 'refuse';
  const sameStore = current.store === context.store.itself;
  if (sameBytes(current.asked, asked)) return sameStore && current.anyAttempt === anyAttempt ? 'join' : 'wait';
  return sameStore ? 'wait' : 'refuse'; // The same store will tell what is kept.
}

/** A refusal is true of the copies that the exchange knew, and of no other. */
function isRefusalOfOthers({ elsewhere }: SubmissionCall, result: InFlightResult): boolean {
  return elsewhere && 'outcome' in result && result.outcome === 'rejected';
}

/** Whether everybody who waited for it gave up. */
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

/** Whether an exchange came to its end before a deadline did. */
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

/** Waits as one of several. The exchange's own deadline is the starter's; whoever joined has one beside it. */
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
    // The last one out stops the exchange, which then ends in its own outcome; anybody else just leaves.
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

/** The time was over before the other exchange was. What was never kept is not handed out beside what is being sent: only one can be resolved. */
function stillWaiting(context: ProviderContext, asked: Submission, current: InFlightSubmission): PayoutOutcome {
  const isOurs = sameBytes(current.asked, asked) && sameEndpoint(current.endpoint, context.http.endpoint);
  return isOurs ? leftEarly(context, current.submission) : beingSent(context, asked, current);
}

/** Nothing is sent beside a request that is under way with the same key, and is another one. */
function beingSent(
  context: ProviderContext,
  asked: Submission,
  { submission: current, endpoint: connection }: InFlightSubmission,
): PayoutOutcome {
  return sameEndpoint(connection, context.http.endpoint) ? conflict(context, current) : underAnother(context, asked);
}

/** Another account of the provider, or the same one under a rotated secret: nothing of the other's is told, and nothing is sent beside it. */
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
