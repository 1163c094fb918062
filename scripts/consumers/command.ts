import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** How to run a program. */
export interface CommandOptions {
  readonly cwd: string;
  /** Added to the little that a program of a consumer gets. Default: all that we have, for tools that know proxies and certificates from there. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs?: number | undefined;
}

const { PATH = '', HOME = '' } = process.env;
/** No option of Node's, no credential of whoever started this. */
const BARE = { PATH, HOME };

const environment = (env: CommandOptions['env']): NodeJS.ProcessEnv => (env === undefined ? process.env : { ...BARE, ...env });
const TIMEOUT_MS = 180_000;

/** Runs a program to its end and answers what it said. @throws {Error} with all its output unless it ends well, and in time. */
export async function run(command: string, args: readonly string[], { cwd, env, timeoutMs = TIMEOUT_MS }: CommandOptions): Promise<string> {
  const child = spawn(command, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
  const [said, complained, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code === 0) return said;
  throw new Error(`${[command, ...args].join(' ')} ended with ${String(code ?? signal)}\n${said}${complained}`.trim());
}

/** A program that keeps running, until `stop`. */
export interface Running {
  readonly child: ChildProcess;
  /** The first line of what it says on this file descriptor. @throws {Error} when it ends without one. */
  readonly firstLine: string;
  stop(): Promise<void>;
}

/** Starts a program and waits for the line with which it says where it is. It ends with its standard input, or is ended. */
export async function start(
  command: string,
  args: readonly string[],
  { cwd, env, on = 1 }: CommandOptions & { readonly on?: 1 | 3 },
): Promise<Running> {
  const child = spawn(command, args, { cwd, env: environment(env), stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const said: string[] = [];
  const ended = once(child, 'close');
  child.stdout?.on('data', (data: Buffer) => said.push(String(data)));
  child.stderr?.on('data', (data: Buffer) => said.push(String(data)));
  const stop = async (): Promise<void> => {
    child.stdin?.end();
    child.kill();
    await ended;
  };
  const line = await Promise.race([lineOf(child, on), ended.then(() => null)]);
  if (line !== null) return { child, firstLine: line, stop };
  throw new Error(`${[command, ...args].join(' ')} ended before it said where it is\n${said.join('')}`.trim());
}

function lineOf(child: ChildProcess, on: 1 | 3): Promise<string> {
  let read = '';
  return new Promise((resolve) => {
    child.stdio[on]?.on('data', (data: Buffer) => {
      read += String(data);
      if (read.includes('\n')) resolve(read.slice(0, read.indexOf('\n')));
    });
  });
}
