// Contract section 10: keys, versions, connected accounts, headers, idempotency.
import { describe, expect, it } from 'vitest';
import { asking, errorOf } from '../__fixtures__/asking.ts';
import { simulateStripe, type StripeVariants } from '../index.ts';

const BODY = 'amount=1100&currency=usd';
const basic = (credentials: string): string => `Basic ${btoa(credentials)}`;

describe('authentication', () => {
  it.each<[string, string, number, unknown]>([
    ['bearer', 'Bearer sk_test_simulated', 200, undefined],
    ['bearer in lower case', 'bearer sk_test_simulated', 200, undefined],
    ['basic with an empty password', basic('sk_test_simulated:'), 200, undefined],
    ['nothing', '', 401, expect.stringContaining('You did not provide an API key.')],
    ['another scheme', 'Digest sk_test_simulated', 401, expect.stringContaining('You did not provide an API key.')],
    ['a wrong key', 'Bearer sk_test_somebody_else', 401, 'Invalid API Key provided: sk_test_*********else'],
    ['a short wrong key', 'Bearer secret', 401, 'Invalid API Key provided: ******'],
    ['basic nonsense', 'Basic %%%', 401, expect.stringContaining('You did not provide an API key.')],
  ])('%s', async (_, authorization, status, message) => {
    const world = simulateStripe();
    const reply = await asking(world)('POST /v1/payouts', { body: BODY, headers: { authorization } });
    expect(reply.status).toBe(status);
    expect(reply.json.error?.message).toEqual(message);
    expect(reply.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="Stripe"' : null);
    expect(reply.headers.get('request-id')).toMatch(/^req_/);
    expect(world.payouts).toHaveLength(status === 200 ? 1 : 0);
  });

  it('rotates keys', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    world.acceptApiKey('rk_test_second');
    world.expireApiKey(world.apiKey);
    expect(errorOf(await ask('GET /v1/balance'))).toMatchObject({ status: 401, code: 'api_key_expired', type: 'invalid_request_error' });
    expect((await ask('GET /v1/balance', { headers: { authorization: 'Bearer rk_test_second' } })).status).toBe(200);
  });

  it('is live with a live key', async () => {
    const world = simulateStripe({ apiKey: 'sk_live_x' });
    expect((await asking(world)('POST /v1/payouts', { body: BODY })).json['livemode']).toBe(true);
  });
});

describe('headers and addresses', () => {
  it.each(['2026-10-28.endive', '2023-08-16'])('echoes version %s, account, key', async (version) => {
    const world = simulateStripe();
    world.account('acct_1');
    const { headers } = await asking(world)('POST /v1/payouts', {
      body: BODY,
      key: 'k',
      account: 'acct_1',
      headers: { 'stripe-version': version },
    });
    expect(headers.get('stripe-version')).toBe(version);
    expect(headers.get('stripe-account')).toBe('acct_1');
    expect(headers.get('idempotency-key')).toBe('k');
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('date')).toBe('Mon, 23 Nov 2026 09:00:00 GMT');
  });

  it.each(['latest', '2026-10', '2026-10-28.', '20261028'])('refuses version %s', async (version) => {
    const reply = await asking(simulateStripe())('GET /v1/balance', { headers: { 'stripe-version': version } });
    expect(errorOf(reply)).toMatchObject({
      status: 400,
      code: undefined,
      param: undefined,
      message: `Invalid Stripe API version: ${version}`,
    });
  });

  it('has a version of its own where none is asked for', async () => {
    expect((await asking(simulateStripe())('GET /v1/balance')).headers.get('stripe-version')).toBe('2026-10-28.endive');
  });

  it.each([
    'GET /v1/nope',
    'DELETE /v1/payouts/po_1',
    'GET /v1/payouts/po_1/cancel',
    'POST /v1/balance',
    'GET /v1/payouts/',
    'GET /',
    'GET /v2/payouts',
  ])('does not know %s', async (what) => {
    const [method, path] = what.split(' ');
    const reply = await asking(simulateStripe())(what);
    expect(errorOf(reply)).toMatchObject({ status: 404, type: 'invalid_request_error', code: undefined });
    expect(reply.json.error.message).toContain(`Unrecognized request URL (${method}: ${path}).`);
  });

  it('answers any origin, a Request, a URL and a text', async () => {
    const world = simulateStripe();
    const headers = { authorization: `Bearer ${world.apiKey}` };
    const url = 'https://somewhere.example/v1/balance';
    for (const input of [url, new URL(url), new Request(url)]) expect((await world.fetch(input, { headers })).status).toBe(200);
    const request = new Request('http://127.0.0.1:1/v1/payouts', {
      method: 'POST',
      body: BODY,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect((await world.fetch(request)).status).toBe(200);
    expect(world.requests.at(-1)).toMatchObject({ method: 'POST', path: '/v1/payouts', body: BODY });
  });

  it('takes forms only', async () => {
    const world = simulateStripe();
    const reply = await asking(world)('POST /v1/payouts', { body: '{"amount":1}', headers: { 'content-type': 'application/json' } });
    expect(errorOf(reply)).toMatchObject({ status: 400, message: expect.stringContaining('application/x-www-form-urlencoded') as string });
  });

  it.each<[string, string, object]>([
    [
      'encoded by hand',
      'amount=1100&currency=usd&description=a%20b%26c%3Dd%2F%C3%A9%2A%27%28%29%21~%2B%25',
      { description: "a b&c=d/é*'()!~+%" },
    ],
    [
      'encoded by URLSearchParams',
      new URLSearchParams({ amount: '1100', currency: 'usd', description: 'a b+c', 'metadata[x y]': 'é' }).toString(),
      { description: 'a b+c', metadata: { 'x y': 'é' } },
    ],
    ['metadata that is unset at once', 'amount=1100&currency=usd&metadata[a]=&metadata[b]=1', { metadata: { b: '1' } }],
    ['metadata without keys', 'amount=1100&currency=usd&metadata=', { metadata: {} }],
    ['an empty array', 'amount=1100&currency=usd&expand=', { destination: expect.stringMatching(/^ba_/) as string }],
    ['empty brackets', 'amount=1100&currency=usd&expand[]=destination', { destination: { object: 'bank_account' } }],
  ])('reads a body %s', async (_, body, expected) => {
    expect((await asking(simulateStripe())('POST /v1/payouts', { body })).json).toMatchObject(expected);
  });
});

describe('idempotency', () => {
  it('answers the same bytes again, marked, under a new request id', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    const first = await ask('POST /v1/payouts', { body: BODY, key: 'k' });
    world.account().move(first.json.id, 'paid');
    const second = await ask('POST /v1/payouts', { body: 'currency=usd&amount=1100', key: 'k' });
    expect(second.text).toBe(first.text);
    expect(second.json['status']).toBe('pending');
    expect([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')]).toEqual([null, 'true']);
    expect(second.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
    expect(world.payouts).toHaveLength(1);
    await ask('POST /v1/payouts', { body: BODY, key: 'other' });
    await ask('POST /v1/payouts', { body: BODY });
    await ask('POST /v1/payouts', { body: BODY, key: '' });
    expect(world.payouts).toHaveLength(4);
  });

  it('refuses other parameters and another endpoint, and executes nothing', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    const { id } = (await ask('POST /v1/payouts', { body: BODY, key: 'k' })).json;
    expect(errorOf(await ask('POST /v1/payouts', { body: `${BODY}&metadata[late]=1`, key: 'k' }))).toEqual({
      status: 400,
      type: 'idempotency_error',
      code: undefined,
      param: undefined,
      message:
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than 'k' if you meant to execute a different request.",
    });
    const cancel = await ask(`POST /v1/payouts/${id}/cancel`, { key: 'k' });
    expect(errorOf(cancel)).toMatchObject({ status: 400, type: 'idempotency_error' });
    expect(cancel.json.error.message).toContain(`('/v1/payouts/${id}/cancel' vs '/v1/payouts')`);
    expect(world.payouts).toMatchObject([{ status: 'pending' }]);
    expect((await ask('POST /v1/payouts', { body: BODY, key: 'k' })).json.id).toBe(id);
  });

  it('answers 409 while the first is executed', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    world.faults.next({ delayMs: 1000, at: 'before' });
    const first = ask('POST /v1/payouts', { body: BODY, key: 'k' });
    await world.clock.advance(10);
    const twin = await ask('POST /v1/payouts', { body: BODY, key: 'k' });
    expect(errorOf(twin)).toMatchObject({ status: 409, type: 'invalid_request_error', code: 'idempotency_key_in_use' });
    expect(twin.json.error.message).toContain('There is currently another in-progress request using this Idempotent Key');
    await world.clock.advance(1000);
    expect((await ask('POST /v1/payouts', { body: BODY, key: 'k' })).json.id).toBe((await first).json.id);
    expect(world.payouts).toHaveLength(1);
  });

  // name, body of the first use, whether the refusal is kept, variants
  it.each<[string, string, boolean, StripeVariants]>([
    ['a missing parameter', 'currency=usd', false, {}],
    ['an unknown parameter', `${BODY}&nope=1`, false, {}],
    ['too little money', 'amount=99999999&currency=usd', true, {}],
    ['no external account', 'amount=1&currency=gbp', true, {}],
    ['an unknown currency', 'amount=1&currency=xxd', true, {}],
    ['too little money, where refusals are not kept', 'amount=99999999&currency=usd', false, { storesRefusals: false }],
  ])('keeps or forgets the refusal of %s', async (_, body, kept, variants) => {
    const world = simulateStripe({ variants });
    const ask = asking(world);
    const first = await ask('POST /v1/payouts', { body, key: 'k' });
    expect(first.status).toBe(400);
    const again = await ask('POST /v1/payouts', { body, key: 'k' });
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotent-replayed')).toBe(kept ? 'true' : null);
    const corrected = await ask('POST /v1/payouts', { body: BODY, key: 'k' });
    expect(corrected.json.error?.type).toBe(kept ? 'idempotency_error' : undefined);
    expect(world.payouts).toHaveLength(kept ? 0 : 1);
  });

  it('keeps nothing of a request without a good key', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    await ask('POST /v1/payouts', { body: BODY, key: 'k', headers: { authorization: 'Bearer sk_test_wrong' } });
    expect((await ask('POST /v1/payouts', { body: BODY, key: 'k' })).headers.get('idempotent-replayed')).toBeNull();
    expect(world.payouts).toHaveLength(1);
  });

  it('has one namespace per account, ignores keys on GET, and refuses long ones', async () => {
    const world = simulateStripe();
    world.account('acct_1');
    const ask = asking(world);
    await ask('POST /v1/payouts', { body: BODY, key: 'k' });
    await ask('POST /v1/payouts', { body: BODY, key: 'k', account: 'acct_1' });
    expect(world.payouts.map(({ account }) => account)).toEqual([world.account().id, 'acct_1']);
    await ask('GET /v1/balance', { key: 'g' });
    expect((await ask('GET /v1/payouts', { key: 'g' })).headers.get('idempotent-replayed')).toBeNull();
    expect((await ask('POST /v1/payouts', { body: BODY, key: 'x'.repeat(255) })).status).toBe(200);
    expect((await ask('POST /v1/payouts', { body: BODY, key: 'x'.repeat(256) })).status).toBe(400);
  });
});

describe('one seed, one world', () => {
  it('repeats itself byte for byte', async () => {
    const run = async (seed: number): Promise<string> => {
      const world = simulateStripe({ seed });
      const ask = asking(world);
      const made = await ask('POST /v1/payouts', { body: BODY });
      await world.clock.advance(86_400_000);
      return made.text + (await ask('GET /v1/payouts?expand[]=data.destination')).text;
    };
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });
});
