import { stateMachine } from '../state-machine.ts';
import { businessDaysLater, DAY_MS, midnight, seconds } from './calendar.ts';
import { failureMessageOf, type ScriptedOutcome } from './magic-accounts.ts';
import type { StripePayoutObject, StripePayoutStatus } from './objects.ts';
import { change, record } from './change-events.ts';
import type { AccountState, PayoutState, StripeState } from './state.ts';

/**
 * The simulator's timetable; Stripe documents none. Standard: `in_transit` at the first midnight UTC of a business day,
 * there two business days after the day of creation. Instant: on its way after a minute, there after thirty.
 */
const INSTANT_TRANSIT_MS = 60_000;
const INSTANT_ARRIVAL_MS = 30 * 60_000;
const BOUNCE_MS = 5 * DAY_MS;

/** When money sent now arrives: a day, at midnight UTC, as in Stripe's examples. */
function arrivalOf(now: number, method: StripePayoutObject['method']): number {
  return method === 'instant' ? midnight(now) : businessDaysLater(now, 2);
}

// https://docs.stripe.com/api/payouts/object#payout_object-status (contract section 5)
/** Whether Stripe knows this step. */
export const isLegal: (from: StripePayoutStatus, to: StripePayoutStatus) => boolean = stateMachine<StripePayoutStatus>({
  pending: ['in_transit', 'canceled', 'failed'],
  in_transit: ['paid', 'failed', 'canceled'],
  paid: ['failed'],
  failed: [],
  canceled: [],
});

/** Puts what will become of a new payout on the world's queue. Each step happens only if nothing else happened first. */
function schedule(state: StripeState, account: AccountState, payout: PayoutState): void {
  const { method } = payout.wire;
  const instant = method === 'instant';
  const transitAt = instant ? payout.createdMs + INSTANT_TRANSIT_MS : businessDaysLater(payout.createdMs, 1);
  const arrivesAt = instant ? payout.createdMs + INSTANT_ARRIVAL_MS : businessDaysLater(payout.createdMs, 2);
  const plan = (at: number, from: StripePayoutStatus, to: StripePayoutStatus, failureCode?: string): void => {
    state.queue.later(at, () => {
      if (payout.wire.status === from) move(state, account, payout, to, failureCode);
    });
  };
  const { scriptedOutcome } = payout;
  plan(transitAt, 'pending', 'in_transit');
  if (failsOnArrival(scriptedOutcome, instant)) {
    plan(arrivesAt, 'in_transit', 'failed', scriptedOutcome?.failureCode);
    return;
  }
  plan(arrivesAt, 'in_transit', 'paid');
  if (scriptedOutcome?.when === 'bounce') plan(arrivesAt + BOUNCE_MS, 'paid', 'failed', scriptedOutcome.failureCode);
}

function failsOnArrival(scriptedOutcome: ScriptedOutcome | null, instant: boolean): boolean {
  return scriptedOutcome?.when === 'arrival' || (scriptedOutcome?.when === 'instant' && instant);
}

/** Takes one legal step, with everything that Stripe does along with it. */
export function move(
  state: StripeState,
  account: AccountState,
  payout: PayoutState,
  to: StripePayoutStatus,
  failureCode = 'could_not_process',
): void {
  if (!isLegal(payout.wire.status, to)) throw new Error(`A payout that is ${payout.wire.status} cannot become ${to}.`);
  switch (to) {
    case 'in_transit':
      return change(state, account, payout, 'payout.updated', { status: to });
    case 'paid':
      return pay(state, account, payout);
    case 'canceled':
      return change(state, account, payout, 'payout.canceled', { status: to, ...giveBack(account, payout, 'payout_cancel') });
    case 'failed':
      return fail(state, account, payout, failureCode);
    case 'pending':
      return undefined;
  }
}

function pay(state: StripeState, account: AccountState, payout: PayoutState): void {
  const { automatic, balance_transaction } = payout.wire;
  change(state, account, payout, 'payout.paid', {
    status: 'paid',
    trace_id: traceWithPaid(state, payout),
    // A reversal brings money in, and only once it has arrived.
    ...(balance_transaction === null ? { balance_transaction: post(account, payout, 'payout', payout.ledgerAmount) } : {}),
  });
  if (automatic) change(state, account, payout, 'payout.reconciliation_completed', { reconciliation_status: 'completed' });
}

type Trace = StripePayoutObject['trace_id'];

/** A card has none. That of a bank account is mostly not known yet; it comes later, and nothing is told then. */
function traceWithPaid(state: StripeState, payout: PayoutState): Trace {
  const { id, type, arrival_date: arrival, trace_id: pending } = payout.wire;
  if (type !== 'bank_account') return { status: 'unsupported', value: null };
  const known: Trace = { status: 'supported', value: `TRACE${id.slice(-10)}` };
  const knownAt = arrival * 1000 + state.variants.traceLagMs;
  if (state.variants.traceLagMs === 0 || knownAt <= state.queue.now()) return known;
  state.queue.later(knownAt, () => {
    if (payout.wire.status === 'paid') payout.wire = { ...payout.wire, trace_id: known };
  });
  return pending;
}

function fail(state: StripeState, account: AccountState, payout: PayoutState, failureCode: string): void {
  change(state, account, payout, 'payout.failed', {
    status: 'failed',
    failure_code: failureCode,
    failure_message: failureMessageOf(failureCode),
    ...giveBack(account, payout, 'payout_failure'),
  });
  const external = account.externals.get(payout.wire.destination ?? '');
  if (external?.wire.object === 'bank_account') external.wire = { ...external.wire, status: 'errored' };
  const reversal = account.payouts.find(({ wire }) => wire.id === payout.wire.reversed_by);
  if (reversal?.wire.status === 'pending') move(state, account, reversal, 'canceled');
}

function giveBack(account: AccountState, payout: PayoutState, type: 'payout_cancel' | 'payout_failure'): Partial<StripePayoutObject> {
  if (payout.wire.balance_transaction === null) return {};
  return { failure_balance_transaction: post(account, payout, type, -payout.ledgerAmount) };
}

function post(account: AccountState, { wire }: PayoutState, type: 'payout' | 'payout_cancel' | 'payout_failure', amount: number): string {
  return account.ledger.post({
    type,
    amount,
    currency: wire.currency,
    sourceType: wire.source_type,
    source: wire.id,
    instant: wire.method === 'instant',
    description: wire.description ?? 'STRIPE PAYOUT',
    availableOn: type === 'payout' ? wire.arrival_date : undefined,
  }).id;
}

/** A payout to bring into being. */
export type NewPayout = Pick<
  StripePayoutObject,
  | 'amount'
  | 'currency'
  | 'description'
  | 'destination'
  | 'metadata'
  | 'method'
  | 'payout_method'
  | 'source_type'
  | 'statement_descriptor'
  | 'type'
  | 'automatic'
  | 'original_payout'
> & {
  readonly ledgerAmount: number;
  readonly scriptedOutcome: ScriptedOutcome | null;
};

/** Brings a payout into being: the money leaves the balance at once, except where it comes in. */
export function begin(state: StripeState, account: AccountState, { ledgerAmount, scriptedOutcome, ...given }: NewPayout): PayoutState {
  const now = state.queue.now();
  const payout: PayoutState = {
    createdMs: now,
    ledgerAmount,
    scriptedOutcome,
    wire: {
      id: state.ids('po_'),
      object: 'payout',
      application_fee: null,
      application_fee_amount: null,
      arrival_date: seconds(arrivalOf(now, given.method)),
      balance_transaction: null,
      created: seconds(now),
      failure_balance_transaction: null,
      failure_code: null,
      failure_message: null,
      livemode: state.livemode,
      reconciliation_status: given.automatic ? 'in_progress' : 'not_applicable',
      reversed_by: null,
      status: 'pending',
      trace_id: { status: 'pending', value: null },
      ...given,
    },
  };
  if (given.original_payout === null) payout.wire = { ...payout.wire, balance_transaction: post(account, payout, 'payout', ledgerAmount) };
  account.payouts.push(payout);
  schedule(state, account, payout);
  record(state, account, payout, 'payout.created', null);
  return payout;
}
