import { acceptedOrThrow, memorySubmissions, type Payout } from '@disburse/core';
import { type ListeningServer, simulateStripe, type SimulatedStripe, type SimulateStripeOptions } from '@disburse/simulator';
import { afterEach } from 'vitest';
import { createStripe, type StripeProvider, type StripeSettings } from '../index.ts';
import { patientRuntime } from './patient-runtime.ts';

const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A simulated Stripe and a provider that pays through it. */
export interface World {
  readonly world: SimulatedStripe;
  readonly stripe: StripeProvider;
}

/** A world of its own, on a clock that moves by the library's pauses. */
export async function setUp(over: 'fetch' | 'http', options: SimulateStripeOptions = {}, settings: Partial<StripeSettings> = {}): Promise<World> {
  const world = simulateStripe(options);
  const connection: Partial<StripeSettings> = over === 'fetch' ? { fetch: world.fetch } : {};
  if (over === 'http') {
    const server = await world.listen();
    servers.push(server);
    Object.assign(connection, { baseUrl: server.url });
  }
  const stripe = createStripe({
    apiKey: world.apiKey,
    runtime: patientRuntime(world.clock),
    submissions: memorySubmissions(),
    ...connection,
    ...settings,
  });
  return { world, stripe };
}

export const usd = (amount: string) => ({ amount, currency: 'USD' });
export const create = async (stripe: StripeProvider, reference: string, amount = '11.00', more: object = {}): Promise<Payout> =>
  acceptedOrThrow(await stripe.createPayout({ reference, money: usd(amount), ...more }));
export async function all(payouts: AsyncIterable<Payout>): Promise<readonly Payout[]> {
  const found: Payout[] = [];
  for await (const payout of payouts) found.push(payout);
  return found;
}
