/** Takes credentials out of a text that a provider sent: one that repeats them is no reason to print them. */
export type Redact = (text: string) => string;

/** @param credentials Headers that hold them, as a connection has them: `authorization: Bearer ...`. */
export function redactor(credentials: Readonly<Record<string, string>>): Redact {
  const secrets = Object.values(credentials)
    .map((value) => value.replace(/^\w+ /, '')) // The scheme is no secret.
    .filter((secret) => secret !== '');
  return (text) => secrets.reduce((told, secret) => told.replaceAll(secret, '[redacted]'), text);
}

/** As long a row of digits may be the number of an account. */
const ACCOUNT_NUMBER = /\d{9}/;
/** UUIDs and trace ids have such rows by chance. No IBAN has so many of these letters. */
const HEXADECIMAL = /^(?=(?:.*[a-f]){3})[\da-f]+$/;

/**
 * Whether what stands where an id should be looks like one. It gets printed, and may hold anything: a credential, the number
 * of an account, lines for a log.
 */
export function mayBePrinted(id: string | null, redact: Redact): id is string {
  if (id === null || !/^(?=.*[a-z])[\w.:/=+-]{1,128}$/i.test(id)) return false;
  return redact(id) === id && id.split(/[^\da-z]/i).every((part) => !ACCOUNT_NUMBER.test(part) || HEXADECIMAL.test(part));
}
