// https://docs.stripe.com/api/payouts/object: the fields of wire.ts, by hand
import { USUAL_ID } from '@disburse/core/adapter';
import type { ReadPayout } from './wire.ts';

/**
 * What `PayoutShape` reads of a payout, a few times as fast: lists are made of these.
 *
 * `null` says only that it has to be looked at by the shape.
 */
export function readShape(raw: unknown): ReadPayout | null {
  if (!isObject(raw)) return null;
  const { id, object, amount, currency, created, status, livemode } = raw;
  if (typeof id !== 'string' || !USUAL_ID.test(id) || object !== 'payout' || typeof currency !== 'string') return null;
  if (!isUnits(amount) || !isSeconds(created) || typeof status !== 'string' || typeof livemode !== 'boolean') return null;
  const { application_fee_amount, arrival_date, automatic, balance_transaction, metadata, trace_id } = raw;
  return {
    id,
    amount,
    currency,
    created,
    status,
    livemode,
    application_fee_amount: isUnits(application_fee_amount) ? application_fee_amount : null,
    arrival_date: isSeconds(arrival_date) ? arrival_date : null,
    automatic: typeof automatic === 'boolean' ? automatic : null,
    balance_transaction: rowOf(balance_transaction),
    description: textOf(raw['description']),
    destination: idOf(raw['destination']),
    failure_code: textOf(raw['failure_code']),
    failure_message: textOf(raw['failure_message']),
    metadata: isMetadata(metadata) ? metadata : null,
    original_payout: idOf(raw['original_payout']),
    reversed_by: idOf(raw['reversed_by']),
    statement_descriptor: textOf(raw['statement_descriptor']),
    trace_id: traceOf(trace_id),
  };
}

/** The last second that an ISO time can write. */
const LAST_SECOND = 253_402_300_799;

/** Whether it has fields: as the schemas see it, a list has, too. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const isUnits = (value: unknown): value is number => Number.isSafeInteger(value);
/** Unix seconds that a date can hold. */
export const isSeconds = (value: unknown): value is number => isUnits(value) && value >= 0 && value <= LAST_SECOND;
/** A text, or `null`. */
export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
/** The id of a reference, whether or not it was expanded, or `null`. */
export const idOf = (value: unknown): string | null => (isObject(value) ? textOf(value['id']) : textOf(value));

function rowOf(row: unknown): ReadPayout['balance_transaction'] {
  if (!isObject(row)) return null;
  const { fee, currency } = row;
  return isUnits(fee) && typeof currency === 'string' ? { fee, currency } : null;
}

function traceOf(trace: unknown): ReadPayout['trace_id'] {
  if (!isObject(trace)) return null;
  const { status, value } = trace;
  return typeof status === 'string' && (value === null || typeof value === 'string') ? { status, value } : null;
}

function isMetadata(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && !Array.isArray(value) && Object.values(value).every((text) => typeof text === 'string');
}
