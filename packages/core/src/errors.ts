import { hasAccountNumber, isAccountNumber, USUAL_ID } from './printable.ts';

/** The codes, in the order of docs/errors.md. */
const CODES = [
  // What providers say
  'invalid_request',
  'invalid_state',
  'insufficient_funds',
  'invalid_destination',
  'authentication',
  'permission',
  'not_found',
  'rate_limited',
  'idempotency_conflict',
  'payouts_blocked',
  'limit_exceeded',
  'unsupported',
  'provider_unavailable',
  'unexpected_response',
  // What the library says
  'reference_taken',
  'invalid_settings',
  'webhook_refused',
  'aborted',
  'unresolved',
] as const;

/** Why something did not happen. The set is closed; the provider's own code is kept beside it. */
export type PayoutErrorCode = (typeof CODES)[number];

/** Whether a stored word is one of the codes. */
export function isErrorCode(word: unknown): word is PayoutErrorCode {
  return CODES.some((code) => code === word);
}

/** One thing that was wrong with an input. */
export interface PayoutIssue {
  /** Where, for example `metadata.order_id` or `providers.eu.testmode`. */
  readonly path: string;
  /** The rule and the next step, never the value itself. */
  readonly message: string;
}

/** The details of a {@link PayoutError}, besides its code and message. */
export interface PayoutErrorDetails {
  /** The configured name of the provider, or its adapter id. */
  readonly provider?: string | undefined;
  /** For a call that could have changed something: whether it certainly did not (`rejected`) or may have (`unknown`). */
  readonly outcome?: 'rejected' | 'unknown' | null | undefined;
  readonly httpStatus?: number | null | undefined;
  /**
   * The provider's own code, verbatim. A text that does not look like a code is left out: errors get printed, and a body may hold
   * anything.
   */
  readonly providerCode?: string | null | undefined;
  /** The provider's own sentence, verbatim. It may name people or accounts: show it, do not log it. */
  readonly providerMessage?: string | null | undefined;
  readonly requestId?: string | null | undefined;
  /** Seconds the provider asked to wait. */
  readonly retryAfterSeconds?: number | null | undefined;
  /** The payout in question, where it is known although the call failed. */
  readonly payoutId?: string | null | undefined;
  /** A success that could not be read, verbatim but without credentials. Of a longer text, the first 65,536 characters. */
  readonly unreadAnswer?: string | null | undefined;
  readonly issues?: readonly PayoutIssue[] | undefined;
}

/** The most characters of an unreadable answer: longer than any answer about one payout. */
const MOST_UNREAD = 65_536;

/**
 * Everything this library throws on purpose.
 *
 * Never holds a secret, an account number or a request body, and never a `cause` from the HTTP client (which would print
 * the credentials).
 */
export class PayoutError extends Error {
  override readonly name: string = 'PayoutError';
  readonly code: PayoutErrorCode;
  readonly provider: string;
  readonly outcome: 'rejected' | 'unknown' | null;
  readonly httpStatus: number | null;
  readonly providerCode: string | null;
  /** Not enumerable: it may name people or accounts, and errors get printed. */
  declare readonly providerMessage: string | null;
  /** Not enumerable: it may name people or accounts, and errors get printed. */
  declare readonly unreadAnswer: string | null;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  readonly payoutId: string | null;
  readonly issues: readonly PayoutIssue[];

  constructor(code: PayoutErrorCode, message: string, details: PayoutErrorDetails = {}) {
    const provider = details.provider ?? 'disburse';
    super(message.startsWith('[') ? message : `[${provider}] ${message}`);
    this.code = code;
    this.provider = provider;
    this.outcome = details.outcome ?? null;
    this.httpStatus = details.httpStatus ?? null;
    this.providerCode = wordIn(details.providerCode);
    Object.defineProperty(this, 'providerMessage', { value: details.providerMessage ?? null, enumerable: false });
    const unreadAnswer = details.unreadAnswer?.slice(0, MOST_UNREAD) ?? null;
    Object.defineProperty(this, 'unreadAnswer', { value: unreadAnswer, enumerable: false });
    this.requestId = idIn(details.requestId, /^[\w.:/=+-]{1,128}$/);
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
    this.payoutId = idIn(details.payoutId, USUAL_ID, isAccountNumber);
    this.issues = details.issues ?? [];
  }

  /** Marks the class across copies of the package, where `instanceof` would fail. */
  get isPayoutError(): true {
    return true;
  }

  /** All details besides code and message, to make another error of this one. */
  details(): Required<PayoutErrorDetails> {
    const { provider, outcome, httpStatus, providerCode, providerMessage } = this;
    const { requestId, retryAfterSeconds, payoutId, unreadAnswer, issues } = this;
    return {
      provider,
      outcome,
      httpStatus,
      providerCode,
      providerMessage,
      requestId,
      retryAfterSeconds,
      payoutId,
      unreadAnswer,
      issues,
    };
  }

  /** The error in plain JSON, for logs and for storing. */
  toJSON(): Record<string, unknown> {
    const { name, message, code, provider, outcome, httpStatus, providerCode, requestId, retryAfterSeconds, payoutId, issues } = this;
    return { name, message, code, provider, outcome, httpStatus, providerCode, requestId, retryAfterSeconds, payoutId, issues };
  }
}

/** A code such as `balance_insufficient`, or a title such as `Not Found`. Sentences, addresses and account numbers do not match. */
function wordIn(text: string | null | undefined): string | null {
  return text != null && /^[\w.:/ -]{1,80}$/.test(text) && !SIX_DIGITS.test(text) ? text : null;
}

/** An account number, also in groups: people write one with spaces. */
const SIX_DIGITS = /\d(?:[ .:/_-]?\d){5}/;

/** The id, if it has the given form and cannot be an account number. */
function idIn(id: string | null | undefined, form: RegExp, isRefused = hasAccountNumber): string | null {
  return id != null && form.test(id) && !isRefused(id) ? id : null;
}

/** Whether a caught value is a {@link PayoutError}, also one from another copy of the package. */
export function isPayoutError(value: unknown): value is PayoutError {
  try {
    return isError(value) && 'isPayoutError' in value && value.isPayoutError === true;
  } catch {
    return false; // The value may be a proxy, or have a getter, that throws.
  }
}

/**
 * Whether a caught value is an error, also an error of another realm. In a sandbox such as Jest's, Node's own errors are of another
 * one.
 */
export function isError(value: unknown): value is Error {
  if (value instanceof Error) return true;
  return typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Error]';
}

/** The form of an error class's name. Any thrown object may have any name, also one that is a secret. */
const ERROR_NAME = /^(?:[A-Z][A-Za-z]{0,60})?(?:Error|Exception)$/;

/** The name of a thrown value, and nothing else of it: its message may hold anything. */
export function nameOfThrown(thrown: unknown): string {
  try {
    if (!isError(thrown)) return typeof thrown;
    const name: unknown = thrown.name;
    return typeof name === 'string' && ERROR_NAME.test(name) ? name : 'Error';
  } catch {
    return typeof thrown;
  }
}

/** One error for many problems: a line each when there are several. */
export function errorOfIssues(code: PayoutErrorCode, issues: readonly PayoutIssue[], details: PayoutErrorDetails = {}): PayoutError {
  const lines = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const message = lines.length === 1 ? (lines[0] ?? '') : `${lines.length} problems:\n  ${lines.join('\n  ')}`;
  return new PayoutError(code, message, { ...details, issues });
}
