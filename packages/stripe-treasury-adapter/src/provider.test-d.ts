// What does not compile: the mistakes that a user makes.
import type { AnyAdapterFactory, AnyPayoutProvider, Balance, Payout } from '@disburse/core';
import { describe, expectTypeOf, it } from 'vitest';
import {
  createStripeTreasury,
  createTreasuryTestHelpers,
  type StripeTreasuryProvider,
  type StripeTreasurySettings,
  type TreasuryCreateOptions,
} from './index.ts';

declare const treasury: StripeTreasuryProvider;
declare const any: AnyPayoutProvider;
const money = { amount: '11.00', currency: 'USD' };
const request = { reference: 'r', money };
const create = (options: TreasuryCreateOptions) => treasury.createPayout({ ...request, providerOptions: { 'stripe-treasury': options } });
const bank = { type: 'us_bank_account', billingDetails: { name: 'J' }, usBankAccount: { routingNumber: '1', accountNumber: '2' } } as const;

describe('a create', () => {
  it('compiles with everything it takes', () => {
    void (() =>
      treasury.createPayout({
        ...request,
        description: 'd',
        destination: 'pm_1',
        statementDescriptor: 's',
        metadata: { a: 'b' },
        providerOptions: { 'stripe-treasury': { customer: 'cus_1', financialAccount: 'fa_1', expand: ['transaction'] } },
      }));
    void (() => create({ destinationPaymentMethodData: bank, endUserDetails: { present: false } }));
    void (() => create({ destinationPaymentMethodOptions: { usBankAccount: { network: 'us_domestic_wire' } } }));
    void (() => create({ destinationPaymentMethodData: { type: 'financial_account', financialAccount: 'fa_2' } }));
  });

  it('does not take what it does not know', () => {
    // @ts-expect-error -- an option that does not exist
    void (() => create({ custmer: 'cus_1' }));
    // @ts-expect-error -- a type that does not exist
    void (() => create({ destinationPaymentMethodData: { type: 'card' } }));
    // @ts-expect-error -- a network that does not exist
    void (() => create({ destinationPaymentMethodOptions: { usBankAccount: { network: 'rtp' } } }));
    // @ts-expect-error -- same-day ACH is a preview
    void (() => create({ destinationPaymentMethodOptions: { usBankAccount: { ach: { submission: 'same_day' } } } }));
    // @ts-expect-error -- the name of the holder is needed
    void (() => create({ destinationPaymentMethodData: { ...bank, billingDetails: {} } }));
    // @ts-expect-error -- a holder type that does not exist
    void (() => create({ destinationPaymentMethodData: { ...bank, usBankAccount: { accountHolderType: 'trust' } } }));
    // @ts-expect-error -- a FinancialAccount has no bank account
    void (() => create({ destinationPaymentMethodData: { type: 'financial_account', financialAccount: 'fa_2', usBankAccount: {} } }));
    // @ts-expect-error -- an end user has an address
    void (() => create({ endUserDetails: { present: true } }));
    // @ts-expect-error -- nobody has none
    void (() => create({ endUserDetails: { present: false, ipAddress: '203.0.113.7' } }));
    // @ts-expect-error -- Stripe Treasury has no sweep
    void (() => treasury.createPayout({ reference: 'r', money: 'full_balance' }));
    // @ts-expect-error -- an amount is never left out
    void (() => treasury.createPayout({ reference: 'r' }));
    // @ts-expect-error -- another provider
    void (() => treasury.createPayout({ ...request, providerOptions: { stripe: {} } }));
  });
});

describe('other calls', () => {
  it('have the types they say', () => {
    expectTypeOf(treasury.cancel).returns.resolves.toEqualTypeOf<Payout>();
    expectTypeOf(treasury.balances).returns.resolves.toEqualTypeOf<readonly Balance[]>();
    expectTypeOf(treasury.forAccount('acct_1')).toEqualTypeOf<StripeTreasuryProvider>();
    expectTypeOf<StripeTreasuryProvider>().toExtend<AnyPayoutProvider>();
  });

  it('do not exist where Stripe Treasury does not have them', () => {
    // @ts-expect-error -- metadata is final at creation
    void (() => treasury.update('obp_1', { metadata: { a: 'b' } }));
    // @ts-expect-error -- what was sent does not come back by a request
    void (() => treasury.reverse('obp_1'));
    // @ts-expect-error -- not every provider has balances: ask supports() first
    void (() => any.balances());
  });

  it('do not take what they do not know', () => {
    // @ts-expect-error -- an option of a create
    void (() => treasury.list({ providerOptions: { 'stripe-treasury': { endUserDetails: { present: false } } } }));
    // @ts-expect-error -- a bound that does not exist
    void (() => treasury.list({ providerOptions: { 'stripe-treasury': { created: { after: 1 } } } }));
    // @ts-expect-error -- retrieve expands, and nothing else
    void (() => treasury.retrieve('obp_1', { providerOptions: { 'stripe-treasury': { customer: 'cus_1' } } }));
  });
});

describe('settings', () => {
  it('need a key and a FinancialAccount, and know their names', () => {
    // @ts-expect-error -- no FinancialAccount
    void (() => createStripeTreasury({ apiKey: 'sk_test_1' }));
    // @ts-expect-error -- no key
    void (() => createStripeTreasury({ financialAccount: 'fa_1' }));
    // @ts-expect-error -- a typo
    void (() => createStripeTreasury({ apiKey: 'sk_test_1', financialAccount: 'fa_1', custmer: 'cus_1' }));
    expectTypeOf(createStripeTreasury).parameter(0).toEqualTypeOf<StripeTreasurySettings>();
    expectTypeOf(createStripeTreasury).returns.toEqualTypeOf<StripeTreasuryProvider>();
    expectTypeOf(createStripeTreasury).toExtend<AnyAdapterFactory>();
    expectTypeOf(createStripeTreasury.id).toEqualTypeOf<'stripe-treasury'>();
    expectTypeOf(createStripeTreasury.secrets).toEqualTypeOf<readonly ('apiKey' | 'webhookSecrets')[]>();
  });
});

describe('test helpers', () => {
  it('know what moves a payment', () => {
    const helpers = createTreasuryTestHelpers({ apiKey: 'sk_test_1' });
    expectTypeOf(helpers.post).returns.resolves.toEqualTypeOf<Payout>();
    void (() => helpers.return('obp_1', 'account_closed'));
    void (() => helpers.track('obp_1', { type: 'us_domestic_wire', usDomesticWire: { imad: 'I1' } }));
    // @ts-expect-error -- an ACH trace is needed
    void (() => helpers.track('obp_1', { type: 'ach', ach: {} }));
    // @ts-expect-error -- a network that does not exist
    void (() => helpers.track('obp_1', { type: 'rtp' }));
    // @ts-expect-error -- a setting of the provider
    void (() => createTreasuryTestHelpers({ apiKey: 'sk_test_1', financialAccount: 'fa_1' }));
  });
});
