// https://docs.stripe.com/financial-accounts/connect/moving-money/out-of/outbound-payments#test (contract section 12)
import type { ReturnCode } from './objects.ts';

/** What becomes of a payment to a bank account. */
export type ScriptedOutcome =
  | { readonly ends: 'processing' | 'posted' | 'canceled' | 'failed'; readonly arrivesLater?: true }
  | { readonly ends: 'returned'; readonly code: ReturnCode };

interface TestAccount {
  readonly accountNumber: string;
  readonly token: string;
  readonly scriptedOutcome: ScriptedOutcome;
}

const TEST_ACCOUNTS: readonly TestAccount[] = [
  { accountNumber: '000000000009', token: 'pm_usBankAccount_processing', scriptedOutcome: { ends: 'processing' } },
  { accountNumber: '000123456789', token: 'pm_usBankAccount', scriptedOutcome: { ends: 'posted' } },
  {
    accountNumber: '000123457890',
    token: 'pm_usBankAccount_expectedArrivalDateUpdated',
    scriptedOutcome: { ends: 'posted', arrivesLater: true },
  },
  { accountNumber: '000000000123', token: 'pm_usBankAccount_canceledByUser', scriptedOutcome: { ends: 'canceled' } },
  { accountNumber: '000000000234', token: 'pm_usBankAccount_internalFailure', scriptedOutcome: { ends: 'failed' } },
  { accountNumber: '000111111113', token: 'pm_usBankAccount_accountClosed', scriptedOutcome: { ends: 'returned', code: 'account_closed' } },
  { accountNumber: '000111111116', token: 'pm_usBankAccount_noAccount', scriptedOutcome: { ends: 'returned', code: 'no_account' } },
  {
    accountNumber: '000111111119',
    token: 'pm_usBankAccount_invalidAccountNumber',
    scriptedOutcome: { ends: 'returned', code: 'invalid_account_number' },
  },
];

/** Every test number takes this one. */
export const TEST_ROUTING_NUMBER = '110000000';

/** The simulator's own: a routing number that takes ach and no wires. Stripe documents that such numbers exist, and names none. */
export const ACH_ONLY_ROUTING_NUMBER = '120000003';

/** What the account number decides; one that is not a test number simply takes the money. */
export function scriptedOutcomeOf(accountNumber: string): ScriptedOutcome {
  return TEST_ACCOUNTS.find((account) => account.accountNumber === accountNumber)?.scriptedOutcome ?? { ends: 'posted' };
}

/** The test account number that a token such as `pm_usBankAccount` stands for, or null. */
export function numberOfToken(token: string): string | null {
  return TEST_ACCOUNTS.find((account) => account.token === token)?.accountNumber ?? null;
}
