/** Removes secrets from a text that a provider sent. A provider that repeats a secret is no reason to print it. */
export type Redact = (text: string) => string;

/** The secrets of one provider, which nothing may print. */
export interface Hidden {
  readonly redact: Redact;
  /** All of these secrets, so that another provider can hide them too. */
  readonly secrets: readonly string[];
  /** Hides the secrets of others too. A secret of less than 8 characters is not hidden: it may be a word of any response. */
  readonly alsoHide: (others: readonly string[]) => void;
}

/**
 * The shortest secret of others that is hidden. Shorter ones stand in responses by chance, and removing them would make a response
 * unreadable.
 */
const SHORTEST_OF_OTHERS = 8;

/**
 * @param credentials Headers that hold them, as a connection has them: `authorization: Bearer ...`.
 * @param others Secrets that are in no header, such as those of webhooks.
 */
export function hiding(credentials: Readonly<Record<string, string>>, others: readonly string[] = []): Hidden {
  let secrets = longestFirst(Object.values(credentials).map((value) => value.replace(/^\w+ /, ''))); // The scheme is no secret.
  let forms = formsOf(secrets);
  const alsoHide: Hidden['alsoHide'] = (more) => {
    secrets = longestFirst([...secrets, ...more.filter((secret) => secret.trim().length >= SHORTEST_OF_OTHERS)]);
    forms = formsOf(secrets);
  };
  alsoHide(others);
  return {
    redact: (text) => forms.reduce((told, secret) => told.replaceAll(secret, '[redacted]'), text),
    get secrets() {
      return secrets;
    },
    alsoHide,
  };
}

/** @param credentials As {@link hiding} takes them. */
export function redactor(credentials: Readonly<Record<string, string>>): Redact {
  return hiding(credentials).redact;
}

/**
 * Longer secrets come first: a secret that begins with another one must not leave its end behind. White space around a secret is
 * removed, because nobody sends it.
 */
function longestFirst(secrets: readonly string[]): readonly string[] {
  const trimmed = new Set(secrets.map((secret) => secret.trim()).filter((secret) => secret !== ''));
  return [...trimmed].toSorted((a, b) => b.length - a.length);
}

/** A secret in its own form, and as JSON writes it. */
function formsOf(secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) => [...new Set([secret, JSON.stringify(secret).slice(1, -1)])]);
}

/** A JSON text without secrets, however their letters are written: JSON may write an `s` as `\u0073`. */
export function redactedJson(text: string, redact: Redact): string {
  const plain = text.includes('\\') ? plainLetters(text) : text;
  const told = redact(plain);
  return told === plain ? redact(text) : told; // A text without a secret stays as it came.
}

/** The same JSON, with visible ASCII characters unescaped wherever that is possible. */
function plainLetters(json: string): string {
  return json.replaceAll(/\\(?:u00([2-7][\da-f])|[^])/gi, (all: string, code?: string) => {
    if (code === undefined) return all === '\\/' ? '/' : all;
    const sign = String.fromCharCode(Number.parseInt(code, 16));
    if (sign === '"' || sign === '\\') return `\\${sign}`;
    return sign === '\u007f' ? all : sign;
  });
}

/** The shortest row of digits that may be an account number. */
const ACCOUNT_NUMBER = /\d{9}/;
/** Whether an id is nothing but an account number. Ids of payouts may have long rows of digits, and must not get lost. */
export function isAccountNumber(id: string): boolean {
  return hasAccountNumber(id) && (!/[a-z]/i.test(id) || /^[a-z]{2}\d{2}[a-z\d]{11,30}$/i.test(id));
}

/** Groups of three and more digits, as on a card or a statement. Dates have shorter ones. */
const IN_GROUPS = /(?<![\da-z])\d{3,}(?:[^\da-z]\d{3,})+(?![\da-z])/gi;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** UUIDs and trace ids have such rows by chance. No IBAN has so many of these letters. */
const HEXADECIMAL = /^(?=(?:.*[a-f]){3})[\da-f]+$/;

/**
 * Whether a text in the place of an id looks like an id. Ids get printed, and the text may be a credential, an account number or
 * lines for a log.
 */
export function mayBePrinted(id: string | null, redact: Redact): id is string {
  if (id === null || !/^(?=.*[a-z])[\w.:/=+-]{1,128}$/i.test(id)) return false;
  return redact(id) === id && !hasAccountNumber(id);
}

/** Whether an id may hold an account number, in one row of digits or in groups as people write it. */
export function hasAccountNumber(id: string): boolean {
  if (UUID.test(id)) return false;
  const grouped = id.match(IN_GROUPS) ?? [];
  if (grouped.some((groups) => ACCOUNT_NUMBER.test(groups.replaceAll(/\D/g, '')))) return true;
  return id.split(/[^\da-z]/i).some((part) => ACCOUNT_NUMBER.test(part) && !HEXADECIMAL.test(part));
}

/** The form of a provider's object id. Another text in its place may be anything, also a secret. */
export const USUAL_ID: RegExp = /^[\w.:-]{1,128}$/;
