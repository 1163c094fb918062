// https://docs.stripe.com/api/balance/balance_object (read 2026-11-20)
import type { Balance, Money } from '@disburse/core';
import { type AdapterBalances, type HttpResponse, type ReadRows, readRows } from '@disburse/core/adapter';
import * as v from 'valibot';
import { STRIPE_MONEY } from './money.ts';
import { currencyField, unreadable } from './read-payout.ts';
import { isObject } from './read-shape.ts';
import { lenient, MinorUnits } from './wire.ts';

const SourceTypes = v.custom<Readonly<Record<string, number>>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((units) => Number.isSafeInteger(units)),
);
const EntryShape = v.object({ amount: MinorUnits, currency: v.string(), source_types: lenient(SourceTypes) });
const BalanceShape = v.object({
  object: v.literal('balance'),
  available: v.array(v.unknown()),
  pending: v.array(v.unknown()),
  instant_available: lenient(v.array(v.unknown())),
});

type Pots = ReadonlyMap<string, Money>;

/**
 * The balance by currency and source type: `source` is `usd:card`, or `usd` where Stripe does not tell source types apart.
 *
 * @param name The configured name of the provider.
 */
export function toBalances(name: string, answer: HttpResponse): AdapterBalances {
  const read = v.safeParse(BalanceShape, answer.json);
  if (!read.success)
    throw unreadable(
      name,
      'a balance',
      read.issues.map((issue) => v.getDotPath(issue)),
    );
  const { available, pending, instant_available } = read.output;
  const given = { available, pending, instant: instant_available ?? [] };
  const raw = LISTS.flatMap((list) => given[list].map((row): readonly [BalanceList, unknown] => [list, row]));
  const inOrder = readRows(
    raw,
    (row) => entryOf(name, row as (typeof raw)[number]),
    (row) => currencyIn(row as (typeof raw)[number]),
  );
  return { balances: balancesOf(inOrder), unreadable: inOrder.unreadable };
}

type BalanceList = 'available' | 'pending' | 'instant';
const LISTS: readonly BalanceList[] = ['available', 'pending', 'instant'];

function balancesOf({ rows, unreadable: left }: ReadRows<BalanceEntry>): readonly Balance[] {
  // One list that does not tell source types apart says nothing about any of them: not even that it has none of it.
  const whole = rows.filter(({ split }) => split.length === 0).map(({ currency }) => currency);
  const potsIn = (list: BalanceList): Pots =>
    potsOf(
      rows.filter((entry) => entry.list === list),
      whole,
    );
  const [available, pending, instant] = [potsIn('available'), potsIn('pending'), potsIn('instant')];
  const sources = new Set([...available.keys(), ...pending.keys(), ...instant.keys()]);
  return [...sources].flatMap((source): readonly Balance[] => {
    // What is not available at all is zero, unless a row that could not be read may be it.
    const money = available.get(source) ?? (left.length === 0 ? STRIPE_MONEY.fromWire(0, source.slice(0, 3)) : null);
    if (money === null) return [];
    // connect_reserved covers debts of connected accounts, no payouts under way.
    return [{ source, available: money, pending: pending.get(source) ?? null, reserved: null, instant: instant.get(source) ?? null }];
  });
}

interface BalanceEntry {
  readonly list: BalanceList;
  readonly currency: string;
  /** By source type; empty where Stripe does not tell them apart. */
  readonly split: readonly (readonly [type: string, money: Money])[];
  readonly money: Money;
}

function entryOf(name: string, [list, raw]: readonly [BalanceList, unknown]): BalanceEntry {
  const read = v.safeParse(EntryShape, raw);
  if (!read.success)
    throw unreadable(
      name,
      'an entry of a balance',
      read.issues.map((issue) => v.getDotPath(issue)),
    );
  const { amount, currency, source_types } = read.output;
  const split = Object.entries(source_types ?? {}).map(([type, units]): readonly [string, Money] => [type, moneyOf(name, units, currency)]);
  return { list, currency, split, money: moneyOf(name, amount, currency) };
}

/** What tells an entry from the others; `null` for what is no word of a currency. */
function currencyIn([, raw]: readonly [BalanceList, unknown]): string | null {
  const currency = isObject(raw) ? raw['currency'] : null;
  return typeof currency === 'string' && currencyField(currency) !== 'currency' ? currency : null;
}

/** @param whole Currencies that are not told by source type. */
function potsOf(entries: readonly BalanceEntry[], whole: readonly string[]): Pots {
  const pots = entries.flatMap(({ currency, money, split }): [string, Money][] =>
    whole.includes(currency) ? [[currency, money]] : split.map(([type, part]) => [`${currency}:${type}`, part]),
  );
  return new Map(pots);
}

function moneyOf(name: string, units: number, currency: string): Money {
  const money = STRIPE_MONEY.fromWire(units, currency);
  if (money === null) throw unreadable(name, 'an entry of a balance', [currencyField(currency)]);
  return money;
}
