// Settings: everything that is broken is said at once; no secret is ever shown.
import { inspect } from 'node:util';
import { type PayoutError, supports, type TelemetryEvent } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import created from './__fixtures__/payout.create.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { type Scripted, scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createStripe, type StripeSettings } from './index.ts';

const broken = (settings: object | undefined): PayoutError => {
  try {
    createStripe(settings as StripeSettings);
  } catch (error) {
    return error as PayoutError;
  }
  throw new Error('the settings were accepted');
};

describe('settings', () => {
  it.each<readonly [string, object, RegExp]>([
    ['no key', {}, /apiKey: is missing/],
    ['an empty key', { apiKey: '' }, /apiKey: must not be empty/],
    ['a key with a line break', { apiKey: 'sk_test_1\nx: y' }, /apiKey: must be visible ASCII/],
    ['a publishable key', { apiKey: 'pk_live_1' }, /apiKey: must be a secret \(sk_\) or restricted \(rk_\) key/],
    ['a webhook secret as key', { apiKey: 'whsec_1' }, /apiKey: must be a secret/],
    ['a typo', { apikey: 'sk_test_1', apiKey: 'sk_test_1' }, /apikey: is not known here; known are .*apiKey/],
    ['an account with spaces', { apiKey: 'k', stripeAccount: 'acct 1' }, /stripeAccount: must be visible ASCII/],
    ['a version that is none', { apiKey: 'k', apiVersion: 'latest' }, /apiVersion: must look like '2026-10-28\.endive'/],
    ['a correlation that does not exist', { apiKey: 'k', correlation: 'description' }, /correlation: must be/],
    ['an empty webhook secret', { apiKey: 'k', webhookSecrets: ['whsec_1', ' '] }, /webhookSecrets\.1: must not be empty/],
    ['no webhook secrets', { apiKey: 'k', webhookSecrets: [] }, /webhookSecrets: must hold at least one/],
    ['an empty destination', { apiKey: 'k', destination: '' }, /destination: must be an id of Stripe/],
    ['http', { apiKey: 'k', baseUrl: 'http://api.stripe.com' }, /baseUrl: must be an https address \(http only on loopback\)/],
    ['a timeout of 0', { apiKey: 'k', timeoutMs: 0 }, /timeoutMs: must be a whole number of milliseconds from 1/],
  ])('refuses %s', (_, settings, rule) => {
    expect(broken(settings)).toMatchObject({ name: 'PayoutError', code: 'invalid_settings', message: expect.stringMatching(rule) });
  });

  it('says everything that is broken, under the configured name, and shows no value', () => {
    const error = broken({
      name: 'us',
      apiKey: 'pk_CANARY',
      apiVersion: 'CANARY',
      webhookSecrets: ['', 5],
      baseUrl: 'ftp://CANARY',
      maxResends: -1,
      extra: 'CANARY',
    });
    expect(error.message.startsWith('[us] 7 problems:')).toBe(true);
    expect(error.issues.map(({ path }) => path)).toEqual([
      'extra',
      'baseUrl',
      'maxResends',
      'apiKey',
      'apiVersion',
      'webhookSecrets.0',
      'webhookSecrets.1',
    ]);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it.each([undefined, null, 'sk_test_1', []])('refuses %s for settings', (settings) => {
    expect(broken(settings as never)).toMatchObject({ code: 'invalid_settings' });
  });

  it.each([
    ['sk_test_1', false],
    ['rk_test_1', false],
    ['sk_live_1', true],
    ['rk_live_1', true],
    ['sk_1', null],
    ['sk_testing_1', null],
    ['mk_live_1', null],
  ])('%s is live: %s', async (apiKey, live) => {
    const submission = await createStripe({ apiKey }).prepare({ reference: 'r', money: { amount: '1.00', currency: 'USD' } });
    expect(submission.live).toBe(live);
  });

  it.each(['https://stripe.example/base', 'http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1'])('takes %s', (baseUrl) => {
    expect(createStripe({ apiKey: 'k', baseUrl }).id).toBe('stripe');
  });

  it('sends the version that was asked for, and keeps it in the submission', async () => {
    const stripe = createStripe({ apiKey: 'k', apiVersion: '2023-08-16' });
    const { request } = await stripe.prepare({ reference: 'r', money: { amount: '1.00', currency: 'USD' } });
    expect(request.headers).toMatchObject({ 'stripe-version': '2023-08-16' });
  });

  it('refuses what cannot be an account', () => {
    expect(() => createStripe({ apiKey: 'k' }).forAccount('')).toThrow(/stripeAccount: must not be empty/);
  });

  it('says what it can do', () => {
    const stripe = createStripe({ apiKey: 'k', correlation: 'none' });
    expect([supports(stripe, 'update'), supports(stripe, 'reverse'), supports(stripe, 'balances')]).toEqual([true, true, true]);
    expect(stripe.capabilities).toMatchObject({
      lookup: 'none',
      key: { retentionMs: 86_400_000, storesRefusals: true },
      filters: { status: 'provider', createdFrom: 'provider', createdTo: 'provider', destination: 'provider' },
      request: { fullBalance: false, account: true, destination: true, statementDescriptor: true, metadata: true },
      listLimit: 100,
    });
    expect(createStripe({ apiKey: 'k' }).capabilities.lookup).toBe('metadata');
    expect([createStripe.id, createStripe.secrets]).toEqual(['stripe', ['apiKey', 'webhookSecrets']]);
  });
});

describe('a secret', () => {
  const apiKey = 'sk_test_CANARY5f1d';
  const echo = { error: { type: 'invalid_request_error', message: `Invalid API Key provided: ${apiKey}`, code: 'x', param: 'y' } };

  it.each<readonly [string, Scripted]>([
    ['success', { status: 200, body: created }],
    ['an answer that repeats it', { status: 401, body: echo }],
    ['a refusal that repeats it', { status: 400, body: echo }],
    ['a page that repeats it', { status: 502, body: `<p>${apiKey}</p>` }],
    ['a success that cannot be read and repeats it', { status: 200, body: { object: apiKey, id: 'po_1' } }],
    ['a connection error that repeats it', new TypeError(`fetch failed: Bearer ${apiKey}`, { cause: new Error(apiKey) })],
  ])('is nowhere after %s', async (_, answer) => {
    const told: TelemetryEvent[] = [];
    const { fetch } = scriptedFetch(() => answer);
    const stripe = createStripe({
      apiKey,
      webhookSecrets: ['whsec_CANARY'],
      fetch,
      runtime: patientRuntime(),
      onTelemetry: (event) => told.push(event),
    });
    const money = { amount: '11.00', currency: 'USD' };
    const failure = (error: unknown): unknown => error;
    const seen: unknown[] = [
      await stripe.prepare({ reference: 'r', money }),
      await stripe.createPayout({ reference: 'r', money }),
      await stripe.retrieve('po_1').catch(failure),
      await stripe.list().catch(failure),
      await stripe.cancel('po_1').catch(failure),
      await stripe.update('po_1', { metadata: { a: 'b' } }).catch(failure),
      await stripe.reverse('po_1').catch(failure),
      await stripe.balances().catch(failure),
      told,
    ];
    expect(told.length).toBeGreaterThan(0);
    for (const value of seen) {
      const message = value instanceof Error ? [value.message, value.stack, String(value)].join(' ') : '';
      expect(message + JSON.stringify(value) + inspect(value, { depth: null, showHidden: true, getters: true })).not.toContain('CANARY');
    }
  });
});
