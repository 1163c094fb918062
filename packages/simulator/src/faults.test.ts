import { describe, expect, it } from 'vitest';
import { asking, type Reply } from './__fixtures__/asking.ts';
import { simulateStripe, type Fault, type SimulatedStripe } from './index.ts';

const BODY = 'amount=1100&currency=usd';
const create = (world: SimulatedStripe, key = 'k', signal?: AbortSignal): Promise<Reply> =>
  asking(world)('POST /v1/payouts', { body: BODY, key, ...(signal === undefined ? {} : { signal }) });

/** What the client sees: a status, or the code of the error. */
async function seen(reply: Promise<Reply>): Promise<number | string> {
  try {
    return (await reply).status;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `${error.message} ${String((error.cause as { readonly code?: string } | undefined)?.code)}`;
  }
}

const html = { status: 502, body: '<html>bad gateway</html>' };
const json500 = { status: 500, body: { error: { type: 'api_error', message: 'An error occurred' } } };

describe('one fault, one exchange', () => {
  // name, fault, what the client sees, payouts that exist, what the resend with the same key sees, payouts after it
  it.each<[string, Fault, number | string, number, number, number]>([
    ['reset before the commit', { reset: 'before' }, 'fetch failed ECONNRESET', 0, 200, 1],
    ['reset after the commit', { reset: 'after' }, 'fetch failed ECONNRESET', 1, 200, 1],
    ['HTML 502 before the commit', { answer: html, at: 'before' }, 502, 0, 200, 1],
    ['HTML 502 after the commit', { answer: html, at: 'after' }, 502, 1, 200, 1],
    ['500 before the commit', { answer: json500, at: 'before' }, 500, 0, 200, 1],
    ['500 after the commit is stored', { answer: json500, at: 'after' }, 500, 1, 500, 1],
    ['500 after the commit, not stored', { answer: json500, at: 'after', stored: false }, 500, 1, 200, 1],
    ['502 before the commit, stored', { answer: html, at: 'before', stored: true }, 502, 0, 502, 0],
    ['409 before', { answer: { status: 409 }, at: 'before' }, 409, 0, 200, 1],
    ['a gateway answers before the commit', { gateway: 401, at: 'before' }, 401, 0, 200, 1],
    ['a gateway answers after the commit', { gateway: 401, at: 'after' }, 401, 1, 200, 1],
    ['what a gateway answers is never stored', { gateway: 500, at: 'after' }, 500, 1, 200, 1],
    ['429 before', { answer: { status: 429, headers: { 'Retry-After': '2' } }, at: 'before' }, 429, 0, 200, 1],
    ['redirect', { answer: { status: 302, headers: { location: 'https://elsewhere.example/' } }, at: 'before' }, 302, 0, 200, 1],
    ['cut body', { truncate: 20 }, 'terminated ECONNRESET', 1, 200, 1],
    ['cut before the first byte of the body', { truncate: 0 }, 'terminated ECONNRESET', 1, 200, 1],
    ['keys expired, nothing stored yet', { expireKeys: true }, 200, 1, 200, 1],
  ])('%s', async (_, fault, sees, existing, resent, after) => {
    const world = simulateStripe();
    world.faults.next(fault);
    expect(await seen(create(world))).toBe(sees);
    expect(world.payouts).toHaveLength(existing);
    expect(world.faults.waiting).toBe(0);
    expect(await seen(create(world))).toBe(resent);
    expect(world.payouts).toHaveLength(after);
    expect(world.requests).toHaveLength(2);
  });

  it.each([
    [undefined, 'text/plain; charset=utf-8', /^local_rate_limited$/],
    ['html', 'text/html; charset=utf-8', /^<html>.*429/],
    ['problem', 'application/problem+json', /"title":"local_rate_limited","status":429/],
  ] as const)('a gateway writes %s, and nothing that tells the provider', async (form, type, body) => {
    const world = simulateStripe({ variants: { keyBeforeRateLimit: true } });
    world.faults.next({ gateway: 429, at: 'after', form });
    const reply = await create(world);
    expect(reply.text).toMatch(body);
    expect(Object.fromEntries(reply.headers)).toEqual({ 'content-type': type, date: 'Mon, 23 Nov 2026 09:00:00 GMT', server: 'envoy' });
    expect(world.payouts).toHaveLength(1);
    world.faults.next({ gateway: 429, at: 'before', form });
    expect((await create(world)).text).toMatch(body); // It reached nobody who knows the key.
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('hangs %s the commit until the client gives up', async (hang, existing) => {
    const world = simulateStripe();
    const controller = new AbortController();
    world.faults.next({ hang });
    const reply = create(world, 'k', controller.signal);
    const outcome = reply.then(
      () => 'answered',
      (error: unknown) => error,
    );
    await world.clock.advance(3_600_000);
    expect(world.payouts).toHaveLength(existing);
    controller.abort(new Error('deadline'));
    expect(await outcome).toEqual(new Error('deadline'));
    expect((await create(world)).status).toBe(200);
    expect(world.payouts).toHaveLength(1);
  });

  it.each([
    ['before', 0, 409],
    ['after', 1, 200],
  ] as const)('is slow %s the commit; a twin meets the key', async (at, existing, twin) => {
    const world = simulateStripe();
    world.faults.next({ delayMs: 5000, at });
    const first = create(world);
    await world.clock.advance(1000);
    expect(world.payouts).toHaveLength(existing);
    expect(world.clock.sleepers).toBe(1);
    expect((await create(world)).status).toBe(twin);
    await world.clock.advance(4000);
    expect((await first).status).toBe(200);
    expect(world.payouts).toHaveLength(1);
  });

  it('executes a slow request although the client gave up', async () => {
    const world = simulateStripe();
    const controller = new AbortController();
    world.faults.next({ delayMs: 5000, at: 'before' });
    const first = create(world, 'k', controller.signal);
    const outcome = first.catch(() => 'gone');
    await world.clock.advance(1000);
    controller.abort();
    expect(await outcome).toBe('gone');
    expect(world.payouts).toHaveLength(0);
    await world.clock.advance(4000);
    expect(world.payouts).toHaveLength(1);
  });

  it('receives a late request when the client has long seen a reset', async () => {
    const world = simulateStripe();
    world.faults.next({ lateMs: 60_000, client: 'reset' });
    expect(await seen(create(world))).toBe('fetch failed ECONNRESET');
    await world.clock.advance(59_999);
    expect(world.payouts).toHaveLength(0);
    await world.clock.advance(10_000);
    expect(world.payouts).toHaveLength(1);
    expect(world.payouts[0]?.created).toBe(Date.parse('2026-11-23T09:01:00Z') / 1000);
    expect((await create(world)).headers.get('idempotent-replayed')).toBe('true');
    expect(world.payouts).toHaveLength(1);
  });

  it('holds a request until a person approves it, and answers at once', async () => {
    const world = simulateStripe();
    const body = { error: { type: 'invalid_request_error', code: 'approval_required' } };
    world.faults.next({ lateMs: 60_000, client: { status: 403, body } });
    const answer = await create(world);
    expect([answer.status, answer.json]).toEqual([403, body]);
    expect(world.payouts).toHaveLength(0);
    await world.clock.advance(60_000);
    expect(world.payouts).toHaveLength(1);
  });

  it('pays twice when a late request meets an expired key: the danger that the library must rule out', async () => {
    const world = simulateStripe();
    world.faults.next({ lateMs: 25 * 3_600_000, client: 'reset' });
    await seen(create(world));
    expect((await create(world)).status).toBe(200);
    await world.clock.advance(26 * 3_600_000);
    expect(world.payouts).toHaveLength(2);
  });

  it('promises the whole body when it cuts it', async () => {
    const world = simulateStripe();
    const headers = { authorization: `Bearer ${world.apiKey}` };
    const url = 'https://api.stripe.com/v1/balance';
    const whole = await (await world.fetch(url, { headers })).text();
    world.faults.next({ truncate: 7 });
    const cut = await world.fetch(url, { headers });
    expect(cut.headers.get('content-length')).toBe(String(whole.length));
    const reader = cut.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(whole.slice(0, 7));
    await expect(reader?.read()).rejects.toThrow('terminated');
  });

  it('changes an answer on its way, but neither the world nor what the key remembers', async () => {
    const world = simulateStripe();
    world.faults.next({ change: (payout) => ({ ...payout, status: 'dreaming', surprise: true }) });
    expect((await create(world)).json).toMatchObject({ status: 'dreaming', surprise: true, amount: 1100 });
    expect(world.payouts[0]?.status).toBe('pending');
    expect((await create(world)).json['status']).toBe('pending');
  });

  it('sets headers, and lets several faults happen to one exchange', async () => {
    const world = simulateStripe();
    world.faults.next({ headers: { 'stripe-should-retry': 'true' } }, { change: () => ({ object: 'nothing' }) });
    const reply = await create(world);
    expect(reply.headers.get('stripe-should-retry')).toBe('true');
    expect(reply.json).toEqual({ object: 'nothing' });
    expect(() => world.faults.next({ reset: 'after' }, { truncate: 3 })).toThrow('ends once');
  });
});

describe('rules for requests that fit', () => {
  it('goes by method and path, so many times, after what `next` says', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    world.faults.on({ method: 'post', path: '/v1/payouts' }, { answer: { status: 503 }, at: 'before' }, 2);
    world.faults.next({ answer: { status: 418 }, at: 'before' });
    const statuses: number[] = [];
    for (const key of ['a', 'b', 'c', 'd']) statuses.push((await create(world, key)).status, (await ask('GET /v1/payouts')).status);
    expect(statuses).toEqual([418, 200, 503, 200, 503, 200, 200, 200]);
  });

  it('takes a pattern on path and query, and can be taken back', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    const takeBack = world.faults.on({ path: /\?limit=3/ }, [{ answer: { status: 503 }, at: 'before' }]);
    expect((await ask('GET /v1/payouts?limit=3')).status).toBe(503);
    expect((await ask('GET /v1/payouts?limit=3')).status).toBe(503);
    expect((await ask('GET /v1/payouts?limit=4')).status).toBe(200);
    takeBack();
    expect((await ask('GET /v1/payouts?limit=3')).status).toBe(200);
    world.faults.on({}, { reset: 'before' });
    world.faults.clear();
    expect((await ask('GET /v1/payouts')).status).toBe(200);
  });
});

describe('variants of the key', () => {
  it('expires keys by the clock at 24 hours, and by a fault at once', async () => {
    const world = simulateStripe();
    await create(world);
    await world.clock.advance(86_400_000 - 1);
    expect((await create(world)).headers.get('idempotent-replayed')).toBe('true');
    await world.clock.advance(1);
    expect((await create(world)).headers.get('idempotent-replayed')).toBeNull();
    expect(world.payouts).toHaveLength(2);
    world.faults.next({ expireKeys: true });
    await create(world);
    expect(world.payouts).toHaveLength(3);
  });

  it.each([
    [false, 429, null],
    [true, 200, 'true'],
  ])('429 meets a spent key, key looked at first: %s', async (keyBeforeRateLimit, status, replayed) => {
    const world = simulateStripe({ variants: { keyBeforeRateLimit } });
    await create(world);
    world.faults.next({ answer: { status: 429 }, at: 'before' });
    const reply = await create(world);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('idempotent-replayed')).toBe(replayed);
    world.faults.next({ answer: { status: 429 }, at: 'before' });
    expect((await create(world, 'fresh')).status).toBe(429);
    expect((await create(world, 'fresh')).status).toBe(200);
    expect(world.payouts).toHaveLength(2);
  });

  it('does not store a 500 where the provider does not', async () => {
    const world = simulateStripe({ variants: { storesServerErrors: false } });
    world.faults.next({ answer: json500, at: 'after' });
    expect((await create(world)).status).toBe(500);
    expect((await create(world)).status).toBe(200);
    expect(world.payouts).toHaveLength(1);
  });
});
