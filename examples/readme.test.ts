// The README keeps its word: its program is the example, its configuration is valid, and both run on every rail, to every outcome.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createBalance } from '@disburse/balance-adapter';
import { memorySubmissions, registryFromConfig } from '@disburse/core';
import { deriveKey } from '@disburse/core/adapter';
import { simulateMollie, simulateStripe, simulateStripeTreasury, type Faults, type ListeningServer } from '@disburse/simulator';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { describe, expect, it, type TestContext } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const factories = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };

function blockOf(language: string): string {
  const blocks = [...read('README.md').matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, its]) => its === language);
  expect(blocks, `one block of ${language}`).toHaveLength(1);
  return blocks[0]?.[2] ?? '';
}

interface Config {
  readonly default: string;
  readonly submissions: string;
  readonly providers: Readonly<Record<string, object>>;
}
const config = (): Config => JSON.parse(blockOf('json')) as Config;

describe('the README', () => {
  it('shows examples/switch-provider.ts', () => expect(blockOf('ts')).toBe(read('examples/switch-provider.ts')));

  it('shows a configuration that is valid, and whose default may be any of its names', () => {
    const env = { STRIPE_SECRET_KEY: 'sk_test_readme', MOLLIE_TOKEN: 'test_readme' };
    for (const name of Object.keys(config().providers)) {
      const settings = { submissions: memorySubmissions() };
      const registry = registryFromConfig({ ...config(), default: name }, factories, { env, settings });
      expect([registry.names, registry.select().name]).toEqual([['us', 'parties', 'eu'], name]);
    }
  });

  it('holds no secret in it', () => expect(blockOf('json')).not.toMatch(/sk_|live_|test_|access_/));
});

// ---- Its programs, in processes of their own ---------------------------------------------------------------------------

interface Rail {
  /** Of the README's entry: where it is, and the ids of this world. */
  readonly entry: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  readonly faults: Faults;
  readonly count: () => number;
  /** Leaves less than the README pays. */
  readonly empty: () => void;
}

/** Of the test itself: several run at once. */
type Ending = TestContext['onTestFinished'];

async function listening(ending: Ending, world: { listen(): Promise<ListeningServer> }): Promise<string> {
  const server = await world.listen();
  ending(() => server.close());
  return server.url;
}

const RAILS: Readonly<Record<string, (ending: Ending) => Promise<Rail>>> = {
  us: async (ending) => {
    const stripe = simulateStripe();
    return {
      entry: { baseUrl: await listening(ending, stripe) },
      env: { STRIPE_SECRET_KEY: stripe.apiKey },
      faults: stripe.faults,
      count: () => stripe.payouts.length,
      empty: () => stripe.account().fund({ amount: -999_000, currency: 'usd' }),
    };
  },
  parties: async (ending) => {
    const treasury = simulateStripeTreasury();
    const account = treasury.account();
    const ids = { financialAccount: account.financialAccount().id, customer: account.customers[0], destination: 'pm_usBankAccount' };
    return {
      entry: { baseUrl: await listening(ending, treasury), ...ids },
      env: { STRIPE_SECRET_KEY: treasury.apiKey },
      faults: treasury.faults,
      count: () => treasury.payouts.length,
      empty: () => account.fund(-999_000),
    };
  },
  eu: async (ending) => {
    const mollie = simulateMollie();
    const balance = mollie.test.addBalance({ currency: 'USD', available: '10000.00' });
    const poor = mollie.test.addBalance({ currency: 'USD', available: '10.00' });
    const entry = { baseUrl: await listening(ending, mollie), balanceId: balance.id };
    return {
      entry,
      env: { MOLLIE_TOKEN: mollie.testKey },
      faults: mollie.faults,
      count: () => mollie.payouts.length,
      empty: () => Object.assign(entry, { balanceId: poor.id }),
    };
  },
};

/** A folder with the README's configuration, its default switched, pointed at this world. */
async function folderFor(ending: Ending, name: string, rail: Rail): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'disburse-readme-'));
  ending(() => rm(folder, { recursive: true }));
  const { providers, submissions } = config();
  const switched = {
    default: name,
    submissions,
    providers: { ...providers, [name]: { ...providers[name], maxResends: 0, ...rail.entry } },
  };
  await writeFile(join(folder, 'disburse.config.json'), JSON.stringify(switched));
  return folder;
}

async function run(program: string, cwd: string, env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=@disburse/source', join(root, program), ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', STRIPE_SECRET_KEY: 'sk_test_unused', MOLLIE_TOKEN: 'test_unused', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect(complained).toBe('');
  expect(code).toBe(0);
  return said;
}

const TIMEOUT_MS = 60_000;
const names = Object.keys(RAILS);
const railOf = (ending: Ending, name: string): Promise<Rail> => RAILS[name]?.(ending) ?? Promise.reject(new Error(`no rail ${name}`));

describe.concurrent('the README’s program', () => {
  it.for(names)('on %s: accepted', { timeout: TIMEOUT_MS }, async (name, { onTestFinished }) => {
    const rail = await railOf(onTestFinished, name);
    const folder = await folderFor(onTestFinished, name, rail);
    expect(await run('examples/switch-provider.ts', folder, rail.env)).toMatch(/^accepted: \S+ is (pending|in_transit)\n(note: .+\n)?$/);
    expect(rail.count()).toBe(1);
    expect(existsSync(join(folder, 'week-47.json'))).toBe(false);
  });

  it('again, by another default: the same payout', { timeout: TIMEOUT_MS }, async ({ onTestFinished }) => {
    const [us, eu] = [await railOf(onTestFinished, 'us'), await railOf(onTestFinished, 'eu')];
    const folder = await folderFor(onTestFinished, 'us', us);
    const first = await run('examples/switch-provider.ts', folder, us.env);
    const { providers, submissions } = config();
    const both = { ...providers, us: { ...providers['us'], ...us.entry }, eu: { ...providers['eu'], ...eu.entry } };
    await writeFile(join(folder, 'disburse.config.json'), JSON.stringify({ default: 'eu', submissions, providers: both }));
    expect(await run('examples/switch-provider.ts', folder, { ...us.env, ...eu.env })).toBe(first);
    expect([us.count(), eu.count()]).toEqual([1, 0]);
    // A new reference goes to the new default, in the currency of that balance and in no other.
    const again = (...args: readonly string[]): Promise<string> =>
      run('examples/switch-provider.ts', folder, { ...us.env, ...eu.env }, args);
    expect(await again('week-48', '80.00', 'EUR')).toMatch(/^rejected, certainly nothing was paid: /);
    expect(await again('week-49', '80.00', 'USD')).toMatch(/^accepted: payout_\S+ is pending\n/);
    expect([us.count(), eu.count()]).toEqual([1, 1]);
  });

  it.for(names)('on %s: rejected, and nothing exists', { timeout: TIMEOUT_MS }, async (name, { onTestFinished }) => {
    const rail = await railOf(onTestFinished, name);
    rail.empty();
    const folder = await folderFor(onTestFinished, name, rail);
    expect(await run('examples/switch-provider.ts', folder, rail.env)).toMatch(
      /^rejected, certainly nothing was paid: \[\w+\] .* \(retry: (next|same)_attempt\)\n$/,
    );
    expect(rail.count()).toBe(0);
  });

  it.for(names)('on %s: unknown, and submitted again it is one payout', { timeout: TIMEOUT_MS }, async (name, { onTestFinished }) => {
    const rail = await railOf(onTestFinished, name);
    rail.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
    const folder = await folderFor(onTestFinished, name, rail);
    const said = await run('examples/switch-provider.ts', folder, rail.env);
    expect(said).toMatch(new RegExp(`^unknown: \\[${name}\\] the request was sent and its answer was lost`));
    expect(said).toMatch(/^next: submit it again, from \S+ on$/m);
    expect(rail.count()).toBe(1);
    // The program is gone; what it kept is a file. And again: for ever.
    for (let time = 0; time < 2; time += 1) {
      expect(await run('examples/submit-again.ts', folder, rail.env)).toMatch(/^accepted: \S+\n$/);
      expect(rail.count()).toBe(1);
    }
  });
});

it('the demo finds everything as it says', { timeout: TIMEOUT_MS }, async () => {
  const said = await run('examples/demo.ts', tmpdir(), {});
  expect(said).toMatch(/\n\nAsked for 14 payouts: 3 were refused, 11 were made, none twice\. All \d+ checks hold\.\n$/);
  expect(said).not.toContain('NOT SO');
  expect(said.match(/^ .* paid twice /gm), 'by the programs without the library').toHaveLength(4);
});

it('the vectors of docs/keys.md are what deriveKey gives', async () => {
  const rows = [...read('docs/keys.md').matchAll(/^\| `(\[.*\])` \| `([0-9a-f-]{36})` \|$/gm)];
  expect(rows.length).toBeGreaterThan(2);
  for (const [, array = '', key] of rows) {
    const [version, namespace, account, reference, attempt] = JSON.parse(array) as [number, string, string | null, string, number];
    expect([version, await deriveKey({ namespace, account, reference, attempt })]).toEqual([1, key]);
  }
});
