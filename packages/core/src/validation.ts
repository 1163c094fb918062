import type { BaseIssue, GenericSchema } from 'valibot';
import * as v from 'valibot';
import type { PayoutIssue } from './errors.ts';

/**
 * Every problem of a value, in words that never repeat the value: it may be a secret.
 *
 * Stricter than the schema library about objects: only plain objects and their own keys count, and each unknown key is named.
 */
export function problemsOf(schema: GenericSchema, value: unknown): readonly PayoutIssue[] {
  if (isObjectSchema(schema) && !isPlainObject(value)) return [{ path: '', message: `must be an object, not ${kindOf(value)}` }];
  const unknownKeys = isObjectSchema(schema) && schema.type === 'strict_object' && isPlainObject(value) ? unknownKeysOf(schema, value) : [];
  const result = v.safeParse(schema, value);
  const found = (result.issues ?? []).filter((issue) => !isUnknownKey(issue) || (issue.path?.length ?? 0) > 1).map(problemOf);
  return [...unknownKeys, ...found];
}

/** An object literal or what JSON.parse makes: no array, no class instance. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What something is, for a message that may not show it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === undefined) return 'missing';
  if (value instanceof Date) return 'a Date';
  const kind = typeof value;
  return kind === 'object' ? 'an object' : `a ${kind}`;
}

interface ObjectSchema extends GenericSchema {
  readonly entries: Readonly<Record<string, unknown>>;
}

function isObjectSchema(schema: GenericSchema): schema is ObjectSchema {
  return 'entries' in schema;
}

function unknownKeysOf(schema: ObjectSchema, value: Record<string, unknown>): PayoutIssue[] {
  return Object.keys(value)
    .filter((key) => !Object.hasOwn(schema.entries, key))
    .map((key) => ({ path: key, message: `is not known here; known are ${Object.keys(schema.entries).join(', ')}` }));
}

function isUnknownKey(issue: BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

function problemOf(issue: BaseIssue<unknown>): PayoutIssue {
  const path = v.getDotPath(issue) ?? '';
  if (isUnknownKey(issue)) return { path, message: 'is not known here' };
  // Messages that the library wrote repeat the value; ours never begin like that.
  if (!issue.message.startsWith('Invalid ')) return { path, message: issue.message };
  if (issue.input === undefined) return { path, message: `is missing; expected ${issue.expected ?? 'a value'}` };
  return { path, message: `must be ${issue.expected ?? 'different'}, not ${kindOf(issue.input)}` };
}
