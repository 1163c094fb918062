import { disagreementsOf } from '../context/disagreements.ts';
import type { ProviderContext } from '../context/context.ts';
import { withOutcome } from '../context/outcome-errors.ts';
import { errorOfIssues, type PayoutError } from '../errors.ts';
import { unknownOutcome } from './lookup.ts';
import type { UnknownPayout } from '../payout/outcome.ts';
import type { Submission } from '../stores/submission.ts';

/**
 * The reason why a submission that contradicts itself is not sent; `null` when it agrees. A submission prepared here is frozen, so
 * it agrees.
 */
export function disagreementError(context: ProviderContext, submission: Submission): PayoutError | null {
  if (context.memory.prepared.has(submission)) return null;
  const issues = disagreementsOf(context.rules.decode, submission);
  if (issues.length === 0) return null;
  const advice =
    'It was changed after it was prepared. Nothing was sent and nothing was recorded. Take it unchanged from where it was kept; the payout may exist.';
  return withOutcome(errorOfIssues('invalid_request', issues, { provider: context.identity.name }), 'unknown', advice);
}

/** The outcome of a submission that contradicts itself. It does not tell what was sent under its key before. */
export function disagreeing(context: ProviderContext, submission: Submission): UnknownPayout | null {
  const error = disagreementError(context, submission);
  return error === null ? null : unknownOutcome(submission, error, { action: 'review', candidates: [] });
}
