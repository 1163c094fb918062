import ora from 'ora';
import type { Call } from './call.ts';

const LONG_MS = 1_000;

/**
 * Shows that something is under way once it takes longer than a second: on standard error, and only on a terminal.
 *
 * It touches neither the keyboard nor signals, or Ctrl-C would end the process before the outcome is known.
 */
export async function withProgress<T>(call: Pick<Call, 'host' | 'options'>, text: string, work: Promise<T>): Promise<T> {
  const { stderr } = call.host;
  if (stderr.isTTY !== true || call.options.trace === true) return work;
  const spinner = ora({ text, stream: stderr, discardStdin: false, hideCursor: false });
  const timer = setTimeout(() => spinner.start(), LONG_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    spinner.stop();
  }
}
