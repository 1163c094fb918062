/** An iterator that can be left before its end. */
export interface PayoutIterator<T> extends AsyncIterableIterator<T, void, void> {
  return(): Promise<IteratorResult<T, void>>;
}

/** Pages of something, in order. */
export interface PageSource<T> {
  /** The next page, maybe without an item; `null` after the last. Called again only after it has answered. */
  next(): Promise<readonly T[] | null>;
  /** Stops: no further page is asked for. */
  stop(): void;
}

const OVER: IteratorReturnResult<void> = { done: true, value: undefined };

/**
 * Iterates over the items of pages. It ends with the last page, with an error, or when the caller leaves it.
 *
 * It is no generator, because a generator resolves several promises for each item, which costs more than reading it. A generator
 * also keeps a page in memory until the next one is here. Calls that do not wait for each other are answered in their order, as by
 * a generator.
 */
export function iteratePages<T>(pages: PageSource<T>): PayoutIterator<T> {
  let page: readonly T[] = [];
  let at = 0;
  let over = false;
  let last: Promise<IteratorResult<T, void>> | null = null;

  const end = (): IteratorReturnResult<void> => {
    over = true;
    page = [];
    pages.stop();
    return OVER;
  };
  const taken = (): IteratorYieldResult<T> => {
    const value = page[at] as T;
    at += 1;
    return { done: false, value };
  };
  const read = async (): Promise<IteratorResult<T, void>> => {
    try {
      while (!over && at >= page.length) {
        page = [];
        at = 0;
        const next = await pages.next();
        if (next === null || over) return end();
        page = next;
      }
      return over ? OVER : taken();
    } catch (error) {
      end();
      throw error;
    }
  };
  const inTurn = (): Promise<IteratorResult<T, void>> => {
    const mine = last === null ? read() : last.then(read, read);
    const resolution = (): void => {
      if (last === mine) last = null;
    };
    last = mine;
    mine.then(resolution, resolution);
    return mine;
  };
  return {
    next: () => (last === null && at < page.length ? Promise.resolve(taken()) : inTurn()),
    return: async () => end(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
