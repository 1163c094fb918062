// CONTRACT.md, "Errors" and "Once keys"
import type { PayoutErrorCode } from '@disburse/core';
import type { HttpResponse, Refusal } from '@disburse/core/adapter';
import * as v from 'valibot';

type Row = { readonly code: PayoutErrorCode; readonly says: string } & (
  | { readonly outcome: 'rejected'; readonly keyState: 'unused' | 'maybe_stored' | 'never_valid' }
  | { readonly outcome: 'unknown'; readonly resend: boolean }
);

/** By Fjord's own type. An answer without one of these was written by somebody on the way, or is new: it refuses nothing. */
const ERRORS: Readonly<Record<string, Row>> = {
  malformed: { code: 'invalid_request', outcome: 'rejected', keyState: 'never_valid', says: 'the request is not as Fjord describes it' },
  bad_key: { code: 'authentication', outcome: 'rejected', keyState: 'unused', says: 'the API key is unknown; check the apiKey setting' },
  forbidden: { code: 'permission', outcome: 'rejected', keyState: 'unused', says: 'the API key may not do this' },
  not_found: { code: 'not_found', outcome: 'rejected', keyState: 'maybe_stored', says: 'there is no such transfer in this mode' },
  not_voidable: { code: 'invalid_state', outcome: 'rejected', keyState: 'unused', says: 'the bank has it already' },
  once_key_mismatch: { code: 'idempotency_conflict', outcome: 'unknown', resend: false, says: 'the key was used for another transfer' },
  unknown_beneficiary: { code: 'invalid_destination', outcome: 'rejected', keyState: 'maybe_stored', says: 'there is no such beneficiary' },
  insufficient_funds: { code: 'insufficient_funds', outcome: 'rejected', keyState: 'maybe_stored', says: 'the balance is too low' },
  once_key_busy: { code: 'idempotency_conflict', outcome: 'unknown', resend: true, says: 'the first request with this key still runs' },
  too_many_requests: { code: 'rate_limited', outcome: 'rejected', keyState: 'unused', says: 'there were too many requests' },
};
const ELSE: Row = { code: 'provider_unavailable', outcome: 'unknown', resend: true, says: 'it may have been done' };

const ErrorBody = v.fallback(v.object({ error: v.object({ type: v.string(), message: v.string() }) }), {
  error: { type: '', message: '' },
});

/** What an answer other than 2xx means. */
export function refusalOf({ status, json }: HttpResponse, apiKey: string): Refusal {
  const { type, message } = v.parse(ErrorBody, json).error;
  const { says, ...row } = (Object.hasOwn(ERRORS, type) ? ERRORS[type] : undefined) ?? ELSE;
  const told = (text: string): string | null => (text === '' ? null : text.replaceAll(apiKey, '[key]'));
  return { ...row, message: `Fjord answered HTTP ${status}: ${says}.`, providerCode: told(type), providerMessage: told(message) };
}
