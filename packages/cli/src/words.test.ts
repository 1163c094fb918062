// Nothing that is said to programs reaches a terminal: whatever core and the adapters say is in their sources, and is looked through here.
import { PayoutError } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { disburse, world } from './__tests__/bench.ts';
import { secretValues } from './hide.ts';
import { errorLines, errorRecord } from './out.ts';
import { inWords, inCommandWords, typedAs } from './words.ts';

const NONE = secretValues();
const PACKAGES = join(import.meta.dirname, '..', '..');
/** Words of a program: its calls, its values, its parts. */
const OF_PROGRAMS =
  /createPayout|outcome\.|nextAttempt|\w+Submissions\b|submissions store|acceptedOrThrow|\b(resolve|lookup|submit|prepare|list)\(|\b[a-z]\w*\(\)|\bsettings?\b|\blibrary|\bfetch\b|onTelemetry|\bcaller\b|statementDescriptor\b|providerOptions\.|error\.\w+|createdFrom|createdTo|with limit|(?<!["'])stripeAccount|'full_balance'/i;
/** What the command cannot cause: mistakes of a program, and of an adapter's author. */
const NEVER_HERE = [
  'nextAttempt takes only a rejected outcome',
  'give it the setting name',
  'must have the same submissions store',
  'must be a SubmissionStore',
  'must be an object with any of now()',
  'with Express, use express.raw',
  'fetch answered with something that is not a Response',
  'acceptedOrThrow',
  'keep error.result.submission',
  // Options of a call, of a registry and of a handler: the command writes its own.
  'it is a setting',
  'the setting `',
  'headers are part of the settings',
  'of your own is a setting',
  'belongs into settings: write',
  'is the setting of the provider; `signal`',
  'is a setting of each provider',
  'must be a provider, as an adapter makes it',
  'a webhookHandler takes a Fetch Request',
  'loadConfig of @disburse/core/node opens it',
  'forAccount(id)',
  'write `signal` and `timeoutMs`',
  'definePayoutProvider',
  'call provider.parseWebhook',
  'IncomingMessage',
  'payoutId } or { absent',
  'maxBodyBytes',
  'webhookSecrets is missing', // listen looks for them first, and says where they go.
  'must have has(key)',
  'stripePayoutLedger',
  // A member of an answer of Mollie's.
  'without a readable availableAmount',
  // Mollie's own word for what its dashboard sets.
  'transferFrequency',
  // Two settings of one file: there they are called that.
  'cannot be given together with stripeAccount',
];

interface Sentence {
  readonly at: string;
  readonly text: string;
}

/** Texts of several words in the source of a package; `${...}` stays, as something that is put in later. */
function sentencesOf(name: string): readonly Sentence[] {
  const folder = join(PACKAGES, name, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.test(-d)?\.ts$|__\w+__/.test(file),
  );
  return files.flatMap((file) => {
    const source = readFileSync(join(folder, file), 'utf8')
      .replaceAll(/\/\*\*[^]*?\*\//g, '')
      .replaceAll(/^\s*\/\/.*$/gm, '');
    const texts = [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\\n]|\\.)*)`|"((?:[^"\\\n]|\\.)*)"/g)];
    return texts
      .map((found) => found[1] ?? found[2] ?? found[3] ?? '')
      .filter((text) => text.trim().split(' ').length > 2)
      .map((text) => ({ at: `${name}/src/${file}`, text }));
  });
}

const sentences = ['core', 'stripe-adapter', 'stripe-treasury-adapter', 'balance-adapter', 'cli']
  .flatMap(sentencesOf)
  .filter(({ at }) => !/cli\/src\/(?:words|starting-config)\.ts$/.test(at)); // Patterns, and a file.

/** A name of an API that is not in quotes, as a setting of the file or a member of --options is. */
const CAMEL_CASE = /(?<!["\w.\\])[a-z]+[A-Z]\w*(?!["\w])|\w\(\)/;

describe('sentences of core and of the adapters', () => {
  it('are found', () => {
    expect(sentences.length).toBeGreaterThan(300);
    expect(sentences.filter(({ text }) => OF_PROGRAMS.test(text)).length).toBeGreaterThan(15);
  });

  it('say nothing to a person at a terminal that only a program understands', () => {
    const left = sentences.filter(({ text }) => {
      const said = inWords(text.replaceAll(/\$\{[^}]*\}/g, '…'));
      return (OF_PROGRAMS.test(said) || CAMEL_CASE.test(said)) && !NEVER_HERE.some((words) => text.includes(words));
    });
    expect(left.map(({ at, text }) => `${at}: ${text}`)).toEqual([]);
  });
});

describe('an error', () => {
  it.each([
    ['reference', '--reference'],
    ['money.amount', 'amount'],
    ['money.currency', 'currency'],
    ['money', 'amount'],
    ['statementDescriptor', '--statement-descriptor'],
    ['metadata.order.id', '--metadata order.id'],
    ['providerOptions.stripe.methd', '--options methd'],
    ['providerOptions.stripe', '--options'],
    ['createdFrom', '--from'],
    ['providers.us.apiKey', 'providers.us.apiKey'],
    ['constructor', 'constructor'],
  ])('names %s as it is typed: %s', (path, typed) => {
    expect(typedAs(path)).toBe(typed);
    const error = new PayoutError('invalid_request', `${path}: is wrong`, { provider: 'us', issues: [{ path, message: 'is wrong' }] });
    expect(inCommandWords(error)).toMatchObject({ message: `[us] ${typed}: is wrong`, issues: [{ path: typed, message: 'is wrong' }] });
  });

  it('of several problems names each', () => {
    const issues = [
      { path: 'money.amount', message: "needs decimals, such as '10.50'." },
      { path: 'limit', message: 'is $& too much' },
    ];
    const message = issues.map(({ path, message: problem }) => `${path}: ${problem}`).join('\n  ');
    const error = new PayoutError('invalid_request', `2 problems:\n  ${message}`, { provider: 'us', issues });
    expect(errorLines(error, NONE)).toEqual(['[us] 2 problems:', '  amount: needs decimals, such as 10.50.', '  --limit: is $& too much']);
  });

  it('keeps the name of a hidden folder apart from the word before it', () => {
    expect(inWords('what is kept of .disburse/x .')).toBe('what is kept of .disburse/x.');
  });

  it('is told at once, however many spaces a stranger put into it', () => {
    const spaces = ' '.repeat(300_000);
    expect(inWords(`a${spaces}b ;`)).toBe(`a${spaces}b;`);
    expect(inWords(`a${spaces}, b`)).toBe('a, b');
  });

  it('keeps what the provider said, verbatim', () => {
    const providerMessage = "Check the destination setting of this library, such as '10.50'.";
    const error = new PayoutError('invalid_request', 'was refused.', { provider: 'us', providerMessage });
    expect(errorLines(error, NONE)[1]).toBe(`the provider said: ${providerMessage}`);
    expect(errorRecord(error, NONE)).toMatchObject({ providerMessage });
  });

  it('of the folder of submissions is in the name of no provider', () => {
    const error = new PayoutError('provider_unavailable', 'x cannot be opened.', { provider: 'fileSubmissions' });
    expect(errorRecord(error, NONE)).toMatchObject({ provider: null, message: '[.disburse] x cannot be opened.' });
  });
});

// What is said when something goes wrong, collected from the command itself.
describe('the command', () => {
  const CREATE = ['create', '25.00', 'USD', '--reference', 'r1'];
  const TREASURY = ['create', '25.00', 'USD', '--reference', 'r2', '--provider', 'parties'];
  const BAD: readonly (readonly string[])[] = [
    ['list', '--limit', '1000'],
    ['list', '--cursor', 'nope'],
    ['list', '--cursor', 'nope', '--provider', 'eu'],
    ['list', '--options', '{"startingAfter":"po_1","endingBefore":"po_2"}'],
    ['list', '--cursor', 'po_1', '--options', '{"startingAfter":"po_1"}'],
    ['list', '--options', '{"nope":1}'],
    ['get', 'po_nope'],
    ['get', 'po_nope', '--account', 'acct_1'],
    ['get', 'po_nope', '--account', 'nope'],
    ['get', 'payout_nope', '--provider', 'eu', '--account', 'acct_1'],
    ['cancel', 'po_nope'],
    ['reverse', 'po_nope'],
    ['update', 'po_nope', '--metadata', 'disburse_key=1'],
    ['update', 'payout_nope', '--metadata', 'a=1', '--provider', 'eu'],
    ['create', '1', 'USD', '--reference', 'r1'],
    ['create', '1.001', 'USD', '--reference', 'r1'],
    ['create', '25.00', 'XXX', '--reference', 'r1'],
    ['create', '25.50', 'HUF', '--reference', 'r1'],
    ['create', '25.00', 'EUR', '--reference', 'r1', '--provider', 'parties'],
    ['create', '--full-balance', '--reference', 'r1'],
    [...CREATE, '--statement-descriptor', 'a descriptor that is far too long for any bank'],
    [...TREASURY, '--statement-descriptor', '<>'],
    [...CREATE, '--destination', ''],
    [...CREATE, '--description', ''],
    [...CREATE, '--destination', 'ba_1', '--options', '{"payoutMethod":"pm_1"}'],
    [...CREATE, '--options', '{"methd":"instant"}'],
    [...CREATE, '--next-attempt'],
    [...CREATE, '--account', 'nope'],
    [...TREASURY, '--destination', 'pm_1', '--options', '{"destinationPaymentMethodData":{"type":"us_bank_account"}}'],
    [...TREASURY, '--options', '{"destinationPaymentMethodData":{"type":"us_bank_account","usBankAccount":{}}}'],
    ['create', '25.00', 'EUR', '--reference', 'r3', '--provider', 'eu', '--destination', 'x', '--metadata', 'a=1'],
    ['lookup', 'nowhere'],
    ['resolve', 'nowhere', '--absent'],
    ['events', 'send', 'payout.paid', '--to', 'http://127.0.0.1:1'],
  ];

  it.each(BAD.map((args) => [args]))('%j', async (args) => {
    const end = await disburse(args, await world());
    expect(end.code).not.toBe(0);
    const said = `${end.stdout}${end.stderr}`
      .replaceAll(/--options [\w.]+(?:: is not known here; known are [\w, ]+)?/g, '') // Members as they are typed.
      .replaceAll(/\b[a-z]+_\w+/g, ''); // An id.
    expect(OF_PROGRAMS.exec(said)?.[0]).toBeUndefined();
    expect(CAMEL_CASE.exec(said)?.[0]).toBeUndefined();
    expect(said).not.toMatch(/\bmoney[.:]/);
  });
});
