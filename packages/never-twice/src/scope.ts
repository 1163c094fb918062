import type { Paid } from './ledger.ts';
import { DAY_MS, MINUTE_MS } from './time.ts';

/**
 * What the rules do not protect, and the sentence that tells the user so. A run in which it happens is counted under its name,
 * never dropped. `scope.test.ts` holds the sentences to the files.
 */
export const OUT_OF_SCOPE = {
  'forgotten key': {
    says: 'A job that runs again after that can pay again.',
    in: 'README.md',
  },
  'another process': {
    says: "After a restart, or in a second process, only the provider's key protects a reference.",
    in: 'README.md',
  },
} as const satisfies Record<string, { readonly says: string; readonly in: string }>;

export type Excuse = keyof typeof OUT_OF_SCOPE;

/** What is known about a run that decides what it is protected from. */
export interface Protection {
  /** Whether all processes share a store that outlives them. */
  readonly durable: boolean;
  /** The processes that prepared a submission of a reference themselves. */
  readonly preparers: ReadonlyMap<string, ReadonlySet<string>>;
  /** Those, and the processes that were handed one. */
  readonly holders: ReadonlyMap<string, ReadonlySet<string>>;
  readonly listLagMs: number;
  /** Whether the store always answers in time; one that fails cannot say what it knows. */
  readonly storeAnswers: boolean;
  /** Which attempt of its reference a key belongs to. */
  readonly attemptOf: (key: string) => number;
  /** When it was sent first, by anybody. */
  readonly firstUse: (key: string) => number;
}

/** What a process's second set of providers is called, whose store is its own memory. */
export const besideOf = (process: string): string => `${process} beside`;
/** Whether these all used the store that they have in common. */
const shareStore = (...names: readonly string[]): boolean => names.every((name) => !name.endsWith(' beside'));

/** How far back a later attempt is looked for (docs/safety.md): 35 days, less one for clocks and late arrivals. */
const LOOKS_BACK_MS = 34 * DAY_MS;

/** Why two payouts of one reference are not protected; `null` when they are. */
export function excuseForTwo(first: Paid, second: Paid, { durable, preparers, listLagMs, attemptOf, firstUse }: Protection): Excuse | null {
  // With a store one reference is one payout, whatever happens.
  if (durable && shareStore(first.flight.machine, second.flight.machine)) return null;
  // One submission is one payout without any store; only another process's own preparation gives a key a new age.
  const preparedTwice = (preparers.get(first.reference)?.size ?? 0) > 1;
  if (preparedTwice && second.at - firstUse(second.flight.key) >= second.rail.leaseMs) return 'forgotten key';
  if (first.flight.machine === second.flight.machine && first.rail === second.rail) return null;
  if (first.rail !== second.rail) return 'another process';
  if (attemptOf(first.flight.key) === attemptOf(second.flight.key)) return null; // One attempt has one key, wherever it is made.
  // A later attempt looks for the earlier keys first, where payouts carry them and the list shows them already.
  const looksForIt = attemptOf(second.flight.key) > attemptOf(first.flight.key);
  const isRecent = second.flight.sentAt - first.at < LOOKS_BACK_MS;
  const sameList = first.source === second.source;
  const couldBeSeen = looksForIt && isRecent && sameList && second.rail.findable && first.at + listLagMs < second.flight.sentAt - MINUTE_MS;
  return couldBeSeen ? null : 'another process';
}

/** Why a `rejected` that this process was told may be wrong, where `maker` made the payout; `null` when it may not. */
export function excuseForRejected(
  by: string,
  maker: string,
  reference: string,
  { durable, preparers, holders }: Protection,
): Excuse | null {
  if (durable && shareStore(by, maker)) return null;
  const prepared = preparers.get(reference) ?? new Set();
  // Another process's own preparation is another submission with the same key.
  if (prepared.size > 1) return 'another process';
  // Freshness is what one process knows of itself (R7): that it handed its submission on, only a store can tell it.
  return prepared.has(by) && (holders.get(reference)?.size ?? 0) > 1 ? 'another process' : null;
}
