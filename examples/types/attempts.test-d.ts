// An attempt above 1 comes from a rejection that allows it, and from nothing else.
import { nextAttempt, type Payout, type PayoutOutcome, type RejectedPayout, type Submission, type UnknownPayout } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { describe, expectTypeOf, it } from 'vitest';

const stripe = createStripe({ apiKey: 'sk_test_1' });
const base = { reference: 'r', money: { amount: '1.00', currency: 'EUR' } };
declare const outcome: PayoutOutcome;

describe('an attempt', () => {
  it('is 1, or follows a rejection that says so', () => {
    void (() => stripe.createPayout({ ...base, attempt: 1 }));
    void (() => stripe.createPayout({ ...base, attempt: undefined }));
    if (outcome.outcome === 'rejected' && outcome.retry === 'next_attempt') {
      expectTypeOf(outcome.submission).toEqualTypeOf<Submission>();
      void (() => stripe.createPayout({ ...base, attempt: nextAttempt(outcome) }));
    }
    const stored = { outcome: 'rejected', retry: 'next_attempt', submission: {} as Submission } as const;
    void (() => stripe.createPayout({ ...base, attempt: nextAttempt(stored) }));
  });

  it('is no counter', () => {
    // @ts-expect-error -- a number
    void (() => stripe.createPayout({ ...base, attempt: 2 }));
    // @ts-expect-error -- a number that was counted
    void (() => [1, 2, 3].map((attempt) => stripe.createPayout({ ...base, attempt })));
    if (outcome.outcome === 'rejected' && outcome.retry === 'next_attempt') {
      const counted = nextAttempt(outcome) + 1;
      // @ts-expect-error -- what was added to an attempt is none
      void (() => stripe.prepare({ ...base, attempt: counted }));
    }
  });

  it('follows nothing else', () => {
    // @ts-expect-error -- an accepted one
    if (outcome.outcome === 'accepted') nextAttempt(outcome);
    // @ts-expect-error -- an unknown one
    if (outcome.outcome === 'unknown') nextAttempt(outcome);
    // @ts-expect-error -- any rejection
    if (outcome.outcome === 'rejected') nextAttempt(outcome);
    // @ts-expect-error -- the same attempt
    if (outcome.outcome === 'rejected' && outcome.retry === 'same_attempt') nextAttempt(outcome);
    // @ts-expect-error -- never
    if (outcome.outcome === 'rejected' && outcome.retry === 'never') nextAttempt(outcome);
    // @ts-expect-error -- nothing in particular
    nextAttempt(outcome);
  });
});

describe('an outcome', () => {
  it('has what its word says, after the word was read', () => {
    // @ts-expect-error -- not before
    void outcome.payout;
    if (outcome.outcome === 'accepted') expectTypeOf(outcome.payout).toEqualTypeOf<Payout>();
    if (outcome.outcome === 'rejected') expectTypeOf(outcome).toEqualTypeOf<RejectedPayout>();
    if (outcome.outcome === 'unknown') {
      expectTypeOf(outcome).toEqualTypeOf<UnknownPayout>();
      if (outcome.next.action === 'review') expectTypeOf(outcome.next.candidates).toEqualTypeOf<readonly Payout[]>();
      if (outcome.next.action === 'submit') expectTypeOf(outcome.next.notBefore).toBeString();
      // @ts-expect-error -- candidates only when a person is asked
      if (outcome.next.action === 'submit') void outcome.next.candidates;
    }
  });

  it('is submitted by its submission, not as a whole', () => {
    if (outcome.outcome === 'unknown') void (() => stripe.submit(outcome.submission));
    // @ts-expect-error -- the outcome
    void (() => stripe.submit(outcome));
    // @ts-expect-error -- nothing was prepared where the input was refused
    if (outcome.outcome === 'rejected') void (() => stripe.submit(outcome.submission));
  });

  it('cannot be changed', () => {
    // @ts-expect-error -- readonly
    if (outcome.outcome === 'unknown') outcome.submission.request.body = '';
    // @ts-expect-error -- readonly
    if (outcome.outcome === 'accepted') outcome.payout.status = 'paid';
  });
});
