import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { simulationWith } from './bundle.ts';
import type { PlantedBug } from './planted-bug.ts';

const REPORTS = fileURLToPath(new URL('../../../../reports/', import.meta.url));

/** How often a planted bug was found. */
export interface Finding {
  readonly rule: string;
  readonly mistake: string;
  /** In so many random runs, the same seeds for every bug. */
  readonly runs: { readonly found: number; readonly of: number; readonly first: string | null };
  /** By so many scenarios of its rule. */
  readonly scenarios: { readonly found: number; readonly of: number; readonly first: string | null };
}

const RUNS = 120;

/** Runs the simulation over a product with this mistake in it. */
export async function hunt({ rule, mistake, edits }: PlantedBug, runs: number = RUNS): Promise<Finding> {
  const { DIRECTED, directed, simulate } = await simulationWith(edits);
  const scenarios = DIRECTED.filter((one) => one.rule === rule);
  const wrong: string[] = [];
  for (const scenario of scenarios) {
    const told = await directed(scenario);
    if (told !== null) wrong.push(`${scenario.name}: ${told}`);
  }
  const found: string[] = [];
  for (let seed = 1; seed <= runs; seed += 1) {
    const [violation] = (await simulate(seed)).violations;
    if (violation !== undefined) found.push(`seed ${seed}: ${violation.is}: ${violation.told}`);
  }
  return {
    rule,
    mistake,
    runs: { found: found.length, of: runs, first: found[0] ?? null },
    scenarios: { found: wrong.length, of: scenarios.length, first: wrong[0] ?? null },
  };
}

export async function report(name: string, findings: readonly Finding[]): Promise<void> {
  await mkdir(REPORTS, { recursive: true });
  await writeFile(`${REPORTS}planted-${name}.json`, `${JSON.stringify(findings, null, 2)}\n`);
  const lines = findings.map(
    ({ rule, mistake, runs, scenarios }) =>
      `${rule.padEnd(4)} ${`${runs.found} of ${runs.of}`.padStart(11)} runs, ${scenarios.found} of ${scenarios.of} scenarios: ${mistake}`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}
