import { currencyCodeIn, currencyProblem, isoDigitsOf, payableDigitsOf } from './currency.ts';
import { PayoutError, type PayoutIssue } from '../errors.ts';

/**
 * Exact amount in major units, in plain decimal notation with exactly the currency's ISO 4217 digits.
 *
 * An amount to pay is positive. A reported amount may be zero or negative. Where a provider reports a fraction
 * that ISO does not have, the amount keeps the extra digits and is not rounded.
 *
 * @example `{ amount: '10.50', currency: 'EUR' }`, `{ amount: '500', currency: 'JPY' }`, `{ amount: '1.000', currency: 'KWD' }`
 */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** The most digits of an amount. A longer text is no amount of money, and decimal arithmetic on it would cost time. */
const EXACT_AMOUNT = /^-?\d{1,30}(?:\.\d{1,20})?$/;

/** The largest count of minor units that a JSON integer carries exactly. */
const LARGEST_MINOR_UNITS = BigInt(Number.MAX_SAFE_INTEGER);

// --- What may be paid ---

/**
 * Every rule that a value breaks as an amount to pay; empty for a valid, positive, payable {@link Money}.
 *
 * The sentences name the rule and never repeat the value: what was passed by mistake may be a secret.
 *
 * @param path Where the value came from, for example `money`; the issues' paths start with it.
 */
export function moneyIssues(value: unknown, path: string): readonly PayoutIssue[] {
  if (payableUnits(value) !== null && isRecord(value) && Object.keys(value).length === MEMBERS.length) return [];
  const problem = shapeProblem(value);
  if (problem !== null || !isRecord(value)) return [{ path, message: problem ?? '' }];
  const amount = own(value, 'amount');
  const currency = own(value, 'currency');
  const about = currencyProblem(currency);
  const payable = about === null && typeof currency === 'string' ? currency : null;
  return [
    ...amountProblems(amount, payable).map((message) => ({ path: `${path}.amount`, message })),
    ...(about === null ? [] : [{ path: `${path}.currency`, message: about }]),
    // Another library's money object lacks the amount. That one problem says everything.
    ...(amount === undefined ? [] : unknownMembers(value).map((key) => ({ path: `${path}.${key}`, message: NOT_KNOWN }))),
  ];
}

const MEMBERS: readonly string[] = ['amount', 'currency'];
const NOT_KNOWN = `is not known here; known are ${MEMBERS.join(', ')}`;

/** Members that money does not have. With two amounts in one object nobody can say which was meant. */
const unknownMembers = (value: object): readonly string[] => Object.keys(value).filter((key) => !MEMBERS.includes(key));

/** Plain notation without a sign or leading zeros. */
const PLAIN = /^(?:0|[1-9]\d*)(?:\.\d+)?$/;
/** The most digits of a number that is exact in binary in any case. */
const EXACT_DIGITS = 15;

/**
 * The ISO minor units of a usual amount to pay, without decimal arithmetic.
 *
 * `null` means only that the value needs a closer look: it may still be payable.
 */
export function payableUnits(value: unknown): number | null {
  if (!isRecord(value)) return null;
  const amount = own(value, 'amount');
  const currency = own(value, 'currency');
  if (typeof amount !== 'string' || typeof currency !== 'string' || amount.length > EXACT_DIGITS || !PLAIN.test(amount)) return null;
  const digits = payableDigitsOf(currency);
  if (digits === null || decimalsIn(amount) !== digits) return null;
  const units = Number(digits === 0 ? amount : amount.replace('.', ''));
  return units > 0 ? units : null;
}

const EXPECTED_MONEY = "{ amount: '10.50', currency: 'EUR' }";

function shapeProblem(value: unknown): string | null {
  if (value === undefined || value === null) {
    return `the amount is missing; give ${EXPECTED_MONEY}. The whole balance is never paid by omission: where the provider supports it, say 'full_balance'.`;
  }
  if (value === 'full_balance') return `'full_balance' is not an amount here, only where the provider supports it; give ${EXPECTED_MONEY}.`;
  return isRecord(value) ? null : `money is an object, ${EXPECTED_MONEY}; this is ${kindOf(value)}.`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  const kind = Array.isArray(value) ? 'array' : typeof value;
  return /^[ao]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

/** Reads own members only: nobody decided on an inherited amount. */
function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/**
 * Every problem of an amount. `currency` is the payable one, or `null` when it is wrong itself. Then only the rules of every
 * currency are checked.
 */
function amountProblems(amount: unknown, currency: string | null): readonly string[] {
  const digits = currency === null ? null : payableDigitsOf(currency);
  const expected = `a string, such as '${exampleOf(digits ?? 2)}'`;
  if (amount === undefined || amount === null) return [`the amount is missing; give ${expected}.`];
  if (typeof amount !== 'string') return [`the amount is ${kindOf(amount)}; give ${expected}: binary numbers lose cents.`];
  if (amount.length > 64) return [`the amount has ${amount.length} characters, more than any amount of money needs; give ${expected}.`];
  const parts = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(amount);
  if (parts === null) return [`${notationProblem(amount)}; give ${expected}.`];
  const [, sign = '', whole = '', fraction = ''] = parts;
  return [
    ...(sign === '+' ? ['write the amount without a plus sign.'] : []),
    ...(sign === '-' || !/[1-9]/.test(amount) ? ['the amount must be greater than zero.'] : []),
    ...(/^0\d/.test(whole) ? ['write the amount without leading zeros.'] : []),
    ...(digits === null ? [] : digitProblems(fraction.length, digits, currency)),
    ...(digits === null || fraction.length > digits ? [] : sizeProblems(whole + fraction.padEnd(digits, '0'), digits, currency)),
  ];
}

/** The first reason why a text is not plain decimal notation. */
const NOTATIONS: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'the amount is empty'],
  [/\s/, 'the amount contains spaces'],
  [/[^\x20-\x7e]/, 'the amount contains other characters than the digits 0 to 9 and one point'],
  [/^[+-]?(?:nan|inf)/i, 'the amount is not a number'],
  [/^[+-]?0[xob]/i, 'the amount is not in decimal notation'],
  [/^[+-]?[\d.]+e[+-]?\d+$/i, 'the amount is in exponent notation'],
  [/,/, 'the amount contains a comma; thousands are not separated, and decimals follow a point'],
];

function notationProblem(amount: string): string {
  const found = NOTATIONS.find(([pattern]) => pattern.test(amount));
  return found === undefined ? 'the amount is not plain decimal notation: digits 0 to 9 and one point between them' : found[1];
}

function digitProblems(given: number, digits: number, currency: string | null): readonly string[] {
  if (given === digits) return [];
  const rule = digits === 0 ? 'no decimals' : `exactly ${digits} decimals`;
  return [`${currency} amounts have ${rule}, such as '${exampleOf(digits)}'; this one has ${given === 0 ? 'none' : given}.`];
}

function sizeProblems(minorUnits: string, digits: number, currency: string | null): readonly string[] {
  if (BigInt(minorUnits) <= LARGEST_MINOR_UNITS) return [];
  return [
    `the amount is more than ${render({ units: LARGEST_MINOR_UNITS, decimals: digits }, digits)} ${currency}, the largest that providers' integers carry exactly.`,
  ];
}

function exampleOf(digits: number): string {
  return digits === 0 ? '500' : '10.5'.padEnd(3 + digits, '0');
}

// --- Arithmetic on Money ---

/** Whether two amounts have the same currency and are numerically equal. A value that is no exact amount equals nothing. */
export function sameMoney(a: Money, b: Money): boolean {
  if (a.currency !== b.currency || !isExactAmount(a.amount) || !isExactAmount(b.amount)) return false;
  return a.amount === b.amount || compareAmounts(a.amount, b.amount) === 0;
}

/**
 * Orders two amounts of one currency.
 *
 * @throws {PayoutError} `invalid_request` for different currencies, or for what is not an exact amount.
 */
export function compareMoney(a: Money, b: Money): -1 | 0 | 1 {
  sameCurrency(a, b);
  return compareAmounts(a.amount, b.amount);
}

/**
 * The exact sum of two amounts of one currency, with the currency's digits.
 *
 * @throws {PayoutError} `invalid_request` for different currencies, or for what is not an exact amount.
 */
export function addMoney(a: Money, b: Money): Money {
  const currency = sameCurrency(a, b);
  return { amount: render(sumOf(exact(a.amount), exact(b.amount)), digitsOf(a, b)), currency };
}

/**
 * The exact difference `a - b` of two amounts of one currency; it may be zero or negative, which cannot be paid.
 *
 * @throws {PayoutError} `invalid_request` for different currencies, or for what is not an exact amount.
 */
export function subtractMoney(a: Money, b: Money): Money {
  const currency = sameCurrency(a, b);
  return { amount: render(sumOf(exact(a.amount), negated(exact(b.amount))), digitsOf(a, b)), currency };
}

function sameCurrency(a: Money, b: Money): string {
  if (a.currency === b.currency) return a.currency;
  const [first, second] = [currencyCodeIn(a.currency) ?? 'one', currencyCodeIn(b.currency) ?? 'another'];
  throw new PayoutError('invalid_request', `amounts of two currencies (${first} and ${second}) cannot be compared or added.`);
}

/** The digits of a currency. A currency that ISO does not know keeps the decimals it came with. */
function digitsOf(a: Money, b: Money): number {
  return isoDigitsOf(a.currency) ?? Math.max(decimalsIn(a.amount), decimalsIn(b.amount));
}

// --- Building blocks for money profiles: plain decimal strings in and out, so that arithmetic stays in this file ---

/** Whether a text is an amount this library can calculate with: up to 30 digits, up to 20 decimals, maybe negative. */
export function isExactAmount(text: unknown): text is string {
  return typeof text === 'string' && EXACT_AMOUNT.test(text);
}

/** How many decimals an amount is written with. */
export function decimalsIn(amount: string): number {
  const point = amount.indexOf('.');
  return point === -1 ? 0 : amount.length - point - 1;
}

/** `amount` x 10^`places`, exactly, with at least `decimals` decimals and more only where it takes more to be exact. */
export function moveDecimalPoint(amount: string, places: number, decimals: number): string {
  const { units, decimals: given } = exact(amount);
  return render({ units, decimals: given - places }, decimals);
}

/** Numerical order of two amounts. */
export function compareAmounts(a: string, b: string): -1 | 0 | 1 {
  const { units } = sumOf(exact(a), negated(exact(b)));
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

/** Whether a positive amount is a whole number of steps. */
export function isMultipleOf(amount: string, step: string): boolean {
  return restOf(exact(amount), exact(step)).units === 0n;
}

/** The largest multiple of `step` that is not more than a positive `amount`; `'0'` (with `decimals`) when there is none. */
export function largestMultiple(amount: string, step: string, decimals: number): string {
  const whole = exact(amount);
  return render(sumOf(whole, negated(restOf(whole, exact(step)))), decimals);
}

// --- Arithmetic: whole numbers of any size, so that nothing can be rounded ---

/** `units` x 10^-`decimals`. */
interface Exact {
  readonly units: bigint;
  readonly decimals: number;
}

function exact(amount: string): Exact {
  if (isExactAmount(amount)) return { units: BigInt(amount.replace('.', '')), decimals: decimalsIn(amount) };
  throw new PayoutError(
    'invalid_request',
    "an amount is a string in plain decimal notation, such as '10.50', with at most 30 digits and 20 decimals.",
  );
}

/** The units of a value that is written with more decimals. */
const unitsWith = ({ units, decimals }: Exact, more: number): bigint => units * 10n ** BigInt(more - decimals);

const negated = ({ units, decimals }: Exact): Exact => ({ units: -units, decimals });

function sumOf(a: Exact, b: Exact): Exact {
  const decimals = Math.max(a.decimals, b.decimals);
  return { units: unitsWith(a, decimals) + unitsWith(b, decimals), decimals };
}

/** The remainder of `a` after whole steps. */
function restOf(a: Exact, step: Exact): Exact {
  const decimals = Math.max(a.decimals, step.decimals);
  return { units: unitsWith(a, decimals) % unitsWith(step, decimals), decimals };
}

/** Units in plain notation, with at least `least` decimals. Further decimals are written only where they are not zeros. */
function render(value: Exact, least: number): string {
  const written = Math.max(value.decimals, least, 0);
  const units = unitsWith(value, written);
  const digits = String(units < 0n ? -units : units).padStart(written + 1, '0');
  const point = digits.length - written;
  const fraction = withoutZeros(digits.slice(point), least);
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
}

function withoutZeros(fraction: string, least: number): string {
  let end = fraction.length;
  while (end > least && fraction[end - 1] === '0') end -= 1;
  return fraction.slice(0, end);
}
