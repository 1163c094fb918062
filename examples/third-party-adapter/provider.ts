// CONTRACT.md
import { type CommonSettings, PayoutError, type PayoutIssue, type PayoutProvider } from '@disburse/core';
import {
  type AdapterCreateRequest,
  type AdapterFactory,
  type AdapterOperations,
  checkSettings,
  commonSettings,
  defineAdapter,
  definePayoutProvider,
  HeaderText,
  type Http,
  type PayoutProviderSpec,
  readRows,
} from '@disburse/core/adapter';
import * as v from 'valibot';
import { refusalOf } from './errors.ts';
import { MONEY } from './money.ts';
import { fjordWebhooks } from './webhook.ts';
import { BalancesShape, currencyIn, decodeCreate, PageShape, read, toBalance, toPayout, transferIdIn, type TransferBody } from './wire.ts';

// ---- Settings --------------------------------------------------------------------------------------------------------

/** Settings of {@link createFjord}. */
export interface FjordSettings extends CommonSettings {
  /** `fj_live_...` or `fj_test_...`. Secret. */
  readonly apiKey: string;
  /** The beneficiary of every create that names no `destination`. */
  readonly destination?: string | undefined;
  /** Several while one replaces another. Secret. */
  readonly webhookSecrets?: readonly string[] | undefined;
}

const Settings: v.GenericSchema<unknown, FjordSettings> = v.strictObject({
  ...commonSettings,
  apiKey: v.pipe(HeaderText, v.regex(/^fj_(live|test)_./, 'must begin with fj_live_ or fj_test_')),
  destination: v.optional(HeaderText),
  webhookSecrets: v.optional(v.array(HeaderText)),
});

// ---- The provider ----------------------------------------------------------------------------------------------------

/** Fjord Transfers: what {@link createFjord} returns. */
export interface FjordProvider extends PayoutProvider<'fjord', Record<never, never>, 'list' | 'destination' | 'metadata' | 'balances'> {}

/** Pays out to saved beneficiaries through Fjord. */
export const createFjord: AdapterFactory<FjordSettings, FjordProvider, 'apiKey' | 'webhookSecrets'> = defineAdapter(
  { id: 'fjord', settings: Settings, secrets: ['apiKey', 'webhookSecrets'] },
  (given) => definePayoutProvider<FjordProvider>(specOf(checkSettings(given.name ?? 'fjord', Settings, given))),
);

function specOf(settings: FjordSettings): PayoutProviderSpec<FjordProvider> {
  const { apiKey, webhookSecrets, baseUrl = 'https://api.fjord.example' } = settings;
  return {
    id: 'fjord',
    label: 'Fjord',
    settings,
    endpoint: { baseUrl, headers: {}, credentials: { 'x-api-key': apiKey } },
    requestIdHeader: 'x-trace-id',
    account: null,
    source: null,
    live: apiKey.startsWith('fj_live_'),
    money: MONEY,
    amountInAnswer: 'exact',
    correlation: 'metadata',
    correlationTokenOf: ({ metadata }) => metadata['disburse_key'] ?? null,
    options: {},
    request: { fullBalance: false, account: false, destination: true, statementDescriptor: false, metadata: true },
    capabilities: {
      states: { cancel: ['pending'] },
      key: { retentionMs: 12 * 60 * 60_000, storesRefusals: true },
      absence: 'by_list',
      filters: { status: 'core', createdFrom: 'provider', createdTo: 'core', destination: 'core' },
      listLimit: 25,
      listFloor: null,
      sideEffects: [],
    },
    problems: (request) => limitsOf(request, settings),
    refusal: (answer) => refusalOf(answer, apiKey),
    isReplay: ({ headers }) => headers.get('x-once') === 'repeat',
    webhooks: fjordWebhooks(webhookSecrets),
    extraMembers: {},
    operations: (http) => operationsOf(http, settings),
  };
}

function limitsOf({ description = '', destination, metadata = {} }: AdapterCreateRequest, settings: FjordSettings): PayoutIssue[] {
  const labels = Object.entries(metadata);
  const long = labels.filter(([key, value]) => key.length > 40 || value.length > 130);
  return [
    ...(description.length > 35 ? [{ path: 'description', message: `has ${description.length} characters; Fjord allows 35.` }] : []),
    ...(destination === undefined && settings.destination === undefined
      ? [{ path: 'destination', message: 'is missing: Fjord pays out to a beneficiary, named here or in the destination setting.' }]
      : []),
    ...(labels.length > 6 ? [{ path: 'metadata', message: `has ${labels.length} entries; Fjord allows 8, and 2 of them are ours.` }] : []),
    ...long.map(([key]) => ({ path: `metadata.${key}`, message: 'is too long: Fjord allows keys of 40 and values of 130 characters.' })),
  ];
}

// ---- Operations ------------------------------------------------------------------------------------------------------

type Operations = Omit<AdapterOperations<FjordProvider>, 'update' | 'reverse'>;

function operationsOf(http: Http, settings: FjordSettings): Operations {
  const { name = 'fjord' } = settings;
  const one = (id: string): string => `/v2/transfers/${encodeURIComponent(id)}`;
  return {
    encodeCreate: ({ money, description, destination = settings.destination, metadata }, _options, { token, reference }) => {
      const wire = money === 'full_balance' ? null : MONEY.toWire(money);
      if (money === 'full_balance' || wire?.ok !== true) throw new PayoutError('invalid_request', 'core has checked the amount');
      const body = {
        amountMinor: Number(wire.amount),
        currency: money.currency.toLowerCase(),
        beneficiary: destination ?? '',
        ...(description === undefined ? {} : { note: description }),
        labels: { ...metadata, disburse_key: token, disburse_reference: reference },
      } satisfies TransferBody;
      return {
        path: '/v2/transfers',
        headers: { 'content-type': 'application/json', 'x-once-key': token },
        body: JSON.stringify(body),
        source: null,
      };
    },
    decodeCreate,
    readCreate: ({ json }) => toPayout(name, json),
    retrieve: async (id, _options, call) => toPayout(name, (await http.get(one(id), call, 'retrieve')).json),
    page: async ({ limit = 25, cursor, createdFrom }, _options, call) => {
      const query = new URLSearchParams({ pageSize: String(limit) });
      if (cursor !== undefined) query.set('cursor', cursor);
      // Up: `from` is in seconds, and nothing earlier than asked for may be listed.
      if (createdFrom !== undefined) query.set('from', String(Math.ceil(Date.parse(createdFrom) / 1000)));
      const { data, page } = read(name, PageShape, (await http.get(`/v2/transfers?${query.toString()}`, call, 'list')).json);
      const { rows: payouts, unreadable } = readRows(data, (transfer) => toPayout(name, transfer), transferIdIn);
      return { payouts, unreadable, nextCursor: page.next };
    },
    cancel: async (id, _options, call) => toPayout(name, (await http.delete(one(id), call, 'cancel')).json),
    balances: async (_options, call) => {
      const { data } = read(name, BalancesShape, (await http.get('/v2/balances', call, 'balances')).json);
      const { rows: balances, unreadable } = readRows(data, (row) => toBalance(name, row), currencyIn);
      return { balances, unreadable };
    },
  };
}
