import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { currencyCodeIn, currencyProblem, ISO_4217_DIGITS, isoDigitsOf, NO_MINOR_UNIT, payableDigitsOf, WITHDRAWN } from './currency.ts';

describe('ISO 4217', () => {
  it.each([
    [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
    [3, 'BHD IQD JOD KWD LYD OMR TND'],
    [4, 'CLF UYW'],
  ])('the currencies with %i decimals are exactly these', (digits, codes) => {
    const listed = Object.keys(ISO_4217_DIGITS).filter((code) => ISO_4217_DIGITS[code] === digits);
    expect(listed.sort()).toEqual(codes.split(' '));
  });

  it('has 165 payable codes, each of two decimals unless listed above', () => {
    expect(Object.keys(ISO_4217_DIGITS)).toHaveLength(165);
    expect(Object.values(ISO_4217_DIGITS).filter((digits) => digits === 2)).toHaveLength(165 - 17 - 7 - 2);
  });

  it.each(['XCG', 'XAD', 'ZWG', 'SLE', 'VED'])('knows %s of the later amendments', (code) => {
    expect(payableDigitsOf(code)).toBe(2);
  });

  it.each(Object.keys(WITHDRAWN))('%s is read, and not paid', (code) => {
    expect(isoDigitsOf(code)).toBe(2);
    expect(payableDigitsOf(code)).toBeNull();
    expect(payableDigitsOf(WITHDRAWN[code]?.successor ?? '')).toBe(2);
  });

  it.each(NO_MINOR_UNIT)('%s has no minor unit and cannot be paid', (code) => {
    expect(isoDigitsOf(code)).toBeNull();
    expect(currencyProblem(code)).toBe(`${code} has no minor unit in ISO 4217, so it is not a currency that can be paid.`);
  });

  it.each(['constructor', '__proto__', 'toString', '', 'eur', 'EURO', 'ZZZ'])('%j has no digits', (text) => {
    expect([isoDigitsOf(text), payableDigitsOf(text)]).toEqual([null, null]);
  });
});

describe('what a message says about a currency', () => {
  const expected = "three upper-case letters of ISO 4217, such as 'EUR'";
  it.each([
    ['EUR', null],
    [undefined, `the currency is missing; give ${expected}.`],
    [978, `the currency must be a string of ${expected}.`],
    [null, `the currency must be a string of ${expected}.`],
    ['eur', 'currency codes are upper-case: write EUR.'],
    ['Eur', 'currency codes are upper-case: write EUR.'],
    ['ZZZ', `ZZZ is not a currency of ISO 4217; give ${expected}.`],
    ['bgn', 'BGN left ISO 4217 on 2026-01-01; its successor is EUR.'],
    ['ANG', 'ANG left ISO 4217 on 2025-03-31; its successor is XCG.'],
    ['', `the currency must be ${expected}.`],
    [' EUR', `the currency must be ${expected}.`],
    ['EUR\n', `the currency must be ${expected}.`],
    ['EU', `the currency must be ${expected}.`],
    ['ＥＵＲ', `the currency must be ${expected}.`],
    ['ıls', `the currency must be ${expected}.`], // a dotless i is an I in upper case
    ['sk_live_4242', `the currency must be ${expected}.`],
  ])('%j', (currency, message) => {
    expect(currencyProblem(currency)).toBe(message);
  });

  it.each([
    ['usd', 'USD'],
    ['HRK', 'HRK'],
    ['usdc', null],
    ['', null],
    [5, null],
  ])('%j is the code %j', (text, code) => {
    expect(currencyCodeIn(text)).toBe(code);
  });
});

describe('independence from the runtime', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('no digits come from Intl: everything works without it', async () => {
    vi.resetModules();
    vi.stubGlobal(
      'Intl',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('Intl was asked');
          },
        },
      ),
    );
    const { isoDigitsOf: digitsOf } = await import('./currency.ts');
    const { defineMoneyProfile, splitPayable } = await import('./money-profile.ts');
    const profile = defineMoneyProfile({ provider: 'P', form: 'minor_units', exponents: {}, exponentElse: 2, steps: { HUF: 100 } });
    const cldrDiffers = 'AFN ALL COP HUF IDR IRR KPW LAK LBP MGA MMK PKR SOS SYP YER'.split(' ');
    expect(cldrDiffers.filter((code) => digitsOf(code) !== 2)).toEqual([]);
    expect(profile.toWire({ amount: '10.00', currency: 'COP' })).toEqual({ ok: true, amount: '1000' });
    expect(profile.fromWire(1050, 'idr')).toEqual({ amount: '10.50', currency: 'IDR' });
    expect(splitPayable({ amount: '10.45', currency: 'HUF' }, profile).payable).toEqual({ amount: '10.00', currency: 'HUF' });
  });

  it.each(['currency.ts', 'money.ts', 'money-profile.ts'])('%s names neither Intl nor a locale outside its comments', (file) => {
    const code = readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
    expect(code).not.toMatch(/Intl|toLocale|parseFloat|Math\.(round|floor|ceil|trunc)/);
  });
});
