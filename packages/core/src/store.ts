import { isPayoutError } from './errors.ts';
import type { Runtime } from './runtime.ts';
import { type KeptSubmission, parseSubmission, type Settled, type Submission, type SubmissionStore } from './submission.ts';

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
  find(place: { readonly namespace: string; readonly reference: string; readonly attempt: number }): Promise<KeptRow | null>;
}

/** A store that fails, hangs or answers something else. Repeats only errors of this library: any other may hold anything. */
export class StoreFailed extends Error {
  override readonly name: string = 'StoreFailed';
}

/** Wraps a store; `inMemory` needs no clock. */
export function checkedStore(store: SubmissionStore, runtime: Runtime, timeoutMs: number, inMemory: boolean): CheckedStore {
  const bounded = <T>(work: () => Promise<T>): Promise<T> => (inMemory ? work() : inTime(runtime, timeoutMs, work));
  return {
    keep: async (submission) => rowOf(await bounded(async () => store.keep(submission)), submission, submission),
    settle: (submission, settled) => bounded(async () => store.settle(submission, settled)),
    find: async (place) => {
      const row = await bounded(async () => store.find(place));
      return row === null || row === undefined ? null : rowOf(row, place, null);
    },
  };
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

type Place = Pick<Submission, 'namespace' | 'reference' | 'attempt'>;

/** The row, if it is one of this place. Everything but the very object that was given is read as if it came from a stranger. */
function rowOf(row: KeptSubmission, place: Place, given: Submission | null): KeptRow {
  const submission = row.submission === given ? row.submission : reread(row.submission);
  if (submission.namespace !== place.namespace || submission.reference !== place.reference || submission.attempt !== place.attempt) {
    throw new StoreFailed('the store answered a submission of another reference');
  }
  return { submission, settled: settledOf(row.settled), shared: row.shared !== false };
}

/** Parsed for its checks; the object itself is kept, because its identity is what freshness is remembered by. */
function reread(submission: Submission): Submission {
  try {
    parseSubmission(submission);
    return submission;
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
