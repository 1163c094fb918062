export {
  type ConfigContext,
  type EnvironmentReference,
  type PayoutConfig,
  type ProviderConfig,
  registryFromConfig,
} from './registry/config.ts';
export { decodeSubmission } from './registry/decode-submission.ts';
export { isPayoutError, PayoutError, type PayoutErrorCode, type PayoutErrorDetails, type PayoutIssue } from './errors.ts';
export { follow, type FollowOptions } from './registry/follow.ts';
export { addMoney, compareMoney, type Money, sameMoney, subtractMoney } from './money/money.ts';
export { splitPayable, type MoneyProfile } from './money/money-profile.ts';
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
  type PayoutOperations,
  type PayoutProvider,
  type PayoutRequest,
  type ProviderOptions,
  type ReadingOptions,
  type ReversePayout,
  supports,
  type UpdatePayout,
} from './adapter/provider.ts';
export { type AnyAdapterFactory, createPayoutRegistry, type PayoutRegistry } from './registry/registry.ts';
export type { Runtime } from './platform/runtime.ts';
export { type CommonSettings } from './adapter/settings.ts';
export { type Finality, finalityOf, type PayoutStatus } from './payout/status.ts';
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
export type {
  OnTelemetry,
  TelemetryDiagnostic,
  TelemetryEnd,
  TelemetryEvent,
  TelemetryExchange,
  TelemetryStart,
  TelemetryOperation,
} from './telemetry/telemetry.ts';
export { type OnUnreadable, type UnreadableRow } from './adapter/unreadable.ts';
export type { ThinEvent, PayoutEvent, SnapshotEvent, WebhookInput } from './adapter/webhook.ts';
export { webhookHandler, type WebhookHandlerOptions } from './registry/webhook-handler.ts';
