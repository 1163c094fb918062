import { type Engine, placeOf, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import type { Deadline } from './http.ts';
import { deriveKey } from './idempotency.ts';
import { foundOutcome, unknownOutcome } from './lookup.ts';
import type { NextStep, PayoutOutcome } from './outcome.ts';
import { search } from './search.ts';
import type { KeptRow } from './store.ts';
import { isRejected, type Submission } from './submission.ts';
import { DAY_MS, isoOf } from './times.ts';

/**
 * Before an attempt is sent: whether another attempt of its reference may exist after all (NEVER-TWICE R5).
 *
 * Attempts above 1 should follow certain rejections only. A cast can say otherwise, so it is checked against what the store
 * keeps, what this process remembers and, where payouts carry our token, what the provider shows.
 *
 * @returns The outcome that stands in the way; `null` when nothing does.
 */
export async function otherAttempt(engine: Engine, submission: Submission, deadline: Deadline): Promise<PayoutOutcome | null> {
  const kept = await keptElsewhere(engine, submission);
  if (kept !== null) return 'failed' in kept ? storeUnread(engine, submission) : mayExist(engine, kept.submission);
  if (submission.attempt === 1) return null;
  const { namespace, account, reference, provider } = submission;
  const earlier = Array.from({ length: submission.attempt - 1 }, (_, index) => index + 1);
  const keys = await Promise.all(earlier.map((attempt) => deriveKey({ namespace, account, reference, attempt })));
  const { uncertain, underWay } = engine.process;
  const doubtful = keys.map((key) => placeOf({ provider, key })).some((place) => uncertain.has(place) || underWay.has(place));
  if (doubtful) return unknownAttempt(engine, submission, { do: 'ask', candidates: [] });
  return submission.correlation.by === 'none' ? null : atProvider(engine, submission, deadline, keys);
}

/** A kept attempt that was not refused: an earlier one, or one that somebody raised before this one was made. */
async function keptElsewhere(engine: Engine, submission: Submission): Promise<KeptRow | { readonly failed: true } | null> {
  const { namespace, reference, attempt } = submission;
  const others = [...Array.from({ length: attempt - 1 }, (_, index) => index + 1), attempt + 1];
  try {
    const rows = await Promise.all(others.map((other) => engine.store.find({ namespace, reference, attempt: other })));
    return rows.find((row) => row !== null && !isRejected(row.settled)) ?? null;
  } catch {
    return { failed: true };
  }
}

function mayExist(engine: Engine, other: Submission): PayoutOutcome {
  return unknownAttempt(engine, other, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
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
  return unknownOutcome(submission, error, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
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
    const token = engine.tokenOf(found.ours) ?? submission.correlation.token;
    const asIts = { ...submission, correlation: { ...submission.correlation, token } };
    const outcome = foundOutcome(engine, asIts, found.ours, [{ code: 'earlier_attempt', message }]);
    return outcome.outcome === 'accepted' ? { ...outcome, submission } : outcome;
  }
  if (found.error === null) return null;
  const error = withOutcome(found.error, 'unknown', 'Nothing was sent: whether an earlier attempt exists could not be read.');
  return unknownOutcome(submission, error, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
}
