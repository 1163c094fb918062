// What Stripe signs and sends (contract section 11). The official SDK is the judge of signatures.
import Stripe from 'stripe';
import { afterEach, describe, expect, it } from 'vitest';
import { asking } from '../__fixtures__/asking.ts';
import { receiving, strangeTexts, type Receiver } from '../__fixtures__/receiving.ts';
import { simulateStripe, type SimulatedStripe, type WebhookFault, type WebhookRequest } from '../index.ts';

const HOUR_MS = 3_600_000;
const stripe = new Stripe('sk_test_simulated', { telemetry: false });
const PAYOUT = 'amount=1100&currency=usd';

let receiver: Receiver | null = null;
afterEach(async () => {
  await receiver?.close();
  receiver = null;
});

/** A world whose deliveries are taken in here, as they arrived and when. */
interface Inbox {
  readonly world: SimulatedStripe;
  readonly got: { readonly at: number; readonly request: WebhookRequest }[];
}
type Options = Parameters<SimulatedStripe['webhooks']['add']>[0];

async function inbox(options: Omit<Options, 'url' | 'deliver'> = {}, world = simulateStripe()): Promise<Inbox> {
  const got: Inbox['got'] = [];
  await world.webhooks.add({
    ...options,
    deliver: (request) => {
      got.push({ at: world.clock.now(), request });
      return { status: 200 };
    },
  });
  return { world, got };
}

/** What the SDK makes of a delivery; throws where it refuses it. */
function verified({ headers, body }: WebhookRequest, secret: string, at: number): Stripe.Event {
  return stripe.webhooks.constructEvent(Buffer.from(body, 'utf8'), headers['stripe-signature'] ?? '', secret, undefined, undefined, at);
}

const signatureOf = ({ got }: Inbox, index = 0): string => got[index]?.request.headers['stripe-signature'] ?? '';
const json = ({ got }: Inbox, index = 0): unknown => JSON.parse(got[index]?.request.body ?? 'null');

describe('signatures', () => {
  it('of 320 events convince the official SDK, over the bytes that arrived on a socket', async () => {
    const world = simulateStripe();
    receiver = await receiving();
    const { secret } = await world.webhooks.add({ url: receiver.url, secret: 'whsec_sécret-€' });
    for (const text of strangeTexts(80, 11)) world.account().addAutomaticPayout({ amount: 1, currency: 'usd', metadata: { text } });
    await world.clock.advanceTo('2026-11-25T00:00:00Z');
    const types = receiver.arrivals.map(({ bytes, headers }) => {
      const header = String(headers['stripe-signature']);
      const at = Number(/t=(\d+)/.exec(header)?.[1]) * 1000;
      const event = stripe.webhooks.constructEvent(bytes, header, secret, 1, undefined, at);
      const payout = world.events.find(({ id }) => id === event.id)?.payout;
      expect(event.data.object).toEqual(payout);
      return event.type;
    });
    expect(types.length).toBe(320); // created, updated, paid and reconciliation_completed of each
    expect(new Set(receiver.arrivals.map(({ bytes }) => bytes.byteLength)).size).toBeGreaterThan(20);
    expect(world.webhooks.deliveries.every(({ status, attempt }) => status === 200 && attempt === 1)).toBe(true);
  });

  const VERDICTS: readonly (readonly [string, readonly [WebhookFault, ...WebhookFault[]], string | null])[] = [
    ['299 s old', [{ signedAgoMs: 299_000 }], null],
    ['301 s old', [{ signedAgoMs: 301_000 }], 'Timestamp outside the tolerance zone'],
    ['from the future: the SDK takes it, we may not', [{ signedAgoMs: -3_600_000 }], null],
    ['of a stranger', [{ wrongSecret: true }], 'No signatures found matching the expected signature'],
    ['missing', [{ unsigned: true }], 'No stripe-signature header value was provided'],
    ['over another amount', [{ tamper: (body) => body.replace('1100', '9900') }], 'No signatures found matching'],
    ['over one more line', [{ tamper: (body) => `${body}\n` }], 'No signatures found matching'],
    ['over the same JSON in other bytes', [{ tamper: (body) => JSON.stringify(JSON.parse(body)) }], 'No signatures found matching'],
  ];
  it.each(VERDICTS)('%s', async (_, faults, refusal) => {
    const given = await inbox();
    given.world.webhooks.faults.next(...faults);
    await asking(given.world)('POST /v1/payouts', { body: PAYOUT });
    await given.world.webhooks.settle();
    const [first] = given.got;
    if (first === undefined) throw new Error('Nothing arrived.');
    const verdict = (): Stripe.Event => verified(first.request, given.world.webhookSecret, first.at);
    if (refusal === null) expect(verdict().type).toBe('payout.created');
    else expect(verdict).toThrow(refusal);
    expect(given.world.webhooks.faults.waiting).toBe(0);
  });

  it('are made anew for every attempt, over the same bytes', async () => {
    const world = simulateStripe();
    const got: WebhookRequest[] = [];
    await world.webhooks.add({
      deliver: (request) => {
        got.push(request);
        verified(request, world.webhookSecret, world.clock.now());
        return { status: 500 };
      },
      events: ['payout.created'],
    });
    await asking(world)('POST /v1/payouts', { body: PAYOUT });
    await world.clock.advance(24 * HOUR_MS);
    expect(new Set(got.map(({ body }) => body)).size).toBe(1);
    expect(got.map(({ headers }) => Number(/t=(\d+)/.exec(headers['stripe-signature'] ?? '')?.[1]) % 86_400)).toEqual(
      [0, 300, 3600, 10_800].map((seconds) => 9 * 3600 + seconds),
    );
  });

  it('come with noise of the scheme v0, where the endpoint asks for it', async () => {
    const given = await inbox({ v0: true });
    await asking(given.world)('POST /v1/payouts', { body: PAYOUT });
    await given.world.webhooks.settle();
    expect(signatureOf(given)).toMatch(/^t=\d+,v1=[0-9a-f]{64},v0=[0-9a-f]{64}$/);
    const [first] = given.got;
    expect(first === undefined ? null : verified(first.request, given.world.webhookSecret, first.at).type).toBe('payout.created');
  });
});

describe('rotation', () => {
  it('signs with both secrets for 24 hours, then with the new one alone', async () => {
    const world = simulateStripe();
    const headers: string[] = [];
    const endpoint = await world.webhooks.add({
      events: ['payout.created'],
      deliver: (request) => {
        headers.push(request.headers['stripe-signature'] ?? '');
        return { status: 200 };
      },
    });
    const event = async (): Promise<void> => {
      await asking(world)('POST /v1/payouts', { body: 'amount=1&currency=usd' });
      await world.webhooks.settle();
    };
    await event();
    const next = endpoint.rotate();
    expect([endpoint.secret, next === endpoint.secret]).toEqual([world.webhookSecret, false]);
    await event();
    await world.clock.advance(24 * HOUR_MS - 1);
    await event();
    await world.clock.advance(1);
    await event();
    expect(headers.map((header) => header.split('v1=').length - 1)).toEqual([1, 2, 2, 1]);
    const takes = (secret: string): readonly boolean[] =>
      world.webhooks.deliveries.map(({ request, at }) => {
        try {
          return request !== null && verified(request, secret, at).object === 'event';
        } catch {
          return false;
        }
      });
    expect(takes(endpoint.secret)).toEqual([true, true, true, false]);
    expect(takes(next)).toEqual([false, true, true, true]);
  });

  it('keeps the old secret as long as it is told, never longer than before', async () => {
    const world = simulateStripe();
    const endpoint = await world.webhooks.add({ deliver: () => ({ status: 200 }) });
    const signatures = async (): Promise<number> => {
      world.account().addAutomaticPayout({ amount: 1, currency: 'usd' });
      await world.webhooks.settle();
      return (world.webhooks.deliveries.at(-1)?.request?.headers['stripe-signature']?.split('v1=').length ?? 0) - 1;
    };
    expect(endpoint.rotate({ secret: 'whsec_b', keepOldMs: 60_000 })).toBe('whsec_b');
    endpoint.rotate({ secret: 'whsec_c' });
    expect(await signatures()).toBe(3);
    await world.clock.advance(60_000);
    expect(await signatures()).toBe(2);
    endpoint.rotate({ secret: 'whsec_d', keepOldMs: 0 });
    expect(await signatures()).toBe(1);
    expect(() => endpoint.rotate({ secret: '' })).toThrow('empty');
  });
});

describe('snapshot events', () => {
  it('have the documented envelope', async () => {
    const given = await inbox({ apiVersion: '2023-08-16' });
    given.world.account('acct_1');
    const reply = await asking(given.world)('POST /v1/payouts', {
      body: PAYOUT,
      key: 'k-1',
      account: 'acct_1',
      headers: { 'stripe-version': '2026-09-30.endive' },
    });
    await given.world.clock.advance(24 * HOUR_MS);
    const [created, updated] = given.world.events;
    expect(json(given)).toEqual({
      id: created?.id,
      object: 'event',
      account: 'acct_1',
      api_version: '2023-08-16',
      created: Date.parse('2026-11-23T09:00:00Z') / 1000,
      data: { object: reply.json },
      livemode: false,
      pending_webhooks: 1,
      request: { id: reply.headers.get('request-id'), idempotency_key: 'k-1' },
      type: 'payout.created',
    });
    expect(json(given, 1)).toMatchObject({
      id: updated?.id,
      type: 'payout.updated',
      data: { object: { id: reply.json.id, status: 'in_transit' }, previous_attributes: { status: 'pending' } },
      request: { id: null, idempotency_key: null },
    });
    expect(given.got[0]?.request.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('name no account for the platform, and live events say so', async () => {
    const given = await inbox({}, simulateStripe({ apiKey: 'sk_live_1' }));
    await asking(given.world)('POST /v1/payouts', { body: PAYOUT });
    await given.world.webhooks.settle();
    expect(json(given)).toMatchObject({ livemode: true, api_version: '2026-10-28.endive' });
    expect(json(given)).not.toHaveProperty('account');
  });

  it('are delivered when they happen, also in the middle of a long move', async () => {
    const given = await inbox();
    await asking(given.world)('POST /v1/payouts', { body: PAYOUT });
    await given.world.clock.advance(30 * 24 * HOUR_MS);
    expect(given.got.map(({ at, request }) => [verified(request, given.world.webhookSecret, at).type, new Date(at).toISOString()])).toEqual(
      [
        ['payout.created', '2026-11-23T09:00:00.000Z'],
        ['payout.updated', '2026-11-24T00:00:00.000Z'],
        ['payout.paid', '2026-11-25T00:00:00.000Z'],
      ],
    );
  });
});

describe('thin events', () => {
  it('say which payout changed and nothing else, and convince the official SDK', async () => {
    const given = await inbox({ shape: 'thin' });
    given.world.account('acct_1');
    const reply = await asking(given.world)('POST /v1/payouts', { body: PAYOUT, key: 'k-1', account: 'acct_1' });
    await asking(given.world)('POST /v1/payouts', { body: PAYOUT });
    await given.world.webhooks.settle();
    expect(json(given)).toEqual({
      id: expect.stringMatching(/^evt_thin_/) as string,
      object: 'v2.core.event',
      type: 'v1.payout.created',
      created: '2026-11-23T09:00:00.000Z',
      livemode: false,
      context: 'acct_1',
      reason: { type: 'request', request: { id: reply.headers.get('request-id'), idempotency_key: 'k-1' } },
      related_object: { id: reply.json.id, type: 'payout', url: `/v1/payouts/${reply.json.id}` },
    });
    expect(json(given, 1)).not.toHaveProperty('context');
    const read = given.got.map(({ request, at }, index) =>
      stripe.parseEventNotification(request.body, signatureOf(given, index), given.world.webhookSecret, undefined, undefined, at),
    );
    expect(read.map(({ type, context }) => [type, context?.toString()])).toEqual([
      ['v1.payout.created', 'acct_1'],
      ['v1.payout.created', undefined],
    ]);
    const [first] = given.got;
    expect(() => first !== undefined && verified(first.request, given.world.webhookSecret, first.at)).toThrow('thin event notification');
  });

  it('exist for all six types of payout events, and beside the snapshot of the same change', async () => {
    const given = await inbox({ shape: 'thin' });
    const { world } = given;
    const snapshots: unknown[] = [];
    await world.webhooks.add({
      deliver: ({ body }) => {
        snapshots.push(JSON.parse(body));
        return { status: 200 };
      },
    });
    world.account().addAutomaticPayout({ amount: 1, currency: 'usd' });
    const canceled = await asking(world)('POST /v1/payouts', { body: PAYOUT });
    await asking(world)(`POST /v1/payouts/${canceled.json.id}/cancel`);
    const failed = await asking(world)('POST /v1/payouts', { body: PAYOUT });
    await world.clock.advance(48 * HOUR_MS);
    world.account().move(failed.json.id, 'failed');
    await world.webhooks.settle();
    const thin = given.got.map((_, index) => json(given, index) as { readonly id: string; readonly type: string });
    expect(new Set(thin.map(({ type }) => type))).toEqual(
      new Set(['created', 'updated', 'paid', 'failed', 'canceled', 'reconciliation_completed'].map((name) => `v1.payout.${name}`)),
    );
    expect(snapshots.map((event) => `v1.${(event as { readonly type: string }).type}`)).toEqual(thin.map(({ type }) => type));
    const ids = [...thin, ...(snapshots as typeof thin)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(snapshots[0]).toMatchObject({ pending_webhooks: 2 });
  });
});
