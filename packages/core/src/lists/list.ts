import { MOST_EMPTY_PAGES } from '../context/search.ts';
import type { AdapterListQuery, AdapterOperations, AdapterPage } from '../adapter/spec.ts';
import type { ProviderContext } from '../context/context.ts';
import { errorOfIssues, PayoutError, type PayoutIssue } from '../errors.ts';
import { iteratePages, type PageSource, type PayoutIterator } from './paginate.ts';
import type { Payout, PayoutPage } from '../payout/payout.ts';
import type { AnyPayoutProvider, CallOptions } from '../adapter/provider.ts';
import { yieldUntilFlushed } from '../platform/runtime.ts';
import type { PayoutStatus } from '../payout/status.ts';
import { parseTime, TIME_RULE } from '../platform/times.ts';
import { isPlainObject, kindOf, UNREADABLE } from '../validation.ts';

const QUERY_KEYS = ['status', 'createdFrom', 'createdTo', 'destination', 'limit', 'cursor', 'providerOptions'];
const STATUSES: readonly PayoutStatus[] = ['pending', 'in_transit', 'paid', 'failed', 'canceled', 'returned', 'unrecognized'];
/** How many pages one `list` call reads to find something that a filter of core lets through. */
const MOST_PAGES_A_CALL = 20;

/** Every problem of a list query that no provider could accept. */
function queryProblems(query: unknown, listLimit: number): PayoutIssue[] {
  if (!isPlainObject(query)) return [{ path: 'query', message: `must be an object, not ${kindOf(query)}` }];
  const issues = Object.keys(query)
    .filter((key) => !QUERY_KEYS.includes(key))
    .map((path) => ({ path, message: `is not known here; known are ${QUERY_KEYS.join(', ')}` }));
  const { status, limit } = query;
  if (status !== undefined && !STATUSES.some((known) => known === status)) {
    issues.push({ path: 'status', message: `must be one of ${STATUSES.join(', ')}` });
  }
  if (limit !== undefined && !(typeof limit === 'number' && Number.isSafeInteger(limit) && limit >= 1 && limit <= listLimit)) {
    issues.push({ path: 'limit', message: `must be a whole number from 1 to ${listLimit}` });
  }
  for (const path of ['createdFrom', 'createdTo']) {
    const value = query[path];
    if (value !== undefined && parseTime(value) === null) issues.push({ path, message: TIME_RULE });
  }
  for (const path of ['cursor', 'destination']) {
    const value = query[path];
    if (value !== undefined && !(typeof value === 'string' && value !== ''))
      issues.push({ path, message: 'must be a string that is not empty' });
  }
  return issues;
}

/**
 * A plain copy of a query. A getter of the caller's may throw, or answer something else the next time.
 *
 * @throws {PayoutError} `invalid_request`
 */
export function queryOf<Q extends object>(context: ProviderContext, given: Q | undefined): Q {
  try {
    // A query that is no plain object is refused together with its other problems.
    return isPlainObject(given) ? { ...given } : (given ?? ({} as Q));
  } catch {
    throw errorOfIssues('invalid_request', [{ path: 'query', message: UNREADABLE }], { provider: context.identity.name });
  }
}

const MOST_PARALLEL = 32;

/** Every problem of the options of a walk. */
function walkProblems({ parallel, createdFrom, cursor }: Readonly<Record<string, unknown>>): PayoutIssue[] {
  if (parallel === undefined || parallel === 1) return [];
  if (!(typeof parallel === 'number' && Number.isSafeInteger(parallel) && parallel >= 1 && parallel <= MOST_PARALLEL)) {
    return [{ path: 'parallel', message: `must be a whole number from 1 to ${MOST_PARALLEL}` }];
  }
  const issues: PayoutIssue[] = [];
  if (createdFrom === undefined)
    issues.push({ path: 'createdFrom', message: 'is needed for parallel: it is where the last window of time ends' });
  if (cursor !== undefined) issues.push({ path: 'cursor', message: 'cannot be given together with parallel: it is a place in one walk' });
  return issues;
}

/** Checks a query. @throws {PayoutError} `invalid_request` with every problem. */
export function checkAllQuery(context: ProviderContext, query: unknown, bags: readonly PayoutIssue[]): void {
  if (!isPlainObject(query)) return checkQuery(context, query, bags);
  const { parallel, ...page } = query;
  checkQuery(context, page, [...walkProblems({ ...page, parallel }), ...bags]);
}

/** Checks the options of a walk. @throws {PayoutError} `invalid_request` with every problem. */
export function checkQuery(context: ProviderContext, query: unknown, bags: readonly PayoutIssue[]): void {
  const problems = [...queryProblems(query, context.limits.listLimit), ...bags];
  if (problems.length > 0) throw errorOfIssues('invalid_request', problems, { provider: context.identity.name });
}

/** The adapter's `page`, with its unreadable rows handled. */
export type ReadPage = AdapterOperations<AnyPayoutProvider>['page'];

/** A list that is being read. */
export interface Listing {
  readonly context: ProviderContext;
  readonly page: ReadPage;
  readonly query: AdapterListQuery;
  readonly options: object | undefined;
  readonly call: CallOptions;
}

/** One page of the provider, without the payouts that the query leaves out. It reads on while a page has nothing to show. */
export async function listPage(listing: Listing, patience: Patience = patienceWith(listing.context)): Promise<PayoutPage> {
  const { query, options, call } = listing;
  let cursor = query.cursor;
  for (let read = 1; ; read += 1) {
    const page = await listing.page({ ...query, cursor }, options as never, call);
    const payouts = filtered(page.payouts, query);
    const nextCursor = isPast(page.payouts.at(-1), query) ? null : page.nextCursor;
    if (nextCursor !== null) patience.after(page, payouts.length);
    if (payouts.length > 0 || nextCursor === null || read >= MOST_PAGES_A_CALL) return { payouts, nextCursor };
    cursor = nextCursor;
  }
}

/** Applies the filters of core. They change nothing where the provider applied them already. */
function filtered(payouts: readonly Payout[], { status, destination, createdFrom, createdTo }: AdapterListQuery): readonly Payout[] {
  if (status === undefined && destination === undefined && createdFrom === undefined && createdTo === undefined) return payouts;
  const from = createdFrom === undefined ? Number.NEGATIVE_INFINITY : Date.parse(createdFrom);
  const to = createdTo === undefined ? Number.POSITIVE_INFINITY : Date.parse(createdTo);
  const anyTime = createdFrom === undefined && createdTo === undefined;
  return payouts.filter((payout) => {
    if (status !== undefined && payout.status !== status) return false;
    if (destination !== undefined && payout.destination !== destination) return false;
    if (anyTime) return true;
    const created = Date.parse(payout.createdAt);
    return !(created < from) && !(created >= to);
  });
}

/** Whether nothing further can match. Pages are newest first, so one that ends before `createdFrom` is the last. */
function isPast(last: Payout | undefined, query: AdapterListQuery): boolean {
  return last !== undefined && query.createdFrom !== undefined && Date.parse(last.createdAt) < Date.parse(query.createdFrom);
}

/** All payouts; the next page is fetched while the caller works on this one. */
export function listEvery(listing: Listing): PayoutIterator<Payout> {
  return iteratePages(pagesAfter(listing, new Set()));
}

/** The pages from a cursor on. `seen` holds the cursors before it. A list that does not end throws `unexpected_response`. */
export function pagesAfter(listing: Listing, seen: Set<string>): PageSource<Payout> {
  const { context, query } = listing;
  const patience = patienceWith(context);
  const ask = (cursor: string | undefined): Promise<PayoutPage> => listPage({ ...listing, query: { ...query, cursor } }, patience);
  let asked: Promise<PayoutPage> | null = null;
  let begun = false;
  return {
    next: async () => {
      if (!begun) asked = ask(query.cursor);
      begun = true;
      if (asked === null) return null;
      const { payouts, nextCursor } = await asked;
      if (nextCursor !== null && seen.has(nextCursor)) throw repeatedCursor(context);
      asked = null;
      if (nextCursor === null) return payouts;
      seen.add(nextCursor);
      asked = ask(nextCursor);
      // The error is thrown when the page is awaited, and not when the caller stops before.
      await yieldUntilFlushed(asked.catch(() => undefined));
      return payouts;
    },
    stop: () => undefined,
  };
}

// ---- Lists that do not end -------------------------------------------------------------------------------------------

export function repeatedCursor(context: ProviderContext): PayoutError {
  return endless(context, 'the list repeats a cursor; reading on would never end.');
}

const endless = (context: ProviderContext, message: string): PayoutError =>
  new PayoutError('unexpected_response', message, { provider: context.identity.name });

/** How many pages in a row may hold only rows that the query leaves out, while their times stay the same. */
const MOST_STANDING_PAGES = 1_000;
/**
 * How many such pages may follow while they get older or newer. A list may be long and a match rare. Larger pages get a caller
 * further.
 */
const MOST_PAGES_WITHOUT_PAYOUT = 10_000;

/** Counts how long a walk has waited for a payout. */
export interface Patience {
  /** Checks each page after which more follows. @throws {PayoutError} `unexpected_response` once nothing is to be expected. */
  after(page: AdapterPage, shown: number): void;
}

/** Makes a counter, a new one for each walk. */
export function patienceWith(context: ProviderContext): Patience {
  let empty = 0;
  let without = 0;
  let standing = 0;
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const moved = ({ payouts }: AdapterPage): boolean => {
    const times = payouts.map(({ createdAt }) => Date.parse(createdAt)).filter((time) => !Number.isNaN(time));
    const [first, last] = [Math.min(oldest, ...times), Math.max(newest, ...times)];
    const further = first < oldest || last > newest;
    [oldest, newest] = [first, last];
    return further;
  };
  return {
    after: (page, shown) => {
      empty = page.payouts.length + (page.unreadable?.length ?? 0) > 0 ? 0 : empty + 1;
      without = shown > 0 ? 0 : without + 1;
      // The times are compared only where a page shows nothing, which is rare.
      standing = shown > 0 || moved(page) ? 0 : standing + 1;
      if (empty >= MOST_EMPTY_PAGES)
        throw endless(context, `the list went on after ${empty} pages in a row without a row; it may never end.`);
      if (standing >= MOST_STANDING_PAGES) {
        const message = `the list may never end: ${standing} pages in a row had no payout that was asked for, and none was older than the ones before.`;
        throw endless(context, message);
      }
      if (without < MOST_PAGES_WITHOUT_PAYOUT) return;
      throw endless(
        context,
        `${without} pages in a row had no payout that was asked for. Ask for a shorter time with createdFrom and createdTo, or for larger pages with limit.`,
      );
    },
  };
}
