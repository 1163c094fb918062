import { assertPayoutId } from './context/match-payout.ts';
import { forOneAccount, routeFor } from './create/account.ts';
import type { PayoutProviderSpec, SometimesWritten } from './adapter/spec.ts';
import { createClient } from './context/client.ts';
import { createStored } from './create/create.ts';
import {
  type AdapterRules,
  type ContextParts,
  type ErasedOperations,
  type Limits,
  ProviderContext,
  type ProviderIdentityParts,
} from './context/context.ts';
import { processMemory } from './context/process-memory.ts';
import { PayoutError } from './errors.ts';
import { createSend } from './http/http.ts';
import { assertKnown, type KnownKeys } from './known-keys.ts';
import { endingOf, perform } from './context/operation.ts';
import type { PayoutOutcome } from './payout/outcome.ts';
import type { Route } from './create/arrival.ts';
import { prepare } from './create/prepare.ts';
import { type Hidden, hiding, type Redact } from './printable.ts';
import { type AdapterOf, changeOperations, createOperations, listOperations, readOperations } from './provider-operations.ts';
import {
  type AnyPayoutProvider,
  type CallOptions,
  operationsWith,
  OPTIONAL_OPERATIONS,
  type OptionalOperation,
  unsupported,
} from './adapter/provider.ts';
import { type Runtime, runtimeWith } from './platform/runtime.ts';
import { DEFAULT_MAX_RESPONSE_BYTES, DEFAULT_MAX_RESENDS, DEFAULT_TIMEOUT_MS } from './adapter/settings.ts';
import { checkedStore } from './context/checked-store.ts';
import type { Submission, SubmissionStore } from './stores/submission.ts';
import { safeEmitter } from './telemetry/telemetry.ts';

/** The members of a specification. A misspelt optional member, such as `mayResend`, would never be called. */
const KNOWN: KnownKeys<PayoutProviderSpec<AnyPayoutProvider>> = {
  id: true,
  label: true,
  settings: true,
  endpoint: true,
  requestIdHeader: true,
  account: true,
  source: true,
  live: true,
  money: true,
  amountInAnswer: true,
  correlation: true,
  correlationTokenOf: true,
  sourceOf: true,
  withoutAmount: true,
  options: true,
  request: true,
  capabilities: true,
  problems: true,
  refusal: true,
  isReplay: true,
  mayResend: true,
  webhooks: true,
  operations: true,
  extraMembers: true,
};

/**
 * Makes a provider out of an adapter, and does once what every adapter would otherwise repeat.
 *
 * It checks input, derives the key, freezes the body, stores the submission, sends and resends it. It turns the result into an
 * outcome and checks that the response is about the payout that was asked for. It adds `list`, `listAll` and a refusing stub for
 * every operation the provider lacks.
 *
 * @throws {PayoutError} `invalid_settings` for a member of the specification that it does not know.
 */
export function definePayoutProvider<P extends AnyPayoutProvider>(given: PayoutProviderSpec<P>): P {
  assertKnown<PayoutProviderSpec<P>>(given.id, given, KNOWN, 'invalid_settings');
  const hidden = hiding(given.endpoint.credentials, given.webhooks.secrets);
  const spec = { ...given, extraMembers: boundAlike(given.extraMembers, hidden) };
  const context = contextOf(spec, hidden);
  const adapter = context.operationsFor(context.http.headers, { source: context.identity.source });
  const adapterOf: AdapterOf = (one) => (one === context ? adapter : one.operationsFor(one.http.headers, { source: one.identity.source }));
  const written = OPTIONAL_OPERATIONS.filter((operation) => adapter[WRITTEN_AS[operation]] !== undefined);
  checkAbsence(context, written);
  const create: Internals['create'] = (input, call, route) => {
    const one = forAccountIn(spec, input);
    const own = (request: unknown, way: Route | undefined): Promise<PayoutOutcome> =>
      perform(context, 'createPayout', (mine) => createStored({ context: mine, spec, input: request, call, route: way }), endingOf);
    if (one === null) return own(input, route);
    const way = routeFor(route, one.account);
    return one.bound === null ? own(one.request, way) : one.bound.create(one.request, call, way);
  };
  const prepareOne: Internals['prepare'] = async (input) => {
    const one = forAccountIn(spec, input);
    return one === null || one.bound === null ? prepare(context, spec, one?.request ?? input) : one.bound.prepare(one.request);
  };
  const provider = {
    ...spec.extraMembers,
    id: context.identity.id,
    name: context.identity.name,
    specification: 'v1',
    capabilities: {
      ...spec.capabilities,
      request: spec.request,
      lookup: context.rules.correlation,
      operations: operationsWith(written),
    },
    ...createOperations(context, prepareOne, create),
    ...readOperations(context, spec, adapterOf),
    ...(written.includes('list') ? listOperations(context, spec, adapterOf) : {}),
    ...changeOperations(context, spec, adapterOf, written),
  };
  for (const operation of OPTIONAL_OPERATIONS) {
    if (written.includes(operation)) continue;
    // The stub is not enumerable: untyped code that calls it gets the error, and listing a provider's members does not show it.
    const refuse = (): never => {
      throw unsupported(provider as never, operation);
    };
    // listAll answers no promise, because a caller that iterates would never hear a rejection.
    const value = operation === 'listAll' ? refuse : async (): Promise<never> => refuse();
    Object.defineProperty(provider, operation, { enumerable: false, value });
  }
  const submissions = spec.settings.submissions ?? context.memory.submissions;
  engines.set(provider, { context, hidden, submissions, create, prepare: prepareOne });
  return provider as unknown as P; // The spec's type has agreed with P member by member.
}

/** The member that an adapter implements for each optional operation. */
const WRITTEN_AS: { readonly [O in OptionalOperation]: SometimesWritten } = {
  list: 'page',
  listAll: 'page',
  update: 'update',
  reverse: 'reverse',
  balances: 'balances',
};

/**
 * Refuses a specification without `absence` or `amountInAnswer`. The types require them too, but an adapter in JavaScript has no
 * types, and nobody may guess what proves absence.
 */
function checkAbsence(context: ProviderContext, written: readonly OptionalOperation[]): void {
  const {
    identity: { name },
    limits: { absence },
  } = context;
  if (absence === 'never' || (absence === 'by_list' && written.includes('list'))) return;
  const message =
    absence === 'by_list'
      ? "capabilities.absence: 'by_list' needs a page among the operations; write 'never' for a provider that cannot list."
      : "capabilities.absence: must be 'by_list' or 'never'.";
  throw new PayoutError('invalid_settings', message, { provider: name });
}

// ---- What a registry needs of a provider -----------------------------------------------------------------------------

/** The internals of a provider, for the registry that routes between several. */
export interface Internals {
  readonly context: ProviderContext;
  /** The secrets that are hidden in what a provider repeats. Providers of one registry hide each other's secrets. */
  readonly hidden: Hidden;
  /** The application's own store. Providers of one registry must share it. */
  readonly submissions: SubmissionStore;
  readonly create: (input: unknown, call?: CallOptions, route?: Route) => Promise<PayoutOutcome>;
  readonly prepare: (input: unknown) => Promise<Submission>;
}

/** A create that names a connected account, and the provider that is bound to it; `null` where this provider is. */
function forAccountIn<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, input: unknown) {
  const one = forOneAccount(spec, input);
  return one === null ? null : { ...one, bound: one.provider === null ? null : internalsOf(one.provider) };
}

/**
 * The adapter's extra members. A provider that `forAccount` makes has the same settings, and hides every secret that this one hides
 * by then.
 */
function boundAlike<Own extends object>(own: Own, hidden: Hidden): Own {
  if (!('forAccount' in own) || typeof own.forAccount !== 'function') return own;
  const { forAccount } = own;
  const alike = (...given: readonly unknown[]): unknown => {
    const bound: unknown = Reflect.apply(forAccount, own, given);
    if (typeof bound === 'object' && bound !== null) internalsOf(bound)?.hidden.alsoHide(hidden.secrets);
    return bound;
  };
  return { ...own, forAccount: alike };
}

const engines = new WeakMap<object, Internals>();

/** The internals of a provider that {@link definePayoutProvider} made; `null` for any other object. */
export function internalsOf(provider: object): Internals | null {
  return engines.get(provider) ?? null;
}

// ---- Assembly --------------------------------------------------------------------------------------------------------

/** Runs a small function of the adapter; `otherwise` when it throws. An exception must not lose the outcome of a sent request. */
function orElse<T>(otherwise: T, work: () => T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

function contextOf<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, { redact }: Hidden): ProviderContext {
  const { settings } = spec;
  const runtime = runtimeWith(settings.runtime);
  const memory = processMemory(settings.runtime);
  const identity = identityOf(spec);
  const limits = limitsOf(spec);
  // It is called only once the context exists. The context needs no requests to be made, but the operations need the context.
  const rules: AdapterRules = rulesOf(spec, (request) =>
    context.operationsFor(context.http.headers, { source: identity.source }).decodeCreate(request),
  );
  const user = { identity, rules, runtime, timeoutMs: limits.timeoutMs, process: memory };
  const partsFor = (operationId?: number): Pick<ContextParts, 'http' | 'telemetry'> => partsOf({ spec, runtime, redact, operationId });
  const context: ProviderContext = new ProviderContext({
    identity,
    limits,
    rules,
    store: checkedStore(settings.submissions ?? memory.submissions, user),
    memory,
    runtime,
    redact,
    operationsOver: operationsOver(spec),
    partsFor,
    ...partsFor(),
  });
  return context;
}

function identityOf<P extends AnyPayoutProvider>({ id, settings, account, source, live }: PayoutProviderSpec<P>): ProviderIdentityParts {
  return { id, name: settings.name ?? id, namespace: settings.namespace ?? '', account, source, live };
}

function limitsOf<P extends AnyPayoutProvider>({ settings, capabilities }: PayoutProviderSpec<P>): Limits {
  const { key, absence, listLimit, listFloor } = capabilities;
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxResends = DEFAULT_MAX_RESENDS } = settings;
  return { retentionMs: key.retentionMs, storesRefusals: key.storesRefusals, absence, listLimit, listFloor, timeoutMs, maxResends };
}

function rulesOf<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, decode: AdapterRules['decode']): AdapterRules {
  return {
    amountInAnswer: spec.amountInAnswer,
    correlation: spec.correlation,
    correlationTokenOf: (payout) => orElse(null, () => spec.correlationTokenOf(payout)),
    sourceOf: (payout) => orElse(null, () => spec.sourceOf?.(payout) ?? null),
    withoutAmount: (payout) => orElse(false, () => spec.withoutAmount?.(payout) === true),
    refusal: spec.refusal,
    isReplay: spec.isReplay,
    mayResend: (answer, resend) => orElse(undefined, () => spec.mayResend?.(answer, resend)),
    decode: (request) => orElse(null, () => decode(request)),
  };
}

interface OperationParts<P extends AnyPayoutProvider> {
  readonly spec: PayoutProviderSpec<P>;
  readonly runtime: Runtime;
  readonly redact: Redact;
  readonly operationId: number | undefined;
}

function partsOf<P extends AnyPayoutProvider>({
  spec,
  runtime,
  redact,
  operationId,
}: OperationParts<P>): Pick<ContextParts, 'http' | 'telemetry'> {
  const { id, endpoint, requestIdHeader, settings } = spec;
  const { name = id, fetch, onTelemetry, maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES } = settings;
  const emit = safeEmitter(onTelemetry, operationId === undefined ? { provider: id, name } : { provider: id, name, operationId }, redact);
  const send = createSend({ provider: name, endpoint, runtime, telemetry: emit, maxResponseBytes, fetch, requestIdHeader, redact });
  return {
    http: { endpoint, headers: endpoint.headers, requestIdHeader, fetch, send },
    telemetry: { emit, hasListener: onTelemetry !== undefined, operationId },
  };
}

const operationsOver =
  <P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>): ContextParts['operationsOver'] =>
  (context) =>
  (headers, scope, onResponse) => {
    const written = spec.operations(createClient(context, headers, onResponse), scope) as unknown as ErasedOperations;
    return { ...written, retrieve: async (id, ...more) => assertPayoutId(context, id, await written.retrieve(id, ...more), null) };
  };
