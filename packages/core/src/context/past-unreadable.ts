import type { ProviderContext } from './context.ts';
import { type OnUnreadable, unreadableError, type UnreadableRow } from '../adapter/unreadable.ts';

/**
 * A page or an answer with rows that could not be read: the caller hears of them, or it is an error.
 *
 * @throws {PayoutError} `unexpected_response`, naming the rows.
 */
export function pastUnreadable(
  context: ProviderContext,
  what: string,
  unreadable: readonly UnreadableRow[],
  hears: OnUnreadable | undefined,
): void {
  if (unreadable.length === 0) return;
  // An id of a row that nobody could read may be anything, also the credential.
  const rows = unreadable.map(({ id, position, message }) => ({
    id: id === null || context.redact(id) !== id ? null : id,
    position,
    message: context.redact(message),
  }));
  if (hears === undefined) throw unreadableError(context.identity.name, what, rows);
  for (const row of rows) quietlyTold(hears, row);
}

/** A listener must not lose the list that it listens to, now or later. */
function quietlyTold(hears: OnUnreadable, row: UnreadableRow): void {
  try {
    Promise.resolve(hears(row) as unknown).catch(() => undefined);
  } catch {
    // What it throws says nothing about the list.
  }
}
