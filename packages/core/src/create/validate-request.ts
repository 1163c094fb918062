import { accountProblems } from './account.ts';
import type { AdapterCreateRequest, PayoutProviderSpec } from '../adapter/spec.ts';
import { errorOfIssues, type PayoutIssue } from '../errors.ts';
import { sha256 } from '../stores/idempotency.ts';
import { MOST_LEVELS } from '../platform/json.ts';
import { moneyIssues } from '../money/money.ts';
import { isReservedKey, RESERVED_KEY } from '../adapter/reserved-metadata.ts';
import { copyOf } from '../platform/plain-copy.ts';
import type { AnyPayoutProvider } from '../adapter/provider.ts';
import { optionProblems, optionsOf } from '../adapter/provider-options.ts';
import { isPlainObject, kindOf } from '../validation.ts';

const OPTIONAL_FIELDS = ['account', 'destination', 'statementDescriptor', 'metadata'] as const;
const FIELDS: readonly string[] = ['reference', 'attempt', 'money', 'description', 'providerOptions', ...OPTIONAL_FIELDS];
/** Shared empty result. Valid input is the common case. */
const NO_ISSUES: readonly PayoutIssue[] = [];

/** A request that has no problems, and the adapter's own options, parsed. */
export interface CheckedCreate {
  readonly request: AdapterCreateRequest;
  readonly options: object | undefined;
  /** The caller's request as it was when the call was made. */
  readonly copied: Record<string, unknown>;
}

/**
 * Checks a create against the common rules, the money profile, the options schema and the provider's own limits.
 *
 * @throws {PayoutError} `invalid_request`, or `unsupported` when all that is wrong is that the provider lacks something.
 */
export function checkCreate<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, name: string, given: unknown): CheckedCreate {
  const details = { provider: name, outcome: 'rejected' } as const;
  const input = copyOf(given);
  if (input === null) throw errorOfIssues('invalid_request', [{ path: 'request', message: noData(given) }], details);
  const unsupported = unsupportedFields(spec, input);
  const problems = NO_ISSUES.concat(
    unknownFields(input),
    referenceProblems(input['reference']),
    attemptProblems(input['attempt']),
    accountProblems(spec, input['account']),
    moneyProblems(spec, input['money']),
    textProblems('description', input['description']),
    textProblems('destination', input['destination']),
    textProblems('statementDescriptor', input['statementDescriptor']),
    metadataProblems(input['metadata']),
    optionProblems(spec.id, spec.options, 'create', input['providerOptions']),
  );
  if (problems.length > 0) throw errorOfIssues('invalid_request', [...problems, ...unsupported], details);
  if (unsupported.length > 0) throw errorOfIssues('unsupported', unsupported, details);
  const options = optionsOf(spec.id, spec.options, 'create', input['providerOptions']);
  const checked: CheckedCreate = { request: requestOf(input), options, copied: input };
  const limits = spec.problems(checked.request, checked.options as never);
  if (limits.length > 0) throw errorOfIssues(limits.every(saysUnsupported) ? 'unsupported' : 'invalid_request', limits, details);
  return checked;
}

const noData = (given: unknown): string =>
  isPlainObject(given) ? `must be plain data, nested ${MOST_LEVELS} levels deep at most` : `must be plain data, not ${kindOf(given)}`;

/** The highest attempt number. Nobody counts further on purpose. */
export const MOST_ATTEMPTS = 1000;

const saysUnsupported = (issue: PayoutIssue): boolean => issue.message.startsWith('is not supported');

function requestOf(input: Record<string, unknown>): AdapterCreateRequest {
  const { providerOptions: _, ...request } = input;
  return request as unknown as AdapterCreateRequest; // Every member was checked above.
}

function unknownFields(input: Record<string, unknown>): readonly PayoutIssue[] {
  const unknown = Object.keys(input).filter((key) => !FIELDS.includes(key));
  if (unknown.length === 0) return NO_ISSUES;
  return unknown.map((key) => ({ path: key, message: `is not known here; known are ${FIELDS.join(', ')}` }));
}

function unsupportedFields<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, input: Record<string, unknown>): PayoutIssue[] {
  const takes: Readonly<Record<string, boolean>> = spec.request;
  const issues: PayoutIssue[] = [];
  for (const field of OPTIONAL_FIELDS) {
    if (input[field] === undefined || takes[field] === true) continue;
    issues.push({ path: field, message: `is not supported: ${spec.label} does not take it` });
  }
  if (input['money'] === 'full_balance' && takes['fullBalance'] !== true) {
    issues.push({ path: 'money', message: `is not supported: ${spec.label} cannot pay out 'full_balance'; give an amount` });
  }
  return issues;
}

function referenceProblems(reference: unknown): readonly PayoutIssue[] {
  const path = 'reference';
  const example = 'such as seller-42-2026-11';
  if (typeof reference !== 'string')
    return [{ path, message: `must be a string, not ${kindOf(reference)}: your own id of this payout, ${example}` }];
  if (reference === '') return [{ path, message: `must not be empty: it is your own id of this payout, ${example}` }];
  if (reference.length > 120) return [{ path, message: `has ${reference.length} characters; at most 120 are allowed, ${example}` }];
  if (!/^[\x21-\x7e]+$/.test(reference)) {
    return [{ path, message: `must be visible ASCII: no spaces, control characters or letters beyond ASCII, ${example}` }];
  }
  return NO_ISSUES;
}

function attemptProblems(attempt: unknown): readonly PayoutIssue[] {
  if (attempt === undefined) return NO_ISSUES;
  if (typeof attempt === 'number' && Number.isSafeInteger(attempt) && attempt >= 1 && attempt <= MOST_ATTEMPTS) return NO_ISSUES;
  return [{ path: 'attempt', message: 'must come from nextAttempt(outcome); leave it out for the first attempt' }];
}

function moneyProblems<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, money: unknown): readonly PayoutIssue[] {
  if (money === 'full_balance') return NO_ISSUES;
  const issues = moneyIssues(money, 'money');
  if (issues.length > 0) return issues;
  const wire = spec.money.toWire(money as never);
  return wire.ok ? NO_ISSUES : [{ path: '', message: wire.message }]; // The message names its own path.
}

function textProblems(path: string, value: unknown): readonly PayoutIssue[] {
  if (value === undefined) return NO_ISSUES;
  if (typeof value !== 'string') return [{ path, message: `must be a string, not ${kindOf(value)}` }];
  if (value === '') return [{ path, message: 'must not be empty; leave it out instead' }];
  return value.isWellFormed() ? NO_ISSUES : [{ path, message: 'must be well-formed Unicode' }];
}

function metadataProblems(metadata: unknown): readonly PayoutIssue[] {
  if (metadata === undefined) return NO_ISSUES;
  if (!isPlainObject(metadata)) return [{ path: 'metadata', message: `must be an object of strings, not ${kindOf(metadata)}` }];
  const issues: PayoutIssue[] = [];
  for (const key of Object.keys(metadata)) {
    const message = entryProblem(key, metadata[key]);
    if (message !== null) issues.push({ path: `metadata.${key}`, message });
  }
  return issues;
}

function entryProblem(key: string, value: unknown): string | null {
  if (isReservedKey(key)) return RESERVED_KEY;
  if (typeof value !== 'string') return `must be a string, not ${kindOf(value)}`;
  return value.isWellFormed() && key.isWellFormed() ? null : 'must be well-formed Unicode';
}

// ---- Fingerprint -----------------------------------------------------------------------------------------------------

/** SHA-256 of the caller's request in canonical form, to tell whether two creates mean the same. Settings are no part of it. */
export function fingerprintOf(input: unknown): string | Promise<string> {
  const { attempt: _, ...request } = isPlainObject(input) ? input : {};
  return sha256(canonicalJson(request));
}

/** SHA-256 of what decides who is paid how much. It is equal for two requests that differ only in their texts. */
export function paymentFingerprintOf(input: unknown): string | Promise<string> {
  const { attempt: _, description: __, statementDescriptor: ___, metadata: ____, ...request } = isPlainObject(input) ? input : {};
  return sha256(canonicalJson(request));
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isPlainObject(value)) return JSON.stringify(value) ?? 'null';
  let members = '';
  for (const key of Object.keys(value).sort()) {
    if (value[key] === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value[key])}`;
  }
  return `{${members}}`;
}
