// What is said about an amount that cannot be paid or calculated with, and where the edges of the tables are.
import { describe, expect, it } from 'vitest';
import { defineMoneyProfile, splitPayable, type MoneyProfileSpec } from './money-profile.ts';
import { addMoney, compareMoney, moneyIssues } from './money.ts';

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const said = (value: unknown): readonly string[] => moneyIssues(value, 'money').map(({ path, message }) => `${path}: ${message}`);

describe('an amount to pay', () => {
  it.each<readonly [name: string, value: unknown, issues: readonly unknown[]]>([
    ['is fine', eur('10.00'), []],
    [
      'of an unknown currency is checked as far as it goes',
      { amount: '-1', currency: 'XXQ' },
      ['money.amount: the amount must be greater than zero.', expect.any(String)],
    ],
    ['with a number for a currency', { amount: '10.00', currency: 978 }, [expect.stringMatching(/^money\.currency: /)]],
    [
      'of an unknown currency says two digits',
      { amount: 10, currency: 'XXQ' },
      ["money.amount: the amount is a number; give a string, such as '10.50': binary numbers lose cents.", expect.any(String)],
    ],
    [
      'of yen says none',
      { amount: 10, currency: 'JPY' },
      ["money.amount: the amount is a number; give a string, such as '500': binary numbers lose cents."],
    ],
    [
      'that is true',
      { amount: true, currency: 'EUR' },
      ["money.amount: the amount is a boolean; give a string, such as '10.50': binary numbers lose cents."],
    ],
    [
      'that is an object',
      { amount: {}, currency: 'EUR' },
      ["money.amount: the amount is an object; give a string, such as '10.50': binary numbers lose cents."],
    ],
    [
      'that is an array',
      { amount: [], currency: 'EUR' },
      ["money.amount: the amount is an array; give a string, such as '10.50': binary numbers lose cents."],
    ],
    ['in a function', () => undefined, ["money: money is an object, { amount: '10.50', currency: 'EUR' }; this is a function."]],
    [
      'of 65 characters',
      eur('1'.repeat(65)),
      ["money.amount: the amount has 65 characters, more than any amount of money needs; give a string, such as '10.50'."],
    ],
  ])('%s', (_, value, issues) => {
    expect(said(value)).toEqual(issues);
  });

  it('of 64 characters is too large, and not too long', () => {
    expect(said(eur(`${'1'.repeat(61)}.00`))).toEqual([expect.stringContaining('the largest that')]);
  });

  it.each([
    ['0x10', 'the amount is not in decimal notation'],
    ['-0x10', 'the amount is not in decimal notation'],
    ['1e3', 'the amount is in exponent notation'],
    ['-1.5e+12', 'the amount is in exponent notation'],
    ['1e-12', 'the amount is in exponent notation'],
    ['NaN', 'the amount is not a number'],
    ['-Infinity', 'the amount is not a number'],
    ['x1e3', 'the amount is not plain decimal notation: digits 0 to 9 and one point between them'],
    ['1e3x', 'the amount is not plain decimal notation: digits 0 to 9 and one point between them'],
    ['banana', 'the amount is not plain decimal notation: digits 0 to 9 and one point between them'],
    ['10x5', 'the amount is not plain decimal notation: digits 0 to 9 and one point between them'],
    ['1.2.3', 'the amount is not plain decimal notation: digits 0 to 9 and one point between them'],
  ])('%s: %s', (amount, message) => {
    expect(said(eur(amount))).toEqual([`money.amount: ${message}; give a string, such as '10.50'.`]);
  });
});

describe('amounts that cannot be calculated with', () => {
  it.each([
    ['USD', 'amounts of two currencies (EUR and USD) cannot be compared or added.'],
    ['not a code', 'amounts of two currencies (EUR and another) cannot be compared or added.'],
  ])('EUR and %s', (currency, message) => {
    expect(() => compareMoney(eur('1.00'), { amount: '1.00', currency })).toThrow(message);
  });

  it('what is no code is not repeated', () => {
    expect(() => addMoney({ amount: '1', currency: 'sk_live_1' }, eur('1.00'))).toThrow('amounts of two currencies (one and EUR)');
  });

  it('what is no amount is not repeated', () => {
    expect(() => addMoney(eur('1,00'), eur('1.00'))).toThrow(
      "[disburse] an amount is a string in plain decimal notation, such as '10.50', with at most 30 digits and 20 decimals.",
    );
  });
});

describe('the tables of a profile', () => {
  const profileOf = (over: Partial<MoneyProfileSpec>) =>
    defineMoneyProfile({ provider: 'Acme', form: 'minor_units', exponents: { EUR: 2 }, exponentElse: null, ...over });

  it.each<readonly [string, Partial<MoneyProfileSpec>, boolean]>([
    ['8 decimals', { exponents: { EUR: 8 } }, true],
    ['9 decimals', { exponents: { EUR: 9 } }, false],
    ['four letters', { exponents: { EURO: 2 } }, false],
    ['a code behind something', { exponents: { 'x-EUR': 2 } }, false],
  ])('%s', (_, spec, fine) => {
    const define = () => profileOf(spec);
    if (fine) expect(define()).toMatchObject({ provider: 'Acme' });
    else expect(define).toThrow(expect.objectContaining({ code: 'invalid_settings', provider: 'Acme' }));
  });

  const dollars = { amount: '1.00', currency: 'USD' };
  const five = ['EUR', 'CHF', 'GBP', 'SEK', 'NOK'] as const;
  it.each<readonly [string, Partial<MoneyProfileSpec>, string]>([
    ['one', {}, 'Acme pays out only EUR.'],
    ['five', { exponentElse: 2, currencies: five }, 'Acme pays out only EUR, CHF, GBP, SEK, NOK.'],
    ['six', { exponentElse: 2, currencies: [...five, 'DKK'] }, 'Acme does not pay out USD.'],
    ['none', { exponents: {} }, 'Acme does not pay out USD.'],
  ])('a currency that is not taken, of %s', (_, spec, message) => {
    expect(profileOf(spec).toWire(dollars)).toEqual({ ok: false, message: `money.currency: ${message}` });
    expect(() => splitPayable(dollars, profileOf(spec))).toThrow(message);
  });

  it('a currency that ISO does not pay, where all else is taken', () => {
    expect(profileOf({ exponentElse: 2 }).toWire({ amount: '1', currency: 'XAU' }).ok).toBe(false);
    expect(profileOf({ exponentElse: 2 }).stepOf('XAU')).toBeNull();
    expect(profileOf({ exponentElse: 2 }).maximumOf('XAU')).toBeNull();
  });

  it.each([
    ['USD', 'Acme does not say how many decimals USD has.'],
    ['no code', 'Acme does not say how many decimals this currency has.'],
  ])('the decimals of %s', (currency, message) => {
    expect(() => profileOf({}).exponentOf(currency)).toThrow(message);
  });

  it('an amount to fit that is none says where', () => {
    expect(() => splitPayable({ amount: 'x', currency: 'EUR' }, profileOf({}))).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path: 'money.amount' })] }),
    );
  });
});
