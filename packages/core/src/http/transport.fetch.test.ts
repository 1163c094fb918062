// What a `fetch` can prove: nothing, whosever it is.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { attempt, turn } from '../__fixtures__/attempt.ts';
import { exchangeOf, hangingPort, loopback, refusingPort, requestTo, resettingPort, SECRET } from '../__fixtures__/loopback.ts';
import { HALF, here, OK, ours } from '../__fixtures__/played.ts';
import { transport, transportOver } from './transport.fetch.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const ENDINGS: readonly (readonly [name: string, code: string, origin: () => Promise<string>])[] = [
  ['DNS failure', 'ENOTFOUND', async () => `http://${'a'.repeat(64)}.invalid`],
  ['refused', 'ECONNREFUSED', async () => `http://127.0.0.1:${await refusingPort()}`],
  ['TLS, self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT', async () => (await loopback({}, { tls: here })).origin],
  [
    'TLS, reset in the handshake',
    'ECONNRESET',
    async () => `https://127.0.0.1:${(await loopback({ onBytes: (socket) => socket.resetAndDestroy() })).port}`,
  ],
  ['reset after the request', 'ECONNRESET', async () => (await loopback({ onRequest: (socket) => socket.resetAndDestroy() })).origin],
  ['FIN after the request', 'UND_ERR_SOCKET', async () => (await loopback({ onRequest: (socket) => socket.end() })).origin],
];

describe.each([
  ['the runtime’s own fetch', transport],
  ['an application’s fetch', transportOver(fetch)],
] as const)('%s', (_name, over) => {
  it.each(ENDINGS)('%s', async (_case, code, origin) => {
    const exchange = exchangeOf();
    const outcome = await attempt(over, ours(await origin()), exchange);
    expect(outcome).toMatchObject({ code });
    expect(Object.keys(outcome)).toEqual(['code']);
    expect(exchange.evidence).toBe('maybe_sent');
  });

  it('reset on accept', async () => {
    const { port, standStill } = await resettingPort();
    const exchange = exchangeOf();
    const outcome = attempt(over, ours(`http://127.0.0.1:${port}`), exchange);
    await turn();
    standStill();
    expect(await outcome).toMatchObject({ code: 'ECONNRESET' });
    expect(exchange.evidence).toBe('maybe_sent');
  });

  it('is maybe sent while it connects, for a deadline', async () => {
    const controller = new AbortController();
    const port = await hangingPort();
    const exchange = exchangeOf();
    const outcome = attempt(over, ours(`http://127.0.0.1:${port}`, { signal: controller.signal }), exchange);
    await turn();
    controller.abort(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }));
    expect(await outcome).toMatchObject({ code: 'ABORT_ERR' });
    expect(exchange.moves).toEqual(['not_sent', 'maybe_sent']);
  });
});

/** What undici calls an agent: everything else of it may be anybody's. */
interface Agent {
  dispatch(...request: unknown[]): boolean;
}

/** A method of an agent that has sent before the attempt whose error is told, as `interceptors.retry` does: the test counts it. */
const resending = (agent: Agent): Agent['dispatch'] => {
  return (...request) => {
    sentBefore += 1;
    return agent.dispatch(...request);
  };
};
let sentBefore = 0;

/** How a program can come by such an agent that looks like the runtime's own: a name, a prototype, a method tell nothing. */
const DISGUISES: readonly (readonly [how: string, of: (agent: Agent) => { readonly put: Agent; restore?(): void }])[] = [
  ['an own method', (agent) => ({ put: Object.assign(Object.create(agent) as Agent, { dispatch: resending(agent) }) })],
  [
    'a Proxy, as undici’s compose() makes it',
    (agent) => ({ put: new Proxy(agent, { get: (of, name) => (name === 'dispatch' ? resending(agent) : Reflect.get(of, name)) }) }),
  ],
  [
    'a subclass of the same name',
    (agent) => {
      const dispatch = resending(agent);
      const Named = { Agent: class {} }.Agent;
      Object.assign(Named.prototype, { dispatch });
      return { put: Object.create(Named.prototype) as Agent };
    },
  ],
  [
    'the method of its own prototype, exchanged',
    (agent) => {
      const whose = prototypeWith(agent, 'dispatch');
      const original = Reflect.get(whose, 'dispatch') as Agent['dispatch'];
      const exchanged = function dispatch(this: Agent, ...request: unknown[]): boolean {
        if (this === agent) sentBefore += 1; // Its pools and clients inherit it, too.
        return original.apply(this, request);
      };
      Reflect.set(whose, 'dispatch', exchanged);
      return { put: agent, restore: () => void Reflect.set(whose, 'dispatch', original) };
    },
  ],
];

function prototypeWith(of: object, name: string): object {
  const above: object = Object.getPrototypeOf(of) as object;
  return Object.hasOwn(above, name) ? above : prototypeWith(above, name);
}

it.each(DISGUISES)('the runtime’s fetch over an agent that may have sent before proves nothing: %s', async (_how, of) => {
  const url = `http://127.0.0.1:${await refusingPort()}`;
  await attempt(transport, ours(url), exchangeOf()); // The runtime makes its own agent at the first call.
  const key = Symbol.for('undici.globalDispatcher.1');
  const original = Reflect.get(globalThis, key) as Agent;
  const { put, restore } = of(original);
  Reflect.set(globalThis, key, put);
  sentBefore = 0;
  const exchange = exchangeOf();
  const outcome = await attempt(transport, ours(url), exchange);
  Reflect.set(globalThis, key, original);
  restore?.();
  expect([outcome, sentBefore, exchange.evidence]).toMatchObject([{ code: 'ECONNREFUSED' }, 1, 'maybe_sent']);
});

it.each<readonly [string, (original: typeof fetch) => typeof fetch]>([
  ['wrapped', (original) => (url, init) => original(url, init)],
  ['bound', (original) => original.bind(globalThis)],
  ['behind a Proxy', (original) => new Proxy(original, {})],
])('a global fetch that was %s proves nothing: it may have retried', async (_how, replaced) => {
  const url = `http://127.0.0.1:${await refusingPort()}`;
  vi.stubGlobal('fetch', replaced(fetch));
  const exchange = exchangeOf();
  expect(await attempt(transport, ours(url), exchange)).toMatchObject({ code: 'ECONNREFUSED' });
  expect(exchange.evidence).toBe('maybe_sent');
});

describe('the call', () => {
  it('carries plain values, the exact body and no following of redirects', async () => {
    const calls: unknown[] = [];
    const over = transportOver((...call) => {
      calls.push(call);
      return Promise.resolve(new Response(null, { status: 302, headers: { location: 'https://elsewhere.test/' } }));
    });
    const request = requestTo('https://api.example.test/v1/payouts');
    expect(await over(request, exchangeOf())).toMatchObject({ status: 302, text: '', end: 'complete' });
    const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };
    const { signal } = request;
    expect(calls).toEqual([
      ['https://api.example.test/v1/payouts', { method: 'POST', headers, body: '{"amount":"10.50"}', redirect: 'manual', signal }],
    ]);
  });

  it.each([
    ['past notAfter', 1_001, 'TooLateToSend', 'not_sent', 0],
    ['at notAfter', 1_000, undefined, 'answered', 1],
    ['on a broken clock', Number.NaN, 'TooLateToSend', 'not_sent', 0],
  ])('%s', async (_name, now, name, evidence, calls) => {
    const own = vi.fn<typeof fetch>(() => Promise.resolve(new Response('{}')));
    const exchange = exchangeOf({ notAfter: 1_000, now: () => now });
    const outcome = await attempt(transportOver(own), requestTo('https://api.example.test/'), exchange);
    expect([outcome instanceof Error ? outcome.name : undefined, exchange.evidence, own.mock.calls.length]).toEqual([
      name,
      evidence,
      calls,
    ]);
  });

  it('is made in the tick that checks the time', async () => {
    const order: string[] = [];
    const over = transportOver(() => {
      order.push('called');
      return Promise.resolve(new Response('{}'));
    });
    const now = (): number => {
      order.push('checked');
      queueMicrotask(() => order.push('a moment later'));
      return 0;
    };
    await over(requestTo('https://api.example.test/'), exchangeOf({ notAfter: 1, now }));
    expect(order.slice(0, 2)).toEqual(['checked', 'called']);
  });

  it.each<readonly [string, typeof fetch]>([
    [
      'rejects with Node’s own words',
      () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) })),
    ],
    [
      'throws',
      () => {
        throw Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED' });
      },
    ],
    ['rejects with our own class', () => Promise.reject(Object.assign(new Error('late'), { name: 'TooLateToSend', code: 'ECONNREFUSED' }))],
  ])('of an application that %s is maybe sent', async (_name, own) => {
    const exchange = exchangeOf();
    expect(await attempt(transportOver(own), requestTo('https://api.example.test/'), exchange)).toMatchObject({ code: 'ECONNREFUSED' });
    expect(exchange.evidence).toBe('maybe_sent');
  });

  it.each([
    ['an Error that repeats the token', new Error(`cannot send Authorization: Bearer ${SECRET}`)],
    ['an Error with the request', Object.assign(new Error('failed'), { request: { headers: SECRET }, cause: new Error(SECRET) })],
    ['a string', `failed with ${SECRET}`],
    ['undefined', undefined],
  ])('keeps the credentials out of what is thrown: %s', async (_name, thrown) => {
    const outcome = await attempt(
      transportOver(() => Promise.reject(thrown)),
      requestTo('https://api.example.test/'),
      exchangeOf(),
    );
    const { inspect } = await import('node:util');
    expect(outcome).toBeInstanceOf(Error);
    expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });
});

describe('the signal', () => {
  it('aborts before the call', async () => {
    const own = vi.fn<typeof fetch>(fetch);
    const exchange = exchangeOf();
    const request = requestTo('https://api.example.test/', { signal: AbortSignal.abort() });
    expect(await attempt(transportOver(own), request, exchange)).toMatchObject({ code: 'ABORT_ERR' });
    expect([exchange.evidence, own.mock.calls.length]).toEqual(['not_sent', 0]);
  });

  it('ends a call whose fetch does not listen, and lets go of the late answer', async () => {
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<Response>();
    const canceled = Promise.withResolvers<string>();
    const exchange = exchangeOf();
    const request = requestTo('https://api.example.test/', { signal: controller.signal });
    const outcome = attempt(
      transportOver(() => promise),
      request,
      exchange,
    );
    controller.abort();
    expect(await outcome).toMatchObject({ code: 'ABORT_ERR' });
    resolve(new Response(new ReadableStream({ cancel: () => canceled.resolve('canceled') })));
    expect(await canceled.promise).toBe('canceled');
    expect(exchange.moves).toEqual(['not_sent', 'maybe_sent']);
  });

  it('ends a body that does not listen', async () => {
    const controller = new AbortController();
    let canceled = 0;
    const stream = new ReadableStream<Uint8Array>({
      start: (source) => source.enqueue(new TextEncoder().encode('{"id":')),
      cancel: () => {
        canceled++;
        return new Promise(() => {}); // a source that never lets go must not hold us
      },
    });
    const exchange = exchangeOf({}, (to) => to === 'answered' && setImmediate(() => controller.abort()));
    const request = requestTo('https://api.example.test/', { signal: controller.signal });
    const answer = await transportOver(() => Promise.resolve(new Response(stream)))(request, exchange);
    expect([answer.end, answer.text, canceled]).toEqual(['cut', '{"id":', 1]);
  });
});

describe('the body', () => {
  it('is cut where the connection breaks', async () => {
    const server = await loopback({ onRequest: (socket) => socket.end(HALF) });
    const exchange = exchangeOf();
    expect(await transport(ours(server.origin), exchange)).toMatchObject({ status: 200, end: 'cut' });
    expect(exchange.evidence).toBe('answered');
  });

  it('is canceled once it is too large, and the source asked no further', async () => {
    let pulled = 0;
    let canceled = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull: (source) => {
          pulled++;
          source.enqueue(new Uint8Array(1_000).fill(0x78));
        },
        cancel: () => {
          canceled++;
        },
      },
      { highWaterMark: 0 },
    );
    const over = transportOver(() => Promise.resolve(new Response(stream)));
    const answer = await over(requestTo('https://api.example.test/'), exchangeOf({ maxResponseBytes: 2_500 }));
    expect([answer.end, answer.text.length, pulled, canceled]).toEqual(['too_large', 2_500, 3, 1]);
  });

  it('of empty chunks for ever lets the deadline come, and keeps nothing', async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 20);
    let chunks = 0;
    const stream = new ReadableStream<Uint8Array>({
      // The end only lets a test that fails end.
      pull: (source) => (++chunks > 300_000 ? source.close() : source.enqueue(new Uint8Array(0))),
    });
    const request = requestTo('https://api.example.test/', { signal: controller.signal });
    const answer = await transportOver(() => Promise.resolve(new Response(stream)))(request, exchangeOf());
    clearTimeout(timer);
    expect([answer.end, answer.text]).toEqual(['cut', '']);
  });

  it('is one answer per request on a kept connection', async () => {
    const server = await loopback({ onRequest: (socket) => socket.write(OK) });
    for (let i = 0; i < 5; i++) expect(await transport(ours(server.origin), exchangeOf())).toMatchObject({ status: 201, text: '{}' });
    expect(server.requests).toHaveLength(5);
  });
});

it.each([{ status: 200, body: null }, { status: 200, body: null, headers: {} }, {}, null, undefined, 'text'])(
  'an application’s fetch that answers %j has answered nothing, and may have sent',
  async (answer) => {
    const exchange = exchangeOf();
    const over = transportOver((async () => answer) as never);
    expect(Object.keys(await attempt(over, ours('http://127.0.0.1:1'), exchange))).toEqual(['code']);
    expect(exchange.evidence).toBe('maybe_sent');
  },
);

describe('what a platform could keep', () => {
  const read = (): Request => requestTo('https://api.example.test/v1/payouts/po_1', { method: 'GET' });
  /** A `fetch` that notes the options it was called with, and does what a platform does with them. */
  const platform = (
    meets: (init: RequestInit) => Response | Error,
  ): { readonly own: typeof fetch; readonly caches: (string | undefined)[] } => {
    const caches: (string | undefined)[] = [];
    const own: typeof fetch = async (_url, init = {}) => {
      caches.push(init.cache);
      const met = meets(init);
      if (met instanceof Error) throw met;
      return met;
    };
    return { own, caches };
  };
  const ok = (): Response => new Response('{}');

  it('a read asks for what is true now', async () => {
    const { own, caches } = platform(ok);
    await transportOver(own)(read(), exchangeOf({ body: null }));
    expect(caches).toEqual(['no-store']);
  });

  it.each(['POST', 'DELETE'])('a %s is kept by nobody, and carries no option that could be refused', async (method) => {
    const calls: RequestInit[] = [];
    const own: typeof fetch = async (_url, init = {}) => (calls.push(init), ok());
    await transportOver(own)(requestTo('https://api.example.test/', { method }), exchangeOf());
    expect(calls.map((init) => Object.hasOwn(init, 'cache'))).toEqual([false]);
  });

  it.each([
    ['Workers before 2024-11-11', "The 'cache' field on 'RequestInitializerDict' is not implemented."],
    ['Workers that know other modes', 'Unsupported cache mode: no-store'],
  ])('where it is refused, a read goes without, and the next ones at once: %s', async (_, message) => {
    const { own, caches } = platform((init) => (init.cache === undefined ? ok() : new Error(message)));
    const over = transportOver(own);
    const exchange = exchangeOf({ body: null });
    expect(await over(read(), exchange)).toMatchObject({ status: 200, end: 'complete' });
    expect(exchange.moves).toEqual(['not_sent', 'maybe_sent', 'answered']);
    await over(read(), exchangeOf({ body: null }));
    expect(caches).toEqual(['no-store', undefined, undefined]);
  });

  it('where it is thrown at once, too', async () => {
    const own = vi.fn<typeof fetch>((_url, init = {}) => {
      if (init.cache !== undefined) throw new Error("The 'cache' field on 'RequestInitializerDict' is not implemented.");
      return Promise.resolve(ok());
    });
    expect(await transportOver(own)(read(), exchangeOf({ body: null }))).toMatchObject({ status: 200 });
    expect(own).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['another failure', 'fetch failed'],
    [
      'a page that was to be made once and for all',
      "Dynamic server usage: Page couldn't be rendered statically because it used no-store fetch",
    ],
  ])('%s is no refusal of it: nothing is asked twice', async (_, message) => {
    const { own, caches } = platform(() => new Error(message));
    expect(await attempt(transportOver(own), read(), exchangeOf({ body: null }))).toBeInstanceOf(Error);
    expect(caches).toEqual(['no-store']);
  });

  it('a create is never sent twice, whatever is said of a cache', async () => {
    const { own, caches } = platform(() => new Error("The 'cache' field on 'RequestInitializerDict' is not implemented."));
    const exchange = exchangeOf();
    expect(await attempt(transportOver(own), requestTo('https://api.example.test/'), exchange)).toBeInstanceOf(Error);
    expect([caches, exchange.evidence]).toEqual([[undefined], 'maybe_sent']);
  });
});
