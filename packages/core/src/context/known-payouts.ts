// The payouts that this process made or found.
import type { Submission } from '../stores/submission.ts';
import type { ProviderContext } from './context.ts';
import { type KnownPayout, paidOf, type Referred, referenceOf, sameEndpoint } from './process-memory.ts';

/** How many payouts are remembered at least; at most twice as many. A search is only more careful about a forgotten one. */
const REMEMBERED = 10_000;

/**
 * Remembers which submission a payout belongs to. The older half is forgotten at once, because removing the oldest entries of a map
 * one by one is slow.
 */
export function rememberAccepted({ http: { endpoint, fetch }, memory }: ProviderContext, submission: Submission, payoutId: string): void {
  if (Math.max(memory.accepted.size, memory.paid.size) >= REMEMBERED) {
    memory.before = { accepted: memory.accepted, paid: memory.paid };
    memory.accepted = new Map();
    memory.paid = new Map();
  }
  const { payment, attempt, key } = submission;
  memory.accepted.set(`${submission.provider} ${payoutId}`, key);
  const place = referenceOf(submission);
  const known = memory.paid.get(place) ?? new Map(memory.before.paid.get(place));
  memory.paid.set(place, known.set(payoutId, { id: payoutId, payment, attempt, key, endpoint, fetch }));
  memory.prepared.delete(submission); // The submission never counts as unsent again, also when this entry is forgotten.
}

/** The payout that this process made or found for a key in this account, whichever store recorded it. */
export function payoutKnownFor(context: ProviderContext, submission: Submission): KnownPayout | undefined {
  return paidOf(context.memory, submission).find(
    ({ key, fetch, endpoint }) => key === submission.key && fetch === context.http.fetch && sameEndpoint(endpoint, context.http.endpoint),
  );
}

/**
 * The payout that this process knows for a reference in this account, under whatever attempt.
 *
 * It is asked before `rejected` is answered, or another attempt is sent. A different `fetch` is then no reason to doubt the
 * payment.
 */
export function payoutKnownOf(context: ProviderContext, of: Referred): KnownPayout | undefined {
  return paidOf(context.memory, of).find(({ endpoint }) => sameEndpoint(endpoint, context.http.endpoint));
}
