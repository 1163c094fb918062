import type { Payout } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, same, the } from '../must.ts';
import { answer, changed, parsed } from '../fault-proxy.ts';
import { acceptedOf, errorOf, hasList, type Harness } from '../harness.ts';

const REASONS: readonly string[] = [
  'insufficient_funds',
  'account_closed',
  'account_not_found',
  'account_restricted',
  'invalid_account_details',
  'account_holder_mismatch',
  'currency_not_supported',
  'declined_by_bank',
  'debit_not_authorized',
  'destination_unsupported',
  'payouts_blocked',
  'expired',
  'processing_error',
  'other',
];
const STATUSES: readonly string[] = ['pending', 'in_transit', 'paid', 'failed', 'canceled', 'returned', 'unrecognized'];
const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isTime = (value: unknown): boolean => typeof value === 'string' && ISO_UTC.test(value);
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isMoney = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && /^-?\d+(\.\d+)?$/.test(String(Reflect.get(value, 'amount'))));

/** What every member of a payout must be. */
const MEMBERS: Readonly<Record<keyof Payout, (value: unknown) => boolean>> = {
  id: isText,
  provider: isText,
  name: isText,
  reference: isTextOrNull,
  money: isMoney,
  fee: isMoney,
  status: (value) => STATUSES.some((status) => status === value),
  providerStatus: (value) => typeof value === 'string',
  failure: (value) => value === null || (typeof value === 'object' && REASONS.includes(String(Reflect.get(value, 'reason')))),
  cancelable: isFlag,
  automatic: isFlag,
  destination: isTextOrNull,
  description: isTextOrNull,
  statementDescriptor: isTextOrNull,
  metadata: (value) => typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string'),
  createdAt: isTime,
  expectedArrival: (value) => value === null || isTime(value) || (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)),
  trackingReference: isTextOrNull,
  reverses: isTextOrNull,
  reversedBy: isTextOrNull,
  live: isFlag,
  raw: (value) => typeof value === 'object' && value !== null,
};

/** @throws {Error} naming every member that is not what the type says. */
export function mustBePayout(payout: Payout, of: Harness, name: string = of.provider.name): void {
  const wrong = Object.entries(MEMBERS).filter(([member, is]) => !is(Reflect.get(payout, member)));
  must(
    wrong.length === 0,
    `the payout is wrong in ${wrong.map(([member]) => `${member} (${JSON.stringify(Reflect.get(payout, member)) ?? 'missing'})`).join(', ')}`,
  );
  same([payout.provider, payout.name], [of.provider.id, name], 'provider and name of the payout');
  same(JSON.parse(JSON.stringify(payout)), payout, 'the payout after JSON');
  same(Object.keys(JSON.parse(JSON.stringify(payout)) as object).sort(), Object.keys(payout).sort(), 'the members that survive JSON');
  same(structuredClone(payout), payout, 'the payout after structuredClone');
  const isClass = Object.values(payout).some(
    (value: unknown) =>
      typeof value === 'object' &&
      value !== null &&
      ![Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(value) as object | null),
  );
  must(!isClass, 'a member of the payout is an instance of a class (a Date, a Decimal), which JSON turns into something else');
}

/** What the adapter makes of the provider's answers. */
export const readingChecks: readonly Check[] = [
  {
    id: 'read/complete',
    promise: 'Promise 1',
    forgot: 'Every member of Payout is there, of its type, null where the provider does not say; failure.reason is of the closed set.',
    run: async (harness) => {
      const created = await harness.accepted('read');
      mustBePayout(created, harness);
      if (harness.subject.reaches.includes('canceled')) await harness.move(created.id, 'canceled');
      for (const status of harness.subject.reaches.filter((to) => to !== 'canceled')) {
        const { id } = await harness.accepted(`read-${status}`);
        await harness.move(id, status);
        mustBePayout(await harness.provider.retrieve(id), harness);
        if (status === 'in_transit' && harness.subject.reaches.includes('paid')) await harness.move(id, 'paid');
      }
      for (const payout of await listedBy(harness, harness.provider)) mustBePayout(payout, harness);
    },
  },
  {
    id: 'read/name',
    promise: 'Promise 1',
    forgot: 'An id means something only together with the configured name: every payout carries it, also those of a list.',
    run: async (harness) => {
      const named = harness.make({ name: 'eu-2' });
      const { payout } = acceptedOf(await named.createPayout(harness.request('named')));
      for (const seen of [payout, await named.retrieve(payout.id), ...(await listedBy(harness, named))])
        mustBePayout(seen, harness, 'eu-2');
    },
  },
  {
    id: 'read/raw',
    promise: 'Promise 1',
    forgot: "raw is the provider's object, verbatim, with members that this version has never heard of.",
    run: async (harness) => {
      const { id } = await harness.accepted('raw');
      harness.proxy.next(changed((json) => ({ ...json, member_of_tomorrow: { of: ['any', { kind: null }] } })));
      const { raw } = await harness.provider.retrieve(id);
      same(raw, parsed(harness.proxy.lastText), 'raw');
    },
  },
  {
    id: 'read/times',
    promise: 'Promise 1',
    forgot:
      'createdAt is ISO 8601 in UTC, with its Z. A time without a zone is read in the zone of the machine, and moves the window of a lookup.',
    run: async (harness) => {
      await harness.advance(12_345_678);
      const now = harness.world.clock.now();
      const { createdAt, id } = await harness.accepted('times');
      must(ISO_UTC.test(createdAt), `createdAt is ${createdAt}`);
      const after = harness.world.clock.now();
      const at = Date.parse(createdAt);
      must(at >= now - 1_000 && at <= after + 1_000, `createdAt is ${createdAt}, the provider's clock said ${new Date(now).toISOString()}`);
      same((await harness.provider.retrieve(id)).createdAt, createdAt, 'createdAt, read again');
    },
  },
  {
    id: 'read/optional-members-missing',
    promise: 'Promise 2',
    forgot: 'A missing optional member costs that member, never the payout: parsing must not hide money.',
    run: async (harness) => {
      harness.proxy.next(
        changed((json) => harness.subject.edits.bare(json)),
        harness.isCreate,
      );
      const { payout } = acceptedOf(await harness.create('bare'));
      mustBePayout(payout, harness);
      harness.proxy.next(changed((json) => harness.subject.edits.bare(json)));
      mustBePayout(await harness.provider.retrieve(payout.id), harness);
    },
  },
  {
    id: 'read/unknown-members',
    promise: 'Promise 2',
    forgot:
      'Schemas of what is received list what is read and ignore the rest: a new member in a success must not make the payout unreadable.',
    run: async (harness) => {
      harness.proxy.next(
        changed((json) => ({ ...json, member_of_tomorrow: null })),
        harness.isCreate,
      );
      const { payout } = acceptedOf(await harness.create('tomorrow'));
      same(harness.creates.length, 1, 'the requests that create');
      mustBePayout(payout, harness);
    },
  },
  {
    id: 'read/unreadable',
    promise: 'Promise 2',
    forgot:
      'A success that is no payout throws a PayoutError `unexpected_response`, not a TypeError, and is not turned into an empty payout.',
    run: async (harness) => {
      const { id } = await harness.accepted('unreadable');
      for (const body of ['', 'null', '[]', '{}', '<html></html>', '"text"']) {
        harness.proxy.next(answer('after', { status: 200, body }, () => harness.world.clock.now()));
        const error = await errorOf(() => harness.provider.retrieve(id), `retrieve with the answer ${JSON.stringify(body)}`);
        same(error.code, 'unexpected_response', `the error of the answer ${JSON.stringify(body)}`);
      }
    },
  },
  {
    id: 'read/not-found',
    promise: 'Promise 1',
    forgot: 'A payout that does not exist is `not_found`; an id that could not be one is `invalid_request`, without a request.',
    run: async (harness) => {
      const { id } = await harness.accepted('exists');
      const absent = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
      const error = await errorOf(() => harness.provider.retrieve(absent), 'retrieve of an id that does not exist');
      same(error.code, 'not_found', 'its code');
      const sent = harness.proxy.requests.length;
      for (const bad of ['', '..', 'a b'])
        same((await errorOf(() => harness.provider.retrieve(bad), `retrieve('${bad}')`)).code, 'invalid_request', `the code for '${bad}'`);
      same(harness.proxy.requests.length, sent, 'the requests after ids that cannot be one');
    },
  },
  {
    id: 'read/path-is-escaped',
    promise: 'NEVER-TWICE R4',
    forgot: 'encodeURIComponent the id in the path: an id with a slash or a question mark must not reach another resource.',
    run: async (harness) => {
      await errorOf(() => harness.provider.retrieve('../x?y=z#w'), 'retrieve of a hostile id');
      const { path } = the(harness.proxy.requests.at(-1), 'request');
      must(!/\/\.\.\/|[?#].*y=z|\/x\?/.test(path), `the id went into the path as it was: ${path}`);
    },
  },
];

/** What a list shows; nothing where there is none. */
async function listedBy(harness: Harness, provider: Harness['provider']): Promise<readonly Payout[]> {
  return hasList(harness) ? (await provider.list()).payouts : [];
}
