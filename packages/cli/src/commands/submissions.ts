import { decodeSubmission, type StoredSubmission, type Submission } from '@disburse/core';
import type { Command } from 'commander';
import { boundTo } from '../account.ts';
import type { Call, Ending } from '../call.ts';
import { CliError } from '../exit-code.ts';
import type { Provider } from '../factories.ts';
import { findSubmission, type FoundSubmission, isRefused } from '../kept.ts';
import { together } from '../mistakes.ts';
import { ofOtherClock } from '../other-clock.ts';
import { endWith, howToResolve, type OutcomeCommand, paidAdvice } from '../outcome.ts';
import type { Perform } from '../perform.ts';
import { withProgress } from '../progress.ts';
import { askBeforeLive, askBeforeRecording, paymentText } from '../question.ts';
import { openSession, type Session } from '../session.ts';
import { submitAll } from '../submit-all.ts';
import { moneyText, timeText } from '../tables.ts';

const SUBMISSION = 'the reference of a submission, or a file with one';

interface YesOption {
  readonly yes?: boolean | undefined;
}
interface SubmitOptions extends YesOption {
  readonly all?: boolean | undefined;
}
interface SettleOptions extends YesOption {
  readonly payoutId?: string | undefined;
  readonly absent?: boolean | undefined;
}

export function addSubmissions(program: Command, perform: Perform): void {
  program
    .command('submit')
    .description('Send a submission, or send it again, which cannot pay twice.')
    .argument('[reference|file]', SUBMISSION)
    .option('--all', 'submit everything that is due, one after the other')
    .option('--yes', 'skip the question before live money')
    .addHelpText(
      'after',
      '\nExamples:\n  $ disburse submit seller-42-2026-11\n  $ disburse submit seller-42-2026-11.json --json\n  $ disburse submit --all --yes',
    )
    .action(perform('submit', 'changes', submit));
  program
    .command('lookup')
    .description('Find out what became of a submission, without sending it.')
    .argument('<reference|file>', SUBMISSION)
    .addHelpText(
      'after',
      '\nWhat is certain after it is recorded here.\n\nExamples:\n  $ disburse lookup seller-42-2026-11\n  $ disburse lookup ./seller-42-2026-11.json',
    )
    .action(perform('lookup', 'changes', lookup));
  program
    .command('resolve')
    .description('Record what a person found out about a submission.')
    .argument('<reference|file>', SUBMISSION)
    .option('--payout-id <id>', 'record that this payout is the one that was submitted')
    .option('--absent', 'record that no payout was made, so that a new attempt may be sent')
    .option('--yes', 'skip the question before it is recorded')
    .addHelpText(
      'after',
      `
Your word is recorded, so look at the provider's dashboard first. --absent for a
payout that exists lets it be paid twice. --payout-id of another payout leaves
this one unpaid.

Examples:
  $ disburse resolve seller-42-2026-11 --payout-id po_1Nv0
  $ disburse resolve seller-42-2026-11 --absent

Exit codes: 0 the payout is recorded, 2 usage or not confirmed,
3 recorded as absent, 4 nothing is recorded and a payout may exist.`,
    )
    .action(perform('resolve', 'changes', resolve));
}

interface Found extends FoundSubmission {
  readonly before: StoredSubmission | null;
  readonly session: Session;
  readonly provider: Provider;
}

/** What is found may have been paid already: from here on nothing less is said of it. */
async function found(call: Call<OutcomeCommand>): Promise<Found> {
  const session = await openSession(call, { offline: true });
  const one = await findSubmission(session, call.host.cwd, call.args[0] ?? '');
  call.mayHaveSent(howToResolve(one));
  await session.refreshClock(); // Only now: what is on record says what a provider that cannot be asked means.
  const before = await session.store.find(one.submission).catch(() => null); // What the command does next tells of a store that fails.
  const resolution = before?.resolution ?? null;
  if (resolution !== null && !isRefused(resolution)) call.mayHaveSent(paidAdvice(one.submission, resolution.payoutId));
  return { ...one, before, session, provider: boundTo(session.provider(one.submission.name), one.submission.account) };
}

async function submit(call: Call<'submit', SubmitOptions>): Promise<Ending<'submit'>> {
  const all = call.options.all === true;
  if (all === (call.args[0] !== undefined)) throw new CliError('usage', 'say what to submit: a file, a reference, or --all; one of them.');
  if (all) return submitAll(call);
  const { session, provider, submission, given, before } = await found(call);
  const sent = sentOf(submission, before);
  await askBeforeLive(call, sent.live, `Submit ${paymentText(await decodeSubmission(provider, sent), sent)}?`);
  const otherClock = isResolved(before) ? null : await ofOtherClock({ call, session, provider, submission: sent });
  if (otherClock !== null) return endWith(call, session, otherClock, { given, before });
  const outcome = await withProgress(call, `Submitting to ${provider.name}`, provider.submit(submission, { signal: call.signal }));
  return endWith(call, session, outcome, { given, before });
}

const isResolved = (before: StoredSubmission | null): boolean => before !== null && before.resolution !== null;

/** Of two that are held for one reference, the kept one is sent. One of another provider is refused before anything is. */
function sentOf(given: Submission, before: StoredSubmission | null): Submission {
  const kept = before?.submission;
  return kept !== undefined && kept.name === given.name && kept.account === given.account ? kept : given;
}

async function lookup(call: Call<'lookup'>): Promise<Ending<'lookup'>> {
  const { session, provider, submission, given, before } = await found(call);
  const otherClock = isResolved(before) ? null : await ofOtherClock({ call, session, provider, submission });
  if (otherClock !== null) return endWith(call, session, otherClock, { given, before });
  const outcome = await withProgress(call, `Looking at ${provider.name}`, provider.lookup(submission, { signal: call.signal }));
  return endWith(call, session, outcome, { given, before });
}

async function resolve(call: Call<'resolve', SettleOptions>): Promise<Ending<'resolve'>> {
  const { payoutId } = call.options;
  const [, one] = await together(
    () => assertOneAnswer(call.options),
    () => found(call),
  );
  const { session, provider, submission, given, before } = one;
  const resolution = before?.resolution ?? null;
  // Where the payout is known already, nothing is recorded on anybody's word.
  if (resolution === null || isRefused(resolution)) await askBeforeRecording(call, wordOf(one, payoutId));
  const decision = payoutId === undefined ? ({ absent: true } as const) : { payoutId };
  const outcome = await withProgress(call, `Asking ${provider.name}`, provider.resolve(submission, decision));
  const paid = resolution !== null && !isRefused(resolution) ? before : null; // What was refused is told by the word of now.
  return endWith(call, session, outcome, { given, before: paid, word: payoutId === undefined ? 'absent' : 'payout' });
}

function assertOneAnswer({ payoutId, absent }: SettleOptions): void {
  if ((payoutId === undefined) === (absent !== true)) throw new CliError('usage', 'say what you found out: --payout-id ID, or --absent.');
}

/** What a person says, and what follows from it. */
function wordOf({ submission }: FoundSubmission, payoutId: string | undefined): string {
  const { reference, attempt, name, money, preparedAt } = submission;
  const what = `${moneyText(money)}, reference ${reference}${attempt === 1 ? '' : `, attempt ${attempt}`}, submitted at ${timeText(preparedAt)} through ${name}`;
  return payoutId === undefined
    ? `your word that no payout was made for ${what}. A new attempt may then be sent: if you are wrong, it is paid twice.`
    : `your word that ${payoutId} is the payout of ${what}. It then counts as paid and is not sent again: if you are wrong, it is never paid.`;
}
