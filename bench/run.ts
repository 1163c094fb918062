// `pnpm bench`: every client in a process of its own, the server in another, rounds interleaved so that a busy minute of the
// machine meets all of them. Prints a table of medians and ratios, and writes bench/.built/result.json. `--help` says the rest.
import { type ChildProcess, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll, bundleSize, built, type BundleSize } from './build.ts';
import type { Job, Measured } from './child.ts';
import { type Effort, FULL, type Measure, measuresOf, PROGRAMS, QUICK, SLOW_MS } from './measures.ts';
import { bundleLines, type Line, linesOf, tableOf } from './report.ts';

const USAGE = `pnpm bench [options]
  --quick            fewer rounds, shorter lists: a look, not a result
  --only <text>      only measures whose name contains this ("create", "listAll", "webhook", "import", "bundle")
  --rounds <n>       rounds of every measure
  --json <file>      where to write the result (default bench/.built/result.json)
  --list             names of the measures`;

const LONGEST_CHILD_MS = 240_000;

/** Starts a built file and resolves to the first message it sends. */
function firstMessage(child: ChildProcess, what: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error(`${what} took longer than ${LONGEST_CHILD_MS / 1000} s`));
    }, LONGEST_CHILD_MS);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    child.once('message', (message) => end(() => resolve(message)));
    child.once('error', (error) => end(() => reject(error)));
    child.once('exit', (code) => end(() => reject(new Error(`${what} ended with code ${code} and said nothing`))));
  });
}

/** A server for one effort, and how to end it. */
async function startServer(payouts: number, delayMs: number): Promise<{ readonly port: number; readonly end: () => void }> {
  const child = fork(join(built, 'server.js'), [String(payouts), String(delayMs)], { execArgv: [] });
  const port = Number(await firstMessage(child, 'the server'));
  return { port, end: () => child.disconnect() };
}

async function runChild(measure: Measure, client: string, port: number): Promise<Measured> {
  const [, name = client, parallel] = /^(.+) parallel (\d+)$/.exec(client) ?? [];
  const job: Job = {
    client: name,
    measure: measure.measure,
    port,
    count: measure.count,
    inFlight: measure.inFlight,
    parallel: parallel === undefined ? null : Number(parallel),
  };
  const child = fork(join(built, 'child.js'), [JSON.stringify(job)], { execArgv: [] });
  return (await firstMessage(child, `${measure.name} of ${client}`)) as Measured;
}

async function measureAll(measure: Measure, effort: Effort): Promise<Line[]> {
  const slow = measure.server === 'slow';
  const server = await startServer(slow ? effort.slowPayouts : effort.payouts, slow ? SLOW_MS : 0);
  const rounds = new Map<string, Measured[]>(measure.clients.map((client) => [client, []]));
  try {
    for (let round = 0; round < measure.rounds; round += 1) {
      for (const client of measure.clients) rounds.get(client)?.push(await runChild(measure, client, server.port));
    }
  } finally {
    server.end();
  }
  return linesOf(measure, rounds);
}

async function measureBundles(): Promise<Line[]> {
  const sizes = new Map<string, BundleSize>();
  for (const [name, program] of Object.entries(PROGRAMS)) sizes.set(name, await bundleSize(program));
  return bundleLines(sizes);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      json: { type: 'string', default: join(built, 'result.json') },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = values.rounds === undefined ? {} : { rounds: Number(values.rounds) };
  if (rounds.rounds !== undefined && !(Number.isSafeInteger(rounds.rounds) && rounds.rounds >= 1))
    throw new Error('--rounds takes a number from 1.');
  const effort: Effort = { ...(values.quick ? QUICK : FULL), ...rounds };
  const measures = measuresOf(effort);
  if (values.help || values.list) {
    console.log(values.help ? USAGE : [...measures.map(({ name }) => name), 'bundle size'].join('\n'));
    return;
  }
  await buildAll();
  const lines: Line[] = [];
  const startedAt = new Date().toISOString();
  for (const measure of measures.filter(({ name }) => name.includes(values.only))) {
    process.stderr.write(`${measure.name} ...\n`);
    lines.push(...(await measureAll(measure, effort)));
  }
  if ('bundle size'.includes(values.only)) lines.push(...(await measureBundles()));
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: availableParallelism(), memory: totalmem() };
  writeFileSync(values.json, `${JSON.stringify({ startedAt, machine, effort, lines }, null, 2)}\n`);
  console.log(tableOf(lines));
  console.log(`Node ${machine.node}, ${machine.cores} x ${machine.cpu}, ${Math.round(machine.memory / 2 ** 30)} GB. JSON: ${values.json}`);
}

await main();
