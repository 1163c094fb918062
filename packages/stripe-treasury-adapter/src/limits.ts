// https://docs.stripe.com/api/treasury/outbound_payments/create (read 2026-11-20)
// https://docs.stripe.com/financial-accounts/connect/moving-money/out-of/outbound-payments (wires, descriptors; read 2026-11-20)
import type { Notice, PayoutIssue, Submission } from '@disburse/core';
import type { AdapterCreateRequest } from '@disburse/core/adapter';
import { metadataProblems } from '@disburse/stripe-adapter/internal';
import { missingMembers } from './inline-destination.ts';
import type { TreasuryCreateOptions, TreasuryToBankAccount, TreasuryToFinancialAccount } from './options.ts';

/** The settings that a create may fall back to. */
export interface CreateDefaults {
  readonly financialAccount?: string | undefined;
  readonly destination?: string | undefined;
  readonly customer?: string | undefined;
}

/** Where a create pays to by a saved payment method; nothing where the destination is given with the payment. */
export interface SavedDestination {
  readonly paymentMethod: string | undefined;
  readonly customer: string | undefined;
}

/** Destination data of a call replaces both settings; a destination of a call replaces only the setting of the same name. */
export function savedDestination(
  request: Pick<AdapterCreateRequest, 'destination'>,
  options: TreasuryCreateOptions | undefined,
  defaults: CreateDefaults,
): SavedDestination {
  if (options?.destinationPaymentMethodData !== undefined) return { paymentMethod: undefined, customer: options.customer };
  return { paymentMethod: request.destination ?? defaults.destination, customer: options?.customer ?? defaults.customer };
}

type Network = 'ach' | 'us_domestic_wire' | 'stripe';

/** `null` where only Stripe knows: the preferred network of a payment method. */
function networkOf(options: TreasuryCreateOptions | undefined): Network | null {
  if (options?.destinationPaymentMethodData?.type === 'financial_account') return 'stripe';
  return options?.destinationPaymentMethodOptions?.usBankAccount?.network ?? null;
}

/** Characters of the statement descriptor, by network. */
const DESCRIPTOR_LIMITS: Readonly<Record<Network, number>> = { ach: 10, us_domestic_wire: 140, stripe: 500 };
const DESCRIPTION_LIMIT = 5000;
const ID_LIMIT = 5000;

const OPTIONS_PATH = 'providerOptions.stripe-treasury';
const DATA_PATH = `${OPTIONS_PATH}.destinationPaymentMethodData`;
const NETWORK_PATH = `${OPTIONS_PATH}.destinationPaymentMethodOptions.usBankAccount.network`;

const lengthOf = (text: string): number => Array.from(text).length;

/** What a create breaks of Stripe's rules: all of it. `keysOfOurs` are the metadata keys that core adds. */
export function createProblems(
  request: AdapterCreateRequest,
  options: TreasuryCreateOptions | undefined,
  defaults: CreateDefaults,
  keysOfOurs: number,
): readonly PayoutIssue[] {
  return [
    ...tooLong('description', request.description, DESCRIPTION_LIMIT),
    ...tooLong('destination', request.destination, ID_LIMIT),
    ...destinationProblems(request, options, defaults),
    ...dataProblems(options, options?.financialAccount ?? defaults.financialAccount),
    ...descriptorProblems(request.statementDescriptor, networkOf(options)),
    ...metadataProblems(request.metadata ?? {}, keysOfOurs),
  ];
}

function tooLong(path: string, text: string | undefined, most: number): PayoutIssue[] {
  if (text === undefined || lengthOf(text) <= most) return [];
  return [{ path, message: `has ${lengthOf(text)} characters; Stripe allows ${most}` }];
}

// ---- Where to --------------------------------------------------------------------------------------------------------

/** Exactly one destination, and a saved one with its customer. */
function destinationProblems(
  request: AdapterCreateRequest,
  options: TreasuryCreateOptions | undefined,
  defaults: CreateDefaults,
): PayoutIssue[] {
  if (options?.destinationPaymentMethodData !== undefined) {
    if (request.destination === undefined) return [];
    return [{ path: 'destination', message: 'cannot be given together with destinationPaymentMethodData: both say where the money goes' }];
  }
  const { paymentMethod, customer } = savedDestination(request, options, defaults);
  if (paymentMethod === undefined) {
    const message = 'is missing: give a saved payment method here or in the settings, or destinationPaymentMethodData with the payment';
    return [{ path: 'destination', message }];
  }
  if (customer !== undefined) return [];
  const message = 'is missing: a saved destination needs the customer that it is attached to, here or in the settings';
  return [{ path: `${OPTIONS_PATH}.customer`, message }];
}

function dataProblems(options: TreasuryCreateOptions | undefined, source: string | undefined): readonly PayoutIssue[] {
  const data = options?.destinationPaymentMethodData;
  if (data === undefined) return [];
  const network = options?.destinationPaymentMethodOptions?.usBankAccount?.network;
  const own = data.type === 'financial_account' ? financialAccountProblems(data, network, source) : bankAccountProblems(data, network);
  const metadata = metadataProblems(data.metadata ?? {}).map(({ path, message }) => ({ path: `${DATA_PATH}.${path}`, message }));
  return [...own, ...metadata];
}

const bankAccountProblems = (data: TreasuryToBankAccount, network: string | undefined): readonly PayoutIssue[] =>
  missingMembers(data, network).map(({ path, message }) => ({ path: [DATA_PATH, ...path].join('.'), message }));

function financialAccountProblems(
  data: TreasuryToFinancialAccount,
  network: string | undefined,
  source: string | undefined,
): PayoutIssue[] {
  const issues: PayoutIssue[] = [];
  if (data.financialAccount === source) {
    const message = 'is the FinancialAccount that pays; money that stays within one account is an OutboundTransfer';
    issues.push({ path: `${DATA_PATH}.financialAccount`, message });
  }
  if (network !== undefined) {
    issues.push({ path: NETWORK_PATH, message: 'is for US bank accounts; a FinancialAccount is reached within Stripe only' });
  }
  return issues;
}

// ---- The statement descriptor ----------------------------------------------------------------------------------------

/** A network that only Stripe knows may be ACH, which is the shortest. */
function descriptorProblems(text: string | undefined, network: Network | null): PayoutIssue[] {
  const most = DESCRIPTOR_LIMITS[network ?? 'ach'];
  if (text === undefined || lengthOf(text) <= most) return [];
  const over = `has ${lengthOf(text)} characters; Stripe allows ${most}`;
  const { us_domestic_wire, stripe } = DESCRIPTOR_LIMITS;
  const message =
    network === null
      ? `${over} by ACH, which this may become (a wire takes ${us_domestic_wire}, a FinancialAccount ${stripe}: say the network in destinationPaymentMethodOptions)`
      : `${over} by ${network}`;
  return [{ path: 'statementDescriptor', message }];
}

/** Beyond letters, digits, spaces and `-#.$&*`. The documentation's own example breaks it, so it is no refusal. */
const DOUBTFUL = /[^A-Za-z0-9 #.$&*-]/;

/** What is true of the descriptor that a submission carries, and no error. */
export function descriptorNotices(submission: Submission): readonly Notice[] {
  const descriptor = new URLSearchParams(submission.request.body).get('statement_descriptor') ?? '';
  if (!DOUBTFUL.test(descriptor)) return [];
  const message = 'statementDescriptor contains more than letters, digits, spaces and - # . $ & *; Stripe may refuse it.';
  return [{ code: 'statement_descriptor_characters', message }];
}
