// The payouts that this process made or found.
import type { Submission } from '../stores/submission.ts';
import type { ProviderContext } from './context.ts';
import { type KnownPayout, paidOf, type Referred, referenceOf, sameEndpoint } from './process-memory.ts';

/** As many at least are remembered, and twice as many at most; forgetting one only makes a search more careful. */
const REMEMBERED = 10_000;

/** Remembers whose a payout is. The older half is forgotten at once: taking the oldest out of a map, one by one, is slow. */
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
  memory.prepared.delete(submission); // Never fresh again, also when this is forgotten.
}

/** The payout that this process made or found for a key in this very account, whichever store it was recorded in. */
export function payoutKnownFor(context: ProviderContext, submission: Submission): KnownPayout | undefined {
  return paidOf(context.memory, submission).find(
    ({ key, fetch, endpoint }) => key === submission.key && fetch === context.http.fetch && sameEndpoint(endpoint, context.http.endpoint),
  );
}

/**
 * The payout that this process knows of a reference in this very account, under whatever attempt.
 *
 * For whoever would say `rejected`, or send another attempt: then a `fetch` of its own is no reason to doubt what was paid.
 */
export function payoutKnownOf(context: ProviderContext, of: Referred): KnownPayout | undefined {
  return paidOf(context.memory, of).find(({ endpoint }) => sameEndpoint(endpoint, context.http.endpoint));
}
