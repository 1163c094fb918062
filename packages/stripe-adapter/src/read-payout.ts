// https://docs.stripe.com/api/payouts/object (read 2026-11-20)
import { type Money, type Payout, type PayoutFailure, PayoutError } from '@disburse/core';
import * as v from 'valibot';
import { STRIPE_MONEY } from './money.ts';
import { readShape } from './read-shape.ts';
import { failureReasonOf, STATUS } from './status.ts';
import { PayoutShape, type ReadPayout } from './wire.ts';

/** The metadata keys by which a lookup recognises a payout, and a person finds it in the Dashboard. */
export const TOKEN_KEY = 'disburse_key';
export const REFERENCE_KEY = 'disburse_reference';

/** The metadata value of a key of its own, or `null`. */
export function metadataOf(metadata: Readonly<Record<string, string>>, key: string): string | null {
  return (Object.hasOwn(metadata, key) ? metadata[key] : undefined) ?? null;
}

/**
 * A payout of Stripe's in our words.
 *
 * @param name The configured name of the provider.
 * @throws {PayoutError} `unexpected_response` when a field is missing without which nothing true could be said.
 */
export function toPayout(name: string, raw: unknown): Payout {
  const sent = readShape(raw) ?? shapeOf(name, raw);
  const money = STRIPE_MONEY.fromWire(sent.amount, sent.currency);
  if (money === null) throw unreadable(name, 'a payout', [currencyField(sent.currency)]);
  const metadata = sent.metadata ?? {};
  const status = STATUS.read(sent.status);
  const automatic = sent.automatic ?? false;
  return {
    id: sent.id,
    provider: 'stripe',
    name,
    reference: metadataOf(metadata, REFERENCE_KEY),
    money,
    fee: feeOf(sent),
    status,
    providerStatus: sent.status,
    failure: failureOf(sent),
    cancelable: status === 'pending' && !automatic,
    automatic,
    destination: sent.destination,
    description: sent.description,
    statementDescriptor: sent.statement_descriptor,
    metadata,
    createdAt: isoTime(sent.created),
    expectedArrival: sent.arrival_date === null ? null : isoDay(sent.arrival_date),
    trackingReference: sent.trace_id?.status === 'supported' ? sent.trace_id.value : null,
    reverses: sent.original_payout,
    reversedBy: sent.reversed_by,
    live: sent.livemode,
    raw,
  };
}

function shapeOf(name: string, raw: unknown): ReadPayout {
  const read = v.safeParse(PayoutShape, raw);
  if (read.success) return read.output;
  throw unreadable(
    name,
    'a payout',
    read.issues.map((issue) => v.getDotPath(issue)),
  );
}

/** What the platform took, or what the ledger row says where it was expanded; that row may be in another currency. */
function feeOf(sent: ReadPayout): Money | null {
  if (sent.application_fee_amount !== null) return STRIPE_MONEY.fromWire(sent.application_fee_amount, sent.currency);
  const row = sent.balance_transaction;
  return row === null ? null : STRIPE_MONEY.fromWire(row.fee, row.currency);
}

/** `failure_balance_transaction` is no sign of a failure: a cancel sets it too. */
function failureOf(sent: ReadPayout): PayoutFailure | null {
  if (sent.status !== 'failed' && sent.failure_code === null) return null;
  return { reason: failureReasonOf(sent.failure_code), code: sent.failure_code, message: sent.failure_message };
}

const DAY_SECONDS = 86_400;
const two = (count: number): string => (count < 10 ? `0${count}` : String(count));

/** The days that were written before: most often it is one of these again. */
const days = new Map<number, string>();
const MOST_DAYS = 1000;

function dayOf(seconds: number): string {
  const nth = Math.floor(seconds / DAY_SECONDS);
  const known = days.get(nth);
  if (known !== undefined) return known;
  if (days.size >= MOST_DAYS) days.clear();
  const day = new Date(nth * DAY_SECONDS * 1000).toISOString().slice(0, 10);
  days.set(nth, day);
  return day;
}

/** ISO 8601 of whole unix seconds. */
export function isoTime(seconds: number): string {
  const minutes = Math.floor((seconds - DAY_SECONDS * Math.floor(seconds / DAY_SECONDS)) / 60);
  return `${dayOf(seconds)}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}.000Z`;
}

/** The calendar day, in UTC, of unix seconds. */
export function isoDay(seconds: number): string {
  return dayOf(seconds);
}

/** The field, with its word where it looks like a currency: that tells people what is new. */
export function currencyField(currency: string): string {
  return /^[A-Za-z]{2,8}$/.test(currency) ? `currency ${currency}` : 'currency';
}

/** The error of an answer that does not have the shape it must have. It names fields, never values. */
export function unreadable(name: string, what: string, fields: readonly (string | null)[]): PayoutError {
  const told = fields.filter((field) => field !== null && field !== '').join(', ');
  return new PayoutError('unexpected_response', `answered with something that is not ${what}${told === '' ? '' : ` (${told})`}.`, {
    provider: name,
  });
}
