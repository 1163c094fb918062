// https://docs.stripe.com/api (authentication, versioning, connected accounts, idempotent requests; read 2026-11-20)
import type { PayoutIssue } from '@disburse/core';
import { type HttpResponse, type ApiEndpoint, HeaderText, webhookSecrets } from '@disburse/core/adapter';
import * as v from 'valibot';

/** The API version that this adapter was written against. @see https://docs.stripe.com/changelog */
export const DEFAULT_API_VERSION = '2026-10-28.endive';

/** Keys are kept for at least 24 hours. @see https://docs.stripe.com/api/idempotent_requests */
export const KEY_RETENTION_MS: number = 24 * 60 * 60_000;

/** Where a request id is told. */
export const REQUEST_ID_HEADER = 'request-id';

/** Settings of everything that talks to Stripe. */
export interface StripeAccess {
  /** A secret (`sk_…`) or restricted (`rk_…`) key; `_test_` and `_live_` decide the mode. Never logged, never stored. */
  readonly apiKey: string;
  /** The connected account that every call is made for, `acct_…`. @default the account of the key */
  readonly stripeAccount?: string | undefined;
  /**
   * Instead of `stripeAccount`: the account that every call is made for. Write the path that leads to it from the owner of the
   * key, `acct_…` or `acct_…/acct_…`. A key of an organization needs it.
   *
   * The last account of the path is the one that keys and submissions are bound to: its headers may change, its payouts may not.
   *
   * @default the account of the key
   * @see https://docs.stripe.com/context
   */
  readonly stripeContext?: string | undefined;
  /** Sent with every request, `2026-10-28.endive`. @default the version this adapter was written against */
  readonly apiVersion?: string | undefined;
  /**
   * Where the token is written by which a lookup recognises a payout: `metadata` takes two of Stripe's 50 keys
   * (`disburse_key`, `disburse_reference`).
   *
   * @default 'metadata'
   */
  readonly correlation?: 'metadata' | 'none' | undefined;
  /** Secrets of the webhook endpoints, `whsec_…`; several while one is being replaced. */
  readonly webhookSecrets?: readonly string[] | undefined;
}

/** An id of Stripe's: visible ASCII of some length. Prefixes are not a contract. */
export const StripeId: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,5000}$/, 'must be an id of Stripe: visible ASCII without spaces, not empty'),
);

/** Schema entries for {@link StripeAccess}, to be spread into an adapter's strict schema. */
export const stripeAccess: { readonly [K in keyof StripeAccess]-?: v.GenericSchema<StripeAccess[K]> } = {
  apiKey: v.pipe(
    HeaderText,
    v.check((key) => !/^(pk|whsec)_/.test(key), 'must be a secret (sk_) or restricted (rk_) key; this kind cannot move money'),
  ),
  stripeAccount: v.optional(HeaderText),
  stripeContext: v.optional(
    v.pipe(HeaderText, v.regex(/^[^/]+(\/[^/]+)*$/, "must be the id of an account, or a path of ids such as 'acct_1/acct_2'")),
  ),
  apiVersion: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/, "must look like '2026-10-28.endive': a date, and the name of a release train"),
    ),
  ),
  correlation: v.optional(v.picklist(['metadata', 'none'])),
  webhookSecrets: v.optional(webhookSecrets),
};

/** What no schema sees. Stripe refuses both headers together: https://docs.stripe.com/context */
export function accessProblems({ stripeAccount, stripeContext }: StripeAccess): readonly PayoutIssue[] {
  if (stripeAccount === undefined || stripeContext === undefined) return [];
  return [{ path: 'stripeContext', message: 'cannot be given together with stripeAccount: both say which account; leave one out' }];
}

/** The account that every call is made for, where it is not the key's own: the last one of a context. */
export function accountOf({ stripeAccount, stripeContext }: Pick<StripeAccess, 'stripeAccount' | 'stripeContext'>): string | null {
  return stripeAccount ?? stripeContext?.slice(stripeContext.lastIndexOf('/') + 1) ?? null;
}

/**
 * The same access, for another account.
 *
 * Where a context is set already, with a key of an organization (https://docs.stripe.com/keys/organization-api-keys) and for a path it
 * is the context, else the `Stripe-Account`.
 */
export function accessFor<Settings extends StripeAccess>(settings: Settings, account: string): Settings {
  const byContext = settings.stripeContext !== undefined || settings.apiKey.startsWith('sk_org') || /\//.test(account);
  return { ...settings, stripeAccount: byContext ? undefined : account, stripeContext: byContext ? account : undefined };
}

/** Whether a key moves real money; `null` for one whose prefix does not say. */
export function liveOf(apiKey: string): boolean | null {
  const mode = /^[sr]k_(test|live)_/.exec(apiKey)?.[1];
  return mode === undefined ? null : mode === 'live';
}

/** Where Stripe is, and the headers that every request carries. The form type also stands on requests without a body. */
export function stripeConnection(settings: StripeAccess & { readonly baseUrl?: string | undefined }): ApiEndpoint {
  return {
    baseUrl: settings.baseUrl ?? 'https://api.stripe.com',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'stripe-version': settings.apiVersion ?? DEFAULT_API_VERSION,
      ...(settings.stripeAccount === undefined ? {} : { 'stripe-account': settings.stripeAccount }),
      ...(settings.stripeContext === undefined ? {} : { 'stripe-context': settings.stripeContext }),
    },
    credentials: { authorization: `Bearer ${settings.apiKey}` },
  };
}

/** Every header of a create, in lower case: those of {@link stripeConnection}. */
export const CREATE_HEADERS: readonly string[] = ['accept', 'content-type', 'stripe-version', 'stripe-account', 'stripe-context'];

/** Whether an answer is the stored one of an earlier request with the same key. */
export function isReplay(answer: HttpResponse): boolean {
  return answer.headers.get('idempotent-replayed') === 'true';
}

/** Stripe's own word on resending; `undefined` where it says nothing. */
export function mayResend(answer: HttpResponse): boolean | undefined {
  const word = answer.headers.get('stripe-should-retry');
  return word === 'true' ? true : word === 'false' ? false : undefined;
}
