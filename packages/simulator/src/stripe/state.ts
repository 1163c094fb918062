import type { VirtualClock } from '../clock.ts';
import type { EventLog } from '../events.ts';
import type { ChangeEvent } from './change-events.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { StripeExternalAccount, StripePayoutObject } from './objects.ts';
import type { ScriptedOutcome } from './magic-accounts.ts';
import type { Call, Operation } from './operation.ts';
import type { Decided, ProtocolState, ProtocolVariants } from './protocol.ts';

/** One change of one payout; webhooks are made from these. */
export interface StripeEventRecord extends ChangeEvent<
  'payout.created' | 'payout.updated' | 'payout.paid' | 'payout.failed' | 'payout.canceled' | 'payout.reconciliation_completed',
  StripePayoutObject
> {}

/** Behaviour that Stripe does not document (contract section 15): how this world decides it. */
export interface StripeVariants extends ProtocolVariants {
  /** HTTP status of a create to an unknown destination. Default 400. */
  readonly missingDestinationStatus?: 400 | 404 | undefined;
  /** Sign of `amount` on the payout that reverses another. Default `negative`. */
  readonly reversalAmount?: 'negative' | 'positive' | undefined;
  /**
   * How long after its arrival date a paid payout still says `trace_id: { status: 'pending', value: null }`, in milliseconds.
   * Then the value is there, and no event tells it. 0: it comes with `payout.paid`. Default ten days, the most that Stripe documents.
   */
  readonly traceLagMs?: number | undefined;
}

/** A payout with what Stripe does not show. */
export interface PayoutState {
  wire: StripePayoutObject;
  readonly createdMs: number;
  /** What the ledger row moves: negative when the money leaves. */
  readonly ledgerAmount: number;
  readonly scriptedOutcome: ScriptedOutcome | null;
}

/** An external account with what Stripe does not show. */
export interface ExternalAccountState {
  wire: StripeExternalAccount;
  accountNumber: string | null;
  deleted: boolean;
}

/** One account: the platform or a connected one. */
export interface AccountState {
  readonly id: string;
  readonly connected: boolean;
  /** Oldest first. */
  readonly payouts: PayoutState[];
  readonly externals: Map<string, ExternalAccountState>;
  readonly payoutMethods: Set<string>;
  readonly ledger: Ledger;
  blocked: boolean;
}

/** Everything the operations of one simulated Stripe share. */
export interface StripeState extends ProtocolState<AccountState> {
  readonly clock: VirtualClock;
  readonly livemode: boolean;
  readonly variants: Decided<StripeVariants>;
  readonly accounts: Map<string, AccountState>;
  readonly events: EventLog<StripeEventRecord>;
  listLagMs: number;
}

/** A request that has been let in. */
export type StripeCall = Call<StripeState, AccountState>;
/** One operation of this API. */
export type StripeOperation = Operation<StripeState, AccountState>;

/** A new account with nothing in it. */
export function emptyAccount(state: StripeState, id: string, connected: boolean): AccountState {
  return {
    id,
    connected,
    payouts: [],
    externals: new Map(),
    payoutMethods: new Set(),
    ledger: createLedger(state.ids, state.queue),
    blocked: false,
  };
}
