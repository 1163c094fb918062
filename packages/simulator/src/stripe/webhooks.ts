// https://docs.stripe.com/webhooks (contract section 11): what all of Stripe's APIs share
import type { DeliveryRules } from '../webhooks/sender.ts';
import type { HeaderLine } from '../webhooks/receiver.ts';
import type { Signing, WebhookEndpoint, WebhookOptions, WebhookProvider } from '../webhooks/webhooks.ts';

/** What an endpoint of Stripe may be told. */
export interface StripeEndpointOptions extends WebhookOptions {
  /** Sets `api_version` and nothing else. Default `2026-10-28.endive`. The `Stripe-Version` of requests has no say in it. */
  readonly apiVersion?: string | undefined;
  /** Also send a signature of the scheme `v0`, which proves nothing. Default false. */
  readonly v0?: boolean | undefined;
}

/** A change of an object that Stripe tells of. */
export interface StripeChange {
  readonly id: string;
  readonly type: string;
  readonly account: string | null;
  readonly created: number;
  readonly livemode: boolean;
  readonly payout: { readonly id: string };
  readonly previous: object | null;
  readonly request: { readonly id: string; readonly idempotencyKey: string | null } | null;
}

const DEFAULT_API_VERSION = '2026-10-28.endive';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

// https://docs.stripe.com/webhooks#automatic-retries: up to three days live, three times over a few hours in a sandbox. When exactly is
// not documented; these times are the simulator's.
const TEST_ATTEMPTS_MS: readonly number[] = [0, 5 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS];
const LIVE_ATTEMPTS_MS: readonly number[] = [
  0,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  ...[2, 5, 10, 22, 34, 46, 58, 70].map((hours) => hours * HOUR_MS),
];

function rulesOf(livemode: boolean): DeliveryRules {
  return {
    attemptsMs: livemode ? LIVE_ATTEMPTS_MS : TEST_ATTEMPTS_MS,
    // Not documented, and the simulator's own: Stripe only asks for a quick answer.
    answerWithinMs: 20_000,
    blockAfterMs: null,
    contentType: 'application/json; charset=utf-8',
    signsTime: true,
  };
}

/** How Stripe does webhooks, apart from what they say. */
export function stripeWebhookProvider<Change extends StripeChange, Options extends StripeEndpointOptions>(
  livemode: boolean,
  defaultSecret: string,
  messageOf: StripeWebhookProvider<Change, Options>['messageOf'],
): StripeWebhookProvider<Change, Options> {
  return {
    rules: rulesOf(livemode),
    endpointPrefix: 'we_',
    eventPrefix: 'evt_',
    defaultSecret,
    newSecret: (ids) => ids('whsec_'),
    sign,
    messageOf,
    handOut: (endpoint) => Promise.resolve(endpoint),
  };
}

type StripeWebhookProvider<Change, Options extends StripeEndpointOptions> = WebhookProvider<Change, Options, WebhookEndpoint>;

// https://docs.stripe.com/webhooks#verify-manually. The secret counts as it stands, with its prefix.
function sign({ body, secrets, atMs, options, hmac }: Signing<StripeEndpointOptions>): readonly HeaderLine[] {
  const t = Math.floor(atMs / 1000);
  const signatures = secrets.map((secret) => `v1=${hmac(secret, `${t}.${body}`)}`);
  const noise = options.v0 === true ? [`v0=${hmac('v0', `${t}.${body}`)}`] : [];
  return [['stripe-signature', [`t=${t}`, ...signatures, ...noise].join()]];
}

/** The body of a snapshot event, as Stripe writes it: over several lines. */
export function snapshotOf(change: StripeChange, id: string, { apiVersion }: StripeEndpointOptions, endpoints: number): string {
  const { account, request, previous } = change;
  const event = {
    id,
    object: 'event',
    ...(account === null ? {} : { account }),
    api_version: apiVersion ?? DEFAULT_API_VERSION,
    created: change.created,
    data: { object: change.payout, ...(previous === null ? {} : { previous_attributes: previous }) },
    livemode: change.livemode,
    pending_webhooks: endpoints,
    request: { id: request?.id ?? null, idempotency_key: request?.idempotencyKey ?? null },
    type: change.type,
  };
  return JSON.stringify(event, null, 2);
}

/** The body of a thin event: which object changed, and nothing of what it became. */
export function thinOf(change: StripeChange, id: string): string {
  const { account, request, payout } = change;
  const event = {
    id,
    object: 'v2.core.event',
    type: `v1.${change.type}`,
    created: new Date(change.created * 1000).toISOString(),
    livemode: change.livemode,
    ...(account === null ? {} : { context: account }),
    reason: request === null ? null : { type: 'request', request: { id: request.id, idempotency_key: request.idempotencyKey } },
    related_object: { id: payout.id, type: 'payout', url: `/v1/payouts/${payout.id}` },
  };
  return JSON.stringify(event);
}
