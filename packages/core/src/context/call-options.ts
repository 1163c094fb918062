import type { ProviderContext } from './context.ts';
import { errorOfIssues, type PayoutIssue } from '../errors.ts';
import { type Elsewhere, unknownKeys } from '../known-keys.ts';
import type { CallOptions, CallWith } from '../adapter/provider.ts';
import { isPlainObject, kindOf, UNREADABLE } from '../validation.ts';

/** The options of a call, read once and checked, and everything that is wrong with them. */
export interface ReadCall {
  readonly call: CallOptions;
  readonly problems: readonly PayoutIssue[];
}

const NO_PROBLEMS: readonly PayoutIssue[] = [];
const NOTHING: ReadCall = { call: {}, problems: NO_PROBLEMS };

/** Reads the last argument of an operation that takes no provider options. */
export function readCall(given: unknown): ReadCall {
  return read(given, ['signal', 'timeoutMs']);
}

/**
 * Reads the last argument of an operation that takes provider options. The options are checked later, by the code that knows their
 * schema.
 */
export function readCallWith(given: unknown): ReadCall & { readonly providerOptions: CallWith<string, object>['providerOptions'] } {
  const { call, problems } = read(given, ['signal', 'timeoutMs', 'providerOptions']);
  try {
    const bags = isPlainObject(given) ? given['providerOptions'] : undefined; // Read as it is: the code that knows the schema checks it.
    return { call, problems, providerOptions: bags as CallWith<string, object>['providerOptions'] };
  } catch {
    return { call, problems: UNREAD, providerOptions: undefined };
  }
}

/**
 * Refuses a second argument of `prepare`, which makes no request. The index that `requests.map(provider.prepare)` passes is no
 * object, so it is allowed.
 *
 * @throws {PayoutError} `invalid_request`
 */
export function assertNoCall(context: ProviderContext, given: unknown): void {
  const problems = isPlainObject(given) ? unknownKeys(given, [], { ...BAG, signal: NO_WAIT, timeoutMs: NO_WAIT }, '', ofSdk) : [];
  if (problems.length > 0) throw errorOfIssues('invalid_request', problems, { provider: context.identity.name, outcome: 'rejected' });
}

/** @throws {PayoutError} `invalid_request`, without an `outcome`: invalid options say nothing about whether a payout exists. */
export function checkedOptions(context: ProviderContext, given: unknown): CallOptions {
  const { call, problems } = readCall(given);
  if (problems.length > 0) throw errorOfIssues('invalid_request', problems, { provider: context.identity.name });
  return call;
}

const UNREAD: readonly PayoutIssue[] = [{ path: 'call', message: UNREADABLE }];

function read(given: unknown, known: readonly string[]): ReadCall {
  if (given === undefined || given === null) return NOTHING;
  if (!isPlainObject(given)) {
    return { call: {}, problems: [{ path: 'call', message: `must be an object with any of ${known.join(', ')}, not ${kindOf(given)}` }] };
  }
  try {
    const strangers = unknownKeys(given, known, known.includes('providerOptions') ? {} : BAG, '', ofSdk);
    const { timeoutMs, signal } = given;
    const problems = [...strangers, ...timeoutProblems(timeoutMs), ...signalProblems(signal)];
    // The signal was checked above. With problems it is not used.
    return { call: { timeoutMs, signal } as CallOptions, problems };
  } catch {
    return { call: {}, problems: UNREAD };
  }
}

/** Every problem of a `timeoutMs`. Without a usable number a create would never end. */
function timeoutProblems(timeoutMs: unknown): readonly PayoutIssue[] {
  if (timeoutMs === undefined) return NO_PROBLEMS;
  if (typeof timeoutMs === 'number' && Number.isSafeInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= 600_000) return NO_PROBLEMS;
  return [{ path: 'timeoutMs', message: 'must be a whole number of milliseconds from 1 to 600000' }];
}

/** Every problem of a signal, which is tried out here. A signal that fails later would lose the outcome of what was sent. */
function signalProblems(signal: unknown): readonly PayoutIssue[] {
  if (signal === undefined || isSignal(signal)) return NO_PROBLEMS;
  return [{ path: 'signal', message: 'must be an AbortSignal' }];
}

function isSignal(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const signal = given as AbortSignal;
  const listener = (): void => undefined;
  try {
    signal.addEventListener('abort', listener);
    signal.removeEventListener('abort', listener);
    return typeof signal.aborted === 'boolean';
  } catch {
    return false;
  }
}

// ---- What is written elsewhere ---------------------------------------------------------------------------------------

const BAG: Elsewhere = { providerOptions: 'belongs into the first argument, beside what is asked for' };

const NO_WAIT = 'is for calls that ask the provider; a prepare asks nobody: give it the request alone';

const ACCOUNT = 'to act for a connected account, call provider.forAccount(id); a create also takes `account` in its request';
const KEY = 'the key is made of the reference: give the same `reference` again, and it is the same key';

const KEY_SETTING = 'a provider is made with one key: make another provider';
const RESENDS = 'the setting `maxResends` says how often';
const ADDRESS = 'it is the setting `baseUrl`';
const HEADERS = 'headers are part of the settings of a provider';

/**
 * Options of the providers' own SDKs, in the same place of a call. If they were ignored, a payout would leave another account, or
 * be made under another key, than its caller believes.
 *
 * From `RequestOptions` and `RawRequestOptions` of one SDK (23.1.0, esm/lib.d.ts), and `RequestOptions` of another (1.12.28,
 * lib/sdks.d.ts). Core names no provider: its test has their names.
 */
const OF_SDKS: Elsewhere = {
  apiKey: KEY_SETTING,
  authenticator: KEY_SETTING,
  apiVersion: 'it is a setting of the provider',
  testmode: 'it is a setting of the provider',
  maxNetworkRetries: RESENDS,
  retries: RESENDS,
  retryCodes: `what is sent again follows from what the answer proves; ${RESENDS}`,
  timeout: 'write `timeoutMs`',
  streaming: 'answers are read whole',
  additionalHeaders: HEADERS,
  headers: HEADERS,
  apiBase: ADDRESS,
  host: ADDRESS,
  serverURL: ADDRESS,
  fetchOptions: 'write `signal` and `timeoutMs`; a `fetch` of your own is a setting',
  idempotencyKey: KEY,
  idempotency_key: KEY,
};

/** Names that SDKs give to the account of a call: the name of the provider, and one of these. */
const OF_ACCOUNT = /^[a-z]+(?:Account|Context)$/;

/** What to write instead of an SDK's option; `undefined` for any other key. */
function ofSdk(key: string): string | undefined {
  const instead = OF_ACCOUNT.test(key) ? ACCOUNT : Object.hasOwn(OF_SDKS, key) ? OF_SDKS[key] : undefined;
  return instead === undefined ? undefined : `is an option of a provider's own SDK and not known here; ${instead}`;
}
