import { duplicatesOf, arePreparedSeparately } from '../context/duplicates.ts';
import type { ProviderContext } from '../context/context.ts';
import { isCertainlyUnsent, memoryKeyOf, type InFlightResult } from '../context/process-memory.ts';
import { payoutKnownFor } from '../context/known-payouts.ts';
import { answerFromLater, answerRejected, recordAgain } from './later-attempts.ts';
import { lookUpAfterRejection, lookUpWithoutSending } from './lookup-stored.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import { type Arrival, callWithin, homeOf, ownRoute, type Passage, storeFailed, storeWithin } from './arrival.ts';
import type { CallOptions } from '../adapter/provider.ts';
import {
  addStandingNotices,
  paidAs,
  answerPaidHere,
  payoutIdOf,
  readAgain,
  relationNotices,
  answerTaken,
  unlessPaidHere,
  withNotices,
} from './read-again.ts';
import { giveBack, recordOutcome } from './record-outcome.ts';
import { NOT_HERE, relate, type Relation } from './relate.ts';
import { newHold } from '../platform/runtime.ts';
import { remaining } from '../context/search.ts';
import { joinOrStart } from './single-flight.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import { isRejected, type Submission } from '../stores/submission.ts';
import { type Sending, submitOnce } from './send.ts';

/** Stores a submission, then submits the stored one: the first one wins (NEVER-TWICE R1, R2). */
export function submitStored(context: ProviderContext, asked: Submission, call: CallOptions, arrival: Arrival): Promise<InFlightResult> {
  const { route = ownRoute(context) } = arrival;
  const elsewhere = arrival.given && !context.memory.prepared.has(asked);
  const { anyAttempt } = arrival;
  return joinOrStart({ context, asked, call, elsewhere, anyAttempt }, async (deadline, isKept) => {
    const passage: Passage = { context: storeWithin(context, deadline), asked, arrival, route, deadline };
    const result = await storeAndSubmit(passage, isKept);
    return unlessPaidHere((refused) => homeOf(passage, refused), asked, callWithin(context, deadline), result);
  });
}

/** Submits the caller's submission as its own attempt, and as no other. */
export async function submitGiven(context: ProviderContext, submission: Submission, call: CallOptions): Promise<PayoutOutcome> {
  const result = await submitStored(context, submission, call, { given: true, anyAttempt: false });
  if ('openAttempt' in result) throw new TypeError('a named attempt is never passed on');
  return result;
}

async function storeAndSubmit(passage: Passage, isKept: (submission: Submission) => void): Promise<InFlightResult> {
  const { context, asked } = passage;
  const hold = isCertainlyUnsent(context.memory, asked) ? newHold() : undefined;
  let row: CheckedSubmission;
  try {
    row = await context.store.putIfAbsent(asked, hold);
  } catch (error) {
    return storeFailed(context, asked, error);
  }
  isKept(row.submission);
  const home = homeOf(passage, row.submission);
  // Another provider means another key in flight. The place of this key says nothing about that one.
  if (home !== null && memoryKeyOf(row.submission) !== memoryKeyOf(asked)) {
    const call = { signal: passage.deadline.signal, timeoutMs: remaining(context, passage.deadline) };
    const { anyAttempt } = passage.arrival;
    const of = { context: home, asked: row.submission, call, elsewhere: false, anyAttempt };
    return joinOrStart(of, (deadline) => answerOrSend({ ...passage, deadline }, row, home, hold ?? null));
  }
  return answerOrSend(passage, row, home, hold ?? null);
}

/** The outcome that the stored row gives, or the outcome of sending it. */
async function answerOrSend(
  passage: Passage,
  row: CheckedSubmission,
  home: ProviderContext | null,
  hold: string | null,
): Promise<InFlightResult> {
  const { context, asked, arrival, deadline } = passage;
  const relation = relate(home, row.submission, asked);
  const duplicates = duplicatesOf(context, row.submission, arrival.given ? asked : row.submission);
  const call = callWithin(context, deadline);
  if (isRejected(row.resolution) && (relation.type !== 'taken' || sameUnsentKey(context, row.submission, asked))) {
    const isOwn = home !== null && relation.type !== 'taken';
    return isOwn && arePreparedSeparately(duplicates) ? lookUpGiven(passage, row, home) : answerRejected(passage, row, row.resolution);
  }
  if (home === null || relation.type === 'taken') {
    const differences = relation.type === 'taken' ? relation : NOT_HERE;
    if (row.alone) await giveBack(context, row.submission, hold, null); // This call took the submission over and sends nothing.
    return answerTaken(context, row.submission, differences, { home, payoutId: payoutIdOf(row), call });
  }
  const paid = paidAs(row);
  if (paid !== null) return addNotices(home, await readAgain(home, duplicates, paid, call), relation);
  const known = payoutKnownFor(home, row.submission);
  if (known !== undefined) return addNotices(home, await answerPaidHere(home, row.submission, known, call), relation);
  const refused = home.memory.unrecorded.get(home.store.itself)?.get(memoryKeyOf(row.submission));
  if (refused !== undefined) return (await answerFromLater(passage, row)) ?? recordAgain(home, row.submission, refused);
  // A submission prepared here is included: a lookup at its source would miss the payout of the stored one.
  const leftElsewhere = arrival.given && asked.source !== row.submission.source;
  if ((arePreparedSeparately(duplicates) || leftElsewhere) && relation.type !== 'same')
    return lookUpWithoutSending(home, { given: asked, kept: row.submission }, deadline);
  return sendOrLookUp({ passage, home, row, relation, sending: { duplicates, hold, alone: row.alone } });
}

/** A stored submission that is sent, or looked up. */
interface StoredSend {
  readonly passage: Passage;
  readonly home: ProviderContext;
  readonly row: CheckedSubmission;
  readonly relation: Relation;
  readonly sending: Sending;
}

/**
 * Sends or looks up, and records the outcome before the exchange ends. A call in between would otherwise send what is being
 * refused.
 *
 * Other attempts were looked for before a send, but not before a lookup: so a lookup's rejection asks for later attempts.
 */
async function sendOrLookUp({ passage, home, row, relation, sending }: StoredSend): Promise<InFlightResult> {
  const { outcome, recordAs, isLasting } = await submitOnce(home, sending, passage.deadline);
  const told = recordAs === null ? outcome : await recordOutcome(home, outcome, { by: recordAs, isLasting });
  const later = told.outcome === 'rejected' && recordAs === 'lookup' ? await answerFromLater(passage, row) : null;
  return later ?? addNotices(home, told, relation);
}

async function addNotices(home: ProviderContext, outcome: PayoutOutcome, relation: Relation): Promise<PayoutOutcome> {
  return addStandingNotices(home, outcome.outcome === 'accepted' ? withNotices(outcome, relationNotices(relation)) : outcome);
}

/** Looks the given submission up and sends nothing. Other attempts were not looked for, so a rejection asks for later ones. */
async function lookUpGiven(passage: Passage, row: CheckedSubmission, home: ProviderContext): Promise<InFlightResult> {
  const outcome = await lookUpAfterRejection(home, passage.asked, passage.deadline);
  return outcome.outcome === 'rejected' ? ((await answerFromLater(passage, row)) ?? outcome) : outcome;
}

/** A corrected request that nobody sent, under a key that a stored refusal has spent. Sending it would only replay the refusal. */
function sameUnsentKey(context: ProviderContext, kept: Submission, asked: Submission): boolean {
  return kept.key === asked.key && isCertainlyUnsent(context.memory, asked);
}
