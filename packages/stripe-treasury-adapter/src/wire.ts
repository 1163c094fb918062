// https://docs.stripe.com/api/treasury/outbound_payments/object (read 2026-11-20; fields as in stripe/openapi spec3.json @ af5309ca)
import type { Payout } from '@disburse/core';
import { lenient, Metadata, MinorUnits, PayoutId, UnixSeconds } from '@disburse/stripe-adapter/internal';
import * as v from 'valibot';

// ---- As sent ---------------------------------------------------------------------------------------------------------

/** The parameters of a create. Types, not interfaces: the form encoding takes any record. */
export type OutboundPaymentParameters = {
  readonly amount: string | undefined;
  readonly currency: string;
  readonly financial_account: string | undefined;
  readonly customer: string | undefined;
  readonly destination_payment_method: string | undefined;
  readonly destination_payment_method_data: DestinationDataParameters | undefined;
  readonly destination_payment_method_options: { readonly us_bank_account: { readonly network: 'ach' | 'us_domestic_wire' } } | undefined;
  readonly end_user_details: { readonly present: boolean; readonly ip_address: string | undefined } | undefined;
  readonly description: string | undefined;
  readonly statement_descriptor: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly expand: readonly string[] | undefined;
};

export type DestinationDataParameters = {
  readonly type: 'us_bank_account' | 'financial_account';
  readonly billing_details: BillingDetailsParameters | undefined;
  readonly us_bank_account: BankAccountParameters | undefined;
  readonly financial_account: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
};

export type BillingDetailsParameters = {
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly phone: string | undefined;
  readonly address: AddressParameters | undefined;
};

export type AddressParameters = {
  readonly line1: string | undefined;
  readonly line2: string | undefined;
  readonly city: string | undefined;
  readonly state: string | undefined;
  readonly postal_code: string | undefined;
  readonly country: string | undefined;
};

export type BankAccountParameters = {
  readonly account_holder_type: 'individual' | 'company' | undefined;
  readonly account_type: 'checking' | 'savings' | undefined;
  readonly routing_number: string | undefined;
  readonly account_number: string | undefined;
  readonly financial_connections_account: string | undefined;
};

// ---- As received -----------------------------------------------------------------------------------------------------

/** An enumeration of Stripe's is open: new words may come at any time. */
type Open<Known extends string> = Known | (string & Record<never, never>);

/** A reference that was expanded. */
export interface TreasuryReference {
  readonly id: string;
}

/** Where it went. The documentation's own example has neither billing details nor an account. */
export interface TreasuryDestinationDetails {
  readonly type: Open<'us_bank_account' | 'financial_account'>;
  readonly billing_details?:
    | {
        readonly address?:
          | {
              readonly city?: string | null | undefined;
              readonly country?: string | null | undefined;
              readonly line1?: string | null | undefined;
              readonly line2?: string | null | undefined;
              readonly postal_code?: string | null | undefined;
              readonly state?: string | null | undefined;
            }
          | null
          | undefined;
        readonly email?: string | null | undefined;
        readonly name?: string | null | undefined;
      }
    | undefined;
  readonly financial_account?: { readonly id: string; readonly network: Open<'stripe'> } | undefined;
  readonly us_bank_account?:
    | {
        readonly account_holder_type?: Open<'individual' | 'company'> | null | undefined;
        readonly account_type?: Open<'checking' | 'savings'> | null | undefined;
        readonly bank_name?: string | null | undefined;
        readonly fingerprint?: string | null | undefined;
        readonly last4?: string | null | undefined;
        readonly mandate?: string | TreasuryReference | undefined;
        readonly network: Open<'ach' | 'us_domestic_wire'>;
        readonly routing_number?: string | null | undefined;
      }
    | undefined;
}

/** Why and by which transaction it came back. */
export interface TreasuryReturnedDetails {
  readonly code: Open<
    | 'account_closed'
    | 'account_frozen'
    | 'bank_account_restricted'
    | 'bank_ownership_changed'
    | 'declined'
    | 'incorrect_account_holder_name'
    | 'invalid_account_number'
    | 'invalid_currency'
    | 'no_account'
    | 'other'
  >;
  /** `trxn_…`, the credit. The transaction of the payment itself stays posted. */
  readonly transaction: string | TreasuryReference;
}

/** When it reached each state, in unix seconds. There is no time of `processing`. */
export interface TreasuryStatusTransitions {
  readonly canceled_at?: number | null | undefined;
  readonly failed_at?: number | null | undefined;
  readonly posted_at?: number | null | undefined;
  readonly returned_at?: number | null | undefined;
}

/** What the banks can search for; may appear any time after it was submitted to the network. */
export interface TreasuryTrackingDetails {
  readonly type: Open<'ach' | 'us_domestic_wire'>;
  readonly ach?: { readonly trace_id: string } | null | undefined;
  readonly us_domestic_wire?:
    | { readonly chips?: string | null | undefined; readonly imad?: string | null | undefined; readonly omad?: string | null | undefined }
    | null
    | undefined;
}

/**
 * An OutboundPayment exactly as Stripe sends it. Amounts are integers in cents, times unix seconds. Fields that older API
 * versions do not send are optional; every enumeration is open.
 *
 * @see https://docs.stripe.com/api/treasury/outbound_payments/object
 */
export interface TreasuryPaymentObject {
  readonly id: string;
  readonly object: 'treasury.outbound_payment';
  readonly amount: number;
  /** `false` once it was submitted to the network. */
  readonly cancelable?: boolean | undefined;
  readonly created: number;
  /** Lower case. */
  readonly currency: string;
  readonly customer?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** Empty where the destination was given with the payment. */
  readonly destination_payment_method?: string | null | undefined;
  readonly destination_payment_method_details?: TreasuryDestinationDetails | null | undefined;
  /** Personal data: keep it out of logs. */
  readonly end_user_details?: { readonly present: boolean; readonly ip_address: string | null } | null | undefined;
  readonly expected_arrival_date?: number | undefined;
  readonly financial_account?: string | undefined;
  /** Only where the movement is regulated. */
  readonly hosted_regulatory_receipt_url?: string | null | undefined;
  readonly livemode: boolean;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly returned_details?: TreasuryReturnedDetails | null | undefined;
  readonly statement_descriptor?: string | undefined;
  readonly status: Open<'processing' | 'posted' | 'failed' | 'canceled' | 'returned'>;
  readonly status_transitions?: TreasuryStatusTransitions | undefined;
  readonly tracking_details?: TreasuryTrackingDetails | null | undefined;
  /** `trxn_…`, the debit that was made together with the payment. */
  readonly transaction?: string | TreasuryReference | undefined;
}

/** What is read of a payment. */
export interface ReadPayment {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  readonly status: string;
  readonly livemode: boolean;
  readonly cancelable: boolean | null;
  readonly description: string | null;
  readonly destination_payment_method: string | null;
  readonly destination_payment_method_details: { readonly financial_account: { readonly id: string } | null } | null;
  readonly expected_arrival_date: number | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly returned_details: { readonly code: string | null } | null;
  readonly statement_descriptor: string | null;
  readonly tracking_details: {
    readonly ach: { readonly trace_id: string | null } | null;
    readonly us_domestic_wire: { readonly imad: string | null; readonly omad: string | null; readonly chips: string | null } | null;
  } | null;
}

/** What of a payment is read. Without the first seven nothing true could be said about it; all else may be absent. */
export const PaymentShape: v.GenericSchema<unknown, ReadPayment> = v.object({
  id: PayoutId,
  object: v.literal('treasury.outbound_payment'),
  amount: MinorUnits,
  currency: v.string(),
  created: UnixSeconds,
  status: v.string(),
  livemode: v.boolean(),
  cancelable: lenient(v.boolean()),
  description: lenient(v.string()),
  destination_payment_method: lenient(v.string()),
  destination_payment_method_details: lenient(v.object({ financial_account: lenient(v.object({ id: v.string() })) })),
  expected_arrival_date: lenient(UnixSeconds),
  metadata: lenient(Metadata),
  returned_details: lenient(v.object({ code: lenient(v.string()) })),
  statement_descriptor: lenient(v.string()),
  tracking_details: lenient(
    v.object({
      ach: lenient(v.object({ trace_id: lenient(v.string()) })),
      us_domestic_wire: lenient(v.object({ imad: lenient(v.string()), omad: lenient(v.string()), chips: lenient(v.string()) })),
    }),
  ),
});

/** Currency, in lower case, to cents. */
export type Pot = Readonly<Record<string, number>>;

const PotOf = v.custom<Pot>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((units) => Number.isSafeInteger(units)),
);

/** What of a FinancialAccount is read. @see https://docs.stripe.com/api/treasury/financial_accounts/object */
export const FinancialAccountShape: v.GenericSchema<
  unknown,
  {
    readonly id: string;
    readonly balance: { readonly cash: Pot; readonly inbound_pending: Pot | null; readonly outbound_pending: Pot | null };
  }
> = v.object({
  id: PayoutId,
  object: v.literal('treasury.financial_account'),
  balance: v.object({ cash: PotOf, inbound_pending: lenient(PotOf), outbound_pending: lenient(PotOf) }),
});

// ---- Raw -------------------------------------------------------------------------------------------------------------

/**
 * The OutboundPayment as Stripe sent it, typed; also after it was stored as JSON. `null` for another provider's payout.
 *
 * It tells what a {@link Payout} has no place for: the transaction of a return, the times of each state, all tracking
 * numbers, the receipt.
 *
 * @example `treasuryPaymentOf(payout)?.returned_details?.transaction`
 */
export function treasuryPaymentOf(payout: Payout): TreasuryPaymentObject | null {
  if (payout.provider !== 'stripe-treasury' || !v.safeParse(PaymentShape, payout.raw).success) return null;
  return payout.raw as TreasuryPaymentObject; // Its required fields were just checked; the optional ones are as Stripe sent them.
}
