// Acme's adapter: every room of an adapter, each as small as it can be. Written against index.ts, as anybody's would be.
import * as v from 'valibot';
import { type CommonSettings, type Payout, PayoutError, type PayoutErrorCode, type PayoutProvider } from '../index.ts';
import {
  type AdapterFactory,
  type AdapterOperations,
  type AdapterWebhooks,
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
  readRows,
  type Refusal,
  type RequestPurpose,
  decodeHexSignature,
} from '../adapter.ts';
import { ACME_REPLAYED } from './acme-bank.ts';

/** Settings of {@link createAcme}: `createAcme({ token: ACME_TOKEN, fetch: bank.fetch })`. */
export interface AcmeSettings extends CommonSettings {
  readonly token: string;
  /** Whether payouts carry our token, so that a lookup finds them. @default 'metadata' */
  readonly correlation?: 'metadata' | 'none' | undefined;
  /** What this adapter believes of {@link AcmeTerms}; tell both the same, unless the test is about a wrong belief. @default 24 hours */
  readonly retentionMs?: number | undefined;
  /** Whether it has a list at all. Its type says so; without one, what is called is a stub. @default true */
  readonly list?: boolean | undefined;
  /** What its list proves. @default 'by_list', or 'never' without one */
  readonly absence?: 'by_list' | 'never' | undefined;
  /** @default true */
  readonly storesRefusals?: boolean | undefined;
  readonly webhookSecrets?: readonly string[] | undefined;
  /** The connected account that every call is made for. @default the account of the token */
  readonly account?: string | undefined;
}

type NoBags = Readonly<Record<never, never>>;

/** Only what every provider has, a list, and the accounts of a platform. */
export interface AcmeProvider extends PayoutProvider<'acme', NoBags, 'list' | 'account'> {
  forAccount(account: string): AcmeProvider;
}

const Settings: v.GenericSchema<unknown, AcmeSettings> = v.strictObject({
  ...commonSettings,
  token: HeaderText,
  correlation: v.optional(v.picklist(['metadata', 'none'])),
  retentionMs: v.optional(v.number()),
  list: v.optional(v.boolean()),
  absence: v.optional(v.picklist(['by_list', 'never'])),
  storesRefusals: v.optional(v.boolean()),
  webhookSecrets: v.optional(v.array(v.pipe(v.string(), v.minLength(1, 'must not be empty')))),
  account: v.optional(HeaderText),
});

/** Makes a provider for Acme. */
export const createAcme: AdapterFactory<AcmeSettings, AcmeProvider, 'token' | 'webhookSecrets'> = defineAdapter(
  { id: 'acme', settings: Settings, secrets: ['token', 'webhookSecrets'] },
  (given) => provider(checkSettings(given.name ?? 'acme', Settings, given)),
);

const MONEY = defineMoneyProfile({ provider: 'Acme', form: 'decimal_string', exponents: { EUR: 2, JPY: 0, USD: 2 }, exponentElse: null });
const STATUS = defineStatusTable({
  pending: 'pending',
  in_transit: 'in_transit',
  paid: 'paid',
  failed: 'failed',
  canceled: 'canceled',
});

type Operations = Omit<AdapterOperations<AcmeProvider>, 'update' | 'reverse' | 'balances'>;

function provider(settings: AcmeSettings): AcmeProvider {
  const name = settings.name ?? 'acme';
  return definePayoutProvider<AcmeProvider>({
    id: 'acme',
    label: 'Acme',
    settings,
    endpoint: {
      baseUrl: settings.baseUrl ?? 'https://acme.test',
      headers: headersFor(settings.account),
      credentials: { authorization: `Bearer ${settings.token}` },
    },
    requestIdHeader: null,
    account: settings.account ?? null,
    source: null,
    live: null,
    money: MONEY,
    amountInAnswer: 'exact',
    correlation: settings.correlation ?? 'metadata',
    correlationTokenOf: ({ metadata }) => metadata['token'] ?? null,
    options: {},
    request: { fullBalance: false, account: true, destination: false, statementDescriptor: false, metadata: false },
    capabilities: {
      states: { cancel: ['pending'] },
      key: { retentionMs: settings.retentionMs ?? 24 * 60 * 60_000, storesRefusals: settings.storesRefusals ?? true },
      absence: settings.absence ?? (settings.list === false ? 'never' : 'by_list'),
      filters: { status: 'core', createdFrom: 'provider', createdTo: 'core', destination: 'core' },
      listLimit: 100,
      listFloor: null,
      sideEffects: [],
    },
    problems: () => [],
    refusal: refusalOf,
    isReplay: (answer) => answer.headers.get(ACME_REPLAYED) === 'true',
    webhooks: acmeWebhooks(name, settings.webhookSecrets),
    extraMembers: { forAccount: (account) => createAcme({ ...settings, account }) },
    operations: (http) => operationsOf(http, settings),
  });
}

function operationsOf(http: Http, settings: AcmeSettings): Operations {
  const name = settings.name ?? 'acme';
  const at = (id: string, action = ''): string => `/payouts/${encodeURIComponent(id)}${action}`;
  const json = { 'content-type': 'application/json' };
  const { page, ...withoutList }: Operations = {
    encodeCreate: ({ money, description }, _, { by, token, reference }) => {
      const wire = money === 'full_balance' ? null : MONEY.toWire(money);
      const sent = {
        amount: wire?.ok === true ? wire.amount : '',
        currency: money === 'full_balance' ? '' : money.currency,
        text: description ?? null,
        token: by === 'metadata' ? token : null,
        reference: by === 'metadata' ? reference : null,
      };
      return { path: '/payouts', headers: json, body: JSON.stringify(sent), source: null };
    },
    decodeCreate: (request) => {
      const sent = v.safeParse(Sent, exactJson(request.body));
      const ours = isCreate(request, { path: '/payouts', headers: ['acme-version', 'acme-account', 'content-type'] });
      const money = sent.success && ours ? MONEY.fromWire(sent.output.amount, sent.output.currency) : null;
      if (!sent.success || money === null) return null;
      const account = request.headers['acme-account'] ?? null;
      return { money, account, source: null, destination: null, live: null, token: sent.output.token };
    },
    readCreate: (answer) => toPayout(name, answer.json),
    retrieve: async (id, _, call) => toPayout(name, (await http.get(at(id), call, 'retrieve')).json),
    page: async ({ createdFrom, limit, cursor }, _, call) => {
      const query = new URLSearchParams({ limit: String(limit ?? 100), from: cursor ?? '0', created_from: createdFrom ?? '' });
      const page = read(name, Page, (await http.get(`/payouts?${query.toString()}`, call, 'list')).json);
      const { rows: payouts, unreadable } = readRows(page.payouts, (payout) => toPayout(name, payout));
      return { payouts, unreadable, nextCursor: page.next };
    },
    cancel: async (id, _, call) =>
      toPayout(name, (await http.post(at(id, '/cancel'), { body: '{}', headers: json, key: null }, call, 'cancel')).json),
  };
  return settings.list === false ? (withoutList as Operations) : { ...withoutList, page };
}

function headersFor(account: string | undefined): Record<string, string> {
  return account === undefined ? { 'acme-version': '1' } : { 'acme-version': '1', 'acme-account': account };
}

// ---- Reading ---------------------------------------------------------------------------------------------------------

const Page = v.object({ payouts: v.array(v.unknown()), next: v.nullable(v.string()) });
const Text = v.nullable(v.string());
const Sent = v.strictObject({ amount: v.string(), currency: v.string(), text: Text, token: Text, reference: Text });
const AcmeObject = v.object({
  id: v.string(),
  amount: v.string(),
  currency: v.string(),
  status: v.string(),
  text: v.nullable(v.string()),
  token: v.nullable(v.string()),
  reference: v.nullable(v.string()),
  created_at: v.string(),
  live: v.boolean(),
});

function read<S extends v.GenericSchema>(name: string, schema: S, json: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, json);
  if (!result.success) throw new PayoutError('unexpected_response', 'answered with something that cannot be read.', { provider: name });
  return result.output;
}

function toPayout(name: string, json: unknown): Payout {
  const { id, amount, currency, status, text, token, reference, created_at: createdAt, live } = read(name, AcmeObject, json);
  const common = { id, provider: 'acme', name, reference, status: STATUS.read(status), providerStatus: status, createdAt, live, raw: json };
  return {
    ...common,
    money: MONEY.fromWire(amount, currency),
    fee: null,
    failure: null,
    cancelable: status === 'pending',
    automatic: false,
    destination: null,
    description: text,
    statementDescriptor: null,
    metadata: token === null ? {} : { token },
    expectedArrival: null,
    trackingReference: null,
    reverses: null,
    reversedBy: null,
  };
}

// ---- Webhooks --------------------------------------------------------------------------------------------------------

const Event = v.object({ id: v.string(), payout_id: v.string(), payout: v.nullable(v.looseObject({})) });

/** `{ "id", "payout_id", "payout" }`, signed over the body in `acme-signature`, as hex. */
function acmeWebhooks(name: string, secrets: readonly string[] | undefined): AdapterWebhooks {
  return {
    secrets,
    signatureHeader: 'acme-signature',
    parseSignature: (header, body) => {
      const signatures = header.split(',').map((hex) => decodeHexSignature(hex.trim()));
      return { signed: body, signatures: signatures.filter((signature) => signature !== null), signedAt: null };
    },
    read: (body) => {
      const event = v.safeParse(Event, body);
      if (!event.success) return { events: [], diagnostics: [{ code: 'webhook_unknown', message: 'no event of ours.' }] };
      const { id, payout_id: payoutId, payout: raw } = event.output;
      const payout = raw === null ? null : toPayout(name, raw);
      const facts = { id, type: 'payout', payoutId, payout, occurredAt: null, live: false, account: null, idempotencyKey: null };
      return { events: [facts], diagnostics: [] };
    },
  };
}

// ---- Refusals --------------------------------------------------------------------------------------------------------

/** By status. What is not listed is `unknown`. */
const REFUSALS: Readonly<Record<number, readonly [code: PayoutErrorCode, key: Extract<Refusal, { outcome: 'rejected' }>['keyState']]>> = {
  400: ['invalid_request', 'never_valid'],
  401: ['authentication', 'unused'],
  402: ['insufficient_funds', 'maybe_stored'],
  403: ['permission', 'unused'],
  404: ['not_found', 'maybe_stored'],
  422: ['invalid_state', 'maybe_stored'],
  429: ['rate_limited', 'unused'],
};

function refusalOf({ status, json }: HttpResponse, purpose: RequestPurpose): Refusal {
  const told = v.safeParse(v.object({ code: v.string() }), json);
  const providerCode = told.success ? told.output.code : null;
  const common = { message: `refused with HTTP ${status}.`, providerCode, providerMessage: null };
  // Without Acme's own form only a read is told by its status: a gateway may have written it, over a payout.
  const ours = told.success || (purpose !== 'create' && purpose !== 'cancel');
  const [code, key] = (ours ? REFUSALS[status] : undefined) ?? [];
  if (code !== undefined && key !== undefined) return { code, ...common, outcome: 'rejected', keyState: key };
  // In flight until it is known that the key was used for something else.
  if (status === 409) return { code: 'idempotency_conflict', ...common, outcome: 'unknown', resend: providerCode !== 'key_reused' };
  // A person at Acme decides, and Acme then does it by itself.
  if (status === 423) return { code: 'payouts_blocked', ...common, outcome: 'unknown', resend: false };
  return { code: 'provider_unavailable', ...common, outcome: 'unknown', resend: true };
}
