import type {
  StoredSubmission,
  Payout,
  PayoutError,
  PayoutOutcome,
  RefusalReason,
  RejectedPayout,
  RetryAdvice,
  Submission,
  UnknownPayout,
} from '@disburse/core';
import { whose } from './account.ts';
import { storedAndAsked } from './asked.ts';
import type { Call, Ending } from './call.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type FoundSubmission, fileOf, isRefused, submissionRecord } from './kept.ts';
import { payoutRecord } from './out.ts';
import type { OutcomeRecord } from './records.ts';
import type { Session } from './session.ts';
import { OUTCOME_COLOURS, printable } from './style.ts';
import { moneyText, notBeforeText, type Paper, payoutFacts, payoutTable, timeText } from './tables.ts';
import { inWords } from './words.ts';

/** Commands that end in an outcome. */
export type OutcomeCommand = 'create' | 'submit' | 'lookup' | 'resolve';

/** What is known of a submission beside its outcome. */
interface Background {
  /** The file that somebody typed; where there is none, it is the one in the store. */
  readonly given?: string | undefined;
  /** What was on record before this command. */
  readonly before?: StoredSubmission | null | undefined;
  /** What was asked for now, which may differ from what is kept. */
  readonly asked?: Submission | undefined;
  /** Whether more was typed than the next command says. */
  readonly hasMore?: boolean | undefined;
  /** What a person said, where the outcome is nothing but their word. */
  readonly word?: 'absent' | 'payout' | undefined;
}

/** The reference, or its key, is in use for something else: what is on record tells for what. */
const TAKEN: readonly PayoutError['code'][] = ['reference_taken', 'idempotency_conflict'];

/** How an outcome ends a command. */
export async function endWith<Name extends OutcomeCommand>(
  call: Call<Name>,
  session: Session,
  outcome: PayoutOutcome,
  background: Background = {},
): Promise<Ending<Name>> {
  const { submission } = outcome;
  const { given } = background;
  const found =
    submission === null
      ? null
      : { submission, file: given ?? (await fileOf(session, call.host.cwd, submission)), ...(given === undefined ? {} : { given }) };
  // Another process may have resolved it while this one asked.
  const taken = outcome.outcome === 'unknown' && TAKEN.includes(outcome.error.code);
  const before = background.before ?? (taken ? await session.store.find(outcome.submission).catch(() => null) : null);
  const result: OutcomeRecord = recordOf(outcome, found, call.options.raw);
  const ending = {
    exitCode: exitCodeFor(outcome),
    result,
    text: linesOf(outcome, { ...background, before }, call),
    error: outcome.outcome === 'accepted' ? null : outcome.error,
    told: toldOf(outcome, { ...background, before }),
    advice: adviceFor(outcome, {
      ...background,
      before,
      found,
      now: session.now(),
      command: call.command,
      isSimulated: session.isSimulated,
    }),
  };
  return ending as Ending<Name>; // What is common to the four: TypeScript does not see it through the index.
}

/** An error of the network before the first byte is no refusal by anybody. */
function exitCodeFor(outcome: PayoutOutcome): ExitCode {
  if (outcome.outcome === 'accepted') return EXIT.done;
  if (outcome.outcome === 'unknown') return EXIT.unknown;
  const { code, httpStatus } = outcome.error;
  return httpStatus === null && (code === 'provider_unavailable' || code === 'aborted') ? EXIT.nothing : EXIT.rejected;
}

function recordOf(outcome: PayoutOutcome, found: FoundSubmission | null, raw: boolean | undefined): OutcomeRecord {
  const { outcome: word } = outcome;
  return {
    outcome: word,
    payout: outcome.outcome === 'accepted' ? payoutRecord(outcome.payout, raw, outcome.submission?.account) : null,
    replayed: 'replayed' in outcome && outcome.replayed,
    retry: outcome.outcome === 'rejected' ? outcome.retry : null,
    next: outcome.outcome === 'unknown' ? nextRecord(outcome, raw) : null,
    notices: outcome.notices.map((notice) => ({ ...notice, message: inWords(notice.message) })),
    submission: found === null ? null : submissionRecord(found),
  };
}

function nextRecord({ next, submission }: UnknownPayout, raw: boolean | undefined): OutcomeRecord['next'] {
  if (next.action === 'submit') return next;
  return { action: 'review', candidates: next.candidates.map((payout) => payoutRecord(payout, raw, submission.account)) };
}

function linesOf(outcome: PayoutOutcome, { before, asked, word: spoken }: Background, paper: Paper): readonly string[] {
  const word = paper.paint(OUTCOME_COLOURS[outcome.outcome], outcome.outcome);
  const what =
    outcome.submission === null
      ? 'a payout'
      : `${moneyText(outcome.submission.money)}, reference ${outcome.submission.reference}${accountText(outcome)}`;
  const notices = outcome.notices.map(({ message }) => `note: ${inWords(message)}`);
  if (outcome.outcome === 'rejected') {
    if (spoken === 'absent') return [`recorded  ${what}: on your word, no payout was made`, ...notices];
    const other = outcome.replayed ? notConsidered(outcome.submission, asked) : null;
    const how = outcome.replayed ? 'it is on record as rejected' : 'certainly nothing was paid';
    return [`${word}  ${what}: ${how}${other === null ? '' : `; ${other} was not considered`}`, ...notices];
  }
  if (outcome.outcome === 'accepted') {
    const how =
      spoken === 'payout' ? '  recorded, on your word that it is this one' : outcome.replayed ? '  an earlier request made it' : '';
    return [`${word}${how}`, ...payoutFacts(outcome.payout, paper, outcome.submission?.account), ...notices];
  }
  const { next } = outcome;
  const candidates =
    next.action === 'review' && next.candidates.length > 0 ? ['It could be one of these:', ...payoutTable(next.candidates, paper)] : [];
  const paid = paidAs(before);
  if (paid !== null) return [`${word}  ${takenBy(outcome.submission, paid, asked)}`, ...notices];
  if (outcome.error.code === 'reference_taken') return [`${word}  ${heldBy(outcome.submission, asked)}`, ...notices];
  return [`${word}  ${what}: a payout may exist`, ...notices, ...candidates];
}

/** A payout of a connected account says whose it is in its own row. */
const accountText = ({ outcome, submission }: PayoutOutcome): string =>
  outcome === 'accepted' || submission?.account == null ? '' : `, account ${submission.account}`;

/** What was asked for, where it is not what was refused before. */
function notConsidered(refused: Submission | null, asked: Submission | undefined): string | null {
  if (refused === null || asked === undefined) return null;
  const [kept, now] = storedAndAsked(refused, asked);
  return kept === now ? null : now;
}

/** Nothing was sent: what is kept is not resolved, perhaps over something else than was asked for now. */
function heldBy(submission: Submission, asked: Submission | undefined): string {
  const [kept, now] = storedAndAsked(submission, asked ?? submission);
  const { reference } = submission;
  if (kept === now) return `${kept}, reference ${reference}: it is kept, and not resolved; nothing was sent now`;
  return `reference ${reference} is taken by ${kept}, which is kept and not resolved; ${now} was not sent`;
}

/** Nothing was sent: the reference has its payout, perhaps over something else than was asked for now. */
function takenBy(submission: Submission, paid: string, asked: Submission | undefined): string {
  const { reference } = submission;
  const [kept, now] = storedAndAsked(submission, asked ?? submission);
  if (kept === now) return `${kept}, reference ${reference}: accepted before, as ${paid}; nothing was sent now`;
  return `reference ${reference} is taken by ${kept}, accepted as ${paid}; ${now} was not sent`;
}

/** Where the error itself would say less, or more, than what is true at a terminal; `null` where it says it all. */
function toldOf(outcome: PayoutOutcome, { before, word }: Background): readonly string[] | null {
  if (outcome.outcome !== 'rejected') return null;
  if (word === 'absent') return [];
  if (!outcome.replayed) return null;
  const resolution = before?.resolution ?? null;
  if (!isRefused(resolution)) return null;
  if (resolution.reason !== undefined) return whyBefore(outcome.error.provider, resolution.reason);
  return [`A provider refused it before, or somebody resolved it as absent: the record does not tell which. Nothing was sent now.`];
}

/** A refusal that is told again tells its own reason. */
function whyBefore(name: string, { message, providerCode, requestId, at, by }: RefusalReason): readonly string[] {
  if (by === 'person') return [`Somebody recorded at ${timeText(at)}, on their word, that no payout was made. Nothing was sent now.`];
  const known = providerCode === null || message.includes(providerCode) ? [] : [`the provider's code: ${printable(providerCode)}`];
  const request = requestId === null ? [] : [`request ${printable(requestId)}`];
  const when = by === 'lookup' ? 'Its absence was found' : 'It was refused';
  const named = message.startsWith('[') ? message : `[${name}] ${message}`; // Kept without the name of who tells it.
  return [printable(inWords(named)), ...known, ...request, `${when} at ${timeText(at)}. Nothing was sent now.`];
}

/** The payout that was on record before. */
function paidAs(before: StoredSubmission | null | undefined): string | null {
  const resolution = before?.resolution ?? null;
  return resolution !== null && 'payoutId' in resolution ? resolution.payoutId : null;
}

// ---- What to do next -------------------------------------------------------------------------------------------------

interface Circumstances extends Background {
  readonly found: FoundSubmission | null;
  /** Milliseconds. */
  readonly now: number;
  readonly command: OutcomeCommand;
  readonly isSimulated: boolean;
}

function adviceFor(outcome: PayoutOutcome, circumstances: Circumstances): readonly string[] {
  if (outcome.outcome === 'accepted') return adviceAfterPayout(outcome.payout);
  return outcome.outcome === 'rejected' ? adviceAfterRejection(outcome, circumstances) : adviceAfterUnknown(outcome, circumstances);
}

/** One that comes to nothing stays the payout of its reference. */
function adviceAfterPayout({ id, status }: Payout): readonly string[] {
  if (status !== 'failed' && status !== 'canceled' && status !== 'returned') return [];
  return [`${id} is ${status}, and its reference stays with it: if it is still due, pay it under a new reference.`];
}

function adviceAfterRejection(outcome: RejectedPayout, { found, word, asked, hasMore }: Circumstances): readonly string[] {
  if (word === 'absent' && found !== null) return [`A new attempt may be sent from now on: ${anotherAttempt(found.submission)}`];
  if (outcome.retry === 'next_attempt') {
    const { reference } = outcome.submission;
    const options = hasMore === true ? ', with the options of before, corrected' : '';
    return [`Once the cause is gone: ${anotherAttempt(asked === undefined ? outcome.submission : { ...asked, reference })}${options}`];
  }
  return [whatRetryMeans(outcome.retry, found, outcome.error.retryAfterSeconds)];
}

/** What the three words of `retry` mean for a person. */
export function whatRetryMeans(retry: RetryAdvice, found: FoundSubmission | null, waitSeconds: number | null): string {
  if (retry === 'never') {
    return 'Do not send this again: it will not be taken, and no other attempt of it either. Find out why; if it is still due then, pay it under a new reference.';
  }
  if (retry === 'next_attempt') return 'Once the cause is gone: the same command, corrected, with --next-attempt.';
  const wait = waitSeconds === null ? 'Once the cause is gone' : `In ${waitSeconds} ${waitSeconds === 1 ? 'second' : 'seconds'}`;
  return `${wait}: disburse submit ${nameOf(found)} sends it again, unchanged.`;
}

/** As it can be typed once an attempt is off the table. */
function anotherAttempt({ money, reference, account }: Submission): string {
  return `disburse create ${money === 'full_balance' ? '--full-balance' : moneyText(money)} --reference ${quoted(reference)}${account == null ? '' : ` --account ${account}`} --next-attempt`;
}

function adviceAfterUnknown(
  { next, submission, error }: UnknownPayout,
  { found, now, before, isSimulated }: Circumstances,
): readonly string[] {
  const paid = paidAs(before);
  if (paid !== null) return error.httpStatus === 404 ? goneAdvice(submission, paid, isSimulated) : paidAdvice(submission, paid);
  const waiting = next.action === 'submit' && Date.parse(next.notBefore) > now ? ` (not before ${notBeforeText(next.notBefore)})` : '';
  if (found !== null && found.file === null) {
    return ['Nothing of it is kept here. Run the same command again, with the same reference, once what is in the way is gone.'];
  }
  const resolve = `disburse resolve ${nameOf(found)} --payout-id ID records which payout it is, --absent that there is none: on your word.`;
  const submit = `disburse submit ${nameOf(found)} resolves it: it may be repeated, and cannot pay twice${waiting}.`;
  return [...howToResolve(found), next.action === 'submit' ? submit : resolve];
}

/** The payout is on record, and its provider does not show it. */
function goneAdvice({ name }: Submission, payoutId: string, isSimulated: boolean): readonly string[] {
  if (isSimulated) {
    return ['This simulator may be a new one: it forgets everything when it stops. Take a new folder, or new references.'];
  }
  const look = `Look for ${payoutId} in the dashboard of ${name}: the credential may be of another account.`;
  return [`${look} Do not pay it again before you know.`];
}

/** What holds for a reference that has its payout. */
export function paidAdvice({ name, account }: Submission, payoutId: string): readonly string[] {
  return [`disburse get ${payoutId} ${whose(name, account)} shows it.`, 'Another payout needs a reference of its own.'];
}

/** What holds for every submission that is not resolved. */
export function howToResolve(found: FoundSubmission | null): readonly string[] {
  const kept = found?.file == null ? [] : [`The submission is kept in ${found.file}. Do not create it again under another reference.`];
  return [...kept, `disburse lookup ${nameOf(found)} only reads at the provider; what is then certain is recorded here.`];
}

/** How it can be typed: a reference that a shell takes as it stands is shorter than the file that is kept under it. */
export function nameOf(found: FoundSubmission | null): string {
  if (found === null) return 'FILE';
  const { submission, file, given } = found;
  if (given !== undefined) return given;
  return isPlain(submission.reference) ? submission.reference : (file ?? 'FILE');
}

const isPlain = (text: string): boolean => /^[\w][\w.:@/+-]*$/.test(text);

/** Of a reference, which has neither spaces nor control characters, what a POSIX shell takes for it. */
const quoted = (text: string): string => (isPlain(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
