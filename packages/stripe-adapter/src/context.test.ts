// https://docs.stripe.com/context: which account a call is made for, in which header, and what a submission is bound to.
import { type PayoutError } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import created from './__fixtures__/payout.create.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { NOTHING_LISTED, scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createStripe, type StripeSettings } from './index.ts';

const RENT = { reference: 'r', money: { amount: '11.00', currency: 'USD' } } as const;

function line(settings: Partial<StripeSettings> = {}) {
  const { fetch, requests } = scriptedFetch(({ method }) => ({ status: 200, body: method === 'GET' ? NOTHING_LISTED : created }));
  const make = (more: Partial<StripeSettings>) =>
    createStripe({ apiKey: 'sk_test_1', correlation: 'none', fetch, runtime: patientRuntime(), ...more });
  const headers = () => requests.map(({ headers: sent }) => [sent.get('stripe-account'), sent.get('stripe-context')]);
  return { stripe: make(settings), make, requests, headers };
}

describe('the account of every call', () => {
  it.each<readonly [string, Partial<StripeSettings>, string | null, header: string | null, context: string | null, account: string | null]>(
    [
      ['the key’s own', {}, null, null, null, null],
      ['stripeAccount', { stripeAccount: 'acct_1' }, null, 'acct_1', null, 'acct_1'],
      ['stripeContext', { stripeContext: 'acct_1' }, null, null, 'acct_1', 'acct_1'],
      ['a path', { stripeContext: 'acct_0/acct_1' }, null, null, 'acct_0/acct_1', 'acct_1'],
      ['forAccount', {}, 'acct_1', 'acct_1', null, 'acct_1'],
      ['forAccount of another', { stripeAccount: 'acct_2' }, 'acct_1', 'acct_1', null, 'acct_1'],
      ['forAccount with a path', {}, 'acct_0/acct_1', null, 'acct_0/acct_1', 'acct_1'],
      ['forAccount with a path, for another', { stripeAccount: 'acct_2' }, 'acct_0/acct_1', null, 'acct_0/acct_1', 'acct_1'],
      ['forAccount beside a context', { stripeContext: 'acct_0' }, 'acct_1', null, 'acct_1', 'acct_1'],
      ['forAccount with the key of an organization', { apiKey: 'sk_org_test_1' }, 'acct_1', null, 'acct_1', 'acct_1'],
    ],
  )('%s', async (_, settings, forAccount, header, context, account) => {
    const { stripe, headers } = line(settings);
    const bound = forAccount === null ? stripe : stripe.forAccount(forAccount);
    const outcome = await bound.createPayout(RENT);
    await bound.list();
    expect(headers()).toEqual([
      [header, context],
      [header, context],
    ]);
    expect(outcome.submission?.account).toBe(account);
  });

  it.each<readonly [string, object, RegExp]>([
    ['both headers', { stripeAccount: 'acct_1', stripeContext: 'acct_1' }, /stripeContext: cannot be given together with stripeAccount/],
    ['an empty context', { stripeContext: '' }, /stripeContext: must not be empty/],
    ['a path that begins nowhere', { stripeContext: '/acct_1' }, /stripeContext: must be the id of an account, or a path/],
    ['a path that ends nowhere', { stripeContext: 'acct_1/' }, /stripeContext: must be the id of an account, or a path/],
    ['a path with a hole', { stripeContext: 'acct_1//acct_2' }, /stripeContext: must be the id of an account, or a path/],
    ['a context with spaces', { stripeContext: 'acct_1 /acct_2' }, /stripeContext: must be visible ASCII/],
  ])('refuses %s', (_, settings, rule) => {
    expect(() => line(settings)).toThrow(rule);
  });

  it.each(['', 'acct 1', 'acct_1/', undefined, 5])('forAccount(%j) is refused', (account) => {
    for (const settings of [{}, { stripeContext: 'acct_0' }]) {
      try {
        line(settings).stripe.forAccount(account as string);
      } catch (error) {
        expect((error as PayoutError).code).toBe('invalid_settings');
        continue;
      }
      // What is left out is the key's own account, as it always was.
      expect(account).toBeUndefined();
    }
  });
});

describe('a submission is bound to the account that its context leads to', () => {
  it('and is refused for any other, before anything is sent', async () => {
    const { stripe, make, requests } = line({ stripeContext: 'acct_0/acct_1' });
    const submission = JSON.parse(JSON.stringify(await stripe.prepare(RENT)));
    for (const other of [{}, { stripeContext: 'acct_0' }, { stripeContext: 'acct_1/acct_0' }, { stripeAccount: 'acct_2' }]) {
      await expect(make(other).submit(submission)).rejects.toMatchObject({ code: 'invalid_request', outcome: null });
    }
    expect(requests).toEqual([]);
  });

  it('has one key, whichever header names the account and whoever owns the API key', async () => {
    const { make } = line();
    const ways = [{ stripeAccount: 'acct_1' }, { stripeContext: 'acct_1' }, { apiKey: 'sk_org_test_1', stripeContext: 'acct_0/acct_1' }];
    const keys = await Promise.all(ways.map(async (way) => (await make(way).prepare(RENT)).key));
    expect(new Set(keys).size).toBe(1);
    expect((await make({ stripeContext: 'acct_0' }).prepare(RENT)).key).not.toBe(keys[0]);
  });

  it('is sent and looked up with its own header, and never with both', async () => {
    const { stripe, make, headers } = line({ stripeAccount: 'acct_1' });
    const submission = JSON.parse(JSON.stringify(await stripe.prepare(RENT)));
    const today = make({ stripeContext: 'acct_0/acct_1' });
    await today.lookup(submission);
    await today.submit(submission);
    expect(headers()).toEqual([
      ['acct_1', null],
      ['acct_1', null],
    ]);
  });
});
