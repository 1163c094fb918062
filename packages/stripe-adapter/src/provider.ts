// https://docs.stripe.com/api/payouts (operations in its order; read 2026-11-20)
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
  refuseProblems,
} from '@disburse/core/adapter';
import * as v from 'valibot';
import { toBalances } from './balances.ts';
import { rememberClient } from './client.ts';
import { decodeCreate, encodeCreate } from './create.ts';
import { stripeRefusals } from './errors.ts';
import { encodeForm, withQuery } from './form.ts';
import { createProblems, descriptorNotices, metadataProblems } from './limits.ts';
import { STRIPE_MONEY } from './money.ts';
import { OPTIONS, type StripeBags, type StripeListOptions } from './options.ts';
import {
  accessFor,
  accessProblems,
  accountOf,
  isReplay,
  KEY_RETENTION_MS,
  liveOf,
  mayResend,
  REQUEST_ID_HEADER,
  type StripeAccess,
  stripeAccess,
  stripeConnection,
  StripeId,
} from './protocol.ts';
import { createdParameter, listProblems, type PagePlace, placeOf, toPage } from './paging.ts';
import { metadataOf, TOKEN_KEY, toPayout } from './read-payout.ts';
import { timeParameter } from './times.ts';
import { PAYOUT_TYPES, stripeWebhooks, THIN_PAYOUT_TYPES } from './webhook.ts';

/** Settings of {@link createStripe}. */
export interface StripeSettings extends StripeAccess, CommonSettings {
  /** The bank account or card that is paid to where a create names none. @default Stripe's default for the currency */
  readonly destination?: string | undefined;
}

/**
 * Stripe Payouts: what {@link createStripe} returns.
 *
 * `balances()` has one entry for each currency and source type; `source` is `usd:card`, or `usd` where Stripe does not tell
 * source types apart.
 */
export interface StripeProvider extends PayoutProvider<
  'stripe',
  StripeBags,
  'list' | 'update' | 'reverse' | 'balances' | 'account' | 'destination' | 'statementDescriptor' | 'metadata'
> {
  /**
   * The same provider for a connected account, for every operation; the account is part of the scope of its keys.
   *
   * @param account `acct_…`; with `stripeContext` or a key of an organization, the path that leads to it, as an event tells it.
   * @throws {PayoutError} `invalid_settings` for what cannot be an account.
   */
  forAccount(account: string): StripeProvider;
}

const Settings: v.GenericSchema<unknown, StripeSettings> = v.strictObject({
  ...commonSettings,
  ...stripeAccess,
  destination: v.optional(StripeId),
});

/**
 * Stripe Payouts: sends an account's balance to its own bank account or card.
 *
 * @throws {PayoutError} `invalid_settings`, with every problem in `issues`.
 * @see https://docs.stripe.com/api/payouts
 * @example
 * const stripe = createStripe({ apiKey: 'sk_test_...' });
 * await stripe.createPayout({ reference: 'rent-2026-11', money: { amount: '10.50', currency: 'USD' } });
 */
export const createStripe: AdapterFactory<StripeSettings, StripeProvider, 'apiKey' | 'webhookSecrets'> = defineAdapter(
  { id: 'stripe', settings: Settings, secrets: ['apiKey', 'webhookSecrets'] },
  (given) => bind(checkSettings('stripe', Settings, given, accessProblems)),
);

function bind(settings: StripeSettings): StripeProvider {
  const name = settings.name ?? 'stripe';
  const correlation = settings.correlation ?? 'metadata';
  const own: { http?: Http } = {};
  const provider = definePayoutProvider<StripeProvider>({
    id: 'stripe',
    label: 'Stripe',
    settings,
    endpoint: stripeConnection(settings),
    requestIdHeader: REQUEST_ID_HEADER,
    account: accountOf(settings),
    source: null,
    live: liveOf(settings.apiKey),
    money: STRIPE_MONEY,
    amountInAnswer: 'exact',
    correlation,
    correlationTokenOf: ({ metadata }) => metadataOf(metadata, TOKEN_KEY),
    options: OPTIONS,
    request: { fullBalance: false, account: true, destination: true, statementDescriptor: true, metadata: true },
    capabilities: {
      states: { cancel: ['pending'], reverse: ['in_transit', 'paid'] },
      key: { retentionMs: KEY_RETENTION_MS, storesRefusals: true },
      absence: 'by_list',
      filters: { status: 'provider', createdFrom: 'provider', createdTo: 'provider', destination: 'provider' },
      listLimit: 100,
      listFloor: null,
      sideEffects: [],
    },
    problems: (request, options) => createProblems(request, options, correlation === 'metadata' ? 2 : 0),
    refusal: stripeRefusals({ secret: settings.apiKey }),
    isReplay,
    mayResend,
    webhooks: stripeWebhooks(settings.webhookSecrets, {
      object: 'payout',
      types: PAYOUT_TYPES,
      thinTypes: THIN_PAYOUT_TYPES,
      toPayout: (raw) => toPayout(name, raw),
    }),
    operations: (http) => {
      own.http ??= http; // The first is the provider's own; later ones carry the headers of a stored submission.
      return operationsOver(http, settings, name);
    },
    extraMembers: { forAccount: (account) => createStripe(accessFor(settings, account)) },
  });
  if (own.http !== undefined) rememberClient(provider, { http: own.http, name });
  return provider;
}

// ---- Operations ------------------------------------------------------------------------------------------------------

type Written = Pick<
  AdapterOperations<StripeProvider>,
  'encodeCreate' | 'decodeCreate' | 'readCreate' | 'notices' | 'retrieve' | 'update' | 'page' | 'cancel' | 'reverse' | 'balances'
>;

function operationsOver(http: Http, settings: StripeSettings, name: string): Written {
  const at = (id: string, action = ''): string => `/v1/payouts/${encodeURIComponent(id)}${action}`;
  const formOf = (body: string, key: string | null = null) => ({ body, headers: {}, key });
  return {
    encodeCreate: (request, options, correlation) => encodeCreate(request, options, correlation, settings),
    decodeCreate,
    readCreate: (answer) => toPayout(name, answer.json),
    notices: (submission) => descriptorNotices(submission),

    update: async (id, { metadata }, options, call) => {
      refuseProblems({ provider: name, problems: metadataProblems(metadata ?? {}), outcome: 'rejected' });
      const answer = await http.post(at(id), formOf(encodeForm({ metadata, expand: options?.expand })), call, 'update');
      return toPayout(name, answer.json);
    },

    retrieve: async (id, options, call) => {
      const answer = await http.get(withQuery(at(id), { expand: options?.expand }), call, 'retrieve');
      return toPayout(name, answer.json);
    },

    page: async (query, options, call) => {
      refuseProblems({ provider: name, problems: listProblems('stripe', query, options) });
      if (query.status === 'returned') return { payouts: [], nextCursor: null }; // Stripe's object keeps no such history.
      const place = placeOf(query, options);
      const answer = await http.get(withQuery('/v1/payouts', listParameters(query, options, place)), call, 'list');
      return toPage(name, answer, place, toPayout);
    },

    cancel: async (id, options, call) => {
      const answer = await http.post(at(id, '/cancel'), formOf(encodeForm({ expand: options?.expand })), call, 'cancel');
      return toPayout(name, answer.json);
    },

    reverse: async (id, { metadata }, key, options, call) => {
      refuseProblems({ provider: name, problems: metadataProblems(metadata ?? {}), outcome: 'rejected' });
      const answer = await http.post(at(id, '/reverse'), formOf(encodeForm({ metadata, expand: options?.expand }), key), call, 'reverse');
      return toPayout(name, answer.json);
    },

    balances: async (options, call) =>
      toBalances(name, await http.get(withQuery('/v1/balance', { expand: options?.expand }), call, 'balances')),
  };
}

// ---- Lists -----------------------------------------------------------------------------------------------------------

/** The statuses that Stripe filters by; `in_transit` is not among them, and an unknown word answers an empty page. */
const FILTERED_BY_STRIPE: readonly string[] = ['pending', 'paid', 'failed', 'canceled'];

function listParameters(query: AdapterListQuery, options: StripeListOptions | undefined, place: PagePlace) {
  const { status } = query;
  return {
    limit: query.limit,
    status: status !== undefined && FILTERED_BY_STRIPE.includes(status) ? status : undefined,
    arrival_date: timeParameter(options?.arrivalDate),
    created: createdParameter(query, options),
    destination: query.destination,
    starting_after: place.starting_after,
    ending_before: place.ending_before,
    expand: options?.expand,
  };
}
