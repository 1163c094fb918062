import type { Evidence } from '../platform/evidence.ts';
import { transport as platformTransport, transportOver } from '#transport';
import ky from 'ky';
import { PayoutError } from '../errors.ts';
import { jsonIn } from '../platform/json.ts';
import { mayBePrinted, type Redact, redactedJson, redactor } from '../printable.ts';
import { startTimer, type Runtime } from '../platform/runtime.ts';
import { noopEmit, type Emit } from '../telemetry/telemetry.ts';
import { type ResponseHeaders, type Exchange, type Message, type Received, TooLateToSend, type Transport } from './transport.ts';

/** Where a provider is, and what every request to it carries. */
export interface ApiEndpoint {
  /** `https:`, or `http:` on loopback; checked with the settings. */
  readonly baseUrl: string;
  /** Sent with every request and kept in a submission: versions, the connected account. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with every request and kept nowhere: `authorization`. */
  readonly credentials: Readonly<Record<string, string>>;
}

/** One request, ready to be sent: exact path, headers and bytes. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with one slash; holds the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** A complete answer. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Without secrets, where they were repeated. */
  readonly text: string;
  /** The parsed body; `undefined` when it is not JSON, or nested deeper than 64 levels. */
  readonly json: unknown;
}

/** How one exchange ended. */
export type Sent =
  | { readonly type: 'not_sent'; readonly error: PayoutError; readonly tooLate: boolean; readonly failure?: string | undefined }
  | { readonly type: 'lost'; readonly error: PayoutError; readonly failure?: string | undefined }
  | { readonly type: 'answered'; readonly answer: HttpResponse };

/** What one exchange needs beside the request. */
export interface ExchangeContext {
  readonly signal: AbortSignal;
  /** See {@link Exchange.notAfter}. */
  readonly notAfter: number | null;
  readonly resend: number;
}

/** What the exchanges of one provider share. */
export interface HttpSettings {
  /** The configured name, for messages. */
  readonly provider: string;
  readonly endpoint: ApiEndpoint;
  readonly runtime: Runtime;
  readonly telemetry: Emit;
  readonly maxResponseBytes: number;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly requestIdHeader: string | null;
  /** @default takes out the credentials of the connection */
  readonly redact?: Redact | undefined;
}

/** Sends one request, once. Never throws: what happened is in the answer. */
export type Send = (request: OutgoingRequest, context: ExchangeContext) => Promise<Sent>;

/** The only user of the HTTP client. ky carries the request; deadlines, evidence and limits are ours. */
export function createSend(settings: HttpSettings): Send {
  const transport = settings.fetch === undefined ? platformTransport : transportOver(settings.fetch);
  const { baseUrl, credentials } = settings.endpoint;
  const wire: Wire = { settings, transport, addressOf: addressesBelow(baseUrl), redact: settings.redact ?? redactor(credentials) };
  const now = (): number => settings.runtime.now();
  const exchangeOf = ({ body }: OutgoingRequest, { notAfter }: ExchangeContext): Exchange => {
    return { body, notAfter, now, maxResponseBytes: settings.maxResponseBytes, evidence: 'not_sent' };
  };
  if (settings.telemetry === noopEmit) return (request, context) => sendOnce(wire, request, exchangeOf(request, context), context.signal);
  return async (request, context) => {
    const exchange = exchangeOf(request, context);
    const startedAt = now();
    const sent = await sendOnce(wire, request, exchange, context.signal);
    settings.telemetry({
      type: 'exchange',
      method: request.method,
      baseUrl: settings.endpoint.baseUrl,
      path: withoutValues(request.path),
      evidence: exchange.evidence,
      status: sent.type === 'answered' ? sent.answer.status : null,
      failure: sent.type === 'answered' ? null : (sent.failure ?? sent.error.code),
      resend: context.resend,
      startedAt,
      durationMs: now() - startedAt,
      requestId: sent.type === 'answered' ? requestIdOf(sent.answer, settings.requestIdHeader, wire.redact) : null,
    });
    return sent;
  };
}

/** What the requests of one {@link Send} have in common. */
interface Wire {
  readonly settings: HttpSettings;
  readonly transport: Transport;
  readonly addressOf: (path: string) => string;
  readonly redact: Redact;
}

/**
 * ky is told the method and the address. Bytes, headers and the signal go beside it, to the transport: its `Request` would copy
 * each of them at a price above that of the whole write, and its errors keep the request, so that printing one would print the
 * credentials.
 */
async function sendOnce(wire: Wire, request: OutgoingRequest, exchange: Exchange, signal: AbortSignal): Promise<Sent> {
  const { settings, transport, addressOf } = wire;
  if (signal.aborted) return ended(settings.provider, 'not_sent', signal.reason);
  let received: Received | undefined;
  let failure: unknown;
  try {
    const { method } = request;
    const url = addressOf(request.path);
    const message: Message = { method, url, headers: headersOf(request.headers, settings.endpoint.credentials), signal };
    await ky(url, {
      method,
      retry: 0, // Resends are ours: same key, same bytes, inside the window.
      timeout: false, // ky's own timeout does not cover the body and knows no evidence.
      throwHttpErrors: false,
      fetch: async () => {
        // ky must not see an error of ours, and there is nothing for it in an answer: it gets one and the same.
        try {
          received = await transport(message, exchange);
        } catch (error) {
          failure = error;
        }
        return (done ??= new Response(null));
      },
    });
  } catch (error) {
    failure ??= signal.aborted ? signal.reason : error;
  }
  const answer = received;
  received = undefined; // The function above outlives its call in what ky leaves to the collector, and with it would a whole body.
  if (answer === undefined) return ended(settings.provider, exchange.evidence, signal.aborted ? signal.reason : failure);
  return answerOf(wire, answer, signal);
}

let done: Response | undefined;

/** https://www.rfc-editor.org/rfc/rfc9110#section-5: what else a name or a value holds could end the header, or begin another. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What Fetch takes off both ends of a value. https://fetch.spec.whatwg.org/#concept-header-value-normalize */
const AROUND = /^[\t\n\r ]+|[\t\n\r ]+$/g;

/** Headers as Fetch has them: names in lower case, each once, values without white space around them. */
function headersOf(...given: readonly Readonly<Record<string, string>>[]): Message['headers'] {
  const headers = new Map<string, string>();
  for (const record of given) {
    for (const given of Object.keys(record)) {
      const name = given.toLowerCase();
      const value = String(record[given]).replace(AROUND, '');
      if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) throw new TypeError('A header cannot be sent as it is.');
      const before = headers.get(name);
      headers.set(name, before === undefined ? value : `${before}, ${value}`);
    }
  }
  return headers;
}

/** What is said when no answer came. The failure itself is not kept as a cause: it may hold the request. */
function ended(provider: string, evidence: Evidence, failure: unknown): Sent {
  if (failure instanceof PayoutError && evidence === 'not_sent') return { type: 'not_sent', error: failure, tooLate: false };
  if (failure instanceof TooLateToSend) {
    const message = "nothing was sent: the idempotency key's time was over before the request could leave.";
    return { type: 'not_sent', error: new PayoutError('provider_unavailable', message, { provider }), tooLate: true };
  }
  const sent = evidence !== 'not_sent';
  const code = failure instanceof CallerAborted ? 'aborted' : 'provider_unavailable';
  const message = sent ? `the request was sent and its answer was lost: ${reasonOf(failure)}.` : `nothing was sent: ${reasonOf(failure)}.`;
  const error = new PayoutError(code, message, { provider });
  const why = failureOf(failure);
  return sent ? { type: 'lost', error, failure: why } : { type: 'not_sent', error, tooLate: false, failure: why };
}

/** In one word, for telemetry; `undefined` where the error's code says it. */
function failureOf(failure: unknown): string | undefined {
  if (failure instanceof DeadlineExceeded) return 'timeout';
  return failure instanceof CallerAborted || typeof failure !== 'object' || failure === null ? undefined : systemCodeOf(failure);
}

/** Only the class of failure and its system code: messages of sockets and of an application's fetch may hold anything. */
function reasonOf(failure: unknown): string {
  if (failure instanceof CallerAborted) return 'the caller aborted';
  if (failure instanceof DeadlineExceeded) return `no answer within ${failure.timeoutMs} ms`;
  if (typeof failure !== 'object' || failure === null) return 'the connection failed';
  const code = systemCodeOf(failure);
  return code === undefined ? 'the connection failed' : `the connection failed (${code})`;
}

function systemCodeOf(failure: object): string | undefined {
  try {
    const cause = 'cause' in failure && typeof failure.cause === 'object' && failure.cause !== null ? codeOf(failure.cause) : null;
    return codeOf(failure) ?? cause ?? undefined;
  } catch {
    return undefined; // What was thrown throws again when it is looked at.
  }
}

/**
 * Codes of the system, of Node, undici and llhttp, and of OpenSSL's certificates. An application's own fetch may put anything in
 * their place, also the number of an account.
 */
const SYSTEM_CODE =
  /^(?!.*\d\d)(?:E2BIG|E[A-Z]{2,20}|EAI_[A-Z]{2,20}|(?:UND_ERR|ERR|HPE|CERT|CRL)_[A-Z\d_]{2,50}|UNABLE_TO_[A-Z_]{2,50}|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED|ABORT_ERR|UNKNOWN)$/;

function codeOf(failure: object): string | null {
  return 'code' in failure && typeof failure.code === 'string' && SYSTEM_CODE.test(failure.code) ? failure.code : null;
}

function answerOf({ settings: { provider }, redact }: Wire, received: Received, signal: AbortSignal): Sent {
  const { status, headers, end } = received;
  if (end === 'complete') {
    const text = redactedJson(received.text, redact); // Before it is read: whatever is made of it, no secret is in it.
    return { type: 'answered', answer: { status, headers, text, json: jsonIn(text) } };
  }
  const why =
    end === 'too_large' ? 'it is larger than maxResponseBytes' : signal.aborted ? reasonOf(signal.reason) : 'the connection broke off';
  const code = end === 'too_large' ? 'unexpected_response' : signal.reason instanceof CallerAborted ? 'aborted' : 'provider_unavailable';
  const message = `the request was sent and only part of the answer (HTTP ${status}) was read: ${why}.`;
  const failure = end === 'too_large' ? 'too_large' : signal.aborted ? failureOf(signal.reason) : 'cut';
  return { type: 'lost', error: new PayoutError(code, message, { provider, httpStatus: status }), failure };
}

/** Nothing in it that the URL parser would write in another way. */
const PLAIN_PATH = /^[\w!$&()*+,\-.:;=@[\]~%/?]*$/;
/** A step within the path, for the URL parser. https://url.spec.whatwg.org/#double-dot-path-segment */
const DOTS = /\/(?:\.|%2e)/i;

/**
 * The absolute addresses of paths, which must stay on the configured origin. The base is read once.
 *
 * @throws {PayoutError} `unexpected_response`, by what is returned, for a path that leads elsewhere.
 */
export function addressesBelow(baseUrl: string): (path: string) => string {
  const base = new URL(baseUrl);
  const below = `${base.origin}${base.pathname.replace(/\/$/, '')}`;
  return (path) => {
    // Behind one slash of ours nothing is read as a host any more.
    if (!path.startsWith('/') || path.startsWith('//')) {
      throw new PayoutError('unexpected_response', 'a path that leads to another origin was refused; nothing was sent to it.');
    }
    return PLAIN_PATH.test(path) && !DOTS.test(path) ? below + path : new URL(below + path).href;
  };
}

function withoutValues(path: string): string {
  return path.replace(/=[^&]*/g, '=');
}

/** The provider's id of a request; `null` for a header that looks like none: it gets printed, and may hold anything. */
export function requestIdOf(answer: HttpResponse, header: string | null, redact: Redact): string | null {
  const id = header === null ? null : answer.headers.get(header);
  return mayBePrinted(id, redact) ? id : null;
}

/** Seconds that an answer asks to wait, from `Retry-After` in either form; `null` when it does not say. */
export function retryAfterSecondsOf(answer: HttpResponse, now: number): number | null {
  const value = answer.headers.get('retry-after') ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(value)) return Math.ceil(Number(value));
  const at = /^[a-z]/i.test(value) ? Date.parse(value) : Number.NaN; // Date.parse takes '1.5' for a day of 2001.
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}

// ---- Deadlines -------------------------------------------------------------------------------------------------------

/** Why a signal of ours fired. */
export class DeadlineExceeded extends Error {
  override readonly name: string = 'DeadlineOver';
  readonly timeoutMs: number;
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** The caller's own signal fired. */
export class CallerAborted extends Error {
  override readonly name: string = 'CallerAborted';
}

/** One limit over a whole call: resends, headers and bodies. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly endsAt: number;
  /** Ends it before its time. The reason says why: {@link CallerAborted}. */
  abort(reason: CallerAborted): void;
  /** Must be called when the call is over, or its timer stays. */
  end(): void;
}

export function startDeadline(runtime: Runtime, timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const onCaller = (): void => {
    const ours: unknown = caller?.reason; // A deadline within a deadline keeps its own reason.
    controller.abort(ours instanceof DeadlineExceeded || ours instanceof CallerAborted ? ours : new CallerAborted('the caller aborted'));
  };
  if (caller?.aborted === true) onCaller();
  caller?.addEventListener('abort', onCaller);
  const disarm = startTimer(runtime, timeoutMs, () => controller.abort(new DeadlineExceeded(timeoutMs)));
  return {
    signal: controller.signal,
    endsAt: runtime.now() + timeoutMs,
    abort: (reason) => controller.abort(reason),
    end: () => {
      caller?.removeEventListener('abort', onCaller);
      disarm();
    },
  };
}

// ---- Resends ---------------------------------------------------------------------------------------------------------

/** A provider that asks for a longer pause than this is told to the caller instead of being waited for. */
const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * The pause before resend `n` (from 1): half a second doubling to five, with jitter, or what the provider asked for.
 *
 * @returns `null` when the provider asked for more than half a minute.
 */
export function pauseBefore(resend: number, retryAfterSeconds: number | null, random: number): number | null {
  if (retryAfterSeconds !== null) {
    const asked = Math.max(FIRST_PAUSE_MS, retryAfterSeconds * 1000);
    return asked > LONGEST_PAUSE_MS ? null : asked;
  }
  const backoff = Math.min(FIRST_PAUSE_MS * 2 ** (resend - 1), LONGEST_BACKOFF_MS);
  return Math.max(FIRST_PAUSE_MS, backoff * (0.5 + random / 2));
}
