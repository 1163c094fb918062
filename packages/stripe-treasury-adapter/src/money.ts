// https://docs.stripe.com/financial-accounts/connect/moving-money/out-of/outbound-payments (read 2026-11-20)
import type { MoneyProfile } from '@disburse/core';
import { defineMoneyProfile } from '@disburse/core/adapter';

/** What can be sent: US dollars, in cents. What an answer says is read with all of Stripe's currencies. */
export const TREASURY_MONEY: MoneyProfile = defineMoneyProfile({
  provider: 'Stripe Treasury',
  form: 'minor_units',
  exponents: { USD: 2 },
  exponentElse: null,
  currencies: ['USD'],
});
