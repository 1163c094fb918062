// NEVER-TWICE R13: metadata of the caller's never looks like ours, whatever a provider trims or folds.
import { expect, it } from 'vitest';
import { isReservedKey } from './reserved-metadata.ts';

const OURS = [
  ['as it is', 'disburse_key'],
  ['in capitals', 'DISBURSE_Reference'],
  ['behind a space', ' disburse_key'],
  ['behind a line break', '\ndisburse_key'],
  ['behind a no-break space', '\u00a0disburse_key'],
  ['behind a zero-width space', '\u200bdisburse_key'],
  ['behind a byte order mark', '\ufeffdisburse_key'],
  ['behind a control character', '\u0000disburse_key'],
  ['behind a braille blank', '\u2800disburse_key'],
  ['with a soft hyphen', 'dis\u00adburse_key'],
  ['with a joiner', 'disburse\u200d_key'],
  ['with white space before the key', 'disburse_ key '],
  ['in full width', '\uff44\uff49\uff53\uff42\uff55\uff52\uff53\uff45\uff3f\uff4b\uff45\uff59'],
  ['with a long s', 'di\u017fburse_key'],
] as const;

const THEIRS = ['order', 'my_disburse_key', 'disburse', 'disbursed_by', 'disburse-key', 'd', ''];

it.each(OURS)('ours, %s', (_, key) => expect(isReservedKey(key)).toBe(true));
it.each(THEIRS)('%j is the caller’s', (key) => expect(isReservedKey(key)).toBe(false));
