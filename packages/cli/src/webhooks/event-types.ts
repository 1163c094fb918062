import type { AdapterId } from '../factories.ts';

interface EventTypes {
  readonly types: Readonly<Record<string, string>>;
  readonly source: string;
}

/** What each provider tells of a payout, and what it means. The status is always in the payout, never in the type. */
export const EVENT_TYPES: Readonly<Record<AdapterId, EventTypes>> = {
  stripe: {
    types: {
      'payout.created': 'it was made',
      'payout.updated': 'something changed, also the step to in_transit',
      'payout.paid': 'it is expected to be available; it can still fail',
      'payout.failed': 'it failed, also after it was paid',
      'payout.canceled': 'it was canceled',
      'payout.reconciliation_completed': "an automatic payout's transactions can be listed",
    },
    source: 'https://docs.stripe.com/api/events/types#event_types-payout.canceled',
  },
  'stripe-treasury': {
    types: {
      'treasury.outbound_payment.created': 'it was made',
      'treasury.outbound_payment.posted': 'the money left; it can still be returned',
      'treasury.outbound_payment.failed': 'it failed, the money is back',
      'treasury.outbound_payment.canceled': 'it was canceled, the money is back',
      'treasury.outbound_payment.returned': 'the bank returned it',
      'treasury.outbound_payment.expected_arrival_date_updated': 'it arrives at another time than was said',
      'treasury.outbound_payment.tracking_details_updated': 'the bank can search for it',
    },
    source: 'https://docs.stripe.com/api/events/types#event_types-treasury.outbound_payment.canceled',
  },
  balance: {
    types: {
      'payout.initiated': 'it is being executed; nothing tells that it was requested',
      'payout.processing-at-bank': 'the bank has it',
      'payout.completed': 'it was sent to the bank account; it can still be returned',
      'payout.canceled': 'it was canceled before it was executed',
      'payout.failed': 'it failed, was returned, or was canceled late',
    },
    source: 'https://docs.mollie.com/docs/payouts-api-webhooks',
  },
};
