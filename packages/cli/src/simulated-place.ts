import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { CliError } from './exit-code.ts';
import type { Stretch } from './simulate/shown-times.ts';

// What `disburse simulate` leaves in `.disburse/simulator.env` for other commands and for your own program
// (`node --env-file=.disburse/simulator.env`).

/** Everything a simulated configuration takes from the environment. */
export type SimulatedVariable =
  | 'DISBURSE_SIMULATOR_URL'
  | 'DISBURSE_SIMULATED_STRIPE_URL'
  | 'DISBURSE_SIMULATED_STRIPE_KEY'
  | 'DISBURSE_SIMULATED_STRIPE_WEBHOOK_SECRET'
  | 'DISBURSE_SIMULATED_TREASURY_URL'
  | 'DISBURSE_SIMULATED_TREASURY_KEY'
  | 'DISBURSE_SIMULATED_TREASURY_WEBHOOK_SECRET'
  | 'DISBURSE_SIMULATED_TREASURY_ACCOUNT'
  | 'DISBURSE_SIMULATED_TREASURY_CUSTOMER'
  | 'DISBURSE_SIMULATED_MOLLIE_URL'
  | 'DISBURSE_SIMULATED_MOLLIE_TOKEN'
  | 'DISBURSE_SIMULATED_MOLLIE_WEBHOOK_SECRET'
  | 'DISBURSE_SIMULATED_MOLLIE_BALANCE';

export type SimulatedEnv = Readonly<Record<SimulatedVariable, string>>;

/** The folder beside a configuration that the command keeps its things in. */
const placeOf = (configFolder: string): string => join(configFolder, '.disburse');

/**
 * Makes that folder, with a `.gitignore` in it: what is kept there can hold account numbers, and the keys of a simulator.
 *
 * @returns The `.gitignore`.
 */
export async function makePlace(configFolder: string): Promise<string> {
  const place = placeOf(configFolder);
  await mkdir(place, { recursive: true, mode: 0o700 });
  const ignored = join(place, '.gitignore');
  await writeFile(ignored, '*\n', { flag: 'wx' }).catch(() => undefined); // It is there already, or is no reason to stop.
  return ignored;
}

const fileOf = (configFolder: string): string => join(placeOf(configFolder), 'simulator.env');

/** What a running simulator left; nothing where none runs. */
export async function readSimulatedEnv(configFolder: string): Promise<Readonly<Record<string, string | undefined>>> {
  const file = fileOf(configFolder);
  try {
    if (!(await stat(file)).isFile()) return {}; // Reading a pipe may never end.
    return parseEnv(await readFile(file, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * Leaves it, whole or not at all.
 *
 * @returns The file.
 * @throws {CliError} `unavailable` where it cannot be written.
 */
export async function writeSimulatedEnv(configFolder: string, env: SimulatedEnv): Promise<string> {
  const file = fileOf(configFolder);
  try {
    await writeWhole(file, configFolder, env);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new CliError('unavailable', `${file} cannot be written (${code}).`, { advice: ['--config PATH names another place.'] });
  }
  return file;
}

async function writeWhole(file: string, configFolder: string, env: SimulatedEnv): Promise<void> {
  await makePlace(configFolder);
  const text = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text.join(''), { mode: 0o600 });
  await rename(temporary, file);
}

/** Removes it, unless another simulator has taken its place. */
export async function removeSimulatedEnv(configFolder: string, env: SimulatedEnv): Promise<void> {
  const current = await readSimulatedEnv(configFolder);
  if (current['DISBURSE_SIMULATOR_URL'] === env.DISBURSE_SIMULATOR_URL) await rm(fileOf(configFolder), { force: true });
}

/**
 * Whether every provider of a configuration is the simulator that runs beside it. Only then may its clock stand in for the real one:
 * a wrong time can pay twice at a provider that keeps its own.
 */
export function isSimulated(config: unknown, simulated: Readonly<Record<string, string | undefined>>, env: typeof simulated): boolean {
  const providers: unknown = isRecord(config) ? config['providers'] : undefined;
  if (!isRecord(providers) || simulated['DISBURSE_SIMULATOR_URL'] === undefined) return false;
  const entries = Object.values(providers);
  return entries.length > 0 && entries.every((entry) => isRecord(entry) && isSimulatedUrl(entry['baseUrl'], simulated, env));
}

function isSimulatedUrl(reference: unknown, simulated: Readonly<Record<string, string | undefined>>, env: typeof simulated): boolean {
  const name = isRecord(reference) ? reference['env'] : undefined;
  if (typeof name !== 'string' || !/^DISBURSE_SIMULATED_\w+_URL$/.test(name) || !Object.hasOwn(simulated, name)) return false;
  return env[name] === simulated[name];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

// ---- Talking to the simulator that runs ------------------------------------------------------------------------------

const PATIENCE_MS = 5_000;

/** What one line of its console answers. */
export interface ConsoleAnswer {
  readonly ok: boolean;
  readonly answer: readonly string[];
}

/** The clock of a simulator. */
export interface SimulatedTime {
  /** In milliseconds. */
  readonly now: number;
  /** Every time that it has shown. */
  readonly shown: readonly Stretch[];
}

/** @throws {CliError} `unavailable` when it does not answer. */
export async function simulatedTime(url: string): Promise<SimulatedTime> {
  const { now, shown } = (await ask(url, undefined)) as Partial<SimulatedTime>;
  if (typeof now === 'number' && Array.isArray(shown)) return { now, shown };
  throw unavailable(url);
}

/** Types a line into the console of the simulator that runs. @throws {CliError} `unavailable` when it does not answer. */
export async function typeIntoSimulator(url: string, line: string): Promise<ConsoleAnswer> {
  return (await ask(url, JSON.stringify({ line }))) as ConsoleAnswer;
}

async function ask(url: string, body: string | undefined): Promise<unknown> {
  const call: RequestInit = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  try {
    const answer = await fetch(url, { ...call, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw unavailable(url);
    return await answer.json();
  } catch {
    throw unavailable(url);
  }
}

function unavailable(url: string): CliError {
  return new CliError('unavailable', `no simulator answers at ${url}, where .disburse/simulator.env says that one runs.`, {
    advice: ['disburse simulate starts one.'],
  });
}
