// https://docs.mollie.com/reference/create-payout
import type { NoOptions } from '@disburse/core/adapter';

/** Mollie Balances takes no options beyond the common ones, in no operation: any key in its bag is an error. */
export type BalanceBags = Record<never, NoOptions>;

/** One schema per bag: there is none. */
export const OPTIONS: Record<never, never> = {};
