import type { AdapterOperations, DecodedCreate, RequestPurpose, Refusal, Scope, SometimesWritten } from '../adapter/spec.ts';
import { nameOfThrown, PayoutError } from '../errors.ts';
import { type HttpResponse, type ApiEndpoint, type Deadline, requestIdOf, retryAfterSecondsOf, type Send } from '../http/http.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import type { Redact } from '../printable.ts';
import type { AnyPayoutProvider, Capabilities } from '../adapter/provider.ts';
import type { Runtime } from '../platform/runtime.ts';
import type { CheckedStore } from './checked-store.ts';
import { memorySubmissions, type Resolution, type Submission, type SubmissionStore } from '../stores/submission.ts';
import type { Emit } from '../telemetry/telemetry.ts';

type Written = AdapterOperations<AnyPayoutProvider>;
/** An adapter's operations when it does not matter whose they are. */
export type ErasedOperations = Omit<Written, SometimesWritten> & Partial<Pick<Written, SometimesWritten>>;

/** One provider, as the rules of submitting and looking up see it. */
export interface ProviderContext {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly account: string | null;
  readonly source: string | null;
  readonly live: boolean | null;
  readonly amountInAnswer: 'exact' | 'may_differ';
  readonly correlation: Submission['correlation']['by'];
  readonly retentionMs: number;
  readonly storesRefusals: boolean;
  readonly absence: Capabilities['absence'];
  readonly listLimit: number;
  readonly listFloor: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly endpoint: ApiEndpoint;
  /** The application's own, where it has one. */
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly timeoutMs: number;
  readonly maxResends: number;
  readonly requestIdHeader: string | null;
  readonly runtime: Runtime;
  readonly telemetry: Emit;
  /** Whether anybody hears what is told. */
  readonly hasListener: boolean;
  /** The operation that this engine works for; `undefined` outside of one. */
  readonly operationId: number | undefined;
  /** The same engine, working for one operation: whatever is told by it carries that number. */
  readonly forOperation: (call: number) => ProviderContext;
  readonly memory: ProcessMemory;
  readonly store: CheckedStore;
  readonly send: Send;
  readonly redact: Redact;
  readonly correlationTokenOf: (payout: Payout) => string | null;
  readonly sourceOf: (payout: Payout) => string | null;
  readonly withoutAmount: (payout: Payout) => boolean;
  readonly refusal: (answer: HttpResponse, about: RequestPurpose) => Refusal;
  readonly isReplay: (answer: HttpResponse) => boolean;
  /** What the request of a submission says; `null` when the adapter cannot read it. Never throws. */
  readonly decode: (request: Submission['request']) => DecodedCreate | null;
  readonly mayResend: (answer: HttpResponse, resend: number) => boolean | undefined;
  /** Operations that send the given headers; `onAnswer` hears every answer, for its `Date`. */
  readonly operationsFor: (
    headers: Readonly<Record<string, string>>,
    scope: Scope,
    onAnswer?: (answer: HttpResponse) => void,
  ) => ErasedOperations;
}

// ---- What this process remembers (NEVER-TWICE R7) --------------------------------------------------------------------

/** An exchange that is under way, and how many wait for it; it is aborted when the last of them gives up. */
export interface InFlightSubmission {
  /** What its starter asked for. Only whoever asks for the same may join. */
  readonly asked: Submission;
  /** What can be resolved: the kept one, once the store has said which. */
  readonly submission: Submission;
  readonly anyAttempt: boolean;
  /** Through which store: what one store knows says nothing about another. */
  readonly store: SubmissionStore;
  /** Only whoever would send it to the same place with the same credential may join. */
  readonly endpoint: ApiEndpoint;
  readonly ended: Promise<InFlightResult>;
  /** Its own, the starter's. */
  readonly deadline: Pick<Deadline, 'signal' | 'abort'>;
  waiters: number;
}

/** How an exchange ends: in an outcome, or in the number of a later attempt that is open and has to be asked for instead. */
export type InFlightResult = PayoutOutcome | { readonly openAttempt: number };

/** A create that the provider holds, as this process heard of it. */
interface PendingApprovalHere {
  readonly endpoint: ApiEndpoint;
  /** The stores in which that is noted. */
  readonly notedIn: WeakSet<SubmissionStore>;
}

/** A payout that was accepted in this process. */
export interface KnownPayout {
  readonly id: string;
  /** What was paid to whom. See {@link Submission.payment}. */
  readonly payment: string | undefined;
  readonly attempt: number;
  readonly key: string;
  /** Through whom: the same key may be another account's. */
  readonly endpoint: ApiEndpoint;
  /** A test that stubs `fetch` anew has another bank behind it. */
  readonly fetch: typeof globalThis.fetch | undefined;
}

/**
 * What one process knows about keys. By key, not by object: the same object after a lost answer may exist at the provider.
 */
export interface ProcessMemory {
  /** The default store: as old as the process, and gone with it. */
  readonly submissions: SubmissionStore;
  readonly inFlight: Map<string, InFlightSubmission>;
  /** Keys whose last exchange did not end in a certain refusal. */
  readonly uncertain: Set<string>;
  /** Payouts that were accepted here, and the key of each: one that is another submission's is no candidate for this one. */
  accepted: Map<string, string>;
  /** The payouts of each reference by their ids, of whatever attempt: what exists is not fresh, whichever store is asked. */
  paid: Map<string, Map<string, KnownPayout>>;
  /** Both, as they were before they grew too large. */
  before: Pick<ProcessMemory, 'accepted' | 'paid'>;
  /** Certain refusals that a store could not record. They are recorded at the next chance. */
  readonly unrecorded: WeakMap<SubmissionStore, Map<string, Extract<Resolution, { rejected: true }>>>;
  /** Keys whose create the provider holds for a person. */
  readonly held: Map<string, PendingApprovalHere>;
  /** The very objects that `prepare` made here: a parsed copy may have been sent by anybody. */
  readonly prepared: WeakSet<Submission>;
}

const newMemory = (): ProcessMemory => ({
  submissions: memorySubmissions(),
  inFlight: new Map(),
  uncertain: new Set(),
  accepted: new Map(),
  paid: new Map(),
  before: { accepted: new Map(), paid: new Map() },
  unrecorded: new WeakMap(),
  held: new Map(),
  prepared: new WeakSet(),
});

const thisProcess = newMemory();
/** A replaced runtime is another world with another time, and so another process: a simulation plays many of them. */
const otherWorlds = new WeakMap<object, ProcessMemory>();

export function processMemory(runtime: Partial<Runtime> | undefined): ProcessMemory {
  if (runtime === undefined) return thisProcess;
  const known = otherWorlds.get(runtime) ?? newMemory();
  otherWorlds.set(runtime, known);
  return known;
}

/** Where a key is remembered: two adapters derive the same key for one reference. */
export const memoryKeyOf = (of: { readonly provider: string; readonly key: string }): string => `${of.provider} ${of.key}`;

type Referred = Pick<Submission, 'provider' | 'account' | 'namespace' | 'reference'>;

/** Where a reference is remembered, whatever its attempts. The length says where the namespace ends. */
const referenceOf = ({ provider, account, namespace, reference }: Referred): string =>
  `${provider} ${account ?? ''} ${namespace.length} ${namespace}${reference}`;

/** As many at least are remembered, and twice as many at most; forgetting one only makes a search more careful. */
const REMEMBERED = 10_000;

/** Remembers whose a payout is. The older half is forgotten at once: taking the oldest out of a map, one by one, is slow. */
export function rememberAccepted({ memory, endpoint: connection, fetch }: ProviderContext, submission: Submission, payoutId: string): void {
  if (Math.max(memory.accepted.size, memory.paid.size) >= REMEMBERED) {
    memory.before = { accepted: memory.accepted, paid: memory.paid };
    memory.accepted = new Map();
    memory.paid = new Map();
  }
  const { payment, attempt, key } = submission;
  memory.accepted.set(`${submission.provider} ${payoutId}`, key);
  const place = referenceOf(submission);
  const known = memory.paid.get(place) ?? new Map(memory.before.paid.get(place));
  memory.paid.set(place, known.set(payoutId, { id: payoutId, payment, attempt, key, endpoint: connection, fetch }));
  memory.prepared.delete(submission); // Never fresh again, also when this is forgotten.
}

/** Whether a payout is known to be the one of another submission. */
export function belongsToAnotherSubmission(memory: ProcessMemory, submission: Submission, payoutId: string): boolean {
  const place = `${submission.provider} ${payoutId}`;
  const key = memory.accepted.get(place) ?? memory.before.accepted.get(place);
  return key !== undefined && key !== submission.key;
}

/** What this process paid of a reference, in whatever account. */
function paidOf({ paid, before }: ProcessMemory, of: Referred): readonly KnownPayout[] {
  const place = referenceOf(of);
  return [...(paid.get(place) ?? before.paid.get(place) ?? new Map<string, KnownPayout>()).values()];
}

/** The payout that this process made or found for a key in this very account, whichever store it was recorded in. */
export function payoutKnownFor(context: ProviderContext, submission: Submission): KnownPayout | undefined {
  return paidOf(context.memory, submission).find(
    ({ key, fetch, endpoint: connection }) =>
      key === submission.key && fetch === context.fetch && sameEndpoint(connection, context.endpoint),
  );
}

/**
 * The payout that this process knows of a reference in this very account, under whatever attempt.
 *
 * For whoever would say `rejected`, or send another attempt: then a `fetch` of its own is no reason to doubt what was paid.
 */
export function payoutKnownOf(context: ProviderContext, of: Referred): KnownPayout | undefined {
  return paidOf(context.memory, of).find(({ endpoint: connection }) => sameEndpoint(connection, context.endpoint));
}

/** Whether two providers send to the same place with the same credential. */
export function sameEndpoint(a: ApiEndpoint, b: ApiEndpoint): boolean {
  return a === b || JSON.stringify([a.baseUrl, a.headers, a.credentials]) === JSON.stringify([b.baseUrl, b.headers, b.credentials]);
}

/** Whether nobody here can have sent this key without a certain refusal. */
export function isCertain(memory: ProcessMemory, submission: Submission): boolean {
  const isPaid = paidOf(memory, submission).some(({ key }) => key === submission.key);
  return !isPaid && !memory.uncertain.has(memoryKeyOf(submission));
}

/** Whether this process prepared the very object and nobody here can have sent its key without a certain refusal (R7). */
export function isCertainlyUnsent(memory: ProcessMemory, submission: Submission): boolean {
  return memory.prepared.has(submission) && isCertain(memory, submission);
}

// ---- Errors ----------------------------------------------------------------------------------------------------------

/** The error that a refusal means. */
export function errorOf(
  context: ProviderContext,
  refusal: Refusal,
  answer: HttpResponse,
  outcome: 'rejected' | 'unknown' | null,
): PayoutError {
  return new PayoutError(refusal.code, refusal.message, {
    provider: context.name,
    outcome,
    httpStatus: answer.status,
    providerCode: redacted(context, refusal.providerCode),
    providerMessage: redacted(context, refusal.providerMessage),
    requestId: requestIdOf(answer, context.requestIdHeader, context.redact),
    retryAfterSeconds: retryAfterSecondsOf(answer, context.runtime.now()),
  });
}

const redacted = (context: ProviderContext, text: string | null): string | null => (text === null ? null : context.redact(text));

/** The same error with another word on what it means for the operation. */
export function withOutcome(error: PayoutError, outcome: 'rejected' | 'unknown', addition = ''): PayoutError {
  const sentence = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  const message = addition === '' ? error.message : `${sentence} ${addition}`;
  return new PayoutError(error.code, message, { ...error.details(), outcome });
}

/** A `PayoutError` as it is, anything else as one; for catches around code that should only throw the former. */
export function asPayoutError(context: ProviderContext, error: unknown): PayoutError {
  if (error instanceof PayoutError) return error;
  const name = nameOfThrown(error);
  return new PayoutError('unexpected_response', `an unexpected ${name} was thrown while the answer was read.`, { provider: context.name });
}
