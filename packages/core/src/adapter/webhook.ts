import type { Payout } from '../payout/payout.ts';

// ---- What comes in ---------------------------------------------------------------------------------------------------

/** A delivery as a server has it. `node:http`'s and Express' requests fit, with the raw body, and so does the event of a Lambda. */
export interface WebhookPayload {
  /** Names in any case; a header that came in several lines as an array, or joined by commas. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Exactly as received. A body that was parsed and written again is another body: its signature does not fit. */
  readonly body: string | Uint8Array | ArrayBufferView | ArrayBuffer | Blob;
  /** Of a Lambda behind API Gateway: whether `body` is the base64 of what was received, which is decoded before it is verified. @default false */
  readonly isBase64Encoded?: boolean | undefined;
}

/** A delivery: headers and raw body, or a Fetch `Request` whose body nobody has read. */
export type WebhookInput = WebhookPayload | Request;

// ---- What it says ----------------------------------------------------------------------------------------------------

/** What every event says. Plain JSON. */
export interface EventFacts {
  /** The same in every delivery of one event, and in no other event of this provider: drop what was handled by it. */
  readonly id: string;
  /** The provider's own word, verbatim, for example `payout.paid`. For people: the status is in the payout, never in this. */
  readonly type: string;
  /** The adapter's id. */
  readonly provider: string;
  /** The name the provider was configured under. */
  readonly name: string;
  readonly payoutId: string;
  /** When the provider says that it happened, else when it was received. ISO 8601 UTC. No order: events overtake each other. */
  readonly occurredAt: string;
  readonly live: boolean;
  /** The connected account it happened in; retrieve the payout with `forAccount`. `null` for the credential's own. */
  readonly account: string | null;
  /** The key of the request that caused it, where the provider says so: equal to `submission.key` for a create of ours. */
  readonly idempotencyKey: string | null;
}

/** Carries the payout as it was when the event was made, which may be long ago. */
export interface SnapshotEvent extends EventFacts {
  readonly payout: Payout;
}

/** Says only that something changed: retrieve the payout. */
export interface ThinEvent extends EventFacts {
  readonly payout: null;
}

/** A verified event about a payout. */
export type PayoutEvent = SnapshotEvent | ThinEvent;

// ---- What an adapter says --------------------------------------------------------------------------------------------

/** What a signature header claims. */
export interface SignatureClaim {
  /** The bytes that were signed with HMAC-SHA256: the raw body, or the raw body behind a prefix. */
  readonly signed: Uint8Array;
  /** Any one that fits is enough. */
  readonly signatures: readonly Uint8Array[];
  /** When it was signed, in milliseconds since the epoch; `null` where the provider signs no time. */
  readonly signedAt: number | null;
}

/** An event as an adapter reads it. */
export interface AdapterEvent extends Omit<EventFacts, 'provider' | 'name' | 'occurredAt'> {
  readonly payout: Payout | null;
  /** `null` where the provider does not say. */
  readonly occurredAt: string | null;
}

/** What an adapter makes of a verified body. */
export interface WebhookReading {
  readonly events: readonly AdapterEvent[];
  /** What was ignored, and why: told to `onTelemetry`. Never anything of a body but words that are no data. */
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
}

/** How an adapter's webhooks are verified and read. */
export interface AdapterWebhooks {
  /** The secrets of the settings; several while one replaces another. */
  readonly secrets: readonly string[] | undefined;
  /** In lower case. */
  readonly signatureHeader: string;
  /** Pure. `null`: a header that claims nothing, or not in the provider's form. Lines that came apart are joined by a comma. */
  readonly parseSignature: (header: string, body: Uint8Array) => SignatureClaim | null;
  /** Pure. Only asked for verified bodies that are JSON. */
  readonly read: (body: unknown) => WebhookReading;
}
