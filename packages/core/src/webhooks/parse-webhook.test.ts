// DESIGN section 6: verified over the raw bytes, refused with one error that repeats nothing of what came.
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acmeEvent, acmePayout, delivery, hookedAcme, request, SECRET, sign } from '../__fixtures__/acme-delivery.ts';
import { PayoutError, type WebhookInput } from '../index.ts';
import type { WebhookPayload } from '../adapter.ts';
import { equalBytes, decodeHexSignature } from './signature.ts';

const NOW = Date.parse('2026-11-23T09:00:00.000Z');
const body = acmeEvent();
const good = sign(body);
const other = '0'.repeat(64);
const bytes = new TextEncoder().encode(body);

const foreignBuffer = (text: string): ArrayBuffer =>
  runInNewContext(`Uint8Array.from(${JSON.stringify([...new TextEncoder().encode(text)])}).buffer`) as ArrayBuffer;

async function errorOf(input: unknown, secrets: readonly string[] = [SECRET]): Promise<PayoutError> {
  const { acme } = hookedAcme({ webhookSecrets: secrets });
  const error: unknown = await acme.parseWebhook(input as WebhookInput).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PayoutError)) throw new Error(`expected a PayoutError, not ${String(error)}`);
  return error;
}

describe('taken', () => {
  it.each<[string, WebhookInput]>([
    ['a record of headers', { headers: { 'acme-signature': good }, body }],
    ['names in any case', { headers: { 'ACME-Signature': good }, body }],
    ['Headers', { headers: new Headers({ 'acme-signature': good }), body }],
    ['bytes', { headers: { 'acme-signature': good }, body: bytes }],
    ['a Buffer that is part of a larger memory', { headers: { 'acme-signature': good }, body: Buffer.from(`__${body}__`).subarray(2, -2) }],
    ['an ArrayBuffer', { headers: { 'acme-signature': good }, body: Uint8Array.from(bytes).buffer }],
    ['an ArrayBuffer of another realm', { headers: { 'acme-signature': good }, body: foreignBuffer(body) }],
    ['another view of memory', { headers: { 'acme-signature': good }, body: new DataView(Uint8Array.from(bytes).buffer) }],
    ['a Blob', { headers: { 'acme-signature': good }, body: new Blob([body]) }],
    ["a Lambda's event", { headers: { 'acme-signature': good }, body, isBase64Encoded: false }],
    [
      "a Lambda's event in base64",
      { headers: { 'acme-signature': good }, body: Buffer.from(body).toString('base64'), isBase64Encoded: true },
    ],
    ['a Fetch request', request()],
    ['two header lines as an array', { headers: { 'acme-signature': [other, good] }, body }],
    ['two header lines, joined', { headers: { 'acme-signature': `${good}, ${other}` }, body }],
    ['the same header under two spellings', { headers: { 'acme-signature': other, 'Acme-Signature': good }, body }],
    ['two header lines of a request', request({ headers: { 'acme-signature': `${other}, ${good}` }, body })],
  ])('%s', async (_, input) => {
    const { acme, told } = hookedAcme({ runtime: { now: () => NOW } });
    expect(await acme.parseWebhook(input)).toEqual([
      {
        id: 'evt_1',
        type: 'payout',
        provider: 'acme',
        name: 'acme',
        payoutId: 'ac_1',
        payout: expect.objectContaining({ id: 'ac_1', status: 'paid', raw: acmePayout() }),
        occurredAt: new Date(NOW).toISOString(), // Acme does not say; this is when it was received.
        live: false,
        account: null,
        idempotencyKey: null,
      },
    ]);
    expect(told).toEqual([]);
  });

  it.each([['new'], ['old']])('with several secrets, signed with the %s one', async (secret) => {
    const { acme } = hookedAcme({ webhookSecrets: ['new', 'old'] });
    expect(await acme.parseWebhook(delivery(body, secret))).toHaveLength(1);
  });

  it('under the configured name', async () => {
    expect(await hookedAcme({ name: 'eu' }).acme.parseWebhook(delivery())).toMatchObject([
      { provider: 'acme', name: 'eu', payout: { name: 'eu' } },
    ]);
  });

  it('memory that its owner uses again while the signature is checked', async () => {
    const { acme } = hookedAcme();
    const shared = Uint8Array.from(bytes);
    const parsing = acme.parseWebhook({ headers: { 'acme-signature': good }, body: shared });
    shared.fill(0);
    expect(await parsing).toHaveLength(1);
  });
});

describe('refused', () => {
  const headers = { 'acme-signature': good };
  const used = request();
  const torn = new ReadableStream({ pull: (stream) => stream.error(new Error('reset')) });
  const readUp = used.text();

  it.each<[string, unknown, string]>([
    ['no header', { headers: {}, body }, 'there is no acme-signature header'],
    ['an empty header', { headers: { 'acme-signature': '' }, body }, 'there is no acme-signature header'],
    ['no headers at all', { body }, 'there is no acme-signature header'],
    ['a header that is no text', { headers: { 'acme-signature': 5 }, body }, 'there is no acme-signature header'],
    ['a header of another form', { headers: { 'acme-signature': 'sha1=abc' }, body }, 'malformed'],
    ['a signature cut short', { headers: { 'acme-signature': good.slice(0, 62) }, body }, 'malformed'],
    ['a signature of something else', { headers: { 'acme-signature': other }, body }, 'no signature fits'],
    ['one byte more', { headers, body: `${body}\n` }, 'no signature fits'],
    ['the same JSON written anew', { headers, body: JSON.stringify(JSON.parse(body), null, 1) }, 'no signature fits'],
    ['another secret', delivery(body, 'other_secret'), 'no signature fits'],
    ['a parsed object', { headers, body: JSON.parse(body) }, 'express.raw'],
    ['a parsed array', { headers, body: [1] }, 'express.raw'],
    ['no body', { headers }, 'express.raw'],
    ['a body that is null', { headers, body: null }, 'express.raw'],
    ['an empty body', { headers, body: '' }, 'express.raw'],
    ['an empty body of bytes', { headers, body: new Uint8Array() }, 'express.raw'],
    ['a request without a body', new Request('http://127.0.0.1/', { method: 'POST', headers }), 'express.raw'],
    ['a request that was read', used, 'was read before'],
    ['a request that breaks off', request({ headers, body }, { body: torn, duplex: 'half' }), 'broke off'],
    ['a request that is too long', request({ headers, body: 'x'.repeat(1024 * 1024 + 1) }), 'larger than 1048576 bytes'],
    ['nothing', undefined, 'not missing'],
    ['null', null, 'not null'],
    ['a string', body, 'not a string'],
    [
      'headers that throw',
      {
        get headers() {
          throw new Error(SECRET);
        },
        body,
      },
      'could not be read',
    ],
  ])('%s', async (_, input, message) => {
    await readUp;
    const error = await errorOf(input);
    expect(error).toMatchObject({ code: 'webhook_refused', provider: 'acme', outcome: null });
    expect(error.message).toContain(message);
    // Whatever came, and the secret, is in no form of the error.
    const shown = JSON.stringify(error) + String(error) + String(error.stack);
    for (const secret of [good, other, SECRET, 'ac_1', '10.50']) expect(shown).not.toContain(secret);
  });

  it('is told to onTelemetry in the same words', async () => {
    const { acme, told } = hookedAcme();
    const error: unknown = await acme.parseWebhook({ headers: {}, body }).catch((thrown: unknown) => thrown);
    expect(told).toMatchObject([{ type: 'diagnostic', provider: 'acme', code: 'webhook_refused', message: (error as Error).message }]);
  });

  it.each([[`${SECRET}\n`], [` ${SECRET}`]])('a secret with white space around it is pointed at', async (secret) => {
    expect((await errorOf(delivery(), [secret])).message).toContain('white space');
  });

  it.each<[string, readonly string[] | undefined]>([
    ['without webhookSecrets', undefined],
    ['with an empty list', []],
  ])('%s, the trouble is ours, and said so', async (_, webhookSecrets) => {
    const { acme } = hookedAcme({ webhookSecrets });
    await expect(acme.parseWebhook(delivery())).rejects.toMatchObject({ code: 'invalid_settings', issues: [{ path: 'webhookSecrets' }] });
  });

  it('an abort', async () => {
    const { acme } = hookedAcme();
    await expect(acme.parseWebhook(delivery(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    const controller = new AbortController();
    const hanging = request({ headers, body }, { body: new ReadableStream(), duplex: 'half' });
    const parsing = acme.parseWebhook(hanging, { signal: controller.signal });
    controller.abort();
    await expect(parsing).rejects.toMatchObject({ code: 'aborted' });
  });

  it('a body that does not come within the deadline', async () => {
    const { acme } = hookedAcme({ runtime: { now: () => NOW, sleep: async () => undefined } });
    const hanging = request({ headers, body }, { body: new ReadableStream(), duplex: 'half' });
    await expect(acme.parseWebhook(hanging, { timeoutMs: 1000 })).rejects.toMatchObject({ code: 'webhook_refused' });
  });

  it('a call that is no call', async () => {
    await expect(hookedAcme().acme.parseWebhook(delivery(), { timeoutMs: -1 })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('after a good signature nothing is thrown', () => {
  it.each<[string, string, string]>([
    ['no JSON', 'hello', 'webhook_unreadable'],
    ['JSON that is no object', '"hello"', 'webhook_unreadable'],
    ['JSON null', 'null', 'webhook_unreadable'],
    ['broken UTF-8 text', '{"id":"\u0000', 'webhook_unreadable'],
    ['something else of the provider', '{"id":"other"}', 'webhook_unknown'],
    ['an adapter that fails to read', acmeEvent('evt_1', { id: 'ac_1' }), 'webhook_unreadable'],
  ])('%s', async (_, text, code) => {
    const { acme, told } = hookedAcme();
    expect(await acme.parseWebhook(delivery(text))).toEqual([]);
    expect(told).toMatchObject([{ type: 'diagnostic', code }]);
  });

  it('bytes that are no UTF-8', async () => {
    const odd = Uint8Array.of(0xff, 0xfe, 0x00);
    const { acme, told } = hookedAcme();
    expect(await acme.parseWebhook({ headers: { 'acme-signature': sign(odd) }, body: odd })).toEqual([]);
    expect(told).toMatchObject([{ code: 'webhook_unreadable' }]);
  });
});

describe('parts', () => {
  it('equalBytes is equality, of any lengths', () => {
    const any = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(any, any, (left, right) => {
        expect(equalBytes(left, right)).toBe(Buffer.compare(left, right) === 0);
        expect(equalBytes(left, Uint8Array.from(left))).toBe(true);
      }),
      { seed: 1 },
    );
  });

  it('decodeHexSignature reads what hex writes, in either case, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
        const hex = Buffer.from(digest).toString('hex');
        for (const form of [hex, hex.toUpperCase()]) expect(decodeHexSignature(form)).toEqual(Uint8Array.from(digest));
        for (const form of [`${hex}0`, hex.slice(1), `0x${hex.slice(2)}`, ` ${hex}`, `${hex}\n`])
          expect(decodeHexSignature(form)).toBeNull();
      }),
      { seed: 1 },
    );
  });

  it('a payload type takes what servers have', () => {
    const incoming: WebhookPayload = { headers: { host: 'x', 'set-cookie': ['a', 'b'], accept: undefined }, body: Buffer.from('') };
    expect(incoming.body).toHaveLength(0);
  });
});

describe('a body in base64', () => {
  const inBase64 = Buffer.from(body).toString('base64');
  it.each<[string, string | Uint8Array]>([
    ['as a text', inBase64],
    ['as bytes', Buffer.from(inBase64)],
    ['of a JSON list', Buffer.from(`[${body}]`).toString('base64')],
  ])('%s is refused, with what it looks like and what to do', async (_, given) => {
    const error = await errorOf({ headers: { 'acme-signature': good }, body: given });
    expect(error).toMatchObject({
      code: 'webhook_refused',
      message: expect.stringMatching(/looks like base64.*isBase64Encoded.*Buffer\.from/),
    });
  });

  it.each<[string, string]>([
    ['JSON with another signature', `${body} `],
    ['words', 'hello'],
    ['base64 of something else', Buffer.from('hello there').toString('base64')],
  ])('%s does not look like it', async (_, given) => {
    expect((await errorOf({ headers: { 'acme-signature': good }, body: given })).message).not.toContain('base64');
  });

  it('is decoded only where the delivery says so, and still needs its signature', async () => {
    const forged = Buffer.from(acmeEvent('evt_2')).toString('base64');
    expect(await errorOf({ headers: { 'acme-signature': good }, body: forged, isBase64Encoded: true })).toMatchObject({
      code: 'webhook_refused',
    });
  });
});

it.each<[string, unknown, string]>([
  ["Hono's c.req", { raw: request(), param: () => '', header: () => '', arrayBuffer: () => null }, 'pass c.req.raw'],
  ['a stream', { headers: { 'acme-signature': good }, body: new ReadableStream() }, 'the body is a stream'],
  ['a promise of a body', { headers: { 'acme-signature': good }, body: Promise.resolve(body) }, 'await it first'],
  [
    'a Blob that is too large',
    { headers: { 'acme-signature': good }, body: new Blob([new Uint8Array(1024 * 1024 + 1)]) },
    'larger than 1048576 bytes',
  ],
])('%s is called what it is', async (_, given, named) => {
  expect(await errorOf(given)).toMatchObject({ code: 'webhook_refused', message: expect.stringContaining(named) });
});
