import { defineConfig } from 'tsup';

export default defineConfig({ entry: ['src/index.ts', 'src/internal.ts'], format: 'esm', splitting: true, sourcemap: true, clean: true });
