// https://docs.mollie.com/reference/webhooks-new and https://docs.mollie.com/docs/payouts-api-webhooks (read 2026-11-20)
import {
  type AdapterEvent,
  type AdapterWebhooks,
  type SignatureClaim,
  decodeHexSignature,
  type WebhookReading,
  oneEvent,
  ignoredEvent,
  readOrNull,
} from '@disburse/core/adapter';
import * as v from 'valibot';
import { type Reader, readPayout, utcOf } from './read-payout.ts';
import { type BalancePayoutObject, PayoutShape } from './wire.ts';

// ---- Signature -------------------------------------------------------------------------------------------------------

/** Where Mollie writes `sha256=<hex>`; in two lines while a secret is being replaced. */
const SIGNATURE_HEADER = 'x-mollie-signature';

/** What a header claims: the raw body, without a time. Only the event's id tells a delivery that is played again. */
function claimOf(header: string, body: Uint8Array): SignatureClaim {
  const signatures = header
    .split(',') // Node and Fetch join header lines by a comma.
    .map((part) => decodeHexSignature(part.trim().replace(/^sha256=/i, '')))
    .filter((signature) => signature !== null);
  return { signed: body, signatures, signedAt: null };
}

// ---- Events ----------------------------------------------------------------------------------------------------------

/** `requested` has none: a payout is first told when it is executed. */
export const EVENT_TYPES: readonly string[] = [
  'payout.initiated',
  'payout.processing-at-bank',
  'payout.completed',
  'payout.canceled',
  'payout.failed', // Also a return, and a cancellation after submission.
];

/** Webhooks of the payouts of a balance. */
export function balanceWebhooks(reader: Reader, secrets: readonly string[] | undefined): AdapterWebhooks {
  return { secrets, signatureHeader: SIGNATURE_HEADER, parseSignature: claimOf, read: (body) => readDelivery(reader, body) };
}

const Text = v.fallback(v.nullable(v.string()), null);
const Id = v.pipe(v.string(), v.minLength(1));
const Kind = v.object({ resource: Text, type: Text });

const EventShape = v.object({
  id: Id,
  type: Id,
  entityId: Id,
  createdAt: Text,
  _embedded: v.fallback(v.nullable(v.object({ entity: v.unknown() })), null),
});

function readDelivery(reader: Reader, body: unknown): WebhookReading {
  const { resource, type } = v.parse(Kind, body);
  if (type === 'hook.ping') return ignoredEvent('webhook_ping', 'a ping was received and verified.');
  if (resource === 'payout') return readBare(reader, body);
  if (resource !== 'event') return ignoredEvent('webhook_unknown', `a verified delivery of ${word(resource)} was ignored.`);
  if (type === null || !EVENT_TYPES.includes(type)) {
    return ignoredEvent('webhook_unknown', `an event of type ${word(type)} is no event of a payout and was ignored.`);
  }
  return readEvent(reader, body, type);
}

/** An event with its payout, or ("simple" subscriptions) without. */
function readEvent(reader: Reader, body: unknown, type: string): WebhookReading {
  const read = v.safeParse(EventShape, body);
  if (!read.success)
    return ignoredEvent('webhook_unreadable', `an event of type ${type} came without what an event must have and was ignored.`);
  const { id, entityId, createdAt, _embedded } = read.output;
  const entity = _embedded?.entity ?? null;
  const payout = entity === null ? null : readOrNull(() => readPayout(reader, entity));
  const event = { id, type, payoutId: entityId, occurredAt: utcOf(createdAt), account: null, idempotencyKey: null };
  if (payout !== null && payout.id === entityId) return oneEvent({ ...event, payout, live: payout.live });
  const hint: AdapterEvent = { ...event, payout: null, live: reader.live };
  if (entity === null) return oneEvent(hint);
  const what = payout === null ? 'holds a payout that could not be read' : 'names one payout and holds another';
  return {
    events: [hint],
    diagnostics: [{ code: 'webhook_payout_unreadable', message: `an event of type ${type} ${what}; retrieve the payout.` }],
  };
}

/** The time of a bare payout's last change, where the payout has one. */
const CHANGED_AT: Readonly<Record<string, 'initiatedAt' | 'completedAt' | 'canceledAt'>> = {
  initiated: 'initiatedAt',
  completed: 'completedAt',
  canceled: 'canceledAt',
};

/** A payout without an event around it has no event id: one state of it is one event. */
function readBare(reader: Reader, body: unknown): WebhookReading {
  const read = v.safeParse(PayoutShape, body);
  const payout = readOrNull(() => readPayout(reader, body));
  if (!read.success || payout === null) return ignoredEvent('webhook_unreadable', 'a bare payout that could not be read was ignored.');
  const wire = read.output;
  const field = Object.hasOwn(CHANGED_AT, wire.status) ? CHANGED_AT[wire.status] : undefined;
  const occurredAt = field === undefined ? null : utcOf(wire[field]);
  const event = { id: stateOf(wire), type: `payout.${wire.status}`, payoutId: payout.id, payout, occurredAt };
  return oneEvent({ ...event, live: payout.live, account: null, idempotencyKey: null });
}

function stateOf({ id, status, statusReason, initiatedAt, completedAt, canceledAt }: BalancePayoutObject): string {
  return [id, status, statusReason?.code, initiatedAt, completedAt, canceledAt].map((part) => part ?? '').join(' ');
}

/** A name of Mollie's for a log line: anything that does not look like one could be anything. */
function word(value: string | null): string {
  return value === null ? 'no kind' : /^[\w.-]{1,80}$/.test(value) ? value : '(not a word)';
}
