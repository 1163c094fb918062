import { type Engine, placeOf } from './engine.ts';
import { keyWindow } from './idempotency.ts';
import type { Payout } from './payout.ts';
import type { Submission } from './submission.ts';

/**
 * One request as several hold it who share no store: prepared at different times, under one key.
 *
 * The provider's memory of the key may have begun with the oldest; the youngest can be sent longest.
 */
export interface Copies {
  readonly oldest: Submission;
  readonly youngest: Submission;
}

/**
 * What is known here of a kept submission: itself, every copy of it that somebody brought while it was open, and the one that is
 * brought now. An object that was prepared here is no copy from elsewhere.
 */
export function copiesOf(engine: Engine, kept: Submission, given: Submission = kept): Copies {
  const { copies, prepared } = engine.process;
  const known = copies.get(placeOf(kept));
  const brought = given === kept || prepared.has(given) ? [] : [given];
  const all = [kept, ...brought, ...(known === undefined ? [] : [known.oldest, known.youngest])];
  const oldest = all.reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a));
  const youngest = all.reduce((a, b) => (timeOf(b) > timeOf(a) ? b : a));
  const found = { oldest, youngest };
  if (isApart(found)) copies.set(placeOf(kept), found);
  return found;
}

const timeOf = (submission: Submission): number => Date.parse(submission.preparedAt);

/** Whether they were prepared apart: whatever this process knows of its own, somebody may have sent another. */
export const isApart = ({ oldest, youngest }: Copies): boolean => oldest.preparedAt !== youngest.preparedAt;

/** The copies without one of them. */
export const besides = ({ oldest, youngest }: Copies, one: Submission): Copies =>
  oldest.preparedAt === one.preparedAt
    ? { oldest: youngest, youngest }
    : youngest.preparedAt === one.preparedAt
      ? { oldest, youngest: oldest }
      : { oldest, youngest };

/** Whether a list that shows one of them would show the other. */
export const leaveTheSame = ({ oldest, youngest }: Copies): boolean => oldest.source === youngest.source;

/** The copy that a payout is compared with: the one that left where its money left. */
export function copyOf(engine: Engine, { oldest, youngest }: Copies, payout: Payout): Submission {
  return youngest.source === engine.sourceOf(payout) ? youngest : oldest;
}

/** From here on nobody can send any of them, or have a sent one arrive. */
export const allOverAt = (engine: Engine, { youngest }: Copies): number =>
  keyWindow(youngest.preparedAt, engine.keptForMs, engine.timeoutMs).overAt;
