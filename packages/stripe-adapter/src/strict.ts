import * as v from 'valibot';

/** What an object of the caller's may hold, and nothing else. */
type Strict<Entries extends v.ObjectEntries> = v.StrictObjectSchema<Entries, undefined>;

/**
 * A strict object within another one. It names every key that it does not know; the schema library's own names only the first.
 *
 * Not for the outermost object of a schema: of that one core names them.
 */
export function strictObject<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.SchemaWithPipe<readonly [Strict<Entries>, v.RawCheckAction<v.InferOutput<Strict<Entries>>>]> {
  return v.pipe(
    v.strictObject(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      const first = dataset.issues?.find(
        ({ type, expected, path }) => type === 'strict_object' && expected === 'never' && path?.length === 1,
      );
      const [told] = first?.path ?? [];
      if (told?.type !== 'object') return;
      for (const [key, value] of Object.entries(told.input)) {
        if (key === told.key || Object.hasOwn(entries, key)) continue;
        addIssue({ message: 'is not known here', path: [{ type: 'object', origin: 'key', input: told.input, key, value }] });
      }
    }),
  );
}
