import { hasEnded, type Rail, type RailName } from './rails.ts';

/** A create on its way to a provider. */
export interface Flight {
  readonly rail: RailName;
  readonly reference: string;
  readonly key: string;
  readonly body: string;
  readonly machine: string;
  /** When the process let go of it. */
  readonly sentAt: number;
  /** Whether it may still be executed. */
  open: boolean;
}

/** A payout of ours that exists. One that failed or was canceled later counts: it was made. */
export interface Paid {
  readonly rail: Rail;
  readonly id: string;
  readonly reference: string;
  /** The request that made it. */
  readonly flight: Flight;
  readonly at: number;
  status: string;
  /** When it was first seen to have failed, been canceled or returned. */
  endedAt: number | null;
}

/** The truth of a run: what was sent, and what it made. */
export interface Ledger {
  readonly flights: readonly Flight[];
  readonly paid: readonly Paid[];
  /** How many reversals each payout has. */
  readonly reversals: ReadonlyMap<string, number>;
  /** Every payout of the world that is not ours. */
  readonly strangers: ReadonlySet<string>;
  depart(flight: Omit<Flight, 'open'>): Flight;
  /** Looks at the worlds; whoever is told here was made since the last look. */
  look(now: number): readonly Paid[];
}

export function newLedger(rails: readonly Rail[]): Ledger {
  const flights: Flight[] = [];
  const paid: Paid[] = [];
  const byId = new Map<string, Paid>();
  const reversals = new Map<string, number>();
  const strangers = new Set<string>();
  const known = new Set<string>();

  const claim = (rail: Rail, reference: string): Flight => {
    const flight = flights.find((one) => one.open && one.rail === rail.name && one.reference === reference);
    if (flight === undefined) throw new Error(`nobody sent what made a payout of ${reference}: a mistake of this simulation`);
    return flight;
  };
  const look = (now: number): readonly Paid[] => {
    const made: Paid[] = [];
    for (const rail of rails) {
      for (const { id, reference, status, reverses } of rail.seen()) {
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
        const one: Paid = { rail, id, reference, flight: claim(rail, reference), at: now, status, endedAt: null };
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
      const departed: Flight = { ...flight, open: true };
      flights.push(departed);
      return departed;
    },
    look,
  };
}
