import { assertKnown, type Known } from './known-options.ts';
import { seededRandom } from './random.ts';

/**
 * A clock that stands still until somebody moves it. It fits wherever the library takes a `runtime`.
 */
export interface VirtualClock {
  /** Virtual time in milliseconds since 1970. */
  now(): number;
  /** Resolves once the clock has moved `ms` further; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** The next number in [0, 1) of the seeded generator. */
  random(): number;
  /** Moves the clock, stopping at every sleeper on the way and letting the program run on before the next one. */
  advance(ms: number): Promise<void>;
  /** Moves the clock to a time (milliseconds or ISO 8601). @throws {RangeError} when that is in the past. */
  advanceTo(time: number | string): Promise<void>;
  /** Calls the listener whenever the clock has moved: this is how simulated worlds live. */
  onAdvance(listener: (now: number) => void): void;
  /**
   * Lets moves stop on the way at the times that this tells: what happens then can take turns of the event loop, as a webhook does, and
   * the program can answer before time goes on. Unlike a sleeper it never makes an automatic clock jump.
   *
   * @param next Asked at every step: when to stop next; undefined for nowhere.
   */
  stopAt(next: () => number | undefined): void;
  /** How many sleepers wait. */
  readonly sleepers: number;
  /**
   * Keeps an automatic clock from jumping while something real, such as a socket, is at work.
   * Call the answer to let go; calling it twice is harmless.
   */
  hold(): () => void;
}

/** Options of {@link createVirtualClock}. */
export interface VirtualClockOptions {
  /** ISO 8601; default `2026-11-23T09:00:00Z`, a Monday. */
  readonly start?: string | undefined;
  /** Seed of `random()`, default 1. */
  readonly seed?: number | undefined;
  /** When everybody waits, time jumps to the next sleeper by itself. Default false. */
  readonly autoAdvance?: boolean | undefined;
}

const KNOWN: Known<VirtualClockOptions> = { start: true, seed: true, autoAdvance: true };

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

// Taken before any test replaces the global timers: the event loop's own turns are real.
const { setTimeout: realTimeout } = globalThis;
const realImmediate: ((run: () => void) => unknown) | undefined = globalThis.setImmediate;
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    if (realImmediate === undefined) realTimeout(resolve, 0);
    else realImmediate(resolve);
  });

/** Turns of the event loop without news after which everybody is taken to be waiting. */
const QUIET_TURNS = 12;
/** The end of patience with a program that never falls quiet, or a socket that is held for ever. */
const MOST_TURNS = 100_000;

/**
 * Creates a virtual clock. Several simulated worlds and the program under test can share one.
 *
 * @example
 * const clock = createVirtualClock({ start: '2026-11-23T09:00:00Z' });
 * await clock.advance(60_000);
 */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  assertKnown('createVirtualClock', options, KNOWN);
  let now = parseTime(options.start ?? '2026-11-23T09:00:00Z');
  const random = seededRandom(options.seed ?? 1);
  const listeners: ((now: number) => void)[] = [];
  const stops: (() => number | undefined)[] = [];
  const sleepers = new Set<Sleeper>();
  let news = 0;
  let holds = 0;
  let moving: Promise<void> = Promise.resolve();
  let watching = false;

  const settle = async (): Promise<void> => {
    let seen = news;
    for (let quiet = 0, turns = 0; quiet < QUIET_TURNS && turns < MOST_TURNS; quiet += 1, turns += 1) {
      await turn();
      if (seen !== news || holds > 0) quiet = 0;
      seen = news;
    }
  };
  const moveTo = (time: number): void => {
    now = Math.max(now, time);
    for (const listener of listeners) listener(now);
  };
  /**
   * Moves to the next stop, or to the next sleeper, and wakes it alone: what it does may wake or end the others.
   *
   * @param target Where the move ends; null where it ends with the last sleeper.
   */
  const step = async (target: number | null): Promise<boolean> => {
    await settle();
    const next = earliest(sleepers);
    const until = Math.min(next?.at ?? target ?? now, target ?? Number.POSITIVE_INFINITY);
    const stop = firstStop(until);
    if (stop !== undefined) {
      moveTo(stop);
      return true;
    }
    if (next === undefined || next.at > until) return false;
    moveTo(next.at);
    next.wake();
    return true;
  };
  const firstStop = (until: number): number | undefined => {
    const times = stops.map((stop) => stop() ?? Number.POSITIVE_INFINITY).filter((time) => time > now && time <= until);
    return times.length > 0 ? Math.min(...times) : undefined;
  };
  const run = async (target: number): Promise<void> => {
    while (await step(target));
    moveTo(target);
    await settle();
  };
  /** One move at a time; a second one waits for the first. */
  const inTurn = <Result>(move: () => Promise<Result>): Promise<Result> => {
    const moved = moving.then(move);
    moving = moved.then(
      () => undefined,
      () => undefined,
    );
    return moved;
  };
  const watch = async (): Promise<void> => {
    if (watching) return;
    watching = true;
    try {
      // Asked anew in the same tick in which the watch ends: a sleeper who lies down meanwhile is not missed.
      do await inTurn(() => step(null));
      while (earliest(sleepers) !== undefined);
    } finally {
      watching = false;
    }
  };

  return {
    now: () => now,
    random,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        news += 1;
        if (signal?.aborted === true) return reject(signal.reason);
        if (!(ms > 0)) return resolve();
        const leave = (): void => {
          news += 1;
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
        };
        const abort = (): void => {
          leave();
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: now + ms,
          wake: () => {
            leave();
            resolve();
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        sleepers.add(sleeper);
        if (options.autoAdvance === true && Number.isFinite(sleeper.at)) watch().catch(reject);
      }),
    advance: (ms) => {
      if (!(ms >= 0)) throw new RangeError(`The clock cannot move by ${ms} ms.`);
      return inTurn(() => run(now + ms));
    },
    advanceTo: (time) => {
      const target = parseTime(time);
      if (target < now) throw new RangeError(`The clock stands at ${new Date(now).toISOString()} and cannot go back.`);
      return inTurn(() => run(target));
    },
    onAdvance: (listener) => {
      listeners.push(listener);
    },
    stopAt: (next) => {
      stops.push(next);
    },
    get sleepers() {
      return sleepers.size;
    },
    hold: () => {
      holds += 1;
      let held = true;
      return () => {
        if (held) holds -= 1;
        held = false;
        news += 1;
      };
    },
  };
}

/** ISO 8601: a date, or a time with its zone. Without one it would be another time on another machine. */
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Milliseconds since 1970. @throws {RangeError} for what means no one moment. */
export function parseTime(time: number | string): number {
  const ms = typeof time === 'number' ? time : TIME.test(time) ? Date.parse(time) : Number.NaN;
  if (!Number.isFinite(ms)) throw new RangeError(`"${time}" is not a time, such as 2026-11-23T09:00:00Z, with its offset.`);
  return ms;
}

/** Who wakes first; of several at the same time, who lay down first. */
function earliest(sleepers: Iterable<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) if (Number.isFinite(sleeper.at) && (first === undefined || sleeper.at < first.at)) first = sleeper;
  return first;
}
