// https://docs.stripe.com/api/payouts/list (arrival_date, created: an exact value or a range, in unix seconds)
import { parseTime } from '@disburse/core/adapter';
import * as v from 'valibot';
import type { FormFields } from './form.ts';
import { strictObject } from './strict.ts';

/** A time: ISO 8601 with `Z` or an offset, a date (midnight UTC), a `Date`, or unix seconds. */
export type StripeTime = string | number | Date;

/** Bounds of a time; at least one. */
export interface StripeTimeRange {
  readonly gt?: StripeTime | undefined;
  readonly gte?: StripeTime | undefined;
  readonly lt?: StripeTime | undefined;
  readonly lte?: StripeTime | undefined;
}

/** A filter on a time: exactly this second, or a range. */
export type StripeTimeFilter = StripeTime | StripeTimeRange;

/** The last second that an ISO time can write. */
const LAST_SECOND = 253_402_300_799;

const isTime = (value: unknown): value is StripeTime => {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 && value <= LAST_SECOND;
  return isDate(value) ? isTime(Math.floor(value.getTime() / 1000)) : parseTime(value) !== null;
};

/** Also one of another realm, such as a test runner's. */
const isDate = (value: unknown): value is Date => value instanceof Date || Object.prototype.toString.call(value) === '[object Date]';

const Time: v.GenericSchema<StripeTime> = v.custom<StripeTime>(
  isTime,
  'must be an ISO 8601 time with its offset, a date, a Date, or unix seconds (milliseconds are too large)',
);

const Range: v.GenericSchema<StripeTimeRange> = v.pipe(
  strictObject({ gt: v.optional(Time), gte: v.optional(Time), lt: v.optional(Time), lte: v.optional(Time) }),
  v.check((range) => Object.values(range).some((bound) => bound !== undefined), 'must have at least one of gt, gte, lt, lte'),
);

const isBounds = (value: unknown): boolean => typeof value === 'object' && value !== null && !isDate(value);

/** Checks a {@link StripeTimeFilter}. */
export const StripeTimeFilterSchema: v.GenericSchema<StripeTimeFilter> = v.lazy((value) => (isBounds(value) ? Range : Time));

/** Stripe counts whole seconds: a bound between two of them is moved to the one that selects exactly the same payouts. */
const WHOLE_SECOND: { readonly [Bound in keyof StripeTimeRange]-?: (seconds: number) => number } = {
  gt: Math.floor,
  gte: Math.ceil,
  lt: Math.ceil,
  lte: Math.floor,
};

/** The filter as Stripe takes it; `undefined` for none. */
export function timeParameter(filter: StripeTimeFilter | undefined): number | FormFields | undefined {
  if (filter === undefined) return undefined;
  if (typeof filter !== 'object' || isDate(filter)) return Math.floor(secondsOf(filter));
  const { gt, gte, lt, lte } = filter;
  return { gt: bound('gt', gt), gte: bound('gte', gte), lt: bound('lt', lt), lte: bound('lte', lte) };
}

function bound(name: keyof StripeTimeRange, time: StripeTime | undefined): number | undefined {
  return time === undefined ? undefined : WHOLE_SECOND[name](secondsOf(time));
}

function secondsOf(time: StripeTime): number {
  if (typeof time === 'number') return time;
  return (isDate(time) ? time.getTime() : (parseTime(time) ?? Number.NaN)) / 1000;
}
