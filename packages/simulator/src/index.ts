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
  HangFault,
  HeadersFault,
  JsonObject,
  LateFault,
  Moment,
  ResetFault,
  TruncateFault,
} from './faults.ts';
export type { ConnectionMode, ListeningServer } from './server.node.ts';
export type {
  AutomaticPayoutOptions,
  BankAccountOptions,
  ExternalAccountOptions,
  FundOptions,
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
export { simulateStripe, type SimulatedPayout, type SimulatedStripe, type SimulateStripeOptions } from './stripe/simulate-stripe.ts';
export type { StripeEventRecord, StripeVariants } from './stripe/state.ts';
