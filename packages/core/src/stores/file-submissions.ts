import { sha256 } from './idempotency.ts';
import { type Runtime, systemRuntime } from '../platform/runtime.ts';
import {
  afterWord,
  storedIn,
  notReadable,
  resolutionIn,
  textOfStored,
  textOfResolution,
  textOfShared,
  textOfWord,
  wordIn,
} from './submission-files.ts';
import { type Files, storeError, submissionFolder } from './submission-folder.ts';
import { afterPutIfAbsent, afterRefuse, afterSetResolution, storedAs, type SubmissionState } from './submission-state.ts';
import { isRejected, type StoredSubmission, type AttemptId, type Resolution, type Submission, type SubmissionStore } from './submission.ts';

/** A submission, as its files say. */
interface Row extends Since {
  readonly submission: Submission;
  /** The text of its file, character for character. */
  readonly text: string;
}

interface Since {
  readonly state: SubmissionState;
  /** Whether it was ever answered to another caller, also before it ended. */
  readonly shared: boolean;
  /** How many numbered files follow it. `null` for a submission stored without a hold, which has a named file for each event. */
  readonly words: number | null;
}

/**
 * Stores a few files for each (namespace, reference, attempt): its submission, and what happened to it. No file is ever changed.
 *
 * Every event of a submission with a hold is the file of the next number. One writer makes it; the others read it, and decide anew.
 * So a refusal and another holder can never both come next.
 *
 * `putIfAbsent` answers nothing before it is durable, also what another process wrote. A submission that a power failure undoes
 * would be sent again with a younger date.
 */
export function fileSubmissionsOver(files: Files, path: string, runtime: Runtime = systemRuntime): SubmissionStore {
  const folder = submissionFolder(files, path, runtime);

  // ---- Reading -------------------------------------------------------------------------------------------------------

  async function read(place: AttemptId, names: Names): Promise<Row | null> {
    const text = await folder.read(names.kept);
    if (text === null) return null;
    const { submission, hold } = await storedIn(folder.where(names.kept), text);
    assertPlace(folder.where(names.kept), submission, place);
    return { submission, text, ...(await since(place, names, hold)) };
  }

  /** What happened to a submission after it was stored. */
  async function since(place: AttemptId, names: Names, hold: string): Promise<Since> {
    const words = await (hold === '' ? readNameless(place, names) : readNumbered(place, names, hold));
    const payout = await readResolved(place, names.accepted);
    return payout === null ? words : { ...words, state: { is: 'accepted', resolution: payout } };
  }

  async function readNumbered(place: AttemptId, names: Names, hold: string): Promise<Since> {
    let state: SubmissionState = { is: 'held', hold };
    let shared = false;
    for (let words = 0; ; words += 1) {
      const name = names.word(words + 1);
      const text = await folder.read(name);
      if (text === null) return { state, shared, words };
      const stored = await wordIn(folder.where(name), text);
      assertPlace(folder.where(name), stored, place);
      state = afterWord(folder.where(name), state, stored.word);
      shared ||= state.is === 'shared';
    }
  }

  async function readNameless(place: AttemptId, names: Names): Promise<Since> {
    const resolution = await readResolved(place, names.rejected);
    const shared = (await folder.read(names.shared)) !== null;
    const open: SubmissionState = shared ? { is: 'shared' } : { is: 'held', hold: '' };
    return { state: resolution === null ? open : afterSetResolution(open, resolution), shared, words: null };
  }

  async function readResolved(place: AttemptId, name: string): Promise<Resolution | null> {
    const text = await folder.read(name);
    if (text === null) return null;
    const stored = await resolutionIn(folder.where(name), text);
    assertPlace(folder.where(name), stored, place);
    return stored.resolution;
  }

  // ---- One step ------------------------------------------------------------------------------------------------------

  /** Writes the next event, unless another process did: then it decides anew. `null` where there is no row, or no next event. */
  async function advance(
    place: AttemptId,
    names: Names,
    decide: (row: Row) => SubmissionState | null,
    known: Row | null = null,
  ): Promise<Row | null> {
    for (let row = known ?? (await read(place, names)); row !== null; row = await read(place, names)) {
      const next = decide(row);
      if (next === null) return null;
      // The earlier files must survive: without them, the number would mean another event.
      if (next === row.state || row.words !== null) await folder.sync();
      if (next === row.state) return row;
      if (await append(place, names, row, next)) return row.words === null ? readDurably(place, names) : following(row, row.words, next);
    }
    return null;
  }

  const following = (row: Row, words: number, next: SubmissionState): Row => ({
    ...row,
    state: next,
    shared: row.shared || next.is === 'shared',
    words: words + 1,
  });

  async function append(place: AttemptId, names: Names, { words }: Row, next: SubmissionState): Promise<boolean> {
    if (words !== null) {
      const name = names.word(words + 1);
      return folder.writeFirst(name, await textOfWord(folder.where(name), place, next));
    }
    if (next.is === 'rejected') return writeResolved(place, names.rejected, next.resolution);
    return folder.writeFirst(names.shared, await textOfShared(place));
  }

  async function writeResolved(place: AttemptId, name: string, resolution: Resolution): Promise<boolean> {
    const text = await textOfResolution(place, resolution);
    await resolutionIn(folder.where(name), text);
    return folder.writeFirst(name, text);
  }

  /** The files of a submission without a hold do not exclude each other. One that ended meanwhile is answered as that. */
  async function readDurably(place: AttemptId, names: Names): Promise<Row | null> {
    const row = await read(place, names);
    if (row !== null && 'resolution' in row.state) await folder.sync();
    return row;
  }

  // ---- The store -----------------------------------------------------------------------------------------------------

  async function keep(submission: Submission, hold = ''): Promise<StoredSubmission> {
    await folder.open();
    const names = await namesOf(submission);
    const text = await textOfStored(submission, hold);
    const known = await read(submission, names);
    if (known === null && (await folder.writeFirst(names.kept, text))) return stored(submission, names, hold);
    const decide = (row: Row) => afterPutIfAbsent(row.state, hold, row.submission.fingerprint === submission.fingerprint);
    const row = await advance(submission, names, decide, known);
    if (row === null) throw storeError('provider_unavailable', `${folder.where(names.kept)} was removed while it was being kept.`);
    if (row.state.is !== 'held') return told(row);
    // This call holds the submission: its answer was lost, or it took a refused one over.
    return row.words === 0 && row.text === text ? told({ ...row, submission }) : { ...told(row), alone: true };
  }

  /** The very object is answered only here: this call wrote it, and nobody had it before. Others may have come since. */
  async function stored(submission: Submission, names: Names, hold: string): Promise<StoredSubmission> {
    const { state, shared } = await since(submission, names, hold);
    if (state.is !== 'held') await folder.sync();
    return { ...storedAs(submission, state), shared };
  }

  async function refuse(...[submission, hold, refusal]: Parameters<NonNullable<SubmissionStore['refuse']>>): Promise<boolean> {
    await folder.open();
    const names = await namesOf(submission);
    const row = await advance(submission, names, ({ state }) => afterRefuse(state, hold, refusal));
    // A payout has a file of its own, which may have come while the refusal was written.
    return row !== null && (await folder.read(names.accepted)) === null;
  }

  async function resolve(submission: Submission, resolution: Resolution): Promise<void> {
    await folder.open();
    const names = await namesOf(submission);
    const known = await read(submission, names);
    // A resolution stays, also where the payout was sent without this store.
    if (known === null) await folder.writeFirst(names.kept, await textOfStored(submission, ''));
    if (isRejected(resolution)) await advance(submission, names, ({ state }) => afterSetResolution(state, resolution), known);
    else if (known?.state.is === 'accepted') await folder.sync();
    else await writeResolved(submission, names.accepted, resolution);
  }

  async function find(place: AttemptId): Promise<StoredSubmission | null> {
    const row = await read(place, await namesOf(place));
    // The caller may go on to the next attempt, so the resolution must not be undone.
    if (row?.state.is === 'rejected') await folder.sync();
    return row === null ? null : told(row);
  }

  // ---- What is open --------------------------------------------------------------------------------------------------

  async function* open(): AsyncGenerator<StoredSubmission> {
    const names = await folder.names();
    const hashes = [...new Set(names.map((name) => OURS.exec(name)?.[1]).filter((hash) => hash !== undefined))];
    const found: Waiting[] = [];
    for (let start = 0; start < hashes.length; start += READ_AT_ONCE) {
      const some = await Promise.all(hashes.slice(start, start + READ_AT_ONCE).map(waitingAt));
      found.push(...some.filter((one) => one !== null));
    }
    // Only the time and the place are kept in memory: a body for each would be too much.
    for (const { place } of found.sort((a, b) => a.since - b.since)) {
      const kept = await find(place);
      if (kept !== null && kept.resolution === null) yield kept;
    }
  }

  async function waitingAt(hash: string): Promise<Waiting | null> {
    const names = namesAt(hash);
    for (const name of [names.accepted, names.rejected]) {
      const text = await folder.read(name);
      if (text === null) continue;
      await assertName(folder.where(name), await resolutionIn(folder.where(name), text), hash);
      return null;
    }
    const text = await folder.read(names.kept);
    if (text === null) throw notReadable(folder.where(names.kept), 'is gone, and what happened to it is not');
    const { submission } = await storedIn(folder.where(names.kept), text);
    await assertName(folder.where(names.kept), submission, hash);
    const { namespace, reference, attempt, preparedAt } = submission;
    return { place: { namespace, reference, attempt }, since: Date.parse(preparedAt) };
  }

  return { putIfAbsent: keep, refuse, setResolution: resolve, find, open };
}

const told = ({ submission, state, shared }: Row): StoredSubmission => ({ ...storedAs(submission, state), shared });

/** A submission that is not resolved: where it is, and since when. */
interface Waiting {
  readonly place: AttemptId;
  readonly since: number;
}

/** How many files are open at the same time. */
const READ_AT_ONCE = 32;

// ---- Names -----------------------------------------------------------------------------------------------------------

interface Names {
  readonly kept: string;
  /** The numbered events of a submission that was stored with a hold, in their order. */
  readonly word: (number: number) => string;
  /** The named events of a submission that was stored without a hold. */
  readonly shared: string;
  readonly rejected: string;
  /** The resolution with a payout. It has a file of its own, because it wins over a rejection, and no file is ever changed. */
  readonly accepted: string;
}

const OURS = /^([0-9a-f]{64})(?:\.(?:\d+|shared|accepted|rejected))?\.json$/;

const namesAt = (hash: string): Names => ({
  kept: `${hash}.json`,
  word: (number) => `${hash}.${number}.json`,
  shared: `${hash}.shared.json`,
  rejected: `${hash}.rejected.json`,
  accepted: `${hash}.accepted.json`,
});

/** The name of a file: a hash fits every file system whatever the reference is, and shows in no listing who is paid. */
const hashOf = async ({ namespace, reference, attempt }: AttemptId): Promise<string> =>
  sha256(JSON.stringify([namespace, reference, attempt]));

const namesOf = async (place: AttemptId): Promise<Names> => namesAt(await hashOf(place));

const ANOTHERS = 'holds another reference than its name says';

function assertPlace(where: string, a: AttemptId, b: AttemptId): void {
  if (a.namespace !== b.namespace || a.reference !== b.reference || a.attempt !== b.attempt) throw notReadable(where, ANOTHERS);
}

async function assertName(where: string, place: AttemptId, hash: string): Promise<void> {
  if ((await hashOf(place)) !== hash) throw notReadable(where, ANOTHERS);
}
