// When the same request may be sent again.
import type { HttpResponse } from './exchange.ts';

/** The longest pause that is waited for. When a provider asks for a longer one, the caller gets it instead. */
const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * The pause before resend `n` (from 1): half a second doubling to five, with jitter, or what the provider asked for.
 *
 * @returns `null` when the provider asked for more than half a minute.
 */
export function pauseBefore(resend: number, retryAfterSeconds: number | null, random: number): number | null {
  if (retryAfterSeconds !== null) {
    const asked = Math.max(FIRST_PAUSE_MS, retryAfterSeconds * 1000);
    return asked > LONGEST_PAUSE_MS ? null : asked;
  }
  const backoff = Math.min(FIRST_PAUSE_MS * 2 ** (resend - 1), LONGEST_BACKOFF_MS);
  return Math.max(FIRST_PAUSE_MS, backoff * (0.5 + random / 2));
}

/** Seconds that an answer asks to wait, from `Retry-After` in either form; `null` when it does not say. */
export function retryAfterSecondsOf(answer: HttpResponse, now: number): number | null {
  const value = answer.headers.get('retry-after') ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(value)) return Math.ceil(Number(value));
  const at = /^[a-z]/i.test(value) ? Date.parse(value) : Number.NaN; // Date.parse reads '1.5' as a day of 2001.
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}
