// Wire formats that differ from ISO 4217: more digits, fewer digits, own limits. Real tables: money-profile.test.ts.
import { describe, expect, it } from 'vitest';
import type { Money } from './money.ts';
import { defineMoneyProfile, splitPayable } from './money-profile.ts';

const of = (text: string): Money => {
  const [amount = '', currency = ''] = text.split(' ');
  return { amount, currency };
};

/** A string with the provider's own decimals: as ISO for EUR, fewer for KWD, more for USD and JPY. */
const decimals = defineMoneyProfile({
  provider: 'P',
  form: 'decimal_string',
  exponents: { EUR: 2, KWD: 2, USD: 4, JPY: 2 },
  exponentElse: null,
});

/** An integer of the provider's own minor units: of whole KWD, and of 10^-6 to 10^-8 of the others. */
const units = defineMoneyProfile({
  provider: 'P',
  form: 'minor_units',
  exponents: { KWD: 0, GBP: 6, EUR: 7, USD: 8, JPY: 8, ZZZ: 0, ZZY: 2 },
  exponentElse: null,
});

describe('what is sent', () => {
  it.each([
    [decimals, '10.50 EUR', '10.50'],
    [decimals, '1.230 KWD', '1.23'],
    [decimals, '10.50 USD', '10.5000'],
    [decimals, '500 JPY', '500.00'],
    [units, '12.000 KWD', '12'],
    [units, '9007199254740.000 KWD', '9007199254740'],
    [units, '4404812065.79 GBP', '4404812065790000'], // Divided by 10^-4 in binary it would be half a unit more.
    [units, '0.01 EUR', '100000'],
    [units, '10.50 EUR', '105000000'],
    [units, '900719925.47 EUR', '9007199254700000'],
    [units, '0.01 USD', '1000000'],
    [units, '90071992.54 USD', '9007199254000000'],
    [units, '90071992 JPY', '9007199200000000'],
  ] as const)('%o %s -> %s, the first time and again', (profile, money, amount) => {
    expect([profile.toWire(of(money)), profile.toWire(of(money))]).toEqual(Array(2).fill({ ok: true, amount }));
  });

  it.each([
    [decimals, '1.234 KWD', 'only in multiples of 0.010'],
    [units, '12.500 KWD', 'only in multiples of 1.000'],
    [units, '90071992.55 USD', 'takes at most 90071992.54 USD'],
    [units, '1.00 CHF', 'P does not pay out CHF.'],
    [decimals, '1.00 CHF', 'P pays out only EUR, KWD, USD, JPY.'],
  ] as const)('%o %s is refused: %s', (profile, money, rule) => {
    expect(profile.toWire(of(money))).toMatchObject({ ok: false, message: expect.stringContaining(rule) });
  });
});

describe('what is read', () => {
  it.each([
    [decimals, '10.50', 'EUR', '10.50 EUR'],
    [decimals, '1.23', 'KWD', '1.230 KWD'],
    [decimals, '1.234', 'KWD', '1.234 KWD'],
    [decimals, '10.5000', 'USD', '10.50 USD'],
    [decimals, '10.5050', 'USD', '10.505 USD'],
    [decimals, '500.00', 'JPY', '500 JPY'],
    [decimals, '500.50', 'JPY', '500.5 JPY'],
    [decimals, '007.50', 'EUR', '7.50 EUR'],
    [decimals, '1234567890123456.50', 'EUR', '1234567890123456.50 EUR'],
    [decimals, '1.50', 'CHF', '1.50 CHF'],
    [units, 12, 'KWD', '12.000 KWD'],
    [units, -12, 'KWD', '-12.000 KWD'],
    [units, 105_000_000, 'EUR', '10.50 EUR'],
    [units, 1, 'USD', '0.00000001 USD'],
    [units, -150_000_000, 'JPY', '-1.5 JPY'],
    [units, 1050, 'ZZZ', '1050 ZZZ'], // Not of ISO 4217: the digits of the wire.
    [units, 1050, 'ZZY', '10.50 ZZY'],
  ] as const)('%o %s %s -> %s', (profile, wire, currency, money) => {
    expect(profile.fromWire(wire, currency)).toEqual(of(money));
  });

  it.each([
    ['10.5x', 'EUR'],
    ['10.ab', 'EUR'],
    ['1a.50', 'EUR'],
    ['ab.50', 'EUR'],
    ['x1.50', 'EUR'],
    ['10.50 ', 'EUR'],
    ['10.5\n', 'EUR'],
    ['1,000.50', 'EUR'],
    ['1.0.50', 'EUR'],
    ['.50', 'EUR'],
  ])('the string %j of %s is no amount: null', (wire, currency) => {
    expect(decimals.fromWire(wire, currency)).toBeNull();
  });

  it.each(['5x', 'x', '1a', ''])('the string %j of a currency without decimals is no amount: null', (wire) => {
    const yen = defineMoneyProfile({ provider: 'P', form: 'decimal_string', exponents: { JPY: 0 }, exponentElse: null });
    expect(yen.fromWire(wire, 'JPY')).toBeNull();
  });

  it('an integer of a currency whose digits the provider does not say is not guessed: null', () => {
    expect([units.fromWire(100, 'CHF'), units.fromWire('100', 'CHF')]).toEqual([null, null]);
  });
});

describe('what fits', () => {
  const small = defineMoneyProfile({
    provider: 'P',
    form: 'minor_units',
    exponents: {},
    exponentElse: 2,
    steps: { HUF: 100, TWD: 5_000 },
    maximum: 1_050,
  });

  it.each([
    ['a step more than the maximum', '10.51 EUR', '10.50 EUR', '0.01 EUR'],
    ['far more than the maximum', '9999.99 EUR', '10.50 EUR', '9989.49 EUR'],
    ['the maximum, which is no multiple of the step', '10.50 HUF', '10.00 HUF', '0.50 HUF'],
    ['more than it', '12.00 HUF', '10.00 HUF', '2.00 HUF'],
    ['where one step is more than the maximum', '60.00 TWD', null, '60.00 TWD'],
    ['fewer digits on the wire than ISO has', '1.239 KWD', '1.230 KWD', '0.009 KWD'],
  ])('%s: of %s, %s can be sent and %s stays', (_, money, payable, remainder) => {
    expect(splitPayable(of(money), small)).toEqual({ payable: payable === null ? null : of(payable), remainder: of(remainder) });
  });

  it.each([
    ['1.00 CHF', '[disburse] money.currency: P pays out only EUR, KWD, USD, JPY.'],
    ['1.00 eur', '[disburse] money.currency: currency codes are upper-case: write EUR.'],
  ])('nothing of %s: refused in the words of the rule', (money, message) => {
    expect(() => splitPayable(of(money), decimals)).toThrow(expect.objectContaining({ code: 'invalid_request', message }));
  });
});
