// definePayoutProvider: what an adapter promises and what it writes must agree, both ways.
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { type AnyPayoutProvider, createPayoutRegistry, type Payout, type PayoutProvider, supports } from './index.ts';
import {
  type AdapterOperations,
  type HttpResponse,
  defineMoneyProfile,
  definePayoutProvider,
  type PayoutProviderSpec,
  type Refusal,
} from './adapter.ts';

interface AcmeCreateOptions {
  readonly speed?: 'fast' | undefined;
}
interface AcmeBags {
  readonly create: AcmeCreateOptions;
}
interface Acme extends PayoutProvider<'acme', AcmeBags, 'list' | 'reverse' | 'metadata'> {
  readonly colour: string;
}
type Spec = PayoutProviderSpec<Acme>;
declare const payout: Payout;
declare const refusal: Refusal;
declare const webhooks: Spec['webhooks'];

const operations = {
  encodeCreate: () => ({ path: '/', headers: {}, body: '', source: null }),
  decodeCreate: () => null,
  readCreate: (answer: HttpResponse): Payout => ({ ...payout, raw: answer.json }),
  retrieve: async () => payout,
  page: async () => ({ payouts: [], nextCursor: null }),
  cancel: async () => payout,
  reverse: async () => payout,
};
const rest = {
  label: 'Acme',
  settings: {},
  endpoint: { baseUrl: 'https://acme.test', headers: {}, credentials: {} },
  requestIdHeader: null,
  account: null,
  source: null,
  live: null,
  money: defineMoneyProfile({ provider: 'Acme', form: 'decimal_string', exponents: { EUR: 2 }, exponentElse: null }),
  amountInAnswer: 'exact',
  correlation: 'metadata',
  correlationTokenOf: () => null,
  capabilities: {
    states: { cancel: ['pending'] },
    key: { retentionMs: 1, storesRefusals: true },
    absence: 'by_list',
    filters: { status: 'core', createdFrom: 'core', createdTo: 'core', destination: 'core' },
    listLimit: 100,
    listFloor: null,
    sideEffects: [],
  },
  problems: () => [],
  refusal: () => refusal,
  isReplay: () => false,
  webhooks,
} as const satisfies Partial<Spec>;
const request = { fullBalance: false, account: false, destination: false, statementDescriptor: false, metadata: true } as const;
const options = { create: v.strictObject({ speed: v.optional(v.literal('fast')) }) };
const extraMembers = { colour: 'red' };
const all = { ...rest, id: 'acme', request, options, extraMembers } as const;
const { reverse: _reverse, ...withoutReverse } = operations;
const { cancel: _cancel, ...withoutCancel } = operations;

const define = (spec: Spec): Acme => definePayoutProvider<Acme>(spec);

describe('agreement', () => {
  it('compiles', () => {
    expectTypeOf(define({ ...all, operations: () => operations })).toEqualTypeOf<Acme>();
    expectTypeOf<AdapterOperations<Acme>['encodeCreate']>().parameter(1).toEqualTypeOf<AcmeCreateOptions | undefined>();
  });
});

describe('a list', () => {
  interface Blind extends PayoutProvider<'acme', AcmeBags, 'reverse' | 'metadata'> {
    readonly colour: string;
  }
  const { page: _page, ...withoutPage } = operations;
  const never = { ...rest.capabilities, absence: 'never' } as const;
  const blind = definePayoutProvider<Blind>({ ...all, capabilities: never, operations: () => withoutPage });

  it('is absent from the type where it is not promised, and narrowed to where it may be', () => {
    expectTypeOf(blind).not.toHaveProperty('list');
    expectTypeOf(blind).not.toHaveProperty('listAll');
    expectTypeOf<Acme>().toHaveProperty('listAll');
    const any: AnyPayoutProvider = blind;
    expectTypeOf(any).not.toHaveProperty('list');
    if (supports(any, 'list')) {
      expectTypeOf(any.list).toBeFunction();
      expectTypeOf(any.listAll).toBeFunction();
    }
    const one = blind as Blind | Acme;
    if (supports(one, 'list')) expectTypeOf(one).toEqualTypeOf<Acme>();
    const registry = createPayoutRegistry({ blind, acme: define({ ...all, operations: () => operations }) });
    // @ts-expect-error -- only what all have
    void (() => registry.select().list());
    void (() => registry.provider('acme').list());
  });
  it('that is not there proves nothing', () => {
    // @ts-expect-error -- by_list, without one
    definePayoutProvider<Blind>({ ...all, operations: () => withoutPage });
    // @ts-expect-error -- a page that is not promised
    definePayoutProvider<Blind>({ ...all, capabilities: never, operations: () => operations });
    // @ts-expect-error -- promised, and not written
    define({ ...all, operations: () => withoutPage });
    const { absence: _absence, ...unsaid } = rest.capabilities;
    // @ts-expect-error -- what proves an absence is never assumed
    define({ ...all, capabilities: unsaid, operations: () => operations });
    define({ ...all, capabilities: never, operations: () => operations });
  });
});

describe('operations', () => {
  it('promised, and not written', () => {
    // @ts-expect-error -- reverse is missing
    define({ ...all, operations: () => withoutReverse });
  });
  it('always there, and not written', () => {
    // @ts-expect-error -- cancel is missing
    define({ ...all, operations: () => withoutCancel });
  });
  it('written, and not promised', () => {
    // @ts-expect-error -- in place
    define({ ...all, operations: () => ({ ...operations, update: async () => payout }) });
    const extra = { ...operations, balances: async () => ({ balances: [] }) };
    // @ts-expect-error -- from a variable
    define({ ...all, operations: () => extra });
    const returned = (): typeof extra => extra;
    // @ts-expect-error -- from a function
    define({ ...all, operations: returned });
  });
  it('of another shape', () => {
    // @ts-expect-error -- a payout is not its id
    define({ ...all, operations: () => ({ ...operations, retrieve: async () => 'po_1' }) });
    // @ts-expect-error -- a create is encoded, not sent
    define({ ...all, operations: () => ({ ...operations, encodeCreate: async () => operations.encodeCreate() }) });
    // @ts-expect-error -- without the source, money could leave from anywhere
    define({ ...all, operations: () => ({ ...operations, encodeCreate: () => ({ path: '/', headers: {}, body: '' }) }) });
  });
});

describe('data', () => {
  it('the id', () => {
    // @ts-expect-error -- another one
    define({ ...all, id: 'acne', operations: () => operations });
  });
  it('the options', () => {
    // @ts-expect-error -- a bag without its schema
    define({ ...all, options: {}, operations: () => operations });
    const another = v.strictObject({ speed: v.number() });
    // @ts-expect-error -- a schema of another shape
    define({ ...all, options: { create: another }, operations: () => operations });
    const tooMuch = v.strictObject({ speed: v.picklist(['fast', 'slow']) });
    // @ts-expect-error -- a schema that reads too much
    define({ ...all, options: { create: tooMuch }, operations: () => operations });
  });
  it('the fields of a create', () => {
    // @ts-expect-error -- promised, and denied
    define({ ...all, request: { ...request, metadata: false }, operations: () => operations });
    // @ts-expect-error -- denied, and promised
    define({ ...all, request: { ...request, destination: true }, operations: () => operations });
    // @ts-expect-error -- left open
    define({ ...all, request: { ...request, fullBalance: true as boolean }, operations: () => operations });
  });
  it('members of its extraMembers', () => {
    // @ts-expect-error -- missing
    define({ ...all, extraMembers: {}, operations: () => operations });
    // @ts-expect-error -- of another kind
    define({ ...all, extraMembers: { colour: 7 }, operations: () => operations });
  });
  it('what decides about money', () => {
    const { capabilities, refusal: ___, ...without } = all;
    const key = { storesRefusals: true };
    const vague = () => ({ code: 'invalid_request', message: '', providerCode: null, providerMessage: null, outcome: 'rejected' }) as const;
    // @ts-expect-error -- how long a key is kept is never assumed
    define({ ...all, capabilities: { ...capabilities, key }, operations: () => operations });
    // @ts-expect-error -- nor what a refusal means
    define({ ...without, capabilities, operations: () => operations });
    // @ts-expect-error -- a rejection says what it means for the key
    define({ ...all, refusal: vague, operations: () => operations });
  });
});
