import type { PayoutProviderSpec } from './adapter.ts';
import { checkedOptions } from './call-request.ts';
import { type Engine, withOutcome } from './engine.ts';
import { PayoutError } from './errors.ts';
import { type Route, submitKept } from './kept.ts';
import { unknownOutcome } from './lookup.ts';
import type { PayoutOutcome } from './outcome.ts';
import { prepare } from './prepare.ts';
import type { AnyPayoutProvider, CallOptions } from './provider.ts';
import type { KeptRow } from './store.ts';
import { isRejected, type Submission } from './submission.ts';
import { isoOf } from './times.ts';
import { isPlainObject } from './validation.ts';

/** Prepares, keeps, submits. What cannot be prepared is `rejected`, unless its reference is kept already. */
export async function createKept<P extends AnyPayoutProvider>(
  engine: Engine,
  spec: PayoutProviderSpec<P>,
  input: unknown,
  call?: CallOptions,
  route?: Route,
): Promise<PayoutOutcome> {
  const options = checkedOptions(engine, call);
  let submission: Submission;
  try {
    submission = await prepare(engine, spec, input);
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error;
    return refusedInput(engine, input, error);
  }
  return submitKept(engine, submission, options, route);
}

/** This call sent nothing. An earlier one with the same reference may have, and then "rejected" would be a lie. */
async function refusedInput(engine: Engine, input: unknown, error: PayoutError): Promise<PayoutOutcome> {
  const kept = await keptFor(engine, input);
  if (kept === 'unread') {
    const { issues, ...details } = error.details();
    const message = `${error.message} This call sent nothing; whether its reference was submitted before, the submissions store could not say.`;
    throw new PayoutError(error.code, message, { ...details, issues, outcome: null });
  }
  if (kept !== null && !isRejected(kept.settled)) {
    const paid =
      kept.settled === null ? 'was submitted before: submit outcome.submission.' : `was accepted before, as ${kept.settled.payoutId}.`;
    const doubt = withOutcome(error, 'unknown', `This call sent nothing, but its reference ${paid}`);
    return unknownOutcome(kept.submission, doubt, { do: 'submit', notBefore: isoOf(engine.runtime.now()) });
  }
  return { outcome: 'rejected', error: withOutcome(error, 'rejected'), retry: 'never', submission: null };
}

async function keptFor(engine: Engine, input: unknown): Promise<KeptRow | 'unread' | null> {
  if (!isPlainObject(input) || typeof input['reference'] !== 'string') return null;
  const attempt = typeof input['attempt'] === 'number' ? input['attempt'] : 1;
  try {
    return await engine.store.find({ namespace: engine.namespace, reference: input['reference'], attempt });
  } catch {
    return 'unread';
  }
}
