import { saysTheSame } from './agreement.ts';
import { copiesOf, type Copies, isApart } from './copies.ts';
import { type Engine, withOutcome } from './engine.ts';
import { type Deadline, startDeadline } from './http.ts';
import { laterAnswer, rejectedBefore } from './later-attempts.ts';
import { lookup, unknownForNow } from './lookup.ts';
import type { PayoutOutcome } from './outcome.ts';
import { callWithin, ownRoute, storeWithin } from './passage.ts';
import type { CallOptions } from './provider.ts';
import { noticed, paidAs, payoutIdOf, readAgain, takenOutcome, unlessPaidHere } from './read-again.ts';
import { recorded, type RefusedBy } from './record-outcome.ts';
import { relate, type Relation } from './relate.ts';
import type { KeptRow } from './store.ts';
import { isRejected, type Submission } from './submission.ts';

/** Finds out by reading only, the store first, and records what is then certain. */
export function lookupKept(engine: Engine, submission: Submission, call: CallOptions = {}): Promise<PayoutOutcome> {
  return within(engine, call, async (deadline) => {
    const bounded = storeWithin(engine, deadline);
    const outcome = await unlessPaidLater(bounded, submission, deadline, await lookedUpKept(bounded, submission, deadline));
    return unlessPaidHere(bounded, submission, callWithin(bounded, deadline), outcome);
  });
}

async function lookedUpKept(engine: Engine, submission: Submission, deadline: Deadline): Promise<PayoutOutcome> {
  const look = (copies: Copies): Promise<PayoutOutcome> => lookup(engine, copies, deadline);
  const kept = await keptFor(engine, submission);
  if (kept === 'unread') return noticed(engine, unlessKept(engine, await look(copiesOf(engine, submission)))); // Nothing is recorded about a row that nobody has seen.
  if (kept === null) return noticed(engine, await recordedUnlessTaken(engine, await look(copiesOf(engine, submission)), 'lookup'));
  const call = callWithin(engine, deadline);
  const copies = copiesOf(engine, kept.submission, submission);
  if (isRejected(kept.settled) && isApart(copies)) return lookApart(engine, submission, deadline);
  const isSame = asksTheSame(kept.submission, submission);
  const relation = relate(engine, kept.submission, submission);
  if (!isSame && kept.settled === null && isApart(copies) && relation.is === 'same') {
    return lookBeside(engine, { given: submission, kept: kept.submission }, deadline);
  }
  if (!isSame) {
    const taken = relation.is === 'taken' ? relation : OTHER_BYTES;
    return takenOutcome(engine, kept.submission, taken, { home: engine, payoutId: payoutIdOf(kept), call });
  }
  if (isRejected(kept.settled)) return rejectedBefore(kept.submission, kept.settled);
  const paid = paidAs(kept);
  if (paid !== null) return noticed(engine, await readAgain(engine, copies, paid, call));
  return noticed(engine, await recorded(engine, await look(copies), { by: 'lookup' }));
}

const OTHER_BYTES: Extract<Relation, { is: 'taken' }> = {
  is: 'taken',
  differences: [{ path: 'request', message: 'was written in another version, or for another source' }],
};

/** A refused attempt of a reference that another attempt has paid since is no answer about the reference. */
export async function unlessPaidLater(
  engine: Engine,
  asked: Submission,
  deadline: Deadline,
  outcome: PayoutOutcome,
): Promise<PayoutOutcome> {
  if (outcome.outcome !== 'rejected' || outcome.submission === null) return outcome;
  const row: KeptRow = { submission: outcome.submission, settled: null, shared: true, alone: false, refused: null };
  const arrival = { given: true, anyAttempt: false };
  const later = await laterAnswer({ engine, asked, arrival, route: ownRoute(engine), deadline }, row);
  return later === null || 'openAttempt' in later ? outcome : later;
}

/**
 * Records the outcome of a submission that nobody had kept.
 *
 * To record a refusal, it keeps the submission first. Somebody may have kept a younger one meanwhile, and be sending that: a
 * refusal of this one would free the reference under them.
 */
export async function recordedUnlessTaken(engine: Engine, outcome: PayoutOutcome, by: RefusedBy): Promise<PayoutOutcome> {
  if (outcome.outcome !== 'rejected' || outcome.submission === null) return recorded(engine, outcome, { by });
  const { submission, error } = outcome;
  try {
    const row = await engine.store.keep(submission);
    const isThis = asksTheSame(row.submission, submission) && row.submission.preparedAt === submission.preparedAt;
    if (isThis && (row.settled === null || isRejected(row.settled))) return await recorded(engine, outcome, { by });
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

/** The kept one was refused; this one was prepared apart from it, and may have been sent and paid. It is not sent now: its attempt is over. */
export async function lookApart(home: Engine, given: Submission, deadline: Deadline): Promise<PayoutOutcome> {
  return noticed(home, await recorded(home, await lookup(home, copiesOf(home, given), deadline), { by: 'lookup' }));
}

/**
 * Another one is kept, and open, that left another source or was written in another version: neither is sent, this one is read.
 *
 * Its absence is no refusal of the reference, under which the kept one may still be sent.
 */
export async function lookBeside(
  home: Engine,
  { given, kept }: { readonly given: Submission; readonly kept: Submission },
  deadline: Deadline,
): Promise<PayoutOutcome> {
  const outcome = await lookup(home, copiesOf(home, given), deadline);
  const isForPerson = outcome.outcome === 'unknown' && outcome.next.do === 'ask';
  if (outcome.outcome === 'accepted' || (outcome.outcome === 'unknown' && !isForPerson))
    return noticed(home, await recorded(home, outcome));
  const step = isForPerson ? 'Settle outcome.submission.' : 'Submit outcome.submission to settle it.';
  const doubt = withOutcome(outcome.error, 'unknown', `But another submission of this reference is kept, and may exist. ${step}`);
  // Only the kept one can be settled: handed back this one, nobody could ever end it.
  return isForPerson ? { ...outcome, submission: kept, error: doubt } : unknownForNow(home, kept, doubt);
}
