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
  RequestPurpose,
  Scope,
} from './adapter/spec.ts';
export {
  type ConfigContext,
  type EnvironmentReference,
  type PayoutConfig,
  type ProviderConfig,
  registryFromConfig,
} from './registry/config.ts';
export { decodeSubmission } from './registry/decode-submission.ts';
export { definePayoutProvider } from './define-provider.ts';
export { errorOfIssues, isPayoutError, PayoutError, type PayoutErrorCode, type PayoutErrorDetails, type PayoutIssue } from './errors.ts';
export { type CreateForm, exactJson, isCreate } from './stores/exact-request.ts';
export { follow, type FollowOptions } from './registry/follow.ts';
export type { HttpResponse, ApiEndpoint } from './http/http.ts';
export { deriveKey, deriveReversalKey } from './stores/idempotency.ts';
export type { NoOptions } from './known-keys.ts';
export { addMoney, compareMoney, type Money, sameMoney, subtractMoney } from './money/money.ts';
export { defineMoneyProfile, splitPayable, type MoneyProfile, type MoneyProfileSpec, type WireAmount } from './money/money-profile.ts';
export { STATUS_TRANSITIONS, type AppliedSnapshot, type SnapshotResult, applySnapshot } from './payout/apply-snapshot.ts';
export type { Operation } from './payout/operations.ts';
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
} from './payout/outcome.ts';
export type { Balance, FailureReason, Payout, PayoutFailure, PayoutPage } from './payout/payout.ts';
export {
  type AnyPayoutProvider,
  assertSupports,
  type OptionsFor,
  type CallOptions,
  type CallWith,
  type Capabilities,
  type Capability,
  type CreatePayoutRequest,
  reasonAgainst,
  type ForAccount,
  type Decision,
  type ListAllPayoutsQuery,
  type ListPayoutsQuery,
  type OptionalOperation,
  type OperationOptions,
  type PayoutOperations,
  type PayoutProvider,
  type PayoutRequest,
  type ProviderOptions,
  type ReadingOptions,
  type RequestFeature,
  type RequiredOperation,
  type ReversePayout,
  type Supportable,
  supports,
  type UpdatePayout,
} from './adapter/provider.ts';
export {
  type AdapterDescription,
  type AdapterFactory,
  type AnyAdapterFactory,
  createPayoutRegistry,
  defineAdapter,
  type PayoutRegistry,
} from './registry/registry.ts';
export type { Runtime } from './platform/runtime.ts';
export { type CommonSettings, checkSettings, commonSettings, HeaderText } from './adapter/settings.ts';
export { defineStatusTable, type Finality, finalityOf, type PayoutStatus, type StatusTable } from './payout/status.ts';
export {
  type StoredSubmission,
  memorySubmissions,
  parseSubmission,
  type RecordedRefusal,
  type RefusalReason,
  type Resolution,
  type Submission,
  type SubmissionStore,
} from './stores/submission.ts';
export { memorySeenEvents, type SeenEvents } from './webhooks/seen-events.ts';
export { prefixBody, decodeHexSignature } from './webhooks/signature.ts';
export type {
  OnTelemetry,
  TelemetryDiagnostic,
  TelemetryEnd,
  TelemetryEvent,
  TelemetryExchange,
  TelemetryStart,
  TelemetryOperation,
} from './telemetry/telemetry.ts';
export { parseTime } from './platform/times.ts';
export { type OnUnreadable, type ReadRows, readRows, unreadableError, type UnreadableRow } from './adapter/unreadable.ts';
export type {
  AdapterEvent,
  AdapterWebhooks,
  EventFacts,
  ThinEvent,
  PayoutEvent,
  SignatureClaim,
  SnapshotEvent,
  WebhookInput,
  WebhookPayload,
  WebhookReading,
} from './adapter/webhook.ts';
export { webhookHandler, type WebhookHandlerOptions } from './registry/webhook-handler.ts';
