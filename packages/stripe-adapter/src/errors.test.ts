// Contract section 7: every row of the decision table, every code, every message rule, and what core concludes from it.
import { describe, expect, it } from 'vitest';
import payout from './__fixtures__/payout.create.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { NOTHING_LISTED, type Scripted, scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { CODES, MESSAGES } from './error-codes.ts';
import { AFTER_CODES, BEFORE_CODES, concludeFrom, seenIn, stripeRefusals } from './errors.ts';
import { createStripe, type StripeProvider } from './index.ts';
import { isReplay } from './protocol.ts';

interface Row {
  readonly status: number;
  /** The error of the envelope; a text is a body that is not Stripe's. */
  readonly error?: { readonly type?: string; readonly code?: string; readonly param?: string; readonly message?: string } | string;
  readonly headers?: Record<string, string>;
}

interface Created {
  readonly outcome: string;
  readonly code: string | null;
  readonly retry: string | null;
  /** How often the create was sent. */
  readonly sent: number;
}

const MARK = { 'idempotent-replayed': 'true' };

/** A create that always meets this answer, from a Stripe that keeps refusals under the key, or does not. */
async function create(row: Row, keeps: boolean): Promise<Created> {
  const body = typeof row.error === 'object' ? { error: { type: 'invalid_request_error', message: 'm', ...row.error } } : (row.error ?? '');
  const { fetch, requests } = scriptedFetch(({ method }): Scripted => {
    if (method === 'GET') return { status: 200, body: NOTHING_LISTED };
    const again = requests.filter((request) => request.method === 'POST').length > 1;
    return { status: row.status, body, headers: { ...row.headers, ...(again && keeps ? MARK : {}) } };
  });
  const runtime = patientRuntime();
  const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime });
  const result = await stripe.createPayout({ reference: 'r', money: { amount: '11.00', currency: 'USD' } });
  const posts = requests.filter(({ method }) => method === 'POST');
  expect(new Set(posts.map((request) => request.headers.get('idempotency-key') + request.body)).size, 'one key, the same bytes').toBe(1);
  return {
    outcome: result.outcome,
    code: result.outcome === 'accepted' ? null : result.error.code,
    retry: result.outcome === 'rejected' ? result.retry : null,
    sent: posts.length,
  };
}

type Key = 'maybe_stored' | 'never_valid' | 'unused' | 'needs_person';

/** How often it is sent, and what may follow, where the provider keeps refusals under the key and where it does not. */
const FOLLOWS: Readonly<Record<Key, { readonly kept: readonly [string, number]; readonly notKept: readonly [string, number] }>> = {
  maybe_stored: { kept: ['next_attempt', 2], notKept: ['same_attempt', 2] },
  never_valid: { kept: ['next_attempt', 1], notKept: ['next_attempt', 1] },
  unused: { kept: ['same_attempt', 1], notKept: ['same_attempt', 1] },
  needs_person: { kept: ['never', 1], notKept: ['never', 1] },
};

const page = '<html><body>Bad gateway</body></html>';

/** What a mesh or a gateway writes: it may have sent the request before. */
const NOT_STRIPES: readonly (readonly [what: string, body: string])[] = [
  ['with a page', page],
  ['in plain text', 'RBAC: access denied'],
  ['with nothing', ''],
  ['with an empty object', '{}'],
  ['with an object of a gateway', '{"message":"no Route matched with those values"}'],
  ['with a problem of RFC 9457', '{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Jwt is expired"}'],
  ['with an error that is a text', '{"error":"invalid_token","error_description":"Jwt is expired"}'],
  ['with an error without a type', '{"error":{"code":"api_key_expired","message":"m"}}'],
];

describe('the decision table, for a create', () => {
  it.each<readonly [string, Row, string, Key]>([
    ['5: 401', { status: 401, error: {} }, 'authentication', 'unused'],
    ['5: an expired key', { status: 401, error: { code: 'api_key_expired' } }, 'authentication', 'unused'],
    ['5: an expired key, whatever the status', { status: 400, error: { code: 'platform_api_key_expired' } }, 'authentication', 'unused'],
    ['5: a key that is not secret', { status: 403, error: { code: 'secret_key_required' } }, 'authentication', 'unused'],
    ['11: 403', { status: 403, error: {} }, 'permission', 'unused'],
    ['11: 403 with a code that nobody knows', { status: 403, error: { code: 'more_permissions_required' } }, 'permission', 'unused'],
    ['12: 404', { status: 404, error: {} }, 'not_found', 'maybe_stored'],
    [
      '12: no such address',
      { status: 404, error: { message: 'Unrecognized request URL (GET: /v1/x).' } },
      'invalid_request',
      'maybe_stored',
    ],
    ['13: 402', { status: 402, error: { type: 'card_error' } }, 'invalid_request', 'maybe_stored'],
    ['13: 400 with a code that nobody knows', { status: 400, error: { code: 'from_the_future' } }, 'invalid_request', 'maybe_stored'],
    ['13: a code that every object inherits', { status: 400, error: { code: 'constructor' } }, 'invalid_request', 'maybe_stored'],
    ['13: 413', { status: 413, error: {} }, 'invalid_request', 'maybe_stored'],
  ])('%s', async (_, row, code, key) => {
    const { kept, notKept } = FOLLOWS[key];
    expect(await create(row, true)).toEqual({ outcome: 'rejected', code, retry: kept[0], sent: kept[1] });
    expect(await create(row, false)).toEqual({ outcome: 'rejected', code, retry: notKept[0], sent: notKept[1] });
  });

  it.each<readonly [string, Row, string, number | 'many']>([
    ['2: 200 that is not JSON', { status: 200, error: page }, 'unexpected_response', 3],
    ['2: 200 with another object', { status: 200, error: '{"object":"charge","id":"ch_1"}' }, 'unexpected_response', 3],
    ['2: 200 without its amount', { status: 200, error: '{"object":"payout","id":"po_1"}' }, 'unexpected_response', 3],
    ['3: the key was used for something else', { status: 400, error: { type: 'idempotency_error' } }, 'idempotency_conflict', 1],
    ['4: a twin is running', { status: 409, error: { code: 'idempotency_key_in_use' } }, 'idempotency_conflict', 'many'],
    ['4: any 409', { status: 409, error: page }, 'idempotency_conflict', 'many'],
    ['7: 500', { status: 500, error: { type: 'api_error' } }, 'provider_unavailable', 3],
    ['7: 502 of a proxy', { status: 502, error: page }, 'provider_unavailable', 3],
    ['7: 503', { status: 503, error: '' }, 'provider_unavailable', 3],
    ['7: 424', { status: 424, error: {} }, 'provider_unavailable', 3],
    ['7: 408', { status: 408, error: {} }, 'provider_unavailable', 3],
    ['7: type api_error, whatever the status', { status: 400, error: { type: 'api_error' } }, 'provider_unavailable', 3],
    [
      '7: Stripe says not to try again',
      { status: 500, error: { type: 'api_error' }, headers: { 'stripe-should-retry': 'false' } },
      'provider_unavailable',
      1,
    ],
    ['8: a redirect', { status: 302, error: '', headers: { location: 'https://elsewhere.example' } }, 'unexpected_response', 3],
    ['8: 403 of a proxy', { status: 403, error: page }, 'unexpected_response', 3],
    ...[400, 401, 403, 404, 422, 429].flatMap((status) =>
      NOT_STRIPES.map(([what, error]) => [`8: ${status} ${what}`, { status, error }, 'unexpected_response', 3] as const),
    ),
    ['8: 404 with JSON that is not an envelope', { status: 404, error: '{"message":"no"}' }, 'unexpected_response', 3],
    ...[400, 401, 402, 403, 404, 413, 422, 429].flatMap((status) =>
      ['proxy_error', 'forbidden', 'Invalid_Request_Error', 'constructor', ''].map(
        (type) =>
          [`8: ${status} with a type "${type}" that is not Stripe's`, { status, error: { type } }, 'unexpected_response', 3] as const,
      ),
    ),
    [
      "8: a code of Stripe's under another's type",
      { status: 403, error: { type: 'proxy_error', code: 'api_key_expired' } },
      'unexpected_response',
      3,
    ],
    [
      "8: another code of Stripe's under another's type",
      { status: 400, error: { type: 'proxy_error', code: 'rate_limit' } },
      'unexpected_response',
      3,
    ],
    ["4: 409 under another's type", { status: 409, error: { type: 'proxy_error' } }, 'idempotency_conflict', 'many'],
    ["7: 503 under another's type", { status: 503, error: { type: 'proxy_error' } }, 'provider_unavailable', 3],
  ])('%s: a payout may exist', async (_, row, code, sent) => {
    const created = await create(row, false);
    expect(created).toMatchObject({ outcome: 'unknown', code, retry: null });
    if (sent === 'many') expect(created.sent).toBeGreaterThan(3);
    else expect(created.sent).toBe(sent);
  });

  it.each([
    [400, undefined],
    [403, undefined],
    [400, 'true'],
  ])('approval_required (%i, stripe-should-retry: %s): a payout may come, and nothing is sent again', async (status, word) => {
    const headers = word === undefined ? {} : { 'stripe-should-retry': word };
    for (const marked of [true, false]) {
      const created = await create({ status, error: { code: 'approval_required' }, headers }, marked);
      expect(created).toEqual({ outcome: 'unknown', code: 'payouts_blocked', retry: null, sent: 1 });
    }
  });

  it('1: no answer at all', async () => {
    const { fetch, requests } = scriptedFetch(() => new TypeError('fetch failed'));
    const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
    const outcome = await stripe.createPayout({ reference: 'r', money: { amount: '11.00', currency: 'USD' } });
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' }, next: { action: 'submit' } });
    expect(new Set(requests.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
  });

  it.each<readonly [string, Row]>([
    ['6: 429', { status: 429, error: {} }],
    ['6: an object is locked', { status: 429, error: { code: 'lock_timeout' } }],
    ['6: 400 with the code', { status: 400, error: { code: 'rate_limit' } }],
  ])('%s: sent again under the same key, then the same attempt', async (_, row) => {
    expect(await create(row, false)).toEqual({ outcome: 'rejected', code: 'rate_limited', retry: 'same_attempt', sent: 3 });
  });
});

// Contract 10.4: what the header says goes before what the status would.
describe('stripe-should-retry', () => {
  const says = (word: string, row: Row): Row => ({ ...row, headers: { 'stripe-should-retry': word } });

  it.each<readonly [string, Row, string | null, number]>([
    ['true: a 401 is sent again, a bounded number of times', says('true', { status: 401, error: {} }), 'same_attempt', 3],
    ['true: so is what can never succeed', says('true', { status: 400, error: { code: 'parameter_unknown' } }), 'next_attempt', 3],
    [
      'true: a refusal is confirmed, then sent again',
      says('true', { status: 400, error: { code: 'amount_too_small' } }),
      'same_attempt',
      4,
    ],
    ['true: not what a person must look at', says('true', { status: 400, error: { code: 'action_blocked' } }), 'never', 1],
    ['false: no 429 is sent again', says('false', { status: 429, error: {} }), 'same_attempt', 1],
    ['a word that is none leaves it to the status', says('maybe', { status: 401, error: {} }), 'same_attempt', 1],
  ])('%s', async (_, row, retry, sent) => {
    expect(await create(row, false)).toMatchObject({ outcome: 'rejected', retry, sent });
  });

  it.each([
    ['true', 3],
    ['false', 1],
    ['maybe', 1],
  ])('%s, to a cancel: sent %i times', async (word, sent) => {
    const { fetch, requests } = scriptedFetch(() => ({
      status: 403,
      body: { error: { type: 'invalid_request_error', message: 'm' } },
      headers: { 'stripe-should-retry': word },
    }));
    const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
    await expect(stripe.cancel('po_1')).rejects.toMatchObject({ code: 'permission', outcome: 'rejected' });
    expect(requests).toHaveLength(sent);
    expect(new Set(requests.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
  });
});

it.each([
  ['true', true],
  ['false', false],
  ['', false],
  [undefined, false],
])('idempotent-replayed: %s is a replay: %s', (word, replay) => {
  const headers = new Headers(word === undefined ? {} : { 'idempotent-replayed': word });
  expect(isReplay({ status: 200, headers, text: '', json: undefined })).toBe(replay);
});

const rows = (status: number, codes: string, code: string, key: Key, more: object = {}): (readonly [string, Row, string, Key])[] =>
  codes.split(' ').map((name) => [name, { status, error: { code: name, ...more } }, code, key] as const);

const BY_CODE: readonly (readonly [string, Row, string, Key])[] = [
  ...rows(400, 'balance_insufficient insufficient_funds', 'insufficient_funds', 'maybe_stored'),
  ...rows(
    400,
    'parameter_missing parameter_unknown parameter_invalid_integer parameter_invalid_empty parameter_invalid_string_blank parameter_invalid_string_empty parameters_exclusive invalid_characters',
    'invalid_request',
    'never_valid',
  ),
  ...rows(404, 'resource_missing', 'not_found', 'maybe_stored', { param: 'payout' }),
  ...rows(404, 'resource_missing', 'not_found', 'maybe_stored', { param: 'id' }),
  ...rows(400, 'resource_missing', 'invalid_destination', 'maybe_stored', { param: 'destination' }),
  ...rows(404, 'resource_missing', 'invalid_destination', 'maybe_stored', { param: 'payout_method' }),
  ...rows(400, 'resource_missing', 'invalid_request', 'unused', { param: 'starting_after' }),
  ...rows(
    400,
    'bank_account_unusable bank_account_restricted bank_account_declined bank_account_unverified bank_account_bad_routing_numbers account_number_invalid routing_number_invalid invalid_card_type account_closed no_account',
    'invalid_destination',
    'maybe_stored',
  ),
  ...rows(400, 'payouts_not_allowed', 'payouts_blocked', 'maybe_stored'),
  ...rows(400, 'anomalous_money_movement_request action_blocked request_blocked', 'payouts_blocked', 'needs_person'),
  ...rows(403, 'request_blocked', 'payouts_blocked', 'needs_person'),
  ...rows(400, 'payouts_limit_exceeded instant_payouts_limit_exceeded', 'limit_exceeded', 'maybe_stored'),
  ...rows(
    400,
    'instant_payouts_unsupported instant_payouts_config_disabled instant_payouts_currency_disabled cannot_create_connect_instant_payouts_through_api',
    'unsupported',
    'maybe_stored',
  ),
  ...rows(400, 'amount_too_small amount_too_large balance_invalid_parameter', 'invalid_request', 'maybe_stored'),
  ...rows(
    400,
    'not_allowed_on_standard_account account_invalid platform_account_required transfers_not_allowed',
    'permission',
    'maybe_stored',
  ),
  ...rows(403, 'account_invalid', 'permission', 'unused'),
  ...rows(400, 'livemode_mismatch testmode_charges_only', 'invalid_request', 'maybe_stored'),
  ...rows(400, 'status_transition_invalid payout_reconciliation_not_ready', 'invalid_state', 'maybe_stored'),
];

describe('codes, for a create', () => {
  it.each(BY_CODE)('%s', async (_, row, code, key) => {
    const { kept, notKept } = FOLLOWS[key];
    expect(await create(row, true)).toEqual({ outcome: 'rejected', code, retry: kept[0], sent: kept[1] });
    expect(await create(row, false)).toEqual({ outcome: 'rejected', code, retry: notKept[0], sent: notKept[1] });
  });

  it('has a row here for every code of the table, and the other way round', () => {
    expect(new Set(['approval_required', ...BY_CODE.map(([code]) => code)])).toEqual(new Set(CODES.flatMap(({ codes }) => codes)));
  });
});

const BY_MESSAGE: readonly (readonly [string, Row, string])[] = [
  [
    'no external account',
    { status: 400, error: { message: "Sorry, you don't have any external accounts in that currency (usd)." } },
    'invalid_destination',
  ],
  ['in other case', { status: 400, error: { message: 'SORRY, NO EXTERNAL ACCOUNTS IN THAT CURRENCY' } }, 'invalid_destination'],
  ['too late to cancel', { status: 400, error: { message: 'Payouts can only be canceled while they are pending.' } }, 'invalid_state'],
  [
    'no such currency',
    { status: 400, error: { message: 'Invalid currency: xxd. Stripe currently supports', param: 'currency' } },
    'invalid_request',
  ],
  ['no such version', { status: 400, error: { message: 'Invalid Stripe API version: 2026' } }, 'invalid_request'],
  [
    'a code outweighs the message',
    { status: 400, error: { code: 'payouts_not_allowed', message: 'external accounts in that currency' } },
    'payouts_blocked',
  ],
  [
    'with a code nobody knows the message says nothing',
    { status: 400, error: { code: 'new', message: 'external accounts in that currency' } },
    'invalid_request',
  ],
];

describe('messages, where there is no code', () => {
  it.each(BY_MESSAGE)('%s', async (_, row, code) => {
    expect(await create(row, true)).toEqual({ outcome: 'rejected', code, retry: 'next_attempt', sent: 2 });
  });

  it('has a row here for every fragment of the table', () => {
    const seen = BY_MESSAGE.map(([, { error }]) => (typeof error === 'object' ? (error.message ?? '').toLowerCase() : ''));
    expect(MESSAGES.filter(({ fragment }) => !seen.some((message) => message.includes(fragment)))).toEqual([]);
  });
});

describe('the tables', () => {
  it('name the source of every row', () => {
    for (const { source } of [...BEFORE_CODES, ...CODES, ...MESSAGES, ...AFTER_CODES]) expect(source).toMatch(/^https:\/\//);
  });

  it('always come to a conclusion', () => {
    expect(
      AFTER_CODES.at(-1)?.when({ status: 499, enveloped: true, telling: true, type: 'x', code: null, param: null, message: null }),
    ).toBe(true);
  });

  it('are extended by rows that go first', () => {
    const own = {
      codes: ['resource_missing'],
      params: ['financial_account'],
      source: 'https://x',
      as: 'invalid_state',
      outcome: 'rejected',
      keyState: 'maybe_stored',
      says: 's',
    } as const;
    const seen = {
      status: 404,
      enveloped: true,
      telling: true,
      type: 'invalid_request_error',
      code: 'resource_missing',
      param: 'financial_account',
      message: null,
    };
    expect([concludeFrom(seen, { codes: [own] }).as, concludeFrom(seen).as]).toEqual(['invalid_state', 'not_found']);
  });
});

describe('what a person reads', () => {
  const answer = (error: object) => ({
    status: 400,
    headers: new Headers(),
    text: '',
    json: { error: { type: 'invalid_request_error', ...error } },
  });
  const refusal = stripeRefusals({ secret: 'sk_test_canary' });

  it('names the operation, the code, the parameter and what to do', () => {
    const { message } = refusal(answer({ code: 'parameter_invalid_integer', param: 'amount' }), 'create');
    expect(message).toBe(
      'create was refused (HTTP 400, parameter_invalid_integer, parameter amount): a parameter is wrong. error.providerMessage says how; correct it.',
    );
  });

  it("has Stripe's own sentence only in providerMessage, without the key", () => {
    const said = 'Account 000123456789 of Ms Doe; key sk_test_canary';
    const { message, providerMessage } = refusal(answer({ message: said }), 'cancel');
    expect(message).not.toMatch(/000123456789|Doe|canary/);
    expect(providerMessage).toBe('Account 000123456789 of Ms Doe; key [apiKey]');
  });

  it('leaves out a code or parameter that does not look like one', () => {
    const { message } = refusal(answer({ code: 'see\nhttps://evil.example', param: 'x'.repeat(100) }), 'list');
    expect(message).toMatch(/^list was refused \(HTTP 400\): /);
  });

  it('takes an envelope only for what it is', () => {
    for (const json of [undefined, null, [], 'error', { error: 'no' }, { error: {} }, { error: { type: 5 } }]) {
      for (const about of ['create', 'list'] as const) expect(seenIn({ ...answer({}), json }, about).enveloped).toBe(false);
    }
  });
});

describe('an envelope of a type that Stripe does not have', () => {
  const blocked = (status: number, type: string) => ({ status, body: { error: { type, message: 'blocked by gateway' } } });
  const CHANGES = [
    ['cancel', (stripe) => stripe.cancel('po_1')],
    ['update', (stripe) => stripe.update('po_1', { metadata: { a: 'b' } })],
    ['reverse', (stripe) => stripe.reverse('po_1')],
  ] as const satisfies readonly (readonly [string, (stripe: StripeProvider) => Promise<unknown>])[];

  it.each(CHANGES.flatMap(([what, call]) => [403, 404, 422].map((status) => [what, status, call] as const)))(
    '%s, %i: it may have taken effect',
    async (_, status, call) => {
      const { fetch, requests } = scriptedFetch(({ method }) =>
        method === 'POST'
          ? blocked(status, 'proxy_error')
          : { status: 200, body: { ...payout, id: 'po_1', status: 'pending', metadata: {} } },
      );
      const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
      await expect(call(stripe)).rejects.toMatchObject({ code: 'unexpected_response', outcome: 'unknown' });
      expect(requests.at(-1)?.method).toBe('GET');
      expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(3);
    },
  );

  it('of a read is judged by its status: nothing depends on it', async () => {
    const { fetch } = scriptedFetch(() => blocked(404, 'proxy_error'));
    const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
    await expect(stripe.retrieve('po_1')).rejects.toMatchObject({ code: 'not_found', outcome: null });
  });

  it.each([
    [401, 'authentication'],
    [429, 'rate_limited'],
  ])('of a read, %i in no form of Stripe’s is told by its status, too', async (status, code) => {
    for (const [, body] of NOT_STRIPES) {
      const { fetch } = scriptedFetch(() => ({ status, body }));
      const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
      await expect(stripe.retrieve('po_1')).rejects.toMatchObject({ code, outcome: null });
    }
  });

  it('says who may have answered, and what that means', async () => {
    const { fetch } = scriptedFetch(({ method }) =>
      method === 'GET' ? { status: 200, body: NOTHING_LISTED } : { status: 401, body: 'Jwt is expired' },
    );
    const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
    const outcome = await stripe.createPayout({ reference: 'r', money: { amount: '11.00', currency: 'USD' } });
    expect(outcome.outcome !== 'accepted' && outcome.error.message).toMatch(
      /^\[stripe] create was not answered properly \(HTTP 401\): the answer has not the form of Stripe's errors\. A proxy may have given it/,
    );
  });
});
