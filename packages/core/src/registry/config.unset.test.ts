// A variable that is not set stops its own provider and no other one; nothing is sent and nothing is stored without it.
import { describe, expect, it } from 'vitest';
import { type AcmeBank, ACME_TOKEN, acmeBank } from '../__tests__/acme-bank.ts';
import { createAcme } from '../__tests__/acme.ts';
import { RENT, stored } from '../__tests__/acme-world.ts';
import { type ConfigContext, registryFromConfig } from './config.ts';
import { isPayoutError, type PayoutError } from '../errors.ts';
import { memorySubmissions, type SubmissionStore } from '../stores/submission.ts';

const factories = { acme: createAcme };
const us = { adapter: 'acme', token: { env: 'US_TOKEN' }, maxResends: 0 };
const eu = { adapter: 'acme', token: { env: 'EU_TOKEN' } };
const CONFIG = { default: 'us', providers: { us, eu } };

interface Given {
  readonly config?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly submissions?: SubmissionStore;
  readonly bank?: AcmeBank;
}

function made({ config = CONFIG, env = { EU_TOKEN: ACME_TOKEN }, submissions = memorySubmissions(), bank = acmeBank() }: Given = {}) {
  const context: ConfigContext = { env, settings: { fetch: bank.fetch, submissions } };
  return { registry: registryFromConfig(config, factories, context), bank, submissions };
}

async function refused(work: () => unknown): Promise<PayoutError> {
  try {
    await work();
  } catch (error) {
    if (isPayoutError(error)) return error;
    throw error;
  }
  throw new Error('it is fine');
}

const both = { US_TOKEN: ACME_TOKEN, EU_TOKEN: ACME_TOKEN };
const MISSING = '[us] providers.us.token: the environment variable US_TOKEN is not set';

describe('a variable that is not set', () => {
  it('leaves the other providers as they are', async () => {
    const { registry, bank } = made();
    expect(registry.names).toEqual(['us', 'eu']);
    expect(await registry.select('eu').createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { name: 'eu' } });
    expect(bank.payouts).toHaveLength(1);
  });

  it('is told by whatever names its provider, which sends and stores nothing', async () => {
    const stranded = await made({ env: both }).registry.select('us').prepare(RENT);
    const { registry, bank, submissions } = made();
    for (const use of [
      () => registry.provider('us'),
      () => registry.select('us'),
      () => registry.select(),
      () => registry.createPayout(RENT),
      () => registry.submit(stranded),
      () => registry.lookup(stranded),
      () => registry.submit({ ...stranded, account: 'acct_1' }),
    ]) {
      const error = await refused(use);
      expect(error).toMatchObject({ code: 'invalid_settings', provider: 'us', message: MISSING });
      expect(error.issues).toEqual([{ path: 'providers.us.token', message: 'the environment variable US_TOKEN is not set' }]);
    }
    expect(bank.requests).toEqual([]);
    expect(await submissions.find({ namespace: '', reference: RENT.reference, attempt: 1 })).toBeNull();
  });

  it.each<readonly [string, object, Readonly<Record<string, string>>, readonly string[]]>([
    ['empty', us, { US_TOKEN: '' }, ['providers.us.token']],
    ['of a plain setting', { ...us, baseUrl: { env: 'NOPE' } }, both, ['providers.us.baseUrl']],
    ['one of a list', { ...us, webhookSecrets: [{ env: 'EU_TOKEN' }, { env: 'NOPE' }] }, both, ['providers.us.webhookSecrets.1']],
    ['of the namespace', { ...us, namespace: { env: 'NOPE' } }, both, ['providers.us.namespace']],
    ['an inherited one', { ...us, token: { env: 'constructor' } }, both, ['providers.us.token']],
    ['several', { ...us, baseUrl: { env: 'NOPE' } }, {}, ['providers.us.token', 'providers.us.baseUrl']],
  ])('%s', async (_, entry, env, paths) => {
    const { registry } = made({ config: { providers: { us: entry, eu } }, env: { EU_TOKEN: ACME_TOKEN, ...env } });
    expect((await refused(() => registry.select('us'))).issues.map(({ path }) => path)).toEqual(paths);
    expect(registry.select('eu').name).toBe('eu');
  });

  it('does not name what is no name of a variable: it may be the secret itself', async () => {
    const { registry } = made({ config: { providers: { us: { ...us, token: { env: 'sk_live_canary' } } } } });
    const { message } = await refused(() => registry.select('us'));
    expect(message).toBe('[us] providers.us.token: the environment variable that "env" names is not set');
  });

  it('is told beside what is wrong in the file, which is told at once', async () => {
    const config = { default: 'eu', providers: { us: { ...us, tokn: 1 }, eu } };
    const { issues } = await refused(() => made({ config }));
    expect(issues.map(({ path }) => path)).toEqual(['providers.us.tokn', 'providers.us.token']);
    expect(Object.keys(issues[1] ?? {})).toEqual(['path', 'message']);
  });
});

describe('a reference that is stored for a provider without its variable', () => {
  it.each(['accepted', 'unknown'] as const)('is not paid through another one: %s', async (before) => {
    const submissions = memorySubmissions();
    const bank = acmeBank();
    if (before === 'unknown') bank.next({ lose: 'request' });
    expect((await made({ env: both, submissions, bank }).registry.createPayout(RENT)).outcome).toBe(before);
    const [payouts, requests] = [bank.payouts.length, bank.requests.length];
    const { registry } = made({ config: { ...CONFIG, default: 'eu' }, submissions, bank });
    const outcome = await registry.createPayout(RENT);
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      next: { action: 'review' },
      submission: { name: 'us' },
      error: {
        code: 'invalid_settings',
        provider: 'us',
        outcome: 'unknown',
        message: `[us] reference ${RENT.reference} is stored for us, which cannot be asked. ${MISSING.slice(5)}. Nothing was sent.`,
      },
    });
    await refused(() => registry.submit(stored(outcome.submission)));
    expect([bank.payouts.length, bank.requests.length]).toEqual([payouts, requests]);
    const set = made({ config: { ...CONFIG, default: 'eu' }, env: both, submissions, bank });
    expect(await set.registry.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { name: 'us' } });
    expect(bank.payouts).toHaveLength(1);
  });
});

describe('a namespace at the top', () => {
  const namespaceOf = async (config: unknown, name: string, env: Readonly<Record<string, string>> = both): Promise<string> =>
    (await made({ config, env }).registry.select(name).prepare(RENT)).namespace;

  it('is that of every provider', async () => {
    const config = { namespace: 'payroll', providers: { us, eu } };
    expect([await namespaceOf(config, 'us'), await namespaceOf(config, 'eu')]).toEqual(['payroll', 'payroll']);
  });

  it('may come from the environment, and says what every entry says', async () => {
    const config = { namespace: { env: 'WHICH' }, providers: { us, eu: { ...eu, namespace: 'payroll' } } };
    expect(await namespaceOf(config, 'us', { ...both, WHICH: 'payroll' })).toBe('payroll');
  });

  it.each<readonly [string, object, readonly string[]]>([
    ['an entry that says another', { namespace: 'a', providers: { us, eu: { ...eu, namespace: 'b' } } }, ['eu']],
    ['a number', { namespace: 7, providers: { us, eu } }, ['namespace']],
    ['null', { namespace: null, providers: { us, eu } }, ['namespace']],
    ['letters that it may not have', { namespace: 'é', providers: { us, eu } }, ['namespace']],
    ['a variable that is not set', { namespace: { env: 'NOPE' }, providers: { us, eu } }, ['namespace']],
    ['the variable of a secret', { namespace: { env: 'US_TOKEN' }, providers: { us, eu } }, ['namespace']],
  ])('is refused: %s', async (_, config, paths) => {
    const { code, issues } = await refused(() => made({ config, env: both }));
    expect({ code, paths: issues.map(({ path }) => path) }).toEqual({ code: 'invalid_settings', paths });
  });

  it('is compared with that of a provider whose variable is not set, too', async () => {
    const config = { providers: { us: { ...us, namespace: 'a' }, eu } };
    expect((await refused(() => made({ config }))).issues.map(({ message }) => message)).toEqual(['must have the same namespace as eu']);
  });
});

describe('the word of an adapter', () => {
  const aliased = Object.assign((settings: Parameters<typeof createAcme>[0]) => createAcme(settings), createAcme, {
    aliases: ['summit'],
  });
  const env = { US_TOKEN: ACME_TOKEN };
  const idOf = (adapter: string, given: Parameters<typeof registryFromConfig>[1]): string =>
    registryFromConfig({ default: 'us', providers: { us: { ...us, adapter } } }, given, { env }).select().id;

  it.each(['mine', 'acme', 'summit'])('is the key of the program, the id or an alias: %s', (adapter) => {
    expect(idOf(adapter, { mine: aliased })).toBe('acme');
  });

  it.each(['acme', 'summit'])('is nobody where two are meant by it: %s', (adapter) => {
    expect(() => idOf(adapter, { one: aliased, two: aliased })).toThrow('is not one of one, two');
  });

  it('is the key first', () => {
    const other = Object.assign(() => expect.fail('this one was not meant'), createAcme, { id: 'other' });
    expect(idOf('summit', { other: aliased, summit: createAcme })).toBe('acme');
    expect(idOf('acme', { acme: createAcme, other })).toBe('acme');
  });
});
