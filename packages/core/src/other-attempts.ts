import { copiesOf } from './copies.ts';
import { type Engine, placeOf, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import type { Deadline } from './http.ts';
import { deriveKey } from './idempotency.ts';
import { type Held, isHeld } from './held.ts';
import { foundOutcome, lookup, submitNow, unknownForNow, unknownOutcome } from './lookup.ts';
import type { NextStep, PayoutOutcome } from './outcome.ts';
import type { Payout } from './payout.ts';
import { search } from './search.ts';
import { isRejected, type Submission } from './submission.ts';
import { DAY_MS } from './times.ts';

/**
 * Before an attempt is sent: whether another attempt of its reference may exist after all (NEVER-TWICE R5), or it is held itself.
 *
 * Attempts above 1 should follow certain rejections only. A cast can say otherwise, so it is checked against what the store
 * keeps, what this process remembers and, where payouts carry our token, what the provider shows.
 *
 * @returns The outcome that stands in the way; `null` when nothing does.
 */
export function otherAttempt(engine: Engine, submission: Submission, deadline: Deadline): Promise<PayoutOutcome | null> | null {
  const held = isHeld(engine, submission);
  if (held === false && submission.attempt === 1 && engine.store.isAlone(submission)) return null;
  return lookForOthers(engine, submission, deadline, held);
}

async function lookForOthers(
  engine: Engine,
  submission: Submission,
  deadline: Deadline,
  held: Held | Promise<Held>,
): Promise<PayoutOutcome | null> {
  try {
    const others = await engine.store.findOthers(submission, submission.attempt + FURTHEST_RAISED);
    const kept = others.find((row) => !isRejected(row.settled));
    if (kept !== undefined) return mayExist(engine, kept.submission);
  } catch {
    return storeUnread(engine, submission);
  }
  const mine = await held;
  if (mine === 'unread') return storeUnread(engine, submission);
  if (mine) return lookup(engine, copiesOf(engine, submission), deadline);
  if (submission.attempt === 1) return null;
  const { provider } = submission;
  const keys = await earlierKeys(submission);
  const { uncertain, underWay } = engine.process;
  const doubtful = keys.map((key) => placeOf({ provider, key })).some((place) => uncertain.has(place) || underWay.has(place));
  if (doubtful) return unknownAttempt(engine, submission, { do: 'ask', candidates: [] });
  return submission.correlation.by === 'none' ? null : atProvider(engine, submission, deadline, keys);
}

async function earlierKeys({ namespace, account, reference, attempt: last }: Submission): Promise<readonly string[]> {
  const earlier = Array.from({ length: last - 1 }, (_, index) => index + 1);
  return Promise.all(earlier.map((attempt) => deriveKey({ namespace, account, reference, attempt })));
}

/** A number that was raised wrongly, such as a job's own count of retries, may be this far above the attempt that is made now. */
export const FURTHEST_RAISED = 10;

function mayExist(engine: Engine, other: Submission): PayoutOutcome {
  return unknownAttempt(engine, other, submitNow(engine));
}

function unknownAttempt(engine: Engine, submission: Submission, next: NextStep): PayoutOutcome {
  const { reference } = submission;
  const message =
    next.do === 'submit'
      ? `attempt ${submission.attempt} of reference ${reference} may exist, so no other was sent. Submit outcome.submission to settle it.`
      : `an earlier attempt of reference ${reference} may exist, so this one was not sent. Submit that attempt's submission to settle it.`;
  return unknownOutcome(submission, new PayoutError('idempotency_conflict', message, { provider: engine.name, outcome: 'unknown' }), next);
}

function storeUnread(engine: Engine, submission: Submission): PayoutOutcome {
  const message = 'nothing was sent: the submissions store could not say whether another attempt of this reference exists.';
  const error = new PayoutError('provider_unavailable', message, { provider: engine.name, outcome: 'unknown' });
  return unknownForNow(engine, submission, error);
}

async function atProvider(
  engine: Engine,
  submission: Submission,
  deadline: Deadline,
  keys: readonly string[],
): Promise<PayoutOutcome | null> {
  // As far back as an earlier attempt can have been sent while its key was alive, and a day more.
  const since = Date.parse(submission.preparedAt) - engine.keptForMs - 2 * DAY_MS;
  const found = await search(engine, submission, deadline, keys, since);
  if (found.ours !== null) return foundAsEarlier(engine, submission, found.ours);
  // Whatever the reason, what was not seen may be there: an endless list, a clock that disagrees, a list that begins too late.
  if (found.gap === null) return null;
  const because = found.error ?? new PayoutError('unresolved', `${found.gap.message}.`, { provider: engine.name });
  const error = withOutcome(because, 'unknown', 'Nothing was sent: whether an earlier attempt exists could not be read.');
  // Only a read that failed may go better next time.
  const next: NextStep = found.gap.is === 'failed_read' ? submitNow(engine) : { do: 'ask', candidates: found.candidates };
  return unknownOutcome(submission, error, next);
}

function foundAsEarlier(engine: Engine, submission: Submission, payout: Payout): PayoutOutcome {
  const message = 'An earlier attempt of this reference had made the payout; this attempt was not sent.';
  const token = engine.tokenOf(payout) ?? submission.correlation.token;
  const asIts = { ...submission, correlation: { ...submission.correlation, token } };
  const outcome = foundOutcome(engine, asIts, payout, [{ code: 'earlier_attempt', message }]);
  return outcome.outcome === 'rejected' ? outcome : { ...outcome, submission };
}

/** The outcome of the payout that the store knows for an attempt: its own, or the one that an earlier attempt had made. */
export async function foundAgain(engine: Engine, submission: Submission, payout: Payout): Promise<PayoutOutcome> {
  const token = engine.tokenOf(payout);
  const isEarlier = token !== null && submission.attempt > 1 && (await earlierKeys(submission)).includes(token);
  return isEarlier ? foundAsEarlier(engine, submission, payout) : foundOutcome(engine, submission, payout, []);
}
