import { type Bytes, copyOf, textOf, utf8Of } from '../platform/bytes.ts';
import { bytesIn, bytesOfBase64, isBlob, looksLikeBase64, notARequest } from './delivery-kinds.ts';
import type { ProviderContext } from '../context/context.ts';
import { PayoutError } from '../errors.ts';
import { CallerAborted, startDeadline } from '../http/deadline.ts';
import { jsonIn } from '../platform/json.ts';
import type { CallOptions } from '../adapter/provider.ts';
import { verifySignature, SIGNATURE_TOLERANCE_SECONDS } from './signature.ts';
import { isoOf } from '../platform/times.ts';
import { isPlainObject, kindOf } from '../validation.ts';
import type { AdapterEvent, AdapterWebhooks, PayoutEvent, WebhookInput, WebhookReading } from '../adapter/webhook.ts';

/** The most bytes of a delivery, unless a handler says otherwise. Events have some thousands. */
export const DEFAULT_MAX_BODY_BYTES: number = 1024 * 1024;

/** Verifies a delivery, then reads it. A verified delivery without an event of ours is emitted to `onTelemetry`, never thrown. */
export async function parseWebhook(
  context: ProviderContext,
  webhooks: AdapterWebhooks,
  input: WebhookInput,
  call: CallOptions,
): Promise<readonly PayoutEvent[]> {
  const { secrets } = webhooks;
  if (secrets === undefined || secrets.length === 0) throw withoutSecrets(context);
  const body = await verifyBody({ context, webhooks, secrets, input, call });
  const { events, diagnostics } = readingOf(webhooks, body);
  for (const { code, message } of diagnostics) context.telemetry.emit({ type: 'diagnostic', code, message });
  const ours: PayoutEvent[] = [];
  for (const event of events) if (isOfThisMode(context, event)) ours.push(named(context, event));
  return ours;
}

/**
 * The error of an endpoint without secrets. It is no refusal of the sender: the cause is here, and a later delivery should be
 * taken.
 */
function withoutSecrets(context: ProviderContext): PayoutError {
  const message = 'webhookSecrets is missing: without the secret of the webhook endpoint no delivery can be believed.';
  return new PayoutError('invalid_settings', message, {
    provider: context.identity.name,
    issues: [{ path: 'webhookSecrets', message: 'is missing; without it no webhook can be believed' }],
  });
}

// ---- Verifying -------------------------------------------------------------------------------------------------------

/** A delivery, and what its signature is checked with. */
interface SignedDelivery {
  readonly context: ProviderContext;
  readonly webhooks: AdapterWebhooks;
  readonly secrets: readonly string[];
  readonly input: WebhookInput;
  readonly call: CallOptions;
}

async function verifyBody({ context, webhooks, secrets, input, call }: SignedDelivery): Promise<Uint8Array> {
  try {
    if (call.signal?.aborted === true) throw new PayoutError('aborted', 'the caller aborted.', { provider: context.identity.name });
    const name = webhooks.signatureHeader;
    const header = headerOf(input, name);
    const body = checkedBody(context, await bodyOf(context, input, call));
    if (header === null) throw refused(context, `there is no ${name} header: only what is signed is believed.`);
    const claim = webhooks.parseSignature(header, body);
    if (claim === null || claim.signatures.length === 0) {
      throw refused(context, `the ${name} header is malformed, or holds no signature of a known kind.`);
    }
    const doubt = await verifySignature(claim, secrets, context.runtime.now());
    if (doubt?.why === 'no_match') throw refused(context, noMatch(secrets, body));
    if (doubt !== null) throw refused(context, wrongTime(doubt.aheadSeconds));
    return body;
  } catch (error) {
    const told = error instanceof PayoutError ? error : refused(context, 'the delivery could not be read.');
    context.telemetry.emit({ type: 'diagnostic', code: told.code, message: told.message });
    throw told;
  }
}

function refused(context: ProviderContext, message: string): PayoutError {
  return new PayoutError('webhook_refused', message, { provider: context.identity.name });
}

const DECODE =
  " The body looks like base64, which a Lambda behind API Gateway hands over with isBase64Encoded: true. Pass that member, too, or decode it first: Buffer.from(event.body, 'base64').";

function noMatch(secrets: readonly string[], body: Uint8Array): string {
  const padded = secrets.some((secret) => secret !== secret.trim());
  const hint = padded ? ' A secret begins or ends with white space: was it read with its line break?' : '';
  return `no signature fits the body with any of the webhookSecrets. Pass the raw body, byte for byte as received, and the secret of this endpoint.${hint}${looksLikeBase64(body) ? DECODE : ''}`;
}

function wrongTime(aheadSeconds: number): string {
  const distance = aheadSeconds < 0 ? `${-aheadSeconds} s ago` : `${aheadSeconds} s ahead of this machine's clock`;
  return `it was signed ${distance}, and ${SIGNATURE_TOLERANCE_SECONDS} s are allowed: it is played again, or a clock is wrong.`;
}

/** A header by its name in lower case, its lines joined by a comma as Fetch joins them; `null` for none. */
function headerOf(input: WebhookInput, name: string): string | null {
  const headers: unknown = isRecord(input) ? input.headers : undefined;
  if (!isRecord(headers)) return null;
  if (typeof headers['get'] === 'function') {
    const value: unknown = Reflect.apply(headers['get'], headers, [name]);
    return typeof value === 'string' && value !== '' ? value : null;
  }
  let found: string | null = null;
  for (const key of Object.keys(headers)) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const value = headers[key];
    for (const line of Array.isArray(value) ? value : [value]) {
      if (typeof line === 'string' && line !== '') found = found === null ? line : `${found}, ${line}`;
    }
  }
  return found;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

// ---- The raw body ----------------------------------------------------------------------------------------------------

const EXPRESS = "with Express, use express.raw({ type: '*/*' }) on this route, before any express.json()";

function checkedBody(context: ProviderContext, bytes: Uint8Array | 'too_large'): Uint8Array {
  if (bytes === 'too_large') throw refused(context, `the body is larger than ${DEFAULT_MAX_BODY_BYTES} bytes.`);
  if (bytes.length === 0) throw refused(context, `the body is empty. Was it read before? Pass the raw body; ${EXPRESS}.`);
  return bytes;
}

function isRequest(input: unknown): input is Request {
  return isRecord(input) && typeof input['arrayBuffer'] === 'function';
}

function bodyOf(context: ProviderContext, input: WebhookInput, call: CallOptions): Bytes | Promise<Bytes | 'too_large'> {
  if (isRequest(input)) {
    const other = notARequest(input);
    if (other !== null) throw refused(context, `a delivery is { headers, body } or a Request, and this is ${other}.`);
    return readInTime(context, input, call);
  }
  if (!isRecord(input)) throw refused(context, `a delivery is { headers, body } or a Request, not ${kindOf(input)}.`);
  const { body, isBase64Encoded } = input;
  if (isBlob(body)) return blobInTime(context, body, call);
  return bytesOf(context, body, isBase64Encoded === true);
}

/** A copy of the bytes: the owner of the memory may use it again while the signature is checked. */
function bytesOf(context: ProviderContext, body: unknown, isBase64: boolean): Bytes {
  if (typeof body === 'string') {
    const decoded = isBase64 ? bytesOfBase64(body) : null;
    return decoded === null ? utf8Of(body) : copyOf(decoded);
  }
  const bytes = bytesIn(body);
  if (bytes !== null) return copyOf(bytes);
  const found = body === undefined ? 'there is no body' : `the body is ${kindOf(body)}${isPlainObject(body) ? ', parsed already' : ''}`;
  throw refused(context, `${found}, and the signature is over its bytes. Pass the raw body, a string or a Uint8Array; ${EXPRESS}.`);
}

async function blobInTime(context: ProviderContext, blob: Blob, call: CallOptions): Promise<Bytes | 'too_large'> {
  if (blob.size > DEFAULT_MAX_BODY_BYTES) return 'too_large';
  return inTime(context, call, () => blob.arrayBuffer().then((buffer) => new Uint8Array(buffer)));
}

/** Reads a body, and gives up when the time is over. */
async function inTime<T>(context: ProviderContext, call: CallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = startDeadline(context.runtime, call.timeoutMs ?? context.limits.timeoutMs, call.signal);
  const over = new Promise<never>((_, reject) => {
    deadline.signal.addEventListener('abort', () => reject(deadline.signal.reason), { once: true });
  });
  try {
    if (deadline.signal.aborted) throw deadline.signal.reason;
    return await Promise.race([work(deadline.signal), over]);
  } catch {
    if (deadline.signal.reason instanceof CallerAborted)
      throw new PayoutError('aborted', 'the caller aborted.', { provider: context.identity.name });
    throw refused(context, 'its body broke off or did not come in time.');
  } finally {
    deadline.end();
  }
}

function readInTime(context: ProviderContext, request: Request, call: CallOptions): Promise<Bytes | 'too_large'> {
  if (request.bodyUsed) {
    throw refused(context, "the request's body was read before. Pass the raw body as { headers, body }, or a clone made before reading.");
  }
  return inTime(context, call, (signal) => readBody(request, DEFAULT_MAX_BODY_BYTES, signal));
}

/** Reads a body and stops at the first byte too many. @throws what the stream or the signal throws. */
export async function readBody(request: Request, maxBytes: number, signal?: AbortSignal): Promise<Bytes | 'too_large'> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return 'too_large';
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const onAbort = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return joined(chunks, length);
      length += value.byteLength;
      if (length > maxBytes) {
        reader.cancel().catch(() => undefined);
        return 'too_large';
      }
      chunks.push(value);
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Bytes {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

// ---- Reading ---------------------------------------------------------------------------------------------------------

function readingOf(webhooks: AdapterWebhooks, body: Uint8Array): WebhookReading {
  try {
    const json = jsonIn(textOf(body));
    if (isRecord(json)) return webhooks.read(json);
  } catch {
    // The delivery is verified, so it is the provider's own. A second delivery of it would change nothing.
  }
  return { events: [], diagnostics: [{ code: 'webhook_unreadable', message: 'a verified delivery could not be read and was ignored.' }] };
}

/**
 * Whether an event is of this credential's mode. A platform's live endpoint also gets the test events of its accounts, which are no
 * payouts of this credential.
 */
function isOfThisMode(context: ProviderContext, event: AdapterEvent): boolean {
  if (context.identity.live === null || event.live === context.identity.live) return true;
  const message = `an event in ${event.live ? 'live' : 'test'} mode was ignored: the credential is of the other mode.`;
  context.telemetry.emit({ type: 'diagnostic', code: 'webhook_other_mode', message });
  return false;
}

function named(context: ProviderContext, event: AdapterEvent): PayoutEvent {
  const { id, type, payoutId, payout, occurredAt, live, account, idempotencyKey } = event;
  const when = occurredAt ?? isoOf(context.runtime.now());
  return {
    id,
    type,
    provider: context.identity.id,
    name: context.identity.name,
    payoutId,
    payout,
    occurredAt: when,
    live,
    account,
    idempotencyKey,
  };
}
