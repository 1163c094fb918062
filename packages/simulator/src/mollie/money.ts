import type { MollieAmount } from './objects.ts';

/** The currencies a balance can have (contract section 7). All of them have two decimals at this provider, HUF too (section 9). */
export const BALANCE_CURRENCIES: readonly string[] = [
  'EUR',
  'GBP',
  'CHF',
  'DKK',
  'NOK',
  'PLN',
  'SEK',
  'USD',
  'CZK',
  'HUF',
  'AUD',
  'CAD',
  'RON',
];

/** Hundredths of a value such as `10.00`; null for anything that is not written exactly like that. */
export function hundredths(value: unknown): number | null {
  if (typeof value !== 'string' || !/^-?\d{1,13}\.\d{2}$/.test(value)) return null;
  return Number(value.replace('.', ''));
}

/** Hundredths of a value that a control was given. @throws {RangeError} when it is not written like `10.00`. */
export function controlled(value: string): number {
  const amount = hundredths(value);
  if (amount === null) throw new RangeError(`"${value}" is not an amount with two decimals, such as "10.00".`);
  return amount;
}

/** The amount as sent. */
export function amountOf(currency: string, amount: number): MollieAmount {
  const digits = String(Math.abs(amount)).padStart(3, '0');
  return { currency, value: `${amount < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}` };
}
