import { factoryFor, notOneOf, referenceText, strangeKeys, takesList } from './config-words.ts';
import { errorOfIssues, isPayoutError, type PayoutIssue } from '../errors.ts';
import { isDeep, MOST_LEVELS } from '../platform/json.ts';
import { type Elsewhere, notKnown, unknownKeys } from '../known-keys.ts';
import type { AnyPayoutProvider } from '../adapter/provider.ts';
import { type AnyAdapterFactory, configuredRegistry, hideTogether, type PayoutRegistry, type UnsetProvider } from './registry.ts';
import { type CommonSettings, commonSettings } from '../adapter/settings.ts';
import { isPlainObject, kindOf, problemsOf } from '../validation.ts';

// ---- The shape of a configuration, for those written in TypeScript ---------------------------------------------------

/**
 * Names a variable of the environment; the value is read when the registry is made.
 *
 * Where it is not set, the provider of that setting cannot be used, and the others can.
 */
export interface EnvironmentReference {
  readonly env: string;
}

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };
/** Settings that can be written in JSON; functions and objects of the host (fetch, runtime, submissions) cannot. */
type JsonKeys<S> = { [K in keyof S]-?: NonNullable<S[K]> extends Plain ? K : never }[keyof S];
type ConfigValue<V> = V extends string ? V | EnvironmentReference : V;
type SecretValue<V> = V extends readonly unknown[] ? readonly EnvironmentReference[] : EnvironmentReference;
type SettingsOf<F> = F extends (settings: infer S) => unknown ? S : never;
type SecretOf<F extends AnyAdapterFactory> = F['secrets'][number];

/** The settings that a file may hold, as optional as they are; the name is the provider's key. */
type FileSettings<S> = Pick<S, Exclude<JsonKeys<S>, 'name'>>;

/** One provider of a configuration. */
export type ProviderConfig<Name extends string, F extends AnyAdapterFactory> = { readonly adapter: Name } & {
  readonly [K in keyof FileSettings<SettingsOf<F>>]: K extends SecretOf<F>
    ? SecretValue<NonNullable<SettingsOf<F>[K]>>
    : ConfigValue<SettingsOf<F>[K]>;
};

/** The type of `disburse.config.json`, for a configuration written in TypeScript with `satisfies`. */
export interface PayoutConfig<Factories extends Record<string, AnyAdapterFactory>> {
  readonly $schema?: string | undefined;
  readonly default?: string | undefined;
  /** Of every provider that names none itself. It must differ between programs that number their own references. @default '' */
  readonly namespace?: string | EnvironmentReference | undefined;
  /**
   * The folder of submissions, relative to the file: one for the program and the command. Only `loadConfig` of
   * `@disburse/core/node` opens it.
   *
   * @default '.disburse/submissions'
   */
  readonly submissions?: string | EnvironmentReference | undefined;
  readonly providers: {
    readonly [name: string]: { [K in keyof Factories & string]: ProviderConfig<K, Factories[K]> }[keyof Factories & string];
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The context of a configuration: what a configuration cannot say. */
export interface ConfigContext {
  /** @default `process.env` where there is one */
  readonly env?: Environment | undefined;
  /** Settings of the host that all providers get. */
  readonly settings?: Pick<CommonSettings, 'fetch' | 'runtime' | 'submissions' | 'onTelemetry'> | undefined;
}

// ---- From configuration to registry ----------------------------------------------------------------------------------

/**
 * Makes the providers that a configuration names. For one in a file, use `loadConfig` of `@disburse/core/node`: it opens the
 * store that the file names, which this one cannot.
 *
 * Secrets come from the environment, never from the file. Configuration decides for new references only: `createPayout`,
 * `submit` and `lookup` of the registry go where a kept submission was made.
 *
 * A provider whose variables are not set is not made. Whoever names it is told which ones: `provider`, `select`, `submit`, `lookup`,
 * and a create that would go to it.
 *
 * @param config What `JSON.parse` gave. One that names `submissions` is refused, unless `context.settings` hands a store over.
 * @param factories The adapters that a configuration may name.
 * @throws {PayoutError} `invalid_settings`, with the path of every problem and never a value; also for a key of `context` that nobody
 * would read.
 */
export function registryFromConfig<const Factories extends Record<string, AnyAdapterFactory>>(
  config: unknown,
  factories: Factories,
  context: ConfigContext = {},
): PayoutRegistry<Record<string, ReturnType<Factories[keyof Factories]>>> {
  if (isDeep(config)) throw errorOfIssues('invalid_settings', [{ path: 'config', message: `is nested deeper than ${MOST_LEVELS} levels` }]);
  const beside = contextProblems(context);
  const shared = namespaceIn(config, context.env ?? hostEnvironment());
  const problems: PayoutIssue[] = [
    ...shapeProblems(config),
    ...beside,
    ...(beside.length > 0 ? [] : storeProblems(config, context)),
    ...shared.problems,
  ];
  const secrets: string[] = [];
  // Filled below with what these factories made, under own properties: a provider may be named anything.
  const made = {} as Record<string, ReturnType<Factories[keyof Factories]>>;
  const unset = new Map<string, UnsetProvider>();
  const entries = isPlainObject(config) && isPlainObject(config['providers']) ? Object.entries(config['providers']) : [];
  for (const [name, entry] of entries) {
    const result = providerOf(name, entry, factories, { ...context, secrets, namespace: shared.value });
    if (result.type === 'provider') Object.defineProperty(made, name, { value: result.provider, enumerable: true });
    else {
      const issues = result.issues.map(({ path, message }) => ({ path: pathOf(`providers.${name}`, path), message }));
      if (result.type === 'unset') unset.set(name, { issues, namespace: result.namespace });
      else problems.push(...issues);
    }
  }
  if (problems.length > 0) throw errorOfIssues('invalid_settings', problems);
  hideTogether(Object.values(made), secrets);
  return configuredRegistry(made, { names: entries.map(([name]) => name), unset, default: defaultOf(config) });
}

const OF_HOST = ['fetch', 'runtime', 'submissions', 'onTelemetry'];

/** Settings given one level too high. Nobody would ask a store given there, and a job that runs again would pay again. */
const BESIDE_SETTINGS: Elsewhere = Object.fromEntries(
  OF_HOST.map((key) => [key, `belongs into settings: write { settings: { ${key} } } to give it to all providers`]),
);

function contextProblems(context: unknown): PayoutIssue[] {
  const beside = unknownKeys(context, ['env', 'settings'], BESIDE_SETTINGS, 'context');
  if (!isPlainObject(context)) return beside;
  const settings = unknownKeys(context['settings'], OF_HOST, IN_FILES, 'context.settings');
  return [...beside, ...settings];
}

const IN_FILES: Elsewhere = {
  ...Object.fromEntries(
    Object.keys(commonSettings)
      .filter((key) => !OF_HOST.includes(key))
      .map((key) => [key, 'belongs into the entry of each provider in the configuration']),
  ),
  namespace: 'belongs into the configuration, beside "providers"',
};

const pathOf = (prefix: string, path: string): string => (path === '' ? prefix : `${prefix}.${path}`);

function defaultOf(config: unknown): string | undefined {
  return isPlainObject(config) && typeof config['default'] === 'string' ? config['default'] : undefined;
}

function shapeProblems(config: unknown): PayoutIssue[] {
  if (!isPlainObject(config)) return [{ path: 'config', message: `must be an object with "providers", not ${kindOf(config)}` }];
  const { default: byDefault, providers, namespace: _namespace, submissions: _store, $schema: _schema, ...rest } = config;
  const issues = Object.keys(rest).map((path) => ({ path, message: notKnown(path, ['default', 'namespace', 'providers', 'submissions']) }));
  if (!isPlainObject(providers))
    return [...issues, { path: 'providers', message: `must be an object of named providers, not ${kindOf(providers)}` }];
  const names = Object.keys(providers);
  if (names.length === 0) issues.push({ path: 'providers', message: 'names no provider' });
  if (byDefault === undefined) return issues;
  if (typeof byDefault !== 'string') issues.push({ path: 'default', message: `must be the name of a provider, not ${kindOf(byDefault)}` });
  else if (!names.includes(byDefault)) issues.push({ path: 'default', message: notOneOf(byDefault, names) });
  return issues;
}

/** Every problem of the line that names the store. */
function storeProblems(config: unknown, { env = hostEnvironment(), settings }: ConfigContext): PayoutIssue[] {
  const { folder, problems } = folderIn(config, env);
  if (folder === null || problems.length > 0 || settings?.submissions !== undefined) return [...problems];
  const message = 'names a folder; loadConfig of @disburse/core/node opens it, or hand over a store as settings.submissions';
  return [{ path: 'submissions', message }];
}

/** The folder of submissions that a configuration names; `null` where it names none. */
export function folderIn(config: unknown, env: Environment): { readonly folder: string | null; readonly problems: readonly PayoutIssue[] } {
  const given = isPlainObject(config) ? config['submissions'] : undefined;
  if (given === undefined) return { folder: null, problems: [] };
  const { value, problems } = settingOf(given, 'none', env);
  if (problems.length > 0) return { folder: null, problems: problems.map(({ message }) => ({ path: 'submissions', message })) };
  if (isPlainObject(given) && isPlainObject(config) && namesVariable(config['providers'], given['env'])) {
    const message = 'names the variable of a provider: a folder would be called by what may be a secret. Give it a variable of its own';
    return { folder: null, problems: [{ path: 'submissions', message }] };
  }
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return { folder: value, problems: [] };
  const message = `must be the path of a folder, such as ".disburse/submissions"${typeof value === 'string' ? '' : `, not ${kindOf(value)}`}`;
  return { folder: null, problems: [{ path: 'submissions', message }] };
}

/** The namespace of every provider that names none; `undefined` where the configuration says nothing. */
function namespaceIn(config: unknown, env: Environment): { readonly value: unknown; readonly problems: readonly PayoutIssue[] } {
  const given = isPlainObject(config) ? config['namespace'] : undefined;
  if (given === undefined) return { value: undefined, problems: [] };
  const path = 'namespace';
  const { value, problems } = settingOf(given, 'none', env);
  if (problems.length > 0) return { value: undefined, problems: problems.map(({ message }) => ({ path, message })) };
  if (isPlainObject(given) && isPlainObject(config) && namesVariable(config['providers'], given['env'])) {
    const message =
      'names the variable of a provider, which may be a secret, and a namespace is written into the store. Give it a variable of its own';
    return { value: undefined, problems: [{ path, message }] };
  }
  const wrong = problemsOf(commonSettings.namespace, value).map(({ message }) => ({ path, message }));
  return { value: wrong.length > 0 ? undefined : value, problems: wrong };
}

/** Whether a setting of one of these providers is read from this variable. */
function namesVariable(providers: unknown, variable: unknown): boolean {
  const entries = isPlainObject(providers) ? Object.values(providers).filter(isPlainObject) : [];
  const values = entries.flatMap((entry) => Object.values(entry).flat(1));
  return values.some((value) => isPlainObject(value) && value['env'] === variable);
}

/** The result of an entry. `unset`: its only problems are variables of the environment that are not set. */
type Made =
  | { readonly type: 'provider'; readonly provider: AnyPayoutProvider }
  | ({ readonly type: 'unset' } & UnsetProvider)
  | { readonly type: 'wrong'; readonly issues: readonly PayoutIssue[] };

interface EntryContext extends ConfigContext {
  readonly secrets: string[];
  /** The namespace of a provider that names none. */
  readonly namespace: unknown;
}

const wrongAt = (path: string, message: string): Made => ({ type: 'wrong', issues: [{ path, message }] });

/** Makes one provider, or finds every problem of its entry. */
function providerOf(name: string, entry: unknown, factories: Record<string, AnyAdapterFactory>, context: EntryContext): Made {
  if (!isPlainObject(entry)) return wrongAt('', `must be an object with "adapter", not ${kindOf(entry)}`);
  const { adapter, ...given } = entry;
  if (typeof adapter !== 'string') return wrongAt('adapter', `is missing; one of ${Object.keys(factories).join(', ')}`);
  const factory = factoryFor(adapter, factories);
  if (factory === undefined) return wrongAt('adapter', notOneOf(adapter, Object.keys(factories)));
  const problems: SettingIssue[] = strangeKeys(factory.settings, given);
  const strange = new Set(problems.map(({ path }) => path));
  const settings: Record<string, unknown> = { ...context.settings, name };
  if (context.namespace !== undefined) settings['namespace'] = context.namespace;
  for (const [key, value] of Object.entries(given)) {
    if (strange.has(key)) continue;
    const secret = !factory.secrets.includes(key) ? 'none' : takesList(factory.settings, key) ? 'list' : 'one';
    const read = settingOf(value, secret, context.env ?? hostEnvironment());
    if (secret !== 'none') context.secrets.push(...textsIn(read.problems.every(isUnset) ? read.value : undefined));
    // An assignment to __proto__ would change the prototype instead of adding an unknown setting.
    Object.defineProperty(settings, key, { value: read.value, enumerable: true, configurable: true });
    problems.push(...read.problems.map((issue) => ({ ...issue, path: pathOf(key, issue.path) })));
  }
  const unread = new Set(problems.map((issue) => issue.path.split('.')[0]));
  // A secret that could not be read is one problem. Its absence is not reported a second time.
  problems.push(...problemsOf(factory.settings, settings).filter((issue) => !unread.has(issue.path.split('.')[0])));
  if (problems.length === 0) return construct(factory, settings);
  if (!problems.every(isUnset)) return { type: 'wrong', issues: problems };
  const namespace = settings['namespace'] ?? (unread.has('namespace') ? null : '');
  return { type: 'unset', issues: problems, namespace: typeof namespace === 'string' ? namespace : null };
}

const textsIn = (value: unknown): readonly string[] => [value].flat().filter((item) => typeof item === 'string');

/** The factory itself finds problems of rules that no schema can express. */
function construct(factory: AnyAdapterFactory, settings: object): Made {
  try {
    return { type: 'provider', provider: factory(settings as never) };
  } catch (error) {
    if (isPayoutError(error) && error.code === 'invalid_settings') return { type: 'wrong', issues: error.issues };
    throw error;
  }
}

/** A problem of a setting. */
interface SettingIssue extends PayoutIssue {
  /** Whether the file is right and the environment lacks the variable. */
  readonly isUnset?: true;
}

const isUnset = (issue: SettingIssue): boolean => issue.isUnset === true;

interface Read {
  readonly value: unknown;
  readonly problems: readonly SettingIssue[];
}

function settingOf(value: unknown, secret: 'none' | 'one' | 'list', env: Environment): Read {
  if (Array.isArray(value)) {
    const items = value.map((item) => settingOf(item, secret === 'none' ? 'none' : 'one', env));
    return {
      value: items.map((item) => item.value),
      problems: items.flatMap((item, index) => item.problems.map((issue) => ({ ...issue, path: pathOf(String(index), issue.path) }))),
    };
  }
  const reference = referenceText(secret === 'list');
  if (!isPlainObject(value) || !Object.hasOwn(value, 'env')) {
    const message = `is a secret and must not be in the configuration; write ${reference}`;
    return { value, problems: secret === 'none' ? [] : [{ path: '', message }] };
  }
  if (secret === 'list') return { value: undefined, problems: [{ path: '', message: `is a list; write ${reference}` }] };
  const variable = value['env'];
  if (typeof variable !== 'string' || variable === '' || Object.keys(value).length > 1) {
    return {
      value: undefined,
      problems: [{ path: '', message: `an environment reference is ${reference} and nothing else` }],
    };
  }
  const found = Object.hasOwn(env, variable) ? env[variable] : undefined;
  if (found === undefined || found === '') {
    // A user may write the secret itself in place of a variable's name. The message must not show it in a log.
    const named = /^[A-Z_][A-Z0-9_]*$/.test(variable) ? ` ${variable}` : ' that "env" names';
    return { value: undefined, problems: [{ path: '', message: `the environment variable${named} is not set`, isUnset: true }] };
  }
  return { value: found, problems: [] };
}

/** `process.env`, where there is a process. */
export function hostEnvironment(): Environment {
  const host: unknown = Reflect.get(globalThis, 'process');
  if (typeof host !== 'object' || host === null || !('env' in host)) return {};
  return typeof host.env === 'object' && host.env !== null ? (host.env as Record<string, string | undefined>) : {};
}
