// NEVER-TWICE R4: a submission agrees with itself, wherever it comes from: what it says is what its own request says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acmeBank, ACME_TOKEN } from '../__tests__/acme-bank.ts';
import { acmeWorld, answerLost, RENT, stored, told } from '../__tests__/acme-world.ts';
import { type AcmeProvider, createAcme } from '../__tests__/acme.ts';
import { manualTime } from '../__tests__/manual-time.ts';
import { disagreementsOf, saysTheSame } from '../context/disagreements.ts';
import { decodeSubmission } from '../registry/decode-submission.ts';
import { internalsOf } from '../define-provider.ts';
import { createPayoutRegistry } from '../registry/registry.ts';
import { memorySubmissions, type Resolution, type Submission, type SubmissionStore } from '../stores/submission.ts';

const DAY_MS = 86_400_000;
const TOKEN = '00000000-0000-8000-8000-000000000000';

/** What somebody changes in a stored submission, and where it is told. */
const CHANGES: readonly (readonly [what: string, change: (of: Submission) => Partial<Submission>, path: string])[] = [
  ['another token', ({ correlation }) => ({ correlation: { ...correlation, token: TOKEN } }), 'submission.correlation.token'],
  ['a token that is said to be nowhere', ({ key }) => ({ correlation: { by: 'none', token: key } }), 'submission.correlation'],
  ['another token in the body', ({ request, key }) => ({ request: bodyOf(request, key, TOKEN) }), 'submission.correlation'],
  ['another amount', () => ({ money: { amount: '1.00', currency: 'EUR' } }), 'submission.money'],
  ['another currency', () => ({ money: { amount: '10.00', currency: 'USD' } }), 'submission.money'],
  ['the full balance', () => ({ money: 'full_balance' }), 'submission.money'],
  ['another amount in the body', ({ request }) => ({ request: bodyOf(request, '10.00', '999.00') }), 'submission.money'],
  ['a second amount in the body', ({ request }) => ({ request: bodyOf(request, '{', '{"amount":"999.00",') }), 'submission.request'],
  ['a field that is never sent', ({ request }) => ({ request: bodyOf(request, '{', '{"to":"me",') }), 'submission.request'],
  ['a body that cannot be read', ({ request }) => ({ request: bodyOf(request, '}', '') }), 'submission.request'],
  ['a source', () => ({ source: 'balance_2' }), 'submission.source'],
  ['an account in the headers', ({ request }) => ({ request: headersOf(request, { 'acme-account': 'acct_2' }) }), 'submission.account'],
  ['a header that is never sent', ({ request }) => ({ request: headersOf(request, { 'x-account': 'a' }) }), 'submission.request'],
  ['the same header in capitals', ({ request }) => ({ request: headersOf(request, { 'Acme-Account': 'a' }) }), 'submission.request'],
  ['another path', ({ request }) => ({ request: { ...request, path: '/payouts/ac_1/cancel' } }), 'submission.request'],
];

const bodyOf = (request: Submission['request'], from: string, to: string): Submission['request'] => ({
  ...request,
  body: request.body.replace(from, to),
});
const headersOf = (request: Submission['request'], more: Record<string, string>): Submission['request'] => ({
  ...request,
  headers: { ...request.headers, ...more },
});

describe.each(CHANGES)('%s', (_, change, path) => {
  it('is refused by submit, lookup and resolve, before anything is sent, kept or resolved', async () => {
    const world = acmeWorld();
    const prepared = stored(await world.acme.prepare(RENT));
    const submission = { ...prepared, ...change(prepared) };
    const refused = {
      code: 'invalid_request',
      outcome: 'unknown',
      issues: expect.arrayContaining([expect.objectContaining({ path })]) as never,
    };
    for (const operation of ['submit', 'lookup'] as const) {
      expect(await world.acme[operation](submission)).toMatchObject({ outcome: 'unknown', error: refused, next: { action: 'review' } });
    }
    await expect(world.acme.resolve(submission, { payoutId: 'ac_1' })).rejects.toMatchObject(refused);
    await expect(decodeSubmission(world.acme, submission)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(world.left).toEqual([]);
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: false });
  });

  it('in the row of a store: nothing is sent, and nothing is said to be refused', async () => {
    const row = async (resolution: Resolution | null): Promise<readonly [ReturnType<typeof acmeWorld>, SubmissionStore]> => {
      const world = acmeWorld();
      const prepared = stored(await acmeWorld().acme.prepare(RENT));
      const kept = { submission: { ...prepared, ...change(prepared) }, resolution };
      return [world, { putIfAbsent: async () => kept, find: async () => kept, setResolution: async () => undefined }];
    };
    for (const resolution of [null, { rejected: true, retry: 'next_attempt' } as const]) {
      const [world, submissions] = await row(resolution);
      const acme = world.restarted({ submissions });
      expect(told(await acme.createPayout(RENT))).toBe('unknown provider_unavailable');
      expect(told(await acme.submit(stored(await acme.prepare(RENT))))).toBe('unknown provider_unavailable');
      expect(world.creates()).toEqual([]);
    }
  });
});

describe('a payout that exists', () => {
  it.each(['submit', 'lookup'] as const)('%s by another token, days later, is not told that it is absent', async (operation) => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(answerLost);
    const submission = stored((await world.acme.createPayout(RENT)).submission);
    world.time.pass(5 * DAY_MS);
    const edited = { ...submission, correlation: { ...submission.correlation, token: TOKEN } };
    expect(told(await world.restarted({ submissions: memorySubmissions() })[operation](edited))).toBe('unknown invalid_request');
    expect(told(await world.restarted()[operation](submission))).toBe('ac_1');
  });

  it('an older copy does not bring headers of its own', async () => {
    const world = acmeWorld({ maxResends: 0, submissions: memorySubmissions() });
    world.onCreate(answerLost);
    const submission = stored((await world.acme.createPayout(RENT)).submission);
    const preparedAt = new Date(Date.parse(submission.preparedAt) - 1000).toISOString();
    await world.restarted().submit({ ...submission, preparedAt, request: headersOf(submission.request, { 'acme-account': 'acct_2' }) });
    // Another version is the adapter's own header. It is sent to nobody beside the kept one, and is looked up.
    const older = { ...submission, preparedAt, request: headersOf(submission.request, { 'acme-version': '0' }) };
    expect(told(await world.restarted().submit(older))).toBe('ac_1');
    expect([world.bank.payouts.length, world.creates().length]).toEqual([1, 1]);
  });

  it('without its body nothing shows whose headers it has: the list is read with those of the provider', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(answerLost);
    const submission = stored((await world.acme.createPayout(RENT)).submission);
    const request = { ...headersOf(submission.request, { 'acme-account': 'acct_2' }), body: '' };
    const acme = world.restarted({ submissions: memorySubmissions() });
    expect(told(await acme.lookup({ ...submission, request }))).toBe('ac_1');
    expect(world.left.map(({ headers }) => headers['acme-account'])).toEqual([undefined, undefined]);
    expect(await decodeSubmission(acme, { ...submission, request })).toBeNull();
  });

  it('a blanked one with another token is refused all the same', async () => {
    const world = acmeWorld();
    const submission = stored(await world.acme.prepare(RENT));
    const blanked = {
      ...submission,
      request: { ...submission.request, body: '' },
      correlation: { ...submission.correlation, token: TOKEN },
    };
    expect(told(await world.acme.lookup(blanked))).toBe('unknown invalid_request');
  });
});

describe('a row of another provider of the registry', () => {
  it.each(CHANGES)('with %s is not sent by it', async (_, change) => {
    const time = manualTime();
    const [us, eu] = [acmeBank({ now: () => time.now() }), acmeBank({ now: () => time.now() })];
    const rows = memorySubmissions();
    const make = (name: string, bank: typeof us, submissions: SubmissionStore): AcmeProvider =>
      createAcme({ token: ACME_TOKEN, name, fetch: bank.fetch, runtime: { ...time, now: () => time.now() }, submissions });
    const prepared = stored(await make('us', us, rows).prepare(RENT));
    const kept = { submission: { ...prepared, ...change(prepared) }, resolution: null };
    const store: SubmissionStore = { putIfAbsent: async () => kept, find: async () => kept, setResolution: async () => undefined };
    const runtime = { ...time, now: () => time.now() };
    const registry = createPayoutRegistry(
      {
        us: createAcme({ token: ACME_TOKEN, name: 'us', fetch: us.fetch, runtime, submissions: store }),
        eu: createAcme({ token: ACME_TOKEN, name: 'eu', fetch: eu.fetch, runtime, submissions: store }),
      },
      { default: 'eu' },
    );
    expect(await registry.createPayout(RENT)).toMatchObject({ outcome: 'unknown' });
    expect([...us.requests, ...eu.requests].filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

it('a row under a key that is not the one of its reference is not sent', async () => {
  const world = acmeWorld();
  const prepared = stored(await acmeWorld().acme.prepare(RENT));
  const text = JSON.stringify(prepared).replaceAll(prepared.key, TOKEN);
  const kept = { submission: JSON.parse(text) as Submission, resolution: null };
  expect(disagreementsOf(world.context.rules.decode, kept.submission)).toEqual([]);
  // Only its own place answers: a store that answered it for every other one would be disbelieved for that.
  const find: SubmissionStore['find'] = async ({ reference, attempt }) => (reference === RENT.reference && attempt === 1 ? kept : null);
  const acme = world.restarted({ submissions: { putIfAbsent: async () => kept, find, setResolution: async () => undefined } });
  expect(await acme.createPayout(RENT)).toMatchObject({
    outcome: 'unknown',
    error: { code: 'provider_unavailable', message: expect.stringContaining('whose key is not the one of its reference') as never },
  });
  expect(world.left).toEqual([]);
});

it('the error names what was changed, and no value of it', async () => {
  const { acme } = acmeWorld();
  const submission = stored(await acme.prepare(RENT));
  const outcome = await acme.submit({
    ...submission,
    account: null,
    money: { amount: '777.00', currency: 'USD' },
    source: 'secret_source',
  });
  expect(outcome).toMatchObject({
    error: { message: expect.stringContaining('submission.money: must be what the body of its own request says') as never },
  });
  expect(JSON.stringify(outcome.outcome === 'accepted' ? '' : outcome.error.message)).not.toMatch(/777|secret_source/);
});

it('two submissions say the same only with the same headers, correlation and money', async () => {
  const one = stored(await acmeWorld().acme.prepare(RENT));
  const others: readonly Submission[] = [
    { ...one, request: headersOf(one.request, { 'acme-version': '0' }) },
    { ...one, request: headersOf(one.request, { 'acme-account': 'a' }) },
    { ...one, request: { ...one.request, headers: {} } },
    { ...one, correlation: { ...one.correlation, by: 'none' } },
    { ...one, correlation: { ...one.correlation, token: TOKEN } },
    { ...one, money: { amount: '10.01', currency: 'EUR' } },
    { ...one, money: 'full_balance' },
  ];
  expect(saysTheSame(one, stored(one))).toBe(true);
  expect(others.map((other) => [saysTheSame(one, other), saysTheSame(other, one)])).toEqual(others.map(() => [false, false]));
});

it('whatever Acme encodes, it reads back', async () => {
  const amount = fc
    .integer({ min: 1, max: 99_999_999 })
    .map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const correlation = fc.constantFrom('metadata' as const, 'none' as const);
  await fc.assert(
    fc.asyncProperty(amount, text, correlation, fc.option(fc.constant('acct_1')), async (cents, description, by, account) => {
      const { acme } = acmeWorld({ correlation: by });
      const provider = account === null ? acme : acme.forAccount(account);
      const money = { amount: cents, currency: 'EUR' };
      const submission = stored(await provider.prepare({ reference: 'r', money, description }));
      const token = by === 'none' ? null : submission.key;
      expect(internalsOf(provider)?.context.rules.decode(submission.request)).toEqual({
        money,
        source: null,
        destination: null,
        account,
        live: null,
        token,
      });
      expect(disagreementsOf(internalsOf(provider)?.context.rules.decode ?? (() => null), submission)).toEqual([]);
    }),
    { seed: 20_261_130 },
  );
});
