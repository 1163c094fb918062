import type { Http, RefusedOperation } from './adapter.ts';
import { type Engine, errorOf, withOutcome } from './engine.ts';
import { isAskedAgain } from './judge.ts';
import type { PayoutError } from './errors.ts';
import { type Answer, type Deadline, type OutgoingRequest, pauseBefore, retryAfterSecondsOf, type Sent, startDeadline } from './http.ts';
import { randomKey } from './idempotency.ts';
import type { CallOptions } from './provider.ts';

/** The HTTP that adapters call: one deadline, bounded resends of the same bytes, refusals as `PayoutError`. */
export function createClient(
  engine: Engine,
  headers: Readonly<Record<string, string>>,
  onAnswer: (answer: Answer) => void = () => undefined,
): Http {
  const call = (request: OutgoingRequest, about: RefusedOperation, options: CallOptions = {}): Promise<Answer> =>
    answered(engine, request, about, options, onAnswer);
  return {
    get: (path, options, about = 'other') => call({ method: 'GET', path, headers, body: null }, about, options),
    delete: (path, options, about = 'other') => call({ method: 'DELETE', path, headers, body: null }, about, options),
    post: (path, sent, options, about = 'other') => {
      const key = sent.key ?? randomKey(engine.runtime);
      return call(
        { method: 'POST', path, headers: { ...headers, ...sent.headers, 'idempotency-key': key }, body: sent.body },
        about,
        options,
      );
    },
  };
}

/** Sends until there is a 2xx, or throws why there is none. */
async function answered(
  engine: Engine,
  request: OutgoingRequest,
  about: RefusedOperation,
  options: CallOptions,
  onAnswer: (answer: Answer) => void,
): Promise<Answer> {
  const deadline = startDeadline(engine.runtime, options.timeoutMs ?? engine.timeoutMs, options.signal);
  const changes = request.method !== 'GET';
  let mayHaveHappened = false;
  try {
    for (let resend = 0; ; resend += 1) {
      const sent = await engine.send(request, { signal: deadline.signal, notAfter: null, resend });
      if (sent.is === 'answered') onAnswer(sent.answer);
      if (sent.is === 'answered' && sent.answer.status >= 200 && sent.answer.status < 300) return sent.answer;
      const failed = failureOf(engine, sent, about);
      mayHaveHappened ||= failed.unknown;
      const pause = failed.resend && resend < engine.resends ? pauseAfter(engine, sent, resend + 1) : null;
      const outcome = mayHaveHappened ? 'unknown' : 'rejected';
      const error = changes ? withOutcome(failed.error, outcome) : failed.error;
      if (pause === null || !(await waited(engine, pause, deadline))) throw error;
    }
  } finally {
    deadline.end();
  }
}

function failureOf(engine: Engine, sent: Sent, about: RefusedOperation): { error: PayoutError; unknown: boolean; resend: boolean } {
  if (sent.is !== 'answered') return { error: sent.error, unknown: sent.is === 'lost', resend: sent.error.code !== 'aborted' };
  const refusal = engine.refusal(sent.answer, about);
  const resend = refusal.outcome === 'unknown' ? refusal.resend : isAskedAgain(engine, sent.answer, refusal);
  return { error: errorOf(engine, refusal, sent.answer, null), unknown: refusal.outcome === 'unknown', resend };
}

/** The pause before the next resend; `null` when there must be none. */
export function pauseAfter(engine: Engine, sent: Sent, resend: number): number | null {
  if (sent.is !== 'answered') return pauseBefore(resend, null, engine.runtime.random());
  if (engine.mayResend(sent.answer, resend) === false) return null;
  return pauseBefore(resend, retryAfterSecondsOf(sent.answer, engine.runtime.now()), engine.runtime.random());
}

/** Waits, unless the deadline is over first or would be over before the pause is. */
export async function waited(engine: Engine, pauseMs: number, deadline: Deadline): Promise<boolean> {
  if (deadline.signal.aborted || engine.runtime.now() + pauseMs >= deadline.endsAt) return false;
  try {
    await engine.runtime.sleep(pauseMs, deadline.signal);
    return !deadline.signal.aborted;
  } catch {
    return false;
  }
}
