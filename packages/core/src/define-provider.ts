import type { PayoutProviderSpec } from './adapter.ts';
import { cancelAndSee, reverseAndSee, updateAndSee } from './changes.ts';
import { createClient } from './client.ts';
import { bagOf, bagProblems } from './create-request.ts';
import { createKept } from './create.ts';
import { type Engine, type ErasedOperations, processMemory } from './engine.ts';
import { errorOfIssues, type PayoutIssue } from './errors.ts';
import { createSend } from './http.ts';
import { lookupKept, type Route, settleKept, submitKept } from './kept.ts';
import { checkQuery, listEvery, listPage } from './list.ts';
import type { PayoutOutcome } from './outcome.ts';
import { assertBound, prepare } from './prepare.ts';
import {
  type AnyPayoutProvider,
  type CallOptions,
  type CallWith,
  type Decision,
  type ListPayoutsQuery,
  OPTIONAL_OPERATIONS,
  type OptionalOperation,
  type OptionBags,
  REQUIRED_OPERATIONS,
  type ReversePayout,
  type UpdatePayout,
  unsupported,
} from './provider.ts';
import { runtimeWith } from './runtime.ts';
import { DEFAULT_MAX_ANSWER_BYTES, DEFAULT_RESENDS, DEFAULT_TIMEOUT_MS } from './settings.ts';
import { type Submission, parseSubmission } from './submission.ts';
import { quietly } from './telemetry.ts';
import { isPlainObject, kindOf } from './validation.ts';

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
    ...createOperations(engine, spec),
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
  engines.set(provider, { engine, create: (input, call, route) => createKept(engine, spec, input, call, route) });
  return provider as unknown as P; // The spec's type has agreed with P member by member.
}

// ---- What a registry needs of a provider -----------------------------------------------------------------------------

/** A provider from the inside, for the registry that routes between several. */
export interface Inside {
  readonly engine: Engine;
  readonly create: (input: unknown, call: CallOptions | undefined, route: Route) => Promise<PayoutOutcome>;
}

const engines = new WeakMap<object, Inside>();

/** The inside of a provider that {@link definePayoutProvider} made; `null` for any other object. */
export function insideOf(provider: object): Inside | null {
  return engines.get(provider) ?? null;
}

// ---- Assembly --------------------------------------------------------------------------------------------------------

function engineFor<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>): Engine {
  const { settings, capabilities } = spec;
  const name = settings.name ?? spec.id;
  const runtime = runtimeWith(settings.runtime);
  const telemetry = quietly(settings.onTelemetry);
  const memory = processMemory(settings.runtime);
  const { connection, requestIdHeader } = spec;
  const maxAnswerBytes = settings.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES;
  const engine: Engine = {
    id: spec.id,
    label: spec.label,
    name,
    namespace: settings.namespace ?? '',
    account: spec.account,
    source: spec.source,
    live: spec.live,
    money: spec.money,
    amountInAnswer: spec.amountInAnswer,
    correlation: spec.correlation,
    keptForMs: capabilities.key.keptForMs,
    storesRefusals: capabilities.key.storesRefusals,
    listLimit: capabilities.listLimit,
    listFloor: capabilities.listFloor,
    headers: connection.headers,
    timeoutMs: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    resends: settings.resends ?? DEFAULT_RESENDS,
    requestIdHeader,
    runtime,
    telemetry,
    process: memory,
    store: settings.submissions ?? memory.submissions,
    send: createSend({ provider: name, connection, runtime, telemetry, maxAnswerBytes, fetch: settings.fetch, requestIdHeader }),
    tokenOf: spec.tokenOf,
    refusal: spec.refusal,
    isReplay: spec.isReplay,
    mayResend: spec.mayResend ?? (() => undefined),
    connect: (headers, onAnswer) => createClient(engine, headers, onAnswer),
    operationsFor: (headers, scope, onAnswer) =>
      spec.operations(createClient(engine, headers, onAnswer), scope) as unknown as ErasedOperations,
  };
  return engine;
}

function createOperations<P extends AnyPayoutProvider>(engine: Engine, spec: PayoutProviderSpec<P>) {
  const told = async (operation: 'create' | 'submit' | 'lookup' | 'settle', work: () => Promise<PayoutOutcome>): Promise<PayoutOutcome> => {
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
  };
  return {
    prepare: (request: unknown) => prepare(engine, spec, request),
    createPayout: (request: unknown, call?: CallOptions) => told('create', () => createKept(engine, spec, request, call)),
    submit: (submission: Submission, call?: CallOptions) => told('submit', async () => submitKept(engine, boundTo(engine, submission), call)),
    lookup: (submission: Submission, call?: CallOptions) => told('lookup', async () => lookupKept(engine, checked(submission), call)),
    settle: (submission: Submission, decision: Decision) =>
      told('settle', async () => settleKept(engine, checked(submission), checkedDecision(engine, decision))),
  };
}

/** The same object where it is one (its identity is what freshness is remembered by), refused where it is something else. */
function checked(submission: Submission): Submission {
  parseSubmission(submission);
  return submission;
}

/** Before the store may keep it: one that is bound elsewhere would take its reference here. @throws {PayoutError} `invalid_request` */
function boundTo(engine: Engine, submission: Submission): Submission {
  assertBound(engine, checked(submission));
  return submission;
}

function checkedDecision(engine: Engine, decision: unknown): Decision {
  if (isPlainObject(decision)) {
    if (decision['absent'] === true && decision['payoutId'] === undefined) return { absent: true };
    if (typeof decision['payoutId'] === 'string' && decision['payoutId'] !== '' && decision['absent'] === undefined)
      return { payoutId: decision['payoutId'] };
  }
  throw errorOfIssues('invalid_request', [{ path: 'decision', message: 'must be { payoutId } or { absent: true }' }], {
    provider: engine.name,
  });
}

function readOperations<P extends AnyPayoutProvider>(engine: Engine, spec: PayoutProviderSpec<P>, adapter: ErasedOperations) {
  const query = (given: ListPayoutsQuery<string, object> | undefined): ListPayoutsQuery<string, object> => {
    const asked = given ?? {};
    checkQuery(engine, asked, isPlainObject(asked) ? bagProblems(engine.id, spec.options, 'list', asked['providerOptions']) : []);
    return asked;
  };
  return {
    retrieve: async (id: string, call: AnyCall = {}) => {
      const options = checkedCall(engine, spec, 'retrieve', id, call);
      return adapter.retrieve(id, options as never, call);
    },
    list: async (given?: ListPayoutsQuery<string, object>, call: CallOptions = {}) => {
      const { providerOptions, ...asked } = query(given);
      return listPage(adapter, asked, bagOf(engine.id, providerOptions), call);
    },
    listAll: (given?: ListPayoutsQuery<string, object>, call: CallOptions = {}) => {
      const { providerOptions, ...asked } = query(given);
      return listEvery(engine, adapter, asked, bagOf(engine.id, providerOptions), call);
    },
    cancel: async (id: string, call: AnyCall = {}) => {
      const options = checkedCall(engine, spec, 'cancel', id, call);
      return cancelAndSee(engine, adapter, id, options, call);
    },
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
      const options = checkedCall(engine, spec, 'update', id, call, changeProblems(change));
      return updateAndSee(engine, adapter, id, change, options, call);
    },
    reverse: async (id: string, change: ReversePayout = {}, call: AnyCall = {}) => {
      const options = checkedCall(engine, spec, 'reverse', id, call, reversalProblems(change));
      return reverseAndSee(engine, adapter, id, change, options, call);
    },
    balances: async (call: AnyCall = {}) => {
      const options = checkedCall(engine, spec, 'balances', 'none', call);
      return adapter.balances?.(options as never, call);
    },
  };
  return Object.fromEntries(written.map((operation) => [operation, operations[operation]]));
}

// ---- Calls -----------------------------------------------------------------------------------------------------------

/** Checks the id and the option bag of a call; answers the provider's own bag. */
function checkedCall<P extends AnyPayoutProvider>(
  engine: Engine,
  spec: PayoutProviderSpec<P>,
  operation: keyof OptionBags,
  id: unknown,
  call: AnyCall,
  more: readonly PayoutIssue[] = [],
): object | undefined {
  const problems = [...idProblems(id), ...more, ...bagProblems(engine.id, spec.options, operation, call.providerOptions)];
  if (problems.length > 0) throw errorOfIssues('invalid_request', problems, { provider: engine.name, outcome: 'rejected' });
  return bagOf(engine.id, call.providerOptions);
}

/** An empty id would address the whole collection; dots would address its parent. */
function idProblems(id: unknown): PayoutIssue[] {
  if (typeof id !== 'string' || id === '')
    return [{ path: 'id', message: `must be the provider's id of a payout, not ${id === '' ? 'empty' : kindOf(id)}` }];
  if (!/^[\x21-\x7e]{1,500}$/.test(id) || id === '.' || id === '..') {
    return [{ path: 'id', message: "must be the provider's id of a payout: visible ASCII" }];
  }
  return [];
}

function changeProblems(change: unknown): PayoutIssue[] {
  const metadata = isPlainObject(change) ? change['metadata'] : undefined;
  if (!isPlainObject(change) || metadata === undefined)
    return [{ path: 'metadata', message: 'is missing: an object of strings (null removes a key), or null to remove all' }];
  const unknownKeys = Object.keys(change)
    .filter((key) => key !== 'metadata')
    .map((path) => ({ path, message: 'is not known here; only metadata can be changed' }));
  if (metadata === null) return unknownKeys;
  if (!isPlainObject(metadata))
    return [...unknownKeys, { path: 'metadata', message: `must be an object of strings, not ${kindOf(metadata)}` }];
  if (Object.keys(metadata).length === 0)
    return [...unknownKeys, { path: 'metadata', message: 'has no keys, so nothing would change; null removes all' }];
  return [...unknownKeys, ...keyProblems(metadata, true)];
}

function reversalProblems(change: unknown): PayoutIssue[] {
  if (!isPlainObject(change)) return [{ path: 'change', message: `must be an object, not ${kindOf(change)}` }];
  const { metadata, attempt, ...rest } = change;
  const issues = Object.keys(rest).map((path) => ({ path, message: 'is not known here; known are metadata, attempt' }));
  if (metadata !== undefined && !isPlainObject(metadata))
    issues.push({ path: 'metadata', message: `must be an object of strings, not ${kindOf(metadata)}` });
  if (isPlainObject(metadata)) issues.push(...keyProblems(metadata, false));
  if (attempt !== undefined && !(typeof attempt === 'number' && Number.isSafeInteger(attempt) && attempt >= 1)) {
    issues.push({ path: 'attempt', message: 'must be a whole number from 1' });
  }
  return issues;
}

function keyProblems(metadata: Record<string, unknown>, nullable: boolean): PayoutIssue[] {
  return Object.entries(metadata).flatMap(([key, value]) => {
    const path = `metadata.${key}`;
    if (key.toLowerCase().startsWith('disburse_')) return [{ path, message: 'keys that begin with disburse_ are taken by this library' }];
    if (typeof value === 'string' ? value.isWellFormed() : nullable && value === null) return [];
    return [{ path, message: `must be a string${nullable ? ' or null' : ''}, not ${kindOf(value)}` }];
  });
}
