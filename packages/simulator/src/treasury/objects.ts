// https://docs.stripe.com/api/treasury/outbound_payments/object (contract section 2). Amounts in cents, times in unix seconds.

/** The five statuses there are. */
export type OutboundPaymentStatus = 'processing' | 'posted' | 'failed' | 'canceled' | 'returned';

/** How the money travels. */
export type TreasuryNetwork = 'ach' | 'us_domestic_wire' | 'stripe';

/** Why a bank sent money back (the ten codes of the API). */
export type ReturnCode =
  | 'account_closed'
  | 'account_frozen'
  | 'bank_account_restricted'
  | 'bank_ownership_changed'
  | 'declined'
  | 'incorrect_account_holder_name'
  | 'invalid_account_number'
  | 'invalid_currency'
  | 'no_account'
  | 'other';

/** An OutboundPayment as sent, with its references as ids. */
export interface OutboundPaymentObject {
  readonly id: string;
  readonly object: 'treasury.outbound_payment';
  readonly amount: number;
  readonly cancelable: boolean;
  readonly created: number;
  readonly currency: 'usd';
  readonly customer: string | null;
  readonly description: string | null;
  readonly destination_payment_method: string | null;
  readonly destination_payment_method_details: DestinationDetails;
  readonly end_user_details: EndUserDetails | null;
  readonly expected_arrival_date: number;
  readonly financial_account: string;
  readonly hosted_regulatory_receipt_url: string | null;
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly returned_details: { readonly code: ReturnCode; readonly transaction: string } | null;
  readonly statement_descriptor: string;
  readonly status: OutboundPaymentStatus;
  readonly status_transitions: StatusTransitions;
  readonly tracking_details: TrackingDetails | null;
  readonly transaction: string;
}

/** When a payment reached each status; there is none for `processing`. */
export interface StatusTransitions {
  readonly canceled_at: number | null;
  readonly failed_at: number | null;
  readonly posted_at: number | null;
  readonly returned_at: number | null;
}

/** On whose behalf a payment is made. */
export interface EndUserDetails {
  readonly present: boolean;
  readonly ip_address: string | null;
}

/** What the network calls the payment. */
export type TrackingDetails =
  | { readonly type: 'ach'; readonly ach: { readonly trace_id: string } }
  | {
      readonly type: 'us_domestic_wire';
      readonly us_domestic_wire: { readonly chips: string | null; readonly imad: string | null; readonly omad: string | null };
    };

/** Where a payment goes (contract section 2.1). */
export type DestinationDetails =
  | { readonly type: 'us_bank_account'; readonly billing_details: BillingDetails; readonly us_bank_account: UsBankAccountDetails }
  | {
      readonly type: 'financial_account';
      readonly billing_details: BillingDetails;
      readonly financial_account: { readonly id: string; readonly network: 'stripe' };
    };

/** A bank account as Stripe shows it: never its number. */
export interface UsBankAccountDetails {
  readonly account_holder_type: 'company' | 'individual' | null;
  readonly account_type: 'checking' | 'savings' | null;
  readonly bank_name: string | null;
  readonly fingerprint: string | null;
  readonly last4: string | null;
  readonly network: 'ach' | 'us_domestic_wire';
  readonly routing_number: string | null;
}

/** Whom a payment goes to. */
export interface BillingDetails {
  readonly address: BillingAddress;
  readonly email: string | null;
  readonly name: string | null;
}

/** The recipient's address. */
export interface BillingAddress {
  readonly city: string | null;
  readonly country: string | null;
  readonly line1: string | null;
  readonly line2: string | null;
  readonly postal_code: string | null;
  readonly state: string | null;
}

/** A movement in a FinancialAccount (contract section 8); money that leaves is negative. */
export interface TreasuryTransactionObject {
  readonly id: string;
  readonly object: 'treasury.transaction';
  readonly amount: number;
  readonly balance_impact: BalanceImpact;
  readonly created: number;
  readonly currency: 'usd';
  readonly description: string;
  readonly financial_account: string;
  readonly flow: string | null;
  readonly flow_type: 'outbound_payment' | 'received_credit' | 'received_debit';
  readonly livemode: boolean;
  readonly status: 'open' | 'posted' | 'void';
  readonly status_transitions: { readonly posted_at: number | null; readonly void_at: number | null };
}

/** What a transaction does, by now, to each of the three balances. Their sums over all transactions are the balances. */
export interface BalanceImpact {
  readonly cash: number;
  readonly inbound_pending: number;
  readonly outbound_pending: number;
}

/** What a FinancialAccount can be allowed to do, as far as OutboundPayments ask. */
export type TreasuryFeature = 'outbound_payments.ach' | 'outbound_payments.us_domestic_wire' | 'intra_stripe_flows';

/** A FinancialAccount as sent. */
export interface FinancialAccountObject {
  readonly id: string;
  readonly object: 'treasury.financial_account';
  readonly active_features: readonly TreasuryFeature[];
  readonly balance: { readonly [Name in keyof BalanceImpact]: { readonly usd: number } };
  readonly country: 'US';
  readonly created: number;
  readonly financial_addresses: readonly [];
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly pending_features: readonly TreasuryFeature[];
  readonly platform_restrictions: null;
  readonly restricted_features: readonly TreasuryFeature[];
  readonly status: 'open' | 'closed';
  readonly status_details: { readonly closed: { readonly reasons: readonly ['closed_by_platform'] } | null };
  readonly supported_currencies: readonly ['usd'];
}
