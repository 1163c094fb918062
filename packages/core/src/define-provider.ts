import { aboutId } from './about-ours.ts';
import type { PayoutProviderSpec } from './adapter.ts';
import { changeProblems, checkedCall, checkedDecision, checkedOptions, idProblems, reversalProblems } from './call-request.ts';
import { cancelAndSee, reverseAndSee, updateAndSee } from './changes.ts';
import { createClient } from './client.ts';
import { bagOf, bagProblems } from './create-request.ts';
import { createKept } from './create.ts';
import { type Engine, type ErasedOperations, processMemory } from './engine.ts';
import { PayoutError } from './errors.ts';
import { createSend } from './http.ts';
import { deriveKey } from './idempotency.ts';
import { lookupKept, type Route, submitKept } from './kept.ts';
import { checkAllQuery, checkQuery, listEvery, listPage } from './list.ts';
import { listWindows } from './list-windows.ts';
import { endingOf, perform } from './operation.ts';
import type { PayoutOutcome } from './outcome.ts';
import { parseWebhook } from './parse-webhook.ts';
import { assertBound, prepare } from './prepare.ts';
import { redactor } from './printable.ts';
import {
  type AnyPayoutProvider,
  type CallOptions,
  type CallWith,
  type Decision,
  type ListAllPayoutsQuery,
  type ListPayoutsQuery,
  OPTIONAL_OPERATIONS,
  type OptionalOperation,
  REQUIRED_OPERATIONS,
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
import { isPlainObject } from './validation.ts';
import type { WebhookInput } from './webhook.ts';

type AnyCall = CallWith<string, object>;

/**
 * Makes a provider out of an adapter: does once what every adapter would otherwise repeat.
 *
 * It checks input, derives the key, freezes the body, keeps the submission, sends and resends it, turns what happened into an
 * outcome, checks that the answer is about the payout that was asked for, and adds `list`, `listAll` and a refusing stub for
 * every operation the provider lacks.
 */
export function definePayoutProvider<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>): P {
  const engine = engineFor(spec);
  const adapter = engine.operationsFor(engine.headers, { source: engine.source });
  const adapterOf: AdapterOf = (one) => (one === engine ? adapter : one.operationsFor(one.headers, { source: one.source }));
  const written = OPTIONAL_OPERATIONS.filter((operation) => adapter[operation] !== undefined);
  const create: Inside['create'] = (input, call, route) =>
    perform(engine, 'createPayout', (mine) => createKept(mine, spec, input, call, route), endingOf);
  const provider = {
    ...spec.own,
    id: engine.id,
    name: engine.name,
    specification: 'v1',
    capabilities: {
      ...spec.capabilities,
      request: spec.request,
      lookup: engine.correlation,
      operations: [...REQUIRED_OPERATIONS, ...written],
    },
    ...createOperations(engine, spec, create),
    ...readOperations(engine, spec, adapterOf),
    ...changeOperations(engine, spec, adapterOf, written),
  };
  for (const operation of OPTIONAL_OPERATIONS) {
    if (written.includes(operation)) continue;
    // Not enumerable: untyped code meets the error, and nobody finds it by listing what a provider has.
    const refuse = async (): Promise<never> => {
      throw unsupported(provider as never, operation);
    };
    Object.defineProperty(provider, operation, { enumerable: false, value: refuse });
  }
  const submissions = spec.settings.submissions ?? engine.process.submissions;
  engines.set(provider, { engine, submissions, create });
  return provider as unknown as P; // The spec's type has agreed with P member by member.
}

// ---- What a registry needs of a provider -----------------------------------------------------------------------------

/** A provider from the inside, for the registry that routes between several. */
export interface Inside {
  readonly engine: Engine;
  /** The store itself: providers of one registry must share it. */
  readonly submissions: SubmissionStore;
  readonly create: (input: unknown, call?: CallOptions, route?: Route) => Promise<PayoutOutcome>;
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

function engineFor<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>): Engine {
  const { settings, capabilities } = spec;
  const name = settings.name ?? spec.id;
  const runtime = runtimeWith(settings.runtime);
  const memory = processMemory(settings.runtime);
  const { connection, requestIdHeader } = spec;
  const timeoutMs = settings.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const store = settings.submissions ?? memory.submissions;
  const maxAnswerBytes = settings.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES;
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
    listLimit: capabilities.listLimit,
    listFloor: capabilities.listFloor,
    headers: connection.headers,
    connection,
    timeoutMs,
    resends: settings.resends ?? DEFAULT_RESENDS,
    requestIdHeader,
    runtime,
    process: memory,
    store: checkedStore(store, { runtime, timeoutMs, process: memory }),
    redact: redactor(connection.credentials),
    tokenOf: (payout) => orElse(null, () => spec.tokenOf(payout)),
    sourceOf: (payout) => orElse(null, () => spec.sourceOf?.(payout) ?? null),
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
      send: createSend({ provider: name, connection, runtime, telemetry, maxAnswerBytes, fetch, requestIdHeader }),
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
  return assemble();
}

function createOperations<P extends AnyPayoutProvider>(engine: Engine, spec: PayoutProviderSpec<P>, create: Inside['create']) {
  return {
    prepare: (request: unknown) => prepare(engine, spec, request),
    createPayout: (request: unknown, call?: CallOptions) => create(request, call),
    submit: (submission: Submission, call?: CallOptions) =>
      perform(
        engine,
        'submit',
        async (mine) => submitKept(mine, await boundTo(mine, submission), checkedOptions(mine, call), { given: true }),
        endingOf,
      ),
    lookup: (submission: Submission, call?: CallOptions) =>
      perform(engine, 'lookup', async (mine) => lookupKept(mine, await boundTo(mine, submission), checkedOptions(mine, call)), endingOf),
    settle: (submission: Submission, decision: Decision) =>
      perform(
        engine,
        'settle',
        async (mine) => settleKept(mine, await boundTo(mine, submission), checkedDecision(mine, decision)),
        endingOf,
      ),
  };
}

/**
 * Refused where it is no submission or bound elsewhere, before the store may keep it.
 *
 * @returns The object that was prepared here, which is frozen; of any other a frozen copy, so that what was checked is what is sent.
 */
async function boundTo(engine: Engine, submission: Submission): Promise<Submission> {
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
  const bags = (asked: unknown) => (isPlainObject(asked) ? bagProblems(engine.id, spec.options, 'list', asked['providerOptions']) : []);
  const { createdFrom, createdTo } = spec.capabilities.filters;
  const filtersTime = createdFrom === 'provider' && createdTo === 'provider';
  // Each page is an operation: how long a whole walk takes is the caller's doing.
  const page: ErasedOperations['page'] = (...asked) => perform(engine, 'list', (mine) => adapterOf(mine).page(...asked));
  return {
    retrieve: (id: string, call: AnyCall = {}) =>
      perform(engine, 'retrieve', async (mine) => {
        const options = checkedCall(engine, spec.options, 'retrieve', call, idProblems(id));
        return adapterOf(mine).retrieve(id, options as never, call);
      }),
    list: (given?: ListPayoutsQuery<string, object>, call: CallOptions = {}) =>
      perform(engine, 'list', async (mine) => {
        const asked = given ?? {};
        checkQuery(engine, asked, bags(asked));
        const { providerOptions, ...query } = asked;
        checkedOptions(engine, call);
        return listPage(adapterOf(mine), query, bagOf(engine.id, spec.options, 'list', providerOptions), call);
      }),
    listAll: (given?: ListAllPayoutsQuery<string, object>, call: CallOptions = {}) => {
      const asked = given ?? {};
      checkAllQuery(engine, asked, bags(asked));
      const { providerOptions, parallel = 1, ...query } = asked;
      checkedOptions(engine, call);
      const options = bagOf(engine.id, spec.options, 'list', providerOptions);
      const adapter: ErasedOperations = engine.listens ? { ...adapterOf(engine), page } : adapterOf(engine);
      if (parallel === 1 || !filtersTime) return listEvery(engine, adapter, query, options, call);
      return listWindows({ engine, adapter, query, options, call }, parallel);
    },
    cancel: (id: string, call: AnyCall = {}) =>
      perform(engine, 'cancel', async (mine) => {
        const options = checkedCall(engine, spec.options, 'cancel', call, idProblems(id));
        return cancelAndSee(mine, adapterOf(mine), id, options, call);
      }),
    parseWebhook: (input: WebhookInput, call?: CallOptions) =>
      perform(engine, 'parseWebhook', async (mine) => parseWebhook(mine, spec.webhooks, input, checkedOptions(mine, call))),
  };
}

function changeOperations<P extends AnyPayoutProvider>(
  engine: Engine,
  spec: PayoutProviderSpec<P>,
  adapterOf: AdapterOf,
  written: readonly OptionalOperation[],
) {
  const operations = {
    update: (id: string, change: UpdatePayout, call: AnyCall = {}) =>
      perform(engine, 'update', async (mine) => {
        const options = checkedCall(engine, spec.options, 'update', call, [...idProblems(id), ...changeProblems(change)]);
        return updateAndSee(mine, adapterOf(mine), id, change, options, call);
      }),
    reverse: (id: string, change: ReversePayout = {}, call: AnyCall = {}) =>
      perform(engine, 'reverse', async (mine) => {
        const options = checkedCall(engine, spec.options, 'reverse', call, [...idProblems(id), ...reversalProblems(change)]);
        return reverseAndSee(mine, adapterOf(mine), id, change, options, call);
      }),
    balances: (call: AnyCall = {}) =>
      perform(engine, 'balances', async (mine) => {
        const options = checkedCall(engine, spec.options, 'balances', call, []);
        return adapterOf(mine).balances?.(options as never, call);
      }),
  };
  return Object.fromEntries(written.map((operation) => [operation, operations[operation]]));
}
