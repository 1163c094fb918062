import { compare, mismatchError } from './about-ours.ts';
import { disagreeing } from './agreement.ts';
import { pauseAfter, waited } from './client.ts';
import type { Copies } from './copies.ts';
import { otherAttempt } from './other-attempts.ts';
import { type Engine, type ErasedOperations, isAnothers, isFresh, placeOf, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import { type Deadline, type OutgoingRequest, retryAfterSecondsOf, type Sent } from './http.ts';
import { type KeyWindow, keyWindow } from './idempotency.ts';
import { type ExchangeState, judge, type Verdict } from './judge.ts';
import { foundOutcome, lookup, unknownOutcome } from './lookup.ts';
import type { NextStep, Notice, PayoutOutcome, RejectedPayout } from './outcome.ts';
import type { Payout } from './payout.ts';
import { remaining, search } from './search.ts';
import type { KeptRow } from './store.ts';
import type { Submission } from './submission.ts';
import { isoOf } from './times.ts';

/**
 * Sends or resends the oldest copy of a submission inside its key's window; outside it sends nothing and looks up (NEVER-TWICE
 * R7 to R15).
 *
 * Runs once per key at a time: `shareExchange` sees to that.
 */
export async function submitOnce(engine: Engine, copies: Copies, deadline: Deadline): Promise<PayoutOutcome> {
  const submission = copies.oldest;
  const refused = disagreeing(engine, submission); // Also one that a registry routed here, which its own store has not read.
  if (refused !== null) return refused;
  const fresh = !copies.elsewhere && isFresh(engine.process, submission);
  const window = keyWindow(submission.preparedAt, engine.keptForMs, Math.max(engine.timeoutMs, remaining(engine, deadline)));
  const now = engine.runtime.now();
  if (now < window.opensAt || now > window.closesAt) return lookup(engine, copies, deadline);
  if (submission.request.body === '') return lookup(engine, copies, deadline, blanked(engine));
  const other = await otherAttempt(engine, submission, deadline);
  if (other !== null) return other;

  const adapter = engine.operationsFor(engine.headers, { source: submission.source });
  const notices = await noticesOf(adapter, submission, engine, deadline);
  engine.process.uncertain.add(placeOf(submission)); // Until a certain refusal says otherwise; also when this call never returns.
  const sent = await exchange(engine, adapter, submission, deadline, window, fresh);
  return outcomeOf({ engine, adapter, submission, copies, deadline, window, notices }, sent);
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
  readonly copies: Copies;
  readonly deadline: Deadline;
  readonly window: KeyWindow;
  readonly notices: readonly Notice[];
}

function outcomeOf(context: Context, exchanged: Exchanged): PayoutOutcome | Promise<PayoutOutcome> {
  const { verdict, retryAfterSeconds } = exchanged;
  if (verdict.is === 'accepted') return acceptedOutcome(context, verdict);
  return verdict.is === 'rejected' ? rejectedOutcome(context, verdict) : uncertainOutcome(context, verdict, retryAfterSeconds);
}

async function uncertainOutcome(
  context: Context,
  verdict: Extract<Verdict, { is: 'unknown' }>,
  retryAfterSeconds: number | null,
): Promise<PayoutOutcome> {
  const { engine, submission, copies, deadline } = context;
  if (verdict.why === 'late') return lookup(engine, copies, deadline, verdict.error);
  if (verdict.why === 'conflict') return conflictOutcome(context, verdict.error);
  const found = verdict.why === 'server' && submission.correlation.by !== 'none' ? await presence(context) : null;
  return found ?? submitAgain(context, verdict.error, retryAfterSeconds);
}

function submitAgain({ engine, submission, window, notices }: Context, error: PayoutError, afterSeconds: number | null): PayoutOutcome {
  const told = withOutcome(error, 'unknown', 'A payout may exist: keep outcome.submission and submit it again; that cannot pay twice.');
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

/** A refusal, once it is certain that nobody else can have sent the same submission, and that nothing like ours exists (R15). */
async function rejectedOutcome(context: Context, verdict: Extract<Verdict, { is: 'rejected' }>): Promise<PayoutOutcome> {
  const row = verdict.proof === 'marked' ? null : await sharedRow(context);
  if (row !== null && row.settled !== null && 'payoutId' in row.settled) return paidMeanwhile(context, row.settled.payoutId);
  if (row !== null) return submitAgain(context, verdict.error, null);
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
 * The kept row, if anybody else was ever handed it: then a refusal of ours proves nothing about theirs.
 *
 * A store that fails now leaves that open, and so counts as shared.
 */
async function sharedRow({ engine, submission }: Context): Promise<KeptRow | null> {
  const unreadable: KeptRow = { submission, settled: null, shared: true };
  try {
    const row = await engine.store.find(submission);
    return row === null || row.shared ? (row ?? unreadable) : null;
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

export function rejectedAs(retry: RejectedPayout['retry'], error: PayoutError, submission: Submission): RejectedPayout {
  return { outcome: 'rejected', error, retry, submission };
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
