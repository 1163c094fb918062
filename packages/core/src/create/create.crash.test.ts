// A process that dies between each two steps of a create, and a job that runs again: counted at the provider.
import { describe, expect, it } from 'vitest';
import { acmeWorld, type AcmeWorld, RENT, told } from '../__tests__/acme-world.ts';
import { HOUR_MS } from '../__tests__/manual-time.ts';
import { table } from '../__tests__/table.ts';
import { nextAttempt, type PayoutOutcome } from '../payout/outcome.ts';
import type { SubmissionStore } from '../stores/submission.ts';

/** Where it dies, in the order in which a create gets there. From `committed` on the payout exists. */
const STEPS = ['prepared', 'kept', 'answered by the store', 'sent', 'committed', 'answered by the provider', 'resolution'] as const;
type Step = (typeof STEPS)[number];

const committed = (step: Step): boolean => STEPS.indexOf(step) >= STEPS.indexOf('committed');
const kept = (step: Step): boolean => step !== 'prepared';

/** A create that stops for ever at a step, as a killed process does; the store and the provider stay. */
async function diesAt(step: Step, durable: SubmissionStore): Promise<AcmeWorld> {
  let died = (): void => undefined;
  const dead = new Promise<void>((resolve) => (died = resolve));
  const reach = async (here: Step): Promise<void> => {
    if (here !== step) return;
    died();
    await new Promise(() => undefined);
  };
  const submissions: SubmissionStore = {
    putIfAbsent: async (submission) => {
      await reach('prepared');
      const row = await durable.putIfAbsent(submission);
      await reach('kept');
      return row;
    },
    find: async (place) => {
      await reach('answered by the store');
      return durable.find(place);
    },
    setResolution: async (submission, resolution) => {
      await reach('answered by the provider');
      await durable.setResolution(submission, resolution);
      await reach('resolution');
    },
  };
  const world = acmeWorld({ submissions });
  world.onCreate(async (arrive) => {
    await reach('sent');
    const answer = await arrive();
    await reach('committed');
    return answer;
  });
  world.acme.createPayout(RENT).catch(() => undefined);
  await dead;
  return world;
}

async function createdAgain(world: AcmeWorld, later: number, submissions: SubmissionStore | undefined): Promise<PayoutOutcome> {
  world.time.jump(world.time.now() + later);
  return world.restarted({ submissions }).createPayout(RENT);
}

describe.each(STEPS)('a process that dies once it has %s', (step) => {
  it('and runs again at once, with a durable store: one payout', async () => {
    const durable = table();
    const world = await diesAt(step, durable);
    expect(world.bank.payouts).toHaveLength(committed(step) ? 1 : 0);
    expect(told(await createdAgain(world, 0, durable))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('and runs again after the provider forgot the key, with a durable store: what exists is found, and nothing is sent twice', async () => {
    const durable = table();
    const world = await diesAt(step, durable);
    const outcome = await createdAgain(world, 48 * HOUR_MS, durable);
    // Kept, and certainly absent: that reference was refused, and its next attempt may be made.
    expect(told(outcome)).toBe(kept(step) && !committed(step) ? 'rejected not_found' : 'ac_1');
    if (outcome.outcome === 'rejected' && outcome.retry === 'next_attempt') {
      expect(told(await world.restarted({ submissions: durable }).createPayout({ ...RENT, attempt: nextAttempt(outcome) }))).toBe('ac_1');
    }
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('and runs again while the provider keeps the key, without a durable store: one payout', async () => {
    const world = await diesAt(step, table());
    expect(told(await createdAgain(world, 23 * HOUR_MS, undefined))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('and runs again after the provider forgot the key, without a durable store: nothing protects any more', async () => {
    const world = await diesAt(step, table());
    await createdAgain(world, 48 * HOUR_MS, undefined);
    expect(world.bank.payouts).toHaveLength(committed(step) ? 2 : 1);
  });
});
