// Attempts to deliver, whoever sends them: when, what goes wrong, and what follows.
import type { EventQueue } from '../event-queue.ts';
import type { VirtualClock } from '../clock.ts';
import { seededRandom } from '../random.ts';
import { createWebhookFaultScript, SMOOTH, type WebhookFaults, type WebhookPlan } from './faults.ts';
import { asReceived, type HeaderLine, type Send, type SignedBody, type WebhookRequest } from './receiver.ts';

/** One attempt to deliver an event, as its sender sees it. */
export interface WebhookDelivery {
  /** The id of the endpoint. */
  readonly endpoint: string;
  readonly eventId: string;
  readonly type: string;
  /** 1 is the first. A duplicate has the number of the attempt that it doubles. */
  readonly attempt: number;
  /** Virtual milliseconds. */
  readonly at: number;
  /** What the receiver answered; null where no answer arrived, or none yet. */
  readonly status: number | null;
  /** Why no answer arrived; null where one did, and while it is awaited. */
  readonly failure: string | null;
  /** What was sent, or would have been had it not been lost; null while its turn has not come. */
  readonly request: WebhookRequest | null;
}

/** How a provider delivers. */
export interface DeliveryRules {
  /** When each attempt is made, in milliseconds after the first one. */
  readonly attemptsMs: readonly number[];
  /** An answer that takes longer is none. */
  readonly answerWithinMs: number;
  /** An endpoint whose attempts have failed for so long, without one that succeeded, is blocked by the next that fails; null for never. */
  readonly blockAfterMs: number | null;
  readonly contentType: string;
  /** Whether signatures hold a time. */
  readonly signsTime: boolean;
}

/** An event on its way to one endpoint. */
export interface Message {
  readonly id: string;
  readonly type: string;
  /** The body, for this id; the same bytes at every attempt. */
  bodyOf(id: string): string;
}

/** An endpoint, as far as deliveries need to know it. */
export interface EndpointState {
  readonly id: string;
  readonly send: Send;
  /** The lines that prove that the body comes from the provider. */
  sign(body: string, secrets: readonly string[], atMs: number): readonly HeaderLine[];
  /** Newest first, each until some virtual time. */
  secrets: readonly { readonly value: string; readonly until: number }[];
  status: 'enabled' | 'blocked' | 'removed';
  /** When the first of the attempts failed that have been failing ever since. */
  failingSince: number | null;
  /** One delivery after the other, so that nothing depends on which socket is faster. */
  turn: Promise<unknown>;
  onDelivery: ((delivery: WebhookDelivery) => void) | undefined;
}

/** Delivers what one world tells. */
export interface WebhookSender {
  readonly faults: WebhookFaults;
  /** In the order in which they fell due. */
  readonly deliveries: readonly WebhookDelivery[];
  /** Delivers now, and again by the provider's schedule until it succeeds. */
  post(endpoint: EndpointState, message: Message): void;
  /** Delivers once and whatever happens: no fault, no second attempt. */
  once(endpoint: EndpointState, message: Message): Promise<Outcome>;
}

/** What came of an attempt. */
export type Outcome = Pick<WebhookDelivery, 'status' | 'failure'>;

/** What a sender works with. */
export interface WebhookSenderOptions {
  readonly clock: VirtualClock;
  readonly queue: EventQueue;
  readonly rules: DeliveryRules;
  readonly seed: number;
  /** The id of one more event. */
  readonly newId: () => string;
}

interface Job {
  readonly endpoint: EndpointState;
  readonly message: Message;
  readonly attempt: number;
  readonly firstAt: number | null;
  /** Null until it is due: what a test scripts meanwhile counts. */
  readonly plan: WebhookPlan | null;
  /** Whether what comes of it decides about the next attempt. */
  readonly retried: boolean;
}

type Entry = { -readonly [Name in keyof WebhookDelivery]: WebhookDelivery[Name] };

/** Creates the sender of one world. */
export function createWebhookSender({ clock, queue, rules, seed, newId }: WebhookSenderOptions): WebhookSender {
  const script = createWebhookFaultScript(rules.signsTime);
  const random = seededRandom(seed);
  const entries: Entry[] = [];

  const schedule = (job: Job, at: number): void => {
    queue.later(at, () => {
      due(job);
    });
    // Not at once: whatever caused the event ends first, as it does where a network lies between.
    if (at > clock.now()) return;
    queueMicrotask(() => {
      queue.settle();
    });
  };
  const due = (job: Job): void => {
    const { endpoint, message, attempt } = job;
    if (endpoint.status !== 'enabled') return;
    if (job.plan !== null) return begin(job, job.plan);
    const plan = script.take({ type: message.type, endpoint: endpoint.id, attempt });
    for (let copy = 0; copy <= plan.duplicates; copy += 1) {
      const retried = copy === 0;
      const twin = retried || !plan.newId ? message : { ...message, id: newId() };
      const planned: Job = { ...job, plan, retried, message: twin };
      const lateMs = plan.delayMs + (plan.reorderMs > 0 ? Math.floor(random() * plan.reorderMs) : 0);
      if (lateMs > 0) schedule(planned, clock.now() + lateMs);
      else begin(planned, plan);
    }
  };
  const begin = (job: Job, plan: WebhookPlan): void => {
    // A mistake of the simulator, or of a test's tamper function, is an unhandled rejection and not a lost event.
    job.endpoint.turn = deliver(job, plan);
  };
  const deliver = (job: Job, plan: WebhookPlan): Promise<Outcome> => {
    const { endpoint, message, attempt } = job;
    const { id: eventId, type } = message;
    const entry: Entry = { endpoint: endpoint.id, eventId, type, attempt, at: clock.now(), status: null, failure: null, request: null };
    entries.push(entry);
    // Time must not run while bytes are on their way.
    const arrived = clock.hold();
    return endpoint.turn.then(() => transmit(job, plan, entry)).finally(arrived);
  };
  const transmit = async (job: Job, plan: WebhookPlan, entry: Entry): Promise<Outcome> => {
    const { endpoint, message } = job;
    const at = clock.now();
    const signed = signedBody(endpoint, message, plan, at, rules.contentType);
    Object.assign(entry, { at, request: asReceived(signed) });
    const outcome = endpoint.status === 'removed' ? REMOVED : await outcomeOf(endpoint, signed, plan.lose);
    Object.assign(entry, outcome);
    endpoint.onDelivery?.({ ...entry });
    if (job.retried && plan.lose !== 'event' && outcome !== REMOVED) conclude({ ...job, firstAt: job.firstAt ?? at }, outcome);
    return outcome;
  };
  const outcomeOf = async (endpoint: EndpointState, signed: SignedBody, lose: WebhookPlan['lose']): Promise<Outcome> => {
    if (lose === 'event') return { status: null, failure: 'lost: never sent' };
    if (lose === 'attempt') return { status: null, failure: 'lost on the way' };
    const answer = await answerOf(endpoint, signed);
    return lose === 'answer' ? { status: null, failure: 'the answer was lost' } : answer;
  };
  const answerOf = async (endpoint: EndpointState, signed: SignedBody): Promise<Outcome> => {
    const controller = new AbortController();
    const { promise: tooLate, resolve } = Promise.withResolvers<Outcome>();
    const calledOff = queue.later(clock.now() + rules.answerWithinMs, () => {
      controller.abort();
      resolve({ status: null, failure: `no answer within ${rules.answerWithinMs / 1000} s` });
    });
    const answer = endpoint.send(signed, controller.signal).then(
      (status): Outcome => ({ status, failure: null }),
      (error: unknown): Outcome => ({ status: null, failure: error instanceof Error ? error.message : String(error) }),
    );
    return Promise.race([tooLate, answer]).finally(calledOff);
  };
  const conclude = (job: Job, outcome: Outcome): void => {
    const now = clock.now();
    const nextMs = rules.attemptsMs[job.attempt];
    if (note(job.endpoint, outcome, now, rules.blockAfterMs) || nextMs === undefined) return;
    schedule({ ...job, attempt: job.attempt + 1, plan: null }, Math.max(now, (job.firstAt ?? now) + nextMs));
  };

  return {
    faults: script.faults,
    deliveries: entries,
    post: (endpoint, message) => {
      schedule({ endpoint, message, attempt: 1, firstAt: null, plan: null, retried: true }, queue.now());
    },
    once: (endpoint, message) => {
      const sent = deliver({ endpoint, message, attempt: 1, firstAt: null, plan: SMOOTH, retried: false }, SMOOTH);
      endpoint.turn = sent;
      return sent;
    },
  };
}

function signedBody(endpoint: EndpointState, message: Message, plan: WebhookPlan, at: number, contentType: string): SignedBody {
  const body = message.bodyOf(message.id);
  const known = endpoint.secrets.filter(({ until }) => until > at).map(({ value }) => value);
  const secrets = plan.signer === 'stranger' ? [STRANGERS_SECRET] : known;
  const proof = plan.signer === 'nobody' ? [] : endpoint.sign(body, secrets, at - plan.signedAgoMs);
  return { lines: [['content-type', contentType], ...proof], body: plan.tampers.reduce((text, tamper) => tamper(text), body) };
}

/** Remembers what came of an attempt. Returns whether the provider takes it for delivered. */
function note(endpoint: EndpointState, { status }: Outcome, now: number, blockAfterMs: number | null): boolean {
  if (status !== null && status >= 200 && status < 300) {
    endpoint.failingSince = null;
    return true;
  }
  endpoint.failingSince ??= now;
  const failsTooLong = blockAfterMs !== null && now - endpoint.failingSince >= blockAfterMs;
  if (failsTooLong && endpoint.status === 'enabled') endpoint.status = 'blocked';
  return false;
}

const REMOVED: Outcome = { status: null, failure: 'the endpoint was removed' };
const STRANGERS_SECRET = 'whsec_of_somebody_who_does_not_know_it';
