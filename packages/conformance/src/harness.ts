import {
  type AnyPayoutProvider,
  type CallOptions,
  type Capabilities,
  isPayoutError,
  memorySubmissions,
  type Payout,
  type PayoutError,
  type PayoutOperations,
  type PayoutOutcome,
  type PayoutPage,
  type PayoutStatus,
  type Runtime,
  type Submission,
  type SubmissionStore,
  type TelemetryEvent,
} from '@disburse/core';
import type { OptionalOperation } from '@disburse/core/adapter';
import { must, the } from './must.ts';
import { answer, createFaultProxy, type About, type Fault, type FaultProxy, type SentRequest, type Side } from './fault-proxy.ts';
import { createRuntime } from './time.ts';
import type { ConformanceWorld, OpenWorld, ScriptedAnswer } from './world.ts';

/** How long a call may take in the suite, resends and all: longer than any pause. */
export const TIMEOUT_MS = 60_000;

/** One check's world, the fault proxy in front of it, and providers that pay through it. */
export interface Harness {
  readonly subject: ConformanceWorld;
  readonly world: OpenWorld;
  readonly proxy: FaultProxy;
  readonly runtime: Runtime;
  readonly telemetry: readonly TelemetryEvent[];
  /** With the lists that it may lack: a check that uses them asks {@link hasList} first. */
  readonly provider: Listing;
  readonly capabilities: Capabilities;
  /** A provider with other settings; of the same process unless `runtime` is another. */
  readonly make: (more?: Readonly<Record<string, unknown>>) => Listing;
  /** The same provider in a process that remembers nothing, with an empty store unless one is given. */
  readonly elsewhere: (more?: Readonly<Record<string, unknown>>) => Listing;
  /** The request of a create. */
  request(reference: string, more?: object): never;
  /** The first provider's `createPayout`. */
  create(reference: string, more?: object, call?: CallOptions): Promise<PayoutOutcome>;
  /** A create that nothing disturbs; fails the check unless it is accepted. */
  accepted(reference: string, more?: object): Promise<Payout>;
  /** Several, one after the other, each resolved in its bank before the next, newest last. */
  several(count: number): Promise<readonly Payout[]>;
  /** Moves a payout. */
  move(id: string, to: PayoutStatus): Promise<void>;
  advance(ms: number): Promise<void>;
  /** Requests that create payouts. */
  readonly creates: readonly SentRequest[];
  readonly isCreate: About;
  /** Another answer than the provider's own. */
  answers(side: Side, given: ScriptedAnswer): Fault;
  /** What the credential and the request hold that nobody may read in an error. */
  readonly secrets: readonly string[];
}

/** A provider whose lists may be asked for; where it has none, core refuses. */
export type Listing = AnyPayoutProvider & Pick<PayoutOperations<string, object, never>, 'list' | 'listAll'>;

/**
 * A store that outlives its process, as an application's own does: what it says was refused is proven to whoever comes later.
 *
 * Where a provider cannot list, a next attempt needs one. A store in memory knows one process alone.
 */
export const durableStore = (): SubmissionStore => ({ ...memorySubmissions() });

/** Whether the provider can list. */
export const hasList = ({ capabilities }: Harness): boolean => capabilities.operations.includes('list');

/** Opens a world and puts a provider in front of it. */
export async function openHarness(subject: ConformanceWorld): Promise<Harness> {
  const world = await subject.open();
  const proxy = createFaultProxy(world.fetch, () => world.clock.now());
  const runtime = createRuntime(world.clock, proxy);
  const telemetry: TelemetryEvent[] = [];
  const make = (more: Readonly<Record<string, unknown>> = {}): Listing =>
    subject.factory({
      ...world.settings,
      fetch: proxy.fetch,
      runtime,
      submissions: memorySubmissions(),
      timeoutMs: TIMEOUT_MS,
      onTelemetry: (event: TelemetryEvent) => void telemetry.push(event),
      ...more,
    } as never) as Listing;
  const provider = make();
  const request = (reference: string, more: object = {}): never => ({ ...world.request, reference, ...more }) as never;
  const probe = await provider.prepare(request('probe'));
  const isCreate: About = ({ method, path }) => method === probe.request.method && path === probe.request.path;
  const create = (reference: string, more: object = {}, call?: CallOptions): Promise<PayoutOutcome> =>
    provider.createPayout(request(reference, more), call);
  const accepted = async (reference: string, more: object = {}): Promise<Payout> => acceptedOf(await create(reference, more)).payout;
  const advance = async (ms: number): Promise<void> => world.clock.advance(ms);
  const move = async (id: string, to: PayoutStatus): Promise<void> => world.move(id, to);
  return {
    subject,
    world,
    proxy,
    runtime,
    telemetry,
    provider,
    capabilities: provider.capabilities,
    make,
    elsewhere: (more) => make({ runtime: { ...runtime }, ...more }),
    request,
    create,
    accepted,
    several: (count) => severalOf(count, { accepted, move, advance }),
    move,
    advance,
    get creates() {
      return proxy.requests.filter(isCreate);
    },
    isCreate,
    answers: (side, given) => answer(side, given, () => world.clock.now()),
    secrets: [...secretsOf(subject, world.settings), ...(world.personal ?? [])],
  };
}

async function severalOf(
  count: number,
  { accepted, move, advance }: Pick<Harness, 'accepted' | 'move' | 'advance'>,
): Promise<readonly Payout[]> {
  const made: Payout[] = [];
  for (let index = 0; index < count; index += 1) {
    const payout = await accepted(`several-${index}`);
    await move(payout.id, 'paid');
    // Some in the same second: an order by time alone must not lose them.
    if (index % 3 !== 1) await advance(2_000);
    made.push(payout);
  }
  return made;
}

/** The values of the settings that the factory calls secrets. */
export function secretsOf({ factory }: ConformanceWorld, settings: Readonly<Record<string, unknown>>): readonly string[] {
  return factory.secrets.flatMap((name) => settings[name]).filter((value): value is string => typeof value === 'string' && value !== '');
}

// ---- Reading outcomes ------------------------------------------------------------------------------------------------

/** In one line, for a report. */
export function summaryOf(outcome: PayoutOutcome): string {
  if (outcome.outcome === 'accepted') return `accepted (${outcome.payout.id})`;
  const next = outcome.outcome === 'unknown' ? `next: ${outcome.next.action}` : `retry: ${outcome.retry}`;
  return `${outcome.outcome} (${outcome.error.code}, ${next})`;
}

export function acceptedOf(outcome: PayoutOutcome): Extract<PayoutOutcome, { outcome: 'accepted' }> {
  must(outcome.outcome === 'accepted', `expected accepted, the outcome is ${summaryOf(outcome)}${because(outcome)}`);
  return outcome;
}

export function rejectedOf(outcome: PayoutOutcome): Extract<PayoutOutcome, { outcome: 'rejected' }> {
  must(outcome.outcome === 'rejected', `expected rejected, the outcome is ${summaryOf(outcome)}${because(outcome)}`);
  return outcome;
}

export function unknownOf(outcome: PayoutOutcome): Extract<PayoutOutcome, { outcome: 'unknown' }> {
  must(outcome.outcome === 'unknown', `expected unknown, the outcome is ${summaryOf(outcome)}${because(outcome)}`);
  return outcome;
}

function because(outcome: PayoutOutcome): string {
  return outcome.outcome === 'accepted' ? '' : `: ${outcome.error.message}`;
}

export function submissionOf(outcome: PayoutOutcome): Submission {
  return the(outcome.submission, 'submission in the outcome');
}

/** So many payouts, no more and no fewer. */
export function exist(harness: Harness, count: number, when: string): void {
  const ids = harness.world.payouts().map(({ id }) => id);
  must(ids.length === count, `${ids.length} payouts exist ${when}, and not ${count} (${ids.join(', ')})`);
}

/** The error that a call throws. */
export async function errorOf(call: () => Promise<unknown>, of: string): Promise<PayoutError> {
  let value: unknown;
  try {
    value = await call();
  } catch (error) {
    must(
      isPayoutError(error),
      `${of} throws ${error instanceof Error ? `${error.name}: ${error.message}` : typeof error}, not a PayoutError`,
    );
    return error;
  }
  must(false, `${of} resolves to ${JSON.stringify(value)?.slice(0, 200) ?? 'nothing'} and does not throw`);
  throw new TypeError('unreachable');
}

/** An operation that the provider may lack; from JavaScript it is there all the same, and refuses. */
export function optional(provider: AnyPayoutProvider, operation: OptionalOperation): (...given: readonly unknown[]) => Promise<unknown> {
  const found: unknown = Reflect.get(provider, operation);
  must(
    typeof found === 'function',
    `${operation} is ${typeof found}: untyped code that calls it meets a TypeError, or ?.() skips it silently`,
  );
  return async (...given) => (found as (...given: readonly unknown[]) => Promise<unknown>).apply(provider, [...given]);
}

/** Every page, by hand. */
export async function pagesOf(provider: Listing, query: object, most = 50): Promise<readonly PayoutPage[]> {
  const pages: PayoutPage[] = [];
  let cursor: string | null = null;
  do {
    must(pages.length < most, `the list does not end within ${most} pages`);
    const page: PayoutPage = await provider.list({ ...query, ...(cursor === null ? {} : { cursor }) });
    pages.push(page);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
}

/** What an iteration yields; one that does not end fails the check. */
export async function everyOf(payouts: AsyncIterable<Payout>, most = 2_000): Promise<readonly Payout[]> {
  const all: Payout[] = [];
  for await (const payout of payouts) {
    all.push(payout);
    must(all.length <= most, `listAll does not end within ${most} payouts`);
  }
  return all;
}
