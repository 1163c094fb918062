import type { ProviderContext } from './context.ts';
import { isCertainlyUnsent } from './process-memory.ts';
import { keyWindow } from '../stores/idempotency.ts';
import type { Submission } from '../stores/submission.ts';

/**
 * One request as several hold it who share no store: prepared at different times, under one key.
 *
 * The provider's memory of the key may have begun with the oldest; the youngest can be sent longest.
 */
export interface Duplicates {
  readonly oldest: Submission;
  readonly youngest: Submission;
  /** Whether one of them came from elsewhere: whatever this process knows, somebody may have sent it. */
  readonly elsewhere: boolean;
}

/** What is held of a kept submission when a caller comes with its own copy; without one, only the kept. */
export function duplicatesOf(context: ProviderContext, kept: Submission, given: Submission = kept): Duplicates {
  const [oldest, youngest] = Date.parse(given.preparedAt) < Date.parse(kept.preparedAt) ? [given, kept] : [kept, given];
  return { oldest, youngest, elsewhere: given !== kept && !isCertainlyUnsent(context.memory, given) };
}

/** Whether the caller's copy was prepared apart from the kept one, elsewhere: what became of the kept one says nothing about it. */
export const arePreparedSeparately = ({ oldest, youngest, elsewhere }: Duplicates): boolean =>
  elsewhere && oldest.preparedAt !== youngest.preparedAt;

/** From here on nobody can send any of them, or have a sent one arrive. */
export const lastArrivalAt = (context: ProviderContext, { youngest }: Duplicates): number =>
  keyWindow(youngest.preparedAt, context.limits.retentionMs, context.limits.timeoutMs).lastArrivalAt;
