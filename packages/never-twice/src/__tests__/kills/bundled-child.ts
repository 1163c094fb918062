import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/kills/', import.meta.url));
/** What Node has compiled of it: the second start is a fast one. */
export const COMPILED: string = `${CACHE}compiled`;
let made: Promise<string> | null = null;

/** The worker as one file of plain JavaScript: it starts in a third of the time, so more of its life is work. */
export function bundledChild(): Promise<string> {
  made ??= bundle(`${CACHE}${process.pid}.mjs`);
  return made;
}

async function bundle(outfile: string): Promise<string> {
  await build({
    entryPoints: [fileURLToPath(new URL('../kills-child.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@disburse/source'],
    logLevel: 'error',
  });
  return outfile;
}
