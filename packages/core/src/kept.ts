import { saysTheSame } from './agreement.ts';
import { copiesOf, type Copies, isApart } from './copies.ts';
import { type Engine, isFresh, type KnownPayout, payoutKnownFor, placeOf, type SharedResult, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import { type Deadline, startDeadline } from './http.ts';
import { lookup, unknownForNow, unknownOutcome } from './lookup.ts';
import { FURTHEST_RAISED, mayExist } from './other-attempts.ts';
import type { PayoutOutcome } from './outcome.ts';
import type { CallOptions } from './provider.ts';
import {
  operationsOf,
  type PaidAs,
  paidAs,
  paidByOther,
  payoutIdOf,
  readAgain,
  relationNotices,
  takenOutcome,
  withNotices,
} from './read-again.ts';
import { giveBack, recorded, type RefusedBy } from './record-outcome.ts';
import { relate, type Relation } from './relate.ts';
import { newHold } from './runtime.ts';
import { remaining } from './search.ts';
import { shareExchange } from './share-exchange.ts';
import { type KeptRow, StoreFailed } from './store.ts';
import { isRejected, type Settled, type Submission } from './submission.ts';
import { type Sending, submitOnce } from './submit.ts';

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
  /** Whether the caller named no attempt, so that the highest one that is kept answers. */
  readonly anyAttempt: boolean;
  readonly route?: Route | undefined;
}

/** One submission on its way through the store. */
interface Passage {
  readonly engine: Engine;
  readonly asked: Submission;
  readonly arrival: Arrival;
  readonly route: Route;
  readonly deadline: Deadline;
}

/** Keeps a submission, then submits the one that is kept: the first one wins (NEVER-TWICE R1, R2). */
export function submitKept(engine: Engine, asked: Submission, call: CallOptions, arrival: Arrival): Promise<SharedResult> {
  const { route = ownRoute(engine) } = arrival;
  const elsewhere = arrival.given && !engine.process.prepared.has(asked);
  const { anyAttempt } = arrival;
  return shareExchange({ engine, asked, call, elsewhere, anyAttempt }, (deadline) =>
    keepAndSubmit({ engine: storeWithin(engine, deadline), asked, arrival, route, deadline }),
  );
}

/** Submits a submission that the caller came with: an attempt of its own, and no other. */
export async function submitGiven(engine: Engine, submission: Submission, call: CallOptions): Promise<PayoutOutcome> {
  const result = await submitKept(engine, submission, call, { given: true, anyAttempt: false });
  if ('openAttempt' in result) throw new TypeError('a named attempt is never passed on');
  return result;
}

async function keepAndSubmit(passage: Passage): Promise<SharedResult> {
  const { engine, asked } = passage;
  const hold = isFresh(engine.process, asked) ? newHold() : undefined;
  let row: KeptRow;
  try {
    row = await engine.store.keep(asked, hold);
  } catch (error) {
    return storeFailed(engine, asked, error);
  }
  const home = homeOf(passage, row.submission);
  // Another provider, so that another key is under way: this one's place says nothing about it.
  if (home !== null && placeOf(row.submission) !== placeOf(asked)) {
    const call = { signal: passage.deadline.signal, timeoutMs: remaining(engine, passage.deadline) };
    const { anyAttempt } = passage.arrival;
    const of = { engine: home, asked: row.submission, call, elsewhere: false, anyAttempt };
    return shareExchange(of, (deadline) => answered({ ...passage, deadline }, row, home, hold ?? null));
  }
  return answered(passage, row, home, hold ?? null);
}

/** The provider that a kept submission goes to, for the operation that asked. */
function homeOf({ engine, route, deadline }: Passage, kept: Submission): Engine | null {
  const home = route(kept);
  if (home === null) return null;
  return storeWithin(home.call === engine.call || engine.call === undefined ? home : home.as(engine.call), deadline);
}

/** A provider whose store takes no longer for this call than the call itself may. */
function storeWithin(engine: Engine, deadline: Deadline): Engine {
  const store = engine.store.within(deadline);
  return store === engine.store ? engine : { ...engine, store };
}

/** What the kept row says to the request, or what comes of sending it. */
async function answered(passage: Passage, row: KeptRow, home: Engine | null, hold: string | null): Promise<SharedResult> {
  const { engine, asked, arrival, deadline } = passage;
  const relation = relate(home, row.submission, asked);
  const copies = copiesOf(engine, row.submission, arrival.given ? asked : row.submission);
  const call = callWithin(engine, deadline);
  if (isRejected(row.settled) && (relation.is !== 'taken' || sameUnsentKey(engine, row.submission, asked))) {
    const isOwn = home !== null && relation.is !== 'taken';
    return isOwn && isApart(copies) ? lookedApart(passage, row, home) : ofRejected(passage, row, row.settled);
  }
  if (home === null || relation.is === 'taken') {
    const differences = relation.is === 'taken' ? relation : NOT_HERE;
    if (row.alone) await giveBack(engine, row.submission, hold, null); // Taken over by this call, which sends nothing.
    return takenOutcome(engine, row.submission, differences, { home, payoutId: payoutIdOf(row), call });
  }
  const paid = paidAs(row);
  if (paid !== null) return finished(home, await readAgain(home, copies, paid, call), relation);
  const known = payoutKnownFor(home, row.submission);
  if (known !== null) return finished(home, await knownHere(home, row, known, call), relation);
  const refused = home.process.unrecorded.get(home.store.itself)?.get(placeOf(row.submission));
  if (refused !== undefined) return (await laterAnswer(passage, row)) ?? recordAgain(home, row.submission, refused);
  // Also one that was prepared here: a look at its source would miss the payout of the kept one.
  const leftElsewhere = arrival.given && asked.source !== row.submission.source;
  if ((isApart(copies) || leftElsewhere) && !asksTheSame(row.submission, asked)) return lookBeside(home, asked, deadline);
  return sentOrLookedUp(passage, home, row, relation, { copies, hold, alone: row.alone });
}

/** A payout that this process knows and the store does not: it is recorded now, where it is what is kept. */
async function knownHere(home: Engine, { submission }: KeptRow, known: KnownPayout, call: CallOptions): Promise<PayoutOutcome> {
  if (known.payment !== submission.payment) {
    const differences = [{ path: 'request', message: `was another one, through another store: this process paid it as ${known.id}` }];
    return takenOutcome(home, submission, { is: 'taken', differences }, { home, payoutId: known.id, call });
  }
  const outcome = await readAgain(home, copiesOf(home, submission), { submission, payoutId: known.id }, call);
  return recorded(home, outcome);
}

/**
 * What comes of sending it, recorded before the exchange counts as over: whoever comes in between would send what is being refused.
 *
 * Before a send, other attempts were looked for. What was only looked up was refused without that.
 */
async function sentOrLookedUp(passage: Passage, home: Engine, row: KeptRow, relation: Relation, sending: Sending): Promise<SharedResult> {
  const { outcome, recordAs, isLasting } = await submitOnce(home, sending, passage.deadline);
  const told = recordAs === null ? outcome : await recorded(home, outcome, { by: recordAs, isLasting });
  const later = told.outcome === 'rejected' && recordAs === 'lookup' ? await laterAnswer(passage, row) : null;
  return later ?? finished(home, told, relation);
}

const NOT_HERE: Extract<Relation, { is: 'taken' }> = { is: 'taken', differences: [] };

async function finished(home: Engine, outcome: PayoutOutcome, relation: Relation): Promise<PayoutOutcome> {
  return noticed(home, outcome.outcome === 'accepted' ? withNotices(outcome, relationNotices(relation)) : outcome);
}

const callWithin = (engine: Engine, deadline: Deadline): CallOptions => ({
  signal: deadline.signal,
  timeoutMs: remaining(engine, deadline),
});

/** The kept one was refused; this one was prepared apart from it, and may have been sent and paid. It is not sent now: its attempt is over. */
async function lookApart(home: Engine, given: Submission, deadline: Deadline): Promise<PayoutOutcome> {
  return noticed(home, await recorded(home, await lookup(home, copiesOf(home, given), deadline), { by: 'lookup' }));
}

/** What is only looked up says nothing of other attempts. */
async function lookedApart(passage: Passage, row: KeptRow, home: Engine): Promise<SharedResult> {
  const outcome = await lookApart(home, passage.asked, passage.deadline);
  return outcome.outcome === 'rejected' ? ((await laterAnswer(passage, row)) ?? outcome) : outcome;
}

/**
 * Another one is kept, and open, that left another source or was written in another version: neither is sent, this one is read.
 *
 * Its absence is no refusal of the reference, under which the kept one may still be sent.
 */
async function lookBeside(home: Engine, given: Submission, deadline: Deadline): Promise<PayoutOutcome> {
  const outcome = await lookup(home, copiesOf(home, given), deadline);
  if (outcome.outcome !== 'rejected') return noticed(home, await recorded(home, outcome));
  const doubt = withOutcome(outcome.error, 'unknown', 'But another submission of this reference is kept, and may exist.');
  return unknownOutcome(given, doubt, { do: 'ask', candidates: [] });
}

/** A corrected request that nobody sent, under a key that is spent on a refusal: the refusal still holds for that key. */
function sameUnsentKey(engine: Engine, kept: Submission, asked: Submission): boolean {
  return kept.key === asked.key && isFresh(engine.process, asked);
}

function storeFailed(engine: Engine, submission: Submission, thrown: unknown): PayoutOutcome {
  const why = thrown instanceof StoreFailed ? ` (${thrown.message})` : '';
  const message = `the submissions store failed${why} before anything was sent; an earlier call may have sent it. Create again with the same reference.`;
  const error = new PayoutError('provider_unavailable', message, { provider: engine.name, outcome: 'unknown' });
  return unknownForNow(engine, submission, error);
}

// ---- Refused before --------------------------------------------------------------------------------------------------

type SettledRefusal = Extract<Settled, { rejected: true }>;

/** A refused attempt: the reference is what its highest attempt says, for it may have been paid since. */
async function ofRejected(passage: Passage, row: KeptRow, settled: SettledRefusal): Promise<SharedResult> {
  const later = await laterAnswer(passage, row);
  return later ?? rejectedBefore(row.submission, settled);
}

/** What a later attempt says about the reference of a refused one; `null` where all there are were refused and none counts. */
async function laterAnswer(passage: Passage, row: KeptRow): Promise<SharedResult | null> {
  const { engine, asked, arrival } = passage;
  let later: LaterAttempts;
  try {
    later = await laterThan(engine, row);
  } catch (error) {
    return storeFailed(engine, row.submission, error);
  }
  const { open, highest } = later;
  if (open !== null) return openAnswer(passage, open);
  const before = await earlierAnswer(passage, row);
  if (before !== null) return before;
  const counts = arrival.anyAttempt && highest.submission.attempt > asked.attempt;
  return counts && isRejected(highest.settled) ? rejectedBefore(highest.submission, highest.settled) : null;
}

/** Of an attempt that was raised wrongly: one below it that is paid, or may be. */
async function earlierAnswer(passage: Passage, { submission }: KeptRow): Promise<PayoutOutcome | null> {
  const { engine } = passage;
  if (submission.attempt === 1) return null;
  let earlier: readonly KeptRow[];
  try {
    earlier = await engine.store.findBetween(submission, 1, submission.attempt - 1);
  } catch (error) {
    return storeFailed(engine, submission, error);
  }
  const open = earlier.filter((each) => !isRejected(each.settled));
  const kept = open.find((each) => payoutIdOf(each) !== null) ?? open[0];
  if (kept === undefined) return null;
  const paid = paidAs(kept);
  return paid === null ? mayExist(engine, kept.submission) : paidLater(passage, paid, homeOf(passage, kept.submission));
}

/** A later attempt that was not refused. */
async function openAnswer(passage: Passage, open: KeptRow): Promise<SharedResult> {
  const paid = paidAs(open);
  if (paid !== null) return paidLater(passage, paid, homeOf(passage, open.submission));
  return passage.arrival.anyAttempt ? { openAttempt: open.submission.attempt } : mayExist(passage.engine, open.submission);
}

async function paidLater(passage: Passage, paid: PaidAs, home: Engine | null): Promise<PayoutOutcome> {
  const { submission, payoutId } = paid;
  const { engine, asked, arrival, deadline } = passage;
  const call = callWithin(engine, deadline);
  if (home === null) return takenOutcome(engine, submission, asTaken(relate(home, submission, asked)), { home, payoutId, call });
  const outcome = await paidByOther(home, asked, paid, call);
  const isExpected = arrival.anyAttempt && outcome.outcome === 'accepted';
  return isExpected ? { ...outcome, notices: outcome.notices.filter(({ code }) => code !== 'later_attempt') } : outcome;
}

const asTaken = (relation: Relation): Extract<Relation, { is: 'taken' }> => (relation.is === 'taken' ? relation : NOT_HERE);

/** What is kept above a refused attempt. */
export interface LaterAttempts {
  /** The first one that is not refused; a payout before what may be one. */
  readonly open: KeptRow | null;
  /** The highest one that was refused, maybe the attempt itself. */
  readonly highest: KeptRow;
}

/**
 * Reads upwards: an attempt is read only after the one below it was read as refused. Downwards, a payout could slip between two
 * reads. Then ten further ones, which only a number that was raised wrongly can have.
 */
export async function laterThan({ store }: Engine, row: KeptRow): Promise<LaterAttempts> {
  const { submission: place } = row;
  let highest = row;
  for (;;) {
    const attempt = highest.submission.attempt + 1;
    const next = await store.find({ namespace: place.namespace, reference: place.reference, attempt });
    if (next === null) break;
    if (!isRejected(next.settled)) return { open: next, highest };
    highest = next;
  }
  const { attempt } = highest.submission;
  const above = await store.findBetween(place, attempt + 1, attempt + FURTHEST_RAISED);
  const open = above.filter((each) => !isRejected(each.settled));
  return { open: open.find((each) => payoutIdOf(each) !== null) ?? open[0] ?? null, highest: above.at(-1) ?? highest };
}

/** A refusal of before, with its own reason. Nothing is sent. */
function rejectedBefore(submission: Submission, { retry = 'next_attempt', reason }: SettledRefusal): PayoutOutcome {
  const advice = retry === 'never' ? '' : ' Use nextAttempt(outcome) once the cause is gone.';
  const when = reason === undefined ? 'before' : `at ${reason.at}`;
  const told = `Attempt ${submission.attempt} of reference ${submission.reference} was refused ${when}; nothing was sent now.${advice}`;
  const message = reason === undefined ? told : `${sentence(reason.message)} ${told}`;
  // In the name of the provider that refused it, whichever one was asked.
  const details = {
    provider: submission.name,
    outcome: 'rejected',
    providerCode: reason?.providerCode,
    requestId: reason?.requestId,
  } as const;
  const error = new PayoutError(reason?.code ?? 'invalid_state', message, details);
  return { outcome: 'rejected', error, retry, submission, replayed: true, notices: [] };
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A certain refusal that the store could not record: it is recorded now, and told. */
async function recordAgain(home: Engine, submission: Submission, settled: SettledRefusal): Promise<PayoutOutcome> {
  const before = rejectedBefore(submission, settled);
  const { by = 'provider' } = settled.reason ?? {};
  const { notices } = await recorded(home, before, { by });
  return { ...before, notices };
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
export function lookupKept(engine: Engine, submission: Submission, call: CallOptions = {}): Promise<PayoutOutcome> {
  return within(engine, call, async (deadline) => {
    const bounded = storeWithin(engine, deadline);
    return unlessPaidLater(bounded, submission, deadline, await lookedUpKept(bounded, submission, deadline));
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
  if (!isSame && kept.settled === null && isApart(copies) && relation.is === 'same') return lookBeside(engine, submission, deadline);
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
  const arrival: Arrival = { given: true, anyAttempt: false };
  const later = await laterAnswer({ engine, asked, arrival, route: ownRoute(engine), deadline }, row);
  return later === null || 'openAttempt' in later ? outcome : later;
}

/**
 * Records the outcome of a submission that nobody had kept.
 *
 * A refusal is recorded by keeping it first: whoever kept the reference meanwhile, with a younger submission, may be sending
 * that one, and a refusal of this one would free the reference under them.
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
