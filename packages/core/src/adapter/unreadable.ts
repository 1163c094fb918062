import { isPayoutError, nameOfThrown, PayoutError, type PayoutIssue } from '../errors.ts';
import { isAccountNumber } from '../printable.ts';
import { isPlainObject, kindOf, UNREADABLE } from '../validation.ts';

/** A row of an answer, such as one payout of a list, that could not be read. Plain JSON, without any value of the row but its id. */
export interface UnreadableRow {
  /** The provider's id of the payout, or the word for the currency of a balance; `null` where the row shows none. */
  readonly id: string | null;
  /** Which row of its page or answer, from 1. */
  readonly position: number;
  /** What could not be read. */
  readonly message: string;
}

/** Hears of a row that was left out. What it throws, or its promise rejects with, is dropped. */
export type OnUnreadable = (row: UnreadableRow) => void;

/** Rows as an adapter hands them to core. */
export interface ReadRows<T> {
  readonly rows: readonly T[];
  readonly unreadable: readonly UnreadableRow[];
}

/**
 * Reads the rows of an answer one by one, so that one that cannot be read hides no other. For adapters.
 *
 * @param read Reads one row; what it throws makes the row unreadable. Its message must name fields, and no values.
 * @param idIn The id that a raw row shows. @default its member `id`
 */
export function readRows<T>(raw: readonly unknown[], read: (row: unknown) => T, idIn: (row: unknown) => unknown = memberId): ReadRows<T> {
  const rows: T[] = [];
  const unreadable: UnreadableRow[] = [];
  raw.forEach((row, index) => {
    try {
      rows.push(read(row));
    } catch (error) {
      unreadable.push({ id: idLike(idIn(row)), position: index + 1, message: messageOf(error) });
    }
  });
  return { rows, unreadable };
}

function memberId(row: unknown): unknown {
  return isPlainObject(row) ? row['id'] : null;
}

/** The text, where it looks like an id. */
function idLike(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) && !isAccountNumber(value) ? value : null;
}

function messageOf(error: unknown): string {
  if (isPayoutError(error)) return error.message.replace(/^\[[^\]]*\] /, '');
  return `an unexpected ${nameOfThrown(error)} was thrown while it was read.`;
}

/** The error of rows that could not be read, for an answer that is worth nothing without them. */
export function unreadableError(provider: string, what: string, unreadable: readonly UnreadableRow[]): PayoutError {
  const issues = unreadable.map(({ id, position, message }) => ({ path: `row ${position}${id === null ? '' : ` (${id})`}`, message }));
  const told = issues.slice(0, MOST_TOLD).map(({ path, message }) => `${path}: ${message}`);
  const more = issues.length > MOST_TOLD ? ` And ${issues.length - MOST_TOLD} more.` : '';
  const message = `${what} cannot be read: ${told.join(' ')}${more} Give onUnreadable to read the other rows.`;
  const [only] = unreadable;
  return new PayoutError('unexpected_response', message, {
    provider,
    issues,
    payoutId: unreadable.length === 1 ? (only?.id ?? null) : null,
  });
}

/** So many rows are named in one message. */
const MOST_TOLD = 5;

/** What a call carries, without its listener, and what is wrong with that. */
export interface Heard<C extends object> {
  readonly call: C | undefined;
  readonly hears: OnUnreadable | undefined;
  readonly problems: readonly PayoutIssue[];
}

/** Takes the listener out of what a call carries: adapters and the checks of other options have no use for it. */
export function withoutListener<C extends object>(call: C | undefined): Heard<C> {
  if (!isPlainObject(call) || !Object.hasOwn(call, 'onUnreadable')) return { call, hears: undefined, problems: [] };
  try {
    const { onUnreadable: hears, ...rest } = call;
    const isListener = hears === undefined || typeof hears === 'function';
    const problems = isListener ? [] : [{ path: 'onUnreadable', message: `must be a function, not ${kindOf(hears)}` }];
    return { call: rest as C, hears: isListener ? (hears as OnUnreadable | undefined) : undefined, problems };
  } catch {
    return { call: undefined, hears: undefined, problems: [{ path: 'call', message: UNREADABLE }] };
  }
}
