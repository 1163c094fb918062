/** How a payout to an account ends. `bounce`: it becomes `paid`, and fails five days later. */
export interface ScriptedOutcome {
  readonly failureCode: string;
  readonly when: 'arrival' | 'bounce' | 'instant';
}

// https://docs.stripe.com/connect/testing#account-numbers (contract section 13). Other countries repeat the endings.
const US: Readonly<Record<string, string>> = {
  '000111111116': 'no_account',
  '000111111113': 'account_closed',
  '000222222227': 'insufficient_funds',
  '000333333335': 'debit_not_authorized',
  '000444444440': 'invalid_currency',
};
const ENDINGS: readonly (readonly [ending: string, failureCode: string])[] = [
  ['11111116', 'no_account'],
  ['11111113', 'account_closed'],
  ['22222227', 'insufficient_funds'],
  ['33333335', 'debit_not_authorized'],
  ['44444440', 'invalid_currency'],
];
const GERMAN: Readonly<Record<string, string>> = {
  DE62370400440532013001: 'no_account',
  DE62370400440532013002: 'account_closed',
  DE62370400440532013003: 'insufficient_funds',
  DE62370400440532013004: 'debit_not_authorized',
  DE62370400440532013005: 'invalid_currency',
};

/** The simulator's own: paid on arrival, then bounced by the bank on day 5. Stripe has no such test number. */
export const LATE_BOUNCE_ACCOUNT_NUMBER = '000999999995';

/** What the account number decides, or null for an account that simply takes the money. */
export function scriptedOutcomeOf(accountNumber: string): ScriptedOutcome | null {
  if (accountNumber === LATE_BOUNCE_ACCOUNT_NUMBER) return { failureCode: 'account_closed', when: 'bounce' };
  // The contract names no code for this one.
  if (accountNumber === '000888888883') return { failureCode: 'could_not_process', when: 'instant' };
  const table = accountNumber.startsWith('DE') ? GERMAN : US;
  const listed = Object.hasOwn(table, accountNumber) ? table[accountNumber] : undefined;
  const failureCode = listed ?? (/^\d+$/.test(accountNumber) ? ENDINGS.find(([ending]) => accountNumber.endsWith(ending))?.[1] : undefined);
  return failureCode === undefined ? null : { failureCode, when: 'arrival' };
}

// https://docs.stripe.com/api/payouts/failures (contract section 6); the words are the simulator's own.
const MESSAGES: Readonly<Record<string, string>> = {
  account_closed: 'The bank account has been closed.',
  account_frozen: 'The bank account has been frozen.',
  bank_account_restricted: 'The bank account has restrictions on either the type, or the number, of payouts allowed.',
  bank_ownership_changed: 'The destination bank account is no longer valid because its branch has changed ownership.',
  could_not_process: 'The bank could not process this payout.',
  debit_not_authorized: 'Debit transactions are not approved on the bank account.',
  declined: 'The bank has declined this transfer.',
  insufficient_funds: 'The Stripe account has insufficient funds to cover the payout.',
  invalid_account_number: 'The routing number seems correct, but the account number is invalid.',
  incorrect_account_holder_name: 'The bank account holder name on file is incorrect.',
  incorrect_account_holder_address: 'The bank account holder address on file is incorrect.',
  incorrect_account_holder_tax_id: 'The bank account holder tax ID on file is incorrect.',
  invalid_currency: 'The bank was unable to process this payout because of its currency.',
  no_account: 'The bank account could not be located.',
  unsupported_card: 'The card no longer supports payouts.',
};

/** The sentence that goes with a failure code. */
export function failureMessageOf(code: string): string {
  return Object.hasOwn(MESSAGES, code) ? (MESSAGES[code] ?? code) : `The payout failed (${code}).`;
}
