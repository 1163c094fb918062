import { compare, mismatchError } from './about-ours.ts';
import { disagreeing } from './agreement.ts';
import { pauseAfter, waited } from './client.ts';
import type { Copies } from './copies.ts';
import { otherAttempt } from './other-attempts.ts';
import { type Engine, type ErasedOperations, isAnothers, isCertain, placeOf, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import { type Deadline, type OutgoingRequest, retryAfterSecondsOf, type Sent } from './http.ts';
import { type KeyWindow, keyWindow } from './idempotency.ts';
import { type ExchangeState, judge, type Verdict } from './judge.ts';
import { foundOutcome, lookup, unknownForNow, unknownOutcome } from './lookup.ts';
import type { NextStep, Notice, PayoutOutcome, RejectedPayout } from './outcome.ts';
import type { Payout } from './payout.ts';
import { giveBack, refuseAsHolder, type RefusedBy, refusalOf, rejectedAs } from './record-outcome.ts';
import { remaining, search } from './search.ts';
import type { KeptRow } from './store.ts';
import type { Submission } from './submission.ts';
import { isoOf } from './times.ts';

/** What is sent, and what the store said of it. */
export interface Sending {
  readonly copies: Copies;
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
 * Runs once per key at a time: `shareExchange` sees to that.
 */
export async function submitOnce(engine: Engine, sending: Sending, deadline: Deadline): Promise<Concluded> {
  const { copies, alone } = sending;
  const submission = copies.oldest;
  const refused = disagreeing(engine, submission); // Also one that a registry routed here, which its own store has not read.
  if (refused !== null) return unrecorded(refused);
  const isOurs = alone || engine.process.prepared.has(submission);
  const fresh = !copies.elsewhere && isOurs && isCertain(engine.process, submission);
  const window = keyWindow(submission.preparedAt, engine.keptForMs, Math.max(engine.timeoutMs, remaining(engine, deadline)));
  const now = engine.runtime.now();
  // A store that is gone with the process knows nothing of others, who may have sent the same key.
  const isOpen = now >= window.opensAt && now <= window.closesAt;
  if (!isOpen && fresh && alone && !engine.store.isPassing) return overUnsent(engine, sending, deadline);
  if (!isOpen) return unrecorded(await lookup(engine, copies, deadline), 'lookup');
  if (submission.request.body === '') return unrecorded(await lookup(engine, copies, deadline, blanked(engine)), 'lookup');
  const other = await otherAttempt(engine, submission, deadline);
  if (other !== null) {
    if (fresh) await giveBack(engine, submission, sending.hold, other);
    return unrecorded(other);
  }

  const adapter = engine.operationsFor(engine.headers, { source: submission.source });
  const notices = await noticesOf(adapter, submission, engine, deadline);
  engine.process.uncertain.add(placeOf(submission)); // Until a certain refusal says otherwise; also when this call never returns.
  const sent = await exchange(engine, adapter, submission, deadline, window, fresh);
  return outcomeOf({ engine, adapter, submission, sending, deadline, window, notices }, sent);
}

/** Every send of it was refused, and its key's time is over: it ends without another send, and without a look at the list. */
async function overUnsent(engine: Engine, sending: Sending, deadline: Deadline): Promise<Concluded> {
  const { copies, hold } = sending;
  const submission = copies.oldest;
  const other = await otherAttempt(engine, submission, deadline); // The reference may be paid by another attempt.
  if (other !== null) {
    await giveBack(engine, submission, hold, other);
    return unrecorded(other);
  }
  const message = `every send of attempt ${submission.attempt} was refused, and its key may be forgotten by now: nothing was sent. Create with attempt: nextAttempt(outcome).`;
  const error = new PayoutError('invalid_state', message, { provider: engine.name, outcome: 'rejected' });
  const rejected = rejectedAs('next_attempt', error, submission);
  const told = await refuseAsHolder(engine, submission, hold, refusalOf(engine, rejected, 'provider'));
  if (told === 'refused') return { outcome: rejected, recordAs: null, isLasting: true };
  return unrecorded(submitAgainNow(engine, submission, error));
}

/** A row may lose its body once it is settled (docs/stores.md): one that lost it before cannot be sent, and an empty request is not it. */
function blanked(engine: Engine): PayoutError {
  const message = 'its body was blanked before it was settled, so it cannot be sent again.';
  return new PayoutError('unresolved', message, { provider: engine.name });
}

/** A read for a notice may take this much of a create's time, and no more: it is never a reason not to pay. */
const NOTICE_SHARE = 0.25;
const LONGEST_NOTICE_MS = 5_000;

function noticesOf(
  adapter: ErasedOperations,
  submission: Submission,
  engine: Engine,
  deadline: Deadline,
): readonly Notice[] | Promise<readonly Notice[]> {
  const timeoutMs = Math.max(1, Math.min(LONGEST_NOTICE_MS, Math.floor(remaining(engine, deadline) * NOTICE_SHARE)));
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
async function exchange(
  engine: Engine,
  adapter: ErasedOperations,
  submission: Submission,
  deadline: Deadline,
  window: KeyWindow,
  fresh: boolean,
): Promise<Exchanged> {
  const request = requestOf(submission);
  let state: ExchangeState = { mayExist: !fresh, confirming: null };
  let troubles = 0;
  for (let resend = 0; ; resend += 1) {
    const sent = await engine.send(request, { signal: deadline.signal, notAfter: window.closesAt, resend });
    const step = judge(engine, sent, state, (answer) => adapter.readCreate(answer));
    if (step.do === 'end') return { verdict: step.verdict, retryAfterSeconds: askedPause(engine, sent) };
    if (step.because === 'trouble') troubles += 1;
    const pause = step.because === 'confirm' ? 0 : pauseAfter(engine, sent, resend + 1);
    const spent = step.because === 'trouble' && troubles > engine.resends;
    if (spent || pause === null || !(await waited(engine, pause, deadline))) {
      return { verdict: step.ifOver, retryAfterSeconds: askedPause(engine, sent) };
    }
    state = step.state;
  }
}

function requestOf(submission: Submission): OutgoingRequest {
  const { method, path, headers, body } = submission.request;
  return { method, path, headers: { ...headers, 'idempotency-key': submission.key }, body };
}

function askedPause(engine: Engine, sent: Sent): number | null {
  return sent.is === 'answered' ? retryAfterSecondsOf(sent.answer, engine.runtime.now()) : null;
}

// ---- From verdict to outcome -----------------------------------------------------------------------------------------

interface Context {
  readonly engine: Engine;
  readonly adapter: ErasedOperations;
  /** The oldest of its copies, which is the one that is sent. */
  readonly submission: Submission;
  readonly sending: Sending;
  readonly deadline: Deadline;
  readonly window: KeyWindow;
  readonly notices: readonly Notice[];
}

async function outcomeOf(context: Context, exchanged: Exchanged): Promise<Concluded> {
  const { verdict, retryAfterSeconds } = exchanged;
  if (verdict.is === 'rejected') return rejectedOutcome(context, verdict);
  if (verdict.is === 'accepted') return unrecorded(await acceptedOutcome(context, verdict));
  return unrecorded(await uncertainOutcome(context, verdict, retryAfterSeconds), 'lookup');
}

async function uncertainOutcome(
  context: Context,
  verdict: Extract<Verdict, { is: 'unknown' }>,
  retryAfterSeconds: number | null,
): Promise<PayoutOutcome> {
  const { engine, submission, sending, deadline } = context;
  if (verdict.why === 'late') return lookup(engine, sending.copies, deadline, verdict.error);
  if (verdict.why === 'conflict') return conflictOutcome(context, verdict.error);
  const found = verdict.why === 'server' && submission.correlation.by !== 'none' ? await presence(context) : null;
  return found ?? submitAgain(context, verdict.error, retryAfterSeconds);
}

const MAY_EXIST = 'A payout may exist: keep outcome.submission and submit it again; that cannot pay twice.';

function submitAgainNow(engine: Engine, submission: Submission, error: PayoutError): PayoutOutcome {
  return unknownForNow(engine, submission, withOutcome(error, 'unknown', MAY_EXIST));
}

function submitAgain({ engine, submission, window, notices }: Context, error: PayoutError, afterSeconds: number | null): PayoutOutcome {
  const told = withOutcome(error, 'unknown', MAY_EXIST);
  const notBefore = Math.min(engine.runtime.now() + (afterSeconds ?? 0) * 1000, window.overAt + 1);
  return unknownOutcome(submission, told, { do: 'submit', notBefore: isoOf(notBefore) }, notices);
}

function acceptedOutcome(context: Context, verdict: Extract<Verdict, { is: 'accepted' }>): PayoutOutcome | Promise<PayoutOutcome> {
  const { engine, submission, notices } = context;
  const { payout, replayed } = verdict;
  const comparison = compare(engine, submission, payout);
  if (comparison.mismatch !== null) {
    const next: NextStep = { do: 'ask', candidates: [payout] };
    return unknownOutcome(submission, mismatchError(engine, payout, comparison.mismatch), next, notices);
  }
  const known = [...notices, ...comparison.notices];
  if (!replayed) return { outcome: 'accepted', payout, replayed, submission, notices: known };
  return replayedOutcome(context, payout, known);
}

/** A replay tells the past: the payout may have failed since (R12). */
async function replayedOutcome(context: Context, payout: Payout, known: readonly Notice[]): Promise<PayoutOutcome> {
  const { engine, adapter, submission, deadline, notices } = context;
  try {
    const current = await adapter.retrieve(payout.id, undefined, {
      signal: deadline.signal,
      timeoutMs: remaining(engine, deadline),
    });
    return foundOutcome(engine, submission, current, notices);
  } catch {
    const message = 'The answer was a replay and the payout could not be read again: its status is as of its creation.';
    return { outcome: 'accepted', payout, replayed: true, submission, notices: [...known, { code: 'status_as_of_creation', message }] };
  }
}

/** A refusal, once nothing like ours exists (R15) and it is certain that nobody else can have sent the same submission. */
async function rejectedOutcome(context: Context, verdict: Extract<Verdict, { is: 'rejected' }>): Promise<Concluded> {
  const explained = await explainedOutcome(context, verdict);
  if (explained.outcome !== 'rejected' || verdict.proof === 'marked') return unrecorded(explained);
  return lastStep(context, explained);
}

/** What an adapter finds out about a refusal: payouts that it may be about make it unknown. */
async function explainedOutcome(context: Context, verdict: Extract<Verdict, { is: 'rejected' }>): Promise<PayoutOutcome> {
  const { engine, adapter, submission, deadline, notices } = context;
  const { refusal, retry, error } = verdict;
  if (refusal === null || adapter.explain === undefined) return rejectedAs(retry, error, submission);
  try {
    const call = { signal: deadline.signal, timeoutMs: remaining(engine, deadline) };
    const explained = await adapter.explain(refusal, submission, call);
    const { code, message } = explained.refusal;
    const known = explained.refusal === refusal ? error : new PayoutError(code, message, error.details());
    const candidates = explained.candidates.filter((payout) => !isAnothers(engine.process, submission, payout.id));
    if (candidates.length === 0) return rejectedAs(retry, known, submission);
    const ids = candidates.map((payout) => payout.id).join(', ');
    const doubt = withOutcome(known, 'unknown', `It may be refused because ${ids} is ours already; only a person can tell.`);
    return unknownOutcome(submission, doubt, { do: 'ask', candidates }, notices);
  } catch {
    // Whether the refusal is about a payout of ours could not be seen: submitting again asks again.
    return submitAgain(context, error, null);
  }
}

/**
 * The last step before a refusal is told whose proof is that nobody else can have sent the submission.
 *
 * Nothing that takes time follows it: whoever keeps the submission after it meets the refusal.
 */
async function lastStep(context: Context, rejected: RejectedPayout): Promise<Concluded> {
  const { engine, submission, sending } = context;
  if (engine.store.refuse !== null) {
    const told = await refuseAsHolder(engine, submission, sending.hold, refusalOf(engine, rejected, 'provider'));
    if (told === 'refused') return { outcome: rejected, recordAs: null, isLasting: true };
    if (told === 'unanswered') return unrecorded(submitAgain(context, rejected.error, null));
    return unrecorded(await asOthersLeftIt(context, await readRow(context), rejected));
  }
  const row = await readRow(context);
  const isPaid = row.settled !== null && 'payoutId' in row.settled;
  if (isPaid || row.shared) return unrecorded(await asOthersLeftIt(context, row, rejected));
  return { outcome: rejected, recordAs: 'provider', isLasting: false };
}

/** What the store knows of a submission that somebody else may be sending. */
async function asOthersLeftIt(context: Context, { settled }: KeptRow, { error }: RejectedPayout): Promise<PayoutOutcome> {
  return settled !== null && 'payoutId' in settled ? paidMeanwhile(context, settled.payoutId) : submitAgain(context, error, null);
}

/** The kept row. One that is gone or cannot be read may be in anybody's hands. */
async function readRow({ engine, submission }: Context): Promise<KeptRow> {
  const unreadable: KeptRow = { submission, settled: null, shared: true, alone: false, refused: null };
  try {
    return (await engine.store.find(submission)) ?? unreadable;
  } catch {
    return unreadable;
  }
}

/** Somebody else sent the same submission while ours was refused, and the store knows the payout. */
async function paidMeanwhile(context: Context, payoutId: string): Promise<PayoutOutcome> {
  const { engine, adapter, submission, deadline, notices } = context;
  try {
    const call = { signal: deadline.signal, timeoutMs: remaining(engine, deadline) };
    return foundOutcome(engine, submission, await adapter.retrieve(payoutId, undefined, call), notices);
  } catch {
    const error = new PayoutError('unresolved', `payout ${payoutId} was made by another holder of this submission and could not be read.`, {
      provider: engine.name,
      payoutId,
    });
    return submitAgain(context, error, null);
  }
}

/** The key was used for something else before: whatever that made is what the caller must see (R15). */
async function conflictOutcome(context: Context, error: PayoutError): Promise<PayoutOutcome> {
  const { engine, submission, deadline, notices } = context;
  const found = await search(engine, submission, deadline, [submission.correlation.token]);
  const candidates = found.ours === null ? found.candidates : [found.ours];
  const advice = 'An earlier request with this reference was different; look at what it made before anything else.';
  return unknownOutcome(submission, withOutcome(error, 'unknown', advice), { do: 'ask', candidates }, notices);
}

/** After a 5xx: the payout, where the list shows it already. Its absence proves nothing yet. */
async function presence(context: Context): Promise<PayoutOutcome | null> {
  const { engine, submission, deadline, notices } = context;
  const found = await search(engine, submission, deadline, [submission.correlation.token]);
  return found.ours === null ? null : foundOutcome(engine, submission, found.ours, notices);
}
