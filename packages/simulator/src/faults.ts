import { pathnameOf, type SimulatedAnswer, type SimulatedRequest } from './exchange.ts';
import type { KnownForms } from './known-options.ts';
import { createScript, type Script, type ScriptReader } from './script.ts';

/** On which side of the provider's commit something happens. */
export type Moment = 'before' | 'after';

/** An answer as a test writes it. An object body is sent as JSON, a text beginning with `<` as HTML. */
export interface FaultAnswer {
  /** 100 to 599; over `fetch` 200 to 599. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | object | undefined;
}

/** The JSON object of an answer, on its way to the client. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The connection is reset; with `before` the provider never executed the request. */
export interface ResetFault {
  readonly reset: Moment;
}
/** No answer ever comes; only the client's own deadline ends it. */
export interface HangFault {
  readonly hang: Moment;
}
/** Another answer is sent instead of the provider's own, with `after` although the request was executed. */
export interface AnswerFault {
  readonly answer: FaultAnswer;
  readonly at: Moment;
  /** Whether the idempotency key keeps this answer. Default: as the provider does with answers of its own; see its variants. */
  readonly stored?: boolean | undefined;
}
/**
 * A gateway or a mesh between client and provider answers itself, in no form of the provider's and without any header of its own.
 * With `after` the provider had executed the request: the mesh sent it twice, or gave up waiting.
 */
export interface GatewayFault {
  /** The status it answers, 400 to 599. */
  readonly gateway: number;
  readonly at: Moment;
  /** How it writes: a line of plain text, a page of HTML, or `application/problem+json`. Default `text`. */
  readonly form?: GatewayForm | undefined;
}
/** How something that is not the provider writes its answers. */
export type GatewayForm = 'text' | 'html' | 'problem';
/** Executed; the headers promise the whole body, the connection breaks after so many bytes of it. */
export interface TruncateFault {
  readonly truncate: number;
}
/** Slow: with `before` the execution waits and holds the key, with `after` only the answer is late. Virtual milliseconds. */
export interface DelayFault {
  readonly delayMs: number;
  readonly at: Moment;
}
/**
 * The client sees this at once, but the request reaches the provider, and is executed, `lateMs` virtual milliseconds later: on a
 * slow way, or, with an answer such as Stripe's `approval_required`, because a person approved it then.
 */
export interface LateFault {
  readonly lateMs: number;
  readonly client: 'reset' | 'hang' | FaultAnswer;
}
/** Executed; the JSON answer is changed on its way. The provider stores what it meant to say. */
export interface ChangeFault {
  readonly change: (answer: JsonObject) => unknown;
}
/** Executed; the answer carries these headers too, or instead. Names in lower case. */
export interface HeadersFault {
  readonly headers: Readonly<Record<string, string>>;
}
/** Every idempotency key is forgotten before the request is looked at. */
export interface ExpireKeysFault {
  readonly expireKeys: true;
}

/** One thing that goes wrong with one exchange. */
export type Fault =
  | ResetFault
  | HangFault
  | AnswerFault
  | GatewayFault
  | TruncateFault
  | DelayFault
  | LateFault
  | ChangeFault
  | HeadersFault
  | ExpireKeysFault;

/** Which requests a fault concerns; what is left out fits every request. */
export interface FaultMatcher {
  readonly method?: string | undefined;
  /** A text is the whole path without the query; a pattern is tried on path and query. */
  readonly path?: string | RegExp | undefined;
}

/** The fault script of one world: what happens to requests. */
export interface Faults extends Script<Fault, FaultMatcher> {}

/** What happens to one exchange: the faults, sorted by the moment at which they act. */
export interface Plan {
  readonly expireKeys: boolean;
  readonly late: LateFault | null;
  readonly delayBeforeMs: number;
  readonly before: ResetFault | HangFault | AnswerFault | GatewayFault | null;
  readonly after: ResetFault | HangFault | AnswerFault | GatewayFault | TruncateFault | null;
  readonly delayAfterMs: number;
  readonly changes: readonly ChangeFault['change'][];
  readonly headers: Readonly<Record<string, string>>;
}

const FORMS: KnownForms = {
  expireKeys: [],
  lateMs: ['client'],
  headers: [],
  change: [],
  delayMs: ['at'],
  truncate: [],
  reset: [],
  hang: [],
  answer: ['at', 'stored'],
  gateway: ['at', 'form'],
};

/** Creates an empty fault script. */
export function createFaultScript(): ScriptReader<Fault, FaultMatcher, SimulatedRequest, Plan> {
  return createScript({ planOf, fits, matcher: { method: true, path: true }, forms: FORMS });
}

function fits({ method, path }: FaultMatcher, request: SimulatedRequest): boolean {
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (path === undefined) return true;
  return typeof path === 'string' ? path === pathnameOf(request.path) : request.path.search(path) >= 0;
}

type Draft = { -readonly [Name in keyof Plan]: Plan[Name] };

function planOf(faults: readonly Fault[]): Plan {
  const plan: Draft = {
    expireKeys: false,
    late: null,
    delayBeforeMs: 0,
    before: null,
    after: null,
    delayAfterMs: 0,
    changes: [],
    headers: {},
  };
  for (const fault of faults) {
    if ('expireKeys' in fault) plan.expireKeys = true;
    else if ('lateMs' in fault) plan.late = fault;
    else if ('headers' in fault) plan.headers = { ...plan.headers, ...fault.headers };
    else if ('change' in fault) plan.changes = [...plan.changes, fault.change];
    else if ('delayMs' in fault) plan[fault.at === 'before' ? 'delayBeforeMs' : 'delayAfterMs'] += fault.delayMs;
    else end(plan, fault);
  }
  return plan;
}

function end(plan: Draft, fault: NonNullable<Plan['after']>): void {
  if (plan.before !== null || plan.after !== null)
    throw new TypeError('One exchange ends once: only one of reset, hang, answer, gateway and truncate.');
  if ('truncate' in fault) plan.after = fault;
  else if (momentOf(fault) === 'before') plan.before = fault;
  else plan.after = fault;
}

function momentOf(fault: NonNullable<Plan['before']>): Moment {
  if ('reset' in fault) return fault.reset;
  return 'hang' in fault ? fault.hang : fault.at;
}

/** What meshes and gateways are known to write; of a status that is not here, only the number. */
const GATEWAY_WORDS: Readonly<Record<number, string>> = {
  401: 'Jwt is expired',
  403: 'RBAC: access denied',
  404: 'no route matched',
  429: 'local_rate_limited',
  502: 'upstream connect error or disconnect/reset before headers',
  503: 'no healthy upstream',
  504: 'upstream request timeout',
};

const GATEWAY_FORMS: Readonly<Record<GatewayForm, { readonly type: string; readonly body: (status: number, words: string) => string }>> = {
  text: { type: 'text/plain; charset=utf-8', body: (_, words) => words },
  html: { type: 'text/html; charset=utf-8', body: (status, words) => `<html><body><h1>${status}</h1><p>${words}</p></body></html>` },
  problem: {
    type: 'application/problem+json',
    body: (status, words) => JSON.stringify({ type: 'about:blank', title: words, status, detail: 'Answered by a gateway.' }),
  },
};

/** The answer of a gateway as it goes over the wire: of the provider's headers it has the time only. */
export function gatewayAnswerOf(
  { gateway: status, form = 'text' }: GatewayFault,
  { date }: Readonly<Record<string, string>>,
): SimulatedAnswer {
  const { type, body } = GATEWAY_FORMS[form];
  const headers = { 'content-type': type, server: 'envoy', ...(date === undefined ? {} : { date }) };
  return { status, headers, body: body(status, GATEWAY_WORDS[status] ?? `Error ${status}`) };
}

/** A scripted answer as it goes over the wire. `own` are the provider's usual headers, which JSON bodies get too. */
export function answerOf(given: FaultAnswer, own: Readonly<Record<string, string>>): SimulatedAnswer {
  const body = given.body === undefined ? '' : typeof given.body === 'string' ? given.body : JSON.stringify(given.body);
  const json = typeof given.body === 'object';
  const type = json
    ? (own['content-type'] ?? 'application/json')
    : body.trimStart().startsWith('<')
      ? 'text/html; charset=utf-8'
      : 'text/plain; charset=utf-8';
  const headers: Record<string, string> = { ...(json ? own : {}), 'content-type': type };
  if (own['date'] !== undefined) headers['date'] = own['date'];
  for (const [name, value] of Object.entries(given.headers ?? {})) headers[name.toLowerCase()] = value;
  return { status: given.status, headers, body };
}
