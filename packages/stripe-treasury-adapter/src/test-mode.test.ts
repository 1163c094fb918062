// Contract section 9: the helpers move test payments, and say so when the payment is in the wrong state.
import { describe, expect, it } from 'vitest';
import payment from './__fixtures__/outbound-payment.json' with { type: 'json' };
import returned from './__fixtures__/outbound-payment.returned.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { type Scripted, scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createTreasuryTestHelpers, type TreasuryTestHelpers } from './index.ts';

const refused: Scripted = { status: 400, body: { error: { type: 'invalid_request_error', message: 'no' } } };

/** Helpers that meet this answer, of a payment that is in this state. */
function helpersOver(answer: Scripted, now: Scripted = { status: 500 }) {
  const { fetch, requests } = scriptedFetch(({ method }) => (method === 'POST' ? answer : now));
  const helpers = createTreasuryTestHelpers({ apiKey: 'rk_test_1', name: 'us', fetch, runtime: patientRuntime(), maxResends: 1 });
  return { helpers, asked: () => requests.map(({ method, path }) => `${method} ${path}`), requests };
}

const HELPERS = 'POST /v1/test_helpers/treasury/outbound_payments/obp_1';
const READ = 'GET /v1/treasury/outbound_payments/obp_1';
const inState = (fields: object): Scripted => ({ status: 200, body: { ...payment, id: 'obp_1', ...fields } });
const ACH = { type: 'ach', ach: { traceId: '1' } } as const;

it('the answer is the payment as it is now', async () => {
  const { helpers, asked } = helpersOver({ status: 200, body: returned });
  expect(await helpers.return('obp_1', 'account_closed')).toMatchObject({
    provider: 'stripe-treasury',
    name: 'us',
    status: 'returned',
    failure: { reason: 'account_closed', code: 'account_closed' },
  });
  expect(asked()).toEqual([`${HELPERS}/return`]);
});

type Call = (helpers: TreasuryTestHelpers) => Promise<unknown>;

describe('the wrong state', () => {
  it.each<readonly [string, Call, object, RegExp]>([
    [
      'post, once it is posted',
      (helpers) => helpers.post('obp_1'),
      { status: 'posted' },
      /obp_1 is posted; this needs a payment that is processing/,
    ],
    ['fail, once it is canceled', (helpers) => helpers.fail('obp_1'), { status: 'canceled' }, /obp_1 is canceled; this needs/],
    ['return, once it is posted', (helpers) => helpers.return('obp_1'), { status: 'posted' }, /obp_1 is posted; this needs/],
    [
      'track, while it is cancelable',
      (helpers) => helpers.track('obp_1', ACH),
      { cancelable: true },
      /processing and cancelable; this needs.*no longer cancelable/,
    ],
    ['track, once it failed', (helpers) => helpers.track('obp_1', ACH), { status: 'failed' }, /obp_1 is failed; this needs/],
    ['track, once it is canceled', (helpers) => helpers.track('obp_1', ACH), { status: 'canceled' }, /obp_1 is canceled; this needs/],
  ])('%s', async (_, call, now, message) => {
    const { helpers, asked } = helpersOver(refused, inState(now));
    await expect(call(helpers)).rejects.toMatchObject({
      code: 'invalid_state',
      outcome: 'rejected',
      payoutId: 'obp_1',
      httpStatus: 400,
      message: expect.stringMatching(message) as string,
    });
    expect(asked().slice(1)).toEqual([READ]);
  });

  it.each<readonly [string, Call, Scripted]>([
    ['post of one that is processing', (helpers) => helpers.post('obp_1'), inState({})],
    ['track of one that is posted', (helpers) => helpers.track('obp_1', ACH), inState({ status: 'posted' })],
    [
      'a payment that cannot be read',
      (helpers) => helpers.post('obp_1'),
      { status: 404, body: { error: { type: 'invalid_request_error' } } },
    ],
  ])('is not blamed for %s', async (_, call, now) => {
    const { helpers } = helpersOver(refused, now);
    await expect(call(helpers)).rejects.toMatchObject({ code: 'invalid_request', outcome: 'rejected' });
  });
});

it.each<readonly [string, Scripted, string, 'rejected' | 'unknown', number]>([
  [
    'an unknown payment',
    { status: 404, body: { error: { type: 'invalid_request_error', code: 'resource_missing' } } },
    'not_found',
    'rejected',
    1,
  ],
  ['a key that is not accepted', { status: 401, body: { error: { type: 'invalid_request_error' } } }, 'authentication', 'rejected', 1],
  ['an answer in no form of Stripe’s', { status: 401, body: 'Jwt is expired' }, 'unexpected_response', 'unknown', 2],
  ['a lost answer, which is sent again under the same key', new Error('reset'), 'provider_unavailable', 'unknown', 2],
])('%s', async (_, answer, code, outcome, sent) => {
  const { helpers, requests } = helpersOver(answer);
  await expect(helpers.fail('obp_1')).rejects.toMatchObject({ code, outcome });
  expect(requests).toHaveLength(sent);
  expect(new Set(requests.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
});
