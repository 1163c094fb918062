import { type AnyPayoutProvider, createPayoutRegistry, type PayoutProvider, supports } from '@disburse/core';
import type { NoOptions } from '@disburse/core/adapter';
import { expectTypeOf, it } from 'vitest';
import { type BalancePayoutObject, type BalanceProvider, balancePayoutOf, createBalance, type ReadingBalanceProvider } from './index.ts';

const settings = { token: 'test_x', balanceId: 'bal_1', acceptScheduleSideEffect: true } as const;
const mollie = createBalance(settings);
const money = { amount: '10.00', currency: 'EUR' };

it('what Mollie takes compiles', async () => {
  await mollie.createPayout({ reference: 'r', money });
  await mollie.createPayout({ reference: 'r', money: 'full_balance', description: 'd' });
  await mollie.createPayout({ reference: 'r', money, providerOptions: { balance: {} } });
  expectTypeOf(mollie).toEqualTypeOf<BalanceProvider>();
  expectTypeOf(mollie).toExtend<AnyPayoutProvider>();
  expectTypeOf(mollie).toExtend<PayoutProvider<'balance', object, 'list' | 'fullBalance'>>();
  expectTypeOf(mollie.id).toEqualTypeOf<'balance'>();
});

it('what Mollie does not take does not', async () => {
  // @ts-expect-error destination: the balance's own bank account is the only one
  await mollie.createPayout({ reference: 'r', money, destination: 'ba_1' });
  // @ts-expect-error metadata does not exist
  await mollie.createPayout({ reference: 'r', money, metadata: { a: 'b' } });
  // @ts-expect-error statementDescriptor does not exist
  await mollie.createPayout({ reference: 'r', money, statementDescriptor: 'S' });
  // @ts-expect-error money is never left out
  await mollie.createPayout({ reference: 'r' });
  // @ts-expect-error no option exists
  await mollie.createPayout({ reference: 'r', money, providerOptions: { balance: { method: 'instant' } } });
  // @ts-expect-error no option exists for a list
  await mollie.list({ providerOptions: { balance: { sort: 'asc' } } });
  // @ts-expect-error no option exists for a cancel
  await mollie.cancel('p', { providerOptions: { balance: { force: true } } });
  // @ts-expect-error nor of another provider
  await mollie.createPayout({ reference: 'r', money, providerOptions: { stripe: {} } });
  // @ts-expect-error reverse does not exist
  void mollie.reverse;
  // @ts-expect-error update does not exist
  void mollie.update;
  expectTypeOf<{ readonly '~none'?: never }>().toExtend<NoOptions>();
});

it('settings', () => {
  // @ts-expect-error acceptScheduleSideEffect is missing
  createBalance({ token: 'test_x', balanceId: 'bal_1' });
  // @ts-expect-error it is the literal true
  createBalance({ ...settings, acceptScheduleSideEffect: false });
  // @ts-expect-error a boolean is not a decision
  createBalance({ ...settings, acceptScheduleSideEffect: true as boolean });
  // @ts-expect-error balanceId is missing
  createBalance({ token: 'test_x', acceptScheduleSideEffect: true });
  // @ts-expect-error there is no destination
  createBalance({ ...settings, destination: 'x' });
  // @ts-expect-error Mollie has no metadata to carry a token
  createBalance({ ...settings, correlation: 'metadata' });
  createBalance({ ...settings, correlation: 'description', webhookSecrets: ['a'], namespace: 'n', timeoutMs: 1_000 });
});

it('balances only with readBalances: true', async () => {
  const access = { ...settings, token: 'access_x', testmode: true } as const;
  const reading = createBalance({ ...access, readBalances: true });
  expectTypeOf(reading).toEqualTypeOf<ReadingBalanceProvider>();
  await reading.balances();
  // @ts-expect-error not without the setting
  void mollie.balances;
  // @ts-expect-error not with false
  void createBalance({ ...access, readBalances: false }).balances;
  const either = createBalance({ ...access, readBalances: true as boolean });
  expectTypeOf(either).toEqualTypeOf<BalanceProvider | ReadingBalanceProvider>();
  // @ts-expect-error not before it is narrowed
  void either.balances;
  if (supports(either, 'balances')) expectTypeOf(either).toEqualTypeOf<ReadingBalanceProvider>();
});

it('fits a registry', () => {
  const registry = createPayoutRegistry({ balance: mollie });
  expectTypeOf(registry.select()).toEqualTypeOf<BalanceProvider>();
});

it('the raw helper is typed', async () => {
  expectTypeOf(balancePayoutOf(await mollie.retrieve('p'))).toEqualTypeOf<BalancePayoutObject | null>();
});
