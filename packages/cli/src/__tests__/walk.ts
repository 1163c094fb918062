// Executes the terminal sessions of a page of documentation, line by line, and holds what they print to what the page shows.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binary } from './process.ts';

/** One typed line and what is shown under it. */
export interface Step {
  readonly line: string;
  readonly shown: string;
  /** Where the page says ```console another terminal: it goes on while the next steps run. */
  readonly background: boolean;
  /** Of the page, from 1. */
  readonly at: number;
}

/** Every `$ ` line of every ```console block, in order. */
export function stepsOf(page: string): readonly Step[] {
  const steps: { line: string; shown: string[]; background: boolean; at: number }[] = [];
  let block = '';
  for (const [index, text] of page.split('\n').entries()) {
    if (text.startsWith('```')) block = block === '' ? text.slice(3) || 'plain' : '';
    else if (block.startsWith('console')) {
      if (text.startsWith('$ '))
        steps.push({ line: text.slice(2), shown: [], background: block.includes('another terminal'), at: index + 1 });
      else steps.at(-1)?.shown.push(text);
    }
  }
  return steps.map((step) => ({ ...step, shown: step.shown.join('\n') }));
}

/** What is another one in every run, but the same one within it: ids, and addresses. */
const NAMES = /\b(?:po|ba|pm|obp|req|evt|event|bal|payout)_\w{8,}|\bTRACE\w{6,}|127\.0\.0\.1:\d+/g;

/** Without names, durations, and the seconds that real time adds. */
export function normalized(text: string): string {
  return text
    .replaceAll(NAMES, (name) => name.replace(/(?<=_|TRACE|:).*/, '*'))
    .replaceAll(/\b\d+ ms\b/g, '0 ms')
    .replaceAll(/(T\d\d:\d\d):\d\d(\.\d{3})?Z/g, '$1:00$2Z')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

/** What the clock of the run shows, where the page shows another one: the simulator has the real time there. */
export function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)');
}

/** Which name of this run stands for which name of the page. */
export function learnNames(known: Map<string, string>, shown: string, printed: string): void {
  const now = printed.match(NAMES) ?? [];
  for (const [index, name] of (shown.match(NAMES) ?? []).entries()) if (now[index] !== undefined) known.set(name, now[index]);
}

/** A line of the page with the names of this run. */
export function withNames(known: ReadonlyMap<string, string>, line: string): string {
  return line.replaceAll(NAMES, (name) => known.get(name) ?? name).replace(/--port \d+/, '--port 0');
}

/** A shell in a folder of its own, in which `disburse` is the command. */
export interface Shell {
  /** Runs a line to its end. */
  run(line: string): Promise<string>;
  /** Starts a line and resolves once it has printed something. */
  leave(line: string): Promise<{ readonly output: () => string }>;
  close(): Promise<void>;
}

export async function openShell(binary: Binary, cwd: string, bin: string): Promise<Shell> {
  const command = join(bin, 'disburse');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${binary.path}' "$@"\n`);
  await chmod(command, 0o755);
  const { HOME, NODE_COMPILE_CACHE, PATH } = process.env;
  const env = { HOME, NODE_COMPILE_CACHE, PATH: `${bin}:${PATH ?? ''}` };
  const left: ChildProcess[] = [];
  let lastCode = 0;
  const started = (line: string): { readonly child: ChildProcess; readonly output: () => string; readonly ended: Promise<number> } => {
    const child = spawn('sh', ['-c', `exec 2>&1\n${line}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    return { child, output: () => text, ended };
  };
  return {
    run: async (line) => {
      if (line === 'echo $?') return String(lastCode);
      const { output, ended } = started(line);
      lastCode = await ended;
      return output();
    },
    leave: async (line) => {
      const { child, output, ended } = started(line);
      left.push(child);
      const first = new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
      await Promise.race([first, ended]);
      return { output };
    },
    close: async () => {
      for (const child of left.reverse()) {
        if (child.exitCode !== null || child.pid === undefined) continue;
        const closed = new Promise((resolve) => child.once('close', resolve));
        process.kill(-child.pid, 'SIGINT'); // The shell and what it started.
        await closed;
      }
    },
  };
}
