// Authentication, parameters, idempotency, rate limits (contract sections 1, 10 to 13)
import { pathnameOf, queryOf, type SimulatedAnswer, type SimulatedRequest } from '../exchange.ts';
import { createIdempotencyKeys, type IdempotencyKeys, type KeyState, type KeyUse } from '../idempotency.ts';
import { matchRoute, type Match, type Route } from '../routes.ts';
import { handleIdempotent, handleUnkeyed, settledBy, type OpenExchange } from '../open-exchange.ts';
import type { Provider } from '../world.ts';
import { getBalance, getPrimaryBalance, listBalances } from './balances.ts';
import { authenticate, authorize, type Access, type Credentials } from './credentials.ts';
import { errorBody, Refusal } from './errors.ts';
import { listPayouts } from './lists.ts';
import type { Operation } from './operation.ts';
import { bodyTestmode, checkNames, parseQuery, queryTestmode, type Body, type Query } from './parameters.ts';
import { cancelPayout, createPayout, getPayout } from './payouts.ts';
import type { MollieState } from './state.ts';

const ROUTES: readonly Route<Operation>[] = [
  { method: 'POST', path: '/v2/payouts', handler: createPayout },
  { method: 'GET', path: '/v2/payouts', handler: listPayouts },
  { method: 'GET', path: '/v2/payouts/:payout', handler: getPayout },
  { method: 'DELETE', path: '/v2/payouts/:payout', handler: cancelPayout },
  { method: 'GET', path: '/v2/balances', handler: listBalances },
  { method: 'GET', path: '/v2/balances/primary', handler: getPrimaryBalance },
  { method: 'GET', path: '/v2/balances/:balance', handler: getBalance },
];
const METHODS: readonly string[] = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];

type Headers = Readonly<Record<string, string>>;

/** A request whose sender and operation are known. */
interface Admitted {
  readonly request: SimulatedRequest;
  readonly access: Access;
  readonly match: Match<Operation>;
  readonly query: Query;
  readonly body: Body;
}

/** Creates the rules of the provider over one organization. */
export function mollieProvider(state: MollieState, credentials: Credentials): Provider {
  const { variants } = state;
  const keys = createIdempotencyKeys({ leaseMs: variants.keyLeaseMs });
  return {
    headers: (request) => headersFor(state, request),
    expireKeys: () => {
      keys.expire();
    },
    // A scripted success is a true one that was changed on its way.
    stores: (status) => status >= 300 && isStored(status, state),
    keyBeforeRateLimit: variants.keyBeforeRateLimit,
    open: (request) => {
      try {
        return openExchange(admit(request, state, credentials), state, keys);
      } catch (error) {
        return settledBy(refusal(error, request, state));
      }
    },
  };
}

function isStored(status: number, { variants }: MollieState): boolean {
  if (status < 300) return true;
  if (status >= 500) return variants.cache5xx;
  return (status === 422 && variants.cache422) || (status === 429 && variants.cache429);
}

/** Every answer tells the virtual time and, in the provider's gradual rollout, the state of the rate limit. */
function headersFor(state: MollieState, request: SimulatedRequest, limitedFor?: number | null): Headers {
  const headers: Record<string, string> = {
    'content-type': 'application/hal+json',
    date: new Date(state.queue.now()).toUTCString(),
  };
  if (!state.variants.rateLimitHeaders) return headers;
  const policy = `"${request.method.toLowerCase()}-v2-${pathnameOf(request.path).split('/')[2] ?? ''}"`;
  const limited = limitedFor !== undefined;
  headers['ratelimit-policy'] = `${policy};q=20;w=${limited ? 1 : 3};mollie-burst=60`;
  headers['ratelimit'] = limited ? `${policy};r=0;t=${limitedFor ?? 1};mollie-burst=0` : `${policy};r=15;t=2;mollie-burst=60`;
  return headers;
}

function admit(request: SimulatedRequest, state: MollieState, credentials: Credentials): Admitted {
  const access = authenticate(request.headers['authorization'], credentials);
  const match = routeOf(request);
  authorize(access, match.route.handler, state.variants.apiKeyOnBalancesStatus);
  return { request, access, match, query: parseQuery(queryOf(request.path)), body: bodyOf(request) };
}

/** An empty id is no id: a path that ends in a slash is the collection. */
function routeOf({ method, path }: SimulatedRequest): Match<Operation> {
  const pathname = pathnameOf(path).replace(/\/$/, '');
  const match = matchRoute(ROUTES, method, pathname);
  if (match !== null) return match;
  const known = METHODS.some((other) => matchRoute(ROUTES, other, pathname) !== null);
  throw known ? new Refusal(405, `${method} is not possible here.`) : new Refusal(404, `There is nothing at ${pathname}.`);
}

function bodyOf({ method, headers, body }: SimulatedRequest): Body {
  if (method === 'GET' || body === '') return {};
  if (!/^application\/(hal\+)?json\s*(;|$)/i.test(headers['content-type'] ?? 'application/json')) {
    throw new Refusal(415, 'The body must be JSON.');
  }
  const json = parsed(body);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Refusal(400, 'The body must be a JSON object.');
  if (isDeeper(json, MOST_LEVELS)) throw new Refusal(400, 'The body is nested too deep.');
  return json as Body;
}

/** Deeper than any parameter, and not so deep that what walks the body overflows its stack. */
const MOST_LEVELS = 64;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Keys count on POST only; on GET and DELETE they are ignored. */
function openExchange(admitted: Admitted, state: MollieState, keys: IdempotencyKeys): OpenExchange {
  const { request } = admitted;
  const key = request.method === 'POST' ? (request.headers['idempotency-key'] ?? '') : '';
  if (key === '') {
    const limited = takeLimit(state);
    if (limited !== null) throw limited;
    return handleUnkeyed(() => run(admitted, state));
  }
  const use = keyUse(key, admitted);
  const now = state.queue.now();
  const known = keys.look(use, now);
  const replayedFirst = known.state === 'stored' && state.variants.keyBeforeRateLimit;
  const limited = replayedFirst ? null : takeLimit(state);
  if (limited !== null) {
    const answer = refusal(limited, request, state);
    if (known.state === 'unknown' && isStored(answer.status, state)) keys.keep(use, answer, now);
    return settledBy(answer);
  }
  const replay = replayOf(known, request, state);
  if (replay !== null) return settledBy(replay);
  return handleIdempotent(
    keys,
    use,
    () => state.queue.now(),
    () => {
      const answer = run(admitted, state);
      return { answer, isStored: isStored(answer.status, state) };
    },
  );
}

/** The 429 that a world was told to answer, or null. */
function takeLimit(state: MollieState): Refusal | null {
  if (state.limited.requests <= 0) return null;
  const { requests, retryAfter } = state.limited;
  state.limited = { requests: requests - 1, retryAfter };
  return new Refusal(429, 'Too many requests.', { headers: retryAfter === null ? {} : { 'retry-after': String(retryAfter) } });
}

/** One namespace per organization and mode: documented is only that keys belong to an account. */
function keyUse(key: string, { request, access, match, query, body }: Admitted): KeyUse {
  const mode = access.mode ?? (body['testmode'] === true ? 'test' : 'live');
  return {
    key: `${mode} ${key}`,
    endpoint: `${request.method} ${match.route.path} ${JSON.stringify(match.values)}`,
    parameters: canonical([query, body]),
  };
}

/** The same text for the same parameters, in whatever order they were sent. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}

const IDEMPOTENCY = 'api-idempotency';

function replayOf(known: KeyState, request: SimulatedRequest, state: MollieState): SimulatedAnswer | null {
  switch (known.state) {
    case 'unknown':
      return null;
    case 'stored': {
      const own = headersFor(state, request);
      const headers = { ...own, ...known.answer.headers, date: own['date'] ?? '', 'idempotent-replayed': 'true' };
      return { ...known.answer, headers };
    }
    case 'in_flight':
      throw new Refusal(409, 'A request with this idempotency key is still being processed.', { page: IDEMPOTENCY });
    case 'other_endpoint':
    case 'other_parameters':
      throw new Refusal(400, 'This idempotency key belongs to another request.', { page: IDEMPOTENCY });
  }
}

function run(admitted: Admitted, state: MollieState): SimulatedAnswer {
  const { request, access, match, query, body } = admitted;
  const operation = match.route.handler;
  try {
    const mode = access.mode ?? (isTestmode(operation, query, body) ? 'test' : 'live');
    checkParameters(admitted);
    const { origin, path } = request;
    const json = operation.run({ state, world: state.modes[mode], origin, path, values: match.values, query, body });
    return { status: operation.status, headers: headersFor(state, request), body: JSON.stringify(json) };
  } catch (error) {
    return refusal(error, request, state);
  }
}

/** `testmode` is a parameter of organization-level tokens only, and each operation has one place for it. */
function checkParameters({ access, match, query, body }: Admitted): void {
  const operation = match.route.handler;
  const mayChoose = (place: 'query' | 'body'): readonly string[] =>
    access.mode === null && operation.testmode === place ? ['testmode'] : [];
  checkNames(Object.keys(query), [...operation.query, ...mayChoose('query')], 'query');
  checkNames(Object.keys(body), [...operation.body, ...mayChoose('body')], 'body');
}

function isTestmode({ testmode }: Operation, query: Query, body: Body): boolean {
  if (testmode === 'nowhere') return false;
  return testmode === 'query' ? queryTestmode(query['testmode']) : bodyTestmode(body['testmode']);
}

/** A refusal as an answer; anything else is a mistake of the simulator and is not hidden. */
function refusal(error: unknown, request: SimulatedRequest, state: MollieState): SimulatedAnswer {
  if (!(error instanceof Refusal)) throw error;
  const { status, details } = error;
  const own = status === 429 ? headersFor(state, request, state.limited.retryAfter) : headersFor(state, request);
  return { status, headers: { ...own, ...details.headers }, body: JSON.stringify(errorBody(error, state.variants)) };
}
