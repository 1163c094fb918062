// The real file system, with every call told before it is made.
import type { Files } from '../stores/submission-folder.ts';

/** Calls `before` with the name of each step, and does the step once that has resolved. */
export function countedFiles(files: Files, before: (step: string) => Promise<void>): Files {
  const told =
    <A extends readonly unknown[], R>(step: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await before(step);
      return call(...args);
    };
  return {
    makeFolder: told('make folder', files.makeFolder),
    link: told('link', files.link),
    unlink: told('unlink', files.unlink),
    read: told('read', files.read),
    names: told('list', files.names),
    modifiedAt: told('age', files.modifiedAt),
    syncFolder: told('sync folder', files.syncFolder),
    create: told('create', async (path) => {
      const file = await files.create(path);
      return { write: told('write', file.write), sync: told('sync', file.sync), close: told('close', file.close) };
    }),
  };
}
