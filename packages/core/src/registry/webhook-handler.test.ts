// DESIGN section 6: one Fetch handler. Handled once, marked after it was handled, and never lost.
import { describe, expect, it, vi } from 'vitest';
import { turn } from '../__fixtures__/attempt.ts';
import { acmeEvent, acmePayout, delivery, hookedAcme, request, sign } from '../__fixtures__/acme-delivery.ts';
import { ACME_TOKEN, acmeBank } from '../__tests__/acme-bank.ts';
import { createAcme } from '../__tests__/acme.ts';
import {
  memorySeenEvents,
  memorySubmissions,
  type PayoutEvent,
  type SeenEvents,
  webhookHandler,
  type WebhookHandlerOptions,
} from '../index.ts';

function endpoint(options: Partial<WebhookHandlerOptions> = {}) {
  const events: PayoutEvent[] = [];
  const errors: unknown[] = [];
  const { acme, told } = hookedAcme();
  const handle = webhookHandler({
    provider: acme,
    onEvent: (event) => void events.push(event),
    onError: (error) => void errors.push(error),
    ...options,
  });
  return { handle: async (sent: Request) => (await handle(sent)).status, raw: handle, events, errors, told };
}

describe('what is answered', () => {
  it('200 for an event that was handled, with nothing in the body', async () => {
    const { raw, events } = endpoint();
    const response = await raw(request());
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(events).toMatchObject([{ id: 'evt_1', payout: { status: 'paid' } }]);
  });

  it('200 for what is signed and no event of ours: the provider must not send it again', async () => {
    const { handle, events } = endpoint();
    expect(await handle(request(delivery('{"id":"other"}')))).toBe(200);
    expect(events).toEqual([]);
  });

  it.each([['GET'], ['HEAD'], ['PUT'], ['DELETE']])('405 for %s', async (method) => {
    const response = await endpoint().raw(new Request('http://127.0.0.1/', { method }));
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each<[string, Request]>([
    ['another secret', request(delivery(acmeEvent(), 'other'))],
    ['no signature', request({ headers: {}, body: acmeEvent() })],
    ['no body', new Request('http://127.0.0.1/', { method: 'POST' })],
    [
      'a body that breaks off',
      request(delivery(), { body: new ReadableStream({ pull: (stream) => stream.error(new Error('reset')) }), duplex: 'half' }),
    ],
  ])('400 for %s, with nothing in the body', async (_, sent) => {
    const { raw, events, errors } = endpoint();
    const response = await raw(sent);
    expect([response.status, await response.text()]).toEqual([400, '']);
    expect([events, errors]).toMatchObject([[], [{ code: 'webhook_refused' }]]);
  });

  it('500 when the secrets are missing: a delivery that comes again can be taken', async () => {
    const { handle, errors } = endpoint({ provider: hookedAcme({ webhookSecrets: undefined }).acme });
    expect(await handle(request())).toBe(500);
    expect(errors).toMatchObject([{ code: 'invalid_settings' }]);
  });
});

it('500 when somebody read the body first: that is our trouble, and a delivery that comes again can be taken', async () => {
  const { handle, errors } = endpoint();
  const sent = request();
  await sent.text();
  expect([await handle(sent), errors]).toMatchObject([500, [{ code: 'invalid_request' }]]);
});

it('400 for a body that does not come within the deadline, and it is read no further', async () => {
  const cancel = vi.fn<() => void>();
  const { acme } = hookedAcme({ runtime: { sleep: async () => undefined } });
  const { handle, errors } = endpoint({ provider: acme });
  const slow = new ReadableStream<Uint8Array>({ cancel });
  expect([await handle(request(delivery(), { body: slow, duplex: 'half' })), errors]).toMatchObject([400, [{ code: 'webhook_refused' }]]);
  expect(cancel).toHaveBeenCalledOnce();
});

describe('413', () => {
  it('is told from the length alone: nothing is read', async () => {
    const pull = vi.fn<() => void>();
    const sent = request(delivery(), {
      body: new ReadableStream({ pull }, { highWaterMark: 0 }),
      duplex: 'half',
      headers: { 'content-length': '101' },
    });
    const { handle, errors } = endpoint({ maxBodyBytes: 100 });
    expect([await handle(sent), errors]).toMatchObject([413, [{ code: 'webhook_refused' }]]);
    expect(pull).not.toHaveBeenCalled();
  });

  it('is told while reading: a body without a length is not read to its end', async () => {
    let sent = 0;
    let canceled = false;
    const long = new ReadableStream<Uint8Array>(
      {
        pull: (stream) => {
          sent += 50;
          if (sent > 5000) stream.close();
          else stream.enqueue(new Uint8Array(50));
        },
        cancel: () => {
          canceled = true;
        },
      },
      { highWaterMark: 0 },
    );
    expect(await endpoint({ maxBodyBytes: 100 }).handle(request(delivery(), { body: long, duplex: 'half' }))).toBe(413);
    expect([sent, canceled]).toEqual([150, true]);
  });

  it('a body of exactly the limit is taken, in however many pieces', async () => {
    const { headers, body } = delivery();
    const pieces = new TextEncoder().encode(body);
    const stream = new ReadableStream<Uint8Array>({
      start: (to) => {
        for (const byte of pieces) to.enqueue(Uint8Array.of(byte));
        to.close();
      },
    });
    const sent = request({ headers, body }, { body: stream, duplex: 'half' });
    expect(await endpoint({ maxBodyBytes: pieces.length }).handle(sent)).toBe(200);
  });

  it.each([0, -1, 1.5, Number.NaN, '5' as never])('a limit that is none is refused: %s', (maxBodyBytes) => {
    expect(() => endpoint({ maxBodyBytes })).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
  });
});

it.each([
  ['onTelemetry', () => undefined],
  ['maxBodybytes', 1024],
  ['constructor', undefined],
])('%s is no option of it: refused before anything is served, with those there are', (name, value) => {
  const options = { [name]: value } as Partial<WebhookHandlerOptions>;
  expect(() => endpoint(options)).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      provider: 'acme',
      issues: [{ path: name, message: 'is not known here; known are provider, onEvent, seen, refetch, maxBodyBytes, onError' }],
    }),
  );
});

describe('an event is handled once', () => {
  it('however often it is delivered', async () => {
    const { handle, events } = endpoint();
    for (let index = 0; index < 5; index += 1) expect(await handle(request())).toBe(200);
    expect(events).toHaveLength(1);
  });

  it('by its id alone: two events of one payout are two, also when they say the same', async () => {
    const { handle, events } = endpoint();
    for (const id of ['evt_1', 'evt_2']) await handle(request(delivery(acmeEvent(id))));
    expect(events).toHaveLength(2);
  });

  it('when deliveries come at once, and all wait for its end', async () => {
    let end = (): void => undefined;
    const onEvent = vi.fn<() => Promise<void>>(() => new Promise<void>((resolve) => (end = resolve)));
    const { handle } = endpoint({ onEvent });
    const answers = Array.from({ length: 5 }, () => handle(request()));
    let answered = 0;
    for (const answer of answers) void answer.then(() => (answered += 1)).catch(() => undefined);
    await vi.waitUntil(() => onEvent.mock.calls.length === 1);
    expect(answered).toBe(0);
    end();
    expect(await Promise.all(answers)).toEqual([200, 200, 200, 200, 200]);
    expect(onEvent).toHaveBeenCalledTimes(1);
  });

  it('under the name of its provider: one memory may serve several', async () => {
    const seen = memorySeenEvents();
    const [us, eu] = ['us', 'eu'].map((name) => endpoint({ provider: hookedAcme({ name }).acme, seen }));
    await us?.handle(request());
    await eu?.handle(request());
    expect([us?.events.length, eu?.events.length]).toEqual([1, 1]);
  });
});

describe('an event is never lost', () => {
  it('when onEvent throws: 500, not marked, and handled when it comes again', async () => {
    const marked: string[] = [];
    const seen: SeenEvents = { has: (key) => marked.includes(key), add: (key) => void marked.push(key) };
    const failure = new Error('the database is down');
    const onEvent = vi
      .fn<() => Promise<void>>()
      .mockRejectedValueOnce(failure)
      .mockImplementationOnce(() => {
        throw failure;
      })
      .mockResolvedValue(undefined);
    const { handle, errors } = endpoint({ onEvent, seen });
    expect([await handle(request()), marked]).toEqual([500, []]);
    expect([await handle(request()), marked]).toEqual([500, []]);
    expect([await handle(request()), marked]).toEqual([200, ['acme evt_1']]);
    expect([await handle(request()), onEvent.mock.calls.length]).toEqual([200, 3]);
    expect(errors).toEqual([failure, failure]);
  });

  it('when onEvent throws while others wait: all of them are told', async () => {
    let fail: (reason: Error) => void = () => undefined;
    const onEvent = vi.fn<() => Promise<void>>().mockResolvedValue(undefined);
    onEvent.mockImplementationOnce(() => new Promise((_, reject) => (fail = reject)));
    const { handle } = endpoint({ onEvent });
    const answers = [handle(request()), handle(request())];
    await vi.waitUntil(() => onEvent.mock.calls.length === 1);
    for (let index = 0; index < 20; index += 1) await turn(); // Both were read and verified by then.
    fail(new Error('down'));
    expect(await Promise.all(answers)).toEqual([500, 500]);
    expect(await handle(request())).toBe(200);
    expect(onEvent).toHaveBeenCalledTimes(2);
  });

  it('when the memory cannot be asked: 500, and onEvent is not called', async () => {
    const seen: SeenEvents = { has: () => Promise.reject(new Error('no connection')), add: () => undefined };
    const { handle, events } = endpoint({ seen });
    expect([await handle(request()), events]).toEqual([500, []]);
  });

  it('when it was handled and cannot be marked: 200, and said', async () => {
    const seen: SeenEvents = { has: () => false, add: () => Promise.reject(new Error('no connection')) };
    const { handle, events, errors, told } = endpoint({ seen });
    expect([await handle(request()), events.length]).toEqual([200, 1]);
    expect(errors).toMatchObject([{ message: 'no connection' }]);
    expect(told).toMatchObject([
      { type: 'diagnostic', provider: 'acme', code: 'webhook_unhandled', message: expect.stringContaining('ac_1') },
    ]);
  });

  it('by an onError that throws', async () => {
    const onError = vi.fn<() => void>(() => {
      throw new Error('broken listener');
    });
    const { handle } = endpoint({ onError, onEvent: () => Promise.reject(new Error('down')) });
    expect(await handle(request())).toBe(500);
    expect(onError).toHaveBeenCalledTimes(1);
  });
});

describe('refetch', () => {
  async function world() {
    const bank = acmeBank();
    const acme = createAcme({ token: ACME_TOKEN, webhookSecrets: ['s'], fetch: bank.fetch, submissions: memorySubmissions() });
    await acme.createPayout({ reference: 'r', money: { amount: '10.50', currency: 'EUR' } });
    const body = (status: string | null) => acmeEvent('evt_1', status === null ? null : acmePayout(status));
    const sent = (status: string | null) => request({ headers: { 'acme-signature': sign(body(status), 's') }, body: body(status) });
    return { bank, acme, sent };
  }

  it.each([['in_transit'], [null]])('hands over the payout of now, whatever the event carries: %s', async (status) => {
    const { bank, acme, sent } = await world();
    Object.assign(bank.payouts[0] ?? {}, { status: 'paid' });
    const { handle, events } = endpoint({ provider: acme, refetch: true });
    expect(await handle(sent(status))).toBe(200);
    expect(events).toMatchObject([{ id: 'evt_1', payout: { id: 'ac_1', status: 'paid' } }]);
  });

  it('reads nothing for an event that was handled before, nor without it', async () => {
    const { bank, acme, sent } = await world();
    const { handle } = endpoint({ provider: acme, refetch: true });
    await handle(sent('paid'));
    const before = bank.requests.length;
    await handle(sent('paid'));
    const { handle: plain, events } = endpoint({ provider: acme });
    await plain(sent(null));
    expect(bank.requests).toHaveLength(before);
    expect(events).toMatchObject([{ payout: null, payoutId: 'ac_1' }]);
  });

  it('that fails is 500, so that the event comes again', async () => {
    const { bank, acme, sent } = await world();
    const { handle, events, errors } = endpoint({ provider: acme, refetch: true });
    bank.next({ status: 401 });
    expect(await handle(sent('paid'))).toBe(500);
    expect([events, errors]).toMatchObject([[], [{ code: 'authentication' }]]);
    expect(await handle(sent('paid'))).toBe(200);
    expect(events).toHaveLength(1);
  });
});

describe('what is no Fetch Request is told to the program, never to the sender', () => {
  const emitter = { rawHeaders: [], httpVersion: '1.1', method: 'POST', headers: {}, on: () => undefined };
  it.each<[string, unknown, string]>([
    ["node:http's request", emitter, 'IncomingMessage'],
    ["Hono's c.req", { raw: request(), method: 'POST', param: () => '', header: () => '', arrayBuffer: () => null }, 'c.req.raw'],
    ["Hono's context", { req: { raw: request() }, env: {}, var: {} }, 'c.req.raw'],
    ["a Lambda's event", { httpMethod: 'POST', headers: {}, body: '{}', isBase64Encoded: false }, 'provider.parseWebhook(event)'],
    ["a Lambda's event of a function URL", { requestContext: {}, headers: {}, body: '{}' }, 'provider.parseWebhook(event)'],
    ['headers and a body', { ...delivery() }, 'parseWebhook({ headers, body })'],
    [
      'a Request whose body is a stream of another kind',
      { method: 'POST', headers: new Headers(), body: { pipe: () => null } },
      'an object',
    ],
    ['nothing', undefined, 'nothing'],
    ['null', null, 'null'],
    ['a text', '{}', 'a string'],
    ['what throws', { get method(): string { throw new Error('no'); } }, 'throws'], // prettier-ignore
  ])('%s', async (_, given, named) => {
    const { raw, errors, events, told } = endpoint();
    const response = await raw(given as Request);
    expect([response.status, await response.text(), events]).toEqual([500, '', []]);
    const said = { code: 'invalid_request', message: expect.stringMatching(/takes a Fetch Request, and was given /) };
    expect([errors, told]).toMatchObject([[said], [said]]);
    expect(told[0]?.message).toContain(named);
  });

  it('a body that somebody else has begun to read', async () => {
    const { handle, errors } = endpoint();
    const sent = request();
    sent.body?.getReader();
    expect([await handle(sent), errors]).toMatchObject([500, [{ code: 'invalid_request' }]]);
  });
});

it('an async onError that rejects ends no process, and changes no answer', async () => {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', hear);
  try {
    const { handle } = endpoint({ onError: (() => Promise.reject(new Error('the log sink is down'))) as () => never });
    expect(await handle(request({ headers: {}, body: acmeEvent() }))).toBe(400);
    await turn();
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', hear);
  }
});

it.each<[string, unknown, readonly string[]]>([
  ['no options', undefined, ['provider', 'onEvent']],
  ['no provider', { onEvent: () => undefined }, ['provider']],
  ['no onEvent', { provider: hookedAcme().acme }, ['onEvent']],
  [
    'what is no listener, no store and no answer',
    { provider: hookedAcme().acme, onEvent: 1, onError: 1, seen: {}, refetch: 'no' },
    ['onEvent', 'onError', 'refetch', 'seen'],
  ],
])('%s is refused before anything is served', (_, options, paths) => {
  expect(() => webhookHandler(options as WebhookHandlerOptions)).toThrow(
    expect.objectContaining({ code: 'invalid_request', issues: paths.map((path) => expect.objectContaining({ path })) }),
  );
});
