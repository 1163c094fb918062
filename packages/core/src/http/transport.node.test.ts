// The evidence table: every way a request can end that loopback can make, with the truth in the row.
import type { Evidence } from '../platform/evidence.ts';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { attempt, resolvingTo, transportWith } from '../__fixtures__/attempt.ts';
import {
  exchangeOf,
  hangingPort,
  loopback,
  type Loopback,
  refusingPort,
  requestTo,
  resettingPort,
  SECRET,
} from '../__fixtures__/loopback.ts';
import {
  abortedBy,
  connectingUntil,
  cutAfterHeaders,
  elsewhere,
  HALF,
  handshake,
  here,
  OK,
  ours,
  type Played,
  queued,
  single,
  stale,
  to,
} from '../__fixtures__/played.ts';
import { transport } from './transport.node.ts';
import type { Received } from './transport.ts';

interface Truth {
  readonly evidence: Evidence;
  /** How much of the request to `/ours` the server read. */
  readonly read: ReturnType<Loopback['readOf']>;
  readonly code?: string | RegExp;
  readonly end?: Received['end'];
  readonly text?: string;
  readonly message?: RegExp;
}

type Case = readonly [name: string, truth: Truth, play: () => Promise<Played>];

const CASES: readonly Case[] = [
  // Nothing can have left
  ['DNS failure', { evidence: 'not_sent', read: 'nothing', code: 'ENOTFOUND' }, () => single(`http://${'a'.repeat(64)}.invalid`)], // too long to be asked for
  [
    'refused',
    { evidence: 'not_sent', read: 'nothing', code: 'ECONNREFUSED' },
    async () => single(`http://127.0.0.1:${await refusingPort()}`),
  ],
  [
    'refused, https',
    { evidence: 'not_sent', read: 'nothing', code: 'ECONNREFUSED' },
    async () => single(`https://127.0.0.1:${await refusingPort()}`),
  ],
  [
    'two addresses refused',
    { evidence: 'not_sent', read: 'nothing', code: 'ECONNREFUSED', message: /^connect ECONNREFUSED 127.0.0.1:\d+$/ },
    async () => {
      const both = resolvingTo({ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 });
      return single(`http://two.test:${await refusingPort()}`, transportWith(both));
    },
  ],
  [
    'DNS hangs, deadline',
    { evidence: 'not_sent', read: 'nothing', code: 'ABORT_ERR' },
    async () => {
      const controller = new AbortController();
      const exchange = exchangeOf();
      const over = transportWith({ lookup: () => setImmediate(() => controller.abort()) });
      return { exchange, outcome: await attempt(over, ours('http://hangs.test', { signal: controller.signal }), exchange) };
    },
  ],
  [
    'connect hangs, deadline',
    { evidence: 'not_sent', read: 'nothing', code: 'ABORT_ERR' },
    () =>
      abortedBy(async (abort) => {
        const port = await hangingPort();
        setTimeout(abort, 50);
        return { url: `http://127.0.0.1:${port}` };
      }),
  ],
  [
    'reset on accept',
    { evidence: 'not_sent', read: 'nothing', code: 'ECONNRESET' },
    async () => {
      const { port, standStill } = await resettingPort();
      const played = single(`http://127.0.0.1:${port}`);
      process.nextTick(() => process.nextTick(standStill)); // after the connect was issued
      return played;
    },
  ],
  ['queued, deadline', { evidence: 'not_sent', read: 'nothing', code: 'ABORT_ERR' }, () => queued((abort) => abort())],
  [
    'queued beyond notAfter',
    { evidence: 'not_sent', read: 'nothing', code: /^TooLateToSend$/ },
    () => queued((_, clock) => (clock.now = 1_001)),
  ],
  ['queued until notAfter, just in time', { evidence: 'answered', read: 'all', end: 'complete' }, () => queued(() => {})],
  ['connecting beyond notAfter', { evidence: 'not_sent', read: 'nothing', code: /^TooLateToSend$/ }, () => connectingUntil(1_001, false)],
  [
    'connecting beyond notAfter, https',
    { evidence: 'not_sent', read: 'nothing', code: /^TooLateToSend$/ },
    () => connectingUntil(1_001, true),
  ],
  [
    'connecting, clock broken (NaN)',
    { evidence: 'not_sent', read: 'nothing', code: /^TooLateToSend$/ },
    () => connectingUntil(Number.NaN, false),
  ],
  ['connecting until notAfter, just in time', { evidence: 'answered', read: 'all', end: 'complete' }, () => connectingUntil(1_000, false)],
  [
    'connecting until notAfter, just in time, https',
    { evidence: 'answered', read: 'all', end: 'complete' },
    () => connectingUntil(1_000, true),
  ],
  [
    'TLS, self-signed',
    { evidence: 'not_sent', read: 'nothing', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    async () => {
      const server = await loopback({}, { tls: here });
      return { ...(await single(server.origin)), server };
    },
  ],
  [
    'TLS, wrong host',
    { evidence: 'not_sent', read: 'nothing', code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    async () => {
      const server = await loopback({}, { tls: elsewhere });
      return { ...(await single(server.origin, transportWith({ ca: elsewhere.cert }))), server };
    },
  ],
  [
    'TLS to a plain port',
    { evidence: 'not_sent', read: 'nothing', code: /^(EPROTO|ECONNRESET|ERR_SSL_.*)$/ },
    () => handshake((s) => s.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  ],
  [
    'TLS, reset in the handshake',
    { evidence: 'not_sent', read: 'nothing', code: 'ECONNRESET' },
    () => handshake((s) => s.resetAndDestroy()),
  ],
  ['TLS, FIN in the handshake', { evidence: 'not_sent', read: 'nothing', code: 'ECONNRESET' }, () => handshake((s) => s.end())],
  [
    'TLS, handshake hangs, deadline',
    { evidence: 'not_sent', read: 'nothing', code: 'ABORT_ERR' },
    () => abortedBy(async (abort) => ({ url: `https://127.0.0.1:${(await loopback({ onBytes: abort })).port}` })),
  ],
  [
    'aborted before it began',
    { evidence: 'not_sent', read: 'nothing', code: 'ABORT_ERR' },
    () =>
      abortedBy(async (abort) => {
        abort();
        const server = await loopback({});
        return { url: server.origin, server };
      }),
  ],

  // A byte may have left
  [
    'FIN on accept',
    { evidence: 'maybe_sent', read: 'nothing', code: /^(ECONNRESET|EPIPE)$/ },
    () => to({ onConnection: (s) => s.destroy() }),
  ],
  [
    '8 MB body, reset while flushing',
    { evidence: 'maybe_sent', read: 'a part', code: /^(ECONNRESET|EPIPE)$/ },
    () => to({ onBytes: (s) => s.resetAndDestroy() }, { body: 'x'.repeat(8_388_608) }),
  ],
  [
    'reset after the request',
    { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' },
    () => to({ onRequest: (s) => s.resetAndDestroy() }),
  ],
  [
    'reset after the request, https',
    { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' },
    () => to({ onRequest: (s) => s.destroy() }, { tls: true }),
  ],
  ['FIN after the request', { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' }, () => to({ onRequest: (s) => s.end() })],
  [
    'FIN after the request, https',
    { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' },
    () => to({ onRequest: (s) => s.end() }, { tls: true }),
  ],
  [
    'garbage answer',
    { evidence: 'maybe_sent', read: 'all', code: 'HPE_INVALID_CONSTANT' },
    () => to({ onRequest: (s) => s.end(`garbage ${SECRET}\r\n\r\n`) }),
  ],
  [
    'headers that never end',
    { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' },
    () => to({ onRequest: (s) => s.end('HTTP/1.1 200 OK\r\nx-a: b\r\n') }),
  ],
  [
    'too many headers',
    { evidence: 'maybe_sent', read: 'all', code: 'HPE_HEADER_OVERFLOW' },
    () => to({ onRequest: (s) => s.write(`HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(100_000)}`) }),
  ],
  [
    'an interim answer only',
    { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' },
    () => to({ onRequest: (s) => s.end('HTTP/1.1 103 Early Hints\r\n\r\n') }),
  ],
  [
    'a change of protocol',
    { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' },
    () => to({ onRequest: (s) => s.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n') }),
  ],
  [
    'timeout before headers',
    { evidence: 'maybe_sent', read: 'all', code: 'ABORT_ERR' },
    () =>
      abortedBy(async (abort) => {
        const server = await loopback({ onRequest: abort });
        return { url: server.origin, server };
      }),
  ],
  [
    'kept socket: second request reset',
    { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' },
    async () => {
      const server = await loopback({ onRequest: (s, nth) => (nth === 1 ? s.write(OK) : s.resetAndDestroy()) });
      await transport(requestTo(`${server.origin}/before`), exchangeOf());
      return { ...(await single(server.origin)), server };
    },
  ],
  [
    'stale socket: RST is here',
    { evidence: 'maybe_sent', read: 'nothing', code: /^(ECONNRESET|EPIPE)$/ },
    () => stale(false, (s) => s.resetAndDestroy()),
  ],
  [
    'stale socket: RST is here, https',
    { evidence: 'maybe_sent', read: 'nothing', code: /^(ECONNRESET|EPIPE)$/ },
    () => stale(true, (s) => s.destroy()),
  ],
  [
    'stale socket: FIN is here',
    { evidence: 'maybe_sent', read: 'nothing', code: /^(ECONNRESET|EPIPE)$/ },
    () => stale(false, (s) => s.destroy()),
  ],
  [
    'stale socket: half-closed, the server reads on',
    { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' },
    () => stale(false, (s) => s.end(), true),
  ],
  [
    'stale socket: half-closed, the server reads on, https',
    { evidence: 'maybe_sent', read: 'all', code: 'ECONNRESET' },
    () => stale(true, (s) => s.end(), true),
  ],

  // The headers are here: nothing throws
  [
    'answer before the body was read, and the server leaves it at that',
    { evidence: 'answered', read: 'a part', end: 'complete', text: '{}' },
    async () => {
      let answered = false;
      const answer = (s: Socket): void => {
        if (!answered) s.pause().write(OK);
        answered = true;
      };
      const played = await to({ onBytes: answer }, { body: 'x'.repeat(8_388_608) });
      for (const socket of played.server?.sockets ?? []) socket.resume();
      await played.server?.gone();
      return played;
    },
  ],
  [
    'timeout mid body',
    { evidence: 'answered', read: 'all', end: 'cut', text: '{"id":' },
    () => cutAfterHeaders(HALF, (_, abort) => abort()),
  ],
  [
    'reset mid body',
    { evidence: 'answered', read: 'all', end: 'cut', text: '{"id":' },
    () => cutAfterHeaders(HALF, (s) => s.resetAndDestroy()),
  ],
  ['FIN mid body', { evidence: 'answered', read: 'all', end: 'cut', text: '{"id":' }, () => cutAfterHeaders(HALF, (s) => s.end())],
  [
    'FIN mid chunk',
    { evidence: 'answered', read: 'all', end: 'cut', text: '{"id"' },
    () => cutAfterHeaders('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"\r\n', (s) => s.end()),
  ],
  [
    'garbage mid body',
    { evidence: 'answered', read: 'all', end: 'cut', text: '{"id"' },
    () => cutAfterHeaders('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"\r\n', (s) => s.write('garbage\r\n')),
  ],
  [
    'cut without a length: only the parser can notice',
    { evidence: 'answered', read: 'all', end: 'complete', text: '{"id":' },
    () => to({ onRequest: (s) => s.end('HTTP/1.1 200 OK\r\n\r\n{"id":') }),
  ],
  [
    'garbage after a whole answer',
    { evidence: 'answered', read: 'all', end: 'complete', text: '{}' },
    () => to({ onRequest: (s) => s.end(`${OK}garbage`) }),
  ],
  [
    'reset after a whole answer',
    { evidence: 'answered', read: 'all', end: 'complete', text: '{}' },
    () => cutAfterHeaders(OK, (s) => s.resetAndDestroy()),
  ],
];

it.each(CASES)('%s', async (_name, truth, play) => {
  const { exchange, outcome, server, goesOn } = await play();
  expect(exchange.moves).toEqual(['not_sent', 'maybe_sent', 'answered'].slice(0, exchange.moves.length));
  expect(exchange.evidence).toBe(truth.evidence);
  if (outcome instanceof Error) {
    const { code = outcome.name } = outcome as { code?: string };
    expect({ code, end: undefined }).toEqual({ code: expect.stringMatching(truth.code ?? /^$/), end: truth.end });
    expect(outcome.message).toMatch(truth.message ?? /^.{5,200}$/);
    // Plain: nothing of a socket, a packet, a certificate or a header comes along.
    expect(Object.keys(outcome).filter((key) => key !== 'code' && key !== 'name')).toEqual([]);
    expect(inspect(outcome, { showHidden: true, depth: 9 })).not.toContain(SECRET);
  } else {
    expect(outcome).toMatchObject({ end: truth.end, ...(truth.text === undefined ? {} : { text: truth.text }) });
  }
  if (server === undefined) return;
  if (truth.end !== 'complete' && goesOn !== true) await server.gone();
  expect(server.readOf('/ours')).toBe(truth.read);
});
