import type { Http, RequestPurpose } from '../adapter/spec.ts';
import type { ProviderContext } from './context.ts';
import { errorOf, withOutcome } from './outcome-errors.ts';
import { isRetryableRefusal } from './retryable-refusal.ts';
import type { PayoutError } from '../errors.ts';
import type { HttpResponse, OutgoingRequest, Sent } from '../http/exchange.ts';
import { type Deadline, startDeadline } from '../http/deadline.ts';
import { pauseBefore, retryAfterSecondsOf } from '../http/retry-schedule.ts';
import { randomKey } from '../stores/idempotency.ts';
import type { CallOptions } from '../adapter/provider.ts';

/** The HTTP that adapters call: one deadline, bounded resends of the same bytes, refusals as `PayoutError`. */
export function createClient(
  context: ProviderContext,
  headers: Readonly<Record<string, string>>,
  onAnswer: (answer: HttpResponse) => void = () => undefined,
): Http {
  const call = (request: OutgoingRequest, purpose: RequestPurpose, options: CallOptions = {}): Promise<HttpResponse> =>
    sendUntilAnswered({ context, request, about: purpose, options, onAnswer });
  return {
    get: (path, options, purpose = 'other') => call({ method: 'GET', path, headers, body: null }, purpose, options),
    delete: (path, options, purpose = 'other') => call({ method: 'DELETE', path, headers, body: null }, purpose, options),
    post: (path, sent, options, purpose = 'other') => {
      const key = sent.key ?? randomKey(context.runtime);
      return call(
        { method: 'POST', path, headers: { ...headers, ...sent.headers, 'idempotency-key': key }, body: sent.body },
        purpose,
        options,
      );
    },
  };
}

/** A request of an adapter, and the listener to its responses. */
interface ClientRequest {
  readonly context: ProviderContext;
  readonly request: OutgoingRequest;
  readonly about: RequestPurpose;
  readonly options: CallOptions;
  readonly onAnswer: (answer: HttpResponse) => void;
}

/** Sends until there is a 2xx, or throws the reason why there is none. */
async function sendUntilAnswered({ context, request, about, options, onAnswer }: ClientRequest): Promise<HttpResponse> {
  const deadline = startDeadline(context.runtime, options.timeoutMs ?? context.limits.timeoutMs, options.signal);
  const changes = request.method !== 'GET';
  let mayHaveHappened = false;
  try {
    for (let resend = 0; ; resend += 1) {
      const sent = await context.http.send(request, { signal: deadline.signal, notAfter: null, resend });
      if (sent.type === 'answered') onAnswer(sent.answer);
      if (sent.type === 'answered' && sent.answer.status >= 200 && sent.answer.status < 300) return sent.answer;
      const failed = failureOf(context, sent, about);
      mayHaveHappened ||= failed.unknown;
      const pause = failed.resend && resend < context.limits.maxResends ? pauseAfter(context, sent, resend + 1) : null;
      const outcome = mayHaveHappened ? 'unknown' : 'rejected';
      const error = changes ? withOutcome(failed.error, outcome) : failed.error;
      if (pause === null || !(await waitUnlessOver(context, pause, deadline))) throw error;
    }
  } finally {
    deadline.end();
  }
}

function failureOf(
  context: ProviderContext,
  sent: Sent,
  purpose: RequestPurpose,
): { error: PayoutError; unknown: boolean; resend: boolean } {
  if (sent.type !== 'answered') return { error: sent.error, unknown: sent.type === 'lost', resend: sent.error.code !== 'aborted' };
  const refusal = context.rules.refusal(sent.answer, purpose);
  const resend = refusal.outcome === 'unknown' ? refusal.resend : isRetryableRefusal(context, sent.answer, refusal);
  return { error: errorOf(context, refusal, sent.answer, null), unknown: refusal.outcome === 'unknown', resend };
}

/** The pause before the next resend; `null` when there must be none. */
export function pauseAfter(context: ProviderContext, sent: Sent, resend: number): number | null {
  if (sent.type !== 'answered') return pauseBefore(resend, null, context.runtime.random());
  if (context.rules.mayResend(sent.answer, resend) === false) return null;
  return pauseBefore(resend, retryAfterSecondsOf(sent.answer, context.runtime.now()), context.runtime.random());
}

/** Waits for the pause. Answers `false` when the deadline ends first, or would end before the pause does. */
export async function waitUnlessOver(context: ProviderContext, pauseMs: number, deadline: Deadline): Promise<boolean> {
  if (deadline.signal.aborted || context.runtime.now() + pauseMs >= deadline.endsAt) return false;
  try {
    await context.runtime.sleep(pauseMs, deadline.signal);
    return !deadline.signal.aborted;
  } catch {
    return false;
  }
}
