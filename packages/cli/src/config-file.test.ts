import { describe, expect, it } from 'vitest';
import { loadConfig } from '@disburse/core/node';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, folder, world } from './__tests__/bench.ts';
import { type FoundFacts, type Runner, whyNot } from './config-search.ts';
import { FACTORIES } from './factories.ts';

const US = `"us": { "adapter": "stripe", "apiKey": { "env": "STRIPE_KEY" } }`;
const env = { STRIPE_KEY: 'sk_test_super-secret', MOLLIE_TOKEN: 'test_super-secret' };

async function checked(text: string): Promise<string> {
  const cwd = await folder();
  await writeFile(join(cwd, 'disburse.config.json'), text);
  const end = await disburse(['providers', '--json'], { cwd, env });
  expect(end).toMatchObject({ code: 2, records: [{ command: 'providers', result: null, error: { code: 'config' } }] });
  const told = await disburse(['providers'], { cwd, env });
  expect(told).toMatchObject({ code: 2, stdout: '' });
  return told.stderr;
}

describe('a configuration with a mistake names the place, the rule, and no value', () => {
  it.each([
    ['an empty file', '', '1:1  value expected'],
    ['not JSON at all', 'providers:', '1:1  invalid symbol'],
    ['a comma that is missing', `{ "providers": {\n  ${US}\n  "eu": {} } }`, '3:3  comma expected'],
    ['a brace that is missing', `{ "providers": { ${US} }`, 'close brace expected'],
    ['brackets without end', `{"providers":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, '1:78  is nested deeper than 64 levels'],
    ['brackets that can be parsed', `{"providers":${'['.repeat(500)}${']'.repeat(500)}}`, 'is nested deeper than 64 levels'],
    ['a list', '[]', 'config: must be an object with "providers"'],
    ['no providers', '{}', '1:1  providers: must be an object of named providers'],
    ['providers in a list', '{ "providers": [] }', 'providers: must be an object of named providers'],
    ['empty providers', '{ "providers": {} }', '1:3  providers: names no provider'],
    ['an unknown key', `{ "provider": 1, "providers": { ${US} } }`, '1:3  provider: is not known here'],
    ['a default that is not there', `{\n  "default": "eu",\n  "providers": { ${US} } }`, '2:3  default: "eu" is not one of us'],
    ['a default that is no name', `{ "default": 1, "providers": { ${US} } }`, 'default: must be the name of a provider'],
    ['a provider that is no object', '{ "providers": { "us": "stripe" } }', 'providers.us: must be an object with "adapter"'],
    ['no adapter', '{ "providers": { "us": {} } }', 'providers.us.adapter: is missing; one of stripe, stripe-treasury, balance'],
    [
      'an adapter that nobody knows',
      '{ "providers": { "us": { "adapter": "paypal" } } }',
      '1:26  providers.us.adapter: "paypal" is not one of',
    ],
    [
      'a secret in the file',
      '{ "providers": { "us": { "adapter": "stripe", "apiKey": "sk_test_super-secret" } } }',
      '1:47  providers.us.apiKey: is a secret',
    ],
    [
      'a variable that is not set',
      '{ "providers": { "us": { "adapter": "stripe", "apiKey": { "env": "NOPE" } } } }',
      'the environment variable NOPE is not set',
    ],
    [
      'a reference that says more',
      '{ "providers": { "us": { "adapter": "stripe", "apiKey": { "env": "STRIPE_KEY", "or": 1 } } } }',
      'and nothing else',
    ],
    ['a setting that is missing', '{ "providers": { "us": { "adapter": "stripe" } } }', 'providers.us.apiKey'],
    [
      'an unknown setting',
      `{ "providers": { "us": { "adapter": "stripe", "apiKey": { "env": "STRIPE_KEY" }, "apikey": 1 } } }`,
      'providers.us.apikey: is not known here; did you mean "apiKey"? known are ',
    ],
    [
      'a setting that only a program has',
      `{ "providers": { "us": { "adapter": "stripe", "apiKey": { "env": "STRIPE_KEY" }, "fetch": "x" } } }`,
      '1:82  providers.us.fetch: is nothing that a file can hold; remove it',
    ],
    [
      'a store of one provider',
      `{ "providers": { "us": { "adapter": "stripe", "apiKey": { "env": "STRIPE_KEY" }, "submissions": "x" } } }`,
      '1:82  providers.us.submissions: belongs beside "providers": there is one store for all of them',
    ],
    ['a store that is no folder', `{ "submissions": 1, "providers": { ${US} } }`, '1:3  submissions: must be the path of a folder'],
    [
      'a secret of a list in the file',
      `{ "providers": { "us": { "adapter": "stripe", "apiKey": { "env": "STRIPE_KEY" }, "webhookSecrets": "super-secret" } } }`,
      'providers.us.webhookSecrets: is a secret and must not be in the configuration; write [{ "env": "NAME_OF_A_VARIABLE" }]',
    ],
    ['a default with a typo', `{ "default": "uss", "providers": { "us1": { "adapter": "strpe" } } }`, 'did you mean "stripe"?'],
    [
      'a setting of another kind',
      `{ "providers": { "us": { "adapter": "stripe", "apiKey": { "env": "STRIPE_KEY" }, "maxResends": "2" } } }`,
      '1:82  providers.us.maxResends: must be a whole number from 0 to 10',
    ],
    [
      'an address that is not https',
      `{ "providers": { "us": { "adapter": "stripe", "apiKey": { "env": "STRIPE_KEY" }, "baseUrl": "http://example.com" } } }`,
      'providers.us.baseUrl: must be an https address',
    ],
    [
      'a consent that is missing',
      '{ "providers": { "eu": { "adapter": "balance", "token": { "env": "MOLLIE_TOKEN" }, "balanceId": "bal_1" } } }',
      'providers.eu.acceptScheduleSideEffect',
    ],
    ['a provider that is written twice', `{ "providers": {\n  ${US},\n  ${US} } }`, '3:3  providers.us: is written twice, first on line 2'],
    [
      'namespaces that differ',
      `{ "providers": { ${US}, "us2": { "adapter": "stripe", "apiKey": { "env": "STRIPE_KEY" }, "namespace": "b" } } }`,
      'must have the same namespace',
    ],
  ])('%s', async (_, text, words) => {
    const said = await checked(text);
    expect(said).toContain(words);
    expect(said).toContain('\nnext   ');
    expect(said).not.toMatch(/known are .*(fetch|runtime|onTelemetry)/);
  });

  it('tells all mistakes at once', async () => {
    const words = await checked(`{
      "default": "nobody",
      "providers": {
        "us": { "adapter": "stripe", "apiKey": "sk_test_super-secret" },
        "eu": { "adapter": "balance", "token": { "env": "NOPE" } },
        "a.b": { "adapter": "nope" }
      }
    }`);
    expect(words).toContain('has 6 problems');
    for (const place of ['2:7  default', '4:38  providers.us.apiKey', '5:39  providers.eu.token', '6:18  providers.a.b.adapter'])
      expect(words).toContain(place);
  });
});

describe('where it is looked for', () => {
  it('upwards from the working directory', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'disburse.config.json'), `{ /* mine */ "providers": { ${US}, } }`);
    await mkdir(join(cwd, 'a', 'b'), { recursive: true });
    expect(await disburse(['providers'], { cwd: join(cwd, 'a', 'b'), env })).toMatchObject({ code: 0 });
  });

  it('at --config, before or after the command', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'pay.json'), `{ "providers": { ${US} } }`);
    expect(await disburse(['providers', '--config', 'pay.json'], { cwd, env })).toMatchObject({ code: 0 });
    expect(await disburse(['--config', 'pay.json', 'providers'], { cwd, env })).toMatchObject({ code: 0 });
    expect(await disburse(['providers', '--config', 'nope.json'], { cwd, env })).toMatchObject({ code: 2 });
  });

  it('nowhere: says what to do', async () => {
    const end = await disburse(['check'], { cwd: await folder() });
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('disburse init writes one') as string });
  });
});

describe('whose it is', () => {
  const mine = { owners: [1000, 1000, 1000], isFile: true, folderMode: 0o40755, fileMode: 0o100644, where: 'elsewhere' } as const;
  const me = { uid: 1000, behind: null };
  const root = { uid: 0, behind: null };

  it.each<readonly [string, Partial<FoundFacts>, Runner, string | null]>([
    ['mine', {}, me, null],
    ['of root, as in an image of a container', { owners: [0, 0, 0] }, me, null],
    ['of somebody else', { owners: [1000, 33, 1000] }, me, 'belongs to another user (33)'],
    ['of mine, behind a link of somebody else', { owners: [33, 1000, 1000] }, me, 'belongs to another user (33)'],
    ['of mine, in a folder of somebody else', { owners: [1000, 1000, 33] }, me, 'belongs to another user (33)'],
    ['in this very folder, and of somebody else', { owners: [33, 33, 33], where: 'here' }, me, 'belongs to another user (33)'],
    ['of somebody else, for root', {}, root, 'belongs to another user (1000)'],
    ['of who called sudo', {}, { uid: 0, behind: 1000 }, null],
    ['of another one than who called sudo', {}, { uid: 0, behind: 33 }, 'belongs to another user (1000)'],
    ['what sudo says to who is not root', { owners: [33, 33, 33] }, { uid: 1000, behind: 33 }, 'belongs to another user (33)'],
    ['in a folder that everybody may write to', { folderMode: 0o41777 }, me, 'everybody may write in its folder'],
    ['that everybody may write to', { fileMode: 0o100666 }, me, 'everybody may write to it'],
    ['that a group may write to', { folderMode: 0o40775, fileMode: 0o100664 }, me, null],
    ['a pipe, which may never end', { isFile: false }, me, 'it is not a regular file'],
    ['a pipe, on Windows', { isFile: false, where: 'here' }, { uid: null, behind: null }, 'it is not a regular file'],
    ['above the home folder', { where: 'above_home' }, me, 'it is above your home folder'],
    ['above the home folder, of root', { owners: [0, 0, 0], where: 'above_home' }, root, 'it is above your home folder'],
    ['on Windows, here', { where: 'here', folderMode: 0o40777 }, { uid: null, behind: null }, null],
    ['on Windows, in the home folder', { where: 'in_home' }, { uid: null, behind: null }, null],
    ['on Windows, anywhere else', {}, { uid: null, behind: null }, 'cannot be told on this system'],
  ])('%s', (_, facts, runner, why) => {
    const said = whyNot({ ...mine, ...facts }, runner);
    if (why === null) expect(said).toBeNull();
    else expect(said).toContain(why);
  });

  /** Below a folder with a configuration that would send the credential elsewhere. */
  async function below(prepare: (outer: string) => Promise<void>): Promise<{ readonly outer: string; readonly cwd: string }> {
    const outer = await folder();
    const cwd = join(outer, 'home', 'project');
    await mkdir(cwd, { recursive: true });
    await writeFile(join(outer, 'disburse.config.json'), `{ "providers": { ${US} } }`);
    await prepare(outer);
    return { outer, cwd };
  }

  it.each<readonly [string, string, (outer: string) => Promise<void>, string]>([
    ['above the home folder', 'home', () => Promise.resolve(), 'it is above your home folder'],
    ['in a folder that everybody may write to', 'nowhere', (outer) => chmod(outer, 0o1777), 'everybody may write in its folder'],
    ['that everybody may write to', '', (outer) => chmod(join(outer, 'disburse.config.json'), 0o666), 'everybody may write to it'],
  ])('one that is %s is not taken, unless it is named', async (_, home, prepare, why) => {
    const { outer, cwd } = await below(prepare);
    const path = join(outer, 'disburse.config.json');
    const place = { cwd, env: { ...env, HOME: join(outer, home) } };
    const end = await disburse(['providers'], place);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toContain(`${path} was found, and not taken: ${why}`);
    expect(end.stderr).toContain(`--config ${path}`);
    expect(await disburse(['simulate', 'now'], place)).toMatchObject({ code: 2 });
    expect(await disburse(['providers', '--config', path], place)).toMatchObject({ code: 0 });
  });

  it.skipIf(process.platform === 'win32')('a pipe is not taken, and nobody waits for it', async () => {
    const cwd = await folder();
    execFileSync('mkfifo', [join(cwd, 'disburse.config.json')]);
    const end = await disburse(['providers'], { cwd, env });
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('and not taken: it is not a regular file') as string });
  });

  it.skipIf(process.platform === 'win32')('nor for a pipe where a simulator leaves its variables', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'disburse.config.json'), `{ "providers": { ${US} } }`);
    await mkdir(join(cwd, '.disburse'));
    execFileSync('mkfifo', [join(cwd, '.disburse', 'simulator.env')]);
    expect(await disburse(['providers'], { cwd, env })).toMatchObject({ code: 0 });
  });

  it('one in the home folder is taken from below, also through a link', async () => {
    const { outer, cwd } = await below(() => Promise.resolve());
    const link = join(await folder(), 'home');
    await symlink(outer, link);
    for (const HOME of [outer, link]) expect(await disburse(['providers'], { cwd, env: { ...env, HOME } })).toMatchObject({ code: 0 });
  });
});

it('a byte order mark is no error: configuration, options and a submission', async () => {
  const place = await world();
  for (const [name, text] of [
    ['disburse.config.json', await readFile(join(place.cwd, 'disburse.config.json'), 'utf8')],
    ['options.json', '{"method":"standard"}'],
  ] as const)
    await writeFile(join(place.cwd, name), `\uFEFF${text}`);
  const made = await disburse(['create', '25.00', 'USD', '--reference', 'r1', '--options', '@options.json'], place);
  expect(made).toMatchObject({ code: 0 });
  const [file = ''] = await place.kept();
  await writeFile(join(place.cwd, 'copy.json'), `\uFEFF${await readFile(join(place.cwd, file), 'utf8')}`);
  expect(await disburse(['lookup', 'copy.json'], place)).toMatchObject({ code: 0 });
});

it('a program that loads the same file hears the same words', async () => {
  const cwd = await folder();
  const path = join(cwd, 'disburse.config.json');
  await writeFile(path, `{ "default": "eu",\n "submissions": 1, "providers": { "us": { "adapter": "strpe" }, ${US} } }`);
  const lines = (await disburse(['providers'], { cwd, env })).stderr.split('\n').filter((line) => /^ +\d+:\d+ /.test(line));
  expect(lines).toHaveLength(1); // It is no configuration yet: a name is there twice.
  await writeFile(path, `{ "default": "eu",\n "submissions": 1, "providers": { "us": { "adapter": "strpe" } } }`);
  const all = (await disburse(['providers'], { cwd, env })).stderr.split('\n').filter((line) => /^ +\d+:\d+ /.test(line));
  expect(all).toHaveLength(3);
  const error: unknown = await loadConfig(path, FACTORIES, { env }).catch((thrown: unknown) => thrown);
  expect(String(error).split('\n').slice(1)).toEqual(all);
});

describe('init', () => {
  it('writes one that passes once its variables are set', async () => {
    const cwd = await folder();
    expect(await disburse(['init', 'stripe', 'balance', '--json'], { cwd })).toMatchObject({
      code: 0,
      records: [
        {
          result: {
            simulated: false,
            providers: [
              { name: 'us', adapter: 'stripe' },
              { name: 'eu', adapter: 'balance' },
            ],
          },
        },
      ],
    });
    const all = { STRIPE_SECRET_KEY: 'sk_test_super-secret', MOLLIE_TOKEN: 'test_super-secret' };
    expect(await disburse(['providers'], { cwd, env: all })).toMatchObject({ code: 0 });
  });

  it.each<readonly [readonly string[], readonly string[]]>([
    [['mollie'], ['mollie']],
    [['balance'], ['balance']],
    [
      ['mollie', 'stripe'],
      ['stripe', 'mollie'],
    ],
    [['balance', 'mollie'], ['mollie']],
  ])('takes %j, and the command pays by what it wrote', async (words, adapters) => {
    const cwd = await folder();
    expect(await disburse(['init', ...words], { cwd })).toMatchObject({ code: 0 });
    const { providers } = JSON.parse(await readFile(join(cwd, 'disburse.config.json'), 'utf8')) as { providers: object };
    expect(Object.values(providers).map(({ adapter }: { readonly adapter: string }) => adapter)).toEqual(adapters);
    const all = { STRIPE_SECRET_KEY: 'sk_test_super-secret', MOLLIE_TOKEN: 'test_super-secret' };
    expect(await disburse(['providers', '--provider', 'eu', '--json'], { cwd, env: all })).toMatchObject({
      records: [{ result: { providers: [{ name: 'eu', adapter: 'balance' }] } }],
    });
  });

  it('is for JSON.parse, and --config says where', async () => {
    const cwd = await folder();
    await disburse(['init', 'stripe', 'stripe-treasury', 'balance', '--config', 'conf/pay.json'], { cwd });
    const config: unknown = JSON.parse(await readFile(join(cwd, 'conf', 'pay.json'), 'utf8'));
    expect(config).toMatchObject({ default: 'us', submissions: '.disburse/submissions', providers: { us: {}, parties: {}, eu: {} } });
  });

  it.each([
    ['nowhere yet', null, './node_modules/@disburse/core/disburse.config.schema.json'],
    ['beside it', 'app/conf', './node_modules/@disburse/core/disburse.config.schema.json'],
    ['above it', 'app', '../node_modules/@disburse/core/disburse.config.schema.json'],
    ['further above', '.', '../../node_modules/@disburse/core/disburse.config.schema.json'],
  ])('names the schema that is installed %s', async (_, installed, schema) => {
    const cwd = await folder();
    if (installed !== null) {
      const core = join(cwd, installed, 'node_modules', '@disburse', 'core');
      await mkdir(core, { recursive: true });
      await writeFile(join(core, 'disburse.config.schema.json'), '{}');
    }
    await disburse(['init', 'stripe', '--config', 'app/conf/disburse.config.json'], { cwd });
    expect(JSON.parse(await readFile(join(cwd, 'app/conf/disburse.config.json'), 'utf8'))).toMatchObject({ $schema: schema });
  });

  it('never replaces one unasked', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'disburse.config.json'), 'mine');
    expect(await disburse(['init', 'stripe'], { cwd })).toMatchObject({ code: 2 });
    expect(await readFile(join(cwd, 'disburse.config.json'), 'utf8')).toBe('mine');
    expect(await disburse(['init', 'stripe', '--force'], { cwd })).toMatchObject({ code: 0 });
    expect(await readFile(join(cwd, 'disburse.config.json'), 'utf8')).not.toBe('mine');
  });

  it('asks on a terminal, and without one wants to be told', async () => {
    const cwd = await folder();
    expect(await disburse(['init'], { cwd })).toMatchObject({ code: 2 });
    expect(await disburse(['init', 'paypal'], { cwd })).toMatchObject({ code: 2 });
    expect(await disburse(['init'], { cwd, keys: ' \r' })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('us (stripe).') as string,
    });
  });
});
