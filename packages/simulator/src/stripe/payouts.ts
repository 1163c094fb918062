// https://docs.stripe.com/api/payouts (contract sections 3 to 5)
import { checkCurrency, checkStep } from './currencies.ts';
import { invalid, refused } from './errors.ts';
import { checkExpand, expanded } from './expand.ts';
import { instantAvailable } from './ledger.ts';
import { begin, move } from './lifecycle.ts';
import { scriptedOutcomeOf } from './magic-accounts.ts';
import type { SourceType } from './objects.ts';
import { changeMetadata, readParameters } from './parameters.ts';
import { change } from './change-events.ts';
import type { AccountState, ExternalAccountState, PayoutState, StripeCall, StripeOperation } from './state.ts';

/** POST /v1/payouts. In the order parameters, currency, external account, balance. */
export const createPayout: StripeOperation = ({ state, account, form }) => {
  const given = readParameters(form, {
    amount: { kind: 'integer', required: true, min: 1 },
    currency: { kind: 'string', required: true },
    description: { kind: 'string' },
    destination: { kind: 'string' },
    expand: { kind: 'expand' },
    metadata: { kind: 'metadata' },
    method: { kind: 'string', oneOf: ['standard', 'instant'] },
    payout_method: { kind: 'string' },
    source_type: { kind: 'string', oneOf: ['bank_account', 'card', 'fpx'] },
    statement_descriptor: { kind: 'string', max: 22 },
  });
  const expand = checkExpand('payout', given.expand);
  const metadata = changeMetadata({}, given.metadata);
  const { amount = 0, currency = '' } = given;
  const method = given.method === 'instant' ? 'instant' : 'standard';
  const source_type = sourceTypeOf(given.source_type);
  checkCurrency(currency);
  checkStep(amount, currency);
  if (account.blocked) throw refused({ code: 'payouts_not_allowed', message: 'Payouts are not allowed on this account.' });
  const external =
    given.payout_method === undefined
      ? externalAccountFor(account, currency, given.destination, state.variants.missingDestinationStatus)
      : null;
  if (given.payout_method !== undefined) checkPayoutMethod(account, given.payout_method, given.destination);
  if (external !== null) checkUsable(external, method);
  checkFunds(account, { amount, currency, source_type, method });
  const payout = begin(state, account, {
    amount,
    currency,
    metadata,
    method,
    source_type,
    automatic: false,
    description: given.description ?? null,
    destination: external?.wire.id ?? null,
    original_payout: null,
    payout_method: given.payout_method ?? null,
    statement_descriptor: given.statement_descriptor ?? null,
    type: external?.wire.object ?? 'bank_account',
    ledgerAmount: -amount,
    scriptedOutcome: scriptedOutcomeOf(external?.accountNumber ?? ''),
  });
  return expanded(account, 'payout', payout.wire, expand);
};

/** `card` unless said otherwise. */
function sourceTypeOf(given: string | undefined): SourceType {
  return given === 'bank_account' || given === 'fpx' ? given : 'card';
}

function externalAccountFor(account: AccountState, currency: string, id: string | undefined, missingStatus: number): ExternalAccountState {
  const usable = [...account.externals.values()].filter(({ deleted }) => !deleted);
  if (id === undefined) {
    const external = usable.find(({ wire }) => wire.currency === currency && wire.default_for_currency);
    if (external !== undefined) return external;
  } else {
    const external = usable.find(({ wire }) => wire.id === id);
    if (external === undefined) {
      throw refused({ code: 'resource_missing', message: `No such external account: '${id}'`, param: 'destination' }, missingStatus);
    }
    if (external.wire.currency === currency) return external;
  }
  throw refused({ message: `Sorry, you don't have any external accounts in that currency (${currency}).` });
}

function checkPayoutMethod(account: AccountState, id: string, destination: string | undefined): void {
  if (destination !== undefined) {
    throw invalid({
      code: 'parameters_exclusive',
      message: 'You may only specify one of these parameters: destination, payout_method.',
      param: 'payout_method',
    });
  }
  if (account.payoutMethods.has(id)) return;
  throw refused({ code: 'resource_missing', message: `No such payout method: '${id}'`, param: 'payout_method' });
}

function checkUsable({ wire }: ExternalAccountState, method: 'standard' | 'instant'): void {
  if (wire.status === 'errored') {
    throw refused({
      code: 'bank_account_unusable',
      message: `The bank account ${wire.id} cannot be used: a payout to it failed.`,
      param: 'destination',
    });
  }
  if (wire.available_payout_methods.includes(method)) return;
  throw refused({ code: 'instant_payouts_unsupported', message: `Instant payouts are not supported for ${wire.id}.`, param: 'method' });
}

interface Draw {
  readonly amount: number;
  readonly currency: string;
  readonly source_type: SourceType;
  readonly method: 'standard' | 'instant';
}

function checkFunds(account: AccountState, { amount, currency, source_type, method }: Draw): void {
  const pot = account.ledger.pot(currency, source_type);
  if ((method === 'instant' ? instantAvailable(pot) : pot.available) >= amount) return;
  const message =
    `You have insufficient funds in your Stripe account for this transfer. Your ${source_type} balance is too low. ` +
    'You can use the the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).';
  throw refused({ code: 'balance_insufficient', message });
}

/** The payout of a path, or the refusal that Stripe sends for an id it does not know. */
export function payoutOf({ account, values }: StripeCall): PayoutState {
  const id = values['payout'] ?? '';
  const payout = account.payouts.find(({ wire }) => wire.id === id);
  if (payout === undefined) throw refused({ code: 'resource_missing', message: `No such payout: '${id}'`, param: 'payout' }, 404);
  return payout;
}

/** GET /v1/payouts/:payout */
export const retrievePayout: StripeOperation = (call) => {
  const given = readParameters(call.form, { expand: { kind: 'expand' } });
  const expand = checkExpand('payout', given.expand);
  return expanded(call.account, 'payout', payoutOf(call).wire, expand);
};

/** POST /v1/payouts/:payout. Nothing but metadata can be changed. */
export const updatePayout: StripeOperation = (call) => {
  const given = readParameters(call.form, { expand: { kind: 'expand' }, metadata: { kind: 'metadata' } });
  const expand = checkExpand('payout', given.expand);
  const payout = payoutOf(call);
  const metadata = changeMetadata(payout.wire.metadata, given.metadata);
  if (given.metadata !== undefined) change(call.state, call.account, payout, 'payout.updated', { metadata });
  return expanded(call.account, 'payout', payout.wire, expand);
};

/** POST /v1/payouts/:payout/cancel. Stripe says the same to everything that is not pending or not manual. */
export const cancelPayout: StripeOperation = (call) => {
  const given = readParameters(call.form, { expand: { kind: 'expand' } });
  const expand = checkExpand('payout', given.expand);
  const payout = payoutOf(call);
  if (payout.wire.status !== 'pending' || payout.wire.automatic) {
    throw refused({ message: 'Payouts can only be canceled while they are pending.' });
  }
  move(call.state, call.account, payout, 'canceled');
  return expanded(call.account, 'payout', payout.wire, expand);
};
