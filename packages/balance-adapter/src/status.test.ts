// https://docs.mollie.com/reference/get-payout (status, statusReason)
import { finalityOf } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import { answer, fixture, fixtureNames, inTurn, P, played } from './__fixtures__/double.ts';
import { FAILURE_REASONS, failureOf, PROGRESS_CODES, STATUS, statusOddities, statusOf } from './status.ts';

const STATUSES = ['requested', 'initiated', 'processing-at-bank', 'completed', 'failed', 'canceled'];
const CODES = [
  'requested',
  'initiated',
  'processing_at_bank',
  'completed',
  'canceled',
  'failed',
  'insufficient_funds',
  'returned',
  'invalid_request',
  'organization_inactive',
  'payouts_blocked',
  'bank_processing_failed',
  'balance_not_found',
  'expired',
];

it('the tables hold every documented word and no other', () => {
  expect(Object.keys(STATUS.rows).sort()).toEqual([...STATUSES].sort());
  expect([...PROGRESS_CODES, ...Object.keys(FAILURE_REASONS)].sort()).toEqual([...CODES].sort());
});

/** What a status means beside a code that only repeats a status, or one that nobody has seen, or none. */
const BY_STATUS = {
  requested: 'pending',
  initiated: 'in_transit',
  'processing-at-bank': 'in_transit',
  completed: 'paid',
  failed: 'failed',
  canceled: 'canceled',
  'on-hold': 'unrecognized',
} as const;
const QUIET_CODES = ['requested', 'initiated', 'processing_at_bank', 'completed', 'canceled', 'never_seen', null];
const FAILURE_CODES = [
  'failed',
  'insufficient_funds',
  'returned',
  'invalid_request',
  'organization_inactive',
  'payouts_blocked',
  'bank_processing_failed',
  'balance_not_found',
  'expired',
];

describe.each(Object.entries(BY_STATUS))('%s', (status, normalized) => {
  it.each(QUIET_CODES)('with %s is %s by its status alone', (code) => {
    expect(statusOf({ status, code, message: null })).toBe(normalized);
  });

  it.each(FAILURE_CODES)('with %s', (code) => {
    const expected = status !== 'failed' ? 'unrecognized' : code === 'returned' ? 'returned' : 'failed';
    expect(statusOf({ status, code, message: null })).toBe(expected);
  });
});

it.each([
  ['insufficient_funds', 'insufficient_funds'],
  ['payouts_blocked', 'payouts_blocked'],
  ['expired', 'expired'],
  ['organization_inactive', 'payouts_blocked'],
  ['bank_processing_failed', 'processing_error'],
  ['returned', 'other'],
  ['balance_not_found', 'other'],
  ['invalid_request', 'other'],
  ['failed', 'other'],
  ['never_seen', 'other'],
  ['constructor', 'other'],
  ['completed', 'other'],
  [null, 'other'],
] as const)('failed because of %s: %s', (code, reason) => {
  expect(failureOf({ status: 'failed', code, message: 'own text' })).toEqual({ reason, code, message: 'own text' });
});

it.each(STATUSES.filter((status) => status !== 'failed'))('%s is no failure, whatever the code', (status) => {
  expect(failureOf({ status, code: 'expired', message: 'own text' })).toBeNull();
});

it.each([
  ['requested', 'requested', []],
  ['processing-at-bank', 'processing_at_bank', []],
  ['failed', 'expired', []],
  ['requested', null, []],
  ['requested', 'completed', ['status_reason_mismatch']],
  ['failed', 'completed', ['status_reason_mismatch']],
  ['completed', 'returned', ['status_reason_mismatch']],
  ['requested', 'never_seen', ['status_reason_unseen']],
  ['toString', 'toString', ['status_unseen', 'status_reason_unseen']],
] as const)('%s with %s is told as %j', (status, code, told) => {
  expect(statusOddities({ status, code, message: null }).map(([word]) => word)).toEqual(told);
});

it('what does not look like a word is not repeated', () => {
  expect(JSON.stringify(statusOddities({ status: 'live_key in a status', code: 'a b', message: null }))).not.toMatch(/live_key|a b/);
});

// ---- Whole payouts ---------------------------------------------------------------------------------------------------

/** status, failure reason, cancelable, finality, diagnostics. */
const READ: Readonly<Record<string, readonly [string, string | null, boolean, string, readonly string[]]>> = {
  requested: ['pending', null, true, 'open', []],
  initiated: ['in_transit', null, false, 'open', []],
  'processing-at-bank': ['in_transit', null, false, 'open', []],
  completed: ['paid', null, false, 'provisional', []],
  canceled: ['canceled', null, false, 'final', []],
  'failed: insufficient_funds': ['failed', 'insufficient_funds', false, 'final', []],
  'failed: returned': ['returned', 'other', false, 'final', []],
  'failed: invalid_request': ['failed', 'other', false, 'final', []],
  'failed: organization_inactive': ['failed', 'payouts_blocked', false, 'final', []],
  'failed: payouts_blocked': ['failed', 'payouts_blocked', false, 'final', []],
  'failed: bank_processing_failed': ['failed', 'processing_error', false, 'final', []],
  'failed: balance_not_found': ['failed', 'other', false, 'final', []],
  'failed: expired': ['failed', 'expired', false, 'final', []],
  'failed: failed': ['failed', 'other', false, 'final', []],
  'completed, then returned: before': ['paid', null, false, 'provisional', []],
  'completed, then returned: after': ['returned', 'other', false, 'final', []],
  'amount null': ['pending', null, true, 'open', []],
  'description absent': ['pending', null, true, 'open', []],
  'statusReason absent': ['pending', null, true, 'open', ['field_missing']],
  'unknown status': ['unrecognized', null, false, 'open', ['status_unseen', 'status_reason_mismatch']],
  'unknown code': ['failed', 'other', false, 'final', ['status_reason_unseen']],
  'failure code on a status other than failed': ['unrecognized', null, false, 'open', ['status_reason_mismatch']],
  '_links absent': ['pending', null, true, 'open', []],
  'createdAt absent': ['pending', null, true, 'open', ['field_missing']],
  'only what is needed': ['pending', null, true, 'open', ['field_missing']],
  live: ['pending', null, true, 'open', []],
  'wrong mode': ['pending', null, true, 'open', []],
};

it('every payout of the fixtures has a row', () => {
  expect(Object.keys(READ).sort()).toEqual(fixtureNames('payouts').sort());
});

it.each(Object.entries(READ))('reads %s', async (name, [status, reason, cancelable, finality, told]) => {
  const raw = fixture('payouts', name, { id: P });
  const { provider, diagnostics } = played(inTurn(answer(200, raw)));
  const payout = await provider.retrieve(P);
  expect(payout).toMatchObject({ id: P, status, cancelable, providerStatus: raw['status'], raw });
  expect(payout.failure?.reason ?? null).toBe(reason);
  expect(finalityOf(payout.status)).toBe(finality);
  expect(diagnostics()).toEqual(told);
});
