// https://github.com/mollie/api-documentation/blob/5562885/source/payments/multicurrency.rst
// Mollie's own decimals (read 2026-11-20). Amounts are strings with exactly that many.
import type { MoneyProfile } from '@disburse/core';
import { defineMoneyProfile } from '@disburse/core/adapter';

/**
 * How Mollie writes money: `'10.00'`.
 *
 * The currencies of balances are an open list, and no minimum or maximum is documented: both are left to Mollie to refuse.
 */
export const MONEY: MoneyProfile = defineMoneyProfile({
  provider: 'Mollie',
  form: 'decimal_string',
  exponents: {
    AED: 2,
    AUD: 2,
    BGN: 2,
    BRL: 2,
    CAD: 2,
    CHF: 2,
    CZK: 2,
    DKK: 2,
    EUR: 2,
    GBP: 2,
    HKD: 2,
    HUF: 2,
    ILS: 2,
    MXN: 2,
    MYR: 2,
    NOK: 2,
    NZD: 2,
    PHP: 2,
    PLN: 2,
    RON: 2,
    RUB: 2,
    SEK: 2,
    SGD: 2,
    THB: 2,
    TWD: 2,
    USD: 2,
    ZAR: 2,

    ISK: 0,
    JPY: 0,
  },
  exponentElse: null,
});
