import type { BaseIssue, GenericSchema } from 'valibot';
import * as v from 'valibot';
import type { PayoutIssue } from './errors.ts';

/**
 * Every problem of a value, in words that never repeat the value: it may be a secret.
 *
 * Stricter than the schema library about objects: only plain objects and their own keys count, and each unknown key is named.
 */
export function problemsOf(schema: GenericSchema, value: unknown): readonly PayoutIssue[] {
  const read = readBy(schema, value);
  return read.ok ? [] : read.problems;
}

/** A value as its schema reads it, or every problem of it. */
export type ReadValue<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly PayoutIssue[] };

/** Checks and reads a value once: a getter that is read twice could answer two things. See {@link problemsOf}. */
export function readBy<T>(schema: GenericSchema<unknown, T>, value: unknown): ReadValue<T> {
  try {
    if (isObjectSchema(schema) && !isPlainObject(value)) return refused([{ path: '', message: `must be an object, not ${kindOf(value)}` }]);
    const unknownKeys =
      isObjectSchema(schema) && schema.type === 'strict_object' && isPlainObject(value) ? unknownKeysOf(schema, value) : [];
    const result = v.safeParse(schema, value);
    const found = (result.issues ?? [])
      .filter((issue) => !isUnknownKey(issue) || (issue.path?.length ?? 0) > 1)
      .map((issue) => problemOf(schema, issue));
    const problems = [...unknownKeys, ...found];
    return problems.length === 0 && result.success ? { ok: true, value: result.output } : refused(problems);
  } catch {
    return refused([{ path: '', message: UNREADABLE }]); // The thrown value may hold anything.
  }
}

const refused = (problems: readonly PayoutIssue[]) => ({ ok: false, problems }) as const;

/** The message for an object whose getters, or whose proxy, throw. */
export const UNREADABLE = 'cannot be read: it throws when it is looked at. Pass plain data';

/**
 * Whether a value is an object literal or comes from JSON.parse, also in another realm. Arrays and class instances are not.
 *
 * Jest, vitest's `vmThreads` and edge sandboxes run a program in a realm of its own. Objects that `structuredClone` and
 * `Response.json()` make there have another `Object.prototype` than the program's.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null || isRootPrototype(prototype);
  } catch {
    return false; // The value may be a proxy that throws.
  }
}

/**
 * Whether an object is the `Object.prototype` of some realm: it has no prototype, and it has the method that only such a one has.
 */
function isRootPrototype(prototype: unknown): boolean {
  if (typeof prototype !== 'object' || prototype === null) return false;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** The platform's name of an object, whichever realm it is from: `Date`, `ArrayBuffer`, `AbortSignal`. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice('[object '.length, -1);
  } catch {
    return 'Object'; // The value may be a proxy, or have a getter, that throws.
  }
}

/** Objects that are passed by mistake, by the platform's names. */
const TOLD_TAGS: Readonly<Record<string, string>> = {
  AbortSignal: 'an AbortSignal',
  ArrayBuffer: 'an ArrayBuffer',
  Array: 'an array',
  Blob: 'a Blob',
  Date: 'a Date',
  Map: 'a Map',
  Promise: 'a promise; await it first',
  ReadableStream: 'a stream',
  Set: 'a Set',
};

/** The kind of a value, for a message that may not show it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  const kind = typeof value;
  if (kind !== 'object') return `a ${kind}`;
  const tag = tagOf(value);
  return (Object.hasOwn(TOLD_TAGS, tag) ? TOLD_TAGS[tag] : undefined) ?? 'an object';
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

/** What a missing key should have been. The schema library's message for one would only repeat its name. */
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
  // The schema library's own messages repeat the value, and ours never begin like them.
  if (!issue.message.startsWith('Invalid ')) return { path, message: issue.message };
  if (issue.input === undefined) return { path, message: missingAt(schema, path, issue) };
  return { path, message: `must be ${inWords(issue.expected)}, not ${kindOf(issue.input)}` };
}
