// What the command prints, and the files it keeps: with --json, --trace and --dry-run, when all goes well and when it does not.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createVirtualClock, simulateMollie, simulateStripe, simulateStripeTreasury } from '@disburse/simulator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { disburse, type Finished, folder } from '../packages/cli/src/__tests__/bench.ts';
import { ACCOUNT, CREDENTIALS, foundIn, PERSON } from './canary/canaries.ts';

const BAG = {
  destinationPaymentMethodData: {
    type: 'us_bank_account',
    billingDetails: { name: PERSON.holderName },
    usBankAccount: { accountHolderType: 'individual', routingNumber: PERSON.routingNumber, accountNumber: ACCOUNT.accountNumber },
  },
};

const env = {
  STRIPE_KEY: CREDENTIALS.stripeKey,
  STRIPE_HOOK: CREDENTIALS.stripeWebhook,
  TREASURY_KEY: CREDENTIALS.treasuryKey,
  MOLLIE_TOKEN: CREDENTIALS.mollieToken,
};

/** Three providers on ports, which know the canaries, and a folder with a configuration of them. */
async function place() {
  const clock = createVirtualClock({ start: new Date().toISOString() });
  const [stripe, treasury, mollie] = [simulateStripe({ clock }), simulateStripeTreasury({ clock }), simulateMollie({ clock })];
  stripe.acceptApiKey(CREDENTIALS.stripeKey);
  treasury.acceptApiKey(CREDENTIALS.treasuryKey);
  mollie.acceptCredential({ token: CREDENTIALS.mollieToken });
  const servers = await Promise.all([stripe.listen(), treasury.listen(), mollie.listen()]);
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.close()))));
  const [us = '', parties = '', eu = ''] = servers.map(({ url }) => url);
  const common = { maxResends: 0, timeoutMs: 30_000 };
  const config = {
    default: 'us',
    providers: {
      us: { adapter: 'stripe', apiKey: { env: 'STRIPE_KEY' }, webhookSecrets: [{ env: 'STRIPE_HOOK' }], baseUrl: us, ...common },
      parties: {
        adapter: 'stripe-treasury',
        apiKey: { env: 'TREASURY_KEY' },
        financialAccount: treasury.account().financialAccount().id,
        baseUrl: parties,
        ...common,
      },
      eu: {
        adapter: 'balance',
        token: { env: 'MOLLIE_TOKEN' },
        balanceId: mollie.test.balance().id,
        acceptScheduleSideEffect: true,
        baseUrl: eu,
        ...common,
      },
    },
  };
  const cwd = await folder();
  await writeFile(join(cwd, 'disburse.config.json'), JSON.stringify(config, null, 2));
  await writeFile(join(cwd, 'bag.json'), JSON.stringify(BAG));
  return { cwd, worlds: { us: stripe, parties: treasury, eu: mollie } };
}

type Place = Awaited<ReturnType<typeof place>>;

const run = ({ cwd }: Place, ...args: readonly string[]): Promise<Finished> => disburse(args, { cwd, env });

const create = (name: string, ...more: readonly string[]): readonly string[] => {
  const currency = name === 'eu' ? 'EUR' : 'USD';
  const bag = name === 'parties' ? ['--options', '@bag.json'] : [];
  return ['create', '12.00', currency, '--reference', 'r1', '--provider', name, '--description', PERSON.description, ...bag, ...more];
};

const NEVER = { ...CREDENTIALS, ...ACCOUNT };
const printedBy = ({ stdout, stderr }: Finished): string => `${stdout}\n${stderr}`;

async function kept(cwd: string): Promise<string> {
  const at = join(cwd, '.disburse', 'submissions');
  const names = await readdir(at).catch(() => []);
  return (await Promise.all(names.map((name) => readFile(join(at, name), 'utf8')))).join('\n');
}

describe.each(['us', 'parties', 'eu'] as const)('%s', (name) => {
  it.each(['', '--json', '--trace', '--json --trace'])('every command %s', async (typed) => {
    const flags = typed.split(' ').filter((flag) => flag !== '');
    const there = await place();
    const ends = [await run(there, ...create(name, '--dry-run', ...flags)), await run(there, ...create(name, ...flags))];
    const id = there.worlds[name].payouts[0]?.id ?? '';
    const raw = flags.includes('--json') ? ['--raw'] : [];
    for (const command of [create(name), ['submit', 'r1'], ['lookup', 'r1'], ['get', id], ['list'], ['explain', id], ['providers']]) {
      const whose = ['get', 'list', 'explain'].includes(command[0] ?? '') ? ['--provider', name] : [];
      ends.push(await run(there, ...command, ...whose, ...flags, ...raw));
    }
    expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0));
    const note = ['--metadata', `note=${PERSON.metadata}`];
    // Not every provider can do all of it, and some of it is too late: whatever they say.
    for (const command of [
      ['update', id, ...note],
      ['reverse', id, ...note, '--yes'],
      ['cancel', id, '--yes'],
    ]) {
      ends.push(await run(there, ...command, '--provider', name, ...flags, ...raw));
    }
    for (const command of [
      ['balances'],
      ['check'],
      ['events'],
      ['resolve', 'r1', '--absent', '--yes'],
      ['resolve', 'r1', '--payout-id', id, '--yes'],
    ]) {
      ends.push(await run(there, ...command, '--provider', name, ...flags));
    }
    expect(ends.map((end) => foundIn(printedBy(end), NEVER))).toEqual(ends.map(() => []));
    const files = await kept(there.cwd);
    expect(foundIn(files, CREDENTIALS)).toEqual([]);
    expect(foundIn(files, ACCOUNT)).toEqual(name === 'parties' ? ['accountNumber'] : []);
  });

  it.each([
    ['a lost answer', { reset: 'after' }, 4],
    ['a lost request', { reset: 'before' }, 4],
    ['a page for a success', { answer: { status: 200, headers: {}, body: `<p>${Object.values(NEVER).join()}` }, at: 'before' }, 4],
    [
      'a refusal that repeats everything',
      { answer: { status: 401, headers: {}, body: { error: { message: Object.values(NEVER).join() } } }, at: 'before' },
      null,
    ],
    [
      'a server error that repeats everything',
      { answer: { status: 500, headers: {}, body: { error: { message: Object.values(NEVER).join() } } }, at: 'before' },
      4,
    ],
    ...Object.entries({ ...env, ...ACCOUNT }).map(([which, said]) => {
      const error = { type: 'invalid_request_error', code: said, message: said };
      const body = { status: 401, title: said, detail: said, error };
      const headers = { 'request-id': said, 'x-request-id': said };
      return [`a refusal that says ${which} wherever it can`, { answer: { status: 401, headers, body }, at: 'before' }, null] as const;
    }),
  ] as const)('%s', async (_, fault, code) => {
    const there = await place();
    there.worlds[name].faults.on({ method: 'POST' }, fault, 9);
    for (const flags of [['--trace'], ['--json']]) {
      const end = await run(there, ...create(name, ...flags, '--reference', `r-${flags.join()}`));
      if (code !== null) expect(end.code).toBe(code);
      expect(end.code).not.toBe(0);
      expect(foundIn(printedBy(end), NEVER)).toEqual([]);
    }
    expect(foundIn(await kept(there.cwd), CREDENTIALS)).toEqual([]);
  });
});

describe('mistakes', () => {
  it.each<readonly [string, string]>([
    ['the secret itself', `{ "providers": { "us": { "adapter": "stripe", "apiKey": "${CREDENTIALS.stripeKey}" } } }`],
    ['the secret for a variable', `{ "providers": { "us": { "adapter": "stripe", "apiKey": { "env": "${CREDENTIALS.stripeKey}" } } } }`],
    [
      'a file that is no JSON, with the secret in it',
      `{ "providers": { "us": { "adapter": "stripe", "apiKey": "${CREDENTIALS.stripeKey}" `,
    ],
    ['nothing but the secret', CREDENTIALS.stripeKey],
  ])('%s in the configuration', async (_, text) => {
    const there = await place();
    await writeFile(join(there.cwd, 'disburse.config.json'), text);
    for (const flags of [[], ['--json']]) {
      const end = await run(there, ...create('us', ...flags));
      expect(end.code).not.toBe(0);
      expect(foundIn(printedBy(end), NEVER)).toEqual([]);
    }
  });

  it.each([
    ['options that are no JSON', `{"accountNumber": "${ACCOUNT.accountNumber}"`],
    ['options that nobody knows', JSON.stringify({ number: ACCOUNT.accountNumber })],
    ['an account number for an object', JSON.stringify({ destinationPaymentMethodData: ACCOUNT.accountNumber })],
  ])('%s', async (_, options) => {
    const there = await place();
    for (const flags of [[], ['--json'], ['--dry-run']]) {
      const end = await run(there, ...create('parties', ...flags), '--options', options);
      expect(end.code).not.toBe(0);
      expect(foundIn(printedBy(end), NEVER)).toEqual([]);
    }
  });
});
