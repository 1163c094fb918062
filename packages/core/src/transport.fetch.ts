// The transport of every runtime but Node, picked by the `imports` map of package.json.
import { type AnswerBody, answerBody } from './transport.body.ts';
import { abortFailure, codeOf, failureFrom, innermost } from './transport.failure.ts';
import { type Exchange, type Message, type Received, TooLateToSend, type Transport } from './transport.ts';

/** Which transport this is. */
export const transportName: 'node' | 'fetch' = 'fetch';

type Fetch = typeof globalThis.fetch;

/**
 * Sends with the application's own `fetch`. Whatever it throws is `maybe_sent`: it may have retried, or written before
 * it failed.
 */
export function transportOver(fetch: Fetch): Transport {
  return (request, exchange) => sent(request, exchange, fetch, () => false);
}

/** Sends with the runtime's `fetch`, looked up at each call. Its word that no byte left is taken where it can be. */
export const transport: Transport = (request, exchange) => {
  const { fetch } = globalThis;
  return sent(request, exchange, fetch, (error) => isRuntimesOwn(fetch) && neverConnected(error));
};

async function sent(request: Message, exchange: Exchange, fetch: Fetch, nothingSent: (error: unknown) => boolean): Promise<Received> {
  if (request.signal.aborted) throw abortFailure();
  // Plain values: a `fetch` of another library does not take this realm's Request or Headers.
  const init: RequestInit = {
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: exchange.body,
    redirect: 'manual',
    signal: request.signal,
  };
  if (exchange.notAfter !== null && !(exchange.now() <= exchange.notAfter)) {
    throw new TooLateToSend('The time in which this request may be sent was over.');
  }
  exchange.evidence = 'maybe_sent';
  const abort = onceAborted(request);
  try {
    const response = await answered(fetch, request.url, init, abort.happened);
    assertResponse(response);
    exchange.evidence = 'answered';
    return await received(response, exchange.maxAnswerBytes, abort.happened);
  } catch (error) {
    if (nothingSent(error)) exchange.evidence = 'not_sent';
    throw request.signal.aborted ? abortFailure() : failureFrom(error, request.headers);
  } finally {
    abort.forget();
  }
}

/** The headers, or the abort, also where a `fetch` does not obey its signal. */
async function answered(fetch: Fetch, url: string, init: RequestInit, aborted: Promise<null>): Promise<Response> {
  const answer = Promise.resolve(fetch(url, init)); // In the tick that checked the time.
  const first = await Promise.race([answer, aborted]);
  if (first !== null) return first;
  answer.then((late) => late.body?.cancel()).catch(() => {});
  throw abortFailure();
}

/** An application's own `fetch` may answer anything; what is no Response is no answer. */
function assertResponse(answer: unknown): void {
  const { status, headers } = Object(answer) as Partial<Response>;
  if (typeof status === 'number' && typeof headers?.get === 'function') return;
  throw new TypeError('fetch answered with something that is not a Response.');
}

/** Reads the body. From here on nothing throws. */
async function received(response: Response, maxBytes: number, aborted: Promise<null>): Promise<Received> {
  const body = answerBody(maxBytes);
  const end = await readInto(body, response.body, aborted);
  return { status: response.status, headers: response.headers, text: body.text(end), end };
}

async function readInto(body: AnswerBody, stream: Response['body'], aborted: Promise<null>): Promise<Received['end']> {
  if (stream === null) return 'complete';
  try {
    const reader = stream.getReader();
    const stop = (end: Received['end']): Received['end'] => {
      // Not awaited: a source may take its time to let go, and may refuse.
      reader.cancel().catch(() => {});
      return end;
    };
    for (;;) {
      const next = await Promise.race([reader.read(), aborted]);
      if (next === null) return stop('cut');
      if (next.done) return 'complete';
      if (!body.add(next.value)) return stop('too_large');
    }
  } catch {
    return 'cut';
  }
}

/** The abort as a promise. It holds the request: a collected Request no longer hears the signal it was made with. */
function onceAborted(request: Message): { readonly happened: Promise<null>; forget(): void } {
  let onAbort = (): void => {};
  const happened = new Promise<null>((resolve) => {
    onAbort = () => resolve(null);
  });
  request.signal.addEventListener('abort', onAbort);
  return { happened, forget: () => request.signal.removeEventListener('abort', onAbort) };
}

/** No connection came to be: https://nodejs.org/api/tls.html#x509-certificate-error-codes and `getaddrinfo`, `connect`. */
const BEFORE_ANY_BYTE: readonly string[] = [
  'ENOTFOUND',
  'ECONNREFUSED',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** Node: code and syscall on the cause. Bun: the code on the TypeError. Deno says no code at all, so nothing is proven there. */
function neverConnected(error: unknown): boolean {
  if (!(error instanceof TypeError)) return false;
  const inner = innermost(error);
  const code = codeOf(inner);
  if (code === null) return false;
  const whileConnecting = inner instanceof Error && 'syscall' in inner && inner.syscall === 'connect';
  return BEFORE_ANY_BYTE.includes(code) || (code === 'ECONNRESET' && whileConnecting);
}

/**
 * Whether this is the `fetch` the runtime came with, over the dispatcher it came with. One that was replaced (a tracer,
 * a mock, a retrying wrapper) may have sent the request before the attempt whose error we see.
 */
function isRuntimesOwn(fetch: Fetch): boolean {
  const source = Function.prototype.toString.call(fetch);
  // Not 'function () { [native code] }': so read a bound function and a Proxy.
  if (/^function fetch\(\) \{\s*\[native code\]\s*\}$/.test(source)) return true;
  if (!source.includes("require('internal/deps/undici/undici')")) return false;
  const dispatcher: unknown = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'));
  return dispatcher instanceof Object && dispatcher.constructor.name === 'Agent';
}
