// Servers on 127.0.0.1 that do exactly what a case says, and count what they read. They end with their test.
import type { Evidence } from '../platform/evidence.ts';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket, connect } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import type { Exchange } from '../http/transport.ts';
import type { Certificate } from './self-signed.ts';

export const SECRET = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';

/** A request as http.ts makes it; the body travels in the exchange. */
export function requestTo(url: string, init: RequestInit = {}): Request {
  return new Request(url, { method: 'POST', headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' }, ...init });
}

/** An exchange that keeps the moves of its evidence, and calls `onMove` with each. */
export interface WatchedExchange extends Exchange {
  readonly moves: readonly Evidence[];
}

export function exchangeOf(parts: Partial<Exchange> = {}, onMove: (to: Evidence) => void = () => {}): WatchedExchange {
  const moves: Evidence[] = ['not_sent'];
  return {
    body: '{"amount":"10.50"}',
    notAfter: null,
    now: () => 1_000,
    maxResponseBytes: 100_000,
    ...parts,
    moves,
    get evidence() {
      return moves.at(-1) ?? 'not_sent';
    },
    set evidence(to) {
      moves.push(to);
      onMove(to);
    },
  };
}

/** A server and what it saw. */
export interface Loopback {
  readonly origin: string;
  readonly port: number;
  /** Every connection it accepted (TLS: whose handshake was done). */
  readonly sockets: readonly Socket[];
  /** The requests of which it read every byte, verbatim; for TLS what was inside. */
  readonly requests: readonly string[];
  /** How much it read of requests to this path. */
  readOf(path: string): 'nothing' | 'a part' | 'all' | 'all, twice or more';
  /** Resolves when every connection is closed, so that nothing can arrive any more. */
  gone(): Promise<void>;
}

export interface LoopbackOptions {
  readonly tls?: Certificate | undefined;
  readonly allowHalfOpen?: boolean | undefined;
  /** The body of each request; what ends one. */
  readonly body?: string | undefined;
}

/** What a case does with a connection: at once, and each time another whole request was read from it. */
export interface Behaviour {
  onConnection?(socket: Socket): void;
  onBytes?(socket: Socket): void;
  onRequest?(socket: Socket, nth: number): void;
}

export async function loopback(behaviour: Behaviour, options: LoopbackOptions = {}): Promise<Loopback> {
  const { allowHalfOpen = false, tls, body = '{"amount":"10.50"}' } = options;
  const sockets: Socket[] = [];
  const accepted = new Set<Socket>();
  const requests: string[] = [];
  const unfinished = new Map<Socket, string>();
  const onSocket = (socket: Socket): void => {
    sockets.push(socket);
    socket.on('error', () => {});
    behaviour.onConnection?.(socket);
    const end = `\r\n\r\n${body}`;
    socket.on('data', (bytes: Buffer) => {
      let text = (unfinished.get(socket) ?? '') + bytes.toString('latin1');
      unfinished.set(socket, text);
      behaviour.onBytes?.(socket);
      for (let at = text.indexOf(end); at !== -1; at = text.indexOf(end)) {
        requests.push(text.slice(0, at + end.length));
        text = text.slice(at + end.length);
        unfinished.set(socket, text);
        behaviour.onRequest?.(socket, requests.length);
      }
    });
  };
  const server = tls === undefined ? createServer({ allowHalfOpen }, onSocket) : createTlsServer({ ...tls, allowHalfOpen }, onSocket);
  server.on('connection', (socket: Socket) => {
    accepted.add(socket);
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of accepted) socket.destroy();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const gone = async (): Promise<void> => {
    await Promise.all(
      [...accepted].filter(({ closed }) => !closed).map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
  };
  const readOf: Loopback['readOf'] = (path) => {
    const whole = requests.filter((request) => request.startsWith(`POST ${path} `)).length;
    if (whole > 0) return whole === 1 ? 'all' : 'all, twice or more';
    return [...unfinished.values()].some((text) => text !== '') ? 'a part' : 'nothing';
  };
  return { origin, port, sockets, requests, readOf, gone };
}

/** A port that refuses: the near end of a connection holds it, so that nobody else can listen on it meanwhile. */
export async function refusingPort(): Promise<number> {
  const server = await loopback({});
  const near = connect(server.port, '127.0.0.1');
  onTestFinished(() => {
    near.destroy();
  });
  await once(near, 'connect');
  return (near.address() as AddressInfo).port;
}

/** A server in another thread, so that this one can stand still while that one acts. */
async function inThread(source: string): Promise<{ readonly worker: Worker; readonly port: number; readonly flag: Int32Array }> {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const script = `const { createServer } = require('node:net'); const { parentPort, workerData: flag } = require('node:worker_threads'); ${source}`;
  const worker = new Worker(script, { eval: true, workerData: flag });
  onTestFinished(async () => {
    await worker.terminate();
  });
  const [port] = (await once(worker, 'message')) as [number];
  return { worker, port, flag };
}

/**
 * A port whose server resets a connection before this thread has seen that it was made. Call `standStill` after the
 * connect was issued: it returns when the reset is on its way.
 */
export async function resettingPort(): Promise<{ readonly port: number; standStill(): void }> {
  const { port, flag } = await inThread(`
    const server = createServer((socket) => { socket.resetAndDestroy(); Atomics.store(flag, 0, 1); Atomics.notify(flag, 0); });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`);
  return { port, standStill: () => Atomics.wait(flag, 0, 0, 5_000) };
}

/** A port that is listened on, but whose queue of connections is full: connecting hangs. */
export async function hangingPort(): Promise<number> {
  const { port, flag } = await inThread(`
    const server = createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => { parentPort.postMessage(server.address().port); setImmediate(() => Atomics.wait(flag, 0, 0)); });`);
  const fillers: Socket[] = [];
  onTestFinished(() => {
    for (const filler of fillers) filler.destroy();
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  });
  // Connects until one does not succeed: how many the system queues is its own business.
  for (;;) {
    const filler = connect(port, '127.0.0.1').on('error', () => {});
    fillers.push(filler);
    const connected = await Promise.race([
      once(filler, 'connect').then(() => true),
      new Promise<false>((resolve) => {
        setTimeout(() => resolve(false), 50);
      }),
    ]);
    if (!connected) return port;
    if (fillers.length > 1_000) throw new Error('The queue of connections does not fill up.');
  }
}
