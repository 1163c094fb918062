import {
  parseSubmission,
  type PayoutError,
  type PayoutOutcome,
  type RejectedPayout,
  type Submission,
  type UnknownPayout,
} from '@disburse/core';
import { isOf, type Ledger, type Paid } from './ledger.ts';
import { type Excuse, excuseForRejected, excuseForTwo, type Protection } from './scope.ts';
import { SWITCHES } from './switches.ts';
import { DAY_MS } from './time.ts';
import type { Trace } from './trace.ts';

export type ViolationKind =
  | 'paid twice'
  | 'rejected, but it was paid'
  | 'rejected, but the reference is paid'
  | 'rejected, but it is still on its way'
  | 'rejected for good, and paid later'
  | 'a new key, although the old one is alive'
  | 'the same key, although it is spent'
  | 'accepted, but nothing exists'
  | 'accepted another payout'
  | 'accepted, with a status of the past'
  | 'unknown, without a way on'
  | 'threw'
  | 'lost'
  | 'stranded'
  | 'reversed twice'
  | 'a lie about a cancel'
  | 'a lie about a reversal';

export interface Violation {
  readonly is: ViolationKind;
  readonly reference: string;
  readonly told: string;
}

interface GivenRejection {
  readonly order: number;
  readonly key: string;
  readonly rail: string;
  readonly reference: string;
  readonly retry: RejectedPayout['retry'];
  readonly by: string;
  readonly from: Submission | null;
}

/** How an outcome was asked for. */
export interface Asked {
  /** The submission that was read from JSON for it: of that one the outcome must be true, whoever else prepared another. */
  readonly from?: Submission | undefined;
  /** Whether it is the answer to a create, which is about a reference whatever its attempt. */
  readonly isCreate?: boolean | undefined;
}

/** Compares what was said with what is true, at the moment at which it is said and ever after. */
export interface Judge {
  readonly violations: readonly Violation[];
  /** Violations that are out of scope, by excuse. */
  readonly excused: ReadonlyMap<Excuse, number>;
  /** How many outcomes were given, by kind. */
  readonly given: Readonly<Record<PayoutOutcome['outcome'], number>>;
  outcome(by: string, reference: string, outcome: PayoutOutcome, askedAt: number, how?: Asked): void;
  /** A payout came into being. */
  made(paid: Paid): void;
  blame(is: ViolationKind, reference: string, told: string, excuse?: Excuse | null): void;
}

export function newJudge(ledger: Ledger, protection: Protection, trace: Trace): Judge {
  const violations: Violation[] = [];
  const excused = new Map<Excuse, number>();
  const given = { accepted: 0, rejected: 0, unknown: 0 };
  const rejections: GivenRejection[] = [];

  const blame: Judge['blame'] = (is, reference, told, excuse = null) => {
    trace('JUDGE', `${excuse === null ? 'VIOLATION' : `out of scope (${excuse})`}: ${is}: ${told}`);
    if (excuse === null) violations.push({ is, reference, told });
    else excused.set(excuse, (excused.get(excuse) ?? 0) + 1);
  };

  const accepted = (reference: string, outcome: Extract<PayoutOutcome, { outcome: 'accepted' }>, askedAt: number): void => {
    const { payout, notices, replayed } = outcome;
    const paid = ledger.paid.find(({ id }) => id === payout.id);
    if (paid === undefined) {
      const is = ledger.strangers.has(payout.id) ? 'accepted another payout' : 'accepted, but nothing exists';
      return blame(is, reference, `accepted ${payout.id}`);
    }
    if (paid.reference !== reference) blame('accepted another payout', reference, `accepted ${payout.id}, which is ${paid.reference}`);
    if (payout.money !== null && payout.money.currency !== paid.rail.currency) {
      blame('accepted another payout', reference, `${payout.id} is said to be in ${payout.money.currency} and is in ${paid.rail.currency}`);
    }
    const pastIsTold = !replayed || notices.some(({ code }) => code === 'status_as_of_creation');
    const ended = ['failed', 'canceled', 'returned'].includes(payout.status);
    if (!pastIsTold && !ended && paid.endedAt !== null && paid.endedAt < askedAt) {
      blame('accepted, with a status of the past', reference, `${payout.id} is said to be ${payout.status} and was ${paid.status} before`);
    }
  };

  /** Of the submission that was given, and made while its key lived, it is no other process's doing: that excuses nothing. */
  const excuseFor = (by: string, paid: Paid, from: Submission | null): Excuse | null => {
    const isGiven = from !== null && isOf(paid, from) && paid.flight.sentAt < Date.parse(from.preparedAt) + documentedLeaseOf(paid.rail);
    return isGiven ? null : excuseForRejected(by, paid.flight.machine, paid.reference, protection);
  };

  const rejected = (by: string, reference: string, outcome: RejectedPayout, from: Submission | null): void => {
    const { submission } = outcome;
    // Without a submission it says that this very call sent nothing, which is so; but never when a store knows better.
    if (submission === null) {
      const known = protection.durable && protection.storeAnswers;
      const paid = ledger.paid.find((one) => known && one.reference === reference && protection.attemptOf(one.flight.key) === 1);
      if (paid !== undefined) blame('rejected, but it was paid', reference, `${paid.id} exists, and nothing was said of it`);
      return;
    }
    const { key, name: rail } = submission;
    const paid = ledger.paid.find(({ flight, rail: on }) => flight.key === key && on.name === rail);
    if (paid !== undefined) {
      blame('rejected, but it was paid', reference, `${by} said rejected, and ${paid.id} exists`, excuseFor(by, paid, from));
    }
    checkAdvice(by, reference, outcome, key, rail);
    rejections.push({ order: ledger.order(), key, rail, reference, retry: outcome.retry, by, from });
  };

  /** A create answers for its reference: one that was paid before it was asked for, under whatever attempt, is not rejected. */
  const ofPaidReference = (by: string, reference: string, { submission }: RejectedPayout, askedAt: number): void => {
    if (submission === null) return; // Judged as an input.
    const paid = ledger.paid.find((one) => one.reference === reference && one.flight.key !== submission.key && one.at < askedAt);
    if (paid === undefined) return;
    const told = `${by} said rejected of attempt ${submission.attempt}, and ${paid.id} was made by attempt ${protection.attemptOf(paid.flight.key)}`;
    blame('rejected, but the reference is paid', reference, told, excuseFor(by, paid, null));
  };

  /** A refusal by the provider: a marked one has spent its key, any other has not (no request here is one that can never succeed). */
  const checkAdvice = (by: string, reference: string, { retry, error }: RejectedPayout, key: string, rail: string): void => {
    if (error.httpStatus === null) return; // Read in a list, or said by a person.
    const answers = ledger.flights.flatMap(({ answer, ...one }) =>
      one.key === key && one.rail === rail && answer !== null ? [{ ...answer, to: one.machine }] : [],
    );
    const isSpent = answers.some(({ status, marked }) => marked && status >= 400 && status < 500);
    if (retry === 'next_attempt' && !isSpent) blame('a new key, although the old one is alive', reference, error.message);
    if (retry === 'same_attempt' && answers.findLast(({ to }) => to === by)?.marked === true)
      blame('the same key, although it is spent', reference, error.message);
  };

  const unknown = (reference: string, outcome: UnknownPayout): void => {
    const { next, error, submission } = outcome;
    const wayOn = next.action === 'review' ? Array.isArray(next.candidates) : !Number.isNaN(Date.parse(next.notBefore));
    if (!wayOn || error.outcome !== 'unknown' || !isSubmission(submission)) {
      blame('unknown, without a way on', reference, JSON.stringify(next));
    }
  };

  return {
    violations,
    excused,
    given,
    blame,
    outcome: (by, reference, outcome, askedAt, { from = null, isCreate = false } = {}) => {
      given[outcome.outcome] += 1;
      trace(by, () => `is told: ${shown(outcome)}`);
      if (outcome.outcome === 'accepted') accepted(reference, outcome, askedAt);
      else if (outcome.outcome === 'rejected') {
        if (SWITCHES.laterAttempts && isCreate) ofPaidReference(by, reference, outcome, askedAt);
        rejected(by, reference, outcome, from);
      } else unknown(reference, outcome);
    },
    made: (paid) => {
      trace(
        'the world',
        () => `${paid.id} exists for ${paid.reference}, by a request of ${paid.flight.machine} (key ${paid.flight.key.slice(0, 8)})`,
      );
      const { key } = paid.flight;
      for (const one of rejections.filter((given) => given.key === key && given.rail === paid.rail.name)) {
        const excuse = excuseFor(one.by, paid, one.from);
        if (paid.flight.order < one.order) {
          blame('rejected, but it is still on its way', paid.reference, `${one.by} said rejected while the request was on its way`, excuse);
        } else if (one.retry !== 'same_attempt') {
          blame('rejected for good, and paid later', paid.reference, `${one.by} said rejected, retry ${one.retry}`, excuse);
        }
      }
      const first = ledger.paid.find(({ reference }) => reference === paid.reference);
      if (first !== undefined && first !== paid) {
        blame('paid twice', paid.reference, `${first.id} and ${paid.id}`, excuseForTwo(first, paid, protection));
      }
    },
  };
}

/** A provider may keep a key longer than it says; who sends after that sends a preparation of its own. */
const documentedLeaseOf = ({ leaseMs }: Paid['rail']): number => Math.min(leaseMs, DAY_MS);

function isSubmission(submission: Submission): boolean {
  try {
    parseSubmission(JSON.stringify(submission));
    return true;
  } catch {
    return false;
  }
}

function shown(outcome: PayoutOutcome): string {
  if (outcome.outcome === 'accepted') {
    const notices = outcome.notices.map(({ code }) => code).join(', ');
    return `accepted ${outcome.payout.id} (${outcome.payout.status})${outcome.replayed ? ', replayed' : ''}${notices === '' ? '' : `, ${notices}`}`;
  }
  if (outcome.outcome === 'rejected') return `rejected: ${said(outcome.error)} retry ${outcome.retry}`;
  const { next } = outcome;
  const then =
    next.action === 'submit'
      ? `submit, not before ${next.notBefore}`
      : `ask about ${next.candidates.map(({ id }) => id).join(', ') || 'nothing'}`;
  return `unknown: ${said(outcome.error)} next: ${then}`;
}

export const said = (error: PayoutError): string => `${error.code}: ${error.message}`;
