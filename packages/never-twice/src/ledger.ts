import type { Submission } from '@disburse/core';
import { hasEnded, type Rail, type RailName } from './rails.ts';
import { MINUTE_MS } from './time.ts';

/** A create on its way to a provider. */
export interface Flight {
  readonly rail: RailName;
  readonly reference: string;
  readonly key: string;
  readonly body: string;
  readonly machine: string;
  /** When the process let go of it, and the place of that among everything that happened. */
  readonly sentAt: number;
  readonly order: number;
  /** Whether the provider has it and has not answered yet. */
  there: boolean;
  /** What came back, if anything did. */
  answer: { readonly status: number; readonly marked: boolean } | null;
}

/** A payout of ours that exists. One that failed or was canceled later counts: it was made. */
export interface Paid {
  readonly rail: Rail;
  readonly id: string;
  readonly reference: string;
  /** The request that made it. */
  readonly flight: Flight;
  readonly source: string | null;
  readonly at: number;
  status: string;
  /** When it was first seen to have failed, been canceled or returned. */
  endedAt: number | null;
}

/** Whether a payout was made by this very submission: not by one that another process prepared for the same key before. */
export function isOf({ flight, rail }: Paid, { key, name, request, preparedAt }: Submission): boolean {
  const since = Date.parse(preparedAt) - 5 * MINUTE_MS; // By whatever clock.
  return flight.key === key && rail.name === name && flight.body === request.body && flight.sentAt >= since;
}

/** The truth of a run: what was sent, and what it made. */
export interface Ledger {
  readonly flights: readonly Flight[];
  readonly paid: readonly Paid[];
  /** How many reversals each payout has. */
  readonly reversals: ReadonlyMap<string, number>;
  /** Every payout of the world that is not ours. */
  readonly strangers: ReadonlySet<string>;
  depart(flight: Omit<Flight, 'there' | 'order' | 'answer'>): Flight;
  /** Whether a provider has a create that it has not answered yet. */
  isBusy(): boolean;
  /** The place of now among everything that happened: many things happen in one millisecond. */
  order(): number;
  /** Looks at the worlds, when a request has just been answered or time has moved: what was made since the last look. */
  look(now: number, landing?: Flight | null): readonly Paid[];
}

export function newLedger(rails: readonly Rail[]): Ledger {
  const flights: Flight[] = [];
  const paid: Paid[] = [];
  const byId = new Map<string, Paid>();
  const reversals = new Map<string, number>();
  const strangers = new Set<string>();
  const known = new Set<string>();

  let events = 0;
  const order = (): number => (events += 1);

  const claim = (rail: Rail, reference: string, id: string, landing: Flight | null): Flight => {
    const key = rail.keyOf(id);
    const fits = (one: Flight): boolean => one.rail === rail.name && one.reference === reference && (key === null || one.key === key);
    const flight = landing !== null && fits(landing) ? landing : flights.find((one) => one.there && fits(one));
    if (flight === undefined) throw new Error(`nobody sent what made a payout of ${reference}: a mistake of this simulation`);
    return flight;
  };
  const look: Ledger['look'] = (now, landing = null) => {
    const made: Paid[] = [];
    for (const rail of rails) {
      for (const { id, reference, status, reverses, source } of rail.seen()) {
        const old = byId.get(id);
        if (old !== undefined) {
          old.status = status;
          if (old.endedAt === null && hasEnded(status)) old.endedAt = now;
        }
        if (known.has(id)) continue;
        known.add(id);
        if (reverses !== null) reversals.set(reverses, (reversals.get(reverses) ?? 0) + 1);
        if (reference === null) {
          strangers.add(id);
          continue;
        }
        const one: Paid = { rail, id, reference, source, flight: claim(rail, reference, id, landing), at: now, status, endedAt: null };
        byId.set(id, one);
        paid.push(one);
        made.push(one);
      }
    }
    return made;
  };
  return {
    flights,
    paid,
    reversals,
    strangers,
    depart: (flight) => {
      const departed: Flight = { ...flight, order: order(), there: false, answer: null };
      flights.push(departed);
      return departed;
    },
    look,
    isBusy: () => flights.some(({ there }) => there),
    order,
  };
}
