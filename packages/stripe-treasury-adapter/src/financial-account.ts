// https://docs.stripe.com/api/treasury/financial_accounts/object (balance; read 2026-11-20)
import type { Balance, Money } from '@disburse/core';
import { type AdapterBalances, type HttpResponse, readRows } from '@disburse/core/adapter';
import { currencyField, STRIPE_MONEY, unreadable } from '@disburse/stripe-adapter/internal';
import * as v from 'valibot';
import { FinancialAccountShape, type Pot } from './wire.ts';

/**
 * The balance of a FinancialAccount, one for each currency: `available` is its cash, `pending` what is on its way in,
 * `reserved` what is held for payments that are not posted yet. `source` is the account's id.
 *
 * It is another pot than the balance of Stripe payments.
 *
 * @param name The configured name of the provider.
 */
export function toBalances(name: string, answer: HttpResponse): AdapterBalances {
  const read = v.safeParse(FinancialAccountShape, answer.json);
  if (!read.success) {
    throw unreadable(
      name,
      'a FinancialAccount',
      read.issues.map((issue) => v.getDotPath(issue)),
    );
  }
  const { id, balance } = read.output;
  const { cash, inbound_pending: inbound, outbound_pending: outbound } = balance;
  const currencies = new Set([cash, inbound ?? {}, outbound ?? {}].flatMap((pot) => Object.keys(pot)));
  const balanceIn = (currency: string): Balance => ({
    source: id,
    available: moneyIn(name, cash, currency),
    pending: inbound === null ? null : moneyIn(name, inbound, currency),
    reserved: outbound === null ? null : moneyIn(name, outbound, currency),
    instant: null,
  });
  const { rows: balances, unreadable: left } = readRows([...currencies], (currency) => balanceIn(String(currency)), wordIn);
  return { balances, unreadable: left };
}

/** What tells one currency of the account from another; `null` for what is no word of a currency. */
function wordIn(currency: unknown): unknown {
  return currencyField(String(currency)) === 'currency' ? null : currency;
}

/** A currency that only another pot names is zero here. */
function moneyIn(name: string, pot: Pot, currency: string): Money {
  const money = STRIPE_MONEY.fromWire((Object.hasOwn(pot, currency) ? pot[currency] : undefined) ?? 0, currency);
  if (money === null) throw unreadable(name, 'a balance of the FinancialAccount', [currencyField(currency)]);
  return money;
}
