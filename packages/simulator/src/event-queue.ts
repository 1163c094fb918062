import type { VirtualClock } from './clock.ts';

/** Virtual time and future of one world. */
export interface EventQueue {
  /** The time at which the world is living: the clock's, or that of the queue item under way. */
  now(): number;
  /** Does this when the world reaches that time. The answer takes it back. */
  later(at: number, run: () => void): () => void;
  /** When something is to be done next. */
  next(): number | undefined;
  /** Does all that is due. */
  settle(): void;
}

/** Creates the queue of one world; it moves when the clock moves. */
export function createEventQueue(clock: VirtualClock): EventQueue {
  const items: Item[] = [];
  let living: number | null = null;
  const settle = (): void => {
    if (living !== null) return;
    for (;;) {
      const item = items[0];
      if (item === undefined || item.at > clock.now()) return;
      items.shift();
      living = item.at;
      try {
        item.run();
      } finally {
        living = null;
      }
    }
  };
  clock.onAdvance(settle);
  return {
    now: () => living ?? clock.now(),
    later: (at, run) => {
      const item = { at, run };
      items.splice(firstAfter(items, at), 0, item);
      return () => {
        const index = items.indexOf(item);
        if (index >= 0) items.splice(index, 1);
      };
    },
    next: () => items[0]?.at,
    settle,
  };
}

interface Item {
  readonly at: number;
  readonly run: () => void;
}

/** Where something due `at` belongs: behind everything that is due by then. */
function firstAfter(items: readonly Item[], at: number): number {
  let low = 0;
  for (let high = items.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((items[middle]?.at ?? at) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
