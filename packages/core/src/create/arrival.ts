import type { ProviderContext } from '../context/context.ts';
import { PayoutError } from '../errors.ts';
import type { Deadline } from '../http/deadline.ts';
import { unknownForNow } from './lookup.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { CallOptions } from '../adapter/provider.ts';
import { remaining } from '../context/search.ts';
import { StoreFailed } from '../context/checked-store.ts';
import type { Submission } from '../stores/submission.ts';

/**
 * Finds the provider that a stored submission was made with. Only a registry knows any provider but the provider itself.
 *
 * @param account The connected account that the create names. The provider is bound to it, so a submission stored for another
 * account conflicts.
 */
export type Route = (submission: Submission, account?: string) => ProviderContext | null;

export const ownRoute =
  (context: ProviderContext): Route =>
  (submission) =>
    submission.name === context.identity.name ? context : null;

/** How a submission came to be submitted. */
export interface Arrival {
  /**
   * `true` for `submit`: the caller passed the submission in, so another process may hold it. `false` for `createPayout`, which has
   * just prepared it.
   */
  readonly given: boolean;
  /** Whether the caller named no attempt. Then the highest stored attempt answers. */
  readonly anyAttempt: boolean;
  readonly route?: Route | undefined;
}

/** One submission on its way through the store. */
export interface Passage {
  readonly context: ProviderContext;
  readonly asked: Submission;
  readonly arrival: Arrival;
  readonly route: Route;
  readonly deadline: Deadline;
}

/** The provider that a stored submission goes to, bound to the operation that asked for it. */
export function homeOf({ context, route, deadline }: Passage, kept: Submission): ProviderContext | null {
  const home = route(kept);
  if (home === null) return null;
  return storeWithin(
    home.telemetry.operationId === context.telemetry.operationId || context.telemetry.operationId === undefined
      ? home
      : home.forOperation(context.telemetry.operationId),
    deadline,
  );
}

/** The same provider, with a store whose calls take no longer than this call may. */
export function storeWithin(context: ProviderContext, deadline: Deadline): ProviderContext {
  const store = context.store.within(deadline);
  return store === context.store ? context : context.with({ store });
}

export const callWithin = (context: ProviderContext, deadline: Deadline): CallOptions => ({
  signal: deadline.signal,
  timeoutMs: remaining(context, deadline),
});

export function storeFailed(context: ProviderContext, submission: Submission, thrown: unknown): PayoutOutcome {
  const why = thrown instanceof StoreFailed ? ` (${thrown.message})` : '';
  const message = `the submissions store failed${why} before anything was sent; an earlier call may have sent it. Create again with the same reference.`;
  const error = new PayoutError('provider_unavailable', message, { provider: context.identity.name, outcome: 'unknown' });
  return unknownForNow(context, submission, error);
}
