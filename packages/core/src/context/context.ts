import type { AdapterOperations, DecodedCreate, Refusal, RequestPurpose, Scope, SometimesWritten } from '../adapter/spec.ts';
import type { AnyPayoutProvider, Capabilities } from '../adapter/provider.ts';
import type { ApiEndpoint, HttpResponse } from '../http/exchange.ts';
import type { Send } from '../http/http.ts';
import type { Payout } from '../payout/payout.ts';
import type { Runtime } from '../platform/runtime.ts';
import type { Redact } from '../printable.ts';
import type { Submission } from '../stores/submission.ts';
import type { Emit } from '../telemetry/telemetry.ts';
import type { CheckedStore } from './checked-store.ts';
import type { ProcessMemory } from './process-memory.ts';

type Written = AdapterOperations<AnyPayoutProvider>;
/** An adapter's operations, without the provider's own types. */
export type ErasedOperations = Omit<Written, SometimesWritten> & Partial<Pick<Written, SometimesWritten>>;

/** The provider and account that payouts belong to. A submission is bound to exactly these. */
export interface ProviderIdentityParts {
  /** The adapter's id. */
  readonly id: string;
  /** The configured name. */
  readonly name: string;
  readonly namespace: string;
  readonly account: string | null;
  readonly source: string | null;
  /** Whether the credential is a live one; `null` where it does not tell. */
  readonly live: boolean | null;
}

/** Time limits and counts: facts of the provider, and settings. */
export interface Limits {
  readonly retentionMs: number;
  readonly storesRefusals: boolean;
  readonly absence: Capabilities['absence'];
  readonly listLimit: number;
  readonly listFloor: string | null;
  readonly timeoutMs: number;
  readonly maxResends: number;
}

/** The adapter's rules about requests, responses and payouts. Only `refusal` and `isReplay` may throw. */
export interface AdapterRules {
  readonly amountInAnswer: 'exact' | 'may_differ';
  readonly correlation: Submission['correlation']['by'];
  readonly correlationTokenOf: (payout: Payout) => string | null;
  readonly sourceOf: (payout: Payout) => string | null;
  readonly withoutAmount: (payout: Payout) => boolean;
  readonly refusal: (response: HttpResponse, purpose: RequestPurpose) => Refusal;
  readonly isReplay: (response: HttpResponse) => boolean;
  readonly mayResend: (response: HttpResponse, resend: number) => boolean | undefined;
  /** The contents of a submission's request; `null` when the adapter cannot read it. */
  readonly decode: (request: Submission['request']) => DecodedCreate | null;
}

/** How the provider is reached. */
export interface ProviderHttp {
  readonly endpoint: ApiEndpoint;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestIdHeader: string | null;
  /** The application's own `fetch`, where it has one. */
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly send: Send;
}

/** Where the provider's events go. */
export interface ProviderTelemetry {
  readonly emit: Emit;
  readonly hasListener: boolean;
  /** The operation that this context works for; `undefined` outside of an operation. */
  readonly operationId: number | undefined;
}

/** Makes the adapter's operations with the given headers. `onResponse` gets every response, for its `Date`. */
export type OperationsFor = (
  headers: Readonly<Record<string, string>>,
  scope: Scope,
  onResponse?: (response: HttpResponse) => void,
) => ErasedOperations;

/** The parts that a context is made of. */
export interface ContextParts {
  readonly identity: ProviderIdentityParts;
  readonly limits: Limits;
  readonly rules: AdapterRules;
  readonly http: ProviderHttp;
  readonly telemetry: ProviderTelemetry;
  readonly store: CheckedStore;
  readonly memory: ProcessMemory;
  readonly runtime: Runtime;
  readonly redact: Redact;
  readonly operationsOver: (context: ProviderContext) => OperationsFor;
  /** Makes the parts that carry the id of an operation, so that every event of the operation has that id. */
  readonly partsFor: (operationId: number) => Pick<ContextParts, 'http' | 'telemetry'>;
}

/** Everything that creates, lookups, changes and lists need of one provider. */
export class ProviderContext {
  declare readonly identity: ProviderIdentityParts;
  declare readonly limits: Limits;
  declare readonly rules: AdapterRules;
  declare readonly http: ProviderHttp;
  declare readonly telemetry: ProviderTelemetry;
  declare readonly store: CheckedStore;
  declare readonly memory: ProcessMemory;
  declare readonly runtime: Runtime;
  declare readonly redact: Redact;
  readonly #parts: ContextParts;
  readonly #operationsFor: OperationsFor;
  #own: ErasedOperations | undefined;

  constructor(parts: ContextParts, own?: ErasedOperations) {
    Object.assign(this, parts); // The members that are declared above.
    this.#parts = parts;
    this.#operationsFor = parts.operationsOver(this);
    this.#own = own;
  }

  /** The same provider, working for one operation. */
  forOperation(operationId: number): ProviderContext {
    return this.with(this.#parts.partsFor(operationId));
  }

  /** The same provider with some other parts. Operations that were made already are reused where they would be the same. */
  with(parts: Partial<ContextParts>): ProviderContext {
    const isSame = Object.keys(parts).every((name) => name === 'store');
    return new ProviderContext({ ...this.#parts, ...parts }, isSame ? this.#own : undefined);
  }

  /** The adapter's operations. Those with the provider's own headers and source are made once. */
  operationsFor(...[headers, scope, onResponse]: Parameters<OperationsFor>): ErasedOperations {
    const isOwn = headers === this.http.headers && scope.source === this.identity.source && onResponse === undefined;
    return isOwn ? (this.#own ??= this.#operationsFor(headers, scope)) : this.#operationsFor(headers, scope, onResponse);
  }
}
