// Harbor's adapter: the smallest one that has everything, and correct. The planted mistakes of broken.test.ts change one thing in it.
import {
  type Balance,
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
  type RequestPurpose,
  type StatusTable,
} from '@disburse/core/adapter';
import * as v from 'valibot';

export interface HarborSettings extends CommonSettings {
  readonly token: string;
  readonly correlation?: 'metadata' | 'none' | undefined;
}

type NoBags = Readonly<Record<never, never>>;
type Supported = 'list' | 'update' | 'reverse' | 'balances' | 'destination' | 'statementDescriptor' | 'metadata';
export interface HarborProvider extends PayoutProvider<'harbor', NoBags, Supported> {}
export type HarborSpec = PayoutProviderSpec<HarborProvider>;
export type HarborOperations = ReturnType<HarborSpec['operations']>;
export type HarborFactory = AdapterFactory<HarborSettings, HarborProvider, 'token'>;

/** The parts of the adapter that a mistake can replace. */
export interface HarborParts {
  readonly settingsSchema: v.GenericSchema<unknown, HarborSettings>;
  readonly money: MoneyProfile;
  readonly status: StatusTable;
  readonly toPayout: (parts: HarborParts, name: string, json: unknown) => Payout;
  readonly refusal: (answer: HttpResponse, purpose: RequestPurpose, settings: HarborSettings) => Refusal;
  readonly settings: (settings: HarborSettings) => HarborSettings;
  readonly spec: (spec: HarborSpec, settings: HarborSettings) => HarborSpec;
  readonly operations: (written: HarborOperations, http: Http, settings: HarborSettings, parts: HarborParts) => HarborOperations;
  readonly provider: (provider: HarborProvider, settings: HarborSettings) => HarborProvider;
}

export const HARBOR_PARTS: HarborParts = {
  settingsSchema: v.strictObject({ ...commonSettings, token: HeaderText, correlation: v.optional(v.picklist(['metadata', 'none'])) }),
  money: defineMoneyProfile({
    provider: 'Harbor',
    form: 'minor_units',
    exponents: { EUR: 2, USD: 2, JPY: 0, KWD: 3 },
    exponentElse: null,
    steps: { KWD: 10 },
  }),
  status: defineStatusTable({ open: 'pending', sent: 'in_transit', done: 'paid', bounced: 'failed', stopped: 'canceled' }),
  toPayout,
  refusal: refusalOf,
  settings: (settings) => settings,
  spec: (spec) => spec,
  operations: (written) => written,
  provider: (provider) => provider,
};

/** Harbor, if it had no list. Its type would not promise one either; at run time this is the same. */
export const WITHOUT_LIST: Partial<HarborParts> = {
  spec: (spec) => ({ ...spec, capabilities: { ...spec.capabilities, absence: 'never' } }),
  operations: ({ page: _page, ...written }) => written as HarborOperations,
};

/** The factory of a Harbor adapter, correct unless a part of it is replaced. */
export function harborFactory(replaced: Partial<HarborParts> = {}): HarborFactory {
  const parts: HarborParts = { ...HARBOR_PARTS, ...replaced };
  return defineAdapter({ id: 'harbor', settings: parts.settingsSchema, secrets: ['token'] }, (given: HarborSettings): HarborProvider => {
    const settings = parts.settings(checkSettings('harbor', parts.settingsSchema, given));
    return parts.provider(definePayoutProvider<HarborProvider>(parts.spec(specOf(settings, parts), settings)), settings);
  });
}

function specOf(settings: HarborSettings, parts: HarborParts): HarborSpec {
  return {
    id: 'harbor',
    label: 'Harbor',
    settings,
    endpoint: {
      baseUrl: settings.baseUrl ?? 'https://harbor.test',
      headers: { 'harbor-version': '1', 'content-type': 'application/json' },
      credentials: { authorization: `Bearer ${settings.token}` },
    },
    requestIdHeader: null,
    account: null,
    source: null,
    live: false,
    money: parts.money,
    amountInAnswer: 'exact',
    correlation: settings.correlation ?? 'metadata',
    correlationTokenOf: ({ metadata }) => metadata['disburse_key'] ?? null,
    options: {},
    request: { fullBalance: false, account: false, destination: true, statementDescriptor: true, metadata: true },
    capabilities: {
      states: { cancel: ['pending'], reverse: ['paid'] },
      key: { retentionMs: 86_400_000, storesRefusals: true },
      absence: 'by_list',
      filters: { status: 'core', createdFrom: 'provider', createdTo: 'provider', destination: 'provider' },
      listLimit: 20,
      listFloor: null,
      sideEffects: [],
    },
    problems: () => [],
    refusal: (answer, purpose) => parts.refusal(answer, purpose, settings),
    isReplay: ({ headers }) => headers.get('harbor-replayed') === 'yes',
    webhooks: {
      secrets: undefined,
      signatureHeader: 'harbor-signature',
      parseSignature: () => null,
      read: () => ({ events: [], diagnostics: [] }),
    },
    extraMembers: {},
    operations: (http) => parts.operations(operationsOver(http, settings, parts), http, settings, parts),
  };
}

// ---- Operations ------------------------------------------------------------------------------------------------------

function operationsOver(http: Http, settings: HarborSettings, parts: HarborParts): HarborOperations {
  const name = settings.name ?? 'harbor';
  const at = (id: string, action = ''): string => `/payouts/${encodeURIComponent(id)}${action}`;
  const read = (answer: HttpResponse): Payout => parts.toPayout(parts, name, answer.json);
  const sent = (body: object, key: string | null = null) => ({ body: JSON.stringify(body), headers: {}, key });
  return {
    encodeCreate: ({ money, description, destination, statementDescriptor, metadata }, _, { by, token, reference }) => {
      const wire = money === 'full_balance' ? null : parts.money.toWire(money);
      const ours = by === 'metadata' ? { disburse_key: token, disburse_reference: reference } : {};
      const body = JSON.stringify({
        amount: wire?.ok === true ? Number(wire.amount) : null,
        currency: money === 'full_balance' ? null : money.currency.toLowerCase(),
        text: description ?? null,
        destination: destination ?? null,
        statement: statementDescriptor ?? null,
        metadata: { ...metadata, ...ours },
      });
      return { path: '/payouts', headers: {}, body, source: null };
    },
    decodeCreate: (request) => {
      const sent = v.safeParse(Sent, exactJson(request.body));
      const ours = isCreate(request, { path: '/payouts', headers: ['harbor-version', 'content-type'] });
      const money = sent.success && ours ? parts.money.fromWire(sent.output.amount, sent.output.currency) : null;
      if (!sent.success || money === null) return null;
      const { destination, metadata } = sent.output;
      return { money, source: null, destination, account: null, live: null, token: metadata['disburse_key'] ?? null };
    },
    readCreate: read,
    retrieve: async (id, _, call) => read(await http.get(at(id), call, 'retrieve')),
    page: async ({ cursor, limit, createdFrom, createdTo, destination }, _, call) => {
      const given = { after: cursor, limit: limit?.toString(), from: createdFrom, to: createdTo, destination };
      const query = new URLSearchParams(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
      const page = parsed(name, Page, (await http.get(`/payouts?${query.toString()}`, call, 'list')).json);
      // Only the id of the link: where it points to is not ours to follow.
      const next = page.next === null ? null : new URL(page.next, 'https://harbor.test').searchParams.get('after');
      const { rows: payouts, unreadable: left } = readRows(page.payouts, (payout) => parts.toPayout(parts, name, payout));
      return { payouts, unreadable: left, nextCursor: next };
    },
    cancel: async (id, _, call) => read(await http.post(at(id, '/cancel'), sent({}), call, 'cancel')),
    update: async (id, { metadata }, _, call) => read(await http.post(at(id), sent({ metadata }), call, 'update')),
    reverse: async (id, _change, key, _, call) => read(await http.post(at(id, '/reverse'), sent({}, key), call, 'reverse')),
    balances: async (_, call) => {
      const { balances } = parsed(name, Balances, (await http.get('/balances', call, 'balances')).json);
      const { rows, unreadable: left } = readRows(
        balances,
        (row) => toBalance(parts, name, row),
        (row) => (Object(row) as { readonly currency?: unknown }).currency,
      );
      return { balances: rows, unreadable: left };
    },
  };
}

// ---- Reading ---------------------------------------------------------------------------------------------------------

const Page = v.object({ payouts: v.array(v.unknown()), next: v.nullable(v.string()) });
const Balances = v.object({ balances: v.array(v.unknown()) });
const BalanceRow = v.object({ currency: v.string(), available: v.number() });
const text = v.optional(v.fallback(v.nullable(v.string()), null), null);
const Sent = v.strictObject({
  amount: v.number(),
  currency: v.string(),
  text: v.nullable(v.string()),
  destination: v.nullable(v.string()),
  statement: v.nullable(v.string()),
  metadata: v.record(v.string(), v.string()),
});
const Shape = v.object({
  id: v.string(),
  amount: v.number(),
  currency: v.string(),
  status: v.string(),
  created: v.string(),
  live: v.boolean(),
  failure_code: text,
  text,
  destination: text,
  statement: text,
  metadata: v.optional(v.record(v.string(), v.string()), {}),
  reverses: text,
  reversed_by: text,
});

function parsed<S extends v.GenericSchema>(name: string, schema: S, json: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, json);
  if (!result.success) throw unreadable(name);
  return result.output;
}

const unreadable = (name: string): PayoutError =>
  new PayoutError('unexpected_response', 'answered with something that cannot be read.', { provider: name });

function toBalance(parts: HarborParts, name: string, raw: unknown): Balance {
  const { currency, available } = parsed(name, BalanceRow, raw);
  const money = parts.money.fromWire(available, currency);
  if (money === null) throw unreadable(name);
  return { source: currency, available: money, pending: null, reserved: null, instant: null };
}

const REASONS: Readonly<Record<string, FailureReason>> = { closed: 'account_closed', nobody: 'account_not_found' };

function toPayout(parts: HarborParts, name: string, raw: unknown): Payout {
  const sent = parsed(name, Shape, raw);
  const money = parts.money.fromWire(sent.amount, sent.currency);
  if (money === null) throw unreadable(name);
  const code = sent.failure_code;
  const reason = (code !== null && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined) ?? 'other';
  // The schema library leaves out keys such as `constructor`, which are legal here.
  const metadata = (raw as { readonly metadata?: Readonly<Record<string, string>> }).metadata ?? {};
  return {
    id: sent.id,
    provider: 'harbor',
    name,
    reference: metadata['disburse_reference'] ?? null,
    money,
    fee: null,
    status: parts.status.read(sent.status),
    providerStatus: sent.status,
    failure: sent.status === 'bounced' ? { reason, code, message: null } : null,
    cancelable: sent.status === 'open',
    automatic: false,
    destination: sent.destination,
    description: sent.text,
    statementDescriptor: sent.statement,
    metadata,
    createdAt: sent.created,
    expectedArrival: null,
    trackingReference: null,
    reverses: sent.reverses,
    reversedBy: sent.reversed_by,
    live: sent.live,
    raw,
  };
}

// ---- Refusals --------------------------------------------------------------------------------------------------------

const REFUSALS: Readonly<Record<number, readonly [code: PayoutErrorCode, key: 'unused' | 'maybe_stored']>> = {
  400: ['invalid_request', 'maybe_stored'],
  401: ['authentication', 'unused'],
  402: ['insufficient_funds', 'maybe_stored'],
  403: ['permission', 'unused'],
  404: ['not_found', 'maybe_stored'],
  422: ['invalid_state', 'maybe_stored'],
  429: ['rate_limited', 'unused'],
};

/** They change nothing: there the status alone helps, whoever wrote it. */
const READS: readonly RequestPurpose[] = ['retrieve', 'list', 'balances'];

export function refusalOf({ status, json }: HttpResponse, purpose: RequestPurpose): Refusal {
  const told = v.safeParse(v.object({ code: v.string() }), json);
  const common = { message: `refused with HTTP ${status}.`, providerCode: told.success ? told.output.code : null, providerMessage: null };
  // A page or another's JSON refuses nothing, whatever its status: a proxy may have put it in the place of a payout.
  const ours = told.success || READS.includes(purpose);
  const [code, key] = (ours ? REFUSALS[status] : undefined) ?? [];
  if (code !== undefined && key !== undefined) return { code, ...common, outcome: 'rejected', keyState: key };
  if (status === 409 && purpose === 'cancel') return { code: 'invalid_state', ...common, outcome: 'rejected', keyState: 'unused' };
  if (status === 409) return { code: 'idempotency_conflict', ...common, outcome: 'unknown', resend: common.providerCode !== 'key_reused' };
  return { code: 'provider_unavailable', ...common, outcome: 'unknown', resend: true };
}
