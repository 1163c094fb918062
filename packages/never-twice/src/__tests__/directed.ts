// Rules that random runs cannot reach: a scenario each, that says what is wrong, or nothing.
import { createBalance } from '@disburse/balance-adapter';
import { isPayoutError, type PayoutOutcome } from '@disburse/core';
import { simulateMollie, simulateStripe } from '@disburse/simulator';
import { createStripe } from '@disburse/stripe-adapter';
import { synchronousDigest } from '../synchronous-digest.ts';
import { HOUR_MS, MINUTE_MS, trueTime, type TrueTime } from '../time.ts';

/** A scenario of one rule. */
export interface Directed {
  readonly rule: string;
  readonly name: string;
  /** What is wrong; `null` where the rule holds. */
  readonly run: () => Promise<string | null>;
}

const START = Date.parse('2026-11-23T09:00:00Z');
const EUR = { reference: 'job-1', money: { amount: '10.00', currency: 'EUR' } } as const;

const newTime = (): TrueTime => trueTime(START, () => 0.5);
const later = (time: TrueTime, ms: number): Promise<void> => time.live(() => undefined, time.now() + ms);
/** A process of its own: core knows it by this object. */
const runtimeOf = (time: TrueTime, aheadMs = 0) => ({ now: () => time.now() + aheadMs, sleep: time.sleep, random: time.random });

function mollie(time: TrueTime) {
  const world = simulateMollie({ clock: time });
  const balanceId = world.test.balance().id;
  const process = (aheadMs = 0) =>
    createBalance({ token: world.testKey, balanceId, acceptScheduleSideEffect: true, fetch: world.fetch, runtime: runtimeOf(time, aheadMs) });
  return { world, process, balanceId };
}

async function shown(time: TrueTime, made: Promise<PayoutOutcome>): Promise<PayoutOutcome> {
  made.catch(() => undefined); // It is thrown below.
  await time.live(() => undefined);
  return made;
}

/** Runs a scenario in which nothing is really asynchronous. */
export async function directed({ run }: Directed): Promise<string | null> {
  const restore = synchronousDigest();
  try {
    return await run();
  } finally {
    restore();
  }
}

export const DIRECTED: readonly Directed[] = [
  {
    rule: 'R4',
    name: 'a test submission under a live key',
    run: async () => {
      const time = newTime();
      const { world, process, balanceId } = mollie(time);
      const submission = await process().prepare(EUR);
      const live = createBalance({ token: world.liveKey, balanceId, acceptScheduleSideEffect: true, fetch: world.fetch, runtime: runtimeOf(time) });
      try {
        await shown(time, live.submit(submission));
        return 'it was taken';
      } catch (error) {
        if (!isPayoutError(error) || error.outcome === 'rejected') return 'it was said to be rejected';
        return world.requests.length === 0 ? null : 'something was sent';
      }
    },
  },
  {
    rule: 'R6',
    name: 'money: undefined',
    run: async () => {
      const time = newTime();
      const { world, process } = mollie(time);
      await shown(time, process().createPayout({ reference: 'job-1', money: undefined as never }));
      return world.payouts.length === 0 ? null : 'the whole balance left';
    },
  },
  {
    rule: 'R13',
    name: 'metadata that looks like ours',
    run: async () => {
      const time = newTime();
      const world = simulateStripe({ clock: time });
      const stripe = createStripe({ apiKey: world.apiKey, fetch: world.fetch, runtime: runtimeOf(time) });
      const metadata = { disburse_key: 'mine' };
      await shown(time, stripe.createPayout({ reference: 'job-1', money: { amount: '10.00', currency: 'USD' }, metadata }));
      return world.requests.length === 0 ? null : 'it was sent';
    },
  },
  {
    rule: 'R14',
    name: 'aborted after the bytes left',
    run: async () => {
      const time = newTime();
      const { world, process } = mollie(time);
      world.faults.on({ method: 'POST' }, { hang: 'after' });
      const abort = new AbortController();
      time.at(START + 1_000, () => abort.abort());
      try {
        const outcome = await shown(time, process().createPayout(EUR, { signal: abort.signal }));
        return outcome.outcome === 'unknown' ? null : `${outcome.outcome}, and ${world.payouts.length} exists`;
      } catch (error) {
        return `it threw ${String(error)}, and the submission is lost`;
      }
    },
  },
  {
    rule: 'R15',
    name: '"already scheduled" is our own payout, of which this process knows nothing',
    run: async () => {
      const time = newTime();
      const { world, process } = mollie(time);
      await shown(time, process().createPayout(EUR));
      await later(time, 2 * HOUR_MS);
      const outcome = await shown(time, process().createPayout(EUR));
      return outcome.outcome === 'unknown' && world.payouts.length === 1 ? null : outcome.outcome;
    },
  },
  {
    rule: 'R17',
    name: 'a clock that is three hours ahead proves nothing',
    run: async () => {
      const time = newTime();
      const { process } = mollie(time);
      const submission = await process().prepare(EUR);
      const outcome = await shown(time, process(3 * HOUR_MS).lookup(submission));
      return outcome.outcome === 'unknown' ? null : `${outcome.outcome}, and it can still be sent`;
    },
  },
  {
    rule: 'R17',
    name: 'removing all metadata leaves ours',
    run: async () => {
      const time = newTime();
      const world = simulateStripe({ clock: time });
      const stripe = createStripe({ apiKey: world.apiKey, fetch: world.fetch, runtime: runtimeOf(time) });
      const money = { amount: '10.00', currency: 'USD' };
      const outcome = await shown(time, stripe.createPayout({ reference: 'job-1', money, metadata: { a: 'b' } }));
      if (outcome.outcome !== 'accepted') return outcome.outcome;
      await stripe.update(outcome.payout.id, { metadata: null });
      const left = Object.keys(world.payouts[0]?.metadata ?? {});
      return left.includes('disburse_key') && !left.includes('a') ? null : `what is left: ${left.join(', ') || 'nothing'}`;
    },
  },
  {
    rule: 'R8',
    name: 'a request that waited in a queue until its key was forgotten',
    run: async () => {
      const time = newTime();
      const { world, process } = mollie(time);
      // The machine is suspended between the look at the window and the write: the first time it asks for the time of sending.
      const early = process();
      const submission = await early.prepare(EUR);
      await shown(time, early.submit(submission));
      await later(time, 49 * MINUTE_MS);
      let asked = 0;
      const suspended = {
        ...runtimeOf(time),
        now: () => {
          asked += 1;
          return asked > LOOKS_BEFORE_SENDING ? time.now() + 3 * HOUR_MS : time.now();
        },
      };
      const before = world.requests.filter(({ method }) => method === 'POST').length;
      const { testKey } = world;
      const balanceId = world.test.balance().id;
      const late = createBalance({ token: testKey, balanceId, acceptScheduleSideEffect: true, fetch: world.fetch, runtime: suspended });
      await shown(time, late.submit(JSON.parse(JSON.stringify(submission))));
      const after = world.requests.filter(({ method }) => method === 'POST').length;
      return after === before ? null : 'it was sent after its time';
    },
  },
];

/** `told`, the deadline of the call and of the exchange, and the look at the window. */
const LOOKS_BEFORE_SENDING = 5;
