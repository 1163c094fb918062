// https://docs.mollie.com/reference/list-payouts (read 2026-11-20)
import { PayoutError } from '@disburse/core';
import { type AdapterListQuery, type AdapterPage, type HttpResponse, errorOfIssues, readRows } from '@disburse/core/adapter';
import * as v from 'valibot';
import { type Credential, pathOf } from './credential.ts';
import { balanceOf, type Reader, readPage, readPayout } from './read-payout.ts';

/** The largest page, in payouts; Mollie's own default is 50. */
export const LARGEST_PAGE = 250;
const DEFAULT_PAGE = 50;
/** Payouts created before this are never listed. The zone is not documented; UTC is the later reading. */
export const LIST_FLOOR = '2026-04-01T00:00:00.000Z';

/** Which list is read. */
export interface ListScope {
  readonly credential: Credential;
  readonly reader: Reader;
  readonly balanceId: string;
  readonly baseUrl: string;
  readonly get: (path: string) => Promise<HttpResponse>;
}

/**
 * One page of one balance, newest first. Mollie has no filter for status or time: core applies them.
 *
 * @throws {PayoutError} `invalid_request` for a cursor of another balance or mode; `unexpected_response` for a next link that
 * leads elsewhere or nowhere, or is not there.
 */
export async function listPayouts(scope: ListScope, query: AdapterListQuery): Promise<AdapterPage> {
  const cursor = query.cursor === undefined ? null : cursorIn(scope, query.cursor);
  const limit = query.limit ?? DEFAULT_PAGE;
  const page = readPage(scope.reader, await scope.get(pathTo(scope, cursor?.from ?? null, limit)));
  const from = nextFrom(scope, page.next);
  if (from !== null && from === cursor?.from)
    throw unexpected(scope, 'the next page of the list is the same page; reading on would never end.');
  const rows = page.payouts.filter((raw) => isOfBalance(scope, raw) && (cursor?.after == null || idOf(raw) !== cursor.after));
  const { rows: payouts, unreadable } = readRows(rows, (raw) => readPayout(scope.reader, raw));
  const last = idOf(page.payouts.at(-1)) ?? cursor?.after ?? null;
  return {
    payouts,
    unreadable,
    nextCursor: from === null ? null : cursorOf(scope, { from, after: last }),
  };
}

/** Every filter on every page: whether a next link keeps them is not documented, so only its `from` is taken. */
function pathTo(scope: ListScope, from: string | null, limit: number): string {
  return pathOf(scope.credential, 'list', '/v2/payouts', [
    ['balanceId', scope.balanceId],
    ...(from === null ? [] : [['from', from] as const]),
    ['limit', String(limit)],
    ['sort', 'desc'],
  ]);
}

/** The id of a row that may have nothing else that can be read. */
function idOf(raw: unknown): string | null {
  const { id } = Object(raw) as { readonly id?: unknown };
  return typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id) ? id : null;
}

function isOfBalance(scope: ListScope, raw: unknown): boolean {
  const source = balanceOf(raw);
  return source === null || source === scope.balanceId;
}

/** The id at which the next page begins; `null` at the end, which every page must tell: a lookup takes the end for a proof. */
function nextFrom(scope: ListScope, next: string | null | undefined): string | null {
  if (next === null) return null;
  if (next === undefined) throw unexpected(scope, 'a page of the list does not say whether it is the last.');
  const base = new URL(scope.baseUrl);
  const link = URL.canParse(next, scope.baseUrl) ? new URL(next, scope.baseUrl) : null;
  if (link?.origin !== base.origin) throw unexpected(scope, 'the next page of the list is on another origin; nothing was sent there.');
  const from = link.searchParams.get('from');
  if (from !== null && /^[\x21-\x7e]{1,500}$/.test(from)) return from;
  throw unexpected(scope, 'the next page of the list has no id to begin from.');
}

function unexpected(scope: ListScope, message: string): PayoutError {
  return new PayoutError('unexpected_response', message, { provider: scope.reader.name });
}

// ---- Cursors ---------------------------------------------------------------------------------------------------------

/** `from` is inclusive; `after` is the last id of the page before, dropped should the next page repeat it. */
interface Position {
  readonly from: string;
  readonly after: string | null;
}

const Cursor = v.strictTuple([v.literal(1), v.string(), v.boolean(), v.string(), v.nullable(v.string())]);

function cursorOf(scope: ListScope, { from, after }: Position): string {
  const json = JSON.stringify([1, scope.balanceId, scope.credential.live, from, after] satisfies v.InferOutput<typeof Cursor>);
  return btoa(encodeURIComponent(json));
}

function cursorIn(scope: ListScope, text: string): Position {
  const read = v.safeParse(Cursor, decoded(text));
  if (!read.success) throw refused(scope, 'is not a nextCursor of this provider');
  const [, balanceId, live, from, after] = read.output;
  if (balanceId !== scope.balanceId) throw refused(scope, 'belongs to the list of another balance');
  if (live !== scope.credential.live) throw refused(scope, `belongs to the list of the ${live ? 'live' : 'test'} mode`);
  return { from, after };
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(atob(text)));
  } catch {
    return null;
  }
}

function refused(scope: ListScope, message: string): PayoutError {
  return errorOfIssues('invalid_request', [{ path: 'cursor', message: `${message}; begin without one.` }], { provider: scope.reader.name });
}
