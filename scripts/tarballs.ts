// What is in a packed tarball is what a stranger gets: `pnpm check package`. A manifest that says all it should and names only what is there, the
// licence, a README, no tests, and maps that lead to the sources.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { publishedPackages, root } from './published.ts';

/** A manifest as it is read: nobody has checked it. */
type Manifest = Readonly<Record<string, unknown>>;

const readJson = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const object = (value: unknown): Manifest => (typeof value === 'object' && value !== null ? (value as Manifest) : {});

/** Every path that `exports`, `imports` or `bin` names, whatever conditions are around it. */
function targetsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('./') ? [value] : [];
  return Object.values(object(value)).flatMap(targetsOf);
}

/** The conditions under which TypeScript and Node find each path; `types` must come first, or it is never looked at. */
function withoutTypes(exports: Manifest): string[] {
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return [];
    const conditions = Object.keys(object(target));
    return conditions.join() === '@disburse/source,types,default' ? [] : [`exports['${path}'] has the conditions ${conditions.join()}`];
  });
}

/**
 * What is wrong with the manifest of a tarball, one line each.
 *
 * @param files What is in the tarball, from its root.
 * @param workspace The manifest of the repository, which says where it is.
 */
export function problemsOfManifest(manifest: Manifest, folder: string, files: ReadonlySet<string>, workspace: Manifest): string[] {
  const { url } = object(workspace['repository']);
  const facts: Readonly<Record<string, boolean>> = {
    'description is missing': isText(manifest['description']),
    'keywords: fewer than five, or not payouts':
      Array.isArray(manifest['keywords']) && manifest['keywords'].length > 4 && manifest['keywords'].includes('payouts'),
    'license is not that of the repository': isText(manifest['license']) && manifest['license'] === workspace['license'],
    'homepage is not its README in the repository':
      manifest['homepage'] === String(workspace['homepage']).replace('#readme', `/tree/main/${folder}#readme`),
    'bugs is not that of the repository': isText(manifest['bugs']) && manifest['bugs'] === workspace['bugs'],
    // Provenance is refused where these do not match the repository that published.
    'repository does not say where it is':
      JSON.stringify(manifest['repository']) === JSON.stringify({ type: 'git', url, directory: folder }),
    'type is not module': manifest['type'] === 'module',
    'engines.node is missing': isText(object(manifest['engines'])['node']),
    'publishConfig is not public with provenance': JSON.stringify(manifest['publishConfig']) === '{"access":"public","provenance":true}',
    'sideEffects are not said': manifest['sideEffects'] === false || (Array.isArray(manifest['sideEffects']) && 'bin' in manifest),
    'exports are missing': Object.keys(object(manifest['exports'])).length > 1,
    'a range of the workspace was not replaced': !/"(?:workspace|catalog|link|file):/.test(JSON.stringify(manifest)),
  };
  const named = [...targetsOf(manifest['exports']), ...targetsOf(manifest['imports']), ...targetsOf(manifest['bin'])];
  return [
    ...Object.entries(facts).flatMap(([problem, holds]) => (holds ? [] : [problem])),
    ...withoutTypes(object(manifest['exports'])),
    ...named.flatMap((target) => (files.has(normalize(target)) ? [] : [`it names ${target}, which is not there`])),
  ];
}

/** Files that nobody expects in a tarball, and those that everybody expects. */
export function problemsOfFiles(files: ReadonlySet<string>): string[] {
  const known =
    /^(?:package\.json|disburse\.config\.schema\.json|README\.md|LICENSE|dist\/.+\.(?:js|js\.map|d\.ts|d\.ts\.map)|src\/.+\.ts)$/;
  const tests = /\.test(?:-d)?\.|__tests__|__fixtures__/;
  return [
    ...['package.json', 'README.md', 'LICENSE'].flatMap((file) => (files.has(file) ? [] : [`${file} is missing`])),
    ...[...files].flatMap((file) => (known.test(file) && !tests.test(file) ? [] : [`${file} is nothing to publish`])),
  ];
}

interface SourceMap {
  readonly sources?: readonly string[];
  readonly sourceRoot?: string;
  readonly mappings: string;
}

/**
 * Whether a debugger finds the source of every built file, and an editor that of every declaration.
 *
 * @param read The text of a file of the tarball.
 */
export function problemsOfMaps(files: ReadonlySet<string>, read: (file: string) => string): string[] {
  return [...files].flatMap((file) => {
    if (!/^dist\/.+\.(?:js|d\.ts)$/.test(file)) return [];
    const map = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(read(file))?.[1];
    if (map === undefined) return [`${file} names no map`];
    const path = join(dirname(file), map);
    if (!files.has(path)) return [`${file} names the map ${map}, which is not there`];
    const { sources = [], sourceRoot = '', mappings } = JSON.parse(read(path)) as SourceMap;
    if (mappings === '') return []; // Nothing but imports of what is elsewhere.
    const lost = sources.filter((source) => !files.has(join(dirname(path), sourceRoot, source)));
    return lost.length === 0 && sources.length > 0 ? [] : [`${path} leads to no source: ${lost.join(', ') || 'it has none'}`];
  });
}

/** What is wrong with a tarball. */
function problemsOf(tarball: string): string[] {
  const unpacked = mkdtempSync(join(tmpdir(), 'disburse-tarball-'));
  try {
    const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', unpacked], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`tar cannot read ${tarball}: ${stderr}`);
    const home = join(unpacked, 'package');
    const files = new Set(
      globSync('**/*', { cwd: home, withFileTypes: true }).flatMap((entry) =>
        entry.isFile() ? [join(entry.parentPath, entry.name).slice(home.length + 1)] : [],
      ),
    );
    const manifest = readJson(join(home, 'package.json'));
    const folder = publishedPackages().find((one) => one.manifest.name === manifest['name'])?.folder ?? 'nowhere';
    const sameLicence =
      existsSync(join(home, 'LICENSE')) && readFileSync(join(home, 'LICENSE'), 'utf8') === readFileSync(join(root, 'LICENSE'), 'utf8');
    const problems = [
      ...problemsOfManifest(manifest, folder, files, readJson(join(root, 'package.json'))),
      ...problemsOfFiles(files),
      ...problemsOfMaps(files, (file) => readFileSync(join(home, file), 'utf8')),
      ...(sameLicence ? [] : ['LICENSE is not that of the repository']),
    ];
    return problems.map((problem) => `${String(manifest['name'])}: ${problem}`);
  } finally {
    rmSync(unpacked, { recursive: true });
  }
}

if (import.meta.main) {
  const tarballs = process.argv.slice(2);
  if (tarballs.length === 0) throw new Error('Usage: node scripts/tarballs.ts <tarball>...');
  const problems = tarballs.flatMap(problemsOf);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
