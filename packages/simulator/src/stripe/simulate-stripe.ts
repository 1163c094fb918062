import { createVirtualClock, type VirtualClock } from '../clock.ts';
import type { RecordedRequest } from '../exchange.ts';
import type { Faults } from '../faults.ts';
import { simulatedFetch } from '../fetch.ts';
import { seededIds } from '../random.ts';
import type { ListeningServer } from '../server.node.ts';
import { createAgenda, createWorld } from '../world.ts';
import { accountControls, type SimulatedStripeAccount } from './account.ts';
import type { StripePayoutObject } from './objects.ts';
import { OPERATIONS } from './operations.ts';
import { protocolVariants, stripeProvider, type ApiKeys } from './protocol.ts';
import { emptyAccount, type AccountState, type StripeEventRecord, type StripeState, type StripeVariants } from './state.ts';

/** Options of {@link simulateStripe}; all optional. */
export interface SimulateStripeOptions {
  /** The secret key that is accepted. Default `sk_test_simulated`; `sk_live_…` makes a live world. */
  readonly apiKey?: string | undefined;
  /** Default a new one. */
  readonly clock?: VirtualClock | undefined;
  /** Seed of the ids, default 1. */
  readonly seed?: number | undefined;
  /** What webhooks are signed with. Default `whsec_simulated`. */
  readonly webhookSecret?: string | undefined;
  /** Accounts begin without money and without external accounts. Default false. */
  readonly empty?: boolean | undefined;
  /** A new payout shows in lists only after so many milliseconds. Default 0. */
  readonly listLagMs?: number | undefined;
  /** How this world decides what Stripe leaves undocumented. */
  readonly variants?: StripeVariants | undefined;
}

/** A payout of any account. */
export interface SimulatedPayout extends StripePayoutObject {
  /** The account it belongs to; {@link SimulatedStripe.account} without an id tells the platform's. */
  readonly account: string;
}

/** A simulated Stripe: its API behind `fetch` or on a port, and the controls of its world. */
export interface SimulatedStripe {
  /** Answers any origin by its path. */
  readonly fetch: typeof globalThis.fetch;
  /** Serves the same world on 127.0.0.1 (Node only); port 0, the default, is a free one. */
  listen(options?: { readonly port?: number | undefined }): Promise<ListeningServer>;
  readonly clock: VirtualClock;
  readonly apiKey: string;
  readonly webhookSecret: string;
  /** Every request that was sent, also those that were lost on the way. */
  readonly requests: readonly RecordedRequest[];
  /** What exists, of all accounts, oldest first within each. */
  readonly payouts: readonly SimulatedPayout[];
  /** Every change of a payout, in order. */
  readonly events: readonly StripeEventRecord[];
  /** Calls the listener at every change of a payout; the answer takes it back. */
  onEvent(listener: (event: StripeEventRecord) => void): () => void;
  readonly faults: Faults;
  /** The platform's account, or a connected one, which begins to exist with the first call. */
  account(id?: string): SimulatedStripeAccount;
  /** From now on a new payout shows in lists only after so many milliseconds. */
  lagLists(ms: number): void;
  /** Accepts one more secret key of the platform. */
  acceptApiKey(key: string): void;
  /** Answers 401 to this key from now on. */
  expireApiKey(key: string): void;
}

const PLATFORM = 'acct_simulated';

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
  const clock = options.clock ?? createVirtualClock();
  const apiKey = options.apiKey ?? 'sk_test_simulated';
  const apiKeys: ApiKeys = new Map([[apiKey, 'accepted']]);
  const agenda = createAgenda(clock);
  const state: StripeState = {
    clock,
    agenda,
    ids: seededIds(options.seed ?? 1),
    livemode: /^(sk|rk)_live_/.test(apiKey),
    variants: variantsOf(options.variants),
    accounts: new Map(),
    events: [],
    listeners: [],
    listLagMs: options.listLagMs ?? 0,
    request: null,
  };
  const world = createWorld(clock, agenda, stripeProvider({ state, routes: OPERATIONS, apiKeys }));
  const account = (id: string = PLATFORM): SimulatedStripeAccount =>
    accountControls(state, accountState(state, id, options.empty === true));
  account();
  return {
    fetch: simulatedFetch(world.receive, clock),
    // Loaded on demand: everything else runs where there is no node:http.
    listen: async ({ port } = {}) => (await import('../server.node.ts')).listenOnLoopback(world.receive, clock, port),
    clock,
    apiKey,
    webhookSecret: options.webhookSecret ?? 'whsec_simulated',
    requests: world.requests,
    get payouts() {
      agenda.settle();
      return [...state.accounts.values()].flatMap(({ id, payouts }) => payouts.map(({ wire }) => ({ ...wire, account: id })));
    },
    get events() {
      agenda.settle();
      return [...state.events];
    },
    onEvent: (listener) => {
      state.listeners.push(listener);
      return () => {
        state.listeners.splice(state.listeners.indexOf(listener), 1);
      };
    },
    faults: world.faults,
    account,
    lagLists: (ms) => {
      state.listLagMs = ms;
    },
    acceptApiKey: (key) => {
      apiKeys.set(key, 'accepted');
    },
    expireApiKey: (key) => {
      apiKeys.set(key, 'expired');
    },
  };
}

function variantsOf(given: StripeVariants = {}): StripeState['variants'] {
  return {
    ...protocolVariants(given),
    missingDestinationStatus: given.missingDestinationStatus ?? 400,
    reversalAmount: given.reversalAmount ?? 'negative',
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
