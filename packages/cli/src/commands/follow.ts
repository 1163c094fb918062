import { finalityOf, follow as followPayout, type AppliedSnapshot, type Payout } from '@disburse/core';
import { type Command, Option } from 'commander';
import { ACCOUNT, type AccountOption, ofAccount, whose } from '../account.ts';
import type { Call, Ending } from '../call.ts';
import { CliError, EXIT } from '../exit-code.ts';
import type { Provider } from '../factories.ts';
import { together } from '../mistakes.ts';
import { payoutRecord } from '../out.ts';
import type { Perform } from '../perform.ts';
import { withProgress } from '../progress.ts';
import type { Results } from '../records.ts';
import { openSession, type Session } from '../session.ts';
import { FINALITY_WORDS, printable, STATUS_COLOURS } from '../style.ts';
import { moneyText, timeText } from '../tables.ts';
import { numberOf } from '../typed.ts';

interface FollowOptions extends AccountOption {
  readonly until: 'paid' | 'final';
  readonly every?: string | undefined;
}
type FollowCall = Call<'follow', FollowOptions>;
type Word = Results['follow']['observation'];

export function addFollow(program: Command, perform: Perform): void {
  program
    .command('follow')
    .description('Show what becomes of a payout, until it is final.')
    .argument('<id>', 'the id that the provider gave the payout')
    .addOption(new Option('--until <state>', 'stop at this state').choices(['paid', 'final']).default('final'))
    .option(...ACCOUNT)
    .option('--every <seconds>', 'read this often; without it, after 2 seconds and then ever more rarely')
    .addHelpText(
      'after',
      '\nPaid is not final: the money can come back.\n\nExamples:\n  $ disburse follow po_1Nv0\n  $ disburse follow po_1Nv0 --until paid --json\n\nExit codes: 0 it is so, 5 it could not be read, or Ctrl-C came before.',
    )
    .action(perform('follow', 'reads', follow));
}

async function follow(call: FollowCall): Promise<Ending<'follow'>> {
  const [pause, { session, provider }] = await together(
    () => pauseOf(call.options.every),
    () => opened(call),
  );
  const id = call.args[0] ?? '';
  let known = await withProgress(call, `Reading ${id}`, provider.retrieve(id, { signal: call.signal }));
  tell(call, session, 'first', null, known);
  const until = ({ status }: Payout): boolean =>
    finalityOf(status) === 'final' || (call.options.until === 'paid' && finalityOf(status) === 'provisional');
  const observations = followPayout(provider, known, { until, signal: call.signal, ...pause });
  for await (const { result, payout, from } of observations) {
    await session.refreshClock();
    known = payout;
    tell(call, session, result, from, payout);
  }
  const end = { result: recordOf(call, session, 'end', null, known), text: [lastWords(known)] };
  if (until(known)) return { ...end, exitCode: EXIT.done };
  const error = new CliError('interrupted', `interrupted before ${id} was ${call.options.until}.`);
  return {
    ...end,
    exitCode: error.exitCode,
    error,
    advice: [`disburse follow ${id} ${whose(provider.name, call.options.account)} goes on.`],
  };
}

async function opened(call: FollowCall): Promise<{ readonly session: Session; readonly provider: Provider }> {
  const session = await openSession(call);
  return { session, provider: ofAccount(session.provider(), call.options.account) };
}

function pauseOf(every: string | undefined): { readonly firstPauseMs?: number; readonly longestPauseMs?: number } {
  if (every === undefined) return {};
  const ms = Math.round(numberOf(every, false) * 1000);
  if (!Number.isSafeInteger(ms) || ms < 1) throw new CliError('usage', '--every is a number of seconds, such as 5 or 0.5.');
  return { firstPauseMs: ms, longestPauseMs: ms };
}

function recordOf(call: FollowCall, session: Session, observation: Word, from: string | null, payout: Payout): Results['follow'] {
  return {
    observation,
    at: new Date(session.now()).toISOString(),
    from,
    payout: payoutRecord(payout, call.options.raw, call.options.account),
  };
}

const MARKS: Readonly<Record<AppliedSnapshot['result'] | 'first', string>> = {
  first: '',
  advanced: '',
  unchanged: 'details changed',
  reversed: 'REVERSED: the money came back',
  stale: '',
  anomaly: 'ANOMALY: no provider documents this step; look at it',
};

function tell(
  call: FollowCall,
  session: Session,
  observation: AppliedSnapshot['result'] | 'first',
  from: string | null,
  payout: Payout,
): void {
  const { status, money, failure } = payout;
  const why = failure === null ? '' : printable(`${failure.reason}${failure.message === null ? '' : `: ${failure.message}`}`);
  const parts = [call.paint(STATUS_COLOURS[status], status.padEnd(12)), moneyText(money), MARKS[observation], why];
  const result = recordOf(call, session, observation, from, payout);
  call.emit({ result, text: [`${timeText(result.at)}  ${parts.filter((part) => part !== '').join('  ')}`] });
}

function lastWords({ id, status }: Payout): string {
  return `${id} is ${status}: ${FINALITY_WORDS[finalityOf(status)]}.`;
}
