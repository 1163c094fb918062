import { defineConfig } from 'tsup';

// `#transport` stays an import: the consumer's runtime picks the transport, not this build.
export default defineConfig({
  entry: ['src/index.ts', 'src/transport.node.ts', 'src/transport.fetch.ts'],
  format: 'esm',
  external: [/^#/],
  splitting: true,
  sourcemap: true,
  clean: true,
});
