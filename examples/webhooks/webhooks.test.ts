// The examples take what a provider signs, once, and nothing else: over real sockets where they are servers.
import { createHmac } from 'node:crypto';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { createBalance } from '@disburse/balance-adapter';
import { createStripe } from '@disburse/stripe-adapter';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expressApp } from './express.ts';
import { honoApp } from './hono.ts';
import { openLedger } from './ledger.ts';
import { nodeServer } from './node-http.ts';
import { payoutWorker } from './worker.ts';

const SECRET = 'whsec_example';
const NOW = Date.parse('2026-11-23T09:00:00Z');
const stripe = createStripe({ apiKey: 'sk_test_1', webhookSecrets: [SECRET] });
const mollie = createBalance({ token: 'test_1', balanceId: 'bal_1', acceptScheduleSideEffect: true, webhookSecrets: [SECRET] });

const hmac = (text: string): string => createHmac('sha256', SECRET).update(text).digest('hex');

/** A delivery of Stripe's, signed now. */
function delivery(id: string, status: string): { method: string; headers: Record<string, string>; body: string } {
  const payout = { id: 'po_1', object: 'payout', amount: 1100, currency: 'usd', created: 1_795_165_200, livemode: false, status };
  const body = JSON.stringify({ id, object: 'event', type: 'payout.updated', livemode: false, data: { object: payout } });
  const t = NOW / 1000;
  const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': `t=${t},v1=${hmac(`${t}.${body}`)}` };
  return { method: 'POST', headers, body };
}

let ledger: ReturnType<typeof openLedger>;
const servers: Server[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  ledger = openLedger(stripe);
});
afterEach(async () => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listening(server: Server, path: string): Promise<(init: RequestInit) => Promise<number>> {
  servers.push(server);
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return async (init) => (await fetch(`http://127.0.0.1:${port}${path}`, init)).status;
}

function memoryValues() {
  const values = new Map<string, string>();
  const put = async (key: string, value: string): Promise<void> => void values.set(key, value);
  return { get: async (key: string) => values.get(key) ?? null, put };
}

const HOSTS: readonly [string, () => Promise<(init: RequestInit) => Promise<number>>][] = [
  ['node:http', () => listening(nodeServer({ provider: stripe, onEvent: ledger.onEvent }), '/')],
  [
    'Express',
    async () => {
      const server = expressApp(stripe, ledger.onEvent).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      return listening(server, '/webhooks/payouts');
    },
  ],
  [
    'Hono',
    async () => {
      const app = honoApp([stripe, mollie], ledger.onEvent);
      return async (init) => (await app.request('/webhooks/stripe', init)).status;
    },
  ],
  [
    'a Worker',
    async () => {
      const worker = payoutWorker(ledger.onEvent);
      const env = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: SECRET, SEEN: memoryValues() };
      return async (init) => (await worker.fetch(new Request('http://worker.test/', init), env)).status;
    },
  ],
];

describe.each(HOSTS)('%s', (_, open) => {
  it('books what is paid, and what comes back, once, in whatever order it is told', async () => {
    const send = await open();
    const events = ['pending', 'paid', 'in_transit', 'paid', 'failed', 'paid'].map((status, index) => delivery(`evt_${index}`, status));
    for (const event of [...events, ...events]) expect(await send(event)).toBe(200);
    expect(ledger.entries).toEqual(['paid po_1', 'came back po_1']);
    expect(ledger.known.get('po_1')?.status).toBe('failed');
  });

  it('refuses what is not signed', async () => {
    const send = await open();
    const { body, headers, method } = delivery('evt_1', 'paid');
    expect(await send({ method, headers, body: body.replace('1100', '9900') })).toBe(400);
    expect(await send({ method, headers: { 'content-type': 'application/json' }, body })).toBe(400);
    expect(await send({ method, headers })).toBe(400);
    expect(ledger.entries).toEqual([]);
  });

  it('is told again what could not be kept', async () => {
    const kept = ledger.onEvent;
    let failures = 1;
    ledger.onEvent = async (event) => {
      if (failures-- > 0) throw new Error('the database is down');
      await kept(event);
    };
    const send = await open();
    const event = delivery('evt_1', 'paid');
    expect([await send(event), await send(event), await send(event)]).toEqual([500, 200, 200]);
    expect(ledger.entries).toEqual(['paid po_1']);
  });

  it('takes no megabytes', async () => {
    const send = await open();
    const status = await send({ ...delivery('evt_1', 'paid'), body: 'x'.repeat(1024 * 1024 + 1) });
    expect(status).toBe(413);
    expect(ledger.entries).toEqual([]);
  });
});

it('Hono: one route for each provider', async () => {
  const app = honoApp([stripe, mollie], ledger.onEvent);
  const entity = { resource: 'payout', id: 'payout_1', status: 'completed', mode: 'test' };
  const body = JSON.stringify({ resource: 'event', id: 'event_1', type: 'payout.completed', entityId: 'payout_1', _embedded: { entity } });
  const sent = { method: 'POST', headers: { 'x-mollie-signature': `sha256=${hmac(body)}` }, body };
  expect((await app.request('/webhooks/stripe', sent)).status).toBe(400);
  expect((await app.request('/webhooks/balance', sent)).status).toBe(200);
  expect(ledger.entries).toEqual(['paid payout_1']);
});

it('node:http: two signature lines of one header are joined by Node, and both count', async () => {
  const server = nodeServer({ provider: mollie, onEvent: ledger.onEvent });
  await listening(server, '/');
  const body = JSON.stringify({ resource: 'payout', id: 'payout_1', status: 'completed', mode: 'test' });
  const lines = [`X-Mollie-Signature: sha256=${'0'.repeat(64)}`, `X-Mollie-Signature: sha256=${hmac(body)}`];
  const head = ['POST / HTTP/1.1', 'Host: 127.0.0.1', ...lines, `Content-Length: ${body.length}`, 'Connection: close', '', ''].join('\r\n');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
  socket.write(head + body);
  let answer = '';
  for await (const text of socket) answer += String(text);
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect(ledger.entries).toEqual(['paid payout_1']);
});
