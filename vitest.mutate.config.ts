// The tests that `pnpm mutate` repeats for every mutant: those of the files that are mutated, and of what calls them.
// Each is fast: a file that takes seconds would take hours here.
import './scripts/pinned-node.js';

import { defineConfig } from 'vitest/config';

const conditions = ['@disburse/source', 'module', 'node', 'development|production'];
const subjects = [
  'payout/outcome',
  'stores/idempotency',
  'http/http',
  'http/http.request',
  'http/http.words',
  'payout/apply-snapshot',
  'money/money',
  'money/money.words',
  'money/money-profile',
  'money/money-profile.forms',
  'create/decide',
];
const callers = ['context/client', 'create/pauses'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: [`packages/core/src/{${[...subjects, ...callers].join(',')}}.test.ts`] },
});
