// https://docs.stripe.com/api/treasury/outbound_payments/object (read 2026-11-20)
import type { Payout, PayoutFailure } from '@disburse/core';
import { currencyField, isoTime, metadataOf, REFERENCE_KEY, STRIPE_MONEY, unreadable } from '@disburse/stripe-adapter/internal';
import * as v from 'valibot';
import { returnReasonOf, statusOf } from './status.ts';
import { PaymentShape, type ReadPayment } from './wire.ts';

/**
 * An OutboundPayment in our words.
 *
 * @param name The configured name of the provider.
 * @throws {PayoutError} `unexpected_response` when a field is missing without which nothing true could be said.
 */
export function toPayout(name: string, raw: unknown): Payout {
  const read = v.safeParse(PaymentShape, raw);
  const money = read.success ? STRIPE_MONEY.fromWire(read.output.amount, read.output.currency) : null;
  if (!read.success || money === null) {
    const fields = read.success ? [currencyField(read.output.currency)] : read.issues.map((issue) => v.getDotPath(issue));
    throw unreadable(name, 'an OutboundPayment', fields);
  }
  const sent = read.output;
  const metadata = sent.metadata ?? {};
  return {
    id: sent.id,
    provider: 'stripe-treasury',
    name,
    reference: metadataOf(metadata, REFERENCE_KEY),
    money,
    fee: null, // The object has none.
    status: statusOf(sent.status, sent.cancelable),
    providerStatus: sent.status,
    failure: failureOf(sent),
    cancelable: sent.cancelable ?? sent.status === 'processing', // Not said is no proof that it was submitted.
    automatic: false, // There is no schedule.
    destination: sent.destination_payment_method ?? sent.destination_payment_method_details?.financial_account?.id ?? null,
    description: sent.description,
    statementDescriptor: sent.statement_descriptor,
    metadata,
    createdAt: isoTime(sent.created),
    // A time, not a day: the documentation's example has the second of the creation.
    expectedArrival: sent.expected_arrival_date === null ? null : isoTime(sent.expected_arrival_date),
    trackingReference: trackingOf(sent),
    reverses: null,
    reversedBy: null,
    live: sent.livemode,
    raw,
  };
}

/** `returned_details` counts only once the payment is returned; a payment that failed has no reason at all. */
function failureOf({ status, returned_details }: ReadPayment): PayoutFailure | null {
  if (status === 'failed') return { reason: 'other', code: null, message: null };
  if (status !== 'returned') return null;
  const code = returned_details?.code ?? null;
  return { reason: returnReasonOf(code), code, message: null };
}

/** What the recipient's bank is asked with first. */
function trackingOf({ tracking_details }: ReadPayment): string | null {
  const wire = tracking_details?.us_domestic_wire;
  return tracking_details?.ach?.trace_id ?? wire?.imad ?? wire?.omad ?? wire?.chips ?? null;
}

/** The FinancialAccount that a payment left, of its `raw`; `null` where Stripe does not say. */
export function financialAccountOf(raw: unknown): string | null {
  const read = v.safeParse(v.object({ financial_account: v.string() }), raw);
  return read.success ? read.output.financial_account : null;
}
