/** Takes secrets out of a text that a provider sent: one that repeats them is no reason to print them. */
export type Redact = (text: string) => string;

/** The secrets that one provider must not repeat. */
export interface Hidden {
  readonly redact: Redact;
  /** All of them, to be hidden by another provider too. */
  readonly secrets: readonly string[];
  /** Hides the secrets of others too. One of less than 8 characters is left: it may be a word of any answer. */
  readonly alsoHide: (others: readonly string[]) => void;
}

/** A shorter one stands in answers by chance; cut out of them, it would make them unreadable. */
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

/** A secret that begins with another one must not leave its end behind. White space around it is sent by nobody. */
function longestFirst(secrets: readonly string[]): readonly string[] {
  const trimmed = new Set(secrets.map((secret) => secret.trim()).filter((secret) => secret !== ''));
  return [...trimmed].toSorted((a, b) => b.length - a.length);
}

/** As it is, and as JSON writes it. */
function formsOf(secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) => [...new Set([secret, JSON.stringify(secret).slice(1, -1)])]);
}

/** A JSON text without secrets, however it writes their letters: JSON may write an `s` as `\u0073`. */
export function redactedJson(text: string, redact: Redact): string {
  const plain = text.includes('\\') ? plainLetters(text) : text;
  const told = redact(plain);
  return told === plain ? redact(text) : told; // Without a secret it stays as it came.
}

/** The same JSON, with visible ASCII as itself wherever it may be. */
function plainLetters(json: string): string {
  return json.replaceAll(/\\(?:u00([2-7][\da-f])|[^])/gi, (all: string, code?: string) => {
    if (code === undefined) return all === '\\/' ? '/' : all;
    const sign = String.fromCharCode(Number.parseInt(code, 16));
    if (sign === '"' || sign === '\\') return `\\${sign}`;
    return sign === '\u007f' ? all : sign;
  });
}

/** As long a row of digits may be the number of an account. */
const ACCOUNT_NUMBER = /\d{9}/;
/** Whether an id is nothing but the number of an account. Ids of payouts may have long rows of digits, and must not get lost. */
export function isAccountNumber(id: string): boolean {
  return hasAccountNumber(id) && (!/[a-z]/i.test(id) || /^[a-z]{2}\d{2}[a-z\d]{11,30}$/i.test(id));
}

/** Groups of three and more, as on a card or a statement; dates have shorter ones. */
const IN_GROUPS = /(?<![\da-z])\d{3,}(?:[^\da-z]\d{3,})+(?![\da-z])/gi;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** UUIDs and trace ids have such rows by chance. No IBAN has so many of these letters. */
const HEXADECIMAL = /^(?=(?:.*[a-f]){3})[\da-f]+$/;

/**
 * Whether what stands where an id should be looks like one. It gets printed, and may hold anything: a credential, the number
 * of an account, lines for a log.
 */
export function mayBePrinted(id: string | null, redact: Redact): id is string {
  if (id === null || !/^(?=.*[a-z])[\w.:/=+-]{1,128}$/i.test(id)) return false;
  return redact(id) === id && !hasAccountNumber(id);
}

/** Whether the number of an account may stand in an id, in one row of digits or in groups as people write it. */
export function hasAccountNumber(id: string): boolean {
  if (UUID.test(id)) return false;
  const grouped = id.match(IN_GROUPS) ?? [];
  if (grouped.some((groups) => ACCOUNT_NUMBER.test(groups.replaceAll(/\D/g, '')))) return true;
  return id.split(/[^\da-z]/i).some((part) => ACCOUNT_NUMBER.test(part) && !HEXADECIMAL.test(part));
}

/** What the id of a provider's object looks like. Another text in its place may be anything, also a secret. */
export const USUAL_ID: RegExp = /^[\w.:-]{1,128}$/;
