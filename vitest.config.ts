import './scripts/pinned-node.js';

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['@disburse/source', 'module', 'node', 'development|production'];
const report = process.env['DISBURSE_TEST_REPORT'];

// Every test file loads nock, fast-check and ky anew. With their compiled code kept, that takes two thirds of the time.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url));

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages,examples,scripts}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // A process for every file: core remembers keys per process and nock patches it, and no file may see another's.
    pool: 'forks',
    isolate: true,
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.ts', 'examples/**/*.test-d.ts'],
      tsconfig: './tsconfig.types.json',
      ignoreSourceErrors: true, // An error elsewhere is found by `check`; here it would hide which tests fail.
    },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
