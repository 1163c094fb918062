import * as v from 'valibot';
import { isPayoutError, type PayoutError } from './errors.ts';
import { sha256 } from './idempotency.ts';
import { jsonIn } from './json.ts';
import { type Runtime, systemRuntime } from './runtime.ts';
import { type Files, storeError, submissionFolder } from './submission-folder.ts';
import { isRejected, type KeptSubmission, parseSubmission, type Settled, type Submission, type SubmissionStore } from './submission.ts';
import { problemsOf } from './validation.ts';

type Place = Pick<Submission, 'namespace' | 'reference' | 'attempt'>;

/**
 * A few files for each (namespace, reference, attempt): its submission, whether it was answered to somebody else, and how it
 * ended. None is ever changed.
 *
 * `keep` answers nothing before it is durable, also what another process wrote: nobody may send what a loss of power could
 * still undo, because it would be sent again with a younger date.
 */
export function fileSubmissionsOver(files: Files, path: string, runtime: Runtime = systemRuntime): SubmissionStore {
  const folder = submissionFolder(files, path, runtime);

  async function read(place: Place, names: Names): Promise<KeptSubmission | null> {
    const text = await folder.read(names.kept);
    return text === null ? null : { submission: await submissionIn(folder.where(names.kept), text, place), ...(await since(place, names)) };
  }

  /** What happened to a submission after it was stored. */
  async function since(place: Place, names: Names): Promise<{ readonly settled: Settled | null; readonly shared: boolean }> {
    const settled = (await readSettled(place, names.accepted)) ?? (await readSettled(place, names.rejected));
    return { settled, shared: (await folder.read(names.shared)) !== null };
  }

  async function readSettled(place: Place, name: string): Promise<Settled | null> {
    const text = await folder.read(name);
    return text === null ? null : settledIn(folder.where(name), text, place);
  }

  async function keep(submission: Submission): Promise<KeptSubmission> {
    await folder.open();
    const names = await namesOf(submission);
    const text = await textOf(submission);
    const known = await read(submission, names);
    if (known === null && (await folder.writeFirst(names.kept, text))) return stored(submission, names);
    const winner = known ?? (await read(submission, names));
    if (winner === null) throw storeError('provider_unavailable', `${folder.where(names.kept)} was removed while it was being kept.`);
    await markShared(winner, names);
    return { ...winner, shared: true };
  }

  /** The very object only here: this call wrote it, and nobody had before. Since then, others may have come. */
  async function stored(submission: Submission, names: Names): Promise<KeptSubmission> {
    const happened = await since(submission, names);
    if (happened.settled !== null || happened.shared) await folder.sync();
    return { submission, ...happened };
  }

  /** Before it is answered: whoever stored it must be able to see that somebody else may be sending it. */
  async function markShared({ submission, shared }: KeptSubmission, names: Names): Promise<void> {
    if (shared === true) return folder.sync();
    const { namespace, reference, attempt } = submission;
    await folder.writeFirst(names.shared, await sealed({ namespace, reference, attempt, shared: true }));
  }

  async function settle(submission: Submission, settled: Settled): Promise<void> {
    await folder.open();
    const { namespace, reference, attempt } = submission;
    const names = await namesOf(submission);
    const known = await read(submission, names);
    // What ended stays kept, also where it was sent without this store.
    if (known === null) await folder.writeFirst(names.kept, await textOf(submission));
    if (known?.settled != null && (!isRejected(known.settled) || isRejected(settled))) return folder.sync();
    const name = isRejected(settled) ? names.rejected : names.accepted;
    const text = await sealed({ namespace, reference, attempt, settled });
    await settledIn(folder.where(name), text, submission);
    await folder.writeFirst(name, text);
  }

  return { keep, settle, find: async (place) => read(place, await namesOf(place)) };
}

interface Names {
  readonly kept: string;
  readonly shared: string;
  /** A file of its own, because it wins over a rejection, and no file is ever changed. */
  readonly accepted: string;
  readonly rejected: string;
}

/** A hash: it fits every file system whatever the reference is, and shows in no listing whom is paid. */
async function namesOf({ namespace, reference, attempt }: Place): Promise<Names> {
  const hash = await sha256(JSON.stringify([namespace, reference, attempt]));
  return { kept: `${hash}.json`, shared: `${hash}.shared.json`, accepted: `${hash}.accepted.json`, rejected: `${hash}.rejected.json` };
}

// ---- What is in a file -----------------------------------------------------------------------------------------------

const Sealed: v.GenericSchema<unknown, { readonly sha256: string; readonly content: unknown }> = v.strictObject({
  version: v.literal(1),
  sha256: v.string(),
  content: v.unknown(),
});

const StoredSettled: v.GenericSchema<unknown, Place & { readonly settled: Settled }> = v.strictObject({
  namespace: v.string(),
  reference: v.string(),
  attempt: v.number(),
  settled: v.union([
    v.strictObject({ payoutId: v.pipe(v.string(), v.minLength(1)) }),
    v.strictObject({ rejected: v.literal(true), retry: v.optional(v.picklist(['next_attempt', 'never'])) }),
  ]),
});

/** For people to read. The checksum is against the amount that an editor or a bad disk changed. */
async function sealed(content: object): Promise<string> {
  const plain: unknown = JSON.parse(JSON.stringify(content));
  return `${JSON.stringify({ version: 1, sha256: await sha256(JSON.stringify(plain)), content: plain }, null, 2)}\n`;
}

/** A file that is there and cannot be understood is never taken for absent. */
async function unsealed(where: string, text: string): Promise<unknown> {
  const value = jsonIn(text);
  if (problemsOf(Sealed, value).length > 0) throw notReadable(where, 'is no file of this store, as far as this version can read');
  const { content, sha256: checksum } = v.parse(Sealed, value);
  if ((await sha256(JSON.stringify(content ?? null))) !== checksum) throw notReadable(where, 'was changed: its checksum is wrong');
  return content;
}

/** @throws {PayoutError} `invalid_request` for what could not be read back. */
async function textOf(submission: Submission): Promise<string> {
  const text = await sealed(submission);
  parseSubmission(await unsealed('a submission', text));
  return text;
}

async function submissionIn(where: string, text: string, place: Place): Promise<Submission> {
  const content = await unsealed(where, text);
  let submission: Submission;
  try {
    submission = parseSubmission(content);
  } catch (error) {
    const issues = isPayoutError(error) ? error.issues.map(({ path, message }) => `${path} ${message}`).join('; ') : '';
    throw notReadable(where, `holds no submission that this version can read${issues === '' ? '' : ` (${issues})`}`);
  }
  if (!samePlace(submission, place)) throw notReadable(where, 'holds another reference than its name says');
  return submission;
}

async function settledIn(where: string, text: string, place: Place): Promise<Settled> {
  const content = await unsealed(where, text);
  if (problemsOf(StoredSettled, content).length > 0) throw notReadable(where, 'does not say how a submission ended');
  const stored = v.parse(StoredSettled, content);
  if (!samePlace(stored, place)) throw notReadable(where, 'holds another reference than its name says');
  return stored.settled;
}

function samePlace(a: Place, b: Place): boolean {
  return a.namespace === b.namespace && a.reference === b.reference && a.attempt === b.attempt;
}

const notReadable = (where: string, why: string): PayoutError =>
  storeError('unresolved', `${where} ${why}. Restore it from a backup; if it were removed, its reference could be paid again.`);
