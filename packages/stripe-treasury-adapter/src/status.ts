// https://docs.stripe.com/financial-accounts/connect/moving-money/out-of/outbound-payments (states; read 2026-11-20)
import type { FailureReason, PayoutStatus } from '@disburse/core';
import { defineStatusTable, type StatusTable } from '@disburse/core/adapter';

/** Stripe's statuses. `processing` is split by `cancelable`, see {@link statusOf}. */
export const STATUS: StatusTable = defineStatusTable({
  processing: 'pending', // Funds are held in outbound_pending.
  posted: 'paid', // Provisional: the funds left the account, which is not arrival; `returned` can follow.
  failed: 'failed',
  canceled: 'canceled',
  returned: 'returned',
}); // Anything else becomes `unrecognized` with the raw word kept. Never a guess, never a throw.

/** `processing` that can no longer be canceled was submitted to the network. An answer that does not say is no proof of that. */
export function statusOf(raw: string, cancelable: boolean | null): PayoutStatus {
  return raw === 'processing' && cancelable === false ? 'in_transit' : STATUS.read(raw);
}

/** The word to filter a list by; core tells the two halves of `processing` apart. No word is ours for `unrecognized`. */
export function wordFor(status: PayoutStatus | undefined): string | undefined {
  if (status === 'in_transit') return 'processing';
  return Object.keys(STATUS.rows).find((word) => STATUS.rows[word] === status);
}

// https://docs.stripe.com/api/treasury/outbound_payments/object#outbound_payment_object-returned_details-code (read 2026-11-20)
/** Why a payment was returned. One that failed has no reason: no field for it exists. */
export const RETURN_REASONS: Readonly<Record<string, FailureReason>> = {
  account_closed: 'account_closed',
  account_frozen: 'account_restricted',
  bank_account_restricted: 'account_restricted',
  bank_ownership_changed: 'invalid_account_details', // The branch changed hands: new details are needed.
  could_not_process: 'processing_error', // Only in the guide, not in the reference.
  declined: 'declined_by_bank', // Also where the bank gave no reason.
  incorrect_account_holder_name: 'account_holder_mismatch',
  invalid_account_number: 'invalid_account_details',
  invalid_currency: 'currency_not_supported',
  no_account: 'account_not_found',
  other: 'other',
};

/** The reason in our words; `other` for a code that is not in the table, or none. */
export function returnReasonOf(code: string | null): FailureReason {
  return (code !== null && Object.hasOwn(RETURN_REASONS, code) ? RETURN_REASONS[code] : undefined) ?? 'other';
}
