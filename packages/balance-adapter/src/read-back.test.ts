// What a create says is read back from its own bytes: all that is encoded, and nothing that never is (NEVER-TWICE R4).
import { decodeSubmission, memorySubmissions, parseSubmission, type Submission } from '@disburse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBalance } from './provider.ts';

const make = (token: string, testmode?: boolean, correlation?: 'description') =>
  createBalance({ token, testmode, correlation, balanceId: 'bal_1', acceptScheduleSideEffect: true, submissions: memorySubmissions() });
const stored = (submission: Submission): Submission => parseSubmission(JSON.stringify(submission));
const money = { amount: '10.00', currency: 'EUR' } as const;

it('reads back whatever it encodes', async () => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('aZ09 "\\{}[],:é€😀\n')), minLength: 1, maxLength: 20 });
  const amount = fc
    .integer({ min: 1, max: 99_999_999 })
    .map((cents) => ({ amount: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`, currency: 'EUR' }));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(amount, fc.constant('full_balance' as const)),
      fc.option(text, { nil: undefined }),
      fc.constantFrom(undefined, 'description' as const),
      fc.constantFrom(
        ['test_1', undefined] as const,
        ['live_1', undefined] as const,
        ['access_1', true] as const,
        ['access_1', false] as const,
      ),
      async (asked, description, correlation, [token, testmode]) => {
        const provider = make(token, testmode, correlation);
        const submission = stored(await provider.prepare({ reference: 'r', money: asked, description }));
        expect(await decodeSubmission(provider, submission)).toEqual({
          money: asked,
          source: 'bal_1',
          destination: null,
          account: null,
          live: testmode === undefined ? null : !testmode,
          token: correlation === undefined ? null : submission.key,
        });
      },
    ),
    { seed: 20_261_130 },
  );
});

describe('what is never sent is not read', () => {
  it.each([
    ['two amounts', '{"balanceId"', '{"amount":{"currency":"EUR","value":"999.00"},"balanceId"'],
    ['an amount that is a number', '"value":"10.00"', '"value":10.00'],
    ['the whole balance', '"amount":{"currency":"EUR","value":"10.00"},', ''],
    ['another balance', '"balanceId":"bal_1"', '"balanceId":"bal_2"'],
    ['a field of no payout', '{"balanceId"', '{"profileId":"pfl_1","balanceId"'],
    ['a field in the amount', '"currency":"EUR"', '"currency":"EUR","fee":"1.00"'],
    ['white space', '{"balanceId"', '{ "balanceId"'],
    // Silence means live money with an access token, whatever the submission says.
    ['another mode', '"testmode":true', '"testmode":false'],
    ['no mode', ',"testmode":true', ''],
  ])('%s', async (_, from, to) => {
    const provider = make('access_1', true);
    const submission = stored(await provider.prepare({ reference: 'r', money, description: 'rent' }));
    expect(submission.request.body).toContain(from);
    const changed = { ...submission, request: { ...submission.request, body: submission.request.body.replace(from, to) } };
    await expect(decodeSubmission(provider, changed)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await provider.submit(changed)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'invalid_request' },
      next: { action: 'review' },
    });
  });

  it('a test submission of an API key is not sent as live money under an access token', async () => {
    const submission = stored(await make('test_1').prepare({ reference: 'r', money }));
    expect(await make('access_1', true).submit(submission)).toMatchObject({ outcome: 'unknown', error: { code: 'invalid_request' } });
    expect(await decodeSubmission(make('test_2'), submission)).toMatchObject({ live: null });
  });
});

it('there are no connected accounts', async () => {
  const provider = make('test_1');
  const asked = { reference: 'r', money, account: 'acct_1' } as never;
  expect(await provider.createPayout(asked)).toMatchObject({ outcome: 'rejected', submission: null, error: { code: 'unsupported' } });
  await expect(provider.prepare(asked)).rejects.toMatchObject({ code: 'unsupported' });
});
