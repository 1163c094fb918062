// A program that keeps the real time, at simulated providers that keep another one.
import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { fileSubmissions } from '@disburse/core/node';
import { createStripe } from '@disburse/stripe-adapter';
import { disburse, KEPT, START, type World, world } from './__tests__/bench.ts';
import { createShownTimes, wasShown } from './simulate/shown-times.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A program whose answer is lost, and whose clock is so far from that of the simulator. */
async function lostBy(apart: number): Promise<World> {
  const place = await world();
  const { DISBURSE_SIMULATED_STRIPE_URL: baseUrl, DISBURSE_SIMULATED_STRIPE_KEY: apiKey } = place.simulated.env;
  const runtime = { now: () => Date.parse(START) + apart };
  const program = createStripe({
    name: 'us',
    apiKey,
    baseUrl,
    runtime,
    maxResends: 0,
    submissions: fileSubmissions(join(place.cwd, KEPT)),
  });
  place.stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
  const outcome = await program.createPayout({ reference: 'r1', money: { amount: '25.00', currency: 'USD' } });
  expect(outcome.outcome).toBe('unknown');
  return place;
}

describe('a submission of a program that keeps the real time', () => {
  it.each([
    ['simulate advance 2 days: still later than it is in there', '2 days'],
    ['simulate advance 9 days: earlier, at a time that was never shown', '9 days'],
  ])('%s: lookup, submit and create never tell it rejected', async (_, far) => {
    const place = await lostBy(5 * DAY);
    await disburse(['simulate', 'advance', ...far.split(' ')], place);
    for (const args of [
      ['lookup', 'r1'],
      ['submit', 'r1'],
      ['submit', '--all'],
    ]) {
      const end = await disburse(args, place);
      expect(end.code).toBe(4);
      expect(end.stdout).toContain('unknown  25.00 USD, reference r1');
      expect(end.stderr).toMatch(/r1 was prepared at 2026-11-28\S+, which this simulator's clock has not shown \(it shows 2026-\S+Z\)/);
    }
    expect(await disburse(['create', '25.00', 'USD', '--reference', 'r1', '--next-attempt'], place)).toMatchObject({ code: 4 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('that is found is told as accepted, and recorded', async () => {
    const place = await lostBy(-12 * HOUR);
    expect(await disburse(['lookup', 'r1'], place)).toMatchObject({ code: 0 });
    expect(await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place)).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('by about the same clock it is resolved as any other', async () => {
    const place = await lostBy(3 * 60_000);
    await disburse(['simulate', 'advance', '9', 'days'], place);
    expect(await disburse(['submit', 'r1'], place)).toMatchObject({ code: 0 });
  });
});

describe('which times a simulator has shown', () => {
  it('are those that it ran through, and not those that it skipped', () => {
    const shown = createShownTimes();
    for (const time of [0, 1_000, 2_000, DAY, DAY + 1_000]) shown.show(time);
    expect(shown.stretches).toEqual([
      [0, 2_000],
      [DAY, DAY + 1_000],
    ]);
    expect([-HOUR, 0, 2_000, HOUR, DAY, 2 * DAY].map((time) => wasShown(shown.stretches, time))).toEqual([
      false,
      true,
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('simulate warns of programs', () => {
  it.each([
    [['advance', '3', 'days'], true],
    [['time'], false],
  ])('%j: %j', async (line, warned) => {
    const { stdout } = await disburse(['simulate', ...line], { cwd: (await world()).cwd });
    expect(stdout.includes('programs keep the real one')).toBe(warned);
  });

  it('not where its time is the real one', async () => {
    const place = await world();
    const now = Date.now() - Date.parse(START);
    const seconds = Math.round(now / 1000);
    const { stdout } = await disburse(['simulate', 'advance', String(seconds), 'seconds'], place);
    expect(stdout).toMatch(/^it is \S+\n$/);
  });
});
