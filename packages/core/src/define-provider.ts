import type { PayoutProviderSpec } from './adapter.ts';
import { changeProblems, checkedCall, checkedDecision, checkedOptions, idProblems, reversalProblems } from './call-request.ts';
import { cancelAndSee, reverseAndSee, updateAndSee } from './changes.ts';
import { createClient } from './client.ts';
import { bagOf, bagProblems } from './create-request.ts';
import { createKept } from './create.ts';
import { type Engine, type ErasedOperations, processMemory } from './engine.ts';
import { createSend } from './http.ts';
import { lookupKept, type Route, submitKept } from './kept.ts';
import { checkAllQuery, checkQuery, listEvery, listPage } from './list.ts';
import { listWindows } from './list-windows.ts';
import type { PayoutOutcome } from './outcome.ts';
import { parseWebhook } from './parse-webhook.ts';
import { assertBound, prepare } from './prepare.ts';
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
  const written = OPTIONAL_OPERATIONS.filter((operation) => adapter[operation] !== undefined);
  const create: Inside['create'] = (input, call, route) =>
    told(engine, 'create', async () => createKept(engine, spec, input, checkedOptions(engine, call), route));
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
    ...readOperations(engine, spec, adapter),
    ...changeOperations(engine, spec, adapter, written),
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

function engineFor<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>): Engine {
  const { settings, capabilities } = spec;
  const name = settings.name ?? spec.id;
  const runtime = runtimeWith(settings.runtime);
  const telemetry = quietly(settings.onTelemetry);
  const memory = processMemory(settings.runtime);
  const { connection, requestIdHeader } = spec;
  const timeoutMs = settings.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const store = settings.submissions ?? memory.submissions;
  const maxAnswerBytes = settings.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES;
  const engine: Engine = {
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
    timeoutMs,
    resends: settings.resends ?? DEFAULT_RESENDS,
    requestIdHeader,
    runtime,
    telemetry,
    process: memory,
    store: checkedStore(store, runtime, timeoutMs, store === memory.submissions),
    send: createSend({ provider: name, connection, runtime, telemetry, maxAnswerBytes, fetch: settings.fetch, requestIdHeader }),
    redact: (text) =>
      Object.values(connection.credentials).reduce((told, value) => told.replaceAll(value.replace(/^\w+ /, ''), '[redacted]'), text),
    tokenOf: (payout) => orElse(null, () => spec.tokenOf(payout)),
    refusal: spec.refusal,
    isReplay: spec.isReplay,
    mayResend: (answer, resend) => orElse(undefined, () => spec.mayResend?.(answer, resend)),
    operationsFor: (headers, scope, onAnswer) =>
      spec.operations(createClient(engine, headers, onAnswer), scope) as unknown as ErasedOperations,
  };
  return engine;
}

/** Runs what ends in an outcome, and tells the outcome. */
async function told(
  engine: Engine,
  operation: 'create' | 'submit' | 'lookup' | 'settle',
  work: () => Promise<PayoutOutcome>,
): Promise<PayoutOutcome> {
  const startedAt = engine.runtime.now();
  const outcome = await work();
  engine.telemetry({
    type: 'outcome',
    provider: engine.name,
    operation,
    outcome: outcome.outcome,
    code: outcome.outcome === 'accepted' ? null : outcome.error.code,
    replayed: outcome.outcome === 'accepted' && outcome.replayed,
    durationMs: engine.runtime.now() - startedAt,
  });
  return outcome;
}

function createOperations<P extends AnyPayoutProvider>(engine: Engine, spec: PayoutProviderSpec<P>, create: Inside['create']) {
  return {
    prepare: (request: unknown) => prepare(engine, spec, request),
    createPayout: (request: unknown, call?: CallOptions) => create(request, call),
    submit: (submission: Submission, call?: CallOptions) =>
      told(engine, 'submit', async () => submitKept(engine, boundTo(engine, submission), checkedOptions(engine, call))),
    lookup: (submission: Submission, call?: CallOptions) =>
      told(engine, 'lookup', async () => lookupKept(engine, boundTo(engine, submission), checkedOptions(engine, call))),
    settle: (submission: Submission, decision: Decision) =>
      told(engine, 'settle', async () => settleKept(engine, boundTo(engine, submission), checkedDecision(engine, decision))),
  };
}

/** Refused where it is no submission or bound elsewhere, before the store may keep it; the same object where it is one. */
function boundTo(engine: Engine, submission: Submission): Submission {
  parseSubmission(submission);
  assertBound(engine, submission);
  return submission;
}

function readOperations<P extends AnyPayoutProvider>(engine: Engine, spec: PayoutProviderSpec<P>, adapter: ErasedOperations) {
  const bags = (asked: unknown) => (isPlainObject(asked) ? bagProblems(engine.id, spec.options, 'list', asked['providerOptions']) : []);
  const { createdFrom, createdTo } = spec.capabilities.filters;
  const filtersTime = createdFrom === 'provider' && createdTo === 'provider';
  return {
    retrieve: async (id: string, call: AnyCall = {}) => {
      const options = checkedCall(engine, spec.options, 'retrieve', call, idProblems(id));
      return adapter.retrieve(id, options as never, call);
    },
    list: async (given?: ListPayoutsQuery<string, object>, call: CallOptions = {}) => {
      const asked = given ?? {};
      checkQuery(engine, asked, bags(asked));
      const { providerOptions, ...query } = asked;
      checkedOptions(engine, call);
      return listPage(adapter, query, bagOf(engine.id, spec.options, 'list', providerOptions), call);
    },
    listAll: (given?: ListAllPayoutsQuery<string, object>, call: CallOptions = {}) => {
      const asked = given ?? {};
      checkAllQuery(engine, asked, bags(asked));
      const { providerOptions, parallel = 1, ...query } = asked;
      checkedOptions(engine, call);
      const options = bagOf(engine.id, spec.options, 'list', providerOptions);
      if (parallel === 1 || !filtersTime) return listEvery(engine, adapter, query, options, call);
      return listWindows({ engine, adapter, query, options, call }, parallel);
    },
    cancel: async (id: string, call: AnyCall = {}) => {
      const options = checkedCall(engine, spec.options, 'cancel', call, idProblems(id));
      return cancelAndSee(engine, adapter, id, options, call);
    },
    parseWebhook: async (input: WebhookInput, call?: CallOptions) =>
      parseWebhook(engine, spec.webhooks, input, checkedOptions(engine, call)),
  };
}

function changeOperations<P extends AnyPayoutProvider>(
  engine: Engine,
  spec: PayoutProviderSpec<P>,
  adapter: ErasedOperations,
  written: readonly OptionalOperation[],
) {
  const operations = {
    update: async (id: string, change: UpdatePayout, call: AnyCall = {}) => {
      const options = checkedCall(engine, spec.options, 'update', call, [...idProblems(id), ...changeProblems(change)]);
      return updateAndSee(engine, adapter, id, change, options, call);
    },
    reverse: async (id: string, change: ReversePayout = {}, call: AnyCall = {}) => {
      const options = checkedCall(engine, spec.options, 'reverse', call, [...idProblems(id), ...reversalProblems(change)]);
      return reverseAndSee(engine, adapter, id, change, options, call);
    },
    balances: async (call: AnyCall = {}) => {
      const options = checkedCall(engine, spec.options, 'balances', call, []);
      return adapter.balances?.(options as never, call);
    },
  };
  return Object.fromEntries(written.map((operation) => [operation, operations[operation]]));
}
