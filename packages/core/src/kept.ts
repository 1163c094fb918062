import { copiesOf, isApart } from './copies.ts';
import { type Engine, isFresh, payoutKnownFor, placeOf, type SharedResult } from './engine.ts';
import { laterAnswer, ofRejected, recordAgain } from './later-attempts.ts';
import { asksTheSame, lookApart, lookBeside } from './lookup-kept.ts';
import type { PayoutOutcome } from './outcome.ts';
import { type Arrival, callWithin, homeOf, ownRoute, type Passage, storeFailed, storeWithin } from './passage.ts';
import type { CallOptions } from './provider.ts';
import {
  noticed,
  paidAs,
  paidHere,
  payoutIdOf,
  readAgain,
  relationNotices,
  takenOutcome,
  unlessPaidHere,
  withNotices,
} from './read-again.ts';
import { giveBack, recorded } from './record-outcome.ts';
import { NOT_HERE, relate, type Relation } from './relate.ts';
import { newHold } from './runtime.ts';
import { remaining } from './search.ts';
import { shareExchange } from './share-exchange.ts';
import type { KeptRow } from './store.ts';
import { isRejected, type Submission } from './submission.ts';
import { type Sending, submitOnce } from './submit.ts';

/** Keeps a submission, then submits the one that is kept: the first one wins (NEVER-TWICE R1, R2). */
export function submitKept(engine: Engine, asked: Submission, call: CallOptions, arrival: Arrival): Promise<SharedResult> {
  const { route = ownRoute(engine) } = arrival;
  const elsewhere = arrival.given && !engine.process.prepared.has(asked);
  const { anyAttempt } = arrival;
  return shareExchange({ engine, asked, call, elsewhere, anyAttempt }, async (deadline, isKept) => {
    const passage: Passage = { engine: storeWithin(engine, deadline), asked, arrival, route, deadline };
    return unlessPaidHere(passage.engine, asked, callWithin(engine, deadline), await keepAndSubmit(passage, isKept));
  });
}

/** Submits a submission that the caller came with: an attempt of its own, and no other. */
export async function submitGiven(engine: Engine, submission: Submission, call: CallOptions): Promise<PayoutOutcome> {
  const result = await submitKept(engine, submission, call, { given: true, anyAttempt: false });
  if ('openAttempt' in result) throw new TypeError('a named attempt is never passed on');
  return result;
}

async function keepAndSubmit(passage: Passage, isKept: (submission: Submission) => void): Promise<SharedResult> {
  const { engine, asked } = passage;
  const hold = isFresh(engine.process, asked) ? newHold() : undefined;
  let row: KeptRow;
  try {
    row = await engine.store.keep(asked, hold);
  } catch (error) {
    return storeFailed(engine, asked, error);
  }
  isKept(row.submission);
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
  if (known !== undefined) return finished(home, await paidHere(home, row.submission, known, call), relation);
  const refused = home.process.unrecorded.get(home.store.itself)?.get(placeOf(row.submission));
  if (refused !== undefined) return (await laterAnswer(passage, row)) ?? recordAgain(home, row.submission, refused);
  // Also one that was prepared here: a look at its source would miss the payout of the kept one.
  const leftElsewhere = arrival.given && asked.source !== row.submission.source;
  if ((isApart(copies) || leftElsewhere) && !asksTheSame(row.submission, asked))
    return lookBeside(home, { given: asked, kept: row.submission }, deadline);
  return sentOrLookedUp(passage, home, row, relation, { copies, hold, alone: row.alone });
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

async function finished(home: Engine, outcome: PayoutOutcome, relation: Relation): Promise<PayoutOutcome> {
  return noticed(home, outcome.outcome === 'accepted' ? withNotices(outcome, relationNotices(relation)) : outcome);
}

/** What is only looked up says nothing of other attempts. */
async function lookedApart(passage: Passage, row: KeptRow, home: Engine): Promise<SharedResult> {
  const outcome = await lookApart(home, passage.asked, passage.deadline);
  return outcome.outcome === 'rejected' ? ((await laterAnswer(passage, row)) ?? outcome) : outcome;
}

/** A corrected request that nobody sent, under a key that is spent on a refusal: the refusal still holds for that key. */
function sameUnsentKey(engine: Engine, kept: Submission, asked: Submission): boolean {
  return kept.key === asked.key && isFresh(engine.process, asked);
}
