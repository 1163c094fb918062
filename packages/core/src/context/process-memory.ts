// What this process remembers (NEVER-TWICE R7).
import type { ApiEndpoint } from '../http/exchange.ts';
import type { Deadline } from '../http/deadline.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { Runtime } from '../platform/runtime.ts';
import { memorySubmissions, type Resolution, type Submission, type SubmissionStore } from '../stores/submission.ts';

/** A submission in flight, and how many callers wait for it. It is aborted when the last waiter gives up. */
export interface InFlightSubmission {
  /** The submission that the starter asked for. Only a caller that asks for the same may join. */
  readonly asked: Submission;
  /** The submission that can be resolved: the stored one, once the store has answered. */
  readonly submission: Submission;
  readonly anyAttempt: boolean;
  /** The store that the call goes through. What one store knows says nothing about another. */
  readonly store: SubmissionStore;
  /** The endpoint that the starter sends to. Only a caller with the same address and credential may join. */
  readonly endpoint: ApiEndpoint;
  readonly ended: Promise<InFlightResult>;
  /** The starter's own deadline. */
  readonly deadline: Pick<Deadline, 'signal' | 'abort'>;
  waiters: number;
}

/** The end of an exchange: an outcome, or the number of a later open attempt that has to be asked for instead. */
export type InFlightResult = PayoutOutcome | { readonly openAttempt: number };

/** A create that is pending approval, as this process knows it. */
interface PendingApprovalHere {
  readonly endpoint: ApiEndpoint;
  /** The stores that have a marker of it. */
  readonly notedIn: WeakSet<SubmissionStore>;
}

/** A payout that was accepted in this process. */
export interface KnownPayout {
  readonly id: string;
  /** SHA-256 of what was paid to whom. See {@link Submission.payment}. */
  readonly payment: string | undefined;
  readonly attempt: number;
  readonly key: string;
  /** The endpoint it was sent to: the same key may belong to another account. */
  readonly endpoint: ApiEndpoint;
  /** The `fetch` it was sent with. A test that stubs `fetch` anew has another bank behind it. */
  readonly fetch: typeof globalThis.fetch | undefined;
}

/**
 * What one process knows about keys. It is remembered by key, not by object: after a lost answer the payout of the same object may
 * exist.
 */
export interface ProcessMemory {
  /** The default store. It is as old as the process, and gone with it. */
  readonly submissions: SubmissionStore;
  readonly inFlight: Map<string, InFlightSubmission>;
  /** Keys whose last exchange did not end in a certain refusal. */
  readonly uncertain: Set<string>;
  /** Payouts that this process made or found, each with its key. A payout of another submission is no candidate for this one. */
  accepted: Map<string, string>;
  /** The payouts of each reference by their ids, of whatever attempt. A submission with one is never treated as unsent. */
  paid: Map<string, Map<string, KnownPayout>>;
  /** The previous generation of `accepted` and `paid`. It is dropped whole when the current one has grown too large. */
  before: Pick<ProcessMemory, 'accepted' | 'paid'>;
  /** Certain refusals that a store could not record. They are recorded at the next chance. */
  readonly unrecorded: WeakMap<SubmissionStore, Map<string, Extract<Resolution, { rejected: true }>>>;
  /** Keys whose create is pending approval. */
  readonly held: Map<string, PendingApprovalHere>;
  /** The very objects that `prepare` made here. Anybody may have sent a parsed copy. */
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
/** The memories of replaced runtimes. Each such runtime counts as another process, because a simulation plays many of them. */
const otherWorlds = new WeakMap<object, ProcessMemory>();

export function processMemory(runtime: Partial<Runtime> | undefined): ProcessMemory {
  if (runtime === undefined) return thisProcess;
  const known = otherWorlds.get(runtime) ?? newMemory();
  otherWorlds.set(runtime, known);
  return known;
}

/**
 * The key under which this process remembers a submission. It has the provider, because two adapters derive the same key for one
 * reference.
 */
export const memoryKeyOf = (of: { readonly provider: string; readonly key: string }): string => `${of.provider} ${of.key}`;

export type Referred = Pick<Submission, 'provider' | 'account' | 'namespace' | 'reference'>;

/** The key under which this process remembers a reference, whatever its attempts. The length marks where the namespace ends. */
export const referenceOf = ({ provider, account, namespace, reference }: Referred): string =>
  `${provider} ${account ?? ''} ${namespace.length} ${namespace}${reference}`;

/** Whether this process knows that a payout belongs to another submission. */
export function belongsToAnotherSubmission(memory: ProcessMemory, submission: Submission, payoutId: string): boolean {
  const place = `${submission.provider} ${payoutId}`;
  const key = memory.accepted.get(place) ?? memory.before.accepted.get(place);
  return key !== undefined && key !== submission.key;
}

/** The payouts that this process made or found for a reference, in whatever account. */
export function paidOf({ paid, before }: ProcessMemory, of: Referred): readonly KnownPayout[] {
  const place = referenceOf(of);
  return [...(paid.get(place) ?? before.paid.get(place) ?? new Map<string, KnownPayout>()).values()];
}

/** Whether two providers send to the same address with the same credential. */
export function sameEndpoint(a: ApiEndpoint, b: ApiEndpoint): boolean {
  return a === b || JSON.stringify([a.baseUrl, a.headers, a.credentials]) === JSON.stringify([b.baseUrl, b.headers, b.credentials]);
}

/** Whether this process cannot have sent this key without a certain refusal. */
export function isCertain(memory: ProcessMemory, submission: Submission): boolean {
  const isPaid = paidOf(memory, submission).some(({ key }) => key === submission.key);
  return !isPaid && !memory.uncertain.has(memoryKeyOf(submission));
}

/** Whether this process prepared the very object, and cannot have sent its key without a certain refusal (R7). */
export function isCertainlyUnsent(memory: ProcessMemory, submission: Submission): boolean {
  return memory.prepared.has(submission) && isCertain(memory, submission);
}
