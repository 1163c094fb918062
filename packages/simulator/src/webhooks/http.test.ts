// Over HTTP to a server of the test: what is on the wire, and what counts as an answer.
import { afterEach, describe, expect, it } from 'vitest';
import { receiving, type Reaction, type Receiver } from '../__fixtures__/receiving.ts';
import { simulateMollie, simulateStripe, type SimulatedStripe } from '../index.ts';
import { hmacSha256 } from './post.node.ts';

const HOUR_MS = 3_600_000;
const running: Receiver[] = [];

afterEach(async () => {
  for (const receiver of running.splice(0)) await receiver.close();
});

async function served(reactions: readonly Reaction[] = []): Promise<{ world: SimulatedStripe; receiver: Receiver }> {
  const left = [...reactions];
  const receiver = await receiving(() => left.shift() ?? 200);
  running.push(receiver);
  const world = simulateStripe();
  await world.webhooks.add({ url: `${receiver.url}?tenant=1`, events: ['payout.created'] });
  return { world, receiver };
}

const event = (world: SimulatedStripe): void => {
  world.account().addAutomaticPayout({ amount: 1, currency: 'usd', metadata: { note: 'Zürich € 💶' } });
};

describe('over HTTP', () => {
  it('posts the bytes that were signed', async () => {
    const { world, receiver } = await served();
    event(world);
    await world.webhooks.settle();
    const [arrival] = receiver.arrivals;
    const [delivery] = world.webhooks.deliveries;
    expect(arrival).toMatchObject({ method: 'POST', path: '/hooks?tenant=1' });
    expect(arrival?.bytes.toString('utf8')).toBe(delivery?.request?.body);
    expect(arrival?.bytes.toString('utf8')).toContain('Zürich € 💶');
    expect(arrival?.headers).toMatchObject({ ...delivery?.request?.headers, 'content-length': String(arrival?.bytes.byteLength) });
    expect(delivery).toMatchObject({ status: 200, failure: null });
  });

  it.each<readonly [string, Reaction, number | null]>([
    ['a redirect is not followed', 307, 307],
    ['a refusal', 400, 400],
    ['a reset', 'reset', null],
  ])('%s: tried again', async (_, reaction, status) => {
    const { world, receiver } = await served([reaction]);
    event(world);
    await world.clock.advance(HOUR_MS);
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/hooks?tenant=1', '/hooks?tenant=1']);
    expect(world.webhooks.deliveries.map((delivery) => delivery.status)).toEqual([status, 200]);
    expect(world.webhooks.deliveries[0]?.failure === null).toBe(status !== null);
  });

  it('nobody listens: tried again', async () => {
    const { world, receiver } = await served();
    await receiver.close();
    event(world);
    await world.webhooks.settle();
    expect(world.webhooks.deliveries).toMatchObject([{ status: null, failure: expect.stringContaining('ECONNREFUSED') as string }]);
  });

  it('no answer: the connection is closed after 20 virtual seconds, and tried again', async () => {
    const { world, receiver } = await served(['hang']);
    event(world);
    await world.clock.advance(HOUR_MS);
    expect(receiver.arrivals.map(({ hungUp }) => hungUp())).toEqual([true, false]);
    expect(world.webhooks.deliveries.map(({ status, failure }) => [status, failure])).toEqual([
      [null, 'no answer within 20 s'],
      [200, null],
    ]);
  });

  it.each([
    'https://example.com/hooks',
    'http://example.com/hooks',
    'http://127.0.0.1.example.com/hooks',
    'http://127.0.0.1@example.com/hooks',
    'http://10.0.0.1/hooks',
    'http://0.0.0.0/hooks',
    'https://127.0.0.1/hooks',
    'ftp://127.0.0.1/hooks',
    '/hooks',
    '',
  ])('never calls %j', async (url) => {
    for (const world of [simulateStripe(), simulateMollie()]) {
      await expect(world.webhooks.add({ url })).rejects.toThrow(TypeError);
      expect(world.webhooks.deliveries).toEqual([]);
    }
  });

  it.each(['http://127.0.0.1:1/', 'http://127.1.2.3:1/', 'http://2130706433:1/', 'http://localhost:1/', 'http://[::1]:1/'])(
    'takes %s, which is the loopback',
    async (url) => {
      expect((await simulateStripe().webhooks.add({ url })).status).toBe('enabled');
    },
  );
});

// Computed by the official SDKs and by openssl, not by us (contracts stripe-payouts 11, mollie-balances 14.4).
const VECTORS: readonly (readonly [secret: string, message: string, hex: string])[] = [
  [
    'whsec_test_secret',
    '1492774577.{"id":"evt_test_1","object":"event","type":"payout.paid"}',
    '06da5f956468119ef8ac768cb7ae16058c208adb5c03e7eabb58359558828012',
  ],
  ['new', '{"a":1}', '0eb6fdf4827b258ee3a559f26dc09df4e037567f2ae37a8e56a577c2c6415756'],
  ['old', '{"a":1}', '5022acffeea2804ff520532a0e2c2c89e8ad3ea1957eab6e12c65a339dd237b7'],
  ['new', '{"a":1}\n', '1723c46f77908e4e16c06e3e653527eb8bfc935d9c4e52d7a8826fed1cf1fac7'],
  ['new', '{ "a": 1 }', '803fd07dbb3f32d3055e88fa38a511da70556ba56aaa5c96e0457946d0615562'],
  ['sécret-€', '{"d":"Zürich €"}', '3ab49261e8a969b465e64f56b1f175f801b6d65276ca649bcdb6e66c67eb9a78'],
];
it.each(VECTORS)('signs with %j over %j', (secret, message, hex) => {
  expect(hmacSha256(secret, message)).toBe(hex);
});
