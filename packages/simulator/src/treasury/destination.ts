// https://docs.stripe.com/api/treasury/outbound_payments/create (contract section 4): where the money goes
import { invalid, refused } from '../stripe/errors.ts';
import { missing, readParameters } from '../stripe/parameters.ts';
import type { FormMap } from '../form.ts';
import {
  ACH_ONLY_ROUTING_NUMBER,
  scriptedOutcomeOf,
  numberOfToken,
  TEST_ROUTING_NUMBER,
  type ScriptedOutcome,
} from './scripted-outcomes.ts';
import { NO_ADDRESS, readInline, type InlineDestination } from './inline-destination.ts';
import type { BillingDetails, DestinationDetails, TreasuryNetwork, UsBankAccountDetails } from './objects.ts';
import type { FinancialAccountState, PaymentMethodState, TreasuryAccountState, TreasuryState } from './state.ts';

const DATA = 'destination_payment_method_data';
const OPTIONS = 'destination_payment_method_options';

/** The parameters that say where the money goes. */
export interface DestinationParameters {
  readonly customer?: string | undefined;
  readonly destination_payment_method?: string | undefined;
  readonly destination_payment_method_data?: FormMap | undefined;
  readonly destination_payment_method_options?: FormMap | undefined;
}

/** What was asked for, as far as the parameters alone can tell. */
export interface AskedDestination {
  readonly customer: string | null;
  readonly network: 'ach' | 'us_domestic_wire' | null;
  readonly saved: string | null;
  readonly inline: InlineDestination | null;
}

/** Where the money goes. */
export interface Destination {
  readonly network: TreasuryNetwork;
  readonly details: DestinationDetails;
  /** Id of the PaymentMethod, null for inline data. */
  readonly paymentMethod: string | null;
  readonly scriptedOutcome: ScriptedOutcome;
  readonly target: FinancialAccountState | null;
}

/** Reads the parameters: exactly one of the two forms. @throws {Refusal} with stage `validation`. */
export function readDestination(given: DestinationParameters): AskedDestination {
  const { customer = null, destination_payment_method: saved = null, destination_payment_method_data: data } = given;
  const inline = data === undefined ? null : readInline(data, DATA);
  const network = readNetwork(given.destination_payment_method_options);
  if (saved !== null && inline !== null) {
    throw invalid({
      code: 'parameters_exclusive',
      message: `You may only specify one of these parameters: destination_payment_method, ${DATA}.`,
      param: 'destination_payment_method',
    });
  }
  if (saved === null && inline === null) throw missing('destination_payment_method');
  if (saved !== null && customer === null) throw missing('customer');
  return { customer, network, saved, inline };
}

function readNetwork(options: FormMap | undefined): AskedDestination['network'] {
  if (options === undefined) return null;
  const given = readParameters(options, { us_bank_account: { kind: 'hash', emptyable: true } }, OPTIONS);
  if (given.us_bank_account === undefined) return null;
  const rules = { network: { kind: 'string', oneOf: ['ach', 'us_domestic_wire'] } } as const;
  const { network } = readParameters(given.us_bank_account, rules, `${OPTIONS}[us_bank_account]`);
  return network === 'ach' || network === 'us_domestic_wire' ? network : null;
}

/** Finds what was asked for. @throws {Refusal} when there is no such thing, or the money cannot go there. */
export function findDestination(state: TreasuryState, account: TreasuryAccountState, asked: AskedDestination): Destination {
  const { customer, saved, inline } = asked;
  if (customer !== null && !account.customers.has(customer)) throw noSuch(state, 'customer', customer, 'customer');
  if (saved !== null) return toPaymentMethod(state, paymentMethodOf(state, account, saved, customer ?? ''), asked.network);
  if (inline?.type === 'financial_account') return toFinancialAccount(state, account, inline.id, inline.billing);
  if (inline === null) throw missing('destination_payment_method');
  const network = asked.network ?? 'ach';
  const bank = { ...inline.bank, ...shownBank(state, inline.accountNumber), network };
  checkWire(state, network, bank, inline.billing, DATA);
  return bankDestination(inline.accountNumber, bank, inline.billing, null);
}

function paymentMethodOf(state: TreasuryState, account: TreasuryAccountState, id: string, customer: string): PaymentMethodState {
  const number = state.livemode ? null : numberOfToken(id);
  if (number !== null) return fromToken(state, account, number, customer);
  const method = account.paymentMethods.get(id);
  const param = 'destination_payment_method';
  if (method === undefined) throw noSuch(state, 'PaymentMethod', id, param);
  if (method.customer !== customer) {
    throw refused({ message: `The PaymentMethod ${id} does not belong to the Customer ${customer}.`, param });
  }
  if (!method.setUp) throw refused({ message: `The PaymentMethod ${id} has not been set up for outbound flows.`, param });
  return method;
}

/** A test token becomes a PaymentMethod of whichever customer it is used with. */
function fromToken(state: TreasuryState, account: TreasuryAccountState, accountNumber: string, customer: string): PaymentMethodState {
  const method: PaymentMethodState = {
    id: state.ids('pm_'),
    customer,
    accountNumber,
    billing: { address: NO_ADDRESS, email: null, name: 'Jenny Rosen' },
    bank: {
      account_holder_type: 'individual',
      account_type: 'checking',
      routing_number: TEST_ROUTING_NUMBER,
      network: 'ach',
      ...shownBank(state, accountNumber),
    },
    setUp: true,
  };
  account.paymentMethods.set(method.id, method);
  return method;
}

/** What Stripe shows of a bank account besides what it was given. */
export function shownBank(state: TreasuryState, accountNumber: string): Pick<UsBankAccountDetails, 'bank_name' | 'fingerprint' | 'last4'> {
  return { bank_name: 'STRIPE TEST BANK', fingerprint: state.ids(''), last4: accountNumber.slice(-4) };
}

function toPaymentMethod(state: TreasuryState, method: PaymentMethodState, asked: AskedDestination['network']): Destination {
  const network = asked ?? method.bank.network;
  const bank = { ...method.bank, network };
  checkWire(state, network, bank, method.billing, 'destination_payment_method');
  return bankDestination(method.accountNumber, bank, method.billing, method.id);
}

function bankDestination(
  accountNumber: string,
  bank: UsBankAccountDetails,
  billing: BillingDetails,
  paymentMethod: string | null,
): Destination {
  return {
    network: bank.network,
    details: { type: 'us_bank_account', billing_details: billing, us_bank_account: bank },
    paymentMethod,
    scriptedOutcome: scriptedOutcomeOf(accountNumber),
    target: null,
  };
}

/** A wire needs a bank that takes wires, and a complete address of the account holder. */
function checkWire(
  state: TreasuryState,
  network: TreasuryNetwork,
  bank: UsBankAccountDetails,
  { address }: BillingDetails,
  param: string,
): void {
  if (network !== 'us_domestic_wire') return;
  const inline = param === DATA;
  if (bank.routing_number === ACH_ONLY_ROUTING_NUMBER) {
    throw refused({
      message: `The routing number ${bank.routing_number} does not support wires.`,
      param: inline ? `${DATA}[us_bank_account][routing_number]` : param,
    });
  }
  const needed = ['line1', 'city', 'state', 'postal_code', ...(state.variants.wireNeedsCountry ? (['country'] as const) : [])] as const;
  const absent = needed.find((line) => address[line] === null);
  if (absent === undefined) return;
  throw refused({
    message: `Wires need the complete billing address of the account holder: ${absent} is missing.`,
    param: inline ? `${DATA}[billing_details][address][${absent}]` : param,
  });
}

function toFinancialAccount(state: TreasuryState, account: TreasuryAccountState, id: string, billing: BillingDetails): Destination {
  const param = `${DATA}[financial_account]`;
  const target = [...state.accounts.values()]
    .map(({ financialAccounts }) => financialAccounts.get(id))
    .find((found) => found !== undefined);
  if (target === undefined) throw noSuch(state, 'financial account', id, param);
  if (target.owner === account.id) {
    throw refused({ message: `The FinancialAccount ${id} belongs to the same account: use an OutboundTransfer.`, param });
  }
  if (target.wire.status === 'closed') throw refused({ message: `The FinancialAccount ${id} is closed.`, param });
  return {
    network: 'stripe',
    details: { type: 'financial_account', billing_details: billing, financial_account: { id, network: 'stripe' } },
    paymentMethod: null,
    scriptedOutcome: { ends: 'posted' },
    target,
  };
}

/** The refusal of an id in the parameters that this account does not have. */
export function noSuch({ variants }: TreasuryState, what: string, id: string, param: string): Error {
  return refused({ code: 'resource_missing', message: `No such ${what}: '${id}'`, param }, variants.missingReferenceStatus);
}
