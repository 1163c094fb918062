// https://nodejs.org/api/http.html#class-httpclientrequest; what sockets really do is the table in transport.node.test.ts.
import http, { type Agent as HttpAgent, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https, { type Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import { type ResponseBody, responseBody } from './transport.body.ts';
import { abortFailure, failureFrom, transportFailure } from './transport.failure.ts';
import { type ResponseHeaders, type Exchange, type Message, type Received, TooLateToSend, type Transport } from './transport.ts';

/** The connections that a transport keeps, per protocol. */
export interface Pools {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * A transport over `node:http` and `node:https` that knows whether a byte can have left.
 *
 * The request is written in one piece, once its socket is connected (TLS: established), in the tick that checks
 * `notAfter`. Before that moment every failure is `not_sent`, after it `maybe_sent`. Nothing else is evidence: not
 * `bytesWritten` (counts what waits for a handshake), not `finish` (false although the server read everything), not
 * the error code (a reset has the same one before and after). Nothing is ever resent.
 */
export function transportOverSockets(pools: () => Pools): Transport {
  const hosts = new Map<string, Host>();
  return (message, exchange) => sent(message, exchange, () => opened(message, exchange, pools(), hosts));
}

/** Headers of the connection, which a caller may not set. `expect` would ask for a pause between headers and body. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Methods that need a length, also when it is zero. https://www.rfc-editor.org/rfc/rfc9110#section-8.6-5 */
const WITH_CONTENT: readonly string[] = ['POST', 'PUT', 'PATCH'];

/** The address to connect to, read once instead of by `http.request` for each request. */
type Host = Pick<RequestOptions, 'protocol' | 'hostname' | 'port' | 'auth'>;
const MOST_HOSTS = 100;

/** Splits a URL. Its origin is read once, and its path is the rest. */
function addressOf(url: string, hosts: Map<string, Host>): Host & { readonly path: string } {
  const slash = url.indexOf('/', url.indexOf('//') + 2);
  const origin = slash === -1 ? url : url.slice(0, slash);
  const host = hosts.get(origin) ?? hostOf(origin);
  if (hosts.size >= MOST_HOSTS) hosts.clear();
  hosts.set(origin, host);
  const [path = '/'] = slash === -1 ? [] : url.slice(slash).split('#', 1);
  return { ...host, path };
}

function hostOf(origin: string): Host {
  const { protocol, hostname, port, auth } = urlToHttpOptions(new URL(origin));
  return { protocol, hostname, port, auth };
}

/**
 * Opens a request. Nothing is written before `end()`.
 *
 * `request` is looked up in its module each time: test tools and tracing replace it there, and must see what is sent. A replacement
 * has no body to send before the body is handed over, which is `maybe_sent`; so the evidence is right under it, too.
 */
function opened(message: Message, exchange: Exchange, pools: Pools, hosts: Map<string, Host>): ClientRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of message.headers) if (!OF_THE_CONNECTION.has(name)) headers[name] = value;
  // No compression is asked for: responses are small, and a limit in bytes is exact only without inflating. A response that is
  // compressed all the same is not decoded: its 2xx cannot be read, which is `unknown`.
  headers['accept-encoding'] = 'identity';
  if (exchange.body !== null) headers['content-length'] = String(Buffer.byteLength(exchange.body));
  else if (WITH_CONTENT.includes(message.method)) headers['content-length'] = '0';
  try {
    const address = addressOf(message.url, hosts);
    const { method } = message;
    return address.protocol === 'https:'
      ? https.request({ ...address, method, headers, agent: pools.https })
      : http.request({ ...address, method, headers, agent: pools.http });
  } catch (error) {
    throw failureFrom(error, message.headers);
  }
}

/** Sends and reads. It resolves once, whatever happens, and leaves no listener on the signal. */
function sent(message: Message, exchange: Exchange, open: () => ClientRequest): Promise<Received> {
  return new Promise((resolve, reject) => {
    if (message.signal.aborted) throw abortFailure();
    const outgoing = open();
    let answer: { readonly response: IncomingMessage; readonly body: ResponseBody } | null = null;
    let resolution = false;
    const settle = (how: () => void): void => {
      if (resolution) return;
      resolution = true;
      // The message itself must stay reachable until here: a collected Request no longer hears its signal.
      message.signal.removeEventListener('abort', onAbort);
      // After a whole answer to a whole request the agent has taken the socket back already.
      outgoing.destroy();
      how();
    };
    const fail = (error: Error): void => settle(() => reject(error));
    const finish = (end: Received['end']): void =>
      settle(() => {
        if (answer !== null) resolve(received(answer.response, answer.body.text(end), end));
      });
    const onAbort = (): void => (answer === null ? fail(abortFailure()) : finish('cut'));
    message.signal.addEventListener('abort', onAbort);

    outgoing.on('socket', (socket) => {
      whenReady(socket, outgoing.protocol === 'https:', () => {
        if (!resolution) write(outgoing, socket, exchange, fail);
      });
    });
    outgoing.on('response', (response) => {
      if (resolution || answer !== null) return;
      exchange.evidence = 'answered';
      answer = { response, body: responseBody(exchange.maxResponseBytes) };
      read(response, answer.body, finish);
    });
    // After the headers only the response says how it ended. It may be complete although the socket broke.
    outgoing.on('error', (error) => {
      if (answer === null) fail(failureFrom(error, message.headers));
    });
    outgoing.on('close', () => {
      if (answer === null) fail(transportFailure('ECONNRESET', 'The connection closed without an answer.'));
    });
  });
}

/**
 * Calls `go` in the tick in which the socket becomes ready, at once where it is. `reusedSocket` does not tell: the agent also hands
 * on a socket that is still connecting for a request that was given up.
 *
 * A replacement of a socket proves nothing by being connected. Some test tools connect theirs only when they have the request. So
 * the request is written to them at once, and is `maybe_sent` whatever follows.
 */
function whenReady(socket: Socket & { readonly secureConnecting?: boolean }, tls: boolean, go: () => void): void {
  if (!isOfNode(socket) || (tls ? socket.secureConnecting === false : !socket.pending)) go();
  else socket.once(tls ? 'secureConnect' : 'connect', go);
}

function isOfNode(socket: Socket): boolean {
  const prototype: unknown = Object.getPrototypeOf(socket);
  return prototype === Socket.prototype || prototype === TLSSocket.prototype;
}

/** Writes the bytes. It is the only place where they leave: check of time, evidence and write are one synchronous piece. */
function write(outgoing: ClientRequest, socket: Socket, exchange: Exchange, fail: (error: Error) => void): void {
  if (socket.destroyed || !socket.writable) {
    fail(transportFailure('ECONNRESET', 'The connection closed before anything was sent.'));
  } else if (exchange.notAfter !== null && !(exchange.now() <= exchange.notAfter)) {
    fail(new TooLateToSend('The time in which this request may be sent was over before a connection was ready.'));
  } else {
    exchange.evidence = 'maybe_sent';
    outgoing.end(exchange.body ?? undefined);
  }
}

function read(response: IncomingMessage, body: ResponseBody, finish: (end: Received['end']) => void): void {
  response.on('data', (chunk: Buffer) => {
    if (!body.add(chunk)) finish('too_large');
  });
  response.on('end', () => finish(response.complete ? 'complete' : 'cut'));
  response.on('error', () => finish('cut'));
  response.on('close', () => finish('cut'));
}

function received(response: IncomingMessage, text: string, end: Received['end']): Received {
  return { status: response.statusCode ?? 0, headers: new RawHeaders(response.rawHeaders), text, end };
}

/** Characters that `Headers` takes. Node's parser lets more through, and one odd header must not hide an answer about money. */
const FETCH_VALUE = /^[^\0\r\n]*$/;

/** Headers as they came, read one by one. A `Headers` would check and copy each of them, and few are ever read. */
class RawHeaders implements ResponseHeaders {
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  get(name: string): string | null {
    const wanted = name.toLowerCase();
    let found: string | null = null;
    for (let at = 0; at + 1 < this.#raw.length; at += 2) {
      const given = this.#raw[at] ?? '';
      if (given.length !== wanted.length || given.toLowerCase() !== wanted) continue;
      const value = this.#raw[at + 1] ?? '';
      if (FETCH_VALUE.test(value)) found = found === null ? value.trimEnd() : `${found}, ${value.trimEnd()}`;
    }
    return found;
  }

  [Symbol.iterator](): ReturnType<Headers[typeof Symbol.iterator]> {
    const headers = new Headers();
    for (let at = 0; at + 1 < this.#raw.length; at += 2) {
      try {
        headers.append(this.#raw[at] ?? '', this.#raw[at + 1] ?? '');
      } catch {
        // The header is left out, as `get` leaves it out.
      }
    }
    return headers[Symbol.iterator]();
  }
}
