// https://nodejs.org/api/http.html#class-httpclientrequest; what sockets really do is the table in transport.node.test.ts.
import { type Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { type AnswerBody, answerBody } from './transport.body.ts';
import { abortFailure, failureFrom, transportFailure } from './transport.failure.ts';
import { type Exchange, type Received, TooLateToSend, type Transport } from './transport.ts';

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
  return async (request, exchange) => {
    if (request.signal.aborted) throw abortFailure();
    return sent(request, exchange, opened(request, exchange, pools()));
  };
}

/** Headers that belong to the connection and not to the caller. `expect` would ask for a pause between headers and body. */
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

/** Methods of which a server expects a length, be it zero: https://www.rfc-editor.org/rfc/rfc9110#section-8.6-5 */
const WITH_CONTENT: readonly string[] = ['POST', 'PUT', 'PATCH'];

/** Asks for a socket. Nothing is written before `end()`. */
function opened(request: Request, exchange: Exchange, pools: Pools): ClientRequest {
  const url = new URL(request.url);
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) if (!OF_THE_CONNECTION.has(name)) headers[name] = value;
  // Answers are small, and a limit in bytes means what it says only where nothing is inflated. A server that compresses
  // all the same is not decoded: its 2xx cannot be read, which is `unknown`.
  headers['accept-encoding'] = 'identity';
  if (exchange.body !== null) headers['content-length'] = String(Buffer.byteLength(exchange.body));
  else if (WITH_CONTENT.includes(request.method)) headers['content-length'] = '0';
  try {
    return url.protocol === 'https:'
      ? httpsRequest(url, { method: request.method, headers, agent: pools.https })
      : httpRequest(url, { method: request.method, headers, agent: pools.http });
  } catch (error) {
    throw failureFrom(error, request.headers);
  }
}

/** Sends and reads. Whatever happens, it settles once and leaves no listener on the signal. */
function sent(request: Request, exchange: Exchange, outgoing: ClientRequest): Promise<Received> {
  return new Promise((resolve, reject) => {
    let answer: { readonly response: IncomingMessage; readonly body: AnswerBody } | null = null;
    let settled = false;
    const settle = (how: () => void): void => {
      if (settled) return;
      settled = true;
      // `request` itself must stay reachable until here: a collected Request no longer hears the signal it was made with.
      request.signal.removeEventListener('abort', onAbort);
      // Nothing to do after a whole answer to a whole request: the agent took the socket back before our `end`.
      outgoing.destroy();
      how();
    };
    const fail = (error: Error): void => settle(() => reject(error));
    const finish = (end: Received['end']): void =>
      settle(() => {
        if (answer !== null) resolve(received(answer.response, answer.body.text(end), end));
      });
    const onAbort = (): void => (answer === null ? fail(abortFailure()) : finish('cut'));
    request.signal.addEventListener('abort', onAbort);

    outgoing.once('socket', (socket) => {
      whenReady(socket, outgoing.protocol === 'https:', () => {
        if (!settled) write(outgoing, socket, exchange, fail);
      });
    });
    outgoing.once('response', (response) => {
      if (settled) return;
      exchange.evidence = 'answered';
      answer = { response, body: answerBody(exchange.maxAnswerBytes) };
      read(response, answer.body, finish);
    });
    // After the headers it is the response that says how it ended: it may be complete although the socket broke.
    outgoing.on('error', (error) => {
      if (answer === null) fail(failureFrom(error, request.headers));
    });
    outgoing.once('close', () => {
      if (answer === null) fail(transportFailure('ECONNRESET', 'The connection closed without an answer.'));
    });
  });
}

/**
 * Calls `go` in the tick in which the socket becomes ready, at once where it is. `reusedSocket` does not tell: the agent
 * also hands on a socket that is still connecting because the request it was opened for has been given up.
 */
function whenReady(socket: Socket & { readonly secureConnecting?: boolean }, tls: boolean, go: () => void): void {
  if (tls ? socket.secureConnecting === false : !socket.pending) go();
  else socket.once(tls ? 'secureConnect' : 'connect', go);
}

/** The one place where bytes leave: check of time, evidence and write are one synchronous piece. */
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

function read(response: IncomingMessage, body: AnswerBody, finish: (end: Received['end']) => void): void {
  response.on('data', (chunk: Buffer) => {
    if (!body.add(chunk)) finish('too_large');
  });
  response.on('end', () => finish(response.complete ? 'complete' : 'cut'));
  response.on('error', () => finish('cut'));
  response.on('close', () => finish('cut'));
}

function received(response: IncomingMessage, text: string, end: Received['end']): Received {
  const headers = new Headers();
  const { rawHeaders } = response;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    try {
      headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
    } catch {
      // Node's parser let through what Headers refuses. One odd header must not hide an answer about money.
    }
  }
  return { status: response.statusCode ?? 0, headers, text, end };
}
