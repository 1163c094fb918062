// How the cases of the evidence table are played: one request to `/ours`, and what became of it.
import type { Evidence } from '../platform/evidence.ts';
import type { Socket } from 'node:net';
import { expect } from 'vitest';
import { transport } from '../http/transport.node.ts';
import type { Received, Transport } from '../http/transport.ts';
import { attempt, resolvingTo, transportWith, turn } from './attempt.ts';
import { type Behaviour, exchangeOf, loopback, type Loopback, requestTo, type WatchedExchange } from './loopback.ts';
import { type Certificate, selfSigned } from './self-signed.ts';

export interface Played {
  readonly exchange: WatchedExchange;
  readonly outcome: Received | Error;
  readonly server?: Loopback;
  /** Connections of other requests stay open. */
  readonly goesOn?: boolean;
}

export function ours(origin: string, init?: RequestInit): Request {
  return requestTo(`${origin}/ours`, init);
}

/** A whole answer. */
export const OK: string = 'HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}';
/** A whole answer after which the server closes. */
export const CLOSING: string = OK.replace('\r\n', '\r\nconnection: close\r\n');
/** An answer that promises more than it holds. */
export const HALF: string = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id":';
/** Trusted where a case says so. */
export const here: Certificate = selfSigned('localhost', '127.0.0.1');
/** A certificate for another host. */
export const elsewhere: Certificate = selfSigned('elsewhere.test', '127.0.0.2');

/** One request to a server that behaves like this. `tls`: the server's certificate is trusted. */
export async function to(behaviour: Behaviour, { tls = false, body = '{"amount":"10.50"}' } = {}): Promise<Played> {
  const server = await loopback(behaviour, { body, ...(tls ? { tls: here } : {}) });
  const exchange = exchangeOf({ body });
  const over = tls ? transportWith({ ca: here.cert }) : transport;
  return { server, exchange, outcome: await attempt(over, ours(server.origin), exchange) };
}

/** TLS asked of a plain server that answers the first bytes of the handshake like this. */
export async function handshake(onBytes: (socket: Socket) => void): Promise<Played> {
  const server = await loopback({ onBytes });
  const exchange = exchangeOf();
  return { exchange, outcome: await attempt(transport, ours(`https://127.0.0.1:${server.port}`), exchange) };
}

/** Aborts when the server (or whoever gets `abort`) says so. */
export async function abortedBy(
  arrange: (abort: () => void) => Promise<{ url: string; server?: Loopback; onMove?: (to: Evidence) => void }>,
): Promise<Played> {
  const controller = new AbortController();
  const { url, server, onMove } = await arrange(() => controller.abort());
  const exchange = exchangeOf({}, onMove);
  const outcome = await attempt(transport, ours(url, { signal: controller.signal }), exchange);
  return { exchange, outcome, ...(server === undefined ? {} : { server }) };
}

/** An answer that breaks off after its headers have been understood. */
export async function cutAfterHeaders(answer: string, cut: (socket: Socket, abort: () => void) => void): Promise<Played> {
  const server = await loopback({ onRequest: (socket) => socket.write(answer) });
  const controller = new AbortController();
  const exchange = exchangeOf({}, (to) => {
    const [socket] = server.sockets;
    if (to === 'answered' && socket !== undefined) setImmediate(() => cut(socket, () => controller.abort()));
  });
  return { server, exchange, outcome: await attempt(transport, ours(server.origin, { signal: controller.signal }), exchange) };
}

/** A second request on a kept socket, after the server has done something that this process has not noticed yet. */
export async function stale(tls: boolean, meanwhile: (socket: Socket) => void, allowHalfOpen = false): Promise<Played> {
  const over = transportWith({ ca: here.cert });
  const server = await loopback(
    {
      onRequest: (socket) => {
        if (socket.writable) socket.write(OK);
      },
    },
    { allowHalfOpen, ...(tls ? { tls: here } : {}) },
  );
  await over(requestTo(`${server.origin}/before`), exchangeOf());
  await turn();
  const [socket] = server.sockets;
  if (socket !== undefined) meanwhile(socket);
  const exchange = exchangeOf();
  const outcome = await attempt(over, ours(server.origin), exchange);
  expect(server.sockets).toHaveLength(1);
  return { server, exchange, outcome };
}

/** One request holds the only connection, ours waits behind it; `meanwhile` runs before the first is answered. */
export async function queued(meanwhile: (abort: () => void, clock: { now: number }) => void): Promise<Played> {
  const over = transportWith({ maxSockets: 1 });
  const controller = new AbortController();
  const clock = { now: 1_000 };
  const exchange = exchangeOf({ notAfter: 1_000, now: () => clock.now });
  let second: Promise<Received | Error> | undefined;
  const server = await loopback({
    onRequest: (socket, nth) => {
      if (nth > 1) {
        socket.write(OK);
        return;
      }
      second = attempt(over, ours(server.origin, { signal: controller.signal }), exchange);
      setImmediate(() => {
        meanwhile(() => controller.abort(), clock);
        socket.write(OK);
      });
    },
  });
  expect(await over(requestTo(`${server.origin}/before`), exchangeOf())).toMatchObject({ status: 201 });
  const outcome = (await second) ?? new Error('never asked');
  // The line behind it goes on.
  expect(await over(requestTo(`${server.origin}/after`), exchangeOf())).toMatchObject({ status: 201 });
  return { exchange, outcome, server, goesOn: true };
}

/** The clock reaches `at` while the address is looked up. */
export async function connectingUntil(at: number, tls: boolean): Promise<Played> {
  let now = 0;
  const server = await loopback({ onRequest: (socket) => socket.end(OK) }, tls ? { tls: here } : {});
  const over = transportWith({
    ca: here.cert,
    lookup: (_name, options, callback) => {
      now = at;
      resolvingTo({ address: '127.0.0.1', family: 4 }).lookup('', options, callback);
    },
  });
  const exchange = exchangeOf({ notAfter: 1_000, now: () => now });
  const url = server.origin.replace('127.0.0.1', 'localhost');
  return { server, exchange, outcome: await attempt(over, ours(url), exchange) };
}

export async function single(url: string, over: Transport = transport): Promise<Played> {
  const exchange = exchangeOf();
  return { exchange, outcome: await attempt(over, ours(url), exchange) };
}
