import { errorOfIssues, type PayoutErrorCode, type PayoutIssue } from './errors.ts';
import { isPlainObject, kindOf } from './validation.ts';

/** The keys that an object may have. They are written as a table so that the compiler reports a type that has grown. */
export type KnownKeys<T extends object> = Readonly<Record<keyof T & string, true>>;

/** Keys that belong elsewhere, and where they belong or what is written instead. */
export type Elsewhere = Readonly<Record<string, string>>;

/**
 * The problems of every unknown key of an options object. A key that is ignored silently is missed only once it is needed.
 *
 * @param path The prefix of a key in messages; empty for none.
 * @param advice What to say of a key that is in no table.
 */
export function unknownKeys(
  given: unknown,
  known: readonly string[],
  elsewhere: Elsewhere = {},
  path = '',
  advice: (key: string) => string | undefined = () => undefined,
): PayoutIssue[] {
  if (given === undefined) return [];
  if (!isPlainObject(given)) return [{ path: path === '' ? 'options' : path, message: `must be an object, not ${kindOf(given)}` }];
  return Object.keys(given)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      message: (Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined) ?? advice(key) ?? notKnown(key, known),
    }));
}

/** Throws what {@link unknownKeys} finds. @throws {PayoutError} with every problem. */
export function assertKnown<T extends object>(
  of: string,
  given: unknown,
  known: KnownKeys<T>,
  code: PayoutErrorCode = 'invalid_request',
): void {
  const issues = unknownKeys(given, Object.keys(known));
  if (issues.length > 0) throw errorOfIssues(code, issues, { provider: of });
}

/** The message for an unknown key: the key that was probably meant, and the known ones. */
export function notKnown(key: string, known: readonly string[]): string {
  if (known.length === 0) return 'is not known here; nothing is';
  const word = nearest(key, known);
  return `is not known here; ${word === null ? '' : `did you mean "${word}"? `}known are ${known.join(', ')}`;
}

/** The known word that differs in a few letters at most. Capitals, hyphens and underscores do not count. */
export function nearest(given: string, known: readonly string[]): string | null {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const [best] = known
    .map((word) => ({ word, steps: stepsBetween(plain(given), plain(word)), most: Math.min(3, plain(word).length / 3) }))
    .filter(({ steps, most }) => steps <= most)
    .sort((a, b) => a.steps - b.steps);
  return best?.word ?? null;
}

/** How many letters must be added, removed or replaced. A text longer than a name can be is cut first. */
function stepsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const letter of one.slice(0, 60)) {
    const next = [(row[0] ?? 0) + 1];
    for (let at = 1; at < row.length; at += 1) {
      const replaced = (row[at - 1] ?? 0) + (letter === other[at - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The options of an operation that takes none: any key is an error. */
export interface NoOptions {
  readonly '~none'?: never;
}
