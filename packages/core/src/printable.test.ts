// What may be printed of what a provider sent in the place of an id.
import { describe, expect, it } from 'vitest';
import { hiding, mayBePrinted, redactedJson, redactor } from './printable.ts';

const redact = redactor({ authorization: 'Bearer sk_test_canary', 'x-key': 'k-2' });

it('credentials are cut out wherever they stand, and nothing else', () => {
  expect(redact('sk_test_canary, Bearer sk_test_canary; k-2')).toBe('[redacted], Bearer [redacted]; [redacted]');
  expect(redactor({ authorization: '' })('as it is')).toBe('as it is');
});

it('the longest is cut out first, white space around one is not part of it, and JSON may escape it', () => {
  const { redact, alsoHide, secrets } = hiding({ authorization: 'Bearer key' }, ['key_and_more\n', 'say "please"']);
  expect(redact('key_and_more, key, say "please", say \\"please\\"')).toBe('[redacted], [redacted], [redacted], [redacted]');
  alsoHide(['payout', 'another_secret']); // The first is too short to be told from a word.
  expect(redact('payout another_secret')).toBe('payout [redacted]');
  expect(secrets).not.toContain('another_secret'); // Read before it was added.
});

it.each([
  ['{"a":"\\u0073k_test\\u005Fcanary"}', '{"a":"[redacted]"}'],
  ['{"a":"\\u006b\\/2 \\u0022 \\u005c \\n"}', '{"a":"[redacted] \\" \\\\ \\n"}'],
  ['{"a":"\\\\u0073k_test_canary"}', '{"a":"\\\\u0073k_test_canary"}'], // A backslash, and then letters.
  ['{"a":"\\u00e9\\u0041"}', '{"a":"\\u00e9\\u0041"}'],
  ['no JSON sk_test_canary \\', 'no JSON [redacted] \\'],
])('JSON that writes letters as their codes: %s', (text, told) => {
  expect(redactedJson(text, redactor({ authorization: 'Bearer sk_test_canary', 'x-key': 'k/2' }))).toBe(told);
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
    ['a-0001-2345-6789', false],
    ['a_00012-345678', false],
    ['a-2026-11-30', true],
    ['12345678-1234-4123-8123-123456789012', false], // It has no letter.
    ['12345678-1234-4123-8123-12345678901a', true],
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
