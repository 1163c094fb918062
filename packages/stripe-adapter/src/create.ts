// https://docs.stripe.com/api/payouts/create (parameters in its order; read 2026-11-20)
import type { Submission } from '@disburse/core';
import { type AdapterCreateRequest, type Correlation, type DecodedCreate, type EncodedCreate, isCreate } from '@disburse/core/adapter';
import { decodeForm, encodeForm } from './form.ts';
import { STRIPE_MONEY } from './money.ts';
import type { StripeCreateOptions } from './options.ts';
import { accountOf, CREATE_HEADERS } from './protocol.ts';
import { REFERENCE_KEY, TOKEN_KEY } from './read-payout.ts';

const PATH = '/v1/payouts';
const FIELD =
  /^(?:amount|currency|description|destination|metadata\[[^[\]]+\]|method|payout_method|source_type|statement_descriptor|expand\[\d+\])$/;

/** The exact bytes of a create. */
export function encodeCreate(
  request: AdapterCreateRequest,
  options: StripeCreateOptions | undefined,
  correlation: Correlation,
  defaults: { readonly destination?: string | undefined },
): EncodedCreate {
  const { metadata, money } = request;
  const token = correlation.by === 'metadata' ? { [TOKEN_KEY]: correlation.token, [REFERENCE_KEY]: correlation.reference } : {};
  const wire = money === 'full_balance' ? null : STRIPE_MONEY.toWire(money);
  const body = encodeForm({
    amount: wire?.ok === true ? wire.amount : undefined, // Always there: core has checked the amount against the profile.
    currency: money === 'full_balance' ? undefined : money.currency.toLowerCase(),
    description: request.description,
    // A FinancialAccount named in this call replaces the destination of the settings.
    destination: request.destination ?? (options?.payoutMethod === undefined ? defaults.destination : undefined),
    metadata: { ...metadata, ...token },
    method: options?.method,
    payout_method: options?.payoutMethod,
    source_type: options?.sourceType,
    statement_descriptor: request.statementDescriptor,
    expand: options?.expand,
  });
  return { path: PATH, headers: {}, body, source: null };
}

/** The same, read back. */
export function decodeCreate(request: Submission['request']): DecodedCreate | null {
  const form = formOf(request, PATH, FIELD);
  if (form === null) return null;
  const { fields, ...common } = form;
  return { ...common, source: null, destination: fields.get('destination') ?? fields.get('payout_method') ?? null };
}

/** What every create of Stripe's says in the same way, and its fields. */
export interface StripeForm extends Pick<DecodedCreate, 'money' | 'account' | 'live' | 'token'> {
  readonly fields: ReadonlyMap<string, string>;
}

/** Reads the form of a create; `null` for one that an adapter of Stripe's never sends. */
export function formOf(request: Submission['request'], path: string, field: RegExp): StripeForm | null {
  const fields = isCreate(request, { path, headers: CREATE_HEADERS }) ? decodeForm(request.body) : null;
  if (fields === null || ![...fields.keys()].every((name) => field.test(name))) return null;
  const { 'stripe-account': stripeAccount, 'stripe-context': stripeContext } = request.headers;
  if (stripeAccount !== undefined && stripeContext !== undefined) return null; // Settings with both are refused.
  const currency = fields.get('currency') ?? '';
  const money = currency === currency.toLowerCase() ? STRIPE_MONEY.fromWire(fields.get('amount') ?? '', currency) : null;
  if (money === null) return null;
  return {
    fields,
    money,
    account: accountOf({ stripeAccount, stripeContext }),
    live: null,
    token: fields.get(`metadata[${TOKEN_KEY}]`) ?? null,
  };
}
