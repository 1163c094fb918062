import { scriptedOutcomeOf } from './magic-accounts.ts';
import { begin, isLegal, move } from './lifecycle.ts';
import type { SourceType, StripeExternalAccount, StripeLedgerRow, StripePayoutObject, StripePayoutStatus } from './objects.ts';
import type { AccountState, ExternalAccountState, StripeState } from './state.ts';

/** Money to put into a balance. */
export interface FundOptions {
  /** In the currency's smallest wire unit; negative takes money away, as a refund would. */
  readonly amount: number;
  /** Lower case. */
  readonly currency: string;
  /** Default `card`. */
  readonly sourceType?: SourceType | undefined;
  /** Whether instant payouts may draw on it. Default true. */
  readonly instant?: boolean | undefined;
}

/** An external account to attach. */
export interface ExternalAccountOptions {
  readonly currency: string;
  /** Whether payouts without a destination go there. Default: only the first one of its currency does. */
  readonly default?: boolean | undefined;
  /** Whether it takes instant payouts. Default true. */
  readonly instant?: boolean | undefined;
  /** ISO 3166, default by currency, otherwise `US`. */
  readonly country?: string | undefined;
}

/** A bank account to attach; its number decides what becomes of payouts to it, as with Stripe's test numbers. */
export interface BankAccountOptions extends ExternalAccountOptions {
  /** Default one that succeeds: `DE89370400440532013000` for euros, otherwise `000123456789`. */
  readonly accountNumber?: string | undefined;
  readonly routingNumber?: string | undefined;
}

/** A payout that Stripe's schedule makes. */
export interface AutomaticPayoutOptions {
  /** Negative for a debit that covers a negative balance. */
  readonly amount: number;
  readonly currency: string;
  readonly sourceType?: SourceType | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What is available of one currency and source type. */
export interface SimulatedBalance {
  /** Lower case. */
  readonly currency: string;
  readonly sourceType: SourceType;
  /** In the smallest wire unit. */
  readonly available: number;
}

/** The controls of one account: what its owner does in the Dashboard, and what banks do. */
export interface SimulatedStripeAccount {
  readonly id: string;
  /** As sent now, oldest first. */
  readonly payouts: readonly StripePayoutObject[];
  /** Oldest first. */
  readonly ledger: readonly StripeLedgerRow[];
  /** What is available, of every currency and source type that ever held something. */
  readonly balances: readonly SimulatedBalance[];
  /** What is attached now, oldest first. */
  readonly externalAccounts: readonly StripeExternalAccount[];
  /** What is available of a currency and source type (default `card`), in the smallest wire unit. */
  available(currency: string, sourceType?: SourceType): number;
  fund(funds: FundOptions): void;
  addBankAccount(options: BankAccountOptions): StripeExternalAccount;
  addCard(options: ExternalAccountOptions): StripeExternalAccount;
  /** Detaches it; payouts made to it keep its id. */
  removeExternalAccount(id: string): void;
  /** New details: payouts to it are possible again. Without a number it gets one that succeeds. */
  updateBankAccount(id: string, details?: { readonly accountNumber?: string | undefined }): void;
  /** As sent now. @throws {Error} when there is none. */
  externalAccount(id: string): StripeExternalAccount;
  /** Makes an id usable as `payout_method`. */
  addPayoutMethod(): { readonly id: string };
  addAutomaticPayout(options: AutomaticPayoutOptions): StripePayoutObject;
  /**
   * Moves a payout at once. `paid` goes by way of `in_transit`.
   *
   * @param failureCode For `failed`; default `could_not_process`.
   * @throws {Error} for a step that Stripe does not know.
   */
  move(payoutId: string, status: StripePayoutStatus, options?: { readonly failureCode?: string | undefined }): StripePayoutObject;
  /** Creates are refused with `payouts_not_allowed` from now on. */
  blockPayouts(): void;
  allowPayouts(): void;
}

const COUNTRIES: Readonly<Record<string, string>> = {
  eur: 'DE',
  gbp: 'GB',
  cad: 'CA',
  huf: 'HU',
  jpy: 'JP',
  isk: 'IS',
  chf: 'CH',
  aud: 'AU',
};

/** The controls over one account's state. */
export function accountControls(state: StripeState, account: AccountState): SimulatedStripeAccount {
  const payout = (id: string): AccountState['payouts'][number] => {
    const found = account.payouts.find(({ wire }) => wire.id === id);
    if (found === undefined) throw new Error(`${account.id} has no payout ${id}.`);
    return found;
  };
  const external = (id: string): ExternalAccountState => {
    const found = account.externals.get(id);
    if (found === undefined) throw new Error(`${account.id} has no external account ${id}.`);
    return found;
  };
  return {
    id: account.id,
    get payouts() {
      state.queue.settle();
      return account.payouts.map(({ wire }) => wire);
    },
    get ledger() {
      state.queue.settle();
      return [...account.ledger.rows];
    },
    get balances() {
      state.queue.settle();
      return account.ledger.pots.map(({ currency, sourceType, available }) => ({ currency, sourceType, available }));
    },
    get externalAccounts() {
      state.queue.settle();
      return [...account.externals.values()].flatMap(({ wire, deleted }) => (deleted ? [] : [wire]));
    },
    available: (currency, sourceType = 'card') => {
      state.queue.settle();
      return account.ledger.pot(currency, sourceType).available;
    },
    fund: ({ amount, currency, sourceType = 'card', instant = true }) => {
      account.ledger.post({ type: 'charge', amount, currency, sourceType, instant, source: state.ids('ch_'), description: null });
    },
    addBankAccount: (options) =>
      attach(state, account, bankAccount(options), options, options.accountNumber ?? defaultNumber(options.currency)),
    addCard: (options) =>
      attach(
        state,
        account,
        { object: 'card', brand: 'Visa', exp_month: 12, exp_year: 2034, funding: 'debit', status: null, last4: '5556' },
        options,
        null,
      ),
    removeExternalAccount: (id) => {
      external(id).deleted = true;
    },
    updateBankAccount: (id, details = {}) => {
      const known = external(id);
      const accountNumber = details.accountNumber ?? defaultNumber(known.wire.currency);
      known.accountNumber = accountNumber;
      known.wire = { ...known.wire, status: 'new', last4: accountNumber.slice(-4) };
    },
    externalAccount: (id) => external(id).wire,
    addPayoutMethod: () => {
      const id = state.ids('fa_');
      account.payoutMethods.add(id);
      return { id };
    },
    addAutomaticPayout: (options) => automaticPayout(state, account, options),
    move: (id, status, { failureCode } = {}) => {
      state.queue.settle();
      const moved = payout(id);
      if (status === 'paid' && moved.wire.status === 'pending') move(state, account, moved, 'in_transit');
      if (!isLegal(moved.wire.status, status)) throw new Error(`${id} is ${moved.wire.status} and cannot become ${status}.`);
      move(state, account, moved, status, failureCode);
      return moved.wire;
    },
    blockPayouts: () => {
      account.blocked = true;
    },
    allowPayouts: () => {
      account.blocked = false;
    },
  };
}

function defaultNumber(currency: string): string {
  return currency === 'eur' ? 'DE89370400440532013000' : '000123456789';
}

function bankAccount({
  currency,
  accountNumber = defaultNumber(currency),
  routingNumber,
}: BankAccountOptions): Partial<StripeExternalAccount> & { readonly object: 'bank_account' } {
  return {
    object: 'bank_account',
    account_holder_name: null,
    account_holder_type: null,
    account_type: null,
    bank_name: 'STRIPE TEST BANK',
    routing_number: routingNumber ?? (currency === 'usd' ? '110000000' : null),
    status: 'new',
    last4: accountNumber.slice(-4),
  };
}

type Shape = Partial<StripeExternalAccount> & Pick<StripeExternalAccount, 'object'>;

function attach(
  state: StripeState,
  account: AccountState,
  shape: Shape,
  options: ExternalAccountOptions,
  accountNumber: string | null,
): StripeExternalAccount {
  const { currency, instant = true, country = Object.hasOwn(COUNTRIES, currency) ? (COUNTRIES[currency] ?? 'US') : 'US' } = options;
  const siblings = [...account.externals.values()].filter(({ wire, deleted }) => wire.currency === currency && !deleted);
  const isDefault = options.default ?? siblings.length === 0;
  if (isDefault) for (const sibling of siblings) sibling.wire = { ...sibling.wire, default_for_currency: false };
  const wire: StripeExternalAccount = {
    id: state.ids(shape.object === 'card' ? 'card_' : 'ba_'),
    account: account.id,
    country,
    currency,
    default_for_currency: isDefault,
    available_payout_methods: instant ? ['standard', 'instant'] : ['standard'],
    fingerprint: state.ids(''),
    last4: '',
    metadata: {},
    status: null,
    ...shape,
  };
  account.externals.set(wire.id, { wire, accountNumber, deleted: false });
  return wire;
}

function automaticPayout(
  state: StripeState,
  account: AccountState,
  { amount, currency, sourceType = 'card', metadata = {} }: AutomaticPayoutOptions,
): StripePayoutObject {
  state.queue.settle();
  const external = [...account.externals.values()].find(
    ({ wire, deleted }) => !deleted && wire.currency === currency && wire.default_for_currency,
  );
  return begin(state, account, {
    amount,
    currency,
    metadata,
    method: 'standard',
    source_type: sourceType,
    automatic: true,
    description: 'STRIPE PAYOUT',
    destination: external?.wire.id ?? null,
    original_payout: null,
    payout_method: null,
    statement_descriptor: null,
    type: external?.wire.object ?? 'bank_account',
    ledgerAmount: -amount,
    scriptedOutcome: scriptedOutcomeOf(external?.accountNumber ?? ''),
  }).wire;
}
