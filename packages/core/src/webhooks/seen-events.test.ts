import { describe, expect, it } from 'vitest';
import { memorySeenEvents } from '../index.ts';

describe('memorySeenEvents', () => {
  it('knows what was added, and nothing else', () => {
    const seen = memorySeenEvents();
    seen.add('a');
    expect([seen.has('a'), seen.has('b'), seen.has('constructor')]).toEqual([true, false, false]);
  });

  it('asking adds nothing', () => {
    const seen = memorySeenEvents();
    expect([seen.has('a'), seen.has('a')]).toEqual([false, false]);
  });

  it('forgets what was not seen for longest, beyond its limit', () => {
    const seen = memorySeenEvents({ limit: 3 });
    for (const key of ['a', 'b', 'c']) seen.add(key);
    expect(seen.has('a')).toBe(true); // Now b is the oldest.
    seen.add('d');
    expect(['a', 'b', 'c', 'd'].map((key) => seen.has(key))).toEqual([true, false, true, true]);
  });

  it('adding again is no second entry', () => {
    const seen = memorySeenEvents({ limit: 2 });
    for (const key of ['a', 'b', 'b', 'b']) seen.add(key);
    expect(seen.has('a')).toBe(true);
  });

  it('never holds more than its limit', () => {
    const seen = memorySeenEvents({ limit: 100 });
    for (let index = 0; index < 10_000; index += 1) seen.add(String(index));
    const kept = Array.from({ length: 10_000 }, (_, index) => seen.has(String(index))).filter(Boolean);
    expect(kept).toHaveLength(100);
  });

  it('holds 10,000 unless told otherwise', () => {
    const seen = memorySeenEvents();
    for (let index = 0; index <= 10_000; index += 1) seen.add(String(index));
    expect([seen.has('0'), seen.has('1')]).toEqual([false, true]);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a limit of %s', (limit) => {
    expect(() => memorySeenEvents({ limit })).toThrow(RangeError);
  });
});
