import type { AdapterCreateRequest, PayoutProviderSpec } from '../adapter/spec.ts';
import { type CheckedCreate, checkCreate, fingerprintOf, paymentFingerprintOf } from './validate-request.ts';
import type { ProviderContext } from '../context/context.ts';
import { PayoutError } from '../errors.ts';
import { createKey } from '../stores/idempotency.ts';
import type { AnyPayoutProvider } from '../adapter/provider.ts';
import { deepFreeze, type Submission } from '../stores/submission.ts';
import { isoOf } from '../platform/times.ts';

/** A create that is ready to be stored. */
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
  context: ProviderContext,
  spec: PayoutProviderSpec<P>,
  input: unknown,
): Promise<Submission> {
  return (await prepareCreate(context, spec, input)).submission;
}

/** Does what {@link prepare} does, for a create that may have to ask for a later attempt. */
export async function prepareCreate<P extends AnyPayoutProvider>(
  context: ProviderContext,
  spec: PayoutProviderSpec<P>,
  input: unknown,
): Promise<Prepared> {
  const checked = checkCreate(spec, context.identity.name, input);
  const { attempt } = checked.request;
  const asAttempt = (given: number): Promise<Submission> => encoded(context, checked, given);
  return { submission: await asAttempt(attempt ?? 1), asAttempt: attempt === undefined ? asAttempt : null };
}

async function encoded(context: ProviderContext, { request: asked, options, copied }: CheckedCreate, attempt: number): Promise<Submission> {
  const { reference } = asked;
  // The hashes run one after the other. Where the platform hashes synchronously, neither waits.
  const key = await createKey({ namespace: context.identity.namespace, account: context.identity.account, reference, attempt });
  const fingerprint = await fingerprintOf(copied);
  const payment = await paymentFingerprintOf(copied);
  const adapter = context.operationsFor(context.http.headers, { source: context.identity.source });
  const encoded = adapter.encodeCreate(asked, options as never, { by: context.rules.correlation, token: key, reference });
  const request: Submission['request'] = {
    method: 'POST',
    path: encoded.path,
    headers: { ...context.http.headers, ...encoded.headers },
    body: encoded.body,
  };
  const submission: Submission = {
    version: 1,
    name: context.identity.name,
    provider: context.identity.id,
    namespace: context.identity.namespace,
    account: context.identity.account,
    source: encoded.source,
    live: context.identity.live,
    reference,
    attempt,
    money: moneyOf(asked),
    key,
    fingerprint,
    payment,
    destination: context.rules.decode(request)?.destination ?? null,
    correlation: { by: context.rules.correlation, token: key },
    request,
    preparedAt: isoOf(context.runtime.now()),
  };
  deepFreeze(submission);
  context.memory.prepared.add(submission);
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
export function assertBound(context: ProviderContext, submission: Submission): void {
  const expected = {
    version: 1,
    name: context.identity.name,
    provider: context.identity.id,
    account: context.identity.account,
    live: context.identity.live,
  } as const;
  const wrong = (Object.keys(expected) as (keyof typeof expected)[]).filter((member) => submission[member] !== expected[member]);
  if (wrong.length === 0) return;
  const told = wrong.map((member) => `${member} is ${shown(submission[member])} and this provider's is ${shown(expected[member])}`);
  const message = `this submission belongs elsewhere: ${told.join('; ')}. Submit it to the provider it was prepared with; nothing was sent.`;
  throw new PayoutError('invalid_request', message, { provider: context.identity.name, outcome: null });
}

const shown = (value: string | number | boolean | null): string => (value === null ? 'none' : String(value));
