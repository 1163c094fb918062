import { constants } from 'node:fs';
import { link, mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import type { Files } from './submission-folder.ts';

const FOR_THE_OWNER = { folder: 0o700, file: 0o600 };

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
  read: (path) => readFile(path, 'utf8'),
  names: (folder) => readdir(folder),
  modifiedAt: async (path) => (await stat(path)).mtimeMs,
  syncFolder: async (path) => {
    if (process.platform === 'win32') return; // A folder cannot be opened there.
    const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};
