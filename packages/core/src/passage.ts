import type { Engine } from './engine.ts';
import { PayoutError } from './errors.ts';
import type { Deadline } from './http.ts';
import { unknownForNow } from './lookup.ts';
import type { PayoutOutcome } from './outcome.ts';
import type { CallOptions } from './provider.ts';
import { remaining } from './search.ts';
import { StoreFailed } from './store.ts';
import type { Submission } from './submission.ts';

/**
 * Finds the provider that a kept submission was made under; only a registry knows any but the provider itself.
 *
 * @param account The connected account that the create names: the provider is bound to it, and what is kept for another conflicts.
 */
export type Route = (submission: Submission, account?: string) => Engine | null;

export const ownRoute =
  (engine: Engine): Route =>
  (submission) =>
    submission.name === engine.name ? engine : null;

/** How a submission came to be submitted. */
export interface Arrival {
  /** Whether the caller came with it: then it may be held elsewhere, too. A create prepares one, and shows it to nobody before. */
  readonly given: boolean;
  /** Whether the caller named no attempt, so that the highest one that is kept answers. */
  readonly anyAttempt: boolean;
  readonly route?: Route | undefined;
}

/** One submission on its way through the store. */
export interface Passage {
  readonly engine: Engine;
  readonly asked: Submission;
  readonly arrival: Arrival;
  readonly route: Route;
  readonly deadline: Deadline;
}

/** The provider that a kept submission goes to, for the operation that asked. */
export function homeOf({ engine, route, deadline }: Passage, kept: Submission): Engine | null {
  const home = route(kept);
  if (home === null) return null;
  return storeWithin(home.call === engine.call || engine.call === undefined ? home : home.as(engine.call), deadline);
}

/** A provider whose store takes no longer for this call than the call itself may. */
export function storeWithin(engine: Engine, deadline: Deadline): Engine {
  const store = engine.store.within(deadline);
  return store === engine.store ? engine : { ...engine, store };
}

export const callWithin = (engine: Engine, deadline: Deadline): CallOptions => ({
  signal: deadline.signal,
  timeoutMs: remaining(engine, deadline),
});

export function storeFailed(engine: Engine, submission: Submission, thrown: unknown): PayoutOutcome {
  const why = thrown instanceof StoreFailed ? ` (${thrown.message})` : '';
  const message = `the submissions store failed${why} before anything was sent; an earlier call may have sent it. Create again with the same reference.`;
  const error = new PayoutError('provider_unavailable', message, { provider: engine.name, outcome: 'unknown' });
  return unknownForNow(engine, submission, error);
}
