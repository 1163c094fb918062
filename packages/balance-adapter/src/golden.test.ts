// The golden requests G1 to G10 of the contract, byte for byte.
import type { Submission } from '@disburse/core';
import { deriveKey } from '@disburse/core/adapter';
import nock from 'nock';
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACCESS, B, fixture, NOW, P, SETTINGS, TEN } from './__fixtures__/double.ts';
import { type BalanceSettings, createBalance } from './index.ts';
import { VERSION } from './version.ts';

const BASE = 'https://api.mollie.com';
const LIVE = { ...SETTINGS, token: 'live_dsbCanary0001' };
const ACCESS_LIVE = { ...ACCESS, testmode: false };
const unmatched: string[] = [];
const onNoMatch = ({ url }: Request): void => void unmatched.push(url);

beforeAll(() => {
  nock.disableNetConnect();
  nock.emitter.on('no match', onNoMatch);
});
afterAll(() => {
  nock.emitter.off('no match', onNoMatch);
  nock.enableNetConnect();
});
beforeEach(() => void unmatched.splice(0));
afterEach(() => {
  const pending = nock.pendingMocks();
  nock.cleanAll();
  assert.deepEqual({ unmatched, pending }, { unmatched: [], pending: [] });
});

interface Sent {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Mocks one request with its exact path and body, and keeps what came. */
function expectRequest(method: 'GET' | 'POST' | 'DELETE', path: string, answer: object, status = 200): Sent[] {
  const came: Sent[] = [];
  nock(BASE)
    .intercept(path, method)
    .reply(status, async (request: Request) => {
      const url = new URL(request.url);
      came.push({ path: `${url.pathname}${url.search}`, headers: Object.fromEntries(request.headers), body: await request.text() });
      return answer;
    });
  return came;
}

const fresh = (settings: BalanceSettings) => createBalance({ ...settings, runtime: { now: () => NOW } });
const keyOf = (reference: string) => deriveKey({ namespace: '', account: null, reference, attempt: 1 });

/** Every header of a request without a body; a POST has three more. */
const headersOf = (token: string): Record<string, string> => ({
  accept: 'application/hal+json',
  'accept-encoding': 'identity',
  authorization: `Bearer ${token}`,
  connection: 'keep-alive',
  host: 'api.mollie.com',
  'user-agent': `Disburse/${VERSION}`,
});

const DESCRIPTION = 'Weekly payout 47';
const HUF = { amount: '1200.00', currency: 'HUF' };
const G3 = `{"balanceId":"${B}","amount":{"currency":"EUR","value":"10.50"},"testmode":true}`;

describe('create', () => {
  it.each([
    [
      'G1 live_ key, custom amount',
      LIVE,
      { money: TEN, description: DESCRIPTION },
      `{"balanceId":"${B}","amount":{"currency":"EUR","value":"10.00"},"description":"Weekly payout 47"}`,
    ],
    ['G2 test_ key, full balance', SETTINGS, { money: 'full_balance' }, `{"balanceId":"${B}"}`],
    ['G3 access_, testmode true', ACCESS, { money: { amount: '10.50', currency: 'EUR' } }, G3],
    [
      'G4 access_, testmode false',
      ACCESS_LIVE,
      { money: HUF, description: DESCRIPTION },
      `{"balanceId":"${B}","amount":{"currency":"HUF","value":"1200.00"},"description":"Weekly payout 47","testmode":false}`,
    ],
    ['G5 OAuth access_, test', { ...ACCESS, token: 'access_dsbOauth0001' }, { money: { amount: '10.50', currency: 'EUR' } }, G3],
  ] as const)('%s', async (name, settings, request, body) => {
    const live = settings.token.startsWith('live_') || ('testmode' in settings && settings.testmode === false);
    const amount = request.money === 'full_balance' ? null : { currency: request.money.currency, value: request.money.amount };
    const came = expectRequest('POST', '/v2/payouts', fixture('payouts', 'requested', { mode: live ? 'live' : 'test', amount }), 201);
    const reference = name.slice(0, 2);
    const outcome = await fresh(settings).createPayout({ reference, ...request });
    expect(outcome).toMatchObject({ outcome: 'accepted', payout: { id: P, live } });
    const headers = {
      ...headersOf(settings.token),
      'content-length': String(body.length),
      'content-type': 'application/json',
      'idempotency-key': await keyOf(reference),
    };
    expect(came).toEqual([{ path: '/v2/payouts', headers, body }]);
  });

  it('G10 replay of G1: the same bytes under the same key, from a stored submission', async () => {
    const came = expectRequest('POST', '/v2/payouts', fixture('payouts', 'live'), 201);
    const submission = await fresh(LIVE).prepare({ reference: 'G10', money: TEN, description: DESCRIPTION });
    await fresh(LIVE).submit(submission);
    const again = expectRequest('POST', '/v2/payouts', fixture('payouts', 'live'), 201);
    const stored: Submission = JSON.parse(JSON.stringify(submission));
    await fresh(LIVE).submit(stored);
    expect(again).toEqual(came);
    expect(came[0]?.headers['idempotency-key']).toBe(await keyOf('G10'));
    expect(came[0]?.body).toBe(`{"balanceId":"${B}","amount":{"currency":"EUR","value":"10.00"},"description":"Weekly payout 47"}`);
  });

  it("correlation: 'description' appends the reference and the key", async () => {
    const key = await keyOf('week-47');
    const description = `Weekly payout 47 [week-47 ${key}]`;
    const came = expectRequest('POST', '/v2/payouts', fixture('payouts', 'requested', { description }), 201);
    const outcome = await fresh({ ...SETTINGS, correlation: 'description' }).createPayout({
      reference: 'week-47',
      money: TEN,
      description: DESCRIPTION,
    });
    expect(outcome).toMatchObject({ outcome: 'accepted', payout: { reference: 'week-47', description } });
    expect(came[0]?.body).toBe(`{"balanceId":"${B}","amount":{"currency":"EUR","value":"10.00"},"description":"${description}"}`);
  });
});

const MODES = [
  ['test_', SETTINGS, ''],
  ['live_', LIVE, ''],
  ['access_ test', ACCESS, 'testmode=true'],
  ['access_ live', ACCESS_LIVE, ''],
] as const;
const query = (text: string): string => (text === '' ? '' : `?${text}`);

describe.each(MODES)('%s', (_, settings, mode) => {
  it('G6 get', async () => {
    const path = `/v2/payouts/${P}${query(mode)}`;
    const came = expectRequest('GET', path, fixture('payouts', 'requested'));
    await fresh(settings).retrieve(P);
    expect(came).toEqual([{ path, headers: headersOf(settings.token), body: '' }]);
  });

  it('G7 list', async () => {
    const first = `/v2/payouts?balanceId=${B}&limit=50&sort=desc${mode === '' ? '' : `&${mode}`}`;
    const next = { ...fixture('lists', 'next without filters'), _links: { next: { href: `${BASE}/v2/payouts?from=${P}` } } };
    expectRequest('GET', first, next);
    const page = await fresh(settings).list();
    const path = `/v2/payouts?balanceId=${B}&from=${P}&limit=50&sort=desc${mode === '' ? '' : `&${mode}`}`;
    const came = expectRequest('GET', path, fixture('lists', 'last page'));
    await fresh(settings).list({ cursor: page.nextCursor ?? undefined });
    expect(came).toEqual([{ path, headers: headersOf(settings.token), body: '' }]);
  });

  it('G8 cancel', async () => {
    const path = `/v2/payouts/${P}${query(mode)}`;
    const came = expectRequest('DELETE', path, fixture('payouts', 'canceled', { id: P }));
    expect(await fresh(settings).cancel(P)).toMatchObject({ id: P, status: 'canceled' });
    expect(came).toEqual([{ path, headers: headersOf(settings.token), body: '' }]);
  });
});

it('G9 balance', async () => {
  const path = `/v2/balances/${B}?testmode=true`;
  const came = expectRequest('GET', path, fixture('balances', 'active'));
  const provider = createBalance({ ...ACCESS, readBalances: true, runtime: { now: () => NOW } });
  await provider.balances();
  expect(came).toEqual([{ path, headers: headersOf(ACCESS.token), body: '' }]);
});

it.each(['GET', 'DELETE'] as const)('%s carries neither Content-Type nor Idempotency-Key', async (method) => {
  const came = expectRequest(method, `/v2/payouts/${P}`, fixture('payouts', 'canceled', { id: P }));
  const provider = fresh(SETTINGS);
  await (method === 'GET' ? provider.retrieve(P) : provider.cancel(P));
  expect(Object.keys(came[0]?.headers ?? {})).not.toContain('content-type');
  expect(Object.keys(came[0]?.headers ?? {})).not.toContain('idempotency-key');
});
