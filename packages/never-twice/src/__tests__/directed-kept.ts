// Scenarios about what is kept, and by whom it is known: two stores, later attempts, holds and what a store could not note.
import { createServer } from 'node:net';
import { createPayoutRegistry, memorySubmissions, nextAttempt, type PayoutOutcome, type SubmissionStore } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { durable, openTable } from '../durable.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time.ts';
import {
  attempt,
  type Directed,
  EUR,
  FORBIDDEN,
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
  table,
  unauthorized,
  USD,
} from './directed-worlds.ts';

/** How many requests that create reached the world. */
const postsTo = ({ world }: StripeScene): number => world.requests.filter(({ method }) => method === 'POST').length;

function emptied({ world }: StripeScene): void {
  world.account().fund({ amount: -world.account().available('usd'), currency: 'usd' });
}
const funded = ({ world }: StripeScene): void => world.account().fund({ amount: 1_000_000, currency: 'usd' });

/** The attempt that follows a refusal; a scenario in which it is none has another premise. */
function after(outcome: PayoutOutcome) {
  if (outcome.outcome !== 'rejected' || outcome.retry !== 'next_attempt') throw new Error('it was to be refused');
  return nextAttempt(outcome);
}

const away = async (): Promise<never> => {
  throw new Error('away');
};

// ---- One reference, one payout ---------------------------------------------------------------------------------------

export const OF_ONE_REFERENCE: readonly Directed[] = [
  scenario('R1', 'paid through one store, and asked for through another of the same process, a day later', async () => {
    const { time, world, process, ended, later } = stripeScene();
    const runtime = runtimeOf(time);
    await ended(process({ runtime, submissions: memorySubmissions() }).createPayout(USD));
    await later(25 * HOUR_MS);
    await ended(process({ runtime, submissions: memorySubmissions() }).createPayout(USD));
    return mustHave(1, world.payouts);
  }),
  scenario('R2', 'another account is named for a reference whose answer was lost', async () => {
    const { time, world, ended } = stripeScene();
    const submissions = table();
    for (const id of ['acct_1', 'acct_2']) world.account(id).fund({ amount: 5_000, currency: 'usd' });
    const registry = () => {
      const common = { apiKey: world.apiKey, fetch: world.fetch, runtime: runtimeOf(time), maxResends: 0, submissions };
      return createPayoutRegistry({ us: createStripe({ ...common, name: 'us' }) }, { default: 'us' });
    };
    world.faults.on(POST, { reset: 'after' }, 1);
    await ended(registry().createPayout({ ...USD, account: 'acct_1' }));
    return mustBe('unknown', await ended(registry().createPayout({ ...USD, account: 'acct_2' })));
  }),
  scenario('R2', 'another amount under a reference that is kept', async () => {
    const { world, process, ended } = stripeScene();
    const submissions = table();
    await ended(process({ submissions }).createPayout(USD));
    const again = await ended(process({ submissions }).createPayout({ ...USD, money: { ...USD.money, amount: '9.00' } }));
    return mustBe('unknown', again) ?? mustHave(1, world.payouts);
  }),
  scenario('R2', 'other words under a reference that is paid', async () => {
    const { world, process, ended } = stripeScene();
    const submissions = table();
    await ended(process({ submissions }).createPayout(USD));
    const again = await ended(process({ submissions }).createPayout({ ...USD, description: 'in other words' }));
    if (again.outcome === 'accepted' && !again.notices.some(({ code }) => code === 'words_differ')) return 'nobody says that words differ';
    return mustBe('accepted', again) ?? mustHave(1, world.payouts);
  }),
  scenario('R4', 'prepared for one balance, kept and paid by another process for another one, and submitted hours later', async () => {
    const { time, world, process, ended, later } = mollieScene();
    const common = { submissions: openTable(durable(true)), correlation: 'description', maxResends: 0 } as const;
    const balanceId = world.test.addBalance({ available: '1000.00' }).id;
    const runtime = runtimeOf(time);
    const older = await process({ ...common, runtime }).prepare(EUR);
    await later(SECOND_MS);
    world.faults.on(POST, { reset: 'after' }, 1);
    await ended(process({ ...common, balanceId }).createPayout(EUR));
    await later(3 * HOUR_MS);
    const wrong = await mustNotReject(ended(process({ ...common, runtime, balanceId }).submit(older)));
    return wrong ?? mustHave(1, world.payouts);
  }),
  scenario('R4', 'an option that nobody reads names the account', async () => {
    const { world, process, ended } = stripeScene();
    await ended(process().createPayout(USD, { stripeAccount: 'acct_1' } as never)).catch(() => null);
    return mustHave(0, world.payouts);
  }),
];

// ---- Attempts --------------------------------------------------------------------------------------------------------

export const OF_ATTEMPTS: readonly Directed[] = [
  scenario('R5', 'paid by the third attempt, and asked for again without one', async () => {
    const play = stripeScene();
    const submissions = openTable(durable(true));
    const here = play.process({ submissions });
    emptied(play);
    const second = after(await play.ended(here.createPayout(USD)));
    const third = after(await play.ended(here.createPayout({ ...USD, attempt: second })));
    funded(play);
    await play.ended(here.createPayout({ ...USD, attempt: third }));
    const again = [await play.ended(here.createPayout(USD)), await play.ended(play.process({ submissions }).createPayout(USD))];
    return again.map((outcome) => mustBe('accepted', outcome)).find((wrong) => wrong !== null) ?? mustHave(1, play.world.payouts);
  }),
  scenario('R5', 'paid by the fifth attempt, and asked for by its first in another process', async () => {
    const { world, process, ended } = stripeScene();
    const submissions = openTable(durable(true));
    await ended(process({ submissions }).createPayout({ ...USD, attempt: attempt(5) }));
    return mustBe('accepted', await ended(process({ submissions }).createPayout(USD))) ?? mustHave(1, world.payouts);
  }),
  scenario('R5', 'refused in one store, paid through another one by the same process, and asked for as the next attempt', async () => {
    const play = stripeScene();
    const { time, world, process, ended, later } = play;
    const runtime = runtimeOf(time);
    const submissions = openTable(durable(true));
    emptied(play);
    const second = after(await ended(process({ submissions }).createPayout(USD)));
    await later(25 * HOUR_MS); // Else Stripe repeats the refusal.
    funded(play);
    await ended(process({ runtime, submissions: memorySubmissions() }).createPayout(USD));
    const here = process({ runtime, submissions });
    await ended(here.createPayout({ ...USD, attempt: second }));
    return mustBe('accepted', await ended(here.createPayout(USD))) ?? mustHave(1, world.payouts);
  }),
  scenario('R5', 'the second attempt is refused and the third paid, while another process reads them', async () => {
    const play = stripeScene({ maxResends: 0 });
    const { world, process, ended, time } = play;
    const submissions = openTable(durable(true));
    emptied(play);
    const second = after(await ended(process({ submissions }).createPayout(USD)));
    let release: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = insteadOfCreates(world, async ({ url, init }) => {
      await waits;
      return world.fetch(url, init);
    });
    const runtime = runtimeOf(time);
    const waiting = process({ submissions, runtime, fetch: slow }).createPayout({ ...USD, attempt: second });
    const goesOn = async (): Promise<void> => {
      release();
      const third = after(await waiting);
      funded(play);
      await process({ submissions, runtime }).createPayout({ ...USD, attempt: third });
    };
    // Whoever reads the third attempt before the second sees none; then both end.
    let hasReadSecond = false;
    const find: SubmissionStore['find'] = async (place) => {
      const row = await submissions.find(place);
      if (place.attempt === 3 && row === null && !hasReadSecond) await goesOn();
      hasReadSecond ||= place.attempt === 2;
      return row;
    };
    const outcome = await ended(process({ submissions: { ...submissions, find } }).createPayout(USD));
    const wrong = outcome.outcome === 'rejected' ? mustHave(0, world.payouts) : null;
    release();
    await ended(waiting);
    return wrong;
  }),
  scenario('R5', 'paid by the second attempt, asked for without one in a store that cannot refuse, and again days later', async () => {
    const { process, ended, later } = stripeScene();
    const submissions = openTable(durable(false));
    await ended(process({ submissions }).createPayout({ ...USD, attempt: attempt(2) }));
    await ended(process({ submissions }).createPayout(USD));
    await later(3 * DAY_MS);
    return mustBe('accepted', await ended(process({ submissions }).createPayout(USD)));
  }),
  scenario('R5', 'kept by a process that died, paid through another store, and asked for while the list lags behind', async () => {
    const { time, world, process, ended, later } = stripeScene();
    const runtime = runtimeOf(time);
    const submissions = openTable(durable(true));
    await submissions.putIfAbsent(await process().prepare(USD), 'of the dead');
    await later(3 * DAY_MS);
    await ended(process({ runtime, submissions: memorySubmissions() }).createPayout(USD));
    const lagging: typeof fetch = async (input, init = {}) => {
      const answer = await world.fetch(input, init);
      const list = new URL(input instanceof Request ? input.url : input).pathname === '/v1/payouts' && init.method !== 'POST';
      return list ? Response.json({ object: 'list', data: [], has_more: false }, { headers: answer.headers }) : answer;
    };
    return mustNotReject(ended(process({ runtime, submissions, fetch: lagging }).createPayout(USD)));
  }),
  scenario('R5', 'refused through a store that cannot record, which is joined with another that a second attempt paid', async () => {
    const play = stripeScene();
    const { process, ended } = play;
    const [own, other] = [openTable(durable(true)), openTable(durable(true))];
    let isJoined = false;
    const find: SubmissionStore['find'] = async (place) => (await own.find(place)) ?? (isJoined ? other.find(place) : null);
    const here = process({ submissions: { ...own, find, setResolution: away } });
    emptied(play);
    after(await ended(here.createPayout(USD)));
    funded(play);
    await ended(process({ submissions: other }).createPayout({ ...USD, attempt: attempt(2) }));
    isJoined = true;
    return mustBe('accepted', await ended(here.createPayout(USD)));
  }),
  scenario('R5', 'the second attempt is refused, and asked for again once the first is paid', async () => {
    const play = stripeScene();
    const { world, process, ended } = play;
    const submissions = openTable(durable(true));
    const raised = { ...USD, attempt: attempt(2) };
    emptied(play);
    after(await ended(process({ submissions }).createPayout(raised)));
    funded(play);
    await ended(process({ submissions }).createPayout(USD));
    return mustBe('accepted', await ended(process({ submissions }).createPayout(raised))) ?? mustHave(1, world.payouts);
  }),
  scenario('R5', 'the second attempt is asked for while the first one is refused for now, and next is followed', async () => {
    const { world, process, ended } = stripeScene({ maxResends: 0 });
    const submissions = openTable(durable(true));
    world.faults.on(POST, FORBIDDEN, 1);
    await ended(process({ submissions }).createPayout(USD));
    const { submission } = await ended(process({ submissions }).createPayout({ ...USD, attempt: attempt(2) }));
    if (submission === null) return 'no submission is told';
    return mustBe('accepted', await ended(process({ submissions }).submit(submission))) ?? mustHave(1, world.payouts);
  }),
  scenario('R5', 'the second attempt, after another process paid the first since', async () => {
    const play = stripeScene();
    const { world, process, ended, later } = play;
    const here = process();
    emptied(play);
    const second = after(await ended(here.createPayout(USD)));
    await later(25 * HOUR_MS);
    funded(play);
    await ended(process().createPayout(USD)); // Its store knows nothing, and the key is forgotten.
    await ended(here.createPayout({ ...USD, attempt: second }));
    return mustHave(1, world.payouts);
  }),
];

// ---- Who holds it ----------------------------------------------------------------------------------------------------

/** What proves a refusal takes its time: meanwhile another process, which may lose its answer, keeps the submission and pays it. */
function refusedWhileAnotherPays(name: string, makeStore: () => SubmissionStore, isLost = false): Directed {
  return scenario('R7', `refused, while another process keeps and pays it, before it is said (${name})`, async () => {
    const { world, process, ended } = mollieScene();
    const submissions = makeStore();
    const settings = { token: world.accessToken, testmode: true, readBalances: true, submissions };
    const refusal = { status: 422, title: 'Unprocessable Entity', detail: 'The balance has too little.', _links: {} };
    let isRefused = false;
    let other: Promise<PayoutOutcome> | null = null;
    if (isLost) world.faults.on(POST, { reset: 'after' }, 1);
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (init?.method === 'POST') {
        isRefused = true;
        return Response.json(refusal, { status: 422, headers: { 'content-type': 'application/hal+json' } });
      }
      const answer = await world.fetch(input, init);
      // The balance is funded, and the job runs elsewhere.
      const isBalance = String(input instanceof Request ? input.url : input).includes('/v2/balances');
      if (isBalance && isRefused) await (other ??= process({ ...settings, maxResends: isLost ? 0 : 2 }).createPayout(EUR));
      return answer;
    };
    const wrong = mustNotReject(ended(process({ ...settings, fetch }).createPayout(EUR)));
    return (await wrong) ?? (other === null ? 'nobody paid it meanwhile' : mustHave(1, world.payouts));
  });
}

export const OF_HOLDS: readonly Directed[] = [
  refusedWhileAnotherPays('with refuse', () => openTable(durable(true))),
  refusedWhileAnotherPays('without refuse', () => openTable(durable(false))),
  refusedWhileAnotherPays('with a refuse that fails', () => ({ ...openTable(durable(true)), refuse: away })),
  refusedWhileAnotherPays('in a store in memory, and without an answer', () => memorySubmissions(), true),
  scenario('R7', 'refused, while another process keeps and pays it, after somebody looked', async () => {
    const { world, process, ended } = stripeScene({ maxResends: 0 });
    const submissions = openTable(durable(true));
    let isRefused = false;
    let other: Promise<PayoutOutcome> | null = null;
    const fetch = insteadOfCreates(world, async () => {
      isRefused = true;
      return unauthorized();
    });
    const find: SubmissionStore['find'] = async (place) => {
      const row = await submissions.find(place);
      if (isRefused) await (other ??= process({ submissions }).createPayout(USD));
      return row;
    };
    const outcome = await ended(process({ submissions: { ...submissions, find }, fetch }).createPayout(USD));
    return outcome.outcome === 'rejected' ? mustHave(0, world.payouts) : null;
  }),
  scenario('R7', 'a store that cannot refuse says that a submission is held by one', async () => {
    const { world, process, ended, later } = stripeScene({ maxResends: 0 });
    const { putIfAbsent: keep, setResolution: resolve, find } = openTable(durable(true));
    const submissions: SubmissionStore = { putIfAbsent: (submission) => keep(submission, 'of everybody'), setResolution: resolve, find };
    world.faults.on(POST, { reset: 'after' }, 1);
    await ended(process({ submissions }).createPayout(USD));
    await later(SECOND_MS);
    world.faults.on(POST, FORBIDDEN, 1);
    return mustNotReject(ended(process({ submissions }).createPayout(USD)));
  }),
  scenario('R7', 'refused, paid by another process of another store, and asked for again once the key is over', async () => {
    const { world, process, ended, later } = stripeScene({ maxResends: 0 });
    const here = process();
    world.faults.on(POST, FORBIDDEN, 1);
    await ended(here.createPayout(USD));
    await ended(process().createPayout(USD));
    await later(3 * DAY_MS);
    return mustNotReject(ended(here.createPayout(USD)));
  }),
  scenario('R7', 'paid through one store, and asked for with a mistake through another', async () => {
    const { time, process, ended } = stripeScene();
    const runtime = runtimeOf(time);
    await ended(process({ runtime, submissions: memorySubmissions() }).createPayout(USD));
    const mistaken = { ...USD, money: { ...USD.money, amount: '10.001' } };
    return mustNotReject(ended(process({ runtime, submissions: memorySubmissions() }).createPayout(mistaken)));
  }),
  scenario('R7', 'two processes are refused after a third one lost its answer', async () => {
    const { world, process, ended } = stripeScene({ maxResends: 0 });
    const submissions = memorySubmissions();
    world.faults.on(POST, { reset: 'after' }, 1);
    await ended(process({ submissions }).createPayout(USD));
    world.faults.on(POST, FORBIDDEN, 2);
    const wrong = await mustNotReject(ended(process({ submissions }).createPayout(USD)));
    return wrong ?? mustNotReject(ended(process({ submissions }).createPayout(USD)));
  }),
  scenario('R7', 'the same object again, after a lost answer, through another store', async () => {
    const { time, world, process, ended } = stripeScene({ maxResends: 0 });
    const runtime = runtimeOf(time);
    const here = process({ runtime, submissions: memorySubmissions() });
    const submission = await here.prepare(USD);
    world.faults.on(POST, { reset: 'after' }, 1);
    await ended(here.submit(submission));
    world.faults.on(POST, FORBIDDEN, 1);
    return mustBe('unknown', await ended(process({ runtime, submissions: memorySubmissions() }).submit(submission)));
  }),
];

// ---- One exchange, and what a store could not note -------------------------------------------------------------------

/** A server that takes one request, closes the connection without an answer, and is gone. */
async function takesOne(): Promise<{ readonly baseUrl: string; readonly taken: () => number }> {
  let taken = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      taken += 1;
      server.close();
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server has a port');
  return { baseUrl: `http://127.0.0.1:${address.port}`, taken: () => taken };
}

export const OF_ONE_EXCHANGE: readonly Directed[] = [
  scenario('R10', 'the answer is lost, and the same is sent again and refused', async () => {
    const { world, process, ended } = stripeScene({ maxResends: 1 });
    let sent = 0;
    const fetch = insteadOfCreates(world, async ({ url, init }) => {
      sent += 1;
      if (sent > 1) return unauthorized();
      await world.fetch(url, init);
      throw new TypeError('fetch failed');
    });
    const outcome = await ended(process({ fetch }).createPayout(USD));
    return sent < 2 ? 'it was sent once' : (mustBe('unknown', outcome) ?? mustHave(1, world.payouts));
  }),
  scenario('R10', 'the answer is lost, and the same cannot be sent again', async () => {
    const { time, world } = stripeScene();
    const { baseUrl, taken } = await takesOne();
    // The built-in transport: pauses are over at once, and no deadline comes.
    const sleep = (ms: number): Promise<void> => (ms < 20 * SECOND_MS ? Promise.resolve() : new Promise(() => undefined));
    const alone = createStripe({ apiKey: world.apiKey, baseUrl, maxResends: 1, runtime: { ...runtimeOf(time), sleep } });
    const outcome = await alone.createPayout(USD);
    return taken() === 1 ? mustBe('unknown', outcome) : `it was taken ${taken()} times`;
  }),
  scenario('R10', 'refused in one store, paid through another by one process, and asked for by the next one', async () => {
    const play = stripeScene();
    const { time, world, process, ended, later } = play;
    const runtime = runtimeOf(time);
    const submissions = openTable(durable(true));
    emptied(play);
    after(await ended(process({ submissions }).createPayout(USD)));
    await later(25 * HOUR_MS); // Else Stripe repeats the refusal.
    funded(play);
    await ended(process({ runtime, submissions: memorySubmissions() }).createPayout(USD));
    await ended(process({ runtime, submissions }).createPayout(USD));
    const next = await ended(process({ submissions }).createPayout(USD));
    return mustBe('accepted', next) ?? mustHave(1, world.payouts);
  }),
  scenario('R10', 'a refusal that one store could not record, and another process paid through another store', async () => {
    const play = stripeScene({ maxResends: 0 });
    const { time, world, process, ended, later } = play;
    const runtime = runtimeOf(time);
    const submissions = openTable(durable(true));
    emptied(play);
    after(await ended(process({ runtime, submissions: { ...openTable(durable(true)), setResolution: away } }).createPayout(USD)));
    funded(play);
    await later(25 * HOUR_MS);
    world.faults.on(POST, { reset: 'after' }, 1);
    await ended(process({ submissions }).createPayout(USD));
    const wrong = await mustNotReject(ended(process({ runtime, submissions }).createPayout(USD)));
    return wrong ?? mustHave(1, world.payouts);
  }),
  scenario('R10', 'a refusal that could not be recorded is recorded at the next chance', async () => {
    const play = stripeScene();
    const { process, ended } = play;
    const submissions = openTable(durable(true));
    let isDeaf = true;
    const resolve: SubmissionStore['setResolution'] = async (...given) => (isDeaf ? away() : submissions.setResolution(...given));
    const here = process({ submissions: { ...submissions, setResolution: resolve } });
    emptied(play);
    after(await ended(here.createPayout(USD)));
    isDeaf = false;
    const sent = postsTo(play);
    const again = await ended(here.createPayout(USD));
    if (postsTo(play) > sent) return 'what was refused for good was sent again';
    const row = await submissions.find({ namespace: '', reference: USD.reference, attempt: 1 });
    return mustBe('rejected', again) ?? (row?.resolution === null ? 'it is not recorded' : null);
  }),
];
