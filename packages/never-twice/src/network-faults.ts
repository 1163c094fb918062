import type { Fault } from '@disburse/simulator';
import type { Dice } from './dice.ts';
import { SWITCHES } from './switches.ts';
import { MINUTE_MS, SECOND_MS } from './time.ts';

/** What happens to one request on its way. */
export interface NetworkFault {
  readonly says: string;
  /** It arrives so much later, and the sender sees this at once. */
  readonly late?: { readonly ms: number; readonly client: 'reset' | 'hang' };
  /** What the provider, or the line to it, does. */
  readonly world?: readonly [Fault, ...Fault[]];
}

type Kind = 'loses' | 'refuses' | 'garbles';
/** The body of an error in the form of one provider's own. */
export type ErrorForm = (status: number) => object;
type Row = readonly [weight: number, make: (dice: Dice, errorOf: ErrorForm) => NetworkFault, kind: Kind];

/** What prevails: troubles come in spells, and the worst is one spell after another. */
export type Weather = Kind | 'mixed';
export const WEATHERS: readonly Weather[] = ['mixed', 'loses', 'refuses'];

/** How late a request may still arrive (core's `LATE_ARRIVAL_MS`, declared in docs): the simulation uses all of it. */
const LATEST_ARRIVAL_MS = 5 * MINUTE_MS;

const HTML = '<html><body>Bad gateway</body></html>';
const side = (dice: Dice): 'before' | 'after' => dice.pick(['before', 'after'] as const);
const fault = (says: string, ...world: [Fault, ...Fault[]]): NetworkFault => ({ says, world });

const LATE: Row = [
  3,
  (dice) => {
    const ms = dice.weighted([
      [3, dice.between(1, 90) * SECOND_MS],
      [1, dice.between(90, 300) * SECOND_MS],
      [1, LATEST_ARRIVAL_MS],
    ]);
    const client = dice.pick(['reset', 'hang'] as const);
    return { says: `${client}; arrives ${ms / 1000} s later`, late: { ms, client } };
  },
  'loses',
];

/** What a create can meet, on both sides of the commit. */
const OF_CREATE: readonly Row[] = [
  LATE,
  [3, () => fault('reset before', { reset: 'before' }), 'loses'],
  [4, () => fault('reset after', { reset: 'after' }), 'loses'],
  [1, () => fault('hangs before', { hang: 'before' }), 'loses'],
  [2, () => fault('hangs after', { hang: 'after' }), 'loses'],
  [
    4,
    (dice) => {
      const at = side(dice);
      const stored = dice.pick([undefined, undefined, true, false]);
      return fault(`500 ${at}${stored === true ? ', stored' : ''}`, {
        answer: { status: 500, body: { error: { type: 'api_error', message: 'oops' } } },
        at,
        ...(at === 'before' && stored !== true ? {} : { stored }),
      });
    },
    'garbles',
  ],
  [2, (dice) => fault('HTML 502', { answer: { status: 502, body: HTML }, at: side(dice), stored: false }), 'garbles'],
  [
    1,
    (dice) =>
      fault('503', {
        answer: { status: 503, headers: { 'retry-after': dice.pick(['2', '45']) }, body: '' },
        at: side(dice),
        stored: false,
      }),
    'garbles',
  ],
  [1, (dice) => fault('408', { answer: { status: 408, body: '' }, at: side(dice), stored: false }), 'garbles'],
  [2, (dice) => fault('cut off', { truncate: dice.between(0, 200) }), 'garbles'],
  [
    3,
    (dice, errorOf) =>
      fault('429 before', {
        answer: {
          status: 429,
          headers: dice.pick([{}, { 'retry-after': '1' }, { 'retry-after': '90' }]),
          body: errorOf(429),
        },
        at: 'before',
      }),
    'refuses',
  ],
  [1, (_, errorOf) => fault('401 before', { answer: { status: 401, body: errorOf(401) }, at: 'before' }), 'refuses'],
  [1, (_, errorOf) => fault('403 before', { answer: { status: 403, body: errorOf(403) }, at: 'before' }), 'refuses'],
  [2, (dice) => fault('slow to execute', { delayMs: dice.pick([5, 40, 100, 200]) * SECOND_MS, at: 'before' }), 'loses'],
  [1, (dice) => fault('slow to answer', { delayMs: dice.pick([5, 40, 100]) * SECOND_MS, at: 'after' }), 'loses'],
  [1, () => fault('unreadable success', { change: () => ({ id: 'nothing', object: 'unheard_of' }) }), 'garbles'],
  [1, () => fault('success in another currency', { change: (answer) => anotherCurrency(answer) }), 'garbles'],
  [1, () => fault('success that is a list', { change: () => [] }), 'garbles'],
];

/** What answers instead of the provider, in no form of its own: mostly after the commit, as a mesh does that sends a request twice. */
const OF_GATEWAYS: Row = [
  4,
  (dice) => {
    const gateway = dice.pick([401, 403, 429, 404, 422]);
    const at = dice.pick(['before', 'after', 'after'] as const);
    const form = dice.pick(['text', 'html', 'problem'] as const);
    return fault(`a gateway answers ${gateway} ${at}, ${form}`, { gateway, at, form });
  },
  'refuses',
];
const ROWS: readonly Row[] = SWITCHES.gateways ? [...OF_CREATE, OF_GATEWAYS] : OF_CREATE;

/** What a read, a cancel or a reversal can meet. */
const OF_REST: readonly (readonly [weight: number, make: (dice: Dice) => NetworkFault])[] = [
  [3, () => fault('reset before', { reset: 'before' })],
  [3, () => fault('reset after', { reset: 'after' })],
  [1, () => fault('hangs', { hang: 'after' })],
  [2, (dice) => fault('500', { answer: { status: 500, body: { error: { type: 'api_error' } } }, at: side(dice), stored: false })],
  [1, (dice) => fault('HTML 502', { answer: { status: 502, body: HTML }, at: side(dice), stored: false })],
  [1, () => fault('429', { answer: { status: 429, body: { error: { type: 'rate_limit_error' } } }, at: 'before' })],
  [1, (dice) => fault('cut off', { truncate: dice.between(0, 100) })],
];

/** Never the amount with it: a provider that answers about another payout in every respect cannot be caught by anybody. */
function anotherCurrency(answer: Readonly<Record<string, unknown>>): unknown {
  const { amount } = answer;
  if (typeof amount === 'object' && amount !== null) return { ...answer, amount: { ...amount, currency: 'GBP' } };
  return 'currency' in answer ? { ...answer, currency: 'gbp' } : answer;
}

const TABLES: Readonly<Record<Weather, readonly (readonly [weight: number, make: Row[1]])[]>> = {
  mixed: ROWS.map(([weight, make]) => [weight, make]),
  loses: ROWS.filter(([, , kind]) => kind === 'loses').map(([weight, make]) => [weight, make]),
  refuses: ROWS.filter(([, , kind]) => kind === 'refuses').map(([weight, make]) => [weight, make]),
  garbles: ROWS.filter(([, , kind]) => kind === 'garbles').map(([weight, make]) => [weight, make]),
};

export const createFault = (dice: Dice, weather: Weather, errorOf: ErrorForm): NetworkFault =>
  dice.weighted(TABLES[weather])(dice, errorOf);
export const otherFault = (dice: Dice): NetworkFault => dice.weighted(OF_REST)(dice);
