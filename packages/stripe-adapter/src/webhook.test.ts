// Contract section 11: signature, envelope, thin events.
import { isPayoutError } from '@disburse/core';
import type { WebhookPayload } from '@disburse/core/adapter';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delivery, hooked, SECRET, snapshot, T, thin, v1 } from './__fixtures__/delivery.ts';
import created from './__fixtures__/payout.create.json' with { type: 'json' };
import { createStripe } from './index.ts';
import { toPayout } from './read-payout.ts';
import { PAYOUT_TYPES, THIN_PAYOUT_TYPES } from './webhook.ts';

const SEED = 20_261_120;

describe("the contract's test vector", () => {
  const body = '{"id":"evt_test_1","object":"event","type":"payout.paid"}';
  const hex = '06da5f956468119ef8ac768cb7ae16058c208adb5c03e7eabb58359558828012';
  const at = async (seconds: number, header: string, secrets: readonly string[] = [SECRET]): Promise<string> => {
    const { stripe } = hooked({ webhookSecrets: secrets }, seconds);
    return stripe.parseWebhook({ headers: { 'stripe-signature': header }, body }).then(
      () => 'taken',
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    );
  };

  it.each<[string, number, string, string]>([
    ['as it is', T, `t=${T},v1=${hex}`, 'taken'],
    ['among others', T, `t=${T},v1=ffff,v1=${hex},v0=aa`, 'taken'],
    ['a second before the end', T + 299, `t=${T},v1=${hex}`, 'taken'],
    ['at the end', T + 300, `t=${T},v1=${hex}`, 'taken'],
    ['a second after the end', T + 301, `t=${T},v1=${hex}`, 'signed 301 s ago'],
    ['as far ahead', T - 300, `t=${T},v1=${hex}`, 'taken'],
    ['further ahead', T - 301, `t=${T},v1=${hex}`, "signed 301 s ahead of this machine's clock"],
    ['two header lines, joined', T, `t=${T},v1=${'0'.repeat(64)}, t=${T},v1=${hex}`, 'taken'],
    ['another time than was signed', T, `t=${T + 1},v1=${hex}`, 'no signature fits'],
    ['two times', T, `t=${T + 1},t=${T},v1=${hex}`, 'malformed'],
    ['no time', T, `v1=${hex}`, 'malformed'],
    ['a time that is none', T, `t=${T}abc,v1=${hex}`, 'malformed'],
    ['a time with a sign', T, `t=+${T},v1=${hex}`, 'malformed'],
    ['only v0', T, `t=${T},v0=${hex}`, 'malformed'],
    ['upper case, which Stripe never writes', T, `t=${T},v1=${hex.toUpperCase()}`, 'malformed'],
    ['nothing', T, ',', 'malformed'],
  ])('%s', async (_, seconds, header, verdict) => {
    expect(await at(seconds, header)).toContain(verdict);
  });

  it('with two secrets while one is rolled', async () => {
    expect(await at(T, `t=${T},v1=${hex}`, ['whsec_new', SECRET])).toBe('taken');
    expect(await at(T, `t=${T},v1=${hex}`, ['whsec_new', 'whsec_newer'])).toContain('with any of the webhookSecrets');
  });

  it('the secret is taken verbatim: its prefix is part of it', async () => {
    expect(await at(T, `t=${T},v1=${hex}`, ['test_secret'])).toContain('no signature fits');
  });
});

describe('settings', () => {
  it.each([[['']], [[' ']], [[SECRET, '']], [[]]])('secrets that are none are refused at construction: %j', (webhookSecrets) => {
    expect(() => createStripe({ apiKey: 'sk_test_1', webhookSecrets })).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
  });

  it('without secrets nothing is believed', async () => {
    const { stripe } = hooked({ webhookSecrets: undefined });
    await expect(stripe.parseWebhook(delivery(snapshot('payout.paid')))).rejects.toMatchObject({ code: 'invalid_settings' });
  });

  it('a copy for a connected account believes the same', async () => {
    expect(
      await hooked()
        .stripe.forAccount('acct_1')
        .parseWebhook(delivery(snapshot('payout.paid'))),
    ).toHaveLength(1);
  });
});

it('the types are those of the documentation, by hand', () => {
  const names = ['payout.created', 'payout.updated', 'payout.paid', 'payout.failed', 'payout.canceled', 'payout.reconciliation_completed'];
  expect(PAYOUT_TYPES).toEqual(names);
  expect(THIN_PAYOUT_TYPES).toEqual(names.map((name) => `v1.${name}`));
});

describe('snapshot events', () => {
  it.each(PAYOUT_TYPES)('%s', async (type) => {
    const { stripe, told } = hooked({ name: 'us' });
    expect(await stripe.parseWebhook(delivery(snapshot(type)))).toEqual([
      {
        id: 'evt_1',
        type,
        provider: 'stripe',
        name: 'us',
        payoutId: created.id,
        payout: toPayout('us', created),
        occurredAt: '2026-11-20T09:00:00.000Z',
        live: false,
        account: null,
        idempotencyKey: 'key-1',
      },
    ]);
    expect(told).toEqual([]);
  });

  it("the status is the object's, whatever the event is called", async () => {
    const [event] = await hooked().stripe.parseWebhook(delivery(snapshot('payout.paid', { status: 'failed', failure_code: 'no_account' })));
    expect(event?.payout).toMatchObject({ status: 'failed', failure: { reason: 'account_not_found' } });
  });

  it.each<[string, object, object]>([
    ['of a connected account', { account: 'acct_1' }, { account: 'acct_1' }],
    ['without a request', { request: null }, { idempotencyKey: null }],
    ['of a request without a key', { request: { id: 'req_1', idempotency_key: null } }, { idempotencyKey: null }],
    ['of an old API version', { request: 'req_1', api_version: null }, { idempotencyKey: null }],
    ['without a time: it is when it was received', { created: null }, { occurredAt: '2017-04-21T11:36:17.000Z' }],
    ['with fields that nobody knows', { context: 'x', some: { new: ['thing'] } }, { id: 'evt_1' }],
  ])('%s', async (_, more, expected) => {
    expect(await hooked().stripe.parseWebhook(delivery(snapshot('payout.paid', {}, more as never)))).toMatchObject([expected]);
  });

  it('a payout that cannot be read is a hint, and said', async () => {
    const { stripe, told } = hooked();
    const events = await stripe.parseWebhook(delivery(snapshot('payout.paid', { amount: 'ten' })));
    expect(events).toMatchObject([{ payoutId: created.id, payout: null }]);
    expect(told).toMatchObject([{ code: 'webhook_payout_unreadable' }]);
  });
});

describe('thin events', () => {
  it.each(THIN_PAYOUT_TYPES)('%s', async (type) => {
    const reason = { type: 'request', request: { id: 'req_1', idempotency_key: 'key-1' } };
    expect(await hooked().stripe.parseWebhook(delivery(thin(type, { reason, context: 'acct_1' })))).toEqual([
      {
        id: 'evt_thin_1',
        type,
        provider: 'stripe',
        name: 'stripe',
        payoutId: 'po_1',
        payout: null,
        occurredAt: '2026-11-20T09:00:00.123Z',
        live: false,
        account: 'acct_1',
        idempotencyKey: 'key-1',
      },
    ]);
  });

  it.each([[undefined], [null], ['org_1/acct_1'], ['']])('a context that is no single account names none: %s', async (context) => {
    expect(await hooked().stripe.parseWebhook(delivery(thin('v1.payout.paid', { context })))).toMatchObject([
      { account: null, idempotencyKey: null },
    ]);
  });
});

describe('verified and ignored, with a word to onTelemetry', () => {
  it.each<[string, Readonly<Record<string, unknown>> | string, string]>([
    ['a type of another product', snapshot('balance.available'), 'webhook_unknown'],
    ['a type that is new', snapshot('payout.teleported'), 'webhook_unknown'],
    ['a type that objects have by birth', snapshot('constructor'), 'webhook_unknown'],
    ["Treasury's", snapshot('treasury.outbound_payment.posted'), 'webhook_unknown'],
    ['a thin type of another product', thin('v1.balance.available'), 'webhook_unknown'],
    ['a thin event that calls itself a snapshot', thin('payout.paid'), 'webhook_unknown'],
    ['an object that is no payout', snapshot('payout.paid', { object: 'transfer' }), 'webhook_foreign'],
    ['an event without an object', snapshot('payout.paid', {}, { data: {} }), 'webhook_unreadable'],
    ['a thin event about nothing', thin('v1.payout.paid', { related_object: null }), 'webhook_unreadable'],
    ['no event', { object: 'payout', type: 'bank_account' }, 'webhook_unknown'],
    ['a JSON object of nothing', {}, 'webhook_unreadable'],
    ['a list', '[]', 'webhook_unreadable'],
    ['no JSON', 'hello', 'webhook_unreadable'],
    ['live money, with a test key', snapshot('payout.paid', { livemode: true }, { livemode: true }), 'webhook_other_mode'],
  ])('%s', async (_, event, code) => {
    const { stripe, told } = hooked();
    expect(await stripe.parseWebhook(delivery(event))).toEqual([]);
    expect(told).toMatchObject([{ type: 'diagnostic', provider: 'stripe', code, message: expect.any(String) }]);
  });

  it('what is told never repeats what is no word', async () => {
    const { stripe, told } = hooked();
    await stripe.parseWebhook(delivery(snapshot('payout.paid\nforged line, 4242 4242')));
    expect(JSON.stringify(told)).not.toContain('4242');
  });
});

describe('10,000 fuzzed deliveries: no crash, no acceptance', () => {
  const { stripe } = hooked();
  const good = delivery(snapshot('payout.paid'));
  const nearly = ['t', 'v1', 'v0', '=', ',', ' ', `t=${T}`, '-1', v1(good.body, 'other'), v1(good.body, SECRET, T + 1), '\u0000', '💸'];
  const header = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...nearly), { maxLength: 12 }).map((some) => some.join('')),
  );
  const headers = fc.oneof(
    { weight: 8, arbitrary: fc.record({ 'stripe-signature': fc.oneof(header, fc.array(header, { maxLength: 3 })) }) },
    fc.dictionary(fc.constantFrom('Stripe-Signature', 'get', '__proto__', 'constructor', 'x'), fc.anything({ maxDepth: 1 })),
    fc.anything({ maxDepth: 1 }),
  );
  const body = fc.oneof({ weight: 4, arbitrary: fc.constant(good.body) }, fc.string(), fc.uint8Array(), fc.anything({ maxDepth: 1 }));

  it('of anything', async () => {
    const refusals: string[] = [];
    const property = fc.asyncProperty(headers, body, async (sent, content) => {
      const payload = { headers: sent, body: content } as unknown;
      const error: unknown = await stripe.parseWebhook(payload as WebhookPayload).catch((thrown: unknown) => thrown);
      if (!isPayoutError(error) || error.code !== 'webhook_refused') throw new Error('taken, or broken');
      refusals.push(error.message.slice(0, 40));
    });
    await fc.assert(property, { seed: SEED, numRuns: 10_000 });
    expect(refusals).toHaveLength(10_000);
    expect(new Set(refusals).size).toBeGreaterThan(4); // Every way to refuse was met.
  }, 60_000);

  const json = (value: unknown): string => JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? 1 : inner)) ?? 'null';
  const odd = fc.anything({ maxDepth: 2 });
  const text = fc.oneof(
    fc.json(),
    odd.map((object) => json(snapshot('payout.paid', {}, { data: { object } }))),
    odd.map((value) => json(snapshot('payout.paid', { status: value, metadata: value }))),
    fc.record({ id: odd, created: odd, account: odd, livemode: odd, request: odd }).map((some) => json(snapshot('payout.paid', {}, some))),
    fc.record({ id: odd, created: odd, context: odd, reason: odd, related_object: odd }).map((some) => json(thin('v1.payout.paid', some))),
  );

  it('of 2,000 signed bodies of anything, each is read or ignored', async () => {
    const property = fc.asyncProperty(text, async (signed) => {
      if (!Array.isArray(await stripe.parseWebhook(delivery(signed)))) throw new Error('no list');
    });
    await expect(fc.assert(property, { seed: SEED, numRuns: 2_000 })).resolves.toBeUndefined();
  }, 60_000);
});
