// https://docs.stripe.com/api/treasury/outbound_payments/create#create_outbound_payment-destination_payment_method_data
// https://docs.stripe.com/financial-accounts/connect/moving-money/out-of/outbound-payments (wires; read 2026-11-20)

/** Something that is missing: where, below `destinationPaymentMethodData`, and why it is needed. */
export interface MissingMember {
  readonly path: readonly string[];
  readonly message: string;
}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

const WIRE_ADDRESS = ['line1', 'city', 'state', 'postalCode', 'country'] as const;

/**
 * Everything that a destination in the request lacks, in one go, also where something else of it is wrong.
 *
 * @param data What the caller gave; it may be anything. What is no object where one is needed is told by the schema.
 */
export function missingMembers(data: unknown, network: unknown): readonly MissingMember[] {
  if (!isObject(data) || !isBankAccount(data)) return [];
  const { billingDetails = {}, usBankAccount = {} } = data;
  return [
    ...(isObject(billingDetails) ? missingOfHolder(billingDetails, network) : []),
    ...(isObject(usBankAccount) ? missingOfAccount(usBankAccount) : []),
  ];
}

/** Without its type it is what it looks like: then the type is missing, and all else as well. */
const isBankAccount = (data: Members): boolean =>
  data['type'] === 'us_bank_account' || (data['type'] === undefined && 'usBankAccount' in data);

function missingOfHolder(billingDetails: Members, network: unknown): readonly MissingMember[] {
  const missing: MissingMember[] = [];
  if (isAbsent(billingDetails['name'])) {
    missing.push({ path: ['billingDetails', 'name'], message: 'is missing: a US bank account needs the name of its holder' });
  }
  const { address = {} } = billingDetails;
  if (network !== 'us_domestic_wire' || !isObject(address)) return missing;
  const message = 'is missing: a wire needs the complete address of the account holder (not of the bank)';
  const lines = WIRE_ADDRESS.filter((line) => address[line] === undefined);
  return [...missing, ...lines.map((line) => ({ path: ['billingDetails', 'address', line], message }))];
}

function missingOfAccount(usBankAccount: Members): readonly MissingMember[] {
  if (usBankAccount['financialConnectionsAccount'] !== undefined) return [];
  const message = 'is missing: give routingNumber and accountNumber, or financialConnectionsAccount';
  const numbers = ['routingNumber', 'accountNumber'].filter((number) => usBankAccount[number] === undefined);
  return numbers.map((number) => ({ path: ['usBankAccount', number], message }));
}

const isAbsent = (name: unknown): boolean => name === undefined || name === '';
