// States and transitions (contract section 4).
import { businessDayAfter, momentOf, timestamp } from './calendar.ts';
import { scriptedOutcomeIn, RETURN_BUSINESS_DAYS } from './scripted-outcomes.ts';
import { amountOf, controlled } from './money.ts';
import type { MolliePayoutObject } from './objects.ts';
import { record, type BalanceState, type ModeState, type MolliePayoutOrigin, type MollieState, type PayoutState } from './state.ts';

/** The simulator's timetable: hours of the payout day in Amsterdam. A returned payout comes back at the hour at which the bank takes them in. */
const INITIATED_HOUR = 7;
const AT_BANK_HOUR = 9;
const COMPLETED_HOUR = 17;

/** The code that goes with a status where nobody says another. Hyphens become underscores. */
function codeOf(status: string): string {
  return status.replaceAll('-', '_');
}

/** A payout to bring into being. */
export interface NewPayout {
  /** In hundredths; null for the full balance. */
  readonly gross: number | null;
  readonly description: string | null;
  readonly by: MolliePayoutOrigin;
  readonly createdMs: number;
}

/** Brings a payout into being: no money moves yet, and no event tells it. */
export function begin(
  state: MollieState,
  world: ModeState,
  balance: BalanceState,
  { gross, description, by, createdMs }: NewPayout,
): PayoutState {
  const payout: PayoutState = {
    by,
    createdMs,
    gross,
    day: businessDayAfter(createdMs, 1, state.holidays),
    reserved: false,
    scriptedOutcome: scriptedOutcomeIn(description),
    wire: {
      resource: 'payout',
      id: state.ids('payout_'),
      balanceId: balance.id,
      amount: gross === null ? null : shown(state, balance, gross),
      description,
      status: 'requested',
      statusReason: { code: 'requested', message: messageOf('requested') },
      createdAt: timestamp(createdMs),
      initiatedAt: null,
      completedAt: null,
      canceledAt: null,
      mode: world.mode,
    },
  };
  const later = world.payouts.findIndex((other) => other.createdMs > createdMs);
  world.payouts.splice(later < 0 ? world.payouts.length : later, 0, payout);
  schedule(state, balance, payout);
  return payout;
}

/** The payout as an answer shows it now. */
export function current(state: MollieState, world: ModeState, { wire, gross }: PayoutState): MolliePayoutObject {
  if (gross !== null || state.variants.fullBalanceAmount === 'null' || wire.status !== 'requested') return wire;
  const balance = world.balances.find(({ id }) => id === wire.balanceId);
  return balance === undefined ? wire : { ...wire, amount: shown(state, balance, spendable(balance)) };
}

/** What a payout of the full balance takes. */
export function spendable({ available, reserve }: BalanceState): number {
  return Math.max(0, available - reserve);
}

/** Answers exclude the fee. */
function shown(state: MollieState, { currency }: BalanceState, gross: number): MolliePayoutObject['amount'] {
  return amountOf(currency, Math.max(0, gross - controlled(state.variants.payoutFee)));
}

/** Puts the steps of a new payout on the world's queue. Each happens only if nothing else happened first. */
function schedule(state: MollieState, balance: BalanceState, payout: PayoutState): void {
  const step = (at: number, from: string, run: () => void): void => {
    state.queue.later(at, () => {
      if (payout.wire.status === from) run();
    });
  };
  const go = (status: string, code?: string) => (): void => {
    move(state, balance, payout, status, { code });
  };
  step(momentOf(payout.day, INITIATED_HOUR), 'requested', () => {
    execute(state, balance, payout);
  });
  step(momentOf(payout.day, AT_BANK_HOUR), 'initiated', go('processing-at-bank'));
  step(momentOf(payout.day, COMPLETED_HOUR), 'processing-at-bank', () => {
    const { scriptedOutcome } = payout;
    if (scriptedOutcome?.when === 'bank') return go('failed', scriptedOutcome.code)();
    go('completed')();
    if (scriptedOutcome?.when !== 'after_completion') return;
    const returned = businessDayAfter(state.queue.now(), RETURN_BUSINESS_DAYS, state.holidays);
    step(momentOf(returned, AT_BANK_HOUR), 'completed', go('failed', scriptedOutcome.code));
  });
}

/** The reservation of the funds, which can fail. */
function execute(state: MollieState, balance: BalanceState, payout: PayoutState): void {
  const gross = payout.gross ?? spendable(balance);
  const failure = reservationFailure(state, balance, payout, gross);
  if (failure !== null) {
    payout.wire = { ...payout.wire, initiatedAt: timestamp(state.queue.now()) };
    return move(state, balance, payout, 'failed', { code: failure });
  }
  move(state, balance, payout, 'initiated');
}

function reservationFailure(state: MollieState, balance: BalanceState, { scriptedOutcome }: PayoutState, gross: number): string | null {
  if (scriptedOutcome?.when === 'reservation') return scriptedOutcome.code;
  if (state.blocked) return 'payouts_blocked';
  return gross <= 0 || gross > balance.available ? 'insufficient_funds' : null;
}

/** Words for the reason of a status; null takes what the simulator says. */
export interface Reason {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

const EXECUTED: readonly string[] = ['initiated', 'processing-at-bank', 'completed'];
const ENDED: readonly string[] = ['failed', 'canceled'];

/** Sets a status, moves the money that goes with it, and tells the event. Any step is possible; legal ones are the caller's business. */
export function move(state: MollieState, balance: BalanceState, payout: PayoutState, status: string, reason: Reason = {}): void {
  const now = timestamp(state.queue.now());
  const code = reason.code ?? codeOf(status);
  if (EXECUTED.includes(status)) reserve(state, balance, payout);
  if (ENDED.includes(status)) release(balance, payout);
  const { initiatedAt, completedAt, canceledAt } = payout.wire;
  payout.wire = {
    ...payout.wire,
    status,
    statusReason: { code, message: reason.message ?? messageOf(code) },
    initiatedAt: EXECUTED.includes(status) ? (initiatedAt ?? now) : initiatedAt,
    completedAt: status === 'completed' ? now : completedAt,
    canceledAt: status === 'canceled' ? now : canceledAt,
  };
  record(state, payout);
}

function reserve(state: MollieState, balance: BalanceState, payout: PayoutState): void {
  if (payout.reserved) return;
  const gross = payout.gross ?? spendable(balance);
  balance.available -= gross;
  payout.gross = gross;
  payout.reserved = true;
  payout.wire = { ...payout.wire, amount: shown(state, balance, gross) };
}

/** The money comes back to the balance; the next payout takes it along. */
function release(balance: BalanceState, payout: PayoutState): void {
  if (!payout.reserved) return;
  balance.available += payout.gross ?? 0;
  payout.reserved = false;
}

/** Free text of the provider; ours says only what the code says. */
function messageOf(code: string): string {
  return `Simulated: ${code.replaceAll('_', ' ')}.`;
}

/** The day for which a payout created now is planned. */
export function payoutDay(state: MollieState): string {
  return businessDayAfter(state.queue.now(), 1, state.holidays);
}
