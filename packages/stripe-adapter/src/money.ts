// https://docs.stripe.com/currencies (read 2026-11-20; three decimals as archived 2022-12-31, not said to have changed since)
import type { MoneyProfile } from '@disburse/core';
import { defineMoneyProfile } from '@disburse/core/adapter';

const ZERO_DECIMAL = ['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'];
const THREE_DECIMAL = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'];

const all = (currencies: readonly string[], value: number): Record<string, number> =>
  Object.fromEntries(currencies.map((currency) => [currency, value]));

/**
 * Stripe's amounts: integers in its own minor unit, which is neither ISO 4217's nor Intl's (MGA has 0 decimals, ISK and UGX
 * have 2, IQD, LYD and CLF have 2).
 */
export const STRIPE_MONEY: MoneyProfile = defineMoneyProfile({
  provider: 'Stripe',
  form: 'minor_units',
  exponents: { ...all(ZERO_DECIMAL, 0), ...all(THREE_DECIMAL, 3) },
  exponentElse: 2, // UGX is printed in the zero-decimal list too; the special case (5 UGX = 500) wins.
  steps: {
    ISK: 100,
    UGX: 100, // Both: whole units only, written with two decimals.
    HUF: 100,
    TWD: 100, // Both: payouts only in whole units; 1045 is refused, 1000 is fine.
    ...all(THREE_DECIMAL, 10), // The last digit must be 0.
  },
});
