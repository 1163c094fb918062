import type { ProviderContext } from './context.ts';
import { type OnUnreadable, unreadableError, type UnreadableRow } from '../adapter/unreadable.ts';

/**
 * Handles the rows of a page or response that could not be read. The caller's listener gets them; without a listener they are an
 * error.
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
  // The id of an unreadable row may be anything, also a credential.
  const rows = unreadable.map(({ id, position, message }) => ({
    id: id === null || context.redact(id) !== id ? null : id,
    position,
    message: context.redact(message),
  }));
  if (hears === undefined) throw unreadableError(context.identity.name, what, rows);
  for (const row of rows) callQuietly(hears, row);
}

/** Calls the listener. An exception or a rejection of the listener must not end the list. */
function callQuietly(hears: OnUnreadable, row: UnreadableRow): void {
  try {
    Promise.resolve(hears(row) as unknown).catch(() => undefined);
  } catch {
    // An exception of the listener says nothing about the list.
  }
}
