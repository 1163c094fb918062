// The command in a process of its own, as a user starts it: bundled once a test file, so that a start costs little.
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished, type Finished } from './bench.ts';

/** A bundle of the command. */
export interface Binary {
  readonly path: string;
}

const CACHE = join(import.meta.dirname, '..', '..', '..', '..', 'node_modules', '.cache', 'disburse-cli');

/** The same code has the same path, so that Node finds what it has compiled before. */
export async function bundle(): Promise<Binary> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '..', 'disburse.ts')],
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    conditions: ['@disburse/source'],
    mainFields: ['module', 'main'],
    // What is CommonJS inside asks for built-ins by require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  const [bundled] = outputFiles;
  if (bundled === undefined) throw new Error('Nothing was bundled.');
  const { contents, hash } = bundled;
  const path = join(CACHE, `${hash.replaceAll(/\W/g, '-')}.mjs`);
  if (existsSync(path)) return { path };
  await mkdir(CACHE, { recursive: true });
  await removeOld();
  await writeFile(`${path}.${process.pid}`, contents);
  await rename(`${path}.${process.pid}`, path);
  return { path };
}

const DAY_MS = 86_400_000;

/** Bundles of code that has changed since. Not the recent ones: another test file may be about to start them. */
async function removeOld(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const { mtimeMs } = await stat(join(CACHE, name));
    if (mtimeMs < Date.now() - DAY_MS) await rm(join(CACHE, name), { force: true });
  }
}

/** A process that runs. */
export interface Running {
  /** Resolves once it has printed this; rejects when it ends before. */
  printed(text: string): Promise<string>;
  type(line: string): void;
  signal(signal: NodeJS.Signals): void;
  /** As `| head` does. */
  stopReading(): void;
  readonly ended: Promise<Finished>;
}

interface StartOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Starts it. It does not outlive the test. */
export function start(binary: Binary, args: readonly string[], { cwd, env = {} }: StartOptions): Running {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const own = Object.fromEntries(Object.entries({ PATH, HOME, NODE_COMPILE_CACHE, ...env }).filter(([, value]) => value !== undefined));
  const child = spawn(process.execPath, [binary.path, ...args], { cwd, env: own, stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const texts = { stdout: '', stderr: '' };
  const heard = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
      for (const listener of heard) listener();
    });
  }
  const ended = endOf(child).then((code) => finished(code, texts.stdout, texts.stderr, args.includes('--json')));
  ended.catch(() => undefined); // Whoever waits for it hears it.
  return {
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (`${texts.stdout}${texts.stderr}`.includes(text)) resolve(texts.stdout);
        };
        heard.add(look);
        look();
        child.once('close', () => reject(new Error(`It ended without "${text}":\n${texts.stdout}${texts.stderr}`)));
      }),
    type: (line) => void child.stdin.write(`${line}\n`),
    stopReading: () => {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    signal: (signal) => void child.kill(signal),
    ended,
  };
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => (code === null ? reject(new Error(`It was killed by ${signal ?? 'nobody'}.`)) : resolve(code)));
  });
}
