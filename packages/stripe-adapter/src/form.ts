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
  return pairsOf(fields, null).join('&');
}

/** A path with its query, in the same encoding. */
export function withQuery(path: string, fields: FormFields): string {
  const query = encodeForm(fields);
  return query === '' ? path : `${path}?${query}`;
}

function pairsOf(fields: FormFields, parent: string | null): string[] {
  return Object.entries(fields).flatMap(([name, value]) => pairs(parent === null ? encode(name) : `${parent}[${encode(name)}]`, value));
}

function pairs(name: string, value: FormValue): string[] {
  if (value === undefined) return [];
  if (isList(value)) return value.flatMap((item, index) => pairs(`${name}[${index}]`, item));
  if (typeof value === 'object' && value !== null) return pairsOf(value, name);
  return [`${name}=${value === null ? '' : encode(String(value))}`];
}

const isList = (value: FormValue): value is readonly FormValue[] => Array.isArray(value);

/** What `encodeURIComponent` leaves alone and Stripe's own client does not. `~` stays. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!*()']/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
