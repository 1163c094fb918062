/** What an options object may hold: written as a table so that the compiler sees a type that has grown. */
export type Known<Options extends object> = Readonly<Record<keyof Options & string, true>>;

/**
 * Refuses a key that nobody would read: a world that is another than its test believes proves nothing.
 *
 * @throws {TypeError} with every such key, and what there is.
 */
export function assertKnown<Options extends object>(of: string, given: Options | undefined, known: Known<Options>): void {
  const names = Object.keys(known);
  const strange = Object.keys(given ?? {}).filter((key) => !names.includes(key));
  if (strange.length > 0) throw new TypeError(`${of} does not know ${strange.join(', ')}; known are ${names.join(', ')}.`);
}

/** What each of several forms may hold, by the key that tells the form. */
export type KnownForms = Readonly<Record<string, readonly string[]>>;

/** The same for one of several forms: of two in one object, one would be dropped. @throws {TypeError} */
export function assertForm(of: string, given: object, forms: KnownForms): void {
  const form = Object.keys(forms).find((key) => key in given);
  if (form === undefined) throw new TypeError(`${of} is one of ${Object.keys(forms).join(', ')}.`);
  const names = [form, ...(forms[form] ?? [])];
  assertKnown<object>(`${of} ${form}`, given, Object.fromEntries(names.map((name) => [name, true as const])));
}

/** Refuses what stands behind the only argument that is read. @throws {TypeError} */
export function assertAlone(of: string, more: readonly unknown[]): void {
  if (more.some((one) => one !== undefined)) throw new TypeError(`${of} takes one argument and nothing else.`);
}

/** The same for variants, by what was decided: all of them are decided. @throws {TypeError} */
export function allDecided<Decided extends object>(of: string, given: object | undefined, decided: Decided): Decided {
  const names = Object.keys(decided);
  const strange = Object.keys(given ?? {}).filter((key) => !names.includes(key));
  if (strange.length > 0) throw new TypeError(`${of} has no variants ${strange.join(', ')}; known are ${names.join(', ')}.`);
  return decided;
}
