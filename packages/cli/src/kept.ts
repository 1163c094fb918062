import { isPayoutError, type KeptSubmission, parseSubmission, type Settled, type Submission } from '@disburse/core';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { shownFrom } from './config-file.ts';
import { CliError } from './exit-code.ts';
import type { SubmissionRecord } from './records.ts';
import type { Session } from './session.ts';

/** A submission, and the file that it is in. */
export interface FoundSubmission {
  readonly submission: Submission;
  /** As it can be typed from the working directory. */
  readonly file: string | null;
  /** The file that somebody typed, which need not be in the store. */
  readonly given?: string | undefined;
}

/** Every attempt of a reference that is kept under `.disburse/`, first to last. */
export async function keptAttempts(session: Session, reference: string): Promise<readonly KeptSubmission[]> {
  const rows: KeptSubmission[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const row = await session.store.find({ namespace: session.namespace, reference, attempt });
    if (row === null) return rows;
    rows.push(row);
  }
}

export function isRefused(settled: Settled | null): settled is Extract<Settled, { readonly rejected: true }> {
  return settled !== null && 'rejected' in settled;
}

/** The file that `fileSubmissions` keeps a submission in (docs/stores.md); `null` where there is none. */
export async function fileOf(session: Session, cwd: string, submission: Submission): Promise<string | null> {
  const { namespace, reference, attempt } = submission;
  const hash = createHash('sha256')
    .update(JSON.stringify([namespace, reference, attempt]))
    .digest('hex');
  const path = join(session.place, 'submissions', `${hash}.json`);
  return (await exists(path)) ? shownFrom(cwd, path) : null;
}

export function submissionRecord({ submission, file }: FoundSubmission): SubmissionRecord {
  const { name, provider, account, source, live, reference, attempt, money, key, preparedAt } = submission;
  return { file, name, provider, account, source, live, reference, attempt, money, key, preparedAt };
}

/**
 * The submission that somebody means: a file, as this command or an application wrote it, or the reference of one that is kept.
 *
 * @throws {CliError} `usage` when there is neither, or the file holds no submission.
 */
export async function findSubmission(session: Session, cwd: string, given: string): Promise<FoundSubmission> {
  const path = resolve(cwd, given);
  if (await exists(path)) return { submission: inFile(given, await readFile(path, 'utf8')), file: given, given };
  const last = (await keptAttempts(session, given)).at(-1);
  if (last !== undefined) return { submission: last.submission, file: await fileOf(session, cwd, last.submission) };
  throw new CliError('usage', `"${given}" is no file, and no reference that is kept under ${shownFrom(cwd, session.place)}.`);
}

function inFile(file: string, text: string): Submission {
  try {
    const value: unknown = JSON.parse(text);
    return parseSubmission(contentOf(value));
  } catch (error) {
    const why = isPayoutError(error) ? error.message : error instanceof CliError ? error.message : 'it is not JSON';
    throw new CliError('usage', `${file} holds no submission: ${why}`);
  }
}

/** Files of the store have a checksum around the submission, against an amount that an editor or a bad disk changed. */
function contentOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('content' in value) || !('sha256' in value)) return value;
  const { content, sha256 } = value;
  if (createHash('sha256').update(JSON.stringify(content)).digest('hex') === sha256) return content;
  throw new CliError('usage', 'it was changed: its checksum is wrong.');
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
