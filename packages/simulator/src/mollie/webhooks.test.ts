// What Mollie signs and sends (contract section 14). The official SDK is the judge of signatures and envelopes.
import { Client, HTTPClient, SignatureValidator } from 'mollie-api-typescript';
import { afterEach, describe, expect, it } from 'vitest';
import { receiving, strangeTexts, type Receiver } from '../__fixtures__/receiving.ts';
import {
  simulateMollie,
  type MollieWebhookEndpoint,
  type MollieWebhookOptions,
  type SimulatedMollie,
  type WebhookFault,
  type WebhookRequest,
} from '../index.ts';
import { asking, payoutBody } from './__fixtures__/asking.ts';

const HOUR_MS = 3_600_000;

let receiver: Receiver | null = null;
afterEach(async () => {
  await receiver?.close();
  receiver = null;
});

interface Inbox {
  readonly world: SimulatedMollie;
  readonly secret: string;
  readonly rotate: MollieWebhookEndpoint['rotate'];
  /** Without the ping at the beginning. */
  readonly got: WebhookRequest[];
}

async function inbox(options: MollieWebhookOptions = {}, world = simulateMollie()): Promise<Inbox> {
  const got: WebhookRequest[] = [];
  const { secret, rotate } = await world.webhooks.add({
    ...options,
    deliver: (request) => {
      got.push(request);
      return { status: 200 };
    },
  });
  got.splice(0);
  return { world, secret, rotate, got };
}

const bodies = ({ got }: Inbox): readonly unknown[] => got.map(({ body }) => JSON.parse(body) as unknown);
const paid = async ({ world }: Pick<Inbox, 'world'>): Promise<string> => {
  const { json } = await asking(world)('POST /v2/payouts', { body: payoutBody(world) });
  await world.clock.advanceTo('2026-11-25T00:00:00Z');
  return json.id;
};

/** What the SDK reads out of an envelope; rejects where the envelope is none. */
async function readBySdk(body: string): Promise<unknown> {
  const headers = { 'content-type': 'application/hal+json' };
  const httpClient = new HTTPClient({ fetcher: () => Promise.resolve(new Response(body, { headers })) });
  const { webhookEvents } = new Client({ httpClient, security: { apiKey: 'test_none' }, retryConfig: { strategy: 'none' } });
  return (await webhookEvents.get({ webhookEventId: 'event_1' })).entityId;
}

describe('signatures', () => {
  it('of 210 events convince the official SDK, over the bytes that arrived on a socket', async () => {
    const world = simulateMollie();
    receiver = await receiving();
    const { secret } = await world.webhooks.add({ url: receiver.url });
    for (const description of strangeTexts(70, 12)) world.test.balance().addPayout({ amount: '0.01', description });
    await world.clock.advanceTo('2026-11-25T00:00:00Z');
    const [ping, ...events] = receiver.arrivals;
    expect(JSON.parse(String(ping?.bytes))).toMatchObject({ type: 'hook.ping' });
    expect(events.length).toBe(210);
    for (const { bytes, headers } of events) {
      const signature = String(headers['x-mollie-signature']);
      expect(await SignatureValidator.validate(bytes.toString('utf8'), secret, signature)).toBe(true);
      await expect(SignatureValidator.validate(bytes.toString('utf8'), `${secret}x`, signature)).rejects.toThrow('Invalid');
      const { id, _embedded } = JSON.parse(bytes.toString('utf8')) as { readonly id: string; readonly _embedded: { entity: unknown } };
      expect(_embedded.entity).toMatchObject(world.events.find((event) => event.id === id)?.payout ?? { missing: id });
    }
  });

  const VERDICTS: readonly (readonly [string, WebhookFault, 'true' | 'false' | 'throws'])[] = [
    ['as it should be', { delayMs: 1000 }, 'true'],
    ['of a stranger', { wrongSecret: true }, 'throws'],
    ['missing', { unsigned: true }, 'false'],
    ['over another amount', { tamper: (body) => body.replace('"10.00"', '"99.00"') }, 'throws'],
    ['over the same JSON in other bytes', { tamper: (body) => JSON.stringify(JSON.parse(body), null, 1) }, 'throws'],
  ];
  it.each(VERDICTS)('%s', async (_, fault, verdict) => {
    const given = await inbox();
    given.world.webhooks.faults.next(fault);
    await paid(given);
    const [first] = given.got;
    if (first === undefined) throw new Error('Nothing arrived.');
    const heard = await SignatureValidator.validate(first.body, given.secret, first.headers['x-mollie-signature']).then(
      String,
      () => 'throws',
    );
    expect(heard).toBe(verdict);
    expect(given.world.webhooks.faults.waiting).toBe(0);
  });

  it('hold no time, so that none can be old', () => {
    const { webhooks } = simulateMollie();
    expect(() => {
      webhooks.faults.next({ signedAgoMs: 1 });
    }).toThrow(TypeError);
  });

  it('are two lines for 24 hours after a rotation, which programs see as one', async () => {
    const world = simulateMollie();
    receiver = await receiving();
    const endpoint = await world.webhooks.add({ url: receiver.url });
    const inProcess = await inbox({}, world);
    const secrets = [endpoint.secret, endpoint.rotate({ secret: inProcess.secret })];
    inProcess.rotate({ secret: endpoint.secret });
    await paid({ world });
    const lines = (receiver.arrivals[1]?.rawHeaders ?? []).flatMap((name, index, all) =>
      name === 'x-mollie-signature' ? [all[index + 1]] : [],
    );
    expect(lines.length).toBe(2);
    const body = String(receiver.arrivals[1]?.bytes);
    for (const secret of secrets) expect(lines).toContain(`sha256=${await SignatureValidator.createSignature(body, secret)}`);
    expect(receiver.arrivals[1]?.headers['x-mollie-signature']).toBe(lines.join(', '));
    // 17:00 in Amsterdam is 31 hours after the rotation.
    expect(receiver.arrivals.map(({ headers }) => String(headers['x-mollie-signature']).split(', ').length)).toEqual([1, 2, 2, 1]);
    expect(inProcess.got[0]?.headers['x-mollie-signature']).toBe(lines.toReversed().join(', '));
  });

  it('use a secret of 32 characters that is new for every subscription, or the given one', async () => {
    const world = simulateMollie();
    const deliver = (): { status: number } => ({ status: 200 });
    const one = await world.webhooks.add({ deliver });
    const two = await world.webhooks.add({ deliver });
    const three = await world.webhooks.add({ deliver, mode: 'live', secret: 'mine' });
    expect([one.secret.length, two.secret.length, three.secret]).toEqual([32, 32, 'mine']);
    expect(one.secret).not.toBe(two.secret);
    expect(one.id).toMatch(/^hook_/);
    await expect(world.webhooks.add({ deliver, secret: '' })).rejects.toThrow('empty');
  });
});

describe('bodies', () => {
  it('full: embeds the payout as it was then', async () => {
    const given = await inbox();
    const id = await paid(given);
    expect(bodies(given)).toMatchObject(
      ['initiated', 'processing-at-bank', 'completed'].map((status, index) => ({
        resource: 'event',
        id: given.world.events[index]?.id,
        type: `payout.${status}`,
        entityId: id,
        createdAt: expect.stringMatching(/^2026-11-24T\d\d:00:00\.0Z$/) as string,
        _embedded: {
          entity: { resource: 'payout', id, status, mode: 'test', _links: { self: { href: `https://api.mollie.com/v2/payouts/${id}` } } },
        },
        _links: { self: {}, documentation: {}, entity: { href: `/v2/payouts/${id}` } },
      })),
    );
    expect(await Promise.all(given.got.map(({ body }) => readBySdk(body)))).toEqual([id, id, id]);
    await expect(readBySdk('{}')).rejects.toThrow('validation');
    expect(given.got[0]?.headers['content-type']).toBe('application/json');
  });

  it('simple: only names it', async () => {
    const given = await inbox({ shape: 'simple' });
    const id = await paid(given);
    expect(bodies(given)).toMatchObject([{ resource: 'event', entityId: id }, { entityId: id }, { entityId: id }]);
    for (const body of bodies(given)) expect(body).not.toHaveProperty('_embedded');
    expect(await Promise.all(given.got.map(({ body }) => readBySdk(body)))).toEqual([id, id, id]);
    await expect(readBySdk('{}')).rejects.toThrow('validation');
  });

  it('bare: is the payout itself', async () => {
    const given = await inbox({ shape: 'bare' });
    const id = await paid(given);
    const { json } = await asking(given.world)(`GET /v2/payouts/${id}`);
    expect(bodies(given).at(-1)).toEqual(json);
    expect(bodies(given)[0]).toMatchObject({ resource: 'payout', id, status: 'initiated' });
  });

  it('tell of the five changes, never of a creation, and only those that were asked for', async () => {
    const world = simulateMollie();
    const all = await inbox({}, world);
    const some = await inbox({ events: ['payout.failed', 'payout.canceled'] }, world);
    const balance = world.test.balance();
    balance.addPayout({ amount: '1.00', description: 'simulate:returned' });
    const { id } = balance.addPayout({ amount: '1.00' });
    world.test.move(id, 'canceled');
    await world.clock.advance(14 * 24 * HOUR_MS);
    const types = (given: Inbox): readonly unknown[] => bodies(given).map((body) => (body as { readonly type: string }).type);
    expect(types(all)).toEqual(['payout.canceled', 'payout.initiated', 'payout.processing-at-bank', 'payout.completed', 'payout.failed']);
    expect(types(some)).toEqual(['payout.canceled', 'payout.failed']);
  });

  it('go to the subscriptions of their mode', async () => {
    const world = simulateMollie();
    const test = await inbox({}, world);
    const live = await inbox({ mode: 'live' }, world);
    world.live.balance().addPayout({ amount: '1.00' });
    await world.clock.advance(24 * HOUR_MS);
    expect([test.got.length, live.got.length]).toEqual([0, 2]);
    expect(bodies(live)).toMatchObject([{ _embedded: { entity: { mode: 'live' } } }, {}]);
  });
});

describe('a new subscription', () => {
  const REFUSED: readonly (readonly [string, () => { readonly status: number }])[] = [
    ['204', () => ({ status: 204 })],
    ['201', () => ({ status: 201 })],
    ['302', () => ({ status: 302 })],
    ['401, as a receiver that verifies what it cannot yet verify', () => ({ status: 401 })],
    [
      'nothing',
      () => {
        throw new Error('down');
      },
    ],
  ];
  it.each(REFUSED)('is refused when the receiver answers %s', async (_, deliver) => {
    const world = simulateMollie();
    await expect(world.webhooks.add({ deliver })).rejects.toThrow('Failed to ping the webhook subscription.');
    await paid({ world });
    expect(world.webhooks.deliveries).toMatchObject([{ type: 'hook.ping', attempt: 1 }]);
  });

  it('begins with a ping that is signed with a secret which nobody knows yet', async () => {
    const got: WebhookRequest[] = [];
    const world = simulateMollie();
    const endpoint = await world.webhooks.add({
      deliver: (request) => {
        got.push(request);
        return { status: 200 };
      },
    });
    expect(got.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { resource: 'event', id: expect.stringMatching(/^event_/) as string, type: 'hook.ping', createdAt: '2026-11-23T09:00:00.0Z' },
    ]);
    expect(await SignatureValidator.validate(got[0]?.body ?? '', endpoint.secret, got[0]?.headers['x-mollie-signature'])).toBe(true);
    expect(await endpoint.ping()).toBe(200);
    expect(world.webhooks.deliveries.map(({ type, status }) => [type, status])).toEqual([
      ['hook.ping', 200],
      ['hook.ping', 200],
    ]);
  });

  it('is the third in test mode and the fourth in live mode that is refused', async () => {
    const world = simulateMollie();
    const add = (mode: 'test' | 'live'): Promise<unknown> => world.webhooks.add({ mode, deliver: () => ({ status: 200 }) });
    const first = await world.webhooks.add({ deliver: () => ({ status: 200 }) });
    await add('test');
    await expect(add('test')).rejects.toThrow('2 active subscriptions');
    first.remove();
    await add('test');
    for (let count = 0; count < 3; count += 1) await add('live');
    await expect(add('live')).rejects.toThrow('3 active subscriptions');
  });
});

describe('a receiver that fails', () => {
  const MINUTES = [0, 1, 3, 7, 15, 31, 60, 120, 240, 1560];

  it('gets ten attempts over 26 hours, to the second, and is blocked by the last', async () => {
    const world = simulateMollie();
    let up = true;
    const endpoint = await world.webhooks.add({ deliver: () => ({ status: up ? 200 : 503 }), events: ['payout.initiated'] });
    up = false;
    const balance = world.test.balance();
    balance.addPayout({ amount: '1.00' });
    await world.clock.advanceTo('2026-11-24T06:00:00Z');
    const first = world.clock.now();
    const attempts = (): readonly number[] =>
      world.webhooks.deliveries.filter(({ type }) => type === 'payout.initiated').map(({ at }) => (at - first) / 60_000);
    await world.clock.advance(26 * HOUR_MS - 1);
    expect([attempts(), endpoint.status]).toEqual([MINUTES.slice(0, 9), 'enabled']);
    await world.clock.advance(1);
    expect([attempts(), endpoint.status]).toEqual([MINUTES, 'blocked']);
    await world.clock.advance(30 * 24 * HOUR_MS);
    expect(attempts()).toEqual(MINUTES);
  });

  it('is blocked by the first failure after 24 hours; nothing goes there until somebody enables it', async () => {
    const world = simulateMollie();
    let status = 200;
    const endpoint = await world.webhooks.add({ deliver: () => ({ status }) });
    status = 500;
    const balance = world.test.balance();
    const event = (): void => {
      world.test.move(balance.addPayout({ amount: '1.00' }).id, 'canceled');
    };
    event();
    await world.clock.advance(24 * HOUR_MS);
    expect(endpoint.status).toBe('enabled');
    event();
    await world.webhooks.settle();
    expect(endpoint.status).toBe('blocked');
    const sent = world.webhooks.deliveries.length;
    status = 200;
    event();
    await world.clock.advance(48 * HOUR_MS);
    expect(world.webhooks.deliveries.length).toBe(sent);
    endpoint.enable();
    event();
    await world.webhooks.settle();
    expect([endpoint.status, world.webhooks.deliveries.length, world.webhooks.deliveries.at(-1)?.status]).toEqual([
      'enabled',
      sent + 1,
      200,
    ]);
  });

  it('has its 24 hours anew after it was enabled', async () => {
    const world = simulateMollie();
    let status = 200;
    const endpoint = await world.webhooks.add({ deliver: () => ({ status }) });
    status = 500;
    const event = (): Promise<void> => {
      world.test.move(world.test.balance().addPayout({ amount: '1.00' }).id, 'canceled');
      return world.webhooks.settle();
    };
    await event();
    await world.clock.advance(25 * HOUR_MS);
    await event();
    expect(endpoint.status).toBe('blocked');
    endpoint.enable();
    await event();
    expect(endpoint.status).toBe('enabled');
  });

  it('has 15 virtual seconds to answer', async () => {
    const world = simulateMollie();
    let answer = Promise.resolve({ status: 200 });
    await world.webhooks.add({ deliver: () => answer });
    answer = new Promise(() => undefined);
    world.test.move(world.test.balance().addPayout({ amount: '1.00' }).id, 'canceled');
    await world.clock.advance(14_999);
    expect(world.webhooks.deliveries.at(-1)?.failure).toBeNull();
    await world.clock.advance(1);
    expect(world.webhooks.deliveries.at(-1)?.failure).toBe('no answer within 15 s');
  });

  it('is not blocked when one delivery succeeded in between', async () => {
    const world = simulateMollie();
    let status = 200;
    const endpoint = await world.webhooks.add({ deliver: () => ({ status }) });
    const event = (): Promise<void> => {
      world.test.move(world.test.balance().addPayout({ amount: '1.00' }).id, 'canceled');
      return world.webhooks.settle();
    };
    status = 500;
    await event();
    await world.clock.advance(23 * HOUR_MS);
    status = 200;
    await event();
    status = 500;
    await world.clock.advance(2 * HOUR_MS);
    await event();
    expect(endpoint.status).toBe('enabled');
    endpoint.enable();
    expect(endpoint.status).toBe('enabled');
  });
});
