import type {
  KeptSubmission,
  PayoutError,
  PayoutOutcome,
  RefusalReason,
  RejectedPayout,
  RetryAdvice,
  Submission,
  UnknownPayout,
} from '@disburse/core';
import { whose } from './account.ts';
import type { Call, Ending } from './call.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type FoundSubmission, fileOf, isRefused, submissionRecord } from './kept.ts';
import { payoutRecord } from './out.ts';
import type { OutcomeRecord } from './records.ts';
import type { Session } from './session.ts';
import { OUTCOME_COLOURS, type Paint, printable } from './style.ts';
import { moneyText, payoutFacts, payoutTable } from './tables.ts';
import { inWords } from './words.ts';

/** Commands that end in an outcome. */
export type OutcomeCommand = 'create' | 'submit' | 'lookup' | 'settle';

/** What is known of a submission beside its outcome. */
interface Background {
  /** The file that somebody typed; where there is none, it is the one in the store. */
  readonly given?: string | undefined;
  /** What was on record before this command. */
  readonly before?: KeptSubmission | null | undefined;
  /** What was asked for now, which may differ from what is kept. */
  readonly asked?: Submission['money'] | undefined;
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
  // Another process may have settled it while this one asked.
  const taken = outcome.outcome === 'unknown' && TAKEN.includes(outcome.error.code);
  const before = background.before ?? (taken ? await session.store.find(outcome.submission).catch(() => null) : null);
  const result: OutcomeRecord = recordOf(outcome, found, call.options.raw);
  const ending = {
    exitCode: exitCodeFor(outcome),
    result,
    text: linesOf(outcome, { ...background, before }, call.paint),
    error: outcome.outcome === 'accepted' ? null : outcome.error,
    told: toldOf(outcome, { ...background, before }),
    advice: adviceFor(outcome, { ...background, before, found, now: session.now(), command: call.command }),
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
    payout: outcome.outcome === 'accepted' ? payoutRecord(outcome.payout, raw) : null,
    replayed: 'replayed' in outcome && outcome.replayed,
    retry: outcome.outcome === 'rejected' ? outcome.retry : null,
    next: outcome.outcome === 'unknown' ? nextRecord(outcome, raw) : null,
    notices: outcome.notices.map((notice) => ({ ...notice, message: inWords(notice.message) })),
    submission: found === null ? null : submissionRecord(found),
  };
}

function nextRecord({ next }: UnknownPayout, raw: boolean | undefined): OutcomeRecord['next'] {
  if (next.do === 'submit') return next;
  return { do: 'ask', candidates: next.candidates.map((payout) => payoutRecord(payout, raw)) };
}

function linesOf(outcome: PayoutOutcome, { before, asked, word: spoken }: Background, paint: Paint): readonly string[] {
  const word = paint(OUTCOME_COLOURS[outcome.outcome], outcome.outcome);
  const what =
    outcome.submission === null ? 'a payout' : `${moneyText(outcome.submission.money)}, reference ${outcome.submission.reference}`;
  const notices = outcome.notices.map(({ message }) => `note: ${inWords(message)}`);
  if (outcome.outcome === 'rejected') {
    if (spoken === 'absent') return [`recorded  ${what}: on your word, no payout was made`, ...notices];
    return [`${word}  ${what}: ${outcome.replayed ? 'it is on record as rejected' : 'certainly nothing was paid'}`, ...notices];
  }
  if (outcome.outcome === 'accepted') {
    const how =
      spoken === 'payout' ? '  recorded, on your word that it is this one' : outcome.replayed ? '  an earlier request made it' : '';
    return [`${word}${how}`, ...payoutFacts(outcome.payout, paint), ...notices];
  }
  const { next } = outcome;
  const candidates =
    next.do === 'ask' && next.candidates.length > 0 ? ['It could be one of these:', ...payoutTable(next.candidates, paint)] : [];
  const paid = paidAs(before);
  if (paid !== null) return [`${word}  ${takenBy(outcome.submission, paid, asked)}`, ...notices];
  if (outcome.error.code === 'reference_taken') return [`${word}  ${what}: it is kept, and not settled; nothing was sent now`, ...notices];
  return [`${word}  ${what}: a payout may exist`, ...notices, ...candidates];
}

/** Nothing was sent: the reference has its payout, perhaps over something else than was asked for now. */
function takenBy({ money, reference }: Submission, paid: string, asked: Submission['money'] | undefined): string {
  const [kept, now] = [moneyText(money), moneyText(asked ?? money)];
  if (kept === now) return `${kept}, reference ${reference}: accepted before, as ${paid}; nothing was sent now`;
  return `reference ${reference} is taken by ${kept}, accepted as ${paid}; ${now} was not sent`;
}

/** Where the error itself would say less, or more, than what is true at a terminal; `null` where it says it all. */
function toldOf(outcome: PayoutOutcome, { before, word }: Background): readonly string[] | null {
  if (outcome.outcome !== 'rejected') return null;
  if (word === 'absent') return [];
  if (!outcome.replayed) return null;
  const settled = before?.settled ?? null;
  if (!isRefused(settled)) return null;
  if (settled.reason !== undefined) return whyBefore(outcome.error.provider, settled.reason);
  return [`A provider refused it before, or somebody settled it as absent: the record does not tell which. Nothing was sent now.`];
}

/** A refusal that is told again tells its own reason. */
function whyBefore(name: string, { message, providerCode, requestId, at, by }: RefusalReason): readonly string[] {
  if (by === 'person') return [`Somebody recorded at ${at}, on their word, that no payout was made. Nothing was sent now.`];
  const known = providerCode === null || message.includes(providerCode) ? [] : [`the provider's code: ${printable(providerCode)}`];
  const request = requestId === null ? [] : [`request ${printable(requestId)}`];
  const when = by === 'lookup' ? 'Its absence was found' : 'It was refused';
  const named = message.startsWith('[') ? message : `[${name}] ${message}`; // Kept without the name of who tells it.
  return [printable(inWords(named)), ...known, ...request, `${when} at ${at}. Nothing was sent now.`];
}

/** The payout that was on record before. */
function paidAs(before: KeptSubmission | null | undefined): string | null {
  const settled = before?.settled ?? null;
  return settled !== null && 'payoutId' in settled ? settled.payoutId : null;
}

// ---- What to do next -------------------------------------------------------------------------------------------------

interface Circumstances extends Background {
  readonly found: FoundSubmission | null;
  /** Milliseconds. */
  readonly now: number;
  readonly command: OutcomeCommand;
}

function adviceFor(outcome: PayoutOutcome, circumstances: Circumstances): readonly string[] {
  if (outcome.outcome === 'accepted') return [];
  return outcome.outcome === 'rejected' ? adviceAfterRejection(outcome, circumstances) : adviceAfterUnknown(outcome, circumstances);
}

function adviceAfterRejection(outcome: RejectedPayout, { found, word, command }: Circumstances): readonly string[] {
  if (word === 'absent' && found !== null) return [`A new attempt may be sent from now on: ${anotherAttempt(found.submission)}`];
  // Only a create takes --next-attempt: any other command is not typed again.
  if (outcome.retry === 'next_attempt' && command !== 'create') return [`Once the cause is gone: ${anotherAttempt(outcome.submission)}`];
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
function anotherAttempt({ money, reference }: Submission): string {
  return `disburse create ${money === 'full_balance' ? '--full-balance' : moneyText(money)} --reference ${quoted(reference)} --next-attempt`;
}

function adviceAfterUnknown({ next, submission }: UnknownPayout, { found, now, before }: Circumstances): readonly string[] {
  const paid = paidAs(before);
  if (paid !== null) return paidAdvice(submission, paid);
  const waiting = next.do === 'submit' && Date.parse(next.notBefore) > now ? ` (not before ${next.notBefore})` : '';
  if (found !== null && found.file === null) {
    return ['Nothing of it is kept here. Run the same command again, with the same reference, once what is in the way is gone.'];
  }
  const settle = `disburse settle ${nameOf(found)} --payout-id ID records which payout it is, --absent that there is none: on your word.`;
  const submit = `disburse submit ${nameOf(found)} settles it: it may be repeated, and cannot pay twice${waiting}.`;
  return [...howToSettle(found), next.do === 'submit' ? submit : settle];
}

/** What holds for a reference that has its payout. */
export function paidAdvice({ name, account }: Submission, payoutId: string): readonly string[] {
  return [`disburse get ${payoutId} ${whose(name, account)} shows it.`, 'Another payout needs a reference of its own.'];
}

/** What holds for every submission that is not settled. */
export function howToSettle(found: FoundSubmission | null): readonly string[] {
  const kept = found?.file == null ? [] : [`The submission is kept in ${found.file}. Do not create it again under another reference.`];
  return [...kept, `disburse lookup ${nameOf(found)} only reads.`];
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
