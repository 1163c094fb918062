// The bank of the workers: a simulated provider on a loopback port, in real time, with troubles of its own.
import {
  createVirtualClock,
  type Fault,
  type Faults,
  simulateMollie,
  simulateStripe,
  simulateStripeTreasury,
  type VirtualClock,
} from '@disburse/simulator';
import type { Dice } from '../../dice.ts';
import { SWITCHES } from '../../switches.ts';
import type { Books } from './books.ts';
import { type Job, type KilledAdapter, referenceIn } from './lines.ts';

/** A simulated provider, as far as the adapters have it in common. */
interface Rail {
  readonly secret: string;
  readonly source: readonly string[];
  readonly world: Pick<ReturnType<typeof simulateStripe>, 'listen' | 'faults' | 'requests'>;
  readonly createPath: string;
  payouts(): readonly { readonly id: string }[];
  giveMoney(): void;
  takeMoney(): void;
  /** What this provider does with a new payout at once. */
  resolve(id: string): void;
  /** The body of an error, in the form of the provider's own. */
  errorOf(status: number): object;
}

const MUCH = 100_000_000;
const stripeError = (status: number): object => ({
  error: { type: status >= 500 ? 'api_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error', message: `Error ${status}` },
});

const RAILS: Readonly<Record<KilledAdapter, (clock: VirtualClock) => Rail>> = {
  stripe: (clock) => {
    const world = simulateStripe({ clock });
    const account = world.account();
    return {
      secret: world.apiKey,
      source: [],
      world,
      createPath: '/v1/payouts',
      payouts: () => world.payouts,
      giveMoney: () => account.fund({ amount: MUCH, currency: 'usd' }),
      takeMoney: () => account.fund({ amount: -account.available('usd'), currency: 'usd' }),
      resolve: () => undefined,
      errorOf: stripeError,
    };
  },
  'stripe-treasury': (clock) => {
    const world = simulateStripeTreasury({ clock });
    const account = world.account();
    return {
      secret: world.apiKey,
      source: [account.financialAccount().id, account.customers[0] ?? ''],
      world,
      createPath: '/v1/treasury/outbound_payments',
      payouts: () => world.payouts,
      giveMoney: () => account.fund(MUCH),
      takeMoney: () => account.fund(-(account.financialAccount().balance.cash['usd'] ?? 0)),
      resolve: () => undefined,
      errorOf: stripeError,
    };
  },
  balance: (clock) => {
    const world = simulateMollie({ clock });
    const balance = world.test.balance();
    return {
      secret: world.testKey,
      source: [balance.id],
      world,
      createPath: '/v2/payouts',
      payouts: () => world.test.payouts,
      giveMoney: () => balance.fund(`${MUCH / 100}.00`),
      takeMoney: () => balance.fund(`-${balance.balance.availableAmount.value}`),
      // A balance plans one payout a day: this one is on its way, so that the next can be planned.
      resolve: (id) => void world.test.move(id, 'initiated'),
      errorOf: (status) => ({ status, title: `Error ${status}`, detail: `Error ${status}`, _links: {} }),
    };
  },
};

export interface Bank {
  readonly job: Omit<Job, 'folder' | 'seed'>;
  /** Looks at the world: whatever was made since is in the books. */
  look(): Promise<void>;
  /** From now on nothing goes wrong, and there is money. */
  calm(): void;
  close(): Promise<void>;
}

const TICK_MS = 5;

/** Opens a bank that tells `books` of everything it pays. */
export async function openBank(adapter: KilledAdapter, dice: Dice, books: Books): Promise<Bank> {
  const clock = createVirtualClock({ start: new Date().toISOString() });
  const rail = RAILS[adapter](clock);
  rail.giveMoney();
  const server = await rail.world.listen();
  const seen = new Set<string>();
  const look = async (): Promise<void> => {
    for (const { id } of rail.payouts()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const [reference, key] = requestOf(rail, id);
      await books.made(id, reference, key);
      rail.resolve(id);
    }
  };
  let looking = Promise.resolve();
  const lookInTurn = (): Promise<void> => (looking = looking.then(look));
  const trouble = makeTrouble(rail, dice);
  const stop = inRealTime(clock, () => {
    trouble.tick();
    lookInTurn().catch((error: unknown) => books.blame('lost', '', String(error)));
  });
  return {
    job: { adapter, url: server.url, secret: rail.secret, source: rail.source },
    look: lookInTurn,
    calm: trouble.end,
    close: async () => {
      stop();
      await server.close();
    },
  };
}

/** The reference and the key of the create that made it: the last that was sent for this reference. */
function requestOf({ world, payouts }: Rail, id: string): readonly [reference: string, key: string] {
  const reference = referenceIn(JSON.stringify(payouts().find((payout) => payout.id === id)));
  const sent = world.requests.findLast(({ method, body }) => method === 'POST' && referenceIn(body) === reference);
  if (reference === null || sent === undefined) throw new Error(`nobody sent what made ${id}`);
  return [reference, sent.headers['idempotency-key'] ?? ''];
}

/** The provider's clock goes with the real one: the workers have no other. */
function inRealTime(clock: VirtualClock, tick: () => void): () => void {
  let moving = false;
  const timer = setInterval(() => {
    tick();
    if (moving) return;
    moving = true;
    clock
      .advance(Math.max(0, Date.now() - clock.now()))
      .catch(() => undefined)
      .finally(() => {
        moving = false;
      });
  }, TICK_MS);
  return () => clearInterval(timer);
}

type Row = readonly [weight: number, make: (dice: Dice, rail: Rail) => Fault | null];

/** What the next create meets. */
const TROUBLES: readonly Row[] = [
  [9, () => null],
  [2, () => ({ reset: 'before' })],
  [3, () => ({ reset: 'after' })],
  [1, () => ({ hang: 'after' })],
  [2, (dice, rail) => ({ answer: { status: 500, body: rail.errorOf(500) }, at: dice.pick(['before', 'after'] as const), stored: false })],
  [
    1,
    (dice) => ({ answer: { status: 502, body: '<html>Bad gateway</html>' }, at: dice.pick(['before', 'after'] as const), stored: false }),
  ],
  [1, (dice) => ({ truncate: dice.between(0, 200) })],
  [2, (_, rail) => ({ answer: { status: 429, headers: { 'retry-after': '1' }, body: rail.errorOf(429) }, at: 'before' })],
  [2, (_, rail) => ({ answer: { status: 401, body: rail.errorOf(401) }, at: 'before' })],
  [2, (_, rail) => ({ answer: { status: 403, body: rail.errorOf(403) }, at: 'before' })],
  [3, (dice) => ({ delayMs: dice.between(20, 600), at: dice.pick(['before', 'after'] as const) })],
  [2, (dice) => ({ lateMs: dice.between(50, 1_500), client: 'reset' })],
];

const GATEWAYS: Row = [
  3,
  (dice) => ({
    gateway: dice.pick([401, 403, 429]),
    at: dice.pick(['before', 'after', 'after'] as const),
    form: dice.pick(['text', 'html', 'problem'] as const),
  }),
];

/** Arms one fault after the other, and takes the money away now and then. */
function makeTrouble(rail: Rail, dice: Dice): { readonly tick: () => void; readonly end: () => void } {
  const { faults }: { readonly faults: Faults } = rail.world;
  const rows = SWITCHES.gateways ? [...TROUBLES, GATEWAYS] : TROUBLES;
  let isOver = false;
  let hasMoney = true;
  let dealt = -1;
  return {
    tick: () => {
      if (isOver) return;
      const { length: asked } = rail.world.requests;
      if (faults.waiting === 0 && dealt !== asked) {
        dealt = asked; // Once for each request, or nothing would ever go well.
        const fault = dice.weighted(rows)(dice, rail);
        if (fault !== null) faults.on({ method: 'POST', path: rail.createPath }, fault, 1);
      }
      if (SWITCHES.laterAttempts && dice.chance(hasMoney ? 0.004 : 0.05)) {
        if (hasMoney) rail.takeMoney();
        else rail.giveMoney();
        hasMoney = !hasMoney;
      }
    },
    end: () => {
      isOver = true;
      faults.clear();
      rail.giveMoney();
    },
  };
}
