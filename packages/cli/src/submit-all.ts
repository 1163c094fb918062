import { decodeSubmission, isPayoutError, type StoredSubmission, type Submission } from '@disburse/core';
import { boundTo } from './account.ts';
import type { Call, Ending } from './call.ts';
import { isDue, openRecord } from './due.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { cannotBeRead, openRows } from './kept.ts';
import { errorLines } from './out.ts';
import { ofOtherClock } from './other-clock.ts';
import { endWith } from './outcome.ts';
import { withProgress } from './progress.ts';
import { askBeforeLive, paymentText } from './question.ts';
import { openSession, type Session } from './session.ts';

type SubmitCall = Call<'submit', { readonly yes?: boolean | undefined }>;

/** Submits everything that is not resolved and due, one after the other. What has to wait may exist: then it ends with 4, too. */
export async function submitAll(call: SubmitCall): Promise<Ending<'submit'>> {
  const session = await openSession(call, { offline: true });
  const rows = await rowsToResolve(call, session);
  if (rows.length === 0) return ended([], 0);
  call.mayHaveSent(['disburse open lists what is not resolved.']);
  await session.refreshClock();
  const due = await dueOf(call, session, rows);
  if (due.length > 0) await ask(call, session, due);
  const ends: Submitted[] = [];
  for (const row of due) {
    if (call.signal.aborted) break;
    ends.push(await submitOne(call, session, row));
  }
  return ended(ends, rows.length - ends.length);
}

/** How one of them ended. */
interface Submitted {
  readonly code: ExitCode;
  /** Whether it is still open: it may exist, or was refused and may be sent again. */
  readonly isOpen: boolean;
}

/** What cannot be read may have been sent. */
async function rowsToResolve(call: SubmitCall, session: Session): Promise<readonly StoredSubmission[]> {
  try {
    return await openRows(session);
  } catch (error) {
    if (isPayoutError(error)) throw cannotBeRead(session, call.host.cwd, 'everything', error.message);
    throw error;
  }
}

async function dueOf(call: SubmitCall, session: Session, rows: readonly StoredSubmission[]): Promise<readonly StoredSubmission[]> {
  const records = await Promise.all(rows.map((row) => openRecord(session, call.host.cwd, row)));
  const now = session.now();
  return rows.filter((_, index) => records[index] !== undefined && isDue(records[index], now));
}

/** Once, about all of them. */
async function ask(call: SubmitCall, session: Session, due: readonly StoredSubmission[]): Promise<void> {
  const modes = due.map(({ submission }) => submission.live);
  const live = modes.includes(true) ? true : modes.includes(null) ? null : false;
  if (live !== false && call.options.yes !== true) {
    for (const { submission } of due) call.note(`${submission.name}  ${await whereTo(session, submission)}`);
  }
  await askBeforeLive(call, live, due.length === 1 ? 'Submit it?' : `Submit these ${due.length}?`);
}

/** From the bytes that will be sent. What submitting would refuse anyway is told as it is kept. */
async function whereTo(session: Session, submission: Submission): Promise<string> {
  if (!session.usable.includes(submission.name)) return paymentText(null, submission);
  const provider = boundTo(session.provider(submission.name), submission.account);
  try {
    return paymentText(await decodeSubmission(provider, submission), submission);
  } catch (error) {
    if (!isPayoutError(error)) throw error;
    return `${paymentText(null, submission)}, and cannot be sent as it is kept`;
  }
}

async function submitOne(call: SubmitCall, session: Session, row: StoredSubmission): Promise<Submitted> {
  const { submission } = row;
  try {
    const provider = boundTo(session.provider(submission.name), submission.account);
    const what = `Submitting ${submission.reference} to ${provider.name}`;
    const otherClock = await ofOtherClock({ call, session, provider, submission });
    const outcome = otherClock ?? (await withProgress(call, what, provider.submit(submission, { signal: call.signal })));
    const { exitCode, result, text, error = null, told, advice = [] } = await endWith(call, session, outcome, { before: row });
    const [first = ''] = text;
    const line = outcome.outcome === 'accepted' ? `${first}  ${submission.reference}: ${outcome.payout.id}` : first;
    call.emit({ result, text: [line], error, advice });
    const next = outcome.outcome === 'rejected' ? advice : []; // Of what is open, disburse open says it.
    tell(call, [...(told ?? (error === null ? [] : errorLines(error, call.secrets))), ...next]);
    return {
      code: exitCode,
      isOpen: outcome.outcome === 'unknown' || (outcome.outcome === 'rejected' && outcome.retry === 'same_attempt'),
    };
  } catch (error) {
    if (!isPayoutError(error)) throw error;
    call.emit({ result: null, text: [`unknown  ${submission.reference}: a payout may exist`], error });
    tell(call, errorLines(error, call.secrets));
    return { code: EXIT.unknown, isOpen: true };
  }
}

/** A record has it all. */
function tell(call: SubmitCall, lines: readonly string[]): void {
  if (call.options.json !== true) for (const line of lines) call.note(`  ${line}`);
}

/** What may exist wins over every other, then what was refused. */
const WORST: readonly ExitCode[] = [EXIT.unknown, EXIT.rejected, EXIT.nothing];

function ended(ends: readonly Submitted[], waiting: number): Ending<'submit'> {
  const codes = ends.map(({ code }) => code);
  const count = (...of: readonly ExitCode[]): number => codes.filter((code) => of.includes(code)).length;
  const [accepted, rejected, unknown] = [count(EXIT.done), count(EXIT.rejected, EXIT.nothing), count(EXIT.unknown)];
  const isOpen = waiting > 0 || ends.some((end) => end.isOpen);
  return {
    exitCode: unknown + waiting > 0 ? EXIT.unknown : (WORST.find((code) => codes.includes(code)) ?? EXIT.done),
    result: { accepted, rejected, unknown, waiting },
    text:
      codes.length + waiting === 0
        ? ['Everything is resolved.']
        : [`${accepted} accepted, ${rejected} rejected, ${unknown} unknown, ${waiting} not due yet or for a person.`],
    advice: isOpen ? ['disburse open lists what is not resolved, and says from when on it is due.'] : [],
  };
}
