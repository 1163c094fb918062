import { type Engine, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import type { Deadline } from './http.ts';
import { deriveKey } from './idempotency.ts';
import { foundOutcome, isoOf, unknownOutcome } from './lookup.ts';
import type { PayoutOutcome } from './outcome.ts';
import { search } from './search.ts';
import type { KeptSubmission, Submission } from './submission.ts';

const DAY_MS = 24 * 60 * 60_000;

/**
 * Before a later attempt is sent: whether an earlier one may exist after all (NEVER-TWICE R5).
 *
 * Attempts above 1 should follow certain rejections only. A cast can say otherwise, so it is checked against what this process
 * remembers, what the store keeps and, where payouts carry our token, what the provider shows.
 *
 * @returns The outcome that stands in the way; `null` when nothing does.
 */
export async function earlierAttempt(engine: Engine, submission: Submission, deadline: Deadline): Promise<PayoutOutcome | null> {
  if (submission.attempt === 1) return null;
  const attempts = Array.from({ length: submission.attempt - 1 }, (_, index) => index + 1);
  const { namespace, account, reference } = submission;
  const kept = await Promise.all(attempts.map(async (attempt) => (await engine.store.find?.({ namespace, reference, attempt })) ?? null));
  const unsettled = kept.find((row): row is KeptSubmission => row !== null && !(row.settled !== null && 'rejected' in row.settled));
  if (unsettled !== undefined) return mayExist(engine, unsettled.submission);
  const keys = await Promise.all(attempts.map((attempt) => deriveKey({ namespace, account, reference, attempt })));
  const doubtful = keys.some((key) => isDoubtful(engine, `${submission.provider} ${key}`));
  if (doubtful) return mayExist(engine, submission);
  return submission.correlation.by === 'none' ? null : atProvider(engine, submission, deadline, keys);
}

function isDoubtful(engine: Engine, place: string): boolean {
  return engine.process.uncertain.has(place) || engine.process.underWay.has(place);
}

function mayExist(engine: Engine, earlier: Submission): PayoutOutcome {
  const message = `attempt ${earlier.attempt} of reference ${earlier.reference} may exist; a later attempt was not sent. Submit outcome.submission to settle it.`;
  const error = new PayoutError('idempotency_conflict', message, { provider: engine.name, outcome: 'unknown' });
  return unknownOutcome(earlier, error, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
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
  if (found.ours !== null) {
    const message = 'An earlier attempt of this reference had made the payout; this attempt was not sent.';
    const itsKey = {
      ...submission,
      correlation: { ...submission.correlation, token: engine.tokenOf(found.ours) ?? submission.correlation.token },
    };
    const outcome = foundOutcome(engine, itsKey, found.ours, [{ code: 'earlier_attempt', message }]);
    return { ...outcome, submission } as PayoutOutcome;
  }
  if (found.error === null) return null;
  const error = withOutcome(found.error, 'unknown', 'Nothing was sent: whether an earlier attempt exists could not be read.');
  return unknownOutcome(submission, error, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
}
