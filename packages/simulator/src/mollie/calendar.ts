/**
 * The simulator's own calendar; the provider documents neither cut-off, time zone nor holidays (contract section 20). A business day
 * is Monday to Friday in Amsterdam, except the holidays of the world. The payout day is the first one after the day of creation, and
 * every step happens on it at a fixed local time.
 */
const ZONE = 'Europe/Amsterdam';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Calendar dates (`2026-12-25`) that are no business days. */
export type Holidays = ReadonlySet<string>;

const CIVIL = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** How far clocks in Amsterdam are ahead of UTC at this moment. */
function offsetAt(ms: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of CIVIL.formatToParts(ms)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

/** The date on calendars in Amsterdam: `2026-11-23`. */
function dateOf(ms: number): string {
  return new Date(ms + offsetAt(ms)).toISOString().slice(0, 10);
}

/** The moment at which clocks in Amsterdam show this hour of this date. No step happens in the hours that summer time moves. */
export function momentOf(date: string, hour: number): number {
  const utc = Date.parse(`${date}T00:00:00Z`) + hour * HOUR_MS;
  return utc - offsetAt(utc - offsetAt(utc));
}

function isBusinessDay(date: string, holidays: Holidays): boolean {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return day !== 0 && day !== 6 && !holidays.has(date);
}

/** The date of the `days`-th business day after this moment. */
export function businessDayAfter(ms: number, days: number, holidays: Holidays): string {
  let date = dateOf(ms);
  for (let left = days; left > 0;) {
    date = new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
    if (isBusinessDay(date, holidays)) left -= 1;
  }
  return date;
}

/** A time as the provider writes it in objects: `2026-11-23T09:00:00+00:00`. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}

/** A time as the provider writes it in events, with one digit of the second: `2026-11-23T09:00:00.0Z`. */
export function eventTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 21)}Z`;
}
