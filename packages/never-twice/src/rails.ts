import { createBalance } from '@disburse/balance-adapter';
import type { AnyPayoutProvider, CommonSettings } from '@disburse/core';
import { type Faults, simulateMollie, simulateStripe, simulateStripeTreasury } from '@disburse/simulator';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import type { Dice } from './dice.ts';
import type { ErrorForm } from './network-faults.ts';
import { DAY_MS, HOUR_MS, type TrueTime } from './time.ts';

export type RailName = 'us' | 'parties' | 'eu';

/** A payout as the world knows it, whoever made it. */
export interface Seen {
  readonly id: string;
  /** Ours, from the description that every create of a run carries; `null` for a stranger's. */
  readonly reference: string | null;
  readonly status: string;
  /** The payout that this one brings back. */
  readonly reverses: string | null;
  /** The balance or financial account it left, where a provider has several. */
  readonly source: string | null;
}

/** A simulated provider, and how the application reaches it. */
export interface Rail {
  readonly name: RailName;
  readonly currency: 'USD' | 'EUR';
  /** How long it keeps a key. */
  readonly leaseMs: number;
  /** Whether payouts carry our token. */
  readonly findable: boolean;
  /** Method and path of a create. */
  readonly createPath: string;
  /** Whether its payouts can be reversed. */
  readonly reversible: boolean;
  readonly fetch: typeof globalThis.fetch;
  readonly faults: Faults;
  /** The body of an error, in the form of its own: nothing else is a refusal. */
  readonly errorOf: ErrorForm;
  /** The key of the request that made a payout; `null` where the provider does not tell. */
  keyOf(id: string): string | null;
  /** Every payout there is, oldest first. */
  seen(): readonly Seen[];
  /** The provider with today's secret and source. */
  connect(common: CommonSettings): AnyPayoutProvider;
  /** Replaces the secret; the old one is refused from now on. */
  rotateSecret(): void;
  /** From now on providers are connected to another balance or financial account, where there is such a thing. */
  changeSource(): void;
  /** Refuses creates for want of money until it is back. */
  takeMoney(): void;
  giveMoney(): void;
  /** Somebody else makes a payout: the schedule, or a person in the dashboard. */
  stranger(amount: string, automatic: boolean): void;
  /** From now on new payouts show in lists only after so long. */
  lagLists(ms: number): void;
}

const ENDED = ['failed', 'canceled', 'returned'];
/** Whether a payout's status is one that it never leaves and that is no success. */
export const hasEnded = (status: string): boolean => ENDED.includes(status);

const ALL_MONEY = 1_000_000;
/** `job-7`, with or without the mark that `correlation: 'description'` appends. */
const referenceIn = (description: string | null | undefined): string | null => /^job-\d+/.exec(description ?? '')?.[0] ?? null;
const cents = (amount: string): number => Math.round(Number(amount) * 100);
const form = (fields: Record<string, string>): RequestInit['body'] => new URLSearchParams(fields).toString();

const stripeError: ErrorForm = (status) => ({
  error: { type: status === 429 ? 'rate_limit_error' : 'invalid_request_error', message: `Error ${status}.` },
});
const mollieError: ErrorForm = (status) => ({ status, title: `Error ${status}`, detail: `Error ${status}.`, _links: {} });

/** What no provider documents: decided anew for every run. */
function stripeVariants(dice: Dice) {
  return {
    storesRefusals: dice.chance(0.6),
    storesServerErrors: dice.chance(0.7),
    keyBeforeRateLimit: dice.chance(0.5),
    keyLeaseMs: dice.chance(0.8) ? DAY_MS : DAY_MS + 6 * HOUR_MS,
  };
}

interface Telling {
  onEvent(
    listener: (event: {
      readonly type: string;
      readonly payout: { readonly id: string };
      readonly request: { readonly idempotencyKey: string | null } | null;
    }) => void,
  ): unknown;
}

function keysIn(world: Telling, created: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  world.onEvent(({ type, payout, request }) => {
    if (type === created && request?.idempotencyKey != null) keys.set(payout.id, request.idempotencyKey);
  });
  return keys;
}

export function stripeRail(time: TrueTime, dice: Dice): Rail {
  const findable = dice.chance(0.6);
  const variants = { ...stripeVariants(dice), reversalAmount: dice.pick(['negative', 'positive'] as const) };
  const world = simulateStripe({ clock: time, seed: 1, variants, listLagMs: 0 });
  const keys = keysIn(world, 'payout.created');
  const connected = dice.chance(0.5);
  const account = world.account(connected ? 'acct_1' : undefined);
  let secret = world.apiKey;
  const accountHeader = connected ? { 'stripe-account': 'acct_1' } : {};
  return {
    name: 'us',
    currency: 'USD',
    leaseMs: variants.keyLeaseMs,
    findable,
    createPath: '/v1/payouts',
    reversible: connected,
    fetch: world.fetch,
    faults: world.faults,
    errorOf: stripeError,
    seen: () =>
      account.payouts.map(({ id, description, status, original_payout: original }) => ({
        id,
        reference: original === null ? referenceIn(description) : null,
        status,
        reverses: original,
        source: null,
      })),
    keyOf: (id) => keys.get(id) ?? null,
    connect: (common) =>
      createStripe({
        ...common,
        name: 'us',
        apiKey: secret,
        correlation: findable ? 'metadata' : 'none',
        ...(connected ? { stripeAccount: 'acct_1' } : {}),
      }),
    rotateSecret: () => {
      world.expireApiKey(secret);
      secret = `${world.apiKey}_2`;
      world.acceptApiKey(secret);
    },
    changeSource: () => undefined,
    takeMoney: () => account.fund({ amount: -account.available('usd'), currency: 'usd' }),
    giveMoney: () => account.fund({ amount: ALL_MONEY, currency: 'usd' }),
    stranger: (amount, automatic) => {
      if (automatic) account.addAutomaticPayout({ amount: cents(amount), currency: 'usd' });
      else
        send(world.fetch, 'https://api.stripe.com/v1/payouts', { amount: String(cents(amount)), currency: 'usd' }, secret, accountHeader);
    },
    lagLists: (ms) => world.lagLists(ms),
  };
}

export function treasuryRail(time: TrueTime, dice: Dice): Rail {
  const findable = dice.chance(0.6);
  const variants = { ...stripeVariants(dice), missingReferenceStatus: dice.pick([400, 404] as const) };
  const world = simulateStripeTreasury({ clock: time, seed: 1, variants });
  const keys = keysIn(world, 'treasury.outbound_payment.created');
  const account = world.account();
  const sources = [account.financialAccount().id, account.addFinancialAccount().id];
  const destination = { customer: account.customers[0] ?? '', destination: 'pm_usBankAccount' };
  for (const feature of ['outbound_payments.ach', 'outbound_payments.us_domestic_wire'] as const) {
    account.setFeature(feature, 'active', sources[1]);
  }
  account.fund(ALL_MONEY, sources[1]);
  let secret = world.apiKey;
  let source = 0;
  return {
    name: 'parties',
    currency: 'USD',
    leaseMs: variants.keyLeaseMs,
    findable,
    createPath: '/v1/treasury/outbound_payments',
    reversible: false,
    fetch: world.fetch,
    faults: world.faults,
    errorOf: stripeError,
    seen: () =>
      account.payouts.map(({ id, description, status, financial_account: source }) => ({
        id,
        reference: referenceIn(description),
        status,
        reverses: null,
        source,
      })),
    keyOf: (id) => keys.get(id) ?? null,
    connect: (common) =>
      createStripeTreasury({
        ...common,
        name: 'parties',
        apiKey: secret,
        financialAccount: sources[source] ?? '',
        correlation: findable ? 'metadata' : 'none',
        ...destination,
      }),
    rotateSecret: () => {
      world.expireApiKey(secret);
      secret = `${world.apiKey}_2`;
      world.acceptApiKey(secret);
    },
    changeSource: () => {
      source = 1;
    },
    takeMoney: () => {
      for (const id of sources) account.fund(-(account.financialAccount(id).balance.cash['usd'] ?? 0), id);
    },
    giveMoney: () => {
      for (const id of sources) account.fund(ALL_MONEY, id);
    },
    stranger: (amount) => {
      const fields = {
        amount: String(cents(amount)),
        currency: 'usd',
        financial_account: sources[0] ?? '',
        customer: destination.customer,
        destination_payment_method: destination.destination,
      };
      send(world.fetch, 'https://api.stripe.com/v1/treasury/outbound_payments', fields, secret, {});
    },
    lagLists: (ms) => world.lagLists(ms),
  };
}

export function mollieRail(time: TrueTime, dice: Dice): Rail {
  const findable = dice.chance(0.5);
  const variants = {
    cache422: dice.chance(0.6),
    cache429: dice.chance(0.2),
    cache5xx: dice.chance(0.3),
    keyBeforeRateLimit: dice.chance(0.5),
    missingBalanceStatus: dice.pick([404, 422] as const),
    refusalPausesSchedule: dice.chance(0.3),
    payoutFee: dice.pick(['0.00', '0.00', '0.25']),
    nextLink: dice.pick(['absolute', 'relative', 'without_filters'] as const),
  };
  const world = simulateMollie({ clock: time, seed: 1, variants });
  const balances = [world.test.balance(), world.test.addBalance({ available: '10000.00' })];
  const withToken = dice.chance(0.5);
  let secret = withToken ? world.accessToken : world.testKey;
  let balance = 0;
  return {
    name: 'eu',
    currency: 'EUR',
    leaseMs: HOUR_MS,
    findable,
    createPath: '/v2/payouts',
    reversible: false,
    fetch: world.fetch,
    faults: world.faults,
    errorOf: mollieError,
    seen: () =>
      world.test.payouts.map(({ id, description, status, balanceId: source }) => ({
        id,
        reference: referenceIn(description),
        status,
        reverses: null,
        source,
      })),
    keyOf: () => null,
    connect: (common) =>
      createBalance({
        ...common,
        name: 'eu',
        token: secret,
        balanceId: balances[balance]?.id ?? '',
        acceptScheduleSideEffect: true,
        correlation: findable ? 'description' : 'none',
        ...(withToken ? { testmode: true, readBalances: dice.chance(0.5) } : {}),
      }),
    rotateSecret: () => {
      world.revokeCredential(secret);
      secret = `${secret}2`;
      world.acceptCredential({ token: secret });
    },
    changeSource: () => {
      balance = 1;
    },
    takeMoney: () => {
      for (const one of balances) one.fund(`-${one.balance.availableAmount.value}`);
    },
    giveMoney: () => {
      for (const one of balances) one.fund('10000.00');
    },
    stranger: (amount, automatic) => {
      balances[0]?.addPayout({ amount, by: automatic ? 'schedule' : 'dashboard' });
    },
    lagLists: (ms) => world.lagLists(ms),
  };
}

function send(
  fetch: typeof globalThis.fetch,
  url: string,
  fields: Record<string, string>,
  secret: string,
  headers: Record<string, string>,
): void {
  const sent = { authorization: `Bearer ${secret}`, 'content-type': 'application/x-www-form-urlencoded', ...headers };
  fetch(url, { method: 'POST', headers: sent, body: form(fields) ?? '' }).catch(() => undefined);
}
