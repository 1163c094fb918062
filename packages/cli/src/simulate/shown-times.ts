/** A stretch of time, first to last, in milliseconds. */
export type Stretch = readonly [number, number];

/** Nobody who takes the time from a simulator waits longer than this between taking it and preparing a submission. */
const CLOCK_SLACK_MS = 5 * 60_000;

/** Which times a simulator has shown: what was prepared at any other was prepared by another clock. */
export interface ShownTimes {
  show(now: number): void;
  readonly stretches: readonly Stretch[];
}

export function createShownTimes(): ShownTimes {
  const stretches: Stretch[] = [];
  return {
    stretches,
    show: (now) => {
      const [from, to] = stretches.at(-1) ?? [now, now];
      if (now - to <= CLOCK_SLACK_MS) stretches.splice(-1, 1, [from, now]);
      else stretches.push([now, now]);
    },
  };
}

export function wasShown(stretches: readonly Stretch[], time: number): boolean {
  return stretches.some(([from, to]) => time >= from - CLOCK_SLACK_MS && time <= to + CLOCK_SLACK_MS);
}

/** Whether a program that keeps the real time sees about the same time. */
export const isRealTime = (simulated: number, real: number): boolean => Math.abs(simulated - real) <= 60_000;

/** What is said of a simulator whose time is not the real one. */
export const OTHER_TIME =
  'This is not the real time, and programs keep the real one. Use here only a program whose runtime follows this time: what another has open can be told falsely, and paid twice. disburse follows this time.';
