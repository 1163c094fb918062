// https://docs.stripe.com/api/payouts/object (contract section 2). Only what this simulator fills in.

/** The five statuses there are. */
export type StripePayoutStatus = 'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled';

/** A payout as sent, with its references as ids. Amounts are in the currency's smallest wire unit, times in unix seconds. */
export interface StripePayoutObject {
  readonly id: string;
  readonly object: 'payout';
  readonly amount: number;
  readonly application_fee: string | null;
  readonly application_fee_amount: number | null;
  readonly arrival_date: number;
  readonly automatic: boolean;
  readonly balance_transaction: string | null;
  readonly created: number;
  readonly currency: string;
  readonly description: string | null;
  readonly destination: string | null;
  readonly failure_balance_transaction: string | null;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly method: 'standard' | 'instant';
  readonly original_payout: string | null;
  readonly payout_method: string | null;
  readonly reconciliation_status: 'completed' | 'in_progress' | 'not_applicable';
  readonly reversed_by: string | null;
  readonly source_type: SourceType;
  readonly statement_descriptor: string | null;
  readonly status: StripePayoutStatus;
  readonly trace_id: { readonly status: 'pending' | 'supported' | 'unsupported'; readonly value: string | null };
  readonly type: 'bank_account' | 'card';
}

/** The balances that Stripe keeps apart by the kind of payment they come from. */
export type SourceType = 'card' | 'bank_account' | 'fpx';

/** A row of the ledger (`balance_transaction`); money that leaves is negative. */
export interface StripeLedgerRow {
  readonly id: string;
  readonly object: 'balance_transaction';
  readonly amount: number;
  readonly available_on: number;
  readonly balance_type: 'payments';
  readonly created: number;
  readonly currency: string;
  readonly description: string | null;
  readonly exchange_rate: number | null;
  readonly fee: number;
  readonly fee_details: readonly [];
  readonly net: number;
  readonly reporting_category: string;
  readonly source: string | null;
  readonly status: 'available';
  readonly type: LedgerRowType;
}

/** The kinds of rows around payouts, and the one that {@link LedgerRowType} funds appear with. */
export type LedgerRowType = 'charge' | 'payout' | 'payout_cancel' | 'payout_failure';

/** A bank account or a card that payouts can go to, as sent. */
export interface StripeExternalAccount {
  readonly id: string;
  readonly object: 'bank_account' | 'card';
  readonly account: string;
  readonly available_payout_methods: readonly ('standard' | 'instant')[];
  readonly country: string;
  readonly currency: string;
  readonly default_for_currency: boolean;
  readonly last4: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** `errored` after a failed payout; null for cards. */
  readonly status: 'new' | 'errored' | null;
  readonly [more: string]: unknown;
}
