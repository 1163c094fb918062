import type { PayoutOutcome, RejectedPayout, UnknownPayout } from '@disburse/core';
import type { Call, Ending } from './call.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type FoundSubmission, fileOf, submissionRecord } from './kept.ts';
import { payoutRecord } from './out.ts';
import type { OutcomeRecord } from './records.ts';
import type { Session } from './session.ts';
import { OUTCOME_COLOURS, type Paint } from './style.ts';
import { moneyText, payoutFacts, payoutTable } from './tables.ts';

/** Commands that end in an outcome. */
export type OutcomeCommand = 'create' | 'submit' | 'lookup' | 'settle';

/**
 * How an outcome ends a command.
 *
 * @param given The file that somebody typed; where there is none, it is the one in the store.
 */
export async function endWith<Name extends OutcomeCommand>(
  call: Call<Name>,
  session: Session,
  outcome: PayoutOutcome,
  given: string | null = null,
): Promise<Ending<Name>> {
  const { submission } = outcome;
  const found =
    submission === null
      ? null
      : { submission, file: given ?? (await fileOf(session, call.host.cwd, submission)), ...(given === null ? {} : { given }) };
  const result: OutcomeRecord = recordOf(outcome, found, call.options.raw);
  const error = outcome.outcome === 'accepted' ? null : outcome.error;
  const ending = { exitCode: exitCodeFor(outcome), result, text: linesOf(outcome, call.paint), error, advice: adviceFor(outcome, found) };
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
    replayed: outcome.outcome === 'accepted' && outcome.replayed,
    retry: outcome.outcome === 'rejected' ? outcome.retry : null,
    next: outcome.outcome === 'unknown' ? nextRecord(outcome, raw) : null,
    notices: outcome.outcome === 'rejected' ? [] : outcome.notices,
    submission: found === null ? null : submissionRecord(found),
  };
}

function nextRecord({ next }: UnknownPayout, raw: boolean | undefined): OutcomeRecord['next'] {
  if (next.do === 'submit') return next;
  return { do: 'ask', candidates: next.candidates.map((payout) => payoutRecord(payout, raw)) };
}

function linesOf(outcome: PayoutOutcome, paint: Paint): readonly string[] {
  const word = paint(OUTCOME_COLOURS[outcome.outcome], outcome.outcome);
  const what =
    outcome.submission === null ? 'a payout' : `${moneyText(outcome.submission.money)}, reference ${outcome.submission.reference}`;
  if (outcome.outcome === 'rejected') return [`${word}  ${what}: certainly nothing was paid`];
  const notices = outcome.notices.map(({ message }) => `note: ${message}`);
  if (outcome.outcome === 'accepted') {
    return [`${word}${outcome.replayed ? '  an earlier request made it' : ''}`, ...payoutFacts(outcome.payout, paint), ...notices];
  }
  const { next } = outcome;
  const candidates =
    next.do === 'ask' && next.candidates.length > 0 ? ['It could be one of these:', ...payoutTable(next.candidates, paint)] : [];
  return [`${word}  ${what}: a payout may exist`, ...notices, ...candidates];
}

// ---- What to do next -------------------------------------------------------------------------------------------------

function adviceFor(outcome: PayoutOutcome, found: FoundSubmission | null): readonly string[] {
  if (outcome.outcome === 'accepted') return [];
  return outcome.outcome === 'rejected' ? adviceAfterRejection(outcome, found) : adviceAfterUnknown(outcome, found);
}

function adviceAfterRejection(outcome: RejectedPayout, found: FoundSubmission | null): readonly string[] {
  if (outcome.retry === 'same_attempt') return [`disburse submit ${nameOf(found)} sends it again, unchanged.`];
  if (outcome.retry === 'next_attempt') return ['Once the cause is gone: the same command, corrected, with --next-attempt.'];
  return [];
}

function adviceAfterUnknown({ next }: UnknownPayout, found: FoundSubmission | null): readonly string[] {
  const waiting = next.do === 'submit' ? ` (not before ${next.notBefore})` : '';
  const settle = `disburse settle ${nameOf(found)} --payout-id ID, or --absent, records what you found out.`;
  const submit = `disburse submit ${nameOf(found)} settles it: it may be repeated, and cannot pay twice${waiting}.`;
  return [...howToSettle(found), next.do === 'submit' ? submit : settle];
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
  return /^[\w][\w.:@/+-]*$/.test(submission.reference) ? submission.reference : (file ?? 'FILE');
}
