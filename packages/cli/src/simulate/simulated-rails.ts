import {
  createVirtualClock,
  type Faults,
  type ListeningServer,
  type RecordedRequest,
  type ReturnCode,
  simulateMollie,
  simulateStripe,
  simulateStripeTreasury,
  type VirtualClock,
  type WebhookDelivery,
} from '@disburse/simulator';
import type { AdapterId } from '../factories.ts';
import type { SimulatedEnv } from '../simulated-place.ts';
import type { Undelivered } from './undelivered.ts';

/** What happens to a payout when somebody says so. */
export type Move = 'pay' | 'fail' | 'return' | 'bounce';

/** One simulated provider, as the console sees it. */
export interface Rail {
  readonly adapter: AdapterId;
  readonly server: ListeningServer;
  readonly faults: Faults;
  /** `account`: the connected one that it belongs to; left out for the provider's own. */
  payouts(): readonly { readonly id: string; readonly status: string; readonly account?: string | undefined }[];
  /** Lets a connected account exist; left out where the provider has none. @returns What a program has to know to pay out of it. */
  readonly connect?: ((account: string) => readonly string[]) | undefined;
  /** What was asked of it so far. */
  requests(): readonly RecordedRequest[];
  /** @returns The provider's own word for where it is now. @throws {Error} for a step that the provider does not know. */
  move(id: string, move: Move, code: string | undefined): string;
  /**
   * Events from now on go there.
   *
   * @returns Ends that.
   * @throws {Error} where the provider does not take the address.
   */
  deliverTo(url: string, onDelivery?: (delivery: WebhookDelivery) => void): Promise<() => void>;
}

export interface SimulatedRails {
  readonly clock: VirtualClock;
  readonly rails: readonly Rail[];
  /** What a configuration of `init --simulated` reads, apart from the address of the console. */
  readonly env: Omit<SimulatedEnv, 'DISBURSE_SIMULATOR_URL'>;
  /**
   * Events of these go there from now on: of all of them, or, where one does not take the address, of none.
   *
   * @throws {Error} that names the one.
   */
  deliverTo(url: string, rails: readonly Rail[]): Promise<void>;
  /** Hears when the first attempt to deliver an event fails. */
  onUndelivered(listener: (undelivered: Undelivered) => void): void;
  close(): Promise<void>;
}

const MOLLIE_WEBHOOK_SECRET = 'simulated-mollie-webhook-secret';

/** Starts the three providers on loopback ports, on one clock. `ports`: for each, 0 for a free one. */
export async function startRails(start: string, ports: readonly [number, number, number]): Promise<SimulatedRails> {
  const clock = createVirtualClock({ start });
  const stripe = simulateStripe({ clock });
  const treasury = simulateStripeTreasury({ clock });
  const mollie = simulateMollie({ clock });
  const [forStripe, forTreasury, forMollie] = await Promise.all([
    stripe.listen({ port: ports[0] }),
    treasury.listen({ port: ports[1] }),
    mollie.listen({ port: ports[2] }),
  ]);
  const rails = [stripeRail(stripe, forStripe), treasuryRail(treasury, forTreasury), mollieRail(mollie, forMollie)];
  const listeners: ((undelivered: Undelivered) => void)[] = [];
  return {
    clock,
    rails,
    deliverTo: (url, chosen) => deliverAll(url, chosen, (undelivered) => listeners.forEach((listener) => listener(undelivered))),
    onUndelivered: (listener) => void listeners.push(listener),
    env: {
      DISBURSE_SIMULATED_STRIPE_URL: forStripe.url,
      DISBURSE_SIMULATED_STRIPE_KEY: stripe.apiKey,
      DISBURSE_SIMULATED_STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
      DISBURSE_SIMULATED_TREASURY_URL: forTreasury.url,
      DISBURSE_SIMULATED_TREASURY_KEY: treasury.apiKey,
      DISBURSE_SIMULATED_TREASURY_WEBHOOK_SECRET: treasury.webhookSecret,
      DISBURSE_SIMULATED_TREASURY_ACCOUNT: treasury.account().financialAccount().id,
      DISBURSE_SIMULATED_TREASURY_CUSTOMER: treasury.account().customers[0] ?? '',
      DISBURSE_SIMULATED_MOLLIE_URL: forMollie.url,
      DISBURSE_SIMULATED_MOLLIE_TOKEN: mollie.accessToken,
      DISBURSE_SIMULATED_MOLLIE_WEBHOOK_SECRET: MOLLIE_WEBHOOK_SECRET,
      DISBURSE_SIMULATED_MOLLIE_BALANCE: mollie.test.balance().id,
    },
    close: async () => {
      await Promise.all(rails.map(({ server }) => server.close()));
    },
  };
}

/** Stripe takes any address, Mollie asks the receiver first: what was subscribed before a refusal is taken back. */
async function deliverAll(url: string, rails: readonly Rail[], tell: (undelivered: Undelivered) => void): Promise<void> {
  const ends: (() => void)[] = [];
  for (const rail of rails) {
    const { adapter } = rail;
    try {
      ends.push(
        await rail.deliverTo(url, ({ type, attempt, status, failure }) => {
          const taken = status !== null && status >= 200 && status < 300;
          if (!taken && attempt === 1) tell({ adapter, type, status, failure });
        }),
      );
    } catch (error) {
      for (const end of ends) end();
      const others = rails.map((one) => one.adapter).filter((other) => other !== adapter);
      const alone = others.length === 0 ? '' : `; --adapter ${others[0]} subscribes that one alone`;
      throw new Error(`${adapter}: ${error instanceof Error ? error.message : String(error)}\nNo provider was subscribed by this${alone}.`);
    }
  }
}

/** A payout that is not paid cannot come back. */
function assertIs(id: string, status: string | undefined, wanted: string): void {
  if (status !== wanted)
    throw new Error(`${id} is ${status ?? 'nowhere'}, and only what is ${wanted} can come back: advance the time, or pay it.`);
}

interface OfAccount {
  readonly id: string;
  readonly status: string;
  readonly account: string;
}

/** Only what is not the provider's own account is said. */
function withAccount(payouts: readonly OfAccount[], own: string): ReturnType<Rail['payouts']> {
  return payouts.map(({ id, status, account }) => ({ id, status, ...(account === own ? {} : { account }) }));
}

function stripeRail(stripe: ReturnType<typeof simulateStripe>, server: ListeningServer): Rail {
  return {
    adapter: 'stripe',
    server,
    faults: stripe.faults,
    payouts: () => withAccount(stripe.payouts, stripe.account().id),
    connect: (id) => [stripe.account(id).id],
    requests: () => stripe.requests,
    move: (id, move, code) => {
      const account = stripe.account(stripe.payouts.find((payout) => payout.id === id)?.account);
      if (move === 'pay') return account.move(id, 'paid').status;
      if (move === 'return') throw new Error('Stripe shows a return as failed: bounce it.');
      if (move === 'bounce') assertIs(id, account.payouts.find((payout) => payout.id === id)?.status, 'paid');
      return account.move(id, 'failed', { failureCode: code ?? 'account_closed' }).status;
    },
    deliverTo: async (url, onDelivery) => {
      const endpoint = await stripe.webhooks.add({ url, onDelivery });
      return () => endpoint.remove();
    },
  };
}

function treasuryRail(treasury: ReturnType<typeof simulateStripeTreasury>, server: ListeningServer): Rail {
  return {
    adapter: 'stripe-treasury',
    server,
    faults: treasury.faults,
    payouts: () => withAccount(treasury.payouts, treasury.account().id),
    connect: (id) => {
      const account = treasury.account(id);
      return [account.id, account.financialAccount().id, account.customers[0] ?? ''];
    },
    requests: () => treasury.requests,
    move: (id, move, code) => {
      const account = treasury.account(treasury.payouts.find((payment) => payment.id === id)?.account);
      if (move === 'pay') return account.move(id, 'posted').status;
      if (move === 'fail') return account.move(id, 'failed').status;
      if (move === 'bounce') assertIs(id, account.payouts.find((payment) => payment.id === id)?.status, 'posted');
      return account.move(id, 'returned', { code: (code ?? 'account_closed') as ReturnCode }).status; // What it does not know it refuses.
    },
    deliverTo: async (url, onDelivery) => {
      const endpoint = await treasury.webhooks.add({ url, onDelivery });
      return () => endpoint.remove();
    },
  };
}

function mollieRail(mollie: ReturnType<typeof simulateMollie>, server: ListeningServer): Rail {
  return {
    adapter: 'balance',
    server,
    faults: mollie.faults,
    payouts: () => mollie.payouts,
    requests: () => mollie.requests,
    move: (id, move, code) => {
      if (move === 'pay') return mollie.test.move(id, 'completed').status;
      if (move === 'fail') return mollie.test.move(id, 'failed', { code: code ?? 'bank_processing_failed' }).status;
      if (move === 'bounce') assertIs(id, mollie.test.payouts.find((payout) => payout.id === id)?.status, 'completed');
      return mollie.test.move(id, 'failed', { code: code ?? 'returned' }).status;
    },
    deliverTo: async (url, onDelivery) => {
      const endpoint = await mollie.webhooks.add({ url, secret: MOLLIE_WEBHOOK_SECRET, onDelivery });
      return () => endpoint.remove();
    },
  };
}
