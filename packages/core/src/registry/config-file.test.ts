// One file for the program and the command: what it says, where its store is, and everything that can be wrong with it.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ACME_TOKEN, acmeBank } from '../__tests__/acme-bank.ts';
import { createAcme } from '../__tests__/acme.ts';
import { RENT } from '../__tests__/acme-world.ts';
import { loadConfig, readConfigFile } from './config-file.ts';
import { registryFromConfig } from './config.ts';
import { isPayoutError, type PayoutError } from '../errors.ts';
import { fileSubmissions } from '../node.ts';
import { memorySubmissions } from '../stores/submission.ts';

const US = '"us": { "adapter": "acme", "token": { "env": "ACME_TOKEN" } }';
const env = { ACME_TOKEN };
const adapters = { acme: createAcme };

async function written(text: string, name = 'disburse.config.json'): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'disburse-config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), text);
  return { folder, path: join(folder, name) };
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

const filesOf = async (...path: readonly string[]): Promise<number> => (await readdir(join(...path)).catch(() => [])).length;

describe('loadConfig', () => {
  it.each([
    ['the line', '"submissions": "kept/here",', ['kept', 'here']],
    ['no line', '', ['.disburse', 'submissions']],
    ['a variable', '"submissions": { "env": "KEPT" },', ['elsewhere']],
    ['a schema', '"$schema": "./disburse.config.schema.json",', ['.disburse', 'submissions']],
  ])('keeps what it sends beside the file, wherever the program runs: %s', async (_, line, kept) => {
    const { folder, path } = await written(`\uFEFF{ /* mine */ ${line} "default": "us", "providers": { ${US}, } }`);
    const bank = acmeBank();
    const payouts = await loadConfig(path, adapters, { env: { ...env, KEPT: 'elsewhere' }, settings: { fetch: bank.fetch } });
    expect(await payouts.createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: false });
    expect(await filesOf(folder, ...kept)).toBeGreaterThan(0);
    const again = await loadConfig(path, adapters, { env: { ...env, KEPT: 'elsewhere' }, settings: { fetch: bank.fetch, runtime: {} } });
    expect(await again.createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: true });
    expect(bank.payouts).toHaveLength(1);
  });

  it('uses a store that the program hands over, and opens none', async () => {
    const { folder, path } = await written(`{ "default": "us", "submissions": "kept", "providers": { ${US} } }`);
    const store = memorySubmissions();
    const payouts = await loadConfig(path, adapters, { env, settings: { fetch: acmeBank().fetch, submissions: store } });
    await payouts.createPayout(RENT);
    expect(await store.find({ namespace: '', reference: RENT.reference, attempt: 1 })).not.toBeNull();
    expect(await readdir(folder)).toEqual(['disburse.config.json']);
  });

  it('an absolute folder is taken as it is', async () => {
    const { folder } = await written('');
    const { path } = await written(`{ "submissions": ${JSON.stringify(join(folder, 'all'))}, "providers": { ${US} } }`);
    expect((await readConfigFile(path)).submissionsFolder(env)).toBe(join(folder, 'all'));
  });

  it('tells every problem at once, with its place, and no value', async () => {
    const { path } = await written(
      `{\n  "submission": 1, "submissions": "",\n  "providers": { "us": { "adapter": "acme", "token": "sk_live_1" } }\n}`,
    );
    const error = await refused(() => loadConfig(path, adapters, { env }));
    expect(error.code).toBe('invalid_settings');
    expect(error.message).toContain('disburse.config.json has 3 problems.\n');
    expect(error.message).toContain('  2:3  submission: is not known here; did you mean "submissions"?');
    expect(error.message).toContain('  2:20  submissions: must be the path of a folder');
    expect(error.message).toContain('  3:45  providers.us.token: is a secret');
    expect(error.message).not.toContain('sk_live_1');
    expect(error.issues.map((issue) => issue.path)).toEqual(['submission', 'submissions', 'providers.us.token']);
  });

  it.each([
    ['no JSON', '{ "providers": [ }', '1:18  value expected'],
    ['a provider twice', `{ "providers": { ${US}, ${US} } }`, 'providers.us: is written twice, first on line 1'],
    ['a folder that is none', `{ "submissions": 1, "providers": { ${US} } }`, 'submissions: must be the path of a folder'],
    [
      'the variable of a secret',
      `{ "submissions": { "env": "ACME_TOKEN" }, "providers": { ${US} } }`,
      'submissions: names the variable of a provider',
    ],
    ['a variable that is not set', `{ "submissions": { "env": "NOPE" }, "providers": { ${US} } }`, 'variable NOPE is not set'],
  ])('%s', async (_, text, words) => {
    const { folder, path } = await written(text);
    expect((await refused(() => loadConfig(path, adapters, { env }))).message).toContain(words);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it.each<readonly [string, unknown, string]>([
    ['a file that is not there', '/nowhere/at/all.json', 'there is no /nowhere/at/all.json'],
    ['a folder', tmpdir(), 'cannot be read (EISDIR)'],
    ['no path', undefined, 'path: must be the path of a configuration file'],
    ['the adapters', adapters, 'not an object'],
    ['nothing', '', 'path: must be the path'],
  ])('%s', async (_, path, words) => {
    const error = await refused(() => loadConfig(path as string, adapters, { env }));
    expect(error).toMatchObject({ code: 'invalid_settings', message: expect.stringContaining(words) as string });
  });

  it('finds what another store of the same folder kept', async () => {
    const { folder, path } = await written(`{ "default": "us", "submissions": "kept", "providers": { ${US} } }`);
    await mkdir(join(folder, 'kept'));
    const bank = acmeBank();
    const own = createAcme({ token: ACME_TOKEN, name: 'us', fetch: bank.fetch, submissions: fileSubmissions(join(folder, 'kept')) });
    await own.createPayout(RENT);
    const payouts = await loadConfig(path, adapters, { env, settings: { fetch: bank.fetch, runtime: {} } });
    expect(await payouts.createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: true });
  });
});

describe('registryFromConfig, which opens no folder', () => {
  const config = { submissions: 'kept', default: 'us', providers: { us: { adapter: 'acme', token: { env: 'ACME_TOKEN' } } } };

  it('refuses a file that names one, and says what to call', async () => {
    const error = await refused(() => registryFromConfig(config, adapters, { env }));
    expect(error.issues).toEqual([
      { path: 'submissions', message: expect.stringContaining('loadConfig of @disburse/core/node opens it') as string },
    ]);
  });

  it('takes it where a store is handed over, and still reads the line', async () => {
    const settings = { submissions: memorySubmissions() };
    expect(registryFromConfig(config, adapters, { env, settings }).names).toEqual(['us']);
    const error = await refused(() => registryFromConfig({ ...config, submissions: 7 }, adapters, { env, settings }));
    expect(error.issues.map(({ path }) => path)).toEqual(['submissions']);
  });
});
