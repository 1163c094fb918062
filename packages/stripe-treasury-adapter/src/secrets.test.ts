// No key, account number or address of an end user is in any error, notice, telemetry event or printed provider.
import { inspect } from 'node:util';
import { acceptedOrThrow, isPayoutError, type PayoutOutcome, type TelemetryEvent } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import example from './__fixtures__/outbound-payment.json' with { type: 'json' };
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { type Scripted, scriptedFetch, type SeenRequest } from './__fixtures__/scripted-fetch.ts';
import { createStripeTreasury, createTreasuryTestHelpers, type TreasuryCreateOptions } from './index.ts';

const payment = { ...example, financial_account: 'fa_1' };

const KEY = 'sk_test_canary';
const WEBHOOK = 'whsec_canary';
const NUMBER = '000123456789';
const V4 = '203.0.113.7';
const V6 = '2001:db8::7';
const CANARY = /canary|000123456789|000-123-456-789|000 123 456 789|0001 2345 6789|203\.0\.113\.7|2001:db8::7|ffff:/i;

const OPTIONS = (ipAddress: string): TreasuryCreateOptions => ({
  destinationPaymentMethodData: {
    type: 'us_bank_account',
    billingDetails: { name: 'Jane Doe' },
    usBankAccount: { routingNumber: '110000000', accountNumber: NUMBER },
  },
  endUserDetails: { present: true, ipAddress },
});

async function create(script: (request: SeenRequest) => Scripted, options = OPTIONS(V4)) {
  const told: TelemetryEvent[] = [];
  const { fetch, requests } = scriptedFetch(script);
  const treasury = createStripeTreasury({
    apiKey: KEY,
    webhookSecrets: [WEBHOOK],
    financialAccount: 'fa_1',
    fetch,
    runtime: patientRuntime(),
    onTelemetry: (event) => told.push(event),
  });
  const outcome = await treasury.createPayout({
    reference: 'r',
    money: { amount: '100.00', currency: 'USD' },
    statementDescriptor: 'payment_1',
    providerOptions: { 'stripe-treasury': options },
  });
  return { treasury, outcome, told, requests };
}

/** Everything of an outcome that gets logged. The submission holds the body, and says so. */
function logged(outcome: PayoutOutcome): string {
  const thrown = thrownBy(() => acceptedOrThrow(outcome));
  const error = outcome.outcome === 'accepted' ? null : outcome.error;
  const notices = outcome.outcome === 'rejected' ? [] : outcome.notices;
  const printed = [thrown, error].flatMap((each) =>
    isPayoutError(each) ? [inspect(each, { depth: null }), JSON.stringify(each), String(each), each.stack, each.providerMessage] : [],
  );
  return [...printed, inspect(notices, { depth: null })].join('\n');
}

const saying = (message: string, status = 400, more: object = {}): Scripted => ({
  status,
  body: { error: { type: 'invalid_request_error', message, ...more } },
});

describe('what Stripe repeats', () => {
  it.each<readonly [string, Scripted]>([
    ['an account number', saying(`Invalid account number: ${NUMBER}.`)],
    ['an account number in quotes', saying(`'${NUMBER}' is not an account`)],
    ['an account number in groups', saying('Account 0001 2345 6789, 000-123-456-789 or 000 123 456 789')],
    ['an account number in a parameter', saying(`us_bank_account[account_number]=${NUMBER}`)],
    ['an address', saying(`The IP address ${V4} is not allowed.`)],
    ['an address of version 6', saying(`The IP address ${V6} is not allowed, nor ::ffff:${V4}, nor [${V6}]:443`)],
    ['the key', saying(`Invalid API Key provided: ${KEY}`, 401)],
    ['all of it in a server error', saying(`${NUMBER} ${V4} ${V6} ${KEY}`, 500)],
    ['all of it in a conflict', saying(`${NUMBER} ${V4} ${V6} ${KEY}`, 400, { type: 'idempotency_error' })],
    ['all of it as a page', { status: 502, body: `<html>${NUMBER} ${V4} ${KEY}</html>` }],
    [
      'all of it in an error of the connection',
      Object.assign(new Error(`${NUMBER} ${V4} ${KEY}`), { code: 'ECONNRESET', cause: { NUMBER, KEY } }),
    ],
    ['all of it where a payment should be', { status: 200, body: { id: 'obp_1', object: NUMBER, amount: V4, status: KEY } }],
  ])('%s is nowhere', async (_, answer) => {
    const { treasury, outcome, told, requests } = await create(() => answer, OPTIONS(V6));
    expect(outcome.outcome).not.toBe('accepted');
    expect(requests.some(({ body }) => body.includes(NUMBER))).toBe(true); // It was sent, and so could be repeated.
    expect(logged(outcome)).not.toMatch(CANARY);
    expect(inspect(told, { depth: null })).not.toMatch(CANARY);
    expect(inspect(treasury, { depth: null, showHidden: true })).not.toMatch(CANARY);
    expect(JSON.stringify(treasury)).not.toMatch(CANARY);
  });

  it('keeps what is no number of anybody', async () => {
    const said = 'No such customer: cus_4QFOF3xrvBT2nU; fa_1MtaD72eZvKYlo2CYKM3DnUI has 99 of 100.00 in 2 currencies';
    const { outcome } = await create(() => saying(said));
    expect(outcome).toMatchObject({ error: { providerMessage: said } });
  });
});

it('an accepted payment tells notices and events, and nothing of it', async () => {
  const { outcome, told } = await create(() => ({ status: 200, body: payment }));
  expect(outcome).toMatchObject({ outcome: 'accepted', notices: [{ code: 'statement_descriptor_characters' }, { code: 'token_missing' }] });
  expect(logged(outcome)).not.toMatch(CANARY);
  expect(told.length).toBeGreaterThan(0);
  expect(inspect(told, { depth: null })).not.toMatch(CANARY);
});

it.each<readonly [string, object]>([
  ['an option in the wrong place', { accountNumber: NUMBER, endUserDetails: { present: true, ipAddress: `${V4}.canary` } }],
  [
    'an account number that is a number',
    { destinationPaymentMethodData: { type: 'us_bank_account', usBankAccount: { accountNumber: 123_456_789_000 } } },
  ],
  ['an account number for a type', { destinationPaymentMethodData: { type: NUMBER } }],
  ['an account number for a network', { destinationPaymentMethodOptions: { usBankAccount: { network: NUMBER } } }],
  ['an address for present', { endUserDetails: { present: V4, ipAddress: V4 } }],
  ['an account number for a bag', NUMBER as unknown as object],
])('bad input is not repeated: %s', async (_, options) => {
  const { outcome, requests } = await create(() => ({ status: 500 }), options as TreasuryCreateOptions);
  expect(outcome).toMatchObject({ outcome: 'rejected', submission: null });
  expect(requests).toEqual([]);
  expect(logged(outcome)).not.toMatch(CANARY);
  expect(logged(outcome)).not.toContain('123456789');
});

it('test helpers repeat nothing either', async () => {
  const { fetch } = scriptedFetch(() => saying(`${NUMBER} ${V4} ${KEY}`));
  const helpers = createTreasuryTestHelpers({ apiKey: KEY, fetch, runtime: patientRuntime() });
  const [result] = await Promise.allSettled([helpers.post('obp_1')]);
  expect(result).toMatchObject({ status: 'rejected', reason: { code: 'invalid_request' } });
  expect(inspect([result, helpers], { depth: null, showHidden: true })).not.toMatch(CANARY);
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
