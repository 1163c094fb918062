// https://docs.stripe.com/api/treasury/outbound_payments/create (parameters beyond the common ones; read 2026-11-20)
import {
  expandEntry,
  ExpandOptions,
  listEntries,
  type StripeExpand,
  StripeId,
  type StripeTimeFilter,
  strictObject,
} from '@disburse/stripe-adapter/internal';
import * as v from 'valibot';
import { missingMembers } from './inline-destination.ts';

// ---- Create ----------------------------------------------------------------------------------------------------------

/** The address of the account holder, not of the bank. A wire needs all of it but `line2`. */
export interface TreasuryAddress {
  readonly line1?: string | undefined;
  readonly line2?: string | undefined;
  readonly city?: string | undefined;
  /** For example `CA`. */
  readonly state?: string | undefined;
  readonly postalCode?: string | undefined;
  /** Two letters, for example `US`. */
  readonly country?: string | undefined;
}

/** Who owns the account that is paid to. */
export interface TreasuryBillingDetails {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly address?: TreasuryAddress | undefined;
}

/** A US bank account: `routingNumber` and `accountNumber`, or a Financial Connections account. */
export interface TreasuryBankAccount {
  readonly accountHolderType?: 'individual' | 'company' | undefined;
  /** @default 'checking' */
  readonly accountType?: 'checking' | 'savings' | undefined;
  readonly routingNumber?: string | undefined;
  /** Part of the body that a submission holds: store submissions as you store account numbers. */
  readonly accountNumber?: string | undefined;
  /** `fca_…` */
  readonly financialConnectionsAccount?: string | undefined;
}

/** Pays to a US bank account that is not saved as a payment method. */
export interface TreasuryToBankAccount {
  readonly type: 'us_bank_account';
  readonly billingDetails: TreasuryBillingDetails & { readonly name: string };
  readonly usBankAccount: TreasuryBankAccount;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Pays to another FinancialAccount on the same platform, at once. */
export interface TreasuryToFinancialAccount {
  readonly type: 'financial_account';
  /** `fa_…`, on another connected account than the one that pays. */
  readonly financialAccount: string;
  readonly billingDetails?: TreasuryBillingDetails | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A destination that is given with the payment. */
export type TreasuryDestinationData = TreasuryToBankAccount | TreasuryToFinancialAccount;

/** How it is sent. */
export interface TreasuryDestinationOptions {
  readonly usBankAccount?:
    | {
        /** @default the preferred network of the payment method */
        readonly network?: 'ach' | 'us_domestic_wire' | undefined;
      }
    | undefined;
}

/** For whom it is sent. The address is the end user's own, never that of your server. */
export type TreasuryEndUser =
  | { readonly present: true; readonly ipAddress: string }
  | { readonly present: false; readonly ipAddress?: undefined };

/** Options of a create. @see https://docs.stripe.com/api/treasury/outbound_payments/create */
export interface TreasuryCreateOptions extends StripeExpand {
  /** The customer that the payment method is attached to, `cus_…`. @default the `customer` setting, for a saved destination */
  readonly customer?: string | undefined;
  /** Instead of a `destination`; replaces the settings `destination` and `customer`. */
  readonly destinationPaymentMethodData?: TreasuryDestinationData | undefined;
  readonly destinationPaymentMethodOptions?: TreasuryDestinationOptions | undefined;
  readonly endUserDetails?: TreasuryEndUser | undefined;
  /** The FinancialAccount the money leaves. @default the `financialAccount` setting */
  readonly financialAccount?: string | undefined;
}

// ---- Other operations ------------------------------------------------------------------------------------------------

/** Options of a list. @see https://docs.stripe.com/api/treasury/outbound_payments/list */
export interface TreasuryListOptions extends StripeExpand {
  /** Whose payments. @default the `financialAccount` setting */
  readonly financialAccount?: string | undefined;
  /** Sent to this customer. */
  readonly customer?: string | undefined;
  /** Like `createdFrom` and `createdTo`, with all bounds; not together with them. */
  readonly created?: StripeTimeFilter | undefined;
  /** Begin after this payment, towards older ones. */
  readonly startingAfter?: string | undefined;
  /** The page next to this payment, towards newer ones; still newest first. */
  readonly endingBefore?: string | undefined;
}

/** Options of balances. @see https://docs.stripe.com/api/treasury/financial_accounts/retrieve */
export interface TreasuryBalancesOptions extends StripeExpand {
  /** Whose balance. @default the `financialAccount` setting */
  readonly financialAccount?: string | undefined;
}

/** The provider options of each operation. */
export interface TreasuryBags {
  readonly create: TreasuryCreateOptions;
  readonly list: TreasuryListOptions;
  readonly retrieve: StripeExpand;
  readonly cancel: StripeExpand;
  readonly balances: TreasuryBalancesOptions;
}

// ---- Schemas ---------------------------------------------------------------------------------------------------------
// What an inline destination lacks is in inline-destination.ts; what depends on the settings is in limits.ts.

/** The schema library takes a list for an object that has no keys. */
const noList = v.custom<object>((value) => !Array.isArray(value), 'must be an object, not an array');

const ENDS = [
  v.maxLength<string, 5000, string>(5000, 'must have at most 5000 characters'),
  v.check<string, string>((text) => text.isWellFormed(), 'must be well-formed Unicode'),
] as const;
const Text = v.pipe(v.string(), v.regex(/\S/, 'must not be empty; leave it out instead'), ...ENDS);
/** A name that is missing is read as an empty one, which is refused together with all else that is missing. */
const NeededText = v.pipe(v.optional(v.string(), ''), v.regex(/^$|\S/, 'must not be empty'), ...ENDS);

const Metadata = v.custom<Readonly<Record<string, string>>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(([key, text]) => typeof text === 'string' && (key + text).isWellFormed()),
  'must be an object of strings',
);

const Address = v.pipe(
  noList,
  strictObject({
    line1: v.optional(Text),
    line2: v.optional(Text),
    city: v.optional(Text),
    state: v.optional(Text),
    postalCode: v.optional(Text),
    country: v.optional(Text),
  }),
);

const billingEntries = { email: v.optional(Text), phone: v.optional(Text), address: v.optional(Address) };

const BankAccount = v.pipe(
  noList,
  strictObject({
    accountHolderType: v.optional(v.picklist(['individual', 'company'])),
    accountType: v.optional(v.picklist(['checking', 'savings'])),
    routingNumber: v.optional(Text),
    accountNumber: v.optional(Text),
    financialConnectionsAccount: v.optional(StripeId),
  }),
);

const DestinationData = v.variant('type', [
  strictObject({
    type: v.literal('us_bank_account'),
    billingDetails: v.optional(v.pipe(noList, strictObject({ name: NeededText, ...billingEntries })), {}),
    usBankAccount: v.optional(BankAccount, {}),
    metadata: v.optional(Metadata),
  }),
  strictObject({
    type: v.literal('financial_account'),
    financialAccount: StripeId,
    billingDetails: v.optional(v.pipe(noList, strictObject({ name: v.optional(Text), ...billingEntries }))),
    metadata: v.optional(Metadata),
  }),
]);

const DestinationOptions = v.pipe(
  noList,
  strictObject({
    usBankAccount: v.optional(v.pipe(noList, strictObject({ network: v.optional(v.picklist(['ach', 'us_domestic_wire'])) }))),
  }),
);

const EndUser = v.variant('present', [
  strictObject({
    present: v.literal(true),
    ipAddress: v.pipe(
      v.optional(v.string(), ''),
      v.ip('must be the IP address of the end user who is present, not that of your own server'),
    ),
  }),
  strictObject({
    present: v.literal(false),
    ipAddress: v.optional(v.undefined('belongs to an end user: give it with present: true only')),
  }),
]);

/** What a value holds under a key; nothing where it is no object. */
const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

const CreateOptions: v.GenericSchema<unknown, TreasuryCreateOptions> = v.pipe(
  v.strictObject({
    customer: v.optional(StripeId),
    destinationPaymentMethodData: v.optional(DestinationData),
    destinationPaymentMethodOptions: v.optional(DestinationOptions),
    endUserDetails: v.optional(EndUser),
    financialAccount: v.optional(StripeId),
    expand: expandEntry,
  }),
  // Where nothing is wrong here, limits.ts tells what is missing, together with all else that breaks a limit.
  v.rawCheck(({ dataset, addIssue }) => {
    if (dataset.issues === undefined) return;
    const data = memberOf(dataset.value, 'destinationPaymentMethodData');
    const network = memberOf(memberOf(memberOf(dataset.value, 'destinationPaymentMethodOptions'), 'usBankAccount'), 'network');
    for (const { path, message } of missingMembers(data, network)) {
      addIssue({ message, path: pathItems(['destinationPaymentMethodData', ...path]) });
    }
  }),
);

/** As the schema library wants it; only the keys are read. */
function pathItems([first = '', ...keys]: readonly string[]): [v.IssuePathItem, ...v.IssuePathItem[]] {
  const item = (key: string): v.IssuePathItem => ({ type: 'object', origin: 'value', input: {}, key, value: undefined });
  return [item(first), ...keys.map(item)];
}

const ListOptions: v.GenericSchema<unknown, TreasuryListOptions> = v.strictObject({
  financialAccount: v.optional(StripeId),
  customer: v.optional(StripeId),
  ...listEntries,
});

const BalancesOptions: v.GenericSchema<unknown, TreasuryBalancesOptions> = v.strictObject({
  financialAccount: v.optional(StripeId),
  expand: expandEntry,
});

/** One strict schema per bag: a typo fails before any request. */
export const OPTIONS: { readonly [O in keyof TreasuryBags]: v.GenericSchema<unknown, TreasuryBags[O]> } = {
  create: CreateOptions,
  list: ListOptions,
  retrieve: ExpandOptions,
  cancel: ExpandOptions,
  balances: BalancesOptions,
};
