// https://docs.mollie.com/overview/handling-errors (read 2026-11-20)
import type { PayoutErrorCode } from '@disburse/core';
import type { HttpResponse, RequestPurpose, Refusal } from '@disburse/core/adapter';
import * as v from 'valibot';

/** What an answer means: see `Refusal` of `@disburse/core` for `key` and `resend`. */
export type ErrorRow = {
  readonly source: string;
  readonly as: PayoutErrorCode;
  /** For people: what it means and what to do. */ readonly says: string;
} & (
  | { readonly outcome: 'rejected'; readonly keyState: 'unused' | 'maybe_stored' }
  | { readonly outcome: 'unknown'; readonly resend: boolean }
);

/** By HTTP status, `400 without field` or class. */
export type ErrorTable = Readonly<Record<string, ErrorRow>>;

const HANDLING = 'https://docs.mollie.com/overview/handling-errors';
const IDEMPOTENCY = 'https://docs.mollie.com/overview/api-idempotency';
const AUTHENTICATION = 'https://docs.mollie.com/reference/authentication';
const RATE_LIMITING = 'https://docs.mollie.com/reference/rate-limiting';
const CREATE = 'https://docs.mollie.com/reference/create-payout';
const GET = 'https://docs.mollie.com/reference/get-payout';
const CANCEL = 'https://docs.mollie.com/reference/cancel-payout';

// No machine-readable code exists on these errors and the wording of `detail` is not documented: the status decides, and for
// a 400 whether it names a field. Which refusals Mollie stores under the key is not documented: core asks (`ask`).
/** For every operation, unless it has a row of its own. */
export const ERRORS: ErrorTable = {
  '3xx': {
    source: HANDLING,
    as: 'unexpected_response',
    outcome: 'unknown',
    resend: false,
    says: 'a redirect is never followed. Check the baseUrl setting.',
  },
  400: {
    source: HANDLING,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the request was malformed. error.providerMessage says why.',
  },
  401: {
    source: AUTHENTICATION,
    as: 'authentication',
    outcome: 'rejected',
    keyState: 'unused',
    says: 'the token was not accepted: it is wrong, expired or revoked. Check the token setting.',
  },
  403: {
    source: AUTHENTICATION,
    as: 'permission',
    outcome: 'rejected',
    keyState: 'unused',
    says: 'the token may not do this. It needs payouts.read and payouts.write, and balances.read for balances.',
  },
  404: {
    source: GET,
    as: 'not_found',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'there is no such object in this mode; what exists in the other one (live or test) reads as absent.',
  },
  408: {
    source: HANDLING,
    as: 'provider_unavailable',
    outcome: 'unknown',
    resend: true,
    says: 'a gateway gave up waiting for the request.',
  },
  410: { source: HANDLING, as: 'not_found', outcome: 'rejected', keyState: 'maybe_stored', says: 'the object is gone.' },
  429: {
    source: RATE_LIMITING,
    as: 'rate_limited',
    outcome: 'rejected',
    keyState: 'unused',
    says: 'there were too many requests. Wait, then send the same again.',
  },
  '4xx': {
    source: HANDLING,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'the request was not accepted. error.providerMessage says why.',
  },
  '5xx': { source: HANDLING, as: 'provider_unavailable', outcome: 'unknown', resend: true, says: 'something went wrong at Mollie.' },
};

/** Only for a create. */
export const CREATE_ERRORS: ErrorTable = {
  '3xx': {
    source: HANDLING,
    as: 'unexpected_response',
    outcome: 'unknown',
    resend: true,
    says: 'a redirect is never followed. Check the baseUrl setting.',
  },
  '400 without field': {
    source: IDEMPOTENCY,
    as: 'idempotency_conflict',
    outcome: 'unknown',
    resend: false,
    says: 'the idempotency key was used before with other parameters, and that request may have made a payout.',
  },
  409: {
    source: IDEMPOTENCY,
    as: 'idempotency_conflict',
    outcome: 'unknown',
    resend: true,
    says: 'another request with the same idempotency key is still running.',
  },
  422: {
    source: CREATE,
    as: 'invalid_request',
    outcome: 'rejected',
    keyState: 'maybe_stored',
    says: 'Mollie will not make this payout. error.providerMessage says why.',
  },
};

/** Only for a cancel: the one 409 that is no conflict of keys. */
export const CANCEL_ERRORS: ErrorTable = {
  409: {
    source: CANCEL,
    as: 'invalid_state',
    outcome: 'rejected',
    keyState: 'unused',
    says: 'the payout is past requested and can no longer be canceled.',
  },
};

/**
 * A create or cancel refused by what has not the form of Mollie's errors. Somebody else may have answered, on the way there or
 * back: a mesh that sends a request again answers for the second one.
 */
const NOT_FROM_MOLLIE: ErrorRow = {
  source: HANDLING,
  as: 'unexpected_response',
  outcome: 'unknown',
  resend: true,
  says: "the answer has not the form of Mollie's errors. A proxy may have given it, and may have sent the request before.",
};

const BEYOND_HTTP: ErrorRow = {
  source: HANDLING,
  as: 'unexpected_response',
  outcome: 'unknown',
  resend: false,
  says: 'the answer could not be understood.',
};

/** The row of an answer: the operation's own before the common ones, the exact status before its class. */
export function rowFor(status: number, purpose: RequestPurpose, namesField: boolean): ErrorRow {
  const own = purpose === 'create' ? CREATE_ERRORS : purpose === 'cancel' ? CANCEL_ERRORS : {};
  const rows: ErrorTable = { ...ERRORS, ...own };
  const keys = [...(namesField ? [] : [`${status} without field`]), `${status}`, `${Math.floor(status / 100)}xx`];
  const key = keys.find((candidate) => Object.hasOwn(rows, candidate));
  return (key === undefined ? undefined : rows[key]) ?? BEYOND_HTTP;
}

// ---- Refusals --------------------------------------------------------------------------------------------------------

const Text = v.fallback(v.nullable(v.string()), null);
/** `application/hal+json`, not RFC 9457. A gateway answers HTML instead: a body that says nothing but its status. */
const ErrorBody = v.fallback(v.object({ title: Text, detail: Text, field: Text }), { title: null, detail: null, field: null });

/** A refusal, the status it came with and the field it names: by these the evidence step knows a 422, and one about the currency. */
export type BalanceRefusal = Refusal & { readonly status: number; readonly field: string | null };

/**
 * What every answer other than 2xx means.
 *
 * Mollie's own sentence may name people and accounts: it is kept in `providerMessage` and is no part of the message.
 *
 * @param token Removed from what the provider says, should it ever be repeated there.
 */
export function refusalOf(answer: HttpResponse, purpose: RequestPurpose, token: string): BalanceRefusal {
  const { status } = answer;
  const body = v.parse(ErrorBody, answer.json);
  const without = (text: string | null): string | null => text?.replaceAll(token, '[token]') ?? null;
  const row = isFromMollie(answer, purpose) ? rowFor(status, purpose, body.field !== null) : NOT_FROM_MOLLIE;
  const verb = row.outcome === 'rejected' ? 'was refused' : 'was not answered properly';
  const common = {
    code: row.as,
    message: `${purpose === 'other' ? 'the request' : purpose} ${verb} (${told(status, without(body.field))}): ${row.says}`,
    providerCode: without(body.title), // These errors have no code; the title is the nearest thing.
    providerMessage: without(body.detail),
    status,
    field: without(body.field),
  };
  return row.outcome === 'rejected'
    ? { ...common, outcome: 'rejected', keyState: row.keyState }
    : { ...common, outcome: 'unknown', resend: row.resend };
}

/** A refusal of a create or a cancel must be Mollie's own, a 401, 403 or 429 too. A read changes nothing, and a 408 is never certain. */
function isFromMollie(answer: HttpResponse, purpose: RequestPurpose): boolean {
  const { status } = answer;
  const counts = (purpose === 'create' || purpose === 'cancel') && status >= 400 && status < 500 && status !== 408;
  return !counts || hasOwnForm(answer);
}

/** What Mollie answers errors with: `application/hal+json`, also told as JSON. Anything else, `application/problem+json` too, is a gateway's. */
const OWN_MEDIA = /^application\/(hal\+)?json\s*(;|$)/i;
const Words = v.pipe(v.string(), v.regex(/\S/));
/** `field` and `_links` may be missing. RFC 9457, which gateways write, has a `type` or an `instance` beside the same members. */
const OwnForm = v.looseObject({
  status: v.number(),
  title: Words,
  detail: Words,
  type: v.optional(v.never()),
  instance: v.optional(v.never()),
});

/** Whether an error has the form of Mollie's: its media type, the status repeated, a title and a detail. */
function hasOwnForm({ status, headers, json }: HttpResponse): boolean {
  const body = v.safeParse(OwnForm, json);
  return OWN_MEDIA.test(headers.get('content-type') ?? '') && body.success && body.output.status === status;
}

/** Status and field, where that looks like the name of one: anything may stand in an answer. */
function told(status: number, field: string | null): string {
  return field !== null && /^(?!.*\d{6})[\w.[\]-]{1,100}$/.test(field) ? `HTTP ${status}, field ${field}` : `HTTP ${status}`;
}

// ---- Resends ---------------------------------------------------------------------------------------------------------

/** Whether the answer is the one that an earlier request with the same key got. */
export function isReplay(answer: HttpResponse): boolean {
  return answer.headers.get('idempotent-replayed')?.trim().toLowerCase() === 'true';
}

/** A 429 is followed by one resend, and by none when it is what the key has stored. */
export function mayResend(answer: HttpResponse, resend: number): boolean | undefined {
  return answer.status === 429 ? resend <= 1 && !isReplay(answer) : undefined;
}
