import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ISO_4217_DIGITS } from './currency.ts';
import { isPayoutError } from '../errors.ts';
import {
  addMoney,
  compareMoney,
  decimalsIn,
  isExactAmount,
  isMultipleOf,
  largestMultiple,
  type Money,
  moneyIssues,
  moveDecimalPoint,
  sameMoney,
  subtractMoney,
} from './money.ts';

const SEED = { seed: 20_261_120, numRuns: 500 };
const eur = (amount: string): Money => ({ amount, currency: 'EUR' });
const messagesOf = (value: unknown): readonly string[] => moneyIssues(value, 'money').map(({ path, message }) => `${path}: ${message}`);

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isPayoutError(error) ? error.code : `not a PayoutError: ${String(error)}`;
  }
  return 'nothing thrown';
}

describe('an amount that can be paid', () => {
  it.each([
    ['10.50', 'EUR'],
    ['0.01', 'EUR'],
    ['0.10', 'USD'],
    ['500', 'JPY'],
    ['1', 'ISK'],
    ['1.000', 'KWD'],
    ['0.001', 'IQD'],
    ['1.0000', 'CLF'],
    ['90071992547409.91', 'USD'],
    ['9007199254740991', 'JPY'],
    ['9007199254740.991', 'BHD'],
  ])('%s %s', (amount, currency) => {
    expect(moneyIssues({ amount, currency }, 'money')).toEqual([]);
  });
});

describe('an amount that is refused, with its rule', () => {
  const two = "; give a string, such as '10.50'.";
  it.each([
    ['10', ["EUR amounts have exactly 2 decimals, such as '10.50'; this one has none."]],
    ['10.5', ["EUR amounts have exactly 2 decimals, such as '10.50'; this one has 1."]],
    ['10.500', ["EUR amounts have exactly 2 decimals, such as '10.50'; this one has 3."]],
    ['+1.00', ['write the amount without a plus sign.']],
    ['-1.00', ['the amount must be greater than zero.']],
    ['0.00', ['the amount must be greater than zero.']],
    ['-0.00', ['the amount must be greater than zero.']],
    ['01.00', ['write the amount without leading zeros.']],
    ['00.00', ['the amount must be greater than zero.', 'write the amount without leading zeros.']],
    [
      '-01.5',
      [
        'the amount must be greater than zero.',
        'write the amount without leading zeros.',
        "EUR amounts have exactly 2 decimals, such as '10.50'; this one has 1.",
      ],
    ],
    ['', [`the amount is empty${two}`]],
    [' 1.00', [`the amount contains spaces${two}`]],
    ['1.00 ', [`the amount contains spaces${two}`]],
    ['1.00\n', [`the amount contains spaces${two}`]],
    ['1 000.00', [`the amount contains spaces${two}`]],
    ['1e3', [`the amount is in exponent notation${two}`]],
    ['1.0E+2', [`the amount is in exponent notation${two}`]],
    ['NaN', [`the amount is not a number${two}`]],
    ['Infinity', [`the amount is not a number${two}`]],
    ['-Infinity', [`the amount is not a number${two}`]],
    ['0x10', [`the amount is not in decimal notation${two}`]],
    ['0b11', [`the amount is not in decimal notation${two}`]],
    ['1,000.00', [`the amount contains a comma; thousands are not separated, and decimals follow a point${two}`]],
    ['10,50', [`the amount contains a comma; thousands are not separated, and decimals follow a point${two}`]],
    ['١٠.٥٠', [`the amount contains other characters than the digits 0 to 9 and one point${two}`]],
    ['１０.５０', [`the amount contains other characters than the digits 0 to 9 and one point${two}`]],
    ['−1.00', [`the amount contains other characters than the digits 0 to 9 and one point${two}`]],
    ['.50', [`the amount is not plain decimal notation: digits 0 to 9 and one point between them${two}`]],
    ['10.', [`the amount is not plain decimal notation: digits 0 to 9 and one point between them${two}`]],
    ['1.0.0', [`the amount is not plain decimal notation: digits 0 to 9 and one point between them${two}`]],
    ['1_000.00', [`the amount is not plain decimal notation: digits 0 to 9 and one point between them${two}`]],
    ['€10.00', [`the amount contains other characters than the digits 0 to 9 and one point${two}`]],
    ['90071992547409.92', ["the amount is more than 90071992547409.91 EUR, the largest that providers' integers carry exactly."]],
    [`${'9'.repeat(60)}.00`, ["the amount is more than 90071992547409.91 EUR, the largest that providers' integers carry exactly."]],
    [`1.${'0'.repeat(99)}`, [`the amount has 101 characters, more than any amount of money needs${two}`]],
    [10.5, ["the amount is a number; give a string, such as '10.50': binary numbers lose cents."]],
    [10n, ["the amount is a bigint; give a string, such as '10.50': binary numbers lose cents."]],
    [{}, ["the amount is an object; give a string, such as '10.50': binary numbers lose cents."]],
    [undefined, [`the amount is missing${two}`]],
    [null, [`the amount is missing${two}`]],
  ])('%o EUR', (amount, rules) => {
    expect(messagesOf({ amount, currency: 'EUR' })).toEqual(rules.map((rule) => `money.amount: ${rule}`));
  });

  it.each([
    ['10.5', 'JPY', "JPY amounts have no decimals, such as '500'; this one has 1."],
    ['1.00', 'ISK', "ISK amounts have no decimals, such as '500'; this one has 2."],
    ['1.00', 'KWD', "KWD amounts have exactly 3 decimals, such as '10.500'; this one has 2."],
    ['1.00', 'CLF', "CLF amounts have exactly 4 decimals, such as '10.5000'; this one has 2."],
    ['9007199254740992', 'JPY', "the amount is more than 9007199254740991 JPY, the largest that providers' integers carry exactly."],
    ['9007199254740.992', 'KWD', "the amount is more than 9007199254740.991 KWD, the largest that providers' integers carry exactly."],
  ])('%s %s', (amount, currency, rule) => {
    expect(messagesOf({ amount, currency })).toEqual([`money.amount: ${rule}`]);
  });

  it('a wrong currency does not hide what is wrong with the amount', () => {
    expect(messagesOf({ amount: '-1', currency: 'eur' })).toEqual([
      'money.amount: the amount must be greater than zero.',
      'money.currency: currency codes are upper-case: write EUR.',
    ]);
  });
});

describe('what is not money at all', () => {
  it.each([undefined, null])('%s is said to be missing, and full_balance to be explicit', (value) => {
    expect(messagesOf(value)).toEqual([
      "money: the amount is missing; give { amount: '10.50', currency: 'EUR' }. The whole balance is never paid by omission: where the provider supports it, say 'full_balance'.",
    ]);
  });

  it.each([
    [
      'full_balance',
      "'full_balance' is not an amount here, only where the provider supports it; give { amount: '10.50', currency: 'EUR' }.",
    ],
    ['10.50', "money is an object, { amount: '10.50', currency: 'EUR' }; this is a string."],
    [10.5, "money is an object, { amount: '10.50', currency: 'EUR' }; this is a number."],
    [['10.50', 'EUR'], "money is an object, { amount: '10.50', currency: 'EUR' }; this is an array."],
  ])('%j', (value, message) => {
    expect(messagesOf(value)).toEqual([`money: ${message}`]);
  });

  it("another library's shape, and inherited members, are missing an amount", () => {
    expect(messagesOf({ value: '10.50', currency: 'EUR' })).toEqual([
      "money.amount: the amount is missing; give a string, such as '10.50'.",
    ]);
    expect(moneyIssues(Object.create({ amount: '10.50', currency: 'EUR' }), 'money')).toHaveLength(2);
    expect(moneyIssues({}, 'payouts.0.money').map(({ path }) => path)).toEqual(['payouts.0.money.amount', 'payouts.0.money.currency']);
  });

  it('a message never repeats what was passed', () => {
    const secret = fc.string({ minLength: 6, maxLength: 80 }).map((text) => `sk_live_${text}`);
    fc.assert(
      fc.property(secret, (text) => {
        const said = [text, { amount: text, currency: 'EUR' }, { amount: '1.00', currency: text }, [text]].flatMap(messagesOf).join();
        expect(said).not.toContain('sk_live_');
      }),
      SEED,
    );
  });
});

describe('arithmetic', () => {
  it.each([
    [eur('10.50'), eur('10.50'), true],
    [eur('10.50'), eur('10.5'), true],
    [{ amount: '5', currency: 'ISK' }, { amount: '5.00', currency: 'ISK' }, true],
    [eur('0.00'), eur('-0.00'), true],
    [eur('10.50'), eur('10.51'), false],
    [eur('10.50'), { amount: '10.50', currency: 'USD' }, false],
    [eur('9007199254740993.00'), eur('9007199254740992.00'), false],
    [eur('NaN'), eur('NaN'), false],
    [eur('1e1'), eur('10.00'), false],
  ])('%j is the same as %j: %s', (a, b, same) => {
    expect(sameMoney(a, b)).toBe(same);
  });

  it.each([
    ['0.10', '0.20', -1, '0.30', '-0.10'],
    ['10.00', '10.00', 0, '20.00', '0.00'],
    ['5.5', '-0.0609', 1, '5.4391', '5.5609'],
    ['90071992547409.91', '0.01', 1, '90071992547409.92', '90071992547409.90'],
    [`${'9'.repeat(30)}.${'9'.repeat(20)}`, `0.${'0'.repeat(19)}1`, 1, `1${'0'.repeat(30)}.00`, `${'9'.repeat(30)}.${'9'.repeat(19)}8`],
  ])('%s and %s EUR', (a, b, order, sum, difference) => {
    expect(compareMoney(eur(a), eur(b))).toBe(order);
    expect(addMoney(eur(a), eur(b))).toEqual(eur(sum));
    expect(subtractMoney(eur(a), eur(b))).toEqual(eur(difference));
  });

  it('a currency unknown to ISO keeps its decimals', () => {
    expect(addMoney({ amount: '1.50', currency: 'ZZZ' }, { amount: '1.500', currency: 'ZZZ' })).toEqual({
      amount: '3.000',
      currency: 'ZZZ',
    });
  });

  it.each([
    ['another currency', eur('1.00'), { amount: '1.00', currency: 'USD' }],
    ['no number', eur('1.00'), eur('NaN')],
    ['exponent notation', eur('1e500'), eur('1.00')],
    ['more digits than can be added exactly', eur('1'.repeat(31)), eur('1.00')],
  ])('%s throws invalid_request', (_, a, b) => {
    expect([compareMoney, addMoney, subtractMoney].map((call) => codeOf(() => call(a, b)))).toEqual(Array(3).fill('invalid_request'));
  });

  it('agrees with big integers on every sum, difference and order', () => {
    const units = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    const currency = fc.constantFrom(...Object.keys(ISO_4217_DIGITS));
    fc.assert(
      fc.property(units, units, currency, (a, b, code) => {
        const of = (count: bigint): Money => ({ amount: decimal(count, ISO_4217_DIGITS[code] ?? 0), currency: code });
        expect(addMoney(of(a), of(b))).toEqual(of(a + b));
        expect(subtractMoney(of(a), of(b))).toEqual(of(a - b));
        expect(compareMoney(of(a), of(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
      SEED,
    );
  });
});

/** `count` x 10^-`digits` in plain notation. */
function decimal(count: bigint, digits: number): string {
  const text = String(count < 0n ? -count : count).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  return `${count < 0n ? '-' : ''}${whole}${digits === 0 ? '' : `.${text.slice(-digits)}`}`;
}

describe('building blocks', () => {
  it.each([
    ['10.50', 2, 0, '1050'],
    ['1050', -2, 2, '10.50'],
    ['550', -2, 0, '5.5'],
    ['0', -2, 2, '0.00'],
    ['-0', -2, 2, '0.00'],
    ['5', -4, 0, '0.0005'],
    ['-609', -4, 2, '-0.0609'],
    ['0.1000', 0, 2, '0.10'],
    ['999999999999999999999999999999', -2, 2, '9999999999999999999999999999.99'],
  ])('%s moved by %i, at least %i decimals: %s', (amount, places, decimals, expected) => {
    expect(moveDecimalPoint(amount, places, decimals)).toBe(expected);
  });

  it.each([
    ['10.45', '1.00', false, '10.00'],
    ['10.00', '1.00', true, '10.00'],
    ['0.99', '1.00', false, '0.00'],
    ['1.005', '0.010', false, '1.00'],
  ])('%s in steps of %s', (amount, step, divisible, most) => {
    expect([isMultipleOf(amount, step), largestMultiple(amount, step, 2)]).toEqual([divisible, most]);
  });

  it.each(['', '1e3', 'NaN', '+1', '.5', '5.', '1'.repeat(31), `0.${'1'.repeat(21)}`, 5, null])('%j is not an exact amount', (text) => {
    expect(isExactAmount(text)).toBe(false);
  });
});

describe('decimal.js, a library of its own, says the same', () => {
  // The largest of these have 80 digits: at 100 nothing is rounded.
  const Exact = Decimal.clone({ defaults: true, precision: 100 });
  const amount = fc
    .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.integer({ min: 0, max: 20 }))
    .map(([count, digits]) => decimal(count, digits));
  const positive = amount.map((text) => text.replace('-', '')).filter((text) => /[1-9]/.test(text));
  const written = (value: Decimal, least: number): string => value.toFixed(Math.max(least, value.decimalPlaces()));

  it('of a moved point', () => {
    const places = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(amount, places, fc.integer({ min: 0, max: 6 }), (text, by, least) => {
        expect(moveDecimalPoint(text, by, least)).toBe(written(new Exact(text).times(new Exact(`1e${by}`)), least));
      }),
      SEED,
    );
  });

  it('of steps', () => {
    fc.assert(
      fc.property(positive, positive, fc.integer({ min: 0, max: 6 }), (text, step, least) => {
        const rest = new Exact(text).modulo(new Exact(step));
        expect(isMultipleOf(text, step)).toBe(rest.isZero());
        expect(largestMultiple(text, step, least)).toBe(written(new Exact(text).minus(rest), least));
      }),
      SEED,
    );
  });

  it('of sums, differences and order, whatever decimals both are written with', () => {
    fc.assert(
      fc.property(amount, amount, (one, other) => {
        const [a, b] = [new Exact(one), new Exact(other)];
        const least = Math.max(decimalsIn(one), decimalsIn(other));
        const of = (text: string): Money => ({ amount: text, currency: 'XXX_OURS' });
        expect(addMoney(of(one), of(other)).amount).toBe(a.plus(b).toFixed(least));
        expect(subtractMoney(of(one), of(other)).amount).toBe(a.minus(b).toFixed(least));
        expect(compareMoney(of(one), of(other))).toBe(a.comparedTo(b));
        expect(sameMoney(of(one), of(other))).toBe(a.equals(b));
      }),
      SEED,
    );
  });
});
