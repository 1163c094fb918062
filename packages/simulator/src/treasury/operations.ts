// https://docs.stripe.com/api/treasury/outbound_payments (contract sections 3 and 9)
import type { Route } from '../routes.ts';
import { retrieveFinancialAccount } from './financial-accounts.ts';
import { cancelOutboundPayment, createOutboundPayment, listOutboundPayments, retrieveOutboundPayment } from './payments.ts';
import type { TreasuryOperation } from './state.ts';
import { failInTestMode, postInTestMode, returnInTestMode, trackInTestMode } from './test-mode.ts';

const PAYMENTS = '/v1/treasury/outbound_payments';
const TEST_HELPERS = '/v1/test_helpers/treasury/outbound_payments/:id';

/** Every operation of this API. There is no update: metadata is final at creation. */
export const OPERATIONS: readonly Route<TreasuryOperation>[] = [
  { method: 'POST', path: PAYMENTS, handler: createOutboundPayment },
  { method: 'GET', path: PAYMENTS, handler: listOutboundPayments },
  { method: 'GET', path: `${PAYMENTS}/:id`, handler: retrieveOutboundPayment },
  { method: 'POST', path: `${PAYMENTS}/:id/cancel`, handler: cancelOutboundPayment },
  { method: 'GET', path: '/v1/treasury/financial_accounts/:financial_account', handler: retrieveFinancialAccount },
  { method: 'POST', path: TEST_HELPERS, handler: trackInTestMode },
  { method: 'POST', path: `${TEST_HELPERS}/fail`, handler: failInTestMode },
  { method: 'POST', path: `${TEST_HELPERS}/post`, handler: postInTestMode },
  { method: 'POST', path: `${TEST_HELPERS}/return`, handler: returnInTestMode },
];
