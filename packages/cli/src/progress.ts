import type { CallFacts } from './call.ts';
import { printable } from './style.ts';

const SECOND_MS = 1_000;
const CLEAR_LINE = '\r\u001B[K';

/**
 * Shows that something is under way once it takes longer than a second: on standard error, and only on a terminal.
 *
 * One line and nothing more: what animates takes over keyboard, cursor and signals, and one that we tried never came back from a
 * terminal that said it was no columns wide. Nothing here may keep Ctrl-C from ending a create in an outcome.
 */
export async function withProgress<T>(call: Pick<CallFacts, 'host' | 'options'>, text: string, work: Promise<T>): Promise<T> {
  const { stderr } = call.host;
  if (stderr.isTTY !== true || call.options.trace === true) return work;
  let seconds = 0;
  const timer = setInterval(() => {
    seconds += 1;
    stderr.write(`${CLEAR_LINE}${printable(text)} ... ${seconds} s`);
  }, SECOND_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (seconds > 0) stderr.write(CLEAR_LINE);
  }
}
