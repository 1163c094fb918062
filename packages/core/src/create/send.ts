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

/** What is sent, and what the store said of it. */
export interface Sending {
  readonly duplicates: Duplicates;
  /** The word by which this call holds the kept submission; `null` where it does not, or the store knows no holds. */
  readonly hold: string | null;
  /** Whether this call took it over after every send of it was refused. */
  readonly alone: boolean;
}

/** How a submission ended, and as whose word the store has yet to be told; `null` where it knows. */
export interface Concluded {
  readonly outcome: PayoutOutcome;
  readonly recordAs: RefusedBy | null;
  /** Whether a refusal holds whatever others do with the submission: its key is spent, or its time is over. */
  readonly isLasting: boolean;
}

const unrecorded = (outcome: PayoutOutcome, recordAs: RefusedBy = 'provider'): Concluded => ({ outcome, recordAs, isLasting: true });

/**
 * Sends or resends the oldest copy of a submission inside its key's window; outside it sends nothing and looks up (NEVER-TWICE
 * R7 to R15).
 *
 * Runs once per key at a time: `joinOrStart` sees to that.
 */
export async function submitOnce(context: ProviderContext, sending: Sending, deadline: Deadline): Promise<Concluded> {
  const { duplicates, alone } = sending;
  const submission = duplicates.oldest;
  const refused = disagreeing(context, submission); // Also one that a registry routed here, which its own store has not read.
  if (refused !== null) return unrecorded(refused);
  const isOurs = alone || context.memory.prepared.has(submission);
  const fresh = !duplicates.elsewhere && isOurs && isCertain(context.memory, submission);
  const window = keyWindow(
    submission.preparedAt,
    context.limits.retentionMs,
    Math.max(context.limits.timeoutMs, remaining(context, deadline)),
  );
  const now = context.runtime.now();
  // A store that is gone with the process knows nothing of others, who may have sent the same key.
  const isOpen = now >= window.opensAt && now <= window.closesAt;
  if (!isOpen && fresh && alone && !context.store.isPassing) return overUnsent(context, sending, deadline);
  if (!isOpen) return unrecorded(await lookup(context, duplicates, deadline), 'lookup');
  if (submission.request.body === '') return unrecorded(await lookup(context, duplicates, deadline, blanked(context)), 'lookup');
  const other = await otherAttempt(context, submission, deadline);
  if (other !== null) {
    if (fresh) await giveBack(context, submission, sending.hold, other);
    return unrecorded(other);
  }

  const adapter = context.operationsFor(context.http.headers, { source: submission.source });
  const notices = await noticesOf(adapter, submission, context, deadline);
  context.memory.uncertain.add(memoryKeyOf(submission)); // Until a certain refusal says otherwise; also when this call never returns.
  const sendContext: SendContext = { context, adapter, submission, sending, deadline, window, notices };
  return outcomeOf(sendContext, await sendUntilCertain(sendContext, fresh));
}

/** Every send of it was refused, and its key's time is over: it ends without another send, and without a look at the list. */
async function overUnsent(context: ProviderContext, sending: Sending, deadline: Deadline): Promise<Concluded> {
  const { duplicates, hold } = sending;
  const submission = duplicates.oldest;
  const other = await otherAttempt(context, submission, deadline); // The reference may be paid by another attempt.
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

/** A row may lose its body once it is resolved (docs/stores.md): one that lost it before cannot be sent, and an empty request is not it. */
function blanked(context: ProviderContext): PayoutError {
  const message = 'its body was blanked before it was resolved, so it cannot be sent again.';
  return new PayoutError('unresolved', message, { provider: context.identity.name });
}

/** A read for a notice may take this much of a create's time, and no more: it is never a reason not to pay. */
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

/** The same bytes under the same key, until a verdict is certain or nothing more may be sent. */
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
  /** The oldest of its copies, which is the one that is sent. */
  readonly submission: Submission;
  readonly sending: Sending;
  readonly deadline: Deadline;
  readonly window: KeyWindow;
  readonly notices: readonly Notice[];
}

async function outcomeOf(sendContext: SendContext, exchanged: Exchanged): Promise<Concluded> {
  const { verdict, retryAfterSeconds } = exchanged;
  if (verdict.type === 'rejected') return rejectedOutcome(sendContext, verdict);
  if (verdict.type === 'accepted') return unrecorded(await acceptedOutcome(sendContext, verdict));
  return unrecorded(await uncertainOutcome(sendContext, verdict, retryAfterSeconds), 'lookup');
}

async function uncertainOutcome(
  sendContext: SendContext,
  verdict: Extract<Verdict, { type: 'unknown' }>,
  retryAfterSeconds: number | null,
): Promise<PayoutOutcome> {
  const { context, submission, sending, deadline } = sendContext;
  if (verdict.why === 'late') return lookup(context, sending.duplicates, deadline, verdict.error);
  if (verdict.why === 'conflict') return conflictOutcome(sendContext, verdict.error);
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
  return replayedOutcome(sendContext, payout, known);
}

/** A replay tells the past: the payout may have failed since (R12). */
async function replayedOutcome(sendContext: SendContext, payout: Payout, known: readonly Notice[]): Promise<PayoutOutcome> {
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

/** A refusal, once nothing like ours exists (R15) and it is certain that nobody else can have sent the same submission. */
async function rejectedOutcome(sendContext: SendContext, verdict: Extract<Verdict, { type: 'rejected' }>): Promise<Concluded> {
  const explained = await explainedOutcome(sendContext, verdict);
  if (explained.outcome !== 'rejected' || verdict.proof === 'replayed_refusal') return unrecorded(explained);
  return lastStep(sendContext, explained);
}

/** What an adapter finds out about a refusal: payouts that it may be about make it unknown. */
async function explainedOutcome(sendContext: SendContext, verdict: Extract<Verdict, { type: 'rejected' }>): Promise<PayoutOutcome> {
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
    // Whether the refusal is about a payout of ours could not be seen: submitting again asks again.
    return submitAgain(sendContext, error, null);
  }
}

/**
 * The last step before a refusal is told whose proof is that nobody else can have sent the submission.
 *
 * Nothing that takes time follows it: whoever keeps the submission after it meets the refusal.
 */
async function lastStep(sendContext: SendContext, rejected: RejectedPayout): Promise<Concluded> {
  const { context, submission, sending } = sendContext;
  if (context.store.refuse !== null) {
    const told = await refuseAsHolder(context, submission, sending.hold, refusalOf(context, rejected, 'provider'));
    if (told === 'refused') return { outcome: rejected, recordAs: null, isLasting: true };
    if (told === 'unanswered') return unrecorded(submitAgain(sendContext, rejected.error, null));
    return unrecorded(await asOthersLeftIt(sendContext, await readRow(sendContext), rejected));
  }
  const row = await readRow(sendContext);
  const isPaid = row.resolution !== null && 'payoutId' in row.resolution;
  if (isPaid || row.shared) return unrecorded(await asOthersLeftIt(sendContext, row, rejected));
  return { outcome: rejected, recordAs: 'provider', isLasting: false };
}

/** What the store knows of a submission that somebody else may be sending. */
async function asOthersLeftIt(
  sendContext: SendContext,
  { resolution }: CheckedSubmission,
  { error }: RejectedPayout,
): Promise<PayoutOutcome> {
  return resolution !== null && 'payoutId' in resolution
    ? paidMeanwhile(sendContext, resolution.payoutId)
    : submitAgain(sendContext, error, null);
}

/** The kept row. One that is gone or cannot be read may be in anybody's hands. */
async function readRow({ context, submission }: SendContext): Promise<CheckedSubmission> {
  const unreadable: CheckedSubmission = { submission, resolution: null, shared: true, alone: false, refused: null };
  try {
    return (await context.store.find(submission)) ?? unreadable;
  } catch {
    return unreadable;
  }
}

/** Somebody else sent the same submission while ours was refused, and the store knows the payout. */
async function paidMeanwhile(sendContext: SendContext, payoutId: string): Promise<PayoutOutcome> {
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

/** The key was used for something else before: whatever that made is what the caller must see (R15). */
async function conflictOutcome(sendContext: SendContext, error: PayoutError): Promise<PayoutOutcome> {
  const { context, submission, deadline, notices } = sendContext;
  const found = await search({ context, submission, deadline, tokens: [submission.correlation.token] });
  const candidates = found.matched === null ? found.candidates : [found.matched];
  const advice = 'An earlier request with this reference was different; look at what it made before anything else.';
  return unknownOutcome(submission, withOutcome(error, 'unknown', advice), { action: 'review', candidates }, notices);
}

/** After a 5xx: the payout, where the list shows it already. Its absence proves nothing yet. */
async function presence(sendContext: SendContext): Promise<PayoutOutcome | null> {
  const { context, submission, deadline, notices } = sendContext;
  const found = await search({ context, submission, deadline, tokens: [submission.correlation.token] });
  return found.matched === null ? null : foundOutcome(context, submission, found.matched, notices);
}
