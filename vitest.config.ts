import './scripts/pinned-node.js';

import { defineConfig } from 'vitest/config';

const conditions = ['@disburse/source', 'module', 'node', 'development|production'];
const report = process.env['DISBURSE_TEST_REPORT'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages,scripts,examples}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Their own tsconfig: a type error elsewhere is the business of `check`.
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.ts', 'examples/**/*.test-d.ts'],
      tsconfig: './tsconfig.types.json',
      ignoreSourceErrors: true,
    },
    // Threads start faster than processes; a worker of its own for every file keeps nock and the globals of one file out of the next.
    pool: 'threads',
    isolate: true,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
