import { saysTheSame } from './agreement.ts';
import { copiesOf, type Copies, isApart } from './copies.ts';
import { type Engine, type ErasedOperations, isFresh, placeOf, rememberAccepted, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import { type Deadline, startDeadline } from './http.ts';
import { lookup, unknownForNow, unknownOutcome } from './lookup.ts';
import { foundAgain } from './other-attempts.ts';
import type { PayoutOutcome } from './outcome.ts';
import type { Payout } from './payout.ts';
import { assertBound } from './prepare.ts';
import type { CallOptions } from './provider.ts';
import { shareExchange } from './share-exchange.ts';
import { type KeptRow, StoreFailed } from './store.ts';
import { isRejected, type Settled, type Submission } from './submission.ts';
import { rejectedAs, submitOnce } from './submit.ts';

/**
 * Finds the provider that a kept submission was made under; only a registry knows any but the provider itself.
 *
 * @param account The connected account that the create names: the provider is bound to it, and what is kept for another conflicts.
 */
export type Route = (submission: Submission, account?: string) => Engine | null;

const ownRoute =
  (engine: Engine): Route =>
  (submission) =>
    submission.name === engine.name ? engine : null;

/** How a submission came to be submitted. */
export interface Arrival {
  /** Whether the caller came with it: then it may be held elsewhere, too. A create prepares one, and shows it to nobody before. */
  readonly given: boolean;
  readonly route?: Route | undefined;
}

/** Keeps a submission, then submits the one that is kept: the first one wins (NEVER-TWICE R1, R2). */
export async function submitKept(engine: Engine, submission: Submission, call: CallOptions, arrival: Arrival): Promise<PayoutOutcome> {
  const { given, route = ownRoute(engine) } = arrival;
  let row: KeptRow;
  try {
    row = await engine.store.keep(submission);
  } catch (error) {
    return storeFailed(engine, submission, error);
  }
  const home = sameCall(engine, route(row.submission));
  const conflict = home === null ? `was made under the name ${row.submission.name}` : conflictOf(home, row.submission, submission);
  const copies = copiesOf(engine, row.submission, given ? submission : row.submission);
  if (isRejected(row.settled) && (conflict === null || sameUnsentKey(engine, row.submission, submission))) {
    return home !== null && conflict === null && isApart(copies)
      ? lookApart(home, submission, call)
      : rejectedBefore(engine, row.submission, row.settled);
  }
  if (home === null || conflict !== null) return conflicting(home, engine, row, conflict ?? '', call);
  if (row.settled !== null && 'payoutId' in row.settled) {
    return noticed(home, await readAgain(home, copies, row.submission, row.settled.payoutId, call));
  }
  if (isApart(copies) && !asksTheSame(row.submission, submission)) return lookBeside(home, submission, call);
  // Recorded before the exchange counts as over: whoever comes in between would send what is being refused.
  const exchange = async (deadline: Deadline): Promise<PayoutOutcome> => recorded(home, await submitOnce(home, copies, deadline));
  const outcome = await shareExchange(home, copies, call, exchange);
  if (outcome === 'refused_other') return submitKept(engine, submission, call, arrival);
  return noticed(home, outcome);
}

/** The kept one was refused; this one was prepared apart from it, and may have been sent and paid. It is not sent now: its attempt is over. */
async function lookApart(home: Engine, given: Submission, call: CallOptions): Promise<PayoutOutcome> {
  return noticed(home, await recorded(home, await lookedUp(home, copiesOf(home, given), call)));
}

/**
 * Another one is kept, and open, that left another source or was written in another version: neither is sent, this one is read.
 *
 * Its absence is no refusal of the reference, under which the kept one may still be sent.
 */
async function lookBeside(home: Engine, given: Submission, call: CallOptions): Promise<PayoutOutcome> {
  const outcome = await lookedUp(home, copiesOf(home, given), call);
  if (outcome.outcome !== 'rejected') return noticed(home, await recorded(home, outcome));
  const doubt = withOutcome(outcome.error, 'unknown', 'But another submission of this reference is kept, and may exist.');
  return unknownOutcome(given, doubt, { do: 'ask', candidates: [] });
}

/** The provider that a registry found works for the operation that asked the registry. */
function sameCall(engine: Engine, home: Engine | null): Engine | null {
  return home === null || home === engine || engine.call === undefined ? home : home.as(engine.call);
}

/** A corrected request that nobody sent, under a key that is spent on a refusal: the refusal still holds for that key. */
function sameUnsentKey(engine: Engine, kept: Submission, asked: Submission): boolean {
  return kept.key === asked.key && isFresh(engine.process, asked);
}

/** Why a kept submission is not what was asked for now; `null` when it is. */
function conflictOf(home: Engine, kept: Submission, asked: Submission): string | null {
  if (kept.provider !== home.id) return `was made through ${kept.provider}`;
  if (kept.account !== home.account) return 'was made on another connected account';
  if (kept.live !== home.live) return `was made in ${kept.live === true ? 'live' : 'test'} mode`;
  if (kept.fingerprint !== asked.fingerprint) return 'asked for something else (amount, destination, ...)';
  return null;
}

async function conflicting(home: Engine | null, engine: Engine, row: KeptRow, why: string, call: CallOptions): Promise<PayoutOutcome> {
  const { submission, settled } = row;
  const { money } = submission;
  const kept = `${submission.name}, ${money === 'full_balance' ? 'the full balance' : `${money.amount} ${money.currency}`}`;
  const message = `reference ${submission.reference} is taken: the submission that is kept for it (${kept}) ${why}. Nothing was sent.`;
  // In the name of the provider that has it, whichever one was asked.
  const error = new PayoutError('idempotency_conflict', message, { provider: submission.name, outcome: 'unknown' });
  const here = home !== null && isBound(home, submission);
  if (here && settled === null) return unknownForNow(engine, submission, error);
  const known = here && settled !== null && 'payoutId' in settled ? await readQuietly(home, submission, settled.payoutId, call) : null;
  return unknownOutcome(submission, error, { do: 'ask', candidates: known === null ? [] : [known] });
}

function isBound(engine: Engine, submission: Submission): boolean {
  try {
    assertBound(engine, submission);
    return true;
  } catch {
    return false;
  }
}

export const operationsOf = (engine: Engine, submission: Submission): ErasedOperations =>
  engine.operationsFor(engine.headers, { source: submission.source });

async function readQuietly(engine: Engine, submission: Submission, id: string, call: CallOptions): Promise<Payout | null> {
  try {
    return await operationsOf(engine, submission).retrieve(id, undefined, call);
  } catch {
    return null;
  }
}

/** A settled reference needs no sending: the payout is read again by its id. */
async function readAgain(
  engine: Engine,
  { oldest, youngest }: Copies,
  submission: Submission,
  payoutId: string,
  call: CallOptions,
): Promise<PayoutOutcome> {
  try {
    const payout = await operationsOf(engine, submission).retrieve(payoutId, undefined, call);
    // A copy that left another source is settled by its own payout.
    const source = engine.sourceOf(payout);
    const its = [submission, oldest, youngest].find((copy) => copy.source === source) ?? submission;
    return await foundAgain(engine, its, payout);
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error;
    const told = withOutcome(
      error,
      'unknown',
      `Reference ${submission.reference} was accepted before as ${payoutId}; nothing was sent now.`,
    );
    return unknownForNow(engine, submission, told);
  }
}

function rejectedBefore(engine: Engine, submission: Submission, settled: Extract<Settled, { rejected: true }>): PayoutOutcome {
  const retry = settled.retry ?? 'next_attempt';
  const advice = retry === 'never' ? '' : ' Use nextAttempt(outcome) once the cause is gone.';
  const message = `attempt ${submission.attempt} of reference ${submission.reference} was refused before, and nothing was sent now.${advice}`;
  const error = new PayoutError('invalid_state', message, { provider: engine.name, outcome: 'rejected' });
  return rejectedAs(retry, error, submission);
}

function storeFailed(engine: Engine, submission: Submission, thrown: unknown): PayoutOutcome {
  const why = thrown instanceof StoreFailed ? ` (${thrown.message})` : '';
  const message = `the submissions store failed${why} before anything was sent; an earlier call may have sent it. Create again with the same reference.`;
  const error = new PayoutError('provider_unavailable', message, { provider: engine.name, outcome: 'unknown' });
  return unknownForNow(engine, submission, error);
}

// ---- Recording -------------------------------------------------------------------------------------------------------

/** How an outcome settles its submission; `null` while it does not. */
function settlementOf(outcome: PayoutOutcome): Settled | null {
  if (outcome.outcome === 'accepted') return { payoutId: outcome.payout.id };
  if (outcome.outcome === 'unknown' || outcome.retry === 'same_attempt') return null;
  return { rejected: true, retry: outcome.retry };
}

/**
 * Tells the store how it ended, and this process when nothing is uncertain any more. A store that fails changes no truth.
 *
 * @param proven Whether an accepted payout is certainly the one of its submission; on a person's word it may be another's.
 */
export async function recorded(engine: Engine, outcome: PayoutOutcome, proven = true): Promise<PayoutOutcome> {
  const settled = settlementOf(outcome);
  const { submission } = outcome;
  if (submission === null || outcome.outcome === 'unknown') return outcome;
  const { uncertain } = engine.process;
  if (outcome.outcome === 'accepted' && proven) rememberAccepted(engine.process, submission, outcome.payout.id);
  // Certainly refused: its key may be sent as if for the first time, or never again.
  if (outcome.outcome === 'rejected') uncertain.delete(placeOf(submission));
  if (settled === null) return outcome;
  try {
    await engine.store.settle(submission, settled);
    uncertain.delete(placeOf(submission)); // The store knows it from here on.
    return outcome;
  } catch {
    const message = 'The submissions store could not record this outcome; the next create with this reference will ask the provider again.';
    engine.telemetry({ type: 'diagnostic', code: 'not_recorded', message });
    if (outcome.outcome !== 'accepted') return outcome;
    return { ...outcome, notices: [...outcome.notices, { code: 'not_recorded', message }] };
  }
}

/** What every create of this provider does besides is said of one that an earlier call sent, too. */
export async function noticed<O extends PayoutOutcome>(engine: Engine, outcome: O): Promise<O> {
  if (outcome.outcome === 'rejected') return outcome;
  const { submission, notices } = outcome;
  try {
    const standing = (await operationsOf(engine, submission).notices?.(submission, null)) ?? [];
    const missing = standing.filter(({ code }) => !notices.some((known) => known.code === code));
    return missing.length === 0 ? outcome : { ...outcome, notices: [...notices, ...missing] };
  } catch {
    return outcome; // No reason to lose an outcome.
  }
}

// ---- Reading and deciding --------------------------------------------------------------------------------------------

/** Finds out by reading only, the store first, and records what is then certain. */
export async function lookupKept(engine: Engine, submission: Submission, call: CallOptions = {}): Promise<PayoutOutcome> {
  const look = (): Promise<PayoutOutcome> => lookedUp(engine, copiesOf(engine, submission), call);
  const kept = await keptFor(engine, submission);
  if (kept === 'unread') return noticed(engine, unlessKept(engine, await look())); // Nothing is recorded about a row that nobody has seen.
  if (kept === null) return noticed(engine, await recordedUnlessTaken(engine, await look()));
  const isSame = asksTheSame(kept.submission, submission);
  const copies = copiesOf(engine, kept.submission, submission);
  if (isRejected(kept.settled) && isApart(copies)) return lookApart(engine, submission, call);
  const isOpen = kept.settled === null;
  if (!isSame && isOpen && isApart(copies) && conflictOf(engine, kept.submission, submission) === null) {
    return lookBeside(engine, submission, call);
  }
  if (!isSame) return conflicting(engine, engine, kept, 'asked for something else', call);
  if (isRejected(kept.settled)) return rejectedBefore(engine, kept.submission, kept.settled);
  if (kept.settled !== null) return noticed(engine, await readAgain(engine, copies, kept.submission, kept.settled.payoutId, call));
  return noticed(engine, await recorded(engine, await lookedUp(engine, copies, call)));
}

function lookedUp(engine: Engine, copies: Copies, call: CallOptions): Promise<PayoutOutcome> {
  return within(engine, call, (deadline) => lookup(engine, copies, deadline));
}

/**
 * Records the outcome of a submission that nobody had kept.
 *
 * A refusal is recorded by keeping it first: whoever kept the reference meanwhile, with a younger submission, may be sending
 * that one, and a refusal of this one would free the reference under them.
 */
export async function recordedUnlessTaken(engine: Engine, outcome: PayoutOutcome): Promise<PayoutOutcome> {
  if (outcome.outcome !== 'rejected' || outcome.submission === null) return recorded(engine, outcome);
  const { submission, error } = outcome;
  try {
    const row = await engine.store.keep(submission);
    const isThis = asksTheSame(row.submission, submission) && row.submission.preparedAt === submission.preparedAt;
    if (isThis && (row.settled === null || isRejected(row.settled))) return await recorded(engine, outcome);
  } catch {
    // Who has it now cannot be seen.
  }
  const doubt = withOutcome(error, 'unknown', 'But somebody kept another submission of this reference meanwhile, and may be sending it.');
  return unknownForNow(engine, submission, doubt);
}

/** A row that could not be read may hold another submission with this key, younger and still to be sent: nothing is refused for certain. */
function unlessKept(engine: Engine, outcome: PayoutOutcome): PayoutOutcome {
  if (outcome.outcome !== 'rejected' || outcome.submission === null) return outcome;
  const doubt = 'But the submissions store could not be read, and it may keep another submission of this reference.';
  return unknownForNow(engine, outcome.submission, withOutcome(outcome.error, 'unknown', doubt));
}

/** The row of a submission's reference; `unread` when the store cannot say. */
export async function keptFor(engine: Engine, submission: Submission): Promise<KeptRow | 'unread' | null> {
  try {
    return await engine.store.find(submission);
  } catch {
    return 'unread';
  }
}

/** Whether two submissions are the same request; only the time at which they were prepared may differ. */
export function asksTheSame(kept: Submission, other: Submission): boolean {
  const same = (member: 'name' | 'provider' | 'account' | 'live' | 'source' | 'key' | 'fingerprint'): boolean =>
    kept[member] === other[member];
  const { method, path, body } = kept.request;
  return (
    (['name', 'provider', 'account', 'live', 'source', 'key', 'fingerprint'] as const).every(same) &&
    saysTheSame(kept, other) &&
    method === other.request.method &&
    path === other.request.path &&
    // A body may be blanked once it is settled (docs/stores.md); the fingerprint still tells what was asked.
    (body === other.request.body || body === '')
  );
}

export async function within<T>(engine: Engine, call: CallOptions, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  const deadline = startDeadline(engine.runtime, call.timeoutMs ?? engine.timeoutMs, call.signal);
  try {
    return await work(deadline);
  } finally {
    deadline.end();
  }
}
