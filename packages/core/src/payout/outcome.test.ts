import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PayoutError } from '../errors.ts';
import { acceptedOrThrow, nextAttempt, PayoutNotAcceptedError, type PayoutOutcome } from './outcome.ts';
import type { Payout } from './payout.ts';
import type { Submission } from '../stores/submission.ts';

const submission = { reference: 'r', attempt: 3, request: { body: 'account_number=000123456789' } } as unknown as Submission;
const error = new PayoutError('insufficient_funds', 'too little.', { provider: 'eu', httpStatus: 400, requestId: 'req_1' });

describe('nextAttempt', () => {
  it('follows a rejection that spent its key', () =>
    expect(nextAttempt({ outcome: 'rejected', retry: 'next_attempt', submission })).toBe(4));
  it('also one that was stored as JSON', () =>
    expect(nextAttempt(JSON.parse(JSON.stringify({ outcome: 'rejected', retry: 'next_attempt', submission })))).toBe(4));

  it.each([
    ['an unknown', { outcome: 'unknown', submission }],
    ['an accepted', { outcome: 'accepted', submission }],
    ['another outcome with that advice', { outcome: 'unknown', retry: 'next_attempt', submission }],
    ['same_attempt', { outcome: 'rejected', retry: 'same_attempt', submission }],
    ['never', { outcome: 'rejected', retry: 'never', submission }],
    ['no submission', { outcome: 'rejected', retry: 'next_attempt', submission: null }],
    ['no attempt', { outcome: 'rejected', retry: 'next_attempt', submission: {} }],
  ])('throws for %s, which only untyped code can hand over', (_, outcome) => {
    const message = expect.stringContaining('After an unknown outcome submit outcome.submission again');
    expect(() => nextAttempt(outcome as never)).toThrow(expect.objectContaining({ code: 'invalid_request', message }));
  });
});

describe('acceptedOrThrow', () => {
  it('gives the payout', () => {
    const payout = { id: 'po_1' } as Payout;
    expect(acceptedOrThrow({ outcome: 'accepted', payout, replayed: false, submission, notices: [] })).toBe(payout);
  });

  const thrownFor = (outcome: PayoutOutcome): PayoutNotAcceptedError => {
    try {
      acceptedOrThrow(outcome);
    } catch (thrown) {
      if (thrown instanceof PayoutNotAcceptedError) return thrown;
    }
    throw new Error('it did not throw PayoutNotAcceptedError');
  };
  const unknown: PayoutOutcome = { outcome: 'unknown', error, submission, next: { action: 'review', candidates: [] }, notices: [] };

  it('carries the whole outcome, and the provider facts of its error', () => {
    const thrown = thrownFor(unknown);
    expect(thrown.result).toBe(unknown);
    expect(thrown).toMatchObject({ code: 'insufficient_funds', outcome: 'unknown', provider: 'eu', httpStatus: 400, requestId: 'req_1' });
  });

  it('says after an unknown what to do, and after a rejection nothing of the kind', () => {
    expect(thrownFor(unknown).message).toContain('Do not create again');
    expect(thrownFor({ outcome: 'rejected', error, retry: 'never', submission: null, replayed: false, notices: [] }).message).toBe(
      '[eu] too little.',
    );
  });

  it('never prints the submission: it may hold an account number', () => {
    const thrown = thrownFor(unknown);
    expect(inspect(thrown, { depth: 9 })).not.toContain('000123456789');
    expect(JSON.stringify(thrown)).not.toContain('000123456789');
  });
});
