import type { GenericSchema } from 'valibot';
import type { PayoutErrorCode, PayoutIssue } from '../errors.ts';
import type { HttpResponse, ApiEndpoint } from '../http/exchange.ts';
import type { Money } from '../money/money.ts';
import type { MoneyProfile } from '../money/money-profile.ts';
import type { Notice } from '../payout/outcome.ts';
import type { Balance, Payout, PayoutPage } from '../payout/payout.ts';
import type { Operation } from '../payout/operations.ts';
import type {
  AnyPayoutProvider,
  OptionsFor,
  CallOptions,
  Capabilities,
  CommonCreateRequest,
  ListPayoutsQuery,
  OptionalRequestFields,
  OperationOptions,
  ForAccount,
  RequestFeature,
  ReversePayout,
  UpdatePayout,
} from './provider.ts';
import type { CommonSettings } from './settings.ts';
import type { Submission } from '../stores/submission.ts';
import type { UnreadableRow } from './unreadable.ts';
import type { AdapterWebhooks } from './webhook.ts';

/** The option bags that a provider's type declares. */
export type OptionsOf<P extends AnyPayoutProvider> = NonNullable<P['~types']>['bags'];
/** What a provider's type says it supports. */
export type SupportedOf<P extends AnyPayoutProvider> = NonNullable<P['~types']>['supported'];
type Options<P extends AnyPayoutProvider, O extends keyof OperationOptions> = OptionsFor<OptionsOf<P>, O> | undefined;

/** What an adapter is handed for a create: checked by core. Its `account` is the provider's own. */
export type AdapterCreateRequest = CommonCreateRequest &
  Omit<OptionalRequestFields, 'account'> & { readonly money: Money | 'full_balance' };

/** What core adds to a create so that a lookup can find it. */
export interface Correlation {
  readonly by: Submission['correlation']['by'];
  readonly token: string;
  readonly reference: string;
}

/** The request of a create, as an adapter encodes it. */
export interface EncodedCreate {
  readonly path: string;
  /** Beside the connection's own headers; `content-type` at least. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The balance or financial account the money leaves, where the request names one. */
  readonly source: string | null;
}

/** What the request of a create says, read back from its own bytes. */
export interface DecodedCreate {
  readonly money: Money | 'full_balance';
  /** The balance or financial account that the request names; `null` where it names none. */
  readonly source: string | null;
  /** The provider's id of the destination that the request names; `null` for a default or an inline one, whose number is not repeated. */
  readonly destination: string | null;
  /** The connected account that the headers name. */
  readonly account: string | null;
  /** The mode that the body names; `null` where only the credential decides it. */
  readonly live: boolean | null;
  /** The token that the request carries; `null` where correlation is off. */
  readonly token: string | null;
}

/** What an answer other than 2xx means. */
export type Refusal = {
  readonly code: PayoutErrorCode;
  /** For people: what was refused and what to do. Never the token or an account number. */
  readonly message: string;
  /** The provider's own words, verbatim. */
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
} & (
  | {
      /**
       * The provider did not do it. `keyState` says what that means for the key.
       *
       * Say it only of a response in the form of the provider's own errors, whatever its status. A proxy on the way may respond with
       * 401, 403 or 429 by itself, after it has sent the request before.
       */
      readonly outcome: 'rejected';
      /**
       * `unused`: the provider responds before it looks at the key (401, 429), so the same bytes may be sent again.
       * `maybe_stored`: the provider may store the refusal under the key; core sends the request once more to find out.
       * `never_valid`: these bytes can never succeed, stored or not.
       * `needs_person`: no machine may retry.
       */
      readonly keyState: 'unused' | 'maybe_stored' | 'never_valid' | 'needs_person';
    }
  | {
      /** It may have been done. */
      readonly outcome: 'unknown';
      /**
       * `false` where sending the same again can tell nothing new: the key was used for other parameters, or, with the code
       * `payouts_blocked`, a person must decide first. What is held so is never sent again, and its absence proves nothing.
       */
      readonly resend: boolean;
    }
);

/** What was being asked when a refusal came: one status can mean different things. */
export type RequestPurpose = 'create' | 'retrieve' | 'list' | 'cancel' | 'update' | 'reverse' | 'balances' | 'other';

/** A refusal that an adapter looked into, and payouts that could be ours although it was refused. */
export interface Explained {
  readonly refusal: Refusal;
  readonly candidates: readonly Payout[];
}

/** What an adapter may call. Errors are thrown as `PayoutError`, mapped by the adapter's own `refusal`. */
export interface Http {
  get(path: string, call?: CallOptions, purpose?: RequestPurpose): Promise<HttpResponse>;
  /** `key: null` sends a random idempotency key. */
  post(
    path: string,
    sent: { readonly body: string; readonly headers: Readonly<Record<string, string>>; readonly key: string | null },
    call?: CallOptions,
    purpose?: RequestPurpose,
  ): Promise<HttpResponse>;
  delete(path: string, call?: CallOptions, purpose?: RequestPurpose): Promise<HttpResponse>;
}

/** A query as an adapter gets it: checked; `limit` and times included. */
export type AdapterListQuery = Omit<ListPayoutsQuery, 'providerOptions'>;

/** One page as an adapter reads it. */
export interface AdapterPage extends PayoutPage {
  /** Rows that are on the page and could not be read, from {@link readRows}. One that is left out here silently could be a payout of ours. */
  readonly unreadable?: readonly UnreadableRow[] | undefined;
}

/** Balances as an adapter reads them. */
export interface AdapterBalances {
  readonly balances: readonly Balance[];
  /** Rows that could not be read, from {@link readRows}. */
  readonly unreadable?: readonly UnreadableRow[] | undefined;
}

/** The operations that an adapter writes; core makes createPayout, prepare, submit, lookup, resolve, list and listAll out of them. */
export interface AdapterOperations<P extends AnyPayoutProvider> {
  /** The exact bytes. Pure: no I/O, no clock. Only called for input without problems. */
  encodeCreate(request: AdapterCreateRequest, options: Options<P, 'create'>, correlation: Correlation): EncodedCreate;
  /**
   * What the request of a create says: `encodeCreate`, read back. Pure.
   *
   * Answer `null` when the body cannot be read, or the request has a path, header or field that `encodeCreate` never writes.
   * What the library does not understand, it must not send. {@link isCreate} and {@link exactJson} help.
   */
  decodeCreate(request: Submission['request']): DecodedCreate | null;
  /** The payout of a 2xx answer to a create. @throws {PayoutError} `unexpected_response` when it cannot be read. */
  readCreate(answer: HttpResponse): Payout;
  retrieve(id: string, options: Options<P, 'retrieve'>, call: CallOptions): Promise<Payout>;
  /**
   * One page, newest first. Filters that the provider lacks are applied by core afterwards.
   *
   * Written where the provider's type lists `list`. A provider without a list has none: an empty page in its place would prove
   * that payouts are absent which exist.
   */
  page(query: AdapterListQuery, options: Options<P, 'list'>, call: CallOptions): Promise<AdapterPage>;
  /** Sends the cancel. The re-read after a lost answer and the meaning of a refusal in the present state are core's. */
  cancel(id: string, options: Options<P, 'cancel'>, call: CallOptions): Promise<Payout>;
  update(id: string, change: UpdatePayout, options: Options<P, 'update'>, call: CallOptions): Promise<Payout>;
  reverse(id: string, change: ReversePayout, key: string, options: Options<P, 'reverse'>, call: CallOptions): Promise<Payout>;
  balances(options: Options<P, 'balances'>, call: CallOptions): Promise<AdapterBalances>;
  /** Optional reads after a refused create that may explain it; never a reason to call it created. */
  explain?(refusal: Refusal, submission: Submission, call: CallOptions): Promise<Explained>;
  /**
   * Optional: what the caller should know about this create. May read before it is sent; a failure is ignored.
   *
   * @param call `null` where nothing is about to be sent, because an earlier call sent it: then nothing is read.
   */
  notices?(submission: Submission, call: CallOptions | null): readonly Notice[] | Promise<readonly Notice[]>;
}

/** What an adapter writes only where its provider's type lists it; `page` where it lists `list`. */
export type SometimesWritten = 'page' | 'update' | 'reverse' | 'balances';
type AlwaysWritten = Exclude<keyof AdapterOperations<AnyPayoutProvider>, SometimesWritten>;
type Promised<P extends AnyPayoutProvider> = Extract<SupportedOf<P>, SometimesWritten> | ('list' extends SupportedOf<P> ? 'page' : never);

/** Members of the provider's type that core does not know, for example `forAccount`. */
export type ExtraMembers<P extends AnyPayoutProvider> = Omit<P, Operation | keyof AnyPayoutProvider>;

/** What the compiler says when an adapter writes an operation that its type does not list. */
export type NotPromised<O extends string> = `${O extends 'page' ? 'list' : O} is not listed in Supported of the provider's type`;

/** What the operations of one set of headers and one source are made for. */
export interface Scope {
  /** The balance or financial account: of the settings, or of the submission that is looked up. */
  readonly source: string | null;
}

/** Everything that makes a provider out of an adapter. */
export interface PayoutProviderSpec<P extends AnyPayoutProvider> {
  readonly id: P['id'];
  /** As people call it, for messages: `Stripe`. */
  readonly label: string;
  readonly settings: CommonSettings;
  readonly endpoint: ApiEndpoint;
  readonly requestIdHeader: string | null;
  /** The connected account that every operation is bound to; `null` for the credential's own. */
  readonly account: string | null;
  readonly source: string | null;
  /** By the credential; `null` where it does not tell. */
  readonly live: boolean | null;
  readonly money: MoneyProfile;
  /** Whether the amount in an answer is always the one asked for, or may differ (fees): a difference is then only a notice. */
  readonly amountInAnswer: 'exact' | 'may_differ';
  readonly correlation: Submission['correlation']['by'];
  /** The token that a payout carries; `null` for none. */
  readonly correlationTokenOf: (payout: Payout) => string | null;
  /** The balance or financial account that a payout left, as `source` names it; left out or `null` where the provider does not say. */
  readonly sourceOf?: ((payout: Payout) => string | null) | undefined;
  /**
   * Whether the provider names no amount at all for this payout, as its documentation allows also where a fixed one was asked for.
   *
   * Leave it out for a provider that always names one: then `money: null` is an amount that cannot be read, and never taken for
   * a fixed one. `true` makes of it the notice `amount_missing`; never say it of an amount that is there.
   */
  readonly withoutAmount?: ((payout: Payout) => boolean) | undefined;
  /** One strict schema per bag that the provider's type declares. */
  readonly options: { readonly [O in keyof OptionsOf<P>]-?: GenericSchema<unknown, NonNullable<OptionsOf<P>[O]>> };
  /** Must agree with the type: `true` exactly for what it lists. */
  readonly request: { readonly [F in RequestFeature]: F extends SupportedOf<P> ? true : false };
  /** `absence: 'by_list'` needs `list` in the type. @throws {PayoutError} `invalid_settings` for `by_list` without a `page`. */
  readonly capabilities: Omit<Capabilities, 'operations' | 'request' | 'lookup' | 'absence'> & {
    readonly absence: 'list' extends SupportedOf<P> ? Capabilities['absence'] : 'never';
  };
  /** The provider's own limits on a create: every problem, with its path. */
  readonly problems: (request: AdapterCreateRequest, options: OptionsFor<OptionsOf<P>, 'create'> | undefined) => readonly PayoutIssue[];
  /** What an answer other than 2xx means. */
  readonly refusal: (answer: HttpResponse, purpose: RequestPurpose) => Refusal;
  /** Whether an answer is a replay of an earlier one under the same key. */
  readonly isReplay: (answer: HttpResponse) => boolean;
  /** The provider's own word on resending: `false` stops it, `true` sends a refusal again too, `undefined` leaves it to the common rules. */
  readonly mayResend?: ((answer: HttpResponse, resend: number) => boolean | undefined) | undefined;
  readonly webhooks: AdapterWebhooks;
  readonly operations: (
    http: Http,
    scope: Scope,
  ) => Pick<AdapterOperations<P>, AlwaysWritten | Promised<P>> & {
    readonly [O in Exclude<SometimesWritten, Promised<P>>]?: NotPromised<O>;
  };
  /** Members of `P` that core does not know. Where `request.account` is `true`, `forAccount` is one of them. */
  readonly extraMembers: ExtraMembers<P> & ('account' extends SupportedOf<P> ? ForAccount<P> : unknown);
}
