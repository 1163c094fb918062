import type { Money } from '../money/money.ts';
import type { PayoutStatus } from './status.ts';

/** Why a payout that existed did not arrive. Not the same as why a request was refused ({@link PayoutErrorCode}). */
export type FailureReason =
  | 'insufficient_funds'
  | 'account_closed'
  | 'account_not_found'
  | 'account_restricted'
  | 'invalid_account_details'
  | 'account_holder_mismatch'
  | 'currency_not_supported'
  | 'declined_by_bank'
  | 'debit_not_authorized'
  | 'destination_unsupported'
  | 'payouts_blocked'
  | 'expired'
  | 'processing_error'
  | 'other';

/** The reason in our words, and the provider's own code and sentence, verbatim. */
export interface PayoutFailure {
  readonly reason: FailureReason;
  readonly code: string | null;
  /** Human text, may hold personal data: show it, do not parse or log it. */
  readonly message: string | null;
}

/** One payout as a provider reports it. Plain JSON: safe to store, queue and compare. Times are ISO 8601 UTC strings. */
export interface Payout {
  /** The provider's id; meaningful only together with `name`. */
  readonly id: string;
  /** The adapter's id, for example `stripe`. */
  readonly provider: string;
  /** The name the provider was configured under; the adapter's id where there is none. */
  readonly name: string;
  /** Our reference, where the provider gives it back. */
  readonly reference: string | null;
  /** `null` while the provider has not fixed the amount, and where what it says cannot be read exactly. */
  readonly money: Money | null;
  readonly fee: Money | null;
  readonly status: PayoutStatus;
  /** The provider's own word, verbatim. */
  readonly providerStatus: string;
  readonly failure: PayoutFailure | null;
  readonly cancelable: boolean;
  /** Made by the provider's schedule, not by a request of ours. */
  readonly automatic: boolean;
  readonly destination: string | null;
  readonly description: string | null;
  readonly statementDescriptor: string | null;
  /** Verbatim, with the `disburse_*` entries that a lookup matches. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
  /** A calendar date, or a time where the provider gives one. */
  readonly expectedArrival: string | null;
  /** What the bank can search for: ACH trace, IMAD, ... */
  readonly trackingReference: string | null;
  /** The payout that this one reverses. */
  readonly reverses: string | null;
  /** The payout that reverses this one. */
  readonly reversedBy: string | null;
  readonly live: boolean;
  /** Verbatim. Typed by the helper each adapter exports, for example `stripePayoutOf`. */
  readonly raw: unknown;
}

/** One page of a list, newest first. */
export interface PayoutPage {
  readonly payouts: readonly Payout[];
  /** Hand it back as `cursor` for the next page; `null` at the end. Opaque. */
  readonly nextCursor: string | null;
}

/** What can be paid out of one pot. */
export interface Balance {
  /** Which pot: the currency and, where the provider separates them, the source (`card`, `bank_account`, a balance id). */
  readonly source: string;
  /** May be negative. */
  readonly available: Money;
  /** On its way in; `null` where the provider does not say. */
  readonly pending: Money | null;
  /** Set aside for payouts that are under way; `null` where the provider does not say. */
  readonly reserved: Money | null;
  /** What an instant payout could take; `null` where the provider does not say. */
  readonly instant: Money | null;
}
