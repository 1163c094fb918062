import {
  type StoredSubmission,
  parseSubmission,
  type RecordedRefusal,
  type Resolution,
  type Submission,
  type SubmissionStore,
} from '@disburse/core';
import type { Dice } from './dice.ts';
import type { Await, Machine } from './machine.ts';
import type { Trace } from './trace.ts';

/** Who may be sending a submission, and how it ended. `held`: one call, and nobody else; `refused`: nobody, and every send was refused. */
type State = 'held' | 'shared' | 'refused' | 'rejected' | 'accepted';

interface Row {
  readonly json: string;
  readonly mark: string;
  state: State;
  /** The random word of the call that holds it; empty where nobody does. */
  hold: string;
  /** Whether it was answered to another call than the one that holds it. */
  handed: boolean;
  /** How it ended, or why it was refused: a `Settled` or a `RecordedRefusal`. */
  resolution: string | null;
}

/** The application's own table, which outlives its processes. Everything in it went through JSON. */
export interface Durable {
  readonly rows: Map<string, Row>;
  /** Whether it can record a refusal of its only holder, and list what is open. */
  readonly refuses: boolean;
}

export const durable = (refuses = false): Durable => ({ rows: new Map(), refuses });

type Place = Pick<Submission, 'namespace' | 'reference' | 'attempt'>;
const placeOf = ({ namespace, reference, attempt }: Place): string => JSON.stringify([namespace, reference, attempt]);

function told(row: Row): StoredSubmission {
  const { state, resolution, handed } = row;
  return {
    submission: parseSubmission(row.json),
    resolution: resolution === null || !['accepted', 'rejected'].includes(state) ? null : (JSON.parse(resolution) as Resolution),
    refused: resolution === null || state !== 'refused' ? null : (JSON.parse(resolution) as RecordedRefusal),
    shared: handed,
  };
}

// ---- The statements: each is one atomic step -------------------------------------------------------------------------

function keep(table: Durable, submission: Submission, hold: string): StoredSubmission {
  const { rows } = table;
  const [json, mark] = [JSON.stringify(submission), submission.fingerprint];
  const row = rows.get(placeOf(submission));
  if (row === undefined) {
    rows.set(placeOf(submission), { json, mark, state: hold === '' ? 'shared' : 'held', hold, handed: false, resolution: null });
    return { submission, resolution: null, shared: false };
  }
  const isOwn = hold !== '' && row.state === 'held' && row.hold === hold;
  if (isOwn) return row.json === json ? { submission, resolution: null, shared: false } : { ...told(row), alone: true };
  if (row.state === 'refused' && hold !== '' && row.mark === mark) {
    Object.assign(row, { state: 'held', hold, handed: false, resolution: null } satisfies Partial<Row>);
    return { ...told(row), alone: true };
  }
  if (row.state === 'held' || row.state === 'refused')
    Object.assign(row, { state: 'shared', hold: '', resolution: null } satisfies Partial<Row>);
  row.handed = true; // Before it is answered: whoever stored it must be able to see it.
  return told(row);
}

function refuse({ rows }: Durable, submission: Submission, hold: string, refusal: RecordedRefusal): boolean {
  const row = rows.get(placeOf(submission));
  const to: State = refusal.retry === 'same_attempt' ? 'refused' : 'rejected';
  if (row === undefined || hold === '' || row.hold !== hold || !(row.state === 'held' || row.state === to)) return false;
  row.state = to;
  row.resolution = JSON.stringify(refusal);
  return true;
}

function resolve({ rows }: Durable, submission: Submission, resolution: Resolution): void {
  const kept: Row = {
    json: JSON.stringify(submission),
    mark: submission.fingerprint,
    state: 'shared',
    hold: '',
    handed: false,
    resolution: null,
  };
  const row = rows.get(placeOf(submission)) ?? kept;
  rows.set(placeOf(submission), row);
  const isPaid = 'payoutId' in resolution;
  if (row.state === 'accepted' || (row.state === 'rejected' && !isPaid)) return;
  row.state = isPaid ? 'accepted' : 'rejected';
  row.resolution = JSON.stringify(resolution);
}

const isOpen = ({ state }: Row): boolean => state !== 'accepted' && state !== 'rejected';

async function* listOpen({ rows }: Durable): AsyncGenerator<StoredSubmission> {
  for (const row of rows.values()) if (isOpen(row)) yield told(row);
}

/** The table as somebody sees it whom nothing can happen to. */
export function openTable(table: Durable): SubmissionStore {
  const store: SubmissionStore = {
    putIfAbsent: async (submission, hold = '') => keep(table, submission, table.refuses ? hold : ''),
    setResolution: async (submission, resolution) => resolve(table, submission, resolution),
    find: async (place) => {
      const row = table.rows.get(placeOf(place));
      return row === undefined ? null : told(row);
    },
  };
  if (!table.refuses) return store;
  return {
    ...store,
    refuse: async (submission, hold, refusal) => refuse(table, submission, hold, refusal),
    open: () => listOpen(table),
  };
}

/** How the table behaves. */
export interface StoreWeather {
  /** How often a call fails. */
  readonly storeTrouble: number;
  /** Whether it works, and fails whenever something is to be noted: an ending, a refusal, a hold. */
  readonly isDeaf: boolean;
}

/** What core writes beside a submission that the provider holds; its reference has a space, as nobody's can. */
const isNote = ({ reference }: Place): boolean => reference.includes(' ');

/** The table as one process sees it: every call is slow, may fail before or after its work, and the process may end at it. */
export function storeOf(table: Durable, machine: Machine, dice: Dice, trace: Trace, weather: StoreWeather): SubmissionStore {
  const open = openTable(table);
  const call = async <T>(what: Await, work: () => Promise<T>, notes = false): Promise<T> => {
    await machine.gate(what, Promise.resolve());
    if (notes && weather.isDeaf) return fail(`${what} notes nothing`);
    if (dice.chance(weather.storeTrouble)) return fail(`${what} fails before its work`);
    const result = await work();
    if (dice.chance(weather.storeTrouble)) return fail(`${what} fails after its work`);
    return machine.gate(what, Promise.resolve(result));
  };
  const fail = (how: string): never => {
    trace(machine.name, how);
    throw new Error('the database is away');
  };
  const common: SubmissionStore = {
    putIfAbsent: (submission, hold) => call('store.keep', () => open.putIfAbsent(submission, hold), isNote(submission)),
    setResolution: (submission, resolution) => call('store.resolve', () => open.setResolution(submission, resolution), true),
    find: (place) => call('store.find', () => open.find(place)),
  };
  if (!table.refuses) return common;
  return {
    ...common,
    refuse: (submission, hold, refusal) => call('store.refuse', async () => refuse(table, submission, hold, refusal), true),
    open: () => listOpen(table),
  };
}
