import { allDecided, assertKnown, type Known } from '../known-options.ts';
import type { Message } from '../webhooks/sender.ts';
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.ts';
import { accountControls, type SimulatedStripeAccount } from './account.ts';
import { DAY_MS } from './calendar.ts';
import type { StripePayoutObject } from './objects.ts';
import { OPERATIONS } from './operations.ts';
import { protocolVariants } from './protocol.ts';
import { emptyAccount, type AccountState, type StripeEventRecord, type StripeState, type StripeVariants } from './state.ts';
import {
  PLATFORM,
  settingsOf,
  STRIPE_WORLD_OPTIONS,
  stripeWorld,
  stripeWorldState,
  type SimulatedStripeApi,
  type StripeWorldOptions,
} from './stripe-world.ts';
import { snapshotOf, stripeWebhookProvider, thinOf, type StripeEndpointOptions } from './webhooks.ts';

/** Options of {@link simulateStripe}; all optional. */
export interface SimulateStripeOptions extends StripeWorldOptions {
  /** How this world decides what Stripe leaves undocumented. */
  readonly variants?: StripeVariants | undefined;
}

const KNOWN: Known<SimulateStripeOptions> = { ...STRIPE_WORLD_OPTIONS, variants: true };

/** A payout of any account. */
export interface SimulatedPayout extends StripePayoutObject {
  /** The account it belongs to; {@link SimulatedStripe.account} without an id tells the platform's. */
  readonly account: string;
}

/** What an endpoint for payout events may be told. */
export interface StripeWebhookOptions extends StripeEndpointOptions {
  /** `snapshot`, the default, carries the payout; `thin` only says which one changed. */
  readonly shape?: 'snapshot' | 'thin' | undefined;
  readonly events?: readonly (StripeEventRecord['type'] | `v1.${StripeEventRecord['type']}`)[] | undefined;
}

/** A simulated Stripe: its API behind `fetch` or on a port, and the controls of its world. */
export interface SimulatedStripe extends SimulatedStripeApi<StripeEventRecord> {
  /** What exists, of all accounts, oldest first within each. */
  readonly payouts: readonly SimulatedPayout[];
  readonly webhooks: Webhooks<StripeWebhookOptions>;
  /** Every account that exists, the platform's first. */
  readonly accounts: readonly SimulatedStripeAccount[];
  /** The platform's account, or a connected one, which begins to exist with the first call. */
  account(id?: string): SimulatedStripeAccount;
}

/**
 * Creates a simulated Stripe Payouts API with its balance and ledger. A fresh account holds 10,000.00 usd and eur from
 * cards and 500.00 usd from bank payments, and has a default bank account for both currencies.
 *
 * @example
 * const stripe = simulateStripe();
 * const answer = await stripe.fetch('https://api.stripe.com/v1/payouts', {
 *   method: 'POST',
 *   headers: { authorization: `Bearer ${stripe.apiKey}`, 'content-type': 'application/x-www-form-urlencoded' },
 *   body: 'amount=1100&currency=usd',
 * });
 */
export function simulateStripe(options: SimulateStripeOptions = {}): SimulatedStripe {
  assertKnown('simulateStripe', options, KNOWN);
  const state: StripeState = {
    ...stripeWorldState(options),
    variants: allDecided('simulateStripe', options.variants, variantsOf(options.variants)),
  };
  const account = (id: string = PLATFORM): SimulatedStripeAccount =>
    accountControls(state, accountState(state, id, options.empty === true));
  account();
  for (const id of options.connectedAccounts ?? []) account(id);
  const { webhookSecret, seed } = settingsOf(options);
  return stripeWorld(options, state, OPERATIONS, {
    get payouts() {
      state.queue.settle();
      return [...state.accounts.values()].flatMap(({ id, payouts }) => payouts.map(({ wire }) => ({ ...wire, account: id })));
    },
    get accounts() {
      return [...state.accounts.values()].map((known) => accountControls(state, known));
    },
    webhooks: createWebhooks(state, stripeWebhookProvider(state.livemode, webhookSecret, messageOf), seed),
    account,
  });
}

function messageOf(event: StripeEventRecord, options: StripeWebhookOptions, endpoints: number): Message {
  if (options.shape !== 'thin') return { id: event.id, type: event.type, bodyOf: (id) => snapshotOf(event, id, options, endpoints) };
  // One change, two events: a thin one is an object of its own.
  return { id: event.id.replace('evt_', 'evt_thin_'), type: `v1.${event.type}`, bodyOf: (id) => thinOf(event, id) };
}

function variantsOf(given: StripeVariants = {}): StripeState['variants'] {
  return {
    ...protocolVariants(given),
    missingDestinationStatus: given.missingDestinationStatus ?? 400,
    reversalAmount: given.reversalAmount ?? 'negative',
    traceLagMs: given.traceLagMs ?? 10 * DAY_MS,
  };
}

function accountState(state: StripeState, id: string, empty: boolean): AccountState {
  const known = state.accounts.get(id);
  if (known !== undefined) return known;
  const account = emptyAccount(state, id, id !== PLATFORM);
  state.accounts.set(id, account);
  if (!empty) furnish(accountControls(state, account));
  return account;
}

/** Enough for a demo, an example or a test to begin at once. */
function furnish(account: SimulatedStripeAccount): void {
  account.fund({ amount: 1_000_000, currency: 'usd' });
  account.fund({ amount: 50_000, currency: 'usd', sourceType: 'bank_account' });
  account.fund({ amount: 1_000_000, currency: 'eur' });
  account.addBankAccount({ currency: 'usd' });
  account.addBankAccount({ currency: 'eur' });
}
