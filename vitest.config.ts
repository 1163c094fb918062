import { defineConfig } from 'vitest/config';

const source = ['@disburse/source'];

export default defineConfig({
  resolve: { conditions: [...source, 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: [...source, 'module', 'node', 'development|production'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/**/*.test.ts'],
    typecheck: { enabled: true, include: ['packages/*/src/**/*.test-d.ts', 'examples/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
});
