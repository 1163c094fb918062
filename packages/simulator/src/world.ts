import type { EventQueue } from './event-queue.ts';
import type { VirtualClock } from './clock.ts';
import type { Delivery, RecordedRequest, SimulatedAnswer, SimulatedRequest } from './exchange.ts';
import type { OpenExchange } from './open-exchange.ts';
import { answerOf, createFaultScript, gatewayAnswerOf, type AnswerFault, type Faults, type Moment, type Plan } from './faults.ts';

/** The rules of one provider, as far as a world needs to know them. */
export interface Provider {
  open(request: SimulatedRequest): OpenExchange;
  /** Headers that every answer carries, new ones each time. */
  headers(request: SimulatedRequest): Readonly<Record<string, string>>;
  expireKeys(): void;
  /** Whether the key keeps a scripted answer with this status, where the script does not say. */
  stores(status: number, at: Moment): boolean;
  /** Whether a spent key is replayed even while the provider limits the rate. */
  readonly keyBeforeRateLimit: boolean;
}

/** A simulated provider in virtual time, apart from how requests reach it. */
export interface World {
  readonly faults: Faults;
  readonly requests: readonly RecordedRequest[];
  readonly receive: (request: SimulatedRequest) => Promise<Delivery>;
}

/** Creates a world: the provider's rules, its queue, and the script of what goes wrong between it and its clients. */
export function createWorld(clock: VirtualClock, queue: EventQueue, provider: Provider): World {
  const script = createFaultScript();
  const requests: RecordedRequest[] = [];
  const receive = (request: SimulatedRequest): Promise<Delivery> => {
    queue.settle();
    requests.push({ ...request, at: clock.now() });
    return play(script.take(request), request, { clock, queue, provider });
  };
  return { faults: script.faults, requests, receive };
}

interface Stage {
  readonly clock: VirtualClock;
  readonly queue: EventQueue;
  readonly provider: Provider;
}

async function play(plan: Plan, request: SimulatedRequest, stage: Stage): Promise<Delivery> {
  const { queue, provider, clock } = stage;
  if (plan.expireKeys) provider.expireKeys();
  if (plan.late !== null) {
    queue.later(clock.now() + plan.late.lateMs, () => {
      answerTo(provider.open(request));
    });
    const { client } = plan.late;
    return typeof client === 'string' ? { kind: client } : { kind: 'answer', answer: answerOf(client, provider.headers(request)) };
  }
  if (plan.before !== null) return refuse(plan.before, plan, request, stage);
  const exchange = provider.open(request);
  const answer = await execute(exchange, plan.delayBeforeMs, stage);
  const delivery = deliver(answer, exchange, plan, request, provider);
  await clock.sleep(plan.delayAfterMs);
  return delivery;
}

function answerTo(exchange: OpenExchange): SimulatedAnswer {
  return exchange.settled ?? exchange.execute();
}

/** The execution belongs to the provider's time, not to the client's patience: it happens even when nobody waits any more. */
async function execute(exchange: OpenExchange, delayMs: number, { queue, clock }: Stage): Promise<SimulatedAnswer> {
  if (!(delayMs > 0)) return answerTo(exchange);
  let answer: SimulatedAnswer | null = null;
  queue.later(clock.now() + delayMs, () => {
    answer = answerTo(exchange);
  });
  await clock.sleep(delayMs);
  queue.settle();
  return answer ?? answerTo(exchange);
}

async function refuse(
  fault: NonNullable<Plan['before']>,
  plan: Plan,
  request: SimulatedRequest,
  { provider, clock }: Stage,
): Promise<Delivery> {
  await clock.sleep(plan.delayBeforeMs + plan.delayAfterMs);
  if ('reset' in fault) return { kind: 'reset' };
  if ('hang' in fault) return { kind: 'hang' };
  if ('gateway' in fault) return { kind: 'answer', answer: gatewayAnswerOf(fault, provider.headers(request)) };
  const answer = answerOf(fault.answer, provider.headers(request));
  const stored = isStored(fault, provider);
  const looksAtKey = stored || (fault.answer.status === 429 && provider.keyBeforeRateLimit);
  if (!looksAtKey) return { kind: 'answer', answer };
  const exchange = provider.open(request);
  if (exchange.settled !== null) return { kind: 'answer', answer: exchange.settled };
  if (stored) exchange.store(answer);
  else exchange.abandon();
  return { kind: 'answer', answer };
}

function deliver(answer: SimulatedAnswer, exchange: OpenExchange, plan: Plan, request: SimulatedRequest, provider: Provider): Delivery {
  const fault = plan.after;
  if (fault === null) return { kind: 'answer', answer: changed(answer, plan) };
  if ('reset' in fault) return { kind: 'reset' };
  if ('hang' in fault) return { kind: 'hang' };
  if ('truncate' in fault) return { kind: 'truncated', answer: changed(answer, plan), bytes: fault.truncate };
  if ('gateway' in fault) return { kind: 'answer', answer: changed(gatewayAnswerOf(fault, provider.headers(request)), plan) };
  const instead = answerOf(fault.answer, provider.headers(request));
  if (isStored(fault, provider)) exchange.store(instead);
  return { kind: 'answer', answer: changed(instead, plan) };
}

function isStored(fault: AnswerFault, provider: Provider): boolean {
  return fault.stored ?? provider.stores(fault.answer.status, fault.at);
}

function changed(given: SimulatedAnswer, plan: Plan): SimulatedAnswer {
  const answer = { ...given, headers: { ...given.headers, ...plan.headers } };
  if (plan.changes.length === 0) return answer;
  let json: unknown;
  try {
    json = JSON.parse(answer.body);
  } catch {
    return answer;
  }
  for (const change of plan.changes) json = change(json as Record<string, unknown>);
  return { ...answer, body: JSON.stringify(json) };
}
