import { compare } from './about-ours.ts';
import { allOverAt, copiesOf, type Copies } from './copies.ts';
import { type Engine, isAnothers } from './engine.ts';
import { PayoutError } from './errors.ts';
import { asksTheSame, keptFor, recordedUnlessTaken, unlessPaidLater, within } from './lookup-kept.ts';
import type { Notice, PayoutOutcome } from './outcome.ts';
import type { Payout } from './payout.ts';
import type { Decision } from './provider.ts';
import { noticed, operationsOf, SETTLED_WITH_DIFFERENCE } from './read-again.ts';
import { recorded, rejectedAs } from './record-outcome.ts';
import { remaining, search } from './search.ts';
import type { KeptRow } from './store.ts';
import { isRejected, type Submission } from './submission.ts';
import { DAY_MS, isoOf } from './times.ts';

/**
 * Records what a person found out (NEVER-TWICE R18).
 *
 * @throws {PayoutError} `invalid_state` for `absent` while it could still be sent, or where the payout is known; `invalid_request`
 * for the id of another payout.
 */
export async function settleKept(engine: Engine, submission: Submission, decision: Decision): Promise<PayoutOutcome> {
  const row = await rowToSettle(engine, submission);
  const kept = row === null || isRejected(row.settled) ? submission : row.submission;
  return settleRow(engine, copiesOf(engine, kept, submission), row, decision);
}

/**
 * The row that the decision is about: the kept submission, where it is the same request or was refused.
 *
 * A decision about another one would be recorded on it, and free its reference while it can still be sent. What was refused frees
 * it already.
 */
async function rowToSettle(engine: Engine, submission: Submission): Promise<KeptRow | null> {
  const row = await keptFor(engine, submission);
  if (row === 'unread') {
    const message = 'the submissions store failed, so nothing was recorded. Decide again once it works.';
    throw new PayoutError('provider_unavailable', message, { provider: engine.name });
  }
  if (row === null || isRejected(row.settled) || asksTheSame(row.submission, submission)) return row;
  const message = `another submission is kept for reference ${submission.reference}; settle that one. lookup(submission) answers it.`;
  throw new PayoutError('invalid_state', message, { provider: engine.name });
}

async function settleRow(engine: Engine, copies: Copies, row: KeptRow | null, decision: Decision): Promise<PayoutOutcome> {
  const submission = copies.oldest;
  if ('absent' in decision) {
    const decided = await absentByDecision(engine, copies, row);
    const told = await (row === null ? recordedUnlessTaken(engine, decided, 'person') : recorded(engine, decided, { by: 'person' }));
    return within(engine, {}, (deadline) => unlessPaidLater(engine, submission, deadline, told));
  }
  if (row !== null && row.settled !== null && 'payoutId' in row.settled && row.settled.payoutId !== decision.payoutId) {
    const message = `${row.settled.payoutId} is the payout of this submission already; ${decision.payoutId} is not.`;
    throw new PayoutError('invalid_state', message, { provider: engine.name, payoutId: row.settled.payoutId });
  }
  const payout = await within(engine, {}, (deadline) =>
    operationsOf(engine, submission).retrieve(decision.payoutId, undefined, {
      signal: deadline.signal,
      timeoutMs: remaining(engine, deadline),
    }),
  );
  const notices = noticesOf(engine, copies, payout);
  const accepted = { outcome: 'accepted', payout, replayed: true, submission, notices } as const;
  // Without our token it is a word, and no proof that the payout is no other submission's.
  return noticed(
    engine,
    await recorded(engine, accepted, {
      proven: engine.tokenOf(payout) === submission.correlation.token,
      despite: notices.some(({ code }) => code === SETTLED_WITH_DIFFERENCE),
    }),
  );
}

/** What speaks against a person's word but does not refute it; throws what does. */
function noticesOf(engine: Engine, copies: Copies, payout: Payout): readonly Notice[] {
  const submission = copies.oldest;
  const { mismatch, certain, notices } = compare(engine, submission, payout);
  const createdAt = Date.parse(payout.createdAt);
  const age = Date.parse(submission.preparedAt) - createdAt;
  const ours = engine.tokenOf(payout) === submission.correlation.token;
  // With our token it is this reference's, however old: another process prepared the same key before, and "absent" is refused, too.
  const refuted = ours
    ? null
    : payout.automatic
      ? "it was made by the provider's own schedule"
      : isAnothers(engine.process, submission, payout.id)
        ? 'it is the one of another submission'
        : age > DAY_MS
          ? 'it is older than the submission'
          : certain
            ? mismatch
            : null;
  if (refuted !== null) {
    throw new PayoutError('invalid_request', `${payout.id} is not the payout of this submission: ${refuted}.`, { provider: engine.name });
  }
  // Another process may have prepared the same key later: strange without our token, and no proof.
  const isLate = !ours && createdAt > allOverAt(engine, copies);
  const strange = mismatch ?? (isLate ? 'it was made after this submission could be sent' : null);
  return strange === null ? notices : [...notices, { code: SETTLED_WITH_DIFFERENCE, message: `Settled by a person, although ${strange}.` }];
}

async function absentByDecision(engine: Engine, copies: Copies, row: KeptRow | null): Promise<PayoutOutcome> {
  const submission = copies.oldest;
  const overAt = allOverAt(engine, copies);
  if (engine.runtime.now() <= overAt) {
    const message = `a copy of this submission could still be sent or arrive; decide that it is absent after ${isoOf(overAt)}, or submit it again.`;
    throw new PayoutError('invalid_state', message, { provider: engine.name });
  }
  const known =
    (row !== null && row.settled !== null && 'payoutId' in row.settled ? row.settled.payoutId : null) ?? (await listed(engine, submission));
  if (known !== null) {
    throw new PayoutError('invalid_state', `it is not absent: ${known} is the payout of this submission.`, {
      provider: engine.name,
      payoutId: known,
    });
  }
  const message = 'a person decided that no payout exists for this submission.';
  return rejectedAs('next_attempt', new PayoutError('not_found', message, { provider: engine.name, outcome: 'rejected' }), submission);
}

/** The payout with our token, where the list shows one. A list that cannot be read leaves the decision to the person. */
async function listed(engine: Engine, submission: Submission): Promise<string | null> {
  const found = await within(engine, {}, (deadline) => search(engine, submission, deadline, [submission.correlation.token]));
  return found.ours?.id ?? null;
}
