// NEVER-TWICE R2: configuration decides for new references only; a kept one goes where it was made.
import { describe, expect, it } from 'vitest';
import { type AcmeBank, ACME_TOKEN, acmeBank } from '../__tests__/acme-bank.ts';
import { type AcmeProvider, type AcmeSettings, createAcme } from '../__tests__/acme.ts';
import { RENT, stored, TEN } from '../__tests__/acme-world.ts';
import { HOUR_MS, type ManualTime, manualTime, NINE } from '../__tests__/manual-time.ts';
import type { AnyPayoutProvider } from '../adapter/provider.ts';
import { createPayoutRegistry, type PayoutRegistry } from './registry.ts';
import { memorySubmissions, type Submission, type SubmissionStore } from '../stores/submission.ts';

interface TwoBanks {
  readonly us: AcmeBank;
  readonly eu: AcmeBank;
  readonly time: ManualTime;
  readonly submissions: SubmissionStore;
  /** The same two providers, whichever is the default today. */
  readonly registry: (byDefault: 'us' | 'eu', settings?: Partial<AcmeSettings>) => PayoutRegistry<{ us: AcmeProvider; eu: AcmeProvider }>;
}

function twoBanks(): TwoBanks {
  const time = manualTime();
  const [us, eu] = [acmeBank({ now: () => time.now() }), acmeBank({ now: () => time.now() })];
  const submissions = memorySubmissions();
  const at = (name: 'us' | 'eu', bank: AcmeBank, more: Partial<AcmeSettings>): AcmeProvider =>
    createAcme({ token: ACME_TOKEN, name, fetch: bank.fetch, runtime: time, submissions, maxResends: 0, ...more });
  return {
    us,
    eu,
    time,
    submissions,
    registry: (byDefault, more = {}) => createPayoutRegistry({ us: at('us', us, more), eu: at('eu', eu, more) }, { default: byDefault }),
  };
}

describe('R2: the default was switched', () => {
  it('a new reference goes to the new default', async () => {
    const { us, eu, registry } = twoBanks();
    await registry('us').createPayout(RENT);
    await registry('eu').createPayout({ ...RENT, reference: 'another' });
    expect([us.payouts.length, eu.payouts.length]).toEqual([1, 1]);
  });

  it('a job that runs again after an unknown goes where the first went', async () => {
    const { us, eu, registry } = twoBanks();
    us.next({ lose: 'answer' });
    expect((await registry('us').createPayout(RENT)).outcome).toBe('unknown');
    expect(await registry('eu').createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: true, payout: { name: 'us' } });
    expect([us.payouts.length, eu.payouts.length, eu.requests.length]).toEqual([1, 0, 0]);
  });

  it('an accepted reference is read where it was made', async () => {
    const { us, eu, registry } = twoBanks();
    await registry('us').createPayout(RENT);
    expect(await registry('eu').createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { name: 'us', id: 'ac_1' } });
    expect([us.payouts.length, eu.requests.length]).toEqual([1, 0]);
  });

  it('a reference that was refused where it was made is not told rejected after this process paid it there, through another store', async () => {
    const { us, eu, time, registry, submissions: registryStore } = twoBanks();
    const runtime = { now: time.now, sleep: time.sleep };
    us.balance = 5;
    expect(await registry('us', { runtime }).createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' }); // Another process.
    us.balance = 5_000_000;
    time.jump(NINE + 25 * HOUR_MS); // Else the bank repeats the refusal.
    const elsewhere = createAcme({ token: ACME_TOKEN, name: 'us', baseUrl: 'https://us.acme.test', fetch: us.fetch, runtime: time });
    await elsewhere.createPayout(RENT);
    const home = { name: 'us', baseUrl: 'https://us.acme.test', fetch: us.fetch };
    const again = createPayoutRegistry(
      {
        us: createAcme({ token: ACME_TOKEN, runtime: time, submissions: registryStore, ...home }),
        eu: createAcme({
          token: ACME_TOKEN,
          name: 'eu',
          baseUrl: 'https://eu.acme.test',
          fetch: eu.fetch,
          runtime: time,
          submissions: registryStore,
        }),
      },
      { default: 'eu' },
    );
    const outcome = await again.createPayout(RENT);
    expect(outcome).toMatchObject({ outcome: 'accepted', payout: { name: 'us', id: 'ac_1' }, submission: { name: 'us' } });
    expect([us.payouts.length, eu.payouts.length]).toEqual([1, 0]);
  });

  it('a refused reference stays refused', async () => {
    const { us, eu, registry } = twoBanks();
    us.balance = 5;
    await registry('us').createPayout(RENT);
    expect(await registry('eu').createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
    expect(eu.requests).toEqual([]);
  });

  it('another request under a kept reference is a conflict there, and nothing is sent anywhere', async () => {
    const { us, eu, registry } = twoBanks();
    us.next({ lose: 'request' });
    await registry('us').createPayout(RENT);
    const outcome = await registry('eu').createPayout({ ...RENT, money: { ...TEN, amount: '11.00' } });
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'reference_taken' }, submission: { name: 'us', money: TEN } });
    expect(outcome).toMatchObject({
      error: { provider: 'us', message: expect.stringMatching(/^\[us\] reference \S+ is taken/) as string },
    });
    expect([us.payouts.length, eu.payouts.length]).toEqual([0, 0]);
  });

  it.each(['submit', 'lookup'] as const)('%s goes to the provider that the submission names', async (operation) => {
    const { us, eu, registry } = twoBanks();
    us.next({ lose: 'answer' });
    const { submission } = await registry('us').createPayout(RENT);
    expect(await registry('eu')[operation](stored(submission))).toMatchObject({ outcome: 'accepted', payout: { name: 'us' } });
    expect([us.payouts.length, eu.requests.length]).toEqual([1, 0]);
  });

  it('a submission of a name that is not configured any more is sent nowhere', async () => {
    const { us, eu, registry, submissions, time } = twoBanks();
    us.next({ lose: 'request' });
    const { submission } = await registry('us').createPayout(RENT);
    const rest = createPayoutRegistry(
      { eu: createAcme({ token: ACME_TOKEN, name: 'eu', fetch: eu.fetch, submissions, runtime: time }) },
      { default: 'eu' },
    );
    await expect(rest.submit(stored(submission))).rejects.toMatchObject({ code: 'invalid_settings' });
    expect(await rest.createPayout(RENT)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'reference_taken', provider: 'us' },
      next: { action: 'review' },
    });
    expect(eu.requests).toEqual([]);
  });

  it('after the lease it is looked up where it was made, and paid nowhere else', async () => {
    const { us, eu, registry, time } = twoBanks();
    us.next({ lose: 'answer' });
    await registry('us').createPayout(RENT);
    time.jump(time.now() + 48 * HOUR_MS);
    expect(await registry('eu').createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { name: 'us' } });
    expect([us.payouts.length, eu.payouts.length]).toEqual([1, 0]);
  });
});

describe('R2: connected accounts', () => {
  const accountsOf = (bank: AcmeBank): (string | undefined)[] => bank.requests.map(({ headers }) => headers['acme-account']);

  it.each(['submit', 'lookup'] as const)('%s of a submission of a connected account goes to that account', async (operation) => {
    const { us, registry } = twoBanks();
    us.next({ lose: 'answer' });
    const { submission } = await registry('us').provider('us').forAccount('acct_1').createPayout(RENT);
    expect(await registry('eu')[operation](stored(submission))).toMatchObject({ outcome: 'accepted', submission: { account: 'acct_1' } });
    expect(new Set(accountsOf(us))).toEqual(new Set(['acct_1']));
    expect(us.payouts).toHaveLength(1);
  });

  it('a create of a reference that an account keeps goes to that account', async () => {
    const { us, eu, registry } = twoBanks();
    us.next({ lose: 'answer' });
    await registry('us').provider('us').forAccount('acct_1').createPayout(RENT);
    expect(await registry('eu').createPayout(RENT)).toMatchObject({ outcome: 'accepted', submission: { account: 'acct_1', name: 'us' } });
    expect([us.payouts.length, eu.requests.length]).toEqual([1, 0]);
    expect(new Set(accountsOf(us))).toEqual(new Set(['acct_1']));
  });

  it('the same reference on two accounts is one payout: the first one kept', async () => {
    const { us, registry } = twoBanks();
    const provider = registry('us').provider('us');
    await provider.forAccount('acct_1').createPayout(RENT);
    expect(await provider.forAccount('acct_2').createPayout(RENT)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'reference_taken' },
    });
    expect(us.payouts).toHaveLength(1);
  });

  it('a provider bound to an account takes its own submissions as they are', async () => {
    const { us, registry } = twoBanks();
    const bound = registry('us', { account: 'acct_9' });
    const { submission } = await bound.createPayout(RENT);
    expect(submission).toMatchObject({ account: 'acct_9' });
    expect(await bound.submit(stored(submission))).toMatchObject({ outcome: 'accepted' });
    expect(us.payouts).toHaveLength(1);
  });

  it('a provider without accounts refuses a submission of one, before any request', async () => {
    const { us, registry, time, submissions } = twoBanks();
    const { submission } = await registry('us').provider('us').forAccount('acct_1').createPayout(RENT);
    const { forAccount: _, ...single } = createAcme({ token: ACME_TOKEN, name: 'us', fetch: us.fetch, runtime: time, submissions });
    const alone = createPayoutRegistry({ us: single as unknown as AnyPayoutProvider }, { default: 'us' });
    const before = us.requests.length;
    await expect(alone.submit(stored(submission))).rejects.toMatchObject({ code: 'invalid_request', outcome: null });
    expect(us.requests).toHaveLength(before);
  });
});

describe('a registry', () => {
  const acme = (name: string, more: Partial<AcmeSettings> = {}): AcmeProvider =>
    createAcme({ token: ACME_TOKEN, name, fetch: acmeBank().fetch, ...more });

  it('knows its names, and refuses all others', () => {
    const registry = createPayoutRegistry({ us: acme('us'), eu: acme('eu') });
    expect(registry.names).toEqual(['us', 'eu']);
    expect(registry.select('eu').name).toBe('eu');
    for (const name of ['uk', '', 'constructor', '__proto__']) {
      expect(() => registry.select(name)).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
      expect(() => registry.provider(name as 'us')).toThrow('configured: us, eu');
    }
  });

  it('without a default has none, and pays nobody', async () => {
    const registry = createPayoutRegistry({ us: acme('us') });
    expect(() => registry.select()).toThrow('no default provider is configured');
    await expect(registry.createPayout(RENT), 'rejects, and does not throw at once').rejects.toThrow('no default provider is configured');
  });

  it.each<readonly [string, () => unknown, readonly string[]]>([
    ['a default that is not there', () => createPayoutRegistry({ us: acme('us') }, { default: 'eu' as 'us' }), ['default']],
    ['an inherited default', () => createPayoutRegistry({ us: acme('us') }, { default: 'toString' as 'us' }), ['default']],
    ['a provider under another name', () => createPayoutRegistry({ us: acme('eu') }), ['us']],
    ['a provider without a name of its own', () => createPayoutRegistry({ us: createAcme({ token: ACME_TOKEN }) }), ['us']],
    ['different stores', () => createPayoutRegistry({ us: acme('us'), eu: acme('eu', { submissions: memorySubmissions() }) }), ['eu']],
    [
      'different runtimes, so different memories',
      () => createPayoutRegistry({ us: acme('us'), eu: acme('eu', { runtime: manualTime() }) }),
      ['eu'],
    ],
    ['different namespaces', () => createPayoutRegistry({ us: acme('us'), eu: acme('eu', { namespace: 'b' }) }), ['eu']],
    [
      'several problems at once',
      () =>
        createPayoutRegistry(
          { us: acme('us'), eu: acme('xx', { namespace: 'b', submissions: memorySubmissions() }) },
          { default: 'uk' as 'us' },
        ),
      ['eu', 'default', 'eu', 'eu'],
    ],
  ])('refuses %s', (_, work, paths) => {
    expect(work).toThrow(
      expect.objectContaining({ code: 'invalid_settings', issues: paths.map((path) => expect.objectContaining({ path })) }),
    );
  });

  it('submits nothing that is no submission', async () => {
    const registry = createPayoutRegistry({ us: acme('us') }, { default: 'us' });
    await expect(registry.submit({ name: 'us' } as Submission)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(registry.lookup({ name: 'constructor' } as Submission)).rejects.toMatchObject({ code: 'invalid_settings' });
  });

  it('takes a provider that somebody made by hand, and cannot create for it', async () => {
    const handmade = { ...acme('us') } as AnyPayoutProvider;
    const registry = createPayoutRegistry({ us: handmade }, { default: 'us' });
    expect(registry.select().name).toBe('us');
    await expect(registry.createPayout(RENT as never)).rejects.toThrow('was not made by definePayoutProvider');
  });
});
