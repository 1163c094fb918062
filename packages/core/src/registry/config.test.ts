// A configuration: what it may say, and everything that can be wrong with it, at once, with its path and never with a value.
import { inspect } from 'node:util';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { ACME_TOKEN, acmeBank } from '../__tests__/acme-bank.ts';
import { type AcmeProvider, createAcme } from '../__tests__/acme.ts';
import { RENT } from '../__tests__/acme-world.ts';
import { registryFromConfig } from './config.ts';
import { PayoutError } from '../errors.ts';
import type { AnyAdapterFactory, PayoutRegistry } from './registry.ts';
import { commonSettings } from '../adapter/settings.ts';

const ENV = { ACME_TOKEN, PROTO: 'x' };
interface Given {
  readonly token: string;
  readonly name?: string | undefined;
}
const CANARY = 'sk_live_canary_0123456789';
const us = { adapter: 'acme', token: { env: 'ACME_TOKEN' } };

/** An adapter of another id, with settings of every kind; as strict as any. */
const createOther = factory(
  'other',
  v.strictObject({
    ...commonSettings,
    token: v.string(),
    level: v.optional(v.number()),
    nested: v.optional(v.strictObject({ on: v.boolean() })),
  }),
  ({ token, name }) => createAcme({ token, name }),
);

function factory(id: string, settings: v.GenericSchema<unknown, Given>, create: (settings: Given) => AcmeProvider): AnyAdapterFactory {
  return Object.assign((given: Given) => create(given), { id, settings, secrets: ['token'] });
}

const factories = { acme: createAcme, other: createOther };
type Registry = PayoutRegistry<Record<string, AcmeProvider>>;

const made = (config: unknown, env: Record<string, string | undefined> = ENV): Registry =>
  registryFromConfig(config, factories, { env }) as Registry;

function problemsOf(config: unknown, env?: Record<string, string | undefined>): PayoutError {
  try {
    made(config, env);
  } catch (error) {
    if (error instanceof PayoutError) return error;
    throw error;
  }
  throw new Error('it is fine');
}

function pathsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof PayoutError) return error.issues.map(({ path }) => path);
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  it('names providers, and the default among them', () => {
    const registry = made({ default: 'eu', providers: { us, eu: { ...us, maxResends: 0 } } });
    expect(registry.names).toEqual(['us', 'eu']);
    expect([registry.select().name, registry.select('us').name, registry.provider('eu').id]).toEqual(['eu', 'us', 'acme']);
  });

  it('pays through the default with the secret of the environment', async () => {
    const bank = acmeBank();
    const registry = registryFromConfig(
      { default: 'us', providers: { us } },
      { acme: createAcme },
      { env: ENV, settings: { fetch: bank.fetch } },
    );
    expect(await registry.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { name: 'us' } });
    expect(bank.payouts).toHaveLength(1);
  });

  it('may name a schema, take plain settings from the environment and a list of secrets', () => {
    const config = {
      $schema: './disburse.schema.json',
      providers: { us: { ...us, baseUrl: { env: 'BASE' }, webhookSecrets: [{ env: 'ACME_TOKEN' }, { env: 'PROTO' }] } },
    };
    expect(made(config, { ...ENV, BASE: 'https://sandbox.acme.test' }).names).toEqual(['us']);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a.b', '0'])('a provider may be called %s', (name) => {
    const providers = JSON.parse(`{ ${JSON.stringify(name)}: ${JSON.stringify(us)} }`) as object;
    const registry = made({ default: name, providers });
    expect(registry.names).toEqual([name]);
    expect(registry.select().name).toBe(name);
    expect(Object.getPrototypeOf(registry.names)).toBe(Array.prototype);
    expect(() => registry.select('valueOf')).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
  });

  it('reads process.env where it is told nothing else', () => {
    const registry = registryFromConfig({ providers: { us: { adapter: 'acme', token: { env: 'NO_SUCH_VARIABLE_HERE' } } } }, factories);
    expect(pathsOf(() => registry.select('us'))).toEqual(['providers.us.token']);
  });
});

describe('what is wrong with it', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    // The shape
    ['nothing', undefined, ['config']],
    ['null', null, ['config']],
    ['an array', [], ['config']],
    ['JSON that was not parsed', '{"providers":{}}', ['config']],
    ['a class instance', new Map(), ['config']],
    ['no providers', {}, ['providers']],
    ['an array of providers', { providers: [us] }, ['providers']],
    ['none of them', { providers: {} }, ['providers']],
    ['a typo', { provider: {}, providers: { us } }, ['provider']],
    // The default
    ['an unknown default', { default: 'eu', providers: { us } }, ['default']],
    ['an inherited default', { default: 'constructor', providers: { us } }, ['default']],
    ['a default that is no name', { default: 7, providers: { us } }, ['default']],
    ['a default that is null', { default: null, providers: { us } }, ['default']],
    // A provider
    ['a provider that is a text', { providers: { us: 'acme' } }, ['providers.us']],
    ['a provider that is null', { providers: { us: null } }, ['providers.us']],
    ['no adapter', { providers: { us: { token: { env: 'ACME_TOKEN' } } } }, ['providers.us.adapter']],
    ['an unknown adapter', { providers: { us: { ...us, adapter: 'acne' } } }, ['providers.us.adapter']],
    ['an inherited adapter', { providers: { us: { ...us, adapter: 'toString' } } }, ['providers.us.adapter']],
    ['an adapter that is no name', { providers: { us: { ...us, adapter: 7 } } }, ['providers.us.adapter']],
    ['a name of its own', { providers: { us: { ...us, name: 'eu' } } }, ['providers.us.name']],
    // Secrets
    ['a secret in the file', { providers: { us: { ...us, token: CANARY } } }, ['providers.us.token']],
    [
      'a secret in a list in the file',
      { providers: { us: { ...us, webhookSecrets: [{ env: 'ACME_TOKEN' }, CANARY] } } },
      ['providers.us.webhookSecrets.1'],
    ],
    ['a secret in an object', { providers: { us: { ...us, token: { value: CANARY } } } }, ['providers.us.token']],
    ['a secret that is null', { providers: { us: { ...us, token: null } } }, ['providers.us.token']],
    ['no secret at all', { providers: { us: { adapter: 'acme' } } }, ['providers.us.token']],
    // The environment
    ['a variable without a name', { providers: { us: { ...us, token: { env: '' } } } }, ['providers.us.token']],
    ['a variable whose name is no text', { providers: { us: { ...us, token: { env: 7 } } } }, ['providers.us.token']],
    ['a reference with more in it', { providers: { us: { ...us, token: { env: 'ACME_TOKEN', or: CANARY } } } }, ['providers.us.token']],
    // Settings
    ['a typo in a setting', { providers: { us: { ...us, tokn: 'x' } } }, ['providers.us.tokn']],
    ['a wrong kind', { providers: { us: { ...us, timeoutMs: '60000' } } }, ['providers.us.timeoutMs']],
    ['a wrong kind in depth', { providers: { x: { ...us, adapter: 'other', nested: { on: 'yes' } } } }, ['providers.x.nested.on']],
    ['a typo in depth', { providers: { x: { ...us, adapter: 'other', nested: { on: true, off: 1 } } } }, ['providers.x.nested.off']],
    ['null instead of nothing', { providers: { us: { ...us, maxResends: null } } }, ['providers.us.maxResends']],
    ['plain http', { providers: { us: { ...us, baseUrl: 'http://acme.test' } } }, ['providers.us.baseUrl']],
    ['a function where JSON has none', { providers: { us: { ...us, fetch: 'fetch' } } }, ['providers.us.fetch']],
    [
      '__proto__ as a setting',
      { providers: { us: JSON.parse('{"adapter":"acme","token":{"env":"ACME_TOKEN"},"__proto__":{"a":1}}') } },
      ['providers.us.__proto__'],
    ],
    // Everything at once
    [
      'several problems at once',
      {
        default: 'uk',
        extra: 1,
        providers: {
          us: { ...us, token: CANARY, timeoutMs: 0, tokn: 1 },
          eu: { adapter: 'acne' },
          x: { ...us, adapter: 'other', level: 'high' },
        },
      },
      [
        'extra',
        'default',
        'providers.us.token',
        'providers.us.tokn',
        'providers.us.timeoutMs',
        'providers.eu.adapter',
        'providers.x.level',
      ],
    ],
  ])('%s', (_, config, paths) => {
    const error = problemsOf(config);
    expect(error.code).toBe('invalid_settings');
    expect(error.issues.map(({ path }) => path).toSorted()).toEqual([...paths].toSorted());
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(CANARY);
    for (const path of paths) expect(error.message).toContain(path);
  });

  it('each problem says what was expected', () => {
    const said = (config: unknown): string => problemsOf(config).message;
    expect(said({ providers: { us: { ...us, adapter: 'acne' } } })).toBe(
      '[disburse] providers.us.adapter: "acne" is not one of acme, other; did you mean "acme"?',
    );
    expect(said({ providers: { us: { ...us, token: CANARY } } })).toBe(
      '[disburse] providers.us.token: is a secret and must not be in the configuration; write { "env": "NAME_OF_A_VARIABLE" }',
    );
    expect(said({ providers: { us: { ...us, timeoutMs: '1' } } })).toBe(
      '[disburse] providers.us.timeoutMs: must be a whole number of milliseconds from 1 to 600000',
    );
    expect(said({ default: 'eu', providers: { us } })).toBe('[disburse] default: "eu" is not one of us');
  });

  it.each([
    ['in other capitals', { Token: 1 }, 'Token: is not known here; did you mean "token"? known are '],
    ['a letter too few', { tokn: 1 }, 'tokn: is not known here; did you mean "token"? known are '],
    ['with underscores', { base_url: 1 }, 'base_url: is not known here; did you mean "baseUrl"? known are '],
    ['nothing near', { colour: 1 }, 'colour: is not known here; known are '],
    ['of a program', { onTelemetry: 1 }, 'onTelemetry: is nothing that a file can hold; remove it'],
    ['of a program, right there', { runtime: { now: 1 } }, 'runtime: is nothing that a file can hold; remove it'],
    ['of the whole', { submissions: 'x' }, 'submissions: belongs beside "providers": there is one store for all of them'],
  ])('a key %s says what was meant, and lists only what a file can hold', (_, more, words) => {
    const { message } = problemsOf({ providers: { us: { ...us, ...more } } });
    expect(message).toContain(`providers.us.${words}`);
    expect(message.replace(/^\S+ \S+/, '')).not.toMatch(/fetch|runtime|onTelemetry|submissions|name,/);
  });

  it('a key of the whole, a default and an adapter say what was meant', () => {
    const said = (config: unknown): string => problemsOf(config).message;
    expect(said({ defualt: 'us', providers: { us } })).toContain(
      'defualt: is not known here; did you mean "default"? known are default, namespace, providers',
    );
    expect(said({ default: 'payrol', providers: { payroll: us } })).toContain(
      'default: "payrol" is not one of payroll; did you mean "payroll"?',
    );
    expect(said({ default: 'x'.repeat(100_000), providers: { us } })).toContain('is not one of us');
  });

  it.each([
    ['a bare secret', 'whsec_1', 'is a secret and must not be in the configuration; write [{ "env": "NAME_OF_A_VARIABLE" }]'],
    ['one reference', { env: 'ACME_TOKEN' }, 'is a list; write [{ "env": "NAME_OF_A_VARIABLE" }]'],
  ])('%s where a list of them belongs', (_, webhookSecrets, words) => {
    expect(problemsOf({ providers: { us: { ...us, webhookSecrets } } }).message).toBe(`[disburse] providers.us.webhookSecrets: ${words}`);
  });

  it('a value of the environment is checked, and not repeated', () => {
    const error = problemsOf({ providers: { us } }, { ACME_TOKEN: `${CANARY} with spaces` });
    expect(error.issues).toMatchObject([{ path: 'providers.us.token' }]);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(CANARY);
  });

  it('rules that only the factory knows are told with their path', () => {
    const picky = factory('picky', v.looseObject({ token: v.string() }), () => {
      throw new PayoutError('invalid_settings', 'no.', { issues: [{ path: 'testmode', message: 'not with this kind of token' }] });
    });
    expect(
      pathsOf(() => registryFromConfig({ providers: { a: { adapter: 'picky', token: { env: 'T' } } } }, { picky }, { env: { T: 't' } })),
    ).toEqual(['providers.a.testmode']);
  });

  it('a factory that breaks is no problem of the configuration', () => {
    const broken = factory('broken', v.looseObject({ token: v.string() }), () => {
      throw new TypeError('a bug');
    });
    expect(() =>
      registryFromConfig({ providers: { a: { adapter: 'broken', token: { env: 'T' } } } }, { broken }, { env: { T: 't' } }),
    ).toThrow(TypeError);
  });
});
