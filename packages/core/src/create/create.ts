import type { PayoutProviderSpec } from '../adapter/spec.ts';
import { checkedOptions } from '../context/call-options.ts';
import { MOST_ATTEMPTS } from './validate-request.ts';
import type { ProviderContext } from '../context/context.ts';
import { memoryKeyOf as keyPlace, sameEndpoint } from '../context/process-memory.ts';
import { payoutKnownOf } from '../context/known-payouts.ts';
import { withOutcome } from '../context/outcome-errors.ts';
import { PayoutError } from '../errors.ts';
import { createKey } from '../stores/idempotency.ts';
import { submitStored } from './submit-stored.ts';
import { laterThan } from './later-attempts.ts';
import { unknownForNow } from './lookup.ts';
import { FURTHEST_RAISED } from './other-attempts.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { Route } from './arrival.ts';
import { prepareCreate, type Prepared } from './prepare.ts';
import type { AnyPayoutProvider, CallOptions } from '../adapter/provider.ts';
import type { CheckedSubmission } from '../context/checked-store.ts';
import { isRejected, type AttemptId, type Submission } from '../stores/submission.ts';

/** The parameters of a create. */
export interface Create<P extends AnyPayoutProvider> {
  readonly context: ProviderContext;
  readonly spec: PayoutProviderSpec<P>;
  readonly input: unknown;
  readonly call?: CallOptions | undefined;
  readonly route?: Route | undefined;
}

/**
 * Prepares, stores and submits a create. A create that cannot be prepared is `rejected`, unless its reference is stored already.
 */
export async function createStored<P extends AnyPayoutProvider>({ context, spec, input, call, route }: Create<P>): Promise<PayoutOutcome> {
  const options = checkedOptions(context, call);
  const place = placeOf(context, input); // Read before the first await: the caller may change its object while the key is derived.
  let prepared: Prepared;
  try {
    prepared = await prepareCreate(context, spec, input);
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error;
    return answerRefusedInput(context, place, error);
  }
  const { submission, asAttempt } = prepared;
  const arrival = { given: false, anyAttempt: asAttempt !== null, route } as const;
  let result = await submitStored(context, submission, options, arrival);
  // Every round is about a higher attempt than the one before.
  while ('openAttempt' in result) {
    if (asAttempt === null) throw new TypeError('a named attempt is never passed on');
    result = await submitStored(context, await asAttempt(result.openAttempt), options, arrival);
  }
  return result;
}

/**
 * The outcome of an input that cannot be prepared. This call sent nothing, but an earlier call with the same reference may have:
 * then "rejected" would be false.
 */
async function answerRefusedInput(context: ProviderContext, place: AttemptId | null, error: PayoutError): Promise<PayoutOutcome> {
  const kept = place === null ? null : await openRow(context, place);
  if (kept === 'unread') {
    throw inDoubt(error, 'and the submissions store could not say whether its reference was submitted before.');
  }
  if (kept !== null) {
    const { resolution } = kept;
    const paid =
      resolution === null || !('payoutId' in resolution)
        ? 'was submitted before: submit outcome.submission.'
        : `was accepted before, as ${resolution.payoutId}.`;
    const doubt = withOutcome(error, 'unknown', `This call sent nothing, but its reference ${paid}`);
    return unknownForNow(context, kept.submission, doubt);
  }
  const elsewhere = place === null ? null : await sentElsewhere(context, place);
  if (elsewhere === null) {
    return { outcome: 'rejected', error: withOutcome(error, 'rejected'), retry: 'never', submission: null, replayed: false, notices: [] };
  }
  if (elsewhere !== 'known') {
    return unknownForNow(context, elsewhere, withOutcome(error, 'unknown', 'This call sent nothing, but its reference is being sent now.'));
  }
  throw inDoubt(error, 'but this process sent its reference before, through another store or another provider.');
}

/** The error of an input that cannot be prepared, when no submission is at hand to say what became of its reference. */
function inDoubt(error: PayoutError, why: string): PayoutError {
  const message = `${error.message} This call sent nothing, ${why}`;
  return new PayoutError(error.code, message, { ...error.details(), outcome: null });
}

/**
 * What this process sends, or has sent, under the reference through another store. `known` where that submission may not be shown.
 */
async function sentElsewhere(context: ProviderContext, { namespace, reference, attempt }: AttemptId): Promise<Submission | 'known' | null> {
  if (payoutKnownOf(context, { provider: context.identity.id, account: context.identity.account, namespace, reference }) !== undefined)
    return 'known';
  for (let asked = 1; asked <= attempt + FURTHEST_RAISED; asked += 1) {
    const key = await createKey({ namespace, account: context.identity.account, reference, attempt: asked });
    const known = knownAs(context, keyPlace({ provider: context.identity.id, key }));
    if (known !== null) return known;
  }
  return null;
}

function knownAs(context: ProviderContext, at: string): Submission | 'known' | null {
  const { inFlight: underWay, uncertain } = context.memory;
  const current = underWay.get(at);
  if (current !== undefined && sameEndpoint(current.endpoint, context.http.endpoint)) return current.submission;
  return current !== undefined || uncertain.has(at) ? 'known' : null;
}

/** The attempt that a refused input names. An attempt number that is not valid is read as the first. */
function placeOf(context: ProviderContext, input: unknown): AttemptId | null {
  if (typeof input !== 'object' || input === null) return null;
  try {
    const [reference, attempt]: readonly unknown[] = [Reflect.get(input, 'reference'), Reflect.get(input, 'attempt')];
    if (typeof reference !== 'string') return null;
    const isAttempt = typeof attempt === 'number' && Number.isInteger(attempt) && attempt >= 1 && attempt <= MOST_ATTEMPTS;
    return { namespace: context.identity.namespace, reference, attempt: isAttempt ? attempt : 1 };
  } catch {
    return null; // The caller's object may have a getter that throws.
  }
}

/** A stored submission of this reference, of any attempt, that may be paid. */
async function openRow(context: ProviderContext, place: AttemptId): Promise<CheckedSubmission | 'unread' | null> {
  try {
    const own = await context.store.find(place);
    if (own !== null && !isRejected(own.resolution)) return own;
    const others = await context.store.findOthers(place, place.attempt + FURTHEST_RAISED);
    const open = others.find((row) => !isRejected(row.resolution));
    // The search goes upwards from the highest refused attempt: a payout may follow a long row of refusals.
    const highest = [...others, own].filter((row) => row !== null).sort((a, b) => b.submission.attempt - a.submission.attempt)[0];
    return open ?? (highest === undefined ? null : (await laterThan(context, highest)).open);
  } catch {
    return 'unread';
  }
}
