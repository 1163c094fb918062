import { matchSubmission } from '../context/match-payout.ts';
import { lastArrivalAt, duplicatesOf, type Duplicates } from '../context/duplicates.ts';
import type { ProviderContext } from '../context/context.ts';
import { belongsToAnotherSubmission } from '../context/process-memory.ts';
import { PayoutError } from '../errors.ts';
import { storedFor, recordUnlessTaken, unlessPaidLater, withDeadline } from './lookup-stored.ts';
import type { Notice, PayoutOutcome } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import type { Decision } from '../adapter/provider.ts';
import { addStandingNotices, operationsOf, RESOLVED_WITH_DIFFERENCE } from './read-again.ts';
import { recordOutcome, rejectedAs } from './record-outcome.ts';
import { isSameRequest } from './relate.ts';
import { remaining, search } from '../context/search.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import { isRejected, type Submission } from '../stores/submission.ts';
import { DAY_MS, isoOf } from '../platform/times.ts';

/**
 * Records what a person found out (NEVER-TWICE R18).
 *
 * @throws {PayoutError} `invalid_state` for `absent` while it could still be sent, or where the payout is known; `invalid_request`
 * for the id of another payout.
 */
export async function resolveStored(context: ProviderContext, submission: Submission, decision: Decision): Promise<PayoutOutcome> {
  const row = await rowToResolve(context, submission);
  const kept = row === null || isRejected(row.resolution) ? submission : row.submission;
  return resolveRow(context, duplicatesOf(context, kept, submission), row, decision);
}

/**
 * The row that the decision is about: the stored submission, where it is the same request or was refused.
 *
 * A decision about another request would be recorded on the stored one, and free its reference while it can still be sent. A
 * refused row has freed its reference already.
 */
async function rowToResolve(context: ProviderContext, submission: Submission): Promise<CheckedSubmission | null> {
  const row = await storedFor(context, submission);
  if (row === 'unread') {
    const message = 'the submissions store failed, so nothing was recorded. Decide again once it works.';
    throw new PayoutError('provider_unavailable', message, { provider: context.identity.name });
  }
  if (row === null || isRejected(row.resolution) || isSameRequest(row.submission, submission)) return row;
  const message = `another submission is kept for reference ${submission.reference}; resolve that one. lookup(submission) answers it.`;
  throw new PayoutError('invalid_state', message, { provider: context.identity.name });
}

async function resolveRow(
  context: ProviderContext,
  duplicates: Duplicates,
  row: CheckedSubmission | null,
  decision: Decision,
): Promise<PayoutOutcome> {
  const submission = duplicates.oldest;
  if ('absent' in decision) {
    const decided = await recordAbsence(context, duplicates, row);
    const told = await (row === null ? recordUnlessTaken(context, decided, 'person') : recordOutcome(context, decided, { by: 'person' }));
    return withDeadline(context, {}, (deadline) => unlessPaidLater(context, submission, deadline, told));
  }
  if (row !== null && row.resolution !== null && 'payoutId' in row.resolution && row.resolution.payoutId !== decision.payoutId) {
    const message = `${row.resolution.payoutId} is the payout of this submission already; ${decision.payoutId} is not.`;
    throw new PayoutError('invalid_state', message, { provider: context.identity.name, payoutId: row.resolution.payoutId });
  }
  const payout = await withDeadline(context, {}, (deadline) =>
    operationsOf(context, submission).retrieve(decision.payoutId, undefined, {
      signal: deadline.signal,
      timeoutMs: remaining(context, deadline),
    }),
  );
  const notices = noticesOf(context, duplicates, payout);
  const accepted = { outcome: 'accepted', payout, replayed: true, submission, notices } as const;
  // Without our token we have only the person's word. The payout may still belong to another submission, so it is not remembered as
  // ours.
  return addStandingNotices(
    context,
    await recordOutcome(context, accepted, {
      proven: context.rules.correlationTokenOf(payout) === submission.correlation.token,
      despite: notices.some(({ code }) => code === RESOLVED_WITH_DIFFERENCE),
    }),
  );
}

/** The notices that speak against a person's decision without refuting it. @throws {PayoutError} what refutes the decision. */
function noticesOf(context: ProviderContext, duplicates: Duplicates, payout: Payout): readonly Notice[] {
  const submission = duplicates.oldest;
  const { mismatch, certain, notices } = matchSubmission(context, submission, payout);
  const createdAt = Date.parse(payout.createdAt);
  const age = Date.parse(submission.preparedAt) - createdAt;
  const ours = context.rules.correlationTokenOf(payout) === submission.correlation.token;
  // A payout with our token belongs to this reference, however old it is: another process prepared the same key before, and
  // "absent" is refused, too.
  const refuted = ours
    ? null
    : payout.automatic
      ? "it was made by the provider's own schedule"
      : belongsToAnotherSubmission(context.memory, submission, payout.id)
        ? 'it is the one of another submission'
        : age > DAY_MS
          ? 'it is older than the submission'
          : certain
            ? mismatch
            : null;
  if (refuted !== null) {
    throw new PayoutError('invalid_request', `${payout.id} is not the payout of this submission: ${refuted}.`, {
      provider: context.identity.name,
    });
  }
  // Another process may have prepared the same key later. Without our token such a payout is strange, but it proves nothing.
  const isLate = !ours && createdAt > lastArrivalAt(context, duplicates);
  const strange = mismatch ?? (isLate ? 'it was made after this submission could be sent' : null);
  return strange === null
    ? notices
    : [...notices, { code: RESOLVED_WITH_DIFFERENCE, message: `Resolved by a person, although ${strange}.` }];
}

async function recordAbsence(context: ProviderContext, duplicates: Duplicates, row: CheckedSubmission | null): Promise<PayoutOutcome> {
  const submission = duplicates.oldest;
  const overAt = lastArrivalAt(context, duplicates);
  if (context.runtime.now() <= overAt) {
    const message = `a copy of this submission could still be sent or arrive; decide that it is absent after ${isoOf(overAt)}, or submit it again.`;
    throw new PayoutError('invalid_state', message, { provider: context.identity.name });
  }
  const known =
    (row !== null && row.resolution !== null && 'payoutId' in row.resolution ? row.resolution.payoutId : null) ??
    (await listed(context, submission));
  if (known !== null) {
    throw new PayoutError('invalid_state', `it is not absent: ${known} is the payout of this submission.`, {
      provider: context.identity.name,
      payoutId: known,
    });
  }
  const message = 'a person decided that no payout exists for this submission.';
  return rejectedAs(
    'next_attempt',
    new PayoutError('not_found', message, { provider: context.identity.name, outcome: 'rejected' }),
    submission,
  );
}

/** The id of the payout with our token, where the list shows one. When the list cannot be read, the person decides. */
async function listed(context: ProviderContext, submission: Submission): Promise<string | null> {
  const found = await withDeadline(context, {}, (deadline) =>
    search({ context, submission, deadline, tokens: [submission.correlation.token] }),
  );
  return found.matched?.id ?? null;
}
