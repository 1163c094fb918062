// https://docs.stripe.com/api/expanding_objects
import { invalid } from './errors.ts';

/** Expanding the objects of one API. */
export interface Expansion<World, Kind extends string> {
  /** @throws {Refusal} for a path that does not lead to an expandable field. `prefix` is `data` for lists. */
  readonly checkExpand: (kind: Kind, paths: readonly string[] | undefined, prefix?: 'data') => readonly string[];
  /** The object with the fields of these (checked) paths replaced by what they point at. */
  readonly expanded: (world: World, kind: Kind, object: object, paths: readonly string[]) => object;
}

/**
 * Expansion by table.
 *
 * @param expandable The fields of each kind of object that can be expanded, and into what; null where there is nothing to show.
 * @param resolve The object with this id, or null.
 */
export function expansion<World, Kind extends string>(
  expandable: Readonly<Record<Kind, Readonly<Record<string, Kind | null>>>>,
  resolve: (world: World, kind: Kind, id: string) => object | null,
): Expansion<World, Kind> {
  const checkExpand: Expansion<World, Kind>['checkExpand'] = (kind, paths, prefix) =>
    (paths ?? []).map((path) => {
      const own = prefix === undefined ? path : path.startsWith(`${prefix}.`) ? path.slice(prefix.length + 1) : '';
      let at: Kind | null = kind;
      for (const field of own.split('.')) {
        if (at === null || !Object.hasOwn(expandable[at], field)) throw notExpandable(path);
        at = expandable[at][field] ?? null;
      }
      return own;
    });
  const expanded: Expansion<World, Kind>['expanded'] = (world, kind, object, paths) => {
    const fields = new Map<string, string[]>();
    for (const path of paths) {
      const [field = '', ...rest] = path.split('.');
      fields.set(field, [...(fields.get(field) ?? []), ...(rest.length === 0 ? [] : [rest.join('.')])]);
    }
    const result: Record<string, unknown> = { ...object };
    for (const [field, rest] of fields) {
      const target = expandable[kind][field] ?? null;
      const value = result[field];
      if (target === null || value === null || value === undefined) continue;
      // An id stands for the object; a hash is there already, and only what is in it can be expanded.
      const found = typeof value === 'string' ? resolve(world, target, value) : value;
      if (typeof found === 'object' && found !== null) result[field] = expanded(world, target, found, rest);
    }
    return result;
  };
  return { checkExpand, expanded };
}

/** The refusal of a path that cannot be expanded. */
export function notExpandable(path: string): Error {
  return invalid({ message: `This property cannot be expanded (${path}).`, param: 'expand' });
}
