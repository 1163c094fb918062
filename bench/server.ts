// A minimal server on loopback: canned answers in Stripe's and in Mollie's form, as fast as node:http gives them.
// It runs in a process of its own, ends with its parent, and says its port once it listens.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { firstUpTo, molliePayout, stripePayout } from './canned.ts';

const [payouts = 0, delayMs = 0] = process.argv.slice(2).map(Number);
const MOST_BODY = 16_384;
let created = 0;

function answer(response: ServerResponse, status: number, text: string, type = 'application/json'): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'request-id': 'req_bench',
    'stripe-version': '2026-10-28.endive',
  });
  response.end(text);
}

function createStripePayout(body: string): string {
  const form = new URLSearchParams(body);
  const metadata: Record<string, string> = {};
  for (const [name, value] of form) {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    if (key !== undefined) metadata[key] = value;
  }
  created += 1;
  return JSON.stringify(stripePayout(created, Number(form.get('amount')), form.get('currency') ?? '', metadata));
}

function createMolliePayout(body: string): string {
  const { amount } = JSON.parse(body) as { amount?: unknown };
  created += 1;
  return JSON.stringify(molliePayout(created, amount));
}

const METADATA = { disburse_key: '00000000-0000-8000-8000-000000000000', disburse_reference: 'rent', invoice: '47' };
const rows: (string | undefined)[] = [];
const row = (nth: number): string => (rows[nth] ??= JSON.stringify(stripePayout(nth, 1050, 'usd', METADATA)));

function listStripePayouts(query: URLSearchParams): string {
  const number = (name: string): number | null => (query.has(name) ? Number(query.get(name)) : null);
  const from = number('created[gte]');
  const before = number('created[lt]');
  const after = query.get('starting_after');
  const first = Math.max(before === null ? 0 : firstUpTo(before - 1), after === null ? 0 : Number(after.slice('po_'.length)) + 1);
  const end = Math.min(payouts, from === null ? payouts : firstUpTo(from - 1));
  const limit = number('limit') ?? 10;
  const data: string[] = [];
  for (let nth = first; nth < Math.min(end, first + limit); nth += 1) data.push(row(nth));
  return `{"object":"list","data":[${data.join(',')}],"has_more":${first + limit < end},"url":"/v1/payouts"}`;
}

function respond(request: IncomingMessage, body: string, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const route = `${request.method} ${pathname}`;
  if (route === 'POST /v1/payouts') answer(response, 200, createStripePayout(body));
  else if (route === 'POST /v2/payouts') answer(response, 201, createMolliePayout(body), 'application/hal+json');
  else if (route === 'GET /v1/payouts') answer(response, 200, listStripePayouts(searchParams));
  else answer(response, 404, '{"error":{"type":"invalid_request_error","message":"no such route"}}');
}

const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
    if (body.length > MOST_BODY) request.destroy();
  });
  request.on('end', () => {
    if (delayMs === 0) respond(request, body, response);
    else setTimeout(() => respond(request, body, response), delayMs);
  });
});

process.once('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
