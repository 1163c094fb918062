// What may be printed of what a provider sent in the place of an id.
import { describe, expect, it } from 'vitest';
import { mayBePrinted, redactor } from './printable.ts';

const redact = redactor({ authorization: 'Bearer sk_test_canary', 'x-key': 'k-2' });

it('credentials are cut out wherever they stand, and nothing else', () => {
  expect(redact('sk_test_canary, Bearer sk_test_canary; k-2')).toBe('[redacted], Bearer [redacted]; [redacted]');
  expect(redactor({ authorization: '' })('as it is')).toBe('as it is');
});

describe('an id', () => {
  it.each<[string, boolean]>([
    ['po_1NzKdp2eZvKYlo2CbcYGzlsq', true],
    ['po_12345678', true],
    ['3f2504e0-4f89-11d3-9a0c-0305e82c3301', true],
    ['Root=1-67891233-abcdef012345678912345678', true],
    ['x'.repeat(128), true],
    ['x'.repeat(129), false],
    ['', false],
    ['sk_test_canary', false],
    ['po_sk_test_canary_1', false],
    ['000123456789', false],
    ['4242-4242-4242-4242', false],
    ['account_000123456789', false],
    ['DE89370400440532013000', false],
    ['GB29NWBK60161331926819', false],
    ['de89370400440532013000', false],
    ['po_1\n2026-11-30 level=info payout paid', false],
    ['Jane Doe', false],
    ['\u202epo_1', false],
  ])('%j: %j', (id, told) => {
    expect(mayBePrinted(id, redact)).toBe(told);
  });

  it('that is not there is not printed', () => {
    expect(mayBePrinted(null, redact)).toBe(false);
  });
});
