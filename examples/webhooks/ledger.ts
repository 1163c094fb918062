// What an application does with events: keep what is known of each payout, and act on what an event changes in it.
import { type AnyPayoutProvider, applySnapshot, type Payout, type PayoutEvent } from '@disburse/core';

/** A line for the accountants. */
export type Entry = `paid ${string}` | `came back ${string}` | `look at ${string}`;

/** Your tables. Load, observe and save in one transaction: two events at once must not both find the payout `paid`. */
export function openLedger(provider: AnyPayoutProvider) {
  const known = new Map<string, Payout>();
  const entries: Entry[] = [];

  async function onEvent(event: PayoutEvent): Promise<void> {
    // A hint carries no payout, so it is read. With `refetch: true` every event would carry the payout of now.
    const observation = event.payout ?? (await provider.retrieve(event.payoutId));
    const { result, payout } = applySnapshot(known.get(observation.id) ?? null, observation);
    known.set(payout.id, payout);
    if (result === 'advanced' && payout.status === 'paid') entries.push(`paid ${payout.id}`);
    if (result === 'reversed') entries.push(`came back ${payout.id}`); // Paid is not the end. Told once, in any order.
    if (result === 'anomaly') entries.push(`look at ${payout.id}`);
  }

  return { known, entries, onEvent };
}
