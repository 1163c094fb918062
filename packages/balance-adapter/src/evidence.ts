// https://docs.mollie.com/reference/create-payout (why a payout may be refused at once; read 2026-11-20)
// All reasons come as the same 422 without a code. What can be read may prove one of them; it never makes a refusal a success.
import { compareMoney, type Money, type Payout, type PayoutErrorCode, type Submission } from '@disburse/core';
import { type AdapterPage, type Explained, type Refusal, unreadableError } from '@disburse/core/adapter';
import { tokenOf } from './description.ts';
import { MONEY } from './money.ts';
import type { BalanceObject } from './wire.ts';

const DAY_MS = 24 * 60 * 60_000;
/** More payouts than this in one day are not read: they are evidence, not a search. */
const MOST_PAGES = 4;

/** What the evidence step may read. `balance: null` where the credential cannot. */
export interface EvidenceReads {
  readonly page: (cursor: string | undefined) => Promise<AdapterPage>;
  readonly balance: (() => Promise<BalanceObject>) | null;
}

interface Proof {
  readonly code: PayoutErrorCode;
  readonly message: string;
}

/** Whether a refusal is the 422 that can have many reasons. */
export function isUnexplained(refusal: Refusal): boolean {
  return refusal.outcome === 'rejected' && 'status' in refusal && refusal.status === 422;
}

/**
 * A 422 that names the currency is about these bytes, which could never have been paid: neither a planned payout nor anything else
 * that exists explains it. `null` where it names something else, or no currency was asked for.
 */
export function currencyRefusal(refusal: Refusal, { money }: Submission): Refusal | null {
  if (money === 'full_balance' || !('field' in refusal) || refusal.field !== 'amount.currency') return null;
  const message = `create was refused (HTTP 422, field amount.currency): ${money.currency} was asked for, and the currency is the cause: a balance pays out its own. error.providerMessage says more.`;
  return { ...refusal, message };
}

/**
 * Looks for the reason of a 422, and for payouts that could be ours all the same: "already planned" may be our own payout, made
 * under a key that is forgotten since (NEVER-TWICE R15, R17).
 */
export async function explain422(refusal: Refusal, submission: Submission, reads: EvidenceReads): Promise<Explained> {
  const [payouts, balance] = await Promise.all([recentPayouts(submission, reads), readQuietly(reads)]);
  const planned = payouts.find((payout) => payout.status === 'pending');
  const proof = planned === undefined ? balanceProof(submission, balance) : plannedProof(planned);
  return {
    refusal: proof === null ? refusal : { ...refusal, code: proof.code, message: `${proof.message} (HTTP 422).` },
    candidates: candidatesIn(submission, payouts),
  };
}

/**
 * Ours where one carries our key, else every payout that carries no key of another submission. Any amount (R17): fees change it.
 * But not another currency: an answer in that is not about our payout either (R13).
 */
function candidatesIn(submission: Submission, payouts: readonly Payout[]): readonly Payout[] {
  const ours = payouts.filter((payout) => tokenOf(payout) === submission.correlation.token);
  if (ours.length > 0) return ours;
  return payouts.filter((payout) => tokenOf(payout) === null && !payout.automatic && mayBeIn(submission.money, payout.money));
}

/** What is not fixed yet, or was asked for without an amount, may be in any. */
function mayBeIn(asked: Submission['money'], paid: Money | null): boolean {
  return asked === 'full_balance' || paid === null || paid.currency === asked.currency;
}

/** Since a day before the submission, and older ones that are still planned: they are what a second one is refused for. */
async function recentPayouts(submission: Submission, reads: EvidenceReads): Promise<readonly Payout[]> {
  const since = Date.parse(submission.preparedAt) - DAY_MS;
  const isOld = (payout: Payout): boolean => Date.parse(payout.createdAt) < since;
  const read: Payout[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await reads.page(cursor);
    // One that cannot be read may be ours: without it this is no evidence.
    const { unreadable = [] } = page;
    if (unreadable.length > 0) throw unreadableError('balance', 'a payout of the list', unreadable);
    read.push(...page.payouts);
    const last = page.payouts.at(-1);
    if (page.nextCursor === null || (last !== undefined && isOld(last))) break;
    cursor = page.nextCursor;
  }
  return read.filter((payout) => !isOld(payout) || payout.status === 'pending');
}

async function readQuietly(reads: EvidenceReads): Promise<BalanceObject | null> {
  try {
    return (await reads.balance?.()) ?? null;
  } catch {
    return null; // Without the balance the list is all the evidence there is.
  }
}

function plannedProof(planned: Payout): Proof {
  return {
    code: 'invalid_state',
    message: `the payout was refused, and ${planned.id} is planned for this balance already: Mollie plans one per balance and business day`,
  };
}

/** Only what is proof: the reserve, queued refunds, blocks and thresholds cannot be read. */
function balanceProof(submission: Submission, balance: BalanceObject | null): Proof | null {
  if (balance === null) return null;
  const { availableAmount, status, transferDestination } = balance;
  const available = availableAmount === null ? null : MONEY.fromWire(availableAmount.value, availableAmount.currency);
  if (available !== null && isTooLittle(available, submission.money)) {
    return {
      code: 'insufficient_funds',
      message: `the payout was refused, and the balance has ${available.amount} ${available.currency} available`,
    };
  }
  if (status === 'inactive')
    return { code: 'invalid_state', message: 'the payout was refused, and the balance is inactive: under validation, or blocked' };
  if (transferDestination !== null) return null; // Not said is no proof.
  return {
    code: 'invalid_destination',
    message: 'the payout was refused, and the balance has no bank account to pay to: set one in the dashboard',
  };
}

function isTooLittle(available: Money, asked: Submission['money']): boolean {
  const least = asked === 'full_balance' ? null : asked;
  if (least === null) return compareMoney(available, { amount: '0', currency: available.currency }) <= 0;
  return least.currency === available.currency && compareMoney(available, least) < 0;
}
