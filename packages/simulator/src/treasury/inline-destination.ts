// https://docs.stripe.com/api/treasury/outbound_payments/create#create_outbound_payment-destination_payment_method_data
import type { FormMap } from '../form.ts';
import { invalid } from '../stripe/errors.ts';
import { changeMetadata, missing, readParameters } from '../stripe/parameters.ts';
import type { BillingAddress, BillingDetails, UsBankAccountDetails } from './objects.ts';

/** A destination that stands in the request itself. */
export type InlineDestination =
  | { readonly type: 'financial_account'; readonly id: string; readonly billing: BillingDetails }
  | {
      readonly type: 'us_bank_account';
      readonly accountNumber: string;
      readonly bank: Pick<UsBankAccountDetails, 'account_holder_type' | 'account_type' | 'routing_number'>;
      readonly billing: BillingDetails;
    };

/** An address of which nothing is known. */
export const NO_ADDRESS: BillingAddress = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

/** Reads `destination_payment_method_data`. @throws {Refusal} with stage `validation`. */
export function readInline(data: FormMap, within: string): InlineDestination {
  const rules = {
    billing_details: { kind: 'hash' },
    financial_account: { kind: 'string' },
    metadata: { kind: 'metadata' },
    type: { kind: 'string', required: true, oneOf: ['financial_account', 'us_bank_account'] },
    us_bank_account: { kind: 'hash' },
  } as const;
  const given = readParameters(data, rules, within);
  changeMetadata({}, given.metadata);
  const billing = readBilling(given.billing_details ?? new Map(), `${within}[billing_details]`);
  if (given.type === 'financial_account') {
    if (given.us_bank_account !== undefined) throw otherType('us_bank_account', given.type, within);
    if (given.financial_account === undefined) throw missing(`${within}[financial_account]`);
    return { type: given.type, id: given.financial_account, billing };
  }
  if (given.financial_account !== undefined) throw otherType('financial_account', 'us_bank_account', within);
  if (given.us_bank_account === undefined) throw missing(`${within}[us_bank_account]`);
  const bank = readBank(given.us_bank_account, `${within}[us_bank_account]`);
  if (billing.name === null) throw missing(`${within}[billing_details][name]`);
  return { type: 'us_bank_account', ...bank, billing };
}

function otherType(name: string, type: string, within: string): Error {
  return invalid({ message: `${within}[${name}] does not go with the type ${type}.`, param: `${within}[${name}]` });
}

function readBilling(form: FormMap, within: string): BillingDetails {
  const optional = { kind: 'string', emptyable: true } as const;
  const rules = { address: { kind: 'hash', emptyable: true }, email: optional, name: optional, phone: optional } as const;
  const given = readParameters(form, rules, within);
  return {
    address: given.address === undefined ? NO_ADDRESS : readAddress(given.address, `${within}[address]`),
    email: given.email ?? null,
    name: given.name ?? null,
  };
}

function readAddress(form: FormMap, within: string): BillingAddress {
  const line = { kind: 'string' } as const;
  const given = readParameters(form, { city: line, country: line, line1: line, line2: line, postal_code: line, state: line }, within);
  return {
    city: given.city ?? null,
    country: given.country ?? null,
    line1: given.line1 ?? null,
    line2: given.line2 ?? null,
    postal_code: given.postal_code ?? null,
    state: given.state ?? null,
  };
}

type Bank = Pick<Extract<InlineDestination, { type: 'us_bank_account' }>, 'accountNumber' | 'bank'>;

function readBank(form: FormMap, within: string): Bank {
  const rules = {
    account_holder_type: { kind: 'string', oneOf: ['company', 'individual'] },
    account_number: { kind: 'string' },
    account_type: { kind: 'string', oneOf: ['checking', 'savings'] },
    financial_connections_account: { kind: 'string' },
    routing_number: { kind: 'string' },
  } as const;
  const given = readParameters(form, rules, within);
  if (given.financial_connections_account !== undefined) {
    // There are none in this world, and none can be made.
    const message = `No such Financial Connections account: '${given.financial_connections_account}'`;
    throw invalid({ code: 'resource_missing', message, param: `${within}[financial_connections_account]` });
  }
  const accountNumber = digits(given.account_number, /^\d{4,17}$/, `${within}[account_number]`, 'account_number_invalid');
  const routing_number = digits(given.routing_number, /^\d{9}$/, `${within}[routing_number]`, 'routing_number_invalid');
  return {
    accountNumber,
    bank: {
      account_holder_type:
        given.account_holder_type === 'company' || given.account_holder_type === 'individual' ? given.account_holder_type : null,
      account_type: given.account_type === 'savings' ? 'savings' : 'checking',
      routing_number,
    },
  };
}

function digits(value: string | undefined, form: RegExp, param: string, code: string): string {
  if (value === undefined) throw missing(param);
  if (form.test(value)) return value;
  throw invalid({ code, message: 'You must use a valid US bank account.', param });
}
