import { aboutId } from './about-ours.ts';
import { forOneAccount, routeFor } from './account.ts';
import type { PayoutProviderSpec, SometimesWritten } from './adapter.ts';
import { disagreeing, disagreementError } from './agreement.ts';
import { assertNoCall, checkedOptions } from './call-options.ts';
import { changeProblems, checkedCall, checkedDecision, dataOf, idProblems, reversalProblems } from './call-request.ts';
import { cancelAndSee, reverseAndSee, updateAndSee } from './changes.ts';
import { createClient } from './client.ts';
import { bagOf, bagProblems } from './create-request.ts';
import { createKept } from './create.ts';
import { type Engine, type ErasedOperations, processMemory } from './engine.ts';
import { PayoutError } from './errors.ts';
import { createSend } from './http.ts';
import { deriveKey } from './idempotency.ts';
import { submitGiven } from './kept.ts';
import { assertKnown, type KnownKeys } from './known-keys.ts';
import { checkAllQuery, checkQuery, listEvery, listPage, queryOf, type ReadPage } from './list.ts';
import { listWindows } from './list-windows.ts';
import { lookupKept } from './lookup-kept.ts';
import { endingOf, perform } from './operation.ts';
import type { PayoutOutcome } from './outcome.ts';
import { parseWebhook } from './parse-webhook.ts';
import type { Route } from './passage.ts';
import { assertBound, prepare } from './prepare.ts';
import { type Hidden, hiding } from './printable.ts';
import {
  type AnyPayoutProvider,
  type CallOptions,
  type CallWith,
  type Decision,
  type ListAllPayoutsQuery,
  type ListPayoutsQuery,
  operationsWith,
  OPTIONAL_OPERATIONS,
  type OptionalOperation,
  type ReadingOptions,
  type ReversePayout,
  type UpdatePayout,
  unsupported,
} from './provider.ts';
import { runtimeWith } from './runtime.ts';
import { settleKept } from './settle.ts';
import { DEFAULT_MAX_ANSWER_BYTES, DEFAULT_RESENDS, DEFAULT_TIMEOUT_MS } from './settings.ts';
import { checkedStore } from './store.ts';
import { parseSubmission, type Submission, type SubmissionStore } from './submission.ts';
import { quietly } from './telemetry.ts';
import { type OnUnreadable, pastUnreadable, withoutListener } from './unreadable.ts';
import { isPlainObject } from './validation.ts';
import type { WebhookInput } from './webhook.ts';

type AnyCall = CallWith<string, object>;

/** A misspelt member that is optional, such as `mayResend`, would never be asked. */
const KNOWN: KnownKeys<PayoutProviderSpec<AnyPayoutProvider>> = {
  id: true,
  label: true,
  settings: true,
  connection: true,
  requestIdHeader: true,
  account: true,
  source: true,
  live: true,
  money: true,
  amountInAnswer: true,
  correlation: true,
  tokenOf: true,
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
  own: true,
};

/**
 * Makes a provider out of an adapter: does once what every adapter would otherwise repeat.
 *
 * It checks input, derives the key, freezes the body, keeps the submission, sends and resends it, turns what happened into an
 * outcome, checks that the answer is about the payout that was asked for, and adds `list`, `listAll` and a refusing stub for
 * every operation the provider lacks.
 *
 * @throws {PayoutError} `invalid_settings` for a member of the specification that it does not know.
 */
export function definePayoutProvider<P extends AnyPayoutProvider>(given: PayoutProviderSpec<P>): P {
  assertKnown<PayoutProviderSpec<P>>(given.id, given, KNOWN, 'invalid_settings');
  const hidden = hiding(given.connection.credentials, given.webhooks.secrets);
  const spec = { ...given, own: boundAlike(given.own, hidden) };
  const engine = engineFor(spec, hidden);
  const adapter = engine.operationsFor(engine.headers, { source: engine.source });
  const adapterOf: AdapterOf = (one) => (one === engine ? adapter : one.operationsFor(one.headers, { source: one.source }));
  const written = OPTIONAL_OPERATIONS.filter((operation) => adapter[WRITTEN_AS[operation]] !== undefined);
  checkAbsence(engine, written);
  const create: Inside['create'] = (input, call, route) => {
    const one = forAccountIn(spec, input);
    const own = (request: unknown, way: Route | undefined): Promise<PayoutOutcome> =>
      perform(engine, 'createPayout', (mine) => createKept(mine, spec, request, call, way), endingOf);
    if (one === null) return own(input, route);
    const way = routeFor(route, one.account);
    return one.bound === null ? own(one.request, way) : one.bound.create(one.request, call, way);
  };
  const prepareOne: Inside['prepare'] = async (input) => {
    const one = forAccountIn(spec, input);
    return one === null || one.bound === null ? prepare(engine, spec, one?.request ?? input) : one.bound.prepare(one.request);
  };
  const provider = {
    ...spec.own,
    id: engine.id,
    name: engine.name,
    specification: 'v1',
    capabilities: {
      ...spec.capabilities,
      request: spec.request,
      lookup: engine.correlation,
      operations: operationsWith(written),
    },
    ...createOperations(engine, prepareOne, create),
    ...readOperations(engine, spec, adapterOf),
    ...(written.includes('list') ? listOperations(engine, spec, adapterOf) : {}),
    ...changeOperations(engine, spec, adapterOf, written),
  };
  for (const operation of OPTIONAL_OPERATIONS) {
    if (written.includes(operation)) continue;
    // Not enumerable: untyped code meets the error, and nobody finds it by listing what a provider has.
    const refuse = (): never => {
      throw unsupported(provider as never, operation);
    };
    // listAll answers no promise: one that rejects would be heard by nobody who iterates.
    const value = operation === 'listAll' ? refuse : async (): Promise<never> => refuse();
    Object.defineProperty(provider, operation, { enumerable: false, value });
  }
  const submissions = spec.settings.submissions ?? engine.process.submissions;
  engines.set(provider, { engine, hidden, submissions, create, prepare: prepareOne });
  return provider as unknown as P; // The spec's type has agreed with P member by member.
}

/** What an adapter writes for each optional operation. */
const WRITTEN_AS: { readonly [O in OptionalOperation]: SometimesWritten } = {
  list: 'page',
  listAll: 'page',
  update: 'update',
  reverse: 'reverse',
  balances: 'balances',
};

/** The types say it too; an adapter in JavaScript has none, and nobody may guess what proves that a payout is absent. */
function checkAbsence(engine: Engine, written: readonly OptionalOperation[]): void {
  const { absence, name } = engine;
  if (absence === 'never' || (absence === 'by_list' && written.includes('list'))) return;
  const message =
    absence === 'by_list'
      ? "capabilities.absence: 'by_list' needs a page among the operations; write 'never' for a provider that cannot list."
      : "capabilities.absence: must be 'by_list' or 'never'.";
  throw new PayoutError('invalid_settings', message, { provider: name });
}

// ---- What a registry needs of a provider -----------------------------------------------------------------------------

/** A provider from the inside, for the registry that routes between several. */
export interface Inside {
  readonly engine: Engine;
  /** What it hides of what a provider repeats: those of one registry hide each other's secrets. */
  readonly hidden: Hidden;
  /** The store itself: providers of one registry must share it. */
  readonly submissions: SubmissionStore;
  readonly create: (input: unknown, call?: CallOptions, route?: Route) => Promise<PayoutOutcome>;
  readonly prepare: (input: unknown) => Promise<Submission>;
}

/** A create that names a connected account, and the provider that is bound to it; `null` where this one is. */
function forAccountIn<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, input: unknown) {
  const one = forOneAccount(spec, input);
  return one === null ? null : { ...one, bound: one.provider === null ? null : insideOf(one.provider) };
}

/** The own members of a provider. What `forAccount` makes has the same settings, and hides whatever this one hides by then. */
function boundAlike<Own extends object>(own: Own, hidden: Hidden): Own {
  if (!('forAccount' in own) || typeof own.forAccount !== 'function') return own;
  const { forAccount } = own;
  const alike = (...given: readonly unknown[]): unknown => {
    const bound: unknown = Reflect.apply(forAccount, own, given);
    if (typeof bound === 'object' && bound !== null) insideOf(bound)?.hidden.alsoHide(hidden.secrets);
    return bound;
  };
  return { ...own, forAccount: alike };
}

const engines = new WeakMap<object, Inside>();

/** The inside of a provider that {@link definePayoutProvider} made; `null` for any other object. */
export function insideOf(provider: object): Inside | null {
  return engines.get(provider) ?? null;
}

// ---- Assembly --------------------------------------------------------------------------------------------------------

/** An adapter's small functions must not lose the outcome of a request that was sent. */
function orElse<T>(otherwise: T, work: () => T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

/** What is the same whatever operation an engine works for. */
type Lasting = Omit<Engine, 'call' | 'telemetry' | 'listens' | 'as' | 'send' | 'operationsFor'>;

function engineFor<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, { redact }: Hidden): Engine {
  const { settings, capabilities } = spec;
  const name = settings.name ?? spec.id;
  const runtime = runtimeWith(settings.runtime);
  const memory = processMemory(settings.runtime);
  const { connection, requestIdHeader } = spec;
  const timeoutMs = settings.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const store = settings.submissions ?? memory.submissions;
  const maxAnswerBytes = settings.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES;
  // Only called once the engine is there: it needs no requests, but the operations that hold it do.
  const decode: Engine['decode'] = (request) =>
    orElse(null, () => first.operationsFor(first.headers, { source: first.source }).decodeCreate(request));
  const lasting: Lasting = {
    id: spec.id,
    name,
    namespace: settings.namespace ?? '',
    account: spec.account,
    source: spec.source,
    live: spec.live,
    amountInAnswer: spec.amountInAnswer,
    correlation: spec.correlation,
    keptForMs: capabilities.key.keptForMs,
    storesRefusals: capabilities.key.storesRefusals,
    absence: capabilities.absence,
    listLimit: capabilities.listLimit,
    listFloor: capabilities.listFloor,
    headers: connection.headers,
    connection,
    fetch: settings.fetch,
    timeoutMs,
    resends: settings.resends ?? DEFAULT_RESENDS,
    requestIdHeader,
    runtime,
    process: memory,
    store: checkedStore(store, { id: spec.id, name, runtime, timeoutMs, process: memory, decode }),
    decode,
    redact,
    tokenOf: (payout) => orElse(null, () => spec.tokenOf(payout)),
    sourceOf: (payout) => orElse(null, () => spec.sourceOf?.(payout) ?? null),
    withoutAmount: (payout) => orElse(false, () => spec.withoutAmount?.(payout) === true),
    refusal: spec.refusal,
    isReplay: spec.isReplay,
    mayResend: (answer, resend) => orElse(undefined, () => spec.mayResend?.(answer, resend)),
  };
  const { fetch, onTelemetry } = settings;
  const assemble = (call?: number): Engine => {
    const told = call === undefined ? { provider: spec.id, name } : { provider: spec.id, name, call };
    const telemetry = quietly(onTelemetry, told, lasting.redact);
    const engine: Engine = {
      ...lasting,
      call,
      telemetry,
      listens: onTelemetry !== undefined,
      as: assemble,
      send: createSend({ provider: name, connection, runtime, telemetry, maxAnswerBytes, fetch, requestIdHeader, redact }),
      operationsFor: (headers, scope, onAnswer) => {
        const isOwn = headers === engine.headers && scope.source === engine.source && onAnswer === undefined;
        return isOwn ? (own ??= operationsOf(headers, scope)) : operationsOf(headers, scope, onAnswer);
      },
    };
    const operationsOf: Engine['operationsFor'] = (headers, scope, onAnswer) => {
      const written = spec.operations(createClient(engine, headers, onAnswer), scope) as unknown as ErasedOperations;
      return { ...written, retrieve: async (id, ...more) => aboutId(engine, id, await written.retrieve(id, ...more), null) };
    };
    let own: ErasedOperations | undefined;
    return engine;
  };
  const first = assemble();
  return first;
}

function createOperations(engine: Engine, prepareOne: Inside['prepare'], create: Inside['create']) {
  return {
    prepare: async (request: unknown, more?: unknown) => {
      assertNoCall(engine, more);
      return prepareOne(request);
    },
    createPayout: (request: unknown, call?: CallOptions) => create(request, call),
    submit: (submission: Submission, call?: CallOptions) =>
      perform(
        engine,
        'submit',
        async (mine) => {
          const bound = await boundTo(mine, submission);
          const options = checkedOptions(mine, call);
          return disagreeing(mine, bound) ?? submitGiven(mine, bound, options);
        },
        endingOf,
      ),
    lookup: (submission: Submission, call?: CallOptions) =>
      perform(
        engine,
        'lookup',
        async (mine) => {
          const bound = await boundTo(mine, submission);
          const options = checkedOptions(mine, call);
          return disagreeing(mine, bound) ?? lookupKept(mine, bound, options);
        },
        endingOf,
      ),
    settle: (submission: Submission, decision: Decision) =>
      perform(
        engine,
        'settle',
        async (mine) => {
          const bound = await boundTo(mine, submission);
          const checked = checkedDecision(mine, decision);
          const wrong = disagreementError(mine, bound);
          if (wrong !== null) throw wrong;
          return settleKept(mine, bound, checked);
        },
        endingOf,
      ),
  };
}

/**
 * Refused where it is no submission or bound elsewhere, before the store may keep it.
 *
 * @returns The object that was prepared here, which is frozen; of any other a frozen copy, so that what was checked is what is sent.
 */
export async function boundTo(engine: Engine, submission: Submission): Promise<Submission> {
  if (!engine.process.prepared.has(submission)) return boundCopy(engine, submission);
  assertBound(engine, submission);
  return submission;
}

async function boundCopy(engine: Engine, submission: Submission): Promise<Submission> {
  const copy = parseSubmission(submission);
  assertBound(engine, copy);
  if (copy.key === (await deriveKey(copy))) return copy;
  const message = 'submission.key is not the key of its namespace, account, reference and attempt: it was changed after it was prepared.';
  throw new PayoutError('invalid_request', message, { provider: engine.name });
}

/** The adapter's operations for an engine: made once for what nobody listens to, and anew where it is told whose they are. */
type AdapterOf = (engine: Engine) => ErasedOperations;

function readOperations<P extends AnyPayoutProvider>(engine: Engine, spec: PayoutProviderSpec<P>, adapterOf: AdapterOf) {
  return {
    retrieve: (id: string, given?: AnyCall) =>
      perform(engine, 'retrieve', async (mine) => {
        const { call, options } = checkedCall(engine, spec.options, 'retrieve', given, idProblems(id));
        return adapterOf(mine).retrieve(id, options as never, call);
      }),
    cancel: (id: string, given?: AnyCall) =>
      perform(engine, 'cancel', async (mine) => {
        const { call, options } = checkedCall(engine, spec.options, 'cancel', given, idProblems(id));
        return cancelAndSee(mine, adapterOf(mine), id, options, call);
      }),
    parseWebhook: (input: WebhookInput, call?: CallOptions) =>
      perform(engine, 'parseWebhook', async (mine) => parseWebhook(mine, spec.webhooks, input, checkedOptions(mine, call))),
  };
}

function listOperations<P extends AnyPayoutProvider>(engine: Engine, spec: PayoutProviderSpec<P>, adapterOf: AdapterOf) {
  const bags = (asked: unknown) => (isPlainObject(asked) ? bagProblems(engine.id, spec.options, 'list', asked['providerOptions']) : []);
  const { createdFrom, createdTo } = spec.capabilities.filters;
  const filtersTime = createdFrom === 'provider' && createdTo === 'provider';
  const pageOf =
    (mine: Engine, hears: OnUnreadable | undefined): ReadPage =>
    async (...asked) => {
      const adapter = adapterOf(mine) as ErasedOperations & { readonly page: ReadPage };
      const page = await adapter.page(...asked);
      pastUnreadable(mine, 'a payout of the list', page.unreadable ?? [], hears);
      return page;
    };
  return {
    list: (given?: ListPayoutsQuery<string, object>, options?: CallOptions & ReadingOptions) =>
      perform(engine, 'list', async (mine) => {
        const asked = queryOf(engine, given);
        const { call: heard, hears, problems } = withoutListener(options);
        checkQuery(engine, asked, [...bags(asked), ...problems]);
        const { providerOptions, ...query } = asked;
        const call = checkedOptions(engine, heard);
        const bag = bagOf(engine.id, spec.options, 'list', providerOptions);
        return listPage({ engine: mine, page: pageOf(mine, hears), query, options: bag, call });
      }),
    listAll: (given?: ListAllPayoutsQuery<string, object>, options?: CallOptions & ReadingOptions) => {
      const asked = queryOf(engine, given);
      const { call: heard, hears, problems } = withoutListener(options);
      checkAllQuery(engine, asked, [...bags(asked), ...problems]);
      const { providerOptions, parallel = 1, ...query } = asked;
      const call = checkedOptions(engine, heard);
      const bag = bagOf(engine.id, spec.options, 'list', providerOptions);
      // Each page is an operation: how long a whole walk takes is the caller's doing.
      const told: ReadPage = (...page) => perform(engine, 'list', (mine) => pageOf(mine, hears)(...page));
      const listing = { engine, page: engine.listens ? told : pageOf(engine, hears), query, options: bag, call };
      return parallel === 1 || !filtersTime ? listEvery(listing) : listWindows(listing, parallel);
    },
  };
}

function changeOperations<P extends AnyPayoutProvider>(
  engine: Engine,
  spec: PayoutProviderSpec<P>,
  adapterOf: AdapterOf,
  written: readonly OptionalOperation[],
) {
  const operations = {
    update: (id: string, change: UpdatePayout, given?: AnyCall) =>
      perform(engine, 'update', async (mine) => {
        const { value, problems } = dataOf(change, 'change');
        const wrong = problems.length > 0 ? problems : changeProblems(value);
        const { call, options } = checkedCall(engine, spec.options, 'update', given, [...idProblems(id), ...wrong]);
        return updateAndSee(mine, adapterOf(mine), id, value as UpdatePayout, options, call);
      }),
    reverse: (id: string, change: ReversePayout = {}, given?: AnyCall) =>
      perform(engine, 'reverse', async (mine) => {
        const { value, problems } = dataOf(change, 'change');
        const wrong = problems.length > 0 ? problems : reversalProblems(value);
        const { call, options } = checkedCall(engine, spec.options, 'reverse', given, [...idProblems(id), ...wrong]);
        return reverseAndSee(mine, adapterOf(mine), id, value as ReversePayout, options, call);
      }),
    balances: (given?: AnyCall & ReadingOptions) =>
      perform(engine, 'balances', async (mine) => {
        const { call: heard, hears, problems } = withoutListener(given);
        const { call, options } = checkedCall(engine, spec.options, 'balances', heard, problems);
        const read = await adapterOf(mine).balances?.(options as never, call);
        pastUnreadable(mine, 'a balance', read?.unreadable ?? [], hears);
        return read?.balances;
      }),
  };
  return Object.fromEntries(Object.entries(operations).filter(([operation]) => written.some((one) => one === operation)));
}
