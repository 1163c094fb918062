// Names that are written are checked, names that are read are not; and a configuration in TypeScript is a type.
import { type BalanceProvider, createBalance, type ReadingBalanceProvider } from '@disburse/balance-adapter';
import { createPayoutRegistry, type PayoutConfig, type PayoutOutcome, registryFromConfig, type Submission } from '@disburse/core';
import { createStripe, type StripeProvider } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { describe, expectTypeOf, it } from 'vitest';

const us = createStripe({ apiKey: 'sk_test_1', name: 'us' });
const eu = createBalance({ token: 'test_1', balanceId: 'bal_1', acceptScheduleSideEffect: true, name: 'eu' });
const factories = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };
const base = { reference: 'r', money: { amount: '1.00', currency: 'EUR' } };

describe('a registry written in TypeScript', () => {
  const registry = createPayoutRegistry({ us, eu }, { default: 'eu' });

  it('knows which provider a name is', () => {
    expectTypeOf(registry.names).toEqualTypeOf<readonly ('us' | 'eu')[]>();
    expectTypeOf(registry.provider('us')).toEqualTypeOf<StripeProvider>();
    expectTypeOf(registry.provider('eu')).toEqualTypeOf<BalanceProvider>();
    expectTypeOf(registry.select('anything')).toEqualTypeOf<StripeProvider | BalanceProvider>();
    expectTypeOf(registry.select()).toEqualTypeOf<StripeProvider | BalanceProvider>();
    // @ts-expect-error -- no such name
    registry.provider('uk');
    // @ts-expect-error -- no such default
    createPayoutRegistry({ us }, { default: 'eu' });
    // @ts-expect-error -- not a provider
    createPayoutRegistry({ us: createStripe });
  });

  it('pays with what every provider takes', () => {
    expectTypeOf(registry.createPayout).returns.resolves.toEqualTypeOf<PayoutOutcome>();
    void (() => registry.createPayout({ ...base, providerOptions: { stripe: { method: 'instant' } } }));
    // @ts-expect-error -- a typo in a bag
    void (() => registry.createPayout({ ...base, providerOptions: { stripe: { metod: 'instant' } } }));
    // @ts-expect-error -- not on every provider
    void (() => registry.createPayout({ reference: 'r', money: 'full_balance' }));
    // @ts-expect-error -- an amount is never left out
    void (() => registry.createPayout({ reference: 'r' }));
    const onlyMollie = createPayoutRegistry({ eu });
    void (() => onlyMollie.createPayout({ reference: 'r', money: 'full_balance' }));
  });

  it('submits and looks up what is a submission', () => {
    const stored = {} as Submission;
    expectTypeOf(registry.submit).parameter(0).toEqualTypeOf<Submission>();
    void (() => registry.lookup(stored));
    // @ts-expect-error -- an outcome is none
    void (async () => registry.submit(await registry.createPayout(base)));
  });
});

describe('a registry from a configuration', () => {
  const registry = registryFromConfig({}, factories);

  it('knows the adapters, not the names', () => {
    expectTypeOf(registry.names).toEqualTypeOf<readonly string[]>();
    expectTypeOf(registry.provider('us')).toEqualTypeOf<ReturnType<typeof registry.select>>();
    expectTypeOf(registryFromConfig({}, { balance: createBalance }).select()).toEqualTypeOf<BalanceProvider | ReadingBalanceProvider>();
    expectTypeOf(registryFromConfig({}, { stripe: createStripe }).select()).toEqualTypeOf<StripeProvider>();
  });

  it('takes factories, and settings of the host', () => {
    registryFromConfig({}, factories, { env: { A: 'a', B: undefined }, settings: { fetch: globalThis.fetch } });
    // @ts-expect-error -- not a factory
    registryFromConfig({}, { stripe: us });
    // @ts-expect-error -- a secret is no setting of the host
    registryFromConfig({}, factories, { settings: { apiKey: 'sk_live_1' } });
  });
});

describe('a configuration written in TypeScript', () => {
  type Config = PayoutConfig<typeof factories>;
  const stripe = { adapter: 'stripe', apiKey: { env: 'K' } } as const;
  const balance = { adapter: 'balance', token: { env: 'T' }, balanceId: 'bal_1', acceptScheduleSideEffect: true } as const;

  it('is what a file may say', () => {
    const config = {
      $schema: './disburse.schema.json',
      default: 'eu',
      providers: {
        us: { ...stripe, webhookSecrets: [{ env: 'W' }], baseUrl: { env: 'B' }, timeoutMs: 5000, destination: 'ba_1' },
        parties: { adapter: 'stripe-treasury', apiKey: { env: 'K' }, financialAccount: 'fa_1', customer: { env: 'C' } },
        eu: { ...balance, testmode: false, readBalances: true, correlation: 'description' },
      },
    } satisfies Config;
    void config;
  });

  it('holds no secret', () => {
    // @ts-expect-error -- written down
    ({ providers: { us: { ...stripe, apiKey: 'sk_live_1' } } }) satisfies Config;
    // @ts-expect-error -- written down in a list
    ({ providers: { us: { ...stripe, webhookSecrets: ['whsec_1'] } } }) satisfies Config;
    // @ts-expect-error -- left out
    ({ providers: { us: { adapter: 'stripe' } } }) satisfies Config;
  });

  it('knows adapters and their settings', () => {
    // @ts-expect-error -- no such adapter
    ({ providers: { us: { adapter: 'strpe', apiKey: { env: 'K' } } } }) satisfies Config;
    // @ts-expect-error -- a setting of another adapter
    ({ providers: { us: { ...stripe, balanceId: 'bal_1' } } }) satisfies Config;
    // @ts-expect-error -- the word that says you know
    ({ providers: { eu: { adapter: 'balance', token: { env: 'T' }, balanceId: 'bal_1' } } }) satisfies Config;
    // @ts-expect-error -- a wrong kind
    ({ providers: { us: { ...stripe, timeoutMs: '5000' } } }) satisfies Config;
    // @ts-expect-error -- no such value
    ({ providers: { us: { ...stripe, correlation: 'description' } } }) satisfies Config;
    // @ts-expect-error -- the name is its key
    ({ providers: { us: { ...stripe, name: 'us' } } }) satisfies Config;
    // @ts-expect-error -- a function cannot be written in a file
    ({ providers: { us: { ...stripe, fetch: () => 1 } } }) satisfies Config;
    // @ts-expect-error -- nor can a store
    ({ providers: { us: { ...stripe, submissions: {} } } }) satisfies Config;
    // @ts-expect-error -- a typo
    ({ provider: {}, providers: {} }) satisfies Config;
  });
});
