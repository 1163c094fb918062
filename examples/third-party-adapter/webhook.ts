// CONTRACT.md, "Webhooks"
import { type AdapterWebhooks, prefixBody, type SignatureClaim, decodeHexSignature, type WebhookReading } from '@disburse/core/adapter';
import * as v from 'valibot';

const EventShape = v.object({ eventId: v.string(), topic: v.string(), at: v.number(), mode: v.string(), transferId: v.string() });

/** `t=<seconds>;v1=<hex>`, more than one `v1` while a secret is being replaced. */
function claimOf(header: string, body: Uint8Array): SignatureClaim | null {
  const parts = header.split(';').map((part) => part.trim());
  const time = parts.find((part) => /^t=\d{1,12}$/.test(part))?.slice(2);
  if (time === undefined) return null;
  const signatures = parts.filter((part) => part.startsWith('v1=')).map((part) => decodeHexSignature(part.slice(3)));
  return {
    signed: prefixBody(`${time}.`, body),
    signatures: signatures.filter((signature) => signature !== null),
    signedAt: Number(time) * 1000,
  };
}

function readEvent(body: unknown): WebhookReading {
  const event = v.safeParse(EventShape, body);
  if (!event.success || !event.output.topic.startsWith('transfer.')) {
    return { events: [], diagnostics: [{ code: 'webhook_unknown', message: 'a verified delivery was not about a transfer.' }] };
  }
  const { eventId: id, topic: type, at, mode, transferId: payoutId } = event.output;
  const occurredAt = new Date(at * 1000).toISOString();
  return {
    events: [{ id, type, payoutId, payout: null, occurredAt, live: mode === 'live', account: null, idempotencyKey: null }],
    diagnostics: [],
  };
}

/** Hints: the transfer is not in the event. */
export function fjordWebhooks(secrets: readonly string[] | undefined): AdapterWebhooks {
  return { secrets, signatureHeader: 'x-fjord-signature', parseSignature: claimOf, read: readEvent };
}
