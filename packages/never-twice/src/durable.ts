import { parseSubmission, type Settled, type Submission, type SubmissionStore } from '@disburse/core';
import type { Dice } from './dice.ts';
import type { Await, Machine } from './machine.ts';
import type { Trace } from './trace.ts';

interface Row {
  readonly json: string;
  settled: string | null;
  shared: boolean;
}

/** The application's own table, which outlives its processes. Everything in it went through JSON. */
export interface Durable {
  readonly rows: Map<string, Row>;
}

export const durable = (): Durable => ({ rows: new Map() });

type Place = Pick<Submission, 'namespace' | 'reference' | 'attempt'>;
const placeOf = ({ namespace, reference, attempt }: Place): string => JSON.stringify([namespace, reference, attempt]);

/** The table as one process sees it: every call is slow, may fail before or after its work, and the process may end at it. */
export function storeOf(
  table: Durable,
  machine: Machine,
  dice: Dice,
  trace: Trace,
  weather: { readonly storeTrouble: number },
): SubmissionStore {
  const call = async <T>(what: Await, work: () => T): Promise<T> => {
    await machine.gate(what, Promise.resolve());
    if (dice.chance(weather.storeTrouble)) return fail(`${what} fails before its work`);
    const result = work();
    if (dice.chance(weather.storeTrouble)) return fail(`${what} fails after its work`);
    return machine.gate(what, Promise.resolve(result));
  };
  const fail = (how: string): never => {
    trace(machine.name, how);
    throw new Error('the database is away');
  };
  const told = (row: Row) => ({
    submission: parseSubmission(row.json),
    settled: row.settled === null ? null : (JSON.parse(row.settled) as Settled),
    shared: row.shared,
  });
  return {
    keep: (submission) =>
      call('store.keep', () => {
        const row = table.rows.get(placeOf(submission));
        if (row !== undefined) {
          row.shared = true; // Before it is answered: whoever stored it must be able to see it.
          return told(row);
        }
        table.rows.set(placeOf(submission), { json: JSON.stringify(submission), settled: null, shared: false });
        return { submission, settled: null, shared: false };
      }),
    settle: (submission, settled) =>
      call('store.settle', () => {
        const row = table.rows.get(placeOf(submission)) ?? { json: JSON.stringify(submission), settled: null, shared: false };
        table.rows.set(placeOf(submission), row);
        const paid = row.settled !== null && 'payoutId' in (JSON.parse(row.settled) as object);
        if (row.settled === null || (!paid && 'payoutId' in settled)) row.settled = JSON.stringify(settled);
      }),
    find: (place) =>
      call('store.find', () => {
        const row = table.rows.get(placeOf(place));
        return row === undefined ? null : told(row);
      }),
  };
}
