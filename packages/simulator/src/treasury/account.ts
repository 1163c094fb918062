import { NO_ADDRESS } from './inline-destination.ts';
import { shownBank } from './destination.ts';
import { TEST_ROUTING_NUMBER } from './scripted-outcomes.ts';
import { closeFinancialAccount, openFinancialAccount, setFeature } from './financial-accounts.ts';
import { post } from './ledger.ts';
import { isLegal, move, submit } from './lifecycle.ts';
import type {
  BillingAddress,
  FinancialAccountObject,
  OutboundPaymentObject,
  OutboundPaymentStatus,
  ReturnCode,
  TreasuryFeature,
  TreasuryTransactionObject,
} from './objects.ts';
import type { FinancialAccountState, OutboundPaymentState, PaymentMethodState, TreasuryAccountState, TreasuryState } from './state.ts';

/** A saved bank account of a customer; its number decides what becomes of payments to it, as with Stripe's test numbers. */
export interface TreasuryPaymentMethodOptions {
  /** Default the account's first customer. */
  readonly customer?: string | undefined;
  /** Default `000123456789`, which takes the money. */
  readonly accountNumber?: string | undefined;
  /** Default `110000000`, which takes ach and wires. */
  readonly routingNumber?: string | undefined;
  /** The preferred network, default `ach`. */
  readonly network?: 'ach' | 'us_domestic_wire' | undefined;
  /** Of the account holder, default `Jenny Rosen`. */
  readonly name?: string | undefined;
  /** Of the account holder, default none: enough for ach, not for a wire. */
  readonly address?: Partial<BillingAddress> | undefined;
  /** Whether a SetupIntent made it usable for outbound flows. Default true. */
  readonly setUp?: boolean | undefined;
  /** A BankAccount (`ba_…`) of the older kind instead of a PaymentMethod (`pm_…`). Default false. */
  readonly legacy?: boolean | undefined;
}

/** The controls of one account: what its owner does in the Dashboard, and what banks do. */
export interface SimulatedTreasuryAccount {
  readonly id: string;
  /** As sent now, oldest first. */
  readonly payouts: readonly OutboundPaymentObject[];
  /** Ids of its customers, the default one first. */
  readonly customers: readonly string[];
  /** As sent now, oldest first. */
  readonly financialAccounts: readonly FinancialAccountObject[];
  /** As sent now. Without an id the first one. @throws {Error} when there is none. */
  financialAccount(id?: string): FinancialAccountObject;
  /** Opens one more, without money, with every feature active. */
  addFinancialAccount(): FinancialAccountObject;
  /** Money comes in, in cents; a negative amount takes it away. Without an id into the first financial account. */
  fund(amount: number, financialAccountId?: string): void;
  /** Nothing can be paid out of it or into it any more. */
  closeFinancialAccount(id?: string): void;
  /** Moves a feature between active, pending and restricted; `absent` was never asked for. */
  setFeature(feature: TreasuryFeature, status: 'active' | 'pending' | 'restricted' | 'absent', financialAccountId?: string): void;
  /** Every movement, oldest first. Their impacts add up to the balance. */
  transactions(financialAccountId?: string): readonly TreasuryTransactionObject[];
  addCustomer(): { readonly id: string };
  addPaymentMethod(options?: TreasuryPaymentMethodOptions): { readonly id: string };
  /** The network has it: `cancelable` becomes false at once. @throws {Error} unless it is `processing`. */
  submit(paymentId: string): OutboundPaymentObject;
  /**
   * Moves a payment at once.
   *
   * @param code For `returned`; default `declined`.
   * @throws {Error} for a step that Stripe does not know.
   */
  move(paymentId: string, status: OutboundPaymentStatus, options?: { readonly code?: ReturnCode | undefined }): OutboundPaymentObject;
}

/** The controls over one account's state. */
export function treasuryAccountControls(state: TreasuryState, account: TreasuryAccountState): SimulatedTreasuryAccount {
  const settled = <Value>(read: () => Value): Value => {
    state.queue.settle();
    return read();
  };
  const financialAccount = (id?: string): FinancialAccountState => financialAccountOf(account, id);
  return {
    id: account.id,
    get payouts() {
      return settled(() => account.payments.map(({ wire }) => wire));
    },
    get customers() {
      return [...account.customers];
    },
    get financialAccounts() {
      return settled(() => [...account.financialAccounts.values()].map(({ wire }) => wire));
    },
    financialAccount: (id) => settled(() => financialAccount(id).wire),
    addFinancialAccount: () => openFinancialAccount(state, account).wire,
    fund: (amount, id) => {
      const flowType = amount < 0 ? 'received_debit' : 'received_credit';
      settled(() => post(state, financialAccount(id), { amount, flowType, flow: null, description: 'Funds' }));
    },
    closeFinancialAccount: (id) => {
      settled(() => {
        closeFinancialAccount(financialAccount(id));
      });
    },
    setFeature: (feature, status, id) => {
      setFeature(financialAccount(id), feature, status);
    },
    transactions: (id) => settled(() => [...financialAccount(id).transactions]),
    addCustomer: () => {
      const id = state.ids('cus_');
      account.customers.add(id);
      return { id };
    },
    addPaymentMethod: (options = {}) => ({ id: addPaymentMethod(state, account, options).id }),
    submit: (id) =>
      settled(() => {
        const payment = paymentOf(account, id);
        if (payment.wire.status !== 'processing') throw new Error(`${id} is ${payment.wire.status}.`);
        submit(payment);
        return payment.wire;
      }),
    move: (id, status, { code } = {}) =>
      settled(() => {
        const payment = paymentOf(account, id);
        if (!isLegal(payment.wire.status, status)) throw new Error(`${id} is ${payment.wire.status} and cannot become ${status}.`);
        move(state, account, payment, status, code);
        return payment.wire;
      }),
  };
}

function paymentOf(account: TreasuryAccountState, id: string): OutboundPaymentState {
  const found = account.payments.find(({ wire }) => wire.id === id);
  if (found === undefined) throw new Error(`${account.id} has no OutboundPayment ${id}.`);
  return found;
}

function financialAccountOf(account: TreasuryAccountState, id?: string): FinancialAccountState {
  const found = id === undefined ? [...account.financialAccounts.values()][0] : account.financialAccounts.get(id);
  if (found === undefined) throw new Error(`${account.id} has no financial account${id === undefined ? '' : ` ${id}`}.`);
  return found;
}

function addPaymentMethod(state: TreasuryState, account: TreasuryAccountState, options: TreasuryPaymentMethodOptions): PaymentMethodState {
  const customer = options.customer ?? [...account.customers][0];
  if (customer === undefined || !account.customers.has(customer)) throw new Error(`${account.id} has no customer ${customer ?? 'at all'}.`);
  const { accountNumber = '000123456789', name = 'Jenny Rosen', address = {} } = options;
  const method: PaymentMethodState = {
    id: state.ids(options.legacy === true ? 'ba_' : 'pm_'),
    customer,
    accountNumber,
    billing: { address: { ...NO_ADDRESS, ...address }, email: null, name },
    bank: {
      account_holder_type: 'individual',
      account_type: 'checking',
      network: options.network ?? 'ach',
      routing_number: options.routingNumber ?? TEST_ROUTING_NUMBER,
      ...shownBank(state, accountNumber),
    },
    setUp: options.setUp ?? true,
  };
  account.paymentMethods.set(method.id, method);
  return method;
}
