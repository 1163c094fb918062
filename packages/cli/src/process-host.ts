import { isAbsolute } from 'node:path';
import type { Host } from './host.ts';

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Where whoever types this stands. A script of a package is started in the package's folder: where the script is nothing but this
 * command (`pnpm disburse ...`), what is typed after it is meant from where it was typed. Any other script is its author's, who
 * wrote its paths from the package's folder.
 */
export function workingDirectory(cwd: string, env: Readonly<Record<string, string | undefined>>): string {
  const { INIT_CWD, npm_lifecycle_event: script } = env;
  return script === 'disburse' && INIT_CWD !== undefined && isAbsolute(INIT_CWD) ? INIT_CWD : cwd;
}

/** This process. */
export function processHost(): Host {
  // Whoever reads may stop reading (`| head`): that must not end a create half way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return {
    args: process.argv.slice(2),
    cwd: workingDirectory(process.cwd(), process.env),
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt: (listener) => {
      for (const signal of INTERRUPTS) process.on(signal, listener);
      return () => {
        for (const signal of INTERRUPTS) process.off(signal, listener);
      };
    },
    onCrash: (listener) => {
      process.on('uncaughtException', listener);
      return () => void process.off('uncaughtException', listener);
    },
    exitNow: (code) => process.exit(code),
  };
}
