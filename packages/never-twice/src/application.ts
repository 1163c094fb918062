import {
  type AnyPayoutProvider,
  type Attempt,
  type CreatePayoutRequest,
  isPayoutError,
  nextAttempt,
  parseSubmission,
  type PayoutError,
  type PayoutOutcome,
  type Submission,
} from '@disburse/core';
import type { Dice } from './dice.ts';
import { type Asked, type Judge, said } from './judge.ts';
import { isOf, type Paid } from './ledger.ts';
import type { Line } from './network.ts';
import type { Process } from './processes.ts';
import type { Rail } from './rails.ts';
import { besideOf, type Protection } from './scope.ts';

/** One thing to be paid: one reference. */
export interface Job {
  readonly reference: string;
  readonly amount: string;
  readonly currency: string;
  /** Submissions that somebody stored as JSON, outside of any store of the library's. */
  readonly held: Set<string>;
  readonly preparers: Set<string>;
  readonly holders: Set<string>;
}

/** What a call is made with. */
export interface Scene {
  readonly line: Line;
  readonly judge: Judge;
  readonly rails: readonly Rail[];
  readonly protection: Protection;
}

export type Request = CreatePayoutRequest<string, object, never>;

export function requestOf(job: Job, change: { readonly amount?: string; readonly attempt?: number } = {}): Request {
  const { reference, amount, currency } = job;
  const attempt = change.attempt === undefined ? {} : { attempt: change.attempt as Attempt }; // A caller who knows better.
  return { reference, money: { amount: change.amount ?? amount, currency }, description: reference, ...attempt };
}

/** Waits for an outcome and has it judged; `null` where none was given, because the process ended or something was thrown. */
async function judged(
  scene: Scene,
  name: string,
  job: Job,
  what: string,
  call: () => Promise<PayoutOutcome>,
  how: Asked = {},
): Promise<PayoutOutcome | null> {
  const { line, judge } = scene;
  const askedAt = line.time.now();
  line.look();
  line.trace(name, what);
  try {
    const outcome = await call();
    line.look();
    judge.outcome(name, job.reference, outcome, askedAt, how);
    return outcome;
  } catch (error) {
    // Bad input, of which the store cannot say whether its reference was paid: any outcome would be a guess.
    const saysNothing = isPayoutError(error) && error.code === 'invalid_request' && error.outcome === null;
    if (!(saysNothing && !scene.protection.storeAnswers)) {
      judge.blame('threw', job.reference, isPayoutError(error) ? said(error) : String(error));
    }
    return null;
  }
}

export function create(scene: Scene, process: Process, job: Job, request: Request = requestOf(job)): Promise<PayoutOutcome | null> {
  job.preparers.add(process.machine.name);
  job.holders.add(process.machine.name);
  const attempt = request.attempt === undefined ? '' : `, attempt ${request.attempt}`;
  return judged(scene, process.machine.name, job, `creates ${job.reference}${attempt}`, () => process.registry.createPayout(request), {
    isCreate: true,
  });
}

/** The same, by the providers of this process that have a store of their own. */
export function createBeside(scene: Scene, process: Process, job: Job): Promise<PayoutOutcome | null> {
  const name = besideOf(process.machine.name);
  job.preparers.add(name);
  job.holders.add(name);
  return judged(scene, name, job, `creates ${job.reference}`, () => process.beside.createPayout(requestOf(job)), { isCreate: true });
}

/** Prepares, stores the JSON in a queue of its own, and submits the very object. */
export async function prepareAndSubmit(scene: Scene, process: Process, job: Job): Promise<PayoutOutcome | null> {
  job.preparers.add(process.machine.name);
  job.holders.add(process.machine.name);
  const submission = await process.registry.select().prepare(requestOf(job));
  job.held.add(JSON.stringify(submission));
  return judged(scene, process.machine.name, job, `submits ${job.reference}, prepared here`, () => process.registry.submit(submission));
}

export function submit(scene: Scene, process: Process, job: Job, json: string, how: 'submit' | 'lookup'): Promise<PayoutOutcome | null> {
  job.holders.add(process.machine.name);
  const submission = parseSubmission(json);
  const what = `${how === 'submit' ? 'submits' : 'looks up'} ${job.reference}, attempt ${submission.attempt}, from JSON`;
  return judged(scene, process.machine.name, job, what, () => process.registry[how](submission), { from: submission });
}

/** The next attempt, by the book. */
export function createNext(scene: Scene, process: Process, job: Job, outcome: PayoutOutcome): Promise<PayoutOutcome | null> {
  if (outcome.outcome !== 'rejected' || outcome.retry !== 'next_attempt') return Promise.resolve(null);
  return create(scene, process, job, { ...requestOf(job), attempt: nextAttempt(outcome) });
}

/** What a person finds in the dashboard: by amount and time, or by our token where payouts carry one. */
function payoutFor(paid: readonly Paid[], submission: Submission): Paid | undefined {
  const exact = paid.findLast((one) => isOf(one, submission));
  return exact ?? paid.findLast(({ flight, rail }) => rail.findable && rail.name === submission.name && flight.key === submission.key);
}

// ---- A person --------------------------------------------------------------------------------------------------------

/** A person who looks at the provider's dashboard and decides what is true there now; core may refuse. */
export async function personResolves(scene: Scene, process: Process, job: Job, json: string): Promise<PayoutOutcome | null> {
  const { line } = scene;
  line.look();
  const submission = parseSubmission(json);
  const mine = payoutFor(line.ledger.paid, submission);
  const decision = mine === undefined ? ({ absent: true } as const) : { payoutId: mine.id };
  const first = await decided(scene, process, job, submission, decision);
  if (!(first instanceof Error)) return first;
  // What carries our token may have been made for another preparation of the same key, long before: then this one made nothing.
  const nothingOfThisOne = mine !== undefined && !isOf(mine, submission) && first.code === 'invalid_request';
  const second = nothingOfThisOne ? await decided(scene, process, job, submission, { absent: true }) : null;
  return second instanceof Error ? null : second;
}

/** A person who looks at the payouts that the library asks about: the one that is this job's is taken, or known at least. */
export async function personTakes(
  scene: Scene,
  process: Process,
  job: Job,
  json: string,
  asked: readonly string[],
): Promise<PayoutOutcome | 'known' | null> {
  const mine = scene.line.ledger.paid.find(({ id, reference }) => reference === job.reference && asked.includes(id));
  if (mine === undefined) return null;
  const outcome = await decided(scene, process, job, parseSubmission(json), { payoutId: mine.id });
  return outcome instanceof Error ? 'known' : outcome;
}

/** A person who is wrong in a way that the library can see: it must refuse. */
export async function personErrs(scene: Scene, process: Process, job: Job, json: string, dice: Dice): Promise<PayoutOutcome | null> {
  const submission = parseSubmission(json);
  const rail = scene.rails.find(({ name }) => name === submission.name);
  const others = scene.line.ledger.paid.filter((paid) => paid.rail === rail && paid.reference !== job.reference);
  if (others.length === 0 || rail?.findable !== true) return null;
  const outcome = await decided(scene, process, job, submission, { payoutId: dice.pick(others).id });
  return outcome instanceof Error ? null : outcome;
}

async function decided(
  { line, judge }: Scene,
  process: Process,
  job: Job,
  submission: Submission,
  decision: { readonly absent: true } | { readonly payoutId: string },
): Promise<PayoutOutcome | PayoutError> {
  const { name } = process.machine;
  const askedAt = line.time.now();
  line.trace(name, () => `a person says of ${job.reference}, attempt ${submission.attempt}: ${JSON.stringify(decision)}`);
  try {
    const outcome = await process.registry.select(submission.name).resolve(submission, decision);
    line.look();
    judge.outcome(name, job.reference, outcome, askedAt);
    return outcome;
  } catch (error) {
    if (!isPayoutError(error)) throw error;
    line.trace(name, () => `refuses that: ${said(error)}`);
    return error;
  }
}

// ---- Cancels and reversals -------------------------------------------------------------------------------------------

export async function cancel({ line, judge }: Scene, process: Process, job: Job, rail: string, id: string): Promise<void> {
  line.look();
  const paid = line.ledger.paid.find((one) => one.id === id);
  const wasCanceled = paid?.status === 'canceled';
  line.trace(process.machine.name, `cancels ${id}`);
  const told = await changed(() => process.registry.select(rail).cancel(id));
  line.look();
  line.trace(process.machine.name, `is told of the cancel: ${told}`);
  const isCanceled = paid?.status === 'canceled';
  if (told === 'done' && !isCanceled)
    judge.blame('a lie about a cancel', job.reference, `${id} is said to be canceled and is ${paid?.status}`);
  if (told === 'rejected' && isCanceled && !wasCanceled)
    judge.blame('a lie about a cancel', job.reference, `${id} was canceled by a call that said rejected`);
}

interface Reversing extends AnyPayoutProvider {
  reverse(id: string): Promise<{ readonly id: string }>;
}

export async function reverse({ line, judge }: Scene, process: Process, job: Job, rail: string, id: string): Promise<void> {
  line.look();
  const before = line.ledger.reversals.get(id) ?? 0;
  line.trace(process.machine.name, `reverses ${id}`);
  const told = await changed(() => (process.registry.select(rail) as Reversing).reverse(id));
  line.look();
  line.trace(process.machine.name, `is told of the reversal: ${told}`);
  const now = line.ledger.reversals.get(id) ?? 0;
  if (told === 'done' && now === 0) judge.blame('a lie about a reversal', job.reference, `${id} is said to be reversed and is not`);
  if (told === 'rejected' && now > before)
    judge.blame('a lie about a reversal', job.reference, `${id} was reversed by a call that said rejected`);
  if (told === 'rejected' && before > 0)
    judge.blame('a lie about a reversal', job.reference, `${id} is reversed already, and that was not said`);
  if (now > 1) judge.blame('reversed twice', job.reference, id);
}

async function changed(call: () => Promise<unknown>): Promise<'done' | 'rejected' | 'unknown' | 'failed'> {
  try {
    await call();
    return 'done';
  } catch (error) {
    return isPayoutError(error) ? (error.outcome ?? 'failed') : 'failed';
  }
}
