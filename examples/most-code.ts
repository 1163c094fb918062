// What this library is against: the few lines that most programs have, one lost answer, and one job that runs again a day later.
import { randomUUID } from 'node:crypto';
import { simulateStripe, type VirtualClock } from '@disburse/simulator';
import type { Timeline } from './timeline.ts';

const DAY_AND_MORE_MS = 25 * 3_600_000;

/** Pays the way most code does. @throws when anything goes wrong, whatever it was. */
async function pay(url: string, apiKey: string, key: string): Promise<string> {
  const answer = await fetch(`${url}/v1/payouts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': key,
    },
    body: 'amount=12500&currency=usd',
  });
  return ((await answer.json()) as { readonly id: string }).id;
}

/** Two payouts, each tried until it works. */
export async function tellMostCode(clock: VirtualClock, { scene, line, check }: Timeline): Promise<void> {
  const stripe = simulateStripe({ clock, seed: 42 });
  const server = await stripe.listen();
  const paid = (what: string, ...ids: readonly string[]): void => {
    for (const id of ids) line('paid twice', `${id}  ${what}`);
  };

  scene('what most code does: fetch, and again when it throws');
  stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
  // A new key for each attempt: the provider cannot know that they are the same.
  await pay(server.url, stripe.apiKey, randomUUID()).catch(() =>
    line('failed', 'the answer was lost: stored as failed, so the next run pays again'),
  );
  await pay(server.url, stripe.apiKey, randomUUID());
  paid('125.00 USD for week 47', ...stripe.payouts.map(({ id }) => id));
  check('one week was paid twice', stripe.payouts.length === 2);

  scene('what better code does: one key for each week, and the job runs again a day later');
  const first = await pay(server.url, stripe.apiKey, 'week-48');
  await clock.advance(DAY_AND_MORE_MS);
  line('forgotten', 'the same key is sent: Stripe kept it for 24 hours');
  paid('125.00 USD for week 48', first, await pay(server.url, stripe.apiKey, 'week-48'));
  check('another week was paid twice', stripe.payouts.length === 4);
  await server.close();
}
