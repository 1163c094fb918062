import type { ProviderContext } from './context.ts';
import { PayoutError } from '../errors.ts';
import { type Money, sameMoney } from '../money/money.ts';
import type { Notice } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import type { Submission } from '../stores/submission.ts';

/** Whether a response is about the payout that was asked for (NEVER-TWICE R13). */
export interface Match {
  /** Why the payout is not taken for the one that was asked for; `null` when it may be ours. */
  readonly mismatch: string | null;
  /** Whether the mismatch proves another payout. An unreadable amount is no proof. */
  readonly certain: boolean;
  /** Notices of differences that do not make it another payout. */
  readonly notices: readonly Notice[];
}

/** Compares currency, amount, token, mode and source. */
export function matchSubmission(context: ProviderContext, submission: Submission, payout: Payout): Match {
  const token = context.rules.correlationTokenOf(payout);
  const mismatches: string[] = [];
  const unreadable: string[] = [];
  const notices: Notice[] = [];
  if (token !== null && token !== submission.correlation.token) mismatches.push('it carries the token of another submission');
  if (token === null && submission.correlation.by !== 'none') {
    notices.push({
      code: 'token_missing',
      message: `The provider's answer does not repeat the token in ${submission.correlation.by}; a lookup may not find this payout.`,
    });
  }
  if (submission.live !== null && payout.live !== submission.live) {
    mismatches.push(`it is a ${payout.live ? 'live' : 'test'} payout and a ${submission.live ? 'live' : 'test'} one was asked for`);
  }
  const source = context.rules.sourceOf(payout);
  if (source !== null && submission.source !== null && source !== submission.source) {
    mismatches.push(`it left ${source}, not ${submission.source}`);
  }
  const money = compareMoneyOf(context, submission, payout);
  if (money.is === 'other') mismatches.push(money.message);
  if (money.is === 'unreadable') unreadable.push(money.message);
  if (money.is === 'notice') notices.push({ code: money.code, message: money.message });
  const all = [...mismatches, ...unreadable];
  return { mismatch: all.length === 0 ? null : all.join('; '), certain: mismatches.length > 0, notices };
}

type MoneyComparison =
  | { readonly is: 'same' }
  | { readonly is: 'other' | 'unreadable'; readonly message: string }
  | ({ readonly is: 'notice' } & Notice);

/** Only a full balance has an amount that is not fixed yet. A fixed amount that cannot be read could be any amount. */
function compareMoneyOf(context: ProviderContext, submission: Submission, payout: Payout): MoneyComparison {
  const asked = submission.money;
  const { money } = payout;
  if (asked === 'full_balance') return { is: 'same' };
  if (money === null) return withoutMoney(context, payout, asked);
  if (money.currency !== asked.currency) return { is: 'other', message: `it is in ${money.currency}, not in ${asked.currency}` };
  if (sameMoney(money, asked)) return { is: 'same' };
  const message = `it is over ${money.amount} ${money.currency}, not over ${asked.amount}`;
  if (context.rules.amountInAnswer === 'exact') return { is: 'other', message };
  return { is: 'notice', code: 'amount_differs', message: `The answer says that ${message}.` };
}

function withoutMoney(context: ProviderContext, payout: Payout, asked: Money): MoneyComparison {
  if (!context.rules.withoutAmount(payout)) {
    return { is: 'unreadable', message: `its amount or currency cannot be read, and ${asked.amount} ${asked.currency} was asked for` };
  }
  return { is: 'notice', code: 'amount_missing', message: 'The answer names no amount: what is paid is not confirmed by it.' };
}

/** The error of a response that is about another payout. */
export function mismatchError(context: ProviderContext, payout: Payout, mismatch: string): PayoutError {
  const id = context.redact(payout.id);
  const message = `answered with payout ${id}, but ${mismatch}. Look at that payout before anything else.`;
  return new PayoutError('unexpected_response', message, { provider: context.identity.name, outcome: 'unknown', payoutId: id });
}

/**
 * Checks that a response is about the payout that was asked for. A response about another payout says nothing about that one.
 *
 * @throws {PayoutError} `unexpected_response`
 */
export function assertPayoutId(
  context: Pick<ProviderContext, 'identity' | 'redact'>,
  id: string,
  payout: Payout,
  outcome: 'unknown' | null,
): Payout {
  if (payout.id === id) return payout;
  const another = context.redact(payout.id);
  const message = `answered about ${another}, and ${id} was asked for.`;
  throw new PayoutError('unexpected_response', message, { provider: context.identity.name, outcome, payoutId: another });
}
