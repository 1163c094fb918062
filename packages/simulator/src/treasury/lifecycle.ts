import { stateMachine } from '../state-machine.ts';
import { businessDaysLater, DAY_MS, seconds } from '../stripe/calendar.ts';
import type { ScriptedOutcome } from './scripted-outcomes.ts';
import { hold, post, release, settle } from './ledger.ts';
import type { OutboundPaymentObject, OutboundPaymentStatus, ReturnCode, TrackingDetails, TreasuryNetwork } from './objects.ts';
import { change, record } from '../stripe/change-events.ts';
import type { FinancialAccountState, OutboundPaymentState, TreasuryAccountState, TreasuryState } from './state.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** When what happens to a payment. Virtual milliseconds since 1970. */
interface Timetable {
  /** It goes to the network, and cannot be canceled any more. */
  readonly submittedAt: number;
  /** The network tells what it calls it; null where it never does. */
  readonly trackedAt: number | null;
  readonly postedAt: number;
  /** As promised at creation. */
  readonly expectedAt: number;
  readonly returnedAt: number;
}

/**
 * The simulator's own timetable; Stripe documents minutes (stripe network), the same day (wires), one to two business
 * days (ach). Banks work on business days only: what is made on a weekend waits for Monday, 00:00 UTC.
 */
const TIMETABLES: Readonly<Record<TreasuryNetwork, (created: number) => Timetable>> = {
  ach: (created) => {
    const submittedAt = opening(created) + HOUR_MS;
    const postedAt = businessDaysLater(submittedAt, 1);
    return {
      submittedAt,
      trackedAt: submittedAt + HOUR_MS,
      postedAt,
      expectedAt: businessDaysLater(postedAt, 1),
      returnedAt: businessDaysLater(postedAt, 2),
    };
  },
  us_domestic_wire: (created) => {
    const submittedAt = opening(created) + 15 * MINUTE_MS;
    const postedAt = submittedAt + 4 * HOUR_MS;
    return {
      submittedAt,
      trackedAt: submittedAt + HOUR_MS,
      postedAt,
      expectedAt: postedAt,
      returnedAt: businessDaysLater(postedAt, 2),
    };
  },
  stripe: (created) => {
    const postedAt = created + MINUTE_MS;
    return {
      submittedAt: created + MINUTE_MS / 2,
      trackedAt: null,
      postedAt,
      expectedAt: postedAt,
      returnedAt: businessDaysLater(postedAt, 2),
    };
  },
};

/** This time, or the next midnight at which banks work again. */
function opening(ms: number): number {
  return Math.max(ms, businessDaysLater(ms - DAY_MS, 1));
}

// https://docs.stripe.com/api/treasury/outbound_payments/object#outbound_payment_object-status (contract section 5)
/** Whether Stripe knows this step. */
export const isLegal: (from: OutboundPaymentStatus, to: OutboundPaymentStatus) => boolean = stateMachine<OutboundPaymentStatus>({
  processing: ['posted', 'failed', 'canceled', 'returned'], // The last one only by the test helper.
  posted: ['returned'],
  failed: [],
  canceled: [],
  returned: [],
});

/** The network has it: it cannot be canceled any more. Stripe sends no event for this. */
export function submit(payment: OutboundPaymentState): void {
  payment.wire = { ...payment.wire, cancelable: false };
}

/** Whether the network can have a name for it: it has left, or is about to (contract section 9). */
export function isTrackable({ wire }: OutboundPaymentState): boolean {
  return !wire.cancelable && wire.status !== 'canceled' && wire.status !== 'failed';
}

/** Tells what the network calls the payment. */
export function track(state: TreasuryState, account: TreasuryAccountState, payment: OutboundPaymentState, tracking: TrackingDetails): void {
  change(state, account, payment, 'treasury.outbound_payment.tracking_details_updated', { tracking_details: tracking });
}

/** Takes one legal step, with everything that Stripe does along with it. */
export function move(
  state: TreasuryState,
  account: TreasuryAccountState,
  payment: OutboundPaymentState,
  to: OutboundPaymentStatus,
  returnCode: ReturnCode = 'declined',
): void {
  const { status } = payment.wire;
  if (!isLegal(status, to)) throw new Error(`An OutboundPayment that is ${status} cannot become ${to}.`);
  switch (to) {
    case 'posted':
      leave(state, payment);
      return change(state, account, payment, 'treasury.outbound_payment.posted', reached(state, payment, to));
    case 'failed':
      release(state, payment.source, payment.wire.transaction);
      return change(state, account, payment, 'treasury.outbound_payment.failed', reached(state, payment, to));
    case 'canceled':
      release(state, payment.source, payment.wire.transaction);
      return change(state, account, payment, 'treasury.outbound_payment.canceled', reached(state, payment, to));
    case 'returned':
      // From processing it jumps: the money leaves and comes back in one step.
      if (status === 'processing') settle(state, payment.source, payment.wire.transaction);
      return change(state, account, payment, 'treasury.outbound_payment.returned', {
        ...reached(state, payment, to),
        returned_details: { code: returnCode, transaction: comeBack(state, payment, status === 'posted') },
      });
    case 'processing':
      return undefined;
  }
}

function reached(state: TreasuryState, { wire }: OutboundPaymentState, status: OutboundPaymentStatus): Partial<OutboundPaymentObject> {
  const transitions = { ...wire.status_transitions, [`${status}_at`]: seconds(state.queue.now()) };
  return { status, cancelable: false, status_transitions: transitions };
}

/** The money leaves; on the stripe network it arrives in the same moment. */
function leave(state: TreasuryState, { wire, source, target }: OutboundPaymentState): void {
  settle(state, source, wire.transaction);
  if (target === null) return;
  const description = wire.statement_descriptor;
  post(state, target, { amount: wire.amount, description, flow: null, flowType: 'received_credit' });
}

function comeBack(state: TreasuryState, { wire, source, target }: OutboundPaymentState, arrived: boolean): string {
  const description = `Return of ${wire.id}`;
  // Whether this network has returns is not documented. If it has, no money may appear out of nowhere.
  if (arrived && target !== null) post(state, target, { amount: -wire.amount, description, flow: null, flowType: 'received_debit' });
  return post(state, source, { amount: wire.amount, description, flow: wire.id, flowType: 'outbound_payment' });
}

/** A payment to bring into being. */
export type NewPayment = Pick<
  OutboundPaymentObject,
  | 'amount'
  | 'customer'
  | 'description'
  | 'destination_payment_method'
  | 'destination_payment_method_details'
  | 'end_user_details'
  | 'metadata'
  | 'statement_descriptor'
> & {
  readonly network: TreasuryNetwork;
  readonly scriptedOutcome: ScriptedOutcome;
  readonly source: FinancialAccountState;
  readonly target: FinancialAccountState | null;
};

/** Brings a payment into being: always `processing`, its money held. */
export function begin(
  state: TreasuryState,
  account: TreasuryAccountState,
  { network, scriptedOutcome, source, target, ...given }: NewPayment,
): OutboundPaymentState {
  const now = state.queue.now();
  const timetable = TIMETABLES[network](now);
  const id = state.ids('obp_');
  const payment: OutboundPaymentState = {
    createdMs: now,
    network,
    scriptedOutcome,
    source,
    target,
    wire: {
      id,
      object: 'treasury.outbound_payment',
      cancelable: true,
      created: seconds(now),
      currency: 'usd',
      expected_arrival_date: seconds(timetable.expectedAt),
      financial_account: source.wire.id,
      hosted_regulatory_receipt_url: network === 'stripe' ? null : `https://payments.stripe.com/regulatory-receipt/${id}`,
      livemode: state.livemode,
      returned_details: null,
      status: 'processing',
      status_transitions: { canceled_at: null, failed_at: null, posted_at: null, returned_at: null },
      tracking_details: null,
      transaction: hold(state, source, given.amount, id, given.description ?? given.statement_descriptor),
      ...given,
    },
  };
  account.payments.push(payment);
  record(state, account, payment, 'treasury.outbound_payment.created', null);
  schedule(state, account, payment, timetable);
  return payment;
}

/** Puts what will become of a new payment on the world's queue. Each step happens only if nothing else happened first. */
function schedule(state: TreasuryState, account: TreasuryAccountState, payment: OutboundPaymentState, timetable: Timetable): void {
  const { scriptedOutcome } = payment;
  const { submittedAt, trackedAt, postedAt, returnedAt } = timetable;
  const step = (at: number, from: OutboundPaymentStatus, to: OutboundPaymentStatus, code?: ReturnCode): void => {
    state.queue.later(at, () => {
      if (payment.wire.status === from) move(state, account, payment, to, code);
    });
  };
  // The user's own cancel comes while it still can: half way to the network.
  if (scriptedOutcome.ends === 'canceled')
    step(payment.createdMs + Math.floor((submittedAt - payment.createdMs) / 2), 'processing', 'canceled');
  state.queue.later(submittedAt, () => {
    submit(payment); // Whatever is not processing is not cancelable either.
  });
  if (trackedAt !== null) {
    state.queue.later(trackedAt, () => {
      if (payment.wire.tracking_details === null && isTrackable(payment)) track(state, account, payment, trackingOf(payment));
      if (payment.wire.status === 'processing' && scriptedOutcome.ends === 'posted' && scriptedOutcome.arrivesLater === true)
        postpone(state, account, payment);
    });
  }
  if (scriptedOutcome.ends === 'failed') step(postedAt, 'processing', 'failed');
  if (scriptedOutcome.ends === 'posted' || scriptedOutcome.ends === 'returned') step(postedAt, 'processing', 'posted');
  if (scriptedOutcome.ends === 'returned') step(returnedAt, 'posted', 'returned', scriptedOutcome.code);
}

/** Numbers in the form of the network's, made from the payment's id. */
function trackingOf({ wire, network }: OutboundPaymentState): TrackingDetails {
  const tail = wire.id.slice(-8);
  if (network === 'us_domestic_wire') {
    return { type: 'us_domestic_wire', us_domestic_wire: { chips: null, imad: `IMAD${tail}`, omad: `OMAD${tail}` } };
  }
  return { type: 'ach', ach: { trace_id: `TRACE${tail}` } };
}

function postpone(state: TreasuryState, account: TreasuryAccountState, payment: OutboundPaymentState): void {
  change(state, account, payment, 'treasury.outbound_payment.expected_arrival_date_updated', {
    expected_arrival_date: payment.wire.expected_arrival_date + DAY_MS / 1000,
  });
}
