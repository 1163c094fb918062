import type { DecodedCreate } from '../adapter/spec.ts';
import { disagreementError } from '../create/agreement.ts';
import { internalsOf } from '../define-provider.ts';
import { PayoutError } from '../errors.ts';
import type { AnyPayoutProvider } from '../adapter/provider.ts';
import { boundSubmission } from '../provider-operations.ts';
import type { Submission } from '../stores/submission.ts';

/**
 * Reads from its own bytes what a submission will really send. Show it to a person who is asked to decide. No I/O.
 *
 * @param provider The provider it was prepared with; for a connected account, `provider.forAccount(account)`.
 * @returns `null` for a submission whose body was blanked: it is never sent again.
 * @throws {PayoutError} `invalid_request` for a value that is no submission of this provider, and for one that contradicts itself.
 */
export async function decodeSubmission(provider: AnyPayoutProvider, submission: Submission): Promise<DecodedCreate | null> {
  const context = internalsOf(provider)?.context;
  if (context === undefined) {
    const message = 'this provider was not made by definePayoutProvider of this copy of @disburse/core.';
    throw new PayoutError('invalid_settings', message, { provider: provider.name });
  }
  const bound = await boundSubmission(context, submission);
  const wrong = disagreementError(context, bound);
  if (wrong !== null) throw wrong;
  return bound.request.body === '' ? null : context.rules.decode(bound.request);
}
