import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ISO_4217_DIGITS } from './currency.ts';
import { isPayoutError, type PayoutError } from '../errors.ts';
import { compareMoney, addMoney, type Money } from './money.ts';
import { defineMoneyProfile, splitPayable, type MoneyProfile, type MoneyProfileSpec } from './money-profile.ts';

const SEED = { seed: 20_261_121, numRuns: 2_000 };
const listed = (codes: string, count: number): Record<string, number> => Object.fromEntries(codes.split(' ').map((code) => [code, count]));

// Test data, written from the contracts; the adapters define their own.
const ZERO = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF';
const THREE = 'BHD JOD KWD OMR TND';
const STRIPE = {
  provider: 'Stripe',
  form: 'minor_units',
  exponents: { ...listed(ZERO, 0), ...listed(THREE, 3) },
  exponentElse: 2,
  steps: { ...listed('ISK UGX HUF TWD', 100), ...listed(THREE, 10) },
} satisfies MoneyProfileSpec;
const MOLLIE_TWO = 'AED AUD BGN BRL CAD CHF CZK DKK EUR GBP HKD HUF ILS MXN MYR NOK NZD PHP PLN RON RUB SEK SGD THB TWD USD ZAR';

const stripe = defineMoneyProfile(STRIPE);
const treasury = defineMoneyProfile({
  provider: 'Stripe Treasury',
  form: 'minor_units',
  exponents: { USD: 2 },
  exponentElse: null,
  currencies: ['USD'],
});
const mollie = defineMoneyProfile({
  provider: 'Mollie',
  form: 'decimal_string',
  exponents: { ...listed('ISK JPY', 0), ...listed(MOLLIE_TWO, 2) },
  exponentElse: null,
});

const of = (text: string): Money => {
  const [amount = '', currency = ''] = text.split(' ');
  return { amount, currency };
};

function thrownBy(call: () => unknown): PayoutError {
  try {
    call();
  } catch (error) {
    if (isPayoutError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('Stripe, Treasury and Mollie: what is sent', () => {
  it.each([
    [stripe, '10.50 EUR', '1050'],
    [stripe, '0.01 USD', '1'],
    [stripe, '500 JPY', '500'],
    [stripe, '1 KRW', '1'],
    [stripe, '5 ISK', '500'],
    [stripe, '5 UGX', '500'],
    [stripe, '5.00 MGA', '5'],
    [stripe, '10.00 HUF', '1000'],
    [stripe, '800.00 TWD', '80000'],
    [stripe, '1.230 KWD', '1230'],
    [stripe, '0.010 BHD', '10'],
    [stripe, '1.230 IQD', '123'],
    [stripe, '1.230 LYD', '123'],
    [stripe, '1.2300 CLF', '123'],
    [stripe, '90071992547409.91 USD', '9007199254740991'],
    [stripe, '90071992547409 ISK', '9007199254740900'],
    [treasury, '100.00 USD', '10000'],
    [mollie, '10.00 EUR', '10.00'],
    [mollie, '0.01 EUR', '0.01'],
    [mollie, '10.45 HUF', '10.45'],
    [mollie, '500 JPY', '500'],
    [mollie, '500 ISK', '500'],
  ] as const)('%o %s -> %s', (profile, money, amount) => {
    expect(profile.toWire(of(money))).toEqual({ ok: true, amount });
  });

  const multiples = (provider: string, currency: string, step: string): string =>
    `money.amount: ${provider} pays out ${currency} only in multiples of ${step} (fit(money, profile) tells what can be sent); nothing is rounded.`;
  it.each([
    [stripe, '10.45 HUF', multiples('Stripe', 'HUF', '1.00')],
    [stripe, '800.45 TWD', multiples('Stripe', 'TWD', '1.00')],
    [stripe, '5.50 MGA', multiples('Stripe', 'MGA', '1.00')],
    [stripe, '1.234 KWD', multiples('Stripe', 'KWD', '0.010')],
    [stripe, '1.234 IQD', multiples('Stripe', 'IQD', '0.010')],
    [stripe, '1.234 LYD', multiples('Stripe', 'LYD', '0.010')],
    [stripe, '1.2345 CLF', multiples('Stripe', 'CLF', '0.0100')],
    [stripe, '90071992547410 ISK', 'money.amount: Stripe takes at most 90071992547409 ISK in one payout.'],
    [stripe, '5.50 ISK', "money.amount: ISK amounts have no decimals, such as '500'; this one has 2."],
    [stripe, '10.5 EUR', "money.amount: EUR amounts have exactly 2 decimals, such as '10.50'; this one has 1."],
    [stripe, '-1.00 EUR', 'money.amount: the amount must be greater than zero.'],
    [stripe, '10.00 eur', 'money.currency: currency codes are upper-case: write EUR.'],
    [stripe, '10.00 XAU', 'money.currency: XAU has no minor unit in ISO 4217, so it is not a currency that can be paid.'],
    [treasury, '10.00 EUR', 'money.currency: Stripe Treasury pays out only USD.'],
    [mollie, '10.00 INR', 'money.currency: Mollie does not pay out INR.'],
    [mollie, '10.00 BGN', 'money.currency: BGN left ISO 4217 on 2026-01-01; its successor is EUR.'],
  ] as const)('%o %s is refused with its rule', (profile, money, message) => {
    expect(profile.toWire(of(money))).toEqual({ ok: false, message });
  });

  it('says every rule at once, and does not throw for what is no money', () => {
    expect(stripe.toWire({ amount: '-1', currency: 'eur' })).toEqual({
      ok: false,
      message: 'money.amount: the amount must be greater than zero. money.currency: currency codes are upper-case: write EUR.',
    });
    const parsed: Money = JSON.parse('null');
    expect(stripe.toWire(parsed)).toMatchObject({ ok: false, message: expect.stringContaining("say 'full_balance'") });
  });
});

describe('Stripe, Treasury and Mollie: what is read', () => {
  it.each([
    [stripe, 1050, 'eur', '10.50 EUR'],
    [stripe, '1050', 'EUR', '10.50 EUR'],
    [stripe, 0, 'eur', '0.00 EUR'],
    [stripe, -0, 'eur', '0.00 EUR'],
    [stripe, -1050, 'eur', '-10.50 EUR'],
    [stripe, '-1', 'usd', '-0.01 USD'],
    [stripe, 500, 'jpy', '500 JPY'],
    [stripe, 500, 'isk', '5 ISK'],
    [stripe, 550, 'isk', '5.5 ISK'],
    [stripe, 5, 'mga', '5.00 MGA'],
    [stripe, 123, 'iqd', '1.230 IQD'],
    [stripe, 1234, 'kwd', '1.234 KWD'],
    [stripe, 123, 'clf', '1.2300 CLF'],
    [stripe, 1045, 'huf', '10.45 HUF'],
    [stripe, 1050, 'bgn', '10.50 BGN'],
    [stripe, 1050, 'zzz', '10.50 ZZZ'],
    [stripe, 1050, 'xau', '10.50 XAU'],
    [stripe, 9007199254740991, 'usd', '90071992547409.91 USD'],
    [stripe, '9007199254740993', 'usd', '90071992547409.93 USD'],
    [treasury, -10000, 'usd', '-100.00 USD'],
    [mollie, '10.00', 'EUR', '10.00 EUR'],
    [mollie, '10', 'EUR', '10.00 EUR'],
    [mollie, '10.5', 'eur', '10.50 EUR'],
    [mollie, '-0.0609', 'EUR', '-0.0609 EUR'],
    [mollie, '-0.0091', 'EUR', '-0.0091 EUR'],
    [mollie, '0.1000', 'EUR', '0.10 EUR'],
    [mollie, '-0.00', 'EUR', '0.00 EUR'],
    [mollie, '500', 'JPY', '500 JPY'],
    [mollie, '500.00', 'JPY', '500 JPY'],
    [mollie, '10.00', 'HRK', '10.00 HRK'],
    [mollie, '1.5', 'KWD', '1.500 KWD'],
  ] as const)('%o %s %s -> %s', (profile, wire, currency, money) => {
    expect(profile.fromWire(wire, currency)).toEqual(of(money));
  });

  const unreadable: readonly unknown[] = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1.5,
    2 ** 53,
    -(2 ** 53),
    '1.5',
    '10.00',
    '1e3',
    '',
    ' 1',
    '+1',
    '0x10',
    'NaN',
    '1,000',
    '٣',
    '9'.repeat(31),
    null,
    undefined,
    {},
    [],
    true,
    10n,
  ];
  it.each(unreadable.map((wire) => [wire]))('%o minor units are not an exact number: null', (wire) => {
    expect(Reflect.apply(stripe.fromWire, null, [wire, 'eur'])).toBeNull();
  });

  it.each([[10], [10.5], ['1e3'], ['10,00'], ['1.'], ['.5'], [''], ['NaN'], ['+1.00'], [`0.${'1'.repeat(21)}`], [null], [{}]])(
    '%o as a decimal string: null',
    (wire) => {
      expect(Reflect.apply(mollie.fromWire, null, [wire, 'EUR'])).toBeNull();
    },
  );

  it.each(['', 'EURO', 'usdc', '€', 'eu1', null, undefined, 978])('currency %o: null', (currency) => {
    expect(Reflect.apply(stripe.fromWire, null, [100, currency])).toBeNull();
  });

  it('minor units of a currency whose digits are unknown are not guessed', () => {
    expect(treasury.fromWire(100, 'eur')).toBeNull();
  });
});

describe('steps, limits and digits', () => {
  it.each([
    [stripe, 'USD', '0.01'],
    [stripe, 'HUF', '1.00'],
    [stripe, 'TWD', '1.00'],
    [stripe, 'ISK', '1'],
    [stripe, 'UGX', '1'],
    [stripe, 'MGA', '1.00'],
    [stripe, 'BHD', '0.010'],
    [stripe, 'IQD', '0.010'],
    [stripe, 'CLF', '0.0100'],
    [stripe, 'JPY', '1'],
    [mollie, 'HUF', '0.01'],
    [mollie, 'JPY', '1'],
  ] as const)('%o step of %s: %s', (profile, currency, amount) => {
    expect(profile.stepOf(currency)).toEqual({ amount, currency });
  });

  it.each([
    [stripe, 'USD', '90071992547409.91'],
    [stripe, 'ISK', '90071992547409'],
    [stripe, 'HUF', '90071992547409.00'],
    [stripe, 'MGA', '90071992547409.00'],
    [stripe, 'IQD', '9007199254740.990'],
    [mollie, 'EUR', '90071992547409.91'],
  ] as const)('%o maximum of %s: %s', (profile, currency, amount) => {
    expect(profile.maximumOf(currency)).toEqual({ amount, currency });
    expect(profile.toWire({ amount, currency }).ok).toBe(true);
  });

  it.each([
    ...ZERO.split(' ').map((code) => [code, 0] as const),
    ...THREE.split(' ').map((code) => [code, 3] as const),
    ['ISK', 2],
    ['UGX', 2],
    ['HUF', 2],
    ['TWD', 2],
    ['IQD', 2],
    ['LYD', 2],
    ['CLF', 2],
    ['EUR', 2],
    ['jpy', 0],
    ['ZZZ', 2],
  ] as const)('Stripe exponent of %s: %i', (currency, exponent) => {
    expect(stripe.exponentOf(currency)).toBe(exponent);
  });

  it.each([
    [stripe, 'EUR', true],
    [stripe, 'eur', false],
    [stripe, 'XAU', false],
    [stripe, 'ZZZ', false],
    [stripe, 'BGN', false],
    [stripe, 'constructor', false],
    [treasury, 'USD', true],
    [treasury, 'EUR', false],
    [mollie, 'EUR', true],
    [mollie, 'INR', false],
  ] as const)('%o accepts %s: %s', (profile, currency, accepted) => {
    expect(profile.accepts(currency)).toBe(accepted);
    expect([profile.stepOf(currency) !== null, profile.maximumOf(currency) !== null]).toEqual([accepted, accepted]);
  });

  it.each([
    [treasury, 'EUR'],
    [stripe, 'EURO'],
    [mollie, 'INR'],
  ] as const)('%o does not say the digits of %s', (profile, currency) => {
    expect(thrownBy(() => profile.exponentOf(currency)).code).toBe('invalid_request');
  });

  it("a provider's own maximum is kept", () => {
    const small = defineMoneyProfile({ ...STRIPE, maximum: 1_050 });
    expect(small.toWire(of('10.50 EUR'))).toEqual({ ok: true, amount: '1050' });
    expect(small.toWire(of('10.51 EUR'))).toEqual({ ok: false, message: 'money.amount: Stripe takes at most 10.50 EUR in one payout.' });
    expect(splitPayable(of('10.51 EUR'), small)).toEqual({ payable: of('10.50 EUR'), remainder: of('0.01 EUR') });
  });

  it('a list of currencies restricts what is paid, not what is read', () => {
    const two = defineMoneyProfile({ ...STRIPE, currencies: ['EUR', 'USD'] });
    expect(two.toWire(of('10.00 GBP'))).toEqual({ ok: false, message: 'money.currency: Stripe pays out only EUR, USD.' });
    expect([two.accepts('USD'), two.accepts('GBP'), two.stepOf('GBP')]).toEqual([true, false, null]);
    expect(two.fromWire(1000, 'gbp')).toEqual(of('10.00 GBP'));
  });

  it('a step that is no multiple of the ISO unit takes both into account', () => {
    const odd = defineMoneyProfile({
      provider: 'P',
      form: 'minor_units',
      exponents: {},
      exponentElse: 2,
      steps: { JPY: 25, KRW: 150, KWD: 25 },
    });
    expect(['JPY', 'KRW', 'ISK', 'KWD'].map((code) => odd.stepOf(code)?.amount)).toEqual(['1', '3', '1', '0.250']);
  });

  it.each([
    ['a lower-case exponent', { exponents: { jpy: 0 } }, ['jpy: a currency code is three upper-case letters.']],
    ['a lower-case step', { steps: { huf: 100 } }, ['huf: a currency code is three upper-case letters.']],
    ['a lower-case currency', { currencies: ['usd'] }, ['usd: a currency code is three upper-case letters.']],
    ['half an exponent', { exponents: { JPY: 0.5 } }, ['exponents: an exponent is a whole number from 0 to 8.']],
    ['a negative exponent', { exponentElse: -1 }, ['exponents: an exponent is a whole number from 0 to 8.']],
    ['a step of nothing', { steps: { HUF: 0 } }, ['steps: a step, and the maximum, is a whole number of wire minor units, 1 or more.']],
    ['an inexact maximum', { maximum: 2 ** 53 }, ['steps: a step, and the maximum, is a whole number of wire minor units, 1 or more.']],
    ['a step without digits', { exponentElse: null, exponents: {}, steps: { HUF: 100 } }, ['HUF: this currency has no exponent.']],
  ] as const)('%s is refused when the profile is defined', (_, change, issues) => {
    const error = thrownBy(() => defineMoneyProfile({ ...STRIPE, ...change }));
    expect([error.code, error.issues.map(({ path, message }) => `${path}: ${message}`)]).toEqual(['invalid_settings', issues]);
  });

  it('later changes of the tables change nothing', () => {
    const exponents: Record<string, number> = { JPY: 0 };
    const profile = defineMoneyProfile({ ...STRIPE, exponents });
    exponents['JPY'] = 2;
    expect(profile.toWire(of('500 JPY'))).toEqual({ ok: true, amount: '500' });
  });
});

describe('fit', () => {
  it.each([
    ['10.45 HUF', '10.00 HUF', '0.45 HUF'],
    ['10.00 HUF', '10.00 HUF', '0.00 HUF'],
    ['0.99 HUF', null, '0.99 HUF'],
    ['1.239 KWD', '1.230 KWD', '0.009 KWD'],
    ['1.239 IQD', '1.230 IQD', '0.009 IQD'],
    ['0.0099 CLF', null, '0.0099 CLF'],
    ['5.99 MGA', '5.00 MGA', '0.99 MGA'],
    ['500 JPY', '500 JPY', '0 JPY'],
    ['90071992547410 ISK', '90071992547409 ISK', '1 ISK'],
  ])('%s: %s can be sent, %s stays', (money, payable, remainder) => {
    expect(splitPayable(of(money), stripe)).toEqual({ payable: payable === null ? null : of(payable), remainder: of(remainder) });
  });

  it.each([
    [stripe, '10.5 EUR', 'exactly 2 decimals'],
    [stripe, '-1.00 EUR', 'greater than zero'],
    [stripe, '1.00 ZZZ', 'not a currency'],
    [treasury, '1.00 EUR', 'pays out only USD'],
    [mollie, '1.00 INR', 'does not pay out INR'],
  ] as const)('%o %s throws invalid_request: %s', (profile, money, rule) => {
    const error = thrownBy(() => splitPayable(of(money), profile));
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain(rule);
  });
});

// --- Properties, in big integers and without decimal.js ---

/** The amount in units of 10^-8, exactly. */
function scaled(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.replace('-', '').split('.');
  const size = BigInt(whole + fraction.padEnd(8, '0'));
  return amount.startsWith('-') ? -size : size;
}

function written(units: bigint, digits: number): string {
  const text = String(units).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

const CURRENCIES = Object.keys(ISO_4217_DIGITS);
const someUnits = fc.oneof(
  fc.bigInt(1n, 200_000n),
  fc.bigInt(1n, 9007199254740991n),
  fc.bigInt(1n, 900719925474n).map((count) => count * 10_000n),
);

/** Amounts that can be paid somewhere; half of them in currencies that this profile takes. */
function moneyFor(profile: MoneyProfile): fc.Arbitrary<Money> {
  const currency = fc.oneof(fc.constantFrom(...CURRENCIES), fc.constantFrom(...CURRENCIES.filter((code) => profile.accepts(code))));
  return fc.tuple(currency, someUnits).map(([code, units]) => ({ amount: written(units, ISO_4217_DIGITS[code] ?? 0), currency: code }));
}

const wholeUnits = (wire: string, profile: MoneyProfile, currency: string): bigint =>
  wire.includes('.') || profile === mollie ? scaled(wire) : BigInt(wire) * 10n ** BigInt(8 - profile.exponentOf(currency));

describe.each([
  ['Stripe', stripe],
  ['Treasury', treasury],
  ['Mollie', mollie],
] as const)('every amount through %s', (_, profile) => {
  it('every currency of ISO 4217 round-trips its step, and its maximum, or is refused', () => {
    for (const currency of Object.keys(ISO_4217_DIGITS)) {
      const [step, maximum] = [profile.stepOf(currency), profile.maximumOf(currency)];
      if (step === null || maximum === null) {
        expect(profile.toWire({ amount: written(100_000n, ISO_4217_DIGITS[currency] ?? 0), currency }).ok).toBe(false);
        continue;
      }
      for (const money of [step, maximum]) {
        const wire = profile.toWire(money);
        expect(wire.ok && profile.fromWire(wire.amount, currency.toLowerCase())).toEqual(money);
      }
    }
  });

  it('is sent exactly and read back the same, or refused', () => {
    fc.assert(
      fc.property(moneyFor(profile), (money) => {
        const wire = profile.toWire(money);
        if (!wire.ok) return;
        expect(wholeUnits(wire.amount, profile, money.currency)).toBe(scaled(money.amount));
        expect(profile.fromWire(wire.amount, money.currency.toLowerCase())).toEqual(money);
        if (profile !== mollie) expect(profile.fromWire(Number(wire.amount), money.currency)).toEqual(money);
      }),
      SEED,
    );
  });

  it('is refused only for a rule: the currency, the step or the maximum', () => {
    fc.assert(
      fc.property(moneyFor(profile), (money) => {
        const [step, maximum] = [profile.stepOf(money.currency), profile.maximumOf(money.currency)];
        const fits =
          step !== null &&
          maximum !== null &&
          scaled(money.amount) % scaled(step.amount) === 0n &&
          scaled(money.amount) <= scaled(maximum.amount);
        expect(profile.toWire(money).ok).toBe(fits);
      }),
      SEED,
    );
  });

  it('fits: payable + remainder is the amount, payable is taken, and one step more would be too much', () => {
    fc.assert(
      fc.property(moneyFor(profile), (money) => {
        const [step, maximum] = [profile.stepOf(money.currency), profile.maximumOf(money.currency)];
        if (step === null || maximum === null) return;
        const { payable, remainder } = splitPayable(money, profile);
        expect(scaled(payable?.amount ?? '0') + scaled(remainder.amount)).toBe(scaled(money.amount));
        expect(scaled(remainder.amount)).toBeGreaterThanOrEqual(0n);
        if (payable === null) expect(compareMoney(step, money)).toBe(1);
        else {
          expect(profile.toWire(payable).ok).toBe(true);
          expect(compareMoney(addMoney(payable, step), money) === 1 || compareMoney(addMoney(payable, step), maximum) === 1).toBe(true);
        }
      }),
      SEED,
    );
  });
});

it.each([
  ['Stripe', stripe, CURRENCIES],
  ['Treasury', treasury, ['USD']],
] as const)('every exact integer of %s is read exactly, negative too', (_, profile, currencies) => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.constantFrom(...currencies), (count, currency) => {
      const money = profile.fromWire(count, currency);
      expect(scaled(money?.amount ?? 'unread')).toBe(BigInt(count) * 10n ** BigInt(8 - profile.exponentOf(currency)));
    }),
    SEED,
  );
});

it('every exact decimal string of Mollie is read exactly, negative too', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.nat({ max: 8 }), fc.constantFrom(...CURRENCIES), (count, decimals, currency) => {
      const wire = (count < 0 ? '-' : '') + written(BigInt(Math.abs(count)), decimals);
      expect(scaled(mollie.fromWire(wire, currency)?.amount ?? 'unread')).toBe(scaled(wire));
    }),
    SEED,
  );
});
