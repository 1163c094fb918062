import { isPayoutError, type ListPayoutsQuery, type Payout, type PayoutStatus, type UnreadableRow } from '@disburse/core';
import { type Check, NotApplicable, whereListed } from '../check.ts';
import { must, same } from '../must.ts';
import { type Fault, parsed, unreadableRow } from '../fault-proxy.ts';
import { errorOf, everyOf, pagesOf, type Harness } from '../harness.ts';

const STATUSES: readonly PayoutStatus[] = ['pending', 'in_transit', 'paid', 'failed', 'canceled', 'returned', 'unrecognized'];
const idsOf = (payouts: readonly Payout[]): readonly string[] => payouts.map(({ id }) => id);
const isList =
  (harness: Harness) =>
  ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
    method === 'GET' && harness.world.payouts().every(({ id }) => !path.includes(`/${encodeURIComponent(id)}`));

/** Pages, filters, and lists that go wrong. */
export const listChecks: readonly Check[] = whereListed([
  {
    id: 'list/empty',
    promise: 'Promise 1',
    forgot: 'No payouts is an empty page without a cursor.',
    run: async (harness) => {
      same(await harness.provider.list(), { payouts: [], nextCursor: null }, 'the list of an empty account');
      same(await everyOf(harness.provider.listAll()), [], 'listAll of an empty account');
    },
  },
  {
    id: 'list/every-payout-once',
    promise: 'Promise 1',
    forgot: 'The cursor begins after the last payout of the page before: no duplicate, no gap, also among payouts of one second.',
    run: async (harness) => {
      const made = idsOf(await harness.several(7));
      for (const limit of [1, 2, 3, 7, harness.capabilities.listLimit]) {
        const pages = await pagesOf(harness.provider, { limit });
        const listed = pages.flatMap(({ payouts }) => idsOf(payouts));
        same([...listed].sort(), [...made].sort(), `the payouts in pages of ${limit}`);
        must(
          pages.every(({ payouts }) => payouts.length <= limit),
          `a page is longer than its limit of ${limit}`,
        );
        must(limit > 2 || pages.length >= 7 / limit, `${pages.length} pages of ${limit} cannot hold seven payouts`);
        same(idsOf(await everyOf(harness.provider.listAll({ limit }))), listed, `listAll in pages of ${limit}`);
      }
    },
  },
  {
    id: 'list/newest-first',
    promise: 'Promise 1',
    forgot: 'Newest first: a lookup stops where the list gets too old.',
    run: async (harness) => {
      await harness.several(5);
      const times = (await everyOf(harness.provider.listAll({ limit: 2 }))).map(({ createdAt }) => Date.parse(createdAt));
      must(times.length === 5, `${times.length} of five payouts are listed`);
      must(
        times.every((time, index) => index === 0 || time <= (times[index - 1] ?? time)),
        'a payout is listed after an older one',
      );
    },
  },
  {
    id: 'list/while-payouts-are-made',
    promise: 'Promise 1',
    forgot: 'A cursor names a payout, not a position: what is made while somebody reads must not push one onto two pages.',
    run: async (harness) => {
      const made = idsOf(await harness.several(6));
      const first = await harness.provider.list({ limit: 2 });
      const { id } = await harness.accepted('meanwhile');
      await harness.move(id, 'paid');
      const rest = first.nextCursor === null ? [] : await pagesOf(harness.provider, { limit: 2, cursor: first.nextCursor });
      const listed = [...idsOf(first.payouts), ...rest.flatMap(({ payouts }) => idsOf(payouts))].filter((listedId) => listedId !== id);
      same([...listed].sort(), [...made].sort(), 'the payouts that were there before');
    },
  },
  {
    id: 'list/limit',
    promise: 'Promise 1',
    forgot: 'capabilities.listLimit is the largest page: more, less than one or a fraction is refused before any request.',
    run: async (harness) => {
      for (const limit of [0, -1, 1.5, harness.capabilities.listLimit + 1]) {
        same(
          (await errorOf(() => harness.provider.list({ limit }), `list with limit ${limit}`)).code,
          'invalid_request',
          `the code for limit ${limit}`,
        );
      }
      same(
        (await errorOf(async () => harness.provider.list({ statuss: 'paid' } as ListPayoutsQuery), 'list with a typing error')).code,
        'invalid_request',
        'its code',
      );
      same(harness.proxy.requests.length, 0, 'requests of refused lists');
      await harness.provider.list({ limit: harness.capabilities.listLimit });
    },
  },
  ...(['status', 'createdFrom', 'createdTo', 'destination'] as const).map((filter): Check => ({
    id: `list/filter-${filter}`,
    promise: 'Promise 1',
    forgot: 'A filter holds on every page. One that capabilities.filters gives to the provider is sent to it; core does the others.',
    run: async (harness) => {
      const all = await different(harness);
      const values = valuesFor(filter, all);
      if (values.length === 0) return new NotApplicable('no payout of this provider has a destination');
      const plain = await firstPath(harness, {});
      const sent: boolean[] = [];
      for (const value of values) {
        const query = { [filter]: value, limit: 2 };
        const expected = idsOf(all.filter((payout) => matches(payout, filter, value)));
        same(idsOf(await everyOf(harness.provider.listAll(query))), expected, `the payouts with ${filter} ${value}`);
        const path = await firstPath(harness, { [filter]: value });
        sent.push(path !== null && path !== plain);
      }
      const by = harness.capabilities.filters[filter];
      must(by === 'core' || sent.some(Boolean), `capabilities.filters.${filter} is 'provider', and no request to it tells the filter`);
      return undefined;
    },
  })),
  {
    id: 'list/repeated-cursor',
    promise: 'Promise 1',
    forgot: 'A cursor that leads to the same page again ends in an error, not in an endless loop.',
    run: async (harness) => {
      await harness.several(5);
      let page: string | null = null;
      const again: Fault = async (_, deliver) => {
        const real = await deliver();
        page ??= real.text;
        return { ...real, text: page };
      };
      harness.proxy.always(again, isList(harness));
      const error = await errorOf(() => everyOf(harness.provider.listAll({ limit: 2 })), 'listAll of a list that begins again');
      same(error.code, 'unexpected_response', 'its code');
      must(harness.proxy.requests.filter(isList(harness)).length <= 10, 'the same page was read more than ten times');
    },
  },
  {
    id: 'list/empty-page',
    promise: 'NEVER-TWICE R17',
    forgot:
      'A page that shows nothing and says that more follows is no end: go on where it says, or throw `unexpected_response`. Taken for the end, it would prove that a payout is absent.',
    run: async (harness) => {
      const made = idsOf(await harness.several(5));
      let emptied = 0;
      const nothing: Fault = async (_, deliver) => {
        const real = await deliver();
        emptied += 1;
        return { ...real, text: JSON.stringify(parsed(real.text), (__, value: unknown) => (Array.isArray(value) ? [] : value)) };
      };
      harness.proxy.next(nothing, isList(harness));
      const read = await everyOf(harness.provider.listAll({ limit: 2 })).catch((error: unknown) => {
        same(isPayoutError(error) ? error.code : error, 'unexpected_response', 'the error of an empty page that goes on');
        return null;
      });
      same(emptied, 1, 'the pages that were emptied');
      const listed = read?.filter(({ id }) => made.includes(id)).length ?? made.length;
      must(listed >= made.length - 2, `an empty page that goes on ended the list: it shows ${listed} of ${made.length} payouts`);
    },
  },
  {
    id: 'list/foreign-next-link',
    promise: 'Promise 1',
    forgot: 'A next link is followed only on the configured origin: anywhere else the credential would go along.',
    run: async (harness) => {
      await harness.several(5);
      const origin = 'https://elsewhere.test';
      let links = 0;
      const astray: Fault = async (request, deliver) => {
        const real = await deliver();
        const text = JSON.stringify(parsed(real.text), (_, value: unknown) => {
          if (typeof value !== 'string' || !value.startsWith(request.origin)) return value;
          links += 1;
          return origin + value.slice(request.origin.length);
        });
        return { ...real, text };
      };
      harness.proxy.always(astray, isList(harness));
      await everyOf(harness.provider.listAll({ limit: 2 })).catch((error: unknown) => error);
      const strayed = harness.proxy.requests.filter((request) => request.origin !== harness.proxy.requests[0]?.origin);
      must(strayed.length === 0, `${strayed.length} requests followed a link to ${strayed[0]?.origin ?? ''}, with the credential`);
      return links === 0 ? new NotApplicable('the lists of this provider hold no links') : undefined;
    },
  },
  {
    id: 'list/new-words',
    promise: 'Promise 2',
    forgot: 'One payout with a new word or a missing member must not make a whole page unreadable.',
    run: async (harness) => {
      await harness.several(3);
      const [raw] = (await harness.provider.list()).payouts.map((payout) => payout.raw);
      const original = JSON.stringify(raw);
      harness.proxy.always(async (_, deliver) => {
        const real = await deliver();
        const edited = JSON.stringify(harness.subject.edits.status(raw as never, 'on_the_moon'));
        return { ...real, text: JSON.stringify(parsed(real.text)).replace(original, edited) };
      }, isList(harness));
      const statuses = (await harness.provider.list()).payouts.map(({ status }) => status);
      same([statuses.length, statuses.filter((status) => status === 'unrecognized').length], [3, 1], 'payouts, and unrecognized ones');
    },
  },
  {
    id: 'list/unreadable-row',
    promise: 'Promise 2',
    forgot:
      'One row that cannot be read names itself and hides no other: read rows with readRows of core, and hand its `unreadable` on. Cursors go on after the raw row.',
    run: async (harness) => {
      const made = idsOf(await harness.several(3));
      const [, hidden = ''] = made;
      harness.proxy.always(unreadableRow(hidden), isList(harness));
      const error = await errorOf(() => harness.provider.list(), 'list with a row that has nothing but its id');
      same(error.code, 'unexpected_response', 'its code');
      must(error.message.includes(hidden), 'the error does not say which row it is');
      for (const limit of [1, 3]) {
        const heard: UnreadableRow[] = [];
        const listener = { onUnreadable: (row: UnreadableRow) => void heard.push(row) };
        const read = idsOf(await everyOf(harness.provider.listAll({ limit }, listener)));
        same([...read].sort(), made.filter((id) => id !== hidden).sort(), `the other payouts, in pages of ${limit}`);
        same(
          heard.map(({ id }) => id),
          [hidden],
          'the rows that onUnreadable heard of',
        );
      }
    },
  },
]);

/** Payouts that differ in what a list can be filtered by, as a list without a filter shows them. */
async function different(harness: Harness): Promise<readonly Payout[]> {
  const { reaches } = harness.subject;
  for (let index = 0; index < 6; index += 1) {
    const destination = index % 2 === 0 && harness.capabilities.request.destination ? harness.world.features.destination : {};
    const { id } = await harness.accepted(`different-${index}`, destination);
    const to = reaches[index % Math.max(1, reaches.length)];
    if (to !== undefined) await harness.move(id, to);
    if (to === 'in_transit' && reaches.includes('paid') && index > 3) await harness.move(id, 'paid');
    if (index % 2 === 1) await harness.advance(2_000);
  }
  const all = await everyOf(harness.provider.listAll());
  must(all.length === 6, `${all.length} of six payouts are listed`);
  return all;
}

function valuesFor(filter: keyof ListPayoutsQuery, all: readonly Payout[]): readonly string[] {
  if (filter === 'status') return STATUSES;
  if (filter === 'destination') return [...new Set(all.flatMap(({ destination }) => destination ?? []))];
  return [...new Set(all.map(({ createdAt }) => createdAt))];
}

function matches(payout: Payout, filter: keyof ListPayoutsQuery, value: string): boolean {
  if (filter === 'createdFrom') return Date.parse(payout.createdAt) >= Date.parse(value);
  if (filter === 'createdTo') return Date.parse(payout.createdAt) < Date.parse(value);
  return Reflect.get(payout, filter) === value;
}

/** What the first request of a list asks for; `null` where none was sent. */
async function firstPath(harness: Harness, query: object): Promise<string | null> {
  const before = harness.proxy.requests.length;
  await harness.provider.list(query);
  return harness.proxy.requests[before]?.path ?? null;
}
