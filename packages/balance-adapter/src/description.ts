// https://docs.mollie.com/reference/create-payout (description; read 2026-11-20)
import type { Correlation, Payout, PayoutIssue } from '@disburse/core';

/** In characters; what `correlation: 'description'` appends counts. */
const LONGEST_DESCRIPTION = 255;

/** What `correlation: 'description'` puts at the end: `[reference key]`, the key in the form that core derives. */
const MARK = /(?:^| )\[([\x21-\x7e]{1,120}) ([0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\]$/;
const KEY_LENGTH = 36;

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
  if (description !== undefined && MARK.test(description)) {
    return [
      {
        path,
        message: 'must not end in [reference key]: that is how this library marks payouts, and it would make this one look like another.',
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

/** The reference and the key at the end of a payout's description. */
export function markOf(description: string | null): { readonly reference: string; readonly token: string } | null {
  const [, reference, token] = MARK.exec(description ?? '') ?? [];
  return reference === undefined || token === undefined ? null : { reference, token };
}

/** The key that a payout carries; `null` for none. */
export function tokenOf(payout: Payout): string | null {
  return markOf(payout.description)?.token ?? null;
}
