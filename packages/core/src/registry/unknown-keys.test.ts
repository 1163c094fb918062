// A key that nobody would read is refused, wherever an object of options is taken: dropped without a word, a payout leaves another
// account than its caller believes, or its store is never asked.
import { describe, expect, it } from 'vitest';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';
import { acmeWorld, RENT, TEN } from '../__tests__/acme-world.ts';
import { createAcme } from '../__tests__/acme.ts';
import { createPayoutRegistry, follow, memorySeenEvents, memorySubmissions, registryFromConfig } from '../index.ts';
import { definePayoutProvider } from '../adapter.ts';
import { moneyIssues } from '../money/money.ts';
import { fileSubmissions } from '../node.ts';

const bad = (value: object): never => value as never;

describe('options of a call', () => {
  const of = (call: object) => {
    const world = acmeWorld();
    const { acme } = world;
    const prepared = acme.prepare(RENT);
    const asked: Readonly<Record<string, () => unknown>> = {
      createPayout: () => acme.createPayout(RENT, bad(call)),
      prepare: () => (acme.prepare as (...given: unknown[]) => unknown)(RENT, call),
      submit: async () => acme.submit(await prepared, bad(call)),
      lookup: async () => acme.lookup(await prepared, bad(call)),
      retrieve: () => acme.retrieve('ac_1', bad(call)),
      list: () => acme.list({}, bad(call)),
      listAll: async () => acme.listAll({}, bad(call)),
      cancel: () => acme.cancel('ac_1', bad(call)),
      parseWebhook: () => acme.parseWebhook({ headers: {}, body: '' }, bad(call)),
      'the createPayout of a registry': () => createPayoutRegistry({ acme }, { default: 'acme' }).createPayout(RENT, bad(call)),
    };
    return { world, asked };
  };
  const OPERATIONS = Object.keys(of({}).asked);

  it.each(OPERATIONS)("%s refuses those of Stripe's SDK, and says what to write instead; nothing is kept or sent", async (operation) => {
    const { world, asked } = of({ stripeAccount: 'acct_seller', idempotencyKey: 'k', timeout: 5, timeoutMS: 5 });
    await expect(asked[operation]?.()).rejects.toMatchObject({
      code: 'invalid_request',
      issues: [
        { path: 'stripeAccount', message: expect.stringContaining('provider.forAccount(id)') },
        { path: 'idempotencyKey', message: expect.stringContaining('reference') },
        { path: 'timeout', message: expect.stringContaining('`timeoutMs`') },
        { path: 'timeoutMS', message: operation === 'prepare' ? expect.anything() : expect.stringContaining('did you mean "timeoutMs"?') },
      ],
    });
    expect(world.left).toEqual([]);
    expect((await world.acme.createPayout(RENT)).outcome).toBe('accepted');
    expect(world.creates()).toHaveLength(1);
  });

  it.each(OPERATIONS.filter((operation) => operation !== 'prepare'))('%s takes no signal in the place of the object', async (operation) => {
    const { world, asked } = of(new AbortController().signal);
    await expect(asked[operation]?.()).rejects.toMatchObject({
      issues: [{ path: 'call', message: expect.stringContaining('not an AbortSignal') }],
    });
    expect(world.left).toEqual([]);
  });

  it.each(['createPayout', 'list', 'listAll', 'submit'])('%s has its bag in the first argument', async (operation) => {
    await expect(of({ providerOptions: { acme: {} } }).asked[operation]?.()).rejects.toMatchObject({
      issues: [{ path: 'providerOptions', message: expect.stringContaining('first argument') }],
    });
  });

  it('prepare may be handed to map, which adds numbers', async () => {
    const { acme } = acmeWorld();
    expect(await Promise.all([RENT].map(acme.prepare))).toMatchObject([{ reference: RENT.reference }]);
  });

  it('no option is undefined as well as null', async () => {
    const { acme } = acmeWorld();
    expect(await acme.createPayout(RENT, undefined)).toMatchObject({ outcome: 'accepted' });
    expect(await acme.createPayout(RENT, null as never)).toMatchObject({ outcome: 'accepted' });
  });
});

describe('members', () => {
  it('of money', async () => {
    const { acme, left } = acmeWorld();
    const money = { ...TEN, amountInCents: 1000 };
    expect(moneyIssues(money, 'money')).toMatchObject([{ path: 'money.amountInCents' }]);
    expect(await acme.createPayout({ reference: 'r', money })).toMatchObject({
      outcome: 'rejected',
      submission: null,
      error: { issues: [{ path: 'money.amountInCents' }] },
    });
    expect(left).toEqual([]);
  });

  it('of a decision', async () => {
    const { acme, context } = acmeWorld();
    const submission = await acme.prepare(RENT);
    const wrong = { absent: true, payoutID: 'ac_1' } as const;
    await expect(acme.resolve(submission, wrong)).rejects.toMatchObject({
      code: 'invalid_request',
      issues: [{ path: 'decision.payoutID' }],
    });
    expect(await context.store.find(submission)).toBeNull();
  });

  it("of an adapter's specification", () => {
    expect(() => definePayoutProvider(bad({ id: 'acme', mayresend: () => false }))).toThrow(
      expect.objectContaining({
        code: 'invalid_settings',
        issues: [{ path: 'mayresend', message: expect.stringContaining('"mayResend"') }],
      }),
    );
  });
});

describe('options of what holds several', () => {
  const config = { providers: { eu: { adapter: 'acme', token: { env: 'T' } } } };
  const env = { T: ACME_TOKEN };
  const store = memorySubmissions();

  it.each<[string, object, string, RegExp]>([
    ['a store beside settings', { env, submissions: store }, 'context.submissions', /write \{ settings: \{ submissions \} \}/],
    ['a listener beside settings', { env, onTelemetry: () => undefined }, 'context.onTelemetry', /write \{ settings: \{ onTelemetry \} \}/],
    ['a misspelt key', { env, setings: { submissions: store } }, 'context.setings', /did you mean "settings"/],
    ['a misspelt store', { env, settings: { submission: store } }, 'context.settings.submission', /did you mean "submissions"/],
    ['what a file can say', { env, settings: { timeoutMs: 5 } }, 'context.settings.timeoutMs', /entry of each provider/],
    ['the store itself', Object.assign(Object.create({}), store), 'context', /must be an object/],
  ])('registryFromConfig refuses %s', (_, context, path, message) => {
    expect(() => registryFromConfig(config, { acme: createAcme }, context)).toThrow(
      expect.objectContaining({
        code: 'invalid_settings',
        issues: expect.arrayContaining([{ path, message: expect.stringMatching(message) }]),
      }),
    );
  });

  it.each<[string, object, string, RegExp]>([
    ['a misspelt default', { defualt: 'acme' }, 'defualt', /did you mean "default"/],
    ['a store', { submissions: store }, 'submissions', /setting of each provider/],
    ['a name in the place of the object', bad(['acme']), 'options', /not an array/],
  ])('createPayoutRegistry refuses %s', (_, options, path, message) => {
    expect(() => createPayoutRegistry({ acme: acmeWorld().acme }, options)).toThrow(
      expect.objectContaining({ code: 'invalid_settings', issues: [{ path, message: expect.stringMatching(message) }] }),
    );
  });
});

it('stores and what remembers events', () => {
  expect(() => memorySubmissions(bad({ folder: '/var/lib/x' }))).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
  expect(() => fileSubmissions('x', bad({ fsync: false }))).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
  expect(() => memorySeenEvents(bad({ limt: 5 }))).toThrow(
    expect.objectContaining({ issues: [expect.objectContaining({ path: 'limt' })] }),
  );
});

describe('follow', () => {
  it('refuses options that it does not know, and an until that is none', async () => {
    const { acme } = acmeWorld();
    const created = await acme.createPayout(RENT);
    if (created.outcome !== 'accepted') throw new Error('not accepted');
    const refused = expect.objectContaining({ issues: ['utnil', 'timeoutMs', 'until'].map((path) => expect.objectContaining({ path })) });
    expect(() => follow(acme, created.payout, bad({ utnil: () => true, timeoutMs: 5, until: true }))).toThrow(refused);
  });

  it('does not take a promise for an answer, which would end it without a word', async () => {
    const { acme } = acmeWorld();
    const created = await acme.createPayout(RENT);
    if (created.outcome !== 'accepted') throw new Error('not accepted');
    const walk = follow(acme, created.payout, { until: bad(async () => false) });
    await expect(walk.next()).rejects.toMatchObject({
      code: 'invalid_request',
      issues: [{ path: 'until', message: expect.stringContaining('promise') }],
    });
  });
});
