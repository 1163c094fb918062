import type { EventQueue } from '../event-queue.ts';
import type { VirtualClock } from '../clock.ts';
import type { EventLog } from '../events.ts';
import type { Ids } from '../random.ts';
import { eventTimestamp, type Holidays } from './calendar.ts';
import type { ErrorFields } from './errors.ts';
import type { ScriptedOutcome } from './scripted-outcomes.ts';
import { amountOf } from './money.ts';
import type {
  MollieBalanceObject,
  MollieMode,
  MolliePayoutObject,
  MolliePayoutStatus,
  MollieTransferDestination,
  MollieTransferFrequency,
} from './objects.ts';

/** How list pages point at each other; the provider may send any of these (contract section 6). */
export type MollieNextLink = 'absolute' | 'relative' | 'other_origin' | 'without_filters';

/** Behaviour that the provider does not document (contract section 20): how this world decides it. */
export interface MollieVariants {
  /** Whether an idempotency key keeps a 422. Default true. */
  readonly cache422?: boolean | undefined;
  /** Whether an idempotency key keeps a 429. Default false. */
  readonly cache429?: boolean | undefined;
  /** Whether an idempotency key keeps a scripted 5xx, `before` and `after` the commit. Default false. */
  readonly cache5xx?: boolean | undefined;
  /** Whether a spent key is replayed even to a request that a 429 would meet. Default false. */
  readonly keyBeforeRateLimit?: boolean | undefined;
  /** How long keys are kept. Default one hour (documented). */
  readonly keyLeaseMs?: number | undefined;
  /** HTTP status of an API key on balances. Default 403. */
  readonly apiKeyOnBalancesStatus?: 401 | 403 | undefined;
  /** HTTP status of a create for a balance that is not there, or in the other mode. Default 404. */
  readonly missingBalanceStatus?: 404 | 422 | undefined;
  /** Whether a refused create sets `transferFrequency` to `never`, too. Default false. */
  readonly refusalPausesSchedule?: boolean | undefined;
  /** `amount` of a full-balance payout before it is executed: null (default), or what it would be if executed now. */
  readonly fullBalanceAmount?: 'null' | 'estimate' | undefined;
  /** What `"amount": null` in a create means. Default `full_balance`. */
  readonly nullAmount?: 'full_balance' | 'refused' | undefined;
  /** A fee per payout, such as `0.25`: the answer's `amount` excludes it, the balance pays the whole. Default `0.00`. */
  readonly payoutFee?: string | undefined;
  /** Any balance of the organization below this value blocks creates on all of them. Default `0.00`. */
  readonly negativeThreshold?: string | undefined;
  readonly errorFields?: ErrorFields | undefined;
  /** Whether errors carry `_links`. Default true. */
  readonly errorLinks?: boolean | undefined;
  /** Whether payouts carry `_links`: all (default), all but those in lists, or none. */
  readonly payoutLinks?: 'all' | 'single' | 'none' | undefined;
  readonly nextLink?: MollieNextLink | undefined;
  /** Whether answers carry `RateLimit` and `RateLimit-Policy`. Default true. */
  readonly rateLimitHeaders?: boolean | undefined;
}

/** One change of a payout, as the provider's webhooks tell it. There is none for `requested`. */
export interface MollieEventRecord {
  readonly id: string;
  readonly type: MollieEventType;
  readonly entityId: string;
  /** With one digit of the second and `Z`, unlike the times in objects. */
  readonly createdAt: string;
  readonly mode: MollieMode;
  /** The payout as it was right after the change. */
  readonly payout: MolliePayoutObject;
}

/** The five event types of payouts. */
export type MollieEventType = `payout.${Exclude<MolliePayoutStatus, 'requested'>}`;

/** Why a create was refused: the provider does not tell, the world does. */
export type MollieRefusalReason =
  | 'already_scheduled'
  | 'insufficient_funds'
  | 'balance_inactive'
  | 'payouts_blocked'
  | 'queued_refunds'
  | 'negative_balance'
  | 'no_destination';

/** A create that was refused for one of the seven reasons. */
export interface MollieRefusalRecord {
  readonly balanceId: string;
  readonly reason: MollieRefusalReason;
  /** Virtual milliseconds. */
  readonly at: number;
}

/** Who brought a payout into being. The provider's answers do not say. */
export type MolliePayoutOrigin = 'api' | 'schedule' | 'dashboard';

/** A payout with what the provider does not show. */
export interface PayoutState {
  wire: MolliePayoutObject;
  readonly by: MolliePayoutOrigin;
  readonly createdMs: number;
  /** What leaves the balance, in hundredths; null for the full balance until it is executed. */
  gross: number | null;
  /** The business day on which it is executed: `2026-11-24`. */
  readonly day: string;
  /** Whether the money has left the balance. */
  reserved: boolean;
  scriptedOutcome: ScriptedOutcome | null;
}

/** A balance with what the provider does not show. Amounts in hundredths. */
export interface BalanceState {
  readonly id: string;
  readonly currency: string;
  readonly createdMs: number;
  description: string;
  status: 'active' | 'inactive';
  available: number;
  pending: number;
  reserve: number;
  queuedRefunds: boolean;
  transferFrequency: MollieTransferFrequency;
  threshold: number;
  transferReference: string | null;
  destination: MollieTransferDestination | null;
}

/** The test world or the live world of the organization. */
export interface ModeState {
  readonly mode: MollieMode;
  /** Oldest first; the first is the primary one. */
  readonly balances: BalanceState[];
  /** Oldest first. */
  readonly payouts: PayoutState[];
}

/** Everything the operations of one simulated organization share. */
export interface MollieState {
  readonly clock: VirtualClock;
  readonly queue: EventQueue;
  readonly ids: Ids;
  readonly variants: Required<{ readonly [Name in keyof MollieVariants]: NonNullable<MollieVariants[Name]> }>;
  readonly holidays: Holidays;
  readonly modes: Readonly<Record<MollieMode, ModeState>>;
  readonly events: EventLog<MollieEventRecord>;
  readonly refusals: MollieRefusalRecord[];
  blocked: boolean;
  listLagMs: number;
  /** Requests that are still to be answered 429. */
  limited: { requests: number; readonly retryAfter: number | null };
}

const EVENT_TYPES: Readonly<Record<string, MollieEventType>> = {
  initiated: 'payout.initiated',
  'processing-at-bank': 'payout.processing-at-bank',
  completed: 'payout.completed',
  canceled: 'payout.canceled',
  failed: 'payout.failed',
} satisfies Record<Exclude<MolliePayoutStatus, 'requested'>, MollieEventType>;

/** Tells the event of a payout's new status, where it has one. */
export function record(state: MollieState, { wire }: PayoutState): void {
  const type = Object.hasOwn(EVENT_TYPES, wire.status) ? EVENT_TYPES[wire.status] : undefined;
  if (type === undefined) return;
  state.events.tell({
    id: state.ids('event_'),
    type,
    entityId: wire.id,
    createdAt: eventTimestamp(state.queue.now()),
    mode: wire.mode,
    payout: wire,
  });
}

/** The balance as sent, without its links. */
export function balanceObject(balance: BalanceState, mode: MollieMode, createdAt: string): MollieBalanceObject {
  const { id, currency, description, status, available, pending, threshold, destination } = balance;
  return {
    resource: 'balance',
    id,
    mode,
    createdAt,
    currency,
    description,
    status,
    availableAmount: amountOf(currency, available),
    pendingAmount: amountOf(currency, pending),
    transferFrequency: balance.transferFrequency,
    transferThreshold: amountOf(currency, threshold),
    transferReference: balance.transferReference,
    transferDestination: destination,
  };
}
