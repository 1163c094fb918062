export type {
  AdapterBalances,
  AdapterCreateRequest,
  AdapterListQuery,
  AdapterOperations,
  AdapterPage,
  Correlation,
  DecodedCreate,
  EncodedCreate,
  Explained,
  Http,
  NotPromised,
  PayoutProviderSpec,
  Refusal,
  RefusedOperation,
  Scope,
} from './adapter.ts';
export { type ConfigContext, type EnvironmentReference, type PayoutConfig, type ProviderConfig, registryFromConfig } from './config.ts';
export { decodeSubmission } from './decode-submission.ts';
export { definePayoutProvider } from './define-provider.ts';
export { errorOfIssues, isPayoutError, PayoutError, type PayoutErrorCode, type PayoutErrorDetails, type PayoutIssue } from './errors.ts';
export { type CreateForm, exactJson, isCreate } from './exact-request.ts';
export { follow, type FollowOptions } from './follow.ts';
export type { Answer, Connection } from './http.ts';
export { deriveKey, deriveReversalKey } from './idempotency.ts';
export { addMoney, compareMoney, type Money, sameMoney, subtractMoney } from './money.ts';
export { defineMoneyProfile, fit, type MoneyProfile, type MoneyProfileSpec, type WireAmount } from './money-profile.ts';
export { LATTICE, type Observation, type ObservationResult, observe } from './observe.ts';
export {
  type AcceptedPayout,
  type Attempt,
  acceptedOrThrow,
  type NextStep,
  type Notice,
  nextAttempt,
  PayoutNotAcceptedError,
  type PayoutOutcome,
  type RejectedForGood,
  type RejectedKeySpent,
  type RejectedPayout,
  type RejectedTryAgain,
  type RetryAdvice,
  type UnknownPayout,
} from './outcome.ts';
export type { Balance, FailureReason, Payout, PayoutFailure, PayoutPage } from './payout.ts';
export {
  type AnyPayoutProvider,
  assertSupports,
  type Bag,
  type CallOptions,
  type CallWith,
  type Can,
  type Capabilities,
  type Capability,
  type CreatePayoutRequest,
  can,
  type ForAccount,
  type Decision,
  type ListAllPayoutsQuery,
  type ListPayoutsQuery,
  type NoOptions,
  type Operation,
  type OptionalOperation,
  type OptionBags,
  type PayoutOperations,
  type PayoutProvider,
  type ProviderOptions,
  type ReadingOptions,
  type RequestFeature,
  type RequiredOperation,
  type ReversePayout,
  type Supportable,
  supports,
  type UpdatePayout,
} from './provider.ts';
export {
  type AdapterDescription,
  type AdapterFactory,
  type AnyAdapterFactory,
  createPayoutRegistry,
  defineAdapter,
  type PayoutRegistry,
} from './registry.ts';
export type { Runtime } from './runtime.ts';
export { type CommonSettings, checkSettings, commonSettings, HeaderText } from './settings.ts';
export { defineStatusTable, type Finality, finalityOf, type PayoutStatus, type StatusTable } from './status.ts';
export {
  type KeptSubmission,
  memorySubmissions,
  parseSubmission,
  type RecordedRefusal,
  type RefusalReason,
  type Settled,
  type Submission,
  type SubmissionStore,
} from './submission.ts';
export { memorySeenEvents, type SeenEvents } from './seen-events.ts';
export { bodyBehind, signatureOfHex } from './signature.ts';
export type {
  OnTelemetry,
  TelemetryDiagnostic,
  TelemetryEnd,
  TelemetryEvent,
  TelemetryExchange,
  TelemetryStart,
  ToldOperation,
} from './telemetry.ts';
export { parseTime } from './times.ts';
export { type OnUnreadable, type ReadRows, readRows, unreadableError, type UnreadableRow } from './unreadable.ts';
export type {
  AdapterEvent,
  AdapterWebhooks,
  EventFacts,
  HintEvent,
  PayoutEvent,
  SignatureClaim,
  SnapshotEvent,
  WebhookInput,
  WebhookPayload,
  WebhookReading,
} from './webhook.ts';
export { webhookHandler, type WebhookHandlerOptions } from './webhook-handler.ts';
