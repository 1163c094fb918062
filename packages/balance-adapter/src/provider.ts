// https://docs.mollie.com/reference/create-payout and its siblings get-payout, list-payouts, cancel-payout (read 2026-11-20)
import { type CommonSettings, type PayoutProvider } from '@disburse/core';
import {
  type AdapterDescription,
  type AdapterOperations,
  checkSettings,
  commonSettings,
  defineAdapter,
  definePayoutProvider,
  HeaderText,
  type Http,
  type PayoutProviderSpec,
  type Scope,
  webhookSecrets,
} from '@disburse/core/adapter';
import * as v from 'valibot';
import { type BalanceReads, fetchBalance, frequencyBefore, toBalances } from './balances.ts';
import { credentialOf, credentialProblems, pathOf } from './credential.ts';
import { descriptionProblems, tokenOf } from './description.ts';
import { isReplay, mayResend, refusalOf } from './errors.ts';
import { currencyRefusal, type EvidenceReads, explain422, isUnexplained } from './evidence.ts';
import { LARGEST_PAGE, LIST_FLOOR, listPayouts } from './list.ts';
import { MONEY } from './money.ts';
import { type BalanceBags, OPTIONS } from './options.ts';
import { balanceOf, readPayout, withoutAmount } from './read-payout.ts';
import { SCHEDULE_SIDE_EFFECT, schedulePaused } from './schedule.ts';
import { VERSION } from './version.ts';
import { balanceWebhooks } from './webhook.ts';
import { CREATE_PATH, createBody, decodeCreate } from './wire.ts';

const BASE_URL = 'https://api.mollie.com';

// ---- Settings --------------------------------------------------------------------------------------------------------

/** Settings of {@link createBalance}. */
export interface BalanceSettings extends CommonSettings {
  /** An API key (`live_…`, `test_…`) or an access token (`access_…`) with `payouts.read` and `payouts.write`. Secret. */
  readonly token: string;
  /** The balance that is paid out, to its own bank account: `bal_…`. */
  readonly balanceId: string;
  /**
   * Your word that you know: any payout created through the API sets the balance's `transferFrequency` to `never`. Its
   * automatic settlements stop, and only the Mollie dashboard starts them again.
   */
  readonly acceptScheduleSideEffect: true;
  /** Required with an `access_` token, refused with an API key, which has its mode in its prefix. */
  readonly testmode?: boolean | undefined;
  /** Whether the balance may be read; needs an `access_` token with `balances.read`. Adds `balances()`. @default false */
  readonly readBalances?: boolean | undefined;
  /**
   * Whether a lookup can recognise a payout: `'description'` appends ` [reference key]` to the description, which the bank
   * statement shows. With `'none'` a lost answer may need a person once Mollie has forgotten the key, after an hour.
   *
   * @default 'none'
   */
  readonly correlation?: 'none' | 'description' | undefined;
  /** Of the webhook subscription; several while one replaces the other. Secret. */
  readonly webhookSecrets?: readonly string[] | undefined;
}

const Settings: v.GenericSchema<unknown, BalanceSettings> = v.strictObject({
  ...commonSettings,
  token: v.pipe(HeaderText, v.regex(/^(live|test|access)_./, 'must begin with live_, test_ or access_; other credentials are not taken')),
  balanceId: v.pipe(
    v.string('must be a balance\'s id: a string such as "bal_..."'),
    v.check((id) => id !== 'primary', "must be the balance's own id (bal_...): primary is not known where payouts are created"),
    v.regex(/^(?:bal_[\x21-\x7e]{1,200}|primary)$/, "must be a balance's id, which begins with bal_"),
  ),
  // With a default, so that leaving it out is told in these words, too.
  acceptScheduleSideEffect: v.pipe(
    v.optional(v.unknown(), false),
    v.literal(true, `must be true, to say that you know: ${SCHEDULE_SIDE_EFFECT}`),
  ),
  testmode: v.optional(v.boolean()),
  readBalances: v.optional(v.boolean()),
  correlation: v.optional(v.picklist(['none', 'description'])),
  webhookSecrets: v.optional(webhookSecrets),
});

// ---- The provider ----------------------------------------------------------------------------------------------------

/** Mollie Balances: what {@link createBalance} returns. */
export interface BalanceProvider extends PayoutProvider<'balance', BalanceBags, 'list' | 'fullBalance'> {}

/** Mollie Balances with `readBalances: true`. */
export interface ReadingBalanceProvider extends PayoutProvider<'balance', BalanceBags, 'list' | 'fullBalance' | 'balances'> {}

/** `balances()` is there only with `readBalances: true`. */
export type BalanceProviderFor<Reads extends boolean | undefined> = Reads extends true ? ReadingBalanceProvider : BalanceProvider;

/** The type of {@link createBalance}. */
export interface BalanceFactory extends AdapterDescription<BalanceSettings, BalanceProvider, 'token' | 'webhookSecrets'> {
  <const Reads extends boolean | undefined = undefined>(
    settings: BalanceSettings & { readonly readBalances?: Reads },
  ): BalanceProviderFor<Reads>;
}

/**
 * Pays out a Mollie balance to that balance's own bank account, on the next scheduled business day.
 *
 * Any payout created so stops the balance's automatic settlements; see {@link BalanceSettings.acceptScheduleSideEffect}.
 *
 * @throws {PayoutError} `invalid_settings`, with every problem in `issues`; nothing is sent.
 * @see https://docs.mollie.com/reference/create-payout
 * @example
 * const mollie = createBalance({ token: 'test_...', balanceId: 'bal_...', acceptScheduleSideEffect: true });
 * const outcome = await mollie.createPayout({ reference: 'week-47', money: { amount: '10.00', currency: 'EUR' } });
 */
export const createBalance: BalanceFactory = defineAdapter<BalanceSettings, BalanceProvider, 'token' | 'webhookSecrets'>(
  { id: 'balance', settings: Settings, secrets: ['token', 'webhookSecrets'], aliases: ['mollie'] },
  create,
) as BalanceFactory;

function create(given: BalanceSettings): BalanceProvider {
  const settings = checkSettings('balance', Settings, given, credentialProblems);
  const context = contextOf(settings);
  if (settings.readBalances === true) {
    // Its type has one member more, and it is the factory's type that tells who gets it.
    return definePayoutProvider<ReadingBalanceProvider>({
      ...specOf(context),
      operations: (http, scope) => ({
        ...operationsOf(context, http, scope),
        balances: async (_options, call) => toBalances(context, await fetchBalance(context, http, sourceOf(context, scope), call)),
      }),
    }) as PayoutProvider<'balance', BalanceBags, 'list' | 'fullBalance'>;
  }
  return definePayoutProvider<BalanceProvider>({ ...specOf(context), operations: (http, scope) => operationsOf(context, http, scope) });
}

/** What one provider is made of. */
interface Context extends BalanceReads {
  readonly settings: BalanceSettings;
  readonly baseUrl: string;
}

function contextOf(settings: BalanceSettings): Context {
  const credential = credentialOf(settings);
  const name = settings.name ?? 'balance';
  const report = (code: string, message: string): void => {
    try {
      settings.onTelemetry?.({ type: 'diagnostic', provider: 'balance', name, code, message });
    } catch {
      // A broken listener must not turn a payout into an exception.
    }
  };
  return {
    settings,
    credential,
    allowed: settings.readBalances === true,
    reader: { name, live: credential.live, report },
    baseUrl: settings.baseUrl ?? BASE_URL,
  };
}

type CommonSpec = Omit<PayoutProviderSpec<BalanceProvider>, 'operations'>;

function specOf({ settings, credential, baseUrl, reader }: Context): CommonSpec {
  const correlation = settings.correlation ?? 'none';
  return {
    id: 'balance',
    label: 'Mollie',
    settings,
    endpoint: {
      baseUrl,
      headers: { accept: 'application/hal+json', 'user-agent': `Disburse/${VERSION}` },
      credentials: { authorization: `Bearer ${settings.token}` },
    },
    requestIdHeader: null, // None is documented.
    account: null,
    source: settings.balanceId,
    live: credential.live,
    money: MONEY,
    amountInAnswer: 'may_differ', // It is less the fees that apply; how large they can be is not documented.
    correlation,
    correlationTokenOf: tokenOf,
    sourceOf: ({ raw }) => balanceOf(raw),
    withoutAmount: ({ raw }) => withoutAmount(raw),
    options: OPTIONS,
    request: { fullBalance: true, account: false, destination: false, statementDescriptor: false, metadata: false },
    capabilities: CAPABILITIES,
    problems: (request) => descriptionProblems(request.description, request.reference, correlation),
    refusal: (answer, purpose) => refusalOf(answer, purpose, settings.token),
    isReplay,
    mayResend,
    webhooks: balanceWebhooks(reader, settings.webhookSecrets),
    extraMembers: {},
  };
}

// https://docs.mollie.com/overview/api-idempotency (a key is kept for one hour) and https://docs.mollie.com/reference/list-payouts
const CAPABILITIES: CommonSpec['capabilities'] = {
  states: { cancel: ['pending'] },
  key: { retentionMs: 3_600_000, storesRefusals: true },
  absence: 'by_list',
  filters: { status: 'core', createdFrom: 'core', createdTo: 'core', destination: 'core' },
  listLimit: LARGEST_PAGE,
  listFloor: LIST_FLOOR,
  sideEffects: [SCHEDULE_SIDE_EFFECT],
};

// ---- Operations ------------------------------------------------------------------------------------------------------

type Operations = Omit<AdapterOperations<BalanceProvider>, 'update' | 'reverse' | 'balances'>;

function operationsOf(context: Context, http: Http, scope: Scope): Operations {
  const { credential, reader } = context;
  const balanceId = sourceOf(context, scope);
  const one = (id: string): string => `/v2/payouts/${encodeURIComponent(id)}`;
  const list = { credential, reader, balanceId, baseUrl: context.baseUrl };
  return {
    // https://docs.mollie.com/reference/create-payout
    encodeCreate: (request, _options, correlation) => ({
      path: pathOf(credential, 'create', CREATE_PATH),
      headers: { 'content-type': 'application/json' },
      body: createBody(credential, balanceId, request, correlation),
      source: balanceId,
    }),
    decodeCreate: (request) => decodeCreate(credential, request),
    readCreate: (answer) => readPayout(reader, answer.json),
    notices: async (submission, call) => [
      schedulePaused(submission.source ?? balanceId, call === null ? null : await frequencyBefore(context, http, balanceId, call)),
    ],
    explain: async (refusal, submission, call) => {
      if (!isUnexplained(refusal)) return { refusal, candidates: [] };
      const byCurrency = currencyRefusal(refusal, submission);
      if (byCurrency !== null) return { refusal: byCurrency, candidates: [] };
      const reads: EvidenceReads = {
        page: (cursor) => listPayouts({ ...list, get: (path) => http.get(path, call, 'list') }, { limit: LARGEST_PAGE, cursor }),
        balance: context.allowed ? () => fetchBalance(context, http, balanceId, call) : null,
      };
      return explain422(refusal, submission, reads);
    },
    // https://docs.mollie.com/reference/get-payout
    retrieve: async (id, _options, call) => {
      const answer = await http.get(pathOf(credential, 'retrieve', one(id)), call, 'retrieve');
      return readPayout(reader, answer.json);
    },
    // https://docs.mollie.com/reference/list-payouts
    page: (query, _options, call) => listPayouts({ ...list, get: (path) => http.get(path, call, 'list') }, query),
    // https://docs.mollie.com/reference/cancel-payout
    cancel: async (id, _options, call) => {
      const answer = await http.delete(pathOf(credential, 'cancel', one(id)), call, 'cancel');
      return readPayout(reader, answer.json, 'unknown');
    },
  };
}

/** The balance of a stored submission where one is looked up, else the one of the settings. */
function sourceOf({ settings }: Context, scope: Scope): string {
  return scope.source ?? settings.balanceId;
}
