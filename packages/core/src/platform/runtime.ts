/**
 * The parts of the world that the library needs besides HTTP. Every wait, deadline, age and jitter goes through it, so that a test
 * can replace time itself.
 */
export interface Runtime {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number from 0 (inclusive) to 1 (exclusive), for jitter and for keys that need not be derived. */
  random(): number;
}

/** Node and browsers cut longer timers to one millisecond. */
const LONGEST_TIMER_MS = 2_147_483_647;

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.min(ms, LONGEST_TIMER_MS),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Calls `ring` after `ms` milliseconds of this runtime's time, unless the answer is called first. */
export function startTimer(runtime: Runtime, ms: number, ring: () => void): () => void {
  if (runtime.sleep === sleep) {
    const timer = setTimeout(ring, Math.min(ms, LONGEST_TIMER_MS)); // The timer is set directly: only a promise needs the rest of `sleep`.
    return () => clearTimeout(timer);
  }
  const off = new AbortController();
  runtime.sleep(ms, off.signal).then(ring, () => undefined);
  return () => off.abort(SWITCHED_OFF);
}

/** The reason of an abort. Without one, `abort` makes a DOMException with a stack. */
const SWITCHED_OFF = 'no longer needed';

/** Real time. */
export const systemRuntime: Runtime = { now: () => Date.now(), sleep, random: () => Math.random() };

/**
 * Real time, with the given members replaced. A member that throws or answers something invalid is replaced by the real one for
 * that call.
 */
export function runtimeWith(replaced: Partial<Runtime> | undefined): Runtime {
  if (replaced === undefined) return systemRuntime;
  return {
    now: () => known(() => replaced.now?.(), isMoment) ?? systemRuntime.now(),
    sleep: replaced.sleep === undefined ? sleep : (ms, signal) => pausedBy(replaced, ms, signal),
    random: () => known(() => replaced.random?.(), isShare) ?? systemRuntime.random(),
  };
}

const isMoment = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= LAST_MOMENT_MS;
const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;
/** What a `Date` can hold. https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LAST_MOMENT_MS = 8.64e15;

/**
 * The runtime's time, or real time where that cannot be written as a date. An invalid time or an exception would lose the outcome
 * of a request that was sent.
 */
function known<T>(ask: () => unknown, fits: (value: unknown) => value is T): T | undefined {
  try {
    const value = ask();
    return fits(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Sleeps with the runtime, or in real time where that fails without an abort. A failed pause would otherwise end a deadline. */
async function pausedBy(runtime: Partial<Runtime>, ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await runtime.sleep?.(ms, signal); // A virtual clock is often a class whose methods need their `this`.
  } catch {
    await sleep(ms, signal);
  }
}

/** The timer function at load time: an application's tests may stop time later. */
const immediate: ((ring: () => void) => unknown) | undefined = globalThis.setImmediate;

/**
 * Resolves when a request can have left this machine, or its answer is here.
 *
 * Node hands a request to its socket only once the current work is done. A caller that works through its payouts first would delay
 * the request by that time.
 */
export function yieldUntilFlushed(asked: Promise<unknown>): Promise<unknown> {
  return immediate === undefined ? Promise.resolve() : Promise.race([asked, new Promise<void>((resolve) => immediate(resolve))]);
}

/**
 * Whether this code runs in a worker thread, where memory is not that of the whole process.
 *
 * Where a platform does not tell, its isolates are processes of their own.
 */
export function inWorkerThread(): boolean {
  const host: unknown = Reflect.get(globalThis, 'process');
  if (typeof host !== 'object' || host === null || !('getBuiltinModule' in host) || typeof host.getBuiltinModule !== 'function')
    return false;
  const threads: unknown = host.getBuiltinModule('node:worker_threads');
  return typeof threads === 'object' && threads !== null && 'isMainThread' in threads && threads.isMainThread === false;
}

/**
 * A random word that no other call has, in any process. By it one call holds a submission.
 *
 * It never comes from a replaced runtime's `random`: two processes of a test that draw the same numbers would hold one submission
 * together.
 */
export function newHold(): string {
  const words = globalThis.crypto.getRandomValues(new Uint32Array(4));
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
}
