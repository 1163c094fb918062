// A scenario for what random runs cannot reach, or reach too seldom: each says what is wrong, or nothing.
import { createStripe } from '@disburse/stripe-adapter';
import { SWITCHES } from '../switches.ts';
import { synchronousDigest } from '../synchronous-digest.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';
import { OF_ATTEMPTS, OF_ONE_EXCHANGE, OF_ONE_REFERENCE } from './directed-kept.ts';
import { OF_WHAT_IS_SENT } from './directed-sent.ts';
import { LATER_ATTEMPTS, TWO_STORES, HOLDS_OF_TWO_STORES, DEAF_STORES, REFUSALS, GATEWAYS } from './directed-switched.ts';
import {
  attempt,
  type Directed,
  EUR,
  FORBIDDEN,
  mollieScene,
  mustBe,
  mustHave,
  parsed,
  POST,
  runtimeOf,
  saidOf,
  scenario,
  stripeScene,
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

export const DIRECTED: readonly Directed[] = [
  ...OF_WHAT_IS_SENT,
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
    const { world, process, ended } = stripeScene({ maxResends: 0 });
    const here = process();
    const submission = await here.prepare(USD);
    world.faults.on(POST, { reset: 'after' }, 1);
    await ended(here.submit(submission));
    world.faults.on(POST, FORBIDDEN, 1);
    return mustBe('unknown', await ended(here.submit(submission)));
  }),
  scenario('R7', 'a parsed submission, after a lost answer elsewhere', async () => {
    const { world, process, ended } = stripeScene({ maxResends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    world.faults.on(POST, FORBIDDEN, 1);
    return mustBe('unknown', await ended(process().submit(parsed(submission))));
  }),
  ...(SWITCHES.twoStores ? TWO_STORES : []),
  ...(SWITCHES.refuse ? REFUSALS : []),
  scenario('R8', 'sent before the lease ended, and late', async () => {
    const { world, process, ended, later } = stripeScene({ maxResends: 0, correlation: 'none' });
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
    const { world, process, ended } = stripeScene({ maxResends: 0, correlation: 'none' });
    world.faults.on(POST, { answer: { status: 500, body: { error: { type: 'api_error' } } }, at: 'after' });
    return mustBe('unknown', await ended(process().createPayout(USD)));
  }),
  scenario('R9', 'no answer', async () => {
    const { world, process, ended } = stripeScene({ maxResends: 0 });
    world.faults.on(POST, { hang: 'after' });
    return mustBe('unknown', await ended(process().createPayout(USD)));
  }),
  ...(SWITCHES.gateways ? GATEWAYS : []),
  scenario('R10', 'it was refused now, and may have been sent before', async () => {
    const { world, process, ended } = stripeScene({ maxResends: 0 });
    world.faults.on(POST, { reset: 'after' }, 1);
    const { submission } = await ended(process().createPayout(USD));
    world.expireApiKey(world.apiKey);
    return mustBe('unknown', await ended(process().submit(parsed(submission))));
  }),
  scenario('R10', 'it could not be sent now, and may have been sent before', async () => {
    const { world, process, ended, time } = stripeScene({ maxResends: 0 });
    const { submission } = await ended(process().createPayout(USD));
    // The built-in transport, and nobody who listens.
    const sleep = (): Promise<void> => new Promise(() => undefined);
    const deaf = createStripe({
      apiKey: world.apiKey,
      baseUrl: 'http://127.0.0.1:1',
      maxResends: 0,
      runtime: { ...runtimeOf(time), sleep },
    });
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
    const { world, process, ended } = stripeScene({ maxResends: 0 });
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
    const { world, process, ended, later } = stripeScene({ maxResends: 0 });
    const { submission } = await ended(process().createPayout(USD));
    await later(2 * DAY_MS);
    world.faults.on({ method: 'GET' }, { reset: 'before' });
    return mustBe('unknown', await ended(process().lookup(parsed(submission))));
  }),
  scenario('R17', 'a row of the list that cannot be read', async () => {
    const { world, process, ended, later } = stripeScene({ maxResends: 0 });
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
    const { world, process, ended, later } = stripeScene({ maxResends: 0 });
    const here = process();
    world.faults.on(POST, { lateMs: 2 * MINUTE_MS, client: 'reset' }, 1);
    const { submission } = await ended(here.createPayout(USD));
    const said = await ended(here.resolve(parsed(submission), { absent: true })).catch(() => null);
    await later(5 * MINUTE_MS);
    return said === null ? null : `${said.outcome}, and there is ${world.payouts.length}`;
  }),
  scenario('R19', 'the answer of a cancel is lost', async () => {
    const { world, process, ended } = stripeScene({ maxResends: 0 });
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
