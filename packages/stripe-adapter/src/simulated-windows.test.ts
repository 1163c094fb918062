// listAll in parallel against the simulated Stripe: the same list as page by page, at seconds that many payouts share.
import { expect, it } from 'vitest';
import { all, create, setUp } from './__fixtures__/simulated.ts';

const FROM = '2026-11-23T09:00:00Z';

it.each([2, 3, 8])('%i windows of time at once', async (parallel) => {
  const requests: URL[] = [];
  const { world, stripe } = await setUp('fetch');
  // Bursts within one second, then a pause: a cut falls on the seconds that have the most.
  for (let burst = 0; burst < 12; burst += 1) {
    for (let nth = 0; nth < (burst % 4) * 3 + 1; nth += 1) await create(stripe, `r-${burst}-${nth}`, '1.00');
    await world.clock.advance(burst % 3 === 0 ? 1000 : 90_000);
  }
  const watched = await setUp(
    'fetch',
    {},
    {
      fetch: async (input, init) => {
        requests.push(new URL(input instanceof Request ? input.url : input));
        return world.fetch(input, init);
      },
      apiKey: world.apiKey,
    },
  );
  const plain = (await all(stripe.listAll({ createdFrom: FROM, limit: 3 }))).map(({ id }) => id);
  expect(plain).toHaveLength(66);
  const query = { createdFrom: FROM, limit: 3, parallel } as const;
  expect((await all(watched.stripe.listAll(query))).map(({ id }) => id)).toEqual(plain);
  const windows = new Set(requests.map(({ searchParams }) => searchParams.get('created[lt]')));
  expect(windows.size).toBeGreaterThan(2);

  const until = { ...query, createdTo: '2026-11-23T09:06:02Z', status: 'pending' } as const;
  const { parallel: _, ...pageByPage } = until;
  expect(await all(stripe.listAll(until))).toEqual(await all(stripe.listAll(pageByPage)));
});
