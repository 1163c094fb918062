// Contract section 9: Stripe's own exponents and steps, exactly or not at all.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STRIPE_MONEY } from './money.ts';

const ZERO = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ');
const THREE = 'BHD JOD KWD OMR TND'.split(' ');
const WHOLE = 'ISK UGX HUF TWD'.split(' ');
const exponentOf = (currency: string): number => (ZERO.includes(currency) ? 0 : THREE.includes(currency) ? 3 : 2);
const stepOf = (currency: string): bigint => (WHOLE.includes(currency) ? 100n : THREE.includes(currency) ? 10n : 1n);

const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const EVERY_CODE = LETTERS.flatMap((a) => LETTERS.flatMap((b) => LETTERS.map((c) => a + b + c)));
/** Every ISO currency that can be paid, with its ISO digits. */
const CURRENCIES = EVERY_CODE.flatMap((currency): [string, number][] => {
  const step = STRIPE_MONEY.stepOf(currency);
  return step === null ? [] : [[currency, (step.amount.split('.')[1] ?? '').length]];
});

function written(units: bigint, digits: number): string {
  const text = units.toString().padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

describe('every ISO currency', () => {
  it('is known', () => {
    expect(CURRENCIES.length).toBeGreaterThan(150);
    expect(CURRENCIES.map(([currency]) => currency)).toEqual(
      expect.arrayContaining([...ZERO, ...THREE, ...WHOLE, 'USD', 'IQD', 'LYD', 'CLF']),
    );
  });

  it.each(CURRENCIES)('%s is sent exactly and read back the same, or refused', (currency, digits) => {
    const exponent = exponentOf(currency);
    fc.assert(
      fc.property(fc.oneof(fc.bigInt(1n, 100_000n), fc.bigInt(1n, 9_007_199_254_740_991n)), (units) => {
        const money = { amount: written(units, digits), currency };
        const scaled = units * 10n ** BigInt(exponent);
        const exact = scaled % 10n ** BigInt(digits) === 0n;
        const onWire = scaled / 10n ** BigInt(digits);
        const payable = exact && onWire % stepOf(currency) === 0n && onWire <= 9_007_199_254_740_991n;
        const wire = STRIPE_MONEY.toWire(money);
        expect(wire).toEqual(
          payable
            ? { ok: true, amount: onWire.toString() }
            : { ok: false, message: expect.stringMatching(/^money\.amount: .*(multiples of|at most)/) },
        );
        if (wire.ok) expect(STRIPE_MONEY.fromWire(Number(wire.amount), currency.toLowerCase())).toEqual(money);
      }),
      { numRuns: 40, seed: 20_261_120 },
    );
  });
});

describe('the special cases by hand', () => {
  it.each([
    ['USD', '10.50', '1050'],
    ['JPY', '500', '500'],
    ['ISK', '5', '500'],
    ['UGX', '5', '500'],
    ['HUF', '10.00', '1000'],
    ['TWD', '800.00', '80000'],
    ['KWD', '1.000', '1000'],
    ['KWD', '1.230', '1230'],
    ['MGA', '10.00', '10'],
    ['IQD', '1.010', '101'],
    ['LYD', '2.500', '250'],
    ['CLF', '1.2300', '123'],
  ])('%s %s is %s', (currency, amount, wire) => {
    expect(STRIPE_MONEY.toWire({ amount, currency })).toEqual({ ok: true, amount: wire });
  });

  it.each([
    ['HUF', '10.45', 'only in multiples of 1.00'],
    ['TWD', '800.45', 'only in multiples of 1.00'],
    ['KWD', '1.005', 'only in multiples of 0.010'],
    ['MGA', '10.20', 'only in multiples of 1.00'],
    ['IQD', '1.001', 'only in multiples of 0.010'],
    ['CLF', '1.2345', 'only in multiples of 0.0100'],
  ])('%s %s cannot be paid: nothing is rounded', (currency, amount, rule) => {
    expect(STRIPE_MONEY.toWire({ amount, currency })).toEqual({ ok: false, message: expect.stringContaining(rule) });
  });
});
