// Contract section 11: every golden request, byte for byte, as it leaves through the built-in transport.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import account from './__fixtures__/financial-account.json' with { type: 'json' };
import payment from './__fixtures__/outbound-payment.json' with { type: 'json' };
import listed from './__fixtures__/outbound-payment.list.json' with { type: 'json' };
import {
  createStripeTreasury,
  createTreasuryTestHelpers,
  type StripeTreasuryProvider,
  type StripeTreasurySettings,
  type TreasuryTestHelpers,
} from './index.ts';

const unmatched: string[] = [];
const onNoMatch = (request: Request): void => void unmatched.push(request.url);

beforeEach(() => {
  nock.disableNetConnect();
  nock.emitter.on('no match', onNoMatch);
});
afterEach(() => {
  const wrong = [...nock.pendingMocks().map((mock) => `not asked for: ${mock}`), ...unmatched.splice(0)];
  nock.cleanAll();
  nock.emitter.off('no match', onNoMatch);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
});

interface Seen {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The fixtures are about ids of their own. */
function aboutId(path: string, answer: object): object {
  const id = /\/outbound_payments\/(?<id>[^/?]+)(?:\/cancel)?(?:\?|$)/.exec(path)?.groups?.['id'];
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

function expectedHeaders(method: string, bytes: number, connected: string | undefined): Record<string, unknown> {
  return {
    'accept-encoding': 'identity',
    connection: 'keep-alive',
    host: 'api.stripe.com',
    accept: 'application/json',
    authorization: 'Bearer sk_test_123',
    'content-type': 'application/x-www-form-urlencoded',
    'stripe-version': '2026-10-28.endive',
    ...(connected === undefined ? {} : { 'stripe-account': connected }),
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
  readonly answer?: object;
  readonly settings?: Partial<StripeTreasurySettings>;
  readonly call: (treasury: StripeTreasuryProvider, helpers: TreasuryTestHelpers) => Promise<unknown>;
}

const CREATE = '/v1/treasury/outbound_payments';
const HELPERS = '/v1/test_helpers/treasury/outbound_payments';
const money = { amount: '100.00', currency: 'USD' };
const inline = (type: string) => `destination_payment_method_data[type]=${type}`;

const GOLDEN: readonly Golden[] = [
  {
    name: 'create, PaymentMethod',
    method: 'POST',
    path: CREATE,
    body: 'amount=10000&currency=usd&financial_account=fa_1&customer=cus_1&destination_payment_method=pm_1&description=OutboundPayment%20to%20a%203rd%20party&statement_descriptor=payment&metadata[order_id]=6735',
    bytes: 199,
    call: (treasury) =>
      treasury.createPayout({
        reference: 'golden-saved',
        money,
        destination: 'pm_1',
        description: 'OutboundPayment to a 3rd party',
        statementDescriptor: 'payment',
        metadata: { order_id: '6735' },
        providerOptions: { 'stripe-treasury': { customer: 'cus_1' } },
      }),
  },
  {
    name: 'create, inline ACH',
    method: 'POST',
    path: CREATE,
    body: 'amount=10000&currency=usd&financial_account=fa_1&destination_payment_method_data[type]=us_bank_account&destination_payment_method_data[billing_details][name]=Jane%20Doe&destination_payment_method_data[us_bank_account][account_holder_type]=individual&destination_payment_method_data[us_bank_account][routing_number]=110000000&destination_payment_method_data[us_bank_account][account_number]=000123456789&destination_payment_method_options[us_bank_account][network]=ach&end_user_details[present]=true&end_user_details[ip_address]=203.0.113.7',
    bytes: 539,
    call: (treasury) =>
      treasury.createPayout({
        reference: 'golden-ach',
        money,
        providerOptions: {
          'stripe-treasury': {
            destinationPaymentMethodData: {
              type: 'us_bank_account',
              usBankAccount: { accountNumber: '000123456789', routingNumber: '110000000', accountHolderType: 'individual' },
              billingDetails: { name: 'Jane Doe' },
            },
            destinationPaymentMethodOptions: { usBankAccount: { network: 'ach' } },
            endUserDetails: { present: true, ipAddress: '203.0.113.7' },
          },
        },
      }),
  },
  {
    name: 'create, inline wire',
    method: 'POST',
    path: CREATE,
    body: 'amount=10000&currency=usd&financial_account=fa_1&destination_payment_method_data[type]=us_bank_account&destination_payment_method_data[billing_details][name]=Jane%20Doe&destination_payment_method_data[billing_details][address][line1]=123%20Main%20St&destination_payment_method_data[billing_details][address][city]=San%20Francisco&destination_payment_method_data[billing_details][address][state]=CA&destination_payment_method_data[billing_details][address][postal_code]=94111&destination_payment_method_data[billing_details][address][country]=US&destination_payment_method_data[us_bank_account][account_holder_type]=company&destination_payment_method_data[us_bank_account][routing_number]=110000000&destination_payment_method_data[us_bank_account][account_number]=000123456789&destination_payment_method_options[us_bank_account][network]=us_domestic_wire&end_user_details[present]=false',
    bytes: 885,
    call: (treasury) =>
      treasury.createPayout({
        reference: 'golden-wire',
        money,
        providerOptions: {
          'stripe-treasury': {
            endUserDetails: { present: false },
            destinationPaymentMethodOptions: { usBankAccount: { network: 'us_domestic_wire' } },
            destinationPaymentMethodData: {
              type: 'us_bank_account',
              usBankAccount: { accountHolderType: 'company', routingNumber: '110000000', accountNumber: '000123456789' },
              billingDetails: {
                address: { country: 'US', postalCode: '94111', state: 'CA', city: 'San Francisco', line1: '123 Main St' },
                name: 'Jane Doe',
              },
            },
          },
        },
      }),
  },
  {
    name: 'create, FinancialAccount',
    method: 'POST',
    path: CREATE,
    body: 'amount=500&currency=usd&financial_account=fa_1&destination_payment_method_data[type]=financial_account&destination_payment_method_data[financial_account]=fa_2',
    bytes: 158,
    answer: { ...payment, amount: 500 },
    call: (treasury) =>
      treasury.createPayout({
        reference: 'golden-financial-account',
        money: { amount: '5.00', currency: 'USD' },
        providerOptions: { 'stripe-treasury': { destinationPaymentMethodData: { type: 'financial_account', financialAccount: 'fa_2' } } },
      }),
  },
  {
    name: 'create, every parameter there is',
    method: 'POST',
    path: CREATE,
    body: `amount=10000&currency=usd&financial_account=fa_9&customer=cus_2&${inline('us_bank_account')}&destination_payment_method_data[billing_details][name]=Zo%C3%AB&destination_payment_method_data[billing_details][email]=z%40example.com&destination_payment_method_data[billing_details][phone]=%2B15550100&destination_payment_method_data[billing_details][address][line1]=a&destination_payment_method_data[billing_details][address][line2]=b&destination_payment_method_data[billing_details][address][city]=c&destination_payment_method_data[billing_details][address][state]=d&destination_payment_method_data[billing_details][address][postal_code]=e&destination_payment_method_data[billing_details][address][country]=US&destination_payment_method_data[us_bank_account][account_type]=savings&destination_payment_method_data[us_bank_account][financial_connections_account]=fca_1&destination_payment_method_data[metadata][a]=b&destination_payment_method_options[us_bank_account][network]=us_domestic_wire&end_user_details[present]=true&end_user_details[ip_address]=2001%3Adb8%3A%3A7&description=d&statement_descriptor=s&metadata[k]=v&expand[0]=transaction`,
    settings: { destination: 'pm_default', customer: 'cus_default' },
    call: (treasury) =>
      treasury.createPayout({
        reference: 'golden-everything',
        money,
        description: 'd',
        statementDescriptor: 's',
        metadata: { k: 'v' },
        providerOptions: {
          'stripe-treasury': {
            expand: ['transaction'],
            financialAccount: 'fa_9',
            customer: 'cus_2',
            endUserDetails: { present: true, ipAddress: '2001:db8::7' },
            destinationPaymentMethodOptions: { usBankAccount: { network: 'us_domestic_wire' } },
            destinationPaymentMethodData: {
              type: 'us_bank_account',
              metadata: { a: 'b' },
              usBankAccount: { accountType: 'savings', financialConnectionsAccount: 'fca_1' },
              billingDetails: {
                name: 'Zoë',
                email: 'z@example.com',
                phone: '+15550100',
                address: { line1: 'a', line2: 'b', city: 'c', state: 'd', postalCode: 'e', country: 'US' },
              },
            },
          },
        },
      }),
  },
  {
    name: 'create with the destination and the customer of the settings',
    method: 'POST',
    path: CREATE,
    body: 'amount=10000&currency=usd&financial_account=fa_1&customer=cus_default&destination_payment_method=pm_default',
    settings: { destination: 'pm_default', customer: 'cus_default' },
    call: (treasury) => treasury.createPayout({ reference: 'golden-settings', money }),
  },
  {
    name: 'create with a destination of its own and the customer of the settings',
    method: 'POST',
    path: CREATE,
    body: 'amount=10000&currency=usd&financial_account=fa_1&customer=cus_default&destination_payment_method=ba_2',
    settings: { destination: 'pm_default', customer: 'cus_default' },
    call: (treasury) => treasury.createPayout({ reference: 'golden-own-destination', money, destination: 'ba_2' }),
  },
  {
    name: 'create with destination data, which replaces the destination and the customer of the settings',
    method: 'POST',
    path: CREATE,
    body: `amount=10000&currency=usd&financial_account=fa_1&${inline('financial_account')}&destination_payment_method_data[financial_account]=fa_2`,
    settings: { destination: 'pm_default', customer: 'cus_default' },
    call: (treasury) =>
      treasury.createPayout({
        reference: 'golden-replaced',
        money,
        providerOptions: { 'stripe-treasury': { destinationPaymentMethodData: { type: 'financial_account', financialAccount: 'fa_2' } } },
      }),
  },
  { name: 'retrieve', method: 'GET', path: `${CREATE}/obp_1`, call: (treasury) => treasury.retrieve('obp_1') },
  {
    name: 'retrieve expanded',
    method: 'GET',
    path: `${CREATE}/obp_1?expand[0]=transaction`,
    call: (treasury) => treasury.retrieve('obp_1', { providerOptions: { 'stripe-treasury': { expand: ['transaction'] } } }),
  },
  {
    name: 'list',
    method: 'GET',
    path: `${CREATE}?financial_account=fa_1&status=posted&created[gte]=1680000000&customer=cus_1&limit=3`,
    answer: listed,
    call: (treasury) =>
      treasury.list({
        status: 'paid',
        limit: 3,
        createdFrom: '2023-03-28T10:40:00Z',
        providerOptions: { 'stripe-treasury': { customer: 'cus_1' } },
      }),
  },
  {
    name: 'list with the options of its own',
    method: 'GET',
    path: `${CREATE}?financial_account=fa_9&created[gt]=1&created[lte]=2&starting_after=obp_9&expand[0]=data.transaction`,
    answer: listed,
    call: (treasury) =>
      treasury.list({
        providerOptions: {
          'stripe-treasury': {
            financialAccount: 'fa_9',
            created: { gt: 1, lte: 2 },
            startingAfter: 'obp_9',
            expand: ['data.transaction'],
          },
        },
      }),
  },
  {
    name: 'list backwards',
    method: 'GET',
    path: `${CREATE}?financial_account=fa_1&ending_before=obp_9`,
    answer: listed,
    call: (treasury) => treasury.list({ providerOptions: { 'stripe-treasury': { endingBefore: 'obp_9' } } }),
  },
  {
    name: 'cancel',
    method: 'POST',
    path: `${CREATE}/obp_1/cancel`,
    body: '',
    bytes: 0,
    answer: { ...payment, status: 'canceled' },
    call: (treasury) => treasury.cancel('obp_1'),
  },
  {
    name: 'cancel expanded',
    method: 'POST',
    path: `${CREATE}/obp_1/cancel`,
    body: 'expand[0]=transaction',
    answer: { ...payment, status: 'canceled' },
    call: (treasury) => treasury.cancel('obp_1', { providerOptions: { 'stripe-treasury': { expand: ['transaction'] } } }),
  },
  {
    name: 'balances',
    method: 'GET',
    path: '/v1/treasury/financial_accounts/fa_1',
    answer: account,
    call: (treasury) => treasury.balances(),
  },
  {
    name: 'balances of another FinancialAccount',
    method: 'GET',
    path: '/v1/treasury/financial_accounts/fa_9?expand[0]=features',
    answer: account,
    call: (treasury) => treasury.balances({ providerOptions: { 'stripe-treasury': { financialAccount: 'fa_9', expand: ['features'] } } }),
  },
  {
    name: 'test: tracking ach',
    method: 'POST',
    path: `${HELPERS}/obp_1`,
    body: 'tracking_details[type]=ach&tracking_details[ach][trace_id]=123456789012345',
    bytes: 74,
    call: (_, helpers) => helpers.track('obp_1', { type: 'ach', ach: { traceId: '123456789012345' } }),
  },
  {
    name: 'test: tracking wire',
    method: 'POST',
    path: `${HELPERS}/obp_1`,
    body: 'tracking_details[type]=us_domestic_wire&tracking_details[us_domestic_wire][imad]=I1&tracking_details[us_domestic_wire][omad]=O1&tracking_details[us_domestic_wire][chips]=C1',
    bytes: 172,
    call: (_, helpers) => helpers.track('obp_1', { type: 'us_domestic_wire', usDomesticWire: { chips: 'C1', imad: 'I1', omad: 'O1' } }),
  },
  { name: 'test: fail', method: 'POST', path: `${HELPERS}/obp_1/fail`, body: '', bytes: 0, call: (_, helpers) => helpers.fail('obp_1') },
  { name: 'test: post', method: 'POST', path: `${HELPERS}/obp_1/post`, body: '', bytes: 0, call: (_, helpers) => helpers.post('obp_1') },
  {
    name: 'test: return',
    method: 'POST',
    path: `${HELPERS}/obp_1/return`,
    body: 'returned_details[code]=account_closed',
    bytes: 37,
    call: (_, helpers) => helpers.return('obp_1', 'account_closed'),
  },
  {
    name: 'test: return without a code',
    method: 'POST',
    path: `${HELPERS}/obp_1/return`,
    body: '',
    bytes: 0,
    call: (_, helpers) => helpers.return('obp_1'),
  },
];

const settings: StripeTreasurySettings = { apiKey: 'sk_test_123', financialAccount: 'fa_1' };

describe.each([['acct_1'], [undefined]])('golden requests, Stripe-Account: %s', (stripeAccount) => {
  it.each(GOLDEN)('$name', async ({ name, method, path, body = '', bytes, answer = payment, settings: own, call }) => {
    const treasury = createStripeTreasury({
      ...settings,
      stripeAccount,
      correlation: 'none',
      namespace: `${name} ${stripeAccount}`,
      ...own,
    });
    const helpers = createTreasuryTestHelpers({ apiKey: 'sk_test_123', stripeAccount });
    const { seen } = expectRequest(method, path, body, answer);
    await call(treasury, helpers);
    const length = bytes ?? Buffer.byteLength(body);
    expect(seen).toEqual([{ url: `https://api.stripe.com${path}`, headers: expectedHeaders(method, length, stripeAccount), body }]);
    expect(Buffer.byteLength(body)).toBe(length);
  });
});

describe('what core adds', () => {
  it('writes the token and the reference behind the metadata of the caller', async () => {
    const treasury = createStripeTreasury({ ...settings, destination: 'pm_1', customer: 'cus_1' });
    const submission = await treasury.prepare({ reference: 'rent-1', money, metadata: { order_id: '6735' } });
    const body = `amount=10000&currency=usd&financial_account=fa_1&customer=cus_1&destination_payment_method=pm_1&metadata[order_id]=6735&metadata[disburse_key]=${submission.key}&metadata[disburse_reference]=rent-1`;
    const answer = {
      ...payment,
      financial_account: 'fa_1',
      metadata: { order_id: '6735', disburse_key: submission.key, disburse_reference: 'rent-1' },
    };
    const { seen } = expectRequest('POST', CREATE, body, answer);
    const outcome = await treasury.submit(submission);
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual([submission.key]);
    expect(outcome).toMatchObject({ outcome: 'accepted', replayed: false, notices: [], payout: { reference: 'rent-1' } });
  });

  it('binds every request, and the key, to the connected account', async () => {
    const platform = createStripeTreasury({ ...settings, correlation: 'none', destination: 'pm_1', customer: 'cus_1' });
    const connected = platform.forAccount('acct_9');
    const keys = await Promise.all([platform, connected].map(async (treasury) => (await treasury.prepare({ reference: 'r', money })).key));
    expect(new Set(keys).size).toBe(2);
    const { seen } = expectRequest('GET', `${CREATE}/obp_1`, '', payment);
    await connected.retrieve('obp_1');
    expect(seen.map(({ headers }) => headers['stripe-account'])).toEqual(['acct_9']);
  });
});
