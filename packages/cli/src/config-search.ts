// A configuration decides where credentials are sent. One that is found, and not named, must be of the person who runs the command:
// git had to learn the same (CVE-2022-24765, safe.directory).
import { lstat, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { CliError } from './exit-code.ts';
import type { Host } from './host.ts';

/** The first file of this name in the working directory or above it; `null` where there is none. @throws {CliError} `config` for a stranger's. */
export async function searchUpwards({ cwd, env }: Pick<Host, 'cwd' | 'env'>, name: string): Promise<string | null> {
  const home = await homeOf(cwd, env);
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, name);
    const facts = await factsOf(path);
    if (facts !== null) {
      const why = whyNot({ ...facts, where: whereIs(folder, cwd, home) }, thisUser(env));
      if (why === null) return path;
      throw notTaken(path, why);
    }
    if (dirname(folder) === folder) return null;
  }
}

function notTaken(path: string, why: string): CliError {
  return new CliError('config', `${path} was found, and not taken: ${why}. Whoever wrote it could have your credentials sent elsewhere.`, {
    advice: [`Read it. If it is yours, name it: --config ${path}`, 'disburse init writes one of your own in this folder.'],
  });
}

// ---- Whose it is -----------------------------------------------------------------------------------------------------

/** What a file system tells of a file that was found, and of its folder. */
export interface FoundFacts {
  /** Of the folder, of the file, and of the link by which it may be reached. */
  readonly owners: readonly number[];
  /** Not a pipe, a folder or a device: reading one of those may never end. */
  readonly isFile: boolean;
  /** Permission bits of folder and file. */
  readonly folderMode: number;
  readonly fileMode: number;
  /** `here`: in the working directory. `above_home`: the working directory is in the home folder, and this is outside. */
  readonly where: 'here' | 'in_home' | 'above_home' | 'elsewhere';
}

/** Who runs the command. `uid` is `null` where there are no owners to ask for, as on Windows. */
export interface Runner {
  readonly uid: number | null;
  /** Who called `sudo`, where somebody did. */
  readonly behind: number | null;
}

const ROOT = 0;
const OTHERS_MAY_WRITE = 0o002;

/** Why a configuration that was found is not taken; `null` where it is. */
export function whyNot({ owners, isFile, folderMode, fileMode, where }: FoundFacts, { uid, behind }: Runner): string | null {
  if (!isFile) return 'it is not a regular file';
  if (where === 'above_home') return 'it is above your home folder';
  if (uid === null) {
    return where === 'elsewhere'
      ? 'whose it is cannot be told on this system, and it is outside of this folder and your home folder'
      : null;
  }
  // Root may do everything anyway; images of containers are full of root's files.
  const trusted = [uid, ROOT, ...(uid === ROOT && behind !== null ? [behind] : [])];
  const stranger = owners.find((owner) => !trusted.includes(owner));
  if (stranger !== undefined) return `it, or its folder, belongs to another user (${stranger})`;
  if ((folderMode & OTHERS_MAY_WRITE) !== 0) return 'everybody may write in its folder';
  return (fileMode & OTHERS_MAY_WRITE) === 0 ? null : 'everybody may write to it';
}

function whereIs(folder: string, cwd: string, home: string): FoundFacts['where'] {
  if (isIn(cwd, home)) return folder === cwd ? 'here' : isIn(folder, home) ? 'in_home' : 'above_home';
  return folder === cwd ? 'here' : 'elsewhere';
}

/** As the working directory is written: either may go through a link. */
async function homeOf(cwd: string, env: Host['env']): Promise<string> {
  const named = [env['HOME'], env['USERPROFILE']].find((path) => path !== undefined && isAbsolute(path)) ?? homedir();
  const real = await realpath(named).catch(() => named);
  return isIn(cwd, named) ? named : real;
}

function isIn(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== '..' && !/^\.\.[\\/]/.test(way);
}

function thisUser(env: Host['env']): Runner {
  const behind = Number(env['SUDO_UID'] ?? Number.NaN);
  return { uid: process.geteuid?.() ?? null, behind: Number.isSafeInteger(behind) && behind > 0 ? behind : null };
}

/** `null` where there is no such file. @throws {CliError} `config` where that cannot be seen. */
async function factsOf(path: string): Promise<Omit<FoundFacts, 'where'> | null> {
  try {
    const link = await lstat(path);
    const [file, folder] = await Promise.all([stat(path), stat(dirname(path))]);
    return { owners: [link.uid, file.uid, folder.uid], isFile: file.isFile(), folderMode: folder.mode, fileMode: file.mode };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new CliError('config', `${path} cannot be read (${code}).`, { advice: ['--config PATH names another file.'] });
  }
}
