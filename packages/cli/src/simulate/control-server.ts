import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Console } from './console.ts';
import { createShownTimes, type ShownTimes } from './shown-times.ts';

/** Where other commands ask for the time and type lines. */
export interface ControlServer {
  readonly url: string;
  /** Takes note of the time: it is one that a program may have taken from here. */
  tick(): void;
  close(): Promise<void>;
}

const LONGEST_LINE = 10_000;

/** Listens on 127.0.0.1 and keeps the process alive. */
export async function startControlServer(now: () => number, typed: Console['type'], port: number): Promise<ControlServer> {
  const shown = createShownTimes();
  const tick = (): void => shown.show(now());
  tick();
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    answered(request, { now, shown }, typed).then(
      (body) => answer(200, body),
      () => answer(400, { ok: false, answer: ['a line is { "line": "advance 3 days" } in JSON'] }),
    );
  });
  await listening(server, port);
  const address = server.address();
  return {
    url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : port}`,
    tick,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
}

interface Time {
  readonly now: () => number;
  readonly shown: ShownTimes;
}

async function answered(request: IncomingMessage, { now, shown }: Time, typed: Console['type']): Promise<object> {
  if (request.method !== 'POST') {
    const time = now();
    shown.show(time);
    return { now: time, shown: shown.stretches };
  }
  // A page in a browser cannot send this type to another origin unasked.
  if (request.headers['content-type'] !== 'application/json') throw new TypeError('JSON only');
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LONGEST_LINE) throw new TypeError('too long');
  }
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('line' in value) || typeof value.line !== 'string') throw new TypeError('no line');
  return typed(value.line);
}
