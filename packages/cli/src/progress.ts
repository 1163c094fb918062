import ora, { type Ora } from 'ora';
import type { CallFacts } from './call.ts';

const LONG_MS = 1_000;

/**
 * Shows that something is under way once it takes longer than a second: on standard error, and only on a terminal.
 *
 * It touches neither the keyboard nor signals, or Ctrl-C would end the process before the outcome is known.
 */
export async function withProgress<T>(call: Pick<CallFacts, 'host' | 'options'>, text: string, work: Promise<T>): Promise<T> {
  const { stderr } = call.host;
  if (stderr.isTTY !== true || call.options.trace === true) return work;
  let spinner: Ora | null = null;
  const timer = setTimeout(() => {
    quietly(() => {
      spinner = ora({ text, stream: stderr, discardStdin: false, hideCursor: false }).start();
    });
  }, LONG_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    quietly(() => spinner?.stop());
  }
}

/** What a terminal cannot show must not change what a payout is said to be. */
function quietly(show: () => void): void {
  try {
    show();
  } catch {
    // The command goes on without.
  }
}
