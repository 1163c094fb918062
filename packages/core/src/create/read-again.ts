import { type Duplicates, duplicatesOf } from '../context/duplicates.ts';
import type { ProviderContext, ErasedOperations } from '../context/context.ts';
import type { KnownPayout, InFlightResult } from '../context/process-memory.ts';
import { payoutKnownOf } from '../context/known-payouts.ts';
import { withOutcome } from '../context/outcome-errors.ts';
import { PayoutError } from '../errors.ts';
import { deriveKey } from '../stores/idempotency.ts';
import { foundOutcome, unknownForNow, unknownOutcome } from './lookup.ts';
import type { AcceptedPayout, Notice, PayoutOutcome } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import { assertBound } from './prepare.ts';
import type { CallOptions } from '../adapter/provider.ts';
import { notRecorded, recordOutcome } from './record-outcome.ts';
import { moneyOf, relate, type Relation } from './relate.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import type { Submission } from '../stores/submission.ts';

/** The adapter's operations for a stored submission, with the submission's own source. */
export const operationsOf = (context: ProviderContext, submission: Submission): ErasedOperations =>
  context.operationsFor(context.http.headers, { source: submission.source });

/** Reads the payout of a resolved reference again, by its id. Nothing is sent. */
export async function readAgain(
  context: ProviderContext,
  { oldest, youngest }: Duplicates,
  { submission, payoutId, by }: PaidAs,
  call: CallOptions,
): Promise<PayoutOutcome> {
  try {
    const payout = await operationsOf(context, submission).retrieve(payoutId, undefined, call);
    // A duplicate with another source is resolved by its own payout.
    const source = context.rules.sourceOf(payout);
    const its = [submission, oldest, youngest].find((copy) => copy.source === source) ?? submission;
    const outcome = await foundAgain(context, its, payout);
    return by === 'person' ? despiteDifference(outcome, payout) : outcome;
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error;
    const told = `Reference ${submission.reference} was accepted before as ${payoutId}; nothing was sent now.`;
    return unknownForNow(context, submission, withOutcome(error, 'unknown', told));
  }
}

/** The payout that a row names. */
export interface PaidAs {
  readonly submission: Submission;
  readonly payoutId: string;
  /** `person`: a person accepted this payout, although it differs from what was asked for. */
  readonly by?: 'person' | undefined;
}

/** Turns a difference that a person has accepted into a notice. The person is not asked again. */
function despiteDifference(outcome: PayoutOutcome, payout: Payout): PayoutOutcome {
  if (outcome.outcome !== 'unknown' || outcome.error.code !== 'unexpected_response') return outcome;
  const { submission } = outcome;
  const notice = {
    code: RESOLVED_WITH_DIFFERENCE,
    message: 'A person resolved it with this payout, although it differs from what was asked for.',
  };
  return { outcome: 'accepted', payout, replayed: true, submission, notices: [...outcome.notices, notice] };
}

/** The notice of a payout that a person accepted although it differs. */
export const RESOLVED_WITH_DIFFERENCE = 'resolved_with_difference';

/**
 * The outcome of the payout that the store knows for an attempt. The payout is the attempt's own, or an earlier attempt made it.
 */
async function foundAgain(context: ProviderContext, submission: Submission, payout: Payout): Promise<PayoutOutcome> {
  const token = context.rules.correlationTokenOf(payout);
  const isEarlier = token !== null && submission.attempt > 1 && (await earlierKeys(submission)).includes(token);
  return isEarlier ? foundAsEarlier(context, submission, payout) : foundOutcome(context, submission, payout, []);
}

/** The outcome of a later attempt whose payout an earlier attempt had made. */
export function foundAsEarlier(context: ProviderContext, submission: Submission, payout: Payout): PayoutOutcome {
  const token = context.rules.correlationTokenOf(payout) ?? submission.correlation.token;
  const asIts = { ...submission, correlation: { ...submission.correlation, token } };
  const outcome = foundOutcome(context, asIts, payout, [EARLIER_ATTEMPT]);
  return outcome.outcome === 'rejected' ? outcome : { ...outcome, submission };
}

export async function earlierKeys({ namespace, account, reference, attempt: last }: Submission): Promise<readonly string[]> {
  const earlier = Array.from({ length: last - 1 }, (_, index) => index + 1);
  return Promise.all(earlier.map((attempt) => deriveKey({ namespace, account, reference, attempt })));
}

const EARLIER_ATTEMPT: Notice = {
  code: 'earlier_attempt',
  message: 'An earlier attempt of this reference had made the payout; this attempt was not sent.',
};

const LATER_ATTEMPT: Notice = {
  code: 'later_attempt',
  message: 'A later attempt of this reference made the payout; this attempt was not sent.',
};

type Numbered = Pick<Submission, 'attempt'>;

const attemptNotice = (paid: Numbered, asked: Numbered): Notice => (paid.attempt > asked.attempt ? LATER_ATTEMPT : EARLIER_ATTEMPT);

const WORDS_DIFFER: Notice = {
  code: 'words_differ',
  message: 'The reference is kept with another description, statement descriptor or metadata. Those that are kept count.',
};

/** The notices that follow from how the stored submission relates to the one that was asked for. */
export const relationNotices = (relation: Relation): readonly Notice[] => (relation.type === 'same_payment' ? [WORDS_DIFFER] : []);

export function withNotices(outcome: PayoutOutcome, notices: readonly Notice[]): PayoutOutcome {
  const missing = notices.filter(({ code }) => !outcome.notices.some((known) => known.code === code));
  return missing.length === 0 ? outcome : { ...outcome, notices: [...outcome.notices, ...missing] };
}

/** The outcome of an attempt whose reference another attempt has paid. */
export async function readPaidByOther(
  context: ProviderContext,
  asked: Submission,
  { submission, payoutId, by }: PaidAs,
  call: CallOptions,
): Promise<PayoutOutcome> {
  const relation = relate(context, submission, asked);
  if (relation.type === 'taken') return answerTaken(context, submission, relation, { payoutId, call, home: context });
  const outcome = await readAgain(context, duplicatesOf(context, submission), { submission, payoutId, by }, call);
  if (outcome.outcome !== 'accepted') return outcome;
  return withNotices(outcome, [attemptNotice(submission, asked), ...relationNotices(relation)]);
}

/** What is known of the submission that has taken a reference. */
interface Taker {
  /** The provider that it was made with; `null` where this program has none under its name. */
  readonly home: ProviderContext | null;
  readonly payoutId: string | null;
  readonly call: CallOptions;
}

/** The reference is kept for something else: nothing is sent, and what differs and what is kept is told. */
export async function answerTaken(
  context: ProviderContext,
  kept: Submission,
  { differences }: Extract<Relation, { type: 'taken' }>,
  { home, payoutId, call }: Taker,
): Promise<PayoutOutcome> {
  const told = differences.map(({ path, message }) => `${path} ${message}`).join('; ');
  const message = `reference ${kept.reference} is taken by ${kept.name}, ${moneyOf(kept)}, and this request is another one: ${told}. Nothing was sent.`;
  // In the name of the provider that has it, whichever one was asked.
  const error = new PayoutError('reference_taken', message, { provider: kept.name, outcome: 'unknown', issues: differences });
  const here = home !== null && isBound(home, kept);
  if (here && payoutId === null) return unknownForNow(context, kept, error);
  const known = here && payoutId !== null ? await readQuietly(home, kept, payoutId, call) : null;
  return unknownOutcome(kept, error, { action: 'review', candidates: known === null ? [] : [known] });
}

function isBound(context: ProviderContext, submission: Submission): boolean {
  try {
    assertBound(context, submission);
    return true;
  } catch {
    return false;
  }
}

async function readQuietly(context: ProviderContext, submission: Submission, id: string, call: CallOptions): Promise<Payout | null> {
  try {
    return await operationsOf(context, submission).retrieve(id, undefined, call);
  } catch {
    return null;
  }
}

/** The id of the payout that resolved a row; `null` for none. */
export const payoutIdOf = ({ resolution }: Pick<CheckedSubmission, 'resolution'>): string | null =>
  resolution !== null && 'payoutId' in resolution ? resolution.payoutId : null;

/** The payout that a row names; `null` where it names none. */
export function paidAs({ submission, resolution }: Pick<CheckedSubmission, 'submission' | 'resolution'>): PaidAs | null {
  return resolution !== null && 'payoutId' in resolution ? { submission, payoutId: resolution.payoutId, by: resolution.by } : null;
}

/** Adds the provider's standing notices (Mollie: settlements stop) when an earlier call made the payout. */
export async function addStandingNotices<O extends PayoutOutcome>(context: ProviderContext, outcome: O): Promise<O> {
  if (outcome.outcome === 'rejected') return outcome;
  const { submission, notices } = outcome;
  try {
    const standing = (await operationsOf(context, submission).notices?.(submission, null)) ?? [];
    const missing = standing.filter(({ code }) => !notices.some((known) => known.code === code));
    return missing.length === 0 ? outcome : { ...outcome, notices: [...notices, ...missing] };
  } catch {
    return outcome; // Notices are no reason to lose an outcome.
  }
}

/**
 * Replaces a rejection when this process knows that the reference is paid in this account. The payment counts whatever store and
 * attempt it went through.
 *
 * @param homeOf The provider that refused. A registry routes to others than its default, and the payment is known in their account.
 */
export async function unlessPaidHere<R extends InFlightResult>(
  homeOf: (refused: Submission) => ProviderContext | null,
  asked: Submission,
  call: CallOptions,
  result: R,
): Promise<R | PayoutOutcome> {
  if (!('outcome' in result) || result.outcome !== 'rejected' || result.submission === null) return result;
  const refused = result.submission;
  const home = homeOf(refused);
  const known = home === null ? undefined : payoutKnownOf(home, refused);
  if (home === null || known === undefined) return result;
  // What was prepared for another provider is no submission of this payout, unless it asks for something else.
  const isForHome = asked.name === refused.name || asked.payment !== refused.payment;
  return answerPaidHere(home, isForHome ? asked : refused, known, call);
}

/** The outcome of a payout that this process knows for a reference, whichever attempt is asked for. It is recorded now. */
export async function answerPaidHere(
  context: ProviderContext,
  asked: Submission,
  known: KnownPayout,
  call: CallOptions,
): Promise<PayoutOutcome> {
  if (known.payment !== asked.payment) {
    const differences = [{ path: 'request', message: `was another one: this process paid it as ${known.id}` }];
    return answerTaken(context, asked, { type: 'taken', differences }, { home: context, payoutId: known.id, call });
  }
  // The payout carries the token of its own attempt.
  const submission = { ...asked, correlation: { ...asked.correlation, token: known.key } };
  const outcome = await readAgain(context, duplicatesOf(context, submission), { submission, payoutId: known.id }, call);
  if (outcome.outcome !== 'accepted') return { ...outcome, submission: asked };
  const { notices } = await recordedWhereKept(context, known, outcome);
  const told = { ...outcome, submission: asked, notices };
  return known.attempt === asked.attempt ? told : withNotices(told, [attemptNotice(known, asked)]);
}

/**
 * Records the payout under the attempt that made it, also where that attempt was refused before. The next process asks the store.
 */
async function recordedWhereKept(
  context: ProviderContext,
  { attempt, key, payment }: KnownPayout,
  outcome: AcceptedPayout,
): Promise<PayoutOutcome> {
  const { namespace, reference } = outcome.submission;
  try {
    const row = await context.store.find({ namespace, reference, attempt });
    if (row === null || row.submission.key !== key || row.submission.payment !== payment) return outcome;
    return await recordOutcome(context, { ...outcome, submission: row.submission });
  } catch {
    return { ...outcome, notices: [...outcome.notices, notRecorded(context)] };
  }
}
