import type { GenericSchema } from 'valibot';
import type { PayoutIssue } from '../errors.ts';
import type { OperationOptions } from './provider.ts';
import { isPlainObject, kindOf, problemsOf, readBy, UNREADABLE } from '../validation.ts';

/** Adapters that this program has loaded: a bag of options for any other name is a typing error of the caller. */
const knownAdapters = new Set<string>();

export function knowAdapter(id: string): void {
  knownAdapters.add(id);
}

/** Valid input is the common case. */
const NO_ISSUES: readonly PayoutIssue[] = [];

/** Every problem of `providerOptions`: bags of no known provider, and the own bag against its schema. */
export function optionProblems(
  id: string,
  schemas: Readonly<Record<string, unknown>>,
  operation: keyof OperationOptions,
  bags: unknown,
): readonly PayoutIssue[] {
  if (bags === undefined) return NO_ISSUES;
  try {
    return problemsOfBags(id, schemas, operation, bags);
  } catch {
    return [{ path: 'providerOptions', message: UNREADABLE }];
  }
}

function problemsOfBags(
  id: string,
  schemas: Readonly<Record<string, unknown>>,
  operation: keyof OperationOptions,
  bags: unknown,
): readonly PayoutIssue[] {
  if (!isPlainObject(bags)) return [{ path: 'providerOptions', message: `must be an object, not ${kindOf(bags)}` }];
  const strangers = Object.keys(bags)
    .filter((key) => key !== id && !knownAdapters.has(key))
    .map((key) => ({
      path: `providerOptions.${key}`,
      message: `no such provider; known are ${[...new Set([id, ...knownAdapters])].sort().join(', ')}`,
    }));
  const own = bags[id];
  if (own === undefined) return strangers;
  const schema = Object.hasOwn(schemas, operation) ? schemas[operation] : undefined;
  const path = `providerOptions.${id}`;
  const problems = schema === undefined ? takesNothing(own) : problemsOf(schema as never, own);
  return [
    ...strangers,
    ...problems.map((problem) => ({ path: problem.path === '' ? path : `${path}.${problem.path}`, message: problem.message })),
  ];
}

function takesNothing(own: unknown): PayoutIssue[] {
  if (!isPlainObject(own)) return [{ path: '', message: `must be an object, not ${kindOf(own)}` }];
  return Object.keys(own).map((key) => ({ path: key, message: 'is not known here; this operation takes no options' }));
}

/** The own bag as its schema reads it, once {@link optionProblems} found nothing. */
export function optionsOf(
  id: string,
  schemas: Readonly<Record<string, unknown>>,
  operation: keyof OperationOptions,
  bags: unknown,
): object | undefined {
  const own = isPlainObject(bags) ? bags[id] : undefined;
  const schema = Object.hasOwn(schemas, operation) ? schemas[operation] : undefined;
  if (own === undefined || schema === undefined) return undefined;
  const read = readBy(schema as GenericSchema<unknown, object>, own);
  return read.ok ? read.value : undefined; // Its problems are told by `optionProblems`.
}
