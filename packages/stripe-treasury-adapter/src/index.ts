export type { StripeExpand, StripeTime, StripeTimeFilter, StripeTimeRange } from '@disburse/stripe-adapter/internal';
export type {
  TreasuryAddress,
  TreasuryBags,
  TreasuryBalancesOptions,
  TreasuryBankAccount,
  TreasuryBillingDetails,
  TreasuryCreateOptions,
  TreasuryDestinationData,
  TreasuryDestinationOptions,
  TreasuryEndUser,
  TreasuryListOptions,
  TreasuryToBankAccount,
  TreasuryToFinancialAccount,
} from './options.ts';
export { createStripeTreasury, type StripeTreasuryProvider, type StripeTreasurySettings } from './provider.ts';
export {
  createTreasuryTestHelpers,
  type TreasuryTestHelpers,
  type TreasuryTestHelperSettings,
  type TreasuryTracking,
} from './test-mode.ts';
export {
  type TreasuryDestinationDetails,
  treasuryPaymentOf,
  type TreasuryPaymentObject,
  type TreasuryReference,
  type TreasuryReturnedDetails,
  type TreasuryStatusTransitions,
  type TreasuryTrackingDetails,
} from './wire.ts';
