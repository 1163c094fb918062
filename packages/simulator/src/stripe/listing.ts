// https://docs.stripe.com/api/pagination (contract section 4.2)
import { cutPage } from '../pages.ts';
import { invalid, refused } from './errors.ts';

/** Which page is asked for, as the parameters say it. */
export interface Cursors {
  readonly limit?: number | undefined;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
}

/** A list to cut the page from. */
export interface Listing<Item> {
  readonly url: string;
  /** What an id of the list is called in a refusal. */
  readonly noun: string;
  /** Newest first. */
  readonly all: readonly Item[];
  readonly visible: (item: Item) => boolean;
  readonly render: (item: Item) => object;
}

/** The page in its envelope. @throws {Refusal} for a cursor that points at nothing. */
export function page<Item extends { readonly id: string }>(cursors: Cursors, { url, noun, all, visible, render }: Listing<Item>): object {
  const { limit = 10, starting_after, ending_before } = cursors;
  const cut = cutPage(all, visible, { limit, startingAfter: starting_after, endingBefore: ending_before });
  if (cut === null) {
    const param = starting_after === undefined ? 'ending_before' : 'starting_after';
    throw refused({ code: 'resource_missing', message: `No such ${noun}: '${cursors[param] ?? ''}'`, param });
  }
  return { object: 'list', url, has_more: cut.hasMore, data: cut.items.map(render) };
}

/** @throws {Refusal} for both cursors at once. */
export function checkCursors({ starting_after, ending_before }: Cursors): void {
  if (starting_after === undefined || ending_before === undefined) return;
  throw invalid({ message: 'Received both starting_after and ending_before parameters. Please pass in only one.' });
}
