import { transport as platformTransport, transportOver } from '#transport';
import { mayBePrinted, type Redact, redactor } from '../printable.ts';
import type { Runtime } from '../platform/runtime.ts';
import { type Emit, noopEmit } from '../telemetry/telemetry.ts';
import type { ApiEndpoint, ExchangeContext, HttpResponse, OutgoingRequest, Sent } from './exchange.ts';
import { ended, readResponse } from './exchange-end.ts';
import { addressesBelow, headersOf } from './request-message.ts';
import { throughKy } from './through-ky.ts';
import type { Exchange, Transport } from './transport.ts';

/** The settings that the exchanges of one provider share. */
export interface HttpSettings {
  /** The configured name, for messages. */
  readonly provider: string;
  readonly endpoint: ApiEndpoint;
  readonly runtime: Runtime;
  readonly telemetry: Emit;
  readonly maxResponseBytes: number;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly requestIdHeader: string | null;
  /** Removes secrets from a text. @default removes the credentials of the endpoint */
  readonly redact?: Redact | undefined;
}

/** Sends one request, once. It never throws: the answer says what happened. */
export type Send = (request: OutgoingRequest, context: ExchangeContext) => Promise<Sent>;

/** Makes the function that sends the requests of one provider. Deadlines, evidence and limits are the library's own. */
export function createSend(settings: HttpSettings): Send {
  const transport = settings.fetch === undefined ? platformTransport : transportOver(settings.fetch);
  const { baseUrl, credentials } = settings.endpoint;
  const wire: Wire = { settings, transport, addressOf: addressesBelow(baseUrl), redact: settings.redact ?? redactor(credentials) };
  const now = (): number => settings.runtime.now();
  const exchangeOf = ({ body }: OutgoingRequest, { notAfter }: ExchangeContext): Exchange => {
    return { body, notAfter, now, maxResponseBytes: settings.maxResponseBytes, evidence: 'not_sent' };
  };
  if (settings.telemetry === noopEmit) return (request, context) => sendOnce(wire, request, exchangeOf(request, context), context.signal);
  return async (request, context) => {
    const exchange = exchangeOf(request, context);
    const startedAt = now();
    const sent = await sendOnce(wire, request, exchange, context.signal);
    settings.telemetry({
      type: 'exchange',
      method: request.method,
      baseUrl: settings.endpoint.baseUrl,
      path: withoutValues(request.path),
      evidence: exchange.evidence,
      status: sent.type === 'answered' ? sent.answer.status : null,
      failure: sent.type === 'answered' ? null : (sent.failure ?? sent.error.code),
      resend: context.resend,
      startedAt,
      durationMs: now() - startedAt,
      requestId: sent.type === 'answered' ? requestIdOf(sent.answer, settings.requestIdHeader, wire.redact) : null,
    });
    return sent;
  };
}

/** The parts that all requests of one {@link Send} have in common. */
interface Wire {
  readonly settings: HttpSettings;
  readonly transport: Transport;
  readonly addressOf: (path: string) => string;
  readonly redact: Redact;
}

async function sendOnce(wire: Wire, request: OutgoingRequest, exchange: Exchange, signal: AbortSignal): Promise<Sent> {
  const { settings, transport, addressOf, redact } = wire;
  const { provider, endpoint } = settings;
  if (signal.aborted) return ended(provider, 'not_sent', signal.reason);
  const carried = await throughKy(request.method, () => {
    const url = addressOf(request.path);
    return transport({ method: request.method, url, headers: headersOf(request.headers, endpoint.credentials), signal }, exchange);
  });
  if ('received' in carried) return readResponse({ provider, redact }, carried.received, signal);
  return ended(provider, exchange.evidence, signal.aborted ? signal.reason : carried.failure);
}

function withoutValues(path: string): string {
  return path.replace(/=[^&]*/g, '=');
}

/**
 * The provider's id of a request; `null` for a header that does not look like one. The id gets printed, and a header may hold
 * anything.
 */
export function requestIdOf(answer: HttpResponse, header: string | null, redact: Redact): string | null {
  const id = header === null ? null : answer.headers.get(header);
  return mayBePrinted(id, redact) ? id : null;
}
