import type { VirtualClock } from '../clock.ts';
import type { EventLog } from '../events.ts';
import type { ChangeEvent } from '../stripe/change-events.ts';
import type { Call, Operation } from '../stripe/operation.ts';
import type { Decided, ProtocolState, ProtocolVariants } from '../stripe/protocol.ts';
import type { ScriptedOutcome } from './scripted-outcomes.ts';
import type {
  BillingDetails,
  FinancialAccountObject,
  OutboundPaymentObject,
  TreasuryNetwork,
  TreasuryTransactionObject,
  UsBankAccountDetails,
} from './objects.ts';

/** One change of one OutboundPayment; webhooks are made from these. */
export interface TreasuryEventRecord extends ChangeEvent<
  | 'treasury.outbound_payment.created'
  | 'treasury.outbound_payment.posted'
  | 'treasury.outbound_payment.failed'
  | 'treasury.outbound_payment.canceled'
  | 'treasury.outbound_payment.returned'
  | 'treasury.outbound_payment.expected_arrival_date_updated'
  | 'treasury.outbound_payment.tracking_details_updated',
  OutboundPaymentObject
> {}

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
  readonly scriptedOutcome: ScriptedOutcome;
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
