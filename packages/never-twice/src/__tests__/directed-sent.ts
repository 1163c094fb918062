// Scenarios about which submission is sent, and to whom: R1 to R4, and what comes back while it is on its way.
import { createBalance } from '@disburse/balance-adapter';
import { createPayoutRegistry, isPayoutError, memorySubmissions, type Submission } from '@disburse/core';
import { simulateMollie, simulateStripe } from '@disburse/simulator';
import { createStripe } from '@disburse/stripe-adapter';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time.ts';
import {
  type Directed,
  EUR,
  mollieScene,
  mustBe,
  mustHave,
  mustNotReject,
  parsed,
  POST,
  runtimeOf,
  scenario,
  scene,
  stripeScene,
  table,
  USD,
} from './directed-worlds.ts';

/** A mesh that had sent the request before, and answers the second send by itself. */
const OF_A_MESH = { answer: { status: 401, body: 'Jwt is expired' }, at: 'after', stored: false } as const;

export const OF_WHAT_IS_SENT: readonly Directed[] = [
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
    const { time, world, process, ended, later } = stripeScene({ correlation: 'none', maxResends: 0 });
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
    const { world, process, ended } = stripeScene({ maxResends: 0 });
    world.faults.on(POST, OF_A_MESH, 1);
    const told = await ended(process().createPayout(USD));
    return mustBe('unknown', told) ?? mustHave(1, world.payouts);
  }),
  scenario('R9', 'a mesh that had sent it to Mollie answers 401', async () => {
    const { world, process, ended } = mollieScene();
    world.faults.on(POST, OF_A_MESH, 1);
    const told = await ended(process({ maxResends: 0 }).createPayout(EUR));
    return mustBe('unknown', told) ?? mustHave(1, world.payouts);
  }),
  scenario('R15', 'a copy of yesterday, paid, comes to a process whose own was refused for good', async () => {
    const { time, world, process, ended, later } = stripeScene({ maxResends: 0 });
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
    const { world, process, ended, later } = stripeScene({ maxResends: 0 });
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
    const { world, process, ended } = stripeScene({ maxResends: 0 });
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
    const { time, world, process, ended, later } = stripeScene({ maxResends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    await later(5 * DAY_MS);
    const text = JSON.stringify(submission);
    const edited = parsed(JSON.parse(text.replace(/("correlation":{[^}]*"token":")[0-9a-f]{8}/, '$100000000')) as Submission);
    const told = await ended(process({ runtime: runtimeOf(time), submissions: memorySubmissions() }).submit(edited));
    return mustBe('unknown', told) ?? mustHave(1, world.payouts);
  }),
  scenario('R4', 'a copy names an account in its headers', async () => {
    const { time, world, process, ended } = stripeScene({ maxResends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    const text = JSON.stringify(submission).replace('"headers":{', '"headers":{"stripe-account":"acct_2",');
    const own = { runtime: runtimeOf(time), submissions: memorySubmissions() };
    await ended(process(own).submit(parsed(JSON.parse(text) as Submission)));
    return world.requests.some(({ headers }) => headers['stripe-account'] !== undefined) ? 'it was sent for another account' : null;
  }),
  scenario('R4', 'a copy without its body names an account in its headers', async () => {
    const { time, world, process, ended } = stripeScene({ maxResends: 0 });
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
];
