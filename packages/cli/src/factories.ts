import { createBalance } from '@disburse/balance-adapter';
import type { AnyPayoutProvider, PayoutOperations } from '@disburse/core';
import type { RequestFeature } from '@disburse/core/adapter';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';

/** The adapters that a configuration may name. */
export const FACTORIES: {
  readonly stripe: typeof createStripe;
  readonly 'stripe-treasury': typeof createStripeTreasury;
  readonly balance: typeof createBalance;
} = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };

export type AdapterId = keyof typeof FACTORIES;

export const ADAPTERS: readonly AdapterId[] = ['stripe', 'stripe-treasury', 'balance'];

/** A provider whose adapter is known only at run time: what it lacks, core refuses before any request. */
export type Provider = Omit<AnyPayoutProvider, 'createPayout' | 'prepare'> &
  Pick<PayoutOperations<string, object, RequestFeature>, 'createPayout' | 'prepare'>;
