import { internalsOf } from '../define-provider.ts';
import { notARequest } from '../webhooks/delivery-kinds.ts';
import { errorOfIssues, isPayoutError, nameOfThrown, PayoutError } from '../errors.ts';
import { startDeadline } from '../http/deadline.ts';
import type { KnownKeys } from '../known-keys.ts';
import { DEFAULT_MAX_BODY_BYTES, readBody } from '../webhooks/parse-webhook.ts';
import type { AnyPayoutProvider } from '../adapter/provider.ts';
import { forAccountOf } from './registry.ts';
import { systemRuntime } from '../platform/runtime.ts';
import { memorySeenEvents, type SeenEvents } from '../webhooks/seen-events.ts';
import { DEFAULT_TIMEOUT_MS } from '../adapter/settings.ts';
import { unheard } from '../telemetry/telemetry.ts';
import { kindOf } from '../validation.ts';
import type { PayoutEvent } from '../adapter/webhook.ts';

/** The options of {@link webhookHandler}. */
export interface WebhookHandlerOptions {
  readonly provider: AnyPayoutProvider;
  /**
   * Does what an event is for; a promise is awaited. When it throws, the provider is answered 500 and delivers again.
   *
   * It may be called more than once for one event (after a restart, by two processes), and events overtake each other:
   * hand `event.payout` to {@link applySnapshot}.
   */
  readonly onEvent: (event: PayoutEvent) => unknown;
  /** The store of handled events. @default {@link memorySeenEvents}: as old as the process */
  readonly seen?: SeenEvents | undefined;
  /**
   * Reads the payout again before `onEvent`, so that every event has the state of now and none is only a hint. Costs a request
   * for each event; when that fails, the provider is answered 500 and delivers again.
   *
   * @default false
   */
  readonly refetch?: boolean | undefined;
  /** A longer body is answered 413, unread. In bytes. @default 1048576 */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Gets the error when a delivery was answered 400, 413 or 500, or an event was not remembered as handled. What it throws or
   * rejects with is dropped.
   */
  readonly onError?: ((error: unknown, event: PayoutEvent | null) => void) | undefined;
}

/** How long the read before `onEvent` may take. Providers wait some seconds only: Mollie fifteen. */
const REFETCH_TIMEOUT_MS = 10_000;

/**
 * A whole webhook endpoint: a Fetch handler for Hono, Next, Bun, Deno, Workers and, with some lines around it, Node.
 *
 * It answers 200 once every event was handled, now or before. It answers 400 to a body that is not signed, or does not come within
 * the provider's `timeoutMs`. It answers 405 to all but POST, and 413 to a body that is too long. It answers 500 when `onEvent` throws, or the program
 * passes a value that is no `Request`. No body says why: that is for `onError` and the provider's own setting `onTelemetry`.
 *
 * @throws {PayoutError} `invalid_request` for an option that it does not know or cannot take; `invalid_settings` for a
 *   `maxBodyBytes` that is no number of bytes.
 * @example
 * const handle = webhookHandler({ provider: stripe, onEvent: async (event) => save(event) });
 * app.post('/webhooks/stripe', (c) => handle(c.req.raw)); // Hono
 */
export function webhookHandler(options: WebhookHandlerOptions): (request: Request) => Promise<Response> {
  assertOptions(options);
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = options;
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 1) {
    throw new PayoutError('invalid_settings', 'maxBodyBytes must be a whole number of bytes from 1.', { provider: options.provider.name });
  }
  const endpoint: Endpoint = { ...options, maxBodyBytes, seen: options.seen ?? memorySeenEvents(), underWay: new Map() };
  return async (request) => {
    const other = notARequest(request);
    if (other !== null) return mistaken(endpoint, other);
    try {
      if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
      return new Response(null, { status: await statusFor(endpoint, request) });
    } catch (error) {
      tell(endpoint, error, null);
      return new Response(null, { status: 500 });
    }
  };
}

const KNOWN: KnownKeys<WebhookHandlerOptions> = {
  provider: true,
  onEvent: true,
  seen: true,
  refetch: true,
  maxBodyBytes: true,
  onError: true,
};

/** Checks the options. A misspelt `onError` or `refetch`, or a missing `onEvent`, would be missed only once it is needed. */
function assertOptions(options: unknown): void {
  const given: Partial<Record<keyof WebhookHandlerOptions, unknown>> = Object(options);
  const known = Object.keys(KNOWN).join(', ');
  const issues = Object.keys(given)
    .filter((path) => !Object.hasOwn(KNOWN, path))
    .map((path) => ({ path, message: `is not known here; known are ${known}` }));
  const provider = Object(given.provider) as Partial<AnyPayoutProvider>;
  if (typeof provider.parseWebhook !== 'function') issues.push({ path: 'provider', message: 'must be a provider, as an adapter makes it' });
  if (typeof given.onEvent !== 'function') issues.push({ path: 'onEvent', message: `must be a function, not ${kindOf(given.onEvent)}` });
  if (given.onError !== undefined && typeof given.onError !== 'function') issues.push({ path: 'onError', message: 'must be a function' });
  if (given.refetch !== undefined && typeof given.refetch !== 'boolean') issues.push({ path: 'refetch', message: 'must be true or false' });
  if (given.seen !== undefined && !isSeenEvents(given.seen)) issues.push({ path: 'seen', message: 'must have has(key) and add(key)' });
  if (issues.length > 0) throw errorOfIssues('invalid_request', issues, { provider: provider.name });
}

const isSeenEvents = (given: unknown): boolean => {
  const { has, add } = Object(given) as Partial<SeenEvents>;
  return typeof has === 'function' && typeof add === 'function';
};

/**
 * The answer to a mistake of the program. It is no fault of the sender, so it is reported here, and a later delivery can be taken.
 */
function mistaken(endpoint: Endpoint, found: string): Response {
  const message = `a webhookHandler takes a Fetch Request, and was given ${found}.`;
  const error = new PayoutError('invalid_request', message, { provider: endpoint.provider.name });
  internalsOf(endpoint.provider)?.context.telemetry.emit({ type: 'diagnostic', code: error.code, message: error.message });
  tell(endpoint, error, null);
  return new Response(null, { status: 500 });
}

interface Endpoint extends WebhookHandlerOptions {
  readonly maxBodyBytes: number;
  readonly seen: SeenEvents;
  /** Events that are being handled. Simultaneous deliveries of one event wait for the first, and share its result. */
  readonly underWay: Map<string, Promise<boolean>>;
}

async function statusFor(endpoint: Endpoint, request: Request): Promise<200 | 400 | 413 | 500> {
  const { maxBodyBytes, provider } = endpoint;
  if (request.bodyUsed || request.body?.locked === true) {
    throw new PayoutError('invalid_request', 'the body was read before the handler got it; hand it over unread.', {
      provider: provider.name,
    });
  }
  const body = await readWithTimeout(provider, (signal) => readBody(request, maxBodyBytes, signal));
  if (body === null) return refused(endpoint, 400, 'the body broke off, or did not come in time.');
  if (body === 'too_large') return refused(endpoint, 413, `the body is longer than maxBodyBytes, ${maxBodyBytes}.`);
  const events = await verify(endpoint, { headers: request.headers, body });
  if (events === null) return 400;
  for (const event of events) if (!(await handleOnce(endpoint, event))) return 500;
  return 200;
}

/**
 * Runs the work; `null` when it failed, or took longer than a call of this provider may. Nobody may hold a request open for ever.
 */
async function readWithTimeout<T>(provider: AnyPayoutProvider, read: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
  const {
    limits: { timeoutMs },
    runtime,
  } = internalsOf(provider)?.context ?? { runtime: systemRuntime, limits: { timeoutMs: DEFAULT_TIMEOUT_MS } };
  const deadline = startDeadline(runtime, timeoutMs, undefined);
  try {
    return await read(deadline.signal);
  } catch {
    return null;
  } finally {
    deadline.end();
  }
}

function refused<S extends number>(endpoint: Endpoint, status: S, message: string): S {
  tell(endpoint, new PayoutError('webhook_refused', message, { provider: endpoint.provider.name }), null);
  return status;
}

/** Parses a delivery; `null` for one that is refused. Any other error is our own. */
async function verify(endpoint: Endpoint, payload: { headers: Headers; body: Uint8Array }): Promise<readonly PayoutEvent[] | null> {
  try {
    return await endpoint.provider.parseWebhook(payload);
  } catch (error) {
    if (!isPayoutError(error) || error.code !== 'webhook_refused') throw error;
    tell(endpoint, error, null);
    return null;
  }
}

/** Whether an event was handled, now or before. */
function handleOnce(endpoint: Endpoint, event: PayoutEvent): Promise<boolean> {
  const key = `${event.name} ${event.id}`;
  const first = endpoint.underWay.get(key);
  if (first !== undefined) return first;
  const handling = handle(endpoint, event, key).finally(() => endpoint.underWay.delete(key));
  endpoint.underWay.set(key, handling);
  return handling;
}

async function handle(endpoint: Endpoint, event: PayoutEvent, key: string): Promise<boolean> {
  try {
    if (await endpoint.seen.has(key)) return true;
    await endpoint.onEvent(endpoint.refetch === true ? await refetched(endpoint, event) : event);
  } catch (error) {
    tell(endpoint, error, event);
    return false;
  }
  try {
    await endpoint.seen.add(key);
  } catch (error) {
    tell(endpoint, error, event); // The event was handled: a second delivery would only repeat it.
  }
  return true;
}

async function refetched({ provider }: Endpoint, event: PayoutEvent): Promise<PayoutEvent> {
  const payout = await forAccountOf(provider, event.account).retrieve(event.payoutId, { timeoutMs: REFETCH_TIMEOUT_MS });
  return { ...event, payout };
}

function tell({ provider, onError }: Endpoint, error: unknown, event: PayoutEvent | null): void {
  if (event !== null) {
    const kind = isPayoutError(error) ? error.code : nameOfThrown(error);
    const message = `an event of ${event.payoutId} was not handled, or not remembered: ${kind}.`;
    internalsOf(provider)?.context.telemetry.emit({ type: 'diagnostic', code: 'webhook_unhandled', message });
  }
  unheard(() => onError?.(error, event)); // A broken listener must not decide what the provider is answered.
}
