// That the judge sees a lie, and no lie where there is none: the switches turn what it looks at on and off.
import { PayoutError, type PayoutOutcome, type Submission } from '@disburse/core';
import { expect, it } from 'vitest';
import { newJudge } from './judge.ts';
import type { Flight, Ledger, Paid } from './ledger.ts';
import type { Rail } from './rails.ts';
import { type Protection } from './scope.ts';
import { newTrace } from './trace.ts';

const rail = { name: 'us', currency: 'USD', leaseMs: 86_400_000, findable: true } as Rail;
const flightOf = (key: string, machine: string): Flight => ({
  rail: 'us',
  reference: 'job-1',
  key,
  body: '',
  machine,
  sentAt: 100,
  order: 1,
  there: false,
  answer: null,
});
const paidBy = (key: string, machine: string): Paid => ({
  rail,
  id: 'po_1',
  reference: 'job-1',
  flight: flightOf(key, machine),
  source: null,
  at: 100,
  status: 'pending',
  endedAt: null,
});

function judged(paid: Paid, by: string, askedAt: number, isCreate: boolean): readonly string[] {
  const ledger: Ledger = {
    flights: [paid.flight],
    paid: [paid],
    reversals: new Map(),
    strangers: new Set(),
    order: () => 2,
    isBusy: () => false,
    look: () => [],
    depart: (flight) => ({ ...flight, order: 2, there: false, answer: null }),
  };
  const both = new Map([['job-1', new Set(['process 1', 'process 2', 'process 1 beside'])]]);
  const protection: Protection = {
    durable: true,
    preparers: both,
    holders: both,
    listLagMs: 0,
    storeAnswers: true,
    attemptOf: (key) => Number(key),
    firstUse: () => 100,
  };
  const judge = newJudge(ledger, protection, newTrace(0, null));
  const error = new PayoutError('invalid_state', 'refused before', { provider: 'us', outcome: 'rejected' });
  const submission = { key: '1', name: 'us', attempt: 1, reference: 'job-1' } as Submission;
  const outcome = { outcome: 'rejected', error, retry: 'next_attempt', submission } as PayoutOutcome;
  judge.outcome(by, 'job-1', outcome, askedAt, { isCreate });
  return [...judge.violations.map(({ is }) => is), ...[...judge.excused.keys()].map((excuse) => `out of scope: ${excuse}`)];
}

it.each([
  [
    'a create of a reference that a later attempt had paid',
    paidBy('2', 'process 1'),
    'process 2',
    200,
    true,
    ['rejected, but the reference is paid'],
  ],
  ['one that was asked before it was paid', paidBy('2', 'process 1'), 'process 2', 50, true, []],
  ['a submission of the first attempt, which was refused', paidBy('2', 'process 1'), 'process 2', 200, false, []],
  ['what this very attempt paid', paidBy('1', 'process 1'), 'process 2', 200, false, ['rejected, but it was paid']],
  ['what a store of its own paid', paidBy('1', 'process 1 beside'), 'process 2', 200, false, ['out of scope: another process']],
  ['told by a store of its own', paidBy('1', 'process 1'), 'process 1 beside', 200, false, ['out of scope: another process']],
] as const)('rejected: %s', (_, paid, by, askedAt, isCreate, says) => {
  expect(judged(paid, by, askedAt, isCreate)).toEqual(says);
});
