import { currencyCodeIn, isoDigitsOf, payableDigitsOf } from './currency.ts';
import { errorOfIssues, PayoutError, type PayoutIssue } from '../errors.ts';
import {
  compareAmounts,
  decimalsIn,
  isExactAmount,
  isMultipleOf,
  largestMultiple,
  type Money,
  moneyIssues,
  moveDecimalPoint,
  payableUnits,
  subtractMoney,
} from './money.ts';

/** An amount as the provider takes it, or the sentence that says why it takes none. */
export type WireAmount = { readonly ok: true; readonly amount: string } | { readonly ok: false; readonly message: string };

/** How one provider writes money. Made by {@link defineMoneyProfile}. */
export interface MoneyProfile {
  /** The provider as people say it, for messages: `Stripe`. */
  readonly provider: string;
  /** The amount to send, exactly equal to `money`; or the rule it breaks. Never rounds, never throws. */
  toWire(money: Money): WireAmount;
  /**
   * What the provider reported, exactly; `null` for what is not an exact number in the provider's form. Never throws.
   *
   * Zero, negative amounts, either case and codes unknown to ISO 4217 (wire digits then) are read. The amount has the
   * ISO digits, and more only where the provider reports a fraction that ISO does not have.
   */
  fromWire(wire: string | number, currency: string): Money | null;
  /** The smallest amount that can be paid; every payable amount is a multiple. `null` for a currency that is not taken. */
  stepOf(currency: string): Money | null;
  /** The largest amount that can be paid. `null` for a currency that is not taken. */
  maximumOf(currency: string): Money | null;
  /**
   * The provider's own number of decimals, in either case of the code; it may differ from ISO 4217.
   *
   * @throws {PayoutError} `invalid_request` for a currency whose digits the provider does not say.
   */
  exponentOf(currency: string): number;
  /** Whether this upper-case code can be paid through the provider. */
  accepts(currency: string): boolean;
}

/** The tables of a provider's money format: data, copied from its documentation. */
export interface MoneyProfileSpec {
  readonly provider: string;
  /** `minor_units`: an integer, Stripe's `1050`. `decimal_string`: fixed decimals in a string, Mollie's `'10.50'`. */
  readonly form: 'minor_units' | 'decimal_string';
  /** Decimals on the wire, by upper-case code. */
  readonly exponents: Readonly<Record<string, number>>;
  /** Decimals of every other code; `null`: only the listed ones are known. */
  readonly exponentElse: number | null;
  /** Amounts must be multiples of this many wire minor units. Default 1. */
  readonly steps?: Readonly<Record<string, number>> | undefined;
  /** The only currencies that are taken. Default: every one whose exponent is known. */
  readonly currencies?: readonly string[] | undefined;
  /** In wire minor units. Default 2^53 - 1, the largest exact JSON integer. */
  readonly maximum?: number | undefined;
}

/**
 * Turns a provider's tables into its {@link MoneyProfile}.
 *
 * @throws {PayoutError} `invalid_settings` for tables that contradict themselves, with all issues.
 */
export function defineMoneyProfile(spec: MoneyProfileSpec): MoneyProfile {
  const issues = specIssues(spec);
  if (issues.length > 0) throw errorOfIssues('invalid_settings', issues, { provider: spec.provider });
  const rules = structuredClone(spec);
  const payable = new Map<string, Payable>();
  const written = new Map<unknown, Written>();
  return Object.freeze({
    provider: rules.provider,
    toWire: (money: Money) => plainToWire(rules, payable, money) ?? toWire(rules, money),
    fromWire: (wire: string | number, currency: string) => plainFromWire(rules, written, wire, currency) ?? fromWire(rules, wire, currency),
    stepOf: (currency: string) => limitsOf(rules, currency)?.step ?? null,
    maximumOf: (currency: string) => limitsOf(rules, currency)?.maximum ?? null,
    exponentOf: (currency: string) => exponentOf(rules, currency),
    accepts: (currency: string) => limitsOf(rules, currency) !== null,
  });
}

/**
 * Splits an amount into what the provider can send and what stays behind. Nothing is rounded: the caller decides.
 *
 * `payable` is the largest amount the provider takes that is not more than `money`, `null` when there is none; `payable` +
 * `remainder` is exactly `money`.
 *
 * @throws {PayoutError} `invalid_request` for invalid money or a currency that the profile does not take.
 * @example `splitPayable({ amount: '10.45', currency: 'HUF' }, stripe)` is `10.00` HUF payable and `0.45` HUF remainder.
 */
export function splitPayable(money: Money, profile: MoneyProfile): { readonly payable: Money | null; readonly remainder: Money } {
  const wire = profile.toWire(money);
  if (wire.ok) return { payable: { amount: money.amount, currency: money.currency }, remainder: subtractMoney(money, money) };
  const issues = moneyIssues(money, 'money');
  if (issues.length > 0) throw errorOfIssues('invalid_request', issues);
  const step = profile.stepOf(money.currency);
  const maximum = profile.maximumOf(money.currency);
  if (step === null || maximum === null) throw new PayoutError('invalid_request', wire.message);
  const most = compareAmounts(money.amount, maximum.amount) > 0 ? maximum.amount : money.amount;
  const payable: Money = { amount: largestMultiple(most, step.amount, decimalsIn(money.amount)), currency: money.currency };
  return { payable: compareAmounts(payable.amount, '0') > 0 ? payable : null, remainder: subtractMoney(money, payable) };
}

// --- To the wire ---

/** The limits of a currency's amounts, in ISO minor units. They are computed once. */
interface Payable {
  readonly step: number;
  readonly maximum: number;
  /** How many more digits the wire has than ISO; negative for fewer. */
  readonly shift: number;
}

/** The answer of {@link toWire} for a usual amount, in whole numbers; `null` for an amount that needs a closer look. */
function plainToWire(rules: MoneyProfileSpec, known: Map<string, Payable>, money: Money): WireAmount | null {
  const units = payableUnits(money);
  if (units === null) return null;
  const { amount, currency } = money;
  const payable = known.get(currency) ?? payableOf(rules, currency);
  if (payable === null || units % payable.step !== 0 || units > payable.maximum) return null;
  known.set(currency, payable); // The map stays small: only currencies that ISO knows get here.
  const { shift } = payable;
  if (rules.form === 'decimal_string') return shift === 0 ? { ok: true, amount } : null;
  // A wire that is coarser than ISO drops only zeros, because the step is that coarse.
  return { ok: true, amount: shift < 0 ? String(units / 10 ** -shift) : `${units}${'0'.repeat(shift)}` };
}

function payableOf(rules: MoneyProfileSpec, currency: string): Payable | null {
  const limits = limitsOf(rules, currency);
  if (limits === null) return null;
  const { digits, exponent, step, maximum } = limits;
  const unitsOf = (money: Money): number => Number(moveDecimalPoint(money.amount, digits, 0));
  return { step: unitsOf(step), maximum: unitsOf(maximum), shift: exponent - digits };
}

function toWire(rules: MoneyProfileSpec, money: Money): WireAmount {
  const issues = moneyIssues(money, 'money');
  if (issues.length > 0) return refuse(issues.map(({ path, message }) => `${path}: ${message}`).join(' '));
  const { amount, currency } = money;
  const limits = limitsOf(rules, currency);
  if (limits === null) return refuse(`money.currency: ${currencyRule(rules, currency)}`);
  const { exponent, step, maximum } = limits;
  if (!isMultipleOf(amount, step.amount)) {
    return refuse(
      `money.amount: ${rules.provider} pays out ${currency} only in multiples of ${step.amount} (fit(money, profile) tells what can be sent); nothing is rounded.`,
    );
  }
  if (compareAmounts(amount, maximum.amount) > 0) {
    return refuse(`money.amount: ${rules.provider} takes at most ${maximum.amount} ${currency} in one payout.`);
  }
  return { ok: true, amount: rules.form === 'minor_units' ? moveDecimalPoint(amount, exponent, 0) : moveDecimalPoint(amount, 0, exponent) };
}

function refuse(message: string): WireAmount {
  return { ok: false, message };
}

/** The sentence that names the currencies. A short list is written in full, and a long one would hide the sentence. */
function currencyRule(rules: MoneyProfileSpec, currency: string): string {
  const taken = rules.currencies ?? Object.keys(rules.exponents);
  const all = taken.length > 0 && taken.length <= 5;
  return all ? `${rules.provider} pays out only ${taken.join(', ')}.` : `${rules.provider} does not pay out ${currency}.`;
}

// --- From the wire ---

/** How a currency is written. It is computed once. */
interface Written {
  readonly code: string;
  /** The wire's decimals; `null` where the provider does not say. */
  readonly exponent: number | null;
  readonly digits: number;
}

/** The answer of {@link fromWire} for a usual amount, without decimal arithmetic; `null` for one that needs a closer look. */
function plainFromWire(rules: MoneyProfileSpec, known: Map<unknown, Written>, wire: unknown, currency: unknown): Money | null {
  const written = known.get(currency) ?? writtenOf(rules, currency);
  if (written === null) return null;
  known.set(currency, written); // The map stays small: only codes that ISO knows get here, in either case.
  const { code, exponent, digits } = written;
  if (rules.form === 'decimal_string') {
    return typeof wire === 'string' && decimalsIn(wire) === digits && PLAIN_AMOUNT.test(wire) ? { amount: wire, currency: code } : null;
  }
  if (typeof wire !== 'number' || !Number.isSafeInteger(wire) || exponent === null || exponent > digits) return null;
  const sign = wire < 0 ? '-' : '';
  const units = `${Math.abs(wire)}${'0'.repeat(digits - exponent)}`.padStart(digits + 1, '0');
  const point = units.length - digits;
  return { amount: digits === 0 ? sign + units : `${sign}${units.slice(0, point)}.${units.slice(point)}`, currency: code };
}

/** Whether an amount is within what {@link isExactAmount} takes, and written as decimal arithmetic would write it. */
const PLAIN_AMOUNT = /^(?:0|[1-9]\d{0,14})(?:\.\d{1,8})?$/;

function writtenOf(rules: MoneyProfileSpec, currency: unknown): Written | null {
  const code = currencyCodeIn(currency);
  if (code === null) return null;
  const digits = isoDigitsOf(code);
  return digits === null ? null : { code, exponent: wireDigits(rules, code), digits };
}

function fromWire(rules: MoneyProfileSpec, wire: unknown, currency: unknown): Money | null {
  const code = currencyCodeIn(currency);
  if (code === null) return null;
  const exponent = wireDigits(rules, code);
  if (rules.form === 'minor_units') {
    const units = integerIn(wire);
    if (units === null || exponent === null) return null;
    return { amount: moveDecimalPoint(units, -exponent, isoDigitsOf(code) ?? exponent), currency: code };
  }
  // A number is not this provider's form. It may be minor units, and a fraction would have been through binary.
  if (!isExactAmount(wire)) return null;
  return { amount: moveDecimalPoint(wire, 0, isoDigitsOf(code) ?? exponent ?? decimalsIn(wire)), currency: code };
}

/** The digits of an exact integer. A number beyond 2^53 - 1 has lost its exact digits already, a text has not. */
function integerIn(wire: unknown): string | null {
  if (typeof wire === 'number') return Number.isSafeInteger(wire) ? String(wire) : null;
  return isExactAmount(wire) && !wire.includes('.') ? wire : null;
}

// --- The tables ---

function wireDigits(rules: MoneyProfileSpec, code: string): number | null {
  return Object.hasOwn(rules.exponents, code) ? (rules.exponents[code] ?? null) : rules.exponentElse;
}

function exponentOf(rules: MoneyProfileSpec, currency: string): number {
  const code = currencyCodeIn(currency);
  const digits = code === null ? null : wireDigits(rules, code);
  if (digits !== null) return digits;
  throw new PayoutError('invalid_request', `${rules.provider} does not say how many decimals ${code ?? 'this currency'} has.`);
}

/** The payable amounts of a currency. */
interface Limits {
  readonly digits: number;
  readonly exponent: number;
  readonly step: Money;
  readonly maximum: Money;
}

/** The payable amounts of a currency; `null` for one that is not taken. */
function limitsOf(rules: MoneyProfileSpec, currency: string): Limits | null {
  const digits = payableDigitsOf(currency);
  const exponent = wireDigits(rules, currency);
  if (digits === null || exponent === null || rules.currencies?.includes(currency) === false) return null;
  const steps = rules.steps ?? {};
  const own = Object.hasOwn(steps, currency) ? (steps[currency] ?? 1) : 1;
  // Money has ISO digits. A wire that is finer than ISO is used in whole ISO units only.
  const units = leastCommonMultiple(own, 10 ** Math.max(0, exponent - digits));
  const step = moveDecimalPoint(String(units), -exponent, digits);
  const onWire = moveDecimalPoint(String(rules.maximum ?? Number.MAX_SAFE_INTEGER), -exponent, 0);
  const inMoney = moveDecimalPoint(String(Number.MAX_SAFE_INTEGER), -digits, 0);
  const most = compareAmounts(onWire, inMoney) < 0 ? onWire : inMoney;
  const maximum = largestMultiple(most, step, digits);
  return { digits, exponent, step: { amount: step, currency }, maximum: { amount: maximum, currency } };
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}

/**
 * Every problem of a profile's tables. A lower-case key or half a minor unit would be ignored silently, so it is refused when the
 * adapter is loaded.
 */
function specIssues(spec: MoneyProfileSpec): readonly PayoutIssue[] {
  const special = [...Object.keys(spec.steps ?? {}), ...(spec.currencies ?? [])];
  const digits = [...Object.values(spec.exponents), spec.exponentElse ?? 0];
  const counts = [...Object.values(spec.steps ?? {}), spec.maximum ?? 1];
  const badCodes = [...Object.keys(spec.exponents), ...special].filter((code) => !/^[A-Z]{3}$/.test(code));
  const badDigits = digits.some((count) => !Number.isInteger(count) || count < 0 || count > 8);
  const badCounts = counts.some((count) => !Number.isSafeInteger(count) || count < 1);
  return [
    ...badCodes.map((code) => issue(code, 'a currency code is three upper-case letters.')),
    ...(badDigits ? [issue('exponents', 'an exponent is a whole number from 0 to 8.')] : []),
    ...(badCounts ? [issue('steps', 'a step, and the maximum, is a whole number of wire minor units, 1 or more.')] : []),
    ...special.filter((code) => wireDigits(spec, code) === null).map((code) => issue(code, 'this currency has no exponent.')),
  ];
}

function issue(path: string, message: string): PayoutIssue {
  return { path, message };
}
