// Contract section 14, and negative tests 5 and 12 of section 16.
import { createHmac } from 'node:crypto';
import { isPayoutError, type TelemetryDiagnostic } from '@disburse/core';
import type { WebhookPayload } from '@disburse/core/adapter';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { B, fixture, fixtureNames, NOW } from './__fixtures__/double.ts';
import { type BalanceSettings, createBalance } from './index.ts';
import { EVENT_TYPES } from './webhook.ts';

const SECRET = 'new';
const SEED = 20_261_120;

function hooked(settings: Partial<BalanceSettings> = {}) {
  const told: TelemetryDiagnostic[] = [];
  const mollie = createBalance({
    token: 'test_1',
    balanceId: B,
    acceptScheduleSideEffect: true,
    webhookSecrets: [SECRET],
    runtime: { now: () => NOW },
    onTelemetry: (event) => void (event.type === 'diagnostic' && told.push(event)),
    ...settings,
  });
  return { mollie, told };
}

const hmac = (body: string | Uint8Array, secret = SECRET): string => createHmac('sha256', secret).update(body).digest('hex');
function delivery(event: object | string, secret = SECRET): WebhookPayload & { readonly body: string } {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  return { body, headers: { 'x-mollie-signature': `sha256=${hmac(body, secret)}` } };
}

const entity = fixture('payouts', 'completed');
const entityId = String(entity['id']);
const envelope = (type = 'payout.completed', more: object = {}): object => ({
  resource: 'event',
  id: 'event_dsbExample0000000001',
  type,
  entityId,
  createdAt: '2026-11-23T09:20:31.0Z',
  _embedded: { entity },
  _links: { self: { href: '/v2/events/event_dsbExample0000000001' }, documentation: {}, entity: { href: `/v2/payouts/${entityId}` } },
  ...more,
});

async function verdict(headers: Record<string, string>, body: string | Uint8Array, secrets: readonly string[] = [SECRET]): Promise<string> {
  try {
    await hooked({ webhookSecrets: secrets }).mollie.parseWebhook({ headers, body });
    return 'taken';
  } catch (error) {
    if (!isPayoutError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe("the contract's test vectors", () => {
  it.each<[string, string, string]>([
    ['new', '{"a":1}', '0eb6fdf4827b258ee3a559f26dc09df4e037567f2ae37a8e56a577c2c6415756'],
    ['old', '{"a":1}', '5022acffeea2804ff520532a0e2c2c89e8ad3ea1957eab6e12c65a339dd237b7'],
    ['new', '{"a":1}\n', '1723c46f77908e4e16c06e3e653527eb8bfc935d9c4e52d7a8826fed1cf1fac7'],
    ['new', '{ "a": 1 }', '803fd07dbb3f32d3055e88fa38a511da70556ba56aaa5c96e0457946d0615562'],
    ['sécret-€', '{"d":"Zürich €"}', '3ab49261e8a969b465e64f56b1f175f801b6d65276ca649bcdb6e66c67eb9a78'],
  ])('secret %s, body %j', async (secret, body, hex) => {
    const headers = { 'X-Mollie-Signature': `sha256=${hex}` };
    expect(await verdict(headers, body, [secret])).toBe('taken');
    expect(await verdict(headers, new TextEncoder().encode(body), [secret])).toBe('taken');
    expect(await verdict(headers, `${body} `, [secret])).toContain('webhook_refused');
    expect(await verdict(headers, body, [`${secret}.`])).toContain('webhook_refused');
  });
});

describe('the header', () => {
  const body = JSON.stringify(envelope());
  const [good, old, wrong] = [hmac(body), hmac(body, 'old'), hmac(body, 'other')];

  it.each<[string, string, string]>([
    ['with its prefix', `sha256=${good}`, 'taken'],
    ['the prefix in any case', `SHA256=${good}`, 'taken'],
    ['hex in any case', `sha256=${good.toUpperCase()}`, 'taken'],
    ['without a prefix', good, 'taken'],
    ['two lines, joined', `sha256=${wrong}, sha256=${good}`, 'taken'],
    ['two lines, joined the other way round', `sha256=${good}, sha256=${wrong}`, 'taken'],
    ['two lines, joined without a space', `sha256=${wrong},sha256=${good}`, 'taken'],
    ['a colon instead of the sign', `sha256:${good}`, 'malformed'],
    ['another algorithm', `sha1=${good.slice(0, 40)}`, 'malformed'],
    ['a cut signature', `sha256=${good.slice(2)}`, 'malformed'],
    ['a signature twice as long', `sha256=${good}${good}`, 'malformed'],
    ['only the prefix', 'sha256=', 'malformed'],
    ['another secret', `sha256=${wrong}`, 'no signature fits'],
  ])('%s', async (_, header, expected) => {
    expect(await verdict({ 'x-mollie-signature': header }, body)).toContain(expected);
  });

  it('missing is a refusal, never a silent no', async () => {
    expect(await verdict({}, body)).toContain('there is no x-mollie-signature header');
    expect(await verdict({ 'x-mollie-signature': '' }, body)).toContain('there is no x-mollie-signature header');
  });

  it.each([
    [['new', 'old'], `sha256=${old}`],
    [['old', 'new'], `sha256=${old}`],
    [['old'], `sha256=${old}, sha256=${good}`],
    [['new'], `sha256=${old}, sha256=${good}`],
  ])('during a rotation: secrets %j, header %s', async (secrets, header) => {
    expect(await verdict({ 'x-mollie-signature': header }, body, secrets)).toBe('taken');
  });

  it('has no time: a delivery of long ago is believed, and told apart by its id alone', async () => {
    const { mollie } = hooked({ runtime: { now: () => NOW + 365 * 24 * 3_600_000 } });
    expect(await mollie.parseWebhook(delivery(envelope()))).toMatchObject([{ id: 'event_dsbExample0000000001' }]);
  });

  it.each([[['']], [[' ']], [[SECRET, '']], [[]]])('secrets that are none are refused at construction: %j', (webhookSecrets) => {
    expect(() => hooked({ webhookSecrets })).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
  });

  it('without secrets nothing is believed', async () => {
    await expect(hooked({ webhookSecrets: undefined }).mollie.parseWebhook(delivery(envelope()))).rejects.toMatchObject({
      code: 'invalid_settings',
    });
  });
});

it('the types are those of the documentation, by hand', () => {
  expect(EVENT_TYPES).toEqual(['payout.initiated', 'payout.processing-at-bank', 'payout.completed', 'payout.canceled', 'payout.failed']);
});

describe('a full event', () => {
  it.each(EVENT_TYPES)('%s', async (type) => {
    const { mollie, told } = hooked({ name: 'eu' });
    expect(await mollie.parseWebhook(delivery(envelope(type)))).toEqual([
      {
        id: 'event_dsbExample0000000001',
        type,
        provider: 'balance',
        name: 'eu',
        payoutId: entityId,
        payout: expect.objectContaining({ id: entityId, name: 'eu', status: 'paid', providerStatus: 'completed', raw: entity }),
        occurredAt: '2026-11-23T09:20:31.000Z',
        live: false,
        account: null,
        idempotencyKey: null,
      },
    ]);
    expect(told).toEqual([]);
  });

  it.each(fixtureNames('payouts'))('is read with the payout %s', async (name) => {
    const payout = fixture('payouts', name, { mode: 'test' });
    const event = envelope('payout.failed', { entityId: payout['id'], _embedded: { entity: payout } });
    expect(await hooked().mollie.parseWebhook(delivery(event))).toMatchObject([{ payoutId: payout['id'], payout: { raw: payout } }]);
  });

  it("the status is the payout's: a return comes as payout.failed", async () => {
    const returned = { ...entity, status: 'failed', statusReason: { code: 'returned', message: 'own text' } };
    const [event] = await hooked().mollie.parseWebhook(delivery(envelope('payout.failed', { _embedded: { entity: returned } })));
    expect(event?.payout?.status).toBe('returned');
  });
});

describe('an event without a payout to trust is a hint', () => {
  it.each<[string, object, string | null]>([
    ['simple: no _embedded', { _embedded: undefined }, null],
    ['simple: _embedded is null', { _embedded: null }, null],
    ['simple: _embedded is empty', { _embedded: {} }, null],
    ['another payout than it names, as in the documentation', { entityId: 'payout_other' }, 'webhook_payout_unreadable'],
    ['a payout without a status', { _embedded: { entity: { ...entity, status: undefined } } }, 'webhook_payout_unreadable'],
    [
      'an entity of another kind',
      { _embedded: { entity: { resource: 'payment', id: 'tr_1', status: 'paid' } } },
      'webhook_payout_unreadable',
    ],
    ['an entity that is none', { _embedded: { entity: 'payout' } }, 'webhook_payout_unreadable'],
  ])('%s', async (_, more, code) => {
    const { mollie, told } = hooked();
    const event: Record<string, unknown> = { ...envelope('payout.completed', more) };
    const expected = { payoutId: event['entityId'], payout: null, live: false, occurredAt: '2026-11-23T09:20:31.000Z' };
    expect(await mollie.parseWebhook(delivery(event))).toMatchObject([expected]);
    expect(told).toMatchObject(code === null ? [] : [{ code }]);
  });

  it.each([[null], [undefined], ['soon'], ['2026-11-23T09:20:31']])(
    'a time that is none is when it was received: %s',
    async (createdAt) => {
      const [event] = await hooked().mollie.parseWebhook(delivery(envelope('payout.completed', { createdAt })));
      expect(event?.occurredAt).toBe(new Date(NOW).toISOString());
    },
  );
});

describe('a bare payout', () => {
  const bare = (status: string, more: object = {}): object => ({
    ...entity,
    status,
    statusReason: { code: status.replaceAll('-', '_') },
    ...more,
  });
  const idOf = async (payout: object): Promise<string | undefined> => (await hooked().mollie.parseWebhook(delivery(payout)))[0]?.id;

  it('is a snapshot, and one state of it is one event', async () => {
    const payout = bare('completed', { completedAt: '2026-11-23T09:20:31+01:00' });
    const [event] = await hooked().mollie.parseWebhook(delivery(payout));
    expect(event).toMatchObject({
      type: 'payout.completed',
      payoutId: entityId,
      occurredAt: '2026-11-23T08:20:31.000Z',
      payout: { status: 'paid' },
    });
    expect(await idOf(payout)).toBe(event?.id);
    expect(await idOf({ ...payout, description: 'other', new_field: 1 })).toBe(event?.id);
  });

  it('has another id for every state', async () => {
    const states = [
      bare('initiated'),
      bare('completed'),
      bare('completed', { completedAt: '2026-11-24T10:00:00+00:00' }),
      bare('failed'),
      bare('failed', { statusReason: { code: 'returned' } }),
      bare('failed', { statusReason: null }),
      bare('canceled'),
      bare('canceled', { canceledAt: '2026-11-20T10:00:00+00:00' }),
      bare('initiated', { initiatedAt: '2026-11-24T10:00:00+00:00' }),
    ];
    const ids = await Promise.all(states.map(idOf));
    expect(new Set(ids).size).toBe(states.length);
  });
});

describe('verified and ignored, with a word to onTelemetry', () => {
  it.each<[string, object | string, string]>([
    ['a ping', { type: 'hook.ping', resource: 'event', id: 'event_1' }, 'webhook_ping'],
    ['a ping of another form', { resource: 'ping', type: 'hook.ping' }, 'webhook_ping'],
    ['an event of another product', envelope('sales-invoice.issued'), 'webhook_unknown'],
    ["the balance's own", envelope('balance-transaction.created'), 'webhook_unknown'],
    ['an event that does not exist', envelope('payout.requested'), 'webhook_unknown'],
    ['a type that objects have by birth', envelope('constructor'), 'webhook_unknown'],
    ['an event without a type', envelope('x', { type: null }), 'webhook_unknown'],
    ['another resource', { resource: 'payment', id: 'tr_1' }, 'webhook_unknown'],
    ['nothing', {}, 'webhook_unknown'],
    ['a classic webhook', 'id=payout_1', 'webhook_unreadable'],
    ['an event about nothing', envelope('payout.completed', { entityId: '' }), 'webhook_unreadable'],
    ['an event without an id', envelope('payout.completed', { id: null }), 'webhook_unreadable'],
    ['a bare payout without a status', { resource: 'payout', id: 'payout_1' }, 'webhook_unreadable'],
    [
      'live money, with a test key',
      envelope('payout.completed', { _embedded: { entity: { ...entity, mode: 'live' } } }),
      'webhook_other_mode',
    ],
  ])('%s', async (_, event, code) => {
    const { mollie, told } = hooked();
    expect(await mollie.parseWebhook(delivery(event))).toEqual([]);
    expect(told.map((heard) => heard.type === 'diagnostic' && heard.code)).toContain(code);
  });
});

describe('10,000 fuzzed deliveries: no crash, no acceptance', () => {
  const { mollie } = hooked();
  const good = delivery(envelope());

  it('of anything', async () => {
    const nearly = ['sha256=', 'sha256:', ',', ' ', hmac(good.body, 'other'), hmac(`${good.body} `), '0'.repeat(64), '=', '💸'];
    const header = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...nearly), { maxLength: 8 }).map((some) => some.join('')),
    );
    const headers = fc.oneof(
      { weight: 8, arbitrary: fc.record({ 'x-mollie-signature': fc.oneof(header, fc.array(header, { maxLength: 3 })) }) },
      fc.anything({ maxDepth: 1 }),
    );
    const body = fc.oneof({ weight: 4, arbitrary: fc.constant(good.body) }, fc.string(), fc.uint8Array(), fc.anything({ maxDepth: 1 }));
    const property = fc.asyncProperty(headers, body, async (sent, content) => {
      const payload = { headers: sent, body: content } as unknown;
      const error: unknown = await mollie.parseWebhook(payload as WebhookPayload).catch((thrown: unknown) => thrown);
      if (!isPayoutError(error) || error.code !== 'webhook_refused') throw new Error('taken, or broken');
    });
    await expect(fc.assert(property, { seed: SEED, numRuns: 10_000 })).resolves.toBeUndefined();
  }, 60_000);

  it('of 2,000 signed bodies of anything, each is read or ignored', async () => {
    const odd = fc.anything({ maxDepth: 2 });
    const json = (value: unknown): string =>
      JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? 1 : inner)) ?? 'null';
    const text = fc.oneof(
      fc.json(),
      fc.record({ id: odd, entityId: odd, createdAt: odd, _embedded: odd }).map((some) => json(envelope('payout.failed', some))),
      odd.map((value) => json(envelope('payout.failed', { _embedded: { entity: value } }))),
      fc.record({ status: odd, statusReason: odd, amount: odd, mode: odd, completedAt: odd }).map((some) => json({ ...entity, ...some })),
    );
    const property = fc.asyncProperty(text, async (signed) => {
      if (!Array.isArray(await mollie.parseWebhook(delivery(signed)))) throw new Error('no list');
    });
    await expect(fc.assert(property, { seed: SEED, numRuns: 2_000 })).resolves.toBeUndefined();
  }, 60_000);
});
