import type { AdapterListQuery } from '../adapter/spec.ts';
import { type Listing, listPage, pagesAfter, patienceWith, repeatedCursor } from './list.ts';
import { iteratePages, type PageSource, type PayoutIterator } from './paginate.ts';
import type { Payout, PayoutPage } from '../payout/payout.ts';
import { isoOf } from '../platform/times.ts';

/** How many pages a window should hold. More pages would wait in memory, fewer would mean more half-empty pages. */
const PAGES_A_WINDOW = 4;
/** The most pages that are kept of one window. A fuller window is read to its end when its turn comes. */
const MOST_PAGES_HELD = 8;
/** How many windows are read or wait for their turn, for each one that may be read at a time. */
const WINDOWS_AHEAD = 2;
/** Windows begin and end at whole seconds, because some providers' times do. */
const SECOND = 1000;

/**
 * All payouts of a time range, newest first, several windows of time at once.
 *
 * Windows are half-open and touch each other, so a payout is in exactly one, also where many share a second. The width of the next
 * window follows from how many payouts the last ones held.
 *
 * Memory holds at most {@link WINDOWS_AHEAD} x `parallel` windows of {@link MOST_PAGES_HELD} pages.
 */
export function listWindows(listing: Listing, parallel: number): PayoutIterator<Payout> {
  return iteratePages(pagesOfWindows(listing, parallel));
}

function pagesOfWindows(listing: Listing, parallel: number): PageSource<Payout> {
  let reading: ReadingAhead | null = null;
  let rest: PageSource<Payout> | null = null; // The rest of a window that held too many pages.
  let whole = false;
  return {
    next: async () => {
      if (whole) return null;
      if (reading === null) {
        const first = await listPage(listing);
        whole = first.nextCursor === null;
        if (whole) return first.payouts;
        reading = readAhead(listing, windowsOf(listing, first.payouts), parallel);
      }
      const page = (await rest?.next()) ?? null;
      if (page !== null) return page;
      const held = await reading.next();
      rest = held === null || held.rest === null ? null : pagesAfter({ ...listing, query: held.rest.query }, held.rest.seen);
      return held === null ? null : held.payouts;
    },
    stop: () => reading?.stop(),
  };
}

// ---- Where to cut ----------------------------------------------------------------------------------------------------

interface TimeWindow {
  readonly query: AdapterListQuery;
  /** The length of the window in milliseconds. The newest may have an open end: its length counts from the newest payout known. */
  readonly span: number;
}

interface Windows {
  /** The next older window; `null` once `createdFrom` is reached. */
  next(): TimeWindow | null;
  /** Adapts the width of the following windows to the number of payouts found in one. */
  learn(window: TimeWindow, count: number, whole: boolean): void;
}

function windowsOf({ context, query }: Listing, seen: readonly Payout[]): Windows {
  const times = seen.map(({ createdAt }) => Date.parse(createdAt));
  const floor = Date.parse(query.createdFrom ?? '');
  const newest = times.length > 0 ? Math.max(...times) : Date.parse(query.createdTo ?? isoOf(context.runtime.now()));
  const aim = PAGES_A_WINDOW * Math.max(1, seen.length);
  let width = seen.length > 0 ? PAGES_A_WINDOW * Math.max(SECOND, newest - Math.min(...times)) : (newest - floor) / 64;
  let end = newest;
  let createdTo = query.createdTo;
  let over = false;
  return {
    next: () => {
      if (over) return null;
      const cut = Math.floor((end - Math.max(SECOND, width)) / SECOND) * SECOND;
      over = !(cut > floor);
      const createdFrom = over ? query.createdFrom : isoOf(cut);
      const window = { query: { ...query, createdFrom, createdTo }, span: end - (over ? floor : cut) };
      createdTo = createdFrom;
      end = cut;
      return window;
    },
    learn: ({ span }, count, whole) => {
      const factor = whole ? aim / Math.max(1, count) : PAGES_A_WINDOW / (2 * MOST_PAGES_HELD);
      width = span * Math.min(4, Math.max(1 / 8, factor));
    },
  };
}

// ---- Reading ahead ---------------------------------------------------------------------------------------------------

interface WindowPage {
  readonly payouts: readonly Payout[];
  /** The remaining pages of a window that held too many; `null` when all of it is here. */
  readonly rest: { readonly query: AdapterListQuery; readonly seen: Set<string> } | null;
}

interface ReadingAhead {
  /** The windows in order; `null` after the last. */
  next(): Promise<WindowPage> | null;
  /** Stops: no further page is asked for. */
  stop(): void;
}

/** Keeps `parallel` windows in flight, also while the caller works on the payouts it has. */
function readAhead(listing: Listing, windows: Windows, parallel: number): ReadingAhead {
  const queue: Promise<WindowPage>[] = [];
  let running = 0;
  let stopped = false;
  const read = async (window: TimeWindow): Promise<WindowPage> => {
    try {
      const held = await readWindow(listing, window.query, () => stopped);
      windows.learn(window, held.payouts.length, held.rest === null);
      return held;
    } catch (error) {
      stopped = true; // The error is thrown when its turn comes. Newer payouts are still handed out.
      throw error;
    } finally {
      running -= 1;
      fill();
    }
  };
  const fill = (): void => {
    while (!stopped && running < parallel && queue.length < WINDOWS_AHEAD * parallel) {
      const window = windows.next();
      if (window === null) return;
      running += 1;
      const held = read(window);
      held.catch(() => undefined); // The error is thrown when the window is awaited, and not when the caller stops before.
      queue.push(held);
    }
  };
  return {
    next: () => {
      fill();
      return queue.shift() ?? null;
    },
    stop: () => {
      stopped = true;
    },
  };
}

async function readWindow(listing: Listing, query: AdapterListQuery, stopped: () => boolean): Promise<WindowPage> {
  const { context } = listing;
  const patience = patienceWith(context);
  const payouts: Payout[] = [];
  const seen = new Set<string>();
  let most = 0;
  let cursor: string | undefined;
  for (;;) {
    const page: PayoutPage = await listPage({ ...listing, query: { ...query, cursor } }, patience);
    for (const payout of page.payouts) payouts.push(payout);
    if (page.nextCursor === null) return { payouts, rest: null };
    if (seen.has(page.nextCursor)) throw repeatedCursor(context);
    seen.add(page.nextCursor);
    cursor = page.nextCursor;
    most ||= MOST_PAGES_HELD * page.payouts.length;
    if (stopped() || (payouts.length > 0 && payouts.length >= most)) return { payouts, rest: { query: { ...query, cursor }, seen } };
  }
}
