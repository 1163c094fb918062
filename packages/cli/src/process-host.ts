import type { Host } from './host.ts';

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** This process. */
export function processHost(): Host {
  // Whoever reads may stop reading (`| head`): that must not end a create half way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return {
    args: process.argv.slice(2),
    cwd: process.cwd(),
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
