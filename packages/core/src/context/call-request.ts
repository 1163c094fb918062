import { readCallWith } from './call-options.ts';
import { optionProblems, optionsOf } from '../adapter/provider-options.ts';
import type { ProviderContext } from './context.ts';
import { errorOfIssues, type PayoutIssue } from '../errors.ts';
import { unknownKeys } from '../known-keys.ts';
import { isReservedKey, RESERVED_KEY } from '../adapter/reserved-metadata.ts';
import { copyOf } from '../platform/plain-copy.ts';
import type { CallOptions, Decision, OperationOptions } from '../adapter/provider.ts';
import { isPlainObject, kindOf, UNREADABLE } from '../validation.ts';

/** A checked call of an operation that takes provider options. */
export interface CheckedCall {
  readonly call: CallOptions;
  /** The options for this provider, as its schema reads them. */
  readonly options: object | undefined;
}

/** A call of an operation, and the problems that were found before. */
export interface GivenCall {
  readonly context: ProviderContext;
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly operation: keyof OperationOptions;
  readonly given: unknown;
  readonly problems: readonly PayoutIssue[];
}

/** Checks a call and its provider options. @throws {PayoutError} `invalid_request`, with every problem */
export function checkedCall({ context, schemas, operation, given, problems }: GivenCall): CheckedCall {
  const { call, problems: wrong, providerOptions } = readCallWith(given);
  const all = [...problems, ...wrong, ...optionProblems(context.identity.id, schemas, operation, providerOptions)];
  if (all.length > 0) throw errorOfIssues('invalid_request', all, { provider: context.identity.name, outcome: 'rejected' });
  return { call, options: optionsOf(context.identity.id, schemas, operation, providerOptions) };
}

/** A plain copy of a change. A getter of the caller's may throw, or answer something else the next time. */
export function dataOf(given: unknown, path: string): { readonly value: unknown; readonly problems: readonly PayoutIssue[] } {
  if (!isPlainObject(given)) return { value: given, problems: [] };
  const value = copyOf(given);
  return value === null ? { value: given, problems: [{ path, message: UNREADABLE }] } : { value, problems: [] };
}

/** Checks a person's decision. @throws {PayoutError} `invalid_request` */
export function checkedDecision(context: ProviderContext, given: unknown): Decision {
  const { value: decision, problems } = dataOf(given, 'decision');
  const strangers =
    isPlainObject(decision) && problems.length === 0 ? unknownKeys(decision, ['payoutId', 'absent'], {}, 'decision') : problems;
  if (isPlainObject(decision) && strangers.length === 0) {
    const { absent, payoutId } = decision;
    if (absent === true && payoutId === undefined) return { absent };
    if (typeof payoutId === 'string' && payoutId !== '' && absent === undefined) return { payoutId };
  }
  const rule = { path: 'decision', message: 'must be { payoutId } or { absent: true }' };
  throw errorOfIssues('invalid_request', strangers.length > 0 ? strangers : [rule], { provider: context.identity.name });
}

/** Every problem of a payout id. An empty id would address the whole collection, and dots would address its parent. */
export function idProblems(id: unknown): PayoutIssue[] {
  if (typeof id !== 'string' || id === '')
    return [{ path: 'id', message: `must be the provider's id of a payout, not ${id === '' ? 'empty' : kindOf(id)}` }];
  if (!/^[\x21-\x7e]{1,500}$/.test(id) || id === '.' || id === '..') {
    return [{ path: 'id', message: "must be the provider's id of a payout: visible ASCII" }];
  }
  return [];
}

export function changeProblems(change: unknown): readonly PayoutIssue[] {
  const metadata = isPlainObject(change) ? change['metadata'] : undefined;
  if (!isPlainObject(change) || metadata === undefined)
    return [{ path: 'metadata', message: 'is missing: an object of strings (null removes a key), or null to remove all' }];
  const unknownKeys = Object.keys(change)
    .filter((key) => key !== 'metadata')
    .map((path) => ({ path, message: 'is not known here; only metadata can be changed' }));
  if (metadata === null) return unknownKeys;
  if (!isPlainObject(metadata))
    return [...unknownKeys, { path: 'metadata', message: `must be an object of strings, not ${kindOf(metadata)}` }];
  if (Object.keys(metadata).length === 0)
    return [...unknownKeys, { path: 'metadata', message: 'has no keys, so nothing would change; null removes all' }];
  return [...unknownKeys, ...keyProblems(metadata, true)];
}

export function reversalProblems(change: unknown): PayoutIssue[] {
  if (!isPlainObject(change)) return [{ path: 'change', message: `must be an object, not ${kindOf(change)}` }];
  const { metadata, attempt, ...rest } = change;
  const issues = Object.keys(rest).map((path) => ({ path, message: 'is not known here; known are metadata, attempt' }));
  if (metadata !== undefined && !isPlainObject(metadata))
    issues.push({ path: 'metadata', message: `must be an object of strings, not ${kindOf(metadata)}` });
  if (isPlainObject(metadata)) issues.push(...keyProblems(metadata, false));
  if (attempt !== undefined && !(typeof attempt === 'number' && Number.isSafeInteger(attempt) && attempt >= 1)) {
    issues.push({ path: 'attempt', message: 'must be a whole number from 1' });
  }
  return issues;
}

function keyProblems(metadata: Record<string, unknown>, nullable: boolean): PayoutIssue[] {
  return Object.entries(metadata).flatMap(([key, value]) => {
    if (!key.isWellFormed()) return [{ path: 'metadata', message: 'has a key that is no well-formed text' }];
    const path = `metadata.${key}`;
    if (isReservedKey(key)) return [{ path, message: RESERVED_KEY }];
    if (typeof value === 'string' ? value.isWellFormed() : nullable && value === null) return [];
    return [{ path, message: `must be a string${nullable ? ' or null' : ''}, not ${kindOf(value)}` }];
  });
}
