// What a payout goes through, on three providers, told by one program that talks HTTP to simulators on this machine: `pnpm demo`
import { createBalance } from '@disburse/balance-adapter';
import { acceptedOrThrow, finalityOf, type Payout, registryFromConfig } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { tellDayLater } from './day-later.ts';
import { tellMostCode } from './most-code.ts';
import { type Rail, startRails } from './rails.ts';
import { openTimeline } from './timeline.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

const world = await startRails();
const { clock, rails, config, env, close } = world;
const timeline = openTimeline(clock);
const { scene, line, check, end } = timeline;

// Your own program: which provider pays is a word in the configuration, the rest is the same for all.
const factories = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };
const payouts = registryFromConfig(config, factories, { env, settings: { runtime: { now: () => clock.now() } } });

const money = (amount: string) => ({ amount, currency: 'USD' });
/** What the worlds are counted by at the end. */
const asked = { references: 0, refused: 0 };

const shown = ({ id, money: paid }: Payout): string => `${id}  ${paid?.amount ?? '?'} ${paid?.currency ?? ''}`;

async function story(rail: Rail): Promise<void> {
  const provider = payouts.provider(rail.name);
  scene(`${rail.name}: the adapter is ${provider.id}`);

  asked.references += 4;
  const made = await provider.createPayout({ reference: `${rail.name}-1`, money: money('125.00'), description: 'Earnings of week 47' });
  let payout = acceptedOrThrow(made);
  line(payout.status, shown(payout));
  for (const notice of made.outcome === 'accepted' ? made.notices : []) line('notice', notice.message);
  payout = await follow(payout, (seen) => provider.retrieve(seen.id));
  check('it is paid, and that is provisional', payout.status === 'paid' && finalityOf(payout.status) === 'provisional');

  const second = acceptedOrThrow(await provider.createPayout({ reference: `${rail.name}-2`, money: money('60.00') }));
  const canceled = await provider.cancel(second.id);
  line(canceled.status, `${shown(canceled)}: it had not left`);
  check('it is canceled', canceled.status === 'canceled');

  const third = await provider.createPayout({ reference: `${rail.name}-3`, money: money('1000000.00') });
  if (third.outcome === 'rejected') asked.refused += 1;
  line(third.outcome, `1000000.00 USD: ${third.outcome === 'accepted' ? third.payout.id : third.error.code}, certainly nothing was paid`);
  check('it is rejected for insufficient funds', third.outcome === 'rejected' && third.error.code === 'insufficient_funds');

  const before = rail.count();
  rail.loseAnswers(3);
  const fourth = await provider.createPayout({ reference: `${rail.name}-4`, money: money('45.50') });
  line(fourth.outcome, 'the answer is lost, three times: a payout may exist, and the submission is kept');
  check('it is neither success nor failure', fourth.outcome === 'unknown');
  const resolution = fourth.outcome === 'unknown' ? await provider.submit(fourth.submission) : fourth;
  line(
    resolution.outcome,
    resolution.outcome === 'accepted' ? `${shown(resolution.payout)}: submitted again, it is the same one` : resolution.error.message,
  );
  check('exactly one payout was made', resolution.outcome === 'accepted' && resolution.replayed && rail.count() === before + 1);

  await clock.advance(WEEK_MS);
  rail.sendBack(payout.id);
  payout = await provider.retrieve(payout.id);
  line(payout.status, `${shown(payout)}: a week later the bank sends it back: ${payout.failure?.reason}`);
  check('it is not paid any more, and says why', ['failed', 'returned'].includes(payout.status) && payout.failure !== null);

  const references: string[] = [];
  for await (const { reference } of provider.listAll()) if (reference?.startsWith(rail.name) === true) references.push(reference);
  check('the list has what was made, by our own references', references.join() === `${rail.name}-4,${rail.name}-2,${rail.name}-1`);
}

/** Tells every change until the payout is paid. */
async function follow(payout: Payout, read: (payout: Payout) => Promise<Payout>): Promise<Payout> {
  let seen = payout;
  for (let hours = 0; hours < 14 * 24 && finalityOf(seen.status) === 'open'; hours += 3) {
    await clock.advance(3 * HOUR_MS);
    const now = await read(seen);
    if (now.status !== seen.status) line(now.status, shown(now));
    seen = now;
  }
  return seen;
}

await tellMostCode(clock, timeline);
asked.references += await tellDayLater(world, timeline);
for (const rail of rails) await story(rail);
const made = rails.reduce((sum, rail) => sum + rail.count(), 0);
await close();
const { references, refused } = asked;
end(`Asked for ${references} payouts: ${refused} were refused, ${made} were made, none twice.`, made === references - refused);
