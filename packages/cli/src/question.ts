import { confirm, isCancel } from '@clack/prompts';
import type { Readable, Writable } from 'node:stream';
import type { CallFacts } from './call.ts';
import { CliError, EXIT } from './exit-code.ts';
import { isInteractive } from './host.ts';

/**
 * Asks before live money moves.
 *
 * @param live `null`, where the credential does not tell, counts as live.
 * @throws {CliError} `not_confirmed` when nobody agrees, or nobody can be asked; nothing was sent.
 */
export async function askBeforeLive(
  call: Pick<CallFacts<{ readonly yes?: boolean | undefined }>, 'host' | 'options' | 'signal'>,
  live: boolean | null,
  question: string,
): Promise<void> {
  if (live === false || call.options.yes === true) return;
  const what = live === true ? 'This is live money' : 'This may be live money: the credential does not tell';
  if (!isInteractive(call.host)) {
    throw new CliError('not_confirmed', `${what}, and there is no terminal to ask on. Nothing was sent.`, {
      exitCode: EXIT.usage,
      advice: ['Add --yes when you are sure.'],
    });
  }
  const { stdin, stderr } = call.host;
  const answer = await confirm({
    message: `${what}. ${question}`,
    initialValue: false,
    input: stdin as Readable,
    output: stderr as Writable,
    signal: call.signal,
  });
  if (isCancel(answer) || !answer) throw new CliError('not_confirmed', 'Nothing was sent.', { exitCode: EXIT.nothing });
}
