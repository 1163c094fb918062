// The official SDK drives every operation: what it understands, Mollie's own clients understand.
import { Client } from 'mollie-api-typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulateMollie, type ListeningServer, type SimulatedMollie } from '../index.ts';

let world: SimulatedMollie;
let server: ListeningServer;

const NO_RETRIES = { strategy: 'none' } as const;
type Settings = ConstructorParameters<typeof Client>[0];

const withKey = (apiKey = world.testKey, more: Settings = {}): Client =>
  new Client({ serverURL: server.url, security: { apiKey }, retryConfig: NO_RETRIES, timeoutMs: 5000, ...more });
const withToken = (testmode?: boolean, advancedAccessToken = world.accessToken): Client =>
  new Client({
    serverURL: server.url,
    security: { advancedAccessToken },
    retryConfig: NO_RETRIES,
    timeoutMs: 5000,
    ...(testmode === undefined ? {} : { testmode }),
  });
const body = (value = '10.00'): { balanceId: string; amount: { currency: string; value: string }; description: string } => ({
  balanceId: world.test.balance().id,
  amount: { currency: 'EUR', value },
  description: 'Weekly payout 47',
});

/** The error that a call ends with. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('The call succeeded.');
}

async function all<Page>(pages: AsyncIterable<Page>): Promise<readonly Page[]> {
  const seen: Page[] = [];
  for await (const page of pages) {
    seen.push(page);
    if (seen.length > 10) throw new Error('The pages go round in circles.');
  }
  return seen;
}

beforeEach(async () => {
  world = simulateMollie();
  server = await world.listen();
});

afterEach(async () => {
  await server.close();
});

describe('the official SDK', () => {
  it('creates, gets and cancels with an API key', async () => {
    const { payouts } = withKey();
    const made = await payouts.create({ payoutRequest: body() });
    expect(made).toEqual({
      resource: 'payout',
      id: world.payouts[0]?.id,
      ...body(),
      status: 'requested',
      statusReason: { code: 'requested', message: expect.any(String) as string },
      createdAt: '2026-11-23T09:00:00+00:00',
      initiatedAt: null,
      completedAt: null,
      canceledAt: null,
      mode: 'test',
      links: {
        self: { href: `${server.url}/v2/payouts/${made.id}`, type: 'application/hal+json' },
        documentation: { href: 'https://docs.mollie.com/reference/get-payout', type: 'text/html' },
      },
    });
    expect(await payouts.get({ payoutId: made.id })).toEqual(made);
    expect(await payouts.cancel({ payoutId: made.id })).toMatchObject({ id: made.id, status: 'canceled' });
    expect(await errorOf(payouts.cancel({ payoutId: made.id }))).toMatchObject({ status: 409, title: 'Conflict' });
    expect(world.payouts).toMatchObject([{ status: 'canceled', canceledAt: '2026-11-23T09:00:00+00:00' }]);
  });

  it('pays the full balance with a token, in the mode that the body says', async () => {
    const { payouts } = withToken();
    const test = await payouts.create({ payoutRequest: { balanceId: world.test.balance().id, testmode: true } });
    const live = await payouts.create({ payoutRequest: { balanceId: world.live.balance().id, amount: null } });
    expect([test.mode, test.amount, live.mode, live.amount]).toEqual(['test', null, 'live', null]);
    expect(await payouts.get({ payoutId: test.id, testmode: true })).toMatchObject({ id: test.id });
    expect(await errorOf(payouts.get({ payoutId: test.id }))).toMatchObject({ status: 404, title: 'Not Found' });
    expect(await payouts.cancel({ payoutId: test.id, testmode: true })).toMatchObject({ status: 'canceled' });
    await world.clock.advance(2 * 86_400_000);
    expect(await payouts.get({ payoutId: live.id })).toMatchObject({ status: 'completed', amount: { currency: 'EUR', value: '10000.00' } });
  });

  it('sends no testmode with a create where it is set for the whole client, which is a live payout', async () => {
    const { payouts } = withToken(true);
    expect(await errorOf(payouts.create({ payoutRequest: body() }))).toMatchObject({ statusCode: 404 });
    const made = await payouts.create({ payoutRequest: { ...body(), balanceId: world.live.balance().id } });
    expect(made.mode).toBe('live');
    expect(await errorOf(payouts.get({ payoutId: made.id }))).toMatchObject({ status: 404 });
  });

  it('reads every status and failure code', async () => {
    const { payouts } = withKey();
    const { id } = await payouts.create({ payoutRequest: body() });
    for (const [status, code] of [
      ['initiated', 'initiated'],
      ['processing-at-bank', 'processing_at_bank'],
      ['completed', 'completed'],
      ['failed', 'returned'],
      ['failed', 'insufficient_funds'],
      ['a-status-of-tomorrow', 'a_code_of_tomorrow'],
    ] as const) {
      world.test.move(id, status, { code });
      expect(await payouts.get({ payoutId: id })).toMatchObject({ status, statusReason: { code } });
    }
  });

  it.each(['absolute', 'relative'] as const)('pages through 260 payouts while new ones arrive (%s links)', async (nextLink) => {
    await server.close();
    world = simulateMollie({ variants: { nextLink } });
    server = await world.listen();
    const balance = world.test.balance();
    const ids = Array.from({ length: 260 }, () => balance.addPayout({ amount: '0.01' }).id);
    world.test.addBalance({ available: '5.00' }).addPayout();
    const seen: string[] = [];
    let pages = 0;
    for await (const { result } of await withToken().payouts.list({ balanceId: balance.id, limit: 100, testmode: true })) {
      balance.addPayout({ amount: '0.02' });
      expect(result.count).toBe(result.embedded.payouts.length);
      seen.push(...result.embedded.payouts.map(({ id }) => id));
      pages += 1;
      if (pages > 10) throw new Error('The pages go round in circles.');
    }
    expect(seen).toEqual(ids.toReversed());
    expect(pages).toBe(3);
    const oldest = await withKey().payouts.list({ sort: 'asc', limit: 2, from: ids[10] });
    expect(oldest.result.embedded.payouts.map(({ id }) => id)).toEqual([ids[10], ids[11]]);
    expect(oldest.result.links.previous?.href).toContain(`from=${ids[8]}`);
    expect(oldest.result.links.documentation.type).toBe('text/html');
    expect((await withKey().payouts.list()).result.count).toBe(50);
  });

  it('reads the balances', async () => {
    const { balances } = withToken(true);
    const second = world.test.addBalance({
      currency: 'USD',
      available: '1.50',
      destination: null,
      transferFrequency: 'a-frequency-of-tomorrow',
    });
    const [page] = await all(await balances.list({ limit: 10 }));
    expect(page?.result.embedded.balances.map(({ id, currency }) => [id, currency])).toEqual([
      [second.id, 'USD'],
      [world.test.balance().id, 'EUR'],
    ]);
    expect((await balances.list({ currency: 'EUR' })).result.count).toBe(1);
    const pages = await all(await balances.list({ limit: 1 }));
    expect(pages.flatMap(({ result }) => result.embedded.balances.map(({ currency }) => currency))).toEqual(['USD', 'EUR']);
    expect(await balances.get({ balanceId: second.id })).toMatchObject({
      mode: 'test',
      status: 'active',
      availableAmount: { currency: 'USD', value: '1.50' },
      pendingAmount: { currency: 'USD', value: '0.00' },
      transferFrequency: 'a-frequency-of-tomorrow',
      transferDestination: null,
    });
    expect(await balances.getPrimary()).toMatchObject({
      id: world.live.balance().id,
      mode: 'live',
      transferFrequency: 'daily',
      transferThreshold: { currency: 'EUR', value: '5.00' },
      transferDestination: { type: 'bank-account', bankAccount: '***', beneficiaryName: 'Simulated B.V.' },
    });
    expect(await errorOf(balances.get({ balanceId: world.live.balance().id }))).toMatchObject({ status: 404 });
    // The SDK itself keeps API keys away from balances: it sends no credential at all.
    expect(await errorOf(withKey().balances.getPrimary())).toMatchObject({ statusCode: 401 });
    expect(world.requests.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  it('replays a create by its key', async () => {
    const { payouts } = withKey();
    const request = { idempotencyKey: '7b0f0c7e-4d2a-4f0e-9a55-2f6f6f0c1a11', payoutRequest: body() };
    const first = await payouts.create(request);
    expect(await payouts.create(request)).toEqual(first);
    const other = await errorOf(payouts.create({ ...request, payoutRequest: body('10.01') }));
    expect(other).toMatchObject({ statusCode: 400 });
    expect(world.payouts).toHaveLength(1);
  });

  it('retries by itself with one key, and pays once', async () => {
    const backoff = { initialInterval: 1, maxInterval: 1, exponent: 1, maxElapsedTime: 60_000 };
    const patient = withKey(world.testKey, { retryConfig: { strategy: 'backoff', backoff, retryConnectionErrors: true } });
    world.faults.next({ answer: { status: 502, body: '<html>bad gateway</html>' }, at: 'after' });
    const { id } = await patient.payouts.create({ payoutRequest: body() });
    expect(world.payouts.map((payout) => payout.id)).toEqual([id]);
    expect(world.requests).toHaveLength(2);
    expect(new Set(world.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('raises its typed error where the specification declares one', async () => {
    const { payouts } = withKey();
    const declared: readonly (readonly [() => Promise<unknown>, number, string | undefined])[] = [
      [() => payouts.create({ payoutRequest: body('99999.00') }), 422, undefined],
      [() => payouts.create({ payoutRequest: { ...body(), balanceId: 'primary' } }), 422, 'balanceId'],
      [() => payouts.create({ payoutRequest: { ...body(), testmode: true } }), 422, 'testmode'],
      [() => payouts.list({ from: 'payout_nope' }), 400, 'from'],
      [() => payouts.list({ limit: 251 }), 400, 'limit'],
      [() => payouts.get({ payoutId: 'payout_nope' }), 404, undefined],
      [() => payouts.cancel({ payoutId: 'payout_nope' }), 404, undefined],
    ];
    for (const [call, status, field] of declared) {
      const error = await errorOf(call());
      expect(error).toMatchObject({ name: 'ErrorResponse', status, links: { documentation: { type: 'text/html' } } });
      expect((error as { readonly field?: string }).field).toBe(field);
    }
    world.limitRate({ retryAfter: 3 });
    const limited = await errorOf(payouts.create({ payoutRequest: body() }));
    expect(limited).toMatchObject({ name: 'ErrorResponse', status: 429 });
    expect((limited as { readonly headers: Headers }).headers.get('retry-after')).toBe('3');
    expect(world.payouts).toEqual([]);
  });

  it('raises a general error elsewhere', async () => {
    const { payouts } = withKey('test_nobody');
    expect(await errorOf(payouts.list())).toMatchObject({ name: 'ClientDefaultError', statusCode: 401 });
    world.acceptCredential({ token: 'access_reads', scopes: ['payouts.read'] });
    const reader = withToken(undefined, 'access_reads');
    expect(await errorOf(reader.payouts.create({ payoutRequest: body() }))).toMatchObject({ statusCode: 403 });
    expect(await errorOf(reader.balances.list({}))).toMatchObject({ statusCode: 403 });
    world.faults.next({ truncate: 10 });
    expect(await errorOf(reader.payouts.list())).toBeInstanceOf(Error);
    world.faults.next({ reset: 'before' });
    expect(await errorOf(reader.payouts.list())).toMatchObject({ name: 'ConnectionError' });
    expect(world.payouts).toEqual([]);
  });
});
