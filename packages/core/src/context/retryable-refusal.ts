import type { Refusal } from '../adapter/spec.ts';
import type { ProviderContext } from './context.ts';
import type { HttpResponse } from '../http/exchange.ts';

/**
 * Whether the same request may succeed now: the provider had too much at once, or says so itself. A refusal that only a person can
 * lift is not sent again.
 */
export function isRetryableRefusal(
  context: ProviderContext,
  answer: HttpResponse,
  { code, keyState: key }: Extract<Refusal, { outcome: 'rejected' }>,
): boolean {
  return code === 'rate_limited' || (key !== 'needs_person' && context.rules.mayResend(answer, 1) === true);
}
