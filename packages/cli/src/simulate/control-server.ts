import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Console } from './console.ts';

/** Where other commands ask for the time and type lines. */
export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

const LONGEST_LINE = 10_000;

/** Listens on 127.0.0.1 and keeps the process alive. */
export async function startControlServer(now: () => number, typed: Console['type'], port: number): Promise<ControlServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    answered(request, now, typed).then(
      (body) => answer(200, body),
      () => answer(400, { ok: false, answer: ['a line is { "line": "advance 3 days" } in JSON'] }),
    );
  });
  await listening(server, port);
  const address = server.address();
  return {
    url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : port}`,
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

async function answered(request: IncomingMessage, now: () => number, typed: Console['type']): Promise<object> {
  if (request.method !== 'POST') return { now: now() };
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
