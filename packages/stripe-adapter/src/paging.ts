// https://docs.stripe.com/api/pagination (read 2026-11-20; the same for every list)
import type { Payout, PayoutIssue } from '@disburse/core';
import { type AdapterListQuery, type AdapterPage, type HttpResponse, readRows } from '@disburse/core/adapter';
import * as v from 'valibot';
import type { FormFields } from './form.ts';
import type { StripeListOptions } from './options.ts';
import { unreadable } from './read-payout.ts';
import { isObject } from './read-shape.ts';
import { timeParameter } from './times.ts';
import { ListShape } from './wire.ts';

/** The options of a list that say where a page begins and what it reaches back to. */
type Paging = Pick<StripeListOptions, 'created' | 'startingAfter' | 'endingBefore'>;

/** What contradicts itself in a list query. `id` is the adapter's, for the path of its options. */
export function listProblems(id: string, query: AdapterListQuery, options: Paging | undefined): readonly PayoutIssue[] {
  const at = `providerOptions.${id}`;
  const issues: PayoutIssue[] = [];
  if (options?.startingAfter !== undefined && options.endingBefore !== undefined) {
    issues.push({ path: `${at}.endingBefore`, message: 'cannot be given together with startingAfter: a list goes in one direction' });
  }
  const ownCursor = options?.startingAfter ?? options?.endingBefore;
  if (ownCursor !== undefined && query.cursor !== undefined && !/^(after|before):/.test(query.cursor)) {
    issues.push({ path: 'cursor', message: 'cannot be given together with startingAfter or endingBefore: both say where the page begins' });
  }
  if (options?.created !== undefined && (query.createdFrom !== undefined || query.createdTo !== undefined)) {
    issues.push({ path: `${at}.created`, message: 'cannot be given together with createdFrom or createdTo: they are the same filter' });
  }
  return issues;
}

/** The `created` filter, by its common names or by Stripe's. */
export function createdParameter(
  { createdFrom, createdTo }: AdapterListQuery,
  options: Paging | undefined,
): number | FormFields | undefined {
  const range = createdFrom === undefined && createdTo === undefined ? undefined : { gte: createdFrom, lt: createdTo };
  return timeParameter(options?.created ?? range);
}

// ---- Cursors ---------------------------------------------------------------------------------------------------------

/** Where a page begins. */
export interface PagePlace {
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
}

/** The cursor of a page of ours goes on where an option of the caller began. */
export function placeOf({ cursor }: AdapterListQuery, options: Paging | undefined): PagePlace {
  return cursor === undefined ? { starting_after: options?.startingAfter, ending_before: options?.endingBefore } : placeOfCursor(cursor);
}

/** A cursor of ours says its direction; any other text is taken as the id to start after. */
function placeOfCursor(cursor: string): PagePlace {
  const id = cursor.replace(/^(after|before):/, '');
  return cursor.startsWith('before:') ? { ending_before: id } : { starting_after: id };
}

// ---- Pages -----------------------------------------------------------------------------------------------------------

/** The rows of a list, and whether there are more. @throws {PayoutError} `unexpected_response` */
export function readList(name: string, answer: HttpResponse): { readonly data: readonly unknown[]; readonly has_more: boolean } {
  const read = v.safeParse(ListShape, answer.json);
  if (!read.success)
    throw unreadable(
      name,
      'a list',
      read.issues.map((issue) => v.getDotPath(issue)),
    );
  // Where would it go on? Taken for the end, it would prove that a payout is absent.
  if (read.output.has_more && read.output.data.length === 0) throw unreadable(name, 'a list', ['data: empty, although has_more']);
  return read.output;
}

/**
 * One page in our words, with the cursor that goes on in the same direction.
 *
 * @throws {PayoutError} `unexpected_response` for what is no list, and for one that goes on after a row without an id.
 */
export function toPage(
  name: string,
  answer: HttpResponse,
  place: PagePlace,
  toPayout: (name: string, raw: unknown) => Payout,
): AdapterPage {
  const { data, has_more } = readList(name, answer);
  const { rows: payouts, unreadable: left } = readRows(data, (raw) => toPayout(name, raw));
  if (!has_more) return { payouts, unreadable: left, nextCursor: null };
  // Of the raw row: the list goes on after it, whether or not the rest of it could be read.
  const last = place.ending_before === undefined ? data.at(-1) : data[0];
  const id = isObject(last) ? last['id'] : null;
  if (typeof id !== 'string' || id === '') throw unreadable(name, 'a list', ['data: the row to go on from has no id']);
  return { payouts, unreadable: left, nextCursor: `${place.ending_before === undefined ? 'after' : 'before'}:${id}` };
}
