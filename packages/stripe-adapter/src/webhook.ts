// https://docs.stripe.com/webhooks (signatures) and https://docs.stripe.com/api/events/object (read 2026-11-20)
import {
  type AdapterEvent,
  type AdapterWebhooks,
  bodyBehind,
  type Payout,
  type SignatureClaim,
  signatureOfHex,
  type WebhookReading,
} from '@disburse/core';
import * as v from 'valibot';
import { isoTime } from './read-payout.ts';
import { IdOf, lenient, UnixSeconds } from './wire.ts';

// ---- Signature -------------------------------------------------------------------------------------------------------

/** Where Stripe writes `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`. */
const SIGNATURE_HEADER = 'stripe-signature';

/**
 * What a header claims; several `v1` while a secret is being rolled, `v0` and what is unknown count for nothing.
 *
 * Two times in one header are refused: it would be open which of them was signed.
 */
function claimOf(header: string, body: Uint8Array): SignatureClaim | null {
  const entries = header.split(',').map((part) => part.trim());
  const valuesOf = (key: string): string[] =>
    entries.filter((part) => part.startsWith(`${key}=`)).map((part) => part.slice(key.length + 1));
  const [seconds, ...others] = new Set(valuesOf('t'));
  if (seconds === undefined || others.length > 0 || !/^(0|[1-9]\d{0,11})$/.test(seconds)) return null;
  const signatures = valuesOf('v1')
    .filter((hex) => hex === hex.toLowerCase()) // As Stripe writes it.
    .map(signatureOfHex)
    .filter((signature) => signature !== null);
  return { signed: bodyBehind(`${seconds}.`, body), signatures, signedAt: Number(seconds) * 1000 };
}

// ---- Events ----------------------------------------------------------------------------------------------------------

/** Which of Stripe's events are about what an adapter pays. */
export interface StripeEvents {
  /** What `data.object.object` says. */
  readonly object: string;
  readonly types: readonly string[];
  /** Types of thin events, which carry no object. */
  readonly thinTypes: readonly string[];
  /** @throws {PayoutError} for an object that cannot be read. */
  readonly toPayout: (raw: unknown) => Payout;
}

// https://docs.stripe.com/api/events/types#event_types-payout.canceled and its siblings. There is no payout.in_transit.
export const PAYOUT_TYPES: readonly string[] = [
  'payout.created',
  'payout.updated', // Also the step to in_transit. It repeats legitimately.
  'payout.paid',
  'payout.failed',
  'payout.canceled',
  'payout.reconciliation_completed',
];

/** https://docs.stripe.com/api/v2/core/events/event-types: the same six. */
export const THIN_PAYOUT_TYPES: readonly string[] = PAYOUT_TYPES.map((type) => `v1.${type}`);

const Request = v.object({ idempotency_key: lenient(v.string()) });
const Text = v.pipe(v.string(), v.minLength(1));

/** https://docs.stripe.com/api/events/object */
const SnapshotShape = v.object({
  id: Text,
  type: Text,
  livemode: v.boolean(),
  created: lenient(UnixSeconds),
  account: lenient(v.string()),
  request: lenient(Request),
  data: v.object({ object: v.object({ object: v.string(), id: IdOf }) }),
});

/** https://docs.stripe.com/api/v2/core/events/object */
const ThinShape = v.object({
  id: Text,
  type: Text,
  livemode: v.boolean(),
  created: lenient(v.string()),
  context: lenient(v.string()),
  reason: lenient(v.object({ request: lenient(Request) })),
  related_object: v.object({ id: Text }),
});

/** Webhooks of one of Stripe's products. */
export function stripeWebhooks(secrets: readonly string[] | undefined, events: StripeEvents): AdapterWebhooks {
  return { secrets, signatureHeader: SIGNATURE_HEADER, claim: claimOf, read: (body) => readEvent(body, events) };
}

const Kind = v.object({ object: v.string(), type: v.string() });

function readEvent(body: unknown, events: StripeEvents): WebhookReading {
  const kind = v.safeParse(Kind, body);
  if (!kind.success) return ignored('webhook_unreadable', 'a verified delivery that is no event was ignored.');
  const { object, type } = kind.output;
  const thin = object === 'v2.core.event';
  if (!thin && object !== 'event') return ignored('webhook_unknown', `a verified delivery of ${word(object)} was ignored.`);
  if (!(thin ? events.thinTypes : events.types).includes(type)) {
    return ignored('webhook_unknown', `an event of type ${word(type)} is no event of a payout and was ignored.`);
  }
  return thin ? readThin(body, type) : readSnapshot(body, type, events);
}

function readSnapshot(body: unknown, type: string, events: StripeEvents): WebhookReading {
  const read = v.safeParse(SnapshotShape, body);
  if (!read.success) return incomplete(type);
  const { id, livemode: live, created, account, request, data } = read.output;
  if (data.object.object !== events.object) {
    return ignored('webhook_foreign', `an event of type ${type} is about ${word(data.object.object)} and was ignored.`);
  }
  const occurredAt = created === null ? null : isoTime(created);
  const facts = { id, type, payoutId: data.object.id, occurredAt, live, account, idempotencyKey: request?.idempotency_key ?? null };
  try {
    // As it was sent: the schema's copy lacks what it does not list.
    return told({ ...facts, payout: events.toPayout((body as { data: { object: unknown } }).data.object) });
  } catch {
    const message = `the object of an event of type ${type} could not be read; retrieve the payout.`;
    return { events: [{ ...facts, payout: null }], diagnostics: [{ code: 'webhook_payout_unreadable', message }] };
  }
}

/** Its `account` is the context, where that is one account's; what else a context can be names no account. */
function readThin(body: unknown, type: string): WebhookReading {
  const read = v.safeParse(ThinShape, body);
  if (!read.success) return incomplete(type);
  const { id, livemode: live, created, context, reason, related_object } = read.output;
  const account = context !== null && /^acct_[A-Za-z0-9]+$/.test(context) ? context : null;
  const event = { id, type, payoutId: related_object.id, payout: null, occurredAt: utcOf(created), live, account };
  return told({ ...event, idempotencyKey: reason?.request?.idempotency_key ?? null });
}

const told = (event: AdapterEvent): WebhookReading => ({ events: [event], diagnostics: [] });
const ignored = (code: string, message: string): WebhookReading => ({ events: [], diagnostics: [{ code, message }] });
const incomplete = (type: string): WebhookReading =>
  ignored('webhook_unreadable', `an event of type ${type} came without what an event must have and was ignored.`);

/** A name of Stripe's for a log line: anything that does not look like one could be anything. */
function word(value: string): string {
  return /^[\w.]{1,80}$/.test(value) ? value : '(not a word)';
}

function utcOf(time: string | null): string | null {
  const at = time === null ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
