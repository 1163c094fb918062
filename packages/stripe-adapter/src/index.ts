export { type StripeLedgerRow, stripePayoutLedger } from './ledger.ts';
export { type StripeBags, type StripeCreateOptions, type StripeExpand, type StripeListOptions } from './options.ts';
export { createStripe, type StripeProvider, type StripeSettings } from './provider.ts';
export type { StripeTime, StripeTimeFilter, StripeTimeRange } from './times.ts';
export {
  type StripeBalanceTransaction,
  type StripeDeletedDestination,
  type StripeDestination,
  type StripePayoutObject,
  stripePayoutOf,
  type StripeReference,
} from './wire.ts';
