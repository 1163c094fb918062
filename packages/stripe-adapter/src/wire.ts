// https://docs.stripe.com/api/payouts/object (read 2026-11-20; fields as in stripe/openapi spec3.json @ af5309ca)
import { USUAL_ID } from '@disburse/core/adapter';
import type { Payout } from '@disburse/core';
import * as v from 'valibot';

// ---- As sent ---------------------------------------------------------------------------------------------------------

/** An enumeration of Stripe's is open: new words may come at any time. */
type Open<Known extends string> = Known | (string & Record<never, never>);

/** What an expanded reference has at least. */
export interface StripeReference {
  readonly id: string;
}

/** The external account of an expanded `destination`. More shapes may come. */
export interface StripeDestination extends StripeReference {
  readonly object: Open<'bank_account' | 'card'>;
  readonly currency?: string | null | undefined;
}

/** The external account of an expanded `destination` that was deleted since. */
export interface StripeDeletedDestination extends StripeDestination {
  readonly deleted: true;
}

/** The ledger row of an expanded `balance_transaction`. Money that leaves is negative; `net` is `amount` minus `fee`. */
export interface StripeBalanceTransaction extends StripeReference {
  readonly amount: number;
  readonly currency: string;
  readonly fee: number;
  readonly net: number;
  readonly type: string;
}

/**
 * A payout exactly as Stripe sends it. Amounts are integers in Stripe's minor unit, times unix seconds. Fields that older
 * API versions do not send are optional; every enumeration is open.
 *
 * @see https://docs.stripe.com/api/payouts/object
 */
export interface StripePayoutObject {
  readonly id: string;
  readonly object: 'payout';
  /** Negative for an automatic payout that debits the bank account. */
  readonly amount: number;
  /** @see https://docs.stripe.com/api/payouts/object#payout_object-application_fee */
  readonly application_fee?: string | StripeReference | null | undefined;
  readonly application_fee_amount?: number | null | undefined;
  /** The expected day, as its midnight UTC. */
  readonly arrival_date: number;
  /** Made by the payout schedule; cannot be canceled. */
  readonly automatic: boolean;
  readonly balance_transaction?: string | StripeBalanceTransaction | null | undefined;
  readonly created: number;
  /** Lower case. */
  readonly currency: string;
  readonly description?: string | null | undefined;
  readonly destination?: string | StripeDestination | StripeDeletedDestination | null | undefined;
  /** The row that gives the money back after a failure or a cancel: no sign of a failure by itself. */
  readonly failure_balance_transaction?: string | StripeBalanceTransaction | null | undefined;
  /** @see https://docs.stripe.com/api/payouts/failures */
  readonly failure_code?: string | null | undefined;
  readonly failure_message?: string | null | undefined;
  readonly livemode: boolean;
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
  readonly method: Open<'standard' | 'instant'>;
  readonly original_payout?: string | StripeReference | null | undefined;
  /** The v2 FinancialAccount the money goes to. Not the speed. */
  readonly payout_method?: string | null | undefined;
  readonly reconciliation_status?: Open<'completed' | 'in_progress' | 'not_applicable'> | undefined;
  readonly reversed_by?: string | StripeReference | null | undefined;
  readonly source_type: Open<'card' | 'bank_account' | 'fpx'>;
  readonly statement_descriptor?: string | null | undefined;
  readonly status: Open<'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled'>;
  readonly trace_id?: { readonly status: Open<'pending' | 'supported' | 'unsupported'>; readonly value: string | null } | null | undefined;
  readonly type: Open<'bank_account' | 'card'>;
}

// ---- As read ---------------------------------------------------------------------------------------------------------

/** A field whose absence or surprising type costs only that field, never the payout. */
export const lenient = <const S extends v.GenericSchema>(schema: S): v.GenericSchema<unknown, v.InferOutput<S> | null> =>
  v.fallback(v.nullish(schema, null), null) as v.GenericSchema<unknown, v.InferOutput<S> | null>;

/** The id of a reference, whether or not it was expanded. */
export const IdOf: v.GenericSchema<unknown, string> = v.union([
  v.string(),
  v.pipe(
    v.object({ id: v.string() }),
    v.transform(({ id }) => id),
  ),
]);

/** The id of a payout. Ids are named in messages: what is no id makes an answer that cannot be read. */
export const PayoutId: v.GenericSchema<unknown, string> = v.pipe(v.string(), v.regex(USUAL_ID));

/** Unix seconds that a date can hold. */
export const UnixSeconds: v.GenericSchema<unknown, number> = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.maxValue(253_402_300_799),
);

/** An amount in minor units, exact. */
export const MinorUnits: v.GenericSchema<unknown, number> = v.pipe(v.number(), v.safeInteger());

/** The schema library would leave out keys such as `constructor`, which are legal here. */
export const Metadata: v.GenericSchema<unknown, Readonly<Record<string, string>>> = v.custom<Readonly<Record<string, string>>>(
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((text) => typeof text === 'string'),
);

/** What of a payout is read; `null` for what is absent or not understood. */
export interface ReadPayout {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  readonly status: string;
  readonly livemode: boolean;
  readonly application_fee_amount: number | null;
  readonly arrival_date: number | null;
  readonly automatic: boolean | null;
  readonly balance_transaction: { readonly fee: number; readonly currency: string } | null;
  readonly description: string | null;
  readonly destination: string | null;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly original_payout: string | null;
  readonly reversed_by: string | null;
  readonly statement_descriptor: string | null;
  readonly trace_id: { readonly status: string; readonly value: string | null } | null;
}

/**
 * What of a payout is read. Without the first seven nothing true could be said about it; all else may be absent.
 */
export const PayoutShape: v.GenericSchema<unknown, ReadPayout> = v.object({
  id: PayoutId,
  object: v.literal('payout'),
  amount: MinorUnits,
  currency: v.string(),
  created: UnixSeconds,
  status: v.string(),
  livemode: v.boolean(),
  application_fee_amount: lenient(MinorUnits),
  arrival_date: lenient(UnixSeconds),
  automatic: lenient(v.boolean()),
  balance_transaction: lenient(v.object({ fee: MinorUnits, currency: v.string() })),
  description: lenient(v.string()),
  destination: lenient(IdOf),
  failure_code: lenient(v.string()),
  failure_message: lenient(v.string()),
  metadata: lenient(Metadata),
  original_payout: lenient(IdOf),
  reversed_by: lenient(IdOf),
  statement_descriptor: lenient(v.string()),
  trace_id: lenient(v.object({ status: v.string(), value: v.nullable(v.string()) })),
});

/** A list. @see https://docs.stripe.com/api/pagination */
export const ListShape: v.GenericSchema<unknown, { data: readonly unknown[]; has_more: boolean }> = v.object({
  data: v.array(v.unknown()),
  has_more: v.boolean(),
});

// ---- Raw -------------------------------------------------------------------------------------------------------------

/**
 * The payout as Stripe sent it, typed; also after it was stored as JSON. `null` for another provider's payout.
 *
 * @example `stripePayoutOf(payout)?.reconciliation_status`
 */
export function stripePayoutOf(payout: Payout): StripePayoutObject | null {
  if (payout.provider !== 'stripe' || !v.safeParse(PayoutShape, payout.raw).success) return null;
  return payout.raw as StripePayoutObject; // Its required fields were just checked; the optional ones are as Stripe sent them.
}
