import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createListener, type Server as Listener, type Socket } from 'node:net';

import type { VirtualClock } from './clock.ts';
import type { Delivery, SimulatedAnswer } from './exchange.ts';
import type { Receive } from './fetch.ts';

/** What happens to new connections: served, refused, reset at once, or accepted and never read. */
export type ConnectionMode = 'serve' | 'refuse' | 'reset' | 'hang';

/** A simulated provider on a loopback port. It does not keep the process alive. */
export interface ListeningServer {
  /** For example `http://127.0.0.1:40123`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
  /** What happens to connections from now on; connections that are open stay open. Default `serve`. */
  connections(mode: ConnectionMode): Promise<void>;
  /** Closes the keep-alive connections on which no request is under way: politely (`fin`, default) or by a reset. */
  closeIdle(how?: 'fin' | 'reset'): void;
  /** How many connections were accepted so far: tells whether a client kept its connection. */
  readonly accepted: number;
}

interface State {
  mode: ConnectionMode;
  accepted: number;
  readonly sockets: Set<Socket>;
  readonly busy: Set<Socket>;
}

/**
 * Listens on 127.0.0.1.
 *
 * @param port Default 0, a free one.
 */
export async function listenOnLoopback(receive: Receive, clock: VirtualClock, port = 0): Promise<ListeningServer> {
  const state: State = { mode: 'serve', accepted: 0, sockets: new Set(), busy: new Set() };
  const http = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    handle(request, response, receive, clock, state).catch((error: unknown) => {
      // A mistake of the simulator itself: say so to whoever waits, instead of leaving them waiting.
      response
        .writeHead(500, { 'content-type': 'text/plain' })
        .end(`The simulator failed: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
  // A listener of our own in front of the HTTP server, so that a connection can be turned away before HTTP sees it.
  const listener = createListener((socket) => {
    accept(socket, http, state);
  });
  const bound = await listenAt(listener, port);
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    get accepted() {
      return state.accepted;
    },
    close: async () => {
      for (const socket of state.sockets) socket.destroy();
      await stop(listener);
    },
    connections: async (mode) => {
      state.mode = mode;
      if (mode === 'refuse') await stop(listener);
      else if (!listener.listening) await listenAt(listener, bound);
    },
    closeIdle: (how = 'fin') => {
      for (const socket of state.sockets) {
        if (state.busy.has(socket)) continue;
        if (how === 'reset') socket.resetAndDestroy();
        else socket.end();
      }
    },
  };
}

function accept(socket: Socket, http: Server, state: State): void {
  state.accepted += 1;
  state.sockets.add(socket);
  socket.unref();
  socket.on('close', () => {
    state.sockets.delete(socket);
  });
  socket.on('error', () => undefined);
  if (state.mode === 'reset') socket.resetAndDestroy();
  else if (state.mode === 'serve') http.emit('connection', socket);
}

function listenAt(listener: Listener, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ port, host: '127.0.0.1' }, () => {
      listener.off('error', reject);
      listener.unref();
      const address = listener.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

/** Stops listening without waiting for the connections that are still open. */
function stop(listener: Listener): Promise<void> {
  if (!listener.listening) return Promise.resolve();
  listener.close();
  return Promise.resolve();
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  receive: Receive,
  clock: VirtualClock,
  state: State,
): Promise<void> {
  const { socket } = request;
  state.busy.add(socket);
  response.once('close', () => {
    state.busy.delete(socket);
  });
  // Time must not run while bytes are on their way; it may while the provider makes the client wait.
  const arrived = clock.hold();
  socket.once('close', arrived);
  const body = await read(request);
  if (body === null) return arrived();
  const delivery = receive({
    method: request.method ?? 'GET',
    origin: `http://${request.headers.host ?? '127.0.0.1'}`,
    path: request.url ?? '/',
    headers: headersOf(request),
    body,
  });
  arrived();
  socket.off('close', arrived);
  await send(await delivery, response, socket, clock);
}

async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function send(delivery: Delivery, response: ServerResponse, socket: Socket, clock: VirtualClock): Promise<void> {
  if (delivery.kind === 'hang' || socket.destroyed) return Promise.resolve();
  if (delivery.kind === 'reset') {
    socket.resetAndDestroy();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const release = clock.hold();
    const done = (): void => {
      release();
      resolve();
    };
    response.once('close', done);
    write(delivery.answer, delivery.kind === 'truncated' ? delivery.bytes : null, response, socket);
  });
}

function write(answer: SimulatedAnswer, cutAt: number | null, response: ServerResponse, socket: Socket): void {
  const body = Buffer.from(answer.body, 'utf8');
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.byteLength });
  if (cutAt === null) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, cutAt), () => {
    socket.destroy();
  });
}
