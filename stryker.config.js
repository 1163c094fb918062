// Mutation testing of the files that decide about money: `pnpm mutate`, some minutes. Not part of `test` or `check`.
import './scripts/pinned-node.js';

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'], // Named, because pnpm hides from Stryker what it would find beside itself.
  vitest: { configFile: 'vitest.mutate.config.ts', related: false },
  mutate: [
    'packages/core/src/{payout/outcome,stores/idempotency,http/http,payout/apply-snapshot,money/money,money/money-profile,create/decide}.ts',
  ],
  coverageAnalysis: 'perTest',
  // Only core and what its tests stand on is copied; the working folder itself is never changed.
  ignorePatterns: ['/docs', '/examples', '/packages/*', '!/packages/core', '/packages/core/dist', '/reports'],
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  tempDirName: '.stryker-tmp',
  cleanTempDir: 'always',
  thresholds: { high: 95, low: 90, break: 85 },
};
