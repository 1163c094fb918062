import type { MollieFailureCode } from './objects.ts';

/**
 * What becomes of a payout. The provider documents no magic amounts or accounts for payouts (contract section 10), so this rule is
 * the simulator's own: a description that contains `simulate:<code>`, with a failure code, makes the payout fail with that code at the moment below.
 */
export interface ScriptedOutcome {
  readonly code: MollieFailureCode;
  readonly when: OutcomeMoment;
}

/** At the reservation of the funds, at the bank, or some business days after it was completed. */
export type OutcomeMoment = 'reservation' | 'bank' | 'after_completion';

/** Business days after completion on which a returned payout comes back. */
export const RETURN_BUSINESS_DAYS = 3;

const WHEN: Readonly<Record<MollieFailureCode, OutcomeMoment>> = {
  insufficient_funds: 'reservation',
  payouts_blocked: 'reservation',
  organization_inactive: 'reservation',
  balance_not_found: 'reservation',
  invalid_request: 'reservation',
  expired: 'reservation',
  bank_processing_failed: 'bank',
  failed: 'bank',
  returned: 'after_completion',
};

/** Whether a code is one of the failure codes. */
function isFailureCode(code: string): code is MollieFailureCode {
  return Object.hasOwn(WHEN, code);
}

/** The outcome that a code stands for. */
function scriptedOutcomeOf(code: MollieFailureCode): ScriptedOutcome {
  return { code, when: WHEN[code] };
}

/** The outcome that a description asks for, or null. */
export function scriptedOutcomeIn(description: string | null): ScriptedOutcome | null {
  const code = /\bsimulate:([a-z_]+)/.exec(description ?? '')?.[1];
  return code !== undefined && isFailureCode(code) ? scriptedOutcomeOf(code) : null;
}
