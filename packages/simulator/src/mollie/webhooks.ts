// https://docs.mollie.com/reference/webhooks-new, /payouts-api-webhooks (contract section 14): subscriptions, bodies, signature, schedule
import { seededIds } from '../random.ts';
import type { DeliveryRules, Message } from '../webhooks/sender.ts';
import type { HeaderLine } from '../webhooks/receiver.ts';
import {
  createWebhooks,
  type NewEndpoint,
  type Signing,
  type WebhookEndpoint,
  type WebhookOptions,
  type Webhooks,
} from '../webhooks/webhooks.ts';
import { eventTimestamp } from './calendar.ts';
import type { MollieMode } from './objects.ts';
import { linksOf } from './payouts.ts';
import type { MollieEventRecord, MollieEventType, MollieState } from './state.ts';

/** What a subscription may be told. */
export interface MollieWebhookOptions extends WebhookOptions {
  /** Default `test`. */
  readonly mode?: MollieMode | undefined;
  /** `full`, the default, embeds the payout; `simple` only names it; `bare` is the payout itself, as one page of the documentation shows. */
  readonly shape?: 'full' | 'simple' | 'bare' | undefined;
  readonly events?: readonly MollieEventType[] | undefined;
}

/** A subscription. */
export interface MollieWebhookEndpoint extends WebhookEndpoint {
  /** Sends a `hook.ping` and answers the status that came back; null where none did. */
  ping(): Promise<number | null>;
  /** Re-activates it after it was blocked, as somebody does in the dashboard. What happened meanwhile is not sent. */
  enable(): void;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const RULES: DeliveryRules = {
  // https://docs.mollie.com/reference/webhooks#retry-schedule: ten attempts
  attemptsMs: [0, 1, 3, 7, 15, 31, 60, 120, 240, 26 * 60].map((minutes) => minutes * MINUTE_MS),
  answerWithinMs: 15_000,
  blockAfterMs: 24 * HOUR_MS,
  contentType: 'application/json',
  signsTime: false,
};
const MOST_ACTIVE: Readonly<Record<MollieMode, number>> = { test: 2, live: 3 };

/** Creates the webhooks of an organization. */
export function mollieWebhooks(state: MollieState, seed: number): Webhooks<MollieWebhookOptions, MollieWebhookEndpoint> {
  const secretIds = seededIds(seed + 0x5ec, 32);
  return createWebhooks(
    state,
    {
      rules: RULES,
      endpointPrefix: 'hook_',
      eventPrefix: 'event_',
      idLength: 21,
      newSecret: () => secretIds(''),
      sign,
      messageOf: (event, options) => messageOf(state, event, options),
      handOut,
    },
    seed,
  );
}

/** One line a secret, over the bytes of the body alone: nothing says when it was signed. */
function sign({ body, secrets, hmac }: Signing<MollieWebhookOptions>): readonly HeaderLine[] {
  return secrets.map((secret) => ['x-mollie-signature', `sha256=${hmac(secret, body)}`] as const);
}

function messageOf(state: MollieState, event: MollieEventRecord, { mode = 'test', shape = 'full' }: MollieWebhookOptions): Message | null {
  if (event.mode !== mode) return null;
  const entity = { ...event.payout, ...linksOf(state, API, event.payout) };
  return {
    id: event.id,
    type: event.type,
    bodyOf: (id) => JSON.stringify(shape === 'bare' ? entity : envelope(event, id, shape === 'full' ? { entity } : null)),
  };
}

const API = 'https://api.mollie.com';

function envelope({ type, entityId, createdAt }: MollieEventRecord, id: string, embedded: object | null): object {
  return {
    resource: 'event',
    id,
    type,
    entityId,
    createdAt,
    ...(embedded === null ? {} : { _embedded: embedded }),
    _links: {
      self: { href: `${API}/v2/events/${id}`, type: 'application/hal+json' },
      documentation: { href: 'https://docs.mollie.com/reference/webhooks-new', type: 'text/html' },
      // Relative, as in the documented sample.
      entity: { href: `/v2/payouts/${entityId}`, type: 'application/hal+json' },
    },
  };
}

/** The receiver must answer 200 before the subscription exists, and so before anybody can know its secret. */
async function handOut(endpoint: WebhookEndpoint, given: NewEndpoint<MollieWebhookOptions>): Promise<MollieWebhookEndpoint> {
  const { state, options, others } = given;
  const { mode = 'test' } = options;
  if (others.filter((other) => (other.mode ?? 'test') === mode).length >= MOST_ACTIVE[mode]) {
    throw new Error(`Refused with 422: ${mode} mode has ${MOST_ACTIVE[mode]} active subscriptions already.`);
  }
  const ping = async (): Promise<number | null> => (await given.sender.once(state, pingMessage(given))).status;
  const status = await ping();
  if (status !== 200) throw new Error(`Refused with 422: Failed to ping the webhook subscription. It answered ${status ?? 'nothing'}.`);
  return Object.assign(endpoint, {
    ping,
    enable: () => {
      if (state.status !== 'blocked') return;
      state.status = 'enabled';
      state.failingSince = null;
    },
  });
}

/** Its type is known from receivers that answer it; its other members are the simulator's. */
function pingMessage({ ids, now }: NewEndpoint<MollieWebhookOptions>): Message {
  const createdAt = eventTimestamp(now());
  const type = 'hook.ping';
  return { id: ids('event_'), type, bodyOf: (id) => JSON.stringify({ resource: 'event', id, type, createdAt }) };
}
