/** What stands where something was that nobody should read. */
const HIDDEN = '(hidden)';

// ---- What must not be printed, wherever it comes from ----------------------------------------------------------------

/** Takes values out of what is about to be printed. */
export interface SecretValues {
  add(values: readonly string[]): void;
  /** A text without them, or a value of JSON without them in any of its texts and names. */
  hideIn<Value>(value: Value): Value;
}

/** No credential is as short, and a shorter one would be found in words. */
const SHORTEST = 6;

/** Values that nobody may read, as far as they are known. */
export function secretValues(): SecretValues {
  let known: readonly string[] = [];
  const textWithout = (text: string): string => known.reduce((told, secret) => told.replaceAll(secret, HIDDEN), text);
  const without = (value: unknown): unknown => {
    if (typeof value === 'string') return textWithout(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(without);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [textWithout(key), without(member)]));
  };
  return {
    add: (values) => {
      const all = new Set([...known, ...values.filter(({ length }) => length >= SHORTEST)]);
      known = [...all].sort((a, b) => b.length - a.length); // One may be the beginning of another.
    },
    hideIn: <Value>(value: Value) => (known.length === 0 ? value : (without(value) as Value)), // Texts become texts: of the same shape.
  };
}

/** As long a row of digits, also in groups as people write it, may be the number of an account. */
export function withoutAccountNumbers(text: string): string {
  return text.replaceAll(/\d(?: ?\d){8,}/g, HIDDEN);
}

// ---- Requests --------------------------------------------------------------------------------------------------------

/** Request headers that hold a credential. */
const SECRET_HEADERS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization'];
/** Parameters that hold what nobody should read: the number of an account, an address of the internet, who and where a recipient is. */
const PERSONAL: readonly RegExp[] = [/(^|[^a-z])(account_?number|iban|ip_?address)\]?$/i, /(^|[^a-z])billing_?details(\]|$)/i];
const isPersonal = (name: string): boolean => PERSONAL.some((form) => form.test(name));

/** Headers without credentials. `Bearer` stays: it tells how the credential is sent. */
export function hideHeaders(headers: Readonly<Record<string, string>>): {
  readonly headers: Record<string, string>;
  readonly hidden: string[];
} {
  const secret = Object.keys(headers).filter((name) => SECRET_HEADERS.includes(name.toLowerCase()));
  const shown = Object.entries(headers).map(([name, value]) => {
    if (!secret.includes(name)) return [name, value] as const;
    const [scheme = '', ...rest] = value.split(' ');
    return [name, rest.length === 0 ? HIDDEN : `${scheme} ${HIDDEN}`] as const;
  });
  return { headers: Object.fromEntries(shown), hidden: secret };
}

/** A body, byte for byte unless it holds something personal. */
export function hideBody(body: string): { readonly body: string; readonly hidden: string[] } {
  const hidden: string[] = [];
  if (/^\s*[{[]/.test(body)) {
    const shown: unknown = JSON.parse(body, (key, value: unknown) => {
      if (!isPersonal(key) || value === null) return value;
      hidden.push(key);
      return HIDDEN;
    });
    return hidden.length === 0 ? { body, hidden } : { body: JSON.stringify(shown), hidden };
  }
  const shown = new URLSearchParams(body);
  for (const key of new Set(shown.keys())) {
    if (!isPersonal(key)) continue;
    hidden.push(key);
    shown.set(key, HIDDEN);
  }
  return hidden.length === 0 ? { body, hidden } : { body: shown.toString(), hidden };
}
