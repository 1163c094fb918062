// The transport of every runtime but Node, picked by the `imports` map of package.json.
import { type ResponseBody, responseBody } from './transport.body.ts';
import { abortFailure, failureFrom } from './transport.failure.ts';
import { type ResponseHeaders, type Exchange, type Message, type Received, TooLateToSend, type Transport } from './transport.ts';

/** The name of this transport. */
export const transportName: 'node' | 'fetch' = 'fetch';

type Fetch = typeof globalThis.fetch;

/**
 * Sends with the application's own `fetch`. Whatever that throws is `maybe_sent`, also `ECONNREFUSED`: it may have sent before the
 * attempt whose error we see.
 */
export function transportOver(fetch: Fetch): Transport {
  return (request, exchange) => sent(request, exchange, fetch);
}

/**
 * Sends with the runtime's `fetch`, looked up at each call. It proves no more than an application's: nothing tells for certain that
 * it is the runtime's own and sends once.
 *
 * A bound wrapper reads as native code in Bun, and undici takes agents that resend.
 */
export const transport: Transport = (request, exchange) => sent(request, exchange, globalThis.fetch);

async function sent(request: Message, exchange: Exchange, fetch: Fetch): Promise<Received> {
  if (request.signal.aborted) throw abortFailure();
  // The arguments are plain values: a `fetch` of another library does not take this realm's Request or Headers.
  const init: RequestInit = {
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: exchange.body,
    redirect: 'manual',
    signal: request.signal,
  };
  // A platform that caches responses would answer yesterday's status for ever.
  if (request.method === 'GET' && !refuseCache.has(fetch)) init.cache = 'no-store';
  if (exchange.notAfter !== null && !(exchange.now() <= exchange.notAfter)) {
    throw new TooLateToSend('The time in which this request may be sent was over.');
  }
  exchange.evidence = 'maybe_sent';
  const abort = onceAborted(request);
  try {
    const response = await fetchHeaders(fetch, request.url, init, abort.happened).catch((error: unknown) => {
      if (init.cache === undefined || !isAboutCache(error)) throw error;
      refuseCache.add(fetch);
      const { cache: _, ...rest } = init;
      return fetchHeaders(fetch, request.url, rest, abort.happened);
    });
    const answer = answerIn(response);
    exchange.evidence = 'answered';
    return await received(answer, exchange.maxResponseBytes, abort.happened);
  } catch (error) {
    throw request.signal.aborted ? abortFailure() : failureFrom(error, request.headers);
  } finally {
    abort.forget();
  }
}

/**
 * Platforms that do not take `cache`, such as Workers of a compatibility date before 2024-11-11. They are asked again without it:
 * only reads carry it, and a read may be sent twice.
 */
const refuseCache = new WeakSet<Fetch>();

/** "The 'cache' field on 'RequestInitializerDict' is not implemented.", "Unsupported cache mode: no-store" */
const isAboutCache = (error: unknown): boolean => error instanceof Error && /\bcache'? (?:field|mode)\b/i.test(error.message);

/** Waits for the headers, or for the abort when a `fetch` does not obey its signal. */
async function fetchHeaders(fetch: Fetch, url: string, init: RequestInit, aborted: Promise<null>): Promise<Response> {
  const answer = Promise.resolve(fetch(url, init)); // The call is in the same tick as the check of the time.
  const first = await Promise.race([answer, aborted]);
  if (first !== null) return first;
  answer.then((late) => late.body?.cancel()).catch(() => {});
  throw abortFailure();
}

/**
 * The members that are read of a Response, each once. A getter of an application's own may throw, or answer something else the next
 * time.
 */
interface ForeignAnswer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Read only after the status line counts as received. */
  readonly body: () => unknown;
}

/** The response, if the application's `fetch` answered one. Anything else is no answer. */
function answerIn(answer: unknown): ForeignAnswer {
  const response = Object(answer) as Partial<Response>;
  const { status, headers } = response;
  if (typeof status === 'number' && typeof headers?.get === 'function') {
    return { status, headers: new QuietHeaders(headers), body: () => response.body };
  }
  throw new TypeError('fetch answered with something that is not a Response.');
}

/** Headers that never throw. A header that cannot be read counts as absent. */
class QuietHeaders implements ResponseHeaders {
  readonly #headers: Headers;

  constructor(headers: Headers) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    try {
      const value: unknown = this.#headers.get(name);
      return typeof value === 'string' ? value : null;
    } catch {
      return null;
    }
  }

  [Symbol.iterator](): ArrayIterator<[string, string]> {
    return linesOf(this.#headers)[Symbol.iterator]();
  }
}

function linesOf(headers: Headers): [name: string, value: string][] {
  try {
    return [...headers].filter(([name, value]) => typeof name === 'string' && typeof value === 'string');
  } catch {
    return [];
  }
}

/** Reads the body. Nothing throws from here on. */
async function received({ status, headers, body }: ForeignAnswer, maxBytes: number, aborted: Promise<null>): Promise<Received> {
  const read = responseBody(maxBytes);
  const end = await readInto(read, body, aborted);
  return { status, headers, text: read.text(end), end };
}

async function readInto(body: ResponseBody, source: () => unknown, aborted: Promise<null>): Promise<Received['end']> {
  try {
    const stream = source() as Response['body'];
    if (stream === null) return 'complete';
    const reader = stream.getReader();
    const stop = (end: Received['end']): Received['end'] => {
      // The cancel is not awaited: the source may take its time, and may refuse.
      reader.cancel().catch(() => {});
      return end;
    };
    for (let reads = 1; ; reads++) {
      if (reads % READS_IN_A_ROW === 0 && (await Promise.race([aborted, timersRun()])) === null) return stop('cut');
      const next = await Promise.race([reader.read(), aborted]);
      if (next === null) return stop('cut');
      if (next.done) return 'complete';
      const chunk: unknown = next.value;
      if (!ArrayBuffer.isView(chunk)) return stop('cut'); // Nothing can be said of a stream that gives something other than bytes.
      if (!body.add(next.value)) return stop('too_large');
    }
  } catch {
    return 'cut';
  }
}

/**
 * How many reads may follow each other before timers get to run. A stream that always has something ready, such as empty chunks
 * for ever, would stop every timer, also the deadline.
 */
const READS_IN_A_ROW = 1_000;

const timersRun = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The abort as a promise. It holds the request, because a collected Request no longer hears its signal. */
function onceAborted(request: Message): { readonly happened: Promise<null>; forget(): void } {
  let onAbort = (): void => {};
  const happened = new Promise<null>((resolve) => {
    onAbort = () => resolve(null);
  });
  request.signal.addEventListener('abort', onAbort);
  return { happened, forget: () => request.signal.removeEventListener('abort', onAbort) };
}
