// https://docs.stripe.com/api/payouts/list (arrival_date, created: an exact value or a range, in unix seconds)
import * as v from 'valibot';
import type { FormFields } from './form.ts';

/** A time: ISO 8601, a `Date`, or unix seconds. */
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
  if (value instanceof Date) return isTime(Math.floor(value.getTime() / 1000));
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value));
};

const Time: v.GenericSchema<StripeTime> = v.custom<StripeTime>(
  isTime,
  'must be an ISO 8601 time, a Date, or unix seconds (milliseconds are too large)',
);

const Range: v.GenericSchema<StripeTimeRange> = v.pipe(
  v.strictObject({ gt: v.optional(Time), gte: v.optional(Time), lt: v.optional(Time), lte: v.optional(Time) }),
  v.check((range) => Object.values(range).some((bound) => bound !== undefined), 'must have at least one of gt, gte, lt, lte'),
);

const isBounds = (value: unknown): boolean => typeof value === 'object' && value !== null && !(value instanceof Date);

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
  if (typeof filter !== 'object' || filter instanceof Date) return Math.floor(secondsOf(filter));
  const { gt, gte, lt, lte } = filter;
  return { gt: bound('gt', gt), gte: bound('gte', gte), lt: bound('lt', lt), lte: bound('lte', lte) };
}

function bound(name: keyof StripeTimeRange, time: StripeTime | undefined): number | undefined {
  return time === undefined ? undefined : WHOLE_SECOND[name](secondsOf(time));
}

function secondsOf(time: StripeTime): number {
  if (typeof time === 'number') return time;
  return (time instanceof Date ? time.getTime() : Date.parse(time)) / 1000;
}
