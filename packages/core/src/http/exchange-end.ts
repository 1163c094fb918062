// How an exchange ended, in words that repeat nothing of what was sent.
import { PayoutError } from '../errors.ts';
import type { Evidence } from '../platform/evidence.ts';
import { jsonIn } from '../platform/json.ts';
import { type Redact, redactedJson } from '../printable.ts';
import { CallerAborted, DeadlineExceeded } from './deadline.ts';
import type { Sent } from './exchange.ts';
import { type Received, TooLateToSend } from './transport.ts';

/** The error of an exchange without an answer. The failure itself is not its cause, because the failure may hold the request. */
export function ended(provider: string, evidence: Evidence, failure: unknown): Sent {
  if (failure instanceof PayoutError && evidence === 'not_sent') return { type: 'not_sent', error: failure, tooLate: false };
  if (failure instanceof TooLateToSend) {
    const message = "nothing was sent: the idempotency key's time was over before the request could leave.";
    return { type: 'not_sent', error: new PayoutError('provider_unavailable', message, { provider }), tooLate: true };
  }
  const sent = evidence !== 'not_sent';
  const code = failure instanceof CallerAborted ? 'aborted' : 'provider_unavailable';
  const message = sent ? `the request was sent and its answer was lost: ${reasonOf(failure)}.` : `nothing was sent: ${reasonOf(failure)}.`;
  const error = new PayoutError(code, message, { provider });
  const why = failureOf(failure);
  return sent ? { type: 'lost', error, failure: why } : { type: 'not_sent', error, tooLate: false, failure: why };
}

/** The end of an exchange in one word, for telemetry; `undefined` where the error's code says it. */
function failureOf(failure: unknown): string | undefined {
  if (failure instanceof DeadlineExceeded) return 'timeout';
  return failure instanceof CallerAborted || typeof failure !== 'object' || failure === null ? undefined : systemCodeOf(failure);
}

/**
 * The class of a failure and its system code, and nothing else. The messages of sockets and of an application's fetch may hold
 * anything.
 */
function reasonOf(failure: unknown): string {
  if (failure instanceof CallerAborted) return 'the caller aborted';
  if (failure instanceof DeadlineExceeded) return `no answer within ${failure.timeoutMs} ms`;
  if (typeof failure !== 'object' || failure === null) return 'the connection failed';
  const code = systemCodeOf(failure);
  return code === undefined ? 'the connection failed' : `the connection failed (${code})`;
}

function systemCodeOf(failure: object): string | undefined {
  try {
    const cause = 'cause' in failure && typeof failure.cause === 'object' && failure.cause !== null ? codeOf(failure.cause) : null;
    return codeOf(failure) ?? cause ?? undefined;
  } catch {
    return undefined; // The thrown value throws again when its code is read.
  }
}

/**
 * Codes of the system, of Node, undici and llhttp, and of OpenSSL's certificates. An application's own fetch may put anything in
 * their place, also an account number.
 */
const SYSTEM_CODE =
  /^(?!.*\d\d)(?:E2BIG|E[A-Z]{2,20}|EAI_[A-Z]{2,20}|(?:UND_ERR|ERR|HPE|CERT|CRL)_[A-Z\d_]{2,50}|UNABLE_TO_[A-Z_]{2,50}|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED|ABORT_ERR|UNKNOWN)$/;

function codeOf(failure: object): string | null {
  return 'code' in failure && typeof failure.code === 'string' && SYSTEM_CODE.test(failure.code) ? failure.code : null;
}

/** The provider that a response comes from. */
interface Reading {
  /** The configured name, for messages. */
  readonly provider: string;
  readonly redact: Redact;
}

/** A response that was received whole, or the reason why it cannot be used. */
export function readResponse({ provider, redact }: Reading, received: Received, signal: AbortSignal): Sent {
  const { status, headers, end } = received;
  if (end === 'complete') {
    // Secrets are removed before the text is parsed, so nothing that is made of it holds one.
    const text = redactedJson(received.text, redact);
    return { type: 'answered', answer: { status, headers, text, json: jsonIn(text) } };
  }
  const why =
    end === 'too_large' ? 'it is larger than maxResponseBytes' : signal.aborted ? reasonOf(signal.reason) : 'the connection broke off';
  const code = end === 'too_large' ? 'unexpected_response' : signal.reason instanceof CallerAborted ? 'aborted' : 'provider_unavailable';
  const message = `the request was sent and only part of the answer (HTTP ${status}) was read: ${why}.`;
  const failure = end === 'too_large' ? 'too_large' : signal.aborted ? failureOf(signal.reason) : 'cut';
  return { type: 'lost', error: new PayoutError(code, message, { provider, httpStatus: status }), failure };
}
