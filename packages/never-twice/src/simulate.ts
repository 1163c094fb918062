import type { PayoutOutcome } from '@disburse/core';
import { deriveKey } from '@disburse/core/adapter';
import * as app from './application.ts';
import { closeAll } from './close.ts';
import { dice as newDice, type Dice } from './dice.ts';
import { durable } from './durable.ts';
import { newJudge, type Violation } from './judge.ts';
import { type Flight, newLedger } from './ledger.ts';
import { WEATHERS } from './network-faults.ts';
import type { Line } from './network.ts';
import { type Deployment, type Process, start } from './processes.ts';
import { mollieRail, type Rail, stripeRail, treasuryRail } from './rails.ts';
import type { Excuse, Protection } from './scope.ts';
import { SWITCHES } from './switches.ts';
import { synchronousDigest } from './synchronous-digest.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS, trueTime, type TrueTime } from './time.ts';
import { newTrace } from './trace.ts';

/** What one run came to. */
export interface RunReport {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly excused: ReadonlyMap<Excuse, number>;
  readonly given: Readonly<Record<PayoutOutcome['outcome'], number>>;
  /** How many payouts of ours there are in the end. */
  readonly paid: number;
  readonly trace: readonly string[];
}

/** A Monday. */
const START = Date.parse('2026-11-23T09:00:00Z');

type MakeRail = (time: TrueTime, dice: Dice) => Rail;

/** Which providers an application has; the first is the default when it starts. */
const APPLICATIONS: readonly (readonly [weight: number, rails: readonly MakeRail[]])[] = [
  [4, [stripeRail]],
  [2, [treasuryRail]],
  [5, [mollieRail]],
  [2, [stripeRail, mollieRail]],
];

/**
 * One random run of an application that pays, from its seed alone: the same seed is the same run, to the millisecond.
 *
 * @param options `trace: true` writes down what happened, for a person to read.
 */
export async function simulate(seed: number, options: { readonly trace?: boolean } = {}): Promise<RunReport> {
  const restore = synchronousDigest();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = options.trace === true ? stackTraceLimit : 0; // Thousands of errors are made, and nobody reads where.
  try {
    return await run(seed, options.trace === true);
  } finally {
    restore();
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function run(seed: number, traced: boolean): Promise<RunReport> {
  const dice = newDice(seed);
  const time = trueTime(START, () => dice.next());
  const trace = newTrace(START, traced ? () => time.now() : null);
  const rails = dice.weighted(APPLICATIONS).map((make) => make(time, dice));
  const [first = stripeRail(time, dice)] = rails;
  const ledger = newLedger(rails);
  const jobs = newJobs(dice, first);
  const listLagMs = dice.pick([0, 0, 30 * SECOND_MS, 5 * MINUTE_MS, 10 * MINUTE_MS]);
  for (const rail of rails) rail.lagLists(listLagMs);
  const store = dice.chance(0.5) ? durable(dice.chance(0.6) && SWITCHES.refuse) : null;
  const storeTrouble = dice.pick([0, 0, 0.1, 0.3]);
  const mishapRate = dice.pick([0, 0.2, 0.6]);
  const protection: Protection = {
    durable: store !== null,
    storeAnswers: storeTrouble === 0 && mishapRate === 0,
    attemptOf: await attemptsOf(jobs),
    firstUse: (key) => ledger.flights.find((flight) => flight.key === key)?.sentAt ?? time.now(),
    preparers: new Map(jobs.map((job) => [job.reference, job.preparers])),
    holders: new Map(jobs.map((job) => [job.reference, job.holders])),
    listLagMs,
  };
  const judge = newJudge(ledger, protection, trace);
  const look = (landing?: Flight): void => {
    for (const paid of ledger.look(time.now(), landing)) judge.made(paid);
  };
  const line: Line = { time, dice, ledger, trace, trouble: dice.pick([0, 0.15, 0.4, 0.8]), weather: dice.pick(WEATHERS), look };
  const deployment: Deployment = {
    line,
    rails,
    store,
    storeTrouble,
    mostSkewMs: dice.pick([2 * SECOND_MS, 40 * SECOND_MS, 2.5 * MINUTE_MS]),
    isDeaf: dice.chance(0.15) && SWITCHES.deafStore,
    mishapRate,
    byDefault: first,
    started: 0,
  };
  trace(
    'the run',
    () =>
      `seed ${seed}: ${rails.map((rail) => `${rail.name}${rail.findable ? ' (findable)' : ''}`).join(' and ')}, ${store === null ? 'no store' : `a durable store${store.refuses ? ' that refuses' : ''}${deployment.isDeaf ? ', deaf' : ''}`}, lists lag ${listLagMs / 1000} s`,
  );
  const scene: app.Scene = { line, judge, rails, protection };
  worldEvents(dice, time, rails, deployment);
  for (const job of jobs) plan(scene, deployment, job);
  // In between only what a provider still has to execute can make a payout.
  const observe = (): void => {
    if (ledger.isBusy()) look();
  };
  await time.live(observe);
  trace('the run', 'calms down');
  line.trouble = 0;
  deployment.storeTrouble = 0;
  deployment.isDeaf = false;
  deployment.mishapRate = 0;
  for (const rail of rails) rail.giveMoney();
  const closed = closeAll(scene, deployment, jobs);
  await time.live(observe);
  await closed;
  return { seed, violations: judge.violations, excused: judge.excused, given: judge.given, paid: ledger.paid.length, trace: trace.lines };
}

function newJobs(dice: Dice, rail: Rail): readonly app.Job[] {
  return Array.from(
    {
      length: dice.weighted([
        [4, 1],
        [1, 2],
      ]),
    },
    (_, index) => ({
      reference: `job-${index + 1}`,
      amount: dice.pick(['10.00', '20.00']),
      currency: rail.currency,
      held: new Set<string>(),
      preparers: new Set<string>(),
      holders: new Set<string>(),
    }),
  );
}

const HIGHEST_ATTEMPT = 4;

/** By key, of whatever account. */
async function attemptsOf(jobs: readonly app.Job[]): Promise<Protection['attemptOf']> {
  const attempts = new Map<string, number>();
  for (const { reference } of jobs) {
    for (const account of [null, 'acct_1']) {
      for (let attempt = 1; attempt <= HIGHEST_ATTEMPT; attempt += 1) {
        attempts.set(await deriveKey({ namespace: '', account, reference, attempt }), attempt);
      }
    }
  }
  return (key) => attempts.get(key) ?? HIGHEST_ATTEMPT + 1;
}

// ---- What happens ----------------------------------------------------------------------------------------------------

/** How long until somebody does the next thing: at once, or about when a key is forgotten, or days later. */
function gap(dice: Dice, { leaseMs }: Rail): number {
  return dice.weighted([
    [4, dice.between(0, 5) * SECOND_MS],
    [2, dice.between(5, 120) * SECOND_MS],
    [2, dice.between(2, 20) * MINUTE_MS],
    [1, Math.floor(leaseMs / 2)],
    [2, leaseMs + dice.between(-25, 25) * MINUTE_MS],
    [1, leaseMs + dice.between(-400, 100) * SECOND_MS],
    [1, leaseMs + dice.between(0, 100) * MINUTE_MS],
    [1, 3 * DAY_MS],
  ]);
}

function worldEvents(dice: Dice, time: TrueTime, rails: readonly Rail[], deployment: Deployment): void {
  const { trace } = deployment.line;
  const later = (what: string, run: () => void, rail: Rail): void => {
    time.at(time.now() + gap(dice, rail), () => {
      trace('the world', what);
      run();
    });
  };
  for (const rail of rails) {
    if (dice.chance(0.35)) {
      const none = (): void => {
        rail.takeMoney();
        trace('the world', `${rail.name} has no money`);
        later(`${rail.name} has money again`, () => rail.giveMoney(), rail);
      };
      if (dice.chance(0.5)) none();
      else later('the money goes', none, rail);
    }
    if (dice.chance(0.2)) later(`${rail.name}: the secret is rotated`, () => rail.rotateSecret(), rail);
    if (dice.chance(0.2)) later(`${rail.name}: another source is configured`, () => rail.changeSource(), rail);
    if (dice.chance(0.3)) {
      const automatic = dice.chance(0.5);
      const amount = dice.pick(['10.00', '20.00']);
      later(
        `${rail.name}: ${automatic ? 'the schedule' : 'somebody in the dashboard'} pays out ${amount}`,
        () => rail.stranger(amount, automatic),
        rail,
      );
    }
  }
  const [first, second] = rails;
  if (first !== undefined && dice.chance(0.5)) {
    const next = dice.pick(WEATHERS);
    later(`the weather turns: ${next}`, () => void (deployment.line.weather = next), first);
  }
  if (first !== undefined && second !== undefined && dice.chance(0.6)) {
    later(`the default is now ${second.name}`, () => void (deployment.byDefault = second), first);
  }
}

type Call =
  | 'create'
  | 'create in both stores'
  | 'submit held'
  | 'look up'
  | 'prepare and submit'
  | 'raise the attempt'
  | 'ask for something else'
  | 'bad input'
  | 'person';

const CALLS: readonly (readonly [weight: number, call: Call])[] = [
  [10, 'create'],
  [5, 'submit held'],
  [2, 'look up'],
  [2, 'raise the attempt'],
  [1, 'ask for something else'],
  [1, 'bad input'],
  [2, 'person'],
  ...(SWITCHES.twoStores ? ([[2, 'create in both stores']] as const) : []),
];

/** What the application does about one job: a first call, and up to two more, here or elsewhere. */
function plan(scene: app.Scene, deployment: Deployment, job: app.Job): void {
  const { dice, time } = scene.line;
  const rail = deployment.byDefault;
  let at = time.now() + dice.between(0, 3) * SECOND_MS;
  let process: Process | null = null;
  const further = dice.between(0, 2);
  const moves = dice.pick([0, 0.3, 0.6]);
  for (let index = 0; index <= further; index += 1) {
    const call =
      index === 0
        ? dice.weighted<Call>([
            [4, 'create'],
            [1, 'prepare and submit'],
            [0.5, 'raise the attempt'],
            ...(SWITCHES.twoStores ? ([[0.3, 'create in both stores']] as const) : []),
          ])
        : dice.weighted(CALLS);
    const elsewhere = dice.chance(moves);
    const restart = dice.chance(0.5);
    time.at(at, () => {
      if (process !== null && elsewhere && restart) process.machine.crash();
      if (process === null || elsewhere || !process.machine.alive) process = start(deployment);
      perform(scene, deployment, process, job, call);
    });
    at += gap(dice, rail);
  }
}

function perform(scene: app.Scene, deployment: Deployment, process: Process, job: app.Job, call: Call): void {
  const { dice } = scene.line;
  const then = (made: Promise<PayoutOutcome | null>): void => {
    made.then((outcome) => react(scene, deployment, process, job, outcome, 0)).catch(rethrown);
  };
  const held = job.held.size === 0 ? null : dice.pick([...job.held]);
  switch (call) {
    case 'create':
      return then(app.create(scene, process, job));
    case 'create in both stores':
      // What comes of it there, only that provider's memory knows.
      app.createBeside(scene, process, job).catch(rethrown);
      return then(app.create(scene, process, job));
    case 'prepare and submit':
      return then(app.prepareAndSubmit(scene, process, job));
    case 'raise the attempt':
      return then(app.create(scene, process, job, app.requestOf(job, { attempt: dice.between(2, 3) })));
    case 'ask for something else':
      return then(app.create(scene, process, job, app.requestOf(job, { amount: '30.00' })));
    case 'bad input':
      return then(app.create(scene, process, job, app.requestOf(job, { amount: 'ten' })));
    case 'submit held':
      return held === null ? then(app.create(scene, process, job)) : then(app.submit(scene, process, job, held, 'submit'));
    case 'look up':
      return held === null ? undefined : then(app.submit(scene, process, job, held, 'lookup'));
    case 'person':
      if (held === null) return;
      return then(dice.chance(0.3) ? app.personErrs(scene, process, job, held, dice) : app.personResolves(scene, process, job, held));
  }
}

const MOST_REACTIONS = 2;

/** What a caller does with an outcome: mostly what it says, sometimes too early, sometimes nothing. */
function react(
  scene: app.Scene,
  deployment: Deployment,
  process: Process,
  job: app.Job,
  outcome: PayoutOutcome | null,
  depth: number,
): void {
  const { dice, time } = scene.line;
  if (outcome === null) return;
  if (outcome.submission !== null && dice.chance(0.8)) job.held.add(JSON.stringify(outcome.submission));
  if (depth >= MOST_REACTIONS) return;
  const later = (at: number, call: (on: Process) => Promise<PayoutOutcome | null>, elsewhere = false): void => {
    time.at(at, () => {
      const on = process.machine.alive && !elsewhere ? process : start(deployment);
      call(on)
        .then((next) => react(scene, deployment, on, job, next, depth + 1))
        .catch(rethrown);
    });
  };
  const now = time.now();
  const soon = now + dice.between(1, 300) * SECOND_MS;
  if (outcome.outcome === 'unknown' && dice.chance(0.6)) {
    const json = JSON.stringify(outcome.submission);
    const { next } = outcome;
    if (next.action === 'review') return later(soon, (on) => app.personResolves(scene, on, job, json));
    if (dice.chance(0.12)) return later(soon, (on) => app.personResolves(scene, on, job, json));
    if (dice.chance(0.2)) return later(soon, (on) => app.submit(scene, on, job, json, 'lookup'));
    const at = dice.chance(0.7) ? Math.max(now, Date.parse(next.notBefore)) + SECOND_MS : soon;
    return later(at, (on) => app.submit(scene, on, job, json, 'submit'));
  }
  if (outcome.outcome === 'rejected' && outcome.retry === 'same_attempt' && dice.chance(0.5))
    return later(soon, (on) => app.create(scene, on, job), SWITCHES.refuse && dice.chance(0.5));
  if (outcome.outcome === 'rejected' && outcome.retry === 'next_attempt' && dice.chance(0.5)) {
    return later(soon, (on) => app.createNext(scene, on, job, outcome));
  }
  if (SWITCHES.laterAttempts && outcome.outcome === 'accepted' && (outcome.submission?.attempt ?? 1) > 1 && dice.chance(0.6)) {
    const lower = dice.chance(0.3) ? { attempt: 1 } : {};
    later(
      now + gap(dice, scene.rails[0] ?? stripeRail(time, dice)),
      (on) => app.create(scene, on, job, app.requestOf(job, lower)),
      dice.chance(0.5),
    );
  }
  if (outcome.outcome === 'accepted') takeBack(scene, process, job, outcome.payout.name, outcome.payout.id, depth);
}

function takeBack(scene: app.Scene, process: Process, job: app.Job, railName: string, id: string, depth: number): void {
  const { dice, time } = scene.line;
  const rail = scene.rails.find(({ name }) => name === railName);
  if (rail === undefined || depth > 0 || !dice.chance(0.25)) return;
  if (!rail.reversible) {
    time.at(time.now() + gap(dice, rail), () => void app.cancel(scene, process, job, railName, id).catch(rethrown));
    return;
  }
  const at = time.now() + dice.between(1, 4) * DAY_MS;
  const times = dice.between(1, 2);
  for (let n = 0; n < times; n += 1)
    time.at(at + n * dice.between(1, 300) * SECOND_MS, () => void app.reverse(scene, process, job, railName, id).catch(rethrown));
}

/** A mistake of this simulation must end the run loudly. */
function rethrown(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
