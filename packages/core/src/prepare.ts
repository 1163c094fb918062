import type { AdapterCreateRequest, PayoutProviderSpec } from './adapter.ts';
import { type CheckedCreate, checkCreate, fingerprintOf, paymentFingerprintOf } from './create-request.ts';
import type { Engine } from './engine.ts';
import { PayoutError } from './errors.ts';
import { createKey } from './idempotency.ts';
import type { AnyPayoutProvider } from './provider.ts';
import { deepFreeze, type Submission } from './submission.ts';
import { isoOf } from './times.ts';

/** A create that is ready to be kept. */
export interface Prepared {
  readonly submission: Submission;
  /** The same request as a later attempt; `null` where the caller named one. */
  readonly asAttempt: ((attempt: number) => Promise<Submission>) | null;
}

/**
 * Validates a create and builds its exact bytes and its key. No I/O.
 *
 * @throws {PayoutError} `invalid_request` or `unsupported`, with every problem.
 */
export async function prepare<P extends AnyPayoutProvider>(
  engine: Engine,
  spec: PayoutProviderSpec<P>,
  input: unknown,
): Promise<Submission> {
  return (await prepareCreate(engine, spec, input)).submission;
}

/** {@link prepare}, for a create that may have to ask for a later attempt. */
export async function prepareCreate<P extends AnyPayoutProvider>(
  engine: Engine,
  spec: PayoutProviderSpec<P>,
  input: unknown,
): Promise<Prepared> {
  const checked = checkCreate(spec, engine.name, input);
  const { attempt } = checked.request;
  const asAttempt = (given: number): Promise<Submission> => encoded(engine, checked, given);
  return { submission: await asAttempt(attempt ?? 1), asAttempt: attempt === undefined ? asAttempt : null };
}

async function encoded(engine: Engine, { request: asked, options, copied }: CheckedCreate, attempt: number): Promise<Submission> {
  const { reference } = asked;
  // One after the other: where the platform hashes at once, neither waits.
  const key = await createKey({ namespace: engine.namespace, account: engine.account, reference, attempt });
  const fingerprint = await fingerprintOf(copied);
  const payment = await paymentFingerprintOf(copied);
  const adapter = engine.operationsFor(engine.headers, { source: engine.source });
  const encoded = adapter.encodeCreate(asked, options as never, { by: engine.correlation, token: key, reference });
  const request: Submission['request'] = {
    method: 'POST',
    path: encoded.path,
    headers: { ...engine.headers, ...encoded.headers },
    body: encoded.body,
  };
  const submission: Submission = {
    version: 1,
    name: engine.name,
    provider: engine.id,
    namespace: engine.namespace,
    account: engine.account,
    source: encoded.source,
    live: engine.live,
    reference,
    attempt,
    money: moneyOf(asked),
    key,
    fingerprint,
    payment,
    destination: engine.decode(request)?.destination ?? null,
    correlation: { by: engine.correlation, token: key },
    request,
    preparedAt: isoOf(engine.runtime.now()),
  };
  deepFreeze(submission);
  engine.process.prepared.add(submission);
  return submission;
}

function moneyOf(request: AdapterCreateRequest): Submission['money'] {
  const { money } = request;
  return money === 'full_balance' ? money : { amount: money.amount, currency: money.currency };
}

/**
 * Refuses a submission that is bound elsewhere (NEVER-TWICE R4): its bytes under another credential could be real money.
 *
 * @throws {PayoutError} `invalid_request`; nothing was sent. Never says `rejected`: the payout may exist where it belongs.
 */
export function assertBound(engine: Engine, submission: Submission): void {
  const expected = { version: 1, name: engine.name, provider: engine.id, account: engine.account, live: engine.live } as const;
  const wrong = (Object.keys(expected) as (keyof typeof expected)[]).filter((member) => submission[member] !== expected[member]);
  if (wrong.length === 0) return;
  const told = wrong.map((member) => `${member} is ${shown(submission[member])} and this provider's is ${shown(expected[member])}`);
  const message = `this submission belongs elsewhere: ${told.join('; ')}. Submit it to the provider it was prepared with; nothing was sent.`;
  throw new PayoutError('invalid_request', message, { provider: engine.name, outcome: null });
}

const shown = (value: string | number | boolean | null): string => (value === null ? 'none' : String(value));
