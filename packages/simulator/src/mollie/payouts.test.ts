// Contract sections 2 to 5, 8, 9 and 13: what create, get and cancel take, refuse and leave behind.
import { describe, expect, it } from 'vitest';
import { simulateMollie, type MollieRefusalReason, type SimulatedMollie, type SimulateMollieOptions } from '../index.ts';
import { asking, payoutBody, refusalOf, type Ask, type Reply } from './__fixtures__/asking.ts';

const eur = (value: unknown): object => ({ currency: 'EUR', value });

async function created(options: SimulateMollieOptions = {}): Promise<{ world: SimulatedMollie; ask: Ask; reply: Reply; id: string }> {
  const world = simulateMollie(options);
  const ask = asking(world);
  const reply = await ask('POST /v2/payouts', { body: payoutBody(world) });
  return { world, ask, reply, id: reply.json.id };
}

describe('create', () => {
  it('answers 201 with every field of the object, and moves no money yet', async () => {
    const { world, reply, id } = await created();
    expect(reply.status).toBe(201);
    expect(reply.headers.get('content-type')).toBe('application/hal+json');
    expect(id).toMatch(/^payout_\w{21}$/);
    expect(reply.json).toEqual({
      resource: 'payout',
      id,
      balanceId: world.test.balance().id,
      amount: { currency: 'EUR', value: '10.00' },
      description: 'Weekly payout 47',
      status: 'requested',
      statusReason: { code: 'requested', message: expect.any(String) as string },
      createdAt: '2026-11-23T09:00:00+00:00',
      initiatedAt: null,
      completedAt: null,
      canceledAt: null,
      mode: 'test',
      _links: {
        self: { href: `https://api.mollie.com/v2/payouts/${id}`, type: 'application/hal+json' },
        documentation: { href: 'https://docs.mollie.com/reference/get-payout', type: 'text/html' },
      },
    });
    expect(world.test.balance().balance.availableAmount).toEqual(eur('10000.00'));
    expect(world.payouts).toMatchObject([{ id, by: 'api' }]);
    expect(world.events).toEqual([]);
  });

  // name, what replaces or joins the good body (undefined leaves a member out), field of the 422
  it.each<[string, object, string]>([
    ['no balance', { balanceId: undefined }, 'balanceId'],
    ['a null balance', { balanceId: null }, 'balanceId'],
    ['the alias primary', { balanceId: 'primary' }, 'balanceId'],
    ['an amount in cents', { amount: 1000 }, 'amount'],
    ['an amount as text', { amount: '10.00' }, 'amount'],
    ['a list as amount', { amount: [eur('10.00')] }, 'amount'],
    ['a value as number', { amount: eur(10) }, 'amount.value'],
    ['no decimals', { amount: eur('10') }, 'amount.value'],
    ['one decimal', { amount: eur('10.5') }, 'amount.value'],
    ['three decimals', { amount: eur('10.500') }, 'amount.value'],
    ['an exponent', { amount: eur('1e1') }, 'amount.value'],
    ['a thousands separator', { amount: eur('1,000.00') }, 'amount.value'],
    ['zero', { amount: eur('0.00') }, 'amount.value'],
    ['less than zero', { amount: eur('-1.00') }, 'amount.value'],
    ['no currency', { amount: { value: '10.00' } }, 'amount.currency'],
    ['a currency in lower case', { amount: { currency: 'eur', value: '10.00' } }, 'amount.currency'],
    ['a currency no balance can have', { amount: { currency: 'JPY', value: '10.00' } }, 'amount.currency'],
    ['another currency than the balance', { amount: { currency: 'USD', value: '10.00' } }, 'amount.currency'],
    ['something more in the amount', { amount: { ...eur('10.00'), unit: 'cent' } }, 'unit'],
    ['256 characters', { description: 'é'.repeat(256) }, 'description'],
    ['a number as description', { description: 47 }, 'description'],
    ['a destination', { destination: 'ba_1' }, 'destination'],
    ['metadata', { metadata: {} }, 'metadata'],
    ['a profile', { profileId: 'pfl_1' }, 'profileId'],
    ['a member of every object', { constructor: 1 }, 'constructor'],
  ])('refuses %s', async (_, change, field) => {
    const world = simulateMollie();
    const reply = await asking(world)('POST /v2/payouts', { body: { ...payoutBody(world), ...change } });
    expect(refusalOf(reply)).toEqual([422, field]);
    expect(world.payouts).toEqual([]);
    expect(world.test.balance().balance.transferFrequency).toBe('daily');
  });

  it.each<[string, object, string | null]>([
    ['255 characters', { description: 'é'.repeat(255) }, 'é'.repeat(255)],
    ['no description', { description: undefined }, null],
    ['a null description', { description: null }, null],
    ['all that is there', { amount: eur('10000.00'), description: 'all' }, 'all'],
  ])('takes %s', async (_, change, description) => {
    const world = simulateMollie();
    const reply = await asking(world)('POST /v2/payouts', { body: { ...payoutBody(world), ...change } });
    expect(reply.status).toBe(201);
    expect(reply.json['description']).toBe(description);
  });

  it.each('EUR GBP CHF DKK NOK PLN SEK USD CZK HUF AUD CAD RON'.split(' '))('takes %s, which a balance can have', async (currency) => {
    const world = simulateMollie();
    const { id } = world.test.addBalance({ currency, available: '10.00' });
    const reply = await asking(world)('POST /v2/payouts', { body: { balanceId: id, amount: { currency, value: '10.00' } } });
    expect([reply.status, reply.json['amount']]).toEqual([201, { currency, value: '10.00' }]);
  });

  it('takes hundredths of every currency, forints too', async () => {
    const world = simulateMollie();
    const { id } = world.test.addBalance({ currency: 'HUF', available: '5000.00' });
    const reply = await asking(world)('POST /v2/payouts', { body: { balanceId: id, amount: { currency: 'HUF', value: '1200.00' } } });
    expect([reply.status, reply.json['amount']]).toEqual([201, { currency: 'HUF', value: '1200.00' }]);
  });
});

describe('the full balance', () => {
  const all = (world: SimulatedMollie): object => ({ balanceId: world.test.balance().id });

  it('has no amount until it is executed, and leaves the reserve', async () => {
    const world = simulateMollie();
    const balance = world.test.balance();
    balance.setReserve('100.50');
    const { json } = await asking(world)('POST /v2/payouts', { body: all(world) });
    expect(json['amount']).toBeNull();
    balance.fund('25.25');
    await world.clock.advanceTo('2026-11-24T12:00:00Z');
    expect(world.payouts).toMatchObject([{ amount: eur('9924.75') }]);
    expect(balance.balance.availableAmount).toEqual(eur('100.50'));
  });

  it('may show what it would be now', async () => {
    const world = simulateMollie({ variants: { fullBalanceAmount: 'estimate' } });
    const ask = asking(world);
    const { json } = await ask('POST /v2/payouts', { body: all(world) });
    expect(json['amount']).toEqual(eur('10000.00'));
    world.test.balance().fund('-1.00');
    expect((await ask(`GET /v2/payouts/${json.id}`)).json['amount']).toEqual(eur('9999.00'));
  });

  it.each([
    ['full_balance', 201],
    ['refused', 422],
  ] as const)('amount null: %s', async (nullAmount, status) => {
    const world = simulateMollie({ variants: { nullAmount } });
    expect((await asking(world)('POST /v2/payouts', { body: { ...all(world), amount: null } })).status).toBe(status);
    expect(world.payouts).toHaveLength(status === 201 ? 1 : 0);
  });

  it('is refused when the reserve is all there is', async () => {
    const world = simulateMollie();
    world.test.balance().setReserve('10000.00');
    expect((await asking(world)('POST /v2/payouts', { body: all(world) })).status).toBe(422);
    expect(world.refusals).toMatchObject([{ reason: 'insufficient_funds' }]);
    expect((await asking(world)('POST /v2/payouts', { body: payoutBody(world, '10000.00') })).status).toBe(201);
  });
});

it('excludes a fee from the amount, not from what leaves the balance', async () => {
  const { world, reply } = await created({ variants: { payoutFee: '0.25' } });
  expect(reply.json['amount']).toEqual(eur('9.75'));
  await world.clock.advanceTo('2026-11-24T12:00:00Z');
  expect(world.payouts).toMatchObject([{ amount: eur('9.75') }]);
  expect(world.test.balance().balance.availableAmount).toEqual(eur('9990.00'));
});

describe('the seven immediate failures', () => {
  const CASES: readonly (readonly [MollieRefusalReason, (world: SimulatedMollie) => void, string])[] = [
    ['already_scheduled', (world) => void world.test.balance().addPayout({ amount: '1.00' }), 'balanceId'],
    ['insufficient_funds', (world) => world.test.balance().fund('-9990.01'), 'amount'],
    ['balance_inactive', (world) => world.test.balance().setStatus('inactive'), 'balanceId'],
    ['payouts_blocked', (world) => world.blockOrganization(), 'balanceId'],
    ['queued_refunds', (world) => world.test.balance().queueRefunds(), 'balanceId'],
    ['negative_balance', (world) => world.test.addBalance().fund('-0.01'), 'balanceId'],
    ['no_destination', (world) => world.test.balance().setDestination(null), 'balanceId'],
  ];

  it.each(CASES)('%s: a 422 that does not say why, and nothing changes', async (reason, arrange) => {
    const world = simulateMollie();
    arrange(world);
    const before = world.test.balances;
    const existing = world.payouts.length;
    const reply = await asking(world)('POST /v2/payouts', { body: payoutBody(world) });
    expect(reply.json).toEqual({
      status: 422,
      title: 'Unprocessable Entity',
      detail: 'This payout cannot be created.',
      _links: { documentation: { href: 'https://docs.mollie.com/overview/handling-errors', type: 'text/html' } },
    });
    expect(world.refusals).toEqual([{ balanceId: world.test.balance().id, reason, at: world.clock.now() }]);
    expect(world.payouts).toHaveLength(existing);
    expect(world.test.balances).toEqual(before);
  });

  it.each(CASES)('%s: names a field where the world does so', async (_, arrange, field) => {
    const world = simulateMollie({ variants: { errorFields: 'all', errorLinks: false } });
    arrange(world);
    const { json } = await asking(world)('POST /v2/payouts', { body: payoutBody(world) });
    expect(json).toEqual({ status: 422, title: 'Unprocessable Entity', detail: expect.any(String) as string, field });
  });

  it('can be taken back', async () => {
    const world = simulateMollie();
    const balance = world.test.balance();
    const sibling = world.test.addBalance();
    balance.fund('-10000.00');
    balance.setStatus('inactive');
    balance.queueRefunds();
    balance.setDestination(null);
    sibling.fund('-5.00');
    world.blockOrganization();
    expect((await asking(world)('POST /v2/payouts', { body: payoutBody(world) })).status).toBe(422);
    balance.fund('10.00');
    balance.setStatus('active');
    balance.clearRefunds();
    balance.setDestination({ bankAccount: 'NL00SIMU0000000001', beneficiaryName: 'Own B.V.' });
    sibling.fund('5.00');
    world.unblockOrganization();
    expect((await asking(world)('POST /v2/payouts', { body: payoutBody(world) })).status).toBe(201);
  });

  it('tolerates a sibling down to the threshold, and the other mode', async () => {
    const world = simulateMollie({ variants: { negativeThreshold: '-50.00' } });
    world.test.addBalance().fund('-50.00');
    world.live.addBalance().fund('-9999.00');
    expect((await asking(world)('POST /v2/payouts', { body: payoutBody(world) })).status).toBe(201);
  });
});

describe('one planned payout per balance and business day', () => {
  it('is over once the first is canceled, initiated, or it is the next day', async () => {
    const { world, ask, id } = await created();
    const again = async (): Promise<number> => (await ask('POST /v2/payouts', { body: payoutBody(world) })).status;
    expect(await again()).toBe(422);
    await ask(`DELETE /v2/payouts/${id}`);
    expect(await again()).toBe(201);
    expect(await again()).toBe(422);
    world.test.move(world.payouts[1]?.id ?? '', 'initiated');
    expect(await again()).toBe(201);
    await world.clock.advanceTo('2026-11-24T00:30:00+01:00');
    expect(world.payouts[2]?.status).toBe('requested');
    expect(await again()).toBe(201);
    expect(world.payouts).toHaveLength(4);
  });

  it('counts each balance for itself', async () => {
    const { world, ask } = await created();
    const other = world.test.addBalance({ available: '5.00' });
    expect((await ask('POST /v2/payouts', { body: { balanceId: other.id } })).status).toBe(201);
  });
});

describe('transferFrequency', () => {
  it('becomes never with a create, and stays so after a cancel', async () => {
    const world = simulateMollie();
    const ask = asking(world);
    const frequency = (): string => world.test.balance().balance.transferFrequency;
    expect(frequency()).toBe('daily');
    const { json } = await ask('POST /v2/payouts', { body: payoutBody(world) });
    expect(frequency()).toBe('never');
    expect(world.live.balance().balance.transferFrequency).toBe('daily');
    await ask(`DELETE /v2/payouts/${json.id}`);
    expect(frequency()).toBe('never');
    world.test.balance().setTransferFrequency('every-monday');
    expect(frequency()).toBe('every-monday');
  });

  it.each([
    [false, 'daily'],
    [true, 'never'],
  ])('a refused create pauses it: %s', async (refusalPausesSchedule, after) => {
    const world = simulateMollie({ variants: { refusalPausesSchedule } });
    await asking(world)('POST /v2/payouts', { body: payoutBody(world, '99999.00') });
    expect(world.test.balance().balance.transferFrequency).toBe(after);
  });
});

describe('get and cancel', () => {
  it('answers the payout', async () => {
    const { ask, reply, id } = await created();
    const { status, json } = await ask(`GET /v2/payouts/${id}`);
    expect([status, json]).toEqual([200, reply.json]);
    expect(refusalOf(await ask('GET /v2/payouts/payout_nope'))).toEqual([404, undefined]);
    expect((await ask('DELETE /v2/payouts/payout_nope')).status).toBe(404);
  });

  it('cancels once, while it is requested', async () => {
    const { world, ask, id } = await created();
    await world.clock.advance(1000);
    const first = await ask(`DELETE /v2/payouts/${id}`);
    expect([first.status, first.json]).toMatchObject([
      200,
      { id, status: 'canceled', statusReason: { code: 'canceled' }, canceledAt: '2026-11-23T09:00:01+00:00', initiatedAt: null },
    ]);
    expect((await ask(`DELETE /v2/payouts/${id}`)).json).toMatchObject({ status: 409, title: 'Conflict' });
    expect(world.events.map(({ type }) => type)).toEqual(['payout.canceled']);
    await world.clock.advance(30 * 86_400_000);
    expect(world.payouts).toMatchObject([{ status: 'canceled' }]);
    expect(world.test.balance().balance.availableAmount).toEqual(eur('10000.00'));
  });

  it.each(['initiated', 'processing-at-bank', 'completed', 'failed', 'canceled', 'a-status-of-tomorrow'])(
    'refuses to cancel what is %s',
    async (status) => {
      const { world, ask, id } = await created();
      const moved = world.test.move(id, status);
      expect((await ask(`DELETE /v2/payouts/${id}`)).status).toBe(409);
      expect((await ask(`GET /v2/payouts/${id}`)).json).toMatchObject(moved);
    },
  );

  it.each([
    ['all', true, true],
    ['single', true, false],
    ['none', false, false],
  ] as const)('payout links: %s', async (payoutLinks, single, listed) => {
    const { ask, id, reply } = await created({ variants: { payoutLinks } });
    for (const { json } of [reply, await ask(`GET /v2/payouts/${id}`), await ask(`DELETE /v2/payouts/${id}`)]) {
      expect('_links' in json).toBe(single);
    }
    const [item] = (await ask('GET /v2/payouts')).json._embedded.payouts;
    expect(item !== undefined && '_links' in item).toBe(listed);
  });
});
