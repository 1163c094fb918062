// Contract section 12: every golden request, byte for byte, as it leaves through the built-in transport.
import { deriveReversalKey } from '@disburse/core/adapter';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import balance from './__fixtures__/balance.json' with { type: 'json' };
import canceled from './__fixtures__/payout.cancel.json' with { type: 'json' };
import created from './__fixtures__/payout.create.json' with { type: 'json' };
import listed from './__fixtures__/payout.list.json' with { type: 'json' };
import { createStripe, type StripeProvider, type StripeSettings, stripePayoutLedger } from './index.ts';

const unmatched: string[] = [];
const onNoMatch = (request: Request): void => void unmatched.push(request.url);

beforeEach(() => {
  nock.disableNetConnect();
  nock.emitter.on('no match', onNoMatch);
});
afterEach(() => {
  const left = [...nock.pendingMocks(), ...unmatched.splice(0)];
  nock.cleanAll();
  nock.emitter.off('no match', onNoMatch);
  if (left.length > 0) throw new Error(`Not sent, or not expected: ${left.join(', ')}`);
});

interface Seen {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The fixtures are about ids of their own. */
function aboutId(path: string, answer: object): object {
  const id = /\/payouts\/(?<id>[^/?]+)(?:\/cancel)?(?:\?|$)/.exec(path)?.groups?.['id'];
  return id === undefined ? answer : { ...answer, id };
}

/** Answers one request that must be exactly this, and shows what came. */
function expectRequest(method: 'GET' | 'POST', path: string, body: string, answer: object): { readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const scope = nock('https://api.stripe.com');
  const interceptor = method === 'GET' ? scope.get(path) : scope.post(path, body);
  interceptor.reply(
    200,
    async (request: Request) => {
      seen.push({ url: request.url, headers: Object.fromEntries(request.headers), body: await request.text() });
      return aboutId(path, answer);
    },
    { 'content-type': 'application/json', 'request-id': 'req_1' },
  );
  return { seen };
}

const ANY_KEY = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ON_THE_CONNECTION = { 'accept-encoding': 'identity', connection: 'keep-alive', host: 'api.stripe.com' };

function expectedHeaders(method: string, bytes: number, account: string | undefined): Record<string, unknown> {
  return {
    ...ON_THE_CONNECTION,
    accept: 'application/json',
    authorization: 'Bearer sk_test_123',
    'content-type': 'application/x-www-form-urlencoded',
    'stripe-version': '2026-10-28.endive',
    ...(account === undefined ? {} : { 'stripe-account': account }),
    ...(method === 'POST' ? { 'content-length': String(bytes), 'idempotency-key': expect.stringMatching(ANY_KEY) } : {}),
  };
}

interface Golden {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** As the contract counts it. */
  readonly bytes?: number;
  readonly account?: string;
  readonly answer: object;
  /** What is read on the way. */
  readonly before?: { readonly path: string; readonly answer: object };
  readonly settings?: Partial<StripeSettings>;
  readonly call: (stripe: StripeProvider) => Promise<unknown>;
}

const money = { amount: '11.00', currency: 'USD' };
const listPath =
  '/v1/payouts?limit=3&status=paid&arrival_date[gte]=1680000000&arrival_date[lt]=1690000000&created[gt]=1&created[lte]=2&destination=ba_1';

const GOLDEN: readonly Golden[] = [
  {
    name: 'create minimal',
    method: 'POST',
    path: '/v1/payouts',
    body: 'amount=1100&currency=usd',
    bytes: 24,
    answer: created,
    call: (stripe) => stripe.createPayout({ reference: 'golden-minimal', money }),
  },
  {
    name: 'create full, Stripe-Account: acct_1',
    method: 'POST',
    path: '/v1/payouts',
    body: 'amount=2500&currency=eur&description=Rent%20%26%20fees%20%2F%20caf%C3%A9&destination=ba_1&metadata[order_id]=6735&method=standard&source_type=card&statement_descriptor=ACME%2042&expand[0]=destination&expand[1]=balance_transaction',
    bytes: 229,
    account: 'acct_1',
    answer: { ...created, amount: 2500, currency: 'eur' },
    call: (stripe) =>
      stripe.createPayout({
        reference: 'golden-full',
        money: { amount: '25.00', currency: 'EUR' },
        description: 'Rent & fees / café',
        destination: 'ba_1',
        statementDescriptor: 'ACME 42',
        metadata: { order_id: '6735' },
        providerOptions: { stripe: { method: 'standard', sourceType: 'card', expand: ['destination', 'balance_transaction'] } },
      }),
  },
  {
    name: 'special characters',
    method: 'POST',
    path: '/v1/payouts',
    body: 'amount=1100&currency=usd&description=a%20b%26c%3Dd%2F%C3%A9%2A%27%28%29%21~%2B%25',
    bytes: 81,
    answer: created,
    call: (stripe) => stripe.createPayout({ reference: 'golden-special', money, description: "a b&c=d/é*'()!~+%" }),
  },
  {
    name: 'create to a FinancialAccount, which replaces the destination of the settings',
    method: 'POST',
    path: '/v1/payouts',
    body: 'amount=1100&currency=usd&method=instant&payout_method=fa_1',
    answer: created,
    settings: { destination: 'ba_default' },
    call: (stripe) =>
      stripe.createPayout({ reference: 'golden-method', money, providerOptions: { stripe: { payoutMethod: 'fa_1', method: 'instant' } } }),
  },
  {
    name: 'create with the destination of the settings',
    method: 'POST',
    path: '/v1/payouts',
    body: 'amount=1100&currency=usd&destination=ba_default',
    answer: created,
    settings: { destination: 'ba_default' },
    call: (stripe) => stripe.createPayout({ reference: 'golden-destination', money }),
  },
  {
    name: 'retrieve expanded',
    method: 'GET',
    path: '/v1/payouts/po_1?expand[0]=balance_transaction',
    answer: created,
    call: (stripe) => stripe.retrieve('po_1', { providerOptions: { stripe: { expand: ['balance_transaction'] } } }),
  },
  {
    name: 'update',
    method: 'POST',
    path: '/v1/payouts/po_1',
    body: 'metadata[order_id]=6735',
    bytes: 23,
    answer: created,
    call: (stripe) => stripe.update('po_1', { metadata: { order_id: '6735' } }),
  },
  {
    name: 'unset one',
    method: 'POST',
    path: '/v1/payouts/po_1',
    body: 'metadata[order_id]=',
    bytes: 19,
    answer: created,
    call: (stripe) => stripe.update('po_1', { metadata: { order_id: null } }),
  },
  {
    // `metadata=` would also remove what a lookup recognises a payout by, so the other keys are unset one by one.
    name: 'unset all, keeping the keys of the library',
    method: 'POST',
    path: '/v1/payouts/po_1',
    body: 'metadata[a]=&metadata[b]=',
    before: { path: '/v1/payouts/po_1', answer: { ...created, metadata: { a: '1', disburse_key: 'k', b: '2' } } },
    answer: created,
    call: (stripe) => stripe.update('po_1', { metadata: null }),
  },
  {
    name: 'cancel',
    method: 'POST',
    path: '/v1/payouts/po_1/cancel',
    body: '',
    bytes: 0,
    answer: canceled,
    call: (stripe) => stripe.cancel('po_1'),
  },
  {
    name: 'reverse',
    method: 'POST',
    path: '/v1/payouts/po_1/reverse',
    body: 'metadata[why]=duplicate',
    bytes: 23,
    before: { path: '/v1/payouts/po_1', answer: { ...created, id: 'po_1', status: 'paid' } },
    answer: { ...created, id: 'po_2', original_payout: 'po_1' },
    call: (stripe) => stripe.reverse('po_1', { metadata: { why: 'duplicate' } }),
  },
  {
    name: 'list',
    method: 'GET',
    path: `${listPath}&starting_after=po_9`,
    answer: listed,
    call: (stripe) =>
      stripe.list({
        limit: 3,
        status: 'paid',
        destination: 'ba_1',
        providerOptions: {
          stripe: { arrivalDate: { gte: 1_680_000_000, lt: 1_690_000_000 }, created: { gt: 1, lte: 2 }, startingAfter: 'po_9' },
        },
      }),
  },
  {
    name: 'list, the same cursor by its common name',
    method: 'GET',
    path: '/v1/payouts?limit=3&starting_after=po_9',
    answer: listed,
    call: (stripe) => stripe.list({ limit: 3, cursor: 'po_9' }),
  },
  {
    name: 'list backwards',
    method: 'GET',
    path: '/v1/payouts?ending_before=po_9',
    answer: listed,
    call: (stripe) => stripe.list({ providerOptions: { stripe: { endingBefore: 'po_9' } } }),
  },
  {
    name: 'list expanded',
    method: 'GET',
    path: '/v1/payouts?limit=3&expand[0]=data.balance_transaction',
    answer: listed,
    call: (stripe) => stripe.list({ limit: 3, providerOptions: { stripe: { expand: ['data.balance_transaction'] } } }),
  },
  {
    name: 'list by the common times: whole seconds that select exactly the same',
    method: 'GET',
    path: '/v1/payouts?created[gte]=1680648001&created[lt]=1680648701',
    answer: listed,
    call: (stripe) => stripe.list({ createdFrom: '2023-04-04T22:40:00.001Z', createdTo: '2023-04-04T22:51:40.5Z' }),
  },
  {
    name: 'list never sends in_transit',
    method: 'GET',
    path: '/v1/payouts?limit=3',
    answer: listed,
    call: (stripe) => stripe.list({ limit: 3, status: 'in_transit' }),
  },
  {
    name: 'balance, Stripe-Account: acct_1',
    method: 'GET',
    path: '/v1/balance',
    account: 'acct_1',
    answer: balance,
    call: (stripe) => stripe.balances(),
  },
  {
    name: 'ledger of a payout',
    method: 'GET',
    path: '/v1/balance_transactions?payout=po_1&limit=100',
    answer: { object: 'list', url: '/v1/balance_transactions', has_more: false, data: [] },
    call: (stripe) => stripePayoutLedger(stripe, 'po_1'),
  },
];

describe('golden requests', () => {
  it.each(GOLDEN)('$name', async ({ method, path, body = '', bytes, account, answer, before, settings, call }) => {
    const stripe = createStripe({ apiKey: 'sk_test_123', stripeAccount: account, correlation: 'none', ...settings });
    if (before !== undefined) expectRequest('GET', before.path, '', before.answer);
    const { seen } = expectRequest(method, path, body, answer);
    await call(stripe);
    const length = bytes ?? Buffer.byteLength(body);
    expect(seen).toEqual([{ url: `https://api.stripe.com${path}`, headers: expectedHeaders(method, length, account), body }]);
    expect(Buffer.byteLength(body)).toBe(length);
  });

  it('writes the token and the reference behind the metadata of the caller', async () => {
    const stripe = createStripe({ apiKey: 'sk_test_123' });
    const submission = await stripe.prepare({ reference: 'rent-1', money, metadata: { order_id: '6735' } });
    const body = `amount=1100&currency=usd&metadata[order_id]=6735&metadata[disburse_key]=${submission.key}&metadata[disburse_reference]=rent-1`;
    const answer = { ...created, metadata: { order_id: '6735', disburse_key: submission.key, disburse_reference: 'rent-1' } };
    const { seen } = expectRequest('POST', '/v1/payouts', body, answer);
    const outcome = await stripe.submit(submission);
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual([submission.key]);
    expect(outcome).toMatchObject({ outcome: 'accepted', replayed: false, notices: [], payout: { reference: 'rent-1' } });
  });

  it('reverses under a key that is derived, so that asking again cannot reverse twice', async () => {
    const stripe = createStripe({ apiKey: 'sk_test_123', stripeAccount: 'acct_1' });
    expectRequest('GET', '/v1/payouts/po_1', '', { ...created, id: 'po_1', status: 'paid' });
    const { seen } = expectRequest('POST', '/v1/payouts/po_1/reverse', '', { ...created, id: 'po_2', original_payout: 'po_1' });
    await stripe.reverse('po_1');
    const key = await deriveReversalKey({ account: 'acct_1', payoutId: 'po_1', attempt: 1 });
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual([key]);
  });

  it('binds every request, and the key, to the connected account', async () => {
    const platform = createStripe({ apiKey: 'sk_test_123', correlation: 'none' });
    const connected = platform.forAccount('acct_9');
    const keys = await Promise.all([platform, connected].map(async (stripe) => (await stripe.prepare({ reference: 'r', money })).key));
    expect(new Set(keys).size).toBe(2);
    const { seen } = expectRequest('GET', '/v1/payouts/po_1', '', created);
    await connected.retrieve('po_1');
    expect(seen.map(({ headers }) => headers['stripe-account'])).toEqual(['acct_9']);
  });
});
