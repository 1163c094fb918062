import { expect, it } from 'vitest';
import { simulationWith } from './bundle.ts';

/** How many runs each of the test files makes. */
const RUNS_PER_SHARD = 5_000;

/** A test over the runs of one shard; seeds are fixed, so that what fails once fails again. */
export function neverTwiceShard(shard: number): void {
  const from = (shard - 1) * RUNS_PER_SHARD + 1;
  it(`never twice: seeds ${from} to ${from + RUNS_PER_SHARD - 1}`, { timeout: 300_000 }, async () => {
    const { simulate, tally } = await simulationWith();
    const totals = tally();
    const failures: string[] = [];
    for (let seed = from; seed < from + RUNS_PER_SHARD; seed += 1) {
      const run = await simulate(seed);
      totals.add(run);
      for (const { is, told } of run.violations) failures.push(`${is}: ${told}\n  npx -y pnpm@12 never-twice --seed ${seed} --trace`);
    }
    process.stdout.write(`${totals.text()}\n`);
    expect(failures).toEqual([]);
  });
}
