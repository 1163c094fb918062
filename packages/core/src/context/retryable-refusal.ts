import type { Refusal } from '../adapter/spec.ts';
import type { ProviderContext } from './context.ts';
import type { HttpResponse } from '../http/exchange.ts';

/** Too much at once, or the provider's own word that the same may succeed now; what only a person can lift is not asked again. */
export function isRetryableRefusal(
  context: ProviderContext,
  answer: HttpResponse,
  { code, keyState: key }: Extract<Refusal, { outcome: 'rejected' }>,
): boolean {
  return code === 'rate_limited' || (key !== 'needs_person' && context.rules.mayResend(answer, 1) === true);
}
