// How much code a program ships that uses the packages, minified and compressed: `pnpm check size`. The limits in sizes.json only go down:
// `node scripts/sizes.ts --lower` lowers them to what was measured, nothing raises them but an edit that a reviewer sees.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './published.ts';

interface Program {
  readonly code: string;
  /** What the program's host has already. */
  readonly external?: readonly string[];
}

const ADAPTERS = {
  createStripe: '@disburse/stripe-adapter',
  createStripeTreasury: '@disburse/stripe-treasury-adapter',
  createBalance: '@disburse/balance-adapter',
};
const imports = Object.entries(ADAPTERS).map(([name, path]) => `import { ${name} } from '${path}';`);
const whole = (path: string, ...external: readonly string[]): Program => ({ code: `export * from '${path}';`, external });

/** What programs are measured, dependencies included. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  ...Object.fromEntries(Object.entries(ADAPTERS).map(([name, path]) => [name, { code: `export { ${name} } from '${path}';` }])),
  'all three by configuration': {
    code: [...imports, `export { registryFromConfig } from '@disburse/core';`, `export { ${Object.keys(ADAPTERS).join(', ')} };`].join(
      '\n',
    ),
  },
  'all of core': whole('@disburse/core'),
  'all of core/adapter': whole('@disburse/core/adapter'),
  'all of core/node': whole('@disburse/core/node'),
  // Their own code: the rest is counted above, or never shipped to anybody's users.
  ...Object.fromEntries(Object.values(ADAPTERS).map((path) => [`own: ${path}`, whole(path, '@disburse/core', 'valibot')])),
  'own: @disburse/conformance': whole('@disburse/conformance', '@disburse/core'),
  'own: @disburse/simulator': whole('@disburse/simulator'),
  'own: @disburse/cli': { code: `import './packages/cli/dist/disburse.js';`, external: ['@disburse/*'] },
};

/** Below its limit by more than this, a limit is worth lowering. */
const CLEARLY = 0.02;
/** Limits are whole hundreds: the last bytes are zlib's own mood. */
const STEP = 100;

async function sizeOf({ code, external = [] }: Program): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    external: [...external],
    write: false,
    logLevel: 'warning',
  });
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).byteLength;
}

const file = join(root, 'scripts/sizes.json');
const limits = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
const lower = process.argv.includes('--lower');

for (const [name, program] of Object.entries(PROGRAMS)) {
  const size = await sizeOf(program);
  const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
  const fitting = Math.ceil(size / STEP) * STEP;
  console.log(`${name.padEnd(40)}${String(size).padStart(7)} of ${String(limit ?? 'nothing').padStart(7)} bytes`);
  if (lower && (limit === undefined || fitting < limit)) limits[name] = fitting;
  else if (limit === undefined || size > limit) {
    console.error(
      `${name} has ${size} bytes, ${limit === undefined ? 'and no limit in scripts/sizes.json' : `${size - limit} more than it may`}.`,
    );
    process.exitCode = 1;
  } else if (size < limit * (1 - CLEARLY)) {
    console.log(`note: ${name} has ${size} bytes of the ${limit} that it may: keep it so, with node scripts/sizes.ts --lower`);
  }
}
const forgotten = Object.keys(limits).filter((name) => !Object.hasOwn(PROGRAMS, name));
if (forgotten.length > 0) throw new Error(`scripts/sizes.json has limits for what is not measured: ${forgotten.join(', ')}`);
if (lower) writeFileSync(file, `${JSON.stringify(limits, null, 2)}\n`);
