// Projects of consumers, outside of the workspace: the packed tarballs, installed as anybody would, and programs over them.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, publishedPaths, root } from '../published.ts';
import { run } from './command.ts';

/** TypeScript compilers besides the workspace's own, by the name that they are installed under. */
export const COMPILERS = { 'typescript-5.9': '5.9.3', 'typescript-7': '7.0.2' } as const;

const NODE_TYPES = '24.19.2';

/** What needs a peer that is optional. The project of pnpm has the peers and these; that of npm must do without. */
const WITH_PEER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '@disburse/core/opentelemetry': { '@opentelemetry/api': '^1.9.0' },
};
const peers = Object.assign({}, ...Object.values(WITH_PEER)) as Readonly<Record<string, string>>;
const fixtures = join(import.meta.dirname, 'fixtures');

const write = (file: string, content: unknown): void =>
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));

/** Builds and packs every published package. @returns Its tarballs by the package's name. */
export async function packAll(to: string): Promise<Readonly<Record<string, string>>> {
  await run('pnpm', ['--recursive', '--filter', './packages/*', 'run', 'build'], { cwd: root });
  const packed = await Promise.all(
    publishedPackages().map(async ({ folder, label, manifest }) => {
      const tarball = join(to, `${label}.tgz`);
      await run('pnpm', ['--dir', folder, 'pack', '--out', tarball], { cwd: root });
      return [manifest.name, `file:${tarball}`] as const;
    }),
  );
  return Object.fromEntries(packed);
}

/** How a project installs: npm puts everything side by side, pnpm gives each package only what it declares. */
export type Installer = 'npm' | 'pnpm';

/** Makes the project and installs the tarballs in it. */
export async function installProject(installer: Installer, project: string, tarballs: Readonly<Record<string, string>>): Promise<void> {
  mkdirSync(project, { recursive: true });
  const compilers = Object.fromEntries(Object.entries(COMPILERS).map(([name, version]) => [name, `npm:typescript@${version}`]));
  write(join(project, 'package.json'), {
    private: true,
    type: 'module',
    dependencies: tarballs,
    devDependencies: { '@types/node': NODE_TYPES, ...compilers, ...(installer === 'pnpm' ? peers : {}) },
  });
  if (installer === 'pnpm') {
    // What depends on a sibling means a version that no registry has yet. npm is content with the tarball that is there already.
    write(join(project, 'pnpm-workspace.yaml'), JSON.stringify({ packages: ['.'], overrides: tarballs, verifyDepsBeforeRun: false }));
    await run('pnpm', ['install', '--ignore-scripts', '--strict-peer-dependencies', '--no-frozen-lockfile'], { cwd: project });
  } else {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'];
    await run('npm', ['install', ...flags], { cwd: project });
  }
  for (const [shape, description] of Object.entries(SHAPES)) layOut(join(project, shape), description, installer);
}

interface Shape {
  readonly type: 'module' | 'commonjs';
  readonly programs: readonly string[];
  readonly compilerOptions: Readonly<Record<string, unknown>>;
}

const STRICT = {
  target: 'ES2023',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  isolatedModules: true,
  rootDir: 'src',
};
const NODE_NEXT = { ...STRICT, lib: ['ES2024'], types: ['node'], module: 'NodeNext', rewriteRelativeImportExtensions: true, outDir: 'out' };

/** How programs are written and compiled. */
const SHAPES = {
  nodenext: {
    type: 'module',
    programs: ['journey.ts', 'main.ts', 'files.ts', 'world.ts', 'refused-by-types.ts', 'paths.ts'],
    compilerOptions: { ...NODE_NEXT, verbatimModuleSyntax: true },
  },
  // The same programs: the compiler writes `require('@disburse/core')`.
  commonjs: { type: 'commonjs', programs: ['journey.ts', 'main.ts', 'files.ts', 'paths.ts'], compilerOptions: NODE_NEXT },
  // No types of Node: what runs in a browser or a worker must do without.
  bundler: {
    type: 'module',
    programs: ['journey.ts', 'worker.ts', 'refused-by-types.ts'],
    compilerOptions: {
      ...STRICT,
      lib: ['ES2024', 'DOM', 'DOM.Iterable'],
      types: [],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      allowImportingTsExtensions: true,
      verbatimModuleSyntax: true,
      noEmit: true,
    },
  },
} as const satisfies Readonly<Record<string, Shape>>;

/** The name of a shape, which is its folder in the project. */
export type ShapeName = keyof typeof SHAPES;

function layOut(folder: string, { type, programs, compilerOptions }: Shape, installer: Installer): void {
  cpSync(fixtures, join(folder, 'src'), { recursive: true });
  // Every published path, and not only what the programs need.
  const paths = publishedPaths().filter((path) => installer === 'pnpm' || !Object.hasOwn(WITH_PEER, path));
  write(join(folder, 'src/paths.ts'), paths.map((path, index) => `export * as path${index} from '${path}';\n`).join(''));
  write(join(folder, 'package.json'), { private: true, type });
  write(join(folder, 'tsconfig.json'), { compilerOptions, files: programs.map((program) => `src/${program}`) });
}
