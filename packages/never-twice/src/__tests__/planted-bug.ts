import type { Edit } from './bundle.ts';

/** A mistake. */
export interface PlantedBug {
  readonly rule: string;
  readonly mistake: string;
  readonly edits: readonly Edit[];
}

/** An edit of a file of core. */
export const core = (file: string, find: string, replace: string): Edit => ({ file: `packages/core/src/${file}.ts`, find, replace });
