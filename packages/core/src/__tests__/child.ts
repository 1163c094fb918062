// Other processes, for tests of what processes share. They run the TypeScript of a file beside this one, as it is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

/** Another process. */
export interface Child {
  /** Waits for the line `ready`. */
  ready(): Promise<void>;
  /** Lets it go on, if it waits for that. */
  go(): void;
  /** Everything it printed but `ready`, once it has ended; and by which signal, if by one. @throws {Error} when it failed. */
  end(): Promise<{ readonly lines: readonly string[]; readonly signal: string | null }>;
}

/** Starts `__tests__/<file>` with these arguments. */
export function startChild(file: string, ...args: readonly string[]): Child {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@disburse/source', path, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  let sayReady: () => void = () => undefined;
  const isReady = new Promise<void>((resolve) => {
    sayReady = resolve;
  });
  createInterface(child.stdout).on('line', (line) => (line === 'ready' ? sayReady() : lines.push(line)));
  const closed = once(child, 'close');
  return {
    ready: () => Promise.race([isReady, closed.then(() => undefined)]),
    go: () => void child.stdin.end('go\n'),
    end: async () => {
      const [code, signal] = (await closed) as [number | null, string | null];
      if (code !== 0 && signal === null) throw new Error(`${file} ended with ${code}: ${complaints}`);
      return { lines, signal };
    },
  };
}

/** In a child: says that it is ready, and waits until it may go on. */
export async function untilGo(): Promise<void> {
  const go = once(process.stdin, 'data');
  process.stdout.write('ready\n');
  await go;
}
