import { describe, expectTypeOf, it } from 'vitest';
import type { PayoutIssue } from '../errors.ts';
import { addMoney, compareMoney, type Money, moneyIssues, sameMoney } from './money.ts';
import { defineMoneyProfile, splitPayable, type MoneyProfile, type MoneyProfileSpec, type WireAmount } from './money-profile.ts';

describe('Money', () => {
  const money: Money = { amount: '10.50', currency: 'EUR' };

  it('takes strings, and all of it', () => {
    // @ts-expect-error A number loses cents.
    const number: Money = { amount: 10.5, currency: 'EUR' };
    // @ts-expect-error A bigint is minor units, and nobody knows whose.
    const minor: Money = { amount: 1050n, currency: 'EUR' };
    // @ts-expect-error No default currency.
    const bare: Money = { amount: '10.50' };
    // @ts-expect-error Another library's member.
    const foreign: Money = { value: '10.50', currency: 'EUR' };
    // @ts-expect-error A typo beside the members.
    const more: Money = { amount: '10.50', currency: 'EUR', unit: 'cents' };
    expectTypeOf([number, minor, bare, foreign, more]).toEqualTypeOf<Money[]>();
  });

  it('cannot be changed', () => {
    // @ts-expect-error A new amount is a new Money.
    money.amount = '0.01';
    // @ts-expect-error A new currency is a new Money.
    money.currency = 'USD';
  });

  it('is calculated with only as Money', () => {
    // @ts-expect-error A text has no currency.
    addMoney(money, '1.00');
    // @ts-expect-error Nor has null.
    sameMoney(money, null);
    expectTypeOf(addMoney(money, money)).toEqualTypeOf<Money>();
    expectTypeOf(compareMoney(money, money)).toEqualTypeOf<-1 | 0 | 1>();
    expectTypeOf(moneyIssues).toEqualTypeOf<(value: unknown, path: string) => readonly PayoutIssue[]>();
  });
});

describe('MoneyProfile', () => {
  const spec = { provider: 'P', form: 'minor_units', exponents: {}, exponentElse: 2 } as const satisfies MoneyProfileSpec;
  const profile: MoneyProfile = defineMoneyProfile(spec);

  it('what may be unpayable or unreadable must be checked', () => {
    // @ts-expect-error There may be nothing payable.
    splitPayable({ amount: '1.00', currency: 'HUF' }, profile).payable.amount;
    // @ts-expect-error What was reported may not be readable.
    profile.fromWire('10', 'EUR').amount;
    // @ts-expect-error A refusal has no amount.
    profile.toWire({ amount: '1.00', currency: 'EUR' }).amount;
    expectTypeOf(profile.toWire).returns.toEqualTypeOf<WireAmount>();
    expectTypeOf(splitPayable).returns.toEqualTypeOf<{ readonly payable: Money | null; readonly remainder: Money }>();
  });

  it('a specification says every fact', () => {
    // @ts-expect-error Whether unlisted currencies are known is not left open.
    defineMoneyProfile({ provider: 'P', form: 'minor_units', exponents: {} });
    // @ts-expect-error Only two forms exist.
    defineMoneyProfile({ ...spec, form: 'float' });
    defineMoneyProfile({ ...spec, steps: undefined, currencies: undefined, maximum: undefined });
  });
});
