// The official SDK's types prove ours: what Stripe sends fits, no field is missing, no parameter is unknown.
import type Stripe from 'stripe';
import { describe, expectTypeOf, it } from 'vitest';
import type { StripeBags, StripePayoutObject } from './index.ts';

describe('the payout object', () => {
  it('takes every payout of the SDK', () => {
    expectTypeOf<Stripe.Payout>().toExtend<StripePayoutObject>();
    expectTypeOf<Stripe.ApiList<Stripe.Payout>['data'][number]>().toExtend<StripePayoutObject>();
  });

  it('has exactly its fields', () => {
    expectTypeOf<keyof StripePayoutObject>().toEqualTypeOf<Exclude<keyof Stripe.Payout, 'lastResponse'>>();
  });

  it('is not taken from a payout without its id', () => {
    expectTypeOf<Omit<Stripe.Payout, 'id'>>().not.toExtend<StripePayoutObject>();
  });
});

type Snake<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${Snake<Tail>}`
    : `_${Lowercase<Head>}${Snake<Tail>}`
  : Name;

describe('the options', () => {
  it('and the common fields are exactly the parameters of a create', () => {
    type Common = 'amount' | 'currency' | 'description' | 'destination' | 'metadata' | 'statement_descriptor';
    expectTypeOf<Snake<keyof StripeBags['create']> | Common>().toEqualTypeOf<keyof Stripe.PayoutCreateParams>();
  });

  it('and the common fields are exactly the parameters of a list', () => {
    expectTypeOf<Snake<keyof StripeBags['list']> | 'destination' | 'limit' | 'status'>().toEqualTypeOf<keyof Stripe.PayoutListParams>();
  });

  it('of the others are exactly their parameters beside metadata', () => {
    expectTypeOf<keyof StripeBags['retrieve']>().toEqualTypeOf<keyof Stripe.PayoutRetrieveParams>();
    expectTypeOf<keyof StripeBags['cancel']>().toEqualTypeOf<keyof Stripe.PayoutCancelParams>();
    expectTypeOf<keyof StripeBags['update'] | 'metadata'>().toEqualTypeOf<keyof Stripe.PayoutUpdateParams>();
    expectTypeOf<keyof StripeBags['reverse'] | 'metadata'>().toEqualTypeOf<keyof Stripe.PayoutReverseParams>();
    expectTypeOf<keyof StripeBags['balances']>().toEqualTypeOf<keyof Stripe.BalanceRetrieveParams>();
  });
});
