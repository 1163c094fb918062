// Contract 4.2 against the simulated Stripe: every filter, both directions, every page size.
import { describe, expect, it } from 'vitest';
import { all, create, setUp, type World } from './__fixtures__/simulated.ts';
import { type StripeProvider, stripePayoutOf } from './index.ts';

describe('lists', () => {
  async function furnished(): Promise<World & { readonly ids: readonly string[]; readonly bank: string }> {
    const { world, stripe } = await setUp('fetch');
    const { id: bank } = world.account().addBankAccount({ currency: 'usd' });
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      ids.push((await create(stripe, `r-${index}`, '1.00', index % 2 === 0 ? {} : { destination: bank })).id);
      await world.clock.advance(60_000);
    }
    world.account().move(ids[0] ?? '', 'paid');
    world.account().move(ids[1] ?? '', 'failed');
    world.account().move(ids[2] ?? '', 'in_transit');
    await stripe.cancel(ids[3] ?? '');
    return { world, stripe, ids, bank };
  }
  type List = Parameters<StripeProvider['list']>[0];
  const at = (minute: number): string => new Date(Date.parse('2026-11-23T09:00:00Z') + minute * 60_000).toISOString();
  const inStripe = (stripe: NonNullable<NonNullable<NonNullable<List>['providerOptions']>['stripe']>): List => ({
    providerOptions: { stripe },
  });

  const filters: readonly (readonly [string, (of: { ids: readonly string[]; bank: string }) => List, readonly number[]])[] = [
    ['everything, newest first', () => ({}), [6, 5, 4, 3, 2, 1, 0]],
    ['pending', () => ({ status: 'pending' }), [6, 5, 4]],
    ['in_transit, which Stripe cannot filter', () => ({ status: 'in_transit' }), [2]],
    ['paid', () => ({ status: 'paid' }), [0]],
    ['failed', () => ({ status: 'failed' }), [1]],
    ['canceled', () => ({ status: 'canceled' }), [3]],
    ['returned', () => ({ status: 'returned' }), []],
    ['destination', ({ bank }) => ({ destination: bank }), [5, 3, 1]],
    ['createdFrom is in, createdTo is out', () => ({ createdFrom: at(2), createdTo: at(5) }), [4, 3, 2]],
    ['created, exclusive bounds', () => inStripe({ created: { gt: at(2), lt: at(5) } }), [4, 3]],
    ['created, inclusive bounds', () => inStripe({ created: { gte: new Date(at(2)), lte: Date.parse(at(5)) / 1000 } }), [5, 4, 3, 2]],
    ['created, exactly', () => inStripe({ created: at(3) }), [3]],
    ['arrivalDate, a range', () => inStripe({ arrivalDate: { gte: '2026-11-24', lt: '2026-11-30' } }), [6, 5, 4, 3, 2, 1, 0]],
    ['arrivalDate, another range', () => inStripe({ arrivalDate: { lt: '2026-11-24' } }), []],
    ['startingAfter', ({ ids }) => inStripe({ startingAfter: ids[3] }), [2, 1, 0]],
    [
      'all together',
      ({ bank }) => ({ status: 'pending', destination: bank, createdFrom: at(1), ...inStripe({ arrivalDate: { gte: '2026-11-24' } }) }),
      [5],
    ],
  ];

  it.each(filters)('%s', async (_, query, expected) => {
    const { stripe, ids, bank } = await furnished();
    const asked = query({ ids, bank });
    expect((await stripe.list(asked)).payouts.map(({ id }) => ids.indexOf(id))).toEqual(expected);
    for (const limit of [1, 2, 3])
      expect((await all(stripe.listAll({ ...asked, limit }))).map(({ id }) => ids.indexOf(id))).toEqual(expected);
  });

  it('goes on in the direction it began', async () => {
    const { stripe, ids } = await furnished();
    const towardsNewer = await all(stripe.listAll({ limit: 2, ...inStripe({ endingBefore: ids[1] }) }));
    expect(towardsNewer.map(({ id }) => ids.indexOf(id))).toEqual([3, 2, 5, 4, 6]);
    const page = await stripe.list({ limit: 2, ...inStripe({ endingBefore: ids[1] }) });
    const next = await stripe.list({ limit: 2, cursor: page.nextCursor ?? '', ...inStripe({ endingBefore: ids[1] }) });
    expect(next.payouts.map(({ id }) => ids.indexOf(id))).toEqual([5, 4]);
  });

  it('fills in references, which show in raw and do not disturb the rest', async () => {
    const { stripe, ids } = await furnished();
    const expand = ['data.balance_transaction', 'data.destination'];
    const { payouts } = await stripe.list({ limit: 1, ...inStripe({ expand }) });
    expect(payouts[0]).toMatchObject({ id: ids[6], fee: { amount: '0.00', currency: 'USD' }, destination: expect.stringMatching(/^ba_/) });
    const row = payouts[0] === undefined ? null : stripePayoutOf(payouts[0])?.balance_transaction;
    expect(row).toMatchObject({ net: -100 });
  });

  it('an unknown cursor is an error of the request', async () => {
    const { stripe } = await furnished();
    await expect(stripe.list({ cursor: 'po_nope' })).rejects.toMatchObject({ code: 'invalid_request', providerCode: 'resource_missing' });
  });
});
