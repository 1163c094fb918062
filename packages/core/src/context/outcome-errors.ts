// Errors, and what they mean for an operation.
import type { Refusal } from '../adapter/spec.ts';
import { nameOfThrown, PayoutError } from '../errors.ts';
import type { HttpResponse } from '../http/exchange.ts';
import { requestIdOf } from '../http/http.ts';
import { retryAfterSecondsOf } from '../http/retry-schedule.ts';
import type { ProviderContext } from './context.ts';

/** The error that a refusal means. */
export function errorOf(
  context: ProviderContext,
  refusal: Refusal,
  answer: HttpResponse,
  outcome: 'rejected' | 'unknown' | null,
): PayoutError {
  return new PayoutError(refusal.code, refusal.message, {
    provider: context.identity.name,
    outcome,
    httpStatus: answer.status,
    providerCode: redacted(context, refusal.providerCode),
    providerMessage: redacted(context, refusal.providerMessage),
    requestId: requestIdOf(answer, context.http.requestIdHeader, context.redact),
    retryAfterSeconds: retryAfterSecondsOf(answer, context.runtime.now()),
  });
}

const redacted = (context: ProviderContext, text: string | null): string | null => (text === null ? null : context.redact(text));

/** The same error with another outcome, and advice where there is some. */
export function withOutcome(error: PayoutError, outcome: 'rejected' | 'unknown', addition = ''): PayoutError {
  const sentence = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  const message = addition === '' ? error.message : `${sentence} ${addition}`;
  return new PayoutError(error.code, message, { ...error.details(), outcome });
}

/** A `PayoutError` unchanged, anything else as a `PayoutError`. For a `catch` around code that should only throw the former. */
export function asPayoutError(context: ProviderContext, error: unknown): PayoutError {
  if (error instanceof PayoutError) return error;
  const name = nameOfThrown(error);
  return new PayoutError('unexpected_response', `an unexpected ${name} was thrown while the answer was read.`, {
    provider: context.identity.name,
  });
}
