// https://docs.stripe.com/api/treasury/transactions/object (contract section 8)
import { seconds } from '../stripe/calendar.ts';
import type { BalanceImpact, TreasuryTransactionObject } from './objects.ts';
import type { FinancialAccountState, TreasuryState } from './state.ts';

const NOTHING: BalanceImpact = { cash: 0, inbound_pending: 0, outbound_pending: 0 };

/** A movement of money to write down. */
export interface Movement {
  /** Positive when money comes in, negative when it leaves. */
  readonly amount: number;
  readonly description: string;
  readonly flow: string | null;
  readonly flowType: TreasuryTransactionObject['flow_type'];
}

/** Holds money that is about to leave: out of the cash, into what is pending. */
export function hold(state: TreasuryState, account: FinancialAccountState, amount: number, flow: string, description: string): string {
  const impact = { ...NOTHING, cash: -amount, outbound_pending: amount };
  return write(state, account, { amount: -amount, description, flow, flowType: 'outbound_payment' }, 'open', impact);
}

/** Writes down money that has come in or gone out. */
export function post(state: TreasuryState, account: FinancialAccountState, movement: Movement): string {
  return write(state, account, movement, 'posted', { ...NOTHING, cash: movement.amount });
}

/** What was held has left. */
export function settle(state: TreasuryState, account: FinancialAccountState, id: string): void {
  finish(state, account, id, ({ amount }) => ({
    status: 'posted',
    balance_impact: { ...NOTHING, cash: amount },
    status_transitions: { posted_at: seconds(state.queue.now()), void_at: null },
  }));
}

/** What was held is cash again. */
export function release(state: TreasuryState, account: FinancialAccountState, id: string): void {
  finish(state, account, id, () => ({
    status: 'void',
    balance_impact: NOTHING,
    status_transitions: { posted_at: null, void_at: seconds(state.queue.now()) },
  }));
}

function write(
  state: TreasuryState,
  account: FinancialAccountState,
  { amount, description, flow, flowType }: Movement,
  status: 'open' | 'posted',
  impact: BalanceImpact,
): string {
  const now = seconds(state.queue.now());
  const transaction: TreasuryTransactionObject = {
    id: state.ids('trxn_'),
    object: 'treasury.transaction',
    amount,
    balance_impact: impact,
    created: now,
    currency: 'usd',
    description,
    financial_account: account.wire.id,
    flow,
    flow_type: flowType,
    livemode: state.livemode,
    status,
    status_transitions: { posted_at: status === 'posted' ? now : null, void_at: null },
  };
  account.transactions.push(transaction);
  shift(account, NOTHING, impact);
  return transaction.id;
}

type Ending = Pick<TreasuryTransactionObject, 'status' | 'balance_impact' | 'status_transitions'>;

function finish(
  state: TreasuryState,
  account: FinancialAccountState,
  id: string,
  ending: (transaction: TreasuryTransactionObject) => Ending,
): void {
  const index = account.transactions.findIndex((transaction) => transaction.id === id);
  const before = account.transactions[index];
  if (before?.status !== 'open') throw new Error(`${id} is not an open transaction at ${new Date(state.queue.now()).toISOString()}.`);
  const after = { ...before, ...ending(before) };
  account.transactions[index] = after;
  shift(account, before.balance_impact, after.balance_impact);
}

/** The balance moves by what the impact of one transaction changed. */
function shift(account: FinancialAccountState, before: BalanceImpact, after: BalanceImpact): void {
  const { balance } = account.wire;
  const moved = (name: keyof BalanceImpact): { readonly usd: number } => ({ usd: balance[name].usd - before[name] + after[name] });
  account.wire = {
    ...account.wire,
    balance: { cash: moved('cash'), inbound_pending: moved('inbound_pending'), outbound_pending: moved('outbound_pending') },
  };
}
