// Lists: what core filters, where it stops, and that each payout comes once and in order however the provider cuts its pages.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acmeWorld, answered, RENT } from '../__tests__/acme-world.ts';
import { NINE } from '../__tests__/manual-time.ts';
import type { AdapterListQuery } from '../adapter/spec.ts';
import { PayoutError } from '../errors.ts';
import { listEvery, type Listing, listPage } from './list.ts';
import type { Payout, PayoutPage } from '../payout/payout.ts';

const { context } = acmeWorld();
type Paged = Pick<Listing, 'page'>;
const listing = ({ page }: Paged, query: AdapterListQuery): Listing => ({ context, page, query, options: undefined, call: {} });
const at = (minutes: number): string => new Date(NINE + minutes * 60_000).toISOString();

const payoutOf = (id: string, of: Partial<Payout> = {}): Payout =>
  ({ id, status: 'pending', destination: null, createdAt: at(0), ...of }) as Payout;

/** A provider that answers these pages, whatever it is asked; its cursors are page numbers. */
function paging(pages: readonly (readonly Payout[])[], cursorAfter: (page: number) => string | null = next(pages.length)) {
  const asked: AdapterListQuery[] = [];
  const adapter = {
    page: async (query: AdapterListQuery): Promise<PayoutPage> => {
      asked.push(query);
      const page = Number(query.cursor ?? 0);
      return { payouts: pages[page] ?? [], nextCursor: cursorAfter(page) };
    },
  } as Paged;
  return { adapter, asked };
}

function next(pages: number): (page: number) => string | null {
  return (page) => (page + 1 < pages ? String(page + 1) : null);
}

async function all(adapter: Paged, query: AdapterListQuery = {}): Promise<string[]> {
  const ids: string[] = [];
  for await (const payout of listEvery(listing(adapter, query))) ids.push(payout.id);
  return ids;
}

describe('core filters what a provider did not', () => {
  const payouts = [
    payoutOf('future', { createdAt: at(60) }),
    payoutOf('edge to', { createdAt: at(30) }),
    payoutOf('paid', { createdAt: at(20), status: 'paid' }),
    payoutOf('elsewhere', { createdAt: at(10), destination: 'ba_2' }),
    payoutOf('here', { createdAt: at(10), destination: 'ba_1' }),
    payoutOf('edge from', { createdAt: at(0) }),
  ];

  it.each<readonly [string, AdapterListQuery, readonly string[]]>([
    ['nothing', {}, ['future', 'edge to', 'paid', 'elsewhere', 'here', 'edge from']],
    ['a status', { status: 'paid' }, ['paid']],
    ['a destination', { destination: 'ba_1' }, ['here']],
    ['from a time on, that time included', { createdFrom: at(10) }, ['future', 'edge to', 'paid', 'elsewhere', 'here']],
    ['up to a time, that time excluded', { createdTo: at(30) }, ['paid', 'elsewhere', 'here', 'edge from']],
    ['times in another zone', { createdFrom: '2026-11-20T10:20:00+01:00' }, ['future', 'edge to', 'paid']],
    ['all of it', { status: 'pending', createdFrom: at(0), createdTo: at(30), destination: 'ba_1' }, ['here']],
  ])('%s', async (_, query, ids) => {
    expect(await all(paging([payouts]).adapter, query)).toEqual(ids);
    expect((await listPage(listing(paging([payouts]).adapter, query))).payouts.map(({ id }) => id)).toEqual(ids);
  });

  it('the provider is asked all the same: it may filter itself', async () => {
    const { adapter, asked } = paging([payouts]);
    await listPage(listing(adapter, { status: 'paid', limit: 3 }));
    expect(asked).toEqual([{ status: 'paid', limit: 3, cursor: undefined }]);
  });
});

describe('reading on', () => {
  it('past pages with nothing to show, up to twenty', async () => {
    const pages = [...Array.from({ length: 19 }, () => [payoutOf('x')]), [payoutOf('found', { status: 'paid' })], [payoutOf('y')]];
    const { adapter, asked } = paging(pages);
    expect(await listPage(listing(adapter, { status: 'paid' }))).toMatchObject({ payouts: [{ id: 'found' }], nextCursor: '20' });
    expect(asked).toHaveLength(20);
  });

  it('no further than twenty: then an empty page, and where to go on', async () => {
    const { adapter, asked } = paging(Array.from({ length: 50 }, () => [payoutOf('x')]));
    expect(await listPage(listing(adapter, { status: 'paid' }))).toEqual({ payouts: [], nextCursor: '20' });
    expect(asked).toHaveLength(20);
    expect(await all(adapter, { status: 'paid' })).toEqual([]);
  });

  it('not past the beginning of the time that was asked for: the list is newest first', async () => {
    const pages = [
      [payoutOf('a', { createdAt: at(10) })],
      [payoutOf('b', { createdAt: at(5) }), payoutOf('old', { createdAt: at(-1) })],
      [payoutOf('never')],
    ];
    const { adapter, asked } = paging(pages);
    expect(await all(adapter, { createdFrom: at(0) })).toEqual(['a', 'b']);
    expect(asked).toHaveLength(2);
  });

  it('on from a page that ends exactly there: an equal time may follow', async () => {
    const pages = [[payoutOf('a', { createdAt: at(0) })], [payoutOf('b', { createdAt: at(0) })]];
    expect(await all(paging(pages).adapter, { createdFrom: at(0) })).toEqual(['a', 'b']);
  });

  it('from a cursor of the caller’s', async () => {
    expect(await all(paging([[payoutOf('a')], [payoutOf('b')], [payoutOf('c')]]).adapter, { cursor: '1' })).toEqual(['b', 'c']);
  });
});

describe('a cursor that repeats', () => {
  const loops = (length: number) => paging([[payoutOf('a')], [payoutOf('b')], [payoutOf('c')]], (page) => String((page + 1) % length));

  it.each([1, 2, 3])('after %i pages ends in an error, not in an endless loop', async (length) => {
    const { adapter, asked } = loops(length);
    await expect(all(adapter)).rejects.toMatchObject({ code: 'unexpected_response' });
    expect(asked.length).toBeLessThanOrEqual(length + 1);
  });

  it('also where a filter lets nothing through', async () => {
    const { adapter, asked } = loops(3);
    await expect(all(adapter, { status: 'paid' })).rejects.toMatchObject({ code: 'unexpected_response' });
    expect(asked.length).toBeLessThanOrEqual(4 * 20);
  });

  it('what was read before it was given', async () => {
    const ids: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { id } of listEvery(listing(loops(2).adapter, {}))) ids.push(id);
    };
    await expect(read()).rejects.toBeInstanceOf(PayoutError);
    expect(ids).toEqual(['a', 'b']);
  });
});

describe('a list that never ends', () => {
  /** Every page is new, and so is its cursor; `of` makes the rows of the nth. */
  const endless = (of: (page: number) => readonly Payout[]) => {
    const asked: AdapterListQuery[] = [];
    const page: Listing['page'] = async (query) => {
      asked.push(query);
      return { payouts: of(asked.length), nextCursor: String(asked.length) };
    };
    return { adapter: { page }, asked };
  };
  const unexpected = (message: string) => ({ code: 'unexpected_response', message: expect.stringContaining(message) as string });

  it('of pages without a row ends after twenty, also in one call', async () => {
    const { adapter, asked } = endless(() => []);
    await expect(all(adapter)).rejects.toMatchObject(unexpected('20 pages in a row without a row'));
    expect(asked).toHaveLength(20);
    await expect(listPage(listing(adapter, {}))).rejects.toMatchObject(unexpected('20 pages in a row without a row'));
  });

  it('of rows that a filter leaves out and whose times stand still ends after a thousand', async () => {
    const { adapter, asked } = endless((nth) => [payoutOf(`p${nth}`)]);
    await expect(all(adapter, { status: 'paid' })).rejects.toMatchObject(unexpected('none was older than the ones before'));
    expect(asked).toHaveLength(1_001);
  });

  it('of rows that grow older ends after ten thousand, with what to ask instead', async () => {
    const { adapter, asked } = endless((nth) => [payoutOf(`p${nth}`, { createdAt: at(-nth) })]);
    await expect(all(adapter, { status: 'paid' })).rejects.toMatchObject(unexpected('createdFrom and createdTo'));
    expect(asked).toHaveLength(10_000);
  });

  it('of rows without a readable time ends, too', async () => {
    const { adapter, asked } = endless((nth) => [payoutOf(`p${nth}`, { createdAt: '' })]);
    await expect(all(adapter, { status: 'paid' })).rejects.toMatchObject(unexpected('1000 pages in a row'));
    expect(asked).toHaveLength(1_000);
  });

  it('is not one with a payout every nine hundred pages, nor one that grows older, nor one that a walk begins anew', async () => {
    const rare = endless((nth) => [payoutOf(`p${nth}`, { status: nth % 900 === 0 ? 'paid' : 'pending' })]);
    const found: string[] = [];
    for await (const { id } of listEvery(listing(rare.adapter, { status: 'paid' }))) if (found.push(id) === 3) break;
    expect(found).toEqual(['p900', 'p1800', 'p2700']);
    const old = endless((nth) => [payoutOf(`p${nth}`, { status: nth === 9_900 ? 'paid' : 'pending', createdAt: at(-nth) })]);
    for await (const { id } of listEvery(listing(old.adapter, { status: 'paid' }))) {
      expect(id).toBe('p9900');
      break;
    }
    const standing = endless((nth) => [payoutOf(`p${nth}`)]);
    for (let call = 0; call < 60; call += 1) {
      expect((await listPage(listing(standing.adapter, { status: 'paid' }))).payouts).toEqual([]);
    }
  });

  it('after pages with payouts, too', async () => {
    const { adapter, asked } = endless((nth) => (nth <= 3 ? [payoutOf(`p${nth}`)] : []));
    const ids: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { id } of listEvery(listing(adapter, {}))) ids.push(id);
    };
    await expect(read()).rejects.toMatchObject(unexpected('without a row'));
    expect([ids, asked.length]).toEqual([['p1', 'p2', 'p3'], 23]);
  });
});

describe('listAll', () => {
  it('asks for the next page while the caller works on this one, and for no further', async () => {
    const { adapter, asked } = paging([[payoutOf('a')], [payoutOf('b')], [payoutOf('c')]]);
    const reading = listEvery(listing(adapter, {}));
    expect(asked).toHaveLength(0);
    await reading.next();
    expect(asked).toHaveLength(2);
    await reading.next();
    expect(asked).toHaveLength(3);
    await reading.return();
    expect(asked).toHaveLength(3);
  });

  it('the request for the next page has left before the first payout of this one is handed out', async () => {
    const left: string[] = [];
    const adapter = {
      page: async ({ cursor = '0' }: AdapterListQuery): Promise<PayoutPage> => {
        await Promise.resolve();
        process.nextTick(() => left.push(cursor)); // As Node's agent hands a request to its socket.
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
        return { payouts: [payoutOf(cursor)], nextCursor: cursor === '0' ? '1' : null };
      },
    } as Paged;
    const leftAt: string[] = [];
    for await (const { id } of listEvery(listing(adapter, {}))) leftAt.push(`${id} after ${left.join(' ')}`);
    expect(leftAt).toEqual(['0 after 0 1', '1 after 0 1']);
  });

  it('stopped early, a next page that failed disturbs nobody', async () => {
    const { adapter } = paging([[payoutOf('a')], [payoutOf('b')]]);
    const failing = {
      page: async (query: AdapterListQuery, ...rest: readonly unknown[]) =>
        query.cursor === undefined
          ? adapter.page(query, ...(rest as [never, never]))
          : Promise.reject(new PayoutError('provider_unavailable', 'down.')),
    } as Paged;
    for await (const { id } of listEvery(listing(failing, {}))) {
      expect(id).toBe('a');
      break;
    }
    await expect(all(failing)).rejects.toMatchObject({ code: 'provider_unavailable' });
  });

  it('over the wire: every payout once, newest first', async () => {
    const { acme, left } = acmeWorld();
    for (let nth = 1; nth <= 7; nth += 1) await acme.createPayout({ ...RENT, reference: `r-${nth}` });
    const ids: string[] = [];
    for await (const { id } of acme.listAll({ limit: 3 })) ids.push(id);
    expect(ids).toEqual(['ac_7', 'ac_6', 'ac_5', 'ac_4', 'ac_3', 'ac_2', 'ac_1']);
    expect(left.filter(({ method }) => method === 'GET')).toHaveLength(3);
  });

  it('an error of the provider is thrown', async () => {
    const { acme, onRead } = acmeWorld({ maxResends: 0 });
    onRead(answered(403));
    await expect(acme.list()).rejects.toMatchObject({ code: 'permission', outcome: null });
  });
});

it('any page split of any list gives each payout once and in order', async () => {
  const statuses = ['pending', 'paid', 'failed'] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ minutes: fc.integer({ min: 0, max: 20 }), status: fc.constantFrom(...statuses) }), { maxLength: 40 }),
      fc.array(fc.nat({ max: 5 }), { maxLength: 18 }), // Twenty pages in a row without a row are an error.
      fc.option(fc.constantFrom(...statuses), { nil: undefined }),
      fc.option(fc.integer({ min: -1, max: 21 }), { nil: undefined }),
      fc.option(fc.integer({ min: -1, max: 21 }), { nil: undefined }),
      async (made, cuts, status, from, to) => {
        const newestFirst = made
          .toSorted((a, b) => b.minutes - a.minutes)
          .map(({ minutes, status: its }, nth) => payoutOf(`p${nth}`, { createdAt: at(minutes), status: its }));
        const pages: Payout[][] = [];
        let rest = newestFirst;
        for (const cut of cuts) {
          pages.push(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        pages.push(rest);
        const query: AdapterListQuery = {
          status,
          createdFrom: from === undefined ? undefined : at(from),
          createdTo: to === undefined ? undefined : at(to),
        };
        const expected = newestFirst.filter(
          (payout) =>
            (status === undefined || payout.status === status) &&
            (from === undefined || Date.parse(payout.createdAt) >= NINE + from * 60_000) &&
            (to === undefined || Date.parse(payout.createdAt) < NINE + to * 60_000),
        );
        const ids = expected.map(({ id }) => id);
        expect(await all(paging(pages).adapter, query)).toEqual(ids);
        // By hand, page for page, it is the same.
        const byHand: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await listPage(listing(paging(pages).adapter, { ...query, cursor }));
          byHand.push(...page.payouts.map(({ id }) => id));
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(byHand).toEqual(ids);
      },
    ),
    { seed: 20_261_120, numRuns: 400 },
  );
});

describe('a query that no provider could accept', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    ['a typo', { stauts: 'paid' }, ['stauts']],
    ['no such status', { status: 'done' }, ['status']],
    ['a status of another provider', { status: 'posted' }, ['status']],
    ['an inherited name', { status: 'constructor' }, ['status']],
    ['limit 0', { limit: 0 }, ['limit']],
    ['a limit above the provider’s', { limit: 101 }, ['limit']],
    ['half a limit', { limit: 1.5 }, ['limit']],
    ['a limit in words', { limit: '10' }, ['limit']],
    ['a time that is none', { createdFrom: 'yesterday' }, ['createdFrom']],
    ['a Date', { createdTo: new Date(NINE) }, ['createdTo']],
    ['an empty cursor', { cursor: '' }, ['cursor']],
    ['a number for a cursor', { cursor: 7 }, ['cursor']],
    ['an empty destination', { destination: '' }, ['destination']],
    ['a stranger’s bag', { providerOptions: { adyen: {} } }, ['providerOptions.adyen']],
    ['an option where there are none', { providerOptions: { acme: { expand: [] } } }, ['providerOptions.acme.expand']],
    ['bags that are none', { providerOptions: [] }, ['providerOptions']],
    ['everything at once', { limit: -1, status: 1, cursor: null, more: true }, ['more', 'status', 'limit', 'cursor']],
    ['an array', [], ['query']],
    ['a text', 'paid', ['query']],
    ['a class instance', new Map(), ['query']],
  ])('%s', async (_, query, paths) => {
    const { acme, left } = acmeWorld();
    const problem = { code: 'invalid_request', issues: paths.map((path) => ({ path })) };
    await expect(acme.list(query as never)).rejects.toMatchObject(problem);
    expect(() => acme.listAll(query as never), 'before the first page').toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(left).toEqual([]);
  });

  it('with a call that is wrong, too: both are told at once', async () => {
    const { acme, left } = acmeWorld();
    const query = { limit: 0, providerOptions: { acme: { expand: [] } } } as never;
    const call = { timeoutMs: 0, idempotencyKey: 'k' } as never;
    const paths = ['limit', 'providerOptions.acme.expand', 'idempotencyKey', 'timeoutMs'];
    const problem = { code: 'invalid_request', issues: paths.map((path) => ({ path })) };
    await expect(acme.list(query, call)).rejects.toMatchObject(problem);
    const same = paths.map((path) => expect.objectContaining({ path }) as unknown);
    expect(() => acme.listAll(query, call)).toThrow(expect.objectContaining({ code: 'invalid_request', issues: same }));
    expect(left).toEqual([]);
  });

  it.each([
    {},
    undefined,
    { limit: 1 },
    { limit: 100 },
    { status: 'unrecognized' },
    { providerOptions: {} },
    { providerOptions: { acme: {} } },
  ])('%j is fine', async (query) => {
    expect(await acmeWorld().acme.list(query as never)).toEqual({ payouts: [], nextCursor: null });
  });
});
