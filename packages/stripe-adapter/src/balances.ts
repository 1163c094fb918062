// https://docs.stripe.com/api/balance/balance_object (read 2026-11-20)
import type { Answer, Balance, Money } from '@disburse/core';
import * as v from 'valibot';
import { STRIPE_MONEY } from './money.ts';
import { unreadable } from './read-payout.ts';
import { lenient, MinorUnits } from './wire.ts';

const SourceTypes = v.custom<Readonly<Record<string, number>>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((units) => Number.isSafeInteger(units)),
);
const Entry = v.object({ amount: MinorUnits, currency: v.string(), source_types: lenient(SourceTypes) });
const BalanceShape = v.object({
  object: v.literal('balance'),
  available: v.array(Entry),
  pending: v.array(Entry),
  instant_available: lenient(v.array(Entry)),
});

type Pots = ReadonlyMap<string, Money>;

/**
 * The balance by currency and source type: `source` is `usd:card`, or `usd` where Stripe does not tell source types apart.
 *
 * @param name The configured name of the provider.
 */
export function toBalances(name: string, answer: Answer): readonly Balance[] {
  const read = v.safeParse(BalanceShape, answer.json);
  if (!read.success)
    throw unreadable(
      name,
      'a balance',
      read.issues.map((issue) => v.getDotPath(issue)),
    );
  const { available, pending, instant_available } = read.output;
  const pots = { available: potsOf(name, available), pending: potsOf(name, pending), instant: potsOf(name, instant_available ?? []) };
  const sources = new Set([...pots.available.keys(), ...pots.pending.keys(), ...pots.instant.keys()]);
  return [...sources].map((source) => ({
    source,
    available: pots.available.get(source) ?? moneyOf(name, 0, source.slice(0, 3)),
    pending: pots.pending.get(source) ?? null,
    reserved: null, // connect_reserved covers debts of connected accounts, no payouts under way.
    instant: pots.instant.get(source) ?? null,
  }));
}

function potsOf(name: string, entries: readonly v.InferOutput<typeof Entry>[]): Pots {
  const pots = entries.flatMap(({ amount, currency, source_types }): [string, Money][] => {
    const split = Object.entries(source_types ?? {});
    if (split.length === 0) return [[currency, moneyOf(name, amount, currency)]];
    return split.map(([type, units]) => [`${currency}:${type}`, moneyOf(name, units, currency)]);
  });
  return new Map(pots);
}

function moneyOf(name: string, units: number, currency: string): Money {
  const money = STRIPE_MONEY.fromWire(units, currency);
  if (money === null) throw unreadable(name, 'a balance', ['currency']);
  return money;
}
