import { dirname, join, resolve } from 'node:path';
import { isError, PayoutError, type PayoutErrorCode } from '../errors.ts';
import { randomKey } from './idempotency.ts';
import type { Runtime } from '../platform/runtime.ts';

/** The calls on the file system, one step each, so that a test can stop between any two. Their errors have a `code`. */
export interface Files {
  /** Readable by the owner only; `EEXIST` when it exists. */
  makeFolder(path: string): Promise<void>;
  /** A new file, for the owner only; `EEXIST` when it exists. */
  create(path: string): Promise<NewFile>;
  /** Gives a file a second name, at once; `EEXIST` when the name is taken. */
  link(existing: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  read(path: string): Promise<string>;
  names(folder: string): Promise<readonly string[]>;
  /** Milliseconds since the epoch. */
  modifiedAt(path: string): Promise<number>;
  /** Makes the names in a folder survive a loss of power. */
  syncFolder(path: string): Promise<void>;
}

/** A file that is being written. */
export interface NewFile {
  write(text: string): Promise<void>;
  /** Makes its contents survive a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A folder of files that are written once, whole and durably, by the process that comes first. */
export interface SubmissionFolder {
  /** The path of a file, for messages. */
  where(name: string): string;
  /** Creates the folder where it is missing, once in the life of this object. */
  open(): Promise<void>;
  /** The text of a file; `null` when there is no such file. */
  read(name: string): Promise<string | null>;
  /** Writes a file unless it exists, and makes the existing one durable. @returns Whether this call wrote it. */
  writeFirst(name: string, text: string): Promise<boolean>;
  /** Makes every name durable that could be read before. */
  sync(): Promise<void>;
  /** Every name in the folder; none where there is no folder yet. */
  names(): Promise<readonly string[]>;
}

/** The name of a file that has no final name yet. */
const TEMPORARY = /^[0-9a-f]{64}(\.[a-z0-9]+)?\.json\.[0-9a-f-]{36}\.tmp$/;
/**
 * The age of a temporary file that may be removed. No write takes a day. A write that did would find its file gone, and fail before
 * anything is sent.
 */
const TEMPORARY_KEPT_FOR_MS = 24 * 60 * 60_000;

/**
 * Makes files that are written once. A file gets a temporary name, is made durable, and only then gets its final name by `link`,
 * which succeeds only for the first.
 *
 * So a final name is absent or whole, whatever is killed when, and never overwritten.
 */
export function submissionFolder(files: Files, given: string, runtime: Runtime): SubmissionFolder {
  const path = resolve(given); // The path is resolved now: the program may change its working directory later.
  let opened: Promise<void> | null = null;

  const sync = (): Promise<void> => step(`${path} could not be made durable`, () => files.syncFolder(path));

  async function openOnce(): Promise<void> {
    await makeDurable(files, path, await step(`${path} could not be created`, () => make(files, path)));
    await removeOldTemporaries(files, path, runtime.now());
  }

  async function writeFirst(name: string, text: string): Promise<boolean> {
    const temporary = join(path, `${name}.${randomKey(runtime)}.tmp`);
    const file = await step(`nothing can be written to ${path}`, () => files.create(temporary));
    let first: boolean;
    try {
      await step(`nothing can be written to ${path}`, () => writeAll(file, text));
      first = await step(`no hard link can be made in ${path}, whose file system must have them`, () =>
        trueUnless('EEXIST', files.link(temporary, join(path, name))),
      );
    } finally {
      await files.unlink(temporary).catch(() => undefined); // A temporary file that stays is harmless.
    }
    await sync();
    return first;
  }

  return {
    where: (name) => join(path, name),
    open: async () => {
      opened ??= openOnce();
      try {
        await opened;
      } catch (error) {
        opened = null; // The next call tries again.
        throw error;
      }
    },
    read: (name) => step(`${join(path, name)} cannot be read`, () => unlessMissing(files.read(join(path, name)))),
    writeFirst,
    sync,
    names: () => step(`${path} cannot be listed`, async () => (await unlessMissing(files.names(path))) ?? []),
  };
}

async function writeAll(file: NewFile, text: string): Promise<void> {
  try {
    await file.write(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Runs a call; `null` where there is no such file or folder. */
async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

// ---- Creating it -----------------------------------------------------------------------------------------------------

/** Creates a folder and the folders above it. @returns The folders that this call made, outermost first. */
async function make(files: Files, path: string): Promise<readonly string[]> {
  const made = (): Promise<boolean> => trueUnless('EEXIST', files.makeFolder(path));
  try {
    return (await made()) ? [path] : [];
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    const outer = await make(files, dirname(path));
    return (await made()) ? [...outer, path] : outer;
  }
}

/** Errors of a folder that we did not make and may not open. Its durability depends on the process that made it. */
const NOT_OURS: readonly string[] = ['EACCES', 'EPERM', 'EROFS', 'EINVAL', 'ENOTSUP'];

/** Makes the names on the way to the folder durable, also those that another process made a moment ago. */
async function makeDurable(files: Files, path: string, made: readonly string[]): Promise<void> {
  const parent = dirname(path);
  if (parent === path) return;
  await makeDurable(files, parent, made);
  await step(`${parent} could not be made durable`, async () => {
    try {
      await files.syncFolder(parent);
    } catch (error) {
      if (made.includes(path) || !NOT_OURS.includes(codeOf(error))) throw error;
    }
  });
}

/** Removes the temporary files of processes that were killed while writing. Any other file in the folder is not ours to remove. */
async function removeOldTemporaries(files: Files, path: string, now: number): Promise<void> {
  const names = await step(`${path} cannot be listed`, () => files.names(path));
  for (const name of names.filter((candidate) => TEMPORARY.test(candidate))) {
    const temporary = join(path, name);
    try {
      if ((await files.modifiedAt(temporary)) < now - TEMPORARY_KEPT_FOR_MS) await files.unlink(temporary);
    } catch {
      // Another process removed the file first, or somebody else can.
    }
  }
}

// ---- Errors ----------------------------------------------------------------------------------------------------------

/** An error of this store. It names files, never their contents. */
export function storeError(code: PayoutErrorCode, message: string): PayoutError {
  return new PayoutError(code, message, { provider: 'fileSubmissions' });
}

/** Makes one call on the file system. Its error says in words what to look at. */
async function step<T>(failure: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeError('provider_unavailable', `${failure} (${codeOf(error)}).`);
  }
}

async function trueUnless(code: string, work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (codeOf(error) === code) return false;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}
