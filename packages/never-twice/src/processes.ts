import { type AnyPayoutProvider, createPayoutRegistry, memorySubmissions, type PayoutRegistry, type SubmissionStore } from '@disburse/core';
import type { Dice } from './dice.ts';
import { type Durable, storeOf } from './durable.ts';
import { type Await, type Machine, machine, type Mishap } from './machine.ts';
import { fetchOf, type Line } from './network.ts';
import type { Rail } from './rails.ts';
import { besideOf } from './scope.ts';
import { SWITCHES } from './switches.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts';

/** The application, running somewhere: its providers as they are configured when it starts. */
export interface Process {
  readonly machine: Machine;
  readonly registry: Registry;
  /** The same accounts in the same process once more, with a store of their own in its memory. */
  readonly beside: Registry;
}

type Registry = PayoutRegistry<Record<string, AnyPayoutProvider>>;

/** What all processes of a run have in common, and what may change from one to the next. */
export interface Deployment {
  readonly line: Line;
  readonly rails: readonly Rail[];
  /** `null`: every process has only its memory. */
  readonly store: Durable | null;
  /** How often a call of the store fails. */
  storeTrouble: number;
  /** Clocks are at most so far from true time: two of them at most five minutes apart, as core declares (`CLOCK_SKEW_MS`). */
  readonly mostSkewMs: number;
  /** Whether the store works, and fails whenever something is to be noted. */
  isDeaf: boolean;
  /** How likely a process crashes, or is suspended, at one of its awaits. */
  mishapRate: number;
  /** The default rail of processes that start now. */
  byDefault: Rail;
  started: number;
}

/** Starts a process with today's settings and secrets. */
export function start(deployment: Deployment): Process {
  const { line, rails, store, mostSkewMs } = deployment;
  const { dice, time, trace } = line;
  deployment.started += 1;
  const skewMs = dice.weighted([
    [2, 0],
    [2, dice.between(-mostSkewMs, mostSkewMs)],
    [1, mostSkewMs],
    [1, -mostSkewMs],
  ]);
  const started = machine({ name: `process ${deployment.started}`, skewMs, mishaps: mishapsOf(deployment) }, time, dice, trace);
  trace(started.name, () => `starts; its clock is ${skewMs / 1000} s ahead; default ${deployment.byDefault.name}`);
  const submissions = store === null ? undefined : storeOf(store, started, dice, trace, deployment);
  const { runtime } = started;
  const registryOver = (store: SubmissionStore | undefined, name: string): Registry => {
    const connected = rails.map((rail) => [
      rail.name,
      rail.connect({ runtime, fetch: fetchOf(line, started, rail, name), submissions: store }),
    ]);
    return createPayoutRegistry(Object.fromEntries(connected) as Record<string, AnyPayoutProvider>, { default: deployment.byDefault.name });
  };
  return {
    machine: started,
    registry: registryOver(submissions, started.name),
    beside: registryOver(memorySubmissions(), besideOf(started.name)),
  };
}

/** Where a process may end or stand still, and up to which time it waits there. */
const AWAITS: readonly (readonly [weight: number, at: readonly [Await, last: number]])[] = [
  [4, ['POST', 3]],
  [2, ['store.keep', 3]],
  [2, ['store.find', 14]],
  [2, ['store.resolve', 2]],
  ...(SWITCHES.refuse ? ([[2, ['store.refuse', 2]]] as const) : []),
  [2, ['timer', 3]],
  [2, ['GET', 2]],
];

function mishapsOf({ line: { dice }, mishapRate }: Deployment): readonly Mishap[] {
  const where = (): { readonly at: Await; readonly nth: number } => {
    const [at, last] = dice.weighted(AWAITS);
    return { at, nth: dice.between(1, last) };
  };
  const crash: readonly Mishap[] = dice.chance(mishapRate) ? [{ ...where(), is: 'crash' }] : [];
  const freeze: readonly Mishap[] = dice.chance(mishapRate) ? [{ ...where(), is: 'freeze', forMs: pauseOf(dice) }] : [];
  return [...freeze, ...crash];
}

/** Minutes to days. */
function pauseOf(dice: Dice): number {
  return dice.weighted([
    [2, dice.between(10, 120) * SECOND_MS],
    [2, dice.between(2, 30) * MINUTE_MS],
    [2, HOUR_MS + dice.between(-25, 25) * MINUTE_MS],
    [2, DAY_MS + dice.between(-25, 25) * MINUTE_MS],
    [1, 3 * DAY_MS],
  ]);
}
