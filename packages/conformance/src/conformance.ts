import { NotApplicable, type Check } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { type CheckResult, type ConformanceReport, reportOf, summaryOf } from './report.ts';
import { openHarness } from './harness.ts';
import type { ConformanceWorld } from './world.ts';

/** The test framework's functions: vitest's, jest's, or those of `node:test` with an `expect`. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
  readonly expect: (actual: unknown) => { toEqual(expected: unknown): unknown };
}

/** Options of {@link payoutProviderConformance}. */
export interface ConformanceOptions {
  /** Is told once, when every check has run; print the summary or keep the report. */
  readonly onReport?: ((report: ConformanceReport, summary: string) => void) | undefined;
}

/**
 * Registers one test for each check, and a last one that has the report.
 *
 * What the provider's `capabilities` declare is exercised; what they do not declare must be refused without a request. Nothing
 * is skipped by hand: a check that does not concern this provider passes, and the report says which capability decided so.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * payoutProviderConformance({ describe, it, expect }, acmeWorld);
 */
export function payoutProviderConformance(test: TestFunctions, world: ConformanceWorld, options: ConformanceOptions = {}): void {
  const { describe, it, expect } = test;
  const { id } = world.factory;
  const results: CheckResult[] = [];
  describe(`${id} conforms`, () => {
    for (const check of CHECKS) {
      it(`${check.id}`, async () => {
        const result = await runCheck(check, world);
        results.push(result);
        expect(result.result === 'failed' ? result.reason : null).toEqual(null);
      });
    }
    it('the report has every check', async () => {
      const report = reportOf(id, results);
      options.onReport?.(report, summaryOf(report));
      // A runner that was told to run some checks only is no proof of the rest.
      expect(report.checks.map((result) => result.id)).toEqual(CHECKS.map((check) => check.id));
    });
  });
}

/** Runs every check, one after the other, without a test framework. Never throws for what an adapter does. */
export async function runConformance(world: ConformanceWorld, only: (id: string) => boolean = () => true): Promise<ConformanceReport> {
  const results: CheckResult[] = [];
  for (const check of CHECKS) if (only(check.id)) results.push(await runCheck(check, world));
  return reportOf(world.factory.id, results);
}

async function runCheck({ id, promise, forgot, run }: Check, world: ConformanceWorld): Promise<CheckResult> {
  try {
    const found = await run(await openHarness(world));
    if (found instanceof NotApplicable) return { id, promise, result: 'notApplicable', reason: found.because };
    return { id, promise, result: 'passed', reason: null };
  } catch (error) {
    const what =
      error instanceof Error ? (error.name === 'CheckFailed' ? error.message : `${error.name}: ${error.message}`) : String(error);
    return { id, promise, result: 'failed', reason: `${what}. ${forgot}` };
  }
}
