import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type Input = Readable & { readonly isTTY?: boolean | undefined };
/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };

/** What the command has of the machine it runs on. */
export interface Host {
  /** What was typed after `disburse`. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Calls the listener for every Ctrl-C, SIGTERM and SIGHUP; the answer takes it back. */
  onInterrupt(listener: () => void): () => void;
  /** Calls the listener for what nobody caught; the answer takes it back. */
  onCrash(listener: (error: unknown) => void): () => void;
  /** Ends the process at once. */
  exitNow(code: number): void;
}

/** Whether a person can be asked. */
export function isInteractive({ stdin, stderr }: Host): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}
