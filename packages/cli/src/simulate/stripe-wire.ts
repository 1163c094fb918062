// How the simulated Stripes write amounts, and where the adapters keep the reference of a payout.
import type { Money } from '@disburse/core';
import { REFERENCE_KEY, STRIPE_MONEY } from '@disburse/stripe-adapter/internal';
import { moneyText } from '../tables.ts';

/** The amount in Stripe's minor units, or the rule that it breaks. */
export function minorUnitsOf(money: Money): { readonly ok: true; readonly units: number } | { readonly ok: false; readonly why: string } {
  const wire = STRIPE_MONEY.toWire(money);
  return wire.ok ? { ok: true, units: Number(wire.amount) } : { ok: false, why: wire.message.replace(/^money\.\w+: /, '') };
}

export const moneyOf = (units: number, currency: string): Money | null => STRIPE_MONEY.fromWire(units, currency);

export const availableText = (units: number, currency: string): string => moneyText(moneyOf(units, currency));

export const referenceOf = (metadata: Readonly<Record<string, string>>): string | null => metadata[REFERENCE_KEY] ?? null;
