// Who uses the packages, and how: each of them must install, compile where it compiles, and pay.
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { root } from '../published.ts';
import { run, start } from './command.ts';
import { COMPILERS, type Installer, type ShapeName } from './projects.ts';
import { type RuntimeName, RUNTIMES, type Transport } from './runtimes.ts';

/** What a consumer needs of those who prepare. */
export interface Place {
  readonly project: (installer: Installer) => string;
  /** The binary of a runtime. @throws {Error} where it cannot run: never is one passed over. */
  readonly runtime: (name: RuntimeName) => Promise<string>;
}

/** One consumer. */
export interface Consumer {
  readonly name: string;
  /** @returns What was so. @throws {Error} for whatever was not. */
  readonly use: (place: Place) => Promise<string>;
}

// ---- Those who compile -------------------------------------------------------------------------------------------------

function compiling(shape: ShapeName, installer: Installer, compiler?: keyof typeof COMPILERS): Consumer {
  return {
    name: `types: ${shape}, ${compiler ?? 'typescript 6.0'}, ${installer}`,
    use: async ({ project }) => {
      const tsc =
        compiler === undefined
          ? join(root, 'node_modules/typescript/bin/tsc')
          : join(project(installer), 'node_modules', compiler, 'bin/tsc');
      // Only the workspace's own compiler writes what is run later.
      const only = compiler === undefined ? [] : ['--noEmit'];
      await run(process.execPath, [tsc, '--project', shape, ...only], { cwd: project(installer) });
      return 'strict, exactOptionalPropertyTypes, skipLibCheck false';
    },
  };
}

/** What a bundler makes of them, by the folder that it is put in. */
const BUNDLES = {
  'bundle-node': { entry: 'main', platform: 'node', conditions: [] },
  'bundle-browser': { entry: 'main', platform: 'browser', conditions: [] },
  'bundle-worker': { entry: 'worker', platform: 'neutral', conditions: ['workerd', 'worker', 'browser'] }, // As the tools of workers bundle.
} as const;

function bundling(bundle: keyof typeof BUNDLES): Consumer {
  const { entry, platform, conditions } = BUNDLES[bundle];
  const expected: Transport = platform === 'node' ? 'node' : 'fetch';
  return {
    name: `bundle: ${bundle.slice('bundle-'.length)}, esbuild`,
    use: async ({ project }) => {
      const { metafile, warnings } = await build({
        absWorkingDir: project('npm'),
        entryPoints: [`bundler/src/${entry}.ts`],
        outdir: bundle,
        bundle: true,
        // What is loaded on demand, as the simulator's server is, stays on demand.
        splitting: true,
        format: 'esm',
        target: 'es2023',
        platform,
        conditions: [...conditions],
        mainFields: ['module', 'main'],
        external: ['node:*'],
        metafile: true,
        logLevel: 'silent',
      });
      if (warnings.length > 0) throw new Error(JSON.stringify(warnings, null, 2));
      const transports = Object.keys(metafile.inputs).flatMap((file) => /core\/dist\/http\/transport\.(\w+)\.js$/.exec(file)?.[1] ?? []);
      if (transports.join() !== expected) throw new Error(`it has the transports [${transports.join()}], expected ${expected}`);
      const modules = modulesOfNode(metafile, `${bundle}/${entry}.js`);
      if (expected === 'fetch' && modules.length > 0) throw new Error(`it cannot start without ${modules.join(', ')}`);
      return `the ${expected} transport, starts with ${modules.length} of Node's modules`;
    },
  };
}

/** Node's modules that must be there for a bundle to start: all that is imported, and not on demand. */
function modulesOfNode({ outputs }: Metafile, file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = (outputs[file]?.imports ?? []).filter(({ kind }) => kind === 'import-statement');
  return imports.flatMap(({ path }) => (path.startsWith('node:') ? [path] : modulesOfNode({ inputs: {}, outputs }, path, seen)));
}

// ---- Those who pay -----------------------------------------------------------------------------------------------------

/** How a runtime starts a program that may talk to this machine and to nobody else. */
const STARTED: Readonly<Record<Exclude<RuntimeName, 'workerd'>, readonly string[]>> = {
  'node 22': [],
  'node 24': [],
  'node 26': [],
  bun: ['run', '--no-install'],
  deno: ['run', '--cached-only', '--no-prompt', '--allow-net=127.0.0.1', '--allow-env', '--allow-read', '--allow-write'],
};

type Programs = keyof typeof STARTED;

/** Runs `use` beside a world of its own. */
async function withWorld<Result>({ project, runtime }: Place, use: (world: string) => Promise<Result>): Promise<Result> {
  const world = await start(await runtime('node 24'), ['nodenext/out/world.js'], { cwd: project('npm'), env: {} });
  try {
    return await use(world.firstLine);
  } finally {
    await world.stop();
  }
}

function paying(name: Programs, program: string, transport: Transport, installer: Installer = 'npm'): Consumer {
  return {
    name: `pays: ${name}, ${program.split('/')[0]}, ${installer}`,
    use: async (place) => {
      const binary = await place.runtime(name);
      const cwd = place.project(installer);
      return withWorld(place, (world) =>
        run(binary, [...STARTED[name], program], { cwd, env: { DISBURSE_WORLD: world, DISBURSE_TRANSPORT: transport } }),
      );
    },
  };
}

/** The file store: a process that hears nothing, one that submits what it kept, one that is told how it ended. */
function keeping(name: Programs): Consumer {
  const endings = { first: 'unknown', second: 'accepted', third: 'resolved' } as const;
  return {
    name: `keeps files: ${name}`,
    use: async (place) => {
      const binary = await place.runtime(name);
      const cwd = place.project('npm');
      const folder = mkdtempSync(join(cwd, 'submissions-'));
      return withWorld(place, async (world) => {
        const found: string[] = [];
        for (const [which, ending] of Object.entries(endings)) {
          const env = { DISBURSE_WORLD: world, DISBURSE_FOLDER: folder, DISBURSE_RUN: which };
          const said = (await run(binary, [...STARTED[name], 'nodenext/out/files.js'], { cwd, env })).trim();
          if (said !== `${ending}, 1 payout`) throw new Error(`the ${which} process: ${said}, expected ${ending}, 1 payout`);
          found.push(ending);
        }
        return `${found.join(', ')}; one payout`;
      });
    },
  };
}

/** A worker of these modules, the first of which is its entry. It may talk to this machine and to nobody else. */
const configOf = (modules: readonly string[]): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${modules.map((name) => `(name = "${name}", esModule = embed "${name}")`).join(', ')}],
      compatibilityDate = "2026-11-01",
      globalOutbound = "loopback"
    )),
    (name = "loopback", network = (allow = ["local"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`;

/** A worker without nodejs_compat: it has no module of Node's. */
const workerd: Consumer = {
  name: 'pays: workerd, bundle-worker, npm',
  use: async (place) => {
    const binary = await place.runtime('workerd');
    const cwd = join(place.project('npm'), 'bundle-worker');
    const chunks = readdirSync(cwd).filter((file) => file.endsWith('.js') && file !== 'worker.js');
    writeFileSync(join(cwd, 'config.capnp'), configOf(['worker.js', ...chunks]));
    return withWorld(place, async (world) => {
      const server = await start(binary, ['serve', 'config.capnp', '--control-fd=3'], { cwd, env: {}, on: 3 });
      try {
        const { port } = JSON.parse(server.firstLine) as { port: number };
        const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: world, signal: AbortSignal.timeout(60_000) });
        const text = await answer.text();
        if (answer.status !== 200) throw new Error(text);
        return text;
      } finally {
        await server.stop();
      }
    });
  },
};

/** Every published path loads. With pnpm, a package finds only what it declares. */
function loading(name: Programs): Consumer {
  return {
    name: `loads: ${name}, pnpm`,
    use: async ({ project, runtime }) => {
      await run(await runtime(name), [...STARTED[name], 'nodenext/out/paths.js'], { cwd: project('pnpm'), env: {} });
      return 'every published path';
    },
  };
}

/** The command, as `npx` would find it. */
function commanding(name: Programs): Consumer {
  return {
    name: `command: ${name}`,
    use: async ({ project, runtime }) => {
      const said = await run(await runtime(name), [...STARTED[name], 'node_modules/@disburse/cli/dist/disburse.js', '--help'], {
        cwd: project('npm'),
        env: {},
      });
      if (!said.includes('Usage: disburse')) throw new Error(`it says ${said}`);
      return said.split('\n')[0] ?? '';
    },
  };
}

const NODES = ['node 22', 'node 24', 'node 26'] as const;

/** These come first: the others run what they write. */
export const WRITERS: readonly Consumer[] = [
  compiling('nodenext', 'npm'),
  compiling('nodenext', 'pnpm'),
  compiling('commonjs', 'npm'),
  compiling('bundler', 'npm'),
  ...Object.keys(BUNDLES).map((bundle) => bundling(bundle as keyof typeof BUNDLES)),
];

/** These run on what is written. */
export const RUNNERS: readonly Consumer[] = [
  ...Object.keys(COMPILERS).flatMap((name) => {
    const compiler = name as keyof typeof COMPILERS;
    return [compiling('nodenext', 'npm', compiler), compiling('commonjs', 'npm', compiler), compiling('bundler', 'pnpm', compiler)];
  }),
  ...NODES.flatMap((node) => [
    paying(node, 'nodenext/out/main.js', 'node'),
    paying(node, 'commonjs/out/main.js', 'node'),
    paying(node, 'bundle-node/main.js', 'node'),
    keeping(node),
    loading(node),
    commanding(node),
  ]),
  paying('node 24', 'nodenext/out/main.js', 'node', 'pnpm'),
  paying('node 24', 'bundle-browser/main.js', 'fetch'),
  ...(['bun', 'deno'] as const).flatMap((other) => [
    paying(other, 'nodenext/out/main.js', RUNTIMES[other].transport),
    paying(other, 'commonjs/out/main.js', RUNTIMES[other].transport),
    keeping(other),
    loading(other),
  ]),
  workerd,
];
