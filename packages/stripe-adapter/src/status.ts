// https://docs.stripe.com/api/payouts/object#payout_object-status (read 2026-11-20)
import type { FailureReason } from '@disburse/core';
import { defineStatusTable, type StatusTable } from '@disburse/core/adapter';

/** Stripe's statuses. `returned` is never produced: the object keeps no history, a bounce after `paid` reads `failed`. */
export const STATUS: StatusTable = defineStatusTable({
  pending: 'pending',
  in_transit: 'in_transit',
  paid: 'paid', // Provisional: a bank can still bounce it, usually within five business days, sometimes later.
  failed: 'failed',
  canceled: 'canceled',
}); // Anything else becomes `unrecognized` with the raw word kept. Never a guess, never a throw.

// https://docs.stripe.com/api/payouts/failures (read 2026-11-20; the same fifteen as stripe-go payout.go @ a1e3932f)
/** Why a payout that existed failed. `error.code` of a refused request is another vocabulary: see errors.ts. */
export const FAILURE_REASONS: Readonly<Record<string, FailureReason>> = {
  account_closed: 'account_closed',
  account_frozen: 'account_restricted',
  bank_account_restricted: 'account_restricted', // Often a savings account: type or number of payouts is limited.
  bank_ownership_changed: 'invalid_account_details', // The branch changed hands: new details are needed.
  could_not_process: 'processing_error',
  debit_not_authorized: 'debit_not_authorized',
  declined: 'declined_by_bank',
  insufficient_funds: 'insufficient_funds', // Of the Stripe account, after the payout was made.
  invalid_account_number: 'invalid_account_details',
  incorrect_account_holder_name: 'account_holder_mismatch',
  incorrect_account_holder_address: 'account_holder_mismatch',
  incorrect_account_holder_tax_id: 'account_holder_mismatch',
  invalid_currency: 'currency_not_supported',
  no_account: 'account_not_found',
  unsupported_card: 'destination_unsupported',
};

/** The reason in our words; `other` for a code that is not in the table, or none. */
export function failureReasonOf(code: string | null): FailureReason {
  return (code !== null && Object.hasOwn(FAILURE_REASONS, code) ? FAILURE_REASONS[code] : undefined) ?? 'other';
}
