import { constants } from 'node:fs';
import { link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import type { Files } from './submission-folder.ts';

const FOR_THE_OWNER = { folder: 0o700, file: 0o600 };

/**
 * Opens without waiting. Opening a pipe that nobody writes to would never end, and not even a signal would end the process. Windows
 * has no such flag.
 */
const WITHOUT_WAITING = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

/** The error for a path that is no file: a pipe, a folder, a device. */
class NoFile extends Error {
  override readonly name: string = 'NoFile';
  readonly code = 'not a regular file';
}

/** The file system of Node. */
export const nodeFiles: Files = {
  makeFolder: async (path) => {
    await mkdir(path, { mode: FOR_THE_OWNER.folder });
  },
  create: async (path) => {
    const file = await open(path, 'wx', FOR_THE_OWNER.file);
    return { write: (text) => file.writeFile(text), sync: () => file.sync(), close: () => file.close() };
  },
  link,
  unlink,
  read: async (path) => {
    const file = await open(path, constants.O_RDONLY | WITHOUT_WAITING);
    try {
      if (!(await file.stat()).isFile()) throw new NoFile();
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  },
  names: (folder) => readdir(folder),
  modifiedAt: async (path) => (await stat(path)).mtimeMs,
  syncFolder: async (path) => {
    if (process.platform === 'win32') return; // Windows cannot open a folder.
    const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};
