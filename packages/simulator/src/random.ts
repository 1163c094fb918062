/** A source of numbers in [0, 1). */
export type Random = () => number;

/**
 * A small seeded generator (mulberry32): the same seed gives the same numbers on every runtime.
 *
 * @param seed Any integer; only its low 32 bits count.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Makes ids such as `po_1AbC…`; two ids of one generator are never equal. */
export type Ids = (prefix: string) => string;

/**
 * Ids from a generator of their own, so that a client's jitter does not change them.
 *
 * @param seed The same seed gives the same ids in the same order.
 * @param length Characters after the prefix, default 24; the last six are a counter.
 */
export function seededIds(seed: number, length = 24): Ids {
  const random = seededRandom(seed);
  let count = 0;
  return (prefix) => {
    count += 1;
    let text = '';
    while (text.length < length - 6) text += ALPHABET[Math.floor(random() * ALPHABET.length)] ?? '0';
    return `${prefix}${text}${count.toString(36).toUpperCase().padStart(6, '0')}`;
  };
}
