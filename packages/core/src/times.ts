/** One day, in milliseconds. */
export const DAY_MS: number = 24 * 60 * 60_000;

/** ISO 8601 UTC of milliseconds since the epoch. */
export const isoOf = (ms: number): string => new Date(ms).toISOString();
