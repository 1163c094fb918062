// https://docs.stripe.com/api/payouts (parameters beyond the common ones; read 2026-11-20)
import * as v from 'valibot';
import { StripeId } from './protocol.ts';
import { type StripeTimeFilter, StripeTimeFilterSchema } from './times.ts';

/** Options of every call: which references of the answer to fill in. They show in `payout.raw`. */
export interface StripeExpand {
  /** For example `['balance_transaction']`; in a list `['data.balance_transaction']`. @see https://docs.stripe.com/expand */
  readonly expand?: readonly string[] | undefined;
}

/** Options of a create. @see https://docs.stripe.com/api/payouts/create */
export interface StripeCreateOptions extends StripeExpand {
  /** `instant` costs more and needs a destination that takes it. @default 'standard' */
  readonly method?: 'standard' | 'instant' | undefined;
  /** The balance the money leaves; needed where the account holds several. @default decided by Stripe */
  readonly sourceType?: 'card' | 'bank_account' | 'fpx' | undefined;
  /** The id of a v2 FinancialAccount to pay to, instead of a `destination`. Not the speed. */
  readonly payoutMethod?: string | undefined;
}

/** Options of a list. @see https://docs.stripe.com/api/payouts/list */
export interface StripeListOptions extends StripeExpand {
  /** Expected on this day or in this range. */
  readonly arrivalDate?: StripeTimeFilter | undefined;
  /** Like `createdFrom` and `createdTo`, with all bounds; not together with them. */
  readonly created?: StripeTimeFilter | undefined;
  /** Begin after this payout, towards older ones. */
  readonly startingAfter?: string | undefined;
  /** The page next to this payout, towards newer ones; still newest first. */
  readonly endingBefore?: string | undefined;
}

/** The provider options of each operation. */
export interface StripeBags {
  readonly create: StripeCreateOptions;
  readonly list: StripeListOptions;
  readonly retrieve: StripeExpand;
  readonly cancel: StripeExpand;
  readonly update: StripeExpand;
  readonly reverse: StripeExpand;
  readonly balances: StripeExpand;
}

/** A list of paths to expand. */
export const expandEntry: v.GenericSchema<readonly string[] | undefined> = v.optional(
  v.array(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,5000}$/, "must be the path of a field, such as 'balance_transaction'"))),
);

/** Checks {@link StripeExpand}. */
export const ExpandOptions: v.GenericSchema<unknown, StripeExpand> = v.strictObject({ expand: expandEntry });

const CreateOptions: v.GenericSchema<unknown, StripeCreateOptions> = v.strictObject({
  method: v.optional(v.picklist(['standard', 'instant'])),
  sourceType: v.optional(v.picklist(['card', 'bank_account', 'fpx'])),
  payoutMethod: v.optional(StripeId),
  expand: expandEntry,
});

/** Schema entries that every list of Stripe's has. */
export const listEntries: {
  readonly [K in 'created' | 'startingAfter' | 'endingBefore' | 'expand']-?: v.GenericSchema<StripeListOptions[K]>;
} = {
  created: v.optional(StripeTimeFilterSchema),
  startingAfter: v.optional(StripeId),
  endingBefore: v.optional(StripeId),
  expand: expandEntry,
};

const ListOptions: v.GenericSchema<unknown, StripeListOptions> = v.strictObject({
  arrivalDate: v.optional(StripeTimeFilterSchema),
  ...listEntries,
});

/** One strict schema per bag: a typo fails before any request. */
export const OPTIONS: { readonly [O in keyof StripeBags]: v.GenericSchema<unknown, StripeBags[O]> } = {
  create: CreateOptions,
  list: ListOptions,
  retrieve: ExpandOptions,
  cancel: ExpandOptions,
  update: ExpandOptions,
  reverse: ExpandOptions,
  balances: ExpandOptions,
};
