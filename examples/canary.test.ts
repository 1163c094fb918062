// A secret is where it must be, and nowhere else: every error, event, span, notice, delivery, file and line that the command prints is
// searched for credentials, for a bank account and for what tells a person, whatever the provider does.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  acceptedOrThrow,
  createPayoutRegistry,
  follow,
  type Payout,
  type PayoutOperations,
  type PayoutOutcome,
  supports,
  type TelemetryEvent,
} from '@disburse/core';
import { fileSubmissions } from '@disburse/core/node';
import { opentelemetry } from '@disburse/core/opentelemetry';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ACCOUNT, CREDENTIALS, everythingOf, foundIn, listenedTo, PERSON, printed } from './canary/canaries.ts';
import { type Rail, type RailName, RAILS, railOf, SCENARIOS } from './canary/rails.ts';

/** A provider that is listened to in every way there is. */
async function watched(name: RailName) {
  const events: TelemetryEvent[] = [];
  const spans = new InMemorySpanExporter();
  const measures = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: measures, exportIntervalMillis: 2 ** 30 });
  const otel = opentelemetry({
    tracerProvider: new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }),
    meterProvider: new MeterProvider({ readers: [reader] }),
  });
  const onTelemetry = (event: TelemetryEvent): void => {
    events.push(event);
    otel(event);
  };
  const rail = await railOf(name, { onTelemetry, maxResends: 1 });
  const exported = async (): Promise<string> => {
    await reader.forceFlush();
    const told = spans.getFinishedSpans().map((span) => ({
      name: span.name,
      attributes: span.attributes,
      events: span.events,
      status: span.status,
      links: span.links,
      resource: span.resource.attributes,
    }));
    return printed([told, measures.getMetrics()]);
  };
  return { rail, events, exported };
}

/** What a folder of submissions holds once these were kept and resolved in it. Beside the calls: their clock jumps, a disk does not. */
async function filesOf(outcomes: readonly PayoutOutcome[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'disburse-canary-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const store = fileSubmissions(folder);
  for (const outcome of outcomes) {
    if (outcome.submission === null) continue;
    await store.putIfAbsent(outcome.submission);
    if (outcome.outcome === 'accepted') await store.setResolution(outcome.submission, { payoutId: outcome.payout.id });
  }
  const names = readdirSync(folder);
  return names.map((file) => `${file}\n${readFileSync(join(folder, file), 'utf8')}`).join('\n');
}

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    return error;
  }
}

/** Reads what became of it, a few times at most. */
async function followed(provider: Rail['provider'], payout: Payout | undefined): Promise<void> {
  if (payout === undefined) return;
  let reads = 0;
  for await (const { payout: seen } of follow(provider, payout, { failedReads: 1, until: () => (reads += 1) > 3 }))
    if (seen.id === '') break;
}

const listsOf = (provider: Pick<PayoutOperations<string, object, never>, 'list' | 'listAll'>): readonly Promise<unknown>[] => [
  thrownBy(() => provider.list()),
  thrownBy(async () => {
    for await (const payout of provider.listAll()) if (payout.id === '') break;
  }),
];

/** Calls everything there is, and answers what was thrown. */
async function everyCall({
  provider,
  create,
}: Rail): Promise<{ readonly outcomes: readonly PayoutOutcome[]; readonly errors: readonly unknown[] }> {
  const outcomes = [await create('canary-1'), await create('canary-1'), await create('canary-2', '9999999.00')];
  const [submission] = outcomes.map((outcome) => outcome.submission).filter((each) => each !== null);
  if (submission !== undefined) outcomes.push(await provider.lookup(submission), await provider.submit(submission));
  const payouts = outcomes.flatMap((outcome) => (outcome.outcome === 'accepted' ? [outcome.payout] : []));
  const { id } = payouts[0] ?? { id: 'po_none' };
  const note = { note: PERSON.metadata };
  const errors = [
    ...outcomes.map((outcome) => thrownBy(() => acceptedOrThrow(outcome))),
    thrownBy(() => provider.retrieve(id)),
    ...(supports(provider, 'list') ? listsOf(provider) : []),
    thrownBy(() => followed(provider, payouts[0])),
    ...(supports(provider, 'update') ? [thrownBy(() => provider.update(id, { metadata: note }))] : []),
    ...(supports(provider, 'balances') ? [thrownBy(() => provider.balances())] : []),
    thrownBy(() => provider.cancel(id)),
    ...(supports(provider, 'reverse') ? [thrownBy(() => provider.reverse(id, { metadata: note }))] : []),
    thrownBy(() => provider.parseWebhook({ headers: { 'stripe-signature': 't=1,v1=0', 'x-mollie-signature': 'sha256=0' }, body: '{}' })),
    ...(submission === undefined ? [] : [thrownBy(() => provider.resolve(submission, { absent: true }))]),
  ];
  return { outcomes, errors: await Promise.all(errors) };
}

describe.each(RAILS)('%s', (name) => {
  it.each(Object.keys(SCENARIOS))('%s', async (scenario) => {
    const { rail, events, exported } = await watched(name);
    SCENARIOS[scenario]?.(rail);
    const said = listenedTo();
    const { outcomes, errors } = await everyCall(rail);
    expect(said(), 'what the library itself writes').toEqual([]);
    const files = await filesOf(outcomes);
    const registry = createPayoutRegistry({ [rail.provider.name]: rail.provider });

    const told = [...outcomes.map((outcome) => (outcome.outcome === 'accepted' ? null : outcome.error)), ...errors];
    const notices = outcomes.map((outcome) => ('notices' in outcome ? outcome.notices : []));
    const payouts = outcomes.map((outcome) => (outcome.outcome === 'accepted' ? outcome.payout : null));
    const submissions = outcomes.map(({ submission }) => submission);
    const everyone = { ...CREDENTIALS, ...ACCOUNT, ...PERSON };

    expect(foundIn(printed(told), everyone), 'errors').toEqual([]);
    expect(foundIn(printed(notices), everyone), 'notices').toEqual([]);
    expect(foundIn(printed(events), everyone), 'events').toEqual([]);
    expect(foundIn(await exported(), everyone), 'spans and metrics').toEqual([]);
    expect(foundIn(printed(payouts), { ...CREDENTIALS, ...ACCOUNT }), 'payouts').toEqual([]);
    const all = [told, outcomes, submissions, rail.provider, registry, registry.select(rail.provider.name), files];
    expect(
      all.map((value) => foundIn(everythingOf(value), CREDENTIALS)),
      'anything, hidden members too',
    ).toEqual(all.map(() => []));
    // Where it may be, it is: what was searched for was there to be found.
    const sent = name === 'stripe-treasury' ? Object.keys(ACCOUNT) : [];
    expect([foundIn(printed(submissions), ACCOUNT), foundIn(files, ACCOUNT)]).toEqual([sent, sent]);
    expect(foundIn(files, PERSON)).toContain('description');
    expect(events.length).toBeGreaterThan(10);
  });
});
