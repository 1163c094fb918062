// What this library is against: the few lines that most programs have, and one lost answer.
import { randomUUID } from 'node:crypto';
import { simulateStripe, type VirtualClock } from '@disburse/simulator';
import type { Timeline } from './timeline.ts';

/** Pays the way most code does. @throws when anything goes wrong, whatever it was. */
async function pay(url: string, apiKey: string): Promise<string> {
  const answer = await fetch(`${url}/v1/payouts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': randomUUID(), // A new one for each attempt: the provider cannot know that they are the same.
    },
    body: 'amount=12500&currency=usd',
  });
  return ((await answer.json()) as { readonly id: string }).id;
}

/** The same payout, tried until it works. */
export async function tellMostCode(clock: VirtualClock, { scene, line, check }: Timeline): Promise<void> {
  const stripe = simulateStripe({ clock, seed: 42 });
  const server = await stripe.listen();
  scene('what most code does: fetch, and again when it throws');
  stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
  for (let attempt = 1, id = ''; id === ''; attempt += 1) {
    try {
      id = await pay(server.url, stripe.apiKey);
      line('pending', `${id}  125.00 USD  attempt ${attempt}: it worked`);
    } catch {
      line('failed', `attempt ${attempt}: the answer was lost. It is stored as failed, so the next run pays`);
    }
  }
  for (const { id } of stripe.payouts) line('paid twice', `${id}  is what the provider has`);
  check('one seller was paid twice, and the program knows of one payout', stripe.payouts.length === 2);
  await server.close();
}
