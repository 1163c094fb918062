/** What stands where something was that nobody should read. */
const HIDDEN = '(hidden)';

/** Request headers that hold a credential. */
const SECRET_HEADERS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization'];
/** Parameters that hold the number of an account, by the last part of their name. */
const ACCOUNT_NUMBERS = /(^|[^a-z])(account_?number|iban)\]?$/i;

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

/** A body, byte for byte unless it holds the number of an account. */
export function hideBody(body: string): { readonly body: string; readonly hidden: string[] } {
  const hidden: string[] = [];
  if (/^\s*[{[]/.test(body)) {
    const shown: unknown = JSON.parse(body, (key, value: unknown) => {
      if (!ACCOUNT_NUMBERS.test(key) || typeof value !== 'string') return value;
      hidden.push(key);
      return HIDDEN;
    });
    return hidden.length === 0 ? { body, hidden } : { body: JSON.stringify(shown), hidden };
  }
  const shown = new URLSearchParams(body);
  for (const key of new Set(shown.keys())) {
    if (!ACCOUNT_NUMBERS.test(key)) continue;
    hidden.push(key);
    shown.set(key, HIDDEN);
  }
  return hidden.length === 0 ? { body, hidden } : { body: shown.toString(), hidden };
}
