// penny.ts: a whole adapter, for Penny, a provider that exists only here. In a package of your own each part is a file: a room.
import {
  type CommonSettings,
  type FailureReason,
  type MoneyProfile,
  type Payout,
  PayoutError,
  type PayoutErrorCode,
  type PayoutProvider,
} from '@disburse/core';
import {
  type AdapterFactory,
  type AdapterOperations,
  type HttpResponse,
  checkSettings,
  commonSettings,
  defineAdapter,
  defineMoneyProfile,
  definePayoutProvider,
  defineStatusTable,
  exactJson,
  HeaderText,
  type Http,
  isCreate,
  type PayoutProviderSpec,
  readRows,
  type Refusal,
  decodeHexSignature,
  type StatusTable,
  type WebhookReading,
} from '@disburse/core/adapter';
import * as v from 'valibot';

// ---- money.ts and status.ts: tables, each under the address of the page that it was copied from -------------------------

// https://docs.penny.example/money: "amounts are strings with two decimals; we pay EUR and USD" (read 2026-11-21)
const MONEY: MoneyProfile = defineMoneyProfile({
  provider: 'Penny',
  form: 'decimal_string',
  exponents: { EUR: 2, USD: 2 },
  exponentElse: null, // No other currency is taken.
});

// https://docs.penny.example/payouts#state (read 2026-11-21)
const STATUS: StatusTable = defineStatusTable({
  queued: 'pending',
  sent: 'in_transit',
  done: 'paid', // Provisional: a bank can still bounce it.
  bounced: 'returned',
  stopped: 'canceled',
}); // Anything else is `unrecognized`, with the raw word kept.

// https://docs.penny.example/payouts#bounce (read 2026-11-21)
const BOUNCES: Readonly<Record<string, FailureReason>> = { closed: 'account_closed', no_account: 'account_not_found' };

// ---- errors.ts: what an answer other than 2xx means ---------------------------------------------------------------------

type Row = { readonly code: PayoutErrorCode } & (
  | { readonly outcome: 'rejected'; readonly keyState: 'unused' | 'maybe_stored' | 'never_valid' }
  | { readonly outcome: 'unknown'; readonly resend: boolean }
);

// https://docs.penny.example/errors (read 2026-11-21): by Penny's own code. A 4xx without one was written by a gateway on the way.
const ERRORS: Readonly<Record<string, Row>> = {
  bad_request: { code: 'invalid_request', outcome: 'rejected', keyState: 'never_valid' }, // 400: these bytes can never succeed.
  who_are_you: { code: 'authentication', outcome: 'rejected', keyState: 'unused' }, // 401: answered before keys are looked at.
  too_little_money: { code: 'insufficient_funds', outcome: 'rejected', keyState: 'maybe_stored' }, // 402: may be stored under the key.
  not_yours: { code: 'permission', outcome: 'rejected', keyState: 'unused' }, // 403
  no_such_payout: { code: 'not_found', outcome: 'rejected', keyState: 'maybe_stored' }, // 404
  too_late: { code: 'invalid_state', outcome: 'rejected', keyState: 'unused' }, // 409, only of a cancel.
  key_running: { code: 'idempotency_conflict', outcome: 'unknown', resend: true }, // 409: the first request may be paying.
  key_reused: { code: 'idempotency_conflict', outcome: 'unknown', resend: false }, // 409
  slow_down: { code: 'rate_limited', outcome: 'rejected', keyState: 'unused' }, // 429
};
const ELSE: Row = { code: 'provider_unavailable', outcome: 'unknown', resend: true }; // 5xx, a page, a new code: it may have paid.

const ErrorBody = v.fallback(v.object({ code: v.string(), detail: v.string() }), { code: '', detail: '' });

function refusalOf({ status, json }: HttpResponse, apiKey: string): Refusal {
  const { code, detail } = v.parse(ErrorBody, json);
  const row = (Object.hasOwn(ERRORS, code) ? ERRORS[code] : undefined) ?? ELSE;
  const message = `Penny answered HTTP ${status}; error.providerMessage says why.`;
  const told = (text: string): string | null => (text === '' ? null : text.replaceAll(apiKey, '[key]')); // Never the secret.
  return { ...row, message, providerCode: told(code), providerMessage: told(detail) };
}

// ---- wire.ts: what is received; only what is read is listed, and only what the documentation promises is required -------

const Text = v.fallback(v.nullable(v.string()), null); // Missing, or of another type: null.
const isTexts = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.values(value).every(isText);
const isText = (value: unknown): boolean => typeof value === 'string';
const PayoutShape = v.object({
  id: v.string(),
  amount: v.string(),
  currency: v.string(),
  state: v.string(),
  created: v.string(),
  test: v.boolean(),
  bounce: Text,
  memo: Text,
  metadata: v.fallback(v.custom<Readonly<Record<string, string>>>(isTexts), {}),
});
const SentShape = v.strictObject({
  amount: v.string(),
  currency: v.string(),
  memo: v.nullable(v.string()),
  metadata: v.record(v.string(), v.string()),
});
const PageShape = v.object({ items: v.array(v.unknown()), next: v.nullable(v.string()) });
const EventShape = v.object({ id: v.string(), kind: v.string(), at: v.string(), payout: v.unknown() });

function read<T>(name: string, schema: v.GenericSchema<unknown, T>, json: unknown): T {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  throw new PayoutError('unexpected_response', 'Penny answered with something that cannot be read.', { provider: name });
}

/** What a Payout has and Penny does not. */
const ABSENT = { fee: null, automatic: false, destination: null, statementDescriptor: null, expectedArrival: null } as const;
const UNLINKED = { trackingReference: null, reverses: null, reversedBy: null } as const;

function toPayout(name: string, raw: unknown): Payout {
  const { id, amount, currency, state, created, test, bounce, memo, metadata } = read(name, PayoutShape, raw);
  const reason = bounce !== null && Object.hasOwn(BOUNCES, bounce) ? BOUNCES[bounce] : undefined;
  const failure = state === 'bounced' ? { reason: reason ?? 'other', code: bounce, message: null } : null;
  const standing = { status: STATUS.read(state), providerStatus: state, failure, cancelable: state === 'queued' };
  const ours = { reference: metadata['disburse_reference'] ?? null, description: memo, metadata };
  const money = MONEY.fromWire(amount, currency);
  return { id, provider: 'penny', name, money, ...standing, ...ours, createdAt: created, live: !test, ...ABSENT, ...UNLINKED, raw };
}

// ---- webhook.ts: `Penny-Signature: <hex HMAC-SHA256 of the raw body>` ---------------------------------------------------

function readEvent(name: string, body: unknown): WebhookReading {
  const event = v.safeParse(EventShape, body);
  if (!event.success) return { events: [], diagnostics: [{ code: 'webhook_unknown', message: 'a delivery was no event of a payout.' }] };
  const { id, kind: type, at: occurredAt, payout: raw } = event.output;
  const payout = toPayout(name, raw);
  const facts = { id, type, occurredAt, payoutId: payout.id, payout, live: payout.live, account: null, idempotencyKey: null };
  return { events: [facts], diagnostics: [] };
}

// ---- provider.ts: settings, the provider's type, and its operations in the order of its documentation -------------------

/** Settings of {@link createPenny}. */
export interface PennySettings extends CommonSettings {
  /** `live_...` or `test_...`. Secret. */
  readonly apiKey: string;
  /** Of the webhook endpoint; several while one replaces another. Secret. */
  readonly webhookSecrets?: readonly string[] | undefined;
}

const Settings: v.GenericSchema<unknown, PennySettings> = v.strictObject({
  ...commonSettings,
  apiKey: v.pipe(HeaderText, v.regex(/^(live|test)_./, 'must begin with live_ or test_')),
  webhookSecrets: v.optional(v.array(HeaderText)),
});

/** No bags of provider options; of what a provider may have, a list and metadata. */
export interface PennyProvider extends PayoutProvider<'penny', Record<never, never>, 'list' | 'metadata'> {}

/** Pays out through Penny. @see https://docs.penny.example */
export const createPenny: AdapterFactory<PennySettings, PennyProvider, 'apiKey' | 'webhookSecrets'> = defineAdapter(
  { id: 'penny', settings: Settings, secrets: ['apiKey', 'webhookSecrets'] },
  (given) => definePayoutProvider<PennyProvider>(specOf(checkSettings(given.name ?? 'penny', Settings, given))),
);

function specOf(settings: PennySettings): PayoutProviderSpec<PennyProvider> {
  const { apiKey, webhookSecrets, name = 'penny', baseUrl = 'https://api.penny.example' } = settings;
  return {
    id: 'penny',
    label: 'Penny',
    settings,
    endpoint: { baseUrl, headers: { 'penny-version': '3' }, credentials: { authorization: `Bearer ${apiKey}` } },
    requestIdHeader: 'penny-request-id',
    account: null,
    source: null,
    live: apiKey.startsWith('live_'),
    money: MONEY,
    amountInAnswer: 'exact',
    correlation: 'metadata',
    correlationTokenOf: ({ metadata }) => metadata['disburse_key'] ?? null,
    options: {},
    request: { fullBalance: false, account: false, destination: false, statementDescriptor: false, metadata: true },
    capabilities: {
      states: { cancel: ['pending'] },
      key: { retentionMs: 24 * 60 * 60_000, storesRefusals: true }, // https://docs.penny.example/idempotency
      absence: 'by_list', // https://docs.penny.example/payouts#list: "all payouts, newest first"
      filters: { status: 'core', createdFrom: 'core', createdTo: 'core', destination: 'core' },
      listLimit: 50,
      listFloor: null,
      sideEffects: [],
    },
    problems: ({ description = '' }) =>
      description.length > 140 ? [{ path: 'description', message: `has ${description.length} characters; Penny allows 140.` }] : [],
    refusal: (answer) => refusalOf(answer, apiKey),
    isReplay: ({ headers }) => headers.get('penny-replayed') === 'true',
    webhooks: {
      secrets: webhookSecrets,
      signatureHeader: 'penny-signature',
      parseSignature: (header, signed) => {
        const signature = decodeHexSignature(header);
        return signature === null ? null : { signed, signatures: [signature], signedAt: null };
      },
      read: (body) => readEvent(name, body),
    },
    extraMembers: {},
    operations: (http) => operationsOf(http, name),
  };
}

/** What a create of Penny's never names. */
const NOT_SAID = { source: null, destination: null, account: null, live: null } as const;

type Operations = Omit<AdapterOperations<PennyProvider>, 'update' | 'reverse' | 'balances'>;

function operationsOf(http: Http, name: string): Operations {
  const one = (id: string, action = ''): string => `/payouts/${encodeURIComponent(id)}${action}`;
  const headers = { 'content-type': 'application/json' };
  return {
    encodeCreate: ({ money, description, metadata }, _options, { token, reference }) => {
      const wire = money === 'full_balance' ? null : MONEY.toWire(money);
      if (money === 'full_balance' || wire?.ok !== true) throw new PayoutError('invalid_request', 'core has checked the amount');
      const ours = { disburse_key: token, disburse_reference: reference };
      const sent = { amount: wire.amount, currency: money.currency, memo: description ?? null, metadata: { ...metadata, ...ours } };
      return { path: '/payouts', headers, body: JSON.stringify(sent), source: null };
    },
    decodeCreate: (request) => {
      const sent = v.safeParse(SentShape, exactJson(request.body)); // What Penny was never sent is not read.
      const ours = isCreate(request, { path: '/payouts', headers: ['penny-version', 'content-type'] });
      const money = sent.success && ours ? MONEY.fromWire(sent.output.amount, sent.output.currency) : null;
      if (!sent.success || money === null) return null;
      return { money, ...NOT_SAID, token: sent.output.metadata['disburse_key'] ?? null };
    },
    readCreate: ({ json }) => toPayout(name, json),
    retrieve: async (id, _options, call) => toPayout(name, (await http.get(one(id), call, 'retrieve')).json),
    page: async ({ limit = 50, cursor = '' }, _options, call) => {
      const query = new URLSearchParams({ limit: String(limit), before: cursor });
      const { items, next } = read(name, PageShape, (await http.get(`/payouts?${query.toString()}`, call, 'list')).json);
      const { rows: payouts, unreadable } = readRows(items, (item) => toPayout(name, item));
      return { payouts, unreadable, nextCursor: next };
    },
    cancel: async (id, _options, call) =>
      toPayout(name, (await http.post(one(id, '/stop'), { body: '{}', headers, key: null }, call, 'cancel')).json),
  };
}
