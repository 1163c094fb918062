import { PayoutError } from '../errors.ts';
import type { Payout, PayoutFailure } from './payout.ts';
import type { PayoutStatus } from './status.ts';

/**
 * What an observation means for the known payout.
 *
 * - `advanced`: it moved on, or is seen for the first time.
 * - `reversed`: it was `paid`, and the money came back. It is answered once; undo what you did for `paid`.
 * - `unchanged`: the same status, maybe with newer details.
 * - `stale`: an older state that arrived late; nothing changes.
 * - `anomaly`: a transition that no provider documents. The known payout stays, and a person should look.
 */
export type SnapshotResult = 'advanced' | 'reversed' | 'unchanged' | 'stale' | 'anomaly';

/** What {@link applySnapshot} says. */
export interface AppliedSnapshot {
  readonly result: SnapshotResult;
  /** The payout to store from now on. */
  readonly payout: Payout;
  /** The status before; `null` the first time. */
  readonly from: PayoutStatus | null;
  /** The status that was observed, also where it changes nothing. */
  readonly observed: PayoutStatus;
  /** What differs between `payout` and what was known; empty for `stale` and `anomaly`. `raw` is not compared. */
  readonly changed: readonly (keyof Payout)[];
}

/**
 * The transition table: known status, observed status, result. The status moves on `advanced` and `reversed` only.
 *
 * Steps may be skipped, because a caller that polls sees only some. A final status never moves. Only money that comes back leaves
 * `paid`: an unrecognized word must not hide that the money was reported as paid.
 */
export const STATUS_TRANSITIONS: Readonly<Record<PayoutStatus, Readonly<Record<PayoutStatus, SnapshotResult>>>> = {
  unrecognized: {
    unrecognized: 'unchanged',
    pending: 'advanced',
    in_transit: 'advanced',
    paid: 'advanced',
    failed: 'advanced',
    canceled: 'advanced',
    returned: 'advanced',
  },
  pending: {
    unrecognized: 'advanced', // Nobody knows where the payout stands.
    pending: 'unchanged',
    in_transit: 'advanced',
    paid: 'advanced',
    failed: 'advanced',
    canceled: 'advanced',
    returned: 'advanced',
  },
  in_transit: {
    unrecognized: 'advanced',
    pending: 'stale',
    in_transit: 'unchanged',
    paid: 'advanced',
    failed: 'advanced',
    canceled: 'advanced',
    returned: 'advanced',
  },
  paid: {
    unrecognized: 'anomaly',
    pending: 'stale',
    in_transit: 'stale',
    paid: 'unchanged',
    failed: 'reversed',
    canceled: 'reversed', // No provider documents it, but the money is not where it was said to be.
    returned: 'reversed',
  },
  failed: {
    unrecognized: 'anomaly',
    pending: 'stale',
    in_transit: 'stale',
    paid: 'stale',
    failed: 'unchanged',
    canceled: 'anomaly',
    returned: 'anomaly',
  },
  canceled: {
    unrecognized: 'anomaly',
    pending: 'stale',
    in_transit: 'stale',
    paid: 'anomaly', // A payout is never paid before it is canceled, so this is no late event.
    failed: 'anomaly',
    canceled: 'unchanged',
    returned: 'anomaly',
  },
  returned: {
    unrecognized: 'anomaly',
    pending: 'stale',
    in_transit: 'stale',
    paid: 'stale',
    failed: 'anomaly',
    canceled: 'anomaly',
    returned: 'unchanged',
  },
};

/**
 * Applies an observation (an event's snapshot, an answer to a read) to what is known. Events in any order, twice or never, end
 * in the same state once the last one, or a read, has been applied.
 *
 * Pure. Read, observe and keep inside one transaction of yours, or two events at once can both report the reversal.
 *
 * @param known What was kept; `null` the first time.
 * @throws {PayoutError} `invalid_request` for an observation of another payout.
 * @example
 * const { result, payout } = observe(await load(event.payoutId), event.payout);
 * if (result === 'reversed') await creditBack(payout);
 * await save(payout);
 */
export function applySnapshot(known: Payout | null, observation: Payout): AppliedSnapshot {
  const observed = knownStatus(observation);
  if (known === null) return { result: 'advanced', payout: observation, from: null, observed, changed: ['status'] };
  assertSamePayout(known, observation);
  const from = knownStatus(known);
  const result = STATUS_TRANSITIONS[from][observed];
  if (result === 'stale' || result === 'anomaly') return { result, payout: known, from, observed, changed: [] };
  const payout = merged(known, observation);
  return { result, payout, from, observed, changed: changesOf(known, payout) };
}

function knownStatus({ id, name, status }: Payout): PayoutStatus {
  if (Object.hasOwn(STATUS_TRANSITIONS, status)) return status;
  throw new PayoutError('invalid_request', `the payout ${id} has a status that is none of ours.`, { provider: name });
}

function assertSamePayout(known: Payout, observation: Payout): void {
  const different = (['id', 'provider', 'name'] as const).filter((field) => known[field] !== observation[field]);
  if (different.length === 0) return;
  const message = `an observation of ${observation.id} (${observation.name}) says nothing about ${known.id} (${known.name}).`;
  throw new PayoutError('invalid_request', message, {
    provider: known.name,
    issues: different.map((path) => ({ path, message: 'differs between the known and the observed payout' })),
  });
}

// ---- Details ---------------------------------------------------------------------------------------------------------

/**
 * Details that a provider adds in time and never removes. An observation without one is an older observation of the same status.
 */
const ADDED: readonly (keyof Payout)[] = [
  'reference',
  'money',
  'fee',
  'destination',
  'expectedArrival',
  'trackingReference',
  'reverses',
  'reversedBy',
];

function merged(known: Payout, observation: Payout): Payout {
  const kept = ADDED.filter((field) => observation[field] === null && known[field] !== null);
  return { ...observation, ...Object.fromEntries(kept.map((field) => [field, known[field]])), failure: failureOf(known, observation) };
}

/** Chooses between two failures of one status. The one with a code knows more. */
function failureOf(known: Payout, observation: Payout): PayoutFailure | null {
  if (known.status !== observation.status || known.failure === null) return observation.failure;
  if (observation.failure === null) return known.failure;
  return observation.failure.code === null && known.failure.code !== null ? known.failure : observation.failure;
}

function changesOf(known: Payout, next: Payout): (keyof Payout)[] {
  const fields = Object.keys(next) as (keyof Payout)[];
  return fields.filter((field) => field !== 'raw' && !sameJson(known[field], next[field]));
}

/** Whether two plain values are the same. The order of keys does not count. */
function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const [a, b] = [new Map(Object.entries(left)), new Map(Object.entries(right))];
  return a.size === b.size && [...a].every(([key, value]) => b.has(key) && sameJson(value, b.get(key)));
}
