// What does not compile: the mistakes that a user makes.
import type { AnyAdapterFactory, AnyPayoutProvider, Balance, Payout } from '@disburse/core';
import { describe, expectTypeOf, it } from 'vitest';
import { createStripe, type StripeProvider, type StripeSettings } from './index.ts';

declare const stripe: StripeProvider;
declare const any: AnyPayoutProvider;
const money = { amount: '11.00', currency: 'USD' };
const request = { reference: 'r', money };

describe('a create', () => {
  it('compiles with everything it takes', () => {
    void (() =>
      stripe.createPayout({
        ...request,
        description: 'd',
        destination: 'ba_1',
        statementDescriptor: 's',
        metadata: { a: 'b' },
        providerOptions: { stripe: { method: 'instant', sourceType: 'fpx', payoutMethod: 'fa_1', expand: ['destination'] } },
      }));
  });

  it('does not take what it does not know', () => {
    // @ts-expect-error -- an option that does not exist
    void (() => stripe.createPayout({ ...request, providerOptions: { stripe: { metod: 'instant' } } }));
    // @ts-expect-error -- a method that does not exist
    void (() => stripe.createPayout({ ...request, providerOptions: { stripe: { method: 'fast' } } }));
    // @ts-expect-error -- a balance that does not exist
    void (() => stripe.createPayout({ ...request, providerOptions: { stripe: { sourceType: 'cash' } } }));
    // @ts-expect-error -- an option of a list
    void (() => stripe.createPayout({ ...request, providerOptions: { stripe: { arrivalDate: 1 } } }));
    // @ts-expect-error -- another provider
    void (() => stripe.createPayout({ ...request, providerOptions: { adyen: {} } }));
    // @ts-expect-error -- a number loses cents
    void (() => stripe.createPayout({ reference: 'r', money: { amount: 11, currency: 'USD' } }));
    // @ts-expect-error -- Stripe has no sweep
    void (() => stripe.createPayout({ reference: 'r', money: 'full_balance' }));
    // @ts-expect-error -- an amount is never left out
    void (() => stripe.createPayout({ reference: 'r' }));
    // @ts-expect-error -- no retry counter
    void (() => stripe.createPayout({ ...request, attempt: 2 }));
    // @ts-expect-error -- metadata are strings
    void (() => stripe.createPayout({ ...request, metadata: { a: 5 } }));
  });
});

describe('other calls', () => {
  it('have the types they say', () => {
    expectTypeOf(stripe.reverse).returns.resolves.toEqualTypeOf<Payout>();
    expectTypeOf(stripe.balances).returns.resolves.toEqualTypeOf<readonly Balance[]>();
    expectTypeOf(stripe.forAccount('acct_1')).toEqualTypeOf<StripeProvider>();
    expectTypeOf<StripeProvider>().toExtend<AnyPayoutProvider>();
  });

  it('do not take what they do not know', () => {
    // @ts-expect-error -- an option of a create
    void (() => stripe.list({ providerOptions: { stripe: { method: 'instant' } } }));
    // @ts-expect-error -- a bound that does not exist
    void (() => stripe.list({ providerOptions: { stripe: { created: { after: 1 } } } }));
    // @ts-expect-error -- retrieve expands, and nothing else
    void (() => stripe.retrieve('po_1', { providerOptions: { stripe: { limit: 1 } } }));
    // @ts-expect-error -- only metadata can be changed
    void (() => stripe.update('po_1', { description: 'x' }));
    // @ts-expect-error -- not every provider can reverse: ask supports() first
    void (() => any.reverse('po_1'));
    // @ts-expect-error -- not every provider takes a destination
    void (() => any.createPayout({ ...request, destination: 'ba_1' }));
  });
});

describe('settings', () => {
  it('need a key and know their names', () => {
    // @ts-expect-error -- no key
    void (() => createStripe({}));
    // @ts-expect-error -- a typo
    void (() => createStripe({ apikey: 'sk_test_1' }));
    // @ts-expect-error -- Stripe has no field for it
    void (() => createStripe({ apiKey: 'sk_test_1', correlation: 'description' }));
    expectTypeOf(createStripe).parameter(0).toEqualTypeOf<StripeSettings>();
    expectTypeOf(createStripe).returns.toEqualTypeOf<StripeProvider>();
    expectTypeOf(createStripe).toExtend<AnyAdapterFactory>();
    expectTypeOf(createStripe.id).toEqualTypeOf<'stripe'>();
    expectTypeOf(createStripe.secrets).toEqualTypeOf<readonly ('apiKey' | 'webhookSecrets')[]>();
  });
});
