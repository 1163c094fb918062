// What a payout goes through, told by a real program: it talks HTTP to a simulated Stripe on this machine. `pnpm demo`
import { createStripe } from '@disburse/stripe-adapter';
import { acceptedOrThrow } from '@disburse/core';
import { LATE_BOUNCE_ACCOUNT_NUMBER, simulateStripe } from '@disburse/simulator';
import { openTimeline } from './timeline.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

// ---- A simulated Stripe on a loopback port, with its own clock -------------------------------------------------------

const world = simulateStripe();
const server = await world.listen();
const closedLater = world.account().addBankAccount({ currency: 'usd', accountNumber: LATE_BOUNCE_ACCOUNT_NUMBER }).id;
const { scene, line, check, close } = openTimeline(world.clock);

// ---- Everything below is what your own program would do --------------------------------------------------------------

const stripe = createStripe({ apiKey: world.apiKey, baseUrl: server.url, runtime: { now: () => world.clock.now() } });

scene('A payout, from create to paid');
const first = await stripe.createPayout({
  reference: 'seller-42-2026-11',
  money: { amount: '125.00', currency: 'EUR' },
  description: 'November earnings',
});
const earnings = acceptedOrThrow(first);
line(earnings.status, `${earnings.id} over 125.00 EUR, expected ${earnings.expectedArrival}`);
for (let day = 0; day < 7; day += 1) {
  const before = await stripe.retrieve(earnings.id);
  await world.clock.advance(DAY_MS);
  const now = await stripe.retrieve(earnings.id);
  if (now.status !== before.status) line(now.status, now.id);
}
check('it is paid', (await stripe.retrieve(earnings.id)).status === 'paid');

scene('Paid is not the end: the bank sends it back five days later');
const second = await stripe.createPayout({
  reference: 'seller-43-2026-11',
  money: { amount: '80.00', currency: 'USD' },
  destination: closedLater,
});
const bounced = acceptedOrThrow(second);
let status = bounced.status;
line(status, bounced.id);
for (let hour = 0; hour < 15 * 24; hour += 6) {
  await world.clock.advance(6 * HOUR_MS);
  const now = await stripe.retrieve(bounced.id);
  if (now.status !== status) line(now.status, now.failure === null ? now.id : `${now.id}: ${now.failure.reason} (${now.failure.message})`);
  status = now.status;
}
check(
  'paid turned into failed, with its reason',
  status === 'failed' && (await stripe.retrieve(bounced.id)).failure?.reason === 'account_closed',
);

scene('Changed our mind: a payout that has not left can be canceled');
const third = acceptedOrThrow(await stripe.createPayout({ reference: 'seller-44-2026-11', money: { amount: '60.00', currency: 'EUR' } }));
line(third.status, third.id);
const canceled = await stripe.cancel(third.id);
line(canceled.status, canceled.id);
check('the money is back', canceled.status === 'canceled');

scene('Too little balance: certainly nothing happened');
const fourth = await stripe.createPayout({ reference: 'seller-45-2026-11', money: { amount: '1000000.00', currency: 'EUR' } });
line(fourth.outcome, fourth.outcome === 'rejected' ? `${fourth.error.code}, retry: ${fourth.retry}` : 'unexpected');
check('rejected as insufficient_funds', fourth.outcome === 'rejected' && fourth.error.code === 'insufficient_funds');

scene('The answer is lost, three times. Was it paid? Most programs guess here, and some pay twice');
for (let loss = 0; loss < 3; loss += 1) world.faults.next({ reset: 'after' });
const before = world.payouts.length;
const fifth = await stripe.createPayout({ reference: 'seller-46-2026-11', money: { amount: '45.50', currency: 'EUR' } });
line(fifth.outcome, 'the connection was reset after the request was sent, so a payout may exist');
check('it is neither success nor failure', fifth.outcome === 'unknown');
const settled = fifth.outcome === 'unknown' ? await stripe.submit(fifth.submission) : fifth;
line(settled.outcome, settled.outcome === 'accepted' ? `${settled.payout.id}: the same submission, submitted again` : 'unexpected');
check('exactly one payout was made', settled.outcome === 'accepted' && settled.replayed && world.payouts.length === before + 1);

scene('The list, newest first');
for await (const payout of stripe.listAll()) {
  line(payout.status, `${payout.id} ${payout.money?.amount ?? '?'} ${payout.money?.currency ?? ''} ${payout.reference ?? ''}`);
}

await server.close();
close();
