import {
  isPayoutError,
  type OnTelemetry,
  type PayoutIssue,
  registryFromConfig,
  type SubmissionStore,
  type TelemetryEvent,
} from '@disburse/core';
import { fileSubmissions } from '@disburse/core/node';
import type { Call } from './call.ts';
import { type ConfigFile, configError, openConfig } from './config-file.ts';
import { CliError } from './exit-code.ts';
import { FACTORIES, type Provider } from './factories.ts';
import { inWords } from './words.ts';
import { isSimulated, readSimulatedEnv, simulatedTime } from './simulated-place.ts';
import { type Stretch, wasShown } from './simulate/shown-times.ts';

/** The providers of a configuration, ready to be called. */
export interface Session {
  readonly config: ConfigFile;
  readonly names: readonly string[];
  /** Those of them that can be asked: every variable that they name is set. One at least. */
  readonly usable: readonly string[];
  /** `null` where the configuration names none and has several. */
  readonly defaultName: string | null;
  /** What the configuration's environment references are read from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the store. */
  readonly folder: string;
  readonly store: SubmissionStore;
  /** One for all providers of a configuration. */
  readonly namespace: string;
  /**
   * By its name, else by `--provider`, else the default.
   *
   * @throws {CliError} `usage` when that is none; `config` for one whose variables are not set, with each of them and its line.
   */
  provider(name?: string): Provider;
  /** The connected account that the configuration names for a provider; `null` where it names none. */
  accountOf(name: string): string | null;
  now(): number;
  /** Whether every provider is the simulator that runs beside the configuration. */
  readonly isSimulated: boolean;
  /** Whether the clock of these providers has shown this time, in milliseconds. Of a real provider's clock nothing is known: it has. */
  clockShowed(time: number): boolean;
  /** Takes the simulator's time anew, for commands that go on for long. */
  refreshClock(): Promise<void>;
}

interface SessionSettings {
  /** Every provider is needed: a variable that is not set is told, whoever names it. */
  readonly complete?: boolean | undefined;
  /** Nothing will be asked of a provider, so a simulator need not run. */
  readonly offline?: boolean | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The only time there is, in milliseconds. */
  readonly at?: number | undefined;
  /** Instead of the folder under `.disburse/`. */
  readonly submissions?: SubmissionStore | undefined;
}

type SessionCall = Pick<Call, 'host' | 'options' | 'note' | 'secrets'>;

/**
 * Reads the configuration and makes its providers.
 *
 * @throws {CliError} `config` with every problem and its line, also where the variables of no provider are set; `unavailable` for a
 * simulator that does not run any more.
 */
export async function openSession(call: SessionCall, settings: SessionSettings = {}): Promise<Session> {
  const { host, options } = call;
  const config = await openConfig(host, options.config);
  const simulated = await readSimulatedEnv(config.folder);
  const env = { ...simulated, ...host.env };
  call.secrets.add(secretsOf(config, env));
  const simulator = isSimulated(config.value, simulated, env) ? simulated['DISBURSE_SIMULATOR_URL'] : undefined;
  const clock = settings.at === undefined ? clockOf(simulator) : standingClock(settings.at);
  const folder = config.submissionsFolder(env);
  const store = settings.submissions ?? fileSubmissions(folder);
  const registry = registryOf(config, env, {
    submissions: store,
    runtime: { now: clock.now },
    onTelemetry: telemetryOf(call),
    ...(settings.fetch === undefined ? {} : { fetch: settings.fetch }),
  });
  const names = registry.names;
  const unset = unsetIn(registry);
  const usable = names.filter((name) => !unset.has(name));
  if (unset.size > 0 && (settings.complete === true || usable.length === 0)) throw located(config, [...unset.values()].flat(), SET_IT);
  if (settings.offline !== true) await clock.refresh();
  const defaultName = defaultOf(config.value) ?? (names.length === 1 ? (names[0] ?? null) : null);
  return {
    config,
    names,
    usable,
    defaultName,
    env,
    folder,
    store,
    namespace: namespaceOf(config.value, usable[0] ?? '', env),
    provider: (given) => {
      const name = chosen(names, given ?? options.provider ?? defaultName);
      const missing = unset.get(name);
      if (missing !== undefined) throw located(config, missing, SET_IT);
      return registry.select(name) as Provider; // Typed by what some provider takes: core refuses what this one does not.
    },
    accountOf: (name) => accountIn(memberOf(memberOf(config.value, 'providers'), name), env),
    now: clock.now,
    isSimulated: simulator !== undefined,
    clockShowed: clock.showed,
    refreshClock: clock.refresh,
  };
}

type Registry = ReturnType<typeof registryFromConfig<typeof FACTORIES>>;
type RegistrySettings = NonNullable<NonNullable<Parameters<typeof registryFromConfig>[2]>['settings']>;

function registryOf(config: ConfigFile, env: Session['env'], settings: RegistrySettings): Registry {
  try {
    return registryFromConfig(config.value, FACTORIES, { env, settings });
  } catch (error) {
    if (isPayoutError(error) && error.code === 'invalid_settings') throw located(config, error.issues, 'Correct it, then disburse check.');
    throw error;
  }
}

/** Providers whose variables are not set, and which variables those are. */
function unsetIn(registry: Registry): ReadonlyMap<string, readonly PayoutIssue[]> {
  return new Map(
    registry.names.flatMap((name) => {
      try {
        registry.select(name);
        return [];
      } catch (error) {
        if (isPayoutError(error)) return [[name, error.issues] as const];
        throw error;
      }
    }),
  );
}

const SET_IT = 'Set what is missing, then disburse check.';

function located(config: ConfigFile, problems: readonly PayoutIssue[], advice: string): CliError {
  const issues = problems.map(({ path, message }) => ({ path, message, ...config.locate(path) }));
  const simulated = issues.filter(({ message }) => message.includes('DISBURSE_SIMULATED_'));
  if (simulated.length === issues.length) {
    const message = 'the simulator is not running, or its .disburse/simulator.env is missing: disburse simulate.';
    return new CliError('config', message, { advice: ['disburse simulate, in another terminal, sets what this configuration reads.'] });
  }
  const simulator = simulated.length > 0;
  return configError(
    config.shown,
    issues,
    simulator ? ['disburse simulate, in another terminal, sets what this configuration reads.'] : [advice],
  );
}

/** A name that is configured. @throws {CliError} `usage` */
function chosen(names: readonly string[], name: string | null): string {
  const known = names.join(', ');
  const advice = ['disburse providers shows what each of them can do.'];
  if (name === null)
    throw new CliError('usage', `no provider is the default; name one with --provider (configured: ${known}).`, { advice });
  if (!names.includes(name)) throw new CliError('usage', `no provider is configured under "${name}" (configured: ${known}).`, { advice });
  return name;
}

// ---- Parts of a configuration that passed its checks -----------------------------------------------------------------

function defaultOf(config: unknown): string | null {
  const value = memberOf(config, 'default');
  return typeof value === 'string' ? value : null;
}

/** Of a provider that can be asked: core has checked that it is the same for all of those. */
function namespaceOf(config: unknown, name: string, env: Session['env']): string {
  const value = memberOf(memberOf(memberOf(config, 'providers'), name), 'namespace') ?? memberOf(config, 'namespace');
  if (typeof value === 'string') return value;
  const variable = memberOf(value, 'env');
  return typeof variable === 'string' ? (env[variable] ?? '') : '';
}

function accountIn(provider: unknown, env: Session['env']): string | null {
  const value = memberOf(provider, 'stripeAccount');
  const variable = memberOf(value, 'env');
  const account = typeof variable === 'string' ? env[variable] : value;
  return typeof account === 'string' ? account : null;
}

/** Of one provider, as they are in the environment. */
export function webhookSecretsOf({ config, env }: Session, name: string): readonly string[] {
  return valuesOf(memberOf(memberOf(memberOf(config.value, 'providers'), name), 'webhookSecrets'), env);
}

/** Of all providers: any of them may be told by another one, or by whoever reads along. */
function secretsOf(config: ConfigFile, env: Session['env']): readonly string[] {
  const keys = new Set(Object.values(FACTORIES).flatMap((factory): readonly string[] => factory.secrets));
  const entries: readonly unknown[] = Object.values(memberOf(config.value, 'providers') ?? {});
  return entries.flatMap((entry) => [...keys].flatMap((key) => valuesOf(memberOf(entry, key), env)));
}

/** What a reference, or a list of them, stands for. */
function valuesOf(given: unknown, env: Session['env']): readonly string[] {
  const references: readonly unknown[] = Array.isArray(given) ? given : [given];
  return references.flatMap((reference) => {
    const variable = memberOf(reference, 'env');
    const value = typeof variable === 'string' ? env[variable] : undefined;
    return value === undefined ? [] : [value];
  });
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

// ---- Time and telemetry ----------------------------------------------------------------------------------------------

interface Clock {
  readonly now: () => number;
  readonly showed: (time: number) => boolean;
  readonly refresh: () => Promise<void>;
}

/** The time of the simulator, where all providers are simulated: what it calls tomorrow, the rules of keys must call tomorrow. */
function clockOf(simulator: string | undefined): Clock {
  let ahead = 0;
  let stretches: readonly Stretch[] | null = null;
  return {
    now: () => Date.now() + ahead,
    showed: (time) => stretches === null || wasShown(stretches, time),
    refresh: async () => {
      if (simulator === undefined) return;
      const { now, shown } = await simulatedTime(simulator);
      ahead = now - Date.now();
      stretches = shown;
    },
  };
}

const standingClock = (at: number): Clock => ({ now: () => at, showed: () => true, refresh: () => Promise.resolve() });

function telemetryOf({ options, note }: Pick<Call, 'options' | 'note'>): OnTelemetry {
  return (event) => {
    if (options.trace === true) for (const line of traced(event)) note(line);
  };
}

function traced(event: TelemetryEvent): readonly string[] {
  if (event.type === 'diagnostic') return [`trace  ${event.name}  ${event.code}: ${inWords(event.message)}`];
  if (event.type !== 'exchange') return [];
  const { name, method, path, status, evidence, resend, durationMs, requestId } = event;
  const answer = status === null ? 'no answer' : String(status);
  const parts = [`${method} ${path}`, answer, evidence, `${Math.round(durationMs)} ms`];
  if (resend > 0) parts.push(`resend ${resend}`);
  if (requestId !== null) parts.push(requestId);
  return [`trace  ${name}  ${parts.join('  ')}`];
}
