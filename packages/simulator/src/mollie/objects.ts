// Field names and values of payouts and balances (contract sections 3, 4 and 7). Only what this simulator fills in.

/** The two worlds of an organization; neither sees the other's objects. */
export type MollieMode = 'test' | 'live';

/** An amount as sent: the value has exactly two decimals in every currency a balance can have. */
export interface MollieAmount {
  readonly currency: string;
  readonly value: string;
}

/** The six documented statuses. The provider may add more without notice. */
export type MolliePayoutStatus = 'requested' | 'initiated' | 'processing-at-bank' | 'completed' | 'failed' | 'canceled';

/** The codes that say why a payout failed. */
export type MollieFailureCode =
  | 'failed'
  | 'insufficient_funds'
  | 'returned'
  | 'invalid_request'
  | 'organization_inactive'
  | 'payouts_blocked'
  | 'bank_processing_failed'
  | 'balance_not_found'
  | 'expired';

/** A payout as sent, without its links. Times are ISO 8601 with an offset. */
export interface MolliePayoutObject {
  readonly resource: 'payout';
  readonly id: string;
  readonly balanceId: string;
  /** Null while a payout of the full balance has not been executed; see the variant `fullBalanceAmount`. */
  readonly amount: MollieAmount | null;
  readonly description: string | null;
  /** A {@link MolliePayoutStatus}, or whatever a control has set. */
  readonly status: string;
  readonly statusReason: { readonly code: string; readonly message: string };
  readonly createdAt: string;
  /** When the provider tried to reserve the funds; also set where that failed. */
  readonly initiatedAt: string | null;
  readonly completedAt: string | null;
  readonly canceledAt: string | null;
  readonly mode: MollieMode;
}

/** Where payouts of a balance go. `bankAccount` is sent as it stands here, so a masked one is written `***`. */
export interface MollieTransferDestination {
  readonly type: 'bank-account';
  readonly bankAccount: string;
  readonly beneficiaryName: string;
}

/** How often the provider pays out by itself. Open: other values exist on older accounts. */
export type MollieTransferFrequency =
  | 'every-day'
  | 'daily'
  | 'every-monday'
  | 'every-tuesday'
  | 'every-wednesday'
  | 'every-thursday'
  | 'every-friday'
  | 'monthly'
  | 'revenue-day'
  | 'never'
  | (string & {});

/** A balance as sent, without its links. */
export interface MollieBalanceObject {
  readonly resource: 'balance';
  readonly id: string;
  readonly mode: MollieMode;
  readonly createdAt: string;
  readonly currency: string;
  readonly description: string;
  /** `inactive`: under validation, or blocked. */
  readonly status: 'active' | 'inactive';
  readonly availableAmount: MollieAmount;
  readonly pendingAmount: MollieAmount;
  readonly transferFrequency: MollieTransferFrequency;
  readonly transferThreshold: MollieAmount;
  readonly transferReference: string | null;
  readonly transferDestination: MollieTransferDestination | null;
}
