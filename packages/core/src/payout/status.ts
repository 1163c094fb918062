/** Where a payout stands, in the same words for every provider. */
export type PayoutStatus = 'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled' | 'returned' | 'unrecognized';

/** `open`: still moving. `provisional`: success is reported and can still turn. `final`: never changes again. */
export type Finality = 'open' | 'provisional' | 'final';

const FINALITY: Readonly<Record<PayoutStatus, Finality>> = {
  pending: 'open',
  in_transit: 'open',
  unrecognized: 'open', // A word we have not seen: keep asking, never conclude.
  paid: 'provisional', // Money comes back: paid -> failed and paid -> returned are legal.
  failed: 'final',
  canceled: 'final',
  returned: 'final',
};

/**
 * Whether a status can still change.
 *
 * @returns `'provisional'` for `paid`: no provider ever makes a payout certain.
 */
export function finalityOf(status: PayoutStatus): Finality {
  return FINALITY[status];
}

/** A table from one provider's words to ours. */
export interface StatusTable {
  /** The rows as they were given: what documentation and tests are generated from. */
  readonly rows: Readonly<Record<string, PayoutStatus>>;
  /** A word that is not in the table reads as `unrecognized`; never a guess, never a throw. */
  read(raw: string): PayoutStatus;
}

/** Declares the words of a provider. Keep the source (URL, date) in a comment beside the table. */
export function defineStatusTable(rows: Readonly<Record<string, PayoutStatus>>): StatusTable {
  return { rows, read: (raw) => (Object.hasOwn(rows, raw) ? rows[raw] : undefined) ?? 'unrecognized' };
}
