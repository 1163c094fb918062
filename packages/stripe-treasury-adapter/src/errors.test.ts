// Contract section 7: every addition to the decision table, and what core concludes from it.
import { reasonAgainst } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import example from './__fixtures__/outbound-payment.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { NOTHING_LISTED, type Scripted, scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { CODES, RULES } from './errors.ts';
import { createStripeTreasury } from './index.ts';

const payment = { ...example, financial_account: 'fa_1' };

interface Row {
  readonly code?: string;
  readonly param?: string;
  readonly status?: number;
  readonly type?: string;
}

const envelope = ({ code, param, type = 'invalid_request_error' }: Row) => ({ error: { type, code, param, message: 'm' } });

/** A create that always meets this refusal, from a Stripe that keeps refusals under the key, or does not. */
async function create(row: Row, keeps: boolean) {
  const { fetch, requests } = scriptedFetch(({ method }): Scripted => {
    if (method === 'GET') return { status: 200, body: NOTHING_LISTED };
    const again = requests.filter((request) => request.method === 'POST').length > 1;
    return { status: row.status ?? 400, body: envelope(row), headers: again && keeps ? { 'idempotent-replayed': 'true' } : {} };
  });
  const treasury = createStripeTreasury({
    apiKey: 'sk_test_1',
    financialAccount: 'fa_1',
    destination: 'pm_1',
    customer: 'cus_1',
    fetch,
    runtime: patientRuntime(),
  });
  const result = await treasury.createPayout({ reference: 'r', money: { amount: '100.00', currency: 'USD' } });
  const posts = requests.filter(({ method }) => method === 'POST');
  expect(new Set(posts.map((request) => request.headers.get('idempotency-key') + request.body)).size).toBe(1); // One key, the same bytes.
  return {
    outcome: result.outcome,
    code: result.outcome === 'accepted' ? null : result.error.code,
    retry: result.outcome === 'rejected' ? result.retry : null,
    sent: posts.length,
  };
}

const DATA = 'destination_payment_method_data';

/** `ask`: may be kept under the key, so it is asked once more. `useless`: these bytes can never succeed. `alive`: never kept. */
const REFUSALS: readonly [string, Row, string, 'ask' | 'useless' | 'alive'][] = [
  ['another currency', { code: 'financial_account_balance_does_not_support_currency' }, 'unsupported', 'ask'],
  ['a feature that is not enabled', { code: 'financial_account_capability_not_enabled' }, 'unsupported', 'ask'],
  ['a feature that is restricted', { code: 'financial_account_capability_restricted' }, 'payouts_blocked', 'ask'],
  ['too little cash', { code: 'balance_insufficient' }, 'insufficient_funds', 'ask'],
  ['too little cash, by its other name', { code: 'insufficient_funds' }, 'insufficient_funds', 'ask'],
  ['too little cash, as 402', { code: 'insufficient_funds', status: 402 }, 'insufficient_funds', 'ask'],
  ['an unknown payment method', { code: 'resource_missing', param: 'destination_payment_method' }, 'invalid_destination', 'ask'],
  [
    'an unknown payment method, as 404',
    { code: 'resource_missing', param: 'destination_payment_method', status: 404 },
    'invalid_destination',
    'ask',
  ],
  ['an unknown customer', { code: 'resource_missing', param: 'customer' }, 'invalid_destination', 'ask'],
  [
    'an unknown FinancialAccount to pay to',
    { code: 'resource_missing', param: `${DATA}[financial_account]` },
    'invalid_destination',
    'ask',
  ],
  [
    'an unknown Financial Connections account',
    { code: 'resource_missing', param: `${DATA}[us_bank_account][financial_connections_account]` },
    'invalid_destination',
    'ask',
  ],
  ['an unknown FinancialAccount to pay from', { code: 'resource_missing', param: 'financial_account' }, 'invalid_request', 'ask'],
  [
    'the same as 404: first suspect is the connected account',
    { code: 'resource_missing', param: 'financial_account', status: 404 },
    'invalid_request',
    'ask',
  ],
  ['a routing number that takes no wires, by code', { code: 'routing_number_invalid' }, 'invalid_destination', 'ask'],
  ['a bank account, by code', { code: 'bank_account_unusable' }, 'invalid_destination', 'ask'],
  ['a routing number, by parameter only', { param: `${DATA}[us_bank_account][routing_number]` }, 'invalid_destination', 'ask'],
  [
    'a routing number, by a code of tomorrow',
    { code: 'wire_not_supported', param: `${DATA}[us_bank_account][routing_number]` },
    'invalid_destination',
    'ask',
  ],
  [
    'an incomplete address',
    { code: 'parameter_missing', param: `${DATA}[billing_details][address][city]` },
    'invalid_destination',
    'useless',
  ],
  [
    'an account number of forbidden characters',
    { code: 'invalid_characters', param: `${DATA}[us_bank_account][account_number]` },
    'invalid_destination',
    'useless',
  ],
  [
    'a parameter that Stripe does not know',
    { code: 'parameter_unknown', param: `${DATA}[us_bank_account][swift]` },
    'invalid_request',
    'useless',
  ],
  ['both destination forms', { code: 'parameters_exclusive', param: DATA }, 'invalid_request', 'useless'],
  ['both destination forms, by their insides', { code: 'parameters_exclusive', param: `${DATA}[type]` }, 'invalid_request', 'useless'],
  [
    'same-day ACH without access',
    { code: 'parameter_unknown', param: 'destination_payment_method_options[us_bank_account][ach]' },
    'invalid_request',
    'useless',
  ],
  ['a descriptor', { code: 'parameter_invalid_string_blank', param: 'statement_descriptor' }, 'invalid_request', 'useless'],
  ['a refusal without any sign', {}, 'invalid_request', 'ask'],
  ['a code of tomorrow', { code: 'quantum_flux' }, 'invalid_request', 'ask'],
  ['a forbidden feature', { code: 'financial_account_capability_not_enabled', status: 403 }, 'unsupported', 'alive'],
  ['a forbidden destination', { param: `${DATA}[us_bank_account][routing_number]`, status: 403 }, 'invalid_destination', 'alive'],
];

const FOLLOWS = {
  ask: { kept: ['next_attempt', 2], notKept: ['same_attempt', 2] },
  useless: { kept: ['next_attempt', 1], notKept: ['next_attempt', 1] },
  alive: { kept: ['same_attempt', 1], notKept: ['same_attempt', 1] },
} as const;

describe('a refused create', () => {
  it.each(REFUSALS)('%s', async (_, row, code, key) => {
    for (const keeps of [true, false]) {
      const [retry, sent] = FOLLOWS[key][keeps ? 'kept' : 'notKept'];
      expect({ keeps, ...(await create(row, keeps)) }).toEqual({ keeps, outcome: 'rejected', code, retry, sent });
    }
  });

  it.each<[string, Row, string]>([
    ['the key was used for another payment', { type: 'idempotency_error', param: `${DATA}[type]` }, 'idempotency_conflict'],
    ['a server error that names the destination', { type: 'api_error', status: 500, param: `${DATA}[type]` }, 'provider_unavailable'],
    ...[400, 401, 403, 404, 422, 429].map((status): [string, Row, string] => [
      `${status} of a type that Stripe does not have`,
      { type: 'proxy_error', status, code: 'balance_insufficient', param: `${DATA}[type]` },
      'unexpected_response',
    ]),
  ])('%s is unknown, whatever the tables say', async (_, row, code) => {
    expect(await create(row, false)).toMatchObject({ outcome: 'unknown', code });
  });

  it('has a row here for every row of the tables, and each row its source', () => {
    const tried = REFUSALS.map(([, row]) => row.code);
    expect(CODES.flatMap(({ codes }) => codes).filter((code) => !tried.includes(code))).toEqual([]);
    for (const { source } of [...CODES, ...RULES]) expect(source).toMatch(/^https:\/\//);
  });
});

/** A payment that cannot be canceled any more, whatever the refusal says. */
async function cancel(row: Row, now: object) {
  const { fetch, requests } = scriptedFetch(({ method }) =>
    method === 'GET' ? { status: 200, body: { ...payment, id: 'obp_1', ...now } } : { status: row.status ?? 400, body: envelope(row) },
  );
  const treasury = createStripeTreasury({ apiKey: 'sk_test_1', financialAccount: 'fa_1', fetch, runtime: patientRuntime() });
  const [result] = await Promise.allSettled([treasury.cancel('obp_1')]);
  return { result, asked: requests.map(({ method, path }) => `${method} ${path}`) };
}

const PATH = '/v1/treasury/outbound_payments/obp_1';

describe('a refused cancel', () => {
  it.each<[string, Row, object, string]>([
    ['by its code', { code: 'status_transition_invalid' }, { status: 'posted' }, 'invalid_state'],
    ['without any sign: the payment shows it', {}, { status: 'processing', cancelable: false }, 'invalid_state'],
    ['without any sign, and it is cancelable: the refusal stands', {}, { status: 'processing', cancelable: true }, 'invalid_request'],
  ])('%s', async (_, row, now, code) => {
    const { result, asked } = await cancel(row, now);
    expect(result).toMatchObject({ status: 'rejected', reason: { code, outcome: 'rejected' } });
    expect(asked).toEqual([`POST ${PATH}/cancel`, `GET ${PATH}`]);
  });

  it('whose answer was lost is no refusal where the payment does not say whether it is cancelable', async () => {
    const { cancelable: _, ...silent } = { ...payment, id: 'obp_1', status: 'processing' };
    const { fetch, requests } = scriptedFetch(({ method }) => (method === 'POST' ? new Error('gone') : { status: 200, body: silent }));
    const treasury = createStripeTreasury({ apiKey: 'sk_test_1', financialAccount: 'fa_1', fetch, runtime: patientRuntime() });
    await expect(treasury.cancel('obp_1')).rejects.toMatchObject({ code: 'provider_unavailable', outcome: 'unknown' });
    expect(requests.at(-1)?.method).toBe('GET');
    const read = await treasury.retrieve('obp_1');
    expect([read.status, read.cancelable, reasonAgainst(treasury, 'cancel', read)]).toEqual(['pending', true, null]);
  });

  it.each([401, 403, 404, 422, 429])('%i of a type that Stripe does not have says nothing: the payment decides', async (status) => {
    const page = { status, type: 'proxy_error' };
    const open = await cancel(page, { status: 'processing', cancelable: true });
    expect(open.result).toMatchObject({ status: 'rejected', reason: { code: 'unexpected_response', outcome: 'unknown' } });
    expect(open.asked.at(-1)).toBe(`GET ${PATH}`);
    const done = await cancel(page, { status: 'canceled' });
    expect(done.result).toMatchObject({ status: 'fulfilled', value: { status: 'canceled' } });
  });

  it('because it is canceled already is a success', async () => {
    const { result } = await cancel({}, { status: 'canceled' });
    expect(result).toMatchObject({ status: 'fulfilled', value: { status: 'canceled' } });
  });

  it('of an unknown payment is not found', async () => {
    const { result, asked } = await cancel({ code: 'resource_missing', param: 'id', status: 404 }, {});
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } });
    expect(asked).toHaveLength(1);
  });
});
