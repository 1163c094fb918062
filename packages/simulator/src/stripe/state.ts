import type { VirtualClock } from '../clock.ts';
import type { EventLog } from '../events.ts';
import { seconds } from './calendar.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { StripeExternalAccount, StripePayoutObject } from './objects.ts';
import type { Fate } from './magic-accounts.ts';
import type { Call, Operation } from './operation.ts';
import type { Decided, ProtocolState, ProtocolVariants } from './protocol.ts';

/** One change of one payout; webhooks are made from these. */
export interface StripeEventRecord {
  readonly id: string;
  readonly type:
    | 'payout.created'
    | 'payout.updated'
    | 'payout.paid'
    | 'payout.failed'
    | 'payout.canceled'
    | 'payout.reconciliation_completed';
  /** The connected account, or null for the platform's own. */
  readonly account: string | null;
  /** Unix seconds. */
  readonly created: number;
  readonly livemode: boolean;
  /** The payout as it was right after the change. */
  readonly payout: StripePayoutObject;
  /** What the changed fields were before; absent for `payout.created`. */
  readonly previous: Partial<StripePayoutObject> | null;
  /** The API request that caused the change, where one did. */
  readonly request: ProtocolState<AccountState>['request'];
}

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
  readonly fate: Fate | null;
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
    ledger: createLedger(state.ids, state.agenda),
    blocked: false,
  };
}

/** Changes a payout and tells the event. */
export function change(
  state: StripeState,
  account: AccountState,
  payout: PayoutState,
  type: StripeEventRecord['type'],
  fields: Partial<StripePayoutObject>,
): void {
  const before = payout.wire;
  payout.wire = { ...before, ...fields };
  const previous = Object.fromEntries(Object.entries(before).filter(([name]) => Object.hasOwn(fields, name)));
  record(state, account, payout, type, previous);
}

/** Tells an event of a payout. */
export function record(
  state: StripeState,
  account: AccountState,
  payout: PayoutState,
  type: StripeEventRecord['type'],
  previous: Partial<StripePayoutObject> | null,
): void {
  state.events.tell({
    id: state.ids('evt_'),
    type,
    account: account.connected ? account.id : null,
    created: seconds(state.agenda.now()),
    livemode: state.livemode,
    payout: payout.wire,
    previous,
    request: state.request,
  });
}
