// Contract sections 1, 7, 10 to 13: credentials and modes, closed parameters, headers, idempotency, rate limits.
import { describe, expect, it } from 'vitest';
import { simulateMollie, type Fault, type MollieScope, type MollieVariants, type SimulatedMollie } from '../index.ts';
import { asking, payoutBody, refusalOf, type Ask, type Reply } from './__fixtures__/asking.ts';

const READ_ONLY: readonly MollieScope[] = ['payouts.read'];
const WRITE_ONLY: readonly MollieScope[] = ['payouts.write'];

function arranged(variants: MollieVariants = {}): { world: SimulatedMollie; ask: Ask } {
  const world = simulateMollie({
    variants,
    credentials: [{ token: 'access_reads', scopes: READ_ONLY }, { token: 'access_writes', scopes: WRITE_ONLY }, { token: 'test_second' }],
  });
  return { world, ask: asking(world) };
}

describe('authentication', () => {
  it.each<[string, string, number]>([
    ['bearer', 'Bearer test_second', 200],
    ['bearer in lower case', 'bearer test_second', 200],
    ['nothing', '', 401],
    ['a wrong token', 'Bearer test_nobody', 401],
    ['basic', `Basic ${btoa('test_second:')}`, 401],
    ['two words', 'Bearer test_second extra', 401],
  ])('%s', async (_, authorization, status) => {
    const reply = await arranged().ask('GET /v2/payouts', { headers: { authorization } });
    expect(reply.status).toBe(status);
    if (status === 401) expect(reply.json).toMatchObject({ status: 401, title: 'Unauthorized Request' });
    expect(reply.headers.get('content-type')).toBe('application/hal+json');
  });

  it('comes and goes', async () => {
    const { world, ask } = arranged();
    world.revokeCredential(world.testKey);
    expect((await ask('GET /v2/payouts')).status).toBe(401);
    world.acceptCredential({ token: 'test_third' });
    expect((await ask('GET /v2/payouts', { token: 'test_third' })).status).toBe(200);
  });

  // token (by name), operation, status
  it.each<[string, string, number]>([
    ['testKey', 'GET /v2/payouts', 200],
    ['testKey', 'GET /v2/balances', 403],
    ['testKey', 'GET /v2/balances/primary', 403],
    ['liveKey', 'GET /v2/balances/bal_nope', 403],
    ['accessToken', 'GET /v2/payouts', 200],
    ['accessToken', 'GET /v2/balances', 200],
    ['access_reads', 'GET /v2/payouts', 200],
    ['access_reads', 'GET /v2/payouts/payout_nope', 404],
    ['access_reads', 'POST /v2/payouts', 403],
    ['access_reads', 'DELETE /v2/payouts/payout_nope', 403],
    ['access_reads', 'GET /v2/balances', 403],
    ['access_writes', 'POST /v2/payouts', 422],
    ['access_writes', 'DELETE /v2/payouts/payout_nope', 404],
    ['access_writes', 'GET /v2/payouts', 403],
  ])('%s may %s: %i', async (name, what, status) => {
    const { world, ask } = arranged();
    const token = { testKey: world.testKey, liveKey: world.liveKey, accessToken: world.accessToken }[name] ?? name;
    expect((await ask(what, { token })).status).toBe(status);
  });

  it('an API key on balances may meet another status', async () => {
    expect((await arranged({ apiKeyOnBalancesStatus: 401 }).ask('GET /v2/balances')).status).toBe(401);
  });
});

describe('testmode', () => {
  // credential, operation, body, status, mode of the answer or field of the refusal
  const ROWS: readonly (readonly [string, string, object | undefined, number, string | undefined])[] = [
    ['testKey', 'POST /v2/payouts', {}, 201, 'test'],
    ['liveKey', 'POST /v2/payouts', {}, 201, 'live'],
    ['accessToken', 'POST /v2/payouts', { testmode: true }, 201, 'test'],
    ['accessToken', 'POST /v2/payouts', { testmode: false }, 201, 'live'],
    ['accessToken', 'POST /v2/payouts', { testmode: null }, 201, 'live'],
    ['accessToken', 'POST /v2/payouts', {}, 201, 'live'],
    ['accessToken', 'POST /v2/payouts', { testmode: 'true' }, 422, 'testmode'],
    ['accessToken', 'POST /v2/payouts?testmode=true', {}, 422, 'testmode'],
    ['accessToken', 'POST /v2/payouts?testmode=true', { testmode: true }, 422, 'testmode'],
    ['testKey', 'POST /v2/payouts', { testmode: true }, 422, 'testmode'],
    ['testKey', 'POST /v2/payouts', { testmode: null }, 422, 'testmode'],
    ['liveKey', 'POST /v2/payouts', { testmode: false }, 422, 'testmode'],
    ['testKey', 'POST /v2/payouts?testmode=true', {}, 422, 'testmode'],
    ['testKey', 'GET /v2/payouts/TEST', undefined, 200, 'test'],
    ['testKey', 'GET /v2/payouts/TEST?testmode=true', undefined, 422, 'testmode'],
    ['liveKey', 'GET /v2/payouts/TEST', undefined, 404, undefined],
    ['testKey', 'GET /v2/payouts/LIVE', undefined, 404, undefined],
    ['accessToken', 'GET /v2/payouts/TEST?testmode=true', undefined, 200, 'test'],
    ['accessToken', 'GET /v2/payouts/TEST?testmode=yes', undefined, 422, 'testmode'],
    ['accessToken', 'GET /v2/payouts/TEST', undefined, 404, undefined],
    ['accessToken', 'GET /v2/payouts/TEST?testmode=false', undefined, 404, undefined],
    ['accessToken', 'GET /v2/payouts/LIVE', undefined, 200, 'live'],
    ['accessToken', 'GET /v2/payouts/LIVE?testmode=true', undefined, 404, undefined],
    ['testKey', 'DELETE /v2/payouts/TEST', undefined, 200, 'test'],
    ['testKey', 'DELETE /v2/payouts/TEST?testmode=true', undefined, 422, 'testmode'],
    ['accessToken', 'DELETE /v2/payouts/TEST?testmode=true', undefined, 200, 'test'],
    ['accessToken', 'DELETE /v2/payouts/TEST', { testmode: true }, 422, 'testmode'],
    ['accessToken', 'DELETE /v2/payouts/TEST', undefined, 404, undefined],
    ['accessToken', 'DELETE /v2/payouts/LIVE', undefined, 200, 'live'],
    ['testKey', 'GET /v2/payouts?testmode=true', undefined, 422, 'testmode'],
  ];

  it.each(ROWS)('%s: %s %j: %i', async (name, what, change, status, told) => {
    const { world, ask } = arranged();
    const planned = { TEST: world.test, LIVE: world.live };
    const path = what.replace(/TEST|LIVE/, (mode) => planned[mode as 'TEST' | 'LIVE'].balance().addPayout({ amount: '1.00' }).id);
    const existing = world.payouts.length;
    const token = { testKey: world.testKey, liveKey: world.liveKey, accessToken: world.accessToken }[name] ?? '';
    const wanted =
      name === 'liveKey' || (name === 'accessToken' && JSON.stringify(change) !== '{"testmode":true}') ? world.live : world.test;
    const body = what.startsWith('POST') ? { balanceId: wanted.balance().id, ...change } : change;
    const { json, status: seen } = await ask(path, { token, ...(body === undefined ? {} : { body }) });
    expect([seen, json['mode'] ?? json.field]).toEqual([status, told]);
    expect(world.payouts.length - existing).toBe(status === 201 ? 1 : 0);
    expect(world.payouts.filter((payout) => payout.status === 'canceled')).toHaveLength(
      what.startsWith('DELETE') && status === 200 ? 1 : 0,
    );
  });

  it('tells that a payout or a balance is in the other mode', async () => {
    const { world, ask } = arranged();
    const { id } = world.live.balance().addPayout({ amount: '1.00' });
    expect((await ask(`GET /v2/payouts/${id}`)).json.detail).toContain('wrong mode');
    expect((await ask('GET /v2/payouts/payout_nope')).json.detail).not.toContain('wrong mode');
    const crossed = await ask('POST /v2/payouts', { body: { balanceId: world.live.balance().id } });
    expect([crossed.status, crossed.json.field]).toEqual([404, 'balanceId']);
    expect(crossed.json.detail).toContain('wrong mode');
    const balance = await ask(`GET /v2/balances/${world.test.balance().id}`, { token: world.accessToken });
    expect([balance.status, balance.json.detail]).toEqual([404, expect.stringContaining('wrong mode')]);
    expect((await ask('GET /v2/payouts')).json.count).toBe(0);
    const other = arranged({ missingBalanceStatus: 422 });
    expect(refusalOf(await other.ask('POST /v2/payouts', { body: { balanceId: 'bal_nope' } }))).toEqual([422, 'balanceId']);
  });
});

describe('requests and answers', () => {
  it.each<[string, number, string]>([
    ['GET /v2/nope', 404, 'Not Found'],
    ['GET /v1/payouts', 404, 'Not Found'],
    ['GET /', 404, 'Not Found'],
    ['POST /v2/balances/bal_1/payouts', 404, 'Not Found'],
    ['PATCH /v2/payouts/payout_1', 405, 'Method Not Allowed'],
    ['POST /v2/payouts/payout_1', 405, 'Method Not Allowed'],
    ['DELETE /v2/payouts/', 405, 'Method Not Allowed'],
    ['PATCH /v2/balances/bal_1', 405, 'Method Not Allowed'],
  ])('%s: %i', async (what, status, title) => {
    const { ask } = arranged();
    expect((await ask(what)).json).toMatchObject({ status, title });
  });

  it.each<[string, string, Readonly<Record<string, string>>, number]>([
    ['no JSON', '{"balanceId"', {}, 400],
    ['a list', '[]', {}, 400],
    ['null', 'null', {}, 400],
    ['brackets without end', `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, {}, 400],
    ['a form', 'balanceId=bal_1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['nothing', '', {}, 422],
    ['JSON with a charset', '{}', { 'content-type': 'application/json; charset=utf-8' }, 422],
  ])('a body that is %s', async (_, body, headers, status) => {
    expect((await arranged().ask('POST /v2/payouts', { body, headers })).status).toBe(status);
  });

  it.each<[MollieVariants, boolean, boolean]>([
    [{}, true, true],
    [{ errorFields: 'none' }, false, true],
    [{ errorLinks: false }, true, false],
  ])('errors in the style %j', async (variants, field, links) => {
    const { ask } = arranged(variants);
    for (const reply of [await ask('POST /v2/payouts', { body: {} }), await ask('GET /v2/payouts?limit=0')]) {
      expect(['field' in reply.json, '_links' in reply.json]).toEqual([field, links]);
    }
  });

  it('tell the virtual time, over fetch and over HTTP, in every kind of answer', async () => {
    const { world } = arranged();
    const server = await world.listen();
    try {
      for (const ask of [asking(world), asking(world, globalThis.fetch, server.url)]) {
        const date = async (what: string, fault?: Fault): Promise<string | null> => {
          if (fault !== undefined) world.faults.next(fault);
          return (await ask(what)).headers.get('date');
        };
        await world.clock.advance(1_234_567);
        const now = new Date(world.clock.now()).toUTCString();
        expect(await date('GET /v2/payouts')).toBe(now);
        expect(await date('GET /v2/nope')).toBe(now);
        expect(await date('DELETE /v2/payouts/payout_nope')).toBe(now);
        expect(await date('GET /v2/payouts', { answer: { status: 502, body: '<html>' }, at: 'before' })).toBe(now);
        expect(await date('GET /v2/payouts', { answer: { status: 302, headers: { location: '/' } }, at: 'after' })).toBe(now);
      }
    } finally {
      await server.close();
    }
  });

  it('of a slow create tell the time of the execution', async () => {
    const { world, ask } = arranged();
    world.faults.next({ delayMs: 600_000, at: 'before' });
    const reply = ask('POST /v2/payouts', { body: payoutBody(world), key: 'k' });
    await world.clock.advance(600_000);
    expect((await reply).headers.get('date')).toBe('Mon, 23 Nov 2026 09:10:00 GMT');
    await world.clock.advance(60_000);
    const replay = await ask('POST /v2/payouts', { body: payoutBody(world), key: 'k' });
    expect([replay.headers.get('date'), replay.json.id]).toEqual(['Mon, 23 Nov 2026 09:11:00 GMT', (await reply).json.id]);
  });

  it('of fault scripts speak the same media type', async () => {
    const { world, ask } = arranged();
    world.faults.next({ answer: { status: 422, body: { status: 422, title: 'Unprocessable Entity', detail: 'no' } }, at: 'before' });
    expect((await ask('GET /v2/payouts')).headers.get('content-type')).toBe('application/hal+json');
  });
});

describe('rate limits', () => {
  it('are told with every answer, and met on demand', async () => {
    const { world, ask } = arranged();
    const policy = '"get-v2-payouts"';
    const headers = ({ headers: all }: Reply): readonly (string | null)[] =>
      ['ratelimit', 'ratelimit-policy', 'retry-after'].map((name) => all.get(name));
    expect(headers(await ask('GET /v2/payouts'))).toEqual([
      `${policy};r=15;t=2;mollie-burst=60`,
      `${policy};q=20;w=3;mollie-burst=60`,
      null,
    ]);
    world.limitRate({ requests: 2, retryAfter: 7 });
    const limited = await ask('GET /v2/payouts');
    expect(limited.json).toMatchObject({ status: 429, title: 'Too Many Requests' });
    expect(headers(limited)).toEqual([`${policy};r=0;t=7;mollie-burst=0`, `${policy};q=20;w=1;mollie-burst=60`, '7']);
    expect((await ask('GET /v2/payouts', { token: 'nobody' })).status).toBe(401);
    expect((await ask('GET /v2/payouts')).status).toBe(429);
    expect((await ask('GET /v2/payouts')).status).toBe(200);
    world.limitRate({ retryAfter: null });
    expect((await ask('GET /v2/payouts')).headers.get('retry-after')).toBeNull();
  });

  it('can be silent', async () => {
    expect((await arranged({ rateLimitHeaders: false }).ask('GET /v2/payouts')).headers.get('ratelimit')).toBeNull();
  });
});

describe('idempotency', () => {
  const HOUR_MS = 3_600_000;
  const replayed = ({ headers }: Reply): boolean => headers.get('idempotent-replayed') === 'true';

  it('replays the first answer for an hour, in whatever order the members come', async () => {
    const { world, ask } = arranged();
    const body = payoutBody(world);
    const shuffled = Object.fromEntries(Object.entries(body).toReversed());
    const first = await ask('POST /v2/payouts', { body, key: 'k' });
    world.test.move(first.json.id, 'failed', { code: 'returned' });
    await world.clock.advance(HOUR_MS - 1);
    const second = await ask('POST /v2/payouts', { body: shuffled, key: 'k' });
    expect([second.status, second.text, replayed(first), replayed(second)]).toEqual([201, first.text, false, true]);
    expect(world.payouts).toHaveLength(1);
    await world.clock.advance(1);
    const third = await ask('POST /v2/payouts', { body, key: 'k' });
    expect([third.status, replayed(third)]).toEqual([201, false]);
    expect(world.payouts).toHaveLength(2);
  });

  it('is a new request without a key, and in the other mode', async () => {
    const { world, ask } = arranged();
    const create = async (token: string, balanceId: string, key?: string): Promise<string> =>
      (await ask('POST /v2/payouts', { body: { balanceId }, token, ...(key === undefined ? {} : { key }) })).json.id;
    const test = await create(world.testKey, world.test.balance().id, 'k');
    const live = await create(world.liveKey, world.live.balance().id, 'k');
    expect(new Set([test, live]).size).toBe(2);
    expect(await create('test_second', world.test.balance().id, 'k')).toBe(test);
    world.test.move(test, 'initiated');
    for (const key of [undefined, '']) {
      const { id } = world.test.addBalance({ available: '1.00' });
      await create(world.testKey, id, key);
      expect((await ask('POST /v2/payouts', { body: { balanceId: id }, ...(key === undefined ? {} : { key }) })).status).toBe(422);
    }
    expect(world.payouts).toHaveLength(4);
  });

  it('refuses other parameters, and executes nothing', async () => {
    const { world, ask } = arranged();
    const body = payoutBody(world);
    const first = await ask('POST /v2/payouts', { body, key: 'k' });
    world.test.move(first.json.id, 'initiated');
    for (const other of [payoutBody(world, '10.01'), { ...body, description: 'Weekly payout 48' }, { ...body, testmode: true }]) {
      const reply = await ask('POST /v2/payouts', { body: other, key: 'k' });
      expect(reply.json).toMatchObject({ status: 400, title: 'Bad Request' });
      expect(reply.json).not.toHaveProperty('field');
      expect(reply.json._links.documentation.href).toBe('https://docs.mollie.com/overview/api-idempotency');
    }
    expect((await ask('POST /v2/payouts?x=1', { body, key: 'k' })).status).toBe(400);
    expect(world.payouts).toHaveLength(1);
    expect(replayed(await ask('POST /v2/payouts', { body, key: 'k' }))).toBe(true);
  });

  it('answers 409 while the first is executed', async () => {
    const { world, ask } = arranged();
    const body = payoutBody(world);
    world.faults.next({ delayMs: 1000, at: 'before' });
    const first = ask('POST /v2/payouts', { body, key: 'k' });
    await world.clock.advance(10);
    const twin = await ask('POST /v2/payouts', { body, key: 'k' });
    expect(twin.json).toMatchObject({
      status: 409,
      title: 'Conflict',
      _links: { documentation: { href: 'https://docs.mollie.com/overview/api-idempotency' } },
    });
    await world.clock.advance(1000);
    expect((await ask('POST /v2/payouts', { body, key: 'k' })).json.id).toBe((await first).json.id);
    expect(world.payouts).toHaveLength(1);
  });

  it('ignores keys on GET and DELETE', async () => {
    const { world, ask } = arranged();
    const { json } = await ask('POST /v2/payouts', { body: payoutBody(world), key: 'k' });
    for (const what of ['GET /v2/payouts', `GET /v2/payouts/${json.id}`]) expect(replayed(await ask(what, { key: 'k' }))).toBe(false);
    expect((await ask(`DELETE /v2/payouts/${json.id}`, { key: 'k' })).status).toBe(200);
    const second = await ask(`DELETE /v2/payouts/${json.id}`, { key: 'k' });
    expect([second.status, replayed(second)]).toEqual([409, false]);
  });

  // name, what goes wrong, variants, status of the first, whether the key keeps it
  const refuse = (world: SimulatedMollie): void => world.test.balance().queueRefunds();
  const limit = (world: SimulatedMollie): void => world.limitRate();
  const fault =
    (status: number, at: 'before' | 'after') =>
    (world: SimulatedMollie): void =>
      world.faults.next({ answer: { status, body: { status } }, at });
  it.each<[string, (world: SimulatedMollie) => void, MollieVariants, number, boolean]>([
    ['a 422', refuse, {}, 422, true],
    ['a 422, switched off', refuse, { cache422: false }, 422, false],
    ['a 429', limit, {}, 429, false],
    ['a 429, switched on', limit, { cache429: true }, 429, true],
    ['a scripted 429', fault(429, 'before'), {}, 429, false],
    ['a scripted 429, switched on', fault(429, 'before'), { cache429: true }, 429, true],
    ['a 500 before the commit', fault(500, 'before'), {}, 500, false],
    ['a 500 before the commit, switched on', fault(500, 'before'), { cache5xx: true }, 500, true],
    ['a 503 after the commit, switched on', fault(503, 'after'), { cache5xx: true }, 503, true],
    ['a 409', fault(409, 'before'), { cache422: true, cache429: true, cache5xx: true }, 409, false],
    ['a 401', (world) => world.revokeCredential(world.testKey), {}, 401, false],
  ])('keeps %s or not', async (_, arrange, variants, status, kept) => {
    const { world, ask } = arranged(variants);
    const body = payoutBody(world);
    arrange(world);
    const first = await ask('POST /v2/payouts', { body, key: 'k' });
    expect([first.status, replayed(first)]).toEqual([status, false]);
    const existing = world.payouts.length;
    world.test.balance().clearRefunds();
    world.acceptCredential({ token: world.testKey });
    const again = await ask('POST /v2/payouts', { body, key: 'k' });
    expect([again.status, replayed(again)]).toEqual(kept ? [status, true] : [201, false]);
    expect(world.payouts).toHaveLength(kept ? existing : 1);
    await world.clock.advance(HOUR_MS);
    expect(replayed(await ask('POST /v2/payouts', { body, key: 'k' }))).toBe(false);
  });

  it('a 500 after the commit hides a payout that the key will show', async () => {
    const { world, ask } = arranged();
    world.faults.next({ answer: { status: 500, body: '<html>' }, at: 'after' });
    const body = payoutBody(world);
    expect((await ask('POST /v2/payouts', { body, key: 'k' })).status).toBe(500);
    const again = await ask('POST /v2/payouts', { body, key: 'k' });
    expect([again.status, replayed(again), again.json.id]).toEqual([201, true, world.payouts[0]?.id]);
    expect(world.payouts).toHaveLength(1);
  });

  it('a scripted success is not what the key keeps', async () => {
    const { world, ask } = arranged();
    const body = payoutBody(world);
    world.faults.next({ answer: { status: 201, body: '' }, at: 'after' });
    expect((await ask('POST /v2/payouts', { body, key: 'k' })).text).toBe('');
    expect((await ask('POST /v2/payouts', { body, key: 'k' })).json.id).toBe(world.payouts[0]?.id);
  });

  it.each([
    [false, 429],
    [true, 201],
  ])('a spent key goes before the rate limit: %s', async (keyBeforeRateLimit, status) => {
    const { world, ask } = arranged({ keyBeforeRateLimit });
    const body = payoutBody(world);
    await ask('POST /v2/payouts', { body, key: 'k' });
    world.limitRate();
    expect((await ask('POST /v2/payouts', { body, key: 'k' })).status).toBe(status);
    expect(world.payouts).toHaveLength(1);
  });

  it('forgets keys on demand, and keeps them as long as it is told', async () => {
    const { world, ask } = arranged({ keyLeaseMs: 1000 });
    const body = payoutBody(world);
    const create = (): Promise<Reply> => ask('POST /v2/payouts', { body, key: 'k' });
    const first = await create();
    world.test.move(first.json.id, 'initiated');
    await world.clock.advance(999);
    expect(replayed(await create())).toBe(true);
    world.faults.next({ expireKeys: true });
    const second = await create();
    expect([second.status, replayed(second)]).toEqual([201, false]);
    world.test.move(second.json.id, 'initiated');
    await world.clock.advance(1000);
    expect(replayed(await create())).toBe(false);
    expect(world.payouts).toHaveLength(3);
  });

  it('a request that arrives late pays late', async () => {
    const { world, ask } = arranged();
    world.faults.next({ lateMs: 2 * HOUR_MS, client: 'reset' });
    await expect(ask('POST /v2/payouts', { body: payoutBody(world), key: 'k' })).rejects.toThrow('fetch failed');
    expect(world.payouts).toHaveLength(0);
    await world.clock.advance(2 * HOUR_MS);
    expect(world.payouts).toMatchObject([{ createdAt: '2026-11-23T11:00:00+00:00' }]);
  });
});
