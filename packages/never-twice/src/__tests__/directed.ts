// A scenario for what random runs cannot reach, or reach too seldom: each says what is wrong, or nothing.
import { createBalance } from '@disburse/balance-adapter';
import { createPayoutRegistry, isPayoutError, memorySubmissions, nextAttempt, type Submission, type SubmissionStore } from '@disburse/core';
import { simulateMollie, simulateStripe } from '@disburse/simulator';
import { createStripe } from '@disburse/stripe-adapter';
import { durable, openTable } from '../durable.ts';
import { SWITCHES } from '../switches.ts';
import { synchronousDigest } from '../synchronous-digest.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';
import { OF_ATTEMPTS, OF_HOLDS, OF_ONE_EXCHANGE, OF_ONE_REFERENCE } from './directed-kept.ts';
import {
  attempt,
  type Directed,
  EUR,
  FORBIDDEN,
  heldForApproval,
  insteadOfCreates,
  mollieScene,
  mustBe,
  mustHave,
  mustNotReject,
  parsed,
  POST,
  runtimeOf,
  saidOf,
  scenario,
  scene,
  stripeScene,
  type StripeScene,
  table,
  unauthorized,
  USD,
} from './directed-worlds.ts';

/** Runs a scenario in which nothing is really asynchronous. */
export async function directed({ run }: Directed): Promise<string | null> {
  const restore = synchronousDigest();
  try {
    return await run();
  } finally {
    restore();
  }
}

/** A mesh that had sent the request before, and answers the second send by itself. */
const OF_A_MESH = { answer: { status: 401, body: 'Jwt is expired' }, at: 'after', stored: false } as const;

// ---- What a switch turns on ------------------------------------------------------------------------------------------

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

const LATER_ATTEMPTS: readonly Directed[] = [
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
  const play = stripeScene({ resends: 0 });
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

const TWO_STORES: readonly Directed[] = [
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

const HOLDS_OF_TWO_STORES: readonly Directed[] = [
  scenario('R10', 'a hold of one store is joined by another, and noted there, too', async () => {
    const play = twoStores(heldForApproval);
    await play.ended(Promise.all([play.own.createPayout(USD), play.shared.createPayout(USD)]));
    return aDayLater(play);
  }),
];

const DEAF_STORES: readonly Directed[] = [
  scenario('R10', 'a hold that could not be noted is noted at the next chance', async () => {
    const play = twoStores(heldForApproval);
    let isDeaf = true;
    const settle: SubmissionStore['settle'] = async (submission, settled) => {
      if (isDeaf) throw new Error('away');
      await play.common.settle(submission, settled);
    };
    const keep: SubmissionStore['keep'] = async (submission, hold) => {
      if (isDeaf && submission.reference.includes(' ')) throw new Error('away');
      return play.common.keep(submission, hold);
    };
    const submissions = { ...play.common, settle, keep };
    const fetch = insteadOfCreates(play.world, async () => heldForApproval());
    const here = play.process({ runtime: runtimeOf(play.time), fetch, submissions });
    await play.ended(here.createPayout(USD));
    isDeaf = false;
    await play.ended(here.createPayout(USD));
    return aDayLater(play);
  }),
];

const REFUSALS: readonly Directed[] = [
  scenario('R7', 'refused with 401, and again in the next process: it is as certain, and then it is paid', async () => {
    const { world, process, ended } = stripeScene({ resends: 0 });
    const submissions = openTable(durable(true));
    const wrong = { submissions, apiKey: 'sk_test_revoked' };
    const first = await ended(process(wrong).createPayout(USD));
    const second = await ended(process(wrong).createPayout(USD));
    const third = await ended(process({ submissions }).createPayout(USD));
    return mustBe('rejected', first) ?? mustBe('rejected', second) ?? mustBe('accepted', third) ?? mustHave(1, world.payouts);
  }),
  ...OF_HOLDS,
];

const GATEWAYS: readonly Directed[] = [401, 403, 429].flatMap((gateway) =>
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

export const DIRECTED: readonly Directed[] = [
  scenario('R1', 'the table is away when the job runs again, a day later', async () => {
    const { world, process, ended, later } = stripeScene();
    const submissions = table();
    await ended(process({ submissions }).createPayout(USD));
    await later(25 * HOUR_MS);
    submissions.away = true;
    await ended(process({ submissions }).createPayout(USD));
    return mustHave(1, world.payouts);
  }),
  scenario('R8', 'a copy of yesterday comes to a process that was refused an hour ago', async () => {
    const { time, world, process, ended, later } = stripeScene({ correlation: 'none', resends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const lost = await ended(process().createPayout(USD));
    await later(23 * HOUR_MS);
    const own = { runtime: runtimeOf(time), submissions: memorySubmissions() };
    await ended(process({ ...own, apiKey: 'sk_test_revoked' }).createPayout(USD));
    await later(2 * HOUR_MS);
    await ended(process(own).submit(parsed(lost.submission)));
    return mustHave(1, world.payouts);
  }),
  scenario('R9', 'a mesh that had sent it to Stripe answers 401', async () => {
    const { world, process, ended } = stripeScene({ resends: 0 });
    world.faults.on(POST, OF_A_MESH, 1);
    const told = await ended(process().createPayout(USD));
    return mustBe('unknown', told) ?? mustHave(1, world.payouts);
  }),
  scenario('R9', 'a mesh that had sent it to Mollie answers 401', async () => {
    const { world, process, ended } = mollieScene();
    world.faults.on(POST, OF_A_MESH, 1);
    const told = await ended(process({ resends: 0 }).createPayout(EUR));
    return mustBe('unknown', told) ?? mustHave(1, world.payouts);
  }),
  scenario('R15', 'a copy of yesterday, paid, comes to a process whose own was refused for good', async () => {
    const { time, world, process, ended, later } = stripeScene({ resends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const lost = await ended(process().createPayout(USD));
    await later(30 * HOUR_MS);
    const own = { runtime: runtimeOf(time), submissions: memorySubmissions() };
    world.account().fund({ amount: -world.account().available('usd'), currency: 'usd' });
    const refused = await ended(process(own).createPayout(USD));
    const told = await ended(process(own).submit(parsed(lost.submission)));
    return mustBe('rejected', refused) ?? mustBe('accepted', told);
  }),
  scenario('R2', 'the default is switched, and the job runs again', async () => {
    const { time, ended } = scene();
    const [stripe, mollie] = [simulateStripe({ clock: time }), simulateMollie({ clock: time })];
    const submissions = table();
    const registry = (byDefault: 'us' | 'eu') => {
      const common = { runtime: runtimeOf(time), submissions };
      const us = createStripe({ ...common, name: 'us', apiKey: stripe.apiKey, fetch: stripe.fetch });
      const balanceId = mollie.test.balance().id;
      const eu = createBalance({
        ...common,
        name: 'eu',
        token: mollie.testKey,
        balanceId,
        acceptScheduleSideEffect: true,
        fetch: mollie.fetch,
      });
      return createPayoutRegistry({ us, eu }, { default: byDefault });
    };
    stripe.faults.on(POST, { reset: 'after' });
    await ended(registry('us').createPayout(EUR));
    await ended(registry('eu').createPayout(EUR));
    return mustHave(1, [...stripe.payouts, ...mollie.payouts]);
  }),
  scenario('R3', 'another balance is configured, and the job runs again', async () => {
    const { world, process, ended } = mollieScene();
    const other = world.test.addBalance({ available: '1000.00' }).id;
    await ended(process().createPayout(EUR));
    await ended(process({ balanceId: other }).createPayout(EUR));
    return mustHave(1, world.payouts);
  }),
  scenario('R4', 'a test submission under a live key', async () => {
    const { world, process, ended, time, balanceId } = mollieScene();
    const submission = await process().prepare(EUR);
    const live = createBalance({
      token: world.liveKey,
      balanceId,
      acceptScheduleSideEffect: true,
      fetch: world.fetch,
      runtime: runtimeOf(time),
    });
    try {
      await ended(live.submit(submission));
      return 'it was taken';
    } catch (error) {
      if (!isPayoutError(error) || error.outcome === 'rejected') return 'it was said to be rejected';
      return world.requests.length === 0 ? null : 'something was sent';
    }
  }),
  scenario('R4', 'a submission of one account of an organization, in the context of another', async () => {
    const { world, process, ended } = stripeScene();
    const submission = parsed(await process({ stripeContext: 'acct_0/acct_1' }).prepare(USD));
    try {
      await ended(process({ stripeContext: 'acct_0/acct_2' }).submit(submission));
      return 'it was taken';
    } catch {
      return world.requests.length === 0 ? null : 'something was sent';
    }
  }),
  scenario('R4', 'a token that is not that of its key', async () => {
    const { world, process, ended, later } = stripeScene({ resends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const submissions = table();
    const { submission } = await ended(process({ submissions }).createPayout(USD));
    await later(5 * DAY_MS);
    const lost = parsed(submission);
    const earlier = new Date(Date.parse(lost.preparedAt) - SECOND_MS).toISOString();
    const edited = { ...lost, preparedAt: earlier, correlation: { ...lost.correlation, token: '00000000-0000-8000-8000-000000000000' } };
    return mustNotReject(ended(process({ submissions }).submit(edited)));
  }),
  scenario('R4', 'an older copy brings headers of its own', async () => {
    const { world, process, ended } = stripeScene({ resends: 0 });
    world.account('acct_other');
    world.faults.on(POST, { reset: 'after' }, 1);
    const submissions = table();
    const { submission } = await ended(process({ submissions }).createPayout(USD));
    const kept = parsed(submission);
    const earlier = new Date(Date.parse(kept.preparedAt) - SECOND_MS).toISOString();
    const headers = { ...kept.request.headers, 'stripe-account': 'acct_other' };
    const copy = { ...kept, preparedAt: earlier, request: { ...kept.request, headers } };
    const wrong = await mustNotReject(ended(process({ submissions }).submit(copy)));
    return wrong ?? mustHave(1, world.payouts);
  }),
  scenario('R4', 'looked up after another balance was configured', async () => {
    const { world, process, ended, later } = mollieScene();
    const other = world.test.addBalance({ available: '1000.00' }).id;
    const { submission } = await ended(process({ correlation: 'description' }).createPayout(EUR));
    await later(2 * HOUR_MS);
    return mustBe('accepted', await ended(process({ correlation: 'description', balanceId: other }).lookup(parsed(submission))));
  }),
  scenario('R4', 'a paid one comes back, days later, with another token', async () => {
    const { time, world, process, ended, later } = stripeScene({ resends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    await later(5 * DAY_MS);
    const text = JSON.stringify(submission);
    const edited = parsed(JSON.parse(text.replace(/("correlation":{[^}]*"token":")[0-9a-f]{8}/, '$100000000')) as Submission);
    const told = await ended(process({ runtime: runtimeOf(time), submissions: memorySubmissions() }).submit(edited));
    return mustBe('unknown', told) ?? mustHave(1, world.payouts);
  }),
  scenario('R4', 'a copy names an account in its headers', async () => {
    const { time, world, process, ended } = stripeScene({ resends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    const text = JSON.stringify(submission).replace('"headers":{', '"headers":{"stripe-account":"acct_2",');
    const own = { runtime: runtimeOf(time), submissions: memorySubmissions() };
    await ended(process(own).submit(parsed(JSON.parse(text) as Submission)));
    return world.requests.some(({ headers }) => headers['stripe-account'] !== undefined) ? 'it was sent for another account' : null;
  }),
  scenario('R4', 'a copy without its body names an account in its headers', async () => {
    const { time, world, process, ended } = stripeScene({ resends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    const text = JSON.stringify(submission)
      .replace('"headers":{', '"headers":{"stripe-account":"acct_2",')
      .replace(/"body":"[^"]*"/, '"body":""');
    const own = { runtime: runtimeOf(time), submissions: memorySubmissions() };
    await ended(process(own).lookup(parsed(JSON.parse(text) as Submission)));
    return world.requests.some(({ headers }) => headers['stripe-account'] !== undefined) ? "another account's list was read" : null;
  }),
  scenario('R2', 'another account is named for a reference that is kept', async () => {
    const { time, world, ended } = stripeScene();
    const submissions = table();
    for (const id of ['acct_1', 'acct_2']) world.account(id).fund({ amount: 5_000, currency: 'usd' });
    const registry = () => {
      const us = createStripe({ name: 'us', apiKey: world.apiKey, fetch: world.fetch, runtime: runtimeOf(time), submissions });
      return createPayoutRegistry({ us }, { default: 'us' });
    };
    const first = await ended(registry().createPayout({ ...USD, account: 'acct_1' }));
    return mustBe('accepted', first) ?? mustBe('unknown', await ended(registry().createPayout({ ...USD, account: 'acct_2' })));
  }),
  ...OF_ONE_REFERENCE,
  scenario('R5', 'the third attempt, and then the first', async () => {
    const { world, process, ended } = stripeScene({ correlation: 'none' });
    const here = process();
    await ended(here.createPayout({ ...USD, attempt: attempt(3) }));
    await ended(here.createPayout(USD));
    return mustHave(1, world.payouts);
  }),
  scenario('R5', 'the second attempt, by a process that knows nothing of the first', async () => {
    const { world, process, ended } = stripeScene();
    await ended(process().createPayout(USD));
    await ended(process().createPayout({ ...USD, attempt: attempt(2) }));
    return mustHave(1, world.payouts);
  }),
  ...(SWITCHES.laterAttempts ? [...LATER_ATTEMPTS, ...OF_ATTEMPTS] : []),
  scenario('R6', 'money: undefined', async () => {
    const { world, process, ended } = mollieScene();
    await ended(process().createPayout({ reference: 'job-1', money: undefined as never }));
    return world.payouts.length === 0 ? null : 'the whole balance left';
  }),
  scenario('R7', 'the same object again, after a lost answer', async () => {
    const { world, process, ended } = stripeScene({ resends: 0 });
    const here = process();
    const submission = await here.prepare(USD);
    world.faults.on(POST, { reset: 'after' }, 1);
    await ended(here.submit(submission));
    world.faults.on(POST, FORBIDDEN, 1);
    return mustBe('unknown', await ended(here.submit(submission)));
  }),
  scenario('R7', 'a parsed submission, after a lost answer elsewhere', async () => {
    const { world, process, ended } = stripeScene({ resends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    world.faults.on(POST, FORBIDDEN, 1);
    return mustBe('unknown', await ended(process().submit(parsed(submission))));
  }),
  ...(SWITCHES.twoStores ? TWO_STORES : []),
  ...(SWITCHES.refuse ? REFUSALS : []),
  scenario('R8', 'sent before the lease ended, and late', async () => {
    const { world, process, ended, later } = stripeScene({ resends: 0, correlation: 'none' });
    const { submission } = await ended(process().createPayout(USD));
    await later(DAY_MS - MINUTE_MS);
    world.faults.on(POST, { lateMs: 5 * MINUTE_MS, client: 'reset' }, 1);
    await ended(process().submit(parsed(submission)));
    await later(10 * MINUTE_MS);
    return mustHave(1, world.payouts);
  }),
  scenario('R8', 'the machine is suspended between the look at the window and the write', async () => {
    const { world, process, ended, later, time } = mollieScene();
    const { submission } = await ended(process().createPayout(EUR));
    await later(40 * MINUTE_MS);
    const posts = (): number => world.requests.filter(({ method }) => method === 'POST').length;
    const before = posts();
    // The last time that anybody looks at before the bytes leave is asked for when ky hands the request over.
    const clock = runtimeOf(time);
    let isWriting = false;
    const now = (): number => clock.now() + (isWriting ? 3 * HOUR_MS : 0);
    const late = process({ runtime: { ...clock, now }, readBalances: false });
    const NativeRequest = globalThis.Request;
    globalThis.Request = class extends NativeRequest {
      constructor(...given: ConstructorParameters<typeof NativeRequest>) {
        super(...given);
        isWriting ||= this.method === 'POST';
      }
    };
    try {
      await ended(late.submit(parsed(submission)));
    } finally {
      globalThis.Request = NativeRequest;
    }
    return posts() === before ? null : 'it was sent after its time';
  }),
  scenario('R9', 'a 500 after the payout was made', async () => {
    const { world, process, ended } = stripeScene({ resends: 0, correlation: 'none' });
    world.faults.on(POST, { answer: { status: 500, body: { error: { type: 'api_error' } } }, at: 'after' });
    return mustBe('unknown', await ended(process().createPayout(USD)));
  }),
  scenario('R9', 'no answer', async () => {
    const { world, process, ended } = stripeScene({ resends: 0 });
    world.faults.on(POST, { hang: 'after' });
    return mustBe('unknown', await ended(process().createPayout(USD)));
  }),
  ...(SWITCHES.gateways ? GATEWAYS : []),
  scenario('R10', 'it was refused now, and may have been sent before', async () => {
    const { world, process, ended } = stripeScene({ resends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    world.expireApiKey(world.apiKey);
    return mustBe('unknown', await ended(process().submit(parsed(submission))));
  }),
  scenario('R10', 'it could not be sent now, and may have been sent before', async () => {
    const { world, process, ended, time } = stripeScene({ resends: 0 });
    const { submission } = await ended(process().createPayout(USD));
    // The built-in transport, and nobody who listens.
    const sleep = (): Promise<void> => new Promise(() => undefined);
    const deaf = createStripe({ apiKey: world.apiKey, baseUrl: 'http://127.0.0.1:1', resends: 0, runtime: { ...runtimeOf(time), sleep } });
    return mustBe('unknown', await deaf.submit(parsed(submission)));
  }),
  ...OF_ONE_EXCHANGE,
  ...(SWITCHES.twoStores ? HOLDS_OF_TWO_STORES : []),
  ...(SWITCHES.deafStore ? DEAF_STORES : []),
  scenario('R11', 'a refusal that is not stored', async () => {
    const { world, process, ended } = stripeScene({}, { storesRefusals: false });
    world.account().fund({ amount: -1_000_000, currency: 'usd' });
    const outcome = await ended(process().createPayout(USD));
    return outcome.outcome === 'rejected' && outcome.retry === 'same_attempt' ? null : 'a new key is asked for, and the old one is alive';
  }),
  scenario('R12', 'canceled since, and submitted again', async () => {
    const { process, ended } = stripeScene();
    const here = process();
    const outcome = await ended(here.createPayout(USD));
    if (outcome.outcome !== 'accepted') return outcome.outcome;
    await ended(here.cancel(outcome.payout.id));
    const again = await ended(process().submit(parsed(outcome.submission)));
    return again.outcome === 'accepted' && again.payout.status === 'canceled' ? null : 'it is told as it was';
  }),
  scenario('R13', 'an answer in another currency', async () => {
    const { world, process, ended } = stripeScene();
    world.faults.on(POST, { change: (answer) => ({ ...answer, currency: 'gbp' }) });
    return mustBe('unknown', await ended(process().createPayout(USD)));
  }),
  scenario('R13', 'an answer over an amount that cannot be read', async () => {
    const { world, process, ended } = mollieScene();
    world.faults.on(POST, { change: (answer) => ({ ...answer, amount: { currency: 'euro', value: '1.00' } }) });
    return mustBe('unknown', await ended(process().createPayout(EUR)));
  }),
  scenario('R13', 'metadata that looks like ours', async () => {
    const { world, process, ended } = stripeScene();
    await ended(process().createPayout({ ...USD, metadata: { disburse_key: 'mine' } }));
    return world.requests.length === 0 ? null : 'it was sent';
  }),
  scenario('R13', 'metadata that looks like ours once it is trimmed', async () => {
    const { world, process, ended } = stripeScene();
    await ended(process().createPayout({ ...USD, metadata: { ' Disburse_Key\u00a0': 'mine' } }));
    return world.requests.length === 0 ? null : 'it was sent';
  }),
  scenario('R14', 'aborted after the bytes left', async () => {
    const { world, process, ended, time } = mollieScene();
    world.faults.on(POST, { hang: 'after' });
    const abort = new AbortController();
    time.at(time.now() + SECOND_MS, () => abort.abort());
    try {
      return mustBe('unknown', await ended(process().createPayout(EUR, { signal: abort.signal })));
    } catch (error) {
      return `it threw ${String(error)}, and the submission is lost`;
    }
  }),
  scenario('R15', 'the key was used for another amount, by a process that is gone', async () => {
    const { process, ended } = stripeScene({ correlation: 'none' });
    await ended(process().createPayout(USD));
    return mustBe('unknown', await ended(process().createPayout({ ...USD, money: { ...USD.money, amount: '9.00' } })));
  }),
  scenario('R15', '"already scheduled" is our own payout, of which this process knows nothing', async () => {
    const { world, process, ended, later } = mollieScene();
    await ended(process().createPayout(EUR));
    await later(2 * HOUR_MS);
    return mustBe('unknown', await ended(process().createPayout(EUR))) ?? mustHave(1, world.payouts);
  }),
  scenario('R16', 'not found, while it is on its way', async () => {
    const { world, process, ended } = stripeScene({ resends: 0 });
    world.faults.on(POST, { lateMs: 2 * MINUTE_MS, client: 'reset' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    return mustBe('unknown', await ended(process().lookup(parsed(submission))));
  }),
  scenario('R17', 'without a token, anything of that amount may be ours', async () => {
    const { process, ended, later } = stripeScene({ correlation: 'none' });
    const { submission } = await ended(process().createPayout(USD));
    await later(2 * DAY_MS);
    return mustBe('unknown', await ended(process().lookup(parsed(submission))));
  }),
  scenario('R17', 'a description that looks marked once it is trimmed', async () => {
    const { world, process, ended } = mollieScene();
    await ended(process().createPayout({ ...EUR, description: 'thanks [x 00000000-0000-8000-8000-000000000000]\u00a0' }));
    return world.requests.length === 0 ? null : 'it was sent';
  }),
  scenario('R17', 'a list that cannot be read', async () => {
    const { world, process, ended, later } = stripeScene({ resends: 0 });
    const { submission } = await ended(process().createPayout(USD));
    await later(2 * DAY_MS);
    world.faults.on({ method: 'GET' }, { reset: 'before' });
    return mustBe('unknown', await ended(process().lookup(parsed(submission))));
  }),
  scenario('R17', 'a row of the list that cannot be read', async () => {
    const { world, process, ended, later } = stripeScene({ resends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    await later(2 * DAY_MS);
    const page = { object: 'list', url: '/v1/payouts', has_more: false, data: [{ id: 'po_1', object: 'payout', currency: 'usdc' }] };
    world.faults.on({ method: 'GET' }, { answer: { status: 200, body: page }, at: 'before' });
    return mustBe('unknown', await ended(process().lookup(parsed(submission))));
  }),
  scenario('R17', 'a clock that is three hours ahead proves nothing', async () => {
    const { process, ended, time } = mollieScene();
    const submission = await process().prepare(EUR);
    return mustBe('unknown', await ended(process({ runtime: runtimeOf(time, 3 * HOUR_MS) }).lookup(submission)));
  }),
  scenario('R17', 'removing all metadata leaves ours', async () => {
    const { world, process, ended } = stripeScene();
    const here = process();
    const outcome = await ended(here.createPayout({ ...USD, metadata: { a: 'b' } }));
    if (outcome.outcome !== 'accepted') return outcome.outcome;
    await ended(here.update(outcome.payout.id, { metadata: null }));
    const left = Object.keys(world.payouts[0]?.metadata ?? {});
    return left.includes('disburse_key') && !left.includes('a') ? null : `what is left: ${left.join(', ') || 'nothing'}`;
  }),
  scenario('R18', 'a person says absent, and the request arrives', async () => {
    const { world, process, ended, later } = stripeScene({ resends: 0 });
    const here = process();
    world.faults.on(POST, { lateMs: 2 * MINUTE_MS, client: 'reset' }, 1);
    const { submission } = await ended(here.createPayout(USD));
    const said = await ended(here.settle(parsed(submission), { absent: true })).catch(() => null);
    await later(5 * MINUTE_MS);
    return said === null ? null : `${said.outcome}, and there is ${world.payouts.length}`;
  }),
  scenario('R19', 'the answer of a cancel is lost', async () => {
    const { world, process, ended } = stripeScene({ resends: 0 });
    const here = process();
    const outcome = await ended(here.createPayout(USD));
    if (outcome.outcome !== 'accepted') return outcome.outcome;
    world.faults.on(POST, { reset: 'after' }, 1);
    const said = await ended(saidOf(here.cancel(outcome.payout.id)));
    return said === 'canceled' ? null : `${said}, and it is ${world.payouts[0]?.status}`;
  }),
  scenario('R19', 'reversed twice', async () => {
    const { world, process, ended, later } = stripeScene({ stripeAccount: 'acct_1' });
    const account = world.account('acct_1');
    const here = process();
    const outcome = await ended(here.createPayout(USD));
    if (outcome.outcome !== 'accepted') return outcome.outcome;
    await later(2 * DAY_MS);
    const first = await ended(here.reverse(outcome.payout.id)).catch(() => null);
    const second = await ended(here.reverse(outcome.payout.id)).catch(() => null);
    return second !== null && second.id === first?.id ? mustHave(2, account.payouts) : 'the second one does not tell of the first';
  }),
  scenario('R20', 'after a 401 the same attempt', async () => {
    const { world, process, ended } = stripeScene();
    world.expireApiKey(world.apiKey);
    const outcome = await ended(process().createPayout(USD));
    return outcome.outcome === 'rejected' && outcome.retry === 'same_attempt' ? null : 'something else is advised';
  }),
];
