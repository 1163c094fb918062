import type { ProviderContext } from './context.ts';
import { isCertainlyUnsent } from './process-memory.ts';
import { keyWindow } from '../stores/idempotency.ts';
import type { Submission } from '../stores/submission.ts';

/**
 * The duplicates of one request: prepared at different times, by processes that share no store, under one key.
 *
 * The provider's memory of the key may have begun with the oldest. The youngest can be sent longest.
 */
export interface Duplicates {
  readonly oldest: Submission;
  readonly youngest: Submission;
  /** Whether another process prepared one of them. That process may have sent it, whatever this process knows. */
  readonly elsewhere: boolean;
}

/** The duplicates that a stored submission and the caller's make. Without the caller's, only the stored one. */
export function duplicatesOf(context: ProviderContext, kept: Submission, given: Submission = kept): Duplicates {
  const [oldest, youngest] = Date.parse(given.preparedAt) < Date.parse(kept.preparedAt) ? [given, kept] : [kept, given];
  return { oldest, youngest, elsewhere: given !== kept && !isCertainlyUnsent(context.memory, given) };
}

/** Whether the two were prepared by different processes. Then the fate of one says nothing about the other. */
export const arePreparedSeparately = ({ oldest, youngest, elsewhere }: Duplicates): boolean =>
  elsewhere && oldest.preparedAt !== youngest.preparedAt;

/** The last moment at which any of them can still be sent or arrive. */
export const lastArrivalAt = (context: ProviderContext, { youngest }: Duplicates): number =>
  keyWindow(youngest.preparedAt, context.limits.retentionMs, context.limits.timeoutMs).lastArrivalAt;
