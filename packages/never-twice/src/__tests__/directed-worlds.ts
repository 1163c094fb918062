// Small worlds for directed.ts.
import { createBalance } from '@disburse/balance-adapter';
import { type Attempt, isPayoutError, type Payout, type PayoutOutcome, type Submission, type SubmissionStore } from '@disburse/core';
import { type SimulatedMollie, simulateMollie, type SimulatedStripe, simulateStripe, type StripeVariants } from '@disburse/simulator';
import { createStripe, type StripeProvider, type StripeSettings } from '@disburse/stripe-adapter';
import { trueTime, type TrueTime } from '../time.ts';

const START: number = Date.parse('2026-11-23T09:00:00Z');
export const EUR = { reference: 'job-1', money: { amount: '10.00', currency: 'EUR' } } as const;
export const USD = { reference: 'job-1', money: { amount: '10.00', currency: 'USD' } } as const;

/** A scenario of one rule. */
export interface Directed {
  readonly rule: string;
  readonly name: string;
  /** What is wrong; `null` where the rule holds. */
  readonly run: () => Promise<string | null>;
}

export const scenario = (rule: string, name: string, run: Directed['run']): Directed => ({ rule, name, run });
export const attempt = (number: number) => number as Attempt;
export const POST = { method: 'POST' } as const;
/** In Stripe's own form, by Stripe, before it does anything. */
export const FORBIDDEN = {
  answer: { status: 403, body: { error: { type: 'invalid_request_error', message: 'No.' } } },
  at: 'before',
} as const;

/** A scenario's time; nothing moves but by `until` and `ended`. */
export interface Scene {
  readonly time: TrueTime;
  /** Lives so much longer. */
  later(ms: number): Promise<void>;
  /** Lives until nobody has anything left to do. */
  ended<T>(made: Promise<T>): Promise<T>;
}

export function scene(): Scene {
  const time = trueTime(START, () => 0.5);
  return {
    time,
    later: (ms) => time.live(() => undefined, time.now() + ms),
    ended: async (made) => {
      made.catch(() => undefined); // It is thrown below.
      await time.live(() => undefined);
      return made;
    },
  };
}

/** A process of its own: core knows it by this object. */
export const runtimeOf = (time: TrueTime, aheadMs = 0) => ({ now: () => time.now() + aheadMs, sleep: time.sleep, random: time.random });

/** A Stripe, and processes that pay through it. */
export interface StripeScene extends Scene {
  readonly world: SimulatedStripe;
  process(settings?: Partial<StripeSettings>): StripeProvider;
}

export function stripeScene(common: Partial<StripeSettings> = {}, variants: StripeVariants = {}): StripeScene {
  const here = scene();
  const world = simulateStripe({ clock: here.time, variants });
  const process: StripeScene['process'] = (settings = {}) =>
    createStripe({ apiKey: world.apiKey, fetch: world.fetch, runtime: runtimeOf(here.time), ...common, ...settings });
  return { ...here, world, process };
}

/** `fetch` with this in the place of every create; what else is asked reaches the world. */
export const insteadOfCreates =
  (
    world: Pick<SimulatedStripe, 'fetch'>,
    answer: (sent: { readonly url: string; readonly init: RequestInit }) => Promise<Response>,
  ): typeof fetch =>
  async (input, init = {}) =>
    init.method === 'POST' ? answer({ url: String(input instanceof Request ? input.url : input), init }) : world.fetch(input, init);

const ofStripe = (status: number, error: object): Response =>
  Response.json(
    { error: { type: 'invalid_request_error', message: 'Refused.', ...error } },
    { status, headers: { 'request-id': 'req_1' } },
  );
/** In Stripe's own form. */
export const unauthorized = (): Response => ofStripe(401, {});
export const heldForApproval = (): Response => ofStripe(400, { code: 'approval_required' });

/** `null` where nothing is said to be rejected: of what may exist, `unknown` and an error that leaves it open are as good. */
export async function mustNotReject(made: Promise<PayoutOutcome>): Promise<string | null> {
  try {
    const outcome = await made;
    return outcome.outcome === 'rejected' ? `rejected: ${outcome.error.message}` : null;
  } catch (error) {
    return isPayoutError(error) && error.outcome !== 'rejected' ? null : `it threw ${String(error)}`;
  }
}

/** A Mollie, and processes that pay through it. */
export interface MollieScene extends Scene {
  readonly world: SimulatedMollie;
  readonly balanceId: string;
  process(settings?: Partial<Parameters<typeof createBalance>[0]>): ReturnType<typeof createBalance>;
}

export function mollieScene(): MollieScene {
  const here = scene();
  const world = simulateMollie({ clock: here.time });
  const balanceId = world.test.balance().id;
  const process: MollieScene['process'] = (settings = {}) =>
    createBalance({
      token: world.testKey,
      balanceId,
      acceptScheduleSideEffect: true,
      fetch: world.fetch,
      runtime: runtimeOf(here.time),
      ...settings,
    });
  return { ...here, world, balanceId, process };
}

/** As another process reads it. */
export const parsed = (submission: Submission | null): Submission => JSON.parse(JSON.stringify(submission)) as Submission;

/** `null` where an outcome is as it must be. */
export const mustBe = (kind: PayoutOutcome['outcome'], outcome: PayoutOutcome): string | null =>
  outcome.outcome === kind ? null : `${outcome.outcome}${outcome.outcome === 'accepted' ? '' : `: ${outcome.error.message}`}`;

export const mustHave = (count: number, payouts: readonly unknown[]): string | null =>
  payouts.length === count ? null : `there are ${payouts.length} payouts`;

/** What a call that changes something says, in a word. */
export async function saidOf(made: Promise<Payout>): Promise<string> {
  try {
    return (await made).status;
  } catch (error) {
    return isPayoutError(error) ? String(error.outcome) : 'failed';
  }
}

/** A table that another process can be handed, and that may be away. */
export function table(): SubmissionStore & { away: boolean } {
  const rows = new Map<string, { submission: Submission; resolution: null; shared: boolean }>();
  const placeOf = ({ reference, attempt }: { readonly reference: string; readonly attempt: number }): string => `${reference} ${attempt}`;
  const store: SubmissionStore & { away: boolean } = {
    away: false,
    putIfAbsent: async (submission) => {
      if (store.away) throw new Error('away');
      const kept = rows.get(placeOf(submission));
      if (kept !== undefined) return { ...kept, submission: parsed(kept.submission), shared: true };
      const row = { submission, resolution: null, shared: false };
      rows.set(placeOf(submission), row);
      return row;
    },
    setResolution: async () => undefined,
    find: async (place) => {
      if (store.away) throw new Error('away');
      return rows.get(placeOf(place)) ?? null;
    },
  };
  return store;
}
