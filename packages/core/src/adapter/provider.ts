import { type Operation, OPERATIONS } from '../payout/operations.ts';
import type { NoOptions } from '../known-keys.ts';
import type { Money } from '../money/money.ts';
import { PayoutError } from '../errors.ts';
import type { Attempt, PayoutOutcome } from '../payout/outcome.ts';
import type { Balance, Payout, PayoutPage } from '../payout/payout.ts';
import type { PayoutStatus } from '../payout/status.ts';
import type { Submission } from '../stores/submission.ts';
import type { OnUnreadable } from './unreadable.ts';
import type { PayoutEvent, WebhookInput } from './webhook.ts';

// ---- What a call may carry -------------------------------------------------------------------------------------------

/** For every call. */
export interface CallOptions {
  /** Ends the call. A create ends in an outcome all the same: `unknown` once a byte may have left. */
  readonly signal?: AbortSignal | undefined;
  /** For the whole call, resends and body included. @default the provider's `timeoutMs` setting */
  readonly timeoutMs?: number | undefined;
}

/** For calls that read many rows at once. */
export interface ReadingOptions {
  /**
   * Hears of each row that cannot be read, and the rest is answered without it. Without it such a row is an error.
   *
   * What it throws, also later, changes nothing.
   */
  readonly onUnreadable?: OnUnreadable | undefined;
}

/** Per operation, the provider options it takes. An operation that is not named takes none. */
export interface OperationOptions {
  readonly create?: object;
  readonly list?: object;
  readonly retrieve?: object;
  readonly cancel?: object;
  readonly update?: object;
  readonly reverse?: object;
  readonly balances?: object;
}

/** The bag of one operation. */
export type OptionsFor<Bags, Name extends keyof OperationOptions> = Name extends keyof Bags ? NonNullable<Bags[Name]> : NoOptions;

/** One bag per provider; the bags of other providers are ignored, those of no known provider are refused. */
export type ProviderOptions<Id extends string, Options> = { readonly [K in Id]?: Options | undefined };

/** A call that takes provider options. */
export interface CallWith<Id extends string, Options> extends CallOptions {
  readonly providerOptions?: ProviderOptions<Id, Options> | undefined;
}

// ---- Requests --------------------------------------------------------------------------------------------------------

/** What only some providers take in a create. */
export interface OptionalRequestFields {
  /** The provider's id of a saved destination. @default the `destination` setting, then the provider's own default */
  readonly destination?: string | undefined;
  /**
   * The connected account that pays, such as `acct_1`: exactly the create of `provider.forAccount(account)`.
   *
   * It decides the key. A reference that is kept for another account is not paid again: the create is `unknown`, with
   * `idempotency_conflict`.
   *
   * @default the account of the settings, then the credential's own
   */
  readonly account?: string | undefined;
  /** What the recipient reads on the bank statement; each provider has its own limit. */
  readonly statementDescriptor?: string | undefined;
  /** Keys and values of your own. Keys that begin with `disburse_` are taken. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What a provider's create may take beyond the common fields. */
export type RequestFeature = 'fullBalance' | keyof OptionalRequestFields;

/** What every create takes. */
export interface CommonCreateRequest {
  /** Your own id of this payout: 1 to 120 visible ASCII characters. One reference is one payout, for ever. */
  readonly reference: string;
  /** From {@link nextAttempt}, after a rejection that allows it. Never a retry counter. @default 1 */
  readonly attempt?: 1 | Attempt | undefined;
  /** For people. */
  readonly description?: string | undefined;
}

/** What a create asks for. */
export type CreatePayoutRequest<Id extends string = string, Options = NoOptions, Supported = never> = CommonCreateRequest &
  Pick<OptionalRequestFields, Extract<Supported, keyof OptionalRequestFields>> & {
    /** Exact, in major units, with the currency's ISO 4217 digits. `'full_balance'` only where the provider has it, never by omission. */
    readonly money: Money | ('fullBalance' extends Supported ? 'full_balance' : never);
    readonly providerOptions?: ProviderOptions<Id, Options> | undefined;
  };

/**
 * What a create asks for, for a function that builds it. Without a parameter it is what every provider and every registry takes.
 *
 * @example
 * const rent = (month: string): PayoutRequest => ({ reference: `rent-${month}`, money: { amount: '900.00', currency: 'EUR' } });
 * const share = (account: string): PayoutRequest<StripeProvider> => ({ ...rent('2026-11'), account }); // What this one takes besides.
 */
export type PayoutRequest<P extends AnyPayoutProvider = never> = [P] extends [never]
  ? CommonCreateRequest & { readonly money: Money }
  : Parameters<P['createPayout']>[0];

/** Which payouts to list, newest first. */
export interface ListPayoutsQuery<Id extends string = string, Options = NoOptions> {
  readonly status?: PayoutStatus | undefined;
  /** Created at this time or later. ISO 8601 with `Z` or an offset, or a date, which begins at midnight UTC: `parseTime`. */
  readonly createdFrom?: string | undefined;
  /** Created before this time. ISO 8601 with `Z` or an offset, or a date, which begins at midnight UTC. */
  readonly createdTo?: string | undefined;
  readonly destination?: string | undefined;
  /** Payouts a page. @default the provider's own */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
  readonly providerOptions?: ProviderOptions<Id, Options> | undefined;
}

/** Which payouts to list, and how to walk through all of them. */
export interface ListAllPayoutsQuery<Id extends string = string, Options = NoOptions> extends ListPayoutsQuery<Id, Options> {
  /**
   * Windows of time that are read at once, 1 to 32. The payouts are the same, in the same order; up to sixteen pages for
   * each are held in memory. Needs `createdFrom`, and no `cursor`. Where the provider does not filter by time itself
   * (`capabilities.filters`), pages are read one after the other all the same.
   *
   * @default 1
   */
  readonly parallel?: number | undefined;
}

/** A change of metadata: `null` removes one key, `metadata: null` removes all but the `disburse_*` ones. */
export interface UpdatePayout {
  readonly metadata: Readonly<Record<string, string | null>> | null;
}

/** How to reverse. */
export interface ReversePayout {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** 2 and up only after a reversal that was certainly refused and whose cause is gone. @default 1 */
  readonly attempt?: number | undefined;
}

/** What a person found out about a submission that no machine could resolve. */
export type Decision = { readonly payoutId: string } | { readonly absent: true };

// ---- Operations ------------------------------------------------------------------------------------------------------

/** Everything a provider may be able to do. */
export interface PayoutOperations<Id extends string, Bags, Supported> {
  /**
   * Creates a payout: prepares it, keeps the submission in the store, submits it.
   *
   * Never throws for anything that happens; bad input is `rejected` with `submission: null`.
   *
   * @throws {PayoutError} `invalid_request` for a `call` that it cannot take, such as an option of a provider's own SDK; nothing is
   * prepared, kept or sent.
   */
  createPayout(
    request: CreatePayoutRequest<Id, OptionsFor<Bags, 'create'>, Extract<Supported, RequestFeature>>,
    call?: CallOptions,
  ): Promise<PayoutOutcome>;
  /**
   * Validates, and builds the exact bytes and the key; no I/O. A dry run is a `prepare` that is printed.
   *
   * @throws {PayoutError} `invalid_request` or `unsupported`, with every problem in `issues`.
   */
  prepare(request: CreatePayoutRequest<Id, OptionsFor<Bags, 'create'>, Extract<Supported, RequestFeature>>): Promise<Submission>;
  /**
   * Sends or resends a submission, inside its key's window; outside it sends nothing and looks up. May be repeated for ever
   * and cannot pay twice.
   *
   * @throws {PayoutError} `invalid_request` when the submission is bound to another provider, account or mode; nothing is sent.
   */
  submit(submission: Submission, call?: CallOptions): Promise<PayoutOutcome>;
  /**
   * Finds out by reading only.
   *
   * @throws {PayoutError} `invalid_request` when the submission is bound to another provider, account or mode.
   */
  lookup(submission: Submission, call?: CallOptions): Promise<PayoutOutcome>;
  /**
   * Records what a person found out.
   *
   * @throws {PayoutError} `invalid_state` for `absent` while a copy of the submission could still be sent; `invalid_request`
   * when the payout is not the one that was submitted.
   */
  resolve(submission: Submission, decision: Decision): Promise<PayoutOutcome>;
  /** @throws {PayoutError} `not_found` and others. */
  retrieve(id: string, call?: CallWith<Id, OptionsFor<Bags, 'retrieve'>>): Promise<Payout>;
  /**
   * One page, newest first, with payouts that the provider made by itself mixed in.
   *
   * Where core filters it reads up to 20 pages to find a payout; then the page is empty, and `nextCursor` goes on.
   *
   * @throws {PayoutError} `unexpected_response` for a row that cannot be read, unless `onUnreadable` hears of it, and for 20
   * pages in a row without any row.
   */
  list(query?: ListPayoutsQuery<Id, OptionsFor<Bags, 'list'>>, call?: CallOptions & ReadingOptions): Promise<PayoutPage>;
  /**
   * All pages; the next one is read while the caller works.
   *
   * @throws {PayoutError} `unexpected_response` as {@link PayoutOperations.list}, and for a list that does not end. That is a
   * cursor that repeats, or pages in a row without a payout to show: 1,000 while their times stand still, 10,000 while they move.
   */
  listAll(query?: ListAllPayoutsQuery<Id, OptionsFor<Bags, 'list'>>, call?: CallOptions & ReadingOptions): AsyncIterable<Payout>;
  /**
   * Cancels a payout that has not left the provider yet; one that is canceled already is returned as it is.
   *
   * @throws {PayoutError} `invalid_state` once it has left; `provider_unavailable` with `outcome: 'unknown'` where neither
   * the cancel nor a read of the payout was answered.
   */
  cancel(id: string, call?: CallWith<Id, OptionsFor<Bags, 'cancel'>>): Promise<Payout>;
  /**
   * Verifies a delivery of the provider's and says what it is about: usually one event, none for what is no payout event.
   *
   * The signature is over the raw bytes: hand over the body as it was received, never a parsed one.
   *
   * @throws {PayoutError} `webhook_refused` for whatever is not signed with one of the `webhookSecrets`, or not now (answer
   * 400); `invalid_settings` without `webhookSecrets`.
   * @see {@link webhookHandler} for the whole endpoint.
   */
  parseWebhook(input: WebhookInput, call?: CallOptions): Promise<readonly PayoutEvent[]>;
  /** Changes metadata. */
  update(id: string, change: UpdatePayout, call?: CallWith<Id, OptionsFor<Bags, 'update'>>): Promise<Payout>;
  /** Brings the money of a payout back; resolves to the payout that does so, also when it exists already. */
  reverse(id: string, change?: ReversePayout, call?: CallWith<Id, OptionsFor<Bags, 'reverse'>>): Promise<Payout>;
  /**
   * What can be paid out now.
   *
   * @throws {PayoutError} `unexpected_response` for a row that cannot be read, unless `onUnreadable` hears of it.
   */
  balances(call?: CallWith<Id, OptionsFor<Bags, 'balances'>> & ReadingOptions): Promise<readonly Balance[]>;
}

/** In a provider's type only where it has them. */
export type OptionalOperation = 'list' | 'listAll' | 'update' | 'reverse' | 'balances';
export type RequiredOperation = Exclude<Operation, OptionalOperation>;
/** What one provider has and another may lack. `list` stands for `listAll` too: both are made of the adapter's `page`. */
export type Capability = Exclude<OptionalOperation, 'listAll'> | RequestFeature;
/** The optional operations of a provider whose type lists these capabilities. */
export type OptionalOf<Supported> = Extract<Supported, OptionalOperation> | ('list' extends Supported ? 'listAll' : never);

export const OPTIONAL_OPERATIONS: readonly OptionalOperation[] = ['list', 'listAll', 'update', 'reverse', 'balances'];

/** What a provider has that writes these optional operations. */
export function operationsWith(written: readonly OptionalOperation[]): readonly Operation[] {
  return OPERATIONS.filter(
    (operation) => written.some((one) => one === operation) || !OPTIONAL_OPERATIONS.some((one) => one === operation),
  );
}

/** What a provider can do, as data. */
export interface Capabilities {
  readonly operations: readonly Operation[];
  readonly request: { readonly [F in RequestFeature]: boolean };
  /** The states in which an operation can succeed; an operation that is not named does not depend on the state. */
  readonly states: { readonly [O in 'cancel' | 'reverse']?: readonly PayoutStatus[] };
  readonly key: {
    /** How long the provider remembers an idempotency key, in milliseconds. */
    readonly retentionMs: number;
    /** Whether it answers a resend of a refused request with the same refusal, marked as a replay. */
    readonly storesRefusals: boolean;
  };
  /**
   * What proves that a payout does not exist. `by_list`: a list that was read to its end and does not show it. `never`: nothing
   * that can be read. Then a lookup never says `rejected`, and a lost answer that is too old to send again is for a person.
   */
  readonly absence: 'by_list' | 'never';
  /** By what a lookup recognises a payout of ours. */
  readonly lookup: 'metadata' | 'description' | 'none';
  /** Who applies each filter of a list; core pages through what the provider cannot filter. Without `list` it means nothing. */
  readonly filters: { readonly [F in 'status' | 'createdFrom' | 'createdTo' | 'destination']: 'provider' | 'core' };
  /** The largest page, in payouts. */
  readonly listLimit: number;
  /** Payouts created before this time are never listed; `null` for no such floor. */
  readonly listFloor: string | null;
  /** Lasting effects of a create beyond the payout, in words. */
  readonly sideEffects: readonly string[];
}

export interface ProviderIdentity<Id extends string> {
  /** The adapter's id. */
  readonly id: Id;
  /** The name it was configured under; its id when it was made by hand. */
  readonly name: string;
  readonly specification: 'v1';
  readonly capabilities: Capabilities;
}

/** A provider of which the adapter is known. An adapter's own type is an interface that extends this. */
export type PayoutProvider<Id extends string, Bags, Supported extends Capability> = ProviderIdentity<Id> &
  Pick<PayoutOperations<Id, Bags, Supported>, RequiredOperation | OptionalOf<Supported>> & {
    /** Types only; never set. */
    readonly '~types'?: { readonly bags: Bags; readonly supported: Supported } | undefined;
  };

/** Any provider: what all of them have. Narrow it with {@link supports} for the rest. */
export interface AnyPayoutProvider extends ProviderIdentity<string>, Pick<PayoutOperations<string, object, never>, RequiredOperation> {
  readonly '~types'?: { readonly bags: object; readonly supported: Capability } | undefined;
}

// ---- Narrowing -------------------------------------------------------------------------------------------------------

/** A provider that works for connected accounts. */
export interface ForAccount<P> {
  /** The same provider for a connected account, for every operation. */
  forAccount(account: string): P;
}
/** `list` and `listAll` are there together, or not at all. */
type Together<O extends Operation> = O extends 'list' | 'listAll' ? 'list' | 'listAll' : O;

/** What {@link supports} can be asked for. */
export type Supportable = Operation | 'forAccount';

/** What a provider has besides what all have. */
type With<P, O extends Supportable> = O extends Operation ? Pick<PayoutOperations<string, object, never>, Together<O>> : ForAccount<P>;

/** The members of a union that have `O`; for a provider of unknown identity, that provider with `O`. */
export type Supporting<P extends AnyPayoutProvider, O extends Supportable> =
  P extends Record<O, unknown> ? P : string extends P['id'] ? P & With<P, O> : never;

/** Whether a provider has an operation, or connected accounts; narrows a union to the providers that do. */
export function supports<P extends AnyPayoutProvider, O extends Supportable>(provider: P, operation: O): provider is Supporting<P, O> {
  const { operations, request } = provider.capabilities;
  return operation === 'forAccount' ? request.account : operations.some((one) => one === operation);
}

/**
 * Narrows like {@link supports}, or stops before any request.
 *
 * @throws {PayoutError} `unsupported`, naming what the provider can do.
 */
export function assertSupports<P extends AnyPayoutProvider, O extends Supportable>(
  provider: P,
  operation: O,
): asserts provider is Supporting<P, O> {
  if (!supports(provider, operation)) throw unsupported(provider, operation);
}

/** The error of a call to what a provider lacks. Nothing was sent. */
export function unsupported(provider: ProviderIdentity<string>, operation: string): PayoutError {
  const able = provider.capabilities.operations.join(', ');
  return new PayoutError('unsupported', `${operation} is not supported; this provider can: ${able}.`, {
    provider: provider.name,
    outcome: 'rejected',
  });
}

/**
 * Why `operation` cannot be called; with a payout, why it cannot be called on it in its present state.
 *
 * @returns A sentence for people; `null` where nothing is against it.
 */
export function reasonAgainst(provider: AnyPayoutProvider, operation: Operation, payout?: Payout): string | null {
  const { capabilities, name } = provider;
  if (!capabilities.operations.includes(operation)) return `${name} has no ${operation}.`;
  if (payout === undefined) return null;
  if (payout.provider !== provider.id || payout.name !== name) {
    return `${payout.id} belongs to ${payout.name}, not to ${name}.`;
  }
  const states = operation === 'cancel' || operation === 'reverse' ? capabilities.states[operation] : undefined;
  if (states !== undefined && !states.includes(payout.status)) {
    return `${payout.id} is ${payout.status}; ${operation} needs ${states.join(' or ')}.`;
  }
  if (operation === 'cancel' && !payout.cancelable) {
    return `${payout.id} cannot be canceled${payout.automatic ? ': the provider made it by its own schedule' : ''}.`;
  }
  if (operation === 'reverse' && payout.reversedBy !== null) {
    return `${payout.id} is reversed already, by ${payout.reversedBy}.`;
  }
  return null;
}
