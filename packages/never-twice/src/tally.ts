import type { RunReport } from './simulate.ts';

/** What many runs came to together. */
export interface Tally {
  add(report: RunReport): void;
  /** Seeds with violations. */
  readonly failed: readonly number[];
  text(): string;
}

export function tally(): Tally {
  const failed: number[] = [];
  const outcomes = { accepted: 0, rejected: 0, unknown: 0 };
  const excused = new Map<string, number>();
  let runs = 0;
  let paid = 0;
  return {
    failed,
    add: (report) => {
      runs += 1;
      paid += report.paid;
      if (report.violations.length > 0) failed.push(report.seed);
      for (const kind of ['accepted', 'rejected', 'unknown'] as const) outcomes[kind] += report.given[kind];
      for (const [excuse, times] of report.excused) excused.set(excuse, (excused.get(excuse) ?? 0) + times);
    },
    text: () => {
      const all = outcomes.accepted + outcomes.rejected + outcomes.unknown;
      const share = (count: number): string => `${((100 * count) / Math.max(1, all)).toFixed(1)} %`;
      const kinds = `${share(outcomes.accepted)} accepted, ${share(outcomes.rejected)} rejected, ${share(outcomes.unknown)} unknown`;
      const beyond = [...excused].map(([excuse, times]) => `${times} x ${excuse}`).join(', ') || 'none';
      return `${runs} runs, ${paid} payouts, ${all} outcomes (${kinds}); out of scope: ${beyond}; runs with violations: ${failed.length}`;
    },
  };
}
