// https://docs.stripe.com/api/treasury/outbound_payments/create#create_outbound_payment-statement_descriptor (contract section 4)
import { invalid } from '../stripe/errors.ts';
import type { TreasuryNetwork } from './objects.ts';

/** What stands on the recipient's statement when nothing is said. */
export const DEFAULT_DESCRIPTOR = 'payment';

/** Most characters by network. */
const LONGEST: Readonly<Record<TreasuryNetwork, number>> = { ach: 10, us_domestic_wire: 140, stripe: 500 };

/** @throws {Refusal} for a descriptor that is too long for the network, or has other characters than its set. */
export function checkDescriptor(descriptor: string, network: TreasuryNetwork, underscore: boolean): void {
  const param = 'statement_descriptor';
  const most = LONGEST[network];
  const length = Array.from(descriptor).length;
  if (length > most) {
    throw invalid({ message: `The statement descriptor has ${length} characters; ${network} payments take at most ${most}.`, param });
  }
  // The documented set has no underscore, and a documented sample has one.
  if (/^[-#.$&* A-Za-z0-9]*$/.test(underscore ? descriptor.replaceAll('_', '') : descriptor)) return;
  throw invalid({ message: 'The statement descriptor can only contain -#.$&*, spaces and alphanumeric characters.', param });
}
