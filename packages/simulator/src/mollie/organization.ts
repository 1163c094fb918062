import { parseTime } from '../clock.ts';
import { timestamp } from './calendar.ts';
import { begin, current, move } from './lifecycle.ts';
import { controlled } from './money.ts';
import type {
  MollieBalanceObject,
  MollieMode,
  MolliePayoutObject,
  MolliePayoutStatus,
  MollieTransferDestination,
  MollieTransferFrequency,
} from './objects.ts';
import { balanceObject, type BalanceState, type ModeState, type MolliePayoutOrigin, type MollieState } from './state.ts';

/** A balance to open; everything is optional. */
export interface MollieBalanceOptions {
  /** Default `EUR`. */
  readonly currency?: string | undefined;
  readonly description?: string | undefined;
  /** What is available, such as `1000.00`. Default nothing. */
  readonly available?: string | undefined;
  /** Default `daily`. */
  readonly transferFrequency?: MollieTransferFrequency | undefined;
  /** Default a masked account; null for none. */
  readonly destination?: Omit<MollieTransferDestination, 'type'> | null | undefined;
}

/** A payout, with what the provider's answers do not tell. */
export interface SimulatedMolliePayout extends MolliePayoutObject {
  readonly by: MolliePayoutOrigin;
}

/** A payout that was not made through the API, and is listed all the same. */
export interface MolliePayoutOptions {
  /** `schedule`, the default, or `dashboard`. */
  readonly by?: 'schedule' | 'dashboard' | undefined;
  /** Such as `12.50`; default the full balance. */
  readonly amount?: string | undefined;
  readonly description?: string | null | undefined;
  /** ISO 8601, default now. What would have happened to it since then happens at once. */
  readonly createdAt?: string | undefined;
}

/** The controls of one balance: what its owner does in the dashboard, what customers pay, what the provider's staff does. */
export interface SimulatedMollieBalance {
  readonly id: string;
  /** As sent now, without links. */
  readonly balance: MollieBalanceObject;
  /** Money comes in; a negative value takes it away, below zero if need be. */
  fund(value: string): void;
  /** Money that is not available yet. */
  fundPending(value: string): void;
  /** What payouts of the full balance leave behind. It cannot be read through the API. */
  setReserve(value: string): void;
  setTransferFrequency(frequency: MollieTransferFrequency): void;
  setDestination(destination: Omit<MollieTransferDestination, 'type'> | null): void;
  setStatus(status: 'active' | 'inactive'): void;
  queueRefunds(): void;
  clearRefunds(): void;
  /** Plans a payout that the API did not make. Nothing refuses it. */
  addPayout(options?: MolliePayoutOptions): MolliePayoutObject;
}

/** The test world or the live world of the organization. */
export interface SimulatedMollieMode {
  readonly mode: MollieMode;
  /** As sent now, oldest first; the first is the primary one. */
  readonly balances: readonly MollieBalanceObject[];
  /** As sent now, oldest first. */
  readonly payouts: readonly SimulatedMolliePayout[];
  addBalance(options?: MollieBalanceOptions): SimulatedMollieBalance;
  /** The primary balance, or the one with this id. @throws {Error} when there is none. */
  balance(id?: string): SimulatedMollieBalance;
  /**
   * Sets a payout's status at once, as the provider's test tools do for payments: any status and code, also one that nobody knows
   * yet and a step that should not happen. Money follows the known ones, and the event is told.
   *
   * @param reason Default the code and the words of the status.
   */
  move(
    payoutId: string,
    status: MolliePayoutStatus | (string & {}),
    reason?: { readonly code?: string | undefined; readonly message?: string | undefined },
  ): MolliePayoutObject;
}

const MASKED: Omit<MollieTransferDestination, 'type'> = { bankAccount: '***', beneficiaryName: 'Simulated B.V.' };

/** The controls over one mode's state. */
export function modeControls(state: MollieState, world: ModeState): SimulatedMollieMode {
  const balanceOf = (id: string | undefined): BalanceState => {
    const balance = id === undefined ? world.balances[0] : world.balances.find((candidate) => candidate.id === id);
    if (balance === undefined) throw new Error(`The ${world.mode} world has no balance ${id ?? 'yet'}.`);
    return balance;
  };
  return {
    mode: world.mode,
    get balances() {
      state.queue.settle();
      return world.balances.map((balance) => balanceObject(balance, world.mode, timestamp(balance.createdMs)));
    },
    get payouts() {
      state.queue.settle();
      return world.payouts.map((payout) => ({ ...current(state, world, payout), by: payout.by }));
    },
    addBalance: (options = {}) => {
      const balance = newBalance(state, options);
      world.balances.push(balance);
      return balanceControls(state, world, balance);
    },
    balance: (id) => balanceControls(state, world, balanceOf(id)),
    move: (payoutId, status, reason) => {
      state.queue.settle();
      const payout = world.payouts.find(({ wire }) => wire.id === payoutId);
      if (payout === undefined) throw new Error(`The ${world.mode} world has no payout ${payoutId}.`);
      move(state, balanceOf(payout.wire.balanceId), payout, status, reason);
      return current(state, world, payout);
    },
  };
}

function newBalance(state: MollieState, options: MollieBalanceOptions): BalanceState {
  const { currency = 'EUR', description = 'Simulated balance', available = '0.00', transferFrequency = 'daily', destination } = options;
  return {
    id: state.ids('bal_'),
    currency,
    createdMs: state.queue.now(),
    description,
    status: 'active',
    available: controlled(available),
    pending: 0,
    reserve: 0,
    queuedRefunds: false,
    transferFrequency,
    threshold: 500,
    transferReference: null,
    destination: bankAccount(destination === undefined ? MASKED : destination),
  };
}

function bankAccount(destination: Omit<MollieTransferDestination, 'type'> | null): MollieTransferDestination | null {
  return destination === null ? null : { type: 'bank-account', ...destination };
}

function balanceControls(state: MollieState, world: ModeState, balance: BalanceState): SimulatedMollieBalance {
  return {
    id: balance.id,
    get balance() {
      state.queue.settle();
      return balanceObject(balance, world.mode, timestamp(balance.createdMs));
    },
    fund: (value) => {
      balance.available += controlled(value);
    },
    fundPending: (value) => {
      balance.pending += controlled(value);
    },
    setReserve: (value) => {
      balance.reserve = controlled(value);
    },
    setTransferFrequency: (frequency) => {
      balance.transferFrequency = frequency;
    },
    setDestination: (destination) => {
      balance.destination = bankAccount(destination);
    },
    setStatus: (status) => {
      balance.status = status;
    },
    queueRefunds: () => {
      balance.queuedRefunds = true;
    },
    clearRefunds: () => {
      balance.queuedRefunds = false;
    },
    addPayout: ({ by = 'schedule', amount, description = null, createdAt } = {}) => {
      const createdMs = createdAt === undefined ? state.queue.now() : parseTime(createdAt);
      if (!(createdMs <= state.queue.now())) throw new RangeError(`"${createdAt ?? ''}" is no time in the past.`);
      const payout = begin(state, world, balance, { gross: amount === undefined ? null : controlled(amount), description, by, createdMs });
      state.queue.settle();
      return current(state, world, payout);
    },
  };
}
