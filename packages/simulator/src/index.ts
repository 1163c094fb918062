export { createVirtualClock, type VirtualClock, type VirtualClockOptions } from './clock.ts';
export type { RecordedRequest, SimulatedRequest } from './exchange.ts';
export type {
  AnswerFault,
  ChangeFault,
  DelayFault,
  ExpireKeysFault,
  Fault,
  FaultAnswer,
  FaultMatcher,
  Faults,
  GatewayFault,
  GatewayForm,
  HangFault,
  HeadersFault,
  JsonObject,
  LateFault,
  Moment,
  ResetFault,
  TruncateFault,
} from './faults.ts';
export type { MollieCredential, MollieScope } from './mollie/credentials.ts';
export type { ErrorFields as MollieErrorFields } from './mollie/errors.ts';
export { RETURN_BUSINESS_DAYS as MOLLIE_RETURN_BUSINESS_DAYS } from './mollie/scripted-outcomes.ts';
export type {
  MollieAmount,
  MollieBalanceObject,
  MollieFailureCode,
  MollieMode,
  MolliePayoutObject,
  MolliePayoutStatus,
  MollieTransferDestination,
  MollieTransferFrequency,
} from './mollie/objects.ts';
export type {
  MollieBalanceOptions,
  MolliePayoutOptions,
  SimulatedMollieBalance,
  SimulatedMollieMode,
  SimulatedMolliePayout,
} from './mollie/organization.ts';
export { simulateMollie, type SimulatedMollie, type SimulateMollieOptions } from './mollie/simulate-mollie.ts';
export type {
  MollieEventRecord,
  MollieEventType,
  MollieNextLink,
  MolliePayoutOrigin,
  MollieRefusalReason,
  MollieRefusalRecord,
  MollieVariants,
} from './mollie/state.ts';
export type { MollieWebhookEndpoint, MollieWebhookOptions } from './mollie/webhooks.ts';
export type { Script } from './script.ts';
export type { ConnectionMode, ListeningServer } from './server.node.ts';
export type { SimulatedWorld } from './simulated-world.ts';
export type {
  AutomaticPayoutOptions,
  BankAccountOptions,
  ExternalAccountOptions,
  FundOptions,
  SimulatedBalance,
  SimulatedStripeAccount,
} from './stripe/account.ts';
export { LATE_BOUNCE_ACCOUNT_NUMBER } from './stripe/magic-accounts.ts';
export type {
  LedgerRowType,
  SourceType,
  StripeExternalAccount,
  StripeLedgerRow,
  StripePayoutObject,
  StripePayoutStatus,
} from './stripe/objects.ts';
export {
  simulateStripe,
  type SimulatedPayout,
  type SimulatedStripe,
  type SimulateStripeOptions,
  type StripeWebhookOptions,
} from './stripe/simulate-stripe.ts';
export type { StripeEventRecord, StripeVariants } from './stripe/state.ts';
export type { SimulatedStripeApi, StripeWorldOptions } from './stripe/stripe-world.ts';
export type { StripeEndpointOptions } from './stripe/webhooks.ts';
export type { SimulatedTreasuryAccount, TreasuryPaymentMethodOptions } from './treasury/account.ts';
export { ACH_ONLY_ROUTING_NUMBER } from './treasury/scripted-outcomes.ts';
export type {
  FinancialAccountObject,
  OutboundPaymentObject,
  OutboundPaymentStatus,
  ReturnCode,
  TreasuryFeature,
  TreasuryTransactionObject,
} from './treasury/objects.ts';
export {
  simulateStripeTreasury,
  type SimulatedOutboundPayment,
  type SimulatedStripeTreasury,
  type SimulateStripeTreasuryOptions,
  type TreasuryWebhookOptions,
} from './treasury/simulate-stripe-treasury.ts';
export type { TreasuryEventRecord, TreasuryVariants } from './treasury/state.ts';
export type { WebhookDelivery } from './webhooks/sender.ts';
export type {
  DuplicateFault,
  LateDeliveryFault,
  LoseFault,
  OldSignatureFault,
  ReorderFault,
  TamperFault,
  UnsignedFault,
  WebhookFault,
  WebhookFaultMatcher,
  WebhookFaults,
  WrongSecretFault,
} from './webhooks/faults.ts';
export type { WebhookAnswer, WebhookReceiver, WebhookRequest, WebhookTarget } from './webhooks/receiver.ts';
export type { RotateOptions, WebhookEndpoint, WebhookOptions, Webhooks } from './webhooks/webhooks.ts';
