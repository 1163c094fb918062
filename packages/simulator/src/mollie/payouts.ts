// https://docs.mollie.com/reference/create-payout, /get-payout, /cancel-payout (contract sections 1, 2, 5 and 13.3)
import { Refusal } from './errors.ts';
import { begin, current, move, payoutDay, spendable } from './lifecycle.ts';
import { controlled } from './money.ts';
import type { MolliePayoutObject } from './objects.ts';
import type { Call, Operation } from './operation.ts';
import { readCreateBody, type CreateBody } from './parameters.ts';
import type { BalanceState, ModeState, MollieRefusalReason, MollieState, PayoutState } from './state.ts';

/** POST /v2/payouts */
export const createPayout: Operation = {
  scope: 'payouts.write',
  apiKeys: true,
  status: 201,
  testmode: 'body',
  query: [],
  body: ['balanceId', 'amount', 'description'],
  run: (call) => {
    const { state, world, body } = call;
    const given = readCreateBody(body, state.variants.nullAmount);
    const balance = balanceFor(call, given.balanceId);
    checkCurrency(given, balance);
    refuse(state, world, balance, given);
    const gross = given.amount === 'full' ? null : given.amount.gross;
    const payout = begin(state, world, balance, { gross, description: given.description, by: 'api', createdMs: state.queue.now() });
    // A documented side effect: the schedule of the balance ends, and only the dashboard restores it.
    balance.transferFrequency = 'never';
    return linked(call, payout);
  },
};

/** GET /v2/payouts/:payout */
export const getPayout: Operation = {
  scope: 'payouts.read',
  apiKeys: true,
  status: 200,
  testmode: 'query',
  query: [],
  body: [],
  run: (call) => linked(call, payoutFor(call)),
};

/** DELETE /v2/payouts/:payout. Only while it is requested; a second one is refused like any late one. */
export const cancelPayout: Operation = {
  scope: 'payouts.write',
  apiKeys: true,
  status: 200,
  testmode: 'query',
  query: [],
  body: [],
  run: (call) => {
    const { state, world } = call;
    const payout = payoutFor(call);
    const balance = world.balances.find(({ id }) => id === payout.wire.balanceId);
    if (payout.wire.status !== 'requested' || balance === undefined) throw new Refusal(409, 'This payout can no longer be canceled.');
    move(state, balance, payout, 'canceled');
    return linked(call, payout);
  },
};

function linked({ state, world, origin }: Call, payout: PayoutState): object {
  const wire = current(state, world, payout);
  return { ...wire, ...linksOf(state, origin, wire) };
}

/** The links of a payout that is sent alone, where this world sends any. */
export function linksOf({ variants }: MollieState, origin: string, wire: MolliePayoutObject): object {
  if (variants.payoutLinks === 'none') return {};
  const documentation = { href: 'https://docs.mollie.com/reference/get-payout', type: 'text/html' };
  return { _links: { self: selfOf(origin, wire), documentation } };
}

/** The link of a payout to itself. */
export function selfOf(origin: string, { id }: MolliePayoutObject): object {
  return { href: `${origin}/v2/payouts/${id}`, type: 'application/hal+json' };
}

/** 404, saying so where the thing exists in the other mode. */
export function missing({ state, world }: Call, id: string, kind: 'payouts' | 'balances', status = 404, field?: string): Refusal {
  const other = state.modes[world.mode === 'test' ? 'live' : 'test'];
  const elsewhere = kind === 'payouts' ? other.payouts.some(({ wire }) => wire.id === id) : other.balances.some((one) => one.id === id);
  const detail = elsewhere
    ? `${id} exists, but in the wrong mode: switch between live and test.`
    : `Nothing of this kind has the id ${id}.`;
  return new Refusal(status, detail, field === undefined ? {} : { field });
}

function payoutFor(call: Call): PayoutState {
  const id = call.values['payout'] ?? '';
  const payout = call.world.payouts.find(({ wire }) => wire.id === id);
  if (payout === undefined) throw missing(call, id, 'payouts');
  return payout;
}

function balanceFor(call: Call, id: string): BalanceState {
  const balance = call.world.balances.find((candidate) => candidate.id === id);
  if (balance === undefined) throw missing(call, id, 'balances', call.state.variants.missingBalanceStatus, 'balanceId');
  return balance;
}

/** No rule is documented for another currency than the balance's; the simulator refuses it. */
function checkCurrency({ amount }: CreateBody, { currency }: BalanceState): void {
  if (amount === 'full' || amount.currency === currency) return;
  throw new Refusal(422, `This balance holds ${currency}.`, { field: 'amount.currency' });
}

/** One of the seven immediate failures: the answer is the same for all of them, the world knows which one it was. */
function refuse(state: MollieState, world: ModeState, balance: BalanceState, given: CreateBody): void {
  const reason = REASONS.find(([, applies]) => applies({ state, world, balance, given }))?.[0];
  if (reason === undefined) return;
  if (state.variants.refusalPausesSchedule) balance.transferFrequency = 'never';
  state.refusals.push({ balanceId: balance.id, reason, at: state.queue.now() });
  throw new Refusal(422, 'This payout cannot be created.', {
    business: true,
    field: reason === 'insufficient_funds' ? 'amount' : 'balanceId',
  });
}

interface Situation {
  readonly state: MollieState;
  readonly world: ModeState;
  readonly balance: BalanceState;
  readonly given: CreateBody;
}

// In the order of the documentation. A balance has at most one planned payout per payout day, whoever made it.
const REASONS: readonly (readonly [MollieRefusalReason, (situation: Situation) => boolean])[] = [
  [
    'already_scheduled',
    ({ state, world, balance }) => {
      const day = payoutDay(state);
      return world.payouts.some(
        ({ wire, day: planned }) => wire.balanceId === balance.id && wire.status === 'requested' && planned === day,
      );
    },
  ],
  [
    'insufficient_funds',
    ({ balance, given: { amount } }) => (amount === 'full' ? spendable(balance) === 0 : amount.gross > balance.available),
  ],
  ['balance_inactive', ({ balance }) => balance.status !== 'active'],
  ['payouts_blocked', ({ state }) => state.blocked],
  ['queued_refunds', ({ balance }) => balance.queuedRefunds],
  [
    'negative_balance',
    ({ state, world }) => world.balances.some(({ available }) => available < controlled(state.variants.negativeThreshold)),
  ],
  ['no_destination', ({ balance }) => balance.destination === null],
];
