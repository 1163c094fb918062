// What Stripe asks of a payout before it reverses it, as far as the payout itself tells.
// https://docs.stripe.com/connect/payout-reversals (read 2026-11-20)
import type { Payout } from '@disburse/core';
import * as v from 'valibot';

const DAY_MS = 86_400_000;
const LAST_DAY = 90;

const Kind = v.object({ type: v.optional(v.nullable(v.string())), method: v.optional(v.nullable(v.string())) });

/**
 * Why Stripe refuses to reverse a payout that is on its way or paid; `null` where the payout tells no reason.
 *
 * @param account The connected account that it was read of.
 * @param now In milliseconds.
 */
export function reversalRefused(payout: Payout, account: string | null, now: number): string | null {
  if (account === null) return 'Stripe reverses only payouts of connected accounts, and this one was read of none: name it with --account.';
  const kind = v.safeParse(Kind, payout.raw);
  if (kind.success && kind.output.type === 'card') return 'Stripe reverses only payouts to bank accounts, and this one went to a card.';
  if (kind.success && kind.output.method === 'instant') return 'Stripe does not reverse instant payouts.';
  if (payout.money?.amount.startsWith('-') === true) return 'Stripe does not reverse a debit, which this one is.';
  if (payout.expectedArrival !== null && now - Date.parse(payout.expectedArrival) >= LAST_DAY * DAY_MS) {
    return `Stripe reverses only payouts that were expected to arrive less than ${LAST_DAY} days ago.`;
  }
  return null;
}

/** What else must hold, and the payout does not tell. */
export const REVERSAL_CONDITION =
  'Stripe reverses only payouts to bank accounts in the US and Canada. (https://docs.stripe.com/connect/payout-reversals)';
