// https://docs.stripe.com/webhooks (signatures) and https://docs.stripe.com/api/events/object (read 2026-11-20)
import type { Payout } from '@disburse/core';
import {
  type AdapterWebhooks,
  prefixBody,
  type SignatureClaim,
  decodeHexSignature,
  type WebhookReading,
  oneEvent,
  ignoredEvent,
  readOrNull,
} from '@disburse/core/adapter';
import { readKind, readSnapshot, readThin } from './event-shape.ts';
import { isoTime } from './read-payout.ts';

// ---- Signature -------------------------------------------------------------------------------------------------------

/** Where Stripe writes `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`. */
const SIGNATURE_HEADER = 'stripe-signature';

/**
 * What a header claims; several `v1` while a secret is being rolled, `v0` and what is unknown count for nothing.
 *
 * Two times in one header are refused: it would be open which of them was signed.
 */
function claimOf(header: string, body: Uint8Array): SignatureClaim | null {
  let seconds: string | null = null;
  const signatures: Uint8Array[] = [];
  for (const part of header.split(',')) {
    const entry = part.trim();
    if (entry.startsWith('t=')) {
      const written = entry.slice(2);
      if (seconds !== null && seconds !== written) return null;
      seconds = written;
    } else if (entry.startsWith('v1=')) {
      const hex = entry.slice(3);
      const signature = hex === hex.toLowerCase() ? decodeHexSignature(hex) : null; // As Stripe writes it.
      if (signature !== null) signatures.push(signature);
    }
  }
  if (seconds === null || !/^(0|[1-9]\d{0,11})$/.test(seconds)) return null;
  return { signed: prefixBody(`${seconds}.`, body), signatures, signedAt: Number(seconds) * 1000 };
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

/** Webhooks of one of Stripe's products. */
export function stripeWebhooks(secrets: readonly string[] | undefined, events: StripeEvents): AdapterWebhooks {
  return { secrets, signatureHeader: SIGNATURE_HEADER, parseSignature: claimOf, read: (body) => readEvent(body, events) };
}

function readEvent(body: unknown, events: StripeEvents): WebhookReading {
  const kind = readKind(body);
  if (kind === null) return ignoredEvent('webhook_unreadable', 'a verified delivery that is no event was ignored.');
  const { object, type } = kind;
  const thin = object === 'v2.core.event';
  if (!thin && object !== 'event') return ignoredEvent('webhook_unknown', `a verified delivery of ${word(object)} was ignored.`);
  if (!(thin ? events.thinTypes : events.types).includes(type)) {
    return ignoredEvent('webhook_unknown', `an event of type ${word(type)} is no event of a payout and was ignored.`);
  }
  return thin ? thinEvent(body, type) : snapshotEvent(body, type, events);
}

function snapshotEvent(body: unknown, type: string, events: StripeEvents): WebhookReading {
  const read = readSnapshot(body);
  if (read === null) return incomplete(type);
  const { id, livemode: live, created, request, data } = read;
  const account = accountIn(read.context) ?? read.account;
  if (data.object.object !== events.object) {
    return ignoredEvent('webhook_foreign', `an event of type ${type} is about ${word(data.object.object)} and was ignored.`);
  }
  // As it was sent: what was read of it lacks what is not listed.
  const payout = readOrNull(() => events.toPayout((body as { data: { object: unknown } }).data.object));
  const occurredAt = created === null ? null : isoTime(created);
  const idempotencyKey = request === null ? null : request.idempotency_key;
  const event = { id, type, payoutId: data.object.id, payout, occurredAt, live, account, idempotencyKey };
  if (payout !== null) return oneEvent(event);
  const message = `the object of an event of type ${type} could not be read; retrieve the payout.`;
  return { events: [event], diagnostics: [{ code: 'webhook_payout_unreadable', message }] };
}

/**
 * The account of a context (https://docs.stripe.com/context): what `Stripe-Context` takes to read it, with the key of the endpoint's
 * owner. For an organization it may be a path of accounts, and `account` is left out. What else a context can be names no account.
 */
function accountIn(context: string | null): string | null {
  return context !== null && /^acct_[A-Za-z0-9]+(\/acct_[A-Za-z0-9]+)*$/.test(context) ? context : null;
}

function thinEvent(body: unknown, type: string): WebhookReading {
  const read = readThin(body);
  if (read === null) return incomplete(type);
  const { id, livemode: live, created, context, reason, related_object } = read;
  const account = accountIn(context);
  const event = { id, type, payoutId: related_object.id, payout: null, occurredAt: utcOf(created), live, account };
  return oneEvent({ ...event, idempotencyKey: reason?.request?.idempotency_key ?? null });
}

const incomplete = (type: string): WebhookReading =>
  ignoredEvent('webhook_unreadable', `an event of type ${type} came without what an event must have and was ignored.`);

/** A name of Stripe's for a log line: anything that does not look like one could be anything. */
function word(value: string): string {
  return /^[\w.]{1,80}$/.test(value) ? value : '(not a word)';
}

function utcOf(time: string | null): string | null {
  const at = time === null ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
