/** Everything that a run leaves to chance comes from one of these, so a seed is the whole run. */
export interface Dice {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  next(): number;
  /** `true` in so many of 1 cases. */
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
  /** One of the values, as often as its weight says. */
  weighted<T>(table: readonly (readonly [weight: number, value: T])[]): T;
}

/** Dice that fall the same way for the same seed (mulberry32). */
export function dice(seed: number): Dice {
  // Spread first: the generators of neighbouring seeds would begin alike.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const pick = <T>(from: readonly T[]): T => {
    const value = from[Math.floor(next() * from.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  };
  return {
    next,
    chance: (probability) => next() < probability,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick,
    weighted: (table) => {
      let left = next() * table.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of table) {
        left -= weight;
        if (left < 0) return value;
      }
      return pick(table)[1];
    },
  };
}
