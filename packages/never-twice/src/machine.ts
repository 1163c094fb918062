import type { Runtime } from '@disburse/core';
import type { Dice } from './dice.ts';
import type { Trace } from './trace.ts';
import type { TrueTime } from './time.ts';

/** What a process waits for. */
export type Await = 'store.keep' | 'store.find' | 'store.resolve' | 'store.refuse' | 'POST' | 'GET' | 'DELETE' | 'timer';

/** What happens to a process at the n-th of its awaits of one kind. */
export type Mishap = { readonly at: Await; readonly nth: number } & (
  | { readonly is: 'crash' }
  | { readonly is: 'freeze'; readonly forMs: number }
);

/**
 * One process of the application. Core tells processes apart by their `runtime` object.
 *
 * It crashes: what it waits for never comes, and what it has sent may still arrive. It freezes (a suspended machine, a long
 * pause): everything that came meanwhile comes at once when it wakes, in any order.
 */
export interface Machine {
  readonly name: string;
  readonly runtime: Runtime;
  readonly alive: boolean;
  /** Everything that comes into this process from outside comes through here. */
  gate<T>(what: Await, value: Promise<T>): Promise<T>;
  crash(): void;
  freeze(forMs: number): void;
}

export interface MachineOptions {
  readonly name: string;
  /** How far its clock is ahead of true time, in milliseconds; negative: behind. */
  readonly skewMs: number;
  readonly mishaps: readonly Mishap[];
}

export function machine({ name, skewMs, mishaps }: MachineOptions, time: TrueTime, dice: Dice, trace: Trace): Machine {
  let state: 'running' | 'frozen' | 'dead' = 'running';
  const awaits = new Map<Await, number>();
  let waiting: (() => void)[] = [];

  const crash = (): void => {
    if (state === 'dead') return;
    trace(name, 'crashes');
    state = 'dead';
    waiting = [];
  };
  const freeze = (forMs: number): void => {
    if (state !== 'running') return;
    trace(name, `is suspended for ${Math.round(forMs / 1000)} s`);
    state = 'frozen';
    time.at(time.now() + forMs, wake);
  };
  const wake = (): void => {
    if (state !== 'frozen') return;
    trace(name, 'wakes');
    state = 'running';
    const came = waiting;
    waiting = [];
    while (came.length > 0) go(came.splice(dice.between(0, came.length - 1), 1)[0] ?? (() => undefined));
  };
  const pass = (what: Await, run: () => void): void => {
    const nth = (awaits.get(what) ?? 0) + 1;
    awaits.set(what, nth);
    const mishap = mishaps.find((one) => one.at === what && one.nth === nth);
    if (mishap !== undefined && state === 'running') trace(name, `at its ${what} number ${nth}:`);
    if (mishap?.is === 'crash') crash();
    if (mishap?.is === 'freeze') freeze(mishap.forMs);
    go(run);
  };
  const go = (run: () => void): void => {
    if (state === 'running') run();
    else if (state === 'frozen') waiting.push(run);
  };
  return {
    name,
    get alive() {
      return state !== 'dead';
    },
    crash,
    freeze,
    gate: (what, value) =>
      new Promise((resolve, reject) => {
        value.then(
          (came) => pass(what, () => resolve(came)),
          (error: unknown) => pass(what, () => reject(error)),
        );
      }),
    runtime: {
      now: () => time.now() + skewMs,
      random: () => dice.next(),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted === true) return reject(signal.reason);
          const cancel = time.at(time.now() + ms, () =>
            pass('timer', () => {
              signal?.removeEventListener('abort', onAbort);
              resolve();
            }),
          );
          const onAbort = (): void => {
            cancel();
            reject(signal?.reason);
          };
          signal?.addEventListener('abort', onAbort, { once: true });
        }),
    },
  };
}
