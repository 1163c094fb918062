// Connections: how many, how long, for whom.
import { execFile } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import type { TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import { attempt, resolvingTo, transportWith, turn } from '../__fixtures__/attempt.ts';
import { exchangeOf, type LoopbackOptions, loopback, refusingPort, requestTo } from '../__fixtures__/loopback.ts';
import { CLOSING, here, OK, ours } from '../__fixtures__/played.ts';
import { transport } from './transport.node.ts';

const NODE_MODULE = new URL('./transport.node.ts', import.meta.url).href;

it('sends 200 requests at once over 64 connections', async () => {
  const waiting: Socket[] = [];
  let most = 0;
  const server = await loopback({
    onRequest: (socket) => {
      most = Math.max(most, waiting.push(socket));
      // Answers only when all connections are busy, or nothing else can come.
      if (waiting.length === 64 || server.requests.length === 200) for (const each of waiting.splice(0)) each.write(OK);
    },
  });
  const exchanges = Array.from({ length: 200 }, () => exchangeOf());
  const answers = await Promise.all(exchanges.map((exchange, i) => transport(requestTo(`${server.origin}/${i}`), exchange)));
  expect(answers.every(({ status, end }) => status === 201 && end === 'complete')).toBe(true);
  expect(exchanges.every(({ evidence }) => evidence === 'answered')).toBe(true);
  expect(new Set(server.requests.map((request) => request.split(' ')[1])).size).toBe(200);
  expect([server.requests.length, server.sockets.length, most]).toEqual([200, 64, 64]);
});

it.each<readonly [string, LoopbackOptions]>([
  ['http', {}],
  ['https', { tls: here }],
])('sends one request after the other over one connection (%s)', async (_name, options) => {
  const over = options.tls === undefined ? transport : transportWith({ ca: here.cert });
  const server = await loopback({ onRequest: (socket) => socket.write(OK) }, options);
  for (let i = 0; i < 20; i++) expect(await over(ours(server.origin), exchangeOf())).toMatchObject({ status: 201 });
  expect([server.requests.length, server.sockets.length]).toEqual([20, 1]);
});

it.each<readonly [string, LoopbackOptions, 'destroy' | 'end']>([
  ['http, destroyed', {}, 'destroy'],
  ['http, half closed', {}, 'end'],
  ['https, destroyed', { tls: here }, 'destroy'],
  ['https, half closed', { tls: here }, 'end'],
])('sends nothing on a kept connection that closes in the moment it is chosen (%s)', async (_name, options, how) => {
  const over = transportWith({ ca: here.cert });
  const server = await loopback({ onRequest: (socket) => socket.write(OK) }, options);
  await over(requestTo(`${server.origin}/before`), exchangeOf());
  const exchange = exchangeOf();
  const outcome = attempt(over, ours(server.origin), exchange);
  for (const pool of [over.pools.http, over.pools.https]) {
    for (const socket of Object.values(pool.sockets).flatMap((some) => some ?? [])) socket[how]();
  }
  expect(await outcome).toMatchObject({ code: 'ECONNRESET' });
  expect([exchange.evidence, server.readOf('/ours'), server.sockets.length]).toEqual(['not_sent', 'nothing', 1]);
});

it('resumes the TLS session on the next connection', async () => {
  const over = transportWith({ ca: here.cert });
  const resumed: boolean[] = [];
  const server = await loopback(
    {
      onConnection: (socket) => resumed.push((socket as TLSSocket).isSessionReused()),
      onRequest: (socket) => socket.end(CLOSING),
    },
    { tls: here },
  );
  for (let i = 0; i < 2; i++) {
    await over(ours(server.origin), exchangeOf());
    await server.gone();
  }
  expect(resumed).toEqual([false, true]);
});

// The agent opens a connection for the next in line. Where that one has given up, Node 24 keeps the connection as idle,
// although it is still connecting, and hands it to a later request as one that was used before.
it('waits for a connection that was opened for another request', async () => {
  const lookups: (() => void)[] = [];
  const over = transportWith({
    maxSockets: 1,
    lookup: (name, options, callback) => {
      const go = (): void => resolvingTo({ address: '127.0.0.1', family: 4 }).lookup(name, options, callback);
      if (lookups.push(go) === 1) go();
    },
  });
  const [holding, leaving] = [new AbortController(), new AbortController()];
  const server = await loopback({ onRequest: () => holding.abort() });
  const url = server.origin.replace('127.0.0.1', 'localhost');
  const first = attempt(over, requestTo(url, { signal: holding.signal }), exchangeOf());
  const second = attempt(over, requestTo(url, { signal: leaving.signal }), exchangeOf());
  leaving.abort();
  await Promise.all([first, second]);
  while (lookups.length < 2) await turn();

  let now = 1;
  const exchange = exchangeOf({ notAfter: 1, now: () => now });
  const third = attempt(over, ours(url), exchange);
  await turn();
  expect(exchange.evidence).toBe('not_sent');
  now = 2;
  for (const connects of lookups.slice(1)) connects();
  expect(await third).toMatchObject({ name: 'TooLateToSend' });
  expect([exchange.evidence, server.readOf('/ours')]).toEqual(['not_sent', 'nothing']);
});

it.each([
  ['in the same packet', true],
  ['while the connection is idle', false],
])('never takes an answer nobody asked for as the next one (%s)', async (_name, atOnce) => {
  const stray = 'HTTP/1.1 400 Stray\r\ncontent-length: 5\r\n\r\nstray';
  const server = await loopback({
    onRequest: (socket, nth) => {
      if (nth === 1) socket.write(atOnce ? OK + stray : OK);
      else socket.write('HTTP/1.1 202 Ours\r\ncontent-length: 4\r\n\r\nours');
    },
  });
  expect(await transport(requestTo(`${server.origin}/before`), exchangeOf())).toMatchObject({ status: 201, text: '{}' });
  if (!atOnce) {
    server.sockets[0]?.write(stray);
    await server.gone();
  }
  expect(await transport(ours(server.origin), exchangeOf())).toMatchObject({ status: 202, text: 'ours' });
});

it('lets the process end although connections are open', async () => {
  const server = await loopback({ onRequest: (socket) => socket.write(OK) });
  const { stdout } = await runNode(`
    const { transport } = await import(${JSON.stringify(NODE_MODULE)});
    const exchange = { body: '{"amount":"10.50"}', notAfter: null, now: Date.now, maxResponseBytes: 100, evidence: 'not_sent' };
    const { status } = await transport(new Request('${server.origin}/ours', { method: 'POST' }), exchange);
    const answered = performance.now();
    process.on('exit', () => console.log(status, performance.now() - answered < 2_000 ? 'at once' : 'late'));`);
  expect(stdout.trim()).toBe('201 at once'); // the pool itself keeps an idle connection for four seconds
});

it.each([
  ['as Node does, once switched on', { NODE_USE_ENV_PROXY: '1' }, 1],
  ['and not because the variable is there', {}, 0],
])('goes through the proxy of the environment %s', async (_name, switched, asked) => {
  const port = await refusingPort();
  const proxy = await loopback({ onRequest: (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n') }, { body: '' });
  const { stdout } = await runNode(
    `const { transport } = await import(${JSON.stringify(NODE_MODULE)});
    const exchange = { body: 'x', notAfter: null, now: Date.now, maxResponseBytes: 100, evidence: 'not_sent' };
    await transport(new Request('https://127.0.0.1:${port}/ours', { method: 'POST' }), exchange).catch((error) => console.log(exchange.evidence, error.code));`,
    { HTTPS_PROXY: proxy.origin, ...switched },
  );
  expect(stdout.trim()).toBe(asked === 1 ? 'not_sent ERR_PROXY_TUNNEL' : 'not_sent ECONNREFUSED');
  expect(proxy.requests.map((request) => request.split('\r\n')[0])).toEqual(asked === 1 ? [`CONNECT 127.0.0.1:${port} HTTP/1.1`] : []);
});

it('sends through a tunnel, with the same evidence', async () => {
  const server = await loopback({ onRequest: (socket, nth) => (nth === 1 ? socket.write(OK) : socket.destroy()) }, { tls: here });
  const proxy = await loopback(
    {
      onRequest: (socket) => {
        socket.removeAllListeners('data');
        const onward = connect(server.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 Connected\r\n\r\n'));
        socket
          .pipe(onward)
          .on('error', () => socket.destroy())
          .pipe(socket);
      },
    },
    { body: '' },
  );
  const over = transportWith({ ca: here.cert, proxyEnv: { HTTPS_PROXY: proxy.origin } });
  const [first, second] = [exchangeOf(), exchangeOf()];
  expect(await attempt(over, requestTo(`${server.origin}/before`), first)).toMatchObject({ status: 201 });
  expect(await attempt(over, ours(server.origin), second)).toMatchObject({ code: 'ECONNRESET' });
  expect([first.evidence, second.evidence, server.readOf('/ours')]).toEqual(['answered', 'maybe_sent', 'all']);
  expect(proxy.requests).toHaveLength(1);
});

async function runNode(script: string, env: Record<string, string> = {}): Promise<{ readonly stdout: string }> {
  return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env, timeout: 20_000 });
}
