// https://docs.mollie.com/reference/get-payout (status, statusReason; read 2026-11-20)
import type { FailureReason, PayoutFailure, PayoutStatus } from '@disburse/core';
import { defineStatusTable, type StatusTable } from '@disburse/core/adapter';

/** `status`, with hyphens. */
export const STATUS: StatusTable = defineStatusTable({
  requested: 'pending',
  initiated: 'in_transit',
  'processing-at-bank': 'in_transit',
  completed: 'paid', // Provisional: sent to the destination's bank, which can still return it.
  failed: 'failed', // `returned` when statusReason.code says so.
  canceled: 'canceled',
}); // Anything else is `unrecognized`, with the raw word kept.

/** `statusReason.code`, with underscores, where it only repeats the status. It never overrides it. */
export const PROGRESS_CODES: readonly string[] = ['requested', 'initiated', 'processing_at_bank', 'completed', 'canceled'];

/** `statusReason.code` of a failure. */
export const FAILURE_REASONS: Readonly<Record<string, FailureReason>> = {
  insufficient_funds: 'insufficient_funds',
  payouts_blocked: 'payouts_blocked',
  expired: 'expired',
  organization_inactive: 'payouts_blocked', // The payer's organization, so no fault of the destination.
  bank_processing_failed: 'processing_error',
  returned: 'other', // The status says `returned`; the API does not say why.
  balance_not_found: 'other', // The source balance. Our account_* reasons mean the destination.
  invalid_request: 'other',
  failed: 'other',
};

/** What Mollie says about where a payout stands. */
export interface RawStatus {
  readonly status: string;
  readonly code: string | null;
  readonly message: string | null;
}

/** The status in our words. A failure code beside a status other than `failed` is a contradiction that nobody documents. */
export function statusOf({ status, code }: RawStatus): PayoutStatus {
  if (status === 'failed') return code === 'returned' ? 'returned' : 'failed';
  return isFailureCode(code) ? 'unrecognized' : STATUS.read(status);
}

/** Why it failed; `null` unless it did. */
export function failureOf({ status, code, message }: RawStatus): PayoutFailure | null {
  if (status !== 'failed') return null;
  const reason = code !== null && Object.hasOwn(FAILURE_REASONS, code) ? FAILURE_REASONS[code] : undefined;
  return { reason: reason ?? 'other', code, message };
}

/** What is new or contradictory about a status, as `[code, sentence]`; each becomes a diagnostic and never an error. */
export function statusOddities({ status, code }: RawStatus): (readonly [string, string])[] {
  const oddities: (readonly [string, string])[] = [];
  if (!Object.hasOwn(STATUS.rows, status))
    oddities.push(['status_unseen', `the status ${word(status)} is new to this version; it reads as unrecognized`]);
  if (code === null) return oddities;
  const progress = PROGRESS_CODES.includes(code);
  if (!progress && !isFailureCode(code)) oddities.push(['status_reason_unseen', `the status reason ${word(code)} is new to this version`]);
  const contradicts = progress ? status.replaceAll('-', '_') !== code : isFailureCode(code) && status !== 'failed';
  if (contradicts)
    oddities.push(['status_reason_mismatch', `the status ${word(status)} and the status reason ${word(code)} do not fit together`]);
  return oddities;
}

function isFailureCode(code: string | null): boolean {
  return code !== null && Object.hasOwn(FAILURE_REASONS, code);
}

/** A provider's enum value for a log line: anything that does not look like one could be anything. */
function word(value: string): string {
  return /^[\w-]{1,60}$/.test(value) ? value : '(not a word)';
}
