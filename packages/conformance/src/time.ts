import type { Runtime } from '@disburse/core';
import type { FaultProxy } from './fault-proxy.ts';

/** A pause between two sends is never longer; whatever sleeps longer is a deadline. */
const LONGEST_PAUSE_MS = 30_000;
/** Turns of the event loop without activity after which everybody waits. */
const QUIET_TURNS = 8;
/** The same where only a deadline is left and nothing hangs: the program is more likely to be computing. */
const PATIENT_TURNS = 5_000;

interface Sleeper {
  readonly at: number;
  readonly isDeadline: boolean;
  readonly wake: () => void;
}

// Taken before any test replaces the global timers: the turns of the event loop are real.
const { setTimeout: realTimeout } = globalThis;
const realImmediate: ((run: () => void) => unknown) | undefined = globalThis.setImmediate;
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    if (realImmediate === undefined) realTimeout(resolve, 0);
    else realImmediate(resolve);
  });

/**
 * A runtime on the provider's clock. Time jumps to the next sleeper when everybody waits, so that no test does.
 *
 * A deadline passes only while a request hangs: a slow machine never meets one.
 */
export function createRuntime(clock: { now(): number; advance(ms: number): void | Promise<void> }, proxy: FaultProxy): Runtime {
  const sleepers = new Set<Sleeper>();
  let activity = 0;
  let watching = false;
  let drawn = 0;

  const watch = async (): Promise<void> => {
    let seen = -1;
    let quiet = 0;
    watching = true;
    try {
      while (sleepers.size > 0) {
        await turn();
        const now = activity + proxy.activity;
        quiet = now === seen ? quiet + 1 : 0;
        seen = now;
        const next = earliest(sleepers);
        if (next === undefined || quiet < patienceFor(next, proxy)) continue;
        await clock.advance(Math.max(0, next.at - clock.now()));
        next.wake();
        quiet = 0;
      }
    } finally {
      watching = false; // In the tick in which the last sleeper is found gone: nobody can lie down unnoticed.
    }
  };
  const sleep: Runtime['sleep'] = (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const leave = (): void => {
        activity += 1;
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(signal?.reason);
      };
      const wake = (): void => {
        leave();
        resolve();
      };
      const sleeper: Sleeper = { at: clock.now() + ms, isDeadline: ms > LONGEST_PAUSE_MS, wake };
      signal?.addEventListener('abort', abort, { once: true });
      sleepers.add(sleeper);
      activity += 1;
      if (!watching) watch().catch(reject);
    });
  // Never the same twice: keys of cancels and updates are made of it.
  const random = (): number => {
    drawn += 1;
    return (drawn * 0.618_033_988_749_895) % 1;
  };
  return { now: () => clock.now(), sleep, random };
}

function patienceFor(next: Sleeper, proxy: FaultProxy): number {
  if (proxy.hanging > 0) return QUIET_TURNS;
  if (proxy.busy > 0) return Number.POSITIVE_INFINITY;
  return next.isDeadline ? PATIENT_TURNS : QUIET_TURNS;
}

/** Who wakes first; of several at the same time, who lay down first. */
function earliest(sleepers: Iterable<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) if (Number.isFinite(sleeper.at) && (first === undefined || sleeper.at < first.at)) first = sleeper;
  return first;
}
