import { describe, expect, it } from 'vitest';
import { memorySubmissions, parseSubmission, type Submission } from './submission.ts';

const submission: Submission = {
  version: 1,
  name: 'eu',
  provider: 'acme',
  namespace: '',
  account: null,
  source: null,
  live: false,
  reference: 'r-1',
  attempt: 1,
  money: { amount: '10.50', currency: 'EUR' },
  key: '00000000-0000-8000-8000-000000000000',
  fingerprint: 'f'.repeat(64),
  correlation: { by: 'metadata', token: '00000000-0000-8000-8000-000000000000' },
  request: { method: 'POST', path: '/v1/payouts', headers: { 'content-type': 'application/json' }, body: '{"a":1}' },
  preparedAt: '2026-11-20T09:00:00.000Z',
};

describe('a stored submission', () => {
  it('reads back as it was, from a value and from text', () => {
    expect(parseSubmission(JSON.parse(JSON.stringify(submission)))).toEqual(submission);
    expect(parseSubmission(JSON.stringify(submission))).toEqual(submission);
    expect(parseSubmission({ ...submission, money: 'full_balance' }).money).toBe('full_balance');
  });

  it.each([
    ['another version', { version: 2 }, 'submission.version'],
    ['no key', { key: '' }, 'submission.key'],
    ['a path to another host', { request: { ...submission.request, path: '//evil.example/v1/payouts' } }, 'submission.request.path'],
    ['an absolute address', { request: { ...submission.request, path: 'https://evil.example/' } }, 'submission.request.path'],
    ['another method', { request: { ...submission.request, method: 'DELETE' } }, 'submission.request.method'],
    ['no time', { preparedAt: 'yesterday' }, 'submission.preparedAt'],
    ['attempt 0', { attempt: 0 }, 'submission.attempt'],
    ['a number as money', { money: 10.5 }, 'submission.money'],
    [
      'a credential in its headers',
      { request: { ...submission.request, headers: { Authorization: 'Bearer sk_live_canary' } } },
      'Authorization',
    ],
    ['a key in its headers', { request: { ...submission.request, headers: { 'idempotency-key': 'k' } } }, 'idempotency-key'],
  ])('with %s is refused', (_, change, named) => {
    const parse = (): Submission => parseSubmission({ ...submission, ...change });
    expect(parse).toThrow(expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(named) }));
    expect(parse).toThrow(expect.not.objectContaining({ message: expect.stringContaining('canary') }));
  });

  it.each([null, undefined, 1, 'not json', [], 'null'])('%j is refused', (value) =>
    expect(() => parseSubmission(value)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  );
});

describe('the store in memory', () => {
  it('keeps the first submission of a reference, and answers the very object only to whom it stored it for', async () => {
    const store = memorySubmissions();
    const second = { ...submission, key: 'other' };
    expect((await store.putIfAbsent(submission)).submission).toBe(submission);
    expect((await store.putIfAbsent(second)).submission).toBe(submission);
  });

  it.each([
    ['reference', { reference: 'r-2' }],
    ['attempt', { attempt: 2 }],
    ['namespace', { namespace: 'payroll' }],
  ])('keeps another %s apart', async (_, change) => {
    const store = memorySubmissions();
    await store.putIfAbsent(submission);
    const other = { ...submission, ...change };
    expect((await store.putIfAbsent(other)).submission).toBe(other);
  });

  it.each([
    ['account', { account: 'acct_2' }],
    ['name', { name: 'us' }],
  ])('does not keep another %s apart: one reference is one payout', async (_, change) => {
    const store = memorySubmissions();
    await store.putIfAbsent(submission);
    expect((await store.putIfAbsent({ ...submission, ...change })).submission).toBe(submission);
  });

  it('resolves once: the first word stays', async () => {
    const store = memorySubmissions();
    await store.putIfAbsent(submission);
    await store.setResolution(submission, { payoutId: 'po_1' });
    await store.setResolution(submission, { rejected: true });
    expect((await store.putIfAbsent({ ...submission })).resolution).toEqual({ payoutId: 'po_1' });
  });

  it('finds without keeping', async () => {
    const store = memorySubmissions();
    expect(await store.find?.(submission)).toBeNull();
    expect((await store.putIfAbsent(submission)).resolution).toBeNull();
    expect((await store.find?.(submission))?.submission).toBe(submission);
  });
});
