/** Which part of a list is asked for. Cursors are exclusive. */
export interface PageQuery {
  readonly limit: number;
  readonly startingAfter?: string | undefined;
  readonly endingBefore?: string | undefined;
}

/** One page, in the order of the list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/**
 * Cuts a page out of a list that is sorted newest first.
 *
 * @param all Everything that exists, so that a cursor may point at what the filter leaves out.
 * @param visible Whether an item belongs to the answer.
 * @returns Null when a cursor points at nothing.
 */
export function cutPage<Item extends { readonly id: string }>(
  all: readonly Item[],
  visible: (item: Item) => boolean,
  query: PageQuery,
): Page<Item> | null {
  const at = (id: string | undefined): number | undefined => (id === undefined ? undefined : all.findIndex((item) => item.id === id));
  const after = at(query.startingAfter);
  const before = at(query.endingBefore);
  if (after === -1 || before === -1) return null;
  if (before !== undefined) {
    const newer = all.slice(0, before).filter(visible);
    return { items: newer.slice(Math.max(0, newer.length - query.limit)), hasMore: newer.length > query.limit };
  }
  const older = all.slice(after === undefined ? 0 : after + 1).filter(visible);
  return { items: older.slice(0, query.limit), hasMore: older.length > query.limit };
}
