import type { GenericSchema } from 'valibot';
import { knowAdapter } from '../adapter/provider-options.ts';
import { type Internals, internalsOf } from '../define-provider.ts';
import { errorOfIssues, PayoutError, type PayoutIssue } from '../errors.ts';
import type { Route } from '../create/arrival.ts';
import { type Elsewhere, unknownKeys } from '../known-keys.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { AnyPayoutProvider, CallOptions } from '../adapter/provider.ts';
import { parseSubmission, type Submission, type SubmissionStore } from '../stores/submission.ts';
import { isPlainObject } from '../validation.ts';

// ---- Factories -------------------------------------------------------------------------------------------------------

/** The parts of a factory that configuration needs. */
export interface AdapterDescription<Settings extends object, P extends AnyPayoutProvider, Secret extends keyof Settings & string> {
  readonly id: P['id'];
  readonly settings: GenericSchema<unknown, Settings>;
  /** Settings that may only come from the environment, never from a file. */
  readonly secrets: readonly Secret[];
  /** Other words that a configuration may write as its `adapter`, besides the id and the key that the program gives it. */
  readonly aliases?: readonly string[] | undefined;
}

/** A factory that configuration can drive too: it carries its settings schema and says which settings are secrets. */
export interface AdapterFactory<
  Settings extends object,
  P extends AnyPayoutProvider,
  Secret extends keyof Settings & string = never,
> extends AdapterDescription<Settings, P, Secret> {
  (settings: Settings): P;
}

/** Any factory. */
export interface AnyAdapterFactory {
  (settings: never): AnyPayoutProvider;
  readonly id: string;
  readonly settings: GenericSchema<unknown, object>;
  readonly secrets: readonly string[];
  readonly aliases?: readonly string[] | undefined;
}

/** Makes a factory that configuration can drive. */
export function defineAdapter<Settings extends object, P extends AnyPayoutProvider, const Secret extends keyof Settings & string = never>(
  description: AdapterDescription<Settings, P, Secret>,
  create: (settings: Settings) => P,
): AdapterFactory<Settings, P, Secret> {
  knowAdapter(description.id);
  return Object.assign((settings: Settings) => create(settings), description);
}

// ---- The registry ----------------------------------------------------------------------------------------------------

/** Several providers under names. */
export interface PayoutRegistry<Providers extends Record<string, AnyPayoutProvider>> {
  readonly names: readonly (keyof Providers & string)[];
  /**
   * The provider of a name written in the program.
   *
   * @throws {PayoutError} `invalid_settings` for a name that is not configured, or whose configuration names a variable of the
   * environment that is not set.
   */
  provider<Name extends keyof Providers & string>(name: Name): Providers[Name];
  /**
   * The provider of a name read at run time; the default when omitted. It offers the operations that every configured provider has,
   * until narrowed.
   */
  select(name?: string): Providers[keyof Providers];
  /** Creates through the default provider for a new reference. A stored reference goes to the provider that it was made with. */
  readonly createPayout: Providers[keyof Providers]['createPayout'];
  /** Submits through the provider that the submission names, never through today's default. */
  submit(submission: Submission, call?: CallOptions): Promise<PayoutOutcome>;
  /** Looks up through the provider that the submission names. */
  lookup(submission: Submission, call?: CallOptions): Promise<PayoutOutcome>;
}

/**
 * Puts providers under names, for a program that chooses at run time.
 *
 * A payout id and a submission mean something only together with the name of their provider.
 *
 * @throws {PayoutError} `invalid_settings` for a provider whose own `name` is not the one that it is registered under, and for
 * an option other than `default`.
 */
export function createPayoutRegistry<const Providers extends Record<string, AnyPayoutProvider>>(
  providers: Providers,
  options: { readonly default?: (keyof Providers & string) | undefined } = {},
): PayoutRegistry<Providers> {
  checkNames(providers, options, NOTHING_UNSET);
  return registryOf(providers, { names: Object.keys(providers), unset: NOTHING_UNSET, default: options.default });
}

/** A provider of a configuration that was not made, because variables of the environment are not set. */
export interface UnsetProvider {
  /** The variables, with the path of each setting that names one. */
  readonly issues: readonly PayoutIssue[];
  /** The namespace; `null` where the variable of the namespace itself is not set. */
  readonly namespace: string | null;
}

type UnsetProviders = ReadonlyMap<string, UnsetProvider>;
const NOTHING_UNSET: UnsetProviders = new Map();

/** The parts of a registry besides the providers. */
interface Configured {
  /** The names of all providers in the order of the configuration, also of those that were not made. */
  readonly names: readonly string[];
  /** The providers that were not made. A caller that names one is told which variable is not set. */
  readonly unset: UnsetProviders;
  readonly default: string | undefined;
}

/** Makes the registry of a configuration. @throws {PayoutError} `invalid_settings`, as {@link createPayoutRegistry}. */
export function configuredRegistry<P extends AnyPayoutProvider>(
  providers: Record<string, P>,
  configured: Configured,
): PayoutRegistry<Record<string, P>> {
  checkNames(providers, { default: configured.default }, configured.unset);
  return registryOf(providers, configured);
}

function registryOf<Providers extends Record<string, AnyPayoutProvider>>(
  providers: Providers,
  { names, unset, default: byDefault }: Configured,
): PayoutRegistry<Providers> {
  hideTogether(Object.values(providers));
  const select = (name: string | undefined = byDefault): AnyPayoutProvider => {
    const missing = name === undefined ? undefined : unset.get(name);
    if (missing !== undefined) throw errorOfIssues('invalid_settings', missing.issues, { provider: name });
    const found = name !== undefined && Object.hasOwn(providers, name) ? providers[name] : undefined;
    if (found !== undefined) return found;
    const message = name === undefined ? 'no default provider is configured; name one' : `no provider is configured under "${name}"`;
    throw new PayoutError('invalid_settings', `${message} (configured: ${names.join(', ')}).`);
  };
  const route: Route = (kept, account) => {
    if (!Object.hasOwn(providers, kept.name)) return null;
    const home = internalsOf(forAccountOf(select(kept.name), account ?? kept.account))?.context ?? null;
    // A provider without accounts cannot have made a payout of an account.
    return account === undefined || home?.identity.account === account ? home : null;
  };
  const createPayout = async (request: unknown, call?: CallOptions): Promise<PayoutOutcome> =>
    unlessUnset(await inside(select()).create(request, call, route), unset);
  return {
    names,
    provider: select as PayoutRegistry<Providers>['provider'],
    select: select as PayoutRegistry<Providers>['select'],
    createPayout: createPayout as Providers[keyof Providers]['createPayout'],
    submit: async (submission, call) => homeOf(select, submission).submit(submission, call),
    lookup: async (submission, call) => homeOf(select, submission).lookup(submission, call),
  };
}

/**
 * The outcome of a reference that is stored for a provider that was not made. It names the variables; nothing was looked up or
 * sent.
 */
function unlessUnset(outcome: PayoutOutcome, unset: UnsetProviders): PayoutOutcome {
  const { name, reference } = outcome.submission ?? {};
  const missing = name === undefined ? undefined : unset.get(name);
  if (outcome.outcome !== 'unknown' || missing === undefined) return outcome;
  const told = missing.issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  const message = `reference ${reference} is stored for ${name}, which cannot be asked. ${told}. Nothing was sent.`;
  return {
    ...outcome,
    error: new PayoutError('invalid_settings', message, { provider: name, outcome: 'unknown', issues: missing.issues }),
  };
}

/** Refuses settings of a registry. Settings belong to providers, and a store that a registry was given would never be asked. */
const OF_PROVIDERS: Elsewhere = Object.fromEntries(
  ['submissions', 'namespace', 'fetch', 'runtime', 'onTelemetry', 'timeoutMs', 'maxResends'].map((key) => [
    key,
    'is a setting of each provider: hand it to the factories that make them',
  ]),
);

function checkNames(providers: Record<string, AnyPayoutProvider>, options: unknown, unset: UnsetProviders): void {
  const issues = [...unknownKeys(options, ['default'], OF_PROVIDERS), ...nameProblems(providers)];
  const byDefault = isPlainObject(options) && typeof options['default'] === 'string' ? options['default'] : undefined;
  if (byDefault !== undefined && !Object.hasOwn(providers, byDefault) && !unset.has(byDefault)) {
    issues.push({ path: 'default', message: `"${byDefault}" is not one of ${Object.keys(providers).join(', ')}` });
  }
  const all = [...issues, ...strangerProblems(providers, unset)];
  if (all.length > 0) throw errorOfIssues('invalid_settings', all);
}

function nameProblems(providers: Record<string, AnyPayoutProvider>): PayoutIssue[] {
  return Object.entries(providers)
    .filter(([name, provider]) => provider.name !== name)
    .map(([name, provider]) => ({ path: name, message: `its own name is "${provider.name}"; give it the setting name: '${name}'` }));
}

/** Refuses providers that differ in store or namespace. A stored reference must be found whatever the default is today (R2). */
function strangerProblems(providers: Record<string, AnyPayoutProvider>, unset: UnsetProviders): PayoutIssue[] {
  const made = Object.entries(providers).flatMap(([name, provider]) => {
    const found = internalsOf(provider);
    return found === null ? [] : [{ name, namespace: found.context.identity.namespace, submissions: found.submissions }];
  });
  return [...otherStores(made), ...otherNamespaces([...made, ...[...unset].map(([name, { namespace }]) => ({ name, namespace }))])];
}

function otherStores([first, ...others]: readonly { readonly name: string; readonly submissions: SubmissionStore }[]): PayoutIssue[] {
  return others
    .filter(({ submissions }) => submissions !== first?.submissions)
    .map(({ name }) => ({ path: name, message: `must have the same submissions store (or runtime) as ${first?.name}` }));
}

function otherNamespaces(all: readonly { readonly name: string; readonly namespace: string | null }[]): PayoutIssue[] {
  const [first, ...others] = all.filter(({ namespace }) => namespace !== null);
  return others
    .filter(({ namespace }) => namespace !== first?.namespace)
    .map(({ name }) => ({ path: name, message: `must have the same namespace as ${first?.name}` }));
}

function inside(provider: AnyPayoutProvider): Internals {
  const found = internalsOf(provider);
  if (found !== null) return found;
  throw new PayoutError('invalid_settings', `${provider.name} was not made by definePayoutProvider of this copy of @disburse/core.`);
}

/**
 * Makes the providers of one registry hide each other's secrets. A server that answers one may have seen all of them, for example a
 * proxy.
 *
 * @param more Secrets that no provider tells, such as a value that an adapter sends in another form than the configuration has.
 */
export function hideTogether(providers: readonly AnyPayoutProvider[], more: readonly string[] = []): void {
  const all = providers.flatMap((provider) => internalsOf(provider)?.hidden ?? []);
  const secrets = [...all.flatMap((hidden) => hidden.secrets), ...more];
  for (const hidden of all) hidden.alsoHide(secrets);
}

/** The provider that a submission was made with. @throws {PayoutError} `invalid_request` for a value that names no provider. */
function homeOf(select: (name: string) => AnyPayoutProvider, submission: unknown): AnyPayoutProvider {
  const { name, account } = placeIn(submission);
  return forAccountOf(select(name), account);
}

function placeIn(submission: unknown): Pick<Submission, 'name' | 'account'> {
  try {
    const { name, account } = submission as Partial<Submission>;
    if (typeof name === 'string') return { name, account: typeof account === 'string' ? account : null };
  } catch {
    // The value is no object, or throws when it is read: the error follows below.
  }
  return parseSubmission(submission);
}

/** The same provider for a connected account, where it has accounts; `null` is the provider as it is. */
export function forAccountOf(provider: AnyPayoutProvider, account: string | null): AnyPayoutProvider {
  if (account === null || internalsOf(provider)?.context.identity.account === account) return provider;
  return isPlatform(provider) ? provider.forAccount(account) : provider;
}

interface Platform extends AnyPayoutProvider {
  forAccount(account: string): AnyPayoutProvider;
}

function isPlatform(provider: AnyPayoutProvider): provider is Platform {
  return 'forAccount' in provider && typeof provider.forAccount === 'function';
}
