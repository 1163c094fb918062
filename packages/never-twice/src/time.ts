import type { VirtualClock } from '@disburse/simulator';

export const SECOND_MS = 1000;
export const MINUTE_MS: number = 60 * SECOND_MS;
export const HOUR_MS: number = 60 * MINUTE_MS;
export const DAY_MS: number = 24 * HOUR_MS;

/** The true time of a run. Everybody else's clock is this one and a skew. */
export interface TrueTime extends VirtualClock {
  /** Does this then; the answer takes it back. */
  at(time: number, run: () => void): () => void;
  /** Lives until nobody has anything left to do, or `stop` says so. `observe` looks at the world after every step. */
  live(observe: () => void, until?: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** All that runs is done when the event loop comes around: nothing in a run is really asynchronous. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The end of patience with a run that never comes to an end: a mistake of this simulation or of the library. */
const MOST_STEPS = 20_000;

export function trueTime(start: number, random: () => number): TrueTime {
  let now = start;
  const timers: Timer[] = [];
  const listeners: ((now: number) => void)[] = [];

  const at: TrueTime['at'] = (time, run) => {
    const timer: Timer = { at: Math.max(time, now), run };
    let place = timers.length;
    while (place > 0 && (timers[place - 1]?.at ?? 0) > timer.at) place -= 1;
    timers.splice(place, 0, timer);
    return () => {
      const index = timers.indexOf(timer);
      if (index >= 0) timers.splice(index, 1);
    };
  };
  const moveTo = (time: number): void => {
    if (time === now) return;
    now = time;
    for (const listener of listeners) listener(now);
  };
  const live: TrueTime['live'] = async (observe, until = Number.POSITIVE_INFINITY) => {
    for (let steps = 0; ; steps += 1) {
      if (steps > MOST_STEPS) throw new Error('this run does not end');
      await turn();
      observe();
      const next = timers[0];
      if (next === undefined || next.at > until) break;
      timers.shift();
      moveTo(next.at);
      next.run();
    }
    if (Number.isFinite(until)) moveTo(Math.max(now, until));
    observe();
  };
  return {
    now: () => now,
    random,
    at,
    live,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        if (!(ms > 0)) return resolve();
        const cancel = at(now + ms, () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        });
        const onAbort = (): void => {
          cancel();
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    advance: async (ms) => live(() => undefined, now + ms),
    advanceTo: async (time) => live(() => undefined, typeof time === 'number' ? time : Date.parse(time)),
    stopAt: () => undefined, // For webhooks, which nobody receives here.
    onAdvance: (listener) => void listeners.push(listener),
    get sleepers() {
      return timers.length;
    },
    hold: () => () => undefined, // Time never moves by itself here.
  };
}
