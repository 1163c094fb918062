// What a worker and the one who kills it say to each other: lines of JSON.

export const ADAPTERS = ['stripe', 'stripe-treasury', 'balance'] as const;
export type KilledAdapter = (typeof ADAPTERS)[number];

/** How a worker reaches the bank, and where it keeps what it sends. */
export interface Job {
  readonly adapter: KilledAdapter;
  readonly url: string;
  readonly secret: string;
  /** What else the adapter has to know: the financial account and the customer, or the balance. */
  readonly source: readonly string[];
  readonly folder: string;
  readonly seed: number;
}

/** What a worker is to pay now. It begins at once, in an order of its own. */
export interface Batch {
  readonly references: readonly string[];
}

/** One outcome, as soon as it was told. Times are microseconds of the clock that all processes of a machine share. */
export interface Told {
  readonly reference: string;
  /** The attempt that was asked for; `null` where none was named. */
  readonly asked: number | null;
  readonly askedAt: number;
  readonly toldAt: number;
  /** When the last step before a rejection began, where the store has one that decides. */
  readonly provedAt: number | null;
  readonly outcome: 'accepted' | 'rejected' | 'unknown';
  readonly retry: string | null;
  /** Of the submission that it is about. */
  readonly attempt: number | null;
  readonly id: string | null;
  readonly code: string | null;
}

/** Said once a worker is about to pay: from here on its life is work. */
export const AT_WORK = 'at work';

export const micros = (): number => Number(process.hrtime.bigint() / 1000n);

/** The amount of every reference, and what a body carries of it. */
export const AMOUNT = '10.00';
export const referenceOf = (index: number): string => `kill-${String(index).padStart(5, '0')}`;
export const referenceIn = (text: string): string | null => /kill-\d{5}/.exec(text)?.[0] ?? null;
