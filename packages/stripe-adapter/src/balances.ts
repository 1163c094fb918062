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
  const instant = instant_available ?? [];
  const entries = [...available, ...pending, ...instant];
  // One list that does not tell source types apart says nothing about any of them: not even that it has none of it.
  const whole = entries.filter((entry) => splitOf(entry).length === 0).map(({ currency }) => currency);
  const pots = { available: potsOf(name, available, whole), pending: potsOf(name, pending, whole), instant: potsOf(name, instant, whole) };
  const sources = new Set([...pots.available.keys(), ...pots.pending.keys(), ...pots.instant.keys()]);
  return [...sources].map((source) => ({
    source,
    available: pots.available.get(source) ?? moneyOf(name, 0, source.slice(0, 3)),
    pending: pots.pending.get(source) ?? null,
    reserved: null, // connect_reserved covers debts of connected accounts, no payouts under way.
    instant: pots.instant.get(source) ?? null,
  }));
}

type BalanceEntry = v.InferOutput<typeof Entry>;

const splitOf = ({ source_types }: BalanceEntry): readonly (readonly [string, number])[] => Object.entries(source_types ?? {});

/** @param whole Currencies that are not told by source type. */
function potsOf(name: string, entries: readonly BalanceEntry[], whole: readonly string[]): Pots {
  const pots = entries.flatMap((entry): [string, Money][] => {
    const { amount, currency } = entry;
    if (whole.includes(currency)) return [[currency, moneyOf(name, amount, currency)]];
    return splitOf(entry).map(([type, units]) => [`${currency}:${type}`, moneyOf(name, units, currency)]);
  });
  return new Map(pots);
}

function moneyOf(name: string, units: number, currency: string): Money {
  const money = STRIPE_MONEY.fromWire(units, currency);
  if (money === null) throw unreadable(name, 'a balance', ['currency']);
  return money;
}
