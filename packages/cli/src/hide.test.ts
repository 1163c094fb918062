import { describe, expect, it } from 'vitest';
import { hideBody, hideHeaders, secretValues, withoutAccountNumbers } from './hide.ts';

describe('what nobody should read', () => {
  it.each([
    ['Authorization', 'Bearer sk_test_1', 'Bearer (hidden)'],
    ['authorization', 'sk_test_1', '(hidden)'],
    ['Cookie', 'a=b', '(hidden)'],
    ['idempotency-key', 'k', 'k'],
    ['stripe-account', 'acct_1', 'acct_1'],
  ])('%s: %s', (name, value, shown) => {
    expect(hideHeaders({ [name]: value })).toEqual({ headers: { [name]: shown }, hidden: shown === value ? [] : [name] });
  });

  it.each([
    ['a form without an account, byte for byte', 'a[b]=1%20+2&c=', 'a[b]=1%20+2&c=', []],
    ['JSON without an account, byte for byte', '{ "a": 1 }', '{ "a": 1 }', []],
    [
      'a form with one',
      'amount=1&d[us_bank_account][account_number]=000123456789',
      'amount=1&d%5Bus_bank_account%5D%5Baccount_number%5D=%28hidden%29',
      ['d[us_bank_account][account_number]'],
    ],
    ['an IBAN in JSON', '{"to":{"iban":"NL1","n":1}}', '{"to":{"iban":"(hidden)","n":1}}', ['iban']],
    ['an accountNumber in JSON', '[{"accountNumber":"1"}]', '[{"accountNumber":"(hidden)"}]', ['accountNumber']],
    [
      'the address of an end user on the internet',
      'end_user_details[present]=true&end_user_details[ip_address]=203.0.113.7',
      'end_user_details%5Bpresent%5D=true&end_user_details%5Bip_address%5D=%28hidden%29',
      ['end_user_details[ip_address]'],
    ],
    ['the same in JSON', '{"ipAddress":"203.0.113.7"}', '{"ipAddress":"(hidden)"}', ['ipAddress']],
    [
      'who the recipient is and where they live',
      'd[type]=x&d[billing_details][name]=Jenny&d[billing_details][email]=j%40x.example&d[billing_details][phone]=1&d[billing_details][address][line1]=Way%201',
      'd%5Btype%5D=x&d%5Bbilling_details%5D%5Bname%5D=%28hidden%29&d%5Bbilling_details%5D%5Bemail%5D=%28hidden%29&d%5Bbilling_details%5D%5Bphone%5D=%28hidden%29&d%5Bbilling_details%5D%5Baddress%5D%5Bline1%5D=%28hidden%29',
      ['name', 'email', 'phone', 'address][line1'].map((member) => `d[billing_details][${member}]`),
    ],
    [
      'the same in JSON, as a whole',
      '{"billingDetails":{"name":"Jenny","address":{"line1":"Way 1"}}}',
      '{"billingDetails":"(hidden)"}',
      ['billingDetails'],
    ],
    ['details that nobody gave', '{"billing_details":null}', '{"billing_details":null}', []],
    ['names and addresses that are no person', 'name=1&metadata[email]=2&address=3', 'name=1&metadata[email]=2&address=3', []],
    ['a word that only ends like it', 'discount_number=1&myiban=2&ship_address=3', 'discount_number=1&myiban=2&ship_address=3', []],
  ])('%s', (_, body, shown, hidden) => {
    expect(hideBody(body)).toEqual({ body: shown, hidden });
  });
});

describe('values that are secret', () => {
  const secrets = secretValues();
  secrets.add(['sk_test_1', 'sk_test_12', 'us']);

  it.each([
    ['a text', 'x sk_test_12 sk_test_1.', 'x (hidden) (hidden).'],
    ['texts and names in JSON', { a: [{ sk_test_1: 'sk_test_1', n: 1, z: null }] }, { a: [{ '(hidden)': '(hidden)', n: 1, z: null }] }],
    ['nothing as short as a word', 'us', 'us'],
  ])('%s', (_, given, shown) => expect(secrets.hideIn(given)).toEqual(shown));
});

it.each([
  ['No account 000123456789.', 'No account (hidden).'],
  ['DE89 3704 0044 0532 0130 00 is not yours', 'DE(hidden) is not yours'],
  ['at 2026-11-23 09:00:00, 12.50 EUR, code 12345678', 'at 2026-11-23 09:00:00, 12.50 EUR, code 12345678'],
])('rows of digits as long as an account number: %s', (said, shown) => expect(withoutAccountNumbers(said)).toBe(shown));
