import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { simulationWith } from './bundle.ts';
import type { PlantedBug } from './planted-bugs.ts';

const REPORTS = fileURLToPath(new URL('../../../../reports/', import.meta.url));

/** How often a planted bug was found. */
export interface Finding {
  readonly rule: string;
  readonly mistake: string;
  readonly by: 'random runs' | 'directed scenarios';
  readonly found: number;
  readonly of: number;
  /** The first thing that was found. */
  readonly first: string | null;
}

const USUAL_RUNS = 120;

/** Runs the simulation over a product with this mistake in it. */
export async function hunt(bug: PlantedBug): Promise<Finding> {
  const { rule, mistake, edits, directed, runs = USUAL_RUNS } = bug;
  const { DIRECTED, directed: played, simulate } = await simulationWith(edits);
  const found: string[] = [];
  if (directed === true) {
    const scenarios = DIRECTED.filter((one) => one.rule === rule);
    for (const scenario of scenarios) {
      const wrong = await played(scenario);
      if (wrong !== null) found.push(`${scenario.name}: ${wrong}`);
    }
    return { rule, mistake, by: 'directed scenarios', found: found.length, of: scenarios.length, first: found[0] ?? null };
  }
  for (let seed = 1; seed <= runs; seed += 1) {
    const { violations } = await simulate(seed);
    const [first] = violations;
    if (first !== undefined) found.push(`seed ${seed}: ${first.is}: ${first.told}`);
  }
  return { rule, mistake, by: 'random runs', found: found.length, of: runs, first: found[0] ?? null };
}

export async function report(name: string, findings: readonly Finding[]): Promise<void> {
  await mkdir(REPORTS, { recursive: true });
  await writeFile(`${REPORTS}planted-${name}.json`, `${JSON.stringify(findings, null, 2)}\n`);
  const lines = findings.map(({ rule, mistake, found, of, by }) => `${rule.padEnd(4)} ${`${found} of ${of}`.padStart(12)} ${by}: ${mistake}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}
