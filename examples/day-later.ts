// A job that loses an answer, dies, and runs again a day later, when the provider has forgotten the key and the default is another one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBalance } from '@disburse/balance-adapter';
import { type PayoutOutcome, registryFromConfig } from '@disburse/core';
import { fileSubmissions } from '@disburse/core/node';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import type { Rails } from './rails.ts';
import type { Timeline } from './timeline.ts';

const DAY_AND_MORE_MS = 25 * 3_600_000;
const factories = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };

const told = (outcome: PayoutOutcome): string =>
  outcome.outcome === 'accepted'
    ? `${outcome.payout.id}  ${outcome.payout.money?.amount ?? '?'} USD by ${outcome.payout.name}`
    : outcome.error.code;

/** @returns How many references it asked for. */
export async function tellDayLater({ clock, rails, config, env }: Rails, { scene, line, check }: Timeline): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'disburse-demo-'));
  const [us, eu] = ['us', 'eu'].map((wanted) => rails.find(({ name }) => name === wanted));
  if (us === undefined || eu === undefined) throw new Error('The demo needs the rails us and eu.');
  const before = { us: us.count(), eu: eu.count() };

  /** One run of the job: it knows its configuration and a folder, and nothing of earlier runs. */
  const run = (defaultName: string, reference: string): Promise<PayoutOutcome> => {
    const settings = { runtime: { now: () => clock.now() }, submissions: fileSubmissions(folder) };
    const payouts = registryFromConfig({ ...config, default: defaultName }, factories, { env, settings });
    return payouts.createPayout({ reference, money: { amount: '125.00', currency: 'USD' } });
  };

  scene('with disburse: the answer is lost, and the job runs again a day later');
  us.loseAnswers(3);
  const lost = await run('us', 'week-48');
  line(lost.outcome, 'a payout may exist, and the job dies: a folder keeps what was sent');
  await clock.advance(DAY_AND_MORE_MS);
  const again = await run('us', 'week-48');
  line(again.outcome, `${told(again)}: the same payout, looked up because Stripe forgot the key`);
  const switched = await run('eu', 'week-48');
  line(switched.outcome, `${told(switched)}: the same payout, though the default is eu now`);
  check('three runs, one payout', us.count() === before.us + 1 && eu.count() === before.eu);
  const next = await run('eu', 'week-49');
  line(next.outcome, `${told(next)}: week 49 is a new reference, so the new default pays it`);
  check('it is one payout, by eu', eu.count() === before.eu + 1);
  await rm(folder, { recursive: true });
  return 2;
}
