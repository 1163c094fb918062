// https://docs.stripe.com/api/errors and https://docs.stripe.com/error-low-level (read 2026-11-20)
import type { HttpResponse, Refusal, RequestPurpose } from '@disburse/core/adapter';
import * as v from 'valibot';
import { CODES, MESSAGES } from './error-codes.ts';
import type { CodeRow, Conclusion, MessageRow, SeenError, StatusRow } from './error-rows.ts';

/** The tables of one adapter: its own rows go before the shared ones. */
export interface ErrorTables {
  readonly codes?: readonly CodeRow[] | undefined;
  /** After its own codes, before the shared ones. */
  readonly rules?: readonly StatusRow[] | undefined;
  readonly messages?: readonly MessageRow[] | undefined;
  /** Removed from what the provider says, should it ever be repeated there. */
  readonly secret: string;
}

const ERRORS = 'https://docs.stripe.com/api/errors';
const CODES_PAGE = 'https://docs.stripe.com/error-codes';
const IDEMPOTENCY = 'https://docs.stripe.com/api/idempotent_requests';
const LOW_LEVEL = 'https://docs.stripe.com/error-low-level';

/** A key that is not accepted, whatever the status. */
export const KEY_CODES: readonly string[] = ['api_key_expired', 'platform_api_key_expired', 'secret_key_required'];
/** Too much at once, whatever the status. */
export const BUSY_CODES: readonly string[] = ['rate_limit', 'lock_timeout'];

/** Somebody else may have answered, on the way there or back: a mesh that sends a request again answers for the second one. */
const NOT_FROM_STRIPE: Conclusion = {
  as: 'unexpected_response',
  outcome: 'unknown',
  resend: true,
  says: "the answer has not the form of Stripe's errors. A proxy may have given it, and may have sent the request before.",
};

/** Decided before the code is looked at. */
export const BEFORE_CODES: readonly StatusRow[] = [
  {
    source: IDEMPOTENCY,
    when: ({ type }) => type === 'idempotency_error',
    means: {
      as: 'idempotency_conflict',
      outcome: 'unknown',
      resend: false,
      says: 'the idempotency key was used before with other parameters, and that request may have taken effect.',
    },
  },
  {
    source: IDEMPOTENCY,
    when: ({ status }) => status === 409,
    means: {
      as: 'idempotency_conflict',
      outcome: 'unknown',
      resend: true,
      says: 'another request with the same idempotency key is still running.',
    },
  },
  {
    source: ERRORS,
    when: ({ status, code, telling }) => (status === 401 && telling) || isOneOf(code, KEY_CODES),
    means: {
      as: 'authentication',
      outcome: 'rejected',
      keyState: 'unused',
      says: 'the API key was not accepted. Check the apiKey setting: a secret or restricted key that is not expired.',
    },
  },
  {
    source: 'https://docs.stripe.com/rate-limits',
    when: ({ status, code, telling }) => (status === 429 && telling) || isOneOf(code, BUSY_CODES),
    means: {
      as: 'rate_limited',
      outcome: 'rejected',
      keyState: 'unused',
      says: 'there were too many requests. Wait, then send the same again.',
    },
  },
  {
    source: LOW_LEVEL,
    when: ({ status, type }) => status >= 500 || status === 424 || status === 408 || type === 'api_error',
    means: { as: 'provider_unavailable', outcome: 'unknown', resend: true, says: 'something went wrong at Stripe.' },
  },
  {
    source: LOW_LEVEL,
    when: ({ status, enveloped }) => status < 400 || !enveloped,
    means: NOT_FROM_STRIPE,
  },
];

/** Decided by the HTTP status, once neither code nor message said anything. */
export const AFTER_CODES: readonly StatusRow[] = [
  {
    source: ERRORS,
    when: ({ status }) => status === 403,
    means: {
      as: 'permission',
      outcome: 'rejected',
      keyState: 'unused',
      says: 'the API key may not do this. Give it the permission, or use another key.',
    },
  },
  {
    source: ERRORS,
    when: ({ status, message }) => status === 404 && !/^unrecognized request url/i.test(message ?? ''),
    means: {
      as: 'not_found',
      outcome: 'rejected',
      keyState: 'maybe_stored',
      says: 'there is no such object. Check the id, and whether it belongs to another connected account (stripeAccount).',
    },
  },
  {
    source: ERRORS,
    when: ({ status }) => status === 404,
    means: {
      as: 'invalid_request',
      outcome: 'rejected',
      keyState: 'maybe_stored',
      says: 'there is nothing at this address. Check the baseUrl setting.',
    },
  },
  {
    source: CODES_PAGE,
    when: () => true,
    means: {
      as: 'invalid_request',
      outcome: 'rejected',
      keyState: 'maybe_stored',
      says: 'the request was not accepted. error.providerMessage says why.',
    },
  },
];

function isOneOf(code: string | null, codes: readonly string[]): boolean {
  return code !== null && codes.includes(code);
}

// ---- Reading ---------------------------------------------------------------------------------------------------------

// https://docs.stripe.com/api/errors#errors-type (read 2026-11-20)
/** Every `error.type` of Stripe's. */
const TYPES: readonly string[] = ['api_error', 'card_error', 'idempotency_error', 'invalid_request_error'];
/** What is only read may be judged by a type of tomorrow: no money depends on it. */
const READS: readonly RequestPurpose[] = ['retrieve', 'list', 'balances'];

const Text = v.fallback(v.nullish(v.string(), null), null);
const Envelope = v.object({ error: v.object({ type: Text, code: Text, param: Text, message: Text }) });

/**
 * What an answer says; a body that is not Stripe's envelope says nothing but its status.
 *
 * @param purpose For what changes something, an envelope must have one of Stripe's own types: gateways write `error` objects, too.
 * Without it not even a 401, 403 or 429 says that nothing was done: a mesh may have sent the request before.
 */
export function seenIn(answer: HttpResponse, purpose: RequestPurpose): SeenError {
  const body = v.safeParse(Envelope, answer.json);
  const type = body.success ? body.output.error.type : null;
  const reads = READS.includes(purpose);
  if (!body.success || type === null || !(reads || TYPES.includes(type))) {
    return { status: answer.status, enveloped: false, telling: reads, type: null, code: null, param: null, message: null };
  }
  return { status: answer.status, enveloped: true, telling: true, ...body.output.error };
}

/** The first row that matches, of the adapter's own tables and the shared ones. */
export function concludeFrom(seen: SeenError, tables: Omit<ErrorTables, 'secret'> = {}): Conclusion {
  const early = BEFORE_CODES.find((row) => row.when(seen));
  if (early !== undefined) return early.means;
  const ownCode = tables.codes?.find((row) => matchesCode(row, seen));
  if (ownCode !== undefined) return afterForbidden(ownCode, seen);
  const ownRule = tables.rules?.find((row) => row.when(seen));
  if (ownRule !== undefined) return afterForbidden(ownRule.means, seen);
  const byCode = CODES.find((row) => matchesCode(row, seen));
  if (byCode !== undefined) return afterForbidden(byCode, seen);
  const byMessage = seen.code === null ? [...(tables.messages ?? []), ...MESSAGES].find((row) => matchesMessage(row, seen)) : undefined;
  if (byMessage !== undefined) return afterForbidden(byMessage, seen);
  return AFTER_CODES.find((row) => row.when(seen))?.means ?? NOT_FROM_STRIPE;
}

function matchesCode(row: CodeRow, { code, param, status }: SeenError): boolean {
  if (!isOneOf(code, row.codes)) return false;
  if (row.params !== undefined && !isOneOf(param, row.params)) return false;
  return row.status === undefined || row.status === status;
}

function matchesMessage(row: MessageRow, { message, param }: SeenError): boolean {
  return (message ?? '').toLowerCase().includes(row.fragment) && (row.param === undefined || row.param === param);
}

/** Whether a 403 is stored under the key is not known; the same attempt is always safe. */
function afterForbidden(row: Conclusion, { status }: SeenError): Conclusion {
  return status === 403 && row.outcome === 'rejected' && row.keyState === 'maybe_stored' ? { ...row, keyState: 'unused' } : row;
}

// ---- Refusals --------------------------------------------------------------------------------------------------------

/**
 * What every answer other than 2xx means to an adapter of Stripe's.
 *
 * Stripe's own sentence may name people and accounts: it is kept in `providerMessage` and is no part of the message.
 */
export function stripeRefusals(tables: ErrorTables): (answer: HttpResponse, purpose: RequestPurpose) => Refusal {
  return (answer, purpose) => {
    const seen = seenIn(answer, purpose);
    const conclusion = concludeFrom(seen, tables);
    const verb =
      conclusion.outcome === 'rejected' ? 'was refused' : conclusion.as === 'payouts_blocked' ? 'is held' : 'was not answered properly';
    const without = (text: string | null): string | null => text?.replaceAll(tables.secret, '[apiKey]') ?? null;
    const common = {
      code: conclusion.as,
      message: `${purpose === 'other' ? 'the request' : purpose} ${verb} (${told(seen)}): ${conclusion.says}`,
      providerCode: without(seen.code),
      providerMessage: without(seen.message),
    };
    return conclusion.outcome === 'rejected'
      ? { ...common, outcome: 'rejected', keyState: conclusion.keyState }
      : { ...common, outcome: 'unknown', resend: conclusion.resend };
  };
}

/** Status, code and parameter, where they look like what they should be: anything may stand in an answer. */
function told({ status, code, param }: SeenError): string {
  const plain = (text: string | null, form: RegExp): string[] => (text !== null && form.test(text) ? [text] : []);
  const named = plain(param, /^[a-z_]{1,60}(\[(?!\d*\])[\w-]{1,60}\])*$/).map((name) => `parameter ${name}`);
  return [`HTTP ${status}`, ...plain(code, /^[a-z_]{1,80}$/), ...named].join(', ');
}
