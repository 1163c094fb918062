import { protocolVariants } from '../stripe/protocol.ts';
import {
  PLATFORM,
  settingsOf,
  STRIPE_WORLD_OPTIONS,
  stripeWorld,
  stripeWorldState,
  type SimulatedStripeApi,
  type StripeWorldOptions,
} from '../stripe/stripe-world.ts';
import { snapshotOf, stripeWebhookProvider, type StripeEndpointOptions } from '../stripe/webhooks.ts';
import { allDecided, assertKnown, type Known } from '../known-options.ts';
import type { Message } from '../webhooks/sender.ts';
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.ts';
import { treasuryAccountControls, type SimulatedTreasuryAccount } from './account.ts';
import type { OutboundPaymentObject } from './objects.ts';
import { OPERATIONS } from './operations.ts';
import type { TreasuryAccountState, TreasuryEventRecord, TreasuryState, TreasuryVariants } from './state.ts';

/** Options of {@link simulateStripeTreasury}; all optional. */
export interface SimulateStripeTreasuryOptions extends StripeWorldOptions {
  /** How this world decides what Stripe leaves undocumented. */
  readonly variants?: TreasuryVariants | undefined;
}

const KNOWN: Known<SimulateStripeTreasuryOptions> = { ...STRIPE_WORLD_OPTIONS, variants: true };

/** An OutboundPayment of any account. */
export interface SimulatedOutboundPayment extends OutboundPaymentObject {
  /** The account it belongs to; {@link SimulatedStripeTreasury.account} without an id tells the platform's. */
  readonly account: string;
}

/** What an endpoint for payment events may be told. There are no thin events of Treasury. */
export interface TreasuryWebhookOptions extends StripeEndpointOptions {
  readonly events?: readonly TreasuryEventRecord['type'][] | undefined;
}

/** A simulated Stripe Treasury: its API behind `fetch` or on a port, and the controls of its world. */
export interface SimulatedStripeTreasury extends SimulatedStripeApi<TreasuryEventRecord> {
  /** What exists, of all accounts, oldest first within each. */
  readonly payouts: readonly SimulatedOutboundPayment[];
  readonly webhooks: Webhooks<TreasuryWebhookOptions>;
  /** Every account that exists, the platform's first. */
  readonly accounts: readonly SimulatedTreasuryAccount[];
  /** The platform's account, or a connected one, which begins to exist with the first call. */
  account(id?: string): SimulatedTreasuryAccount;
  /** A connected account, with a financial account that payments over the stripe network can go to. */
  readonly recipient: SimulatedTreasuryAccount;
}

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
  assertKnown('simulateStripeTreasury', options, KNOWN);
  const state: TreasuryState = {
    ...stripeWorldState(options),
    variants: allDecided('simulateStripeTreasury', options.variants, variantsOf(options.variants)),
  };
  const account = (id: string = PLATFORM): SimulatedTreasuryAccount =>
    treasuryAccountControls(state, accountState(state, id, options.empty === true));
  account();
  const recipient = account(RECIPIENT);
  for (const id of options.connectedAccounts ?? []) account(id);
  const { webhookSecret, seed } = settingsOf(options);
  return stripeWorld(options, state, OPERATIONS, {
    get payouts() {
      state.queue.settle();
      return [...state.accounts.values()].flatMap(({ id, payments }) => payments.map(({ wire }) => ({ ...wire, account: id })));
    },
    get accounts() {
      return [...state.accounts.values()].map((known) => treasuryAccountControls(state, known));
    },
    webhooks: createWebhooks(state, stripeWebhookProvider(state.livemode, webhookSecret, messageOf), seed),
    account,
    recipient,
  });
}

function messageOf(event: TreasuryEventRecord, options: TreasuryWebhookOptions, endpoints: number): Message {
  return { id: event.id, type: event.type, bodyOf: (id) => snapshotOf(event, id, options, endpoints) };
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
