// CONTRACT.md, "Transfers"
import type { FailureReason, PayoutFailure } from '@disburse/core';
import { defineStatusTable, type StatusTable } from '@disburse/core/adapter';

/** `status`. */
export const STATUS: StatusTable = defineStatusTable({
  NEW: 'pending',
  BOOKED: 'in_transit',
  SETTLED: 'paid', // Provisional: it may still be recalled.
  REJECTED: 'failed',
  RECALLED: 'returned',
  VOIDED: 'canceled',
});

/** `reasonCode`. */
const REASONS: Readonly<Record<string, FailureReason>> = {
  AC01: 'account_not_found',
  AC04: 'account_closed',
  AG01: 'destination_unsupported',
  MD07: 'account_restricted',
  TM01: 'processing_error',
};

/** Why it failed or came back; `null` for any other status. */
export function failureOf(status: string, code: string | null): PayoutFailure | null {
  if (status !== 'REJECTED' && status !== 'RECALLED') return null;
  const reason = code !== null && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  return { reason: reason ?? 'other', code, message: null };
}
