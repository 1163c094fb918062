import type { Runtime } from '@disburse/core';

/** A clock that can be moved, such as a simulated world's. */
interface MovingClock {
  now(): number;
  advance(ms: number): Promise<void>;
}

/** The longest pause between two sends; what is longer is a deadline. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Time that moves by the pauses of the library and by nothing else: a busy machine never meets a deadline, and no test waits.
 *
 * @param clock Default one of its own.
 */
export function patientRuntime(clock: MovingClock = ownClock()): Runtime {
  let drawn = 0;
  return {
    now: () => clock.now(),
    // Never the same twice: keys of cancels and updates are made of it.
    random: () => {
      drawn += 1;
      return (drawn * 0.618_033_988_749_895) % 1;
    },
    sleep: (ms, signal) => (ms > LONGEST_PAUSE_MS ? untilAborted(signal) : clock.advance(ms)),
  };
}

function ownClock(): MovingClock {
  let now = Date.parse('2026-11-23T09:00:00Z');
  return {
    now: () => now,
    advance: async (ms) => {
      now += ms;
    },
  };
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted === true) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
