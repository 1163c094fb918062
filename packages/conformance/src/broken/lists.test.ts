import { PayoutError } from '@disburse/core';
import { harborWorld } from '../__tests__/harbor-world.ts';
import { harborFactory, type HarborParts, type HarborProvider, WITHOUT_LIST } from '../__tests__/harbor.ts';
import { around, inOperations, inSpec, mustBeCaught, onTheLine, send, without } from '../__tests__/plant.ts';

/** Takes the whole link for a cursor, and fetches it. */
function followsLinks(): Partial<HarborParts> {
  return inOperations((written, _, settings, parts) => ({
    page: async (query, ...rest) => {
      if (query.cursor?.startsWith('https://') !== true) {
        const page = await written.page(query, ...rest);
        const next = await (settings.fetch ?? fetch)(`https://harbor.test/payouts?limit=${query.limit ?? 20}`, {
          headers: { authorization: `Bearer ${settings.token}` },
        });
        return { ...page, nextCursor: ((await next.json()) as { readonly next: string | null }).next };
      }
      const answer = await (settings.fetch ?? fetch)(query.cursor, { headers: { authorization: `Bearer ${settings.token}` } });
      const { payouts, next } = (await answer.json()) as { readonly payouts: readonly unknown[]; readonly next: string | null };
      return { payouts: payouts.map((payout) => parts.toPayout(parts, 'harbor', payout)), nextCursor: next };
    },
  }));
}

mustBeCaught('lists and lookups', [
  [
    'a list drops a filter',
    inOperations((written) => ({ page: (query, ...rest) => written.page(without(query, 'createdFrom'), ...rest) })),
    ['list/filter-createdFrom'],
  ],
  [
    'a list drops two',
    inOperations((written) => ({ page: (query, ...rest) => written.page(without(query, 'createdTo', 'destination'), ...rest) })),
    ['list/filter-createdTo', 'list/filter-destination'],
  ],
  [
    'a filter is off by one',
    around((provider) => ({
      listAll: async function* listAll(query: Parameters<HarborProvider['listAll']>[0]) {
        for await (const payout of provider.listAll(query)) if (payout.createdAt !== query?.createdFrom) yield payout;
      },
    })),
    ['list/filter-createdFrom'],
  ],
  [
    'the cursor is inclusive',
    inOperations((written) => ({
      page: async (query, ...rest) => {
        const page = await written.page(query, ...rest);
        if (query.cursor === undefined) return page;
        const before = await written.page({ limit: 20 }, ...rest);
        return { ...page, payouts: [...before.payouts.filter(({ id }) => id === query.cursor), ...page.payouts] };
      },
    })),
    ['list/every-payout-once'],
  ],
  [
    'a list stops after its first page',
    inOperations((written) => ({ page: async (...given) => ({ ...(await written.page(...given)), nextCursor: null }) })),
    ['list/every-payout-once', 'lookup/many-pages'],
  ],
  [
    'the cursor is a position',
    inOperations((written) => ({
      page: async (query, ...rest) => {
        const all = (await written.page({ ...query, cursor: undefined, limit: 20 }, ...rest)).payouts;
        const from = Number(query.cursor ?? 0);
        const to = from + (query.limit ?? 20);
        return { payouts: all.slice(from, to), nextCursor: to < all.length ? String(to) : null };
      },
    })),
    ['list/while-payouts-are-made'],
  ],
  [
    'a payout is left out at the end of a page',
    inOperations((written) => ({
      page: async (...given) => {
        const page = await written.page(...given);
        return page.nextCursor === null ? page : { ...page, payouts: page.payouts.slice(0, -1) };
      },
    })),
    ['list/every-payout-once'],
  ],
  [
    'the limit is not sent',
    inOperations((written) => ({ page: (query, ...rest) => written.page(without(query, 'limit'), ...rest) })),
    ['list/every-payout-once'],
  ],
  [
    'a list is oldest first',
    inOperations((written) => ({
      page: async (...given) => {
        const page = await written.page(...given);
        return { ...page, payouts: [...page.payouts].reverse() };
      },
    })),
    ['list/newest-first'],
  ],
  [
    'an empty page is the end, whatever it says',
    inOperations((written) => ({
      page: async (...given) => {
        const page = await written.page(...given);
        return page.payouts.length === 0 ? { ...page, nextCursor: null } : page;
      },
    })),
    ['list/empty-page'],
  ],
  [
    'a cursor that does not advance is the end',
    inOperations((written) => ({
      page: async (query, ...rest) => {
        const page = await written.page(query, ...rest);
        return page.nextCursor === query.cursor ? { ...page, nextCursor: null } : page;
      },
    })),
    ['list/repeated-cursor'],
  ],
  [
    'an empty page stands for a list that the provider lacks',
    inOperations(() => ({ page: async () => ({ payouts: [], nextCursor: null }) })),
    ['list/every-payout-once', 'lookup/candidate', 'lookup/finds-ours', 'window/closed'],
  ],
  [
    'one row that cannot be read hides the page',
    inOperations((written) => ({
      page: async (...given) => {
        const page = await written.page(...given);
        if ((page.unreadable ?? []).length > 0)
          throw new PayoutError('unexpected_response', 'answered with something that cannot be read.');
        return page;
      },
    })),
    ['list/unreadable-row'],
  ],
  [
    'a row that cannot be read is left out silently',
    inOperations((written) => ({
      page: async (...given) => {
        const { payouts, nextCursor } = await written.page(...given);
        return { payouts, nextCursor };
      },
    })),
    ['list/unreadable-row', 'lookup/unreadable-row'],
  ],
  ['a foreign next link is followed', followsLinks(), ['list/foreign-next-link']],
  [
    'a list without end is read without end',
    around((provider) => ({
      listAll: async function* listAll(query: Parameters<HarborProvider['listAll']>[0]) {
        for (let cursor: string | null | undefined; cursor !== null;) {
          const page = await provider.list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
          yield* page.payouts;
          cursor = page.nextCursor;
        }
      },
    })),
    ['list/repeated-cursor'],
  ],
  [
    'a page that failed is an empty page',
    inOperations((written) => ({ page: (...given) => written.page(...given).catch(() => ({ payouts: [], nextCursor: null })) })),
    ['lookup/unread-page'],
  ],
  [
    'the clock of the provider is not heard',
    onTheLine(async (request, next, { runtime }) => {
      const answer = await send(request, next);
      answer.headers.set('date', new Date(runtime?.now?.() ?? 0).toUTCString());
      return answer;
    }),
    ['lookup/clocks-disagree'],
  ],

  [
    'an empty page has a cursor',
    inOperations((written) => ({
      page: async (...given) => {
        const page = await written.page(...given);
        return { ...page, nextCursor: page.payouts.length === 0 ? 'end' : page.nextCursor };
      },
    })),
    ['list/empty'],
  ],
  [
    'a limit is cut to what is allowed',
    around((provider) => ({
      list: (query: Parameters<HarborProvider['list']>[0] = {}) =>
        provider.list({ ...query, limit: Math.round(Math.min(20, Math.max(1, query.limit ?? 20))) }),
    })),
    ['list/limit'],
  ],
  [
    'a status is not filtered by',
    around((provider) => ({
      listAll: (query: Parameters<HarborProvider['listAll']>[0] = {}) => provider.listAll(without(query, 'status')),
    })),
    ['list/filter-status'],
  ],
]);

mustBeCaught(
  'a provider without a list',
  [
    [
      'a lookup that finds nothing says rejected',
      around((provider) => ({
        lookup: async (...given: Parameters<HarborProvider['lookup']>) => {
          const outcome = await provider.lookup(...given);
          if (outcome.outcome !== 'unknown') return outcome;
          return { outcome: 'rejected', error: outcome.error, retry: 'next_attempt', submission: outcome.submission };
        },
      })),
      ['lookup/no-proof'],
    ],
    [
      'an empty page is written, and believed in',
      {
        ...inOperations(() => ({ page: async () => ({ payouts: [], nextCursor: null }) })),
        ...inSpec(({ capabilities }) => ({ capabilities: { ...capabilities, absence: 'by_list' } })),
      },
      ['list/every-payout-once', 'lookup/candidate', 'lookup/unreadable-row'],
    ],
  ],
  (parts) => harborWorld(harborFactory({ ...WITHOUT_LIST, ...parts })),
);
