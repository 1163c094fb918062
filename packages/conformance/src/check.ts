import type { Stage } from './stage.ts';

/** What a check found: nothing, or why it does not concern this provider. */
export type Finding = NotApplicable | undefined | void;

/** A check that does not concern a provider, and what of the provider says so. */
export class NotApplicable {
  readonly because: string;

  constructor(because: string) {
    this.because = because;
  }
}

/** One thing that every adapter must do. */
export interface Check {
  /** `group/what`, stable: reports and planted mistakes name it. */
  readonly id: string;
  /** The rule or promise that it belongs to, as docs/safety.md and the README number them. */
  readonly promise: string;
  /** For the author of an adapter that fails it: what is usually forgotten. */
  readonly forgot: string;
  /** @throws {Error} saying what the adapter did instead. */
  readonly run: (stage: Stage) => Promise<Finding>;
}

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
