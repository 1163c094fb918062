/** An adapter did not do what a check asks for. */
class CheckFailed extends Error {
  override readonly name: string = 'CheckFailed';
}

/** @throws {CheckFailed} */
export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new CheckFailed(otherwise);
}

/** @throws {CheckFailed} unless both are the same JSON, members in any order. */
export function same(actual: unknown, expected: unknown, what: string): void {
  must(shown(actual) === shown(expected), `${what}: expected ${shown(expected)}, found ${shown(actual)}`);
}

/** As JSON, members in the order of their names. */
export function shown(value: unknown): string {
  const sorted = (_: string, inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  return JSON.stringify(value, sorted) ?? 'undefined';
}

/** The value, or a failed check where there is none. */
export function the<T>(value: T | null | undefined, what: string): T {
  must(value !== null && value !== undefined, `there is no ${what}`);
  return value;
}
