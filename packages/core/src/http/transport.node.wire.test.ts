// What travels: the bytes of a request, and the answers as they are read.
import { ClientRequest } from 'node:http';
import { expect, it, vi } from 'vitest';
import { attempt } from '../__fixtures__/attempt.ts';
import { exchangeOf, loopback, requestTo } from '../__fixtures__/loopback.ts';
import { transport as overFetch, transportName as nameOfFetch } from './transport.fetch.ts';
import * as forFetch from './transport.fetch.ts';
import * as forNode from './transport.node.ts';
import type { Received } from './transport.ts';

const { transport } = forNode;

/** The request lines and headers that a server read, and the body. */
async function wire(init: RequestInit, body: string | null, path = '/v1/payouts?limit=1'): Promise<readonly string[]> {
  const server = await loopback({ onRequest: (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n') }, { body: latin1(body ?? '') });
  const exchange = exchangeOf({ body });
  expect(await transport(requestTo(`${server.origin}${path}`, init), exchange)).toMatchObject({ status: 204, text: '', end: 'complete' });
  expect(exchange.evidence).toBe('answered');
  expect(server.requests).toHaveLength(1);
  return (server.requests[0] ?? '').replace(String(server.port), 'PORT').split('\r\n');
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

it('writes method, path, headers and exactly the bytes of the exchange', async () => {
  const headers = { authorization: 'Bearer t', 'content-type': 'application/json', 'idempotency-key': 'k' };
  expect(await wire({ headers }, '{"name":"Zoë €"}')).toEqual([
    'POST /v1/payouts?limit=1 HTTP/1.1',
    'authorization: Bearer t',
    'content-type: application/json',
    'idempotency-key: k',
    'accept-encoding: identity',
    'content-length: 19',
    'Host: 127.0.0.1:PORT',
    'Connection: keep-alive',
    '',
    latin1('{"name":"Zoë €"}'),
  ]);
});

it('hands the bytes over in the tick that checks the time', async () => {
  const order: string[] = [];
  const end = vi.spyOn(ClientRequest.prototype, 'end').mockImplementation(function (this: ClientRequest) {
    order.push('handed over');
    this.destroy();
    return this;
  });
  const now = (): number => {
    order.push('checked');
    process.nextTick(() => order.push('a moment later'));
    return 0;
  };
  const server = await loopback({});
  await attempt(transport, requestTo(`${server.origin}/ours`), exchangeOf({ notAfter: 1, now }));
  end.mockRestore();
  expect(order).toEqual(['checked', 'handed over', 'a moment later']);
});

it.each([
  ['POST', null, 'content-length: 0'],
  ['PUT', null, 'content-length: 0'],
  ['PATCH', null, 'content-length: 0'],
  ['POST', '', 'content-length: 0'],
  ['GET', null, undefined],
  ['DELETE', null, undefined],
  ['DELETE', '{"testmode":true}', 'content-length: 17'],
])('%s with body %j says %s', async (method, body, length) => {
  const lines = await wire({ method }, body);
  expect(lines[0]).toMatch(`${method} /`);
  expect(lines.filter((line) => /^(content-length|transfer-encoding)/i.test(line))).toEqual(length === undefined ? [] : [length]);
});

it('keeps headers that belong to the connection to itself', async () => {
  const headers = {
    expect: '100-continue',
    'transfer-encoding': 'chunked',
    'content-length': '3',
    upgrade: 'h2c',
    'accept-encoding': 'gzip',
    connection: 'close',
    host: 'x',
  };
  const lines = await wire({ headers }, 'exact');
  expect(lines.slice(1, -2)).toEqual(['accept-encoding: identity', 'content-length: 5', 'Host: 127.0.0.1:PORT', 'Connection: keep-alive']);
});

it('lets no path smuggle a header in', async () => {
  const lines = await wire({ method: 'GET', headers: {} }, null, '/a\r\nx-evil: 1\r\n\r\nGET /b?q=%0d%0ax-evil:%202\r\nx\u0000é');
  expect(lines[0]).toBe('GET /ax-evil:%201GET%20/b?q=%0d%0ax-evil:%202x%00%C3%A9 HTTP/1.1');
  expect(lines.join('\n')).not.toMatch(/^x-evil/m);
  // Should a Request ever let one through, Node refuses it before there is a socket.
  const request = requestTo('http://127.0.0.1:1/');
  Object.defineProperty(request, 'method', { value: 'GET /x HTTP/1.1\r\nx-evil: 1' });
  const exchange = exchangeOf();
  expect(await attempt(transport, request, exchange)).toMatchObject({ code: 'ERR_INVALID_HTTP_TOKEN' });
  expect(exchange.evidence).toBe('not_sent');
});

const EURO = Buffer.from('€').toString('latin1'); // three bytes
const ANSWERS: readonly (readonly [name: string, answer: string, expected: Partial<Received>, maxResponseBytes?: number])[] = [
  ['content-length', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}', { status: 200, text: '{}', end: 'complete' }],
  [
    'chunked',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n',
    { status: 200, text: '{}', end: 'complete' },
  ],
  [
    'a character split over three chunks',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n${EURO.split('').join('\r\n1\r\n')}\r\n0\r\n\r\n`,
    { text: '€', end: 'complete' },
  ],
  ['bytes that are no UTF-8', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na\xffb', { text: 'a\ufffdb', end: 'complete' }],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, text: '', end: 'complete' }],
  ['304', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n', { status: 304, text: '', end: 'complete' }],
  [
    'an interim answer first',
    'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}',
    { status: 200, text: '{}' },
  ],
  ['an error status', 'HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy', { status: 503, text: 'busy', end: 'complete' }],
  ['HTTP/1.0 until the end', 'HTTP/1.0 200 OK\r\nconnection: close\r\n\r\n{}', { status: 200, text: '{}', end: 'complete' }],
  ['exactly as long as allowed', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n1234', { text: '1234', end: 'complete' }, 4],
  ['a byte longer than allowed', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345', { text: '1234', end: 'too_large' }, 4],
  [
    'longer by its second chunk',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n123\r\n3\r\n456\r\n',
    { text: '1234', end: 'too_large' },
    4,
  ],
  ['endless', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(500_000)}`, { text: 'xxxx', end: 'too_large' }, 4],
  ['cut inside a character', `HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\na${EURO}`, { text: 'a', end: 'too_large' }, 3],
];

it.each(
  ANSWERS.flatMap(([name, answer, expected, maxResponseBytes = 100_000]) =>
    ([transport, overFetch] as const).map((over) => ({
      name,
      over,
      by: over === transport ? 'sockets' : 'fetch',
      answer,
      expected,
      maxResponseBytes,
    })),
  ),
)('reads $name ($by)', async ({ over, answer, expected, maxResponseBytes }) => {
  const closes = !answer.includes('content-length') && !answer.includes('chunked');
  const server = await loopback({
    onRequest: (socket) => {
      socket.write(answer, 'latin1');
      if (closes && expected.end !== 'too_large') socket.end();
    },
  });
  const exchange = exchangeOf({ maxResponseBytes });
  expect(await over(requestTo(`${server.origin}/ours`), exchange)).toMatchObject(expected);
  expect(exchange.moves).toEqual(['not_sent', 'maybe_sent', 'answered']);
  // Never ends where the connection is left open. (fetch keeps one whose answer was small enough to be read to its end.)
  if (expected.end === 'too_large' && (over === transport || closes)) await server.gone();
});

it('keeps every header, repeated ones too, and odd ones out of the way', async () => {
  const answer =
    'HTTP/1.1 302 Found\r\nLocation: https://elsewhere.test/\r\nx-a: 1\r\nX-A: 2\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nx-latin: \xe9\r\ncontent-length: 0\r\n\r\n';
  const server = await loopback({ onRequest: (socket) => socket.write(answer, 'latin1') });
  const { status, headers } = await transport(requestTo(`${server.origin}/ours`), exchangeOf());
  expect([status, ...headers]).toEqual([
    302, // never followed
    ['content-length', '0'],
    ['location', 'https://elsewhere.test/'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
    ['x-a', '1, 2'],
    ['x-latin', 'é'],
  ]);
  expect(server.requests).toHaveLength(1);
});

it('has one shape on every runtime', () => {
  expect(Object.keys(forNode).toSorted()).toEqual(Object.keys(forFetch).toSorted());
  expect([forNode.transportName, nameOfFetch]).toEqual(['node', 'fetch']);
});
