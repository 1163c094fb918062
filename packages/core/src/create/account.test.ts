// `account` in a create is `forAccount(account)`: the same bytes and key, no part of the fingerprint (NEVER-TWICE R3, R4).
import { describe, expect, it } from 'vitest';
import { acmeBank, ACME_TOKEN } from '../__tests__/acme-bank.ts';
import { acmeWorld, answerLost, RENT, told } from '../__tests__/acme-world.ts';
import { type AcmeProvider, createAcme } from '../__tests__/acme.ts';
import { manualTime } from '../__tests__/manual-time.ts';
import { assertSupports, supports } from '../adapter/provider.ts';
import { createPayoutRegistry } from '../registry/registry.ts';
import { memorySubmissions } from '../stores/submission.ts';

const OURS = { ...RENT, account: 'acct_1' } as const;

describe('a create that names an account', () => {
  it('is the create of forAccount, and the fingerprint is the one without it', async () => {
    const { acme } = acmeWorld();
    const [ours, theirs, plain] = await Promise.all([acme.prepare(OURS), acme.forAccount('acct_1').prepare(RENT), acme.prepare(RENT)]);
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ account: 'acct_1', fingerprint: plain.fingerprint, request: { headers: { 'acme-account': 'acct_1' } } });
    expect(ours.key).not.toBe(plain.key);
  });

  it('pays there, once, whichever way it is written', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(answerLost);
    expect(told(await world.acme.createPayout(OURS))).toBe('unknown provider_unavailable');
    expect(told(await world.acme.forAccount('acct_1').createPayout(RENT))).toBe('ac_1');
    expect(told(await world.acme.createPayout(OURS))).toBe('ac_1');
    expect(new Set(world.left.map(({ headers }) => headers['acme-account']))).toEqual(new Set(['acct_1']));
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('is one operation for whoever listens', async () => {
    const world = acmeWorld();
    await world.acme.createPayout(OURS);
    expect(world.events.filter(({ type }) => type === 'start')).toHaveLength(1);
  });

  it('at a provider that is bound to this account, is its own create', async () => {
    const { acme } = acmeWorld({ account: 'acct_1' });
    expect(await acme.prepare(OURS)).toEqual(await acme.prepare(RENT));
    expect(await acme.createPayout(OURS)).toMatchObject({ outcome: 'accepted', submission: { account: 'acct_1' } });
  });

  it('a getter is read once, and the object may be changed after the call', async () => {
    const { acme } = acmeWorld();
    let reads = 0;
    const given = {
      ...RENT,
      get account() {
        reads += 1;
        return reads === 1 ? 'acct_1' : 'acct_2';
      },
    };
    expect(await acme.createPayout(given)).toMatchObject({ outcome: 'accepted', submission: { account: 'acct_1' } });
    expect(reads).toBe(1);
  });
});

describe('one reference is one payout, whatever account is named', () => {
  it.each([
    ['another account', { ...RENT, account: 'acct_2' }],
    ['none', RENT],
  ])('%s: a conflict, and never a second key', async (_, again) => {
    const world = acmeWorld();
    await world.acme.createPayout(OURS);
    const keys = new Set(world.creates().map(({ headers }) => headers['idempotency-key']));
    expect(told(await world.acme.createPayout(again))).toBe('unknown reference_taken');
    expect(told(await world.restarted({ submissions: memorySubmissions() }).createPayout(OURS))).toBe('ac_1');
    expect(new Set(world.creates().map(({ headers }) => headers['idempotency-key']))).toEqual(keys);
    expect(world.bank.payouts).toHaveLength(1);
  });

  const twoNames = () => {
    const time = manualTime();
    const [us, eu] = [acmeBank({ now: () => time.now() }), acmeBank({ now: () => time.now() })];
    const common = { token: ACME_TOKEN, runtime: time, submissions: memorySubmissions() };
    const make = (name: 'us' | 'eu', account?: string): AcmeProvider =>
      createAcme({ ...common, name, fetch: (name === 'us' ? us : eu).fetch, account });
    const registry = (byDefault: 'us' | 'eu', account?: string) =>
      createPayoutRegistry({ us: make('us', account), eu: make('eu') }, { default: byDefault });
    return { us, eu, registry };
  };

  it('a registry routes it: a kept one goes to the name and account that it was made with', async () => {
    const { us, eu, registry } = twoNames();
    us.next({ lose: 'answer' });
    await registry('us').createPayout(OURS);
    expect(await registry('eu').createPayout(OURS)).toMatchObject({ outcome: 'accepted', submission: { name: 'us', account: 'acct_1' } });
    expect([us.payouts.length, eu.requests.length]).toEqual([1, 0]);
  });

  it.each(['us', 'eu'] as const)('a registry, by default %s: another account is a conflict, and pays nobody', async (byDefault) => {
    const { us, eu, registry } = twoNames();
    await registry('us').createPayout(OURS);
    const outcome = await registry(byDefault).createPayout({ ...RENT, account: 'acct_2' });
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'reference_taken' } });
    expect([us.payouts.length, eu.payouts.length]).toEqual([1, 0]);
  });

  it('a registry: what is kept for the account of the settings is a conflict, too', async () => {
    const { us, registry } = twoNames();
    await registry('us', 'acct_9').createPayout(RENT);
    expect(told(await registry('eu').createPayout(OURS))).toBe('unknown reference_taken');
    expect(us.payouts).toHaveLength(1);
  });
});

describe('an account that cannot be', () => {
  it.each([
    ['empty', '', 'must be the id of a connected account'],
    ['with a space', 'acct 1', 'must be the id of a connected account'],
    ['with a line break', 'acct_1\r\nx: y', 'must be the id of a connected account'],
    ['too long', 'a'.repeat(256), 'must be the id of a connected account'],
    ['a number', 7, 'must be a string, not a number'],
    ['null', null, 'must be a string, not null'],
  ])('%s is refused, together with all else, before anything is sent', async (_, account, rule) => {
    const { acme, left } = acmeWorld();
    const outcome = await acme.createPayout({ ...RENT, reference: '', account } as never);
    expect(outcome).toMatchObject({ outcome: 'rejected', submission: null, error: { code: 'invalid_request' } });
    const issues = outcome.outcome === 'rejected' ? outcome.error.issues : [];
    expect(issues.map(({ path }) => path).sort()).toEqual(['account', 'reference']);
    expect(issues.find(({ path }) => path === 'account')?.message).toContain(rule);
    expect(left).toEqual([]);
  });

  it('where the provider is bound to another one', async () => {
    const { acme, left } = acmeWorld({ account: 'acct_9' });
    expect(await acme.createPayout(OURS)).toMatchObject({
      outcome: 'rejected',
      error: {
        issues: [{ path: 'account', message: expect.stringContaining('is not the account that this provider is bound to') as never }],
      },
    });
    await expect(acme.prepare(OURS)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(left).toEqual([]);
  });

  it('account: undefined is none', async () => {
    const { acme } = acmeWorld();
    expect(await acme.prepare({ ...RENT, account: undefined })).toEqual(await acme.prepare(RENT));
  });
});

it('supports(provider, forAccount) is true where there are accounts', () => {
  const { acme } = acmeWorld();
  expect([supports(acme, 'forAccount'), acme.capabilities.request.account]).toEqual([true, true]);
  const single = { ...acme, capabilities: { ...acme.capabilities, request: { ...acme.capabilities.request, account: false } } };
  expect(supports(single, 'forAccount')).toBe(false);
  expect(() => assertSupports(single, 'forAccount')).toThrow('forAccount is not supported');
});
