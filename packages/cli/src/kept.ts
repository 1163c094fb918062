import { isPayoutError, type StoredSubmission, parseSubmission, type Resolution, type Submission } from '@disburse/core';
import { withoutMark } from '@disburse/core/node';
import { createHash } from 'node:crypto';
import { access, constants, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { shownFrom } from './config-file.ts';
import { CliError, EXIT } from './exit-code.ts';
import type { SubmissionRecord } from './records.ts';
import { makePlace } from './simulated-place.ts';
import type { Session } from './session.ts';
import { inWords } from './words.ts';

/** A submission, and the file that it is in. */
export interface FoundSubmission {
  readonly submission: Submission;
  /** As it can be typed from the working directory. */
  readonly file: string | null;
  /** The file that somebody typed, which need not be in the store. */
  readonly given?: string | undefined;
}

/** Every attempt of a reference that is kept, first to last. */
export async function storedAttempts(session: Session, reference: string): Promise<readonly StoredSubmission[]> {
  const rows: StoredSubmission[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const row = await session.store.find({ namespace: session.namespace, reference, attempt });
    if (row === null) return rows;
    rows.push(row);
  }
}

/**
 * The same for a command that may pay: what cannot be read may have been sent.
 *
 * @throws {CliError} `unresolved`, with exit code 4.
 */
export async function attemptsToResolve(session: Session, cwd: string, reference: string): Promise<readonly StoredSubmission[]> {
  try {
    return await storedAttempts(session, reference);
  } catch (error) {
    if (isPayoutError(error)) throw cannotBeRead(session, cwd, reference, error.message);
    throw error;
  }
}

/** What is not resolved, the oldest first. @throws {PayoutError} for a row that cannot be read: it may be one. */
export async function openRows(session: Session): Promise<readonly StoredSubmission[]> {
  const rows: StoredSubmission[] = [];
  const open = session.store.open?.();
  if (open === undefined) throw new TypeError('The store of a configuration is a folder, which lists what is open.');
  for await (const row of open) if (row.submission.namespace === session.namespace) rows.push(row);
  return rows;
}

/** Whatever it was, it was kept before it was sent. */
export function cannotBeRead(session: Session, cwd: string, what: string, why: string): CliError {
  const message = inWords(`what is kept of ${what} cannot be read, so a payout may exist. Nothing was sent now. ${why}`);
  const advice = [
    `Make it readable, or restore ${shownFrom(cwd, session.folder)} from a backup. Do not create it again under another reference.`,
    'disburse list shows what the provider knows.',
  ];
  return new CliError('unresolved', message, { exitCode: EXIT.unknown, advice });
}

/**
 * Sees that a first submission could be kept. Whether one was kept before must be known by then.
 *
 * @throws {CliError} `unavailable`: nothing was sent.
 */
export async function assertKeeps(session: Session, cwd: string): Promise<void> {
  const { folder } = session;
  try {
    await makePlace(session.config.folder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const message = `nothing can be kept in ${shownFrom(cwd, folder)} (${code}), so nothing was sent.`;
    throw new CliError('unavailable', message, { advice: ['Make that folder writable for you, then run it again.'] });
  }
}

export function isRefused(resolution: Resolution | null): resolution is Extract<Resolution, { readonly rejected: true }> {
  return resolution !== null && 'rejected' in resolution;
}

/** The file that `fileSubmissions` keeps a submission in (docs/stores.md); `null` where there is none. */
export async function fileOf(session: Session, cwd: string, submission: Submission): Promise<string | null> {
  const { namespace, reference, attempt } = submission;
  const hash = createHash('sha256')
    .update(JSON.stringify([namespace, reference, attempt]))
    .digest('hex');
  const path = join(session.folder, `${hash}.json`);
  return (await exists(path)) ? shownFrom(cwd, path) : null;
}

export function submissionRecord({ submission, file }: FoundSubmission): SubmissionRecord {
  const { name, provider, account, source, live, reference, attempt, money, key, preparedAt } = submission;
  return { file, name, provider, account, source, live, reference, attempt, money, key, preparedAt };
}

/**
 * The submission that somebody means: the reference of one that is kept, or a file, as this command or an application wrote it.
 *
 * @throws {CliError} `usage` when there is neither, when there are both, or when the file holds no submission; `unresolved` for one
 * that was kept here and cannot be read.
 */
export async function findSubmission(session: Session, cwd: string, given: string): Promise<FoundSubmission> {
  if (!(await exists(resolve(cwd, given)))) return keptUnder(session, cwd, given);
  const last = isPath(given) ? undefined : (await storedAttempts(session, given).catch(() => [])).at(-1);
  if (last === undefined) return inGivenFile(session, cwd, given);
  const submission = last.submission;
  const other = await inGivenFile(session, cwd, given).catch(() => null); // Any other file may have the name of a reference.
  if (other === null || other.submission.key === submission.key) return { submission, file: await fileOf(session, cwd, submission) };
  throw new CliError('usage', `"${given}" is a reference that is kept here, and also a file with another submission.`, {
    advice: [`For the file write ./${given}; for the reference, call it from another folder.`],
  });
}

/** What begins like this is a file, and nothing else. */
const isPath = (given: string): boolean => /^\.{0,2}[\\/]/.test(given);

async function keptUnder(session: Session, cwd: string, given: string): Promise<FoundSubmission> {
  const last = (await attemptsToResolve(session, cwd, given)).at(-1);
  if (last !== undefined) return { submission: last.submission, file: await fileOf(session, cwd, last.submission) };
  throw new CliError('usage', `"${given}" is no reference that is kept under ${shownFrom(cwd, session.folder)}, and no file.`, {
    advice: ['disburse open lists what is not resolved. disburse list shows what the provider knows.'],
  });
}

async function inGivenFile(session: Session, cwd: string, given: string): Promise<FoundSubmission> {
  const path = resolve(cwd, given);
  const why = (problem: string): string => `${given} holds no submission: ${problem}`;
  const kept = dirname(path) === session.folder;
  const refused = (problem: string): CliError =>
    kept ? cannotBeRead(session, cwd, given, why(problem)) : new CliError('usage', why(problem));
  return { submission: await inFile(kept ? fileOfRow(path) : path, refused), file: given, given };
}

/** What happened to a kept submission is in files beside it (docs/stores.md): any of them means that submission. */
const fileOfRow = (path: string): string => path.replace(/([0-9a-f]{64})\.\w+\.json$/, '$1.json');

async function inFile(path: string, refused: (why: string) => Error): Promise<Submission> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw refused('it cannot be opened.');
  }
  try {
    const value: unknown = JSON.parse(withoutMark(text));
    return parseSubmission(contentOf(value));
  } catch (error) {
    throw refused(isPayoutError(error) || error instanceof CliError ? error.message : 'it is not JSON.');
  }
}

/**
 * Files of the store have a checksum around the submission, against an amount that an editor or a bad disk changed. Those with
 * a hold have the word of its first holder beside it (docs/stores.md).
 */
function contentOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('content' in value) || !('sha256' in value)) return value;
  const { content, sha256 } = value;
  if (createHash('sha256').update(JSON.stringify(content)).digest('hex') === sha256) return submissionOf(content);
  throw new CliError('usage', 'it was changed: its checksum is wrong.');
}

const submissionOf = (content: unknown): unknown =>
  typeof content === 'object' && content !== null && 'hold' in content && 'submission' in content ? content.submission : content;

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
