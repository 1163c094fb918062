// https://docs.mollie.com/reference/create-payout (description; read 2026-11-20)
import type { Payout, PayoutIssue } from '@disburse/core';
import type { Correlation } from '@disburse/core/adapter';

/** In characters; what `correlation: 'description'` appends counts. */
const LONGEST_DESCRIPTION = 255;

/** A key in the form that core derives, in either case of its letters. */
const KEY = '[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const KEY_LENGTH = 36;

// What Mollie or a bank trims and folds of a description is not documented. So a mark is read after white space, invisible characters,
// forms and cases are folded. Refused is whatever could become one, also where all of that is left out or the end is cut off.

/** What `correlation: 'description'` puts at the end: `[reference key]`. */
const MARK = new RegExp(`(?:^| )\\[([\\x21-\\x7e]{1,120}) +(${KEY}) *\\]$`, 'i');
/** The same anywhere, where all white space is gone. */
const FOREIGN_MARK = new RegExp(`\\[.+${KEY}\\]`, 'i');

const WHITE_SPACE = /[\s\p{Cc}\u2800]+/gu;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}+/gu;

/** Compatibility forms, dashes of any kind and characters that show nothing, folded; white space of any kind is one space. */
function folded(description: string): string {
  const seen = description.normalize('NFKC').replace(INVISIBLE, '');
  return seen
    .replace(/\p{Dash_Punctuation}/gu, '-')
    .replace(WHITE_SPACE, ' ')
    .trim();
}

/** Without any white space at all: what is left, whatever is trimmed, folded or dropped. */
const condensed = (description: string): string => folded(description).replaceAll(' ', '');

function looksMarked(description: string): boolean {
  return FOREIGN_MARK.test(condensed(description));
}

/** The description that is sent: with `correlation: 'description'` it ends in ` [reference key]`. */
export function describe(description: string | undefined, correlation: Correlation): string | undefined {
  if (correlation.by !== 'description') return description;
  const mark = `[${correlation.reference} ${correlation.token}]`;
  return description === undefined ? mark : `${description} ${mark}`;
}

/** Every problem of a description, before a key is known. */
export function descriptionProblems(description: string | undefined, reference: string, by: Correlation['by']): PayoutIssue[] {
  const path = 'description';
  const own = description === undefined ? 0 : Array.from(description).length;
  if (description !== undefined && looksMarked(description)) {
    return [
      {
        path,
        message:
          'must not hold [reference key], in whatever case or spacing: this library marks payouts by it, and would take this one for another.',
      },
    ];
  }
  if (by !== 'description') {
    return own > LONGEST_DESCRIPTION ? [{ path, message: `has ${own} characters; Mollie allows ${LONGEST_DESCRIPTION}.` }] : [];
  }
  const mark = reference.length + KEY_LENGTH + '[ ]'.length;
  const left = LONGEST_DESCRIPTION - mark - ' '.length;
  if (own <= left) return [];
  const rule = `Mollie allows ${LONGEST_DESCRIPTION}, and correlation: 'description' appends ${mark + 1}: the reference and the key`;
  return [{ path, message: `has ${own} characters; ${rule}, which leaves ${left}.` }];
}

/**
 * The reference and the key at the end of a payout's description, after what may have been trimmed or folded of it.
 *
 * `reference: null` where the case was folded: then it cannot be told how it was written.
 */
export function markOf(description: string | null): { readonly reference: string | null; readonly token: string } | null {
  const [, reference, key] = MARK.exec(folded(description ?? '')) ?? [];
  if (reference === undefined || key === undefined) return null;
  const token = key.toLowerCase();
  return { reference: key === token ? reference : null, token };
}

/** The key that a payout carries; `null` for none. */
export function tokenOf(payout: Payout): string | null {
  return markOf(payout.description)?.token ?? null;
}
