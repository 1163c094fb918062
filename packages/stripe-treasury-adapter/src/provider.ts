// https://docs.stripe.com/api/treasury/outbound_payments (operations in its order; read 2026-11-20)
import type { CommonSettings, PayoutProvider } from '@disburse/core';
import {
  type AdapterFactory,
  type AdapterListQuery,
  type AdapterOperations,
  checkSettings,
  commonSettings,
  defineAdapter,
  definePayoutProvider,
  type Http,
  type Scope,
  refuseProblems,
} from '@disburse/core/adapter';
import {
  accessFor,
  accessProblems,
  accountOf,
  createdParameter,
  encodeForm,
  isReplay,
  KEY_RETENTION_MS,
  listProblems,
  liveOf,
  mayResend,
  metadataOf,
  type PagePlace,
  placeOf,
  REQUEST_ID_HEADER,
  type StripeAccess,
  stripeAccess,
  stripeConnection,
  StripeId,
  TOKEN_KEY,
  toPage,
  withQuery,
} from '@disburse/stripe-adapter/internal';
import * as v from 'valibot';
import { decodeCreate, encodeCreate } from './create.ts';
import { treasuryRefusals } from './errors.ts';
import { toBalances } from './financial-account.ts';
import { createProblems, descriptorNotices } from './limits.ts';
import { TREASURY_MONEY } from './money.ts';
import { OPTIONS, type TreasuryBags, type TreasuryListOptions } from './options.ts';
import { financialAccountOf, toPayout } from './read-payment.ts';
import { wordFor } from './status.ts';
import { treasuryWebhooks } from './webhook.ts';

/** Settings of {@link createStripeTreasury}. */
export interface StripeTreasurySettings extends StripeAccess, CommonSettings {
  /** The FinancialAccount the money leaves, `fa_…`. A call may name another one. */
  readonly financialAccount: string;
  /** The saved payment method that is paid to where a create names no destination, `pm_…`. */
  readonly destination?: string | undefined;
  /** The customer that the saved payment method is attached to, `cus_…`. */
  readonly customer?: string | undefined;
}

/** Stripe Treasury OutboundPayments: what {@link createStripeTreasury} returns. */
export interface StripeTreasuryProvider extends PayoutProvider<
  'stripe-treasury',
  TreasuryBags,
  'list' | 'balances' | 'account' | 'destination' | 'statementDescriptor' | 'metadata'
> {
  /**
   * The same provider for a connected account, for every operation; the account is part of the scope of its keys.
   *
   * The FinancialAccount of the settings stays: where the connected account has its own, each call names it.
   *
   * @param account `acct_…`; with `stripeContext` or a key of an organization, the path that leads to it, as an event tells it.
   * @throws {PayoutError} `invalid_settings` for what cannot be an account.
   */
  forAccount(account: string): StripeTreasuryProvider;
}

const Settings: v.GenericSchema<unknown, StripeTreasurySettings> = v.strictObject({
  ...commonSettings,
  ...stripeAccess,
  financialAccount: StripeId,
  destination: v.optional(StripeId),
  customer: v.optional(StripeId),
});

/**
 * Stripe Treasury: sends money from a FinancialAccount to somebody else's US bank account (ACH or wire) or FinancialAccount.
 *
 * @throws {PayoutError} `invalid_settings`, with every problem in `issues`.
 * @see https://docs.stripe.com/api/treasury/outbound_payments
 * @example
 * const treasury = createStripeTreasury({ apiKey: 'sk_test_...', financialAccount: 'fa_...', stripeAccount: 'acct_...' });
 * await treasury.createPayout({
 *   reference: 'rent-2026-11',
 *   money: { amount: '100.00', currency: 'USD' },
 *   destination: 'pm_...',
 *   providerOptions: { 'stripe-treasury': { customer: 'cus_...' } },
 * });
 */
export const createStripeTreasury: AdapterFactory<StripeTreasurySettings, StripeTreasuryProvider, 'apiKey' | 'webhookSecrets'> =
  defineAdapter(
    { id: 'stripe-treasury', settings: Settings, secrets: ['apiKey', 'webhookSecrets'] },
    (given) => connect(checkSettings('stripe-treasury', Settings, given, accessProblems)).provider,
  );

/** Checked settings; only the test helpers name no FinancialAccount. */
export type Bound = Omit<StripeTreasurySettings, 'financialAccount'> & { readonly financialAccount?: string | undefined };

/** A provider, and the requests of its own, for calls that core does not know. */
export interface Connected {
  readonly provider: StripeTreasuryProvider;
  readonly http: Http;
  readonly name: string;
}

/** Makes the provider of checked settings. */
export function connect(settings: Bound): Connected {
  const name = settings.name ?? 'stripe-treasury';
  const correlation = settings.correlation ?? 'metadata';
  const own: { http?: Http } = {};
  const provider = definePayoutProvider<StripeTreasuryProvider>({
    id: 'stripe-treasury',
    label: 'Stripe Treasury',
    settings,
    endpoint: stripeConnection(settings),
    requestIdHeader: REQUEST_ID_HEADER,
    account: accountOf(settings),
    source: settings.financialAccount ?? null,
    live: liveOf(settings.apiKey),
    money: TREASURY_MONEY,
    amountInAnswer: 'exact',
    correlation,
    correlationTokenOf: ({ metadata }) => metadataOf(metadata, TOKEN_KEY),
    sourceOf: ({ raw }) => financialAccountOf(raw),
    options: OPTIONS,
    request: { fullBalance: false, account: true, destination: true, statementDescriptor: true, metadata: true },
    capabilities: {
      states: { cancel: ['pending'] },
      key: { retentionMs: KEY_RETENTION_MS, storesRefusals: true },
      absence: 'by_list',
      filters: { status: 'provider', createdFrom: 'provider', createdTo: 'provider', destination: 'core' },
      listLimit: 100,
      listFloor: null,
      sideEffects: [],
    },
    problems: (request, options) => createProblems(request, options, settings, correlation === 'metadata' ? 2 : 0),
    refusal: treasuryRefusals(settings.apiKey),
    isReplay,
    mayResend,
    webhooks: treasuryWebhooks(name, settings.webhookSecrets),
    operations: (http, scope) => {
      own.http ??= http; // The first is the provider's own; later ones carry the headers of a stored submission.
      return operationsOver(http, scope, settings, name);
    },
    extraMembers: {
      forAccount: (account) => connect(checkSettings('stripe-treasury', Settings, accessFor(settings, account), accessProblems)).provider,
    },
  });
  if (own.http === undefined) throw new TypeError('definePayoutProvider asked for no operations.');
  return { provider, http: own.http, name };
}

// ---- Operations ------------------------------------------------------------------------------------------------------

type Written = Pick<
  AdapterOperations<StripeTreasuryProvider>,
  'encodeCreate' | 'decodeCreate' | 'readCreate' | 'notices' | 'retrieve' | 'page' | 'cancel' | 'balances'
>;

const COLLECTION = '/v1/treasury/outbound_payments';

function operationsOver(http: Http, scope: Scope, settings: Bound, name: string): Written {
  const at = (id: string, action = ''): string => `${COLLECTION}/${encodeURIComponent(id)}${action}`;
  return {
    encodeCreate: (request, options, correlation) => encodeCreate(request, options, correlation, settings),
    decodeCreate,
    readCreate: (answer) => toPayout(name, answer.json),
    notices: async (submission) => descriptorNotices(submission),

    cancel: async (id, options, call) => {
      const body = encodeForm({ expand: options?.expand });
      const answer = await http.post(at(id, '/cancel'), { body, headers: {}, key: null }, call, 'cancel');
      return toPayout(name, answer.json);
    },

    retrieve: async (id, options, call) => {
      const answer = await http.get(withQuery(at(id), { expand: options?.expand }), call, 'retrieve');
      return toPayout(name, answer.json);
    },

    page: async (query, options, call) => {
      refuseProblems({ provider: name, problems: listProblems('stripe-treasury', query, options) });
      const place = placeOf(query, options);
      const answer = await http.get(withQuery(COLLECTION, listParameters(query, options, scope, place)), call, 'list');
      return toPage(name, answer, place, toPayout);
    },

    balances: async (options, call) => {
      const path = `/v1/treasury/financial_accounts/${encodeURIComponent(options?.financialAccount ?? scope.source ?? '')}`;
      return toBalances(name, await http.get(withQuery(path, { expand: options?.expand }), call, 'balances'));
    },
  };
}

/** A lookup lists the FinancialAccount of its submission, whatever the settings are today. */
function listParameters(query: AdapterListQuery, options: TreasuryListOptions | undefined, scope: Scope, place: PagePlace) {
  return {
    financial_account: options?.financialAccount ?? scope.source,
    status: wordFor(query.status),
    created: createdParameter(query, options),
    customer: options?.customer,
    limit: query.limit,
    starting_after: place.starting_after,
    ending_before: place.ending_before,
    expand: options?.expand,
  };
}
