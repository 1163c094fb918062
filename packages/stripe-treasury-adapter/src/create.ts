// https://docs.stripe.com/api/treasury/outbound_payments/create (parameters in its order; read 2026-11-20)
import type { Submission } from '@disburse/core';
import type { AdapterCreateRequest, Correlation, DecodedCreate, EncodedCreate } from '@disburse/core/adapter';
import { encodeForm, formOf, REFERENCE_KEY, TOKEN_KEY } from '@disburse/stripe-adapter/internal';
import { type CreateDefaults, savedDestination } from './limits.ts';
import { TREASURY_MONEY } from './money.ts';
import type { TreasuryBillingDetails, TreasuryCreateOptions, TreasuryDestinationData } from './options.ts';
import type { BankAccountParameters, BillingDetailsParameters, DestinationDataParameters, OutboundPaymentParameters } from './wire.ts';

const PATH = '/v1/treasury/outbound_payments';
const BILLING = 'billing_details\\]\\[(?:name|email|phone|address\\]\\[(?:line1|line2|city|state|postal_code|country))';
const BANK = 'us_bank_account\\]\\[(?:account_holder_type|account_type|routing_number|account_number|financial_connections_account)';
const FIELD = new RegExp(
  `^(?:${[
    'amount|currency|financial_account|customer|destination_payment_method|description|statement_descriptor',
    `destination_payment_method_data\\[(?:type|financial_account|${BILLING}|${BANK}|metadata\\]\\[[^[\\]]+)\\]`,
    'destination_payment_method_options\\[us_bank_account\\]\\[network\\]',
    'end_user_details\\[(?:present|ip_address)\\]',
    'metadata\\[[^[\\]]+\\]|expand\\[\\d+\\]',
  ].join('|')})$`,
);

/** The exact bytes of a create. Metadata is final with it: the token cannot be added later. */
export function encodeCreate(
  request: AdapterCreateRequest,
  options: TreasuryCreateOptions | undefined,
  correlation: Correlation,
  defaults: CreateDefaults,
): EncodedCreate {
  const { money, metadata } = request;
  const token = correlation.by === 'metadata' ? { [TOKEN_KEY]: correlation.token, [REFERENCE_KEY]: correlation.reference } : {};
  const wire = money === 'full_balance' ? null : TREASURY_MONEY.toWire(money);
  const source = options?.financialAccount ?? defaults.financialAccount;
  const saved = savedDestination(request, options, defaults);
  const network = options?.destinationPaymentMethodOptions?.usBankAccount?.network;
  const endUser = options?.endUserDetails;
  const parameters: OutboundPaymentParameters = {
    amount: wire?.ok === true ? wire.amount : undefined, // Always there: core has checked the amount against the profile.
    currency: 'usd',
    financial_account: source,
    customer: saved.customer,
    destination_payment_method: saved.paymentMethod,
    destination_payment_method_data: dataParameters(options?.destinationPaymentMethodData),
    destination_payment_method_options: network === undefined ? undefined : { us_bank_account: { network } },
    end_user_details: endUser === undefined ? undefined : { present: endUser.present, ip_address: endUser.ipAddress },
    description: request.description,
    statement_descriptor: request.statementDescriptor,
    metadata: { ...metadata, ...token },
    expand: options?.expand,
  };
  return { path: PATH, headers: {}, body: encodeForm(parameters), source: source ?? null };
}

/** The same, read back. A bank account that is given with the payment has no id. */
export function decodeCreate(request: Submission['request']): DecodedCreate | null {
  const form = formOf(request, PATH, FIELD);
  if (form === null) return null;
  const { fields, ...common } = form;
  const destination = fields.get('destination_payment_method') ?? fields.get('destination_payment_method_data[financial_account]') ?? null;
  return { ...common, source: fields.get('financial_account') ?? null, destination };
}

function dataParameters(data: TreasuryDestinationData | undefined): DestinationDataParameters | undefined {
  if (data === undefined) return undefined;
  return {
    type: data.type,
    billing_details: billingParameters(data.billingDetails),
    us_bank_account: data.type === 'us_bank_account' ? bankAccountParameters(data.usBankAccount) : undefined,
    financial_account: data.type === 'financial_account' ? data.financialAccount : undefined,
    metadata: data.metadata,
  };
}

function billingParameters(details: TreasuryBillingDetails | undefined): BillingDetailsParameters | undefined {
  if (details === undefined) return undefined;
  const { name, email, phone, address } = details;
  if (address === undefined) return { name, email, phone, address: undefined };
  const { line1, line2, city, state, postalCode, country } = address;
  return { name, email, phone, address: { line1, line2, city, state, postal_code: postalCode, country } };
}

function bankAccountParameters(
  account: Extract<TreasuryDestinationData, { type: 'us_bank_account' }>['usBankAccount'],
): BankAccountParameters {
  return {
    account_holder_type: account.accountHolderType,
    account_type: account.accountType,
    routing_number: account.routingNumber,
    account_number: account.accountNumber,
    financial_connections_account: account.financialConnectionsAccount,
  };
}
