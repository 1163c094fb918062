// https://docs.stripe.com/api/treasury/outbound_payments (contract sections 3 to 5)
import type { FormMap } from '../form.ts';
import { checkCurrency } from '../stripe/currencies.ts';
import { invalid, refused } from '../stripe/errors.ts';
import { checkCursors, page } from '../stripe/listing.ts';
import { changeMetadata, missing, passes, readParameters } from '../stripe/parameters.ts';
import { checkDescriptor, DEFAULT_DESCRIPTOR } from './descriptor.ts';
import { findDestination, noSuch, readDestination } from './destination.ts';
import { checkExpand, expanded } from './expand.ts';
import { begin, move } from './lifecycle.ts';
import type { EndUserDetails, TreasuryFeature, TreasuryNetwork } from './objects.ts';
import type {
  FinancialAccountState,
  OutboundPaymentState,
  TreasuryAccountState,
  TreasuryCall,
  TreasuryOperation,
  TreasuryState,
} from './state.ts';

/** POST /v1/treasury/outbound_payments. In the order parameters, currency, source, destination, network, cash. */
export const createOutboundPayment: TreasuryOperation = ({ state, account, form }) => {
  const given = readParameters(form, {
    amount: { kind: 'integer', required: true, min: 1 },
    currency: { kind: 'string', required: true },
    customer: { kind: 'string' },
    description: { kind: 'string' },
    destination_payment_method: { kind: 'string' },
    destination_payment_method_data: { kind: 'hash' },
    destination_payment_method_options: { kind: 'hash' },
    end_user_details: { kind: 'hash' },
    expand: { kind: 'expand' },
    financial_account: { kind: 'string', required: true },
    metadata: { kind: 'metadata' },
    statement_descriptor: { kind: 'string' },
  });
  const expand = checkExpand('outbound_payment', given.expand);
  const metadata = changeMetadata({}, given.metadata);
  const endUser = readEndUser(given.end_user_details);
  const asked = readDestination(given);
  const { amount = 0, currency = '', statement_descriptor = DEFAULT_DESCRIPTOR } = given;
  checkUsd(currency);
  const source = financialAccountOf(state, account, given.financial_account ?? '');
  if (source.wire.status === 'closed') {
    throw refused({ message: `The FinancialAccount ${source.wire.id} is closed.`, param: 'financial_account' });
  }
  const { network, details, paymentMethod, scriptedOutcome, target } = findDestination(state, account, asked);
  checkFeature(source, network);
  checkDescriptor(statement_descriptor, network, state.variants.underscoreInDescriptor);
  checkCash(state, source, amount);
  const payment = begin(state, account, {
    amount,
    metadata,
    network,
    scriptedOutcome,
    source,
    target,
    statement_descriptor,
    customer: asked.customer,
    description: given.description ?? null,
    destination_payment_method: paymentMethod,
    destination_payment_method_details: details,
    end_user_details: endUser,
  });
  return expanded(state, 'outbound_payment', payment.wire, expand);
};

function readEndUser(form: FormMap | undefined): EndUserDetails | null {
  if (form === undefined) return null;
  const rules = { ip_address: { kind: 'string' }, present: { kind: 'boolean', required: true } } as const;
  const { present = false, ip_address = null } = readParameters(form, rules, 'end_user_details');
  if (present && ip_address === null) throw missing('end_user_details[ip_address]');
  return { present, ip_address };
}

function checkUsd(currency: string): void {
  checkCurrency(currency);
  if (currency === 'usd') return;
  throw refused({
    code: 'financial_account_balance_does_not_support_currency',
    message: `FinancialAccounts do not hold ${currency}: only usd.`,
    param: 'currency',
  });
}

/** The financial account that a parameter names. */
function financialAccountOf(state: TreasuryState, account: TreasuryAccountState, id: string): FinancialAccountState {
  const found = account.financialAccounts.get(id);
  if (found === undefined) throw noSuch(state, 'financial account', id, 'financial_account');
  return found;
}

const FEATURES: Readonly<Record<TreasuryNetwork, TreasuryFeature>> = {
  ach: 'outbound_payments.ach',
  us_domestic_wire: 'outbound_payments.us_domestic_wire',
  stripe: 'intra_stripe_flows',
};

function checkFeature({ wire }: FinancialAccountState, network: TreasuryNetwork): void {
  const feature = FEATURES[network];
  if (wire.active_features.includes(feature)) return;
  const restricted = wire.restricted_features.includes(feature);
  throw refused({
    code: restricted ? 'financial_account_capability_restricted' : 'financial_account_capability_not_enabled',
    message: `The feature ${feature} of the FinancialAccount ${wire.id} is ${restricted ? 'restricted' : 'not active'}.`,
    param: 'financial_account',
  });
}

function checkCash({ variants }: TreasuryState, { wire }: FinancialAccountState, amount: number): void {
  if (wire.balance.cash.usd >= amount) return;
  const message = `The FinancialAccount ${wire.id} does not hold enough cash.`;
  throw refused({ code: variants.insufficientCashCode, message }, variants.insufficientCashStatus);
}

/** The payment of a path, or the refusal of an id that this account does not have. */
export function paymentOf({ account, values }: TreasuryCall): OutboundPaymentState {
  const id = values['id'] ?? '';
  const payment = account.payments.find(({ wire }) => wire.id === id);
  if (payment === undefined) throw refused({ code: 'resource_missing', message: `No such outbound payment: '${id}'`, param: 'id' }, 404);
  return payment;
}

/** GET /v1/treasury/outbound_payments/:id */
export const retrieveOutboundPayment: TreasuryOperation = (call) => {
  const given = readParameters(call.form, { expand: { kind: 'expand' } });
  const expand = checkExpand('outbound_payment', given.expand);
  return expanded(call.state, 'outbound_payment', paymentOf(call).wire, expand);
};

/** POST /v1/treasury/outbound_payments/:id/cancel. Works as long as `cancelable` says so. */
export const cancelOutboundPayment: TreasuryOperation = (call) => {
  const { state, account, form } = call;
  const given = readParameters(form, { expand: { kind: 'expand' } });
  const expand = checkExpand('outbound_payment', given.expand);
  const payment = paymentOf(call);
  if (!payment.wire.cancelable) throw wrongState(state, `The OutboundPayment ${payment.wire.id} cannot be canceled any more.`);
  move(state, account, payment, 'canceled');
  return expanded(state, 'outbound_payment', payment.wire, expand);
};

/** The refusal of a step that a payment cannot take now. Its words are the simulator's own. */
export function wrongState({ variants }: TreasuryState, message: string): Error {
  return refused({ ...(variants.wrongStateCode === 'none' ? {} : { code: variants.wrongStateCode }), message });
}

/** GET /v1/treasury/outbound_payments, of one financial account. An unknown status or customer answers an empty page. */
export const listOutboundPayments: TreasuryOperation = ({ state, account, form }) => {
  const given = readParameters(form, {
    created: { kind: 'time' },
    customer: { kind: 'string' },
    ending_before: { kind: 'string' },
    expand: { kind: 'expand' },
    financial_account: { kind: 'string', required: true },
    limit: { kind: 'limit' },
    starting_after: { kind: 'string' },
    status: { kind: 'string' },
  });
  const expand = checkExpand('outbound_payment', given.expand, 'data');
  checkCursors(given);
  const source = account.financialAccounts.get(given.financial_account ?? '');
  if (source === undefined) {
    const message = `No such financial account: '${given.financial_account ?? ''}'`;
    throw invalid({ code: 'resource_missing', message, param: 'financial_account' });
  }
  const listedUntil = state.queue.now() - state.listLagMs;
  const own = account.payments.filter((payment) => payment.source === source);
  return page(given, {
    url: '/v1/treasury/outbound_payments',
    noun: 'outbound payment',
    all: own.map(({ wire, createdMs }) => ({ id: wire.id, wire, createdMs })).reverse(),
    visible: ({ wire, createdMs }) =>
      createdMs <= listedUntil &&
      (given.status === undefined || wire.status === given.status) &&
      (given.customer === undefined || wire.customer === given.customer) &&
      passes(given.created, wire.created),
    render: ({ wire }) => expanded(state, 'outbound_payment', wire, expand),
  });
};
