/** How one check ended. */
export interface CheckResult {
  readonly id: string;
  /** The rule or promise that the check belongs to. */
  readonly promise: string;
  readonly result: 'passed' | 'notApplicable' | 'failed';
  /** For `notApplicable`: which capability says so. For `failed`: what the adapter did, and what is usually forgotten. */
  readonly reason: string | null;
}

/** What the suite found about one adapter. Plain JSON. */
export interface ConformanceReport {
  readonly provider: string;
  readonly specification: 'v1';
  readonly passed: number;
  readonly notApplicable: number;
  readonly failed: number;
  readonly checks: readonly CheckResult[];
}

/** Counts results. */
export function reportOf(provider: string, checks: readonly CheckResult[]): ConformanceReport {
  const count = (result: CheckResult['result']): number => checks.filter((check) => check.result === result).length;
  const counts = { passed: count('passed'), notApplicable: count('notApplicable'), failed: count('failed') };
  return { provider, specification: 'v1', ...counts, checks };
}

const WORDS: Readonly<Record<CheckResult['result'], string>> = { passed: 'ok', notApplicable: '--', failed: 'FAILED' };

/** The report as a table of text, a line for each check. */
export function summaryOf(report: ConformanceReport): string {
  const idWidth = Math.max(...report.checks.map(({ id }) => id.length), 5);
  const promiseWidth = Math.max(...report.checks.map(({ promise }) => promise.length), 4);
  const lines = report.checks.map(({ id, promise, result, reason }) => {
    const text = reason === null ? '' : `  ${reason.replaceAll('\n', ' ')}`;
    return `${WORDS[result].padEnd(6)}  ${id.padEnd(idWidth)}  ${promise.padEnd(promiseWidth)}${text}`.trimEnd();
  });
  const { provider, passed, notApplicable, failed } = report;
  return [...lines, '', `${provider}: ${passed} passed, ${notApplicable} not applicable, ${failed} failed`].join('\n');
}
