// What the canned server answers, and what every client expects of it.

/** Payouts in the list, newest first; two share every second that has any, as real ones do. */
const SPACING_SECONDS = 60;
const PER_SECOND = 2;
/** The second of the newest payout. */
const NEWEST = 1_790_000_000;

const createdOf = (nth: number): number => NEWEST - Math.floor(nth / PER_SECOND) * SPACING_SECONDS;

/** The times that hold the `count` newest payouts. */
export function rangeOf(count: number): { readonly createdFrom: string; readonly createdTo: string } {
  const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
  return { createdFrom: iso(createdOf(count - 1)), createdTo: iso(NEWEST + 1) };
}

/** The first number whose payout was created at `second` or before. */
export const firstUpTo = (second: number): number => Math.max(0, Math.ceil((NEWEST - second) / SPACING_SECONDS) * PER_SECOND);

export const BALANCE_ID = 'bal_dsbExample0000000000001';
export const WEBHOOK_SECRET = 'whsec_bench';
export const STRIPE_KEY = 'sk_test_bench';
export const MOLLIE_KEY = 'test_bench000000000000000000000000';

/** A payout as Stripe writes it (every field of https://docs.stripe.com/api/payouts/object). */
export function stripePayout(nth: number, amount: number, currency: string, metadata: Readonly<Record<string, string>>): object {
  return {
    id: `po_${nth}`,
    object: 'payout',
    amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: createdOf(nth) + 86_400,
    automatic: false,
    balance_transaction: `txn_1OaFDcEcg9tTZuTgYMR25${nth}`,
    created: createdOf(nth),
    currency,
    description: null,
    destination: 'ba_1MtIhL2eZvKYlo2CAElKwKu2',
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata,
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'paid',
    trace_id: null,
    type: 'bank_account',
  };
}

/** A payout as Mollie writes it (https://docs.mollie.com/reference/create-payout). */
export function molliePayout(nth: number, amount: unknown): object {
  const id = `payout_bench${nth}`;
  return {
    resource: 'payout',
    id,
    balanceId: BALANCE_ID,
    amount,
    description: 'Weekly payout 47',
    status: 'requested',
    statusReason: { code: 'requested', message: 'The payout was requested.' },
    createdAt: '2026-11-20T09:00:00+00:00',
    initiatedAt: null,
    completedAt: null,
    canceledAt: null,
    mode: 'test',
    _links: {
      self: { href: `https://api.mollie.com/v2/payouts/${id}`, type: 'application/hal+json' },
      documentation: { href: 'https://docs.mollie.com/reference/create-payout', type: 'text/html' },
    },
  };
}
