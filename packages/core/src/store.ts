import type { Engine, ProcessMemory } from './engine.ts';
import { disagreementsOf } from './agreement.ts';
import { isPayoutError } from './errors.ts';
import { isNote } from './held.ts';
import { createKey } from './idempotency.ts';
import type { Runtime } from './runtime.ts';
import {
  type KeptSubmission,
  parseSubmission,
  peekInto,
  type Place,
  type Settled,
  type Submission,
  type SubmissionStore,
} from './submission.ts';

/** What a kept row says, once its answer is checked. */
export interface KeptRow {
  readonly submission: Submission;
  readonly settled: Settled | null;
  readonly shared: boolean;
}

/** An application's store as the rules use it: bounded in time, and never believed unread. */
export interface CheckedStore {
  keep(submission: Submission): Promise<KeptRow>;
  settle(submission: Submission, settled: Settled): Promise<void>;
  find(place: Place): Promise<KeptRow | null>;
  /** Whether this reference certainly has no other attempt; `false` where it takes a question to know. */
  isAlone(of: Place): boolean;
  /** Whether anything is kept there. A store in memory answers at once. */
  has(place: Place): boolean | Promise<boolean>;
  /** The rows of a reference's other attempts, up to the given one. A store in memory answers at once. */
  findOthers(of: Place, last: number): readonly KeptRow[] | Promise<readonly KeptRow[]>;
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

/** Wraps a store; one in memory needs no clock. */
export function checkedStore(store: SubmissionStore, user: StoreUser): CheckedStore {
  const { runtime, timeoutMs, process } = user;
  const peek = peekInto(store);
  const users = usersOf.get(store) ?? new Set();
  usersOf.set(store, users.add(process));
  const bounded = <T>(work: () => Promise<T>): Promise<T> => (peek === null ? inTime(runtime, timeoutMs, async () => work()) : work());
  const rowOf = (row: KeptSubmission, place: Place): KeptRow => {
    const submission = checkedRow(row, place, user);
    return { submission, settled: settledOf(row.settled), shared: row.shared !== false || (peek !== null && users.size > 1) };
  };
  const find: CheckedStore['find'] = async (place) => {
    const row = await bounded(() => store.find(place));
    return row === null || row === undefined ? null : derived(rowOf(row, place), process);
  };
  return {
    keep: async (submission) => derived(rowOf(await bounded(() => store.keep(submission)), submission), process),
    settle: (submission, settled) => bounded(() => store.settle(submission, settled)),
    find,
    isAlone: (of) => peek !== null && peek(of).every(({ submission }) => submission.attempt === of.attempt),
    has: (place) =>
      peek === null
        ? find(place).then((row) => row !== null)
        : peek(place).some(({ submission: { attempt } }) => attempt === place.attempt),
    findOthers: (of, last) => {
      if (peek === null) return findEach(find, of, last);
      const others = peek(of).filter(({ submission: { attempt } }) => attempt !== of.attempt && attempt <= last);
      return others.map((row) => rowOf(row, { ...of, attempt: row.submission.attempt }));
    },
  };
}

async function findEach(find: CheckedStore['find'], of: Place, last: number): Promise<readonly KeptRow[]> {
  const { namespace, reference } = of;
  const attempts = Array.from({ length: last }, (_, index) => index + 1).filter((attempt) => attempt !== of.attempt);
  const found = await Promise.all(attempts.map((attempt) => find({ namespace, reference, attempt })));
  return found.filter((row) => row !== null);
}

async function inTime<T>(runtime: Runtime, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const tooSlow = runtime.sleep(timeoutMs, done.signal).then(
    () => Promise.reject(new StoreFailed(`the store did not answer within ${timeoutMs} ms`)),
    () => new Promise<never>(() => undefined), // Ended in time: nothing to say.
  );
  try {
    return await Promise.race([work(), tooSlow]);
  } catch (error) {
    if (error instanceof StoreFailed) throw error;
    throw new StoreFailed(isPayoutError(error) ? error.message : error instanceof Error ? error.name : typeof error);
  } finally {
    done.abort();
  }
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
    if (typeof payoutId === 'string' && payoutId !== '' && rejected !== true) return { payoutId };
    if (rejected === true && (payoutId === undefined || payoutId === null))
      return { rejected, retry: retry === 'never' ? retry : 'next_attempt' };
  }
  throw new StoreFailed('the store answered a settlement that is neither accepted nor rejected');
}
