// Contract sections 4, 14.2 and 19: what the clock does to payouts, what descriptions and controls decide, which events tell it.
import { describe, expect, it } from 'vitest';
import {
  createVirtualClock,
  MOLLIE_RETURN_BUSINESS_DAYS,
  simulateMollie,
  type SimulatedMollie,
  type SimulateMollieOptions,
} from '../index.ts';
import { asking, payoutBody } from './__fixtures__/asking.ts';

const DAY_MS = 86_400_000;

async function paid(
  description: string | null = null,
  options: SimulateMollieOptions = {},
): Promise<{ world: SimulatedMollie; id: string }> {
  const world = simulateMollie(options);
  const reply = await asking(world)('POST /v2/payouts', { body: { ...payoutBody(world), description } });
  expect(reply.status).toBe(201);
  return { world, id: reply.json.id };
}

const status = (world: SimulatedMollie): string | undefined => world.payouts[0]?.status;
const available = (world: SimulatedMollie): string => world.test.balance().balance.availableAmount.value;
const told = (world: SimulatedMollie): readonly (readonly [string, string])[] =>
  world.events.map(({ type, createdAt }) => [type, createdAt]);

describe('the timetable', () => {
  it('moves a payout by the clock and only by the clock', async () => {
    const { world, id } = await paid();
    for (let turn = 0; turn < 3; turn += 1) await asking(world)(`GET /v2/payouts/${id}`);
    const steps = [
      ['2026-11-24T06:00:00Z', 'requested', '10000.00', 'initiated', '9990.00'],
      ['2026-11-24T08:00:00Z', 'initiated', '9990.00', 'processing-at-bank', '9990.00'],
      ['2026-11-24T16:00:00Z', 'processing-at-bank', '9990.00', 'completed', '9990.00'],
    ] as const;
    for (const [time, before, fundsBefore, after, fundsAfter] of steps) {
      await world.clock.advanceTo(Date.parse(time) - 1);
      expect([status(world), available(world)]).toEqual([before, fundsBefore]);
      await world.clock.advance(1);
      expect([status(world), available(world)]).toEqual([after, fundsAfter]);
    }
    await world.clock.advance(365 * DAY_MS);
    expect(world.payouts).toMatchObject([
      {
        status: 'completed',
        statusReason: { code: 'completed' },
        createdAt: '2026-11-23T09:00:00+00:00',
        initiatedAt: '2026-11-24T06:00:00+00:00',
        completedAt: '2026-11-24T16:00:00+00:00',
        canceledAt: null,
      },
    ]);
    expect(told(world)).toEqual([
      ['payout.initiated', '2026-11-24T06:00:00.0Z'],
      ['payout.processing-at-bank', '2026-11-24T08:00:00.0Z'],
      ['payout.completed', '2026-11-24T16:00:00.0Z'],
    ]);
  });

  // name, created (any zone), holidays, initiated
  it.each<[string, string, readonly string[], string]>([
    ['Monday: Tuesday', '2026-11-23T09:00:00Z', [], '2026-11-24T06:00:00Z'],
    ['Friday: Monday', '2026-11-27T09:00:00Z', [], '2026-11-30T06:00:00Z'],
    ['Saturday: Monday', '2026-11-28T09:00:00Z', [], '2026-11-30T06:00:00Z'],
    ['Sunday: Monday', '2026-11-29T09:00:00Z', [], '2026-11-30T06:00:00Z'],
    ['Sunday 23:30 UTC is Monday in Amsterdam: Tuesday', '2026-11-29T23:30:00Z', [], '2026-12-01T06:00:00Z'],
    ['a holiday is skipped', '2026-12-24T09:00:00Z', ['2026-12-25', '2026-12-28'], '2026-12-29T06:00:00Z'],
    ['before summer time', '2026-03-27T09:00:00Z', [], '2026-03-30T05:00:00Z'],
    ['the night of the change to summer time', '2027-03-28T00:59:59Z', [], '2027-03-29T05:00:00Z'],
    ['summer: 22:30 UTC is the next day', '2026-07-06T22:30:00Z', [], '2026-07-08T05:00:00Z'],
    ['back to winter time', '2026-10-23T09:00:00Z', [], '2026-10-26T06:00:00Z'],
  ])('%s', async (_, start, holidays, initiated) => {
    const { world } = await paid(null, { clock: createVirtualClock({ start }), holidays });
    await world.clock.advanceTo(Date.parse(initiated) - 1);
    expect(status(world)).toBe('requested');
    await world.clock.advance(1);
    expect(status(world)).toBe('initiated');
  });

  it('goes on from where a control moved a payout', async () => {
    const { world, id } = await paid();
    world.test.move(id, 'initiated');
    await world.clock.advanceTo('2026-11-24T07:00:00Z');
    expect(told(world).map(([type]) => type)).toEqual(['payout.initiated']);
    await world.clock.advanceTo('2026-11-25T00:00:00Z');
    expect(told(world).map(([type]) => type)).toEqual(['payout.initiated', 'payout.processing-at-bank', 'payout.completed']);
    expect(available(world)).toBe('9990.00');
  });
});

describe('the reservation can fail, with initiatedAt set', () => {
  it.each<[string, string, (world: SimulatedMollie) => void]>([
    ['the money is gone', 'insufficient_funds', (world) => world.test.balance().fund('-9990.01')],
    ['the organization is blocked', 'payouts_blocked', (world) => world.blockOrganization()],
  ])('%s', async (_, code, arrange) => {
    const { world } = await paid();
    arrange(world);
    const before = available(world);
    await world.clock.advance(7 * DAY_MS);
    expect(world.payouts).toMatchObject([
      { status: 'failed', statusReason: { code }, initiatedAt: '2026-11-24T06:00:00+00:00', completedAt: null, canceledAt: null },
    ]);
    expect(told(world)).toEqual([['payout.failed', '2026-11-24T06:00:00.0Z']]);
    expect(available(world)).toBe(before);
  });

  it('fails a full balance that has become empty, and leaves its amount null', async () => {
    const world = simulateMollie();
    await asking(world)('POST /v2/payouts', { body: { balanceId: world.test.balance().id } });
    world.test.balance().fund('-10000.00');
    await world.clock.advance(DAY_MS);
    expect(world.payouts).toMatchObject([{ status: 'failed', statusReason: { code: 'insufficient_funds' }, amount: null }]);
  });
});

describe('descriptions decide (a rule of the simulator)', () => {
  const RESERVATION = ['payout.failed'];
  const BANK = ['payout.initiated', 'payout.processing-at-bank', 'payout.failed'];
  const RETURN = ['payout.initiated', 'payout.processing-at-bank', 'payout.completed', 'payout.failed'];
  it.each<[string, readonly string[], string]>([
    ['insufficient_funds', RESERVATION, '2026-11-24T06:00:00.0Z'],
    ['payouts_blocked', RESERVATION, '2026-11-24T06:00:00.0Z'],
    ['organization_inactive', RESERVATION, '2026-11-24T06:00:00.0Z'],
    ['balance_not_found', RESERVATION, '2026-11-24T06:00:00.0Z'],
    ['invalid_request', RESERVATION, '2026-11-24T06:00:00.0Z'],
    ['expired', RESERVATION, '2026-11-24T06:00:00.0Z'],
    ['bank_processing_failed', BANK, '2026-11-24T16:00:00.0Z'],
    ['failed', BANK, '2026-11-24T16:00:00.0Z'],
    ['returned', RETURN, '2026-11-27T08:00:00.0Z'],
  ])('simulate:%s', async (code, events, failedAt) => {
    const { world } = await paid(`Weekly payout 47 simulate:${code}`);
    await world.clock.advance(30 * DAY_MS);
    expect(world.payouts).toMatchObject([{ status: 'failed', statusReason: { code } }]);
    expect(told(world).map(([type]) => type)).toEqual(events);
    expect(told(world).at(-1)?.[1]).toBe(failedAt);
    expect(available(world)).toBe('10000.00');
  });

  it('comes back business days after completion, with completedAt kept', async () => {
    expect(MOLLIE_RETURN_BUSINESS_DAYS).toBe(3);
    const { world } = await paid('simulate:returned', { clock: createVirtualClock({ start: '2026-11-26T09:00:00Z' }) });
    await world.clock.advanceTo(Date.parse('2026-12-02T08:00:00Z') - 1);
    expect([status(world), available(world)]).toEqual(['completed', '9990.00']);
    await world.clock.advance(1);
    expect([status(world), available(world)]).toEqual(['failed', '10000.00']);
    expect(world.payouts).toMatchObject([{ completedAt: '2026-11-27T16:00:00+00:00' }]);
  });

  it('brings back the whole of a full balance', async () => {
    const world = simulateMollie();
    await asking(world)('POST /v2/payouts', { body: { balanceId: world.test.balance().id, description: 'simulate:returned' } });
    await world.clock.advance(2 * DAY_MS);
    expect([status(world), available(world)]).toEqual(['completed', '0.00']);
    await world.clock.advance(5 * DAY_MS);
    expect([status(world), available(world)]).toEqual(['failed', '10000.00']);
    expect(world.payouts).toMatchObject([{ amount: { value: '10000.00' } }]);
  });

  it.each(['simulate:nothing_of_this', 'simulate:requested', 'simulated', 'simulate: returned', 'resimulate:returned', null])(
    '%s means nothing',
    async (description) => {
      const { world } = await paid(description);
      await world.clock.advance(30 * DAY_MS);
      expect(status(world)).toBe('completed');
    },
  );
});

describe('controls', () => {
  it('set any status and code, and money follows the known ones', async () => {
    const { world, id } = await paid();
    // status, code given, code shown, available
    const steps: readonly (readonly [string, string | undefined, string, string])[] = [
      ['processing-at-bank', undefined, 'processing_at_bank', '9990.00'],
      ['completed', undefined, 'completed', '9990.00'],
      ['failed', 'returned', 'returned', '10000.00'],
      ['completed', 'a_code_of_tomorrow', 'a_code_of_tomorrow', '9990.00'],
      ['parked-by-compliance', undefined, 'parked_by_compliance', '9990.00'],
      ['canceled', 'failed', 'failed', '10000.00'],
    ];
    for (const [to, given, code, funds] of steps) {
      expect(world.test.move(id, to, { code: given, message: `now ${to}` })).toMatchObject({
        status: to,
        statusReason: { code, message: `now ${to}` },
      });
      expect(available(world)).toBe(funds);
    }
    expect(told(world).map(([type]) => type)).toEqual([
      'payout.processing-at-bank',
      'payout.completed',
      'payout.failed',
      'payout.completed',
      'payout.canceled',
    ]);
    expect(() => world.test.move('payout_nope', 'failed')).toThrow('no payout payout_nope');
    expect(() => world.live.move(id, 'failed')).toThrow('no payout');
    expect(() => world.test.balance('bal_nope')).toThrow('no balance bal_nope');
    expect(() => world.test.balance().fund('1')).toThrow('"1" is not an amount');
  });

  it('leave what is parked alone', async () => {
    const { world, id } = await paid();
    world.test.move(id, 'parked-by-compliance');
    await world.clock.advance(30 * DAY_MS);
    expect(status(world)).toBe('parked-by-compliance');
    expect(world.events).toEqual([]);
  });

  it('tell every change to listeners, as it was', async () => {
    const { world, id } = await paid();
    const heard: string[] = [];
    const takeBack = world.onEvent(({ type }) => heard.push(type));
    await world.clock.advanceTo('2026-11-24T07:00:00Z');
    takeBack();
    await world.clock.advance(DAY_MS);
    expect(heard).toEqual(['payout.initiated']);
    expect(world.events[0]).toMatchObject({
      id: expect.stringMatching(/^event_/) as string,
      entityId: id,
      mode: 'test',
      payout: { id, status: 'initiated', completedAt: null },
    });
    expect(new Set(world.events.map((event) => event.id)).size).toBe(3);
  });

  it('add payouts that the API did not make; the past has happened', async () => {
    const world = simulateMollie();
    const balance = world.test.balance();
    expect(balance.addPayout({ amount: '5.00' })).toMatchObject({ status: 'requested', amount: { value: '5.00' } });
    expect(balance.addPayout({ by: 'dashboard', createdAt: '2026-11-09T10:00:00Z', amount: '7.00' })).toMatchObject({
      status: 'completed',
      completedAt: '2026-11-10T16:00:00+00:00',
    });
    expect(world.payouts.map(({ by, status: now }) => [by, now])).toEqual([
      ['dashboard', 'completed'],
      ['schedule', 'requested'],
    ]);
    expect(available(world)).toBe('9993.00');
    expect(balance.balance.transferFrequency).toBe('daily');
    expect(() => balance.addPayout({ createdAt: '2026-11-24T00:00:00Z' })).toThrow('no time in the past');
  });
});

describe('one seed, one world', () => {
  it('repeats itself byte for byte', async () => {
    const run = async (seed: number): Promise<string> => {
      const world = simulateMollie({ seed });
      const ask = asking(world);
      const made = await ask('POST /v2/payouts', { body: payoutBody(world) });
      await world.clock.advance(DAY_MS);
      return made.text + (await ask('GET /v2/payouts')).text + JSON.stringify(world.events);
    };
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });
});
