import { reasonAgainst, supports } from '@disburse/core';
import type { OptionalOperation, RequestFeature } from '@disburse/core/adapter';
import { type Check, NotApplicable } from '../check.ts';
import { must, same } from '../must.ts';
import { errorOf, exist, optional, rejectedOf, type Harness } from '../harness.ts';

const ALWAYS_THERE = [
  ...(['createPayout', 'prepare', 'submit', 'lookup', 'resolve'] as const),
  ...(['retrieve', 'cancel', 'parseWebhook'] as const),
];
const OPTIONAL: readonly OptionalOperation[] = ['list', 'listAll', 'update', 'reverse', 'balances'];
const STATUSES: readonly string[] = ['pending', 'in_transit', 'paid', 'failed', 'canceled', 'returned', 'unrecognized'];
const FEATURES: readonly RequestFeature[] = ['account', 'fullBalance', 'destination', 'statementDescriptor', 'metadata'];

/** Who it is, and whether what it says it can do is what it can do. */
export const identityChecks: readonly Check[] = [
  {
    id: 'identity/name-and-version',
    promise: 'Promise 1',
    forgot: 'id is the factory\'s, name the `name` setting or else the id, specification "v1".',
    run: async ({ provider, make, subject }) => {
      same([provider.id, provider.name, provider.specification], [subject.factory.id, subject.factory.id, 'v1'], 'id, name, specification');
      same(make({ name: 'eu-2' }).name, 'eu-2', 'the name that was configured');
    },
  },
  {
    id: 'identity/capabilities-are-data',
    promise: 'Promise 1',
    forgot: 'capabilities is plain JSON that a program reads before it chooses: complete, with the units of the type.',
    run: async ({ capabilities }) => {
      same(JSON.parse(JSON.stringify(capabilities)), capabilities, 'the capabilities after JSON');
      const { absence, key, listLimit, listFloor, lookup, filters, request, states, sideEffects } = capabilities;
      must(Number.isSafeInteger(key.retentionMs) && key.retentionMs > 0, `key.retentionMs is ${key.retentionMs}`);
      must(typeof key.storesRefusals === 'boolean', 'key.storesRefusals is not said');
      must(Number.isSafeInteger(listLimit) && listLimit > 0, `listLimit is ${listLimit}`);
      must(listFloor === null || !Number.isNaN(Date.parse(listFloor)), `listFloor is ${listFloor ?? ''}, which is no time`);
      must(['by_list', 'never'].includes(absence), `absence is ${absence}`);
      must(['metadata', 'description', 'none'].includes(lookup), `lookup is ${lookup}`);
      same(Object.keys(filters).sort(), ['createdFrom', 'createdTo', 'destination', 'status'], 'the filters');
      must(
        Object.values(filters).every((by) => by === 'provider' || by === 'core'),
        "a filter is neither the provider's nor core's",
      );
      same(Object.keys(request).sort(), [...FEATURES].sort(), 'the features of a request');
      must(
        Object.values(states).every((list) => list.every((state) => STATUSES.includes(state))),
        'states names a status that does not exist',
      );
      must(Array.isArray(sideEffects), 'sideEffects is no list');
    },
  },
  {
    id: 'identity/operations-agree',
    promise: 'Promise 1',
    forgot: 'capabilities.operations, supports() and the functions are one truth; definePayoutProvider derives it from what is written.',
    run: async ({ provider, capabilities }) => {
      for (const operation of [...ALWAYS_THERE, ...OPTIONAL]) {
        const declared = capabilities.operations.includes(operation);
        must(declared || !ALWAYS_THERE.some((name) => name === operation), `${operation} is not among the operations`);
        must(typeof Reflect.get(provider, operation) === 'function', `${operation} is no function`);
        same(
          [supports(provider, operation), reasonAgainst(provider, operation) === null],
          [declared, declared],
          `supports and reasonAgainst of ${operation}`,
        );
        must(
          declared || !Object.keys(provider).includes(operation),
          `${operation} is not declared, and shows among the provider's members`,
        );
      }
      const { absence, operations } = capabilities;
      same(operations.includes('listAll'), operations.includes('list'), 'whether listAll is declared, as list is');
      must(absence === 'never' || operations.includes('list'), `absence is ${absence}, and there is no list`);
    },
  },
  {
    id: 'identity/undeclared-operations-refuse',
    promise: 'Promise 1',
    forgot:
      'What is not declared must refuse with `unsupported` before any request. A cancel or reverse that silently does nothing costs money.',
    run: async (harness) => {
      const lacking = OPTIONAL.filter((operation) => !harness.capabilities.operations.includes(operation));
      if (lacking.length === 0) return new NotApplicable(`capabilities.operations has all of ${OPTIONAL.join(', ')}`);
      for (const operation of lacking) {
        const error = await errorOf(() => optional(harness.provider, operation)('po_1', { metadata: { a: 'b' } }), operation);
        same([error.code, error.outcome], ['unsupported', 'rejected'], `the error of ${operation}`);
        nothingSent(harness, operation);
      }
      return undefined;
    },
  },
  {
    id: 'identity/undeclared-features-refuse',
    promise: 'Promise 1',
    forgot:
      'A request field that the provider does not take is `unsupported`, and never left out silently: a dropped destination pays somebody else.',
    run: async (harness) => {
      const lacking = FEATURES.filter((feature) => !harness.capabilities.request[feature]);
      if (lacking.length === 0) return new NotApplicable(`capabilities.request has all of ${FEATURES.join(', ')}`);
      for (const feature of lacking) {
        const outcome = rejectedOf(await harness.create(`lacks-${feature}`, UNDECLARED[feature]));
        same([outcome.error.code, outcome.submission], ['unsupported', null], `a create with ${feature}`);
        const error = await errorOf(
          () => harness.provider.prepare(harness.request(`lacks-${feature}`, UNDECLARED[feature])),
          `prepare with ${feature}`,
        );
        same(error.code, 'unsupported', `the error of prepare with ${feature}`);
        nothingSent(harness, feature);
      }
      exist(harness, 0, 'after refused creates');
      return undefined;
    },
  },
];

const UNDECLARED: Readonly<Record<RequestFeature, object>> = {
  account: { account: 'acct_1' },
  fullBalance: { money: 'full_balance' },
  destination: { destination: 'ba_1' },
  statementDescriptor: { statementDescriptor: 'RENT' },
  metadata: { metadata: { order: '42' } },
};

function nothingSent({ proxy }: Harness, what: string): void {
  must(proxy.requests.length === 0, `${what} is not declared, and ${proxy.requests.length} requests were sent`);
}
