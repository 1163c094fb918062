// What an exchange that ended without an answer says: in which words, with which code, and on what evidence.
import type { Evidence } from '../platform/evidence.ts';
import { describe, expect, it } from 'vitest';
import { refusingPort } from '../__fixtures__/loopback.ts';
import { manualTime, NINE } from '../__tests__/manual-time.ts';
import { PayoutError } from '../errors.ts';
import { CallerAborted, DeadlineExceeded, startDeadline } from './deadline.ts';
import { createSend, type HttpSettings, requestIdOf } from './http.ts';
import { retryAfterSecondsOf } from './retry-schedule.ts';
import type { Sent } from './exchange.ts';
import { redactor } from '../printable.ts';
import { systemRuntime } from '../platform/runtime.ts';
import type { EventBody } from '../telemetry/telemetry.ts';

type Fetch = typeof globalThis.fetch;

interface Case {
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal;
  readonly notAfter?: number | null;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly settings?: Partial<HttpSettings>;
}

function sent({
  fetch,
  signal = new AbortController().signal,
  notAfter = null,
  path = '/x',
  headers = {},
  settings = {},
}: Case): Promise<Sent> {
  const send = createSend({
    provider: 'eu',
    endpoint: { baseUrl: 'https://acme.test', headers: {}, credentials: {} },
    runtime: manualTime(),
    telemetry: () => undefined,
    maxResponseBytes: 1024,
    fetch,
    requestIdHeader: null,
    ...settings,
  });
  return send({ method: 'POST', path, headers, body: '{}' }, { signal, notAfter, resend: 0 });
}

const throws =
  (thrown: unknown): Fetch =>
  () =>
    Promise.reject(thrown);
const coded = (code: unknown): Error => Object.assign(new Error('x'), { code });
const answers: Fetch = async () => new Response('{}');
/** Answers never, and aborts the moment it is asked. */
const hangs = (controller: AbortController, reason: unknown): Fetch => {
  return () => {
    controller.abort(reason);
    return new Promise<never>(() => undefined);
  };
};
/** Half an answer, and then this. */
const half = (then: (body: ReadableStreamDefaultController) => void): Fetch => {
  let asked = 0;
  const pull = (body: ReadableStreamDefaultController): void => {
    asked += 1;
    if (asked === 1) body.enqueue(new TextEncoder().encode('{"id":'));
    else then(body);
  };
  return async () => new Response(new ReadableStream({ pull }), { status: 201 });
};

function aborting(reason: unknown, how: 'headers' | 'body'): Case {
  const controller = new AbortController();
  const fetch = how === 'headers' ? hangs(controller, reason) : half(() => controller.abort(reason));
  return { fetch, signal: controller.signal };
}

const LOST = 'the request was sent and its answer was lost:';
const PART = 'the request was sent and only part of the answer (HTTP 201) was read:';
const BY_CALLER = new CallerAborted('their own words');
const BY_DEADLINE = new DeadlineExceeded(45_000);

describe('what is said when no answer came', () => {
  it.each<readonly [name: string, Case, type: 'lost' | 'not_sent', code: string, message: string]>([
    ['a code', { fetch: throws(coded('ECONNRESET')) }, 'lost', 'provider_unavailable', `${LOST} the connection failed (ECONNRESET).`],
    ['a code with a digit', { fetch: throws(coded('E2BIG')) }, 'lost', 'provider_unavailable', `${LOST} the connection failed (E2BIG).`],
    ...['EAI_AGAIN', 'UND_ERR_SOCKET', 'ERR_HTTP2_STREAM_ERROR', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'].map(
      (code) => [code, { fetch: throws(coded(code)) }, 'lost', 'provider_unavailable', `${LOST} the connection failed (${code}).`] as const,
    ),
    ...['DE89370400440532013000', 'EE382200221020145685', '000123456789', 'SECRETCANARY', 'ERR_000123456789'].map(
      (code) => [code, { fetch: throws(coded(code)) }, 'lost', 'provider_unavailable', `${LOST} the connection failed.`] as const,
    ),
    ['no code', { fetch: throws(new Error('x')) }, 'lost', 'provider_unavailable', `${LOST} the connection failed (UNKNOWN).`],
    ['a code of one letter', { fetch: throws(coded('E')) }, 'lost', 'provider_unavailable', `${LOST} the connection failed.`],
    ['a code in lower case', { fetch: throws(coded('econnreset')) }, 'lost', 'provider_unavailable', `${LOST} the connection failed.`],
    [
      'a code and a secret',
      { fetch: throws(coded('ECONNRESET sk_live_1')) },
      'lost',
      'provider_unavailable',
      `${LOST} the connection failed.`,
    ],
    [
      'a secret and a code',
      { fetch: throws(coded('sk_live_1 ECONNRESET')) },
      'lost',
      'provider_unavailable',
      `${LOST} the connection failed.`,
    ],
    ['a code of 61 letters', { fetch: throws(coded('E'.repeat(61))) }, 'lost', 'provider_unavailable', `${LOST} the connection failed.`],
    ['the caller', aborting(BY_CALLER, 'headers'), 'lost', 'aborted', `${LOST} the caller aborted.`],
    ['the deadline', aborting(BY_DEADLINE, 'headers'), 'lost', 'provider_unavailable', `${LOST} no answer within 45000 ms.`],
    ['another reason', aborting(coded('EOTHER'), 'headers'), 'lost', 'provider_unavailable', `${LOST} the connection failed (EOTHER).`],
    [
      'a reason with a cause',
      aborting({ cause: coded('EINNER') }, 'headers'),
      'lost',
      'provider_unavailable',
      `${LOST} the connection failed (EINNER).`,
    ],
    [
      'a reason with a text for a cause',
      aborting({ cause: 'x' }, 'headers'),
      'lost',
      'provider_unavailable',
      `${LOST} the connection failed.`,
    ],
    [
      'a reason with no cause in it',
      aborting({ cause: null }, 'headers'),
      'lost',
      'provider_unavailable',
      `${LOST} the connection failed.`,
    ],
    ['a reason with a number for a code', aborting(coded(77), 'headers'), 'lost', 'provider_unavailable', `${LOST} the connection failed.`],
    ['a reason that is an array', aborting([], 'headers'), 'lost', 'provider_unavailable', `${LOST} the connection failed.`],
    ['a reason that is a text', aborting('stop', 'headers'), 'lost', 'provider_unavailable', `${LOST} the connection failed.`],
    ['a reason that is null', aborting(null, 'headers'), 'lost', 'provider_unavailable', `${LOST} the connection failed.`],
    [
      'an error of ours as a reason',
      aborting(new PayoutError('invalid_request', 'theirs'), 'headers'),
      'lost',
      'provider_unavailable',
      `${LOST} the connection failed.`,
    ],
    [
      'the caller, before',
      { fetch: answers, signal: AbortSignal.abort(BY_CALLER) },
      'not_sent',
      'aborted',
      'nothing was sent: the caller aborted.',
    ],
    [
      'the deadline, before',
      { fetch: answers, signal: AbortSignal.abort(BY_DEADLINE) },
      'not_sent',
      'provider_unavailable',
      'nothing was sent: no answer within 45000 ms.',
    ],
    [
      'a header that is none',
      { fetch: answers, headers: { 'x-a': 'a\nb' } },
      'not_sent',
      'provider_unavailable',
      'nothing was sent: the connection failed.',
    ],
  ])('%s', async (_, given, type, code, message) => {
    const ended = await sent(given);
    expect(ended).toMatchObject({ type, error: { code, provider: 'eu', message: `[eu] ${message}` } });
    const failure = message.includes('no answer within') ? 'timeout' : /\((\w+)\)/.exec(message)?.[1];
    expect(ended).toEqual({ type, error: expect.anything(), ...(type === 'lost' ? {} : { tooLate: false }), failure });
  });

  it.each(['//evil.test', 'https://evil.test/'])('a path to another origin: %s', async (path) => {
    const message = '[disburse] a path that leads to another origin was refused; nothing was sent to it.';
    expect(await sent({ fetch: answers, path })).toMatchObject({ type: 'not_sent', error: { code: 'unexpected_response', message } });
  });

  it('nobody listens', async () => {
    const baseUrl = `http://127.0.0.1:${await refusingPort()}`;
    const settings = { runtime: systemRuntime, endpoint: { baseUrl, headers: {}, credentials: {} } };
    expect(await sent({ settings })).toMatchObject({
      type: 'not_sent',
      tooLate: false,
      error: { code: 'provider_unavailable', provider: 'eu', message: '[eu] nothing was sent: the connection failed (ECONNREFUSED).' },
    });
  });
});

describe('what is said when half an answer came', () => {
  const breaks = half((body) => body.error(new Error('x')));
  it.each<readonly [name: string, Case, code: string, why: string]>([
    ['it breaks off', { fetch: breaks }, 'provider_unavailable', 'the connection broke off'],
    [
      'it is too large',
      { fetch: async () => new Response('x'.repeat(1025), { status: 201 }) },
      'unexpected_response',
      'it is larger than maxResponseBytes',
    ],
    ['the caller aborts', aborting(BY_CALLER, 'body'), 'aborted', 'the caller aborted'],
    ['the deadline is over', aborting(BY_DEADLINE, 'body'), 'provider_unavailable', 'no answer within 45000 ms'],
  ])('%s', async (_, given, code, why) => {
    expect(await sent(given)).toMatchObject({
      type: 'lost',
      error: { code, provider: 'eu', httpStatus: 201, message: `[eu] ${PART} ${why}.` },
    });
  });
});

describe('what telemetry is told of an exchange without an answer', () => {
  const tooLarge: Fetch = async () => new Response('x'.repeat(1025), { status: 201 });
  it.each<readonly [name: string, Case, evidence: Evidence, failure: string]>([
    ['the code of the system', { fetch: throws(coded('ECONNRESET')) }, 'maybe_sent', 'ECONNRESET'],
    ['no code', { fetch: throws(coded('econnreset')) }, 'maybe_sent', 'provider_unavailable'],
    ['the deadline, before the headers', aborting(BY_DEADLINE, 'headers'), 'maybe_sent', 'timeout'],
    ['the deadline, within the body', aborting(BY_DEADLINE, 'body'), 'answered', 'timeout'],
    ['the caller, before the headers', aborting(BY_CALLER, 'headers'), 'maybe_sent', 'aborted'],
    ['the caller, within the body', aborting(BY_CALLER, 'body'), 'answered', 'aborted'],
    ['the caller, before', { fetch: answers, signal: AbortSignal.abort(BY_CALLER) }, 'not_sent', 'aborted'],
    ['a body that breaks off', { fetch: half((body) => body.error(coded('ECONNRESET'))) }, 'answered', 'cut'],
    ['a body that is too large', { fetch: tooLarge }, 'answered', 'too_large'],
    ['a path to another origin', { fetch: answers, path: '//evil.test' }, 'not_sent', 'unexpected_response'],
    ['the time to send was over', { fetch: answers, notAfter: 0 }, 'not_sent', 'provider_unavailable'],
  ])('%s', async (_, given, evidence, failure) => {
    const events: EventBody[] = [];
    await sent({ ...given, settings: { telemetry: (event) => events.push(event) } });
    expect(events).toMatchObject([{ type: 'exchange', evidence, status: null, failure, requestId: null }]);
  });
});

describe('the time to send', () => {
  it.each([
    ['is over', NINE - 1, { type: 'not_sent', tooLate: true }],
    ['is its last moment', NINE, { type: 'answered' }],
    ['is not over', NINE + 1, { type: 'answered' }],
  ])('%s', async (_, notAfter, is) => {
    expect(await sent({ fetch: answers, notAfter })).toMatchObject(is);
  });

  it('that is over is said', async () => {
    const message = "[eu] nothing was sent: the idempotency key's time was over before the request could leave.";
    expect(await sent({ fetch: answers, notAfter: 0 })).toMatchObject({ error: { code: 'provider_unavailable', provider: 'eu', message } });
  });
});

describe('small parts', () => {
  it('no value of a query is told, however long', async () => {
    const events: EventBody[] = [];
    await sent({ fetch: answers, path: '/x?account=000123456789&b=&c=sk', settings: { telemetry: (event) => events.push(event) } });
    expect(events).toMatchObject([{ path: '/x?account=&b=&c=', evidence: 'answered', status: 200, requestId: null }]);
  });

  const redact = redactor({ authorization: 'Bearer secret-of-the-connection' });
  const answerWith = (headers: Record<string, string>) => ({ status: 200, headers: new Headers(headers), text: '', json: undefined });

  it('a provider without a header for request ids has none', () => {
    expect([requestIdOf(answerWith({ null: 'x' }), null, redact), requestIdOf(answerWith({ id: 'x' }), 'id', redact)]).toEqual([null, 'x']);
  });

  it.each([
    ['req_1Nv0FGCQhAs', true],
    ['3f2504e0-4f89-11d3-9a0c-0305e82c3301', true],
    ['Root=1-67891233-abcdef012345678912345678', true],
    ['000123456789', false],
    ['Jane Doe', false],
    ['jane@doe.test', false],
    ['x'.repeat(129), false],
    ['req_secret-of-the-connection', false],
    ['DE89370400440532013000', false],
  ])('a request id that is told: %s', (id, told) => {
    expect(requestIdOf(answerWith({ id }), 'id', redact)).toBe(told ? id : null);
  });

  it.each([
    ['balance_insufficient', true],
    ['Unprocessable Entity', true],
    ['card_declined.v2', true],
    ['account 000123456789 is closed', false],
    ['jane@doe.test', false],
    ['x'.repeat(81), false],
  ])('a code of the provider that is kept: %s', (providerCode, kept) => {
    expect(new PayoutError('invalid_request', 'm', { providerCode }).providerCode).toBe(kept ? providerCode : null);
  });

  it.each([
    ['1.25', 2],
    ['0', 0],
    [' 7 ', 7],
    [new Date(NINE + 1_500).toUTCString(), 1],
    [new Date(NINE - 60_000).toUTCString(), 0],
    ['2026-11-20T09:01:00Z', null],
    ['1234567890', null],
    ['-1', null],
    ['soon', null],
    ['', null],
  ])('Retry-After: %j', (value, seconds) => {
    expect(retryAfterSecondsOf(answerWith({ 'retry-after': value }), NINE)).toBe(seconds);
  });

  it('an answer without Retry-After asks for no wait', () => {
    expect(retryAfterSecondsOf(answerWith({}), NINE)).toBeNull();
  });

  it('the reasons of our own signals have names', async () => {
    expect([BY_DEADLINE.name, BY_DEADLINE.message, BY_DEADLINE.timeoutMs]).toEqual([
      'DeadlineExceeded',
      'no answer within 45000 ms',
      45_000,
    ]);
    expect(BY_CALLER.name).toBe('CallerAborted');
    const deadline = startDeadline(manualTime(), 60_000, AbortSignal.abort('their own words'));
    expect(deadline.signal.reason).toMatchObject({ name: 'CallerAborted', message: 'the caller aborted' });
  });
});
