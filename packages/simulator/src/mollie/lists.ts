// https://docs.mollie.com/reference/list-payouts (contract section 6)
import { Refusal } from './errors.ts';
import { current } from './lifecycle.ts';
import type { Call, Operation } from './operation.ts';
import { ascending, isBalanceId, pageLimit } from './parameters.ts';
import { selfOf } from './payouts.ts';

/** Payouts from before this day are not listed. */
const FLOOR_MS = Date.parse('2026-04-01T00:00:00Z');

/** A list to cut a page out of. */
export interface Listing<Item> {
  /** What the page calls its items. */
  readonly name: string;
  /** In the order of the list; a cursor may point at what the filter leaves out. */
  readonly all: readonly Item[];
  readonly idOf: (item: Item) => string;
  readonly visible: (item: Item) => boolean;
  readonly render: (item: Item) => object;
  readonly documentation: string;
}

/** One page. `from` is inclusive. @throws {Refusal} 400 for a cursor that points at nothing. */
export function page<Item>(call: Call, { name, all, idOf, visible, render, documentation }: Listing<Item>): object {
  const { from } = call.query;
  const limit = pageLimit(call.query['limit']);
  const start = from === undefined ? 0 : all.findIndex((item) => idOf(item) === from);
  if (start < 0) throw new Refusal(400, 'from is not the id of an item of this list.', { field: 'from' });
  const rest = all.slice(start).filter(visible);
  const before = all.slice(0, start).filter(visible);
  const items = rest.slice(0, limit);
  const link = (item: Item | undefined): object | null => (item === undefined ? null : linkTo(call, idOf(item)));
  return {
    count: items.length,
    _embedded: { [name]: items.map(render) },
    _links: {
      self: { href: call.origin + call.path, type: HAL },
      previous: link(before[Math.max(0, before.length - limit)]),
      next: link(rest[limit]),
      documentation: { href: `https://docs.mollie.com/reference/${documentation}`, type: 'text/html' },
    },
  };
}

const HAL = 'application/hal+json';

/** Another page of the same list. Whether the provider keeps the filters is not documented, so a world can lose them. */
function linkTo({ state, origin, path, query }: Call, from: string): object {
  const { nextLink } = state.variants;
  const pathname = path.replace(/\/?(\?.*)?$/, '');
  const kept = nextLink === 'without_filters' ? { from } : { ...query, from };
  const base = { absolute: origin, without_filters: origin, relative: '', other_origin: 'https://elsewhere.example' }[nextLink];
  return { href: `${base}${pathname}?${new URLSearchParams(kept).toString()}`, type: HAL };
}

/** GET /v2/payouts: of the whole organization, also those that it did not make through the API. */
export const listPayouts: Operation = {
  scope: 'payouts.read',
  apiKeys: true,
  status: 200,
  testmode: 'query',
  query: ['balanceId', 'from', 'limit', 'sort'],
  body: [],
  run: (call) => {
    const { state, world, origin } = call;
    const { balanceId, sort } = call.query;
    if (balanceId !== undefined && !isBalanceId(balanceId)) {
      throw new Refusal(400, 'balanceId must be the id of a balance.', { field: 'balanceId' });
    }
    const listedUntil = state.queue.now() - state.listLagMs;
    return page(call, {
      name: 'payouts',
      all: ascending(sort) ? world.payouts : world.payouts.toReversed(),
      idOf: ({ wire }) => wire.id,
      visible: ({ wire, createdMs }) =>
        createdMs >= FLOOR_MS && createdMs <= listedUntil && (balanceId === undefined || wire.balanceId === balanceId),
      render: (payout) => {
        const wire = current(state, world, payout);
        return state.variants.payoutLinks === 'all' ? { ...wire, _links: { self: selfOf(origin, wire) } } : wire;
      },
      documentation: 'list-payouts',
    });
  },
};
