// What this process remembers (NEVER-TWICE R7).
import type { ApiEndpoint } from '../http/exchange.ts';
import type { Deadline } from '../http/deadline.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { Runtime } from '../platform/runtime.ts';
import { memorySubmissions, type Resolution, type Submission, type SubmissionStore } from '../stores/submission.ts';

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

export type Referred = Pick<Submission, 'provider' | 'account' | 'namespace' | 'reference'>;

/** Where a reference is remembered, whatever its attempts. The length says where the namespace ends. */
export const referenceOf = ({ provider, account, namespace, reference }: Referred): string =>
  `${provider} ${account ?? ''} ${namespace.length} ${namespace}${reference}`;

/** Whether a payout is known to be the one of another submission. */
export function belongsToAnotherSubmission(memory: ProcessMemory, submission: Submission, payoutId: string): boolean {
  const place = `${submission.provider} ${payoutId}`;
  const key = memory.accepted.get(place) ?? memory.before.accepted.get(place);
  return key !== undefined && key !== submission.key;
}

/** What this process paid of a reference, in whatever account. */
export function paidOf({ paid, before }: ProcessMemory, of: Referred): readonly KnownPayout[] {
  const place = referenceOf(of);
  return [...(paid.get(place) ?? before.paid.get(place) ?? new Map<string, KnownPayout>()).values()];
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
