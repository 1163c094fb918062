// https://docs.stripe.com/error-codes and npm `stripe` 23.1.0 (types; read 2026-11-20); the rest is stripe-adapter's errors.ts
import type { HttpResponse, Refusal, RequestPurpose } from '@disburse/core/adapter';
import { type CodeRow, type SeenError, type StatusRow, stripeRefusals } from '@disburse/stripe-adapter/internal';

const CODES_PAGE = 'https://docs.stripe.com/error-codes';
const SDK_TYPES = 'https://www.npmjs.com/package/stripe/v/23.1.0 (esm/Error.d.ts)';
const GUIDE = 'https://docs.stripe.com/financial-accounts/connect/moving-money/out-of/outbound-payments';
const REFERENCE = 'https://docs.stripe.com/api/treasury/outbound_payments/create';

/** By code; the first row that matches counts, before those of stripe-adapter. */
export const CODES: readonly CodeRow[] = [
  {
    codes: ['financial_account_balance_does_not_support_currency'],
    source: SDK_TYPES,
    as: 'unsupported',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the FinancialAccount does not hold this currency.',
  },
  {
    codes: ['financial_account_capability_not_enabled'],
    source: SDK_TYPES,
    as: 'unsupported',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the FinancialAccount lacks the feature: outbound_payments.ach, outbound_payments.us_domestic_wire or intra_stripe_flows must be active.',
  },
  {
    codes: ['financial_account_capability_restricted'],
    source: SDK_TYPES,
    as: 'payouts_blocked',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the feature of the FinancialAccount is restricted. The Dashboard says what Stripe needs.',
  },
  {
    codes: ['balance_insufficient', 'insufficient_funds'], // Which one a FinancialAccount answers is not documented.
    source: CODES_PAGE,
    as: 'insufficient_funds',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the cash of the FinancialAccount does not cover it. balances() tells what is available; the balance of Stripe payments is another pot.',
  },
  {
    codes: ['resource_missing'],
    params: ['destination_payment_method', 'destination_payment_method_data', 'customer'],
    source: `${REFERENCE} (inferred)`,
    as: 'invalid_destination',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'there is no such payment method, customer or account here. Check the ids, and whether they belong to another connected account (stripeAccount).',
  },
  {
    codes: ['resource_missing'],
    params: ['financial_account'],
    source: `${REFERENCE} (inferred)`,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'there is no such FinancialAccount here. It may belong to a connected account: check stripeAccount.',
  },
];

/** The parameter is inside the destination data, and the error is about what it says rather than that it is there. */
const isAboutTheDestination = ({ param, code }: SeenError): boolean =>
  param !== null && param.startsWith('destination_payment_method_data[') && code !== 'parameter_unknown' && code !== 'parameters_exclusive';

const says = 'the destination is not accepted: for a wire the routing number must take wires and the address must be complete. Correct it.';

/** By parameter: the bodies of these errors are not documented. */
export const RULES: readonly StatusRow[] = [
  {
    source: GUIDE,
    when: (seen) => isAboutTheDestination(seen) && /^(parameter_|invalid_characters$)/.test(seen.code ?? ''),
    means: { as: 'invalid_destination', outcome: 'rejected', keyState: 'never_valid', says }, // These bytes can never succeed.
  },
  {
    source: GUIDE,
    when: isAboutTheDestination,
    means: { as: 'invalid_destination', outcome: 'rejected', keyState: 'maybe_stored', says },
  },
];

/** Account numbers (four digits or more, also in groups) and addresses of the internet, should Stripe's sentence repeat one. */
const REPEATED: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w:])/g, '[address]'],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, '[address]'],
  [/(?<!\w)\d(?:[ -]?\d){3,}(?!\w)/g, '[number]'],
];

const withoutNumbers = (text: string): string => REPEATED.reduce((left, [pattern, mark]) => left.replace(pattern, mark), text);

/** What every answer other than 2xx means. */
export function treasuryRefusals(apiKey: string): (answer: HttpResponse, purpose: RequestPurpose) => Refusal {
  const refusal = stripeRefusals({ codes: CODES, rules: RULES, secret: apiKey });
  return (answer, purpose) => {
    const found = refusal(answer, purpose);
    return { ...found, providerMessage: found.providerMessage === null ? null : withoutNumbers(found.providerMessage) };
  };
}
