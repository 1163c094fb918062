// https://docs.stripe.com/api (form encoding; bytes as the official SDK writes them, npm `stripe` 23.1.0 esm/utils.js)

/** A parameter. `null` and `''` unset it; `undefined` leaves it out; a list is sent with its indexes. */
export type FormValue = string | number | boolean | null | undefined | readonly FormValue[] | FormFields;

/** Parameters by name, sent in the order given. */
export interface FormFields {
  readonly [name: string]: FormValue;
}

/**
 * Stripe's form encoding: `metadata[order_id]=6735&expand[0]=destination`.
 *
 * Brackets of the structure stay literal, everything else is percent-encoded (a space is `%20`, never `+`).
 * `URLSearchParams` would write other bytes, and the bytes are what an idempotency key is compared by.
 */
export function encodeForm(fields: FormFields): string {
  return addFields([], fields, null).join('&');
}

/**
 * A form body, read back only as {@link encodeForm} writes it: by name, brackets literal; `null` for anything else.
 *
 * Nothing is there twice: which of two amounts Stripe takes is not ours to guess.
 */
export function decodeForm(body: string): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  for (const pair of body.split('&')) {
    const [, name = '', value = ''] = /^([^=]+)=([^=]*)$/.exec(pair) ?? [];
    const read = decoded(name.replaceAll(/[[\]]/g, ''));
    const text = decoded(value);
    if (read === null || text === null || fields.has(name)) return null;
    fields.set(name, text);
  }
  return fields;
}

/** `null` for what {@link encode} would have written otherwise. */
function decoded(text: string): string | null {
  try {
    const plain = decodeURIComponent(text);
    return encode(plain) === text ? plain : null;
  } catch {
    return null;
  }
}

/** A path with its query, in the same encoding. */
export function withQuery(path: string, fields: FormFields): string {
  const query = encodeForm(fields);
  return query === '' ? path : `${path}?${query}`;
}

function addFields(pairs: string[], fields: FormFields, parent: string | null): string[] {
  for (const name of Object.keys(fields)) add(pairs, parent === null ? encode(name) : `${parent}[${encode(name)}]`, fields[name]);
  return pairs;
}

function add(pairs: string[], name: string, value: FormValue): void {
  if (value === undefined) return;
  if (isList(value)) value.forEach((item, index) => add(pairs, `${name}[${index}]`, item));
  else if (typeof value === 'object' && value !== null) addFields(pairs, value, name);
  else pairs.push(`${name}=${value === null ? '' : encode(String(value))}`);
}

const isList = (value: FormValue): value is readonly FormValue[] => Array.isArray(value);

/** Nothing to encode, as in most names and values. */
const PLAIN = /^[\w.~-]*$/;

/** What `encodeURIComponent` leaves alone and Stripe's own client does not. `~` stays. */
function encode(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text).replace(/[!*()']/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
