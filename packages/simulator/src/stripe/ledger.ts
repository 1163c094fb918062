import type { EventQueue } from '../event-queue.ts';
import type { Ids } from '../random.ts';
import { seconds } from './calendar.ts';
import type { LedgerRowType, SourceType, StripeLedgerRow } from './objects.ts';

/** A balance of one currency and source type. */
export interface Pot {
  readonly currency: string;
  readonly sourceType: SourceType;
  available: number;
  /** How much of it may leave by an instant payout. */
  instant: number;
}

/** A movement of money to write down. */
export interface Posting {
  readonly type: LedgerRowType;
  /** Positive when money comes in. */
  readonly amount: number;
  readonly currency: string;
  readonly sourceType: SourceType;
  readonly source: string;
  /** Whether the instant balance moves too. */
  readonly instant: boolean;
  readonly description: string | null;
  /** Unix seconds, default now. */
  readonly availableOn?: number | undefined;
}

/** The rows of one account. Rows are only ever added; the balances are their sums. */
export interface Ledger {
  /** Oldest first. */
  readonly rows: readonly StripeLedgerRow[];
  readonly pots: readonly Pot[];
  pot(currency: string, sourceType: SourceType): Pot;
  post(posting: Posting): StripeLedgerRow;
}

const REPORTING: Readonly<Record<LedgerRowType, string>> = {
  charge: 'charge',
  payout: 'payout',
  payout_cancel: 'payout_reversal',
  payout_failure: 'payout_reversal',
};

/** Creates an empty ledger. */
export function createLedger(ids: Ids, queue: EventQueue): Ledger {
  const rows: StripeLedgerRow[] = [];
  const pots = new Map<string, Pot>();
  const pot = (currency: string, sourceType: SourceType): Pot => {
    const name = `${currency} ${sourceType}`;
    const known = pots.get(name) ?? { currency, sourceType, available: 0, instant: 0 };
    pots.set(name, known);
    return known;
  };
  return {
    rows,
    get pots() {
      return [...pots.values()];
    },
    pot,
    post: (posting) => {
      const moved = pot(posting.currency, posting.sourceType);
      moved.available += posting.amount;
      if (posting.instant) moved.instant += posting.amount;
      const created = seconds(queue.now());
      const row: StripeLedgerRow = {
        id: ids('txn_'),
        object: 'balance_transaction',
        amount: posting.amount,
        available_on: posting.availableOn ?? created,
        balance_type: 'payments',
        created,
        currency: posting.currency,
        description: posting.description,
        exchange_rate: null,
        fee: 0,
        fee_details: [],
        net: posting.amount,
        reporting_category: REPORTING[posting.type],
        source: posting.source,
        status: 'available',
        type: posting.type,
      };
      rows.push(row);
      return row;
    },
  };
}

/** What may leave by an instant payout: never more than what is there. */
export function instantAvailable(pot: Pot): number {
  return Math.max(0, Math.min(pot.available, pot.instant));
}
