// Builds what is measured: the packages as they are published (tsup's output: ESM, split, nothing bundled in) and the clients,
// into bench/.built. Not into packages/*/dist: a bench must not depend on, or disturb, whoever is building there.
import { cpSync, globSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = import.meta.dirname;
const packages = join(here, '../packages');
export const built: string = join(here, '.built');
const modules = join(built, 'node_modules');

const PACKAGES = ['core', 'stripe-adapter', 'balance-adapter'];
/** Where the packages' own dependencies are found. */
const DEPENDENCIES = ['ky', 'valibot'];

const COMMON = { bundle: true, format: 'esm', platform: 'node', target: 'es2023', logLevel: 'warning' } as const;

/** Builds the packages and the clients anew. */
export async function buildAll(): Promise<void> {
  rmSync(built, { recursive: true, force: true });
  for (const name of PACKAGES) {
    const from = join(packages, name);
    const to = join(modules, '@disburse', name);
    mkdirSync(to, { recursive: true });
    cpSync(join(from, 'package.json'), join(to, 'package.json'));
    const entryPoints = publishedBy(join(from, 'package.json')).map((entry) => join(from, 'src', `${entry}.ts`));
    await build({ ...COMMON, entryPoints, outdir: join(to, 'dist'), packages: 'external', external: ['#*'], splitting: true });
  }
  for (const name of DEPENDENCIES) symlinkSync(realpathSync(join(packages, 'core/node_modules', name)), join(modules, name), 'dir');
  const entryPoints = ['child.ts', 'server.ts', ...globSync('clients/*.ts', { cwd: here })].map((file) => join(here, file));
  await build({ ...COMMON, entryPoints, outdir: built, outbase: here, packages: 'external' });
}

/** Every `./dist/*.js` that a package.json names, as the build of the packages takes them. */
function publishedBy(manifest: string): readonly string[] {
  const { exports, imports } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
  const named = (value: unknown): string[] => {
    if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(named);
    return /^\.\/dist\/(.+)\.js$/.exec(String(value))?.slice(1) ?? [];
  };
  return [...new Set([exports, imports].flatMap(named))];
}

/** How many bytes a program ships that imports this. */
export interface BundleSize {
  readonly minified: number;
  readonly gzip: number;
}

/** Bundles a program, minified, and compresses it as hard as gzip does. */
export async function bundleSize(program: string): Promise<BundleSize> {
  const { outputFiles } = await build({
    ...COMMON,
    stdin: { contents: program, resolveDir: built, loader: 'js' },
    minify: true,
    treeShaking: true,
    write: false,
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return { minified: code.byteLength, gzip: gzipSync(code, { level: 9 }).byteLength };
}
