import { confirm, isCancel } from '@clack/prompts';
import type { Submission } from '@disburse/core';
import type { DecodedCreate } from '@disburse/core/adapter';
import type { Readable, Writable } from 'node:stream';
import type { CallFacts } from './call.ts';
import { CliError, EXIT } from './exit-code.ts';
import { isInteractive } from './host.ts';
import { printable } from './style.ts';
import { moneyText } from './tables.ts';

type AskingCall = Pick<CallFacts<{ readonly yes?: boolean | undefined }>, 'host' | 'options' | 'signal'>;

/**
 * Asks before live money moves.
 *
 * @param live `null`, where the credential does not tell, counts as live.
 * @throws {CliError} `not_confirmed` when nobody agrees, or nobody can be asked; nothing was sent.
 */
export async function askBeforeLive(call: AskingCall, live: boolean | null, question: string): Promise<void> {
  if (live === false || call.options.yes === true) return;
  const what = live === true ? 'This is live money' : 'This may be live money: the credential does not tell';
  await agreed(call, `${what}. ${question}`, `${what}, and there is no terminal to ask on.`, 'Nothing was sent.');
}

/**
 * Asks before a person's word is put on record, live or test: no machine has checked it.
 *
 * @param word What is put on record, and what follows.
 * @throws {CliError} `not_confirmed` when nobody agrees, or nobody can be asked; nothing was recorded.
 */
export async function askBeforeRecording(call: AskingCall, word: string): Promise<void> {
  if (call.options.yes === true) return;
  await agreed(
    call,
    `This records ${word} Is that so?`,
    `There is no terminal to ask on. It would record ${word}`,
    'Nothing was recorded.',
  );
}

/**
 * What is about to be sent, in words: from the bytes of the request, and not from what is written beside them.
 *
 * @param sent `null` for a submission that is only read.
 */
export function paymentText(sent: DecodedCreate | null, submission: Submission): string {
  const { money, source, destination, account } = sent ?? { ...submission, destination: null };
  const parts: readonly (readonly [string, string | null])[] = [
    ['from', source],
    ['to', destination],
    ['account', account],
    ['reference', submission.reference],
  ];
  const told = parts.flatMap(([word, value]) => (value === null ? [] : [`${word} ${shownId(value)}`]));
  return [moneyText(money), ...told].join(', ');
}

/** An id of somebody's file: nothing in it may move the cursor, or look like another. */
const shownId = (id: string): string => id.replaceAll(/[^\x20-\x7e]/gu, '?');

async function agreed(call: AskingCall, question: string, alone: string, nothing: string): Promise<void> {
  if (!isInteractive(call.host)) {
    const advice = ['Add --yes when you are sure.'];
    throw new CliError('not_confirmed', `${alone} ${nothing}`, { exitCode: EXIT.usage, advice });
  }
  const { stdin, stderr } = call.host;
  const answer = await confirm({
    message: printable(question),
    initialValue: false,
    input: stdin as Readable,
    output: stderr as Writable,
    signal: call.signal,
  });
  if (isCancel(answer) || !answer) throw new CliError('not_confirmed', nothing, { exitCode: EXIT.nothing });
}
