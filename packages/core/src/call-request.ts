import { bagOf, bagProblems } from './create-request.ts';
import type { Engine } from './engine.ts';
import { errorOfIssues, type PayoutIssue } from './errors.ts';
import { isOwnKey } from './own-metadata.ts';
import type { CallOptions, CallWith, Decision, OptionBags } from './provider.ts';
import { isPlainObject, kindOf } from './validation.ts';

/** Checks a call and its option bag; answers the provider's own bag. @throws {PayoutError} `invalid_request`, every problem. */
export function checkedCall(
  engine: Engine,
  schemas: Readonly<Record<string, unknown>>,
  operation: keyof OptionBags,
  call: CallWith<string, object>,
  problems: readonly PayoutIssue[],
): object | undefined {
  const all = [...problems, ...optionProblems(call), ...bagProblems(engine.id, schemas, operation, call.providerOptions)];
  if (all.length > 0) throw errorOfIssues('invalid_request', all, { provider: engine.name, outcome: 'rejected' });
  return bagOf(engine.id, schemas, operation, call.providerOptions);
}

/** Checks what every call may carry. @throws {PayoutError} `invalid_request` */
export function checkedOptions(engine: Engine, call: CallOptions | undefined): CallOptions {
  const problems = optionProblems(call ?? {});
  // Of a submission it says nothing: that one may exist.
  if (problems.length > 0) throw errorOfIssues('invalid_request', problems, { provider: engine.name });
  return call ?? {};
}

/** A deadline that is no number, or none at all, would leave a create without an end. */
function optionProblems(call: CallOptions): PayoutIssue[] {
  const { timeoutMs, signal } = call;
  const issues: PayoutIssue[] = [];
  if (
    timeoutMs !== undefined &&
    !(typeof timeoutMs === 'number' && Number.isSafeInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= 600_000)
  ) {
    issues.push({ path: 'timeoutMs', message: 'must be a whole number of milliseconds from 1 to 600000' });
  }
  if (signal !== undefined && !(typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal)) {
    issues.push({ path: 'signal', message: 'must be an AbortSignal' });
  }
  return issues;
}

/** What a person may decide. @throws {PayoutError} `invalid_request` */
export function checkedDecision(engine: Engine, decision: unknown): Decision {
  if (isPlainObject(decision)) {
    if (decision['absent'] === true && decision['payoutId'] === undefined) return { absent: true };
    if (typeof decision['payoutId'] === 'string' && decision['payoutId'] !== '' && decision['absent'] === undefined)
      return { payoutId: decision['payoutId'] };
  }
  throw errorOfIssues('invalid_request', [{ path: 'decision', message: 'must be { payoutId } or { absent: true }' }], {
    provider: engine.name,
  });
}

/** An empty id would address the whole collection; dots would address its parent. */
export function idProblems(id: unknown): PayoutIssue[] {
  if (typeof id !== 'string' || id === '')
    return [{ path: 'id', message: `must be the provider's id of a payout, not ${id === '' ? 'empty' : kindOf(id)}` }];
  if (!/^[\x21-\x7e]{1,500}$/.test(id) || id === '.' || id === '..') {
    return [{ path: 'id', message: "must be the provider's id of a payout: visible ASCII" }];
  }
  return [];
}

export function changeProblems(change: unknown): PayoutIssue[] {
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
    if (isOwnKey(key)) return [{ path, message: 'keys that begin with disburse_ are taken by this library' }];
    if (typeof value === 'string' ? value.isWellFormed() : nullable && value === null) return [];
    return [{ path, message: `must be a string${nullable ? ' or null' : ''}, not ${kindOf(value)}` }];
  });
}
