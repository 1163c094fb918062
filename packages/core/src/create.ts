import type { PayoutProviderSpec } from './adapter.ts';
import { checkedOptions } from './call-options.ts';
import { MOST_ATTEMPTS } from './create-request.ts';
import { type Engine, placeOf as keyPlace, payoutKnownOf, sameConnection, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import { createKey } from './idempotency.ts';
import { submitKept } from './kept.ts';
import { laterThan } from './later-attempts.ts';
import { unknownForNow } from './lookup.ts';
import { FURTHEST_RAISED } from './other-attempts.ts';
import type { PayoutOutcome } from './outcome.ts';
import type { Route } from './passage.ts';
import { prepareCreate, type Prepared } from './prepare.ts';
import type { AnyPayoutProvider, CallOptions } from './provider.ts';
import type { KeptRow } from './store.ts';
import { isRejected, type Place, type Submission } from './submission.ts';

/** Prepares, keeps, submits. What cannot be prepared is `rejected`, unless its reference is kept already. */
export async function createKept<P extends AnyPayoutProvider>(
  engine: Engine,
  spec: PayoutProviderSpec<P>,
  input: unknown,
  call?: CallOptions,
  route?: Route,
): Promise<PayoutOutcome> {
  const options = checkedOptions(engine, call);
  const place = placeOf(engine, input); // Read now: the caller may change its object while the key is derived.
  let prepared: Prepared;
  try {
    prepared = await prepareCreate(engine, spec, input);
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error;
    return refusedInput(engine, place, error);
  }
  const { submission, asAttempt } = prepared;
  const arrival = { given: false, anyAttempt: asAttempt !== null, route } as const;
  let result = await submitKept(engine, submission, options, arrival);
  // Every round is about a higher attempt than the one before.
  while ('openAttempt' in result) {
    if (asAttempt === null) throw new TypeError('a named attempt is never passed on');
    result = await submitKept(engine, await asAttempt(result.openAttempt), options, arrival);
  }
  return result;
}

/** This call sent nothing. An earlier one with the same reference may have, and then "rejected" would be a lie. */
async function refusedInput(engine: Engine, place: Place | null, error: PayoutError): Promise<PayoutOutcome> {
  const kept = place === null ? null : await openRow(engine, place);
  if (kept === 'unread') {
    throw inDoubt(error, 'and the submissions store could not say whether its reference was submitted before.');
  }
  if (kept !== null) {
    const { settled } = kept;
    const paid =
      settled === null || !('payoutId' in settled)
        ? 'was submitted before: submit outcome.submission.'
        : `was accepted before, as ${settled.payoutId}.`;
    const doubt = withOutcome(error, 'unknown', `This call sent nothing, but its reference ${paid}`);
    return unknownForNow(engine, kept.submission, doubt);
  }
  const elsewhere = place === null ? null : await sentElsewhere(engine, place);
  if (elsewhere === null) {
    return { outcome: 'rejected', error: withOutcome(error, 'rejected'), retry: 'never', submission: null, replayed: false, notices: [] };
  }
  if (elsewhere !== 'known') {
    return unknownForNow(engine, elsewhere, withOutcome(error, 'unknown', 'This call sent nothing, but its reference is being sent now.'));
  }
  throw inDoubt(error, 'but this process sent its reference before, through another store or another provider.');
}

/** Nothing was sent by this call, and no submission is at hand to say what became of its reference. */
function inDoubt(error: PayoutError, why: string): PayoutError {
  const message = `${error.message} This call sent nothing, ${why}`;
  return new PayoutError(error.code, message, { ...error.details(), outcome: null });
}

/** What this process does, or did, with the key of a reference through another store; `known` where no submission may be shown. */
async function sentElsewhere(engine: Engine, { namespace, reference, attempt }: Place): Promise<Submission | 'known' | null> {
  if (payoutKnownOf(engine, { provider: engine.id, account: engine.account, namespace, reference }) !== undefined) return 'known';
  for (let asked = 1; asked <= attempt + FURTHEST_RAISED; asked += 1) {
    const key = await createKey({ namespace, account: engine.account, reference, attempt: asked });
    const known = knownAs(engine, keyPlace({ provider: engine.id, key }));
    if (known !== null) return known;
  }
  return null;
}

function knownAs(engine: Engine, at: string): Submission | 'known' | null {
  const { underWay, uncertain } = engine.process;
  const current = underWay.get(at);
  if (current !== undefined && sameConnection(current.connection, engine.connection)) return current.submission;
  return current !== undefined || uncertain.has(at) ? 'known' : null;
}

/** Where a refused input would have been kept, as far as it says; an attempt that cannot be is read as the first. */
function placeOf(engine: Engine, input: unknown): Place | null {
  if (typeof input !== 'object' || input === null) return null;
  try {
    const [reference, attempt]: readonly unknown[] = [Reflect.get(input, 'reference'), Reflect.get(input, 'attempt')];
    if (typeof reference !== 'string') return null;
    const isAttempt = typeof attempt === 'number' && Number.isInteger(attempt) && attempt >= 1 && attempt <= MOST_ATTEMPTS;
    return { namespace: engine.namespace, reference, attempt: isAttempt ? attempt : 1 };
  } catch {
    return null; // A getter of the caller's that throws.
  }
}

/** A submission of this reference, under whatever attempt, that may be paid. */
async function openRow(engine: Engine, place: Place): Promise<KeptRow | 'unread' | null> {
  try {
    const own = await engine.store.find(place);
    if (own !== null && !isRejected(own.settled)) return own;
    const others = await engine.store.findOthers(place, place.attempt + FURTHEST_RAISED);
    const open = others.find((row) => !isRejected(row.settled));
    // Upwards from the highest that was refused: a long row of refusals may end in a payout.
    const highest = [...others, own].filter((row) => row !== null).sort((a, b) => b.submission.attempt - a.submission.attempt)[0];
    return open ?? (highest === undefined ? null : (await laterThan(engine, highest)).open);
  } catch {
    return 'unread';
  }
}
