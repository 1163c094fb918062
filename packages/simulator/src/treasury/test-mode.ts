// https://docs.stripe.com/api/treasury/outbound_payments/test_mode_update and its neighbours (contract section 9)
import type { FormMap } from '../form.ts';
import { invalid } from '../stripe/errors.ts';
import { missing, readParameters } from '../stripe/parameters.ts';
import { checkExpand, expanded } from './expand.ts';
import { isTrackable, move, track } from './lifecycle.ts';
import type { OutboundPaymentStatus, ReturnCode, TrackingDetails } from './objects.ts';
import { paymentOf, wrongState } from './payments.ts';
import type { OutboundPaymentState, TreasuryCall, TreasuryOperation, TreasuryState } from './state.ts';

// https://docs.stripe.com/api/treasury/outbound_payments/object#outbound_payment_object-returned_details-code
const RETURN_CODES: readonly ReturnCode[] = [
  'account_closed',
  'account_frozen',
  'bank_account_restricted',
  'bank_ownership_changed',
  'declined',
  'incorrect_account_holder_name',
  'invalid_account_number',
  'invalid_currency',
  'no_account',
  'other',
];

/** POST /v1/test_helpers/treasury/outbound_payments/:id/post */
export const postInTestMode: TreasuryOperation = (call) => {
  const given = readParameters(call.form, { expand: { kind: 'expand' } });
  return step(call, 'posted', given.expand);
};

/** POST /v1/test_helpers/treasury/outbound_payments/:id/fail */
export const failInTestMode: TreasuryOperation = (call) => {
  const given = readParameters(call.form, { expand: { kind: 'expand' } });
  return step(call, 'failed', given.expand);
};

/** POST /v1/test_helpers/treasury/outbound_payments/:id/return. From `processing`, not from `posted`. */
export const returnInTestMode: TreasuryOperation = (call) => {
  const given = readParameters(call.form, { expand: { kind: 'expand' }, returned_details: { kind: 'hash' } });
  const rules = { code: { kind: 'string', oneOf: RETURN_CODES } } as const;
  const details = readParameters(given.returned_details ?? new Map(), rules, 'returned_details');
  return step(call, 'returned', given.expand, RETURN_CODES.find((code) => code === details.code) ?? 'declined');
};

function step(call: TreasuryCall, to: OutboundPaymentStatus, paths: readonly string[] | undefined, code?: ReturnCode): object {
  const { state, account } = call;
  const expand = checkExpand('outbound_payment', paths);
  const payment = testPaymentOf(call);
  if (payment.wire.status !== 'processing') throw wrongState(state, `Only an OutboundPayment that is processing can become ${to}.`);
  move(state, account, payment, to, code);
  return expanded(state, 'outbound_payment', payment.wire, expand);
}

/** POST /v1/test_helpers/treasury/outbound_payments/:id */
export const trackInTestMode: TreasuryOperation = (call) => {
  const { state, account, form } = call;
  const given = readParameters(form, { expand: { kind: 'expand' }, tracking_details: { kind: 'hash', required: true } });
  const tracking = readTracking(given.tracking_details ?? new Map());
  const expand = checkExpand('outbound_payment', given.expand);
  const payment = testPaymentOf(call);
  if (!isTrackable(payment)) {
    throw wrongState(state, 'Only an OutboundPayment that is neither cancelable nor canceled nor failed can be tracked.');
  }
  track(state, account, payment, tracking);
  return expanded(state, 'outbound_payment', payment.wire, expand);
};

function testPaymentOf(call: TreasuryCall): OutboundPaymentState {
  refuseLive(call.state);
  return paymentOf(call);
}

function refuseLive({ livemode }: TreasuryState): void {
  if (livemode) throw invalid({ message: 'Test helpers can only be called on test mode objects.' });
}

function readTracking(form: FormMap): TrackingDetails {
  const within = 'tracking_details';
  const rules = {
    ach: { kind: 'hash' },
    type: { kind: 'string', required: true, oneOf: ['ach', 'us_domestic_wire'] },
    us_domestic_wire: { kind: 'hash' },
  } as const;
  const given = readParameters(form, rules, within);
  if (given.type === 'ach') {
    if (given.ach === undefined) throw missing(`${within}[ach]`);
    const { trace_id = '' } = readParameters(given.ach, { trace_id: { kind: 'string', required: true } }, `${within}[ach]`);
    return { type: 'ach', ach: { trace_id } };
  }
  const text = { kind: 'string' } as const;
  const wire = readParameters(given.us_domestic_wire ?? new Map(), { chips: text, imad: text, omad: text }, `${within}[us_domestic_wire]`);
  return {
    type: 'us_domestic_wire',
    us_domestic_wire: { chips: wire.chips ?? null, imad: wire.imad ?? null, omad: wire.omad ?? null },
  };
}
