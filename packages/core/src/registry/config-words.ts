import type { GenericSchema } from 'valibot';
import * as v from 'valibot';
import type { PayoutIssue } from '../errors.ts';
import { nearest, notKnown } from '../known-keys.ts';
import type { AnyAdapterFactory } from './registry.ts';

/** Settings that are functions and objects of a program. No file can hold them. */
const OF_CODE = ['fetch', 'runtime', 'onTelemetry', 'submissions'];

/** Keys that an entry of a file cannot have, with the keys that were probably meant. */
export function strangeKeys(schema: GenericSchema, given: Readonly<Record<string, unknown>>): PayoutIssue[] {
  const entries = entriesOf(schema);
  if (entries === null) return [];
  const able = Object.keys(entries).filter((key) => key !== 'name' && !OF_CODE.includes(key));
  return Object.keys(given).flatMap((path) => {
    if (path === 'name') return [{ path, message: 'is not needed: the name is its key under providers' }];
    if (path === 'submissions') return [{ path, message: 'belongs beside "providers": there is one store for all of them' }];
    if (OF_CODE.includes(path) && Object.hasOwn(entries, path)) return [{ path, message: 'is nothing that a file can hold; remove it' }];
    return Object.hasOwn(entries, path) ? [] : [{ path, message: notKnown(path, able) }];
  });
}

/**
 * The factory that a configuration means by `adapter`: the key that the program gave it, else its id or an alias.
 *
 * So one file serves a program and the command, whichever word each of them has for the adapter.
 */
export function factoryFor(adapter: string, factories: Readonly<Record<string, AnyAdapterFactory>>): AnyAdapterFactory | undefined {
  if (Object.hasOwn(factories, adapter)) return factories[adapter];
  const [found, ...others] = Object.values(factories).filter(({ id, aliases = [] }) => id === adapter || aliases.includes(adapter));
  return others.length === 0 ? found : undefined;
}

/** The longest name. No credential of a provider is as short, and hardly a name is longer. */
const LONGEST_TOLD = 24;

/** The message for an unknown name, with the name that was probably meant. A text that may be a credential is not repeated. */
export function notOneOf(name: string, known: readonly string[]): string {
  const word = nearest(name, known);
  return `${name.length > LONGEST_TOLD ? 'it' : `"${name}"`} is not one of ${known.join(', ')}${word === null ? '' : `; did you mean "${word}"?`}`;
}

/** A reference to the environment, or a list of them, in words to copy. */
export function referenceText(list: boolean): string {
  const reference = '{ "env": "NAME_OF_A_VARIABLE" }';
  return list ? `[${reference}]` : reference;
}

/** Whether a setting is a list of texts. */
export function takesList(schema: GenericSchema, key: string): boolean {
  const entry = entriesOf(schema)?.[key];
  return entry !== undefined && v.is(entry, ['x']) && !v.is(entry, 'x');
}

function entriesOf(schema: GenericSchema): Readonly<Record<string, GenericSchema>> | null {
  return 'entries' in schema ? (schema.entries as Readonly<Record<string, GenericSchema>>) : null;
}
