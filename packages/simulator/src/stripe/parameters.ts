import type { FormMap, FormValue } from '../form.ts';
import { invalid } from './errors.ts';

/** A filter on a time: an exact second, or bounds. */
export type TimeFilter = number | { readonly gt?: number; readonly gte?: number; readonly lt?: number; readonly lte?: number };

/** Keys to set or (empty value) to unset; null unsets all. */
export type MetadataChange = ReadonlyMap<string, string> | null;

interface Kinds {
  readonly integer: number;
  readonly limit: number;
  readonly string: string;
  readonly metadata: MetadataChange;
  readonly expand: readonly string[];
  readonly time: TimeFilter;
  readonly boolean: boolean;
  /** Parameters of their own, to be read within this one. */
  readonly hash: FormMap;
}

/** What one parameter must look like. */
export interface ParameterRule<Kind extends keyof Kinds = keyof Kinds> {
  readonly kind: Kind;
  readonly required?: true;
  /** Smallest integer. */
  readonly min?: number;
  /** Most characters of a string. */
  readonly max?: number;
  /** The only strings there are. */
  readonly oneOf?: readonly string[];
  /** The empty string says the same as leaving it out. */
  readonly emptyable?: true;
}

/** The closed set of parameters of one operation. */
export type ParameterRules = Readonly<Record<string, ParameterRule>>;

/** What was given, decoded. */
export type Given<Rules extends ParameterRules> = { readonly [Name in keyof Rules]?: Kinds[Rules[Name]['kind']] | undefined };

type Reader = (name: string, value: FormValue, rule: ParameterRule) => Kinds[keyof Kinds];

const READERS: { readonly [Kind in keyof Kinds]: Reader } = {
  integer: (name, value, { min }) => atLeast(name, integer(name, value), min),
  // 0 answers one item and 101 answers a hundred, silently (observed; contract 4.2).
  limit: (name, value) => Math.min(100, Math.max(1, integer(name, value))),
  string: text,
  metadata: metadata,
  expand: (name, value) => list(name, value),
  time: (name, value) => time(name, value),
  boolean: (name, value) => boolean(name, value),
  hash: (name, value) => hash(name, value),
};

/**
 * Reads parameters against their closed set: unknown ones first, then missing ones, then each value.
 *
 * @param within The hash that they stand in, `a[b]`; refusals then name `a[b][parameter]`.
 * @throws {Refusal} with stage `validation`.
 */
export function readParameters<const Rules extends ParameterRules>(form: FormMap, rules: Rules, within?: string): Given<Rules> {
  const path = (name: string): string => (within === undefined ? name : `${within}[${name}]`);
  const unknown = [...form.keys()].filter((name) => !Object.hasOwn(rules, name)).map(path);
  const first = unknown[0];
  if (first !== undefined) throw unknownParameter(first, unknown);
  for (const [name, rule] of Object.entries(rules)) {
    if (rule.required === true && !form.has(name)) throw missing(path(name));
  }
  const given: Record<string, Kinds[keyof Kinds]> = {};
  for (const [name, value] of form) {
    const rule = rules[name];
    if (rule === undefined || (rule.emptyable === true && value === '')) continue;
    given[name] = READERS[rule.kind](path(name), value, rule);
  }
  // Each reader answers the type of its kind, which a loop over names cannot say.
  return given as Given<Rules>;
}

/** The refusal of a request that leaves out a parameter. */
export function missing(param: string): Error {
  return invalid({ code: 'parameter_missing', message: `Missing required param: ${param}.`, param });
}

function unknownParameter(param: string, all: readonly string[] = [param]): Error {
  const message = all.length === 1 ? `Received unknown parameter: ${param}` : `Received unknown parameters: ${all.join(', ')}`;
  return invalid({ code: 'parameter_unknown', message, param });
}

function integer(name: string, value: FormValue): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw invalid({
    code: 'parameter_invalid_integer',
    message: `Invalid integer: ${typeof value === 'string' ? value : '{}'}`,
    param: name,
  });
}

function atLeast(name: string, value: number, min: number | undefined): number {
  if (min === undefined || value >= min) return value;
  throw invalid({ code: 'parameter_invalid_integer', message: `This value must be greater than or equal to ${min}.`, param: name });
}

function text(name: string, value: FormValue, { max = 5000, oneOf }: ParameterRule): string {
  if (typeof value !== 'string') throw invalid({ message: 'Invalid string', param: name });
  if (value === '') throw empty(name);
  if (characters(value) > max)
    throw invalid({ message: `Invalid string: ${value.slice(0, 40)}...; must be at most ${max} characters`, param: name });
  if (oneOf !== undefined && !oneOf.includes(value))
    throw invalid({ message: `Invalid ${name}: must be one of ${oneOf.join(', ')}`, param: name });
  return value;
}

function empty(name: string): Error {
  const message =
    `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' ` +
    `cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`;
  return invalid({ code: 'parameter_invalid_empty', message, param: name });
}

function list(name: string, value: FormValue): readonly string[] {
  if (value === '') return [];
  if (typeof value === 'string') throw invalid({ message: 'Invalid array', param: name });
  return [...value].flatMap(([index, item]) => {
    if (!/^\d+$/.test(index) || typeof item !== 'string') throw invalid({ message: 'Invalid array', param: name });
    return item === '' ? [] : [item];
  });
}

function boolean(name: string, value: FormValue): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalid({ message: `Invalid boolean: ${typeof value === 'string' ? value : '{}'}`, param: name });
}

function hash(name: string, value: FormValue): FormMap {
  if (typeof value === 'string') throw invalid({ message: 'Invalid object', param: name });
  return value;
}

const BOUNDS: readonly string[] = ['gt', 'gte', 'lt', 'lte'];

function time(name: string, value: FormValue): TimeFilter {
  if (typeof value === 'string') return integer(name, value);
  const bounds: Record<string, number> = {};
  for (const [bound, limit] of value) {
    if (!BOUNDS.includes(bound)) throw unknownParameter(`${name}[${bound}]`);
    bounds[bound] = integer(`${name}[${bound}]`, limit);
  }
  return bounds;
}

function metadata(name: string, value: FormValue): MetadataChange {
  if (value === '') return null;
  if (typeof value === 'string') throw invalid({ message: 'Invalid object', param: name });
  const change = new Map<string, string>();
  for (const [key, text] of value) {
    const param = `${name}[${key}]`;
    if (typeof text !== 'string') throw invalid({ message: 'Invalid string', param });
    if (characters(key) > 40) throw tooLong('keys', 40, characters(key), param);
    if (characters(text) > 500) throw tooLong('values', 500, characters(text), param);
    change.set(key, text);
  }
  return change;
}

function tooLong(what: 'keys' | 'values', most: number, found: number, param: string): Error {
  return invalid({
    message: `Metadata ${what} can have up to ${most} characters, but you passed in one that is ${found} characters.`,
    param,
  });
}

/** Unicode characters, not UTF-16 units. */
function characters(text: string): number {
  return Array.from(text).length;
}

/** Whether a time in unix seconds passes. */
export function passes(filter: TimeFilter | undefined, seconds: number): boolean {
  if (filter === undefined) return true;
  if (typeof filter === 'number') return seconds === filter;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = filter;
  return seconds > gt && seconds >= gte && seconds < lt && seconds <= lte;
}

/**
 * The metadata after a change.
 *
 * @throws {Refusal} above 50 keys.
 */
export function changeMetadata(
  before: Readonly<Record<string, string>>,
  change: MetadataChange | undefined,
): Readonly<Record<string, string>> {
  if (change === undefined) return before;
  if (change === null) return {};
  const after = new Map(Object.entries(before));
  for (const [key, value] of change) {
    if (value === '') after.delete(key);
    else after.set(key, value);
  }
  if (after.size > 50) throw invalid({ message: 'You can only have 50 keys in metadata.', param: 'metadata' });
  return Object.fromEntries(after);
}
