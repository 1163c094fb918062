// What onTelemetry is told: every operation from its start to its end, whose each exchange is, and nothing that is secret.
import { describe, expect, it } from 'vitest';
import { hookedAcme } from '../__fixtures__/acme-delivery.ts';
import { ACME_TOKEN, acmeBank } from '../__tests__/acme-bank.ts';
import { createAcme } from '../__tests__/acme.ts';
import { acmeWorld, after, answered, hangs, RENT, requestLost, TEN } from '../__tests__/acme-world.ts';
import { manualTime, NINE } from '../__tests__/manual-time.ts';
import { perform } from './operation.ts';
import { createPayoutRegistry } from '../registry/registry.ts';
import type { TelemetryEvent } from '../telemetry/telemetry.ts';

/** The events as a story: which operation, and what. */
const story = (events: readonly TelemetryEvent[]): readonly string[] =>
  events.map((event) => `${event.operationId} ${'operation' in event ? `${event.type} ${event.operation}` : event.type}`);

const callsFromOne = (events: readonly TelemetryEvent[]): TelemetryEvent[] => {
  const calls = [...new Set(events.map(({ operationId }) => operationId))];
  return events.map((event) => ({ ...event, operationId: calls.indexOf(event.operationId) + 1 }));
};

describe('a create', () => {
  it('is told from its start to its end, each exchange on the way', async () => {
    const { acme, events, onCreate } = acmeWorld({ name: 'eu', maxResends: 1 });
    onCreate(requestLost);
    await acme.createPayout(RENT);
    const whose = { provider: 'acme', name: 'eu', operationId: 1 };
    const exchange = { type: 'exchange', method: 'POST', baseUrl: 'https://acme.test', path: '/payouts' };
    expect(callsFromOne(events)).toEqual([
      { ...whose, type: 'start', operation: 'createPayout', startedAt: NINE },
      {
        ...whose,
        ...exchange,
        evidence: 'maybe_sent',
        status: null,
        failure: 'UNKNOWN',
        resend: 0,
        startedAt: NINE,
        durationMs: 0,
        requestId: null,
      },
      {
        ...whose,
        ...exchange,
        evidence: 'answered',
        status: 201,
        failure: null,
        resend: 1,
        startedAt: NINE + 500,
        durationMs: 0,
        requestId: null,
      },
      {
        ...whose,
        type: 'end',
        operation: 'createPayout',
        outcome: 'accepted',
        code: null,
        replayed: false,
        startedAt: NINE,
        durationMs: 500,
      },
    ]);
  });

  it('knows neither credential, key, reference nor amount', async () => {
    const { acme, events } = acmeWorld();
    const { submission } = await acme.createPayout({ ...RENT, description: 'a-secret-word' });
    const said = JSON.stringify(events);
    for (const word of [ACME_TOKEN, submission?.key ?? '?', RENT.reference, TEN.amount, 'a-secret-word']) expect(said).not.toContain(word);
  });

  it.each([
    ['timeout', hangs],
    ['aborted', hangs],
  ] as const)('says in a word why no answer came: %s', async (failure, meets) => {
    const { acme, events, onCreate, time } = acmeWorld({ maxResends: 0 });
    const controller = new AbortController();
    onCreate(meets('done', () => (failure === 'timeout' ? time.pass(60_000) : controller.abort())));
    await acme.createPayout(RENT, { signal: controller.signal });
    expect(events.find(({ type }) => type === 'exchange')).toMatchObject({ failure, evidence: 'maybe_sent', status: null });
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      outcome: 'unknown',
      code: failure === 'aborted' ? 'aborted' : 'provider_unavailable',
    });
  });

  it('tells the system’s own word for a broken connection', async () => {
    const { acme, events, onCreate } = acmeWorld({ maxResends: 0 });
    onCreate(() => {
      throw Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('secret'), { code: 'ECONNRESET' }) });
    });
    await acme.createPayout(RENT);
    expect(events[1]).toMatchObject({ type: 'exchange', failure: 'ECONNRESET' });
  });
});

describe('every other operation', () => {
  it('is told, too; every page of listAll is a list', async () => {
    const { acme, events } = acmeWorld();
    const submission = await acme.prepare(RENT);
    await acme.submit(submission);
    await acme.lookup(submission);
    await acme.retrieve('p_1').catch(() => undefined);
    await acme.list();
    for await (const payout of acme.listAll({ limit: 1 })) expect(payout.id).toBeTruthy();
    await acme.cancel('p_404').catch(() => undefined);
    await expect(acme.resolve(submission, { absent: true })).rejects.toThrow('absent');
    const starts = events.flatMap((event) => (event.type === 'start' ? [event.operation] : []));
    expect(starts).toEqual(['submit', 'lookup', 'retrieve', 'list', 'list', 'cancel', 'resolve']);
    expect(events.filter(({ type }) => type === 'end')).toHaveLength(starts.length);
    expect(events.at(-1)).toMatchObject({ type: 'end', operation: 'resolve', outcome: null, code: 'invalid_state' });
  });

  it('that changed nothing for certain, or perhaps, says so', async () => {
    const { acme, events, onRead } = acmeWorld({ maxResends: 0 });
    await expect(acme.cancel('p_404')).rejects.toThrow('404');
    expect(events.at(-1)).toMatchObject({ type: 'end', operation: 'cancel', outcome: 'rejected', code: 'not_found' });
    onRead(answered(503));
    await expect(acme.retrieve('p_404')).rejects.toThrow('[acme]');
    expect(events.at(-1)).toMatchObject({ type: 'end', operation: 'retrieve', outcome: null, code: 'provider_unavailable' });
  });

  it('that throws what is no PayoutError ends, too', async () => {
    const { acme, events } = acmeWorld();
    await expect(acme.submit(null as never)).rejects.toThrow('submission');
    expect(events.map(({ type }) => type)).toEqual(['start', 'end']);
    expect(events.at(-1)).toMatchObject({ operation: 'submit', outcome: null });
  });

  it('a webhook that is refused tells why, as part of its operation', async () => {
    const told: TelemetryEvent[] = [];
    const { acme } = hookedAcme({ onTelemetry: (event) => void told.push(event) });
    await expect(acme.parseWebhook({ headers: {}, body: '{}' })).rejects.toThrow('signature');
    expect(callsFromOne(told)).toMatchObject([
      { operationId: 1, type: 'start', operation: 'parseWebhook' },
      { operationId: 1, type: 'diagnostic', code: 'webhook_refused' },
      { operationId: 1, type: 'end', code: 'webhook_refused' },
    ]);
  });
});

describe('operations at once', () => {
  it('are told apart: each exchange carries the number of its own', async () => {
    const { acme, events, onRead } = acmeWorld();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    onRead(after(() => held));
    const first = acme.list();
    await acme.retrieve('p_404').catch(() => undefined);
    release();
    await first;
    const [list, retrieve] = events.map(({ operationId }) => operationId);
    expect(story(events)).toEqual([
      `${list} start list`,
      `${retrieve} start retrieve`,
      `${retrieve} exchange`,
      `${retrieve} end retrieve`,
      `${list} exchange`,
      `${list} end list`,
    ]);
    expect(list).not.toBe(retrieve);
  });

  it('a registry that finds the reference with another provider: its exchanges are of the call that asked', async () => {
    const runtime = manualTime();
    const told: TelemetryEvent[] = [];
    const common = { token: ACME_TOKEN, fetch: acmeBank({ now: () => runtime.now() }).fetch, runtime };
    const onTelemetry = (event: TelemetryEvent): void => void told.push(event);
    const providers = {
      us: createAcme({ ...common, name: 'us', onTelemetry }),
      eu: createAcme({ ...common, name: 'eu', onTelemetry }),
    };
    await createPayoutRegistry(providers, { default: 'us' }).createPayout(RENT);
    told.length = 0;
    await createPayoutRegistry(providers, { default: 'eu' }).createPayout(RENT);
    expect(callsFromOne(told)).toMatchObject([
      { operationId: 1, name: 'eu', type: 'start' },
      { operationId: 1, name: 'us', type: 'exchange', method: 'GET' },
      { operationId: 1, name: 'eu', type: 'end', outcome: 'accepted', replayed: true },
    ]);
  });
});

describe('a listener', () => {
  it('that throws changes nothing', async () => {
    const bank = acmeBank();
    const onTelemetry = (): never => {
      throw new Error('the collector is down');
    };
    const acme = createAcme({ token: ACME_TOKEN, fetch: bank.fetch, runtime: manualTime(), onTelemetry });
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted' });
    expect(bank.payouts).toHaveLength(1);
  });

  it('that is not there costs nothing: the work gets the engine that is there', async () => {
    const { context } = acmeWorld({ onTelemetry: undefined });
    expect(await perform(context, 'list', async (mine) => mine === context)).toBe(true);
    expect(await perform(acmeWorld().context, 'list', async ({ telemetry: { operationId: call } }) => typeof call)).toBe('number');
  });
});
