// @disburse/core/opentelemetry: what onTelemetry tells, as spans and metrics.
// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span (read 2026-11-21)
import {
  type Attributes,
  type Context,
  context,
  type Counter,
  type Histogram,
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import type {
  OnTelemetry,
  TelemetryDiagnostic,
  TelemetryEnd,
  TelemetryEvent,
  TelemetryExchange,
  TelemetryStart,
} from './telemetry/telemetry.ts';

/** What {@link opentelemetry} can be told. */
export interface OpenTelemetryOptions {
  /** @default the one that is registered globally when an operation starts */
  readonly tracerProvider?: TracerProvider | undefined;
  /** @default the one that is registered globally when something is measured */
  readonly meterProvider?: MeterProvider | undefined;
  /**
   * Whether every HTTP exchange gets a span and counts in `http.client.request.duration`. `false` where Node's HTTP client is
   * instrumented already, so that nothing is counted twice.
   *
   * @default true
   */
  readonly exchanges?: boolean | undefined;
}

const SCOPE = '@disburse/core';

/**
 * A listener for the setting `onTelemetry` that makes spans and metrics: one span for each operation, below it one for each HTTP
 * exchange.
 *
 * One listener serves any number of providers. Where no SDK is registered it does nothing. No attribute holds a credential, an
 * idempotency key, a reference, an id of a payout, an amount, an account number or a personal datum.
 *
 * @see docs/telemetry.md
 * @example
 * createStripe({ apiKey, onTelemetry: opentelemetry() });
 */
export function opentelemetry(options: OpenTelemetryOptions = {}): OnTelemetry {
  const spans = spansOf(options);
  const measures = measuresOf(options);
  return (event) => {
    const operation = spans(event);
    measures(event, operation);
  };
}

/** What every span and every measure of ours says. */
const whose = ({ provider, name }: TelemetryEvent): Attributes => ({ 'disburse.provider': provider, 'disburse.name': name });

// ---- Spans -----------------------------------------------------------------------------------------------------------

/** An operation under way. */
interface UnderWay {
  readonly operation: TelemetryStart['operation'];
  readonly span: Span;
  /** What its exchanges are children of. */
  readonly within: Context;
}

/** Makes spans of events; answers the operation that an event is of. */
function spansOf({ tracerProvider, exchanges = true }: OpenTelemetryOptions): (event: TelemetryEvent) => UnderWay | undefined {
  const openSpans = new Map<number, UnderWay>();
  const tracer = () => (tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE);
  return (event) => {
    if (event.type === 'start') return started(event);
    const found = event.operationId === undefined ? undefined : openSpans.get(event.operationId);
    if (event.type === 'diagnostic') found?.span.addEvent('disburse.diagnostic', { 'disburse.diagnostic': event.code });
    if (event.type === 'exchange' && exchanges) exchanged(event, found);
    if (event.type === 'end') ended(event, found);
    return found;
  };

  function started(event: TelemetryStart): UnderWay {
    const { operation, startedAt, operationId } = event;
    const attributes = { ...whose(event), 'disburse.operation': operation };
    const parent = context.active();
    const span = tracer().startSpan(
      `disburse.${operation}`,
      { kind: SpanKind.INTERNAL, startTime: new Date(startedAt), attributes },
      parent,
    );
    const entry = { operation, span, within: trace.setSpan(parent, span) };
    if (operationId !== undefined) openSpans.set(operationId, entry);
    return entry;
  }

  function exchanged(event: TelemetryExchange, found: UnderWay | undefined): void {
    const template = templateOf(event);
    const attributes = { ...exchangeAttributes(event), ...scrubbedUrl(event), 'url.template': template };
    const startTime = new Date(event.startedAt);
    const within = found?.within ?? context.active();
    const span = tracer().startSpan(`${event.method} ${template}`, { kind: SpanKind.CLIENT, startTime, attributes }, within);
    if (errorTypeOf(event) !== null) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endOf(event));
  }

  function ended(event: TelemetryEnd, found: UnderWay | undefined): void {
    if (found === undefined || event.operationId === undefined) return;
    openSpans.delete(event.operationId);
    found.span.setAttributes({ ...endAttributes(event), 'disburse.replayed': event.replayed });
    if (hasFailed(event)) found.span.setStatus({ code: SpanStatusCode.ERROR });
    found.span.end(endOf(event));
  }
}

const endOf = ({ startedAt, durationMs }: { readonly startedAt: number; readonly durationMs: number }): Date =>
  new Date(startedAt + Math.max(0, durationMs)); // A clock may be set back meanwhile.

/** A look or a decision that ends `rejected` found out what it was asked. */
function hasFailed({ operation, outcome, code }: TelemetryEnd): boolean {
  const answered = (operation === 'lookup' || operation === 'resolve') && outcome === 'rejected';
  return code !== null && !answered;
}

function endAttributes(event: TelemetryEnd): Attributes {
  const { operation, outcome, code } = event;
  return {
    ...whose(event),
    'disburse.operation': operation,
    ...(outcome === null ? {} : { 'disburse.outcome': outcome }),
    ...(code === null ? {} : { 'error.type': code }),
  };
}

function exchangeAttributes(event: TelemetryExchange): Attributes {
  const { resend, evidence, requestId } = event;
  return {
    ...whose(event),
    ...requestAttributes(event),
    'disburse.evidence': evidence,
    ...(resend === 0 ? {} : { 'http.request.resend_count': resend }),
    ...(requestId === null ? {} : { 'disburse.request_id': requestId }),
  };
}

/** What the conventions ask of a request, in its span and in its measure. */
function requestAttributes(event: TelemetryExchange): Attributes {
  const { protocol, hostname, port } = new URL(event.baseUrl);
  const errorType = errorTypeOf(event);
  return {
    'http.request.method': event.method,
    'server.address': hostname.replace(/^\[|\]$/g, ''),
    'server.port': port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
    ...(event.status === null ? {} : { 'http.response.status_code': event.status }),
    ...(errorType === null ? {} : { 'error.type': errorType }),
  };
}

const errorTypeOf = ({ status, failure }: TelemetryExchange): string | null =>
  failure ?? (status !== null && status >= 400 ? String(status) : null);

/** A word of an API: `v1`, `outbound_payments`. All else in a path is an id, which may tell whose money it is. */
const WORD = /^(v\d{1,3}|[a-z]{1,30}([_-][a-z]{1,30}){0,3})$/;

const scrubbed = (path: string, instead: string): string =>
  path
    .split('/')
    .map((part) => (part === '' || WORD.test(part) ? part : instead))
    .join('/');

/** The path with `{id}` for what is no word of the API; the same for every payout, so that spans can be grouped by it. */
function templateOf({ path }: TelemetryExchange): string {
  return scrubbed(path.split('?')[0] ?? '', '{id}');
}

/** As the conventions scrub it: every id and every value of the query is REDACTED. */
function scrubbedUrl({ baseUrl, path }: TelemetryExchange): Attributes {
  const url = new URL(`${baseUrl}${path}`);
  const query = url.search.replace(/=[^&]*/g, '=REDACTED');
  return { 'url.full': `${url.origin}${scrubbed(url.pathname, 'REDACTED')}${query}` };
}

// ---- Metrics ---------------------------------------------------------------------------------------------------------

interface Instruments {
  readonly operations: Histogram;
  readonly outcomes: Counter;
  readonly maxResends: Counter;
  readonly diagnostics: Counter;
  readonly requests: Histogram;
}

/** In seconds. https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientrequestduration */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** In seconds. A call may take ten minutes, its resends included. */
const OPERATION_BUCKETS = [...REQUEST_BUCKETS, 30, 60, 120, 300, 600];

function instrumentsOf(provider: MeterProvider): Instruments {
  const meter = provider.getMeter(SCOPE);
  const seconds = (name: string, description: string, explicitBucketBoundaries: number[]): Histogram =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } });
  return {
    operations: seconds('disburse.operation.duration', 'Duration of operations, their resends included.', OPERATION_BUCKETS),
    outcomes: meter.createCounter('disburse.outcomes', { description: 'How what moves money ended.', unit: '{outcome}' }),
    maxResends: meter.createCounter('disburse.resends', { description: 'Requests that were sent again.', unit: '{resend}' }),
    diagnostics: meter.createCounter('disburse.diagnostics', { description: 'What no return value tells.', unit: '{diagnostic}' }),
    requests: seconds('http.client.request.duration', 'Duration of HTTP client requests.', REQUEST_BUCKETS),
  };
}

/** Measures events. */
function measuresOf({ meterProvider, exchanges = true }: OpenTelemetryOptions) {
  let provider: MeterProvider | undefined;
  let instruments: Instruments | undefined;
  // Instruments of the API do not find an SDK that is registered after them.
  const current = (): Instruments => {
    const now = meterProvider ?? metrics.getMeterProvider();
    if (instruments === undefined || now !== provider) instruments = instrumentsOf(now);
    provider = now;
    return instruments;
  };
  return (event: TelemetryEvent, of: UnderWay | undefined): void => {
    if (event.type === 'end') measureEnd(current(), event);
    if (event.type === 'diagnostic') measureDiagnostic(current(), event);
    if (event.type !== 'exchange') return;
    if (exchanges) current().requests.record(event.durationMs / 1000, requestAttributes(event));
    const operation = of === undefined ? {} : { 'disburse.operation': of.operation };
    if (event.resend > 0) current().maxResends.add(1, { ...whose(event), ...operation });
  };
}

function measureEnd({ operations, outcomes }: Instruments, event: TelemetryEnd): void {
  const attributes = endAttributes(event);
  operations.record(event.durationMs / 1000, attributes);
  if (event.outcome !== null) outcomes.add(1, attributes);
}

function measureDiagnostic({ diagnostics }: Instruments, event: TelemetryDiagnostic): void {
  diagnostics.add(1, { ...whose(event), 'disburse.diagnostic': event.code });
}
