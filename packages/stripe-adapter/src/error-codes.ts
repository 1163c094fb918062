// https://docs.stripe.com/error-codes (read 2026-11-20), npm `stripe` 23.1.0 (types and CHANGELOG), and answers that were seen.
// `error.code` says why a request was refused, so nothing exists. Why a payout failed later is `failure_code`: see status.ts.
import type { CodeRow, MessageRow } from './error-rows.ts';

const DOCS = 'https://docs.stripe.com/error-codes';
const CHANGES = 'https://github.com/stripe/stripe-node/blob/master/CHANGELOG.md (22.1.0, 22.3.0)';
const APPROVALS = 'https://docs.stripe.com/account/approvals';
const KILN = 'https://github.com/Kiln-AI/stripe_world (recorded answers of the sandbox, 2026-09)';

/** By code; the first row that matches counts. */
export const CODES: readonly CodeRow[] = [
  {
    codes: ['balance_insufficient', 'insufficient_funds'], // Its message varies: only the code counts.
    source: `${DOCS}, https://github.com/stripe/stripe-node/issues/1147`,
    as: 'insufficient_funds',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the balance does not cover it. balances() tells what is available, by currency and source type; fund it or pay less.',
  },
  {
    codes: [
      'parameter_missing',
      'parameter_unknown',
      'parameter_invalid_integer',
      'parameter_invalid_empty',
      'parameter_invalid_string_blank',
      'parameter_invalid_string_empty',
      'parameters_exclusive',
      'invalid_characters',
    ],
    source: DOCS,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'never_valid', // These bytes can never succeed; a corrected request has other bytes and needs another key.
    says: 'a parameter is wrong. error.providerMessage says how; correct it.',
  },
  {
    codes: ['resource_missing'],
    params: ['destination', 'payout_method'],
    source: `${DOCS} (HTTP status not documented)`,
    as: 'invalid_destination',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'there is no such destination on this account. Check the id, and whether it belongs to another connected account (stripeAccount).',
  },
  {
    codes: ['resource_missing'],
    params: ['payout'],
    source: KILN,
    as: 'not_found',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'there is no such payout. Check the id, and whether it belongs to another connected account (stripeAccount).',
  },
  {
    codes: ['resource_missing'],
    status: 404,
    source: KILN,
    as: 'not_found',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'there is no such object. Check the id, and whether it belongs to another connected account (stripeAccount).',
  },
  {
    codes: ['resource_missing'], // For example the cursor of a list.
    source: KILN,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'unused',
    says: 'a parameter names something that does not exist.',
  },
  {
    codes: [
      'bank_account_unusable',
      'bank_account_restricted',
      'bank_account_declined',
      'bank_account_unverified',
      'bank_account_bad_routing_numbers',
      'account_number_invalid',
      'routing_number_invalid',
      'invalid_card_type',
      'account_closed',
      'no_account',
    ],
    source: DOCS,
    as: 'invalid_destination',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the destination cannot take this payout. Correct its details in Stripe, or pay to another one.',
  },
  {
    codes: ['payouts_not_allowed'],
    source: DOCS,
    as: 'payouts_blocked',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'payouts are disabled on this account. The Dashboard says what Stripe needs.',
  },
  {
    // No refusal, although it looks like one, and although the project's own notes on Stripe had it as one (a human must act): "it's paused and an approval request is created. Approved actions are completed
    // automatically", days later, whatever became of the key. The object's example expires after a week.
    codes: ['approval_required'],
    source: `${APPROVALS} (read 2026-11-21); payouts: changelog 2026-08-26 (dahlia)`,
    as: 'payouts_blocked',
    outcome: 'unknown',
    resend: false,
    says: 'Stripe holds it until a reviewer approves it in the Dashboard, and then completes it by itself.',
  },
  {
    codes: ['anomalous_money_movement_request', 'action_blocked', 'request_blocked'],
    source: CHANGES,
    as: 'payouts_blocked',
    outcome: 'rejected',
    keyState: 'needs_person',
    says: 'Stripe blocked it; only a person can change that, in the Dashboard. Do not retry by machine.',
  },
  {
    codes: ['payouts_limit_exceeded'],
    source: DOCS,
    as: 'limit_exceeded',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: "it is above this account's limit for payouts. Pay less, or later.",
  },
  {
    codes: ['instant_payouts_limit_exceeded'],
    source: DOCS,
    as: 'limit_exceeded',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: "it is above this account's limit for instant payouts. A standard payout may still be possible, as the next attempt.",
  },
  {
    codes: [
      'instant_payouts_unsupported',
      'instant_payouts_config_disabled',
      'instant_payouts_currency_disabled',
      'cannot_create_connect_instant_payouts_through_api', // Not documented; seen in production.
    ],
    source: `${DOCS}, https://github.com/kodaksax/Bounty-production`,
    as: 'unsupported',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: "instant payouts are not possible here. Use method 'standard', as the next attempt.",
  },
  {
    codes: ['amount_too_small', 'amount_too_large', 'balance_invalid_parameter'],
    source: DOCS,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the amount, or the balance it comes from, is not accepted. error.providerMessage says the limit.',
  },
  {
    codes: ['not_allowed_on_standard_account', 'account_invalid', 'platform_account_required', 'transfers_not_allowed'],
    source: DOCS,
    as: 'permission',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'this key may not do this on this account. Check stripeAccount, and that the account is connected to your platform.',
  },
  {
    codes: ['livemode_mismatch', 'testmode_charges_only'],
    source: DOCS,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'live and test are mixed. Use the key of the mode that the object belongs to.',
  },
  {
    codes: ['status_transition_invalid', 'payout_reconciliation_not_ready'],
    source: DOCS,
    as: 'invalid_state',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the payout is not in a state that allows it. Retrieve it to see where it stands.',
  },
];

/** By a fragment of the message, only where there is no code. */
export const MESSAGES: readonly MessageRow[] = [
  {
    fragment: 'external accounts in that currency',
    source: KILN,
    as: 'invalid_destination',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the account has no bank account or card for this currency. Add one in Stripe, or name another destination.',
  },
  {
    fragment: 'can only be canceled while they are pending',
    source: 'https://github.com/stripe/stripe-dotnet (canceling_a_payout.cs @ 3ce7baa7)',
    as: 'invalid_state',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'only a payout that is still pending, and was not made by the payout schedule, can be canceled.',
  },
  {
    fragment: 'invalid currency:',
    param: 'currency',
    source: KILN,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'Stripe does not support this currency.',
  },
  {
    fragment: 'invalid stripe api version:',
    source: KILN,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'Stripe does not know this API version. Check the apiVersion setting.',
  },
];
