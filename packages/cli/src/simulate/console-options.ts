import { Option } from 'commander';
import { ADAPTERS, type AdapterId } from '../factories.ts';
import { table } from '../tables.ts';
import type { Rail } from './rail.ts';

/** Prints a text, of one line or of several. */
export type Say = (text: string) => void;

export interface AdapterOption {
  readonly adapter?: AdapterId | undefined;
}

export const onlyThere = (): Option =>
  new Option('--adapter <adapter>', 'only at this provider; default: at all of them').choices(ADAPTERS);

export const chosenOf = (rails: readonly Rail[], adapter: AdapterId | undefined): readonly Rail[] =>
  rails.filter((rail) => adapter === undefined || rail.adapter === adapter);

/** A table without the columns in which nothing stands, and without colours: it may be shown in another process. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const kept = (row: readonly string[]): readonly string[] => row.filter((_, column) => used[column] === true);
  return table(kept(head), rows.map(kept), (_, text) => text).join('\n');
}
