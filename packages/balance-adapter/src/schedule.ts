// https://docs.mollie.com/reference/create-payout (transferFrequency; read 2026-11-20)
import type { Notice } from '@disburse/core';

/** What every create does beyond the payout, in words. */
export const SCHEDULE_SIDE_EFFECT =
  "any payout created through the API sets the balance's transferFrequency to never: its automatic settlements stop, and only the Mollie dashboard starts them again";

/** Frequencies are an open list of words; what does not look like one is not repeated. */
const FREQUENCY = /^[a-z-]{1,40}$/;

/**
 * The notice of every create.
 *
 * @param before What `transferFrequency` was before it was sent; `null` where that could not be read.
 */
export function schedulePaused(balanceId: string, before: string | null): Notice {
  const known = before !== null && FREQUENCY.test(before) ? before : null;
  const what =
    known === 'never'
      ? `The automatic settlements of ${balanceId} stay stopped: its transferFrequency is "never", as it was before this request.`
      : `The automatic settlements of ${balanceId} stop with this payout: its transferFrequency is "never" from now on.`;
  const then = known === null || known === 'never' ? '' : ` It was "${known}" before this request.`;
  return { code: 'settlement_schedule_paused', message: `${what}${then} Canceling does not undo that; only the Mollie dashboard does.` };
}
