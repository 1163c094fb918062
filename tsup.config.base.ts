import './scripts/pinned-node.js';

import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

// What package.json publishes is what gets built: every `./dist/*.js` that it names has its source of the same name.
function entries(manifest: unknown): string[] {
  if (typeof manifest === 'string') {
    const name = /^\.\/dist\/(.+)\.js$/.exec(manifest)?.[1];
    return name === undefined ? [] : [`src/${name}.ts`];
  }
  return typeof manifest === 'object' && manifest !== null ? Object.values(manifest).flatMap(entries) : [];
}

const { exports, imports, bin } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
const entry = [...new Set(entries([exports, imports, bin]))];

// tsup passes over an entry that does not exist, and the package would be published without it.
const missing = entry.filter((file) => !existsSync(file));
if (missing.length > 0) throw new Error(`package.json names files whose source does not exist: ${missing.join(', ')}`);

// Declarations come from tsc, which also checks types. `#transport` stays an import: the consumer's runtime picks the transport.
export default defineConfig({
  entry,
  format: 'esm',
  target: 'es2023',
  external: [/^#/],
  // `node:http` stays `node:http`: without the prefix it is nobody's module where there is no Node, and a bundler cannot tell.
  removeNodeProtocol: false,
  splitting: true,
  sourcemap: true,
  // The sources are published beside them: once is enough.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
  },
  clean: true,
  silent: true,
});
