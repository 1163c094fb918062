// Contract 4.2: ranges in whole unix seconds.
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { isoDay, isoTime } from './read-payout.ts';
import { type StripeTimeFilter, StripeTimeFilterSchema, timeParameter } from './times.ts';

describe('a filter on a time', () => {
  it.each<[string, StripeTimeFilter, unknown]>([
    ['unix seconds, exactly', 1_680_652_800, 1_680_652_800],
    ['a date, exactly', '2023-04-05', 1_680_652_800],
    ['a Date, floored', new Date('2023-04-05T00:00:00.900Z'), 1_680_652_800],
    ['an ISO time in another zone', { gte: '2023-04-05T02:00:00+02:00' }, { gte: 1_680_652_800 }],
    ['a Date of another realm', runInNewContext('new Date(1680652800900)') as Date, 1_680_652_800],
    ['after a fraction: that second is over', { gt: '2023-04-05T00:00:00.500Z' }, { gt: 1_680_652_800 }],
    ['from a fraction: the next second is the first', { gte: '2023-04-05T00:00:00.500Z' }, { gte: 1_680_652_801 }],
    ['before a fraction: that second is still in', { lt: '2023-04-05T00:00:00.500Z' }, { lt: 1_680_652_801 }],
    ['until a fraction: that second is still in', { lte: '2023-04-05T00:00:00.500Z' }, { lte: 1_680_652_800 }],
  ])('%s', (_, filter, parameter) => {
    expect(v.is(StripeTimeFilterSchema, filter)).toBe(true);
    expect(JSON.parse(JSON.stringify(timeParameter(filter)))).toEqual(parameter);
  });

  it('is none where none is given', () => {
    expect(timeParameter(undefined)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['milliseconds', 1_680_652_800_000],
    ['a fraction of a second', 1.5],
    ['a time before 1970', -1],
    ['no time', 'yesterday'],
    ['a bare year', '2023'],
    ['a time without an offset, which is another one on every machine', '2023-04-05T00:00:00'],
    ['a time without an offset as a bound', { gte: '2023-04-05T00:00:00' }],
    ['a date with something behind it', '2023-04-05 or so'],
    ['a day that no calendar has', '2023-02-30'],
    ['an invalid Date', new Date(Number.NaN)],
    ['a range without bounds', {}],
    ['a bound that does not exist', { after: 1 }],
    ['a bound that is no time', { gt: 'x' }],
    ['a list', [1]],
    ['null', null],
  ])('refuses %s', (_, filter) => {
    expect(v.is(StripeTimeFilterSchema, filter)).toBe(false);
  });
});

it('writes times and days as Date does, in any order', () => {
  const seconds = fc.oneof(fc.integer({ min: 0, max: 253_402_300_799 }), fc.integer({ min: 1_790_000_000, max: 1_790_200_000 }));
  fc.assert(
    fc.property(fc.array(seconds, { maxLength: 20 }), (times) => {
      for (const time of times) {
        const iso = new Date(time * 1000).toISOString();
        expect([isoTime(time), isoDay(time)]).toEqual([iso, iso.slice(0, 10)]);
      }
    }),
    { seed: 20_261_121 },
  );
});
