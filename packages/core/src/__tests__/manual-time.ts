// Time that moves when a test says so, and by the library's own pauses: no deadline is met by a slow machine.
import type { Runtime } from '../platform/runtime.ts';

/** The morning on which every test begins. */
export const NINE: number = Date.parse('2026-11-20T09:00:00.000Z');
export const MINUTE_MS = 60_000;
export const HOUR_MS: number = 60 * MINUTE_MS;

/** No pause between two sends is longer; what is, is a deadline, and waits for {@link ManualTime.pass}. */
const LONGEST_PAUSE_MS = 30_000;

export interface ManualTime extends Runtime {
  /** Every pause that was made, in milliseconds. */
  readonly pauses: readonly number[];
  /** Deadlines that are still waited for. One that is left behind is a timer that keeps a process alive. */
  readonly waiting: number;
  /** Lets time pass, and meets the deadlines on the way. */
  pass(ms: number): void;
  /** Moves the clock, back too, without meeting a deadline: what a suspended machine or an adjusted clock does. */
  jump(to: number): void;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

export function manualTime(start: number = NINE): ManualTime {
  let now = start;
  const timers = new Set<Timer>();
  const pauses: number[] = [];
  const pass = (ms: number): void => {
    now += ms;
    for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= now && timers.delete(timer)) timer.fire();
    }
  };
  return {
    now: () => now,
    random: () => 0.5,
    pauses,
    get waiting() {
      return timers.size;
    },
    pass,
    jump: (to) => {
      now = to;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        if (ms <= LONGEST_PAUSE_MS) {
          pauses.push(ms);
          pass(ms);
          resolve();
          return;
        }
        const timer = { at: now + ms, fire: resolve };
        timers.add(timer);
        signal?.addEventListener('abort', () => {
          if (timers.delete(timer)) reject(signal.reason);
        });
      }),
  };
}
