// When events are delivered, and what can go wrong on the way: the same for all worlds.
import { describe, expect, it } from 'vitest';
import { asking } from '../__fixtures__/asking.ts';
import { strangeTexts } from '../__fixtures__/receiving.ts';
import {
  createVirtualClock,
  simulateStripe,
  type SimulatedStripe,
  type WebhookDelivery,
  type WebhookFault,
  type WebhookRequest,
} from '../index.ts';

const HOUR_MS = 3_600_000;
const BODY = 'amount=1&currency=usd';

interface Inbox {
  readonly world: SimulatedStripe;
  /** The ids of the events that arrived, in order. */
  readonly ids: string[];
  readonly got: WebhookRequest[];
}

/** A world with one endpoint, which answers these statuses in turn, and the last one for ever. */
async function inbox(statuses: readonly number[] = [200], world = simulateStripe()): Promise<Inbox> {
  const got: WebhookRequest[] = [];
  const ids: string[] = [];
  await world.webhooks.add({
    deliver: (request) => {
      got.push(request);
      ids.push((JSON.parse(request.body) as { readonly id: string }).id);
      return { status: statuses[Math.min(got.length, statuses.length) - 1] ?? 200 };
    },
  });
  return { world, ids, got };
}

/** An event now: a payout that will not be heard of for hours. */
const event = async (world: SimulatedStripe): Promise<void> => {
  await asking(world)('POST /v1/payouts', { body: BODY });
};
const seconds = (of: readonly WebhookDelivery[]): readonly number[] => of.map(({ at }) => (at - Date.parse('2026-11-23T09:00:00Z')) / 1000);

describe('attempts', () => {
  const HOURS = [2, 5, 10, 22, 34, 46, 58, 70].map((hours) => hours * 3600);
  const SCHEDULES: readonly (readonly [string, string, readonly number[]])[] = [
    ['three more over a few hours, in test mode', 'sk_test_1', [0, 300, 3600, 10_800]],
    ['ten more within three days, in live mode', 'sk_live_1', [0, 300, 1800, ...HOURS]],
  ];
  it.each(SCHEDULES)('%s', async (_, apiKey, schedule) => {
    const { world } = await inbox([500], simulateStripe({ apiKey }));
    await event(world);
    await world.clock.advance(30 * 24 * HOUR_MS);
    const first = world.events[0]?.id;
    const made = world.webhooks.deliveries.filter(({ eventId }) => eventId === first);
    expect(seconds(made)).toEqual(schedule);
    expect(made.map(({ attempt, status }) => [attempt, status])).toEqual(schedule.map((__, index) => [index + 1, 500]));
  });

  it.each([
    ['200', [200], 1],
    ['299', [299], 1],
    ['300', [300], 4],
    ['199', [199], 4],
    ['404', [404], 4],
    ['a success at the third', [500, 500, 204], 3],
  ])('%s', async (_, statuses, attempts) => {
    const { world, got } = await inbox(statuses);
    await event(world);
    await world.clock.advance(4 * HOUR_MS);
    expect(got.length).toBe(attempts);
  });

  it('of one event do not wait for those of another', async () => {
    const { world, ids } = await inbox([500, 200]);
    await event(world);
    await world.clock.advance(60_000);
    await event(world);
    await world.clock.advance(HOUR_MS);
    const [first, second] = world.events.map(({ id }) => id);
    expect(ids).toEqual([first, second, first]);
  });

  it('are made at the same times however the clock is moved', async () => {
    const run = async (steps: number, autoAdvance: boolean): Promise<readonly unknown[]> => {
      const clock = createVirtualClock({ autoAdvance });
      const { world } = await inbox([500, 500, 200, 500], simulateStripe({ clock }));
      world.webhooks.faults.on({ attempt: 2 }, { reorderMs: 600_000 });
      await event(world);
      for (let step = 0; step < steps; step += 1) {
        await (autoAdvance ? clock.sleep((96 * HOUR_MS) / steps) : clock.advance((96 * HOUR_MS) / steps));
      }
      return world.webhooks.deliveries;
    };
    const once = await run(1, false);
    expect(once.length).toBe(11);
    expect(await run(6, false)).toEqual(once);
    expect(await run(1000, false)).toEqual(once);
    expect(await run(3, true)).toEqual(once);
  });

  it('never make an automatic clock jump', async () => {
    const clock = createVirtualClock({ autoAdvance: true });
    const { world } = await inbox([500], simulateStripe({ clock }));
    const start = clock.now();
    await event(world);
    await clock.sleep(1000);
    await clock.sleep(0);
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now() - start).toBe(1000);
    expect(world.webhooks.deliveries.length).toBe(1);
  });

  it('end when nobody answers in time, or the receiver throws', async () => {
    const world = simulateStripe();
    const answers = [new Promise<never>(() => undefined), Promise.reject(new Error('out of memory')), Promise.resolve({ status: 200 })];
    answers[1]?.catch(() => undefined);
    await world.webhooks.add({ deliver: () => answers.shift() ?? { status: 500 } });
    await event(world);
    await world.webhooks.settle();
    expect(world.webhooks.deliveries).toMatchObject([{ status: null, failure: null }]);
    await world.clock.advance(2 * HOUR_MS);
    expect(world.webhooks.deliveries.map(({ status, failure }) => [status, failure])).toEqual([
      [null, 'no answer within 20 s'],
      [null, 'out of memory'],
      [200, null],
    ]);
  });

  it('of a receiver that itself waits for virtual time are answered when it answers', async () => {
    const world = simulateStripe();
    await world.webhooks.add({
      deliver: async () => {
        await world.clock.sleep(3000);
        return { status: 200 };
      },
    });
    await event(world);
    await world.clock.advance(10_000);
    expect(world.webhooks.deliveries.map(({ status }) => status)).toEqual([200]);
  });

  it('reach a receiver that asks the provider back, and after the answer to what caused them', async () => {
    const world = simulateStripe();
    const seen: unknown[] = [];
    await world.webhooks.add({
      deliver: async ({ body }) => {
        const { data } = JSON.parse(body) as { readonly data: { readonly object: { readonly id: string } } };
        seen.push((await asking(world)(`GET /v1/payouts/${data.object.id}`)).json['status']);
        return new Response(null, { status: 202 });
      },
    });
    await event(world);
    await world.clock.advance(48 * HOUR_MS);
    expect(seen).toEqual(['pending', 'in_transit', 'paid']);
    expect(world.webhooks.deliveries.map(({ status }) => status)).toEqual([202, 202, 202]);
  });
});

describe('an endpoint', () => {
  it('gets what happens after it was added, and nothing after it was removed', async () => {
    const world = simulateStripe();
    await event(world);
    let count = 0;
    const endpoint = await world.webhooks.add({
      deliver: () => {
        count += 1;
        return { status: 500 };
      },
    });
    expect(endpoint).toMatchObject({ status: 'enabled', secret: world.webhookSecret, id: expect.stringMatching(/^we_/) as string });
    await event(world);
    await world.webhooks.settle();
    endpoint.remove();
    await event(world);
    await world.clock.advance(24 * HOUR_MS);
    expect([count, endpoint.status]).toEqual([1, 'removed']);
  });

  it('that is removed by its own receiver gets nothing of what waits behind that', async () => {
    const world = simulateStripe();
    let count = 0;
    const endpoint = await world.webhooks.add({
      deliver: () => {
        count += 1;
        endpoint.remove();
        return { status: 500 };
      },
    });
    for (let number = 0; number < 3; number += 1) world.account().addAutomaticPayout({ amount: 1, currency: 'usd' });
    await world.clock.advance(24 * HOUR_MS);
    expect(count).toBe(1);
    expect(world.webhooks.deliveries.map(({ status, failure }) => status ?? failure)).toEqual([
      500,
      'the endpoint was removed',
      'the endpoint was removed',
    ]);
  });

  it('does not change the ids of the world, and a world without one moves as before', async () => {
    const plain = simulateStripe();
    const { world } = await inbox([500]);
    for (const one of [plain, world]) {
      await event(one);
      await one.clock.advance(72 * HOUR_MS);
    }
    expect(world.events).toEqual(plain.events);
    expect(plain.webhooks.deliveries).toEqual([]);
  });

  it('has its own secret and its own deliveries', async () => {
    const world = simulateStripe({ webhookSecret: 'whsec_world' });
    const deliver = (): { status: number } => ({ status: 200 });
    const one = await world.webhooks.add({ deliver });
    const two = await world.webhooks.add({ deliver, secret: 'whsec_two' });
    await event(world);
    await world.webhooks.settle();
    const [a, b] = world.webhooks.deliveries;
    expect([one.secret, two.secret]).toEqual(['whsec_world', 'whsec_two']);
    expect([a?.endpoint, b?.endpoint]).toEqual([one.id, two.id]);
    expect(a?.eventId).toBe(b?.eventId);
    expect(a?.request?.body).toBe(b?.request?.body);
    expect(a?.request?.headers).not.toEqual(b?.request?.headers);
  });
});

describe('faults', () => {
  it('lose: an attempt, an answer, or the event for ever', async () => {
    const { world, ids } = await inbox();
    for (const lose of ['attempt', 'answer', 'event'] as const) {
      world.webhooks.faults.next({ lose });
      await event(world);
      await world.webhooks.settle();
    }
    const [attempt, answer, lost] = world.events.map(({ id }) => id);
    expect(ids).toEqual([answer]);
    await world.clock.advance(4 * HOUR_MS);
    expect(ids).toEqual([answer, attempt, answer]);
    expect(world.webhooks.deliveries.map(({ eventId, attempt: number, failure }) => [eventId, number, failure])).toEqual([
      [attempt, 1, 'lost on the way'],
      [answer, 1, 'the answer was lost'],
      [lost, 1, 'lost: never sent'],
      [attempt, 2, null],
      [answer, 2, null],
    ]);
  });

  it('duplicate: the same event again, or another one about the same change', async () => {
    const { world, ids, got } = await inbox();
    world.webhooks.faults.next({ duplicate: 2 });
    await event(world);
    await world.webhooks.settle();
    expect([new Set(ids).size, got.length, new Set(got.map(({ body }) => body)).size]).toEqual([1, 3, 1]);
    world.webhooks.faults.next({ duplicate: 1, newId: true });
    await event(world);
    await world.webhooks.settle();
    const [, , , first, twin] = got.map(({ body }) => JSON.parse(body) as { readonly id: string; readonly data: unknown });
    expect(first?.id).toBe(world.events[1]?.id);
    expect(twin).toEqual({ ...first, id: twin?.id });
    expect(twin?.id).not.toBe(first?.id);
    await world.clock.advance(4 * HOUR_MS);
    expect(got.length).toBe(5);
  });

  it('duplicate: ids of their own are nobody else’s', async () => {
    const { world, ids } = await inbox();
    world.webhooks.faults.on({}, { duplicate: 3, newId: true });
    for (let count = 0; count < 10; count += 1) world.account().addAutomaticPayout({ amount: 1, currency: 'usd' });
    await world.clock.advance(48 * HOUR_MS);
    const known = [...ids, ...world.payouts.map(({ id }) => id.replace('po_', 'evt_'))];
    expect([ids.length, new Set(known).size]).toEqual([160, 170]);
  });

  it('a duplicate that fails is not tried again: its original decides', async () => {
    const { world, got } = await inbox([200, 500]);
    world.webhooks.faults.next({ duplicate: 1 });
    await event(world);
    await world.clock.advance(4 * HOUR_MS);
    expect(got.length).toBe(2);
  });

  it('delay: to the second, and what comes later overtakes it', async () => {
    const { world, ids } = await inbox();
    world.webhooks.faults.next({ delayMs: 90_000 });
    await event(world);
    await event(world);
    await world.clock.advance(HOUR_MS);
    const [late, prompt] = world.events.map(({ id }) => id);
    expect(ids).toEqual([prompt, late]);
    expect(seconds(world.webhooks.deliveries)).toEqual([0, 90]);
  });

  it('reorder: any order, the same for the same seed', async () => {
    const order = async (seed: number): Promise<readonly number[]> => {
      const { world, ids } = await inbox([200], simulateStripe({ seed }));
      world.webhooks.faults.on({}, { reorderMs: 60_000 });
      for (let count = 0; count < 12; count += 1) await event(world);
      await world.clock.advance(60_000);
      const told = world.events.map(({ id }) => id);
      return ids.map((id) => told.indexOf(id));
    };
    const sorted = Array.from({ length: 12 }, (_, index) => index);
    const one = await order(1);
    expect(one).not.toEqual(sorted);
    expect(one.toSorted((a, b) => a - b)).toEqual(sorted);
    expect(await order(1)).toEqual(one);
    expect(await order(2)).not.toEqual(one);
  });

  it('concern the attempts that fit: by type, endpoint and number', async () => {
    const world = simulateStripe();
    const deliver = (): { status: number } => ({ status: 500 });
    const one = await world.webhooks.add({ deliver });
    await world.webhooks.add({ deliver });
    world.webhooks.faults.on({ endpoint: one.id, type: /created$/, attempt: 2 }, { lose: 'attempt' });
    world.webhooks.faults.on({ type: 'payout.updated' }, { lose: 'event' }, 1);
    await event(world);
    await world.clock.advance(24 * HOUR_MS);
    const lost = world.webhooks.deliveries.filter(({ failure }) => failure !== null);
    expect(lost.map(({ endpoint, type, attempt }) => [endpoint === one.id, type, attempt])).toEqual([
      [true, 'payout.created', 2],
      [true, 'payout.updated', 1],
    ]);
  });

  it('all at once leave the truth: every event arrives at least once unless it was lost for ever', async () => {
    const seed = 20_261_123;
    const { world, ids } = await inbox([200, 500, 200, 200, 503, 200], simulateStripe({ seed, apiKey: 'sk_live_1' }));
    const { faults } = world.webhooks;
    const all: readonly WebhookFault[] = [
      { lose: 'attempt' },
      { lose: 'answer' },
      { duplicate: 1 },
      { reorderMs: HOUR_MS },
      { delayMs: 60_000 },
    ];
    faults.on({ attempt: 1 }, [{ reorderMs: 48 * HOUR_MS }, { duplicate: 1 }]);
    for (const fault of all) faults.on({ attempt: 2 }, fault, 5);
    for (const text of strangeTexts(40, seed)) world.account().addAutomaticPayout({ amount: 1, currency: 'usd', metadata: { text } });
    await world.clock.advance(10 * 24 * HOUR_MS);
    expect(world.events.length).toBe(160);
    expect(new Set(ids)).toEqual(new Set(world.events.map(({ id }) => id)));
    expect(ids.length).toBeGreaterThan(320);
  });
});
