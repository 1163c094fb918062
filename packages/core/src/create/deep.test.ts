// Whatever is nested too deep ends in words: no stack overflows, nothing stands still, and no outcome is lost.
import { describe, expect, it } from 'vitest';
import { acmeEvent, delivery, hookedAcme } from '../__fixtures__/acme-delivery.ts';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';
import { acmeWorld, type Meets, RENT } from '../__tests__/acme-world.ts';
import { createAcme } from '../__tests__/acme.ts';
import { registryFromConfig } from '../registry/config.ts';
import { knowAdapter } from '../adapter/provider-options.ts';
import { parseSubmission } from '../stores/submission.ts';

const DEEP = '['.repeat(100_000) + ']'.repeat(100_000);
const deepJson = (members: object = {}): string => JSON.stringify({ ...members, deep: 0 }).replace('"deep":0', `"deep":${DEEP}`);
const failure = async (work: () => unknown): Promise<unknown> => {
  try {
    return await work();
  } catch (error) {
    return error;
  }
};

/** The bank's own answer, with something deep in it. */
const deepened: Meets = async (arrive) => {
  const answer = await arrive();
  return new Response(deepJson((await answer.json()) as object), answer);
};

describe('an answer', () => {
  it('to a create is unknown, with what came; the lookup finds the one payout', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(deepened);
    world.onRead(deepened);
    const outcome = await world.acme.createPayout(RENT);
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'unexpected_response', payoutId: null } });
    const unread = outcome.outcome === 'unknown' ? (outcome.error.unreadAnswer ?? '') : '';
    expect([unread.slice(0, 12), unread.length]).toEqual(['{"id":"ac_1"', 65_536]);
    expect(() => JSON.stringify(outcome)).not.toThrow();
    expect(world.bank.payouts).toHaveLength(1);
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
    expect(world.bank.payouts).toHaveLength(1);
  });

  it.each<[string, number]>([
    ['a refusal', 400],
    ['a failure of the server', 500],
  ])('that is %s proves nothing', async (_, status) => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(() => new Response(DEEP, { status }));
    world.onRead(() => new Response(DEEP, { status }));
    expect(await world.acme.createPayout(RENT)).not.toMatchObject({ outcome: 'accepted' });
  });

  it('to a read is an error', async () => {
    const world = acmeWorld();
    const { submission } = await world.acme.createPayout(RENT);
    world.onRead(deepened, deepened);
    expect(submission).not.toBeNull();
    expect(await failure(() => world.acme.retrieve('ac_1'))).toMatchObject({ code: 'unexpected_response' });
    expect(await failure(() => world.acme.list())).toMatchObject({ code: 'unexpected_response' });
  });
});

it('an event that is verified is told, and is none', async () => {
  const { acme, told } = hookedAcme();
  const body = acmeEvent().replace(/\}$/, `,"deep":${DEEP}}`);
  expect(await acme.parseWebhook(delivery(body))).toEqual([]);
  expect(told).toMatchObject([{ code: 'webhook_unreadable' }]);
});

it('a text that should be a submission is refused', () => {
  expect(() => parseSubmission(DEEP)).toThrow('submission: this text is not JSON, or is nested too deep');
});

describe('what a caller gives', () => {
  const deep: unknown = Array.from({ length: 3_000 }).reduce<unknown>((inner) => ({ inner }), 1);
  const deeper: unknown = Array.from({ length: 200_000 }).reduce<unknown>((inner) => [inner], 1);
  const itself: Record<string, unknown> = {};
  itself['itself'] = itself;
  const acme = createAcme({ token: ACME_TOKEN, fetch: () => Promise.reject(new Error('nothing is sent')) });
  knowAdapter('other'); // Its bag is passed over here, and is part of the fingerprint.
  const use = (given: unknown): readonly (readonly [string, () => unknown])[] => [
    ['createPayout, in the bag of another provider', () => acme.createPayout({ ...RENT, providerOptions: { other: given } } as never)],
    ['createPayout, in metadata', () => acme.createPayout({ ...RENT, metadata: { a: given } } as never)],
    ['createPayout, as money', () => acme.createPayout({ ...RENT, money: given } as never)],
    ['prepare', () => acme.prepare({ ...RENT, providerOptions: { other: given } } as never)],
    ['submit', () => acme.submit(given as never)],
    ['parseSubmission', () => parseSubmission({ request: given })],
    ['list', () => acme.list({ providerOptions: { acme: given } } as never)],
    ['cancel', () => acme.cancel('ac_1', { providerOptions: { acme: given } } as never)],
    ['resolve', () => acme.resolve(given as never, given as never)],
    ['parseWebhook', () => acme.parseWebhook(given as never)],
    ['createAcme', () => createAcme({ token: ACME_TOKEN, webhookSecrets: given } as never)],
    [
      'registryFromConfig',
      () =>
        registryFromConfig(
          { providers: { a: { adapter: 'acme', token: { env: 'T' }, webhookSecrets: given } } },
          { acme: createAcme },
          { env: { T: 't' } },
        ),
    ],
    ['registryFromConfig, as a provider', () => registryFromConfig({ providers: given }, { acme: createAcme })],
  ];

  describe.each<[string, unknown]>([
    ['deep', deep],
    ['deeper', deeper],
    ['itself within itself', itself],
  ])('%s', (_, given) => {
    it.each(use(given))('%s', async (_operation, work) => {
      const ended = await failure(work);
      const error: unknown = typeof ended === 'object' && ended !== null && 'error' in ended ? ended.error : ended;
      expect(error).toMatchObject({
        name: 'PayoutError',
        code: expect.stringMatching(/^(invalid_request|invalid_settings|unsupported|webhook_refused)$/),
      });
    });
  });
});
