/** One day, in milliseconds. */
export const DAY_MS: number = 24 * 60 * 60_000;

/** ISO 8601 UTC of milliseconds since the epoch. */
export const isoOf = (ms: number): string => new Date(ms).toISOString();

/** ISO 8601: a date, or a time with its zone. A time without a zone would be another moment on another machine. */
const TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** The form of a time, for messages. */
export const TIME_RULE = 'must be an ISO 8601 time with its offset, such as 2026-11-01T00:00:00Z, or a date, which begins at midnight UTC';

/**
 * Reads a time that somebody wrote, in milliseconds since the epoch: ISO 8601 with `Z` or an offset. A date alone is its
 * midnight in UTC.
 *
 * `null` for anything else. A time without an offset means another moment on every machine. A day that no calendar has is none,
 * and so is what only `Date.parse` takes for a time (`11/12/2026`, `10`).
 */
export function parseTime(text: unknown): number | null {
  const day = typeof text === 'string' ? TIME.exec(text)?.[1] : undefined;
  if (day === undefined) return null;
  const at = Date.parse(text as string);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Some engines read the 30th of February as the 2nd of March, others as no time.
  return Number.isNaN(at) || Number.isNaN(midnight) || isoOf(midnight).slice(0, 10) !== day ? null : at;
}
