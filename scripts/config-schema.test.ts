// The schema of disburse.config.json: it is what the settings say, and it takes what `init` writes and what the documentation shows.
import { createBalance } from '@disburse/balance-adapter';
import { isPayoutError, registryFromConfig } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { disburse, folder } from '../packages/cli/src/__tests__/bench.ts';
import { configSchema, SCHEMA_FILE } from './config-schema.ts';
import { PAGES, readPage, ROOT } from './docs-pages.ts';

const FACTORIES = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };
const committed = readFileSync(join(ROOT, SCHEMA_FILE), 'utf8');
const schema = JSON.parse(committed) as {
  readonly definitions: Readonly<Record<string, { readonly properties?: Readonly<Record<string, { readonly description?: string }>> }>>;
};
const validate = new Ajv({ allErrors: true }).compile(schema);

/** Where a configuration breaks the schema, and which rule. */
function problemsOf(config: unknown): readonly string[] {
  validate(config);
  const said = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if' && keyword !== 'anyOf');
  return [...new Set(said.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`))];
}

const us = { adapter: 'stripe', apiKey: { env: 'KEY' } };
const eu = { adapter: 'mollie', token: { env: 'TOKEN' }, balanceId: 'bal_1', acceptScheduleSideEffect: true };

it('is what the settings of the adapters say; if not: npx -y pnpm@12 docs:tables', () => expect(committed).toBe(configSchema()));

it('says of every setting what it means', () => {
  const settings = Object.values(FACTORIES).flatMap(({ id }) => Object.entries(schema.definitions[id]?.properties ?? {}));
  expect(settings.filter(([name, { description }]) => name !== 'adapter' && description === undefined)).toEqual([]);
  expect(settings.length).toBeGreaterThan(30);
});

it('is published with the package that a program has', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'packages/core/package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, unknown>>;
    readonly files: readonly string[];
  };
  expect(manifest.files).toContain('disburse.config.schema.json');
  expect(manifest.exports).toMatchObject({ './disburse.config.schema.json': './disburse.config.schema.json' });
});

describe('it takes', () => {
  it.each([
    [['stripe']],
    [['stripe-treasury']],
    [['balance']],
    [['mollie']],
    [['stripe', 'stripe-treasury', 'mollie']],
    [['--simulated']],
    [['--simulated', 'mollie']],
  ])('what init writes for %j', async (words) => {
    const cwd = await folder();
    expect(await disburse(['init', ...words], { cwd })).toMatchObject({ code: 0 });
    const config: unknown = JSON.parse(readFileSync(join(cwd, 'disburse.config.json'), 'utf8'));
    expect(config).toMatchObject({ $schema: './node_modules/@disburse/core/disburse.config.schema.json' });
    expect(problemsOf(config)).toEqual([]);
  });

  const examples = PAGES.flatMap((path) =>
    readPage(path)
      .blocks.filter(({ language, lines }) => language === 'json' && lines.some((line) => line.includes('"providers"')))
      .map(({ lines, at }) => [`${path}:${at}`, JSON.parse(lines.join('\n')) as unknown] as const),
  );

  it('configurations of three pages at least', () => expect(new Set(examples.map(([at]) => at.split(':')[0])).size).toBeGreaterThan(2));
  it.each(examples)('the one at %s', (_, config) => expect(problemsOf(config)).toEqual([]));

  it.each<readonly [string, object]>([
    ['a schema, a namespace and a folder', { $schema: 'x', namespace: 'payroll', submissions: 'kept', providers: { us } }],
    [
      'references wherever there is a text',
      { namespace: { env: 'A' }, submissions: { env: 'B' }, providers: { eu: { ...eu, balanceId: { env: 'C' } } } },
    ],
    ['a picked word from the environment', { providers: { us: { ...us, correlation: { env: 'A' } } } }],
    ['secrets in a list', { providers: { us: { ...us, webhookSecrets: [{ env: 'A' }, { env: 'B' }] } } }],
  ])('%s', (_, config) => expect(problemsOf(config)).toEqual([]));
});

describe('it finds', () => {
  const env = { KEY: 'sk_test_1', TOKEN: 'test_1' };

  it.each<readonly [string, object, readonly string[]]>([
    ['no providers', {}, [' required']],
    ['no provider', { providers: {} }, ['/providers minProperties']],
    ['a typo at the top', { provider: {}, providers: { us } }, [' additionalProperties']],
    ['a typo in a setting', { providers: { us: { ...us, apikey: 1 } } }, ['/providers/us additionalProperties']],
    ['a setting of another adapter', { providers: { us: { ...us, balanceId: 'bal_1' } } }, ['/providers/us additionalProperties']],
    ['an unknown adapter', { providers: { us: { ...us, adapter: 'strpe' } } }, ['/providers/us/adapter enum']],
    ['no adapter', { providers: { us: { apiKey: { env: 'KEY' } } } }, ['/providers/us required']],
    ['a secret in the file', { providers: { us: { ...us, apiKey: 'sk_test_1' } } }, ['/providers/us/apiKey type']],
    [
      'a secret for a list of them',
      { providers: { us: { ...us, webhookSecrets: { env: 'KEY' } } } },
      ['/providers/us/webhookSecrets type'],
    ],
    [
      'a reference with more in it',
      { providers: { us: { ...us, apiKey: { env: 'KEY', or: 1 } } } },
      ['/providers/us/apiKey additionalProperties'],
    ],
    ['a secret that is missing', { providers: { us: { adapter: 'stripe' } } }, ['/providers/us required']],
    [
      'what nobody said',
      { providers: { eu: { ...eu, acceptScheduleSideEffect: false } } },
      ['/providers/eu/acceptScheduleSideEffect const'],
    ],
    ['a number as text', { providers: { us: { ...us, maxResends: '2' } } }, ['/providers/us/maxResends type']],
    ['a name in an entry', { providers: { us: { ...us, name: 'us' } } }, ['/providers/us additionalProperties']],
    ['a store in an entry', { providers: { us: { ...us, submissions: 'kept' } } }, ['/providers/us additionalProperties']],
    ['what only a program has', { providers: { us: { ...us, fetch: 'fetch' } } }, ['/providers/us additionalProperties']],
  ])('%s, as the program does', (_, config, problems) => {
    expect(problemsOf(config)).toEqual(problems);
    expect(() => registryFromConfig(config, FACTORIES, { env })).toThrow(expect.toSatisfy(isPayoutError));
  });
});
