import type { ProviderContext } from './context.ts';
import type { ProcessMemory } from './process-memory.ts';
import type { Deadline } from '../http/deadline.ts';
import { disagreementsOf } from './disagreements.ts';
import { isErrorCode, isPayoutError, nameOfThrown } from '../errors.ts';
import { isApprovalMarker } from './pending-approval.ts';
import { createKey } from '../stores/idempotency.ts';
import { inWorkerThread, type Runtime } from '../platform/runtime.ts';
import {
  type StoredSubmission,
  parseSubmission,
  peekInto,
  type AttemptId,
  type RecordedRefusal,
  type RefusalReason,
  type Resolution,
  type Submission,
  type SubmissionStore,
} from '../stores/submission.ts';

/** A stored row, once the store's answer is checked. */
export interface CheckedSubmission {
  readonly submission: Submission;
  readonly resolution: Resolution | null;
  readonly shared: boolean;
  /** Whether this call of `putIfAbsent` took the row over, and nobody else holds it. Every earlier send was refused. */
  readonly alone: boolean;
  /** The recorded refusal of a row that nobody holds. */
  readonly refused: RecordedRefusal | null;
}

/** An application's store as the rules use it: limited in time, and checked before it is believed. */
export interface CheckedStore {
  /** The application's own store. Exchanges are joined, and marks are remembered, for each store apart. */
  readonly itself: SubmissionStore;
  /**
   * The same store, for one call: `putIfAbsent` and `find` take no longer than the call. Recording an outcome may take longer: a
   * known outcome must not be lost because the time is over.
   */
  within(call: Pick<Deadline, 'signal' | 'endsAt'>): CheckedStore;
  putIfAbsent(submission: Submission, hold?: string): Promise<CheckedSubmission>;
  /** Records a refusal as the only holder; `null` for a store that cannot. */
  readonly refuse: ((submission: Submission, hold: string, refusal: RecordedRefusal) => Promise<boolean>) | null;
  setResolution(submission: Submission, resolution: Resolution): Promise<void>;
  find(place: AttemptId): Promise<CheckedSubmission | null>;
  /** Whether the store is gone with the process. Other processes of this account may have sent what it never heard of. */
  readonly isPassing: boolean;
  /** Whether this reference certainly has no other attempt. `false` where only a request to the store could tell. */
  isAlone(of: AttemptId): boolean;
  /** Whether the store has a row there. A store in memory answers synchronously. */
  has(place: AttemptId): boolean | Promise<boolean>;
  /** The rows of a reference's other attempts, up to `last`. A store in memory answers synchronously. */
  findOthers(of: AttemptId, last: number): readonly CheckedSubmission[] | Promise<readonly CheckedSubmission[]>;
  /** The rows of a reference's attempts from `first` to `last`, both included, in their order. */
  findBetween(of: AttemptId, first: number, last: number): Promise<readonly CheckedSubmission[]>;
}

/**
 * A store that fails, hangs or answers something unexpected. Only errors of this library are repeated in its message: any other may
 * hold secrets.
 */
export class StoreFailed extends Error {
  override readonly name: string = 'StoreFailed';
}

/** The process memories that use each store in memory. Several runtimes in one process count as several processes. */
const usersOf = new WeakMap<SubmissionStore, Set<ProcessMemory>>();

/** The provider that uses a store. */
interface StoreUser extends Pick<ProviderContext, 'identity' | 'rules'> {
  readonly runtime: Runtime;
  readonly timeoutMs: number;
  readonly process: ProcessMemory;
}

/** The call that a store works for. */
type OfCall = Pick<Deadline, 'signal' | 'endsAt'> | null;

/** Wraps a store. A store in memory needs no time limit. */
export function checkedStore(store: SubmissionStore, user: StoreUser, call: OfCall = null): CheckedStore {
  const { runtime, timeoutMs, process } = user;
  const peek = peekInto(store);
  const users = usersOf.get(store) ?? new Set();
  usersOf.set(store, users.add(process));
  // The default store exists once in each thread. Another thread may be sending what this one was refused.
  const isPartial = store === process.submissions && inWorkerThread();
  // All reads of a call share one listener to the call's end: Node 20 warns of the eleventh listener on a signal.
  const over = call === null ? [] : [rejectAtEnd(call.signal)];
  const bounded = <T>(work: () => Promise<T>, of: OfCall = null): Promise<T> =>
    peek === null
      ? withTimeout(
          runtime,
          of === null ? timeoutMs : Math.min(timeoutMs, Math.max(1, of.endsAt - runtime.now())),
          work,
          of === null ? [] : over,
        )
      : work();
  const isShared = (row: StoredSubmission): boolean => isPartial || row.shared !== false || (peek !== null && users.size > 1);
  const rowOf = (row: StoredSubmission, place: AttemptId, held = false): CheckedSubmission => {
    const submission = checkedRow(row, place, user);
    const resolution = settledOf(row.resolution);
    const alone = held && resolution === null && row.alone === true;
    return { submission, resolution, shared: isShared(row), alone, refused: refusedOf(row.refused) };
  };
  const refuse = isPartial ? undefined : store.refuse?.bind(store);
  const find: CheckedStore['find'] = async (place) => {
    const row = await bounded(() => store.find(place), call);
    return row === null || row === undefined ? null : assertDerivedKey(rowOf(row, place), process);
  };
  const between: CheckedStore['findBetween'] = async (of, first, last) => {
    if (peek === null) return findEach(find, of, numbersBetween(first, last));
    const rows = peek(of).filter(({ submission: { attempt } }) => attempt >= first && attempt <= last);
    return rows
      .map((row) => rowOf(row, { ...of, attempt: row.submission.attempt }))
      .toSorted((a, b) => a.submission.attempt - b.submission.attempt);
  };
  const checked: CheckedStore = {
    itself: store,
    within: (of) => (peek === null ? checkedStore(store, user, of) : checked),
    putIfAbsent: async (submission, hold) => {
      const held = refuse === undefined ? undefined : hold;
      return assertDerivedKey(
        rowOf(await bounded(() => store.putIfAbsent(submission, held), call), submission, held !== undefined),
        process,
      );
    },
    refuse:
      refuse === undefined
        ? null
        : (submission, hold, refusal) => isRecordedWithin(user, () => bounded(() => refuse(submission, hold, refusal))),
    setResolution: (submission, resolution) => bounded(() => store.setResolution(submission, resolution)),
    find,
    isPassing: peek !== null,
    isAlone: (of) => peek !== null && peek(of).every(({ submission }) => submission.attempt === of.attempt),
    has: (place) =>
      peek === null
        ? find(place).then((row) => row !== null)
        : peek(place).some(({ submission: { attempt } }) => attempt === place.attempt),
    findOthers: (of, last) => {
      if (peek === null)
        return findEach(
          find,
          of,
          numbersBetween(1, last).filter((attempt) => attempt !== of.attempt),
        );
      const others = peek(of).filter(({ submission: { attempt } }) => attempt !== of.attempt && attempt <= last);
      return others.map((row) => rowOf(row, { ...of, attempt: row.submission.attempt }));
    },
    findBetween: between,
  };
  return checked;
}

const numbersBetween = (first: number, last: number): readonly number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);

async function findEach(find: CheckedStore['find'], of: AttemptId, attempts: readonly number[]): Promise<readonly CheckedSubmission[]> {
  const { namespace, reference } = of;
  const found = await Promise.all(attempts.map((attempt) => find({ namespace, reference, attempt })));
  return found.filter((row) => row !== null);
}

async function withTimeout<T>(runtime: Runtime, timeoutMs: number, work: () => Promise<T>, over: readonly Promise<never>[]): Promise<T> {
  const done = new AbortController();
  const tooSlow = runtime.sleep(timeoutMs, done.signal).then(
    () => Promise.reject(new StoreFailed(`the store did not answer within ${timeoutMs} ms`)),
    () => new Promise<never>(() => undefined), // The work ended in time.
  );
  try {
    return await Promise.race([(async () => work())(), tooSlow, ...over]);
  } catch (error) {
    if (error instanceof StoreFailed) throw error;
    throw new StoreFailed(isPayoutError(error) ? error.message : nameOfThrown(error));
  } finally {
    done.abort();
  }
}

/**
 * Whether a refusal was recorded within the time limit.
 *
 * The machine may have slept while the store recorded. Then another process may have taken the submission over and paid it since.
 */
async function isRecordedWithin({ runtime, timeoutMs }: StoreUser, work: () => Promise<boolean>): Promise<boolean> {
  const startedAt = runtime.now();
  const isRecorded = (await work()) === true;
  if (runtime.now() - startedAt > timeoutMs) throw new StoreFailed(`the store did not answer within ${timeoutMs} ms`);
  return isRecorded;
}

/** Rejects when the call is over, for whatever reason. */
function rejectAtEnd(call: AbortSignal): Promise<never> {
  const over = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(new StoreFailed('the call was over before the store answered'));
    if (call.aborted) onAbort();
    else call.addEventListener('abort', onAbort, { once: true });
  });
  over.catch(() => undefined); // The store may have answered everything by then, and then nobody awaits this promise.
  return over;
}

/**
 * The submission of a row, if it belongs to this attempt. Only a submission prepared here is frozen: any other is read as untrusted
 * input.
 */
function checkedRow(row: StoredSubmission, place: AttemptId, user: StoreUser): Submission {
  const submission = user.process.prepared.has(row.submission) ? row.submission : assertAgreeing(reread(row.submission), user);
  if (submission.namespace !== place.namespace || submission.reference !== place.reference || submission.attempt !== place.attempt) {
    throw new StoreFailed('the store answered a submission of another reference');
  }
  return submission;
}

/**
 * Checks that a submission agrees with its own request. A submission of another provider is checked by that provider before a send.
 */
function assertAgreeing(submission: Submission, { identity: { id, name }, rules: { decode } }: StoreUser): Submission {
  if (submission.provider !== id || submission.name !== name) return submission;
  const [wrong] = disagreementsOf(decode, submission);
  if (wrong === undefined) return submission;
  throw new StoreFailed(`the store answered a submission that was changed: ${wrong.path} ${wrong.message}`);
}

/** The row, if its key is derived from its own reference. Under another key it would be a second payout. */
async function assertDerivedKey(row: CheckedSubmission, process: ProcessMemory): Promise<CheckedSubmission> {
  const { submission } = row;
  if (process.prepared.has(submission) || isApprovalMarker(submission) || (await createKey(submission)) === submission.key) return row;
  throw new StoreFailed('the store answered a submission whose key is not the one of its reference');
}

function reread(submission: Submission): Submission {
  try {
    return parseSubmission(submission);
  } catch {
    throw new StoreFailed('the store answered something that is not a submission');
  }
}

function settledOf(resolution: unknown): Resolution | null {
  if (resolution === null || resolution === undefined) return null;
  if (typeof resolution === 'object') {
    const payoutId = 'payoutId' in resolution ? resolution.payoutId : undefined;
    const rejected = 'rejected' in resolution ? resolution.rejected : undefined;
    const retry = 'retry' in resolution ? resolution.retry : undefined;
    const by = 'by' in resolution && resolution.by === 'person' ? resolution.by : undefined;
    if (typeof payoutId === 'string' && payoutId !== '' && rejected !== true) return by === undefined ? { payoutId } : { payoutId, by };
    if (rejected === true && (payoutId === undefined || payoutId === null))
      return { rejected, retry: retry === 'never' ? retry : 'next_attempt', reason: reasonOf(resolution) };
  }
  throw new StoreFailed('the store answered a settlement that is neither accepted nor rejected');
}

/** A refusal that left the submission open. A refusal that cannot be read counts as none, because it only explains. */
function refusedOf(refused: unknown): RecordedRefusal | null {
  if (typeof refused !== 'object' || refused === null) return null;
  const reason = reasonOf(refused);
  return reason === undefined ? null : { rejected: true, retry: 'same_attempt', reason };
}

/**
 * The longest message that is read from a row. Messages are shown to people and matched by patterns; ours have some hundreds of
 * characters.
 */
const LONGEST_MESSAGE = 2_000;

/** The reason of a refusal, as far as it can be read. Rows written before reasons were stored have none. */
function reasonOf(refusal: object): RefusalReason | undefined {
  const reason: unknown = 'reason' in refusal ? refusal.reason : undefined;
  if (typeof reason !== 'object' || reason === null) return undefined;
  const { code, message, providerCode, requestId, at, by } = reason as Partial<Record<keyof RefusalReason, unknown>>;
  if (!isErrorCode(code) || typeof message !== 'string' || typeof at !== 'string' || Number.isNaN(Date.parse(at))) return undefined;
  return {
    code,
    message: message.slice(0, LONGEST_MESSAGE),
    providerCode: typeof providerCode === 'string' ? providerCode : null,
    requestId: typeof requestId === 'string' ? requestId : null,
    at,
    by: by === 'provider' || by === 'lookup' ? by : 'person', // An unknown author proves nothing.
  };
}
