// https://docs.stripe.com/api/payouts, /api/balance, /api/balance_transactions (contract section 3)
import type { Route } from '../routes.ts';
import { retrieveBalance } from './balance.ts';
import { listLedgerRows, listPayouts, retrieveLedgerRow } from './lists.ts';
import { cancelPayout, createPayout, retrievePayout, updatePayout } from './payouts.ts';
import { reversePayout } from './reverse.ts';
import type { StripeOperation } from './state.ts';

/** Every operation of this API. */
export const OPERATIONS: readonly Route<StripeOperation>[] = [
  { method: 'POST', path: '/v1/payouts', handler: createPayout },
  { method: 'GET', path: '/v1/payouts', handler: listPayouts },
  { method: 'GET', path: '/v1/payouts/:payout', handler: retrievePayout },
  { method: 'POST', path: '/v1/payouts/:payout', handler: updatePayout },
  { method: 'POST', path: '/v1/payouts/:payout/cancel', handler: cancelPayout },
  { method: 'POST', path: '/v1/payouts/:payout/reverse', handler: reversePayout },
  { method: 'GET', path: '/v1/balance', handler: retrieveBalance },
  { method: 'GET', path: '/v1/balance_transactions', handler: listLedgerRows },
  { method: 'GET', path: '/v1/balance_transactions/:id', handler: retrieveLedgerRow },
];
