// https://docs.stripe.com/api (contract section 10): authentication, versions, connected accounts, idempotency
import type { EventQueue } from '../event-queue.ts';
import { pathnameOf, queryOf, type SimulatedAnswer, type SimulatedRequest } from '../exchange.ts';
import { canonicalForm, parseForm, type FormMap } from '../form.ts';
import { createIdempotencyKeys, type IdempotencyKeys, type KeyUse } from '../idempotency.ts';
import type { Ids } from '../random.ts';
import { matchRoute, type Match, type Route } from '../routes.ts';
import { handleIdempotent, handleUnkeyed, settledBy, type Executed, type OpenExchange } from '../open-exchange.ts';
import type { Provider } from '../world.ts';
import { DAY_MS } from './calendar.ts';
import { envelope, Refusal, type RefusalStage, type StripeErrorBody } from './errors.ts';
import type { Operation } from './operation.ts';

/** What an account that pins no version is answered in. */
const DEFAULT_VERSION = '2026-10-28.endive';

type Headers = Readonly<Record<string, string>>;

/** Secret keys of the platform: accepted, or expired. */
export type ApiKeys = Map<string, 'accepted' | 'expired'>;

/** What Stripe leaves undocumented about every API of its own (contract section 15): how a world decides it. */
export interface ProtocolVariants {
  /** Whether a key remembers a refusal made after the parameters were checked. Default true. */
  readonly storesRefusals?: boolean | undefined;
  /** Whether a key remembers a 500. Default true (documented). */
  readonly storesServerErrors?: boolean | undefined;
  /** Whether a spent key is replayed even to a request that a 429 would meet. Default false. */
  readonly keyBeforeRateLimit?: boolean | undefined;
  /** How long keys are kept. Default 24 hours. */
  readonly keyLeaseMs?: number | undefined;
}

/** Variants, decided. */
export type Decided<Variants> = { readonly [Name in keyof Variants]-?: NonNullable<Variants[Name]> };

/** The variants of a world, with the defaults for what it leaves out. */
export function protocolVariants(given: ProtocolVariants): Decided<ProtocolVariants> {
  return {
    storesRefusals: given.storesRefusals ?? true,
    storesServerErrors: given.storesServerErrors ?? true,
    keyBeforeRateLimit: given.keyBeforeRateLimit ?? false,
    keyLeaseMs: given.keyLeaseMs ?? DAY_MS,
  };
}

/** What the protocol knows of an account. */
export interface ProtocolAccount {
  readonly id: string;
  /** False for the platform's own. */
  readonly connected: boolean;
}

/** The request that is being executed. */
export interface CurrentRequest {
  readonly id: string;
  readonly idempotencyKey: string | null;
}

/** What the protocol knows of a world. */
export interface ProtocolState<Account extends ProtocolAccount> {
  readonly queue: EventQueue;
  readonly ids: Ids;
  readonly variants: Decided<ProtocolVariants>;
  readonly accounts: ReadonlyMap<string, Account>;
  /** The request under way, so that the events it causes name it. */
  request: CurrentRequest | null;
}

/** One API over one state. */
export interface Api<State extends ProtocolState<Account>, Account extends ProtocolAccount> {
  readonly state: State;
  readonly routes: readonly Route<Operation<State, Account>>[];
  readonly apiKeys: ApiKeys;
}

/** Creates the rules of one of Stripe's APIs. */
export function stripeProvider<State extends ProtocolState<Account>, Account extends ProtocolAccount>(api: Api<State, Account>): Provider {
  const { state } = api;
  const keys = createIdempotencyKeys({ leaseMs: state.variants.keyLeaseMs });
  const headers = (request: SimulatedRequest): Headers => headersFor(state, request);
  return {
    headers,
    expireKeys: () => {
      keys.expire();
    },
    stores: (status, at) => status === 500 && at === 'after' && state.variants.storesServerErrors,
    keyBeforeRateLimit: state.variants.keyBeforeRateLimit,
    open: (request) => {
      const own = headers(request);
      try {
        return openExchange(request, own, api, keys);
      } catch (error) {
        return settledBy(answerTo(error, own));
      }
    },
  };
}

function headersFor(state: ProtocolState<ProtocolAccount>, request: SimulatedRequest): Headers {
  const echoed: Record<string, string> = {};
  for (const name of ['idempotency-key', 'stripe-account']) {
    const value = request.headers[name];
    if (value !== undefined && value !== '') echoed[name] = value;
  }
  return {
    'content-type': 'application/json',
    date: new Date(state.queue.now()).toUTCString(),
    'request-id': state.ids('req_'),
    'stripe-version': request.headers['stripe-version'] ?? DEFAULT_VERSION,
    ...echoed,
  };
}

function openExchange<State extends ProtocolState<Account>, Account extends ProtocolAccount>(
  request: SimulatedRequest,
  own: Headers,
  { state, routes, apiKeys }: Api<State, Account>,
  keys: IdempotencyKeys,
): OpenExchange {
  authenticate(request, apiKeys);
  checkVersion(request.headers['stripe-version']);
  const account = accountOf(request, state.accounts);
  const match = matchRoute(routes, request.method, pathnameOf(request.path));
  if (match === null) throw unknownUrl(request);
  const form = parametersOf(request);
  const run = (): Executed => execute(match, { request, own, state, account, form });
  const key = request.method === 'POST' ? (request.headers['idempotency-key'] ?? '') : '';
  if (key === '') return handleUnkeyed(() => run().answer);
  if (key.length > 255) throw protocol(400, { message: 'Idempotency keys can be up to 255 characters long.' });
  const use: KeyUse = { key: `${account.id} ${key}`, endpoint: pathnameOf(request.path), parameters: canonicalForm(form) };
  const replay = replayOf(use, key, own, keys, state);
  if (replay !== null) return settledBy(replay);
  return handleIdempotent(keys, use, () => state.queue.now(), run);
}

// https://docs.stripe.com/api/authentication
function authenticate({ headers }: SimulatedRequest, apiKeys: ApiKeys): void {
  const [scheme = '', credentials = ''] = (headers['authorization'] ?? '').split(' ');
  const key = scheme.toLowerCase() === 'basic' ? decodeBasic(credentials) : credentials;
  if (!['basic', 'bearer'].includes(scheme.toLowerCase()) || key === '') {
    const message =
      'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth ' +
      "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
    throw protocol(401, { message });
  }
  const known = apiKeys.get(key);
  if (known === 'expired') throw protocol(401, { code: 'api_key_expired', message: `Expired API Key provided: ${masked(key)}` });
  if (known === undefined) throw protocol(401, { message: `Invalid API Key provided: ${masked(key)}` });
}

/** Key as user, empty password. */
function decodeBasic(credentials: string): string {
  try {
    return atob(credentials).split(':')[0] ?? '';
  } catch {
    return '';
  }
}

function masked(key: string): string {
  return key.length <= 12 ? '*'.repeat(key.length) : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(version)) return;
  throw protocol(400, { message: `Invalid Stripe API version: ${version}` });
}

function accountOf<Account extends ProtocolAccount>({ headers }: SimulatedRequest, accounts: ReadonlyMap<string, Account>): Account {
  const id = headers['stripe-account'] ?? '';
  const account = [...accounts.values()].find((candidate) => (id === '' ? !candidate.connected : candidate.id === id));
  if (account !== undefined) return account;
  const message = `The provided key does not have access to account '${id}' (or that account does not exist). Application access may have been revoked.`;
  throw protocol(403, { code: 'account_invalid', message });
}

function unknownUrl({ method, path }: SimulatedRequest): Refusal {
  return protocol(404, {
    message: `Unrecognized request URL (${method}: ${pathnameOf(path)}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });
}

/** Parameters may stand in the query of any request; the body of a POST wins. */
function parametersOf({ method, path, headers, body }: SimulatedRequest): FormMap {
  const form = parseForm(queryOf(path));
  if (method !== 'POST' || body === '') return form;
  const type = headers['content-type'] ?? 'application/x-www-form-urlencoded';
  if (!type.startsWith('application/x-www-form-urlencoded')) {
    throw protocol(400, { message: 'Invalid request (check that your POST content type is application/x-www-form-urlencoded).' });
  }
  return new Map([...form, ...parseForm(body)]);
}

function protocol(status: number, error: StripeErrorBody): Refusal {
  return new Refusal(status, error, 'protocol');
}

// https://docs.stripe.com/api/idempotent_requests (contract section 10.3)
function replayOf(
  use: KeyUse,
  key: string,
  own: Headers,
  keys: IdempotencyKeys,
  { queue }: { readonly queue: EventQueue },
): SimulatedAnswer | null {
  const known = keys.look(use, queue.now());
  const advice = `Try using a key other than '${key}' if you meant to execute a different request.`;
  switch (known.state) {
    case 'unknown':
      return null;
    case 'stored':
      return {
        ...known.answer,
        headers: { ...own, 'content-type': known.answer.headers['content-type'] ?? 'application/json', 'idempotent-replayed': 'true' },
      };
    case 'in_flight':
      throw protocol(409, {
        code: 'idempotency_key_in_use',
        message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
      });
    case 'other_endpoint':
      throw protocol(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${use.endpoint}' vs '${known.first.endpoint}'). ${advice}`,
      });
    case 'other_parameters':
      throw protocol(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. ${advice}`,
      });
  }
}

interface Execution<State, Account> {
  readonly request: SimulatedRequest;
  readonly own: Headers;
  readonly state: State;
  readonly account: Account;
  readonly form: FormMap;
}

function execute<State extends ProtocolState<Account>, Account extends ProtocolAccount>(
  { route, values }: Match<Operation<State, Account>>,
  { request, own, state, account, form }: Execution<State, Account>,
): Executed {
  const outer = state.request;
  state.request = { id: own['request-id'] ?? '', idempotencyKey: request.headers['idempotency-key'] ?? null };
  try {
    const body = JSON.stringify(route.handler({ state, account, values, form }), null, 2);
    return { answer: { status: 200, headers: own, body }, isStored: true };
  } catch (error) {
    const answer = answerTo(error, own);
    return { answer, isStored: isStored(error instanceof Refusal ? error.stage : null, state) };
  } finally {
    state.request = outer;
  }
}

function isStored(refusedAt: RefusalStage | null, { variants }: { readonly variants: Decided<ProtocolVariants> }): boolean {
  return refusedAt === null || (refusedAt === 'execution' && variants.storesRefusals);
}

/** A refusal as an answer; anything else is a mistake of the simulator and is not hidden. */
function answerTo(error: unknown, own: Headers): SimulatedAnswer {
  if (!(error instanceof Refusal)) throw error;
  const challenge: Headers = error.status === 401 ? { 'www-authenticate': 'Bearer realm="Stripe"' } : {};
  return { status: error.status, headers: { ...own, ...challenge }, body: JSON.stringify(envelope(error.error), null, 2) };
}
