// What the worlds of all of Stripe's APIs have in common.
import { createEventQueue } from '../event-queue.ts';
import { createVirtualClock, type VirtualClock } from '../clock.ts';
import { createEventLog } from '../events.ts';
import { assertAlone, type Known } from '../known-options.ts';
import { seededIds } from '../random.ts';
import type { Route } from '../routes.ts';
import { assembleWorld, joined, type SimulatedWorld, type WorldState } from '../simulated-world.ts';
import type { Operation } from './operation.ts';
import { stripeProvider, type ApiKeys, type ProtocolAccount, type ProtocolState } from './protocol.ts';

/** Options of every simulated API of Stripe; all optional. */
export interface StripeWorldOptions {
  /** The secret key that is accepted. Default `sk_test_simulated`; `sk_live_…` makes a live world. */
  readonly apiKey?: string | undefined;
  /** Default a new one. */
  readonly clock?: VirtualClock | undefined;
  /** Seed of the ids and of what webhooks do, default 1. */
  readonly seed?: number | undefined;
  /** What webhooks are signed with where their endpoint says nothing else. Default `whsec_simulated`. */
  readonly webhookSecret?: string | undefined;
  /** Accounts begin without money and without anything to pay to. Default false. */
  readonly empty?: boolean | undefined;
  /**
   * Connected accounts that exist from the beginning, such as `['acct_1']`, for whoever reaches the world over HTTP only: with
   * `Stripe-Account`. Any other answers 403 until `account(id)` has made it. Default none.
   */
  readonly connectedAccounts?: readonly string[] | undefined;
  /** A new payout shows in lists only after so many milliseconds. Default 0. */
  readonly listLagMs?: number | undefined;
}

/** Their names. */
export const STRIPE_WORLD_OPTIONS: Known<StripeWorldOptions> = {
  apiKey: true,
  clock: true,
  seed: true,
  webhookSecret: true,
  empty: true,
  connectedAccounts: true,
  listLagMs: true,
};

/** What every simulated API of Stripe has. */
export interface SimulatedStripeApi<Event> extends SimulatedWorld<Event> {
  readonly apiKey: string;
  readonly webhookSecret: string;
  /** Accepts one more secret key of the platform. */
  acceptApiKey(key: string): void;
  /** Answers 401 to this key from now on. */
  expireApiKey(key: string): void;
}

/** What such a world remembers, as far as all of them do. */
export type StripeWorldState<Event, Account extends ProtocolAccount> = WorldState<Event> &
  Omit<ProtocolState<Account>, 'accounts' | 'variants'> & {
    readonly livemode: boolean;
    readonly accounts: Map<string, Account>;
  };

/** The id of the platform's own account. */
export const PLATFORM = 'acct_simulated';

/** The state of a new world. */
export function stripeWorldState<Event, Account extends ProtocolAccount>(options: StripeWorldOptions): StripeWorldState<Event, Account> {
  const { apiKey, seed } = settingsOf(options);
  const clock = options.clock ?? createVirtualClock();
  return {
    clock,
    queue: createEventQueue(clock),
    ids: seededIds(seed),
    livemode: /^(sk|rk)_live_/.test(apiKey),
    accounts: new Map(),
    events: createEventLog(),
    listLagMs: options.listLagMs ?? 0,
    request: null,
  };
}

/** Puts a world together: its operations over its state, and the controls of its own. */
export function stripeWorld<
  Event,
  Account extends ProtocolAccount,
  State extends StripeWorldState<Event, Account> & ProtocolState<Account>,
  Controls extends object,
>(
  options: StripeWorldOptions,
  state: State & StripeWorldState<Event, Account>,
  routes: readonly Route<Operation<State, Account>>[],
  controls: Controls,
): SimulatedStripeApi<Event> & Controls {
  const { apiKey, webhookSecret } = settingsOf(options);
  const apiKeys: ApiKeys = new Map([[apiKey, 'accepted']]);
  const world = assembleWorld<Event, Controls>(state, stripeProvider({ state, routes, apiKeys }), controls);
  return joined(world, {
    apiKey,
    webhookSecret,
    acceptApiKey: (key: string, ...more: readonly unknown[]) => {
      assertAlone('acceptApiKey', more);
      apiKeys.set(key, 'accepted');
    },
    expireApiKey: (key: string) => {
      apiKeys.set(key, 'expired');
    },
  });
}

/** The settings of a world, with their defaults. */
export function settingsOf({ apiKey, webhookSecret, seed }: StripeWorldOptions): {
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly seed: number;
} {
  return { apiKey: apiKey ?? 'sk_test_simulated', webhookSecret: webhookSecret ?? 'whsec_simulated', seed: seed ?? 1 };
}
