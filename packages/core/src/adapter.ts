// @disburse/core/adapter: what only authors of adapters need. docs/adding-an-adapter.md
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
export { definePayoutProvider } from './define-provider.ts';
export { errorOfIssues } from './errors.ts';
export { type CreateForm, exactJson, isCreate } from './stores/exact-request.ts';
export type { HttpResponse, ApiEndpoint } from './http/exchange.ts';
export { deriveKey, deriveReversalKey } from './stores/idempotency.ts';
export type { NoOptions } from './known-keys.ts';
export { defineMoneyProfile, type MoneyProfileSpec, type WireAmount } from './money/money-profile.ts';
export {
  type OptionsFor,
  type OptionalOperation,
  type OperationOptions,
  type RequestFeature,
  type RequiredOperation,
  type Supportable,
} from './adapter/provider.ts';
export { type AdapterDescription, type AdapterFactory, defineAdapter } from './registry/registry.ts';
export { checkSettings, commonSettings, HeaderText, webhookSecrets } from './adapter/settings.ts';
export { defineStatusTable, type StatusTable } from './payout/status.ts';
export { prefixBody, decodeHexSignature } from './webhooks/signature.ts';
export { parseTime } from './platform/times.ts';
export { type ReadRows, readRows, unreadableError } from './adapter/unreadable.ts';
export type { AdapterEvent, AdapterWebhooks, EventFacts, SignatureClaim, WebhookPayload, WebhookReading } from './adapter/webhook.ts';
export { refuseProblems, type RefusedCall } from './adapter/refuse-problems.ts';
export { ignoredEvent, oneEvent, readOrNull } from './adapter/webhook-reading.ts';
export { USUAL_ID } from './printable.ts';
