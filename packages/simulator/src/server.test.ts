import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { asking, type Ask } from './__fixtures__/asking.ts';
import { createVirtualClock, simulateStripe, type ListeningServer, type SimulatedStripe } from './index.ts';

const BODY = 'amount=1100&currency=usd';
const running: ListeningServer[] = [];
const agents: Agent[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  for (const server of running.splice(0)) await server.close();
});

async function served(world: SimulatedStripe = simulateStripe()): Promise<{ world: SimulatedStripe; server: ListeningServer; ask: Ask }> {
  const server = await world.listen();
  running.push(server);
  return { world, server, ask: asking(world, globalThis.fetch, server.url) };
}

/** One turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly complete: boolean;
}

/** node:http, because it says how far an exchange got. */
function post(server: ListeningServer, world: SimulatedStripe, agent: Agent, key: string): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}/v1/payouts`, {
      agent,
      method: 'POST',
      headers: { authorization: `Bearer ${world.apiKey}`, 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': key },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, complete: response.complete });
      });
    });
    request.end(BODY);
  });
}

function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return agent;
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error as { readonly code?: string }).code,
  );

describe('on a loopback port', () => {
  it('is the same world as behind fetch', async () => {
    const { world, ask, server } = await served();
    const viaPort = await ask('POST /v1/payouts', { body: BODY });
    const viaFetch = await asking(world)(`GET /v1/payouts/${viaPort.json.id}`);
    expect(viaFetch.text).toBe(viaPort.text);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(world.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/v1/payouts', BODY],
      ['GET', `/v1/payouts/${viaPort.json.id}`, ''],
    ]);
  });

  it('tells the virtual time in the Date header', async () => {
    const { world, ask } = await served();
    await world.clock.advance(3_600_000);
    expect((await ask('GET /v1/balance')).headers.get('date')).toBe('Mon, 23 Nov 2026 10:00:00 GMT');
  });

  it.each([
    ['reset before the commit', { reset: 'before' }, 0],
    ['reset after the commit', { reset: 'after' }, 1],
  ] as const)('%s', async (_, fault, existing) => {
    const { world, server } = await served();
    world.faults.next(fault);
    expect(await codeOf(post(server, world, keepAlive(), 'k'))).toBe('ECONNRESET');
    expect(world.payouts).toHaveLength(existing);
    expect((await post(server, world, keepAlive(), 'k')).status).toBe(200);
    expect(world.payouts).toHaveLength(1);
  });

  it('cuts a body short of its promised length', async () => {
    const { world, server } = await served();
    world.faults.next({ truncate: 30 });
    const cut = await post(server, world, keepAlive(), 'k');
    expect([cut.status, cut.body.length, cut.complete]).toEqual([200, 30, false]);
    expect(Number(cut.headers['content-length'])).toBeGreaterThan(30);
    expect(world.payouts).toHaveLength(1);
  });

  it('hangs until the client gives up, and time goes on meanwhile', async () => {
    const { world, ask } = await served();
    world.faults.next({ hang: 'after' });
    const controller = new AbortController();
    const outcome = codeOf(ask('POST /v1/payouts', { body: BODY, signal: controller.signal }));
    while (world.requests.length === 0) await turn();
    await world.clock.advance(80_000);
    controller.abort();
    expect(await outcome).toBe(DOMException.ABORT_ERR);
    expect(world.payouts).toHaveLength(1);
  });
});

describe('connections', () => {
  it('refuses, and serves again on the same port', async () => {
    const { world, server } = await served();
    await server.connections('refuse');
    expect(await codeOf(post(server, world, keepAlive(), 'k'))).toBe('ECONNREFUSED');
    await server.connections('serve');
    expect((await post(server, world, keepAlive(), 'k')).status).toBe(200);
    expect(world.requests).toHaveLength(1);
  });

  it('resets on accept', async () => {
    const { world, server } = await served();
    await server.connections('reset');
    expect(await codeOf(post(server, world, keepAlive(), 'k'))).toBe('ECONNRESET');
    expect(world.requests).toHaveLength(0);
  });

  it('accepts and never reads', async () => {
    const { world, server } = await served();
    await server.connections('hang');
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write('GET /v1/balance HTTP/1.1\r\nhost: a\r\n\r\n');
    while (server.accepted === 0) await turn();
    await world.clock.advance(60_000);
    expect(world.requests).toHaveLength(0);
    expect(socket.bytesRead).toBe(0);
    socket.destroy();
  });

  it('leaves a connection alone on which a request is under way', async () => {
    const { world, server } = await served();
    world.faults.next({ delayMs: 1000, at: 'after' });
    const reply = post(server, world, keepAlive(), 'k');
    while (world.requests.length === 0) await turn();
    server.closeIdle('reset');
    await world.clock.advance(1000);
    expect((await reply).status).toBe(200);
  });

  it.each(['fin', 'reset'] as const)('closes a kept connection (%s)', async (how) => {
    const { world, server } = await served();
    const agent = keepAlive();
    await post(server, world, agent, 'a');
    await post(server, world, agent, 'b');
    expect(server.accepted).toBe(1);
    server.closeIdle(how);
    while (Object.keys(agent.freeSockets).length > 0) await turn();
    await post(server, world, agent, 'c');
    expect(server.accepted).toBe(2);
    expect(world.payouts).toHaveLength(3);
  });
});

describe('an automatic clock', () => {
  it('does not run while bytes are on their way over real sockets', async () => {
    const clock = createVirtualClock({ autoAdvance: true });
    const { ask } = await served(simulateStripe({ clock }));
    const start = clock.now();
    for (let count = 0; count < 20; count += 1) {
      const calledOff = new AbortController();
      const deadline = clock.sleep(80_000, calledOff.signal).then(
        () => 'deadline',
        () => 'called off',
      );
      await ask('GET /v1/balance');
      calledOff.abort();
      expect(await deadline).toBe('called off');
    }
    expect(clock.now()).toBe(start);
  });

  it('does not run while half a request is on its way', async () => {
    const clock = createVirtualClock({ autoAdvance: true });
    const { world, server } = await served(simulateStripe({ clock }));
    const start = clock.now();
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    const calledOff = new AbortController();
    const head = `POST /v1/payouts HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${world.apiKey}\r\ncontent-length: ${BODY.length}\r\n\r\n`;
    await new Promise((resolve) => socket.write(head + BODY.slice(0, 5), resolve));
    while (server.accepted === 0) await turn();
    const deadline = clock.sleep(80_000, calledOff.signal).catch(() => 'called off');
    for (let count = 0; count < 100; count += 1) await turn();
    socket.write(BODY.slice(5));
    await new Promise((resolve) => socket.once('data', resolve));
    calledOff.abort();
    expect(await deadline).toBe('called off');
    expect(clock.now()).toBe(start);
    expect(world.payouts).toHaveLength(1);
    socket.destroy();
  });

  it('does not run while an answer is on its way', async () => {
    const clock = createVirtualClock({ autoAdvance: true });
    const { world, server } = await served(simulateStripe({ clock }));
    const start = clock.now();
    const bytes = 50_000_000; // More than the sockets hold, so that the server cannot be done before the client reads.
    world.faults.next({ answer: { status: 200, body: 'x'.repeat(bytes) }, at: 'before' });
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    await new Promise((resolve) => socket.write('GET /v1/balance HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n', resolve));
    while (world.requests.length === 0) await turn();
    const calledOff = new AbortController();
    const deadline = clock.sleep(80_000, calledOff.signal).catch(() => 'called off');
    for (let count = 0; count < 100; count += 1) await turn();
    let read = 0;
    socket.on('data', (chunk) => {
      read += chunk.length;
    });
    await new Promise((resolve) => socket.once('end', resolve));
    calledOff.abort();
    expect(await deadline).toBe('called off');
    expect(clock.now()).toBe(start);
    expect(read).toBeGreaterThan(bytes);
  });

  it('does not run while fetch reads a body', async () => {
    const clock = createVirtualClock({ autoAdvance: true });
    const world = simulateStripe({ clock });
    const start = clock.now();
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        for (let count = 0; count < 100; count += 1) await turn();
        controller.enqueue(new TextEncoder().encode(BODY));
        controller.close();
      },
    });
    const calledOff = new AbortController();
    const deadline = clock.sleep(80_000, calledOff.signal).catch(() => 'called off');
    const headers = { authorization: `Bearer ${world.apiKey}`, 'content-type': 'application/x-www-form-urlencoded' };
    const request = new Request('https://api.stripe.com/v1/payouts', { method: 'POST', headers, body, duplex: 'half' });
    expect((await world.fetch(request)).status).toBe(200);
    calledOff.abort();
    expect(await deadline).toBe('called off');
    expect(clock.now()).toBe(start);
  });

  it('plays a delay by itself', async () => {
    const clock = createVirtualClock({ autoAdvance: true });
    const { world, ask } = await served(simulateStripe({ clock }));
    const start = clock.now();
    world.faults.next({ delayMs: 5000, at: 'after' });
    await ask('GET /v1/balance');
    expect(clock.now() - start).toBe(5000);
  });
});
