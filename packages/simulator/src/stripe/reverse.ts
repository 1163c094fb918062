// https://docs.stripe.com/connect/payout-reversals (contract section 5)
import { DAY_MS } from './calendar.ts';
import { refused } from './errors.ts';
import { checkExpand, expanded } from './expand.ts';
import { begin } from './lifecycle.ts';
import { changeMetadata, readParameters } from './parameters.ts';
import { payoutOf } from './payouts.ts';
import { change } from './change-events.ts';
import type { AccountState, PayoutState, StripeOperation } from './state.ts';

const REVERSIBLE_FOR_MS = 90 * DAY_MS;

/** POST /v1/payouts/:payout/reverse. Answers the new payout, which brings the money back once it is paid. */
export const reversePayout: StripeOperation = (call) => {
  const { state, account } = call;
  const given = readParameters(call.form, { expand: { kind: 'expand' }, metadata: { kind: 'metadata' } });
  const expand = checkExpand('payout', given.expand);
  const metadata = changeMetadata({}, given.metadata);
  const original = payoutOf(call);
  const reason = whyNot(original, account, state.queue.now());
  // The words and the missing code are this simulator's own: what Stripe sends here is not known.
  if (reason !== null) throw refused({ message: `This payout cannot be reversed: ${reason}.` });
  const { amount, currency, description, destination, payout_method, source_type, statement_descriptor, type, id } = original.wire;
  const reversal = begin(state, account, {
    currency,
    description,
    destination,
    payout_method,
    source_type,
    statement_descriptor,
    type,
    metadata,
    amount: state.variants.reversalAmount === 'negative' ? -amount : amount,
    automatic: false,
    method: 'standard',
    original_payout: id,
    ledgerAmount: amount,
    scriptedOutcome: null,
  });
  change(state, account, original, 'payout.updated', { reversed_by: reversal.wire.id });
  return expanded(account, 'payout', reversal.wire, expand);
};

function whyNot({ wire }: PayoutState, account: AccountState, now: number): string | null {
  const country = account.externals.get(wire.destination ?? '')?.wire.country;
  if (!account.connected) return 'only payouts of connected accounts can be';
  if (country !== 'US' && country !== 'CA') return 'its bank account is neither in the US nor in Canada';
  if (wire.type !== 'bank_account') return 'it went to a card';
  if (wire.amount < 0 || wire.original_payout !== null) return 'it is a debit';
  if (wire.method === 'instant') return 'it is an instant payout';
  if (wire.reversed_by !== null) return 'it has been reversed';
  if (wire.status === 'pending') return 'it is pending and can be canceled';
  if (wire.status !== 'in_transit' && wire.status !== 'paid') return `it is ${wire.status}`;
  if (now - wire.arrival_date * 1000 >= REVERSIBLE_FOR_MS) return 'it was expected to arrive 90 days ago or earlier';
  return null;
}
