import { acceptedOrThrow } from '@disburse/core';
import type { Refusal } from '@disburse/core/adapter';
import { type HarborProvider } from '../__tests__/harbor.ts';
import {
  around,
  aroundOutcome,
  asRejected,
  failedInstead,
  inOperations,
  inPayout,
  inSpec,
  mustBeCaught,
  onTheLine,
  refusing,
  send,
  without,
} from '../__tests__/plant.ts';

mustBeCaught('creates', [
  [
    'metadata is lost',
    inOperations((written) => ({ encodeCreate: (request, ...rest) => written.encodeCreate(without(request, 'metadata'), ...rest) })),
    ['create/metadata'],
  ],
  [
    'a destination is lost',
    inOperations((written) => ({ encodeCreate: (request, ...rest) => written.encodeCreate(without(request, 'destination'), ...rest) })),
    ['create/destination'],
  ],
  ['a create is not read back', inOperations(() => ({ decodeCreate: () => null })), ['create/read-back']],
  [
    'its amount is read back in another unit',
    inOperations((written) => ({
      decodeCreate: (request) => {
        const read = written.decodeCreate(request);
        return read === null || read.money === 'full_balance'
          ? read
          : { ...read, money: { ...read.money, amount: `${read.money.amount}0` } };
      },
    })),
    ['create/read-back'],
  ],
  [
    'its destination is not read back',
    inOperations((written) => ({
      decodeCreate: (request) => {
        const read = written.decodeCreate(request);
        return read === null ? null : { ...read, destination: null };
      },
    })),
    ['create/read-back'],
  ],
  [
    'a header that is never sent is read past',
    inOperations((written) => ({ decodeCreate: (request) => written.decodeCreate({ ...request, headers: {} }) })),
    ['create/read-back'],
  ],
  [
    'a body of another form is read',
    inOperations((written) => ({ decodeCreate: (request) => written.decodeCreate({ ...request, body: request.body.trim() }) })),
    ['create/read-back'],
  ],
  [
    'another path is read',
    inOperations((written) => ({ decodeCreate: (request) => written.decodeCreate({ ...request, path: '/payouts' }) })),
    ['create/read-back'],
  ],
  [
    'accounts are declared, and there are none',
    inSpec((spec) => ({ request: { ...spec.request, account: true } as never })),
    ['create/account'],
  ],
  ['a descriptor is not read', inPayout(() => ({ statementDescriptor: null })), ['create/statementDescriptor']],
  [
    'a timeout is taken as failure',
    aroundOutcome((outcome) => failedInstead(outcome, ({ code }) => code === 'provider_unavailable')),
    [
      'lost/timeout-before',
      'lost/timeout-after',
      'lost/reset-before',
      'lost/reset-after',
      'lost/bounded',
      'lost/cut-off-at-0-percent',
      'lost/cut-off-at-10-percent',
      'lost/cut-off-at-50-percent',
      'lost/cut-off-at-90-percent',
      'lost/cut-off-at-100-percent',
    ],
  ],
  [
    'an unreadable success is taken as failure',
    aroundOutcome((outcome) => failedInstead(outcome, ({ code }) => code === 'unexpected_response')),
    ['lost/empty-success', 'lost/object-success', 'lost/html-success', 'lost/null-success', 'lost/array-success', 'lost/half-success'],
  ],
  [
    'a 5xx is taken as refusal',
    {
      ...aroundOutcome((outcome) => failedInstead(outcome, ({ httpStatus }) => (httpStatus ?? 0) >= 500)),
      settings: (settings) => ({ ...settings, correlation: 'none' }), // Else the lookup finds it in time.
    },
    ['lost/5xx-before', 'lost/5xx-after', 'lost/html-502-before', 'lost/html-502-after', 'lost/empty-503-before', 'lost/empty-503-after'],
  ],
  [
    'a page is taken as refusal, by its status',
    refusing(({ status, json }, right) => (status < 500 && json === undefined ? asRejected(right) : right)),
    [
      'lost/page-400-before',
      'lost/page-400-after',
      'lost/page-401-before',
      'lost/page-401-after',
      'lost/page-403-before',
      'lost/page-403-after',
      'lost/page-404-before',
      'lost/page-404-after',
      'lost/page-422-before',
      'lost/page-422-after',
      'lost/page-429-before',
      'lost/page-429-after',
      'lost/text-422',
      'lost/empty-422',
    ],
  ],
  [
    'a credential and a rate are refused by whomever',
    refusing(({ status }, right) => (status === 401 || status === 429 ? asRejected(right) : right)),
    [
      'lost/page-401-before',
      'lost/page-429-after',
      'lost/text-401',
      'lost/text-429',
      'lost/empty-401',
      'lost/empty-429',
      'lost/empty-object-401',
      'lost/empty-object-429',
      'lost/message-401',
      'lost/message-429',
      'lost/problem-401',
      'lost/problem-429',
    ],
  ],
  [
    'any JSON is taken as the provider’s own',
    refusing(({ status, json }, right) => (status < 500 && json !== undefined ? asRejected(right) : right)),
    [
      'lost/empty-object-401',
      'lost/empty-object-422',
      'lost/message-403',
      'lost/message-422',
      'lost/problem-403',
      'lost/problem-422',
      'lost/empty-object-403',
    ],
  ],
  [
    'a 403 is refused by whomever',
    refusing(({ status }, right) => (status === 403 ? asRejected(right) : right)),
    ['lost/text-403', 'lost/empty-403'],
  ],
  [
    'a redirect is taken as refusal',
    refusing(({ status }, right) => (status < 400 ? asRejected(right) : right)),
    ['lost/redirect-before', 'lost/redirect-after'],
  ],
  [
    'a conflict of keys is taken as refusal',
    refusing(({ status }, right) => (status === 409 ? asRejected(right) : right)),
    ['refused/key-reused', 'refused/in-flight'],
  ],
  [
    'a wrong credential is taken as unknown',
    refusing(({ status }, right) => (status === 401 ? ({ ...right, outcome: 'unknown', resend: false } as Refusal) : right)),
    ['refused/unauthorized', 'cancel/unauthorized'],
  ],
  [
    'a refusal is not confirmed',
    refusing((_, right) => (right.outcome === 'rejected' && right.keyState === 'maybe_stored' ? { ...right, keyState: 'unused' } : right)),
    ['refused/business'],
  ],
  [
    'the replay mark is not read',
    inSpec(() => ({ isReplay: () => false })),
    ['refused/marked', 'replay/read-again', 'sticky/marked-refusal-resolves'],
  ],
  ['whatever is refused is marked', inSpec(() => ({ isReplay: () => true })), ['sticky/unmarked-refusal', 'refused/business']],
  [
    'Retry-After is not heeded',
    onTheLine(async (request, next) => {
      const answer = await send(request, next);
      answer.headers.delete('retry-after');
      return answer;
    }),
    ['refused/rate-limited', 'refused/rate-limited-for-long'],
  ],
  [
    'an aborted create throws',
    around((provider) => ({
      createPayout: async (...given: Parameters<HarborProvider['createPayout']>) => {
        const outcome = await provider.createPayout(...given);
        given[1]?.signal?.throwIfAborted();
        return outcome;
      },
    })),
    ['lost/aborted', 'lost/aborted-before'],
  ],
  [
    'a refused create throws',
    around((provider) => ({
      createPayout: async (...given: Parameters<HarborProvider['createPayout']>) => {
        const outcome = await provider.createPayout(...given);
        acceptedOrThrow(outcome);
        return outcome;
      },
    })),
    ['create/bad-input', 'refused/unauthorized', 'lost/reset-before'],
  ],
]);
