// Three simulated providers on loopback ports, one clock, and the configuration that points at them.
import {
  createVirtualClock,
  type Faults,
  simulateMollie,
  simulateStripe,
  simulateStripeTreasury,
  type VirtualClock,
} from '@disburse/simulator';

/** One provider's world, as far as the demo needs to play its bank. */
export interface Rail {
  readonly name: string;
  /** What exists at the provider: the truth that outcomes are measured by. */
  readonly count: () => number;
  /** The bank sends a paid payout back. */
  readonly sendBack: (payoutId: string) => void;
  /** The next answers are lost after the provider has done its work. */
  readonly loseAnswers: (times: number) => void;
}

export interface Rails {
  readonly clock: VirtualClock;
  readonly rails: readonly Rail[];
  /** What `disburse.config.json` would hold. */
  readonly config: object;
  /** What the environment would hold: secrets are never in the configuration. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export async function startRails(): Promise<Rails> {
  const clock = createVirtualClock();
  const stripe = simulateStripe({ clock });
  const treasury = simulateStripeTreasury({ clock });
  const mollie = simulateMollie({ clock });
  const servers = await Promise.all([stripe.listen(), treasury.listen(), mollie.listen()]);
  const [us, parties, eu] = servers.map((server) => server.url);
  const balance = mollie.test.addBalance({ currency: 'USD', available: '10000.00' });
  const recipient = treasury.account();
  const lose = (faults: Faults) => (times: number) => {
    faults.on({ method: 'POST' }, { reset: 'after' }, times);
  };
  return {
    clock,
    rails: [
      {
        name: 'us',
        count: () => stripe.payouts.length,
        sendBack: (id) => stripe.account().move(id, 'failed', { failureCode: 'account_closed' }),
        loseAnswers: lose(stripe.faults),
      },
      {
        name: 'parties',
        count: () => treasury.payouts.length,
        sendBack: (id) => recipient.move(id, 'returned', { code: 'account_closed' }),
        loseAnswers: lose(treasury.faults),
      },
      {
        name: 'eu',
        count: () => mollie.payouts.length,
        sendBack: (id) => mollie.test.move(id, 'failed', { code: 'returned', message: 'The bank sent it back.' }),
        loseAnswers: lose(mollie.faults),
      },
    ],
    config: {
      default: 'us',
      providers: {
        us: { adapter: 'stripe', apiKey: { env: 'STRIPE_KEY' }, baseUrl: us },
        parties: {
          adapter: 'stripe-treasury',
          apiKey: { env: 'TREASURY_KEY' },
          financialAccount: recipient.financialAccount().id,
          customer: recipient.customers[0],
          destination: 'pm_usBankAccount',
          baseUrl: parties,
        },
        eu: {
          adapter: 'balance',
          token: { env: 'MOLLIE_TOKEN' },
          testmode: true,
          balanceId: balance.id,
          readBalances: true,
          correlation: 'description',
          acceptScheduleSideEffect: true,
          baseUrl: eu,
        },
      },
    },
    env: { STRIPE_KEY: stripe.apiKey, TREASURY_KEY: treasury.apiKey, MOLLIE_TOKEN: mollie.accessToken },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
