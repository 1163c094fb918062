import { createEventQueue } from '../event-queue.ts';
import { createVirtualClock, type VirtualClock } from '../clock.ts';
import { createEventLog } from '../events.ts';
import { allDecided, assertAlone, assertKnown, type Known } from '../known-options.ts';
import { seededIds } from '../random.ts';
import { assembleWorld, type SimulatedWorld } from '../simulated-world.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';
import { accessOf, type Credentials, type MollieCredential } from './credentials.ts';
import type { MollieMode } from './objects.ts';
import { modeControls, type SimulatedMollieMode, type SimulatedMolliePayout } from './organization.ts';
import { mollieProvider } from './protocol.ts';
import type { MollieEventRecord, MollieRefusalRecord, MollieState, MollieVariants, ModeState } from './state.ts';
import { mollieWebhooks, type MollieWebhookEndpoint, type MollieWebhookOptions } from './webhooks.ts';

/** Options of {@link simulateMollie}; all optional. */
export interface SimulateMollieOptions {
  /** Default a new one. */
  readonly clock?: VirtualClock | undefined;
  /** Seed of the ids and of what webhooks do, default 1. */
  readonly seed?: number | undefined;
  /** Credentials besides the three that every world accepts. */
  readonly credentials?: readonly MollieCredential[] | undefined;
  /** The organization begins without balances. Default false. */
  readonly empty?: boolean | undefined;
  /** Calendar dates (`2026-12-25`) on which nothing is paid out, besides weekends. Default none. */
  readonly holidays?: readonly string[] | undefined;
  /** A new payout shows in lists only after so many milliseconds. Default 0. */
  readonly listLagMs?: number | undefined;
  /** How this world decides what the provider leaves undocumented. */
  readonly variants?: MollieVariants | undefined;
}

/**
 * A simulated Mollie organization: its payouts and balances behind `fetch` or on a port, and the controls of its world.
 * Its events tell every change of a payout; the creation is none.
 */
export interface SimulatedMollie extends SimulatedWorld<MollieEventRecord> {
  /** An API key of the test world. */
  readonly testKey: string;
  /** An API key of the live world. */
  readonly liveKey: string;
  /** An advanced access token with every permission; `testmode` chooses the world. */
  readonly accessToken: string;
  readonly test: SimulatedMollieMode;
  readonly live: SimulatedMollieMode;
  /** What exists in both worlds, test first, oldest first within each. */
  readonly payouts: readonly SimulatedMolliePayout[];
  /** `add` rejects unless the receiver answers a `hook.ping` with 200. */
  readonly webhooks: Webhooks<MollieWebhookOptions, MollieWebhookEndpoint>;
  /** Creates that were refused for one of the seven reasons, which the answers do not tell. */
  readonly refusals: readonly MollieRefusalRecord[];
  /** Answers 429 to the next requests that get past authentication. `retryAfter` in seconds, default 1; null leaves the header out. */
  limitRate(limit?: { readonly requests?: number | undefined; readonly retryAfter?: number | null | undefined }): void;
  /** Creates are refused, and planned payouts fail, until the organization is unblocked. */
  blockOrganization(): void;
  unblockOrganization(): void;
  acceptCredential(credential: MollieCredential): void;
  /** Answers 401 to this token from now on. */
  revokeCredential(token: string): void;
}

const KNOWN: Known<SimulateMollieOptions> = {
  clock: true,
  seed: true,
  credentials: true,
  empty: true,
  holidays: true,
  listLagMs: true,
  variants: true,
};

const TEST_KEY = 'test_simulated00000000000000000000';
const LIVE_KEY = 'live_simulated00000000000000000000';
const ACCESS_TOKEN = 'access_simulated0000000000000000000000';

/**
 * Creates a simulated Mollie organization with its payouts and balances. Its test world and its live world have one EUR
 * balance each, with 10,000.00 available, a bank account, and a daily schedule.
 *
 * @example
 * const mollie = simulateMollie();
 * const answer = await mollie.fetch('https://api.mollie.com/v2/payouts', {
 *   method: 'POST',
 *   headers: { authorization: `Bearer ${mollie.testKey}`, 'content-type': 'application/json' },
 *   body: JSON.stringify({ balanceId: mollie.test.balance().id, amount: { currency: 'EUR', value: '11.00' } }),
 * });
 */
export function simulateMollie(options: SimulateMollieOptions = {}): SimulatedMollie {
  assertKnown('simulateMollie', options, KNOWN);
  const credentials: Credentials = new Map();
  const accept = (credential: MollieCredential): void => {
    assertKnown('a credential', credential, { token: true, scopes: true });
    credentials.set(credential.token, accessOf(credential));
  };
  for (const token of [TEST_KEY, LIVE_KEY, ACCESS_TOKEN]) accept({ token });
  for (const credential of options.credentials ?? []) accept(credential);
  const state = createState(options);
  const { queue } = state;
  const test = modeControls(state, state.modes.test);
  const live = modeControls(state, state.modes.live);
  if (options.empty !== true) for (const mode of [test, live]) mode.addBalance({ available: '10000.00' });
  return assembleWorld(state, mollieProvider(state, credentials), {
    testKey: TEST_KEY,
    liveKey: LIVE_KEY,
    accessToken: ACCESS_TOKEN,
    test,
    live,
    get payouts() {
      return [...test.payouts, ...live.payouts];
    },
    webhooks: mollieWebhooks(state, options.seed ?? 1),
    get refusals() {
      queue.settle();
      return [...state.refusals];
    },
    limitRate: (limit = {}) => {
      assertKnown('limitRate', limit, { requests: true, retryAfter: true });
      const { requests = 1, retryAfter = 1 } = limit;
      state.limited = { requests, retryAfter };
    },
    blockOrganization: () => {
      state.blocked = true;
    },
    unblockOrganization: () => {
      state.blocked = false;
    },
    acceptCredential: (credential, ...more: readonly unknown[]) => {
      assertAlone('acceptCredential', more);
      accept(credential);
    },
    revokeCredential: (token) => {
      credentials.delete(token);
    },
  } satisfies Omit<SimulatedMollie, keyof SimulatedWorld<MollieEventRecord>>);
}

function createState(options: SimulateMollieOptions): MollieState {
  const clock = options.clock ?? createVirtualClock();
  const emptyMode = (mode: MollieMode): ModeState => ({ mode, balances: [], payouts: [] });
  return {
    clock,
    queue: createEventQueue(clock),
    ids: seededIds(options.seed ?? 1, 21),
    variants: allDecided('simulateMollie', options.variants, variantsOf(options.variants)),
    holidays: new Set(options.holidays),
    modes: { test: emptyMode('test'), live: emptyMode('live') },
    events: createEventLog(),
    refusals: [],
    blocked: false,
    listLagMs: options.listLagMs ?? 0,
    limited: { requests: 0, retryAfter: null },
  };
}

function variantsOf(given: MollieVariants = {}): MollieState['variants'] {
  return {
    cache422: given.cache422 ?? true,
    cache429: given.cache429 ?? false,
    cache5xx: given.cache5xx ?? false,
    keyBeforeRateLimit: given.keyBeforeRateLimit ?? false,
    keyLeaseMs: given.keyLeaseMs ?? 3_600_000,
    apiKeyOnBalancesStatus: given.apiKeyOnBalancesStatus ?? 403,
    missingBalanceStatus: given.missingBalanceStatus ?? 404,
    refusalPausesSchedule: given.refusalPausesSchedule ?? false,
    fullBalanceAmount: given.fullBalanceAmount ?? 'null',
    nullAmount: given.nullAmount ?? 'full_balance',
    payoutFee: given.payoutFee ?? '0.00',
    negativeThreshold: given.negativeThreshold ?? '0.00',
    errorFields: given.errorFields ?? 'validation',
    errorLinks: given.errorLinks ?? true,
    payoutLinks: given.payoutLinks ?? 'all',
    nextLink: given.nextLink ?? 'absolute',
    rateLimitHeaders: given.rateLimitHeaders ?? true,
  };
}
