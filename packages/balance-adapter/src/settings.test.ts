import { readFileSync } from 'node:fs';
import { isPayoutError } from '@disburse/core';
import { expect, it } from 'vitest';
import { ACCESS, SETTINGS } from './__fixtures__/double.ts';
import { createBalance } from './index.ts';
import { VERSION } from './version.ts';

/** What construction from untyped code says: `path: message` of every issue. */
function issuesOf(settings: unknown): readonly string[] {
  try {
    createBalance(settings as never);
    return [];
  } catch (error) {
    if (!isPayoutError(error) || error.code !== 'invalid_settings') throw error;
    expect(error.provider).toBe('balance');
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
}

const without = (key: string, from: object = SETTINGS): object => Object.fromEntries(Object.entries(from).filter(([name]) => name !== key));

it.each([
  ['no token', without('token'), /^token: is missing/],
  ['an empty token', { ...SETTINGS, token: '' }, /^token: must not be empty/],
  ['a token of another kind', { ...SETTINGS, token: 'sk_test_canary' }, /^token: must begin with live_, test_ or access_/],
  ['a token of a kind to come', { ...SETTINGS, token: 'oauth_canary' }, /^token: must begin with live_, test_ or access_/],
  ['a prefix alone', { ...SETTINGS, token: 'test_' }, /^token: must begin with/],
  ['a token with a line break', { ...SETTINGS, token: 'test_a\r\nx-evil: 1' }, /^token: must be visible ASCII/],
  ['no balance id', without('balanceId'), /^balanceId: is missing; must be a balance's id: a string such as "bal_\.\.\."$/],
  ['an empty balance id', { ...SETTINGS, balanceId: '' }, /^balanceId: must be a balance's id, which begins with bal_/],
  ['the prefix alone', { ...SETTINGS, balanceId: 'bal_' }, /^balanceId: must be a balance's id/],
  ['primary', { ...SETTINGS, balanceId: 'primary' }, /^balanceId: .*primary is not known where payouts are created/],
  [
    'the side effect not accepted',
    without('acceptScheduleSideEffect'),
    /^acceptScheduleSideEffect: must be true.*transferFrequency to never.*dashboard/,
  ],
  [
    'the side effect refused',
    { ...SETTINGS, acceptScheduleSideEffect: false },
    /^acceptScheduleSideEffect: must be true.*transferFrequency to never/,
  ],
  ['a balance that is no text', { ...SETTINGS, balanceId: 7 }, /^balanceId: must be a balance's id: a string such as "bal_\.\.\."$/],
  ['the side effect as text', { ...SETTINGS, acceptScheduleSideEffect: 'true' }, /^acceptScheduleSideEffect: must be true/],
  ['an access_ token without testmode', without('testmode', ACCESS), /^testmode: is missing.*live money.*true or false/],
  [
    'testmode with a test_ key',
    { ...SETTINGS, testmode: true },
    /^testmode: an API key decides the mode by its prefix \(test_, live_\); remove testmode/,
  ],
  ['testmode false with a live_ key', { ...SETTINGS, token: 'live_x', testmode: false }, /^testmode: an API key decides/],
  ['readBalances with an API key', { ...SETTINGS, readBalances: true }, /^readBalances: an API key cannot read balances/],
  ['an unknown correlation', { ...SETTINGS, correlation: 'metadata' }, /^correlation: must be/],
  ['an empty list of webhook secrets', { ...SETTINGS, webhookSecrets: [] }, /^webhookSecrets: must hold at least one secret/],
  ['an empty webhook secret', { ...SETTINGS, webhookSecrets: [''] }, /^webhookSecrets\.0: must not be empty/],
  ['a destination', { ...SETTINGS, destination: 'NL00' }, /^destination: is not known here/],
  ['plain http', { ...SETTINGS, baseUrl: 'http://api.mollie.com' }, /^baseUrl: must be an https address/],
  ['nothing', undefined, /^: must be an object/],
] as const)('refuses %s, and says why', (_, settings, told) => {
  const issues = issuesOf(settings);
  expect(issues[0]).toMatch(told);
  expect(new Set(issues.map((issue) => issue.split(/[:.]/)[0])).size).toBe(1);
});

it('tells every problem at once', () => {
  const issues = issuesOf({ token: 'x', balanceId: 'y', destination: 'z', timeoutMs: 0 });
  expect(issues.map((issue) => issue.split(':')[0])).toEqual([
    'destination',
    'timeoutMs',
    'token',
    'balanceId',
    'acceptScheduleSideEffect',
  ]);
});

it('is named by its name', () => {
  expect(() => createBalance({ ...SETTINGS, name: 'eu', token: 'x' })).toThrow(/^\[eu\] token/);
});

it.each([
  ['test_', SETTINGS, false],
  ['live_', { ...SETTINGS, token: 'live_dsbCanary0001' }, true],
  ['access_ in test mode', ACCESS, false],
  ['access_ in live mode', { ...ACCESS, testmode: false }, true],
] as const)('%s: a submission is bound to its mode', async (_, settings, live) => {
  const submission = await createBalance(settings).prepare({ reference: 'r-1', money: 'full_balance' });
  expect(submission).toMatchObject({ live, source: SETTINGS.balanceId, account: null, provider: 'balance', correlation: { by: 'none' } });
});

it('declares what it can do', () => {
  const { capabilities, id } = createBalance(SETTINGS);
  expect(id).toBe('balance');
  expect(capabilities).toEqual({
    operations: ['createPayout', 'prepare', 'submit', 'lookup', 'resolve', 'retrieve', 'list', 'listAll', 'cancel', 'parseWebhook'],
    request: { fullBalance: true, account: false, destination: false, statementDescriptor: false, metadata: false },
    states: { cancel: ['pending'] },
    key: { retentionMs: 3_600_000, storesRefusals: true },
    absence: 'by_list',
    lookup: 'none',
    filters: { status: 'core', createdFrom: 'core', createdTo: 'core', destination: 'core' },
    listLimit: 250,
    listFloor: '2026-04-01T00:00:00.000Z',
    sideEffects: [expect.stringMatching(/transferFrequency to never/)],
  });
  expect(createBalance({ ...ACCESS, readBalances: true }).capabilities.operations).toContain('balances');
  expect(createBalance({ ...SETTINGS, correlation: 'description' }).capabilities.lookup).toBe('description');
});

it('says which settings are secrets', () => {
  expect(createBalance.secrets).toEqual(['token', 'webhookSecrets']);
  expect(createBalance.id).toBe('balance');
});

it('the User-Agent says the version of package.json', () => {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(manifest.version);
});
