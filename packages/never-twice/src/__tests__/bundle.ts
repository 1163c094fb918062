// The simulation and the product as one file of plain JavaScript: it runs faster than under the test runner, and it can be broken.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path/posix';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type * as entry from './entry.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/never-twice/', import.meta.url));

/** A mistake: in this file of the product, this text becomes that one. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Occurs exactly once in it. */
  readonly find: string;
  readonly replace: string;
}

/**
 * The simulation over the product, or over a copy of it with these mistakes. The product's own files stay as they are.
 *
 * @throws {Error} when a text that is to be replaced is not there, or is there more than once.
 */
export async function simulationWith(edits: readonly Edit[] = []): Promise<typeof entry> {
  const name = createHash('sha256').update(JSON.stringify(edits)).digest('hex').slice(0, 16);
  const outfile = `${CACHE}${name}-${process.pid}.mjs`;
  const made = new Set<Edit>();
  await build({
    entryPoints: [fileURLToPath(new URL('entry.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@disburse/source'],
    logLevel: 'silent',
    plugins: [broken(edits, made)],
  });
  const missed = edits.filter((edit) => !made.has(edit)).map(({ file }) => file);
  if (missed.length > 0) throw new Error(`${missed.join(', ')} is no file of the simulation`);
  return (await import(pathToFileURL(outfile).href)) as typeof entry;
}

function broken(edits: readonly Edit[], made: Set<Edit>): Plugin {
  return {
    name: 'mistakes',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\/packages\/[^/]+\/src\/.*\.ts$/ }, async ({ path }) => {
        const own = edits.filter(({ file }) => file === relative(ROOT, path));
        if (own.length === 0) return null;
        let contents = await readFile(path, 'utf8');
        for (const edit of own) {
          const times = contents.split(edit.find).length - 1;
          if (times !== 1) throw new Error(`${edit.file} has this ${times} times and not once, so nothing was broken: ${edit.find}`);
          contents = contents.replace(edit.find, () => edit.replace);
          made.add(edit);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}
