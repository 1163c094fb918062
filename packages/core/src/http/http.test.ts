// One exchange: what is read, what is cut off, what is never followed and what is never said.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { manualTime, NINE } from '../__tests__/manual-time.ts';
import { PayoutError } from '../errors.ts';
import { addressesBelow } from './request-message.ts';
import { CallerAborted, DeadlineExceeded, startDeadline } from './deadline.ts';
import { createSend, type HttpSettings } from './http.ts';
import type { Sent } from './exchange.ts';
import { systemRuntime } from '../platform/runtime.ts';
import type { EventBody } from '../telemetry/telemetry.ts';

const CANARY = 'sk_live_canary_0123456789';
const time = manualTime();

function settingsOf(fetch: HttpSettings['fetch'], over: Partial<HttpSettings> = {}): HttpSettings {
  return {
    provider: 'eu',
    endpoint: { baseUrl: 'https://acme.test/base', headers: {}, credentials: { authorization: `Bearer ${CANARY}` } },
    runtime: time,
    telemetry: () => undefined,
    maxResponseBytes: 1024,
    fetch,
    requestIdHeader: 'request-id',
    ...over,
  };
}

const GET = { method: 'GET', path: '/x', headers: {}, body: null } as const;
const CREATE = {
  method: 'POST',
  path: '/payouts?a=b',
  headers: { 'idempotency-key': 'k-1' },
  body: 'account_number=000123456789',
} as const;
const never = (): AbortSignal => new AbortController().signal;
const sentBy = (fetch: HttpSettings['fetch'], over: Partial<HttpSettings> = {}, signal = never()): Promise<Sent> =>
  createSend(settingsOf(fetch, over))(CREATE, { signal, notAfter: null, resend: 0 });
const answering =
  (body: string | ReadableStream | null, init: ResponseInit = {}): typeof globalThis.fetch =>
  async () =>
    new Response(body, init);

const urlIn = (input: string | URL | Request): string => (input instanceof Request ? input.url : input.toString());

/** A body that gives these pieces and then does something. */
const streaming = (pieces: readonly string[], then: (controller: ReadableStreamDefaultController<Uint8Array>) => void): ReadableStream =>
  new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      then(controller);
    },
  });

describe('a request', () => {
  it('goes to the path below the base, with exact bytes, its headers and the credential, and follows nothing', async () => {
    const seen: (readonly [string, RequestInit | undefined])[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      seen.push([urlIn(input), init]);
      return new Response('{}');
    };
    await sentBy(fetch);
    expect(seen).toMatchObject([
      [
        'https://acme.test/base/payouts?a=b',
        { method: 'POST', body: CREATE.body, redirect: 'manual', headers: { authorization: `Bearer ${CANARY}` } },
      ],
    ]);
  });

  it.each(['https://evil.test/', '//evil.test/', 'x', '@evil.test/', '', '?x', '%2F', ':x', '\\evil.test/'])(
    'a path that leads elsewhere is refused: %j',
    async (path) => {
      expect(() => addressesBelow('https://acme.test')(path)).toThrow(expect.objectContaining({ code: 'unexpected_response' }));
      let asked = 0;
      const send = createSend(
        settingsOf(async () => {
          asked += 1;
          return new Response('{}');
        }),
      );
      expect(await send({ ...GET, path }, { signal: never(), notAfter: null, resend: 0 })).toMatchObject({
        type: 'not_sent',
        tooLate: false,
      });
      expect(asked).toBe(0);
    },
  );

  it.each([
    ['https://acme.test', '/v1/x', 'https://acme.test/v1/x'],
    ['https://acme.test/', '/v1/x', 'https://acme.test/v1/x'],
    ['https://acme.test/base', '/v1/x?y=1', 'https://acme.test/base/v1/x?y=1'],
    ['http://127.0.0.1:4010/base/', '/x', 'http://127.0.0.1:4010/base/x'],
  ])('%s and %s are %s', (base, path, url) => expect(addressesBelow(base)(path)).toBe(url));

  it.each(['a\r\nx-evil: 1', 'a\nb', '\u0000', 'ä€'])(
    'a header value that could add a header is refused before anything is sent: %j',
    async (value) => {
      let asked = 0;
      const send = createSend(
        settingsOf(async () => {
          asked += 1;
          return new Response('{}');
        }),
      );
      const sent = await send({ ...GET, headers: { 'acme-account': value } }, { signal: never(), notAfter: null, resend: 0 });
      expect(sent).toMatchObject({ type: 'not_sent' });
      expect(asked).toBe(0);
    },
  );
});

describe('an answer', () => {
  it('is its status, headers, text and JSON', async () => {
    const sent = await sentBy(answering('{"id":"ac_1"}', { status: 201, headers: { 'request-id': 'r-1' } }));
    expect(sent).toMatchObject({ type: 'answered', answer: { status: 201, text: '{"id":"ac_1"}', json: { id: 'ac_1' } } });
  });

  it.each([
    ['empty', null],
    ['HTML', '<html>'],
    ['half of it', '{"id":'],
  ])('that is no JSON (%s) is still an answer', async (_, body) => {
    expect(await sentBy(answering(body, { status: 502 }))).toMatchObject({ type: 'answered', answer: { status: 502, json: undefined } });
  });

  it.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      urls.push(urlIn(input));
      return new Response(null, { status, headers: { location: 'https://evil.test/' } });
    };
    expect(await sentBy(fetch)).toMatchObject({ type: 'answered', answer: { status } });
    expect(urls).toEqual(['https://acme.test/base/payouts?a=b']);
  });

  it.each([
    [1024, 'answered'],
    [1025, 'lost'],
  ])('of %i bytes, where 1024 are allowed, is %s', async (bytes, is) => {
    const sent = await sentBy(answering('x'.repeat(bytes)));
    expect(sent.type).toBe(is);
    if (sent.type === 'lost') expect(sent.error).toMatchObject({ code: 'unexpected_response', httpStatus: 200 });
  });

  it('without end is cut off, and not read on', async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(512));
      },
    });
    expect(await sentBy(answering(endless))).toMatchObject({ type: 'lost' });
    expect(pulled).toBeLessThan(10);
  });

  it('that repeats the credential is read without it', async () => {
    const sent = await sentBy(answering(JSON.stringify({ id: CANARY, note: `you sent Bearer ${CANARY}` })));
    const json = { id: '[redacted]', note: 'you sent Bearer [redacted]' };
    expect(sent).toMatchObject({ type: 'answered', answer: { text: JSON.stringify(json), json } });
  });

  it('that repeats the credential in a header tells no request id', async () => {
    const events: EventBody[] = [];
    await sentBy(answering('{}', { headers: { 'request-id': CANARY } }), { telemetry: (event) => events.push(event) });
    expect(events).toMatchObject([{ type: 'exchange', requestId: null }]);
  });

  it('that breaks off is lost, whatever its status', async () => {
    for (const status of [200, 201, 402, 500]) {
      const body = streaming(['{"id":"ac_1"'], (controller) => controller.error(new Error(`reset by ${CANARY}`)));
      const sent = await sentBy(answering(body, { status }));
      expect(sent).toMatchObject({ type: 'lost', error: { code: 'provider_unavailable', httpStatus: status } });
    }
  });
});

describe('a deadline', () => {
  it('covers the body', async () => {
    const clock = manualTime();
    const deadline = startDeadline(clock, 60_000, undefined);
    const body = streaming(['{"id":'], () => setImmediate(() => clock.pass(60_000)));
    const sent = await sentBy(answering(body, { status: 201 }), { runtime: clock }, deadline.signal);
    expect(sent).toMatchObject({ type: 'lost', error: { code: 'provider_unavailable', httpStatus: 201 } });
    expect(sent.type === 'lost' && sent.error.message).toContain('no answer within 60000 ms');
  });

  it('covers the headers, also where a fetch does not obey its signal', async () => {
    const clock = manualTime();
    const deadline = startDeadline(clock, 60_000, undefined);
    const deaf: typeof globalThis.fetch = () => {
      setImmediate(() => clock.pass(60_000));
      return new Promise(() => undefined);
    };
    expect(await sentBy(deaf, { runtime: clock }, deadline.signal)).toMatchObject({
      type: 'lost',
      error: { code: 'provider_unavailable' },
    });
  });

  /** What was said to a signal is heard in the next turn. */
  const heard = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(resolve);
    });

  it('is met to the millisecond, and told by its own reason', async () => {
    const clock = manualTime();
    const deadline = startDeadline(clock, 60_000, undefined);
    expect(deadline.endsAt).toBe(NINE + 60_000);
    clock.pass(59_999);
    await heard();
    expect(deadline.signal.aborted).toBe(false);
    clock.pass(1);
    await heard();
    expect(deadline.signal.reason).toBeInstanceOf(DeadlineExceeded);
  });

  it('within a deadline keeps the reason of the outer one', async () => {
    const clock = manualTime();
    const outer = startDeadline(clock, 40_000, undefined);
    const inner = startDeadline(clock, 60_000, outer.signal);
    clock.pass(40_000);
    await heard();
    expect(inner.signal.reason).toBeInstanceOf(DeadlineExceeded);
    expect(inner.signal.reason).toMatchObject({ timeoutMs: 40_000 });
  });

  it.each([
    ['aborted before', true],
    ['aborted later', false],
  ])("the caller's reason is not repeated: %s", (_, before) => {
    const caller = new AbortController();
    if (before) caller.abort(new Error(CANARY));
    const deadline = startDeadline(manualTime(), 60_000, caller.signal);
    if (!before) caller.abort(new Error(CANARY));
    expect(deadline.signal.reason).toBeInstanceOf(CallerAborted);
    expect(inspect(deadline.signal.reason)).not.toContain(CANARY);
  });

  it('is ended before its time by whoever holds it, for the reason they give', () => {
    const clock = manualTime();
    const deadline = startDeadline(clock, 60_000, undefined);
    const reason = new CallerAborted('somebody else resolved it');
    deadline.abort(reason);
    clock.pass(60_000);
    expect(deadline.signal.reason).toBe(reason);
  });

  it('that is over before the request sends nothing, and asks no fetch', async () => {
    let asked = 0;
    const fetch: typeof globalThis.fetch = async () => {
      asked += 1;
      return new Response('{}');
    };
    expect(await sentBy(fetch, {}, AbortSignal.abort(new DeadlineExceeded(1)))).toMatchObject({ type: 'not_sent', tooLate: false });
    expect(asked).toBe(0);
  });

  it('ended leaves no timer and hears nobody', () => {
    const clock = manualTime();
    const caller = new AbortController();
    const deadline = startDeadline(clock, 60_000, caller.signal);
    deadline.end();
    caller.abort();
    clock.pass(120_000);
    expect([deadline.signal.aborted, clock.waiting]).toEqual([false, 0]);
  });
});

describe('evidence, over a real socket', () => {
  async function serving(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const over = (baseUrl: string): Partial<HttpSettings> => ({
    runtime: systemRuntime,
    endpoint: { baseUrl, headers: {}, credentials: { authorization: `Bearer ${CANARY}` } },
  });

  it('answered', async () => {
    const url = await serving((_, response) => response.end('{"ok":true}'));
    expect(await sentBy(undefined, over(url))).toMatchObject({ type: 'answered', answer: { json: { ok: true } } });
  });

  it('nobody listens: not sent', async () => {
    const url = await serving(() => undefined);
    const port = Number(new URL(url).port);
    const refusing = `http://127.0.0.2:${port}`; // The same port, where nobody listens.
    expect(await sentBy(undefined, over(refusing))).toMatchObject({
      type: 'not_sent',
      tooLate: false,
      error: { code: 'provider_unavailable' },
    });
  });

  it('reset after the request: lost', async () => {
    const url = await serving((request) => request.socket.resetAndDestroy());
    expect(await sentBy(undefined, over(url))).toMatchObject({ type: 'lost' });
  });

  it('the time to send was over: not sent, too late, and the server saw nothing', async () => {
    let seen = 0;
    const url = await serving((_, response) => {
      seen += 1;
      response.end();
    });
    const send = createSend(settingsOf(undefined, over(url)));
    expect(await send(CREATE, { signal: never(), notAfter: 0, resend: 0 })).toMatchObject({ type: 'not_sent', tooLate: true });
    expect(seen).toBe(0);
  });
});

describe('what is never said', () => {
  const failing: readonly (readonly [string, HttpSettings['fetch'], AbortSignal])[] = [
    [
      'a fetch whose error holds the request',
      async (input, init) => {
        throw Object.assign(new TypeError(`fetch failed for Bearer ${CANARY}`), {
          request: new Request(input, init),
          init,
          cause: new Error(CANARY),
        });
      },
      never(),
    ],
    [
      'a fetch that throws the init itself',
      async (_, init) => {
        throw init;
      },
      never(),
    ],
    [
      'a fetch that throws the credential as a code',
      async () => {
        throw Object.assign(new Error('x'), { code: CANARY });
      },
      never(),
    ],
    ['a caller that aborts with it', answering('{}'), AbortSignal.abort(new Error(CANARY))],
    ['a body that breaks with it', answering(streaming([CANARY], (controller) => controller.error(new Error(CANARY)))), never()],
    ['an answer too large, full of it', answering(CANARY.repeat(200)), never()],
  ];

  it.each(failing)('%s: not even hidden members hold the credential or the body', async (_, fetch, signal) => {
    const sent = await sentBy(fetch, {}, signal);
    if (sent.type === 'answered') throw new Error('it should have failed');
    expect(sent.error).toBeInstanceOf(PayoutError);
    const everything = inspect(sent.error, { showHidden: true, depth: 12 }) + JSON.stringify(sent.error) + String(sent.error.stack);
    expect(everything).not.toContain(CANARY);
    expect(everything).not.toContain('000123456789');
    expect(sent.error.cause).toBeUndefined();
  });

  it('telemetry knows the path without its values, and neither key nor body', async () => {
    const events: EventBody[] = [];
    await sentBy(answering('{}', { headers: { 'request-id': 'r-1' } }), { telemetry: (event) => events.push(event) });
    expect(events).toEqual([
      {
        type: 'exchange',
        method: 'POST',
        baseUrl: 'https://acme.test/base',
        path: '/payouts?a=',
        evidence: 'answered',
        status: 200,
        failure: null,
        resend: 0,
        startedAt: NINE,
        durationMs: 0,
        requestId: 'r-1',
      },
    ]);
  });
});
