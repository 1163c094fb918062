// Scenarios of rules that a switch turns on: without it they would find what nothing prevents.
import { memorySubmissions, nextAttempt, type SubmissionStore } from '@disburse/core';
import { durable, openTable } from '../durable.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time.ts';
import { OF_HOLDS } from './directed-kept.ts';
import {
  attempt,
  type Directed,
  EUR,
  heldForApproval,
  insteadOfCreates,
  mollieScene,
  mustBe,
  mustHave,
  mustNotReject,
  POST,
  runtimeOf,
  scenario,
  stripeScene,
  type StripeScene,
  unauthorized,
  USD,
} from './directed-worlds.ts';

/** Refused for want of money, and then paid by the next attempt, by one process. */
async function paidByTheNext({ world, process, ended }: StripeScene) {
  const here = process();
  world.account().fund({ amount: -world.account().available('usd'), currency: 'usd' });
  const refused = await ended(here.createPayout(USD));
  world.account().fund({ amount: 1_000_000, currency: 'usd' });
  if (refused.outcome !== 'rejected' || refused.retry !== 'next_attempt') throw new Error('it was to be refused');
  const paid = await ended(here.createPayout({ ...USD, attempt: nextAttempt(refused) }));
  return { here, paid };
}

export const LATER_ATTEMPTS: readonly Directed[] = [
  scenario('R5', 'paid by the second attempt, and asked for again without one', async () => {
    const play = stripeScene();
    const { here, paid } = await paidByTheNext(play);
    const again = await play.ended(here.createPayout(USD));
    return mustBe('accepted', paid) ?? mustBe('accepted', again) ?? mustHave(1, play.world.payouts);
  }),
  scenario('R5', 'paid by the second attempt, and asked for again by its first', async () => {
    const play = stripeScene();
    const { here } = await paidByTheNext(play);
    return mustBe('accepted', await play.ended(here.createPayout({ ...USD, attempt: attempt(1) })));
  }),
  scenario('R5', 'paid by the second attempt, asked for without one, and again after the key of the first is over', async () => {
    const { process, ended, later } = stripeScene();
    const submissions = openTable(durable(true));
    await ended(process({ submissions }).createPayout({ ...USD, attempt: attempt(2) }));
    await ended(process({ submissions }).createPayout(USD));
    await later(25 * HOUR_MS);
    return mustBe('accepted', await ended(process({ submissions }).createPayout(USD)));
  }),
  scenario('R5', 'the second attempt, five days later, by a process that knows nothing of the first', async () => {
    const { world, process, ended, later } = stripeScene();
    await ended(process().createPayout(USD));
    await later(5 * DAY_MS);
    await ended(process().createPayout({ ...USD, attempt: attempt(2) }));
    return mustHave(1, world.payouts);
  }),
];

/** Two providers of one account in one process: what reaches the bank at once waits there for a second, and is answered so. */
function twoStores(answer: () => Response) {
  const play = stripeScene({ maxResends: 0 });
  const slow = insteadOfCreates(play.world, async () => {
    await play.time.sleep(SECOND_MS);
    return answer();
  });
  const common = openTable(durable());
  const here = { runtime: runtimeOf(play.time), fetch: slow };
  return {
    ...play,
    common,
    own: play.process({ ...here, submissions: memorySubmissions() }),
    shared: play.process({ ...here, submissions: common }),
  };
}

export const TWO_STORES: readonly Directed[] = [
  scenario('R7', 'a refusal of one store is joined by another, whose row was paid elsewhere', async () => {
    const { world, process, ended, common, own, shared } = twoStores(unauthorized);
    world.faults.on(POST, { reset: 'after' }, 1);
    await ended(process({ submissions: common }).createPayout(USD));
    const first = own.createPayout(USD);
    const second = shared.createPayout(USD);
    const wrong = mustNotReject(second);
    await ended(Promise.all([first, second]));
    return wrong;
  }),
];

/** A day after the key was forgotten: somebody else must not be told that nothing exists, for the provider may still do it. */
async function aDayLater({ process, ended, later, common }: ReturnType<typeof twoStores>): Promise<string | null> {
  await later(26 * HOUR_MS);
  return mustNotReject(ended(process({ submissions: common }).createPayout(USD)));
}

export const HOLDS_OF_TWO_STORES: readonly Directed[] = [
  scenario('R10', 'a hold of one store is joined by another, and noted there, too', async () => {
    const play = twoStores(heldForApproval);
    await play.ended(Promise.all([play.own.createPayout(USD), play.shared.createPayout(USD)]));
    return aDayLater(play);
  }),
];

export const DEAF_STORES: readonly Directed[] = [
  scenario('R10', 'a hold that could not be noted is noted at the next chance', async () => {
    const play = twoStores(heldForApproval);
    let isDeaf = true;
    const resolve: SubmissionStore['setResolution'] = async (submission, resolution) => {
      if (isDeaf) throw new Error('away');
      await play.common.setResolution(submission, resolution);
    };
    const keep: SubmissionStore['putIfAbsent'] = async (submission, hold) => {
      if (isDeaf && submission.reference.includes(' ')) throw new Error('away');
      return play.common.putIfAbsent(submission, hold);
    };
    const submissions = { ...play.common, setResolution: resolve, putIfAbsent: keep };
    const fetch = insteadOfCreates(play.world, async () => heldForApproval());
    const here = play.process({ runtime: runtimeOf(play.time), fetch, submissions });
    await play.ended(here.createPayout(USD));
    isDeaf = false;
    await play.ended(here.createPayout(USD));
    return aDayLater(play);
  }),
];

export const REFUSALS: readonly Directed[] = [
  scenario('R7', 'refused with 401, and again in the next process: it is as certain, and then it is paid', async () => {
    const { world, process, ended } = stripeScene({ maxResends: 0 });
    const submissions = openTable(durable(true));
    const wrong = { submissions, apiKey: 'sk_test_revoked' };
    const first = await ended(process(wrong).createPayout(USD));
    const second = await ended(process(wrong).createPayout(USD));
    const third = await ended(process({ submissions }).createPayout(USD));
    return mustBe('rejected', first) ?? mustBe('rejected', second) ?? mustBe('accepted', third) ?? mustHave(1, world.payouts);
  }),
  ...OF_HOLDS,
];

export const GATEWAYS: readonly Directed[] = [401, 403, 429].flatMap((gateway) =>
  (['text', 'html', 'problem'] as const).flatMap((form) =>
    [['Stripe', stripeScene, USD] as const, ['Mollie', mollieScene, EUR] as const].map(([name, make, request]) =>
      scenario('R9', `a mesh sends it to ${name} twice, and answers the second itself: ${gateway} as ${form}`, async () => {
        const { world, process, ended } = make();
        world.faults.on(POST, { gateway, at: 'after', form });
        return mustNotReject(ended(process().createPayout(request)));
      }),
    ),
  ),
);
