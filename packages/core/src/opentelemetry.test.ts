// Spans and metrics of the real SDK, in memory: which there are, whose children they are, and what they say.
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACME_REPLAYED } from './__tests__/acme-bank.ts';
import type { AcmeSettings } from './__tests__/acme.ts';
import { acmeWorld, answered, answerLost, RENT, requestLost } from './__tests__/acme-world.ts';
import { hookedAcme } from './__fixtures__/acme-delivery.ts';
import { NINE } from './__tests__/manual-time.ts';
import { opentelemetry, type OpenTelemetryOptions } from './opentelemetry.ts';
import type { TelemetryEvent } from './telemetry/telemetry.ts';

const seconds = ([whole, nanos]: ReadableSpan['startTime']): number => whole + nanos / 1e9;

/** An SDK of its own. */
function sdk() {
  const spans = new InMemorySpanExporter();
  const measures = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: measures, exportIntervalMillis: 2 ** 30 });
  return {
    tracerProvider: new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }),
    meterProvider: new MeterProvider({ readers: [reader] }),
    spans: () => spans.getFinishedSpans(),
    /** Of a metric: its points, each with its attributes and its value. */
    points: async (name: string): Promise<readonly DataPoint<unknown>[]> => {
      await reader.forceFlush();
      const all =
        measures
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return all.flatMap(({ descriptor, dataPoints }): readonly DataPoint<unknown>[] => (descriptor.name === name ? dataPoints : []));
    },
  };
}

function traced(settings: Partial<AcmeSettings> = {}, options: OpenTelemetryOptions = {}) {
  const own = sdk();
  const onTelemetry = opentelemetry({ tracerProvider: own.tracerProvider, meterProvider: own.meterProvider, ...options });
  return { ...own, onTelemetry, ...acmeWorld({ name: 'eu', ...settings, onTelemetry }) };
}

const parentOf = (span: ReadableSpan | undefined): string | undefined => span?.parentSpanContext?.spanId;
const named = (spans: readonly ReadableSpan[], name: string): readonly ReadableSpan[] => spans.filter((span) => span.name === name);

describe('spans', () => {
  it('are one for the operation, and one below it for each exchange, with the time of the runtime', async () => {
    const { acme, spans, onCreate } = traced({ maxResends: 1 });
    onCreate(requestLost);
    await acme.createPayout(RENT);
    const [first, second, operation] = spans();
    expect(spans().map(({ name, kind }) => [name, kind])).toEqual([
      ['POST /payouts', 2],
      ['POST /payouts', 2],
      ['disburse.createPayout', 0],
    ]);
    expect(parentOf(operation)).toBeUndefined();
    expect([parentOf(first), parentOf(second)]).toEqual([operation?.spanContext().spanId, operation?.spanContext().spanId]);
    const common = { 'disburse.provider': 'acme', 'disburse.name': 'eu' };
    expect(operation?.attributes).toEqual({
      ...common,
      'disburse.operation': 'createPayout',
      'disburse.outcome': 'accepted',
      'disburse.replayed': false,
    });
    const request = {
      ...common,
      'http.request.method': 'POST',
      'server.address': 'acme.test',
      'server.port': 443,
      'url.full': 'https://acme.test/payouts',
      'url.template': '/payouts',
    };
    expect(first?.attributes).toEqual({ ...request, 'disburse.evidence': 'maybe_sent', 'error.type': 'UNKNOWN' });
    expect(second?.attributes).toMatchObject({
      ...request,
      'disburse.evidence': 'answered',
      'http.response.status_code': 201,
      'http.request.resend_count': 1,
    });
    expect([operation, first, second].map((span) => span?.status.code)).toEqual([0, 2, 0]);
    expect(seconds(operation?.startTime ?? [0, 0])).toBe(NINE / 1000);
    expect(seconds(second?.startTime ?? [0, 0])).toBeCloseTo(NINE / 1000 + 0.5, 6);
  });

  it.each([
    ['createPayout', 'unknown', 'provider_unavailable', 2],
    ['lookup', 'unknown', 'unresolved', 2],
  ] as const)('%s that ends %s is an error', async (operation, outcome, code, status) => {
    const { acme, spans, onCreate } = traced({ maxResends: 0 });
    onCreate(requestLost);
    const created = await acme.createPayout(RENT);
    if (created.outcome !== 'unknown') throw new Error('it should be unknown');
    await acme.lookup(created.submission);
    const [span] = named(spans(), `disburse.${operation}`);
    expect(span?.attributes).toMatchObject({ 'disburse.outcome': outcome });
    expect([span?.status.code, typeof span?.attributes['error.type'], code.length > 0]).toEqual([status, 'string', true]);
  });

  it('of a refusal say why, and of a lookup that proves absence are no error', async () => {
    const { acme, spans, time, onCreate } = traced({ maxResends: 0 });
    onCreate(requestLost);
    const created = await acme.createPayout(RENT);
    if (created.outcome !== 'unknown') throw new Error('it should be unknown');
    time.jump(NINE + 2 * 24 * 60 * 60_000);
    expect(await acme.lookup(created.submission)).toMatchObject({ outcome: 'rejected' });
    const [lookup] = named(spans(), 'disburse.lookup');
    expect([lookup?.attributes['disburse.outcome'], lookup?.status.code]).toEqual(['rejected', 0]);
    onCreate(answered(402, { code: 'no_money' }, { [ACME_REPLAYED]: 'true' }));
    await acme.createPayout({ ...RENT, reference: 'other' });
    const refused = named(spans(), 'disburse.createPayout').at(-1);
    expect([refused?.attributes['disburse.outcome'], refused?.status.code]).toEqual(['rejected', 2]);
    expect(named(spans(), 'POST /payouts').at(-1)?.attributes).toMatchObject({ 'http.response.status_code': 402, 'error.type': '402' });
  });

  it('hold no id: what is no word of the API is left out of names and addresses', async () => {
    const { acme, spans } = traced();
    await acme.retrieve('ac_000123456789').catch(() => undefined);
    const [exchange] = spans();
    expect(exchange?.name).toBe('GET /payouts/{id}');
    expect(exchange?.attributes).toMatchObject({ 'url.full': 'https://acme.test/payouts/REDACTED', 'url.template': '/payouts/{id}' });
  });

  it('of an operation that is refused before any request: no exchange, and its code', async () => {
    const { acme, spans } = traced();
    await acme.createPayout({ ...RENT, money: null as never });
    expect(spans().map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([['disburse.createPayout', 'invalid_request']]);
  });

  it('tell a diagnostic on the operation, without its words', async () => {
    const own = sdk();
    const { acme } = hookedAcme({ onTelemetry: opentelemetry(own) });
    await expect(acme.parseWebhook({ headers: {}, body: '{}' })).rejects.toThrow('signature');
    const [span] = own.spans();
    expect(span?.name).toBe('disburse.parseWebhook');
    expect(span?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['disburse.diagnostic', { 'disburse.diagnostic': 'webhook_refused' }],
    ]);
    expect(await own.points('disburse.diagnostics')).toMatchObject([
      { value: 1, attributes: { 'disburse.diagnostic': 'webhook_refused' } },
    ]);
  });

  it('of exchanges are left out where another instrumentation makes them', async () => {
    const { acme, spans, points, onCreate } = traced({ maxResends: 1 }, { exchanges: false });
    onCreate(answerLost);
    await acme.createPayout(RENT);
    expect(spans().map(({ name }) => name)).toEqual(['disburse.createPayout']);
    expect(await points('http.client.request.duration')).toEqual([]);
    expect(await points('disburse.resends')).toMatchObject([{ value: 1 }]);
  });
});

describe('metrics', () => {
  it('measure operations, outcomes, resends and requests, in seconds', async () => {
    const { acme, points, onCreate } = traced({ maxResends: 1 });
    onCreate(requestLost, (arrive) => arrive(), answered(503), answered(503));
    await acme.createPayout(RENT);
    await acme.createPayout({ ...RENT, reference: 'unlucky' });
    await acme.list();
    const whose = { 'disburse.provider': 'acme', 'disburse.name': 'eu' };
    const create = { ...whose, 'disburse.operation': 'createPayout' };
    expect(await points('disburse.outcomes')).toMatchObject([
      { value: 1, attributes: { ...create, 'disburse.outcome': 'accepted' } },
      { value: 1, attributes: { ...create, 'disburse.outcome': 'unknown', 'error.type': 'provider_unavailable' } },
    ]);
    expect(await points('disburse.resends')).toMatchObject([{ value: 2, attributes: create }]);
    const operations = await points('disburse.operation.duration');
    expect(operations).toMatchObject([
      { attributes: { 'disburse.outcome': 'accepted' }, value: { count: 1, sum: 0.5 } },
      { attributes: { 'disburse.outcome': 'unknown' }, value: { count: 1, sum: 0.5 } },
      { attributes: { ...whose, 'disburse.operation': 'list' }, value: { count: 1 } },
    ]);
    const requests = await points('http.client.request.duration');
    expect(requests.map(({ attributes }) => attributes)).toContainEqual({
      'http.request.method': 'POST',
      'server.address': 'acme.test',
      'server.port': 443,
      'http.response.status_code': 503,
      'error.type': '503',
    });
    // https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientrequestduration
    expect(requests[0]).toMatchObject({
      value: { buckets: { boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] } },
    });
  });
});

describe('one event', () => {
  const exchange = (over: object): TelemetryEvent => ({
    type: 'exchange',
    provider: 'acme',
    name: 'eu',
    method: 'GET',
    baseUrl: 'https://acme.test',
    path: '/',
    evidence: 'answered',
    status: 200,
    failure: null,
    resend: 0,
    startedAt: NINE,
    durationMs: 5,
    requestId: null,
    ...over,
  });
  const spanOf = (over: object): ReadableSpan | undefined => {
    const own = sdk();
    opentelemetry(own)(exchange(over));
    return own.spans()[0];
  };

  it.each([
    ['a port', { baseUrl: 'http://127.0.0.1:8080' }, { 'server.address': '127.0.0.1', 'server.port': 8080 }],
    ['plain http', { baseUrl: 'http://localhost' }, { 'server.address': 'localhost', 'server.port': 80 }],
    ['an address of version 6', { baseUrl: 'http://[::1]:1' }, { 'server.address': '::1', 'server.port': 1 }],
    [
      'a proxy’s path',
      { baseUrl: 'https://p.test/k3y', path: '/v2/x' },
      { 'url.full': 'https://p.test/REDACTED/v2/x', 'url.template': '/v2/x' },
    ],
    [
      'a query',
      { path: '/v1/payouts?limit=&created%5Bgte%5D=' },
      { 'url.full': 'https://acme.test/v1/payouts?limit=REDACTED&created%5Bgte%5D=REDACTED' },
    ],
    ['an account number for an id', { path: '/v2/balances/GB29NWBK60161331926819/x' }, { 'url.template': '/v2/balances/{id}/x' }],
    [
      'words in words',
      { path: '/v1/test_helpers/treasury/outbound_payments/obp_1/fail' },
      { 'url.template': '/v1/test_helpers/treasury/outbound_payments/{id}/fail' },
    ],
    ['a request id', { requestId: 'req_1' }, { 'disburse.request_id': 'req_1' }],
  ])('%s', (_, over, attributes) => expect(spanOf(over)?.attributes).toMatchObject(attributes));

  it('of an operation that nobody saw begin is a span without a parent, and a clock that goes back makes no negative time', () => {
    const span = spanOf({ call: 12, durationMs: -50 });
    expect(parentOf(span)).toBeUndefined();
    expect(seconds(span?.duration ?? [1, 0])).toBe(0);
  });
});

describe('the global SDK', () => {
  beforeEach(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  afterEach(() => {
    context.disable();
    trace.disable();
    metrics.disable();
  });

  it('is not needed: without one nothing happens, and everything works', async () => {
    const { acme } = acmeWorld({ onTelemetry: opentelemetry() });
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted' });
  });

  it('may be registered after the provider was made', async () => {
    const { acme } = acmeWorld({ onTelemetry: opentelemetry() });
    await acme.list();
    const own = sdk();
    trace.setGlobalTracerProvider(own.tracerProvider);
    metrics.setGlobalMeterProvider(own.meterProvider);
    await acme.createPayout(RENT);
    expect(own.spans()).toHaveLength(2);
    expect(await own.points('disburse.outcomes')).toMatchObject([{ value: 1 }]);
  });

  it('knows the caller’s span: operations at once are children of their own callers', async () => {
    const { acme, spans, tracerProvider } = traced();
    const tracer = tracerProvider.getTracer('app');
    const within = (name: string, work: () => Promise<unknown>) =>
      tracer.startActiveSpan(name, async (span) => {
        await work().finally(() => span.end());
        return span.spanContext().spanId;
      });
    const [a, b] = await Promise.all([
      within('a', () => acme.createPayout(RENT)),
      within('b', () => acme.list()),
      within('c', () => acme.retrieve('ac_1').catch(() => undefined)),
    ]);
    expect(parentOf(named(spans(), 'disburse.createPayout')[0])).toBe(a);
    expect(parentOf(named(spans(), 'disburse.list')[0])).toBe(b);
    const list = named(spans(), 'disburse.list')[0]?.spanContext();
    expect(parentOf(named(spans(), 'GET /payouts')[0])).toBe(list?.spanId);
  });
});
