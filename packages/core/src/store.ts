import type { Engine, ProcessMemory } from './engine.ts';
import type { Deadline } from './http.ts';
import { disagreementsOf } from './agreement.ts';
import { isErrorCode, isPayoutError, nameOfThrown } from './errors.ts';
import { isNote } from './held.ts';
import { createKey } from './idempotency.ts';
import { inWorkerThread, type Runtime } from './runtime.ts';
import {
  type KeptSubmission,
  parseSubmission,
  peekInto,
  type Place,
  type RecordedRefusal,
  type RefusalReason,
  type Settled,
  type Submission,
  type SubmissionStore,
} from './submission.ts';

/** What a kept row says, once its answer is checked. */
export interface KeptRow {
  readonly submission: Submission;
  readonly settled: Settled | null;
  readonly shared: boolean;
  /** Whether this very `keep` took it over from nobody: every send of it before was refused. */
  readonly alone: boolean;
  /** The refusal of a row that nobody holds. */
  readonly refused: RecordedRefusal | null;
}

/** An application's store as the rules use it: bounded in time, and never believed unread. */
export interface CheckedStore {
  /** The store itself: exchanges are joined, and things are noted, per store. */
  readonly itself: SubmissionStore;
  /**
   * The same store, for one call: what is kept and found for it takes no longer than the call. What is recorded may: an ending that
   * is known must not be lost because the time is over.
   */
  within(call: Pick<Deadline, 'signal' | 'endsAt'>): CheckedStore;
  keep(submission: Submission, hold?: string): Promise<KeptRow>;
  /** Records a refusal as the only holder; `null` for a store that cannot. */
  readonly refuse: ((submission: Submission, hold: string, refusal: RecordedRefusal) => Promise<boolean>) | null;
  settle(submission: Submission, settled: Settled): Promise<void>;
  find(place: Place): Promise<KeptRow | null>;
  /** Whether it is gone with the process: others of this account may have done what it never heard of. */
  readonly isPassing: boolean;
  /** Whether this reference certainly has no other attempt; `false` where it takes a question to know. */
  isAlone(of: Place): boolean;
  /** Whether anything is kept there. A store in memory answers at once. */
  has(place: Place): boolean | Promise<boolean>;
  /** The rows of a reference's other attempts, up to the given one. A store in memory answers at once. */
  findOthers(of: Place, last: number): readonly KeptRow[] | Promise<readonly KeptRow[]>;
  /** The rows of a reference's attempts from one to another, both included, in their order. */
  findBetween(of: Place, first: number, last: number): Promise<readonly KeptRow[]>;
}

/** A store that fails, hangs or answers something else. Repeats only errors of this library: any other may hold anything. */
export class StoreFailed extends Error {
  override readonly name: string = 'StoreFailed';
}

/** Which processes use a store in memory: more than one runtime in this process is more than one, as far as the rules go. */
const usersOf = new WeakMap<SubmissionStore, Set<ProcessMemory>>();

/** Whose store it is. */
interface StoreUser extends Pick<Engine, 'id' | 'name' | 'decode'> {
  readonly runtime: Runtime;
  readonly timeoutMs: number;
  readonly process: ProcessMemory;
}

/** The call that a store works for. */
type OfCall = Pick<Deadline, 'signal' | 'endsAt'> | null;

/** Wraps a store; one in memory needs no clock. */
export function checkedStore(store: SubmissionStore, user: StoreUser, call: OfCall = null): CheckedStore {
  const { runtime, timeoutMs, process } = user;
  const peek = peekInto(store);
  const users = usersOf.get(store) ?? new Set();
  usersOf.set(store, users.add(process));
  // The default store is one for each thread: another thread may be sending what this one was refused.
  const isPartial = store === process.submissions && inWorkerThread();
  // All that a call reads at once waits for the same end of it: Node 20 warns of the eleventh listener to a signal.
  const over = call === null ? [] : [ended(call.signal)];
  const bounded = <T>(work: () => Promise<T>, of: OfCall = null): Promise<T> =>
    peek === null
      ? inTime(
          runtime,
          of === null ? timeoutMs : Math.min(timeoutMs, Math.max(1, of.endsAt - runtime.now())),
          work,
          of === null ? [] : over,
        )
      : work();
  const isShared = (row: KeptSubmission): boolean => isPartial || row.shared !== false || (peek !== null && users.size > 1);
  const rowOf = (row: KeptSubmission, place: Place, held = false): KeptRow => {
    const submission = checkedRow(row, place, user);
    const settled = settledOf(row.settled);
    const alone = held && settled === null && row.alone === true;
    return { submission, settled, shared: isShared(row), alone, refused: refusedOf(row.refused) };
  };
  const refuse = isPartial ? undefined : store.refuse?.bind(store);
  const find: CheckedStore['find'] = async (place) => {
    const row = await bounded(() => store.find(place), call);
    return row === null || row === undefined ? null : derived(rowOf(row, place), process);
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
    keep: async (submission, hold) => {
      const held = refuse === undefined ? undefined : hold;
      return derived(rowOf(await bounded(() => store.keep(submission, held), call), submission, held !== undefined), process);
    },
    refuse:
      refuse === undefined ? null : (submission, hold, refusal) => inItsTime(user, () => bounded(() => refuse(submission, hold, refusal))),
    settle: (submission, settled) => bounded(() => store.settle(submission, settled)),
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

async function findEach(find: CheckedStore['find'], of: Place, attempts: readonly number[]): Promise<readonly KeptRow[]> {
  const { namespace, reference } = of;
  const found = await Promise.all(attempts.map((attempt) => find({ namespace, reference, attempt })));
  return found.filter((row) => row !== null);
}

async function inTime<T>(runtime: Runtime, timeoutMs: number, work: () => Promise<T>, over: readonly Promise<never>[]): Promise<T> {
  const done = new AbortController();
  const tooSlow = runtime.sleep(timeoutMs, done.signal).then(
    () => Promise.reject(new StoreFailed(`the store did not answer within ${timeoutMs} ms`)),
    () => new Promise<never>(() => undefined), // Ended in time: nothing to say.
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
 * Whether a refusal was recorded, as far as that is still worth telling.
 *
 * A machine may have slept behind the record: then somebody else may have taken the submission over and paid it since.
 */
async function inItsTime({ runtime, timeoutMs }: StoreUser, work: () => Promise<boolean>): Promise<boolean> {
  const startedAt = runtime.now();
  const isRecorded = (await work()) === true;
  if (runtime.now() - startedAt > timeoutMs) throw new StoreFailed(`the store did not answer within ${timeoutMs} ms`);
  return isRecorded;
}

/** Rejects when the call is over, however it came to that. */
function ended(call: AbortSignal): Promise<never> {
  const over = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(new StoreFailed('the call was over before the store answered'));
    if (call.aborted) onAbort();
    else call.addEventListener('abort', onAbort, { once: true });
  });
  over.catch(() => undefined); // The store may have answered everything by then.
  return over;
}

/** The submission, if it is one of this place. Everything but what was prepared here, and is frozen, is read as if it came from a stranger. */
function checkedRow(row: KeptSubmission, place: Place, user: StoreUser): Submission {
  const submission = user.process.prepared.has(row.submission) ? row.submission : agreeing(reread(row.submission), user);
  if (submission.namespace !== place.namespace || submission.reference !== place.reference || submission.attempt !== place.attempt) {
    throw new StoreFailed('the store answered a submission of another reference');
  }
  return submission;
}

/** One of another provider is read by that one, before it is sent. */
function agreeing(submission: Submission, { id, name, decode }: StoreUser): Submission {
  if (submission.provider !== id || submission.name !== name) return submission;
  const [wrong] = disagreementsOf(decode, submission);
  if (wrong === undefined) return submission;
  throw new StoreFailed(`the store answered a submission that was changed: ${wrong.path} ${wrong.message}`);
}

/** A row under another key than its own would be sent beside whatever was sent under that one. */
async function derived(row: KeptRow, process: ProcessMemory): Promise<KeptRow> {
  const { submission } = row;
  if (process.prepared.has(submission) || isNote(submission) || (await createKey(submission)) === submission.key) return row;
  throw new StoreFailed('the store answered a submission whose key is not the one of its reference');
}

function reread(submission: Submission): Submission {
  try {
    return parseSubmission(submission);
  } catch {
    throw new StoreFailed('the store answered something that is not a submission');
  }
}

function settledOf(settled: unknown): Settled | null {
  if (settled === null || settled === undefined) return null;
  if (typeof settled === 'object') {
    const payoutId = 'payoutId' in settled ? settled.payoutId : undefined;
    const rejected = 'rejected' in settled ? settled.rejected : undefined;
    const retry = 'retry' in settled ? settled.retry : undefined;
    const by = 'by' in settled && settled.by === 'person' ? settled.by : undefined;
    if (typeof payoutId === 'string' && payoutId !== '' && rejected !== true) return by === undefined ? { payoutId } : { payoutId, by };
    if (rejected === true && (payoutId === undefined || payoutId === null))
      return { rejected, retry: retry === 'never' ? retry : 'next_attempt', reason: reasonOf(settled) };
  }
  throw new StoreFailed('the store answered a settlement that is neither accepted nor rejected');
}

/** A refusal that left the submission open. One that cannot be read is none: it only explains. */
function refusedOf(refused: unknown): RecordedRefusal | null {
  if (typeof refused !== 'object' || refused === null) return null;
  const reason = reasonOf(refused);
  return reason === undefined ? null : { rejected: true, retry: 'same_attempt', reason };
}

/** Sentences of ours have some hundreds of characters. What a row holds is shown to people, and read by patterns. */
const LONGEST_MESSAGE = 2_000;

/** The reason of a refusal, as far as it can be read. Rows of before reasons were kept have none. */
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
    by: by === 'provider' || by === 'lookup' ? by : 'person', // What is not known proves nothing.
  };
}
