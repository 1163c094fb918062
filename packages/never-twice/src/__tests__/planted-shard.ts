import { afterAll, describe, expect, it } from 'vitest';
import { type Finding, hunt, report } from './planted.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';

/** Tests for every `of`th planted bug, so that they run beside each other. */
export function plantedShard(shard: number, of: number): void {
  const findings: Finding[] = [];
  afterAll(() => report(String(shard), findings));

  describe('a planted bug is found', () => {
    it.each(PLANTED_BUGS.filter((_, index) => index % of === shard - 1).map((bug) => [bug.rule, bug.mistake, bug] as const))(
      '%s: %s',
      { timeout: 120_000 },
      async (_, __, bug) => {
        const finding = await hunt(bug);
        findings.push(finding);
        const isFound = finding.runs.found + finding.scenarios.found > 0;
        expect(isFound ? 'found' : finding).toBe('found');
      },
    );
  });
}
