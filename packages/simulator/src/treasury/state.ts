import type { VirtualClock } from '../clock.ts';
import type { EventLog } from '../events.ts';
import { seconds } from '../stripe/calendar.ts';
import type { Call, Operation } from '../stripe/operation.ts';
import type { Decided, ProtocolState, ProtocolVariants } from '../stripe/protocol.ts';
import type { Fate } from './fates.ts';
import type {
  BillingDetails,
  FinancialAccountObject,
  OutboundPaymentObject,
  TreasuryNetwork,
  TreasuryTransactionObject,
  UsBankAccountDetails,
} from './objects.ts';

/** One change of one OutboundPayment; webhooks are made from these. */
export interface TreasuryEventRecord {
  readonly id: string;
  readonly type:
    | 'treasury.outbound_payment.created'
    | 'treasury.outbound_payment.posted'
    | 'treasury.outbound_payment.failed'
    | 'treasury.outbound_payment.canceled'
    | 'treasury.outbound_payment.returned'
    | 'treasury.outbound_payment.expected_arrival_date_updated'
    | 'treasury.outbound_payment.tracking_details_updated';
  /** The connected account, or null for the platform's own. */
  readonly account: string | null;
  /** Unix seconds. */
  readonly created: number;
  readonly livemode: boolean;
  /** The payment as it was right after the change. */
  readonly payout: OutboundPaymentObject;
  /** What the changed fields were before; null for `created`. */
  readonly previous: Partial<OutboundPaymentObject> | null;
  /** The API request that caused the change, where one did. */
  readonly request: ProtocolState<TreasuryAccountState>['request'];
}

/** Behaviour that Stripe does not document (contract section 15): how this world decides it. */
export interface TreasuryVariants extends ProtocolVariants {
  /** `code` of a create that the cash does not cover. Default `balance_insufficient`. */
  readonly insufficientCashCode?: string | undefined;
  /** HTTP status of that. Default 400. */
  readonly insufficientCashStatus?: 400 | 402 | undefined;
  /** `code` of a cancel or test helper that comes too late; `none` sends no code, the default. */
  readonly wrongStateCode?: 'none' | 'status_transition_invalid' | undefined;
  /** HTTP status of a create whose financial account, customer or destination is unknown. Default 400. */
  readonly missingReferenceStatus?: 400 | 404 | undefined;
  /** Whether a statement descriptor may contain `_`. Default true. */
  readonly underscoreInDescriptor?: boolean | undefined;
  /** Whether the address for a wire must name its country. Default true. */
  readonly wireNeedsCountry?: boolean | undefined;
}

/** A payment with what Stripe does not show. */
export interface OutboundPaymentState {
  wire: OutboundPaymentObject;
  readonly createdMs: number;
  readonly network: TreasuryNetwork;
  readonly fate: Fate;
  readonly source: FinancialAccountState;
  /** Where the money arrives on the stripe network. */
  readonly target: FinancialAccountState | null;
}

/** A FinancialAccount with what happened in it. */
export interface FinancialAccountState {
  wire: FinancialAccountObject;
  /** The account that it belongs to. */
  readonly owner: string;
  /** Oldest first. Their impacts add up to the balance. */
  readonly transactions: TreasuryTransactionObject[];
}

/** A saved destination. */
export interface PaymentMethodState {
  readonly id: string;
  readonly customer: string;
  readonly accountNumber: string;
  readonly billing: BillingDetails;
  /** `network` is the preferred one. */
  readonly bank: UsBankAccountDetails;
  /** Whether a SetupIntent made it usable for outbound flows. */
  readonly setUp: boolean;
}

/** One account: the platform or a connected one. */
export interface TreasuryAccountState {
  readonly id: string;
  readonly connected: boolean;
  /** Oldest first. */
  readonly payments: OutboundPaymentState[];
  readonly financialAccounts: Map<string, FinancialAccountState>;
  readonly customers: Set<string>;
  readonly paymentMethods: Map<string, PaymentMethodState>;
}

/** Everything the operations of one simulated Stripe Treasury share. */
export interface TreasuryState extends ProtocolState<TreasuryAccountState> {
  readonly clock: VirtualClock;
  readonly livemode: boolean;
  readonly variants: Decided<TreasuryVariants>;
  readonly accounts: Map<string, TreasuryAccountState>;
  readonly events: EventLog<TreasuryEventRecord>;
  listLagMs: number;
}

/** A request that has been let in. */
export type TreasuryCall = Call<TreasuryState, TreasuryAccountState>;
/** One operation of this API. */
export type TreasuryOperation = Operation<TreasuryState, TreasuryAccountState>;

/** Changes a payment and tells the event. */
export function change(
  state: TreasuryState,
  account: TreasuryAccountState,
  payment: OutboundPaymentState,
  type: TreasuryEventRecord['type'],
  fields: Partial<OutboundPaymentObject>,
): void {
  const before = payment.wire;
  payment.wire = { ...before, ...fields };
  const previous = Object.fromEntries(Object.entries(before).filter(([name]) => Object.hasOwn(fields, name)));
  record(state, account, payment, type, previous);
}

/** Tells an event of a payment. */
export function record(
  state: TreasuryState,
  account: TreasuryAccountState,
  payment: OutboundPaymentState,
  type: TreasuryEventRecord['type'],
  previous: Partial<OutboundPaymentObject> | null,
): void {
  state.events.tell({
    id: state.ids('evt_'),
    type,
    account: account.connected ? account.id : null,
    created: seconds(state.agenda.now()),
    livemode: state.livemode,
    payout: payment.wire,
    previous,
    request: state.request,
  });
}
