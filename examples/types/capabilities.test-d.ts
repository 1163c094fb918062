// What each provider can do is known to the compiler: the provider written down, chosen by configuration, and narrowed.
import { createBalance, type BalanceProvider, type ReadingBalanceProvider } from '@disburse/balance-adapter';
import {
  type AnyPayoutProvider,
  assertSupports,
  type Balance,
  reasonAgainst,
  applySnapshot,
  type Payout,
  type PayoutEvent,
  registryFromConfig,
  supports,
  webhookHandler,
} from '@disburse/core';
import { createStripe, stripePayoutOf, type StripePayoutObject, type StripeProvider } from '@disburse/stripe-adapter';
import { createStripeTreasury, type StripeTreasuryProvider } from '@disburse/stripe-treasury-adapter';
import { describe, expectTypeOf, it } from 'vitest';

const stripe = createStripe({ apiKey: 'sk_test_1' });
const treasury = createStripeTreasury({ apiKey: 'sk_test_1', financialAccount: 'fa_1' });
const mollie = createBalance({ token: 'test_1', balanceId: 'bal_1', acceptScheduleSideEffect: true });
const reading = createBalance({
  token: 'access_1',
  testmode: true,
  balanceId: 'bal_1',
  acceptScheduleSideEffect: true,
  readBalances: true,
});
const factories = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };
const chosen = registryFromConfig({}, factories).select();

type Chosen = StripeProvider | StripeTreasuryProvider | BalanceProvider | ReadingBalanceProvider;
const base = { reference: 'r', money: { amount: '1.00', currency: 'EUR' } };

describe('written down', () => {
  it('Stripe can update, reverse and tell balances', () => {
    expectTypeOf(stripe).toEqualTypeOf<StripeProvider>();
    expectTypeOf(stripe.update).returns.resolves.toEqualTypeOf<Payout>();
    expectTypeOf(stripe.reverse).returns.resolves.toEqualTypeOf<Payout>();
    expectTypeOf(stripe.balances).returns.resolves.toEqualTypeOf<readonly Balance[]>();
    expectTypeOf(stripe.forAccount('acct_1')).toEqualTypeOf<StripeProvider>();
  });

  it('a create names a connected account only where there are some', () => {
    void (() => stripe.createPayout({ ...base, account: 'acct_1' }));
    void (() => treasury.prepare({ ...base, account: 'acct_1' }));
    // @ts-expect-error -- Mollie has no connected accounts
    void (() => mollie.createPayout({ ...base, account: 'acct_1' }));
    // @ts-expect-error -- an account is an id
    void (() => stripe.createPayout({ ...base, account: null }));
    // @ts-expect-error -- not every provider takes it
    void ((provider: AnyPayoutProvider) => provider.createPayout({ ...base, account: 'acct_1' }));
  });

  it('Treasury can tell balances, and neither update nor reverse', () => {
    expectTypeOf(treasury).toEqualTypeOf<StripeTreasuryProvider>();
    expectTypeOf(treasury.balances).returns.resolves.toEqualTypeOf<readonly Balance[]>();
    expectTypeOf(treasury.forAccount('acct_1')).toEqualTypeOf<StripeTreasuryProvider>();
    // @ts-expect-error -- an OutboundPayment's metadata cannot be changed
    void treasury.update;
    // @ts-expect-error -- nor reversed
    void treasury.reverse;
  });

  it('Mollie can do none of it', () => {
    expectTypeOf(mollie).toEqualTypeOf<BalanceProvider>();
    // @ts-expect-error -- no update
    void mollie.update;
    // @ts-expect-error -- no reverse
    void mollie.reverse;
    // @ts-expect-error -- balances need readBalances: true
    void mollie.balances;
    // @ts-expect-error -- no connected accounts
    void mollie.forAccount;
  });

  it('Mollie that may read balances can tell them', () => {
    expectTypeOf(reading).toEqualTypeOf<ReadingBalanceProvider>();
    expectTypeOf(reading.balances).returns.resolves.toEqualTypeOf<readonly Balance[]>();
    // @ts-expect-error -- and still no update
    void reading.update;
    // @ts-expect-error -- nor reverse
    void reading.reverse;
    const either = createBalance({ token: 't', balanceId: 'b', acceptScheduleSideEffect: true, readBalances: Math.random() > 0.5 });
    expectTypeOf(either).toEqualTypeOf<BalanceProvider | ReadingBalanceProvider>();
    // @ts-expect-error -- a setting read at run time proves nothing
    void either.balances;
  });

  it('what only some take in a create, the others do not', () => {
    void (() => stripe.createPayout({ ...base, destination: 'ba_1', statementDescriptor: 's', metadata: { a: 'b' } }));
    void (() => treasury.createPayout({ ...base, destination: 'pm_1', statementDescriptor: 's', metadata: { a: 'b' } }));
    void (() => mollie.createPayout({ reference: 'r', money: 'full_balance' }));
    void (() => reading.prepare({ reference: 'r', money: 'full_balance' }));
    // @ts-expect-error -- Mollie pays to the balance's own account
    void (() => mollie.createPayout({ ...base, destination: 'ba_1' }));
    // @ts-expect-error -- Mollie has no descriptor
    void (() => mollie.createPayout({ ...base, statementDescriptor: 's' }));
    // @ts-expect-error -- Mollie has no metadata
    void (() => mollie.prepare({ ...base, metadata: {} }));
    // @ts-expect-error -- Stripe has no sweep
    void (() => stripe.createPayout({ reference: 'r', money: 'full_balance' }));
    // @ts-expect-error -- nor has Treasury
    void (() => treasury.prepare({ reference: 'r', money: 'full_balance' }));
  });
});

describe('chosen by configuration', () => {
  it('is the union of what may be configured', () => expectTypeOf(chosen).toEqualTypeOf<Chosen>());

  it('has what all have, with every bag typed', () => {
    void (() => chosen.createPayout({ ...base, description: 'd' }));
    void (() =>
      chosen.createPayout({
        ...base,
        providerOptions: { stripe: { method: 'instant' }, 'stripe-treasury': { customer: 'cus_1' }, balance: {} },
      }));
    void (() => chosen.cancel('x', { timeoutMs: 1000 }));
    void (() => chosen.list({ status: 'paid', limit: 3 }));
    expectTypeOf(chosen.retrieve).returns.resolves.toEqualTypeOf<Payout>();
    expectTypeOf(chosen.parseWebhook).returns.resolves.toEqualTypeOf<readonly PayoutEvent[]>();
  });

  it('has nothing that one of them lacks', () => {
    // @ts-expect-error -- Mollie and Treasury cannot update
    void chosen.update;
    // @ts-expect-error -- Mollie and Treasury cannot reverse
    void chosen.reverse;
    // @ts-expect-error -- Mollie may not read balances
    void chosen.balances;
    // @ts-expect-error -- Mollie has no connected accounts
    void chosen.forAccount;
    // @ts-expect-error -- Stripe has no sweep
    void (() => chosen.createPayout({ reference: 'r', money: 'full_balance' }));
    // @ts-expect-error -- a typo in a bag
    void (() => chosen.createPayout({ ...base, providerOptions: { stripe: { metod: 'instant' } } }));
    // @ts-expect-error -- a bag of nobody
    void (() => chosen.createPayout({ ...base, providerOptions: { adyen: {} } }));
    // @ts-expect-error -- Mollie takes no options
    void (() => chosen.createPayout({ ...base, providerOptions: { balance: { testmode: true } } }));
  });

  it('lets a field through that one of them has: it is refused at run time where it is not known', () => {
    void (() => chosen.createPayout({ ...base, metadata: { a: 'b' } }));
  });
});

describe('after supports()', () => {
  it('update and reverse leave Stripe, and else leaves the rest', () => {
    if (supports(chosen, 'update')) expectTypeOf(chosen).toEqualTypeOf<StripeProvider>();
    if (supports(chosen, 'reverse')) {
      expectTypeOf(chosen).toEqualTypeOf<StripeProvider>();
      void (() => chosen.createPayout({ ...base, metadata: {} }));
      void chosen.forAccount;
    } else {
      expectTypeOf(chosen).toEqualTypeOf<StripeTreasuryProvider | BalanceProvider | ReadingBalanceProvider>();
      // @ts-expect-error -- not there
      void chosen.reverse;
    }
  });

  it('forAccount leaves the two of Stripe', () => {
    if (supports(chosen, 'forAccount')) {
      expectTypeOf(chosen).toEqualTypeOf<StripeProvider | StripeTreasuryProvider>();
      void (() => chosen.createPayout({ ...base, account: 'acct_1' }));
    }
    const any: AnyPayoutProvider = stripe;
    if (supports(any, 'forAccount')) expectTypeOf(any.forAccount('acct_1')).toExtend<AnyPayoutProvider>();
    const sure: AnyPayoutProvider = stripe;
    assertSupports(sure, 'forAccount');
    void (() => sure.forAccount('acct_1').createPayout(base));
  });

  it('balances leave three', () => {
    if (supports(chosen, 'balances')) {
      expectTypeOf(chosen).toEqualTypeOf<StripeProvider | StripeTreasuryProvider | ReadingBalanceProvider>();
      expectTypeOf(chosen.balances).returns.resolves.toEqualTypeOf<readonly Balance[]>();
    }
  });

  it('what all have leaves all', () => {
    if (supports(chosen, 'cancel')) expectTypeOf(chosen).toEqualTypeOf<Chosen>();
  });

  it('only operations can be asked for', () => {
    // @ts-expect-error -- a typo
    void supports(chosen, 'revert');
    // @ts-expect-error -- a field of a request is no operation
    void supports(chosen, 'metadata');
  });

  it('a provider that lacks it is nobody', () => {
    if (supports(mollie, 'reverse')) expectTypeOf(mollie).toEqualTypeOf<never>();
  });
});

describe('after assertSupports()', () => {
  it('update and reverse leave Stripe', () => {
    const [toUpdate, toReverse]: readonly [Chosen, Chosen] = [chosen, chosen];
    assertSupports(toUpdate, 'update');
    expectTypeOf(toUpdate).toEqualTypeOf<StripeProvider>();
    assertSupports(toReverse, 'reverse');
    expectTypeOf(toReverse).toEqualTypeOf<StripeProvider>();
  });

  it('balances leave three', () => {
    const toRead: Chosen = chosen;
    assertSupports(toRead, 'balances');
    expectTypeOf(toRead).toEqualTypeOf<StripeProvider | StripeTreasuryProvider | ReadingBalanceProvider>();
  });
});

describe('narrowed otherwise', () => {
  it('by id, and by a member of its own', () => {
    if (chosen.id === 'stripe') expectTypeOf(chosen).toEqualTypeOf<StripeProvider>();
    if (chosen.id !== 'balance') void (() => chosen.createPayout({ ...base, metadata: { a: 'b' }, destination: 'x' }));
    if ('forAccount' in chosen) expectTypeOf(chosen).toEqualTypeOf<StripeProvider | StripeTreasuryProvider>();
    // @ts-expect-error -- no such id
    void (chosen.id === 'strpe');
  });
});

describe('any provider', () => {
  const pay = (provider: AnyPayoutProvider): void => {
    void (() => provider.createPayout(base));
    // @ts-expect-error -- not every provider can
    void provider.reverse;
    // @ts-expect-error -- not every provider takes it
    void (() => provider.createPayout({ ...base, metadata: {} }));
    // @ts-expect-error -- whose bag would it be?
    void (() => provider.createPayout({ ...base, providerOptions: { stripe: { method: 'instant' } } }));
    if (supports(provider, 'reverse')) void (() => provider.reverse('x'));
    const other: AnyPayoutProvider = provider;
    assertSupports(other, 'balances');
    expectTypeOf(other.balances).returns.resolves.toEqualTypeOf<readonly Balance[]>();
  };

  it('takes all of them', () => {
    for (const provider of [stripe, treasury, mollie, reading, chosen]) pay(provider);
    const map = { stripe: () => stripe, mollie: () => mollie } satisfies Record<string, () => AnyPayoutProvider>;
    void map;
  });

  it('also as a type parameter', () => {
    const reverse = <P extends AnyPayoutProvider>(provider: P): void => {
      if (supports(provider, 'reverse')) void (() => provider.reverse('x'));
    };
    reverse(stripe);
    reverse(mollie);
  });
});

describe('values', () => {
  it('an event with a payout can be observed, and the raw object is typed', () => {
    const handler = webhookHandler({
      provider: stripe,
      onEvent: (event) => {
        expectTypeOf(event).toEqualTypeOf<PayoutEvent>();
        if (event.payout !== null) applySnapshot(null, event.payout);
        // @ts-expect-error -- a hint has no payout
        applySnapshot(null, event.payout);
      },
    });
    expectTypeOf(handler).toBeCallableWith(new Request('https://example.test'));
    expectTypeOf(stripePayoutOf).returns.toEqualTypeOf<StripePayoutObject | null>();
  });

  it('reasonAgainst() says why not', () => {
    expectTypeOf(reasonAgainst(chosen, 'cancel')).toEqualTypeOf<string | null>();
  });
});
