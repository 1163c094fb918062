// Time that nobody waits for: pauses are over at once, deadlines only when a test says so. A busy machine meets none.
import type { Runtime } from '@disburse/core';

/** No pause between two sends is longer; what is, is a deadline. */
const LONGEST_PAUSE_MS = 30_000;

export interface PatientTime extends Runtime {
  readonly now: () => number;
  /** Every deadline that is waited for is over now. */
  readonly meetDeadlines: () => void;
}

export function patientTime(start: number): PatientTime {
  let now = start;
  const deadlines = new Set<() => void>();
  return {
    now: () => now,
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (ms <= LONGEST_PAUSE_MS) {
          now += ms;
          resolve();
          return;
        }
        deadlines.add(resolve);
        signal?.addEventListener('abort', () => {
          deadlines.delete(resolve);
          reject(signal.reason);
        });
      }),
    meetDeadlines: () => {
      for (const over of deadlines) over();
      deadlines.clear();
    },
  };
}
