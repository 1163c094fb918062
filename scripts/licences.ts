// What a stranger installs with a package: all of it under a licence that asks for nothing but its text, and none of it runs anything while it is
// installed. `pnpm check licences`. Read from what is installed here, without a network.
import { createRequire } from 'node:module';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, root } from './published.ts';

/** What is read of an installed manifest: nobody has checked it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A package that comes with one of ours. */
export interface Installed {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Ours and others', one by one, from the package that is asked for to this one. */
  readonly through: readonly string[];
  /** A peer of ours, which users add themselves: it is judged, and is in no tree of ours. */
  readonly peer: boolean;
}

/** SPDX names of licences that a closed program may ship under, with their text beside it. Another one is a decision, so an expression is none. */
export const ALLOWED: readonly string[] = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** What npm runs by itself while it installs a package from a registry: https://docs.npmjs.com/cli/v11/using-npm/scripts */
const AT_INSTALL = ['preinstall', 'install', 'postinstall'];

/** What is wrong with a package that is installed with ours. */
export function problemsOf({ manifest, through }: Installed, files: (name: string) => boolean): string[] {
  const { name, version, license, scripts = {} } = manifest;
  const way = `${name}@${version} (${through.join(' > ')})`;
  const allowed = typeof license === 'string' && ALLOWED.includes(license);
  const run = AT_INSTALL.filter((script) => Object.hasOwn(scripts, script));
  return [
    ...(allowed ? [] : [`${way}: the licence ${JSON.stringify(license) ?? 'is not told, and'} is not one of ${ALLOWED.join(', ')}`]),
    ...run.map((script) => `${way}: runs a script while it is installed: ${script}`),
    // npm builds what has one, script or not.
    ...(files('binding.gyp') ? [`${way}: is built while it is installed: binding.gyp`] : []),
  ];
}

/** Everything that is installed with one of our packages, itself excepted. */
export function installedWith(folder: string): Installed[] {
  const found = new Map<string, Installed>();
  const visit = (from: string, manifest: Manifest, through: readonly string[]): void => {
    const own = through.length === 1;
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...(own ? peerDependencies : {}) })) {
      const at = folderOf(name, from);
      if (at === null) {
        if (Object.hasOwn(optionalDependencies, name)) continue; // Not for this machine.
        throw new Error(`${name}, which ${through.join(' > ')} needs, is not installed.`);
      }
      if (found.has(at)) continue;
      const next = manifestIn(at);
      const peer = own && Object.hasOwn(peerDependencies, name);
      found.set(at, { folder: at, manifest: next, through: [...through, name], peer });
      if (!peer) visit(at, next, [...through, name]);
    }
  };
  const manifest = manifestIn(folder);
  visit(folder, manifest, [manifest.name]);
  return [...found.values()];
}

const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Where Node finds a package from another one; `exports` hide its manifest, so that the folder is looked for. */
function folderOf(name: string, from: string): string | null {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const place = places.find((each) => existsSync(join(each, name, 'package.json')));
  return place === undefined ? null : realpathSync(join(place, name));
}

/** Everything that comes with any of our packages, ours excepted, once each. */
export function production(): Installed[] {
  const all = publishedPackages().flatMap(({ folder }) => installedWith(join(root, folder)));
  const others = all.filter(({ manifest }) => !manifest.name.startsWith('@disburse/'));
  return [...new Map(others.map((each) => [each.folder, each])).values()];
}

if (import.meta.main) {
  const all = production();
  const problems = all.flatMap((each) => problemsOf(each, (name) => existsSync(join(each.folder, name))));
  for (const problem of problems) console.error(problem);
  const licences = Object.groupBy(all, ({ manifest }) => String(manifest.license));
  for (const [licence, under = []] of Object.entries(licences))
    console.log(`${licence}: ${under.map(({ manifest }) => manifest.name).join(', ')}`);
  process.exitCode = problems.length === 0 && all.length > 0 ? 0 : 1;
}
