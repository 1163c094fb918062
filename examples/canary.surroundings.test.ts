// What an application brings along may fail with anything in its hands: stores, listeners, signals, handlers of events. None of it is repeated.
import { assertSupports, type PayoutOutcome, type SubmissionStore, type TelemetryEvent, webhookHandler } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, CREDENTIALS, everythingOf, foundIn, listenedTo, PERSON, printed } from './canary/canaries.ts';
import { holding, RAILS, railOf } from './canary/rails.ts';

const EVERYONE = { ...CREDENTIALS, ...ACCOUNT, ...PERSON };

/** As a driver of a database throws: the statement, its parameters, the address with the password. */
const broken = (): never => {
  throw holding(EVERYONE);
};

const errorsOf = (outcomes: readonly PayoutOutcome[]): readonly unknown[] =>
  outcomes.map((outcome) => (outcome.outcome === 'accepted' ? outcome.notices : outcome.error));

const working: SubmissionStore = {
  putIfAbsent: async (submission) => ({ submission, resolution: null, shared: false }),
  setResolution: async () => undefined,
  find: async () => null,
};

describe.each(RAILS)('%s', (name) => {
  it.each<readonly [string, Partial<SubmissionStore>]>([
    ['cannot keep', { putIfAbsent: broken }],
    ['cannot resolve', { setResolution: broken }],
    ['cannot find', { find: broken }],
    ['can do nothing', { putIfAbsent: broken, setResolution: broken, find: broken }],
    ['answers what is none of its own', { putIfAbsent: async () => ({ submission: EVERYONE, resolution: EVERYONE }) as never }],
    ['answers an end that is none', { putIfAbsent: async (submission) => ({ submission, resolution: EVERYONE as never }) }],
  ])('a store that %s', async (_, parts) => {
    const events: TelemetryEvent[] = [];
    const said = listenedTo();
    const rail = await railOf(name, { submissions: { ...working, ...parts }, onTelemetry: (event) => void events.push(event) });
    const outcomes = [await rail.create('r'), await rail.create('r')];
    const made = outcomes.map(({ submission }) => submission);
    for (const submission of made) {
      if (submission !== null) outcomes.push(await rail.provider.submit(submission), await rail.provider.lookup(submission));
    }
    expect(said()).toEqual([]);
    expect(foundIn(everythingOf([errorsOf(outcomes), events]), EVERYONE)).toEqual([]);
    expect(events.length).toBeGreaterThan(4);
  });

  it('a signal that is aborted for a reason with everything in it', async () => {
    const events: TelemetryEvent[] = [];
    const { provider, create } = await railOf(name, { onTelemetry: (event) => void events.push(event) });
    const { submission } = await create('r');
    const signal = AbortSignal.abort(holding(EVERYONE));
    if (submission === null) throw new Error('It was prepared.');
    const outcomes = [await provider.submit(submission, { signal }), await provider.lookup(submission, { signal })];
    assertSupports(provider, 'list');
    const calls = [provider.retrieve('po_1', { signal }), provider.list({}, { signal }), provider.cancel('po_1', { signal })];
    const ends = await Promise.allSettled(calls);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(foundIn(everythingOf([errorsOf(outcomes), ends, events]), EVERYONE)).toEqual([]);
  });

  it('a listener that throws, and nobody hears of it', async () => {
    const said = listenedTo();
    const { create } = await railOf(name, { onTelemetry: broken });
    expect(await create('r')).toMatchObject({ outcome: 'accepted' });
    expect(said()).toEqual([]);
  });

  it.each<readonly [string, object]>([
    ['a handler of events', { onEvent: broken }],
    ['what remembers events', { onEvent: () => undefined, seen: { has: broken, add: broken } }],
    ['what hears of it, too', { onEvent: broken, onError: broken }],
  ])('%s that throws', async (_, parts) => {
    const events: TelemetryEvent[] = [];
    const rail = await railOf(name, { onTelemetry: (event) => void events.push(event) });
    const said = listenedTo();
    const handle = webhookHandler({ provider: rail.provider, onEvent: broken, ...parts });
    await rail.create('r');
    const answers: string[] = [];
    for (const { headers, body } of await rail.deliveries()) {
      const response = await handle(new Request('https://app.test/hooks', { method: 'POST', headers, body }));
      answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`);
    }
    expect(answers).toContain('500 [] ');
    expect(said()).toEqual([]);
    expect(foundIn(printed([answers, events]), EVERYONE)).toEqual([]);
    expect(events.some((event) => event.type === 'diagnostic' && event.code === 'webhook_unhandled')).toBe(true);
  });
});
