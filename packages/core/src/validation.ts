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
  const found = (result.issues ?? [])
    .filter((issue) => !isUnknownKey(issue) || (issue.path?.length ?? 0) > 1)
    .map((issue) => problemOf(schema, issue));
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
  readonly entries: Readonly<Record<string, GenericSchema>>;
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

/** The schema library's names of types, for people. */
const WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'an object',
};

const inWords = (expected: string | null): string =>
  (expected !== null && Object.hasOwn(WORDS, expected) ? WORDS[expected] : expected) ?? 'a value';

/** What a key that is not there would have been. Of a missing key the schema library says its name again. */
function missingAt(schema: GenericSchema, path: string, { expected }: BaseIssue<unknown>): string {
  if (expected === null || !expected.startsWith('"')) return `is missing; expected ${inWords(expected)}`;
  const entry = isObjectSchema(schema) && Object.hasOwn(schema.entries, path) ? schema.entries[path] : undefined;
  if (entry === undefined) return 'is missing';
  if ('message' in entry && typeof entry.message === 'string') return `is missing; ${entry.message}`;
  return `is missing; expected ${inWords(entry.expects)}`;
}

function problemOf(schema: GenericSchema, issue: BaseIssue<unknown>): PayoutIssue {
  const path = v.getDotPath(issue) ?? '';
  if (isUnknownKey(issue)) return { path, message: 'is not known here' };
  // Messages that the library wrote repeat the value; ours never begin like that.
  if (!issue.message.startsWith('Invalid ')) return { path, message: issue.message };
  if (issue.input === undefined) return { path, message: missingAt(schema, path, issue) };
  return { path, message: `must be ${inWords(issue.expected)}, not ${kindOf(issue.input)}` };
}
