/** White space of any kind, controls, and what shows nothing: a provider may trim it, fold it or leave it out. */
const UNSEEN = /[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]+/gu;

/** What is said of such a key of a caller's. */
export const RESERVED_KEY = 'keys that begin with disburse_ are taken by this library';

/**
 * Whether a key of metadata is one of ours, `disburse_...`, or would be once a provider trimmed it or folded its case or its form.
 *
 * Beside ours it could take the place of the token that a lookup recognises a payout by.
 */
export function isReservedKey(key: string): boolean {
  return key.normalize('NFKC').replace(UNSEEN, '').toLowerCase().startsWith('disburse_');
}
