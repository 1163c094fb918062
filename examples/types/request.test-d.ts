// A function can build what a create asks for: for every provider, or for one.
import { createBalance } from '@disburse/balance-adapter';
import { type AnyPayoutProvider, createPayoutRegistry, type PayoutRequest, registryFromConfig } from '@disburse/core';
import type { loadConfig } from '@disburse/core/node';
import { createStripe, type StripeProvider } from '@disburse/stripe-adapter';
import { createStripeTreasury, type StripeTreasuryProvider } from '@disburse/stripe-treasury-adapter';
import { describe, expectTypeOf, it } from 'vitest';

const stripe = createStripe({ apiKey: 'sk_test_1', name: 'us' });
const treasury = createStripeTreasury({ apiKey: 'sk_test_1', financialAccount: 'fa_1' });
const mollie = createBalance({ token: 'test_1', balanceId: 'bal_1', acceptScheduleSideEffect: true, name: 'eu' });
const factories = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };

function rent(): PayoutRequest {
  return { reference: 'rent-2026-11', money: { amount: '900.00', currency: 'EUR' }, description: 'November' };
}

describe('a request', () => {
  it('is taken by every provider', () => {
    void (() => [stripe.createPayout(rent()), treasury.createPayout(rent()), mollie.createPayout(rent())]);
    void (() => [stripe.prepare(rent()), mollie.prepare(rent())]);
    void ((any: AnyPayoutProvider) => any.createPayout(rent()));
  });

  it('is taken by every registry', () => {
    void (() => createPayoutRegistry({ us: stripe, eu: mollie }, { default: 'eu' }).createPayout(rent()));
    void (() => registryFromConfig({}, factories).createPayout(rent()));
    void ((load: typeof loadConfig) => load('disburse.config.json', factories).then((payouts) => payouts.createPayout(rent())));
  });

  it('has what a create has, and nothing more', () => {
    // @ts-expect-error -- an amount is never left out
    const unpriced: PayoutRequest = { reference: 'r' };
    // @ts-expect-error -- only some providers take metadata
    const labelled: PayoutRequest = { ...rent(), metadata: { a: 'b' } };
    // @ts-expect-error -- only some providers empty a balance
    const swept: PayoutRequest = { ...rent(), money: 'full_balance' };
    // @ts-expect-error -- an attempt is no counter
    const again: PayoutRequest = { ...rent(), attempt: 2 };
    expectTypeOf([unpriced, labelled, swept, again]).toBeArray();
  });

  it('of one provider takes what that provider takes', () => {
    const share: PayoutRequest<StripeProvider> = { ...rent(), account: 'acct_1', metadata: { a: 'b' } };
    expectTypeOf(stripe.createPayout).parameter(0).toEqualTypeOf<PayoutRequest<StripeProvider>>();
    expectTypeOf(treasury.createPayout).parameter(0).toEqualTypeOf<PayoutRequest<StripeTreasuryProvider>>();
    // @ts-expect-error -- Stripe does not empty a balance
    const swept: PayoutRequest<StripeProvider> = { ...rent(), money: 'full_balance' };
    // @ts-expect-error -- Mollie has no connected accounts
    void (() => mollie.createPayout(share));
    void (() => [stripe.createPayout(share), swept]);
  });
});
