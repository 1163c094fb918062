// What consumers get: the packed tarballs, installed outside of the workspace, compiled, bundled, and used to pay at the simulators on every
// runtime that is supported. `pnpm consumers`, or some by a part of their names: `pnpm consumers deno`. Needs the registry.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Consumer, type Place, RUNNERS, WRITERS } from './consumers/consumers.ts';
import { type Installer, installProject, packAll } from './consumers/projects.ts';
import { installRuntime, type RuntimeName, RUNTIMES } from './consumers/runtimes.ts';
import { root } from './published.ts';

const chosen = process.argv.slice(2);
const isChosen = ({ name }: Consumer): boolean => chosen.length === 0 || chosen.some((part) => name.includes(part));
const runners = RUNNERS.filter(isChosen);
// What runs needs what is written.
const writers = runners.length > 0 ? WRITERS : WRITERS.filter(isChosen);
if (writers.length === 0) throw new Error(`No consumer's name has ${chosen.join(' or ')} in it.`);

const started = performance.now();
const secondsSince = (start: number): string => `${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s`;

/** Prints a line when it is done; a failure is told whole. @returns Whether it went well. */
async function told({ name, use }: Consumer, place: Place): Promise<boolean> {
  const start = performance.now();
  try {
    const found = (await use(place)).trim().replaceAll('\n', '; ');
    console.log(`ok     ${name.padEnd(44)}${secondsSince(start)}  ${found}`);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.log(`FAILED ${name.padEnd(44)}${secondsSince(start)}\n\n${why.replaceAll(/^/gm, '       ')}\n`);
    return false;
  }
}

/** All of them, as many at once as the machine has cores. @returns How many failed. */
async function tellAll(consumers: readonly Consumer[], place: Place): Promise<number> {
  const waiting = [...consumers];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) if (!(await told(next, place))) failed += 1;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return failed;
}

async function all(work: string): Promise<number> {
  const project = (installer: Installer): string => join(work, installer);
  const tarballs = await packAll(work);
  console.log(`packed  ${Object.keys(tarballs).length} packages${secondsSince(started)}`);

  const names = Object.keys(RUNTIMES) as RuntimeName[];
  const runtimes = new Map(names.map((name) => [name, installRuntime(name, join(root, '.disburse/runtimes'))]));
  const place: Place = { project, runtime: async (name) => (await runtimes.get(name)) ?? '' };
  // Their failures are told by those who need them.
  await Promise.allSettled(runtimes.values());
  await Promise.all([installProject('npm', project('npm'), tarballs), installProject('pnpm', project('pnpm'), tarballs)]);
  console.log(`installed${secondsSince(started)}`);

  return (await tellAll(writers, place)) + (await tellAll(runners, place));
}

const work = mkdtempSync(join(tmpdir(), 'disburse-consumers-'));
try {
  const failed = await all(work);
  const total = writers.length + runners.length;
  console.log(`\n${total - failed} of ${total} consumers are served, in${secondsSince(started)}`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
