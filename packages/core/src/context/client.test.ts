// The HTTP that adapters call: one deadline, bounded resends, and what may have happened when it fails.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, answered, hangs, type Meets, requestLost } from '../__tests__/acme-world.ts';
import type { AcmeSettings } from '../__tests__/acme.ts';
import type { Http } from '../adapter/spec.ts';
import { createClient } from './client.ts';
import { PayoutError } from '../errors.ts';
import type { HttpResponse } from '../http/exchange.ts';

interface Line extends AcmeWorld {
  readonly http: Http;
  readonly heard: readonly HttpResponse[];
  readonly meets: (...meets: readonly Meets[]) => void;
}

/** A client whose every request meets the next of a script, and the last for ever. */
function line(settings: Partial<AcmeSettings> = {}): Line {
  const script: Meets[] = [];
  const left: AcmeWorld['left'][number][] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const seen = {
      method: request.method,
      path: pathname + search,
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
    };
    left.push(seen);
    const meets = script.length > 1 ? script.shift() : script[0];
    return meets?.(() => Promise.reject(new Error('there is no bank')), seen) ?? new Response('{}');
  };
  const world = acmeWorld({ fetch, ...settings });
  const heard: HttpResponse[] = [];
  const http = createClient(world.context, { 'acme-version': '1' }, (answer) => heard.push(answer));
  return { ...world, left, http, heard, meets: (...meets) => void script.push(...meets) };
}

const POST = { body: 'a=1', headers: { 'content-type': 'text/plain' }, key: null } as const;
const told = async (work: Promise<HttpResponse>): Promise<string> =>
  work.then(
    ({ status }) => String(status),
    (error: unknown) => (error instanceof PayoutError ? `${error.code} ${error.outcome}` : String(error)),
  );

describe('a success', () => {
  it.each([200, 201, 204, 299])('%i is answered', async (status) => {
    const { http, meets, heard } = line();
    meets(answered(status === 204 ? 200 : status));
    expect(await told(http.get('/x'))).toBe(String(status === 204 ? 200 : status));
    expect(heard).toHaveLength(1);
  });

  it('carries the version, the credential, the exact bytes and a key', async () => {
    const { http, left } = line();
    await http.post('/x?y=1', { ...POST, key: 'key-1' });
    expect(left).toMatchObject([
      {
        method: 'POST',
        path: '/x?y=1',
        body: 'a=1',
        headers: { 'acme-version': '1', 'content-type': 'text/plain', 'idempotency-key': 'key-1', authorization: 'Bearer acme_test_token' },
      },
    ]);
  });

  it('without a key of its own a POST has a random one; reads and deletes have none', async () => {
    const { http, left } = line();
    await http.post('/x', POST);
    await http.get('/x');
    await http.delete('/x');
    expect(left.map(({ method, headers }) => [method, /^[0-9a-f-]{36}$/.test(headers['idempotency-key'] ?? '')])).toEqual([
      ['POST', true],
      ['GET', false],
      ['DELETE', false],
    ]);
  });
});

describe('what it means when it fails', () => {
  it.each<readonly [string, readonly Meets[], read: string, change: string, sent: number]>([
    ['refused', [answered(422)], 'invalid_state null', 'invalid_state rejected', 1],
    ['refused: not known', [answered(404)], 'not_found null', 'not_found rejected', 1],
    ['lost, three times', [requestLost], 'provider_unavailable null', 'provider_unavailable unknown', 3],
    ['5xx, three times', [answered(503)], 'provider_unavailable null', 'provider_unavailable unknown', 3],
    ['5xx, and then a refusal', [answered(503), answered(422)], 'invalid_state null', 'invalid_state unknown', 2],
    ['lost, and then a refusal', [requestLost, answered(401)], 'authentication null', 'authentication unknown', 2],
    ['429, three times', [answered(429)], 'rate_limited null', 'rate_limited rejected', 3],
    ['409 that tells nothing new', [answered(409, { code: 'key_reused' })], 'idempotency_conflict null', 'idempotency_conflict unknown', 1],
    ['302', [answered(302, '', { location: 'https://evil.test/' })], 'provider_unavailable null', 'provider_unavailable unknown', 3],
    ['lost, and then answered', [requestLost, answered(200)], '200', '200', 2],
  ])('%s', async (_, script, read, change, sent) => {
    for (const [call, expected] of [
      [(http: Http) => http.get('/x'), read],
      [(http: Http) => http.post('/x', POST), change],
      [(http: Http) => http.delete('/x'), change],
    ] as const) {
      const { http, meets, left } = line();
      meets(...script);
      expect(await told(call(http))).toBe(expected);
      expect(left).toHaveLength(sent);
      expect(new Set(left.map(({ headers, body }) => `${headers['idempotency-key']} ${body}`)).size, 'one key, the same bytes').toBe(1);
    }
  });

  it.each([
    [0, 1],
    [1, 2],
    [10, 11],
  ])('a budget of %i resends is %i requests', async (maxResends, sent) => {
    const { http, meets, left } = line({ maxResends });
    meets(answered(503));
    await told(http.get('/x'));
    expect(left).toHaveLength(sent);
  });

  it('a provider that asks for more than half a minute is not waited for', async () => {
    const { http, meets, left } = line();
    meets(answered(429, {}, { 'retry-after': '31' }));
    await expect(http.get('/x')).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 31 });
    expect(left).toHaveLength(1);
  });

  it('hears every answer, also the refused ones', async () => {
    const { http, meets, heard } = line();
    meets(answered(503), requestLost, answered(422));
    await told(http.get('/x'));
    expect(heard.map(({ status }) => status)).toEqual([503, 422]);
  });
});

describe('deadlines', () => {
  it('one over all resends', async () => {
    const { http, meets, time } = line({ maxResends: 10 });
    const twentySeconds = answered(429, {}, { 'retry-after': '20' });
    meets(twentySeconds);
    await told(http.get('/x', { timeoutMs: 50_000 }));
    expect(time.pauses).toEqual([20_000, 20_000]);
    expect(time.waiting).toBe(0);
  });

  it('an answer that never comes', async () => {
    const { http, meets, time, left } = line();
    meets(hangs('never done', () => time.pass(60_000)));
    expect(await told(http.post('/x', POST))).toBe('provider_unavailable unknown');
    expect([left.length, time.waiting]).toEqual([1, 0]);
  });

  it.each([
    ['before it was sent', 'rejected', 0],
    ['after it was sent', 'unknown', 1],
  ])('the caller aborts %s', async (_, outcome, sent) => {
    const { http, meets, left, time } = line();
    const controller = new AbortController();
    if (sent === 0) controller.abort();
    meets(hangs('never done', () => controller.abort()));
    expect(await told(http.post('/x', POST, { signal: controller.signal }))).toBe(`aborted ${outcome}`);
    expect([left.length, time.waiting]).toEqual([sent, 0]);
  });
});
