// https://docs.stripe.com/api/events/types#event_types-treasury.outbound_payment.canceled and its siblings (read 2026-11-20)
import type { AdapterWebhooks } from '@disburse/core/adapter';
import { stripeWebhooks } from '@disburse/stripe-adapter/internal';
import { toPayout } from './read-payment.ts';

/** There is no `.processing`, and there are no thin events. The two `_updated` change no status. */
export const PAYMENT_TYPES: readonly string[] = [
  'treasury.outbound_payment.created',
  'treasury.outbound_payment.posted',
  'treasury.outbound_payment.failed',
  'treasury.outbound_payment.canceled',
  'treasury.outbound_payment.returned',
  'treasury.outbound_payment.expected_arrival_date_updated',
  'treasury.outbound_payment.tracking_details_updated',
];

/** Signature and envelope are Stripe's common ones. */
export function treasuryWebhooks(name: string, secrets: readonly string[] | undefined): AdapterWebhooks {
  return stripeWebhooks(secrets, {
    object: 'treasury.outbound_payment',
    types: PAYMENT_TYPES,
    thinTypes: [],
    toPayout: (raw) => toPayout(name, raw),
  });
}
