import { matchSubmission, mismatchError } from '../context/match-payout.ts';
import { disagreeing } from './agreement.ts';
import { pauseAfter, waitUnlessOver } from '../context/client.ts';
import type { Duplicates } from '../context/duplicates.ts';
import { otherAttempt } from './other-attempts.ts';
import type { ProviderContext, ErasedOperations } from '../context/context.ts';
import { belongsToAnotherSubmission, isCertain, memoryKeyOf } from '../context/process-memory.ts';
import { withOutcome } from '../context/outcome-errors.ts';
import { PayoutError } from '../errors.ts';
import type { Deadline } from '../http/deadline.ts';
import type { OutgoingRequest, Sent } from '../http/exchange.ts';
import { retryAfterSecondsOf } from '../http/retry-schedule.ts';
import { type KeyWindow, keyWindow } from '../stores/idempotency.ts';
import { type ExchangeState, decideNext, type Verdict } from './decide.ts';
import { foundOutcome, lookup, unknownForNow, unknownOutcome } from './lookup.ts';
import type { NextStep, Notice, PayoutOutcome, RejectedPayout } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import { giveBack, refuseAsHolder, type RefusedBy, refusalOf, rejectedAs } from './record-outcome.ts';
import { remaining, search } from '../context/search.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import type { Submission } from '../stores/submission.ts';
import { isoOf } from '../platform/times.ts';

/** The submission to send, and what the store said about it. */
export interface Sending {
  readonly duplicates: Duplicates;
  /**
   * The random word by which this call holds the stored submission. `null` where this call does not hold it, or the store has no
   * holds.
   */
  readonly hold: string | null;
  /** Whether this call took the submission over after every send of it was refused. */
  readonly alone: boolean;
}

/** How a submission ended. `recordAs` says who decided, for the store; it is `null` where the store knows already. */
export interface Concluded {
  readonly outcome: PayoutOutcome;
  readonly recordAs: RefusedBy | null;
  /** Whether a refusal holds whatever others do with the submission: its key is spent, or its time is over. */
  readonly isLasting: boolean;
}

const unrecorded = (outcome: PayoutOutcome, recordAs: RefusedBy = 'provider'): Concluded => ({ outcome, recordAs, isLasting: true });

/**
 * Sends the oldest duplicate of a submission inside its key's window. Outside the window it sends nothing and looks up (NEVER-TWICE
 * R7 to R15).
 *
 * It runs once per key at a time: `joinOrStart` sees to that.
 */
export async function submitOnce(context: ProviderContext, sending: Sending, deadline: Deadline): Promise<Concluded> {
  const { duplicates, alone } = sending;
  const submission = duplicates.oldest;
  // A submission that a registry routed here is checked too: its own store has not read it.
  const refused = disagreeing(context, submission);
  if (refused !== null) return unrecorded(refused);
  const isOurs = alone || context.memory.prepared.has(submission);
  const fresh = !duplicates.elsewhere && isOurs && isCertain(context.memory, submission);
  const window = keyWindow(
    submission.preparedAt,
    context.limits.retentionMs,
    Math.max(context.limits.timeoutMs, remaining(context, deadline)),
  );
  const now = context.runtime.now();
  // A store that is gone with the process knows nothing of other processes, which may have sent the same key.
  const isOpen = now >= window.opensAt && now <= window.closesAt;
  if (!isOpen && fresh && alone && !context.store.isPassing) return endUnsent(context, sending, deadline);
  if (!isOpen) return unrecorded(await lookup(context, duplicates, deadline), 'lookup');
  if (submission.request.body === '') return unrecorded(await lookup(context, duplicates, deadline, blanked(context)), 'lookup');
  const other = await otherAttempt(context, submission, deadline);
  if (other !== null) {
    if (fresh) await giveBack(context, submission, sending.hold, other);
    return unrecorded(other);
  }

  const adapter = context.operationsFor(context.http.headers, { source: submission.source });
  const notices = await noticesOf(adapter, submission, context, deadline);
  context.memory.uncertain.add(memoryKeyOf(submission)); // The key is uncertain until a certain refusal, also when this call never returns.
  const sendContext: SendContext = { context, adapter, submission, sending, deadline, window, notices };
  return outcomeOf(sendContext, await sendUntilCertain(sendContext, fresh));
}

/** The outcome when every send was refused and the key's time is over. Nothing is sent, and the list is not read. */
async function endUnsent(context: ProviderContext, sending: Sending, deadline: Deadline): Promise<Concluded> {
  const { duplicates, hold } = sending;
  const submission = duplicates.oldest;
  const other = await otherAttempt(context, submission, deadline); // Another attempt may have paid the reference.
  if (other !== null) {
    await giveBack(context, submission, hold, other);
    return unrecorded(other);
  }
  const message = `every send of attempt ${submission.attempt} was refused, and its key may be forgotten by now: nothing was sent. Create with attempt: nextAttempt(outcome).`;
  const error = new PayoutError('invalid_state', message, { provider: context.identity.name, outcome: 'rejected' });
  const rejected = rejectedAs('next_attempt', error, submission);
  const told = await refuseAsHolder(context, submission, hold, refusalOf(context, rejected, 'provider'));
  if (told === 'refused') return { outcome: rejected, recordAs: null, isLasting: true };
  return unrecorded(submitAgainNow(context, submission, error));
}

/**
 * The error of a submission whose body was blanked before it was resolved (docs/stores.md). It cannot be sent: an empty request is
 * another one.
 */
function blanked(context: ProviderContext): PayoutError {
  const message = 'its body was blanked before it was resolved, so it cannot be sent again.';
  return new PayoutError('unresolved', message, { provider: context.identity.name });
}

/** The share of a create's time that a read for a notice may take. A notice is never a reason not to pay. */
const NOTICE_SHARE = 0.25;
const LONGEST_NOTICE_MS = 5_000;

function noticesOf(
  adapter: ErasedOperations,
  submission: Submission,
  context: ProviderContext,
  deadline: Deadline,
): readonly Notice[] | Promise<readonly Notice[]> {
  const timeoutMs = Math.max(1, Math.min(LONGEST_NOTICE_MS, Math.floor(remaining(context, deadline) * NOTICE_SHARE)));
  try {
    const told = adapter.notices?.(submission, { signal: deadline.signal, timeoutMs }) ?? [];
    return 'then' in told ? told.catch(() => []) : told;
  } catch {
    return [];
  }
}

// ---- The exchange ----------------------------------------------------------------------------------------------------

interface Exchanged {
  readonly verdict: Verdict;
  readonly retryAfterSeconds: number | null;
}

/** Sends the same bytes under the same key, until a verdict is certain or nothing more may be sent. */
async function sendUntilCertain({ context, adapter, submission, deadline, window }: SendContext, fresh: boolean): Promise<Exchanged> {
  const request = requestOf(submission);
  let state: ExchangeState = { mayExist: !fresh, confirming: null };
  let troubles = 0;
  for (let resend = 0; ; resend += 1) {
    const sent = await context.http.send(request, { signal: deadline.signal, notAfter: window.closesAt, resend });
    const step = decideNext(context, sent, state, (answer) => adapter.readCreate(answer));
    if (step.type === 'end') return { verdict: step.verdict, retryAfterSeconds: askedPause(context, sent) };
    if (step.because === 'trouble') troubles += 1;
    const pause = step.because === 'confirm' ? 0 : pauseAfter(context, sent, resend + 1);
    const spent = step.because === 'trouble' && troubles > context.limits.maxResends;
    if (spent || pause === null || !(await waitUnlessOver(context, pause, deadline))) {
      return { verdict: step.ifOver, retryAfterSeconds: askedPause(context, sent) };
    }
    state = step.state;
  }
}

function requestOf(submission: Submission): OutgoingRequest {
  const { method, path, headers, body } = submission.request;
  return { method, path, headers: { ...headers, 'idempotency-key': submission.key }, body };
}

function askedPause(context: ProviderContext, sent: Sent): number | null {
  return sent.type === 'answered' ? retryAfterSecondsOf(sent.answer, context.runtime.now()) : null;
}

// ---- From verdict to outcome -----------------------------------------------------------------------------------------

interface SendContext {
  readonly context: ProviderContext;
  readonly adapter: ErasedOperations;
  /** The oldest duplicate, which is the one that is sent. */
  readonly submission: Submission;
  readonly sending: Sending;
  readonly deadline: Deadline;
  readonly window: KeyWindow;
  readonly notices: readonly Notice[];
}

async function outcomeOf(sendContext: SendContext, exchanged: Exchanged): Promise<Concluded> {
  const { verdict, retryAfterSeconds } = exchanged;
  if (verdict.type === 'rejected') return confirmRejection(sendContext, verdict);
  if (verdict.type === 'accepted') return unrecorded(await acceptedOutcome(sendContext, verdict));
  return unrecorded(await resolveUncertain(sendContext, verdict, retryAfterSeconds), 'lookup');
}

async function resolveUncertain(
  sendContext: SendContext,
  verdict: Extract<Verdict, { type: 'unknown' }>,
  retryAfterSeconds: number | null,
): Promise<PayoutOutcome> {
  const { context, submission, sending, deadline } = sendContext;
  if (verdict.why === 'late') return lookup(context, sending.duplicates, deadline, verdict.error);
  if (verdict.why === 'conflict') return searchAfterConflict(sendContext, verdict.error);
  const found = verdict.why === 'server' && submission.correlation.by !== 'none' ? await presence(sendContext) : null;
  return found ?? submitAgain(sendContext, verdict.error, retryAfterSeconds);
}

const MAY_EXIST = 'A payout may exist: keep outcome.submission and submit it again; that cannot pay twice.';

function submitAgainNow(context: ProviderContext, submission: Submission, error: PayoutError): PayoutOutcome {
  return unknownForNow(context, submission, withOutcome(error, 'unknown', MAY_EXIST));
}

function submitAgain(
  { context, submission, window, notices }: SendContext,
  error: PayoutError,
  afterSeconds: number | null,
): PayoutOutcome {
  const told = withOutcome(error, 'unknown', MAY_EXIST);
  const notBefore = Math.min(context.runtime.now() + (afterSeconds ?? 0) * 1000, window.lastArrivalAt + 1);
  return unknownOutcome(submission, told, { action: 'submit', notBefore: isoOf(notBefore) }, notices);
}

function acceptedOutcome(
  sendContext: SendContext,
  verdict: Extract<Verdict, { type: 'accepted' }>,
): PayoutOutcome | Promise<PayoutOutcome> {
  const { context, submission, notices } = sendContext;
  const { payout, replayed } = verdict;
  const comparison = matchSubmission(context, submission, payout);
  if (comparison.mismatch !== null) {
    const next: NextStep = { action: 'review', candidates: [payout] };
    return unknownOutcome(submission, mismatchError(context, payout, comparison.mismatch), next, notices);
  }
  const known = [...notices, ...comparison.notices];
  if (!replayed) return { outcome: 'accepted', payout, replayed, submission, notices: known };
  return readReplayedPayout(sendContext, payout, known);
}

/** The outcome of a replayed response. A replay shows the past, and the payout may have failed since (R12), so it is read again. */
async function readReplayedPayout(sendContext: SendContext, payout: Payout, known: readonly Notice[]): Promise<PayoutOutcome> {
  const { context, adapter, submission, deadline, notices } = sendContext;
  try {
    const current = await adapter.retrieve(payout.id, undefined, {
      signal: deadline.signal,
      timeoutMs: remaining(context, deadline),
    });
    return foundOutcome(context, submission, current, notices);
  } catch {
    const message = 'The answer was a replay and the payout could not be read again: its status is as of its creation.';
    return { outcome: 'accepted', payout, replayed: true, submission, notices: [...known, { code: 'status_as_of_creation', message }] };
  }
}

/**
 * The outcome of a refusal. It is `rejected` only once nothing like our payout exists (R15) and nobody else can have sent the
 * submission.
 */
async function confirmRejection(sendContext: SendContext, verdict: Extract<Verdict, { type: 'rejected' }>): Promise<Concluded> {
  const explained = await explainRejection(sendContext, verdict);
  if (explained.outcome !== 'rejected' || verdict.proof === 'replayed_refusal') return unrecorded(explained);
  return lastStep(sendContext, explained);
}

/** The outcome after the adapter has explained the refusal. Payouts that the refusal may be about make it unknown. */
async function explainRejection(sendContext: SendContext, verdict: Extract<Verdict, { type: 'rejected' }>): Promise<PayoutOutcome> {
  const { context, adapter, submission, deadline, notices } = sendContext;
  const { refusal, retry, error } = verdict;
  if (refusal === null || adapter.explain === undefined) return rejectedAs(retry, error, submission);
  try {
    const call = { signal: deadline.signal, timeoutMs: remaining(context, deadline) };
    const explained = await adapter.explain(refusal, submission, call);
    const { code, message } = explained.refusal;
    const known = explained.refusal === refusal ? error : new PayoutError(code, message, error.details());
    const candidates = explained.candidates.filter((payout) => !belongsToAnotherSubmission(context.memory, submission, payout.id));
    if (candidates.length === 0) return rejectedAs(retry, known, submission);
    const ids = candidates.map((payout) => payout.id).join(', ');
    const doubt = withOutcome(known, 'unknown', `It may be refused because ${ids} is ours already; only a person can tell.`);
    return unknownOutcome(submission, doubt, { action: 'review', candidates }, notices);
  } catch {
    // Whether the refusal is about a payout of ours could not be read. Submitting again asks again.
    return submitAgain(sendContext, error, null);
  }
}

/**
 * Checks a refusal with the store, as the last step, when its proof is that nobody else can have sent the submission.
 *
 * Nothing that takes time follows this step: the next caller that takes the submission finds the refusal.
 */
async function lastStep(sendContext: SendContext, rejected: RejectedPayout): Promise<Concluded> {
  const { context, submission, sending } = sendContext;
  if (context.store.refuse !== null) {
    const told = await refuseAsHolder(context, submission, sending.hold, refusalOf(context, rejected, 'provider'));
    if (told === 'refused') return { outcome: rejected, recordAs: null, isLasting: true };
    if (told === 'unanswered') return unrecorded(submitAgain(sendContext, rejected.error, null));
    return unrecorded(await answerOfOthers(sendContext, await readRow(sendContext), rejected));
  }
  const row = await readRow(sendContext);
  const isPaid = row.resolution !== null && 'payoutId' in row.resolution;
  if (isPaid || row.shared) return unrecorded(await answerOfOthers(sendContext, row, rejected));
  return { outcome: rejected, recordAs: 'provider', isLasting: false };
}

/** What the store knows of a submission that somebody else may be sending. */
async function answerOfOthers(
  sendContext: SendContext,
  { resolution }: CheckedSubmission,
  { error }: RejectedPayout,
): Promise<PayoutOutcome> {
  return resolution !== null && 'payoutId' in resolution
    ? readPaidMeanwhile(sendContext, resolution.payoutId)
    : submitAgain(sendContext, error, null);
}

/** The stored row. A row that is gone or cannot be read may be in use by anybody. */
async function readRow({ context, submission }: SendContext): Promise<CheckedSubmission> {
  const unreadable: CheckedSubmission = { submission, resolution: null, shared: true, alone: false, refused: null };
  try {
    return (await context.store.find(submission)) ?? unreadable;
  } catch {
    return unreadable;
  }
}

/** The outcome when another holder sent the same submission while ours was refused. The store knows that payout. */
async function readPaidMeanwhile(sendContext: SendContext, payoutId: string): Promise<PayoutOutcome> {
  const { context, adapter, submission, deadline, notices } = sendContext;
  try {
    const call = { signal: deadline.signal, timeoutMs: remaining(context, deadline) };
    return foundOutcome(context, submission, await adapter.retrieve(payoutId, undefined, call), notices);
  } catch {
    const error = new PayoutError('unresolved', `payout ${payoutId} was made by another holder of this submission and could not be read.`, {
      provider: context.identity.name,
      payoutId,
    });
    return submitAgain(sendContext, error, null);
  }
}

/** The outcome when the key was used for another request before. The caller must see what that request made (R15). */
async function searchAfterConflict(sendContext: SendContext, error: PayoutError): Promise<PayoutOutcome> {
  const { context, submission, deadline, notices } = sendContext;
  const found = await search({ context, submission, deadline, tokens: [submission.correlation.token] });
  const candidates = found.matched === null ? found.candidates : [found.matched];
  const advice = 'An earlier request with this reference was different; look at what it made before anything else.';
  return unknownOutcome(submission, withOutcome(error, 'unknown', advice), { action: 'review', candidates }, notices);
}

/** The payout after a 5xx, where the list shows it already. Its absence proves nothing yet. */
async function presence(sendContext: SendContext): Promise<PayoutOutcome | null> {
  const { context, submission, deadline, notices } = sendContext;
  const found = await search({ context, submission, deadline, tokens: [submission.correlation.token] });
  return found.matched === null ? null : foundOutcome(context, submission, found.matched, notices);
}
