// The packages that are published, as their folders say it.
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What scripts read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** A package that is published. */
export interface Published {
  /** Of the package, from the root of the repository: `packages/core`. */
  readonly folder: string;
  /** For files of its own: `core`. */
  readonly label: string;
  readonly manifest: Manifest;
}

/** The root of the repository. */
export const root: string = join(import.meta.dirname, '..');

/** All of them, by folder. */
export function publishedPackages(): Published[] {
  return globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((file) => ({
      folder: dirname(file),
      label: basename(dirname(file)),
      manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest,
    }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** What can be imported of them: `@disburse/core`, `@disburse/core/node`, ... */
export function publishedPaths(): string[] {
  return publishedPackages()
    .flatMap(({ manifest: { name, exports } }) => Object.keys(exports ?? {}).map((path) => `${name}${path.slice(1)}`))
    .filter((path) => !path.endsWith('.json'));
}
