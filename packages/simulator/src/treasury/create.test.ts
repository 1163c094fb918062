// Contract sections 2, 4 and 11: what create takes and answers.
import { describe, expect, it } from 'vitest';
import { ACH, DATA, paying, TO_ACCOUNT } from './__fixtures__/paying.ts';

describe('create', () => {
  it('answers 200 with every field of the object', async () => {
    const { pay, world, money } = paying();
    const { status, json } = await pay();
    const [cus] = world.account().customers;
    expect(status).toBe(200);
    expect(json).toEqual({
      id: expect.stringMatching(/^obp_\w+$/) as string,
      object: 'treasury.outbound_payment',
      amount: 1100,
      cancelable: true,
      created: Date.parse('2026-11-23T09:00:00Z') / 1000,
      currency: 'usd',
      customer: cus,
      description: null,
      destination_payment_method: expect.stringMatching(/^pm_\w+$/) as string,
      destination_payment_method_details: {
        type: 'us_bank_account',
        billing_details: {
          address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
          email: null,
          name: 'Jenny Rosen',
        },
        us_bank_account: {
          account_holder_type: 'individual',
          account_type: 'checking',
          bank_name: 'STRIPE TEST BANK',
          fingerprint: expect.stringMatching(/^\w+$/) as string,
          last4: '6789',
          network: 'ach',
          routing_number: '110000000',
        },
      },
      end_user_details: null,
      expected_arrival_date: Date.parse('2026-11-25T00:00:00Z') / 1000,
      financial_account: world.account().financialAccount().id,
      hosted_regulatory_receipt_url: expect.stringContaining('https://') as string,
      livemode: false,
      metadata: {},
      returned_details: null,
      statement_descriptor: 'payment',
      status: 'processing',
      status_transitions: { canceled_at: null, failed_at: null, posted_at: null, returned_at: null },
      tracking_details: null,
      transaction: expect.stringMatching(/^trxn_\w+$/) as string,
    });
    expect(money()).toEqual([998_900, 1100]);
  });

  // Section 11, byte for byte; only the ids stand for those of this world.
  it.each<[string, string, number, object]>([
    [
      'PaymentMethod',
      'amount=10000&currency=usd&financial_account=fa_1&customer=cus_1&destination_payment_method=pm_1&description=OutboundPayment%20to%20a%203rd%20party&statement_descriptor=payment&metadata[order_id]=6735',
      199,
      { amount: 10_000, description: 'OutboundPayment to a 3rd party', metadata: { order_id: '6735' }, statement_descriptor: 'payment' },
    ],
    [
      'inline ACH',
      'amount=10000&currency=usd&financial_account=fa_1&destination_payment_method_data[type]=us_bank_account&destination_payment_method_data[billing_details][name]=Jane%20Doe&destination_payment_method_data[us_bank_account][account_holder_type]=individual&destination_payment_method_data[us_bank_account][routing_number]=110000000&destination_payment_method_data[us_bank_account][account_number]=000123456789&destination_payment_method_options[us_bank_account][network]=ach&end_user_details[present]=true&end_user_details[ip_address]=203.0.113.7',
      539,
      { customer: null, destination_payment_method: null, end_user_details: { present: true, ip_address: '203.0.113.7' } },
    ],
    [
      'inline wire',
      'amount=10000&currency=usd&financial_account=fa_1&destination_payment_method_data[type]=us_bank_account&destination_payment_method_data[billing_details][name]=Jane%20Doe&destination_payment_method_data[billing_details][address][line1]=123%20Main%20St&destination_payment_method_data[billing_details][address][city]=San%20Francisco&destination_payment_method_data[billing_details][address][state]=CA&destination_payment_method_data[billing_details][address][postal_code]=94111&destination_payment_method_data[billing_details][address][country]=US&destination_payment_method_data[us_bank_account][account_holder_type]=company&destination_payment_method_data[us_bank_account][routing_number]=110000000&destination_payment_method_data[us_bank_account][account_number]=000123456789&destination_payment_method_options[us_bank_account][network]=us_domestic_wire&end_user_details[present]=false',
      885,
      {
        end_user_details: { present: false, ip_address: null },
        destination_payment_method_details: { us_bank_account: { account_holder_type: 'company', network: 'us_domestic_wire' } },
      },
    ],
    [
      'FinancialAccount',
      'amount=500&currency=usd&financial_account=fa_1&destination_payment_method_data[type]=financial_account&destination_payment_method_data[financial_account]=fa_2',
      158,
      {
        amount: 500,
        hosted_regulatory_receipt_url: null,
        destination_payment_method_details: { type: 'financial_account', financial_account: { network: 'stripe' } },
      },
    ],
  ])('takes the golden request: %s', async (_, body, bytes, answer) => {
    expect(body).toHaveLength(bytes);
    const { pay, world } = paying();
    const { status, json } = await pay(body);
    expect([status, json['status'], json['cancelable']]).toEqual([200, 'processing', true]);
    expect(json).toMatchObject(answer);
    expect(world.payouts).toHaveLength(1);
  });

  it.each<[string, string, object]>([
    [
      'an emptied address, name and phone on the stripe network',
      `${TO_ACCOUNT}&${DATA}[billing_details][address]=&${DATA}[billing_details][name]=&${DATA}[billing_details][phone]=`,
      {},
    ],
    [
      'a savings account',
      `${ACH}&${DATA}[us_bank_account][account_type]=savings`,
      { destination_payment_method_details: { us_bank_account: { account_type: 'savings' } } },
    ],
    [
      'emptied options',
      `${ACH}&destination_payment_method_options[us_bank_account]=`,
      { destination_payment_method_details: { us_bank_account: { network: 'ach' } } },
    ],
    ['metadata of the inline method, which the payment does not get', `${ACH}&${DATA}[metadata][a]=b`, { metadata: {} }],
    ['a metadata value that unsets', `${ACH}&metadata[a]=1&metadata[b]=`, { metadata: { a: '1' } }],
    [
      'a customer with inline data',
      `${ACH}&customer=cus_1`,
      { customer: expect.stringMatching(/^cus_/) as string, destination_payment_method: null },
    ],
    ['an end user who is not there', `${ACH}&end_user_details[present]=false`, { end_user_details: { present: false, ip_address: null } }],
    [
      'expand',
      `${ACH}&expand[]=transaction`,
      { transaction: { object: 'treasury.transaction', amount: -1100, flow_type: 'outbound_payment' } },
    ],
    ['every permitted character', `${ACH}&statement_descriptor=-%23.%24%26*%20aZ9`, { statement_descriptor: '-#.$&* aZ9' }],
    ['the underscore of the documented sample', `${ACH}&statement_descriptor=payment_1`, { statement_descriptor: 'payment_1' }],
    ['all the cash there is', `${ACH.replace('1100', '1000000')}`, { amount: 1_000_000 }],
  ])('takes %s', async (_, body, answer) => {
    const { status, json } = await paying().pay(body);
    expect(status).toBe(200);
    expect(json).toMatchObject(answer);
  });
});
