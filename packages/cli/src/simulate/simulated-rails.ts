import { createVirtualClock, simulateMollie, simulateStripe, simulateStripeTreasury, type VirtualClock } from '@disburse/simulator';
import type { SimulatedEnv } from '../simulated-place.ts';
import { MOLLIE_WEBHOOK_SECRET, mollieRail } from './mollie-rail.ts';
import type { Rail } from './rail.ts';
import { stripeRail } from './stripe-rail.ts';
import { treasuryRail } from './treasury-rail.ts';
import type { Undelivered } from './undelivered.ts';

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
