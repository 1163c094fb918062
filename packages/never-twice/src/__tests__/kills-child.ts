// A worker that is killed. It pays what it is told to on standard input, several at once, and prints every outcome as it comes.
import { createBalance } from '@disburse/balance-adapter';
import { type AnyPayoutProvider, type CreatePayoutRequest, nextAttempt, type PayoutOutcome, type SubmissionStore } from '@disburse/core';
import { fileSubmissions } from '@disburse/core/node';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { dice as newDice } from '../dice.ts';
import { AMOUNT, AT_WORK, type Batch, type Job, type KilledAdapter, micros, type Told } from './kills/lines.ts';

const job = JSON.parse(process.argv[2] ?? '{}') as Job;
const dice = newDice(job.seed);
const IN_FLIGHT = 5;

/** When the last step of a refusal began, by reference and attempt. */
const proofs = new Map<string, number>();
const placeOf = (reference: string, attempt: number): string => `${reference} ${attempt}`;

/** The folder, with a note of when a refusal was decided: from there on others may send, whenever this process comes to say so. */
function watched(store: SubmissionStore): SubmissionStore {
  const { refuse } = store;
  if (refuse === undefined) return store;
  return {
    ...store,
    refuse: async (submission, ...rest) => {
      const at = micros();
      const isRecorded = await refuse.call(store, submission, ...rest);
      if (isRecorded) proofs.set(placeOf(submission.reference, submission.attempt), at);
      return isRecorded;
    },
  };
}

const common = { baseUrl: job.url, submissions: watched(fileSubmissions(job.folder)), timeoutMs: 4_000, maxResends: 1 };
const CONNECT: Readonly<Record<KilledAdapter, () => AnyPayoutProvider>> = {
  stripe: () => createStripe({ ...common, apiKey: job.secret }),
  'stripe-treasury': () => {
    const [financialAccount = '', customer = ''] = job.source;
    return createStripeTreasury({ ...common, apiKey: job.secret, financialAccount, customer, destination: 'pm_usBankAccount' });
  },
  balance: () => {
    const [balanceId = ''] = job.source;
    return createBalance({ ...common, token: job.secret, balanceId, acceptScheduleSideEffect: true, correlation: 'description' });
  },
};
const provider = CONNECT[job.adapter]();
const currency = job.adapter === 'balance' ? 'EUR' : 'USD';

// Whoever started it is gone: so is its bank.
process.stdin.on('end', () => process.exit(0));
let isAtWork = false;
createInterface(process.stdin).on('line', (line) => {
  if (!isAtWork) writeSync(1, `${AT_WORK}\n`);
  isAtWork = true;
  work(JSON.parse(line) as Batch).catch((error: unknown) => {
    writeSync(2, `${String(error)}\n`);
    process.exit(1);
  });
});

async function work({ references }: Batch): Promise<void> {
  const left = [...references];
  const next = (): string | undefined => left.splice(dice.between(0, Math.max(0, left.length - 1)), 1)[0];
  const one = async (): Promise<void> => {
    for (let reference = next(); reference !== undefined; reference = next()) await pay(reference);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
}

type Request = CreatePayoutRequest<string, object, never>;

/** As a job does that wants it paid: it follows what it is told until it is accepted. */
async function pay(reference: string): Promise<void> {
  const request: Request = { reference, money: { amount: AMOUNT, currency }, description: reference };
  let asked: Request = request;
  for (;;) {
    const askedAt = micros();
    const outcome = await provider.createPayout(asked);
    tell(outcome, asked, askedAt);
    if (outcome.outcome === 'accepted') return;
    if (outcome.outcome === 'rejected' && outcome.retry === 'next_attempt') asked = { ...request, attempt: nextAttempt(outcome) };
    else if (dice.chance(0.3)) asked = request;
    await sleep(dice.between(10, 120));
  }
}

function tell(outcome: PayoutOutcome, { reference, attempt }: Request, askedAt: number): void {
  const { submission } = outcome;
  const told: Told = {
    reference,
    asked: attempt ?? null,
    askedAt,
    toldAt: micros(),
    provedAt: submission === null ? null : (proofs.get(placeOf(reference, submission.attempt)) ?? null),
    outcome: outcome.outcome,
    retry: outcome.outcome === 'rejected' ? outcome.retry : null,
    attempt: submission?.attempt ?? null,
    id: outcome.outcome === 'accepted' ? outcome.payout.id : null,
    code: outcome.outcome === 'accepted' ? null : outcome.error.code,
  };
  writeSync(1, `${JSON.stringify(told)}\n`); // In the pipe before anything else happens, also before it is killed.
}
