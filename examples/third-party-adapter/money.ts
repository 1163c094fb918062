// CONTRACT.md, "Amounts"
import type { MoneyProfile } from '@disburse/core';
import { defineMoneyProfile } from '@disburse/core/adapter';

/** How Fjord writes money: integers in the minor unit, SEK in whole kronor. */
export const MONEY: MoneyProfile = defineMoneyProfile({
  provider: 'Fjord',
  form: 'minor_units',
  exponents: { EUR: 2, SEK: 2, JPY: 0, KWD: 3 },
  exponentElse: null,
  steps: { SEK: 100 },
  maximum: 5_000_000_000,
});
