import { createVirtualClock, type VirtualClock } from '../clock.ts';
import type { RecordedRequest } from '../exchange.ts';
import type { Faults } from '../faults.ts';
import { simulatedFetch } from '../fetch.ts';
import { seededIds } from '../random.ts';
import type { ListeningServer } from '../server.node.ts';
import { protocolVariants, stripeProvider, type ApiKeys } from '../stripe/protocol.ts';
import { createAgenda, createWorld } from '../world.ts';
import { treasuryAccountControls, type SimulatedTreasuryAccount } from './account.ts';
import type { OutboundPaymentObject } from './objects.ts';
import { OPERATIONS } from './operations.ts';
import type { TreasuryAccountState, TreasuryEventRecord, TreasuryState, TreasuryVariants } from './state.ts';

/** Options of {@link simulateStripeTreasury}; all optional. */
export interface SimulateStripeTreasuryOptions {
  /** The secret key that is accepted. Default `sk_test_simulated`; `sk_live_…` makes a live world. */
  readonly apiKey?: string | undefined;
  /** Default a new one. */
  readonly clock?: VirtualClock | undefined;
  /** Seed of the ids, default 1. */
  readonly seed?: number | undefined;
  /** What webhooks are signed with. Default `whsec_simulated`. */
  readonly webhookSecret?: string | undefined;
  /** Accounts begin without financial accounts and customers. Default false. */
  readonly empty?: boolean | undefined;
  /** A new payment shows in lists only after so many milliseconds. Default 0. */
  readonly listLagMs?: number | undefined;
  /** How this world decides what Stripe leaves undocumented. */
  readonly variants?: TreasuryVariants | undefined;
}

/** An OutboundPayment of any account. */
export interface SimulatedOutboundPayment extends OutboundPaymentObject {
  /** The account it belongs to; {@link SimulatedStripeTreasury.account} without an id tells the platform's. */
  readonly account: string;
}

/** A simulated Stripe Treasury: its API behind `fetch` or on a port, and the controls of its world. */
export interface SimulatedStripeTreasury {
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
  readonly payouts: readonly SimulatedOutboundPayment[];
  /** Every change of a payment that Stripe tells, in order. */
  readonly events: readonly TreasuryEventRecord[];
  /** Calls the listener at every such change; the answer takes it back. */
  onEvent(listener: (event: TreasuryEventRecord) => void): () => void;
  readonly faults: Faults;
  /** The platform's account, or a connected one, which begins to exist with the first call. */
  account(id?: string): SimulatedTreasuryAccount;
  /** A connected account, with a financial account that payments over the stripe network can go to. */
  readonly recipient: SimulatedTreasuryAccount;
  /** From now on a new payment shows in lists only after so many milliseconds. */
  lagLists(ms: number): void;
  /** Accepts one more secret key of the platform. */
  acceptApiKey(key: string): void;
  /** Answers 401 to this key from now on. */
  expireApiKey(key: string): void;
}

const PLATFORM = 'acct_simulated';
const RECIPIENT = 'acct_recipient';
const OPENING_CASH = 1_000_000;

/**
 * Creates a simulated Stripe Treasury with its OutboundPayments. A fresh account has an open financial account that holds
 * 10,000.00 usd and may do everything, and one customer.
 *
 * @example
 * const treasury = simulateStripeTreasury();
 * const answer = await treasury.fetch('https://api.stripe.com/v1/treasury/outbound_payments', {
 *   method: 'POST',
 *   headers: { authorization: `Bearer ${treasury.apiKey}`, 'content-type': 'application/x-www-form-urlencoded' },
 *   body: `amount=1100&currency=usd&financial_account=${treasury.account().financialAccount().id}` +
 *     `&customer=${treasury.account().customers[0]}&destination_payment_method=pm_usBankAccount`,
 * });
 */
export function simulateStripeTreasury(options: SimulateStripeTreasuryOptions = {}): SimulatedStripeTreasury {
  const clock = options.clock ?? createVirtualClock();
  const apiKey = options.apiKey ?? 'sk_test_simulated';
  const apiKeys: ApiKeys = new Map([[apiKey, 'accepted']]);
  const state = createState(options, clock, /^(sk|rk)_live_/.test(apiKey));
  const { agenda } = state;
  const world = createWorld(clock, agenda, stripeProvider({ state, routes: OPERATIONS, apiKeys }));
  const account = (id: string = PLATFORM): SimulatedTreasuryAccount =>
    treasuryAccountControls(state, accountState(state, id, options.empty === true));
  account();
  const recipient = account(RECIPIENT);
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
      return [...state.accounts.values()].flatMap(({ id, payments }) => payments.map(({ wire }) => ({ ...wire, account: id })));
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
    recipient,
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

function createState(options: SimulateStripeTreasuryOptions, clock: VirtualClock, livemode: boolean): TreasuryState {
  return {
    clock,
    agenda: createAgenda(clock),
    ids: seededIds(options.seed ?? 1),
    livemode,
    variants: variantsOf(options.variants),
    accounts: new Map(),
    events: [],
    listeners: [],
    listLagMs: options.listLagMs ?? 0,
    request: null,
  };
}

function variantsOf(given: TreasuryVariants = {}): TreasuryState['variants'] {
  return {
    ...protocolVariants(given),
    insufficientCashCode: given.insufficientCashCode ?? 'balance_insufficient',
    insufficientCashStatus: given.insufficientCashStatus ?? 400,
    wrongStateCode: given.wrongStateCode ?? 'none',
    missingReferenceStatus: given.missingReferenceStatus ?? 400,
    underscoreInDescriptor: given.underscoreInDescriptor ?? true,
    wireNeedsCountry: given.wireNeedsCountry ?? true,
  };
}

function accountState(state: TreasuryState, id: string, empty: boolean): TreasuryAccountState {
  const known = state.accounts.get(id);
  if (known !== undefined) return known;
  const account: TreasuryAccountState = {
    id,
    connected: id !== PLATFORM,
    payments: [],
    financialAccounts: new Map(),
    customers: new Set(),
    paymentMethods: new Map(),
  };
  state.accounts.set(id, account);
  if (!empty) furnish(treasuryAccountControls(state, account));
  return account;
}

/** Enough for a demo, an example or a test to begin at once. */
function furnish(account: SimulatedTreasuryAccount): void {
  account.addFinancialAccount();
  account.fund(OPENING_CASH);
  account.addCustomer();
}
