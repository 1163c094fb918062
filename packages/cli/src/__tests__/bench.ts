// A bench for the command: a folder of its own, simulated providers on ports, and two ways to run it.
import { expect, onTestFinished } from 'vitest';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import * as v from 'valibot';
import { ADAPTERS } from '../factories.ts';
import type { Host } from '../host.ts';
import { JsonRecordSchema } from '../record-schemas.ts';
import type { JsonRecord } from '../records.ts';
import { run } from '../run.ts';
import { createConsole } from '../simulate/console.ts';
import { startControlServer } from '../simulate/control-server.ts';
import type { Rail } from '../simulate/rail.ts';
import { type SimulatedRails, startRails } from '../simulate/simulated-rails.ts';
import { writeSimulatedEnv } from '../simulated-place.ts';
import { simulatedConfig } from '../starting-config.ts';

/** A Monday. */
export const START = '2026-11-23T09:00:00.000Z';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of `--json`, each checked against its schema. */
  readonly records: readonly JsonRecord[];
}

/** What the command has no business printing. */
const SECRETS = /sk_(test|live)_\w|whsec_\w|access_simulated|(test|live)_simulated|simulated-mollie-webhook-secret|super-secret/;

/** Holds an ended run to what is true of all of them. */
export function finished(code: number, stdout: string, stderr: string, json: boolean): Finished {
  expect(`${stdout}${stderr}`).not.toMatch(SECRETS);
  const lines = json ? stdout.split('\n').filter((line) => line !== '') : [];
  const records = lines.map((line) => {
    const value: unknown = JSON.parse(line);
    const read = v.safeParse(JsonRecordSchema, value);
    if (!read.success) throw new Error(`This record is not in the schema:\n${JSON.stringify(value, null, 2)}`);
    return read.output;
  });
  if (json) {
    expect(records.at(-1)?.exitCode).toBe(code);
    expect(records.slice(0, -1).every(({ exitCode }) => exitCode === null)).toBe(true);
  }
  return { code, stdout, stderr, records };
}

/** A folder that is removed after the test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'disburse-cli-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A machine that nobody interrupts. */
export function hostOn(given: Pick<Host, 'stdin' | 'stdout' | 'stderr'> & Partial<Host>): Host {
  const never = (): (() => void) => () => undefined;
  return { args: [], cwd: '/', env: {}, onInterrupt: never, onCrash: never, exitNow: () => undefined, ...given };
}

interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Makes all streams a terminal, and types this once something was asked. */
  readonly keys?: string;
  /** Hears standard output as it is written. */
  readonly onOutput?: (text: string) => void;
}

/** Runs the command in this process: the same as its own, without what a process costs. */
export async function disburse(args: readonly string[], { cwd, env = {}, keys, onOutput }: RunOptions): Promise<Finished> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()] as const;
  if (keys !== undefined) {
    for (const stream of [stdin, stderr]) Object.assign(stream, { isTTY: true, columns: 120, setRawMode: () => undefined });
    stderr.once('data', () => setImmediate(() => stdin.write(keys)));
  }
  if (onOutput !== undefined) stdout.on('data', (chunk) => onOutput(String(chunk)));
  const texts = [stdout, stderr].map((stream) => {
    const chunks: string[] = [];
    stream.on('data', (chunk) => chunks.push(String(chunk)));
    return chunks;
  });
  const host = hostOn({ args, cwd, env: { NO_COLOR: '1', ...env }, stdin, stdout, stderr });
  const code = await run(host);
  const [out = [], err = []] = texts;
  return finished(code, out.join(''), err.join(''), args.includes('--json'));
}

export interface World {
  /** Where the configuration lies. */
  readonly cwd: string;
  readonly simulated: SimulatedRails;
  readonly stripe: Rail;
  readonly treasury: Rail;
  readonly mollie: Rail;
  /** Files of submissions that are kept. */
  kept(): Promise<readonly string[]>;
}

/** Three simulated providers that stand still, and a folder with a configuration for them. */
export async function world(): Promise<World> {
  const cwd = await folder();
  const simulated = await startRails(START, [0, 0, 0]);
  const control = await startControlServer(() => simulated.clock.now(), createConsole(simulated, () => undefined).type, 0);
  onTestFinished(async () => {
    await Promise.all([control.close(), simulated.close()]);
  });
  await writeSimulatedEnv(cwd, { DISBURSE_SIMULATOR_URL: control.url, ...simulated.env });
  // Without resends: their pauses are real time.
  const adapters = ADAPTERS.map((id) => ({ id, word: id }));
  const config = simulatedConfig(adapters, './schema.json').replaceAll('"adapter"', '"maxResends": 0,\n      "adapter"');
  await writeFile(join(cwd, 'disburse.config.json'), config);
  const [stripe, treasury, mollie] = simulated.rails;
  if (stripe === undefined || treasury === undefined || mollie === undefined) throw new Error('There are three.');
  return { cwd, simulated, stripe, treasury, mollie, kept: () => keptIn(cwd) };
}

/** Where a simulated configuration keeps submissions. */
export const KEPT: string = join('.disburse', 'simulated');

async function keptIn(cwd: string): Promise<readonly string[]> {
  const folders = [KEPT, join('.disburse', 'submissions')]; // The other one is where a configuration does not say.
  const files = folders.map(async (kept) => {
    const names = await readdir(join(cwd, kept)).catch(() => []);
    return names.filter((name) => /^[0-9a-f]{64}\.json$/.test(name)).map((name) => join(kept, name));
  });
  return (await Promise.all(files)).flat();
}
