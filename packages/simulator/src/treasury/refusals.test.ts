// Contract sections 4, 7 and 8: what create refuses.
import { describe, expect, it } from 'vitest';
import { errorOf } from '../__fixtures__/asking.ts';
import type { SimulateStripeTreasuryOptions } from '../index.ts';
import {
  ACH,
  bank,
  BASE,
  DATA,
  invalid,
  NAME,
  NETWORK,
  paying,
  text,
  TO_ACCOUNT,
  TO_TOKEN,
  WIRE,
  type Paying,
} from './__fixtures__/paying.ts';

describe('create', () => {
  it.each<[string, string, object]>([
    ['no amount', TO_TOKEN.replace('amount=1100&', ''), invalid('parameter_missing', 'Missing required param: amount.', 'amount')],
    ['no currency', TO_TOKEN.replace('currency=usd&', ''), invalid('parameter_missing', 'Missing required param: currency.', 'currency')],
    [
      'no source',
      TO_TOKEN.replace('financial_account=fa_1&', ''),
      invalid('parameter_missing', text('financial_account'), 'financial_account'),
    ],
    [
      'amount 0',
      TO_TOKEN.replace('1100', '0'),
      invalid('parameter_invalid_integer', 'This value must be greater than or equal to 1.', 'amount'),
    ],
    ['amount with decimals', TO_TOKEN.replace('1100', '11.00'), invalid('parameter_invalid_integer', 'Invalid integer: 11.00', 'amount')],
    ['euros', TO_TOKEN.replace('usd', 'eur'), invalid('financial_account_balance_does_not_support_currency', text('eur'), 'currency')],
    ['a bogus currency', TO_TOKEN.replace('usd', 'xxd'), invalid(undefined, text('Invalid currency: xxd'), 'currency')],
    ['upper case', TO_TOKEN.replace('usd', 'USD'), invalid(undefined, text('Invalid currency: USD'), 'currency')],
    ['an unknown parameter', `${TO_TOKEN}&method=standard`, invalid('parameter_unknown', 'Received unknown parameter: method', 'method')],
    [
      'same-day ach',
      `${TO_TOKEN}&destination_payment_method_options[us_bank_account][ach][submission]=same_day`,
      invalid('parameter_unknown', text('[ach]'), 'destination_payment_method_options[us_bank_account][ach]'),
    ],
    ['an unknown network', `${TO_TOKEN}&${NETWORK}=rtp`, invalid(undefined, text('must be one of ach, us_domestic_wire'), NETWORK)],
    [
      'an unknown source',
      TO_TOKEN.replace('fa_1', 'fa_x'),
      invalid('resource_missing', "No such financial account: 'fa_x'", 'financial_account'),
    ],
    [
      'somebody else’s source',
      TO_TOKEN.replace('fa_1', 'fa_2'),
      invalid('resource_missing', text('No such financial account'), 'financial_account'),
    ],
    ['description of 5001', `${TO_TOKEN}&description=${'a'.repeat(5001)}`, invalid(undefined, text('at most 5000'), 'description')],
    [
      '51 metadata keys',
      `${TO_TOKEN}&${Array.from({ length: 51 }, (_, n) => `metadata[k${n}]=v`).join('&')}`,
      invalid(undefined, text('50 keys'), 'metadata'),
    ],
    ['expand nonsense', `${TO_TOKEN}&expand[]=amount`, invalid(undefined, text('cannot be expanded (amount)'), 'expand')],
    ['too little cash', TO_TOKEN.replace('1100', '1000001'), invalid('balance_insufficient', text('does not hold enough cash'))],
    ['no destination', BASE, invalid('parameter_missing', text('destination_payment_method'), 'destination_payment_method')],
    [
      'both destinations',
      `${TO_TOKEN}&${DATA}[type]=us_bank_account&${NAME}&${bank()}`,
      invalid('parameters_exclusive', text('only specify one'), 'destination_payment_method'),
    ],
    [
      'a PaymentMethod without its customer',
      TO_TOKEN.replace('customer=cus_1&', ''),
      invalid('parameter_missing', text('customer'), 'customer'),
    ],
    ['an unknown customer', TO_TOKEN.replace('cus_1', 'cus_x'), invalid('resource_missing', "No such customer: 'cus_x'", 'customer')],
    ['an unknown customer with inline data', `${ACH}&customer=cus_x`, invalid('resource_missing', "No such customer: 'cus_x'", 'customer')],
    [
      'an unknown PaymentMethod',
      TO_TOKEN.replace('pm_usBankAccount', 'pm_x'),
      invalid('resource_missing', "No such PaymentMethod: 'pm_x'", 'destination_payment_method'),
    ],
    [
      'an unknown token',
      TO_TOKEN.replace('pm_usBankAccount', 'pm_usBankAccount_dreaming'),
      invalid('resource_missing', text('dreaming'), 'destination_payment_method'),
    ],
    ['inline data as text', `${BASE}&${DATA}=us_bank_account`, invalid(undefined, 'Invalid object', DATA)],
    ['no type', `${BASE}&${DATA}[financial_account]=fa_2`, invalid('parameter_missing', text('[type]'), `${DATA}[type]`)],
    ['an unknown type', `${BASE}&${DATA}[type]=card`, invalid(undefined, text('must be one of'), `${DATA}[type]`)],
    [
      'an unknown inline parameter',
      `${ACH}&${DATA}[us_bank_account][iban]=1`,
      invalid('parameter_unknown', text('[iban]'), `${DATA}[us_bank_account][iban]`),
    ],
    [
      'an unknown address line',
      `${ACH}&${DATA}[billing_details][address][zip]=1`,
      invalid('parameter_unknown', text('[zip]'), `${DATA}[billing_details][address][zip]`),
    ],
    [
      'a bank account without a name',
      ACH.replace(`&${NAME}`, ''),
      invalid('parameter_missing', text('[name]'), `${DATA}[billing_details][name]`),
    ],
    [
      'a bank account with an empty name',
      ACH.replace('Jane%20Doe', ''),
      invalid('parameter_missing', text('[name]'), `${DATA}[billing_details][name]`),
    ],
    [
      'no bank account',
      `${BASE}&${DATA}[type]=us_bank_account&${NAME}`,
      invalid('parameter_missing', text('[us_bank_account]'), `${DATA}[us_bank_account]`),
    ],
    [
      'no account number',
      ACH.replace(/&[^&]+\[account_number\]=\d+/, ''),
      invalid('parameter_missing', text('[account_number]'), `${DATA}[us_bank_account][account_number]`),
    ],
    [
      'no routing number',
      ACH.replace(/&[^&]+\[routing_number\]=\d+/, ''),
      invalid('parameter_missing', text('[routing_number]'), `${DATA}[us_bank_account][routing_number]`),
    ],
    [
      'an account number in words',
      ACH.replace('000123456789', 'mine'),
      invalid('account_number_invalid', text('valid US bank account'), `${DATA}[us_bank_account][account_number]`),
    ],
    [
      'a routing number of eight',
      ACH.replace('110000000', '11000000'),
      invalid('routing_number_invalid', text('valid US bank account'), `${DATA}[us_bank_account][routing_number]`),
    ],
    [
      'a holder type in words',
      `${ACH}&${DATA}[us_bank_account][account_holder_type]=club`,
      invalid(undefined, text('must be one of'), `${DATA}[us_bank_account][account_holder_type]`),
    ],
    [
      'a Financial Connections account',
      `${ACH}&${DATA}[us_bank_account][financial_connections_account]=fca_1`,
      invalid('resource_missing', text('fca_1'), `${DATA}[us_bank_account][financial_connections_account]`),
    ],
    [
      'a financial account of type bank account',
      `${ACH}&${DATA}[financial_account]=fa_2`,
      invalid(undefined, text('does not go with'), `${DATA}[financial_account]`),
    ],
    [
      'a bank account of type financial account',
      `${TO_ACCOUNT}&${bank()}`,
      invalid(undefined, text('does not go with'), `${DATA}[us_bank_account]`),
    ],
    [
      'no financial account',
      `${BASE}&${DATA}[type]=financial_account`,
      invalid('parameter_missing', text('[financial_account]'), `${DATA}[financial_account]`),
    ],
    [
      'an unknown financial account',
      TO_ACCOUNT.replace('fa_2', 'fa_x'),
      invalid('resource_missing', text('fa_x'), `${DATA}[financial_account]`),
    ],
    [
      'a financial account of the same account',
      TO_ACCOUNT.replace('fa_2', 'fa_1'),
      invalid(undefined, text('use an OutboundTransfer'), `${DATA}[financial_account]`),
    ],
    [
      'end user without present',
      `${ACH}&end_user_details[ip_address]=203.0.113.7`,
      invalid('parameter_missing', text('[present]'), 'end_user_details[present]'),
    ],
    [
      'end user present in words',
      `${ACH}&end_user_details[present]=yes`,
      invalid(undefined, 'Invalid boolean: yes', 'end_user_details[present]'),
    ],
    [
      'an end user without address',
      `${ACH}&end_user_details[present]=true`,
      invalid('parameter_missing', text('[ip_address]'), 'end_user_details[ip_address]'),
    ],
    [
      'an end user with more',
      `${ACH}&end_user_details[present]=true&end_user_details[ip]=1`,
      invalid('parameter_unknown', text('[ip]'), 'end_user_details[ip]'),
    ],
    [
      'parameters before the source',
      TO_TOKEN.replace('fa_1', 'fa_x').replace('1100', '0'),
      invalid('parameter_invalid_integer', text('1.'), 'amount'),
    ],
    [
      'the destination before the cash',
      TO_TOKEN.replace('1100', '9999999').replace('cus_1', 'cus_x'),
      invalid('resource_missing', text('cus_x'), 'customer'),
    ],
  ])('refuses %s', async (_, body, error) => {
    const { pay, world, money } = paying();
    expect(errorOf(await pay(body))).toEqual(error);
    expect(world.payouts).toHaveLength(0);
    expect(world.events).toHaveLength(0);
    expect(money()).toEqual([1_000_000, 0]);
  });
});

describe('what undocumented refusals look like is the world’s to say', () => {
  it.each<[string, SimulateStripeTreasuryOptions['variants'], string, object]>([
    [
      'another code for too little cash',
      { insufficientCashCode: 'insufficient_funds' },
      TO_TOKEN.replace('1100', '1000001'),
      { status: 400, code: 'insufficient_funds' },
    ],
    [
      'another status for it',
      { insufficientCashStatus: 402 },
      TO_TOKEN.replace('1100', '1000001'),
      { status: 402, code: 'balance_insufficient' },
    ],
    [
      '404 for a customer',
      { missingReferenceStatus: 404 },
      TO_TOKEN.replace('cus_1', 'cus_x'),
      { status: 404, code: 'resource_missing', param: 'customer' },
    ],
  ])('%s', async (_, variants, body, error) => {
    expect(errorOf(await paying({ variants }).pay(body))).toMatchObject(error);
  });
});

describe('the state of accounts', () => {
  type Prepare = (given: Paying) => string;
  it.each<[string, Prepare, object]>([
    [
      'a closed source',
      ({ world }) => {
        world.account().closeFinancialAccount();
        return TO_TOKEN;
      },
      { code: undefined, param: 'financial_account' },
    ],
    [
      'a closed destination',
      ({ world }) => {
        world.recipient.closeFinancialAccount();
        return TO_ACCOUNT;
      },
      { param: `${DATA}[financial_account]` },
    ],
    [
      'ach pending',
      ({ world }) => {
        world.account().setFeature('outbound_payments.ach', 'pending');
        return ACH;
      },
      { code: 'financial_account_capability_not_enabled' },
    ],
    [
      'ach never asked for',
      ({ world }) => {
        world.account().setFeature('outbound_payments.ach', 'absent');
        return ACH;
      },
      { code: 'financial_account_capability_not_enabled' },
    ],
    [
      'ach restricted',
      ({ world }) => {
        world.account().setFeature('outbound_payments.ach', 'restricted');
        return ACH;
      },
      { code: 'financial_account_capability_restricted' },
    ],
    [
      'wires restricted',
      ({ world }) => {
        world.account().setFeature('outbound_payments.us_domestic_wire', 'restricted');
        return WIRE;
      },
      { code: 'financial_account_capability_restricted' },
    ],
    [
      'the stripe network pending',
      ({ world }) => {
        world.account().setFeature('intra_stripe_flows', 'pending');
        return TO_ACCOUNT;
      },
      { code: 'financial_account_capability_not_enabled' },
    ],
    [
      'cash that is not there any more',
      ({ world }) => {
        world.account().fund(-999_000);
        return TO_TOKEN;
      },
      { code: 'balance_insufficient' },
    ],
    [
      'another customer’s method',
      ({ world }) => TO_TOKEN.replace('pm_usBankAccount', 'pm_1').replace('cus_1', world.account().addCustomer().id),
      { code: undefined, param: 'destination_payment_method' },
    ],
    [
      'a method that is not set up',
      ({ world }) => TO_TOKEN.replace('pm_usBankAccount', world.account().addPaymentMethod({ setUp: false }).id),
      { code: undefined, param: 'destination_payment_method' },
    ],
  ])('refuses %s', async (_, prepare, error) => {
    const given = paying();
    const body = prepare(given);
    const before = given.money();
    expect(errorOf(await given.pay(body))).toMatchObject({ status: 400, type: 'invalid_request_error', ...error });
    expect(given.world.payouts).toHaveLength(0);
    expect(given.money()).toEqual(before);
  });

  it('asks for the feature of the network that is used, and for no other', async () => {
    const { pay, world } = paying();
    world.account().setFeature('outbound_payments.us_domestic_wire', 'restricted');
    world.account().setFeature('intra_stripe_flows', 'pending');
    expect((await pay(ACH)).status).toBe(200);
    world.account().setFeature('intra_stripe_flows', 'active');
    expect((await pay(TO_ACCOUNT)).status).toBe(200);
  });

  it('takes a legacy bank account, and a token with any customer', async () => {
    const { pay, world } = paying();
    const { id } = world.account().addPaymentMethod({ legacy: true });
    expect((await pay(TO_TOKEN.replace('pm_usBankAccount', id))).json['destination_payment_method']).toMatch(/^ba_/);
    const customer = world.account().addCustomer().id;
    expect((await pay(TO_TOKEN.replace('cus_1', customer))).json['customer']).toBe(customer);
  });

  it('is live with a live key, where test tokens mean nothing', async () => {
    const { pay } = paying({ apiKey: 'sk_live_x' });
    expect((await pay(ACH)).json['livemode']).toBe(true);
    expect(errorOf(await pay())).toMatchObject({ code: 'resource_missing', param: 'destination_payment_method' });
  });
});
