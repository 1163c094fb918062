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

/** A table without colours, and as wide as it needs: it may be shown in another process. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return table(head, rows, { paint: (_, text) => text, width: Number.POSITIVE_INFINITY }).join('\n');
}
