import { assertKnown } from '../known-keys.ts';

/**
 * Remembers which events were handled, so that a delivery that comes again is dropped.
 *
 * A few lines over a table with a unique key are enough. It spares work and is no lock: two processes can handle one event at
 * once, so what `onEvent` does must bear a repetition all the same.
 */
export interface SeenEvents {
  /** Whether `add` was called with this key. */
  has(key: string): boolean | Promise<boolean>;
  /** Called once the event was handled, never before. Keep it longer than the provider delivers: 30 days are enough for all. */
  add(key: string): void | Promise<void>;
}

/**
 * Remembers in memory. It forgets the longest unseen beyond `limit`, and everything with the process: a delivery that is
 * repeated after a restart is handled again.
 *
 * @param options `limit`: how many keys, 1 or more; default 10,000.
 * @throws {PayoutError} `invalid_request` for an option that it does not know.
 */
export function memorySeenEvents(options: { readonly limit?: number | undefined } = {}): {
  has(key: string): boolean;
  add(key: string): void;
} {
  assertKnown<typeof options>('memorySeenEvents', options, { limit: true });
  const { limit = 10_000 } = options;
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError('limit must be a whole number from 1.');
  const keys = new Set<string>(); // In the order in which they were last seen.
  const touch = (key: string): boolean => {
    const known = keys.delete(key);
    keys.add(key);
    return known;
  };
  return {
    has: (key) => keys.has(key) && touch(key),
    add: (key) => {
      touch(key);
      for (const oldest of keys) {
        if (keys.size <= limit) break;
        keys.delete(oldest);
      }
    },
  };
}
