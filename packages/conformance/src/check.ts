import { hasList, type Harness } from './harness.ts';

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
  readonly run: (harness: Harness) => Promise<Finding>;
}

/** The same checks, for providers that can list. */
export function whereListed(checks: readonly Check[]): readonly Check[] {
  return checks.map((check) => ({
    ...check,
    run: async (harness) => (hasList(harness) ? check.run(harness) : new NotApplicable('capabilities.operations has no list')),
  }));
}
