import { expect, it } from 'vitest';
import { runKills } from './__tests__/kills/kills.ts';
import { ADAPTERS } from './__tests__/kills/lines.ts';

// `npx -y pnpm@12 kills` does it 200 times for each adapter.
it.each(ADAPTERS)(
  'two workers of %s on one folder, killed six times: nothing twice, lost or told falsely',
  { timeout: 120_000 },
  async (adapter) => {
    const { findings, outcomes, references } = await runKills({ adapter, kills: 6, seed: 11 });
    expect(findings).toEqual([]);
    expect(outcomes.accepted).toBeGreaterThanOrEqual(references);
  },
);
