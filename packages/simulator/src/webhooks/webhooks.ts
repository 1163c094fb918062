import type { EventQueue } from '../event-queue.ts';
import type { VirtualClock } from '../clock.ts';
import type { EventLog } from '../events.ts';
import { seededIds, type Ids } from '../random.ts';
import {
  createWebhookSender,
  type WebhookSender,
  type DeliveryRules,
  type EndpointState,
  type Message,
  type WebhookDelivery,
} from './sender.ts';
import type { WebhookFaults } from './faults.ts';
import { sendTo, type HeaderLine, type WebhookTarget } from './receiver.ts';

/** What every endpoint may be told, besides where it is. */
export interface WebhookOptions {
  /** What its deliveries are signed with. */
  readonly secret?: string | undefined;
  /** The types of events that it gets. Default all. */
  readonly events?: readonly string[] | undefined;
  /** Hears of every attempt at it, once there is an answer or there will be none. */
  readonly onDelivery?: ((delivery: WebhookDelivery) => void) | undefined;
}

/** A webhook endpoint. */
export interface WebhookEndpoint {
  readonly id: string;
  /** The secret that it began with. Nothing tells it again. */
  readonly secret: string;
  readonly status: 'enabled' | 'blocked' | 'removed';
  /**
   * Gives it a new secret; for a while the old one signs, too.
   *
   * @returns The new secret.
   */
  readonly rotate: (options?: RotateOptions) => string;
  /** Nothing goes there any more, not even what is waiting for another attempt. */
  remove(): void;
}

/** Options of {@link WebhookEndpoint.rotate}. */
export interface RotateOptions {
  /** Default a new one. */
  readonly secret?: string | undefined;
  /** For how long the old secret signs as well, in milliseconds. Default 24 hours. */
  readonly keepOldMs?: number | undefined;
}

/** The webhooks of one world. They need Node. */
export interface Webhooks<Options, Endpoint = WebhookEndpoint> {
  /**
   * Adds an endpoint: events that happen from now on are delivered to it.
   *
   * @throws {TypeError} for an address that is not `http` on the loopback, and for an empty secret.
   */
  add(options: WebhookTarget & Options): Promise<Endpoint>;
  /** Every attempt, in the order in which they fell due. */
  readonly deliveries: readonly WebhookDelivery[];
  /** What goes wrong with attempts. */
  readonly faults: WebhookFaults;
  /** Resolves once everything that is due now has been delivered. Not to be awaited by a receiver: that waits for itself. */
  settle(): Promise<void>;
}

/** What is signed, and with what. */
export interface Signing<Options> {
  readonly body: string;
  /** Newest first. */
  readonly secrets: readonly string[];
  readonly atMs: number;
  readonly options: Options;
  readonly hmac: (secret: string, message: string) => string;
}

/** How one provider does webhooks. */
export interface WebhookProvider<Event, Options extends WebhookOptions, Endpoint extends WebhookEndpoint> {
  readonly rules: DeliveryRules;
  readonly endpointPrefix: string;
  readonly eventPrefix: string;
  /** Characters of an id after its prefix. */
  readonly idLength?: number | undefined;
  /** The secret of an endpoint whose options name none; where this is missing it gets a new one. */
  readonly defaultSecret?: string | undefined;
  newSecret(ids: Ids): string;
  sign(signing: Signing<Options>): readonly HeaderLine[];
  /** The event as an endpoint with these options gets it; null where it gets none of the kind. */
  messageOf(event: Event, options: Options, endpoints: number): Message | null;
  /** The endpoint as it is handed out. Where the provider looks at the receiver first, a rejection keeps it out. */
  handOut(endpoint: WebhookEndpoint, given: NewEndpoint<Options>): Promise<Endpoint>;
}

/** What a provider may do with a new endpoint. */
export interface NewEndpoint<Options> {
  readonly state: EndpointState;
  readonly options: Options;
  /** The options of those that are enabled. */
  readonly others: readonly Options[];
  readonly sender: WebhookSender;
  readonly ids: Ids;
  /** Virtual milliseconds. */
  readonly now: () => number;
}

/** The world whose events are delivered. */
export interface WebhookWorld<Event> {
  readonly clock: VirtualClock;
  readonly queue: EventQueue;
  readonly events: EventLog<Event>;
}

const DAY_MS = 24 * 3_600_000;

/** Creates the webhooks of one world. */
export function createWebhooks<Event, Options extends WebhookOptions, Endpoint extends WebhookEndpoint>(
  { clock, queue, events }: WebhookWorld<Event>,
  provider: WebhookProvider<Event, Options, Endpoint>,
  seed: number,
): Webhooks<Options, Endpoint> {
  // Ids of its own: a world has the same ids with webhooks and without.
  const ids = seededIds(seed + 0x5eed, provider.idLength);
  const sender = createWebhookSender({ clock, queue, seed, rules: provider.rules, newId: () => ids(provider.eventPrefix) });
  const endpoints = new Map<EndpointState, Options>();
  const enabled = (): (readonly [EndpointState, Options])[] => [...endpoints].filter(([{ status }]) => status === 'enabled');

  events.onEvent((event) => {
    const listening = enabled();
    for (const [endpoint, options] of listening) {
      const message = provider.messageOf(event, options, listening.length);
      if (message !== null && (options.events ?? [message.type]).includes(message.type)) sender.post(endpoint, message);
    }
  });
  // Otherwise a delivery of midnight would be made, and signed, at the end of a move of three days.
  clock.stopAt(() => (endpoints.size > 0 ? queue.next() : undefined));

  return {
    add: async (given) => {
      const { hmacSha256: hmac, post } = await import('./post.node.ts');
      const secret = checkedSecret(given.secret ?? provider.defaultSecret ?? provider.newSecret(ids));
      const state: EndpointState = {
        id: ids(provider.endpointPrefix),
        send: sendTo(given, post),
        sign: (body, secrets, atMs) => provider.sign({ body, secrets, atMs, options: given, hmac }),
        secrets: [{ value: secret, until: Number.POSITIVE_INFINITY }],
        status: 'enabled',
        failingSince: null,
        turn: Promise.resolve(),
        onDelivery: undefined,
      };
      const basic: WebhookEndpoint = {
        id: state.id,
        secret,
        get status() {
          return state.status;
        },
        rotate: ({ secret: next, keepOldMs = DAY_MS } = {}) => {
          const value = checkedSecret(next ?? provider.newSecret(ids));
          rotate(state, value, clock.now(), keepOldMs);
          return value;
        },
        remove: () => {
          state.status = 'removed';
          endpoints.delete(state);
        },
      };
      const others = enabled().map(([, options]) => options);
      const now = (): number => clock.now();
      const endpoint = await provider.handOut(basic, { state, options: given, others, sender, ids, now });
      endpoints.set(state, given);
      state.onDelivery = given.onDelivery; // Only now: what a provider asks before it takes an endpoint, its add() answers.
      return endpoint;
    },
    get deliveries() {
      queue.settle();
      return sender.deliveries.map((delivery) => ({ ...delivery }));
    },
    faults: sender.faults,
    settle: () => clock.advance(0),
  };
}

/** Anybody can sign with an empty secret. */
function checkedSecret(secret: string): string {
  if (secret === '') throw new TypeError('The secret of a webhook endpoint is empty.');
  return secret;
}

/** A secret that is on its way out already does not stay longer because of this. */
function rotate(state: EndpointState, value: string, now: number, keepOldMs: number): void {
  const old = state.secrets.map((secret) => ({ value: secret.value, until: Math.min(secret.until, now + keepOldMs) }));
  state.secrets = [{ value, until: Number.POSITIVE_INFINITY }, ...old.filter(({ until }) => until > now)];
}
