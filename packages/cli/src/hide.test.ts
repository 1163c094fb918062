import { describe, expect, it } from 'vitest';
import { hideBody, hideHeaders } from './hide.ts';

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
    ['a word that only ends like it', 'discount_number=1&myiban=2', 'discount_number=1&myiban=2', []],
  ])('%s', (_, body, shown, hidden) => {
    expect(hideBody(body)).toEqual({ body: shown, hidden });
  });
});
