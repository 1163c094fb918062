// How long is waited before a resend: what the provider asked for, up to half a minute, or half a second doubling to five.
import { describe, expect, it } from 'vitest';
import { NINE } from '../__tests__/manual-time.ts';
import type { HttpResponse } from '../http/exchange.ts';
import { pauseBefore, retryAfterSecondsOf } from '../http/retry-schedule.ts';

describe('pauses', () => {
  it.each([
    // Half a second doubling to five, with jitter from half to whole.
    [1, null, 0, 500],
    [1, null, 1, 500],
    [2, null, 0, 500],
    [2, null, 1, 1000],
    [3, null, 0, 1000],
    [3, null, 1, 2000],
    [4, null, 0.5, 3000],
    [5, null, 0, 2500],
    [5, null, 1, 5000],
    [50, null, 1, 5000],
    // What the provider asked for.
    [1, 0, 1, 500],
    [1, 1, 0, 1000],
    [9, 7, 0, 7000],
    [1, 30, 0, 30_000],
    [1, 30.001, 0, null],
    [1, 31, 0, null],
    [1, 999_999_999, 0, null],
  ])('before resend %i, asked for %s s, luck %d: %s ms', (resend, asked, random, ms) =>
    expect(pauseBefore(resend, asked, random)).toBe(ms),
  );

  const answer = (value: string | null): HttpResponse => ({
    status: 429,
    headers: new Headers(value === null ? {} : { 'retry-after': value }),
    text: '',
    json: undefined,
  });

  it.each([
    [null, null],
    ['', null],
    ['0', 0],
    ['7', 7],
    [' 7 ', 7],
    ['999999999', 999_999_999],
    ['9999999999', null],
    ['-1', null],
    ['1.5', 2],
    ['60.0', 60],
    ['1 minute', null],
    ['2026', 2026],
    ['soon', null],
    [new Date(NINE + 1500).toUTCString(), 1],
    [new Date(NINE + 90_000).toUTCString(), 90],
    [new Date(NINE - 90_000).toUTCString(), 0],
  ])('Retry-After: %s is %s s', (value, seconds) => expect(retryAfterSecondsOf(answer(value), NINE)).toBe(seconds));
});
